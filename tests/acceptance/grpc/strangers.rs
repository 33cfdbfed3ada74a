//! Who takes nothing of an answer over HTTP/2 is cut off, as over HTTP/1; and whoever watches over a node asks its health
//! from anywhere, and is not counted, as at `/readyz`.
//!
//! Never here: what is answered.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};

use super::{answer, called, refused};
use crate::node::{Flags, Node};
use crate::pinned::node::{Content, SetNode};
use crate::pinned::site::NOW;

/// What a reader must take of an answer in, and how often that is looked at. Source: docs/reference/limits.md.
const SPAN: Duration = Duration::from_secs(30);
const LOOK: Duration = Duration::from_secs(10);

/// A frame of HTTP/2 (RFC 9113, section 4.1).
fn frame(sort: u8, flags: u8, stream: u8, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("short").to_be_bytes();
    let head = [
        length[1], length[2], length[3], sort, flags, 0, 0, 0, stream,
    ];
    [&head, payload].concat()
}

/// Asks for a path over HTTP/2, with a window of no byte for the answer, and never widens it.
fn ask_without_a_window(address: &str, path: &str) -> TcpStream {
    // SETTINGS_INITIAL_WINDOW_SIZE is 0; then what the other side set is acknowledged.
    let settings = [frame(4, 0, 0, &[0, 4, 0, 0, 0, 0]), frame(4, 1, 0, &[])].concat();
    // GET, http, :path and :authority by their names in the static table (RFC 7541, appendix A).
    let mut head = vec![0x82, 0x86];
    for (name, value) in [(0x04, path), (0x01, address)] {
        head.extend([name, u8::try_from(value.len()).expect("short")]);
        head.extend(value.as_bytes());
    }
    let mut stream = TcpStream::connect(address).expect("a node");
    let sent = [
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".as_slice(),
        &settings,
        &frame(1, 5, 1, &head),
    ];
    stream.write_all(&sent.concat()).expect("sent");
    stream
}

#[test]
fn who_takes_nothing_of_an_answer_over_http2_is_cut_off() {
    let node = SetNode::start(Content::Demo, NOW);
    let address = node.client.base().trim_start_matches("http://");
    let mut stream = ask_without_a_window(address, "/openapi.json");
    let mut got = Vec::new();
    let mut waits = |limit: Duration| {
        stream.set_read_timeout(Some(limit)).expect("a limit");
        let ended = stream.read_to_end(&mut got);
        ended.is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock)
    };
    assert!(waits(SPAN - LOOK), "it is given its time");
    // Reset or closed, and not by the limit of this test.
    assert!(!waits(LOOK + LOOK + LOOK), "it is cut off");
    // The head came, and no byte of the body: frames of DATA are of the sort 0.
    let mut rest = got.as_slice();
    let mut sorts = Vec::new();
    while let [a, b, c, sort, ..] = *rest {
        sorts.push(sort);
        let length = usize::try_from(u32::from_be_bytes([0, a, b, c])).expect("short");
        rest = rest.get(9 + length..).unwrap_or_default();
    }
    assert!(sorts.contains(&1) && !sorts.contains(&0), "{sorts:?}");
    assert_eq!(node.client.public("/readyz").status, 200);
    node.stop();
}

#[test]
fn health_is_told_to_who_asks_from_elsewhere_also_where_they_may_ask_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let flags = Flags {
        proxy: Some("127.0.0.1"),
        ..Flags::default()
    };
    let node = Node::start(folder.path(), &flags);
    let from = json!([["x-forwarded-for", "203.0.113.7"]]);
    let figure =
        json!({"method": "habeas.v1.QueryService/Figure", "message": {}, "metadata": from});
    let health = json!({"method": "grpc.health.v1.Health/Check", "message": {"service": "habeas.v1.QueryService"},
                        "metadata": from});
    let calls: Vec<Value> = (0..400)
        .flat_map(|_| [figure.clone(), health.clone()])
        .collect();
    let said = called(&node.client, &calls);
    let (figures, checks): (Vec<_>, Vec<_>) = said.chunks(2).map(|two| (&two[0], &two[1])).unzip();
    let limited = figures.iter().find(|one| one["code"] != "OK");
    refused(
        limited.expect("nobody asks without end"),
        "RESOURCE_EXHAUSTED",
        "rate",
    );
    for told in checks {
        assert_eq!(answer(told)["status"], 1, "serving: {told}");
    }
    node.stop();
}
