//! The questions that groups must answer, on the demo: each by one call and one command.
//!
//! Never here: other figures of the demo (see `demo`).

use std::process::Command;

use serde_json::Value;

use crate::node::{Flags, Node, program, root};

/// Runs `habeas` against a node, as anyone; returns what it writes.
fn habeas(node: &Node, words: &[&str]) -> String {
    let output = Command::new(program("habeas"))
        .args(["--server", node.client.base()])
        .args(words)
        .output()
        .expect("habeas runs");
    let talk = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{words:?}: {talk}");
    String::from_utf8(output.stdout).expect("text")
}

/// Each question's call, its command and its place in the page, and that all three are one.
#[test]
fn each_question_is_answered_by_one_call_and_one_command() {
    let folder = tempfile::tempdir().expect("a folder");
    let flags = Flags {
        demo: true,
        ..Flags::default()
    };
    let node = Node::start(folder.path(), &flags);
    let page = std::fs::read_to_string(root().join("docs/guides/questions.md")).expect("the page");
    let asked = habeas(&node, &["questions", "-o", "jsonl"]);
    let mut answers = Vec::new();
    for line in asked.lines() {
        let line: Value = serde_json::from_str(line).expect("JSON");
        let text = |name: &str| line[name].as_str().expect("a text").to_owned();
        for part in ["question", "command", "call"] {
            assert!(page.contains(&text(part)), "the page lacks {}", text(part));
        }
        let called = node.client.public(&text("call")).json();
        assert_eq!(called, line["answer"], "{}", text("question"));
        let command = text("command");
        let words: Vec<&str> = command.split(' ').skip(1).chain(["-o", "json"]).collect();
        let commanded: Value = serde_json::from_str(&habeas(&node, &words)).expect("JSON");
        assert_eq!(commanded, called, "{command}");
        answers.push(called);
    }
    assert_eq!(answers.len(), 22);
    the_answers_are_those_of_the_demo(&answers);
    let drawn = habeas(&node, &["questions", "-o", "table"]);
    assert!(
        drawn.contains("two entries were found to be one person"),
        "{drawn}"
    );
    node.stop();
}

/// What is true in the demo stands in docs/examples/README.md.
fn the_answers_are_those_of_the_demo(answers: &[Value]) {
    let count = |at: usize, path: &str| answers[at - 1].pointer(path).cloned().unwrap_or_default();
    let length = |at: usize, list: &str| answers[at - 1][list].as_array().map(Vec::len);
    assert_eq!(count(1, "/total/count"), 17);
    assert_eq!(count(2, "/measures/1/total/count"), 18);
    assert_eq!(count(2, "/measures/2/total/count"), 12);
    assert_eq!(count(3, "/total/count"), 6);
    assert_eq!(count(4, "/from/total/count"), 6);
    assert_eq!(count(4, "/to/total/count"), 5);
    assert_eq!(count(4, "/difference/count"), -1);
    assert_eq!(count(5, "/passing/6/count"), 1);
    assert_eq!(count(7, "/stages/1/count"), 10);
    assert_eq!(length(8, "hearings"), Some(1));
    assert_eq!(count(10, "/total/count"), 1);
    assert_eq!(length(11, "contradictions"), Some(1));
    assert_eq!(length(13, "records"), Some(1));
    assert_eq!(count(14, "/total/count"), 1);
    assert_eq!(count(17, "/claims/0/documented/total/count"), 15);
    assert_eq!(count(17, "/claims/0/reached"), "no");
    assert_eq!(count(20, "/figures/0/follows"), "yes");
    assert_eq!(count(20, "/figures/0/then/total/count"), 17);
    assert_eq!(count(21, "/both/count"), 2);
}
