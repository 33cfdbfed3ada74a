//! Posting against a server of a few lines on the loopback.
//!
//! The server's answers are given or made from what it was sent; it never sleeps.

use std::cell::RefCell;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::JoinHandle;
use std::time::Duration;

use super::Error;
use super::batch::Batch;
use super::request::{Poster, TRIES_MAX};

/// Answers each connection with what `answer` makes of the body, until it makes nothing.
///
/// Returns the bodies it was sent.
fn serve(
    mut answer: impl FnMut(&str) -> Option<String> + Send + 'static,
) -> (String, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let thread = std::thread::spawn(move || {
        let mut bodies = Vec::new();
        loop {
            let (stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(stream);
            let (mut length, mut line) = (0, String::new());
            while reader.read_line(&mut line).unwrap() > 2 {
                if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                line.clear();
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            let body = String::from_utf8(body).unwrap();
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
fn end(url: &str, thread: JoinHandle<Vec<String>>) -> Vec<String> {
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
const FORBIDDEN: &str =
    "HTTP/1.1 401 Who\r\nContent-Length: 8\r\nConnection: close\r\n\r\nno token";

#[test]
fn a_busy_or_lost_server_gets_the_same_bytes_again() {
    let (url, thread) = server(vec![BUSY, LOST, TAKEN]);
    let waits = RefCell::new(Vec::new());
    let poster = Poster::new(&url, Some("t")).unwrap();
    let answer = poster
        .post(&batch(), &|wait| waits.borrow_mut().push(wait))
        .unwrap();
    assert!(answer.starts_with(b"[{\"position\":1}]"));
    assert_eq!(end(&url, thread), vec!["{\"id\":\"1\"}\n"; 3]);
    assert_eq!(
        *waits.borrow(),
        [Duration::from_secs(2), Duration::from_millis(500)]
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
    let error = Poster::new(&format!("http://{free}"), None)
        .unwrap()
        .post(&batch(), &|_| *waits.borrow_mut() += 1)
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
    assert_eq!(*waits.borrow(), TRIES_MAX);
}

/// A server that keeps ids: an id it knows is a repeat. An empty body ends it.
fn keeping() -> (String, JoinHandle<Vec<String>>) {
    let mut known: Vec<String> = Vec::new();
    serve(move |body| {
        if body.is_empty() {
            return None;
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
        no_wait: false,
        quiet: true,
        limit_snapshots: None,
        suggest: false,
        template: None,
        set: Vec::new(),
    };
    let first = crate::commands::import::import(args()).unwrap().posted;
    assert_eq!(
        (first.new, first.repeats, first.position),
        (18_000, 0, 18_000)
    );
    let second = crate::commands::import::import(args()).unwrap().posted;
    assert_eq!(
        (second.new, second.repeats, second.position),
        (0, 18_000, 18_000)
    );
    let bodies = end(&url, thread);
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
    assert!(
        sent[..5] == sent[5..],
        "the second import sent other content"
    );
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
fn json_answer(status: &str, body: &str) -> String {
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
            2 => Some(json_answer("200 OK", &log)),
            3 => Some(json_answer(
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
        no_wait: false,
        quiet: true,
        limit_snapshots: None,
        suggest: false,
        template: None,
        set: Vec::new(),
    };
    let posted = crate::commands::import::import(args).unwrap().posted;
    assert_eq!((posted.new, posted.corrections, posted.repeats), (0, 1, 1));
    let lines: Vec<u64> = posted
        .rejections
        .events
        .iter()
        .map(|event| event.origin.line)
        .collect();
    assert_eq!(lines, [3]);
    assert!(posted.rejections.events[0].hint.contains("case"));
    let bodies = end(&url, thread);
    let correction: serde_json::Value = serde_json::from_str(&bodies[2]).unwrap();
    assert_eq!(correction["type"], "habeas.correction.v1");
    assert_eq!(
        correction["data"]["patch"],
        serde_json::json!({"occurred": "2020-11-11"})
    );
}
