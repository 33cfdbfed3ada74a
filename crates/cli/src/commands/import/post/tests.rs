//! Posting against a server of a few lines on the loopback.
//!
//! The server's answers are given or made from what it was sent; it never sleeps.

use std::cell::RefCell;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::rc::Rc;
use std::thread::JoinHandle;
use std::time::Duration;

use super::Error;
use super::batch::Batch;
use super::request::{Poster, TRIES_MAX};
use super::voice::Voice;
use crate::commands::import::Records;

/// Stands for a question of what the log has, whose body is empty.
pub(super) const ASKED: &str = "?";

/// Stands for a question in whose name the token sends, whose body is empty.
pub(super) const WHO: &str = "who?";

/// Answers each connection with what `answer` makes of the body, until it makes nothing.
///
/// Returns the bodies it was sent; of a question of what the log has, [`ASKED`].
pub(super) fn serve(
    mut answer: impl FnMut(&str) -> Option<String> + Send + 'static,
) -> (String, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let thread = std::thread::spawn(move || {
        let mut bodies = Vec::new();
        loop {
            let (stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(stream);
            let (mut length, mut line, mut asked) = (0, String::new(), None);
            while reader.read_line(&mut line).unwrap() > 2 {
                for (path, question) in [("/v1/events?", ASKED), ("/v1/access ", WHO)] {
                    if line.starts_with(&format!("GET {path}")) {
                        asked = Some(question);
                    }
                }
                if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                line.clear();
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            let body = match asked {
                Some(question) => question.to_owned(),
                None => String::from_utf8(body).unwrap(),
            };
            let Some(text) = answer(&body) else {
                return bodies;
            };
            bodies.push(body);
            reader.into_inner().write_all(text.as_bytes()).unwrap();
        }
    });
    (url, thread)
}

/// Answers with each of `answers` in turn.
fn server(answers: Vec<&'static str>) -> (String, JoinHandle<Vec<String>>) {
    let mut answers = answers.into_iter();
    serve(move |_| answers.next().map(str::to_owned))
}

/// Makes a last request, so that the server's thread ends, and returns what it was sent.
pub(super) fn end(url: &str, thread: JoinHandle<Vec<String>>) -> Vec<String> {
    let mut stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
    stream
        .write_all(b"GET / HTTP/1.1\r\nContent-Length: 0\r\n\r\n")
        .unwrap();
    thread.join().unwrap()
}

fn batch() -> Batch {
    Batch {
        lines: b"{\"id\":\"1\"}\n".to_vec(),
        events: 1,
        origins: Vec::new(),
    }
}

const BUSY: &str =
    "HTTP/1.1 503 Busy\r\nRetry-After: 2\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
const LOST: &str = "";
const TAKEN: &str =
    "HTTP/1.1 200 OK\r\nContent-Length: 22\r\nConnection: close\r\n\r\n[{\"position\":1}]      ";
pub(super) const FORBIDDEN: &str =
    "HTTP/1.1 401 Who\r\nContent-Length: 8\r\nConnection: close\r\n\r\nno token";

#[test]
fn a_busy_or_lost_server_gets_the_same_bytes_again() {
    let (url, thread) = server(vec![BUSY, LOST, TAKEN]);
    let waits = RefCell::new(Vec::new());
    let said = Rc::new(RefCell::new(Vec::new()));
    let mut poster = Poster::new(&url, Some("t")).unwrap();
    poster.voice = Voice::kept(&said);
    let answer = poster
        .post(&batch(), &|wait| waits.borrow_mut().push(wait))
        .unwrap();
    assert!(answer.starts_with(b"[{\"position\":1}]"));
    assert_eq!(end(&url, thread), vec!["{\"id\":\"1\"}\n"; 3]);
    assert_eq!(
        *waits.borrow(),
        [Duration::from_secs(2), Duration::from_millis(500)]
    );
    // Said at once, and once: the second try follows on the first.
    let again = "it is tried again with growing waits, at most 30 times, for about four minutes";
    assert_eq!(
        *said.borrow(),
        [
            format!("{url}/v1/events is busy (503); {again}"),
            format!("{url}/v1/events answers again")
        ]
    );
}

#[test]
fn a_refusal_is_not_tried_again() {
    let (url, thread) = server(vec![FORBIDDEN]);
    let error = Poster::new(&url, None)
        .unwrap()
        .post(&batch(), &|_| panic!("waited"))
        .unwrap_err();
    assert!(
        matches!(error, Error::Refused { status: 401, .. }),
        "{error}"
    );
    assert_eq!(end(&url, thread).len(), 1);
}

#[test]
fn a_server_that_stays_away_is_given_up() {
    // A port that was just free: nothing listens there.
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let waits = RefCell::new(0);
    let said = Rc::new(RefCell::new(Vec::new()));
    let mut poster = Poster::new(&format!("http://{free}"), None).unwrap();
    poster.voice = Voice::kept(&said);
    let error = poster
        .post(&batch(), &|_| {
            assert!(
                said.borrow()[0].contains("does not answer (io: "),
                "{said:?}"
            );
            *waits.borrow_mut() += 1;
        })
        .unwrap_err();
    assert!(
        matches!(
            error,
            Error::Unreachable {
                tries: TRIES_MAX,
                ..
            }
        ),
        "{error}"
    );
    assert_eq!((*waits.borrow(), said.borrow().len()), (TRIES_MAX, 1));
}

/// A server that keeps ids: an id it knows is a repeat. An empty body ends it.
pub(super) fn keeping() -> (String, JoinHandle<Vec<String>>) {
    let mut known: Vec<String> = Vec::new();
    serve(move |body| {
        match body {
            "" => return None,
            ASKED => return Some(json_answer("200 OK", "{\"events\":[]}")),
            _ => {}
        }
        let verdicts = body.lines().map(|line| {
            let event: serde_json::Value = serde_json::from_str(line).unwrap();
            let id = event["id"].as_str().unwrap();
            let place = known.iter().position(|one| one == id);
            if place.is_none() {
                known.push(id.to_owned());
            }
            let position = place.map_or(known.len(), |place| place + 1);
            format!(
                r#"{{"id":"{id}","position":{position},"repeat":{}}}"#,
                place.is_some()
            )
        });
        let body = format!("[{}]", verdicts.collect::<Vec<_>>().join(","));
        let length = body.len();
        Some(format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        ))
    })
}

/// Takes out the one question of what was done about the rows that the log has.
fn asked_once(mut bodies: Vec<String>) -> Vec<String> {
    let before = bodies.len();
    bodies.retain(|body| body != ASKED);
    assert_eq!(before - bodies.len(), 1);
    bodies
}

#[test]
fn an_import_is_posted_in_order_and_a_second_one_adds_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let rows: String = (1..=18_000)
        .map(|no| format!("{no},2020-01-02\n"))
        .collect();
    std::fs::write(folder.path().join("a.csv"), format!("no,day\n{rows}")).unwrap();
    let mapping = "format = 1\norg = 'test'\nsource = '//test.example/a'\ninputs = ['a.csv']\n\
        [row]\nkey = ['no']\nsubject = {column = 'no'}\n\
        set = {visibility = 'public'}\nrecordedtime = {text = '2020-01-03T00:00:00Z'}\nfrom = {occurred = {column = 'day'}}\n\
        [[event]]\nkind = 'arrest'\n";
    std::fs::write(folder.path().join("m.toml"), mapping).unwrap();
    let (url, thread) = keeping();
    let args = || crate::commands::import::Args {
        files: Vec::new(),
        mapping: folder.path().join("m.toml"),
        folder: None,
        server: url.clone(),
        token: None,
        ca: None,
        dry_run: false,
        offline: false,
        output: None,
        rejected: None,
        gone: None,
        no_wait: false,
        quiet: true,
        limit_snapshots: None,
        suggest: false,
        template: None,
        set: Vec::new(),
    };
    let first = posted(args());
    assert_eq!(
        (first.new, first.repeats, first.position),
        (18_000, 0, 18_000)
    );
    let second = posted(args());
    assert_eq!(
        (second.new, second.repeats, second.position),
        (0, 18_000, 18_000)
    );
    let bodies = end(&url, thread);
    let bodies = asked_once(bodies);
    let events: Vec<usize> = bodies.iter().map(|body| body.lines().count()).collect();
    let once = [4_000, 4_000, 4_000, 4_000, 2_000];
    assert_eq!(events, [once, once].concat());
    // The run alone differs, which is no part of an event's content.
    let content = |body: &String| {
        let lines = body.split("\"importrun\":\"");
        let rest = lines.map(|line| {
            line.split_once("\",")
                .map_or(line, |(_, rest)| rest)
                .to_owned()
        });
        rest.collect::<String>()
    };
    let sent: Vec<String> = bodies.iter().map(content).collect();
    assert!(sent[..5] == sent[5..], "the second sent other content");
    let subjects = bodies[..5]
        .iter()
        .flat_map(|body| body.lines())
        .map(|line| {
            let event: serde_json::Value = serde_json::from_str(line).unwrap();
            event["subject"].as_str().unwrap()["test:".len()..]
                .parse::<usize>()
                .unwrap()
        });
    assert!(subjects.eq(1..=18_000), "not in order");
}

/// An answer with these verdicts or events.
pub(super) fn json_answer(status: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}")
}

/// A conflict with the event at a position, as the server tells it.
fn conflict(event: &serde_json::Value, at: u64) -> String {
    let id = &event["id"];
    format!(
        "{{\"id\":{id},\"code\":\"E0302\",\"expected\":\"a new id; the first is at position {at}\"}}"
    )
}

/// Answers for a log that has row 1 with another day, row 2 in another case, and row 3 as it is.
fn a_log_with_three_rows() -> impl FnMut(&str) -> Option<String> + Send + 'static {
    let (mut step, mut log) = (0, String::new());
    move |body| {
        step += 1;
        match step {
            1 => {
                let sent: Vec<serde_json::Value> = body
                    .lines()
                    .map(|l| serde_json::from_str(l).unwrap())
                    .collect();
                let (mut one, mut two) = (sent[0].clone(), sent[1].clone());
                one["data"]["occurred"] = "2020-12-10".into();
                two["subject"] = "test:9".into();
                log = format!(
                    "{{\"events\":[{{\"position\":7,\"event\":{one}}},{{\"position\":8,\"event\":{two}}}]}}"
                );
                let verdicts = [
                    conflict(&sent[0], 7),
                    conflict(&sent[1], 8),
                    "{\"position\":9,\"repeat\":true}".to_owned(),
                ];
                let verdicts = format!("[{}]", verdicts.join(","));
                Some(json_answer("207 Some", &verdicts))
            }
            // What was acted on of the rows that are as they were, and what the log has of the others.
            2 | 3 => Some(json_answer("200 OK", &log)),
            4 => Some(json_answer(
                "200 OK",
                "[{\"position\":10,\"repeat\":false}]",
            )),
            _ => None,
        }
    }
}

#[test]
fn a_row_that_came_back_changed_is_corrected_and_what_cannot_be_is_rejected_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let sheet = "no,day\n1,2020-11-11\n2,2020-11-12\n3,2020-11-13\n";
    std::fs::write(folder.path().join("a.csv"), sheet).unwrap();
    let mapping = "format = 1\norg = 'test'\nsource = '//test.example/a'\ninputs = ['a.csv']\n\
        [row]\nkey = ['no']\nsubject = {column = 'no'}\nset = {visibility = 'public'}\n\
        recordedtime = {text = '2020-12-10T05:30:00+07:00'}\nfrom = {occurred = {column = 'day'}}\n\
        [[event]]\nkind = 'arrest'\n";
    std::fs::write(folder.path().join("m.toml"), mapping).unwrap();
    let (url, thread) = serve(a_log_with_three_rows());
    let args = crate::commands::import::Args {
        files: Vec::new(),
        mapping: folder.path().join("m.toml"),
        folder: None,
        server: url.clone(),
        token: None,
        ca: None,
        dry_run: false,
        offline: false,
        output: None,
        rejected: None,
        gone: None,
        no_wait: false,
        quiet: true,
        limit_snapshots: None,
        suggest: false,
        template: None,
        set: Vec::new(),
    };
    let posted = posted(args);
    assert_eq!((posted.new, posted.corrections, posted.repeats), (0, 1, 1));
    let lines: Vec<u64> = posted
        .rejections
        .events
        .iter()
        .map(|event| event.origin.line)
        .collect();
    assert_eq!(lines, [3]);
    assert!(posted.rejections.events[0].found.contains("case"));
    assert_eq!(posted.rejections.events[0].code, "I0201");
    let bodies = end(&url, thread);
    let correction: serde_json::Value = serde_json::from_str(&bodies[3]).unwrap();
    assert_eq!(correction["type"], "habeas.correction.v1");
    assert_eq!(
        correction["data"]["patch"],
        serde_json::json!({"occurred": "2020-11-11"})
    );
}

/// Answers for a log whose row 1 was imported as it is now sent, and corrected by the same tool since; the event of
/// row 2 was retracted.
fn a_log_with_acts() -> impl FnMut(&str) -> Option<String> + Send + 'static {
    let (mut step, mut log) = (0, String::new());
    move |body| {
        step += 1;
        match step {
            1 => {
                let sent: Vec<serde_json::Value> = body
                    .lines()
                    .map(|line| serde_json::from_str(line).unwrap())
                    .collect();
                let act = |kind: &str, of: &serde_json::Value, more: serde_json::Value| {
                    let mut data = more;
                    data["target"] = serde_json::json!({"org": of["org"], "source": of["source"], "id": of["id"]});
                    serde_json::json!({"id": "5b0d6c1e-6f1a-4d0e-9a55-0e6f3f3e2a01", "org": "test",
                        "source": "//test.example/a", "type": format!("habeas.{kind}.v1"),
                        "importrun": "5b0d6c1e-6f1a-4d0e-9a55-0e6f3f3e2a00",
                        "recordedtime": "2020-12-11T00:00:00Z", "data": data})
                };
                let patch = serde_json::json!({"patch": {"occurred": "2020-11-30"}});
                let events = [
                    sent[0].clone(),
                    sent[1].clone(),
                    act("correction", &sent[0], patch),
                    act("retraction", &sent[1], serde_json::json!({})),
                ];
                let leaves = (7..).zip(&events).map(|(position, event)| {
                    serde_json::json!({"position": position, "event": event}).to_string()
                });
                let leaves: Vec<String> = leaves.collect();
                log = format!("{{\"events\":[{}]}}", leaves.join(","));
                let verdicts = "[{\"id\":ONE,\"position\":7,\"repeat\":true},\
                     {\"id\":TWO,\"position\":8,\"repeat\":true}]";
                let verdicts = verdicts
                    .replace("ONE", &sent[0]["id"].to_string())
                    .replace("TWO", &sent[1]["id"].to_string());
                Some(json_answer("200 OK", &verdicts))
            }
            2 | 3 => Some(json_answer("200 OK", &log)),
            4 => Some(json_answer(
                "200 OK",
                "[{\"position\":11,\"repeat\":false}]",
            )),
            _ => None,
        }
    }
}

/// A, B, A: what the log has of the row is what it says first, and not what it said last.
#[test]
fn a_row_that_returns_to_what_it_said_first_is_corrected_back() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("a.csv"),
        "no,day\n1,2020-11-11\n2,2020-11-12\n",
    )
    .unwrap();
    let mapping = "format = 1\norg = 'test'\nsource = '//test.example/a'\ninputs = ['a.csv']\n\
        [row]\nkey = ['no']\nset = {visibility = 'public'}\n\
        recordedtime = {text = '2020-12-10T05:30:00Z'}\nfrom = {occurred = {column = 'day'}}\n\
        [[event]]\nkind = 'arrest'\n";
    std::fs::write(folder.path().join("m.toml"), mapping).unwrap();
    let (url, thread) = serve(a_log_with_acts());
    let args = crate::commands::import::Args {
        files: Vec::new(),
        mapping: folder.path().join("m.toml"),
        folder: None,
        server: url.clone(),
        token: None,
        ca: None,
        dry_run: false,
        offline: false,
        output: None,
        rejected: None,
        gone: None,
        no_wait: true,
        quiet: true,
        limit_snapshots: None,
        suggest: false,
        template: None,
        set: Vec::new(),
    };
    let posted = posted(args);
    assert_eq!((posted.new, posted.corrections, posted.repeats), (0, 1, 0));
    let told = &posted.rejections.events[0];
    assert_eq!((told.origin.line, told.code.as_str()), (3, "I0201"));
    assert!(told.found.contains("retracted"), "{}", told.found);
    let bodies = end(&url, thread);
    let correction: serde_json::Value = serde_json::from_str(&bodies[3]).unwrap();
    assert_eq!(
        correction["data"]["patch"],
        serde_json::json!({"occurred": "2020-11-11"})
    );
}

/// Imports, and returns what became of the events.
fn posted(args: crate::commands::import::Args) -> super::PostingTotals {
    let summary = crate::commands::import::import(args, Records::None);
    summary.unwrap().posted
}
