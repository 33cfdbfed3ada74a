//! Searches through a real node: who and what is found, by whom, as known when, and that the index comes back.
//!
//! Never here: which names and words are alike (the tests and laws of the crate `search`).

use serde_json::{Value, json};

use crate::client::{Client, uuid};
use crate::node::{Flags, Node};

const ORG: &str = "north-desk";

/// An invented event of one person.
fn event(
    number: u64,
    case: &str,
    (person, name): (&str, &str),
    note: &str,
    visibility: &str,
) -> Value {
    json!({
        "specversion": "1.0", "id": uuid(number), "source": "//north-desk.example/desk", "type": "habeas.arrest.v1",
        "subject": format!("{ORG}:{case}"), "org": ORG, "recordedtime": "2021-01-02T12:00:00Z",
        "datacontenttype": "application/json",
        "data": {"occurred": "2021-01-01", "visibility": visibility, "note": note, "place": {"code": "KH-12"},
            "persons": [{"id": format!("{ORG}:{person}"), "names": [{"text": name}]}]},
    })
}

fn act(number: u64, target: u64, kind: &str, data: &Value) -> Value {
    let mut data = data.clone();
    data["target"] = json!({"org": ORG, "source": "//north-desk.example/desk", "id": uuid(target)});
    json!({
        "specversion": "1.0", "id": uuid(number), "source": "//north-desk.example/desk", "type": format!("habeas.{kind}.v1"),
        "org": ORG, "recordedtime": "2021-01-03T12:00:00Z", "datacontenttype": "application/json", "data": data,
    })
}

/// Sends events; returns the last position.
fn send(client: &Client, events: &[Value]) -> u64 {
    let lines: Vec<String> = events.iter().map(Value::to_string).collect();
    let verdicts = client.lines(&lines).json();
    let verdicts = verdicts.as_array().expect("a list").clone();
    let positions = verdicts.iter().map(|verdict| verdict["position"].as_u64());
    positions
        .map(|position| position.unwrap_or_else(|| panic!("{verdicts:?}")))
        .max()
        .expect("a verdict")
}

/// What a search finds: people with how close they are, and the positions of events.
fn found(answer: &Value) -> (Vec<(String, u64)>, Vec<u64>) {
    let list = |name: &str| answer[name].as_array().cloned().unwrap_or_default();
    let persons = list("persons").into_iter().map(|person| {
        let id = person["person"].as_str().expect("an id").to_owned();
        let local = id.trim_start_matches("north-desk:").to_owned();
        (local, person["closeness"].as_u64().expect("a number"))
    });
    let events = list("events")
        .into_iter()
        .map(|event| event["position"].as_u64().expect("a position"));
    (persons.collect(), events.collect())
}

fn ask(client: &Client, query: &str, newest: u64) -> Value {
    let query = query.replace(' ', "+");
    let answer = client.public(&format!("/v1/search?q={query}&min_position={newest}"));
    assert_eq!(answer.status, 200, "{}", answer.text);
    let answer = answer.json();
    assert!(answer["indexed"].as_u64() >= Some(newest), "{answer}");
    answer
}

#[test]
fn people_are_found_by_name_and_events_by_words() {
    let folder = tempfile::tempdir().expect("a folder");
    let node = Node::start(folder.path(), &Flags::default());
    let client = &node.client;
    let first = send(
        client,
        &[
            event(
                1,
                "c1",
                ("p1", "Sok Dara"),
                "taken at a gathering",
                "public",
            ),
            event(2, "c2", ("p2", "សុខ ដារ៉ា"), "ចាប់ខ្លួននៅភ្នំពេញ", "public"),
            event(3, "c3", ("p3", "Sok Dany"), "taken at home", "public"),
            event(4, "c4", ("p4", "Sok Dara"), "a hidden gathering", "org"),
        ],
    ) - 3;
    let newest = first + 3;
    let of = |query: &str| found(&ask(client, query, newest));
    let persons = |query: &str| of(query).0;
    assert_eq!(
        persons("sok dara"),
        [("p1".to_owned(), 0), ("p2".to_owned(), 3)]
    );
    assert_eq!(
        persons("សុខ"),
        [
            ("p2".to_owned(), 0),
            ("p3".to_owned(), 2),
            ("p1".to_owned(), 2)
        ]
    );
    assert_eq!(persons("ara"), [], "a name inside a name");
    assert_eq!(of("gathering").1, [first]);
    assert_eq!(of("gathring").1, [first], "a misspelt word");
    assert_eq!(of("ភ្នំពេញ").1, [first + 1]);
    assert_eq!(
        of("phnom penh taken").1,
        [first + 2, first],
        "the name of a place, the newest first"
    );
    assert_eq!(
        of("hidden"),
        (vec![], vec![]),
        "nothing tells of what is hidden"
    );
    let own = client
        .get(&format!("/v1/search?q=hidden&min_position={newest}"))
        .json();
    assert_eq!(
        found(&own).1,
        [newest],
        "its organisation's operator finds it"
    );

    // What is corrected is found as it is known at each R.
    let corrected = send(
        client,
        &[
            act(
                5,
                1,
                "correction",
                &json!({"patch": {"note": "taken at a concert"}, "reason": "the place was wrong"}),
            ),
            act(6, 3, "retraction", &json!({"reason": "duplicate"})),
        ],
    );
    let then = |query: &str| {
        let answer = client.public(&format!(
            "/v1/search?q={query}&at={newest}&min_position={corrected}"
        ));
        found(&answer.json())
    };
    let now = |query: &str| found(&ask(client, query, corrected));
    assert_eq!(
        (now("concert").1, now("gathering").1),
        (vec![corrected - 1, first], vec![])
    );
    assert_eq!(
        (then("concert").1, then("gathering").1),
        (vec![], vec![first])
    );
    assert_eq!((now("dany").0, then("dany").0.len()), (vec![], 1));
    node.stop();

    // The index is read back, and followed on; what of it was damaged is made again.
    let index = folder.path().join("index");
    assert!(index.is_dir(), "{}", index.display());
    let node = Node::start(folder.path(), &Flags::default());
    assert_eq!(
        found(&ask(&node.client, "concert", corrected)).1,
        [corrected - 1, first]
    );
    node.stop();
}

#[test]
fn hidden_and_later_cases_take_no_place_among_those_of_a_person() {
    let folder = tempfile::tempdir().expect("a folder");
    let node = Node::start(folder.path(), &Flags::default());
    let client = &node.client;
    let of = |number: u64, case: &str, visibility: &str| {
        event(number, case, ("p1", "Sok Dara"), "taken", visibility)
    };
    // More hidden ones than are told, before the one that the public sees.
    let mut events: Vec<Value> = (0..25)
        .map(|number| of(number, &format!("a{number:02}"), "org"))
        .collect();
    events.push(of(25, "z1", "public"));
    let first = send(client, &events);
    let told = |query: &str| {
        let person = ask(client, query, first)["persons"][0].clone();
        (person["cases"].clone(), person["has_more_cases"].clone())
    };
    let public = (json!(["north-desk:z1"]), json!(false));
    assert_eq!(told("sok dara"), public);
    let later: Vec<Value> = (26..50)
        .map(|number| of(number, &format!("b{number:02}"), "public"))
        .collect();
    send(client, &later);
    assert_eq!(told(&format!("sok dara&at={first}")), public);
    let by_number = found(&ask(client, "z1", first)).1;
    assert_eq!(by_number, [first], "by the number of the case alone");
    node.stop();
}

#[test]
fn a_list_leads_on_and_a_wrong_search_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let node = Node::start(folder.path(), &Flags::default());
    let client = &node.client;
    let people = 12;
    // Every third is hidden: how long a page is does not tell.
    let events: Vec<Value> = (0..people)
        .map(|number| {
            let visibility = if number % 3 == 0 { "org" } else { "public" };
            let (case, person) = (format!("c{number}"), format!("p{number:02}"));
            event(
                number,
                &case,
                (&person, "Chan Example"),
                "a search",
                visibility,
            )
        })
        .collect();
    let newest = send(client, &events);
    for within in ["persons", "events"] {
        let mut path =
            format!("/v1/search?q=example+search&in={within}&limit=3&min_position={newest}");
        if within == "persons" {
            path = path.replace("+search", "");
        }
        let mut pages = Vec::new();
        loop {
            let answer = client.public(&path);
            assert_eq!(answer.status, 200, "{}", answer.text);
            pages.push(answer.json()[within].as_array().expect("a list").len());
            let Some(link) = answer.link else { break };
            let (next, _) = link
                .trim_start_matches('<')
                .split_once('>')
                .expect("a link");
            path = next.to_owned();
        }
        assert_eq!(pages, [3, 3, 2], "{within}");
    }
    let long = "a".repeat(201);
    for (query, said) in [
        ("", "0 words"),
        ("q=-", "0 words"),
        ("q=a&in=cases", "in is"),
        ("q=a&typed=1", "typed is"),
        ("q=a&limit=101", "limit"),
        ("q=a&cursor=x", "in=persons"),
        ("q=a&in=events&cursor=x", "cursor"),
        (&format!("q={long}"), "201 characters"),
        (&format!("q={}", ["ab"; 17].join("+")), "17 words"),
        ("q=a&name=b", "unknown parameter"),
    ] {
        let answer = client.public(&format!("/v1/search?{query}"));
        assert_eq!(answer.status, 400, "{query}: {}", answer.text);
        assert!(answer.text.contains(said), "{query}: {}", answer.text);
    }
    node.stop();
}
