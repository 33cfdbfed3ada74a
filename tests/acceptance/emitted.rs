//! The programs of docs/guides/emit, as they stand on their pages, against a node: each sends, is answered, and adds
//! nothing when it is run again.
//!
//! Never here: what an event is.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use access::Role;
use serde_json::Value;

use crate::access::clients::are_installed;
use crate::access::nats::{key, wait_until_known};
use crate::access::{Offices, secret};
use crate::node::{Flags, Node, root};

/// What a sheet gives a script.
const SHEET: &str = include_str!("sheet.cjs");

/// Runs the script; each row has its verdict then, so that a second run sends nothing.
const SHEET_RUN: &str = r#"
sendNew();
sendNew();
if (rows.some((row) => row[0] && !row[5])) throw new Error(JSON.stringify(rows));
"#;

/// The programs of a page: the blocks of code in a language.
fn programs(page: &str, language: &str) -> Vec<String> {
    let path = root().join("docs/guides/emit").join(page);
    let text = std::fs::read_to_string(path).expect("a page");
    let begin = format!("\n```{language}\n");
    let blocks = text.split(&begin).skip(1);
    blocks
        .map(|block| block.split("\n```").next().expect("its end").to_owned())
        .collect()
}

/// Runs a program in a folder as alpha; returns the verdicts that it says.
fn run(node: &Node, seed: &str, folder: &Path, command: &mut Command) -> Vec<Value> {
    let (address, _, _) = node.nats_login();
    let output = command
        .current_dir(folder)
        .env("HABEAS_SERVER", node.client.base())
        .env("HABEAS_TOKEN", secret("alpha", Role::Writer).reveal())
        .env("HABEAS_ORG", "alpha")
        .env("HABEAS_NATS", address)
        .env("HABEAS_NKEY", seed)
        .output()
        .expect("it runs");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {told}");
    let text = String::from_utf8(output.stdout).expect("text");
    let lines = text.lines().map(serde_json::from_str::<Value>);
    let said = lines.map(|line| line.expect("JSON"));
    // curl says a list, the others a verdict a line.
    said.flat_map(|said| match said.as_array() {
        Some(verdicts) => verdicts.clone(),
        None => vec![said],
    })
    .collect()
}

#[test]
fn the_programs_of_the_guide_send_events_and_add_nothing_when_run_again() {
    if !are_installed() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    Offices::open(folder.path());
    let node = Node::start(folder.path(), &Flags::default());
    let (_, seed) = key(folder.path(), "alpha");
    wait_until_known(&node, &seed, "alpha");
    let tools = folder.path().join("tools");
    std::fs::create_dir(&tools).expect("a folder");
    let modules = root().join(".tools/node/node_modules");
    std::os::unix::fs::symlink(modules, tools.join("node_modules")).expect("a link");
    let mut seen = BTreeSet::new();
    let python = root().join(".tools/python/bin/python");
    for (page, language, program, ending, count) in [
        ("curl.md", "sh", Path::new("sh"), "sh", 1),
        ("python.md", "python", &python, "py", 2),
        ("javascript.md", "js", Path::new("node"), "mjs", 2),
        ("sheets.md", "js", Path::new("node"), "cjs", 1),
    ] {
        let programs = programs(page, language);
        assert_eq!(programs.len(), count, "{page}");
        for (number, text) in programs.iter().enumerate() {
            let file = tools.join(format!("{language}{number}.{ending}"));
            let text = if page == "sheets.md" {
                format!("{SHEET}{text}\n{SHEET_RUN}")
            } else {
                text.clone()
            };
            std::fs::write(&file, text).expect("a file");
            let sent = || run(&node, &seed, &tools, Command::new(program).arg(&file));
            let (first, again) = (sent(), sent());
            assert!(!first.is_empty(), "{page} {number}");
            for (verdict, repeat) in first.iter().zip(&again) {
                assert_eq!(verdict["repeat"], false, "{page} {number}: {verdict}");
                assert_eq!(repeat["repeat"], true, "{page} {number}: {repeat}");
                assert_eq!(verdict["position"], repeat["position"]);
                let position = verdict["position"].as_u64().expect("a position");
                assert!(seen.insert(position), "{page} {number}: {verdict}");
            }
        }
    }
    let last = seen.last().expect("a position");
    let figure = format!("/v1/figures?measure=events&kind=arrest&min_position={last}");
    let count = node.client.get(&figure).json()["total"]["count"].as_u64();
    assert_eq!(count, u64::try_from(seen.len()).ok());
    node.stop();
}
