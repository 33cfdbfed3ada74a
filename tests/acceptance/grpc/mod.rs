//! The services of gRPC, asked by Python's own client, which knows them by reflection alone.
//!
//! Start at [`called`]. What they answer is held to what HTTP answers.
//!
//! Never here: what stands in an answer, and who sees what by them (the matrix of [`crate::access`]).

mod bounds;
mod reads;
mod sends;
mod strangers;

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::client::Client;
use crate::node::root;

/// Calls services one after another; returns what came of each: `code`, `message`, `metadata` and `answers`.
pub(crate) fn called(client: &Client, calls: &[Value]) -> Vec<Value> {
    let address = client.base().trim_start_matches("http://");
    called_at(&[address], calls)
}

/// As [`called`], at an address, over TLS where the file of an authority's certificate stands behind it.
pub(crate) fn called_at(address: &[&str], calls: &[Value]) -> Vec<Value> {
    let mut python = Command::new(root().join(".tools/python/bin/python"))
        .arg("-B")
        .arg(root().join("tests/acceptance/grpc/services.py"))
        .args(address)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("`make test` installs grpcio into .tools/python");
    let lines: String = calls.iter().map(|call| format!("{call}\n")).collect();
    let mut input = python.stdin.take().expect("its input");
    let writer = std::thread::spawn(move || drop(input.write_all(lines.as_bytes())));
    let output = python.wait_with_output().expect("its output");
    writer.join().expect("it is written");
    let told = String::from_utf8_lossy(&output.stderr);
    let text = String::from_utf8(output.stdout).expect("text");
    let said: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(said.len(), calls.len(), "{told}");
    said
}

/// A call of a method of `habeas.v1`.
pub(crate) fn call(method: &str, message: Value, token: &str) -> Value {
    json!({"method": format!("habeas.v1.{method}"), "message": message, "token": token})
}

/// What the services tell somebody, each with what was asked for: questions, `case` for each of these cases; a watch
/// from the beginning up to `last`; the history; and whether they may send.
pub(crate) struct ServiceAnswers {
    pub(crate) questions: Vec<(String, String)>,
    pub(crate) watch: String,
    pub(crate) replay: String,
    pub(crate) submit: String,
}

/// Asks every service of the record.
pub(crate) fn answers_of_each(client: &Client, cases: &[String], last: &str) -> ServiceAnswers {
    let token = client.token();
    let figure = json!({"parameters": {"measure": "events", "group_by": "case"}});
    let mut calls = vec![call("QueryService/Figure", figure, token)];
    for (number, parameters) in (1..=21).map(|number| match number {
        13 => (number, json!({"q": "reason"})),
        14 => (number, json!({"measure": "events", "from": "0"})),
        15 => (number, json!({"measure": "events"})),
        19 => (number, json!({"kind": "arrest", "org": "alpha,beta"})),
        20 => (number, json!({"kind": "arrest"})),
        _ => (number, json!({})),
    }) {
        let message = json!({"list": number, "parameters": parameters});
        calls.push(call("QueryService/List", message, token));
    }
    calls.extend(
        cases
            .iter()
            .map(|case| call("QueryService/Case", json!({"id": case}), token)),
    );
    let mut watch = call("WatchService/Watch", json!({"after": "0"}), token);
    watch["until"] = last.into();
    let questions = calls.len();
    calls.push(watch);
    calls.push(call("ReplayService/Replay", json!({}), token));
    // What is no event is judged, and changes nothing.
    let message = json!([{"events": ["e30="]}]);
    calls.push(call("SubmitService/Submit", message, token));
    let said = called(client, &calls);
    let right = ["OK", "NOT_FOUND", "UNAUTHENTICATED", "PERMISSION_DENIED"];
    let of_questions = calls.iter().zip(&said).take(questions);
    let of_questions = of_questions.map(|(call, said)| {
        let code = said["code"].as_str().expect("a code");
        assert!(right.contains(&code), "{call}: {said}");
        let asked = call["message"]["id"].as_str().unwrap_or_default();
        (asked.to_owned(), said.to_string())
    });
    assert_eq!(said[questions + 1]["code"], "OK", "{}", said[questions + 1]);
    ServiceAnswers {
        questions: of_questions.collect(),
        watch: said[questions]["answers"].to_string(),
        replay: said[questions + 1]["answers"].to_string(),
        submit: said[questions + 2]["code"]
            .as_str()
            .expect("a code")
            .to_owned(),
    }
}

/// The only answer of a call that was answered.
fn answer(said: &Value) -> &Value {
    assert_eq!(said["code"], "OK", "{said}");
    &said["answers"][0]
}

/// Holds that a call was refused with a code, by a problem with its page.
fn refused(said: &Value, code: &str, problem: &str) {
    assert_eq!(said["code"], code, "{said}");
    let message = said["message"].as_str().expect("a message");
    let right = message.starts_with(&format!("{problem}: "))
        && message.ends_with(&format!(" (/problems/{problem})"));
    assert!(right, "{message}");
    assert_eq!(said["metadata"]["habeas-problem"], problem, "{said}");
}
