//! The doctor at a real node: what is well, and what is not.
//!
//! Source: docs/operate/doctor.md. What is found in files and in what a node says, one by one: unit tests of the
//! command.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::node::{Flags, Node, program};

/// Runs the doctor on a folder; returns its status, and what each thing is.
fn doctor(data: &Path, server: &str) -> (Option<i32>, BTreeMap<String, String>) {
    let mut command = Command::new(program("habeas"));
    command.args(["--server", server, "doctor", "-o", "jsonl", "--data"]);
    let output = command.arg(data).output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let found = said.lines().map(|line| {
        let line: Value = serde_json::from_str(line).expect("JSON");
        let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
        (text("about"), text("state"))
    });
    // Of several findings of one thing the last stands here: "wrong" is said after "right".
    (output.status.code(), found.collect())
}

fn back_up(data: &Path, to: &Path) {
    let mut command = Command::new(program("habeas"));
    command.args(["backup", "--data"]).arg(data).arg("--to");
    let output = command.arg(to).output().expect("it runs");
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn a_node_that_is_well_has_nothing_wrong_and_one_that_is_not_is_told_what() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, backup) = (folder.path().join("node"), folder.path().join("backup"));
    let demo = Flags {
        demo: true,
        ..Flags::default()
    };
    let node = Node::start(&data, &demo);
    assert_eq!(node.client.sign().status, 200);
    let mode = |path: &Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("set");
    };
    mode(&data, 0o700);
    back_up(&data, &backup);
    let (status, found) = doctor(&data, node.client.base());
    assert!(found.values().all(|state| state != "wrong"), "{found:?}");
    assert_eq!(status, Some(0), "{found:?}");
    for right in [
        "folder",
        "secret files",
        "log's key",
        "backup",
        "node",
        "log",
        "version",
        "checkpoint",
    ] {
        assert_eq!(
            found.get(right).map(String::as_str),
            Some("right"),
            "{right}: {found:?}"
        );
    }

    // Another log's key, a folder that others may enter, a file that has a mistake.
    let other = Node::start(&folder.path().join("other"), &demo);
    let key = fs::read(folder.path().join("other/log.key")).expect("a key");
    other.stop();
    fs::write(data.join("log.key"), key).expect("written");
    mode(&data, 0o750);
    fs::write(data.join("access.toml"), "format = 1\nno = 1\n").expect("written");
    let (status, found) = doctor(&data, node.client.base());
    assert_eq!(status, Some(1), "{found:?}");
    for wrong in ["folder", "log's key", "access file"] {
        assert_eq!(
            found.get(wrong).map(String::as_str),
            Some("wrong"),
            "{wrong}: {found:?}"
        );
    }
    let base = node.client.base().to_owned();
    node.stop();
    let (status, found) = doctor(&data, &base);
    assert_eq!(
        (status, found.get("node").map(String::as_str)),
        (Some(1), Some("wrong"))
    );
}
