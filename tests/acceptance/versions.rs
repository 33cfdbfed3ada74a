//! Published data sets of which several versions are known: each R gives the version of its time.
//!
//! The rows are read where they stand and never copied; each version is loaded as what it changed.
//!
//! Never here: the import engine.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use crate::client::{Client, uuid};
use crate::node::{Flags, Node};
use crate::shared::folder;

type Row = BTreeMap<String, String>;

fn rows(path: &Path) -> Vec<Row> {
    let text = std::fs::read_to_string(path).expect("a file");
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let rows = reader.deserialize().map(|row| row.expect("a row"));
    rows.collect()
}

/// Sends events, and returns the position of the last.
fn send(client: &Client, events: &[Value]) -> u64 {
    let lines: Vec<String> = events.iter().map(Value::to_string).collect();
    let answer = client.lines(&lines);
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer
        .json()
        .as_array()
        .and_then(|all| all.last())
        .expect("a verdict")["position"]
        .as_u64()
        .expect("a position")
}

fn event(org: &str, number: u64, kind: &str, recorded: &str, mut data: Value) -> Value {
    data["visibility"] = "public".into();
    json!({
        "specversion": "1.0", "id": uuid(number), "source": format!("//{org}.example/export"),
        "type": format!("habeas.{kind}.v1"), "org": org, "recordedtime": recorded, "data": data,
    })
}

fn target(org: &str, number: u64) -> Value {
    json!({"org": org, "source": format!("//{org}.example/export"), "id": uuid(number)})
}

fn day(row: &Row) -> String {
    let parts: Vec<&str> = row["date"].split('.').collect();
    format!("{}-{}-{}", parts[2], parts[1], parts[0])
}

fn group(row: &Row) -> Value {
    let total: u64 = row["total"].trim().parse().expect("a number");
    json!({"lower": total, "upper": total, "verbatim": row["total"], "lang": "ru"})
}

fn said(row: &Row) -> String {
    format!("{}; {}; {}", row["agreement"], row["subject"], row["place"])
}

/// The recorded versions, in their order. Row numbers shift between them, so rows are one where date
/// and number are; what is left over of both is one where either is.
const RECORDED: [&str; 5] = [
    "2012-10-16T00:00:00Z",
    "2012-11-08T01:27:00Z",
    "2012-11-08T01:36:00Z",
    "2012-11-08T14:46:00Z",
    "2012-11-09T00:00:00Z",
];

/// Pairs the rows of a version with the events that stand, and returns what each row became.
fn pair(standing: &mut Vec<(u64, Row)>, version: Vec<Row>) -> Vec<(u64, Row, Row)> {
    let mut left = version;
    let mut changed = Vec::new();
    let same: [fn(&Row, &Row) -> bool; 4] = [
        |a, b| a["date"] == b["date"] && a["total"] == b["total"] && said(a) == said(b),
        |a, b| a["date"] == b["date"] && a["total"] == b["total"],
        |a, b| a["date"] == b["date"],
        |a, b| a["total"] == b["total"],
    ];
    let mut paired = Vec::new();
    for is_same in same {
        standing.retain(|(number, old)| {
            let Some(at) = left.iter().position(|new| is_same(old, new)) else {
                return true;
            };
            let new = left.remove(at);
            if new != *old {
                changed.push((*number, old.clone(), new.clone()));
            }
            paired.push((*number, new));
            false
        });
    }
    assert!(
        standing.is_empty() && left.is_empty(),
        "{standing:?} {left:?}"
    );
    *standing = paired;
    changed
}

#[test]
fn five_versions_of_moscows_arrests_give_each_its_figures_and_name_the_two_changes() {
    let Some(data) = folder("ovdinfo_moscow_2012") else {
        return;
    };
    let mut files: Vec<_> = std::fs::read_dir(data)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "csv"))
        .collect();
    files.sort();
    let scratch = tempfile::tempdir().expect("a folder");
    let node = Node::start(scratch.path(), &Flags::default());
    let client = &node.client;
    let org = "autozak";
    let (mut number, mut standing, mut ends) = (0, Vec::new(), Vec::new());
    for (path, recorded) in files.iter().zip(RECORDED) {
        let version = rows(path);
        let mut events = Vec::new();
        if standing.is_empty() {
            for row in version {
                number += 1;
                let data = json!({"occurred": day(&row), "group": group(&row),
                                  "note": {"text": said(&row), "lang": "ru"}});
                events.push(event(org, number, "arrest", recorded, data));
                standing.push((number, row));
            }
        } else {
            for (about, old, new) in pair(&mut standing, version) {
                let mut patch = json!({});
                if day(&old) != day(&new) {
                    patch["occurred"] = day(&new).into();
                }
                if old["total"] != new["total"] {
                    patch["group"] = group(&new);
                }
                if said(&old) != said(&new) {
                    patch["note"] = json!({"text": said(&new), "lang": "ru"});
                }
                if patch != json!({}) {
                    number += 1;
                    let data = json!({"target": target(org, about), "patch": patch,
                                      "reason": "as published in a later version"});
                    events.push(event(org, number, "correction", recorded, data));
                }
            }
        }
        let last = if events.is_empty() {
            *ends.last().expect("one before")
        } else {
            send(client, &events)
        };
        ends.push(last);
    }
    assert!(
        ends[2] > ends[1],
        "later versions correct what is not counted"
    );
    let unnamed = |occurred: &str, at: u64| {
        let path = format!("/v1/figures?kind=arrest&occurred={occurred}&at={at}&min_position={at}");
        let answer = client.public(&path);
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()["total"]["unnamed"].clone()
    };
    for end in &ends {
        assert_eq!(
            unnamed("2011-12", *end),
            json!({"lower": 1312, "upper": 1312})
        );
    }
    assert_eq!(
        unnamed("2011/2012", ends[0]),
        json!({"lower": 4876, "upper": 4876})
    );
    for end in &ends[1..] {
        assert_eq!(
            unnamed("2011/2012", *end),
            json!({"lower": 4885, "upper": 4885})
        );
    }
    let path = format!(
        "/v1/figures/changes?kind=arrest&occurred=2011/2012&from={}",
        ends[0]
    );
    let explained = client.public(&path).json();
    let mut moved: Vec<_> = explained["changes"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|change| {
            assert_eq!(change["reason"], "corrected", "{change}");
            change["delta"]["unnamed"]["lower"]
                .as_i64()
                .expect("a number")
        })
        .collect();
    moved.sort_unstable();
    assert_eq!(moved, [0, 9], "{explained}");
    assert_eq!(explained["difference"]["unnamed"]["lower"], 9);
    node.stop();
}

/// Whether an incident of these categories is an arrest; each is one event, of one kind.
fn kind(row: &Row) -> &'static str {
    let categories = &row["categories"];
    if categories.contains("Arrest") {
        "arrest"
    } else if categories.contains("Physical Attack") {
        "assault"
    } else {
        "expression_action"
    }
}

fn incident(number: u64, row: &Row, recorded: &str) -> Value {
    let data = json!({"occurred": row["date"], "rights_exercised": ["expression"]});
    event("pressdesk", number, kind(row), recorded, data)
}

#[test]
fn two_exports_of_incidents_give_each_its_counts() {
    let Some(data) = folder("uspft") else { return };
    let scratch = tempfile::tempdir().expect("a folder");
    let node = Node::start(scratch.path(), &Flags::default());
    let client = &node.client;
    let first = rows(&data.join("incidents_2020-07.csv"));
    let second = rows(&data.join("later_export_2021-12.csv"));
    let key = |row: &Row| (row["date"].clone(), kind(row));
    let mut number = 0;
    let mut standing: BTreeMap<_, Vec<u64>> = BTreeMap::new();
    let mut events = Vec::new();
    for row in &first {
        number += 1;
        standing.entry(key(row)).or_default().push(number);
        events.push(incident(number, row, "2020-07-20T00:00:00Z"));
    }
    let earlier = send(client, &events);
    // What the later export has no more is taken back; what it has besides is new.
    let mut later = Vec::new();
    let recorded = "2022-03-18T00:00:00Z";
    for row in &second {
        let known = standing.get_mut(&key(row)).and_then(Vec::pop);
        if known.is_none() {
            number += 1;
            later.push(incident(number, row, recorded));
        }
    }
    for gone in standing.into_values().flatten() {
        number += 1;
        let data = json!({"target": target("pressdesk", gone), "reason": "source_withdrew"});
        later.push(event("pressdesk", number, "retraction", recorded, data));
    }
    let newest = send(client, &later);
    let count = |query: &str, at: &str| {
        let path = format!("/v1/figures?measure=events&{query}&at={at}&min_position={newest}");
        let answer = client.public(&path);
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()["total"]["count"].as_u64().expect("a number")
    };
    let (then, now) = ("recorded:2020-07-21T00:00:00Z", newest.to_string());
    assert_eq!(count("occurred=../2020-06-01", then), 516);
    assert_eq!(count("occurred=../2020-06-01", &earlier.to_string()), 516);
    assert_eq!(count("occurred=../2020-06-01", &now), 841);
    for (year, as_known_then, as_known_now) in [
        ("2017", 38, 39),
        ("2018", 11, 13),
        ("2019", 9, 9),
        ("2020-01-01/2020-06-01", 19, 62),
    ] {
        let query = format!("kind=arrest&occurred={year}");
        assert_eq!(count(&query, then), as_known_then, "{year}");
        assert_eq!(count(&query, &now), as_known_now, "{year}");
    }
    let path = format!(
        "/v1/figures/changes?measure=events&kind=arrest&occurred=../2020-06-01&from={earlier}"
    );
    let explained = client.public(&path).json();
    let deltas = explained["changes"].as_array().expect("a list").iter();
    let sum: i64 = deltas
        .map(|one| one["delta"]["count"].as_i64().expect("a number"))
        .sum();
    assert_eq!(explained["difference"]["count"], sum);
    assert_eq!(
        explained["to"]["total"]["count"].as_i64(),
        explained["from"]["total"]["count"]
            .as_i64()
            .map(|from| from + sum)
    );
    node.stop();
}
