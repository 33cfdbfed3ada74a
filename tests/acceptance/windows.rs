//! Lists and pages end at their bounds, and their links lead on through all there is, without loss or repeat; who
//! waits takes no place of others.
//!
//! Never here: lists that are found in columns alone (see `http`).

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::client::{Client, uuid};
use crate::node::{Flags, Node};

/// How many of each sort there are: three windows of one.
const ITEMS: u64 = 3;

/// The lists, the field that holds their items, and another list in the same answer.
const LISTS: &[(&str, &str, Option<&str>)] = &[
    ("/v1/statements", "/statements", Some("/responses")),
    ("/v1/claims", "/claims", None),
    ("/v1/hearings?from=2020-12-01&days=60", "/hearings", None),
    ("/v1/contradictions", "/contradictions", None),
    ("/v1/definitions", "/definitions", None),
    ("/v1/figures/published", "/figures", None),
];

fn event(org: &str, number: u64, kind: &str, case: Option<&str>, data: &Value) -> String {
    let mut event = json!({
        "specversion": "1.0", "id": uuid(number), "source": format!("//{org}.example/desk"),
        "type": format!("habeas.{kind}.v1"), "org": org, "recordedtime": "2021-01-01T12:00:00Z",
        "datacontenttype": "application/json", "data": data,
    });
    if let Some(case) = case {
        event["subject"] = json!(case);
    }
    event["data"]["visibility"] = json!("public");
    event.to_string()
}

/// Returns so many of each sort.
fn events() -> Vec<String> {
    let mut events = Vec::new();
    for item in 0..ITEMS {
        let (number, own) = (100 * item, "north-desk");
        let day = format!("2020-12-{:02}", 20 - item);
        let case = format!("{own}:c{item}");
        let persons = json!([{"id": format!("{own}:p{item}")}]);
        let to = |number| json!({"org": own, "source": format!("//{own}.example/desk"), "id": uuid(number)});
        let answers = |to: Value| json!({"occurred": day, "position": "denies", "by": "a ministry", "to": to});
        let claim = json!({"occurred": day, "verbatim": "over two", "lang": "en", "measure": "persons",
            "modality": "more_than", "lower": 3, "population": {"kind": "arrest"}});
        let printed = json!({"query": "/v1/figures?measure=persons&kind=arrest", "at": "1", "value": 0, "text": "none"});
        let counts = json!({"name": format!("n{item}"), "predicate": {"kind": "arrest"}});
        let arrest = |day: &str| json!({"occurred": day, "persons": persons});
        events.extend([
            event(
                own,
                number + 1,
                "statement",
                None,
                &json!({"occurred": day, "title": "For those who are held", "langs": ["en"], "issuers": {"count": 2}}),
            ),
            event(
                own,
                number + 2,
                "official_response",
                None,
                &answers(to(number + 1)),
            ),
            event(
                own,
                number + 3,
                "official_response",
                None,
                &answers(to(number + 99)),
            ),
            event(own, number + 4, "aggregate_claim", None, &claim),
            event(
                own,
                number + 5,
                "hearing",
                Some(&case),
                &json!({"occurred": "2020-12-01", "persons": persons, "scheduled": day}),
            ),
            event(own, number + 6, "arrest", Some(&case), &arrest(&day)),
            event(
                "south-desk",
                number + 7,
                "arrest",
                Some(&case),
                &arrest("2020-11-01"),
            ),
            event(own, number + 8, "figure_published", None, &printed),
            event(own, number + 9, "definition", None, &counts),
        ]);
    }
    events
}

/// Follows a list from window to window; returns the items at a JSON pointer, and how many windows there were.
fn follow(client: &Client, path: &str, field: &str) -> (Vec<Value>, usize) {
    let (mut items, mut windows, mut next) = (Vec::new(), 0, Some(path.to_owned()));
    while let Some(path) = next.take() {
        let answer = client.public(&path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        let json = answer.json();
        let found = json.pointer(field).and_then(Value::as_array);
        items.extend(found.into_iter().flatten().cloned());
        windows += 1;
        assert!(windows < 100, "{path} has no end");
        let link = answer.link.as_deref().and_then(|link| {
            let (path, _) = link.strip_prefix('<')?.split_once('>')?;
            Some(path.to_owned())
        });
        next = link;
    }
    (items, windows)
}

#[test]
fn windows_of_one_item_lead_through_all_of_a_list() {
    let folder = tempfile::tempdir().expect("a folder");
    let node = Node::start(folder.path(), &Flags::default());
    let answer = node.client.lines(&events());
    assert_eq!(answer.status, 200, "{}", answer.text);
    let last = answer
        .json()
        .as_array()
        .and_then(|all| all.last()?["position"].as_u64());
    let last = last.expect("a position");
    for (path, field, beside) in LISTS {
        let path = format!(
            "{path}{}at={last}&min_position={last}",
            if path.contains('?') { '&' } else { '?' }
        );
        for field in [Some(*field), *beside].into_iter().flatten() {
            let (whole, one) = follow(&node.client, &path, field);
            assert_eq!((whole.len(), one), (3, 1), "{path} {field}: {whole:?}");
            let (parts, windows) = follow(&node.client, &format!("{path}&limit=1"), field);
            assert_eq!(windows, 3, "{path} {field}");
            assert_eq!(parts, whole, "{path} {field}");
        }
    }
    let refused = node.client.public("/v1/claims?limit=101");
    assert_eq!(refused.status, 400, "{}", refused.text);
    // Each arrest moved the figure that was printed of what stood before all of them.
    let published = format!("/v1/figures/f{}?at={last}", 9);
    let changes = |path: &str| {
        let (figures, windows) = follow(&node.client, path, "/figure/changes");
        (figures.len(), windows)
    };
    let (all, windows) = changes(&published);
    assert_eq!(windows, 1);
    assert!(all >= 3, "{all} changes");
    assert_eq!(changes(&format!("{published}&limit=1")), (all, all));
    node.stop();
}

#[test]
fn windows_of_a_case_lead_through_its_people_and_entries_and_tell_nothing_of_what_is_hidden() {
    let folder = tempfile::tempdir().expect("a folder");
    let node = Node::start(folder.path(), &Flags::default());
    let case = Some("north-desk:c1");
    let persons: Vec<Value> = (0..3)
        .map(|item| json!({"id": format!("north-desk:p{item}")}))
        .collect();
    let arrest = |day: u64| json!({"occurred": format!("2020-12-{day:02}"), "persons": persons});
    let target = json!({"org": "north-desk", "source": "//north-desk.example/desk", "id": uuid(2)});
    let mut sent: Vec<String> = (1..=4)
        .map(|day| event("north-desk", day, "arrest", case, &arrest(day)))
        .collect();
    let patch = json!({"target": target, "patch": {"occurred": "2020-12-09"}, "reason": "misread"});
    sent.push(event("north-desk", 5, "correction", None, &patch));
    let hidden = event("north-desk", 6, "arrest", case, &arrest(20));
    sent.push(hidden.replace("\"public\"", "\"org\""));
    let answer = node.client.lines(&sent);
    assert_eq!(answer.status, 200, "{}", answer.text);
    let path = "/v1/cases/north-desk:c1?at=7&min_position=7";
    let of_one = format!("{path}&limit=1");
    for (field, items) in [("/persons", 3), ("/timeline", 5)] {
        let (whole, one) = follow(&node.client, path, field);
        assert_eq!((whole.len(), one), (items, 1), "{field}: {whole:?}");
        let (parts, windows) = follow(&node.client, &of_one, field);
        assert_eq!((&parts, windows), (&whole, 5), "{field}");
    }
    let link = node.client.public(&of_one).link.expect("a link");
    let cursor = link
        .split("cursor=")
        .nth(1)
        .and_then(|rest| rest.split(['&', '>']).next());
    let other = format!(
        "/v1/cases/north-desk:c2?at=7&cursor={}",
        cursor.expect("a cursor")
    );
    assert!(node.client.public(&other).text.contains("/problems/cursor"));
    node.stop();
}

#[test]
fn a_page_of_long_events_ends_at_its_bytes_and_leads_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let node = Node::start(folder.path(), &Flags::default());
    let note = "n".repeat(9_000);
    let long = |number: u64| {
        let notes: Vec<Value> = (0..6)
            .map(|_| json!({"text": note, "lang": "en"}))
            .collect();
        let data = json!({"occurred": "2020-12-01", "filler": notes});
        event("north-desk", number, "threat", Some("north-desk:c1"), &data)
    };
    let events: Vec<String> = (1..=160).map(long).collect();
    let answer = node.client.lines(&events);
    assert_eq!(answer.status, 200, "{:.300}", answer.text);
    let path = "/v1/events?limit=1000&at=161&min_position=161";
    let first = node.client.public(path);
    assert!(first.bytes.len() < 9 << 20, "{} bytes", first.bytes.len());
    let (events, windows) = follow(&node.client, path, "/events");
    assert_eq!((events.len(), windows), (161, 2));
    let case = "/v1/cases/north-desk:c1?at=161";
    let first = node.client.public(case);
    assert!(first.bytes.len() < 9 << 20, "{} bytes", first.bytes.len());
    let (entries, windows) = follow(&node.client, case, "/timeline");
    assert_eq!((entries.len(), windows), (160, 2));
    let page = node.client.public("/cases/north-desk:c1?at=161").text;
    assert!(page.len() < 60_000, "{} bytes", page.len());
    assert!(page.contains("from=0.") && page.contains(r#"rel="next""#));
    node.stop();
}

#[test]
fn who_waits_for_a_position_keeps_nobody_waiting() {
    let folder = tempfile::tempdir().expect("a folder");
    let node = Node::start(folder.path(), &Flags::default());
    let (client, waiting) = (&node.client, AtomicUsize::new(0));
    std::thread::scope(|scope| {
        // More than there are slots, by every way to say it.
        for at in 0..24 {
            let waiting = &waiting;
            waiting.fetch_add(1, Ordering::SeqCst);
            scope.spawn(move || {
                let status = match at % 3 {
                    0 => client.public("/v1/cases?min_position=1000000").status,
                    1 => client.public("/v1/cases?min%5Fposition=1000000").status,
                    _ => client.with("/held", "min-position", "1000000").status,
                };
                assert_eq!(status, if at % 3 == 2 { 200 } else { 404 });
                waiting.fetch_sub(1, Ordering::SeqCst);
            });
        }
        let mut served = 0;
        while waiting.load(Ordering::SeqCst) > 0 {
            let answer = client.public("/v1/figures?measure=persons&kind=arrest");
            assert_eq!(answer.status, 200, "{}", answer.text);
            served += 1;
        }
        assert!(served > 0);
    });
    node.stop();
}
