//! Two organisations on one node by other people's clients: nats-py, nats.js and curl. Neither can write, read or
//! guess what is the other's.
//!
//! Never here: the table of subjects ([`super::nats`]).

use std::io::Write as _;
use std::process::{Command, Stdio};

use access::Role;
use serde_json::Value;

use super::nats::{key, wait_until_known};
use super::{Offices, kept, retraction, secret};
use crate::client::uuid;
use crate::node::{Flags, Node, root};

/// A client of an organisation's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tool {
    NatsPy,
    NatsJs,
    Curl,
}

impl Tool {
    const ALL: [Self; 3] = [Self::NatsPy, Self::NatsJs, Self::Curl];
}

/// Whether other people's clients are installed; where tests must be whole, they must be.
pub(crate) fn are_installed() -> bool {
    let is_there = root().join(".tools/node/node_modules").is_dir();
    if !is_there {
        let why = "there is no .tools/node: make test installs it";
        assert!(std::env::var_os("CI").is_none(), "{why}");
        println!("NOT TESTED: {why}");
    }
    is_there
}

/// Runs a client's script; returns the lines that it says.
fn said(tool: Tool, node: &Node, what: &str, login: &str, event: &Value) -> Vec<Value> {
    let (address, _, _) = node.nats_login();
    let mut command = match tool {
        Tool::NatsPy => {
            let mut python = Command::new(root().join(".tools/python/bin/python"));
            python.args(["-c", include_str!("organisation.py")]);
            python
        }
        Tool::NatsJs => {
            let mut node = Command::new("node");
            node.arg(root().join("tests/acceptance/access/organisation.mjs"));
            node
        }
        Tool::Curl => panic!("curl speaks no NATS"),
    };
    let output = command
        .env("HABEAS_TEST_NODE", root().join(".tools/node"))
        .args([what, &address, login, &event.to_string()])
        .output()
        .expect("it runs");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{tool:?} {what}: {told}");
    let text = String::from_utf8(output.stdout).expect("text");
    let lines = text.lines().map(serde_json::from_str);
    lines.map(|line| line.expect("JSON")).collect()
}

/// Asks by curl, as an organisation's desk; returns status and body.
fn curl(node: &Node, org: &str, path: &str, body: Option<&str>) -> (String, String) {
    let token = secret(org, Role::Desk);
    let mut command = Command::new("curl");
    command
        .args(["--silent", "--write-out", "\n%{http_code}", "--config", "-"])
        .arg(format!("{}{path}", node.client.base()))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    if let Some(body) = body {
        command.args(["--header", "Content-Type: application/jsonl"]);
        command.args(["--data-binary", body]);
    }
    let mut child = command.spawn().expect("curl is installed");
    // No token stands in a list of processes.
    let config = format!("header = \"Authorization: Bearer {}\"\n", token.reveal());
    let mut input = child.stdin.take().expect("its input is piped");
    input.write_all(config.as_bytes()).expect("it reads");
    drop(input);
    let output = child.wait_with_output().expect("it ends");
    let text = String::from_utf8(output.stdout).expect("text");
    let (body, status) = text.rsplit_once('\n').expect("a status");
    (status.to_owned(), body.to_owned())
}

/// Sends events as alpha by a client; returns a verdict for each.
fn send(tool: Tool, node: &Node, seed: &str, events: &[Value]) -> Vec<Value> {
    if tool == Tool::Curl {
        let lines: Vec<String> = events.iter().map(ToString::to_string).collect();
        let (_, body) = curl(node, "alpha", "/v1/events", Some(&lines.join("\n")));
        let verdicts: Value = serde_json::from_str(&body).expect("JSON");
        return verdicts.as_array().expect("a list").clone();
    }
    let login = format!("{seed}/alpha");
    let verdicts = said(tool, node, "ask", &login, &Value::from(events));
    verdicts.iter().map(|verdict| verdict[0].clone()).collect()
}

/// A verdict without what any two differ in.
fn without_its_own(verdict: &Value, ids: [&str; 2]) -> Value {
    let mut verdict = verdict.clone();
    let members = verdict.as_object_mut().expect("an object");
    for own in ["position", "id", "sha256", "receivedtime", "noticed_at"] {
        if let Some(value) = members.get_mut(own) {
            *value = Value::Null;
        }
    }
    let text = verdict.to_string();
    let text = ids.iter().fold(text, |text, id| text.replace(id, ""));
    serde_json::from_str(&text).expect("JSON")
}

#[test]
fn neither_of_two_organisations_writes_reads_or_guesses_the_others_by_any_client() {
    if !are_installed() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    Offices::open(folder.path());
    let node = Node::start(folder.path(), &Flags::default());
    let (_, seed) = key(folder.path(), "alpha");
    wait_until_known(&node, &seed, "alpha");
    let hidden = kept("beta", 1);
    let sent = Offices::client(&node, "beta", Role::Desk).lines(&[hidden.to_string()]);
    assert_eq!(sent.status, 200, "{}", sent.text);
    let absent = kept("beta", 2);

    for (tool, number) in Tool::ALL.into_iter().zip([100, 200, 300]) {
        let mut as_beta = kept("beta", number);
        as_beta["id"] = uuid(number).into();
        let mut acts = [&hidden, &absent].map(|target| retraction(target, number + 1));
        acts[1]["id"] = uuid(number + 2).into();
        // The same id of another organisation is another event, of a case that is there and of one that is not.
        let mut same = [kept("alpha", 1), kept("alpha", 2)];
        for (same, (event, number)) in same.iter_mut().zip([(&hidden, 3), (&absent, 4)]) {
            same["source"] = event["source"].clone();
            same["id"] = if tool == Tool::NatsPy {
                event["id"].clone()
            } else {
                uuid(100 * number).into()
            };
            same["subject"] = event["subject"].clone();
        }
        let [there, not_there] = acts;
        let [of_hidden, of_absent] = same;
        let events = [as_beta, there, not_there, of_hidden, of_absent];
        let verdicts = send(tool, &node, &seed, &events);
        assert_eq!(verdicts[0]["code"], "E0111", "{tool:?}: {verdicts:?}");
        for pair in [[1, 2], [3, 4]] {
            let ids = pair.map(|at| events[at]["id"].as_str().expect("an id"));
            let [one, other] = pair.map(|at| without_its_own(&verdicts[at], ids));
            assert!(one.get("code").is_none(), "{tool:?}: {one}");
            assert_eq!(one, other, "{tool:?}: a guess tells something");
        }
        if tool != Tool::Curl {
            let table = |org: &str| {
                let rows = said(tool, &node, "table", &format!("{seed}/{org}"), &hidden).remove(0);
                let rows = rows.as_array().expect("rows").clone();
                rows.iter().filter(|row| row[2] == "yes").count()
            };
            assert_eq!((table("beta"), table("alpha")), (0, 3), "{tool:?}");
        }
    }
    let read = |id: &str| curl(&node, "alpha", id, None);
    for (path, status) in [
        ("/v1/persons/beta:p", "404"),
        ("/v1/figures/beta:f", "404"),
        ("/v1/rejections?org=beta", "403"),
        ("/v1/notices?org=beta", "403"),
    ] {
        let (there, guessed) = (read(&format!("{path}1")), read(&format!("{path}2")));
        assert_eq!(there.0, status, "{path}: {there:?}");
        let asked = path.rsplit(['/', '=']).next().expect("an id");
        let [there, guessed] = [(there.1, "1"), (guessed.1, "2")]
            .map(|(body, number)| body.replace(&format!("{asked}{number}"), ""));
        assert_eq!(there, guessed, "{path}");
    }
    // Of the case that is there alpha sees what alpha said of it, as of the one that is not.
    let [there, guessed] = ["c1", "c2"].map(|case| read(&format!("/v1/cases/beta:{case}")));
    assert_eq!((there.0.as_str(), guessed.0.as_str()), ("200", "200"));
    assert!(!there.1.contains("beta:p1"), "{}", there.1);
    let beta = curl(&node, "beta", "/v1/cases/beta:c1", None);
    assert!(beta.1.contains("beta:p1"), "{}", beta.1);
    node.stop();
}
