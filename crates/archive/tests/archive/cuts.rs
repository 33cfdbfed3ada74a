//! Power cuts: an ext4 image is mounted, written to, and cut off with EXT4_IOC_SHUTDOWN; what was not
//! brought to disk is gone, as after a real one. Needs root; says so where it is not.

use std::path::Path;
use std::process::Command;

use super::kills::run;
use super::sample::{check, open};

/// A mounted image; unmounted when dropped.
struct Mount<'p>(&'p Path);

fn ran(program: &str, arguments: &[&std::ffi::OsStr]) -> bool {
    let output = Command::new(program).args(arguments).output();
    output.is_ok_and(|output| output.status.success())
}

impl<'p> Mount<'p> {
    fn new(image: &Path, at: &'p Path) -> Option<Self> {
        let arguments = [
            "-o".as_ref(),
            "loop".as_ref(),
            image.as_os_str(),
            at.as_os_str(),
        ];
        ran("mount", &arguments).then_some(Self(at))
    }

    /// Ends all writing at once, without the journal's last words.
    fn cut(&self) -> bool {
        // EXT4_IOC_SHUTDOWN is _IOR('X', 125, __u32); 2 is EXT4_GOING_FLAGS_NOLOGFLUSH.
        let script = "import fcntl,os,struct,sys\n\
            fd=os.open(sys.argv[1],os.O_RDONLY)\n\
            fcntl.ioctl(fd,0x8004587d,struct.pack('I',2))";
        ran(
            "python3",
            &["-c".as_ref(), script.as_ref(), self.0.as_os_str()],
        )
    }
}

impl Drop for Mount<'_> {
    fn drop(&mut self) {
        ran("umount", &[self.0.as_os_str()]);
    }
}

#[test]
fn what_was_synced_survives_a_power_cut() {
    let folder = tempfile::tempdir().unwrap();
    let (image, at) = (folder.path().join("image"), folder.path().join("disk"));
    std::fs::create_dir(&at).unwrap();
    std::fs::File::create(&image)
        .unwrap()
        .set_len(96 << 20)
        .unwrap();
    assert!(
        ran("mkfs.ext4", &["-q".as_ref(), image.as_os_str()]),
        "mkfs.ext4 runs"
    );
    let Some(mount) = Mount::new(&image, &at) else {
        eprintln!("NOT RUN: a power cut needs root and a loop device, and this user cannot mount");
        return;
    };
    drop(mount);
    let mut before = 0;
    for round in 0..8 {
        let mount = Mount::new(&image, &at).expect("it was mounted before");
        let history = at.join("history");
        let mut left = 2 + round * 3 % 5;
        let mut synced = 0;
        run(&history, |last| {
            left -= 1;
            synced = last;
            if left == 0 {
                assert!(mount.cut(), "the ioctl works as root");
            }
            left == 0
        });
        drop(mount);
        // The journal is played at the next mount.
        let _mount = Mount::new(&image, &at).expect("it was mounted before");
        let found = check(&open(&history));
        assert!(
            found >= synced.max(before),
            "{found} after {synced}, round {round}"
        );
        before = found;
    }
}
