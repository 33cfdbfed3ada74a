//! Canaries: what is hidden is heard nowhere. Unique words stand in every text of hidden events of every
//! kind, hidden by a patch and by a retraction for safety, with the act before the event and after it; every
//! route is visited without a token, with its headers and the live stream, and the record is read as another
//! organisation; then the log, of everything that can be logged, is searched.
//!
//! Never here: the routes ([`crate::routes`]), what a scope sees (the laws of `answers`).

use event::{Caller, Instant, Kind, OrgId, Position, Reading};
use fold::Scope;
use serde_json::{Value, json};

use crate::client::{Arrest, Client, uuid};
use crate::node::{Flags, Node, root};
use crate::routes::VISITED;

/// The organisation whose events are hidden.
pub(crate) const ORG: &str = "canary-desk";

/// How an event is hidden, and whether the act comes before it.
const WAYS: [(&str, bool); 4] = [
    ("patch", false),
    ("patch", true),
    ("safety", false),
    ("safety", true),
];

/// The example of a kind's page.
fn example(kind: Kind) -> Value {
    let page = root().join(format!("docs/reference/events/{}.md", kind.code()));
    let page = std::fs::read_to_string(page).expect("a page");
    let (_, rest) = page.split_once("```json\n").expect("an example");
    let (text, _) = rest.split_once("```").expect("its end");
    serde_json::from_str(text).expect("JSON")
}

fn is_admitted(event: &Value) -> bool {
    let (now, _) = Instant::parse("2026-01-01T00:00:00Z").expect("an instant");
    let bytes = serde_json::to_vec(event).expect("written");
    event::admit(&bytes, Caller::Any, now).is_ok()
}

/// Puts a canary in the place of every text of `data` that the check allows to be any text.
fn canaries(event: &mut Value, path: &str, word: &str) {
    let at = event.pointer(path).cloned().unwrap_or_default();
    match at {
        Value::Object(members) => {
            for name in members.keys() {
                canaries(event, &format!("{path}/{name}"), word);
            }
        }
        Value::Array(items) => {
            for index in 0..items.len() {
                canaries(event, &format!("{path}/{index}"), word);
            }
        }
        Value::String(_) => {
            let mut changed = event.clone();
            let place = changed.pointer_mut(path).expect("a place");
            *place = format!("{word}{}", path.replace('/', "-")).into();
            if is_admitted(&changed) {
                *event = changed;
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// A public event of a kind, with `word` in each of its texts; it is `org`'s, of a number.
pub(crate) fn invented(kind: Kind, (org, number): (&str, u64), word: &str) -> Value {
    let mut event = example(kind);
    event["id"] = uuid(number).into();
    event["org"] = org.into();
    event["source"] = "//canary.example/desk".into();
    if event.get("subject").is_some() {
        event["subject"] = format!("{org}:{word}c").into();
    }
    let data = &mut event["data"];
    data["visibility"] = "public".into();
    data["note"] = "a note".into();
    data["unknown_field"] = "of a newer tool".into();
    if data["occurred"].is_string() {
        data["persons"] = json!([{"id": format!("{org}:{word}p"), "names": [{"text": "a name"}]}]);
        data["occurred_as_reported"] = "as reported".into();
    }
    canaries(&mut event, "/data", word);
    assert!(is_admitted(&event), "{event}");
    event
}

/// The act that hides an event.
fn hiding(event: &Value, way: &str, number: u64) -> Value {
    let org = event["org"].clone();
    let target = json!({"org": org, "source": event["source"], "id": event["id"]});
    let (kind, data) = match way {
        "patch" => (
            "correction",
            json!({"target": target, "patch": {"visibility": "org"}, "reason": format!("canary{number}x-reason")}),
        ),
        _ => (
            "retraction",
            json!({"target": target, "reason": "safety", "note": format!("canary{number}x-note")}),
        ),
    };
    json!({
        "specversion": "1.0", "id": uuid(number), "source": "//canary.example/desk",
        "type": format!("habeas.{kind}.v1"), "org": org, "recordedtime": "2021-06-02T09:00:00Z",
        "data": data,
    })
}

/// The kinds that organisations send, from the one at `first` on and around.
pub(crate) fn kinds(first: usize) -> impl Iterator<Item = Kind> {
    let kinds = Kind::ALL.iter().copied();
    let kinds = kinds.filter(|kind| !kind.is_system() && *kind != Kind::Erasure);
    let mut kinds: Vec<Kind> = kinds.collect();
    kinds.rotate_left(first);
    kinds.into_iter()
}

/// Sends an event of each kind, hidden in each way, with `word` and its number in its texts; returns the
/// position of each, with its number.
pub(crate) fn send(
    client: &Client,
    kinds: impl Iterator<Item = Kind>,
    word: &str,
) -> Vec<(u64, u64)> {
    let (mut lines, mut places) = (Vec::new(), Vec::new());
    let mut number = 1;
    for kind in kinds {
        for (way, is_before) in WAYS {
            let event = invented(kind, (ORG, number), &format!("{word}{number}x"));
            let act = hiding(&event, way, number + 1);
            places.push((lines.len() + usize::from(is_before), number));
            let mut pair = [event.to_string(), act.to_string()];
            if is_before {
                pair.reverse();
            }
            lines.extend(pair);
            number += 2;
        }
    }
    let answer = client.lines(&lines);
    assert_eq!(answer.status, 200, "{:.2000}", answer.text);
    let verdicts = answer.json();
    let position = |index: usize| verdicts[index]["position"].as_u64().expect("a position");
    let last = position(lines.len() - 1);
    let folded = client.get(&format!("/v1/cases?limit=1&min_position={last}"));
    assert_eq!(folded.status, 200, "{}", folded.text);
    let places = places.into_iter();
    places
        .map(|(index, number)| (position(index), number))
        .collect()
}

#[test]
fn what_is_hidden_is_heard_nowhere() {
    let folder = tempfile::tempdir().expect("a folder");
    // Whoever may read the log must learn no more from it than anybody else, however much is asked of it.
    let flags = Flags {
        log: Some("trace"),
        ..Flags::default()
    };
    let node = Node::start(folder.path(), &flags);
    let sent = send(&node.client, kinds(0), "canary");
    assert_eq!(node.client.sign().status, 200);
    let mut heard = Vec::new();
    let mut visit = |address: &str| {
        let answer = node.client.public(address);
        let told = [answer.text.as_str(), answer.headers.as_str()];
        // What was asked for may be said again.
        let asked = address.split(['/', '?', '=', ':', '&']);
        let asked = asked.filter(|part| part.starts_with("canary"));
        for text in told {
            let text = asked
                .clone()
                .fold(text.to_owned(), |text, asked| text.replace(asked, ""));
            if let Some(at) = text.find("canary").filter(|_| !only_org(&text)) {
                let end = text.len().min(at + 60);
                heard.push(format!("{address}: {}", text.get(at..end).unwrap_or("...")));
            }
        }
    };
    for (_, addresses) in VISITED {
        for address in *addresses {
            let is_of_each = address.contains('{');
            let each = sent.iter().take(if is_of_each { usize::MAX } else { 1 });
            for (position, number) in each {
                let address = address
                    .replace("{case}", &format!("{ORG}:canary{number}xc"))
                    .replace("{person}", &format!("{ORG}:canary{number}xp"))
                    .replace("{position}", &position.to_string());
                visit(&address);
            }
        }
    }
    heard.extend(heard_live(&node.client));
    assert!(
        heard.is_empty(),
        "{} times:\n{}",
        heard.len(),
        heard.join("\n")
    );
    for scope in [
        Scope::Public,
        Scope::Partners,
        Scope::Org(OrgId::parse("other-desk").expect("an id")),
    ] {
        assert_eq!(seen_in_replay(&node.client, &scope), "", "{}", scope.name());
    }
    node.stop();
    let log = std::fs::read_to_string(folder.path().join("habeasd.log")).expect("a log");
    // The ids of organisations are no secret.
    let heard = log
        .lines()
        .find(|line| line.replace(ORG, "").contains("canary"));
    assert_eq!(heard, None, "a line of the log");
    let url =
        std::fs::read_to_string(folder.path().join("nats.url")).expect("the broker's address");
    let password = url.split(['@', ':']).nth(2).expect("a password");
    assert!(
        password.len() > 20 && !log.contains(password),
        "the broker's password"
    );
}

/// What the stream of changes tells the public of the canaries, from the beginning on up to an event that
/// is public.
fn heard_live(client: &Client) -> Option<String> {
    let id = uuid(999_999);
    let public = Arrest {
        org: "other-desk",
        id: &id,
        case: "2020-001",
        person: "p001",
        day: "2020-12-11",
    };
    assert_eq!(client.lines(&[public.event()]).status, 200);
    let said = client.live("/v1/changes?after=0", &id);
    (!only_org(&said)).then(|| format!("/v1/changes, live: {said}"))
}

/// Whether `canary` stands in a text as the name of the organisation alone, which the caller named.
fn only_org(text: &str) -> bool {
    !text
        .replace(ORG, "")
        .replace("canary.example", "")
        .contains("canary")
}

/// What a scope sees of the record, folded without a server: leaves, cases, persons and figures.
fn seen_in_replay(client: &Client, scope: &Scope) -> String {
    let events = client.get("/v1/events?limit=1000").json();
    let events = events["events"].as_array().expect("events").clone();
    let leaves: Vec<Vec<u8>> = events
        .iter()
        .map(|leaf| serde_json::to_vec(&leaf["event"]).expect("written"))
        .collect();
    let mut model = answers::MemoryModel::default();
    model.fold(leaves.iter().map(Vec::as_slice)).expect("room");
    let newest = model.columns.instants().newest();
    let mut seen = String::new();
    for at in [newest.get() / 2, newest.get()].map(Position::new) {
        for (index, leaf) in (1_u64..).zip(&leaves) {
            let Reading::Event(event) = event::read(leaf) else {
                continue;
            };
            let position = Position::new(index);
            let Ok(may) = fold::may_see(&model.rows, (position, &event), at, scope);
            if may && event.envelope.key.org.as_str() == ORG {
                seen.push_str(&format!("position {index} at {at}\n"));
            }
        }
        let Ok(cases) = {
            let cases = model.rows.cases_from(None);
            answers::CaseList::build(&model.rows, (at, scope), 1_000, cases)
        };
        let cases = serde_json::to_string(&cases).expect("written");
        let query =
            figures::Query::parse(&[("group_by".into(), "person".into())]).expect("a question");
        let figure = figures::answer(&model.columns, &query, at, None, scope);
        let figure = figure.expect("an answer");
        let figure = serde_json::to_string(&figure).expect("written");
        for text in [cases, figure] {
            if !only_org(&text) {
                seen.push_str(&text);
            }
        }
    }
    seen
}
