//! How much a caller may ask for: each token and each address its own, behind a proxy that names them.
//!
//! Never here: the buckets (`server::http::rate`).

use access::Role;
use server::http::rate::{OF_A_TOKEN, OF_AN_ADDRESS};

use super::Offices;
use crate::client::Answer;
use crate::node::{Flags, Node};

/// Asks until an answer is another than that of the first request; returns it with how many came before.
fn ask_until_refused(ask: impl Fn() -> Answer) -> (u64, Answer) {
    let first = ask().status;
    // Buckets fill meanwhile, by far fewer than are asked for.
    for asked in 1..100_000 {
        let answer = ask();
        if answer.status != first {
            return (asked, answer);
        }
    }
    panic!("no request was refused");
}

/// Whether a caller's bucket is not full: one that nobody drew from grants all of its burst.
fn is_drawn_from(burst: u64, ask: impl Fn() -> Answer) -> bool {
    (0..burst).any(|_| ask().status == 429)
}

fn assert_too_often(answer: &Answer) {
    assert_eq!(answer.status, 429, "{}", answer.text);
    assert_eq!(answer.json()["type"], "/problems/rate");
    assert!(
        answer.headers.contains("retry-after: 1\n"),
        "{}",
        answer.headers
    );
}

#[test]
fn behind_a_proxy_each_address_and_each_token_has_its_own_rate() {
    let folder = tempfile::tempdir().expect("a folder");
    Offices::open(folder.path());
    let flags = Flags {
        proxy: Some("127.0.0.1"),
        ..Flags::default()
    };
    let node = Node::start(folder.path(), &flags);
    let from = |path: &'static str, address: &'static str| {
        let client = node.client.clone();
        move || client.with(path, "x-forwarded-for", address)
    };
    let (asked, refused) = ask_until_refused(from("/v1/codes/right", "192.0.2.1"));
    assert!(asked >= OF_AN_ADDRESS.burst, "{asked}");
    assert_too_often(&refused);
    assert_eq!(from("/livez", "192.0.2.1")().status, 200);
    // An address that the client itself put before the proxy's word does not help, another client is free.
    let invented = from("/v1/codes/right", "203.0.113.5, 192.0.2.1");
    assert!(is_drawn_from(OF_AN_ADDRESS.burst, invented));
    assert_eq!(from("/v1/codes/right", "192.0.2.2")().status, 200);
    // Who tries tokens is counted by address; one /64 is one caller.
    let guess = |address: &'static str| {
        let client = node.client.clone();
        move || {
            client.two(
                "/v1/codes/right",
                ("authorization", "Bearer habeas_guessed"),
                ("x-forwarded-for", address),
            )
        }
    };
    let (asked, refused) = ask_until_refused(guess("2001:db8::1"));
    assert!(asked >= OF_AN_ADDRESS.burst, "{asked}");
    assert_too_often(&refused);
    assert!(is_drawn_from(OF_AN_ADDRESS.burst, guess("2001:db8::2:1")));
    // A token has its own, wherever it asks from.
    let desk = Offices::client(&node, "alpha", Role::Desk);
    let (asked, refused) = ask_until_refused(|| desk.get("/v1/codes/right"));
    assert!(asked >= OF_A_TOKEN.burst, "{asked}");
    assert_too_often(&refused);
    let other = Offices::client(&node, "beta", Role::Desk);
    assert_eq!(other.get("/v1/codes/right").status, 200);
    node.stop();
}

#[test]
fn who_asks_on_the_machine_itself_is_not_counted() {
    let folder = tempfile::tempdir().expect("a folder");
    let node = Node::start(folder.path(), &Flags::default());
    for _ in 0..=2 * OF_AN_ADDRESS.burst {
        let answer = node
            .client
            .with("/v1/codes/right", "x-forwarded-for", "192.0.2.1");
        assert_eq!(answer.status, 200);
    }
    node.stop();
}
