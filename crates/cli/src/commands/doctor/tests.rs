//! What the doctor finds in a folder, and in what a node says.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use event::Instant;

use super::finding::State;
use super::folder;
use super::node::{Ready, of_ready};

const NOW: &str = "2026-03-01T12:00:00Z";

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// What is said of one thing in a folder that `make` has made.
fn said(about: &str, make: impl FnOnce(&Path)) -> (State, String) {
    let folder = tempfile::tempdir().unwrap();
    mode(folder.path(), 0o700);
    make(folder.path());
    let (now, _) = Instant::parse(NOW).unwrap();
    let found = folder::look(folder.path(), now);
    let one = found.into_iter().find(|one| one.about == about).unwrap();
    assert_eq!(one.next.is_none(), one.state == State::Right, "{one:?}");
    (one.state, one.found)
}

fn backed_up(folder: &Path, made: &str) {
    let said = format!(
        r#"{{"backup":"habeas-backup/1","made":"{made}","entries":7,"root":"","files":[]}}"#
    );
    fs::write(folder.join("backup.json"), said).unwrap();
}

type Make = fn(&Path);

#[rustfmt::skip] // A table is read line by line.
const FOLDERS: &[(&str, Make, State, &str)] = &[
    ("folder", |_| {}, State::Right, "only its user"),
    ("folder", |folder| mode(folder, 0o755), State::Wrong, "mode 755"),
    ("secret files", |_| {}, State::Right, "0 are"),
    ("secret files", |folder| { fs::write(folder.join("log.key"), "k").unwrap(); mode(&folder.join("log.key"), 0o640); }, State::Wrong, "log.key has mode 640"),
    ("secret files", |folder| { fs::create_dir(folder.join("vault")).unwrap(); fs::write(folder.join("vault/author-a.key"), "k").unwrap(); mode(&folder.join("vault/author-a.key"), 0o604); }, State::Wrong, "author-a.key has mode 604"),
    ("log's key", |_| {}, State::Right, "another node must sign"),
    ("log's key", |folder| fs::write(folder.join("log.key"), "none").unwrap(), State::Wrong, "is no key"),
    ("access file", |_| {}, State::Look, "nobody"),
    ("access file", |folder| fs::write(folder.join("access.toml"), "version = x").unwrap(), State::Wrong, ""),
    ("backup", |_| {}, State::Wrong, "none was made"),
    ("backup", |folder| backed_up(folder, "2026-03-01T02:00:00Z"), State::Right, "10 h ago, of 7 entries"),
    ("backup", |folder| backed_up(folder, "2026-02-27T02:00:00Z"), State::Look, "58 h ago"),
    ("backup", |folder| backed_up(folder, "2026-02-01T02:00:00Z"), State::Wrong, "682 h ago"),
    ("backup", |folder| backed_up(folder, "2030-01-01T00:00:00Z"), State::Wrong, "to come"),
    ("backup", |folder| backed_up(folder, "yesterday"), State::Wrong, "no time"),
];

#[test]
fn what_is_wrong_in_a_folder_is_found() {
    for (about, make, state, words) in FOLDERS {
        let (found, said) = said(about, make);
        assert_eq!(found, *state, "{about}: {said}");
        assert!(said.contains(words), "{about}: {said}");
    }
}

#[rustfmt::skip] // A table is read line by line.
const READY: &[(&str, &str, State)] = &[
    (r#"{"ready":true,"position":7,"lag_events":0,"log_connected":true}"#, "node", State::Right),
    (r#"{"ready":true,"position":7,"lag_events":0,"log_connected":true}"#, "log", State::Right),
    (r#"{"ready":true,"position":7,"lag_events":0,"log_connected":true}"#, "version", State::Look),
    (r#"{"ready":true,"version":"0.0.0-other","position":7,"lag_events":0,"log_connected":true}"#, "version", State::Look),
    (r#"{"ready":false,"position":7,"target":9,"lag_events":2,"log_connected":true}"#, "node", State::Look),
    (r#"{"ready":false,"position":7,"lag_events":null,"log_connected":false}"#, "log", State::Wrong),
    (r#"{"ready":false,"position":7,"lag_events":0,"log_connected":true,"trouble":{"name":"settings","what":"stream.max_age is 1"}}"#, "node", State::Wrong),
    (r#"{"ready":true,"position":7,"lag_events":0,"log_connected":true,"access_file":"line 3"}"#, "access file in force", State::Wrong),
    (r#"{"ready":true,"position":7,"lag_events":0,"log_connected":true,"certificate_files":"no key"}"#, "certificate in force", State::Wrong),
    (r#"{"ready":true,"position":7,"lag_events":0,"log_connected":true,"inboxes_missing":2}"#, "inboxes", State::Wrong),
];

#[test]
fn what_is_wrong_at_a_node_is_found() {
    for (ready, about, state) in READY {
        let ready: Ready = serde_json::from_str(ready).unwrap();
        let found = of_ready(&ready);
        let one = found.into_iter().find(|one| one.about == *about);
        assert_eq!(one.map(|one| one.state), Some(*state), "{about}: {ready:?}");
    }
}
