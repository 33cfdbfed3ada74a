//! What a server answered, `habeas replay` answers from a file, byte for byte, with no server.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use serde_json::value::RawValue;

use crate::client::Client;
use crate::node::{Flags, Node, program};

/// Runs `habeas` where no server is.
pub(crate) fn habeas(args: &[&str]) -> Output {
    let mut command = Command::new(program("habeas"));
    command.args(["--server", "http://127.0.0.1:1"]).args(args);
    command.output().expect("habeas runs")
}

/// Returns every entry as the operator sees it, one a line.
pub(crate) fn lines(client: &Client) -> String {
    let mut lines = String::new();
    let mut next = Some("/v1/events?limit=1000".to_owned());
    while let Some(path) = next {
        let answer = client.get(&path);
        let page: std::collections::BTreeMap<String, Box<RawValue>> =
            serde_json::from_str(&answer.text).expect("a page");
        let events: Vec<std::collections::BTreeMap<String, Box<RawValue>>> =
            serde_json::from_str(page["events"].get()).expect("events");
        for event in events {
            lines.push_str(event["event"].get());
            lines.push('\n');
        }
        let link = answer.link.as_deref();
        next = link.map(|link| link[1..link.find('>').expect("a link")].to_owned());
    }
    lines
}

/// Questions, each as the path of a server and as the words of `habeas replay`.
fn questions(cases: &[String], at: u64) -> Vec<(String, Vec<String>)> {
    let figures = [
        "measure=persons&kind=arrest&occurred=2020",
        "measure=persons&kind=arrest&occurred=2020&group_by=month,sex",
        "measure=events&kind=release&group_by=release_kind",
        "measure=person_charges&group_by=article,charge_status",
        "definition=detained/any&on=2020-12-10",
        "measure=persons,events,person_charges&occurred=2020&group_by=quarter",
        "definition=detained/incl_house_arrest&group_by=place",
    ];
    let mut asked = Vec::new();
    for figure in figures {
        let words = ["figures"].into_iter().chain(figure.split('&'));
        let words = words.map(ToOwned::to_owned).collect();
        asked.push((format!("/v1/figures?{figure}&at={at}"), words));
    }
    asked.push((format!("/v1/cases?at={at}"), vec!["cases".into()]));
    for case in cases {
        asked.push((
            format!("/v1/cases/{case}?at={at}"),
            vec!["cases".into(), case.clone()],
        ));
    }
    asked
}

#[test]
fn a_replay_gives_the_answers_of_the_server_byte_for_byte() {
    let folder = tempfile::tempdir().expect("a folder");
    let flags = Flags {
        demo: true,
        ..Flags::default()
    };
    let node = Node::start(folder.path(), &flags);
    let client = node.client.clone();
    let list = client.get("/v1/cases?limit=1000").json();
    let newest = list["position"].as_u64().expect("a position");
    let cases = list["cases"].as_array().expect("cases").iter();
    let cases: Vec<String> = cases
        .map(|case| case["case"].as_str().expect("a case").to_owned())
        .collect();
    assert!(newest > 40 && cases.len() > 5, "{newest} {cases:?}");
    let file = folder.path().join("history.jsonl");
    std::fs::write(&file, lines(&client)).expect("a file");

    let mut answers = Vec::new();
    for at in [newest, newest / 2] {
        for (path, words) in questions(&cases, at) {
            answers.push((at, "public", words.clone(), client.public(&path)));
            answers.push((at, "operator", words, client.get(&path)));
        }
    }
    node.stop();
    let mut shown = 0;
    for (at, scope, words, answer) in answers {
        let replayed = replay(&file, at, scope, &words);
        let told = String::from_utf8_lossy(&replayed.stderr);
        if answer.status == 404 {
            assert_eq!(replayed.status.code(), Some(4), "{words:?} at {at}: {told}");
            continue;
        }
        assert_eq!(
            (answer.status, replayed.status.code()),
            (200, Some(0)),
            "{told}"
        );
        let body = String::from_utf8(replayed.stdout).expect("text");
        assert_eq!(body, answer.text, "{words:?} at {at}, {scope}");
        shown += 1;
        serde_json::from_str::<Value>(&body).expect("JSON");
    }
    assert!(shown > 40, "{shown}");
}

pub(crate) fn replay(file: &Path, at: u64, scope: &str, words: &[String]) -> Output {
    let at = at.to_string();
    let file = file.to_str().expect("a path");
    let mut args = vec!["replay", file, "--at", &at, "--scope", scope];
    args.extend(words.iter().map(String::as_str));
    habeas(&args)
}
