//! What a node writes into its log: no colours in a file, and nothing to worry about when it is stopped.
//!
//! Never here: what a trouble says.

use std::os::unix::fs::PermissionsExt as _;

use crate::client::{Arrest, uuid};
use crate::node::{Flags, Node, read};

/// Runs a node until it has taken an event and has been stopped; returns its log.
fn log_of_a_day(folder: &std::path::Path, flags: &Flags) -> String {
    std::fs::create_dir_all(folder).expect("a folder");
    // One that others may read is told of.
    let own = std::fs::Permissions::from_mode(0o700);
    std::fs::set_permissions(folder, own).expect("its mode");
    let node = Node::start(folder, flags);
    let id = uuid(1);
    let event = Arrest {
        org: "north-desk",
        id: &id,
        case: "c1",
        person: "p1",
        day: "2020-06-01",
    };
    let sent = node.client.post("application/json", &event.event());
    assert_eq!(sent.status, 200);
    node.stop();
    read(&folder.join("habeasd.log"))
}

#[test]
fn a_log_file_has_no_colours_and_a_clean_stop_no_warnings() {
    let folder = tempfile::tempdir().expect("a folder");
    let flags = Flags {
        log: Some("info"),
        orgs: vec!["north-desk"],
        ..Flags::default()
    };
    let log = log_of_a_day(folder.path(), &flags);
    assert!(log.contains(" INFO "), "something is logged: {log}");
    assert!(!log.contains('\u{1b}'), "colours: {log:?}");
    let worry = |line: &&str| line.contains(" WARN ") || line.contains(" ERROR ");
    let worries: Vec<&str> = log.lines().filter(worry).collect();
    assert!(worries.is_empty(), "{worries:#?}");
}

#[test]
fn a_node_on_a_broker_of_others_stops_without_a_warning() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = Node::start(&folder.path().join("first"), &Flags::default());
    let flags = Flags {
        log: Some("info"),
        serve: Some(first.nats_url()),
        ..Flags::default()
    };
    let log = log_of_a_day(&folder.path().join("second"), &flags);
    first.stop();
    let worry = |line: &&str| line.contains(" WARN ") || line.contains(" ERROR ");
    let worries: Vec<&str> = log.lines().filter(worry).collect();
    assert!(worries.is_empty(), "{worries:#?}");
}
