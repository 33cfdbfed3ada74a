"""What is done once for a field office, with nats-py: `stream` makes the office's stream, `source` makes it a source of
its organisation's inbox at the hub, `status` says how far each is.

    python office.py stream URL ORG              # at the office
    python office.py source URL ORG KEY NKEY     # at the hub, as the node's user
    python office.py status URL STREAM           # of OFFICE, or of HABEAS_IN_<org>
"""
import asyncio
import json
import pathlib
import sys

import nats

HERE = pathlib.Path(__file__).parent


async def api(client, subject, body=None):
    asked = b"" if body is None else json.dumps(body).encode()
    answer = json.loads((await client.request(f"$JS.API.{subject}", asked, timeout=10)).data)
    if "error" in answer:
        raise SystemExit(answer["error"]["description"])
    return answer


def read(name, org, key="", nkey=""):
    text = (HERE / name).read_text(encoding="utf-8")
    return json.loads(text.replace("NKEY", nkey).replace("KEY", key).replace("ORG", org))


async def main(what, url, *rest):
    client = await nats.connect(url)
    if what == "stream":
        stream = read("stream.json", *rest)
        await api(client, f"STREAM.CREATE.{stream['name']}", stream)
    elif what == "source":
        inbox = f"HABEAS_IN_{rest[0]}"
        config = (await api(client, f"STREAM.INFO.{inbox}"))["config"]
        new = read("source.json", *rest)
        others = [one for one in config.get("sources") or [] if one.get("external") != new["external"]]
        config["sources"] = [*others, new]
        await api(client, f"STREAM.UPDATE.{inbox}", config)
    elif what == "status":
        found = await api(client, f"STREAM.INFO.{rest[0]}")
        print(json.dumps({"state": found["state"], "sources": found.get("sources")}))
    else:
        raise SystemExit(__doc__)
    await client.close()


asyncio.run(main(*sys.argv[1:]))
