//! A node is backed up while it runs, and comes back from its backup; what must not come back does not.
//!
//! Source: docs/operate/backup.md.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use crate::client::{Arrest, uuid};
use crate::node::{Flags, Node, program, root};
use crate::replay::habeas;

fn text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

/// Runs the command; returns its status and what it says.
fn run(args: &[&str]) -> (Option<i32>, String) {
    let output = habeas(args);
    (
        output.status.code(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

/// Runs `habeasd repair` on a folder with a broker of its own.
fn repair(data: &Path) {
    let mut command = Command::new(program("habeasd"));
    command.args(["repair", "--data", text(data), "--tools"]);
    let output = command
        .arg(root().join(".tools/bin"))
        .output()
        .expect("it runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn arrest(number: u64) -> String {
    let own = format!("d{number}");
    let arrest = Arrest {
        org: "north-desk",
        id: &uuid(number),
        case: &own,
        person: &own,
        day: "2020-12-01",
    };
    arrest.event()
}

fn send(node: &Node, numbers: std::ops::Range<u64>) -> u64 {
    let events: Vec<String> = numbers.map(arrest).collect();
    let answer = node.client.lines(&events);
    assert_eq!(answer.status, 200, "{:.300}", answer.text);
    let verdicts = answer.json();
    let last = verdicts
        .as_array()
        .and_then(|all| all.last()?["position"].as_u64());
    last.expect("a position")
}

#[test]
fn the_drill_passes() {
    let mut drill = Command::new(root().join("deploy/drill.sh"));
    let habeas = program("habeas");
    drill.env("HABEAS_BIN", habeas.parent().expect("a folder"));
    let output = drill.output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.ends_with("drill passed\n"),
        "{said}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    println!("{said}");
}

#[test]
fn a_backup_is_of_one_log_private_and_put_back_where_nothing_is_lost() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let (backup, keys, new) = (at("backup"), at("keys"), at("new"));
    let node = Node::start(&at("first"), &Flags::default());
    let last = send(&node, 1..300);
    let signed = node.client.sign();
    assert_eq!(signed.status, 200, "{}", signed.text);
    let data = at("first");
    fs::write(data.join("access.toml"), "format = 1\n").expect("written");
    // A folder that others may enter: what is put into it is the user's alone all the same.
    fs::create_dir(&backup).expect("made");
    fs::set_permissions(&backup, fs::Permissions::from_mode(0o755)).expect("set");
    let backs_up = ["backup", "--data", text(&data), "--to", text(&backup)];
    let with_keys = [backs_up.as_slice(), &["--keys", text(&keys)]].concat();
    assert_eq!(run(&with_keys).0, Some(0));
    let below = backup.join("keys");
    let below = [backs_up.as_slice(), &["--keys", text(&below)]].concat();
    let (status, said) = run(&below);
    assert_eq!(status, Some(2), "{said}");
    let mode = |path: &Path| {
        fs::metadata(path)
            .expect("it is there")
            .permissions()
            .mode()
            & 0o777
    };
    assert_eq!(mode(&keys), 0o700);
    let mut open = vec![backup.clone()];
    while let Some(folder) = open.pop() {
        for found in fs::read_dir(&folder).expect("a folder") {
            let path = found.expect("an entry").path();
            assert_eq!(mode(&path) & 0o077, 0, "{}", path.display());
            open.extend(path.is_dir().then_some(path));
        }
    }
    assert_eq!(mode(&keys.join("log.key")), 0o600);
    for absent in [
        "log.key",
        "master.key",
        "operator.token",
        "nats",
        "views",
        "vault",
    ] {
        assert!(!backup.join(absent).exists(), "{absent} is in the backup");
    }
    // Folders that stand in one another, also by a link, and keys of another node, which would be lost.
    let link = at("link");
    std::os::unix::fs::symlink(&backup, &link).expect("linked");
    let linked = link.join("keys");
    for (to, keys) in [
        (&backup, &linked),
        (&backup, &data.join("keys")),
        (&data.join("backup"), &keys),
        (&keys.join("backup"), &keys),
    ] {
        let to = ["backup", "--data", text(&data), "--to", text(to)];
        let (status, said) = run(&[to.as_slice(), &["--keys", text(keys)]].concat());
        assert_eq!(status, Some(2), "{said}");
        assert!(said.contains("kept apart"), "{said}");
    }
    node.stop();

    // A log of its own has no place in it, and its keys are not written over.
    let other = Node::start(&at("other"), &Flags::default());
    let own = fs::read(keys.join("log.key")).expect("a key");
    let other_data = at("other");
    let its_own = at("other-backup");
    let over = [
        "backup",
        "--data",
        text(&other_data),
        "--to",
        text(&its_own),
    ];
    let (status, said) = run(&[over.as_slice(), &["--keys", text(&keys)]].concat());
    assert_eq!(status, Some(2), "{said}");
    assert!(said.contains("would be lost"), "{said}");
    assert_eq!(fs::read(keys.join("log.key")).expect("a key"), own);
    let other_keys = at("other-keys");
    let (status, said) = run(&[over.as_slice(), &["--keys", text(&other_keys)]].concat());
    assert_eq!(status, Some(0), "{said}");
    let (status, said) = run(&[
        "backup",
        "--data",
        text(&at("other")),
        "--to",
        text(&backup),
    ]);
    assert_eq!(status, Some(2), "{said}");
    assert!(said.contains("another log"), "{said}");
    other.stop();

    let restores = ["restore", "--from", text(&backup), "--data", text(&new)];
    let with_keys = [restores.as_slice(), &["--keys", text(&keys)]].concat();
    let (status, said) = run(&with_keys);
    assert_eq!(
        status,
        Some(2),
        "the key could sign a second history: {said}"
    );
    assert!(!new.exists(), "nothing is begun");
    let of_other = ["--keys", text(&other_keys), "--nothing-since"];
    let (status, said) = run(&[restores.as_slice(), &of_other].concat());
    assert_eq!(status, Some(2), "{said}");
    assert!(said.contains("keys are of another log"), "{said}");
    let left = fs::read_dir(&new).expect("a folder").count();
    assert_eq!(left, 0, "nothing is left in the way of the next try");
    let (status, said) = run(&[with_keys.as_slice(), &["--nothing-since"]].concat());
    assert_eq!(status, Some(0), "{said}");
    let (status, said) = run(&restores);
    assert_eq!(status, Some(2), "a folder that holds something: {said}");
    repair(&new);
    let node = Node::start(&new, &Flags::default());
    let figure = format!("/v1/figures?measure=events&kind=arrest&min_position={last}");
    let answer = node.client.public(&figure);
    assert_eq!(answer.json()["total"]["count"], 299, "{}", answer.text);
    let repeated = node.client.lines(&[arrest(7)]);
    assert!(
        repeated.text.contains(r#""repeat":true"#),
        "{}",
        repeated.text
    );
    let signed = node.client.sign();
    assert_eq!(signed.status, 200, "{}", signed.text);
    node.stop();

    // A backup that was cut off before it said what it has: the files of before are still there.
    let moved = |from: &str, to: &str| fs::rename(backup.join(from), backup.join(to));
    moved("access.toml", "access.toml.next").expect("renamed");
    fs::write(backup.join("access.toml"), "# newer").expect("written");
    let cut_off = at("cut-off");
    let (status, said) = run(&["restore", "--from", text(&backup), "--data", text(&cut_off)]);
    assert_eq!(status, Some(0), "{said}");
    moved("access.toml.next", "access.toml").expect("renamed");

    // One whose bytes were changed is not put back.
    let access = backup.join("backup.json");
    let said = fs::read_to_string(&access).expect("a manifest");
    fs::write(
        &access,
        said.replacen("\"entries\": 300", "\"entries\": 299", 1),
    )
    .expect("written");
    let elsewhere = at("elsewhere");
    let (status, said) = run(&[
        "restore",
        "--from",
        text(&backup),
        "--data",
        text(&elsewhere),
    ]);
    assert_eq!(status, Some(3), "{said}");
    assert!(!said.contains(&uuid(7)), "no event is told: {said}");
}
