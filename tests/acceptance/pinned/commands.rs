//! Every command of the documents that only asks, on the demo, in each form of output; and what
//! `habeas` says of itself.

use std::collections::BTreeSet;
use std::process::Command;

use super::node::{Blank, Content, SetNode, pinned_body};
use super::site::{NOW, POSITIONS};
use super::{Pins, documented};
use crate::node::program;

/// The forms of output; as documented first.
const FORMS: [&str; 5] = ["", " -o table", " -o json", " -o jsonl", " -o csv"];

/// Commands that tell how they are used.
const SAYING: [&str; 14] = [
    "",
    "cases",
    "codes",
    "emit",
    "export",
    "figures",
    "import",
    "list",
    "questions",
    "receipt",
    "replay",
    "verify",
    "watch",
    "witness",
];

/// Runs `habeas` and returns its exit status and the hashes of both outputs.
fn run(node: &SetNode, blank: &Blank, words: &str) -> String {
    let output = Command::new(program("habeas"))
        .args(words.split_whitespace())
        .env("HABEAS_SERVER", node.client.base())
        .env_remove("HABEAS_TOKEN")
        .env("TZ", "UTC")
        .output()
        .expect("habeas runs");
    let code = output.status.code().expect("an exit status");
    let out = pinned_body(&blank.body(&output.stdout));
    let err = pinned_body(&blank.body(&output.stderr));
    format!("{code} {out} {err}")
}

#[test]
fn the_documented_commands_say_what_they_said() {
    let node = SetNode::start(Content::Demo, NOW);
    let blank = Blank::of(&node.client, POSITIONS);
    let mut pins = Pins::new("demo_commands.tsv");
    let documented = documented::commands();
    assert!(documented.len() > 20, "{documented:?}");
    let in_forms = documented.iter().flat_map(|command| {
        let forms = if command.contains(" -o ") {
            &FORMS[..1]
        } else {
            &FORMS
        };
        forms.iter().map(move |form| format!("{command}{form}"))
    });
    let all: BTreeSet<String> = in_forms.collect();
    for words in all {
        let found = run(&node, &blank, &words);
        pins.add(format!("habeas {words}"), found);
    }
    for command in SAYING {
        let words = format!("{command} --help");
        let found = run(&node, &blank, &words);
        pins.add(format!("habeas {}", words.trim()), found);
    }
    pins.check();
    node.stop();
}
