//! Attacks of kinds that no other file tries: requests that parts on the way could read in two ways, secrets in logs
//! of every level, and reading in bulk without a line of use.
//!
//! Never here: what a scope sees (the laws of `answers`), subjects of NATS ([`super::nats`]).

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use access::Role;
use serde_json::Value;

use super::nats::{key, said_at, wait_until_known};
use super::sign_in::{cookie, field};
use super::{Offices, kept};
use crate::client::Client;
use crate::node::{Flags, Node};

/// Sends a request as it stands; returns the status of the answer.
fn raw(node: &Node, request: &str) -> u16 {
    let address = node.client.base().trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).expect("a connection");
    let request = format!("{request}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    let status = answer.split(' ').nth(1).expect("a status");
    status.parse().expect("a number")
}

#[test]
fn a_request_that_could_be_read_in_two_ways_gives_no_more_than_the_least() {
    let folder = tempfile::tempdir().expect("a folder");
    Offices::open(folder.path());
    let node = Node::start(folder.path(), &Flags::default());
    let of = |org, role| Offices::client(&node, org, role);
    let (alpha, beta) = (of("alpha", Role::Desk), of("beta", Role::Desk));
    let sent = alpha.lines(&[kept("alpha", 1).to_string()]).json();
    let position = sent[0]["position"].as_u64().expect("a position");
    let folded = alpha.get(&format!("/v1/cases?min_position={position}"));
    assert_eq!(folded.status, 200, "{}", folded.text);
    let (own, other) = (alpha.token(), beta.token());
    let case = "GET /v1/cases/alpha:c1 HTTP/1.1\r\nhost: h";
    let post = "POST /v1/events HTTP/1.1\r\nhost: h\r\ncontent-type: application/jsonl";
    let bearer = |token: &str| format!("authorization: Bearer {token}");
    for (request, status) in [
        (format!("{case}\r\n{}", bearer(own)), 200),
        // Which of two counts, nobody is left to guess.
        (
            format!("{case}\r\n{}\r\n{}", bearer(own), bearer(other)),
            401,
        ),
        (format!("{case}\r\n{}\r\n{}", bearer(own), bearer(own)), 401),
        (format!("{case}\r\n{}\r\nauthorization:", bearer(own)), 401),
        (format!("{case}\r\nhost: h\r\n{}", bearer(own)), 400),
        // The header counts, whatever the cookie is.
        (
            format!("{case}\r\n{}\r\ncookie: habeas_token={own}", bearer(other)),
            404,
        ),
        (
            format!("{case}\r\n{}x\r\ncookie: habeas_token={own}", bearer(own)),
            401,
        ),
        (
            format!("{case}\r\ncookie: habeas_token={own}; habeas_token={other}"),
            401,
        ),
        (
            format!("{case}\r\ncookie: habeas_token={own}\r\ncookie: habeas_token={other}"),
            401,
        ),
        // Nobody is who a header of a proxy says.
        (
            format!("{case}\r\nx-forwarded-user: operator\r\nx-forwarded-for: 127.0.0.1"),
            404,
        ),
        // A method is what stands in the first line.
        (
            format!(
                "{case}\r\n{}\r\nx-http-method-override: DELETE",
                bearer(own)
            ),
            200,
        ),
        (
            format!(
                "GET /v1/log/checkpoint?_method=POST HTTP/1.1\r\nhost: h\r\n{}",
                bearer(own)
            ),
            400,
        ),
        (
            format!("{post}\r\ncookie: habeas_token={own}\r\ncontent-length: 0"),
            401,
        ),
        // Where a body ends is said once.
        (
            format!(
                "{post}\r\n{}\r\ncontent-length: 5\r\ncontent-length: 6",
                bearer(own)
            ),
            400,
        ),
        (
            format!(
                "{post}\r\n{}\r\ntransfer-encoding: xchunked\r\ncontent-length: 5",
                bearer(own)
            ),
            400,
        ),
        (
            format!("GET /v1/cases/alpha:c1 HTTP/1.1\r\nhost: h\r\n authorization: Bearer {own}"),
            400,
        ),
    ] {
        assert_eq!(
            raw(&node, &request),
            status,
            "{}",
            request.replace(own, "OWN")
        );
    }
    node.stop();
}

#[test]
fn no_secret_stands_in_a_log_of_any_level() {
    let folder = tempfile::tempdir().expect("a folder");
    Offices::open(folder.path());
    let flags = Flags {
        log: Some("trace"),
        ..Flags::default()
    };
    let node = Node::start(folder.path(), &flags);
    let desk = Offices::client(&node, "alpha", Role::Desk);
    assert_eq!(desk.lines(&[kept("alpha", 1).to_string()]).status, 200);
    let nobody = Client::new(node.client.base(), "");
    let shown = nobody.public("/access");
    let form = field(&shown);
    let browser = cookie(&shown, "habeas_form").expect("a cookie");
    let body = format!("form={form}&token={}", desk.token());
    let entered = nobody.form(
        "/access",
        &[("cookie", &format!("habeas_form={browser}"))],
        &body,
    );
    let session = cookie(&entered, "habeas_token").expect("a session");
    let signed_in = format!("habeas_token={session}");
    assert_eq!(nobody.with("/v1/cases", "cookie", &signed_in).status, 200);
    // Whoever guesses may have written another's token wrong.
    let changed = format!("{}x", desk.token());
    assert_eq!(
        Client::new(node.client.base(), &changed)
            .get("/v1/cases")
            .status,
        401
    );
    assert_eq!(
        nobody
            .public(&format!("/v1/cases?token={}", desk.token()))
            .status,
        400
    );
    let (_, seed) = key(folder.path(), "alpha");
    wait_until_known(&node, &seed, "alpha");
    let (address, _, _) = node.nats_login();
    let sent = said_at(&address, "send", (&seed, "alpha"), &kept("alpha", 2), None);
    assert!(!sent.is_empty());
    let guessed = seed.replace('A', "B");
    drop(said_at(
        &address,
        "connect",
        (&guessed, "alpha"),
        &Value::Null,
        None,
    ));
    // A token in the place of a user, as a tool that is set up by a mistake sends it.
    let host = address.trim_start_matches("nats://");
    let mistaken = format!("nats://{}:x@{host}", desk.token());
    drop(said_at(
        &mistaken,
        "connect",
        ("", "alpha"),
        &Value::Null,
        None,
    ));
    node.stop();
    let file = |name: &str| {
        let text = std::fs::read_to_string(folder.path().join(name)).expect("a file");
        text.trim().to_owned()
    };
    let secrets = [
        desk.token().to_owned(),
        session,
        form,
        browser,
        seed,
        guessed,
        file("operator.token"),
        file("nats.password"),
        file("vault/author-alpha.key"),
    ];
    for log in ["habeasd.log", "nats.log"] {
        let log = file(log);
        assert!(!log.is_empty());
        for (index, secret) in secrets.iter().enumerate() {
            assert!(!log.contains(secret.as_str()), "secret {index} in a log");
        }
    }
}

#[test]
fn who_takes_events_as_they_were_sent_stands_in_a_line_by_whatever_route() {
    let folder = tempfile::tempdir().expect("a folder");
    Offices::open(folder.path());
    let node = Node::start(folder.path(), &Flags::default());
    let arrests: Vec<String> = (1..=101)
        .map(|number| kept("alpha", number).to_string())
        .collect();
    let desk = Offices::client(&node, "alpha", Role::Desk);
    let sent = desk.lines(&arrests).json();
    let last = sent[100]["position"].as_u64().expect("a position");
    let folded = desk.get(&format!("/v1/cases?min_position={last}"));
    assert_eq!(folded.status, 200, "{}", folded.text);
    let reader = Offices::client(&node, "alpha", Role::Reader);
    let taken = || {
        let uses = desk.get("/v1/uses").json();
        let lines = uses["uses"].as_array().expect("a list").iter();
        let lines = lines.filter(|line| line["what"] == "took_events");
        lines.filter_map(|line| line["count"].as_u64()).sum::<u64>()
    };
    assert_eq!(reader.get("/v1/events").status, 200);
    assert_eq!(taken(), 1);
    assert_eq!(reader.get("/v1/changes?after=0").status, 200);
    assert_eq!(taken(), 2);
    drop(reader.stream("/v1/changes?after=0"));
    assert_eq!(taken(), 3);
    drop(reader.stream(&format!("/v1/changes?after={}", last - 1)));
    assert_eq!(taken(), 3, "as an open page follows the record");
    assert_eq!(node.client.public("/v1/changes?after=0").status, 200);
    assert_eq!(taken(), 3, "what is public is everyone's");
    node.stop();
}
