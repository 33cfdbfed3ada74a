//! A stream that breaks, against a server of a few lines; no test waits.

use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::time::Duration;

use expect_test::expect;

use super::*;
use crate::commands::testing::{Request, Server, at_terminal, problem};

const RECORDED: &str = include_str!("../tests/recorded/changes.txt");

const AT_ONCE: Waits = Waits {
    first: Duration::ZERO,
    longest: Duration::ZERO,
    tries_max: 3,
};

/// An open stream: without a length, so that it ends with the connection.
fn stream(events: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n{events}"
    )
}

fn change(position: u64) -> String {
    format!(
        "event: change\r\nid: 0a1b2c3d.{position}\r\ndata: {{\"position\":{position},\r\ndata: \"event\":{{}}}}\r\n\r\n"
    )
}

/// Follows `answers` after position `after`; returns the outcome, both outputs and what was asked.
fn follow(
    answers: Vec<String>,
    after: u64,
    form: Form,
) -> (Result<(), Failure>, String, String, Vec<Request>) {
    let server = Server::new(answers);
    let (sender, told) = sync_channel(AHEAD_MAX);
    let watch = Watch {
        client: Arc::new(Client::new(&server.url, None).unwrap()),
        form,
        waits: AT_ONCE,
        last: after,
        last_id: String::new(),
        sender,
        told,
    };
    let (done, out, err) = at_terminal("", None, |terminal| watch.follow(terminal));
    (done, out, err, server.requests())
}

#[test]
fn a_broken_stream_goes_on_after_the_last_change_and_shows_none_twice() {
    let answers = vec![
        stream(&format!(
            ": hello\n\n{}{}id: 9\ndata: cut o",
            change(7),
            change(8)
        )),
        problem(503, "busy", "the read model is being built"),
        stream(&format!("{}{}", change(8), change(9))),
        problem(401, "token", "the token is not known"),
    ];
    let (done, out, err, requests) = follow(answers, 6, Form::Jsonl);
    assert!(matches!(done, Err(Failure::Refused(problem)) if problem.status == 401));
    expect![[r#"
        {"position":7, "event":{}}
        {"position":8, "event":{}}
        {"position":9, "event":{}}
    "#]]
    .assert_eq(&out);
    assert_eq!(err.matches("trying again").count(), 3, "{err}");
    let asked: Vec<_> = requests
        .iter()
        .map(|one| (one.head[0].as_str(), one.header("last-event-id")))
        .collect();
    let (first, again) = (
        "GET /v1/changes?after=6 HTTP/1.1",
        "GET /v1/changes HTTP/1.1",
    );
    assert_eq!(
        asked,
        [
            (first, None),
            (again, Some("0a1b2c3d.8")),
            (again, Some("0a1b2c3d.8")),
            (again, Some("0a1b2c3d.9"))
        ]
    );
    assert!(
        requests
            .iter()
            .all(|one| one.header("accept") == Some("text/event-stream"))
    );
}

#[test]
fn a_stream_of_another_log_goes_on_where_it_says() {
    let reset = "event: reset\nid: 4e5f6a7b.2\ndata: {\"position\":2}\n\n";
    let answers = vec![
        stream(&change(9)),
        stream(&format!("{reset}{}", change(3))),
        problem(401, "token", "the token is not known"),
    ];
    let (_, out, err, requests) = follow(answers, 8, Form::Jsonl);
    expect![[r#"
        {"position":9, "event":{}}
        {"position":3, "event":{}}
    "#]]
    .assert_eq(&out);
    assert!(
        err.contains("another log") && err.contains("after position 2"),
        "{err}"
    );
    let ids: Vec<_> = requests
        .iter()
        .map(|one| one.header("last-event-id"))
        .collect();
    assert_eq!(ids, [None, Some("0a1b2c3d.9"), Some("0a1b2c3d.3")]);
}

#[test]
fn a_server_that_never_answered_is_not_tried_again() {
    let (done, out, err, requests) = follow(vec![problem(503, "busy", "no")], 0, Form::Jsonl);
    assert!(matches!(done, Err(Failure::Refused(_))));
    assert_eq!((out.as_str(), requests.len()), ("", 1));
    assert!(!err.contains("trying again"), "{err}");
}

#[test]
fn tries_are_bounded_and_counted_anew_after_a_change() {
    let answers = vec![
        stream(""),
        stream(""),
        stream(&change(1)),
        stream(""),
        stream(""),
        stream(""),
    ];
    let (done, out, _, requests) = follow(answers, 0, Form::Json);
    assert!(matches!(done, Err(Failure::Unreachable { .. })));
    assert_eq!((out.lines().count(), requests.len()), (1, 6));
}

#[test]
fn a_stream_of_something_else_is_a_failure() {
    let (done, ..) = follow(
        vec!["HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}".into()],
        0,
        Form::Json,
    );
    assert!(matches!(done, Err(Failure::Answer { .. })));
    let endless = stream(&format!("data: {}\n\n", "x".repeat(2 << 20)));
    let (done, out, ..) = follow(vec![endless], 0, Form::Json);
    assert!(matches!(done, Err(Failure::Answer { .. })));
    assert_eq!(out, "");
}

#[test]
fn a_stop_ends_it_cleanly_and_says_how_to_go_on() {
    let (sender, told) = sync_channel(AHEAD_MAX);
    sender.send(StreamMessage::Stop).unwrap();
    let watch = Watch {
        client: Arc::new(Client::new("http://127.0.0.1:1", None).unwrap()),
        form: Form::Table,
        waits: AT_ONCE,
        last: 41,
        last_id: String::new(),
        sender,
        told,
    };
    let (done, out, err) = at_terminal("", None, |terminal| watch.follow(terminal));
    assert!(done.is_ok());
    assert_eq!(out, "");
    assert!(err.contains("`habeas watch --after 41` goes on"), "{err}");
}

#[test]
fn waits_double_up_to_the_longest() {
    let waits: Vec<_> = (1..=8)
        .map(|tries| WAITS.before(tries).as_millis())
        .collect();
    assert_eq!(
        waits,
        [250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]
    );
    assert_eq!(WAITS.before(u32::MAX), WAITS.longest);
}

fn shown(form: Form) -> String {
    let stream = stream(RECORDED);
    let (_, out, _, _) = follow(vec![stream, problem(401, "token", "no")], 0, form);
    out
}

#[test]
fn a_change_is_one_line() {
    expect![[r#"
        changes:
             71  arrest                2020-12-08/2020-12-11  khmer-watch     khmer-watch:k20-008       khmer-watch:108
             72  arrest                2020-12-13             mekong-rights   mekong-rights:2020-011    mekong-rights:p14
    "#]].assert_eq(&format!("changes:\n{}", shown(Form::Table)));
    expect![[r#"
        position,receivedtime,recordedtime,kind,org,source,id,subject,occurred,persons
        71,2026-11-23T23:20:52.706Z,2020-12-13T10:00:00+07:00,arrest,khmer-watch,//khmer-watch.example/forms,66609a33-0194-5d03-b3a8-09d3036dfa1f,khmer-watch:k20-008,2020-12-08/2020-12-11,khmer-watch:108
        72,2026-11-23T23:34:54.847Z,2020-12-14T09:00:00+07:00,arrest,mekong-rights,//mekong-rights.example/desk,5b0d6c1e-6f1a-4d0e-9a55-0e6f3f3e2a01,mekong-rights:2020-011,2020-12-13,mekong-rights:p14
    "#]].assert_eq(&shown(Form::Csv));
    let data = RECORDED
        .lines()
        .filter_map(|line| line.strip_prefix("data: "));
    let sent: Vec<_> = data.collect();
    let out = shown(Form::Jsonl);
    assert_eq!(out.lines().collect::<Vec<_>>(), sent);
}

#[test]
fn a_leaf_that_is_no_event_of_ours_is_still_a_line() {
    let odd = "id: 3\ndata: {\"position\":3,\"event\":\"\\u001b[31m\"}\n\n";
    let (_, out, _, _) = follow(
        vec![stream(odd), problem(401, "token", "no")],
        0,
        Form::Table,
    );
    assert!(out.starts_with("      3  (not an event)"), "{out}");
    assert!(!out.contains('\x1b'), "{out}");
    let odd = "id: 3\ndata: {\"position\":3,\"event\":{\"type\":\"\\u001b[31m\"}}\n\n";
    let (_, out, _, _) = follow(
        vec![stream(odd), problem(401, "token", "no")],
        0,
        Form::Table,
    );
    assert!(out.starts_with("      3  \u{FFFD}[31m "), "{out}");
}
