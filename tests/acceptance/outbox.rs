//! `habeas emit --outbox`: what is put in while no node answers comes into its record once and in order, also where
//! the sender is killed between the node's work and its own.
//!
//! Never here: failures of the disk, which the command's own tests let happen at each step.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;

use serde_json::Value;

use crate::client::{Arrest, uuid};
use crate::node::{Flags, Node, program};

/// Nobody listens there: it is reserved, and of root alone.
const NOBODY: &str = "http://127.0.0.1:1";

fn arrest(number: u64) -> String {
    let (id, case, person) = (uuid(number), format!("c{number}"), format!("p{number}"));
    Arrest {
        org: "alpha",
        id: &id,
        case: &case,
        person: &person,
        day: "2020-12-11",
    }
    .event()
}

fn habeas(server: &str, token: &str, outbox: &Path) -> Command {
    let mut command = Command::new(program("habeas"));
    command
        .args(["emit", "--server", server, "--outbox"])
        .arg(outbox)
        .args(["-o", "jsonl"])
        .env("HABEAS_TOKEN", token)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Puts events in by standard input, and sends what is in.
fn put(server: &str, token: &str, outbox: &Path, events: &[String]) -> Output {
    let child = habeas(server, token, outbox).arg("-").spawn();
    finished(child.expect("habeas runs"), &events.join("\n"))
}

/// Sends what is in.
fn send(server: &str, token: &str, outbox: &Path) -> Output {
    let child = habeas(server, token, outbox).spawn().expect("habeas runs");
    finished(child, "")
}

fn finished(mut child: Child, input: &str) -> Output {
    let mut stdin = child.stdin.take().expect("its input is piped");
    stdin.write_all(input.as_bytes()).expect("it reads");
    drop(stdin);
    child.wait_with_output().expect("it ends")
}

fn verdicts(output: &Output) -> Vec<Value> {
    let text = String::from_utf8_lossy(&output.stdout);
    let lines = text.lines().map(serde_json::from_str);
    lines.map(|line| line.expect("JSON")).collect()
}

fn entries(outbox: &Path, folder: &str) -> usize {
    std::fs::read_dir(outbox.join(folder))
        .expect("a folder")
        .count()
}

/// The ids in the record, in its order.
fn recorded(node: &Node, last: u64) -> Vec<String> {
    let list = node
        .client
        .get(&format!("/v1/events?limit=1000&min_position={last}"))
        .json();
    let events = list["events"].as_array().expect("events").iter();
    let events = events.filter(|one| one["event"]["org"] == "alpha");
    events
        .map(|one| one["event"]["id"].as_str().expect("an id").to_owned())
        .collect()
}

#[test]
fn what_is_put_in_while_the_node_is_away_is_sent_in_order_later() {
    let folder = tempfile::tempdir().expect("a folder");
    let outbox = folder.path().join("outbox");
    for events in [vec![arrest(3), arrest(1)], vec![arrest(2)]] {
        let output = put(NOBODY, "t", &outbox, &events);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(69), "{told}");
        assert!(told.contains("are in the outbox still"), "{told}");
    }
    assert_eq!(entries(&outbox, "entries"), 2);
    let node = Node::start(&folder.path().join("node"), &Flags::default());
    let (server, token) = (
        node.client.base().to_owned(),
        node.client.token().to_owned(),
    );
    // The node refuses who sends; nothing leaves the outbox.
    assert_eq!(
        send(&server, "habeas_unknown", &outbox).status.code(),
        Some(1)
    );
    assert_eq!(entries(&outbox, "entries"), 2);
    let output = send(&server, &token, &outbox);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let ids: Vec<String> = [3, 1, 2].map(uuid).to_vec();
    let said: Vec<Value> = verdicts(&output)
        .iter()
        .map(|one| one["id"].clone())
        .collect();
    assert_eq!(said, ids);
    assert_eq!(entries(&outbox, "entries"), 0);
    assert_eq!(recorded(&node, 4), ids);
    // What the node rejects is kept with its verdict, and the rest is in.
    let wrong = arrest(5).replace("\"expression\"", "\"expresion\"");
    let refused = put(&server, &token, &outbox, std::slice::from_ref(&wrong));
    assert_eq!(
        (refused.status.code(), entries(&outbox, "entries")),
        (Some(5), 0)
    );
    let mut unchecked = habeas(&server, &token, &outbox);
    let child = unchecked
        .args(["--no-check", "-"])
        .spawn()
        .expect("habeas runs");
    let output = finished(child, &format!("{wrong}\n{}", arrest(6)));
    assert_eq!(output.status.code(), Some(5), "{output:?}");
    assert_eq!(
        (entries(&outbox, "entries"), entries(&outbox, "rejected")),
        (0, 1)
    );
    assert_eq!(recorded(&node, 5).len(), 4);
    node.stop();
}

/// Takes one request, passes it on to the node, and keeps its answer: whoever asked waits for ever.
fn swallow(listener: &TcpListener, node: &str) -> (TcpStream, String) {
    let (mut asking, _) = listener.accept().expect("a connection");
    let mut reader = BufReader::new(asking.try_clone().expect("a connection"));
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).expect("a line");
        if let Some(said) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = said.trim().parse().expect("a number");
        }
        let is_end = line == "\r\n";
        // It is closed behind the answer, so that its end is seen.
        if !line.to_ascii_lowercase().starts_with("connection:") {
            head.push_str(if is_end {
                "connection: close\r\n\r\n"
            } else {
                &line
            });
        }
        if is_end {
            break;
        }
    }
    if head.to_ascii_lowercase().contains("expect: 100-continue") {
        asking
            .write_all(b"HTTP/1.1 100 Continue\r\n\r\n")
            .expect("written");
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("a body");
    let mut onward = TcpStream::connect(node).expect("the node");
    onward.write_all(head.as_bytes()).expect("written");
    onward.write_all(&body).expect("written");
    let mut answer = String::new();
    onward.read_to_string(&mut answer).expect("an answer");
    (asking, answer)
}

#[test]
fn a_sender_that_is_killed_before_it_hears_the_verdicts_doubles_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let outbox = folder.path().join("outbox");
    let node = Node::start(&folder.path().join("node"), &Flags::default());
    let (server, token) = (
        node.client.base().to_owned(),
        node.client.token().to_owned(),
    );
    let without_id = arrest(8).replace(&format!("\"id\":\"{}\",", uuid(8)), "");
    let events = [arrest(7), without_id, arrest(9)];
    assert_eq!(
        put(NOBODY, &token, &outbox, &events).status.code(),
        Some(69)
    );
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let between = format!("http://{}", listener.local_addr().expect("a port"));
    let (sent, heard) = mpsc::channel();
    let behind = server.trim_start_matches("http://").to_owned();
    let swallowed = std::thread::spawn(move || {
        let held = swallow(&listener, &behind);
        sent.send(held).expect("the test waits");
    });
    let mut sender = habeas(&between, &token, &outbox)
        .spawn()
        .expect("habeas runs");
    let (held, answer) = heard.recv().expect("the node answered");
    assert!(answer.contains("\"position\""), "{answer}");
    sender.kill().expect("it runs");
    sender.wait().expect("it is gone");
    drop(held);
    swallowed.join().expect("it ends");
    assert_eq!(entries(&outbox, "entries"), 1, "no verdict was heard");
    let output = send(&server, &token, &outbox);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let verdicts = verdicts(&output);
    assert!(
        verdicts.iter().all(|one| one["repeat"] == true),
        "{verdicts:?}"
    );
    assert_eq!(entries(&outbox, "entries"), 0);
    let recorded = recorded(&node, 4);
    assert_eq!(
        (recorded.len(), &recorded[0], &recorded[2]),
        (3, &uuid(7), &uuid(9))
    );
    node.stop();
}
