//! Pages that stand ready: whatever is handed out says the number of its own position, to the reader
//! whose scope it is of, and no older than an open page has heard.
//!
//! Never here: how pages look (see `page`).

use std::sync::atomic::{AtomicBool, Ordering};

use crate::client::{Answer, Arrest, Client, uuid};
use crate::node::{Flags, Node};

const FIGURE: &str = "/figures?measure=persons&kind=arrest";

fn part<'t>(text: &'t str, before: &str, after: &str) -> &'t str {
    let (_, rest) = text.split_once(before).unwrap_or_else(|| {
        panic!("no {before:?} in {text:.2000}");
    });
    rest.split_once(after).expect("an end").0
}

/// Returns the position that a page is true for, and its number.
fn shown(page: &Answer) -> (u64, u64) {
    assert_eq!(page.status, 200, "{}", page.text);
    let position = part(&page.text, "data-position=\"", "\"");
    let number = part(&page.text, "<p class=\"number big\">", "</p>");
    (
        position.parse().expect("a position"),
        number.replace(',', "").parse().expect("a number"),
    )
}

fn arrest(number: u64) -> String {
    Arrest {
        org: "mekong-rights",
        id: &uuid(number),
        case: &format!("2020-{number}"),
        person: &format!("p{number}"),
        day: "2020-12-11",
    }
    .event()
}

/// Posts an event; returns its position.
fn post(client: &Client, event: String) -> u64 {
    let answer = client.lines(&[event]);
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()[0]["position"].as_u64().expect("a position")
}

fn count(client: &Client, position: u64) -> u64 {
    let answer = client.public(&format!("/v1{FIGURE}&at={position}")).json();
    answer["total"]["count"].as_u64().expect("a count")
}

#[test]
fn a_page_says_what_the_api_says_of_its_position_while_the_record_grows() {
    let folder = tempfile::tempdir().expect("a folder");
    let node = Node::start(folder.path(), &Flags::default());
    let client = &node.client;
    let ended = AtomicBool::new(false);
    let seen = std::thread::scope(|scope| {
        scope.spawn(|| {
            for number in 1..=60 {
                post(client, arrest(number));
            }
            ended.store(true, Ordering::SeqCst);
        });
        let mut seen = Vec::new();
        while !ended.load(Ordering::SeqCst) {
            seen.push(shown(&client.public(FIGURE)));
        }
        seen
    });
    for (position, number) in &seen {
        assert_eq!(*number, count(client, *position), "at {position}");
    }
    let mut sorted = seen.clone();
    sorted.sort_unstable();
    assert_eq!(seen, sorted, "a page goes back");
    let fixed = format!("{FIGURE}&at=31");
    let first = client.public(&fixed);
    assert!(
        first.text.contains("<p class=\"number big\">30</p>"),
        "{}",
        first.text
    );
    post(client, arrest(61));
    let again = client.public(&fixed);
    assert!(
        again.text.contains("<p class=\"number big\">30</p>"),
        "{}",
        again.text
    );
    node.stop();
}

#[test]
fn an_open_page_is_shown_what_it_has_heard_of() {
    let folder = tempfile::tempdir().expect("a folder");
    let node = Node::start(folder.path(), &Flags::default());
    for number in 1..=30 {
        let position = post(&node.client, arrest(number));
        let page = node
            .client
            .with(FIGURE, "min-position", &position.to_string());
        let (at, count) = shown(&page);
        assert!(at >= position, "shown {at}, heard of {position}");
        assert_eq!(count, number);
    }
    let etag = node.client.public(FIGURE).etag.expect("a tag");
    let same = node.client.with(FIGURE, "if-none-match", &etag);
    assert_eq!((same.status, same.text.as_str()), (304, ""));
    let position = post(&node.client, arrest(31));
    let page = node
        .client
        .with(FIGURE, "min-position", &position.to_string());
    assert_ne!(page.etag.expect("a tag"), etag);
    node.stop();
}

#[test]
fn a_page_is_handed_to_its_own_scope_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let node = Node::start(folder.path(), &Flags::default());
    post(&node.client, arrest(1));
    let own = arrest(2).replace("\"visibility\":\"public\"", "\"visibility\":\"org\"");
    let position = post(&node.client, own);
    let ready = format!("/v1{FIGURE}&min_position={position}");
    assert_eq!(node.client.public(&ready).status, 200);
    for _ in 0..2 {
        assert_eq!(shown(&node.client.get(FIGURE)).1, 2, "the operator's");
        assert_eq!(shown(&node.client.public(FIGURE)).1, 1, "the public's");
    }
    let khmer = node.client.public(&format!("/km{FIGURE}")).text;
    assert!(khmer.contains("<html lang=\"km\""), "{khmer:.200}");
    let english = node.client.public(FIGURE).text;
    assert!(english.contains("<html lang=\"en\""), "{english:.200}");
    node.stop();
}
