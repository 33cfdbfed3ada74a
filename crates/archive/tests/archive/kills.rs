//! kill -9 at any instant, of a process that appends and syncs.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use super::sample::{check, entries, open};

/// The folder in which the child works; set only for the child.
const FOLDER: &str = "HABEAS_TEST_ARCHIVE";

/// Appends and syncs until killed, and says `S <last>` after each sync.
pub(crate) fn child(folder: &Path) -> ! {
    let archive = open(folder);
    let mut out = std::io::stdout();
    for round in 0_u64.. {
        let next = archive.last().get();
        // Mostly a few, which only the tail holds; now and then so many that all is synced at once.
        let most = if round % 4 == 0 { 6_000 } else { 40 };
        let length = 1 + round.wrapping_mul(2_654_435_761) % most;
        archive.append(&entries(next, next + length)).unwrap();
        if round % 3 == 0 {
            let synced = archive.sync().unwrap();
            writeln!(out, "S {synced}").unwrap();
        }
    }
    panic!("it is killed before")
}

/// Starts the child on `folder` and lets `until` end it, which is told each position synced.
pub(crate) fn run(folder: &Path, mut until: impl FnMut(u64) -> bool) -> u64 {
    let mut process = Command::new(std::env::current_exe().unwrap())
        .args([
            "archive::kills::works_until_it_is_killed",
            "--exact",
            "--nocapture",
        ])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the child starts");
    let lines = BufReader::new(process.stdout.take().expect("its output")).lines();
    let mut synced = 0;
    for line in lines.map_while(Result::ok) {
        let Some((_, last)) = line.split_once("S ") else {
            continue;
        };
        synced = last.trim().parse().expect("a number");
        if until(synced) {
            break;
        }
    }
    process.kill().expect("it is killed");
    process.wait().expect("it is gone");
    synced
}

/// Not a test of its own but the child of others; without a folder it has nothing to do.
#[test]
fn works_until_it_is_killed() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        child(Path::new(&folder));
    }
}

#[test]
fn what_was_synced_survives_a_kill_at_any_instant() {
    let folder = tempfile::tempdir().unwrap();
    let mut before = 0;
    for round in 0..12 {
        let mut left = 2 + round * 5 % 7;
        let synced = run(folder.path(), |_| {
            left -= 1;
            left == 0
        });
        let found = check(&open(folder.path()));
        assert!(found >= synced.max(before), "{found} after {synced}");
        before = found;
    }
}
