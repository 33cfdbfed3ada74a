//! HTTP as RFC 9110 and RFC 9112 say: requests as they stand on the wire, each with what is answered.
//!
//! Start at `ROWS`. What is said of values alone is tested where they are read.
//!
//! Never here: what is answered about the record.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use crate::node::{Flags, Node};

/// The head of a request behind its `Host`, with `{token}` for the operator's, and a body behind `|`; the
/// status, and what stands in the answer in lower case, or must not where it begins with `!`.
#[rustfmt::skip] // A table is read line by line.
const ROWS: &[(&str, &str, u16, &[&str])] = &[
    // The host.
    ("GET /v1/cases HTTP/1.1", "", 400, &["/problems/request"]),
    ("GET /v1/cases HTTP/1.1", "Host: a\nHost: b", 400, &["/problems/request"]),
    ("GET /v1/cases HTTP/1.1", "Host: ev\"il<x>", 400, &["/problems/request"]),
    ("GET /v1/cases HTTP/1.0", "", 200, &[]),
    // Content codings.
    ("GET /held HTTP/1.1", "Host: a\nAccept-Encoding: GZIP", 200, &["content-encoding: gzip"]),
    ("GET /held HTTP/1.1", "Host: a\nAccept-Encoding: br\nAccept-Encoding: x-gzip", 200, &["content-encoding: gzip"]),
    ("GET /v1/cases HTTP/1.1", "Host: a\nAccept-Encoding: gzip, identity;q=0", 200, &["content-encoding: gzip", "etag: w/"]),
    ("GET /v1/cases HTTP/1.1", "Host: a\nAccept-Encoding: identity;q=0", 406, &["/problems/not-acceptable"]),
    ("GET /v1/cases HTTP/1.1", "Host: a\nAccept-Encoding: gzip", 200, &["!content-encoding"]),
    // Languages and forms.
    ("GET /held HTTP/1.1", "Host: a\nAccept-Language: fr\nAccept-Language: km", 200, &["content-language: km"]),
    ("GET /v1/changes HTTP/1.1", "Host: a\nAccept: text/event-stream;q=0", 200, &["application/json", "vary: authorization, cookie, accept"]),
    ("GET /v1/changes HTTP/1.1", "Host: a\nAccept: xtext/event-streamx", 200, &["application/json"]),
    // Preconditions.
    ("GET /v1/cases HTTP/1.1", "Host: a\nIf-Match: \"x\"", 412, &["/problems/precondition"]),
    ("GET /v1/cases HTTP/1.1", "Host: a\nIf-Match: *", 200, &[]),
    ("GET /v1/cases/alpha:none HTTP/1.1", "Host: a\nIf-Match: \"x\"", 404, &[]),
    ("POST /v1/events HTTP/1.1", "Host: a\nAuthorization: Bearer {token}\nContent-Type: application/json\nIf-Match: \"x\"|{}", 412, &[]),
    // Bodies and parameters.
    ("POST /v1/events HTTP/1.1", "Host: a\nAuthorization: Bearer {token}\nContent-Type: application/json\nContent-Encoding: gzip|{}", 415, &["accept-encoding: identity"]),
    ("POST /v1/events HTTP/1.1", "Host: a\nAuthorization: Bearer {token}\nContent-Type: application/json\nContent-Type: text/plain|{}", 415, &[]),
    ("POST /v1/events HTTP/1.1", "Host: a\nAuthorization: Bearer {token}\nContent-Type: application/json;charset=us-ascii|{\"é\":1}", 400, &["us-ascii"]),
    ("POST /v1/events?foo=1 HTTP/1.1", "Host: a\nAuthorization: Bearer {token}\nContent-Type: application/json|{}", 400, &["unknown parameter foo"]),
    ("GET /v1/codes?foo=1 HTTP/1.1", "Host: a", 400, &["unknown parameter foo"]),
    ("GET /v1/changes?after=1&after=2 HTTP/1.1", "Host: a", 400, &["after is given more than once"]),
    ("GET /v1/changes?after=1&cursor=x HTTP/1.1", "Host: a", 400, &["do not go together"]),
    ("GET /v1/events?from=1&cursor=x HTTP/1.1", "Host: a", 400, &["do not go together"]),
    ("GET /v1/figures/changes?kind=arrest&from=1&to=3&at=3 HTTP/1.1", "Host: a", 400, &["do not go together"]),
    ("GET /v1/events?from=5000 HTTP/1.1", "Host: a", 404, &["position 5000 is above"]),
    ("GET /v1/figures?kind=arrest,arrest HTTP/1.1", "Host: a", 400, &["arrest stands twice"]),
    ("GET /held?on=2020-01-01&on=2020-01-02 HTTP/1.1", "Host: a", 400, &["text/html"]),
    // Cursors that no list gave.
    ("GET /v1/cases?cursor=zz:zz HTTP/1.1", "Host: a", 400, &["/problems/cursor"]),
    ("GET /v1/persons?cursor=mekong-rights:p1 HTTP/1.1", "Host: a", 400, &["/problems/cursor"]),
    ("GET /v1/events?cursor=3 HTTP/1.1", "Host: a", 400, &["/problems/cursor"]),
    ("GET /v1/changes?cursor=3 HTTP/1.1", "Host: a", 400, &["/problems/cursor"]),
    ("GET /v1/duplicates?cursor=0 HTTP/1.1", "Host: a", 400, &["/problems/cursor"]),
    ("GET /v1/inconsistencies?cursor=0 HTTP/1.1", "Host: a", 400, &["/problems/cursor"]),
    ("GET /v1/figures/records?kind=arrest&cursor=5000 HTTP/1.1", "Host: a", 400, &["/problems/cursor"]),
    ("GET /v1/figures/held?cursor=5000 HTTP/1.1", "Host: a", 400, &["/problems/cursor"]),
    ("GET /v1/figures/rearrests?cursor=50 HTTP/1.1", "Host: a", 400, &["/problems/cursor"]),
    ("GET /v1/figures/changes?kind=arrest&from=1&cursor=5 HTTP/1.1", "Host: a", 400, &["/problems/cursor"]),
    // Streams.
    ("GET /v1/changes HTTP/1.1", "Host: a\nAccept: text/event-stream\nLast-Event-ID: .+1", 400, &[]),
    ("GET /v1/changes HTTP/1.1", "Host: a\nAccept: text/event-stream\nLast-Event-ID: é", 400, &[]),
    // Scripts of other origins.
    ("OPTIONS /v1/figures HTTP/1.1", "Host: a\nOrigin: http://n.example\nAccess-Control-Request-Method: GET", 204, &["access-control-allow-headers: authorization", "!allow-credentials", "allow-methods: get, head\r"]),
    ("OPTIONS /v1/events HTTP/1.1", "Host: a\nOrigin: http://n.example\nAccess-Control-Request-Method: POST", 204, &["allow-methods: get, head, post"]),
    // Addresses.
    ("GET /held/?at=1 HTTP/1.1", "Host: a", 308, &["location: /held?at=1"]),
    ("GET /km/ HTTP/1.1", "Host: a", 308, &["location: /km\r"]),
    ("GET //evil.example/ HTTP/1.1", "Host: a", 404, &["!location"]),
    ("GET /nothing HTTP/1.1", "Host: a\nAccept: text/html,*/*;q=0.8", 404, &["text/html"]),
    ("GET /nothing HTTP/1.1", "Host: a", 404, &["application/problem+json"]),
    ("GET /v1/figures/held.ods HTTP/1.1", "Host: a", 404, &["held.ods is not served here", "!published by"]),
    ("GET /v1/figures/held.csv HTTP/1.1", "Host: a", 200, &["text/csv; charset=utf-8"]),
    ("GET /v1/cases.csv?limit=10001 HTTP/1.1", "Host: a", 400, &["must be 1 to 10000 of a file"]),
    ("GET /v1/figures.svg?kind=arrest&lang=fr HTTP/1.1", "Host: a", 400, &["lang is"]),
    ("GET /v1/figures.txt?kind=arrest&lang=KM HTTP/1.1", "Host: a", 200, &["!people"]),
];

#[test]
fn requests_are_answered_as_http_says() {
    let folder = tempfile::tempdir().expect("a folder");
    let flags = Flags {
        demo: true,
        ..Flags::default()
    };
    let node = Node::start(folder.path(), &flags);
    let address = node.client.base().trim_start_matches("http://").to_owned();
    let mut wrong = String::new();
    for (line, rest, status, said) in ROWS {
        let (head, body) = rest.split_once('|').unwrap_or((rest, ""));
        let head = head.replace("{token}", node.client.token());
        let lines: String = head.lines().map(|line| format!("{line}\r\n")).collect();
        let length = body.len();
        let text =
            format!("{line}\r\n{lines}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}");
        let answer = exchange(&address, text.as_bytes()).to_lowercase();
        let is_right = answer.split(' ').nth(1) == Some(status.to_string().as_str())
            && said.iter().all(|said| match said.strip_prefix('!') {
                Some(absent) => !answer.contains(absent),
                None => answer.contains(*said),
            });
        if !is_right {
            wrong.push_str(&format!(
                "{line} {rest}: not {status} {said:?} but {answer:.600}\n\n"
            ));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    node.stop();
}

#[test]
fn a_cursor_leads_through_its_own_list_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let flags = Flags {
        demo: true,
        ..Flags::default()
    };
    let node = Node::start(folder.path(), &flags);
    let next = |path: &str| {
        let answer = node.client.public(path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        let link = answer.link?;
        let (path, _) = link.strip_prefix('<')?.split_once('>')?;
        Some(path.to_owned())
    };
    let lists = [
        "/v1/events?limit=20",
        "/v1/changes?limit=20",
        "/v1/cases?limit=5",
        "/v1/persons?limit=5",
        "/v1/figures/records?kind=arrest&limit=2",
        "/v1/figures/records?kind=release&limit=1",
        "/v1/figures/held?on=2020-12-10&limit=1",
        "/v1/figures/changes?kind=arrest&from=10&limit=2",
        "/v1/figures/changes?kind=arrest&from=recorded:2020-09-01T00:00:00%2B07:00&limit=1",
    ];
    let mut cursors = Vec::new();
    for list in lists {
        let first = next(list).unwrap_or_else(|| panic!("{list} has one page"));
        let cursor = first
            .split(['?', '&'])
            .find(|part| part.starts_with("cursor="));
        cursors.push((list, cursor.expect("a cursor").to_owned()));
        let (mut path, mut pages) = (Some(first), 0);
        while let Some(link) = path.take() {
            path = next(&link);
            pages += 1;
            assert!(pages < 100, "{list} has no end");
        }
    }
    for (list, _) in &cursors {
        for (other, cursor) in cursors.iter().filter(|(other, _)| other != list) {
            let answer = node.client.public(&format!("{list}&{cursor}"));
            assert!(
                answer.text.contains("/problems/cursor"),
                "{other} in {list}: {}",
                answer.text
            );
        }
    }
    let (records, cursor) = &cursors[4];
    let earlier = node.client.public(&format!("{records}&at=60&{cursor}"));
    assert_eq!(earlier.status, 400, "{}", earlier.text);
    node.stop();
}

/// Sends bytes and returns what is answered until the connection ends.
pub(crate) fn exchange(address: &str, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).expect("a connection");
    stream.write_all(bytes).expect("it is sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an answer");
    String::from_utf8_lossy(&answer).into_owned()
}
