//! Webhooks: a receiver on loopback, which checks signatures by a library of others, is told of new events, of each
//! at least once, and of nothing that its organisation may not see.
//!
//! Start at [`Receiver`].
//!
//! Never here: how what is registered is kept (`server::desk`).

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver as Lines, channel};
use std::time::Duration;

use access::{Role, TokenId};
use serde_json::{Value, json};

use super::{Offices, instant, kept, retraction};
use crate::client::Client;
use crate::node::{Flags, Node, root};

/// The secret with which everything here is signed.
const SECRET: &str = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

/// How long a message is waited for.
const WAIT: Duration = Duration::from_secs(60);

/// A receiver.
struct Receiver {
    process: Child,
    lines: Lines<Value>,
    port: u16,
}

impl Receiver {
    fn start() -> Self {
        let script = root().join("tests/acceptance/access/webhooks.py");
        let mut process = Command::new(root().join(".tools/python/bin/python"))
            .arg(script)
            .arg(SECRET)
            .stdout(Stdio::piped())
            .spawn()
            .expect("`make test` installs standardwebhooks into .tools/python");
        let mut text = BufReader::new(process.stdout.take().expect("its output")).lines();
        let port = text.next().expect("a line").expect("a port");
        let (told, lines) = channel();
        std::thread::spawn(move || {
            for line in text.map_while(Result::ok) {
                let line = serde_json::from_str(&line).expect("JSON");
                if told.send(line).is_err() {
                    return;
                }
            }
        });
        Self {
            process,
            lines,
            port: port.parse().expect("a port"),
        }
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Returns the next message at a path that is told by others than `/never`, checked.
    fn next(&self) -> Value {
        loop {
            let line = self.lines.recv_timeout(WAIT).expect("a message");
            assert_eq!(line["verified"], true, "{line}");
            assert_eq!(line["media"], "application/cloudevents+json; charset=utf-8");
            if line["path"] != "/never" {
                return line;
            }
        }
    }

    /// Returns the status, position and id of the next message at a path.
    fn next_at(&self, path: &str) -> (u64, u64, String) {
        let line = self.next();
        assert_eq!(line["path"], path, "{line}");
        let number = |name: &str| line[name].as_u64().expect("a number");
        let message = line["message"].as_str().expect("an id").to_owned();
        (number("status"), number("position"), message)
    }

    fn mend(&self) {
        let client = Client::new(&self.url(""), "");
        assert_eq!(client.public("/mend").status, 204);
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        let _killed = self.process.kill();
        let _gone = self.process.wait();
    }
}

fn flags(waits: &str) -> Flags {
    let more = [
        "--webhook-network",
        "127.0.0.0/8",
        "--webhook-retry-seconds",
        waits,
    ];
    Flags {
        more: more.map(str::to_owned).to_vec(),
        ..Flags::default()
    }
}

/// Registers a webhook; returns its id.
fn register(client: &Client, url: &str, filter: &str) -> String {
    let body = json!({"url": url, "filter": filter, "secret": SECRET});
    let answer = client.post_to("/v1/webhooks", "application/json", &body.to_string());
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.json()["id"].as_str().expect("an id").to_owned()
}

/// Sends an event; returns its position.
fn send(client: &Client, event: &Value) -> u64 {
    let answer = client.lines(&[event.to_string()]);
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()[0]["position"].as_u64().expect("a position")
}

/// Asks until an answer is right: what a receiver was told is kept a moment later.
fn until(client: &Client, path: &str, is_right: impl Fn(&Value) -> bool) -> Value {
    (0..100_000)
        .map(|_| client.get(path).json())
        .find(is_right)
        .unwrap_or_else(|| panic!("{path}: {}", client.get(path).text))
}

/// Asks until a webhook is as it should be.
fn found(client: &Client, id: &str, is_right: impl Fn(&Value) -> bool) -> Value {
    let find = |told: &Value| {
        let list = told["webhooks"].as_array().expect("a list");
        let own = list.iter().find(|one| one["id"] == id);
        own.filter(|one| is_right(one)).cloned()
    };
    let told = until(client, "/v1/webhooks", |told| find(told).is_some());
    find(&told).expect("it was found")
}

fn public(org: &str, number: u64) -> Value {
    let mut event = kept(org, number);
    event["data"]["visibility"] = "public".into();
    event
}

#[test]
fn each_event_of_a_scope_arrives_in_order_over_refusals_restarts_and_a_silent_neighbour() {
    let (folder, receiver) = (tempfile::tempdir().expect("a folder"), Receiver::start());
    Offices::open(folder.path());
    let node = Node::start(folder.path(), &flags("1,1"));
    let of = |node: &Node, org| Offices::client(node, org, Role::Desk);
    let desk = of(&node, "alpha");
    register(&desk, &receiver.url("/never"), "");
    let id = register(
        &desk,
        &receiver.url("/twice"),
        "kind=arrest&case=alpha:c1,beta:c3,alpha:c4",
    );
    let own = kept("alpha", 1);
    let first = send(&desk, &own);
    // Another's, and one that the filter does not take.
    send(&of(&node, "beta"), &kept("beta", 2));
    send(&desk, &kept("alpha", 9));
    let tries: Vec<_> = (0..2).map(|_| receiver.next_at("/twice")).collect();
    let message = format!("{id}_{first}");
    assert_eq!(
        tries,
        [(503, first, message.clone()), (503, first, message.clone())]
    );
    node.kill();
    let node = Node::start(folder.path(), &flags("1,1"));
    // What was tried before the end may be forgotten, never the event.
    let mut last = receiver.next_at("/twice");
    assert_eq!(last, (204, first, message));
    let third = send(&of(&node, "beta"), &public("beta", 3));
    let fourth = send(&of(&node, "alpha"), &retraction(&own, 4));
    let mut arrived = Vec::new();
    while last.1 != fourth || last.0 != 204 {
        last = receiver.next_at("/twice");
        arrived.extend((last.0 == 204).then_some(last.1));
    }
    // The first was taken just before or after the end: it may come once more.
    arrived.retain(|position| *position != first);
    assert_eq!(arrived, [third, fourth]);
    let told = found(&of(&node, "alpha"), &id, |told| told["position"] == fourth);
    assert_eq!(
        (&told["state"], &told["failing"]),
        (&json!("active"), &Value::Null)
    );
    node.stop();
    let log = std::fs::read_to_string(folder.path().join("habeasd.log")).expect("a log");
    for word in ["whsec_", "MDEyMzQ1", "/never", "/twice"] {
        assert!(!log.contains(word), "{word} in the log");
    }
}

#[test]
fn what_is_given_up_is_a_dead_letter_until_it_is_sent_again() {
    let (folder, receiver) = (tempfile::tempdir().expect("a folder"), Receiver::start());
    Offices::open(folder.path());
    let node = Node::start(folder.path(), &flags("1"));
    let desk = Offices::client(&node, "alpha", Role::Desk);
    let id = register(&desk, &receiver.url("/refuses"), "kind=arrest");
    let first = send(&desk, &kept("alpha", 1));
    let second = send(&desk, &kept("alpha", 2));
    for expected in [(500, first), (500, first), (204, second)] {
        let (status, position, _) = receiver.next_at("/refuses");
        assert_eq!((status, position), expected);
    }
    let path = format!("/v1/webhooks/dead-letters?webhook={id}");
    let letters = desk.get(&path).json();
    let letter = &letters["dead_letters"][0];
    assert_eq!(
        (&letter["position"], &letter["tries"]),
        (&json!(first), &json!(2))
    );
    assert_eq!(letter["why"], "the receiver answered 500");
    let again = |position: u64| {
        let path = format!("/v1/webhooks/{id}/dead-letters/{position}");
        desk.post_to(&path, "application/json", "").status
    };
    assert_eq!((again(second), again(first)), (404, 202));
    // Still refused: it stays one.
    assert_eq!(receiver.next_at("/refuses").0, 500);
    until(&desk, &path, |told| told["dead_letters"][0]["tries"] == 3);
    receiver.mend();
    node.kill();
    let node = Node::start(folder.path(), &flags("1"));
    let desk = Offices::client(&node, "alpha", Role::Desk);
    let asked = format!("/v1/webhooks/{id}/dead-letters/{first}");
    let again = desk.post_to(&asked, "application/json", "");
    assert_eq!(again.status, 202);
    // What came after it may come once more, after the end.
    let sent = (0..3).map(|_| receiver.next_at("/refuses"));
    let sent = sent.into_iter().find(|(_, position, _)| *position == first);
    assert_eq!(sent, Some((204, first, format!("{id}_{first}"))));
    until(&desk, &path, |told| told["dead_letters"] == json!([]));
}

#[test]
fn what_is_hidden_before_it_arrives_is_never_sent_and_a_revoked_token_sends_nothing() {
    let (folder, receiver) = (tempfile::tempdir().expect("a folder"), Receiver::start());
    let mut offices = Offices::open(folder.path());
    let node = Node::start(folder.path(), &flags("2,2,2,2"));
    let of = |org| Offices::client(&node, org, Role::Desk);
    register(&of("alpha"), &receiver.url("/refuses"), "org=beta");
    let taken_back = public("beta", 1);
    let first = send(&of("beta"), &taken_back);
    assert_eq!(receiver.next_at("/refuses").0, 500);
    send(&of("beta"), &retraction(&taken_back, 2));
    let third = send(&of("beta"), &public("beta", 3));
    receiver.mend();
    let (status, position, _) = receiver.next_at("/refuses");
    assert_eq!((status, position), (204, third), "and not {first}");

    register(&of("beta"), &receiver.url("/beta"), "");
    let token = TokenId::parse("desk-alpha").expect("an id");
    offices.file.revoke(&token, instant()).expect("a token");
    offices.write(folder.path());
    let alpha = of("alpha");
    let ended = (0..100_000).find(|_| alpha.get("/v1/access").status == 401);
    assert!(ended.is_some(), "a revoked token is not taken");
    let fourth = send(&of("beta"), &public("beta", 4));
    let (_, position, _) = receiver.next_at("/beta");
    assert_eq!(position, fourth);
    let told = node.client.get("/v1/webhooks").json();
    let states: Vec<_> = told["webhooks"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| {
            (
                one["state"].clone(),
                one["position"].as_u64().unwrap_or(0) < fourth,
            )
        })
        .collect();
    assert_eq!(states[0], (json!("no_access"), true));
    assert_eq!(states[1].0, "active");
}

#[test]
fn only_a_desk_registers_and_only_addresses_that_lead_outside() {
    let (folder, receiver) = (tempfile::tempdir().expect("a folder"), Receiver::start());
    Offices::open(folder.path());
    let node = Node::start(folder.path(), &flags("1"));
    let of = |org, role| Offices::client(&node, org, role);
    let post = |client: &Client, body: &Value| {
        client.post_to("/v1/webhooks", "application/json", &body.to_string())
    };
    let (desk, url) = (of("alpha", Role::Desk), receiver.url("/gone"));
    for role in Role::ALL.into_iter().filter(|role| *role != Role::Desk) {
        assert_eq!(
            post(&of("alpha", role), &json!({"url": url})).status,
            403,
            "{role}"
        );
        let seen = of("alpha", role).get("/v1/webhooks").status;
        assert_eq!(seen == 200, role == Role::Operator, "{role}");
    }
    for (body, part) in [
        (json!({"url": "http://192.0.2.1/T0KEN"}), "not public"),
        (json!({"url": "https://10.0.0.1/"}), "not public"),
        (
            json!({"url": "https://u:p@receiver.example/"}),
            "without a user",
        ),
        (
            json!({"url": url, "filter": "colour=red"}),
            "unknown parameter colour",
        ),
        (json!({"url": url, "filter": "kind=arest"}), "arrest"),
        (
            json!({"url": url, "secret": "whsec_AA=="}),
            "24 to 64 bytes",
        ),
        (json!({"url": url, "secrets": "T0KEN"}), "it is no webhook"),
        (json!({"url": url, "after": 1_000_000}), "above the newest"),
    ] {
        let refused = post(&desk, &body);
        assert_eq!(refused.status, 400, "{body}");
        assert!(refused.text.contains(part), "{}", refused.text);
        assert!(!refused.text.contains("T0KEN"), "{}", refused.text);
    }
    let made = desk.post_to(
        "/v1/webhooks",
        "application/json",
        &json!({"url": url, "secret": SECRET}).to_string(),
    );
    let id = made.json()["id"].as_str().expect("an id").to_owned();
    let path = format!("/v1/webhooks/{id}");
    assert!(made.headers.contains(&path), "{}", made.headers);
    let listed = desk.get("/v1/webhooks");
    assert!(listed.text.contains(&id) && !listed.text.contains("whsec_"));
    let other = of("beta", Role::Desk);
    assert_eq!(other.get("/v1/webhooks").json()["webhooks"], json!([]));
    let letters = format!("/v1/webhooks/dead-letters?webhook={id}");
    assert_eq!(
        (desk.get(&letters).status, other.get(&letters).status),
        (200, 404)
    );
    assert_eq!(other.delete(&path), 404);
    // Gone is gone, a redirection is no way, and what leads inside by its name is not gone to.
    let moved = register(&desk, &receiver.url("/moved"), "");
    let inside = register(&other, &format!("https://localhost:{}/", receiver.port), "");
    send(&desk, &public("alpha", 1));
    found(&desk, &id, |told| told["state"] == "gone");
    let why = |client: &Client, id: &str| {
        let told = found(client, id, |told| told["failing"]["why"].is_string());
        told["failing"]["why"].clone()
    };
    assert_eq!(why(&desk, &moved), "the receiver answered 307");
    let told = why(&other, &inside);
    assert!(
        told.as_str().is_some_and(|why| why.contains("TLS")),
        "{told}"
    );
    let mut most = 0;
    while post(&desk, &json!({"url": url})).status == 201 {
        most += 1;
    }
    assert_eq!(most, 8);
    assert_eq!(post(&desk, &json!({"url": url})).status, 409);
    assert_eq!((desk.delete(&path), desk.delete(&path)), (204, 404));
    assert_eq!(post(&desk, &json!({"url": url})).status, 201);
}
