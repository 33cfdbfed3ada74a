//! A node of few descriptors: whoever holds connections and streams, others are served and events are taken.
//!
//! Never here: bounds that a part reaches by itself (tested beside each in `server`).

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;

use server::http::connections::connections_max;
use server::http::stream_readers::streams_max;

use crate::client::{Arrest, Client, uuid};
use crate::node::{Flags, Node};

/// Few, so that every bound is reached with few sockets of the test's own.
const DESCRIPTORS: u32 = 400;

/// Holds that others are served: an event is taken, and counted in the answer that waits for it. By a client that
/// has no connection yet: one that was kept since the last time is idle, and may have given its place.
fn check_served(known: &Client, number: u64) {
    let client = Client::new(known.base(), known.token());
    let arrest = Arrest {
        org: "north-desk",
        id: &uuid(number),
        case: &format!("c{number}"),
        person: &format!("p{number}"),
        day: "2020-12-11",
    };
    let answer = client.lines(&[arrest.event()]);
    assert_eq!(answer.status, 200, "{}", answer.text);
    let position = answer.json()[0]["position"].as_u64().expect("a position");
    let figure = format!("/v1/figures?measure=persons&kind=arrest&min_position={position}");
    let answer = client.public(&figure);
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.json()["total"]["count"], number);
    assert_eq!(client.public("/readyz").status, 200);
}

/// Opens a stream of changes and reads the head of the answer.
fn open_stream(address: &str) -> (TcpStream, String) {
    let mut stream = TcpStream::connect(address).expect("a connection");
    let asked = "GET /v1/changes HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n";
    stream.write_all(asked.as_bytes()).expect("it is sent");
    let mut lines = BufReader::new(stream.try_clone().expect("a handle")).lines();
    let mut head = String::new();
    while let Some(Ok(line)) = lines.next()
        && !line.is_empty()
    {
        head.push_str(&line.to_lowercase());
        head.push('\n');
    }
    (stream, head)
}

#[test]
fn sockets_that_others_hold_keep_nobody_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let flags = Flags {
        descriptors: Some(DESCRIPTORS),
        ..Flags::default()
    };
    let node = Node::start(folder.path(), &flags);
    let address = node.client.base().trim_start_matches("http://").to_owned();
    check_served(&node.client, 1);
    // More than there are places: the longest idle give theirs.
    let most = connections_max(DESCRIPTORS.into());
    let idle: Vec<TcpStream> = (0..most + 20)
        .map(|_| TcpStream::connect(&address).expect("a connection"))
        .collect();
    check_served(&node.client, 2);
    // Half a head is as idle as none.
    for mut socket in &idle {
        // Some were closed by now.
        drop(socket.write_all(b"GET /v1/cases HTTP/1.1\r\nHost:"));
    }
    check_served(&node.client, 3);
    // Streams are never idle; so they have a bound of their own, and leave places.
    let streams: Vec<_> = (0..streams_max(most))
        .map(|_| open_stream(&address))
        .collect();
    for (_, head) in &streams {
        assert!(head.starts_with("http/1.1 200"), "{head}");
    }
    let (_, refused) = open_stream(&address);
    assert!(refused.starts_with("http/1.1 503"), "{refused}");
    assert!(refused.contains("retry-after: 10"), "{refused}");
    check_served(&node.client, 4);
    drop((idle, streams));
    check_served(&node.client, 5);
    node.stop();
}
