//! Feeds: a feed reader's parser (Python's `feedparser`) reads the newest events, a case and the list of cases.
//!
//! Never here: what a scope sees (that is the matrix of `access`).

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::{Value, json};

use crate::client::{Arrest, Client, uuid};
use crate::node::{Flags, Node, root};
use crate::pinned::node::{Content, SetNode};
use crate::pinned::site::NOW;

/// Reads a feed, and prints an object a line: of the feed, then of each entry.
const SCRIPT: &str = r#"
import json, sys, urllib.request
import feedparser
with urllib.request.urlopen(sys.argv[1]) as answer:
    feed = feedparser.parse(answer.read(), response_headers={"content-type": answer.headers["content-type"]})
assert not feed.bozo, feed.bozo_exception
assert feed.version == "atom10", feed.version
print(json.dumps({name: feed.feed[name] for name in ("id", "title", "updated", "language")}))
for entry in feed.entries:
    told = {name: entry[name] for name in ("id", "title", "updated", "link")}
    print(json.dumps(told | {"says": entry.content[0].value}))
"#;

/// Returns what the parser tells of a feed: the feed, and each entry.
fn parsed(client: &Client, path: &str) -> (Value, Vec<Value>) {
    let output = Command::new(root().join(".tools/python/bin/python"))
        .args(["-c", SCRIPT, &format!("{}{path}", client.base())])
        .output()
        .expect("`make test` installs feedparser into .tools/python");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{path}: {errors}");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut lines = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"));
    (lines.next().expect("a feed"), lines.collect())
}

fn texts<'e>(entries: &'e [Value], name: &str) -> Vec<&'e str> {
    let texts = entries.iter().map(|entry| entry[name].as_str());
    texts.map(|text| text.expect("a text")).collect()
}

#[test]
fn a_feed_reader_reads_events_a_case_and_cases_of_the_demo() {
    let node = SetNode::start(Content::Demo, NOW);
    let client = &node.client;
    let (feed, arrests) = parsed(client, "/v1/events.atom?kind=arrest&lang=en");
    assert_eq!(feed["language"], "en");
    let count = client
        .public("/v1/figures?measure=events&kind=arrest")
        .json();
    let expected = count["total"]["count"].as_u64().expect("a count");
    // An act on an arrest is told with it.
    let of_kind = |entry: &&Value| {
        let title = entry["title"].as_str().expect("a title");
        title.starts_with("Arrest")
    };
    let own = arrests.iter().filter(of_kind).count();
    assert!(u64::try_from(own).expect("a number") >= expected, "{own}");
    let (_, all) = parsed(client, "/v1/events.atom");
    assert_eq!(all.len(), 50);
    let of_case = "/v1/cases/mekong-rights:2020-008/events.atom";
    let (case, entries) = parsed(client, of_case);
    let told = client.public("/v1/cases/mekong-rights:2020-008").json();
    assert_eq!(
        entries.len(),
        told["timeline"].as_array().expect("a list").len()
    );
    let (_, cases) = parsed(client, "/v1/cases.atom?lang=km");
    assert_ne!(case["id"], feed["id"]);
    let same = |entries: &[Value]| -> BTreeSet<(String, String)> {
        let pairs = entries
            .iter()
            .map(|one| (one["id"].to_string(), one["link"].to_string()));
        pairs.collect()
    };
    // An event is one entry in every feed.
    let (ids, links): (BTreeSet<_>, BTreeSet<_>) = same(&all)
        .into_iter()
        .chain(same(&arrests))
        .chain(same(&entries))
        .unzip();
    assert_eq!(ids.len(), links.len());
    let names: Vec<Value> = client.public("/v1/persons?limit=1000").json()["persons"]
        .as_array()
        .expect("a list")
        .iter()
        .flat_map(|person| person["names"].as_array().cloned().unwrap_or_default())
        .collect();
    for (path, entries) in [("events", &all), ("case", &entries), ("cases", &cases)] {
        let ids: BTreeSet<_> = texts(entries, "id").into_iter().collect();
        assert_eq!(ids.len(), entries.len(), "{path}");
        let updated = texts(entries, "updated");
        assert!(updated.is_sorted_by(|a, b| a >= b), "{path}: {updated:?}");
        for link in texts(entries, "link").into_iter().take(5) {
            let page = link.strip_prefix(client.base()).expect("an own page");
            assert_eq!(client.public(page).status, 200, "{link}");
        }
        let said = json!(entries).to_string();
        for name in names.iter().filter_map(|name| name["text"].as_str()) {
            assert!(!said.contains(name), "{path}: a name");
        }
    }
}

#[test]
fn a_long_case_tells_its_last_entries() {
    let folder = tempfile::tempdir().expect("a folder");
    let node = Node::start(folder.path(), &Flags::default());
    let events: Vec<String> = (1..=60)
        .map(|number| {
            let (id, person) = (uuid(number), format!("p{number}"));
            let arrest = Arrest {
                org: "north-desk",
                id: &id,
                case: "c1",
                person: &person,
                day: "2020-06-01",
            };
            arrest.event()
        })
        .collect();
    let sent = node.client.lines(&events).json();
    let last = sent[59]["position"].as_u64().expect("a position");
    let folded = format!("/v1/cases?min_position={last}");
    assert_eq!(node.client.public(&folded).status, 200);
    let (_, entries) = parsed(&node.client, "/v1/cases/north-desk:c1/events.atom");
    let links = texts(&entries, "link").into_iter();
    let expected = (last - 49..=last).rev();
    let expected = expected.map(|position| format!("{}/events/{position}", node.client.base()));
    assert!(links.eq(expected), "{entries:?}");
}

#[test]
fn what_is_asked_wrongly_is_refused_and_pages_name_their_feeds() {
    let node = SetNode::start(Content::Demo, NOW);
    let client = &node.client;
    for (path, status) in [
        ("/v1/cases/mekong-rights:none/events.atom", 404),
        ("/v1/events.atom?colour=red", 400),
        ("/v1/events.atom?kind=arest", 400),
        ("/v1/events.atom?lang=xx", 400),
        ("/v1/cases.atom?name=Dara", 400),
    ] {
        assert_eq!(client.public(path).status, status, "{path}");
    }
    for page in ["/cases", "/history", "/cases/mekong-rights:2020-008"] {
        let text = client.public(page).text;
        let (_, rest) = text
            .split_once("type=\"application/atom+xml\" href=\"")
            .unwrap_or_else(|| panic!("{page} names no feed"));
        let (href, _) = rest.split_once('"').expect("an address");
        let feed = client.public(&href.replace("&#38;", "&"));
        assert_eq!(feed.status, 200, "{page}: {href}");
    }
}
