//! Lists of cases through a real node: the newest first, by a name, a place, a day, and who is in custody; for each scope.
//!
//! Never here: which names are alike (the tests of the crate `search`).

use serde_json::{Value, json};

use crate::client::{Client, uuid};
use crate::node::{Flags, Node};

const ORG: &str = "north-desk";

/// An invented event of one person: its kind, case, person, name, place and visibility.
type Row = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

const ROWS: &[Row] = &[
    ("arrest", "c1", "p1", "Sok Dara", "KH-12", "public"),
    ("arrest", "c2", "p2", "Chan Bopha", "KH-3", "public"),
    ("arrest", "c3", "p3", "Keo Vuthy", "KH-12", "org"),
    ("arrest", "c4", "p4", "Long Vanna", "KH-17", "public"),
    ("release", "c2", "p2", "Chan Bopha", "KH-3", "public"),
    // Hidden from the public: c1 comes to stand above for the operator alone.
    ("release", "c1", "p1", "Sok Dara", "KH-17", "org"),
];

fn event(number: u64, (kind, case, person, name, place, visibility): Row) -> Value {
    json!({
        "specversion": "1.0", "id": uuid(number), "source": "//north-desk.example/desk",
        "type": format!("habeas.{kind}.v1"), "subject": format!("{ORG}:{case}"), "org": ORG,
        "recordedtime": "2021-01-02T12:00:00Z", "datacontenttype": "application/json",
        "data": {"occurred": format!("2021-01-0{number}"), "visibility": visibility, "place": {"code": place},
            "persons": [{"id": format!("{ORG}:{person}"), "names": [{"text": name}]}]},
    })
}

/// Sends all events; returns the last position.
fn send(client: &Client) -> u64 {
    let lines = (1..).zip(ROWS).map(|(number, row)| event(number, *row));
    let lines: Vec<String> = lines.map(|event| event.to_string()).collect();
    let verdicts = client.lines(&lines).json();
    let last = verdicts[ROWS.len() - 1]["position"].as_u64();
    last.unwrap_or_else(|| panic!("{verdicts}"))
}

/// The cases of a list, in their order.
fn cases(list: &Value) -> Vec<String> {
    let cases = list["cases"].as_array().expect("a list").iter();
    cases
        .map(|case| {
            let id = case["case"].as_str().expect("an id");
            id.trim_start_matches("north-desk:").to_owned()
        })
        .collect()
}

fn ask(client: &Client, path: &str, is_public: bool) -> Value {
    let answer = if is_public {
        client.public(path)
    } else {
        client.get(path)
    };
    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    answer.json()
}

#[test]
fn cases_are_listed_newest_first_and_by_what_is_known_of_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let node = Node::start(folder.path(), &Flags::default());
    let client = &node.client;
    let newest = send(client);
    let first = newest - 5;
    let of = |query: &str, is_public: bool| {
        let path = format!("/v1/cases?min_position={newest}{query}");
        cases(&ask(client, &path, is_public))
    };
    let day = format!("/v1/events?from={newest}&min_position={newest}");
    let day = ask(client, &day, false);
    let day = day["events"][0]["event"]["receivedtime"]
        .as_str()
        .expect("a time")[..10]
        .to_owned();
    let today = format!("&recorded={day}");
    for (query, public, operator) in [
        ("", &["c1", "c2", "c4"][..], &["c1", "c2", "c3", "c4"][..]),
        ("&order=id", &["c1", "c2", "c4"], &["c1", "c2", "c3", "c4"]),
        (
            "&order=newest",
            &["c2", "c4", "c1"],
            &["c1", "c2", "c4", "c3"],
        ),
        ("&place=KH-12", &["c1"], &["c1", "c3"]),
        (
            "&place=KH&order=newest",
            &["c2", "c4", "c1"],
            &["c1", "c2", "c4", "c3"],
        ),
        ("&place=KH-17", &["c4"], &["c1", "c4"]),
        ("&open=true", &["c1", "c4"], &["c3", "c4"]),
        ("&open=false", &["c2"], &["c1", "c2"]),
        ("&name=sok+dara", &["c1"], &["c1"]),
        ("&name=keo", &[], &["c3"]),
        ("&name=bopha&open=true", &[], &[]),
        (&today, &["c1", "c2", "c4"], &["c1", "c2", "c3", "c4"]),
        ("&recorded=2021-01-02", &[], &[]),
    ] {
        assert_eq!(of(query, true), public, "{query} for the public");
        assert_eq!(of(query, false), operator, "{query} for the operator");
    }
    // As it was known before the releases.
    let earlier = format!("/v1/cases?at={}&order=newest", first + 3);
    assert_eq!(cases(&ask(client, &earlier, true)), ["c4", "c2", "c1"]);
    let list = ask(client, &format!("/v1/cases?name=bopha&at={newest}"), true);
    let case = &list["cases"][0];
    assert_eq!(case["names"], json!(["Chan Bopha"]));
    assert_eq!(case["places"], json!(["KH-3"]));
    assert_eq!(case["newest"], first + 4);
    assert!(list["indexed"].as_u64() >= Some(newest), "{list}");
}

#[test]
fn a_list_of_cases_goes_on_where_its_page_ended() {
    let folder = tempfile::tempdir().expect("a folder");
    let node = Node::start(folder.path(), &Flags::default());
    let client = &node.client;
    let newest = send(client);
    for (order, all) in [("id", "c1 c2 c4"), ("newest", "c2 c4 c1")] {
        let mut path = format!("/v1/cases?order={order}&limit=1&min_position={newest}");
        let mut found = Vec::new();
        loop {
            let answer = client.public(&path);
            found.extend(cases(&answer.json()));
            let Some(link) = answer.link else { break };
            path = link.split(['<', '>']).nth(1).expect("a target").to_owned();
        }
        assert_eq!(found.join(" "), all, "{order}");
    }
    for query in [
        "order=oldest",
        "open=1",
        "place=nowhere",
        "recorded=1",
        "name=-",
    ] {
        let answer = client.public(&format!("/v1/cases?{query}"));
        assert_eq!(answer.status, 400, "{query}: {}", answer.text);
    }
}
