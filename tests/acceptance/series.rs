//! The long table for chart tools: one row for each period and group, under columns that never change.
//!
//! Never here: which number is right (that are the laws of `answers`).

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value;

use crate::client::Client;
use crate::node::root;
use crate::pinned::node::{Content, SetNode};
use crate::pinned::site::NOW;

/// The first line of the file, for ever.
const HEAD: &str = "date,date_end,period,group_by,group,group_label,measure,definition,count,at_least,at_most,\
    unnamed_lower,unnamed_upper,on,known_at,left_out,hidden_through,scope,query";

/// Questions over time, with the name of their other group.
const QUESTIONS: [(&str, Option<&str>); 5] = [
    ("kind=arrest&group_by=month", None),
    (
        "kind=arrest&occurred=2020&group_by=quarter,sex",
        Some("sex"),
    ),
    (
        "definition=detained/any&group_by=month,place",
        Some("place"),
    ),
    (
        "measure=events&kind=release&group_by=release_kind,year",
        Some("release_kind"),
    ),
    (
        "measure=person_charges&group_by=month,charge_status",
        Some("charge_status"),
    ),
];

fn rows(client: &Client, question: &str) -> Vec<BTreeMap<String, String>> {
    let answer = client.public(&format!("/v1/series.csv?{question}"));
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.text.lines().next(), Some(HEAD));
    let mut reader = csv::Reader::from_reader(answer.bytes.as_slice());
    let names = reader.headers().expect("a header").clone();
    let rows = reader.records().map(|row| {
        let row = row.expect("a row");
        let cells = names.iter().zip(&row);
        cells
            .map(|(name, cell)| (name.to_owned(), cell.to_owned()))
            .collect()
    });
    rows.collect()
}

/// The rows of the figure that have a period, with their counts.
fn figure(client: &Client, question: &str, group: Option<&str>) -> BTreeMap<(String, String), u64> {
    let body = client.public(&format!("/v1/figures?{question}")).json();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut found = BTreeMap::new();
    for row in body["rows"].as_array().expect("rows") {
        let period = ["month", "quarter", "year"]
            .map(|name| text(&row["group"][name]))
            .concat();
        let group = group
            .map(|group| text(&row["group"][group]))
            .unwrap_or_default();
        if !period.is_empty() {
            found.insert((period, group), row["count"].as_u64().expect("a count"));
        }
    }
    found
}

#[test]
fn every_period_has_every_group_with_the_counts_of_the_figure() {
    let node = SetNode::start(Content::Demo, NOW);
    for (question, group) in QUESTIONS {
        let mut figure = figure(&node.client, question, group);
        let rows = rows(&node.client, question);
        let mut of_period: BTreeMap<&str, usize> = BTreeMap::new();
        for row in &rows {
            let key = (row["period"].clone(), row["group"].clone());
            let count: u64 = row["count"].parse().expect("a number");
            assert_eq!(
                count,
                figure.remove(&key).unwrap_or(0),
                "{question} {key:?}"
            );
            assert!(row["date"].starts_with(&row["period"][..4]) && row["date"] <= row["date_end"]);
            assert_eq!(row["group_by"], group.unwrap_or_default());
            *of_period.entry(&row["period"]).or_default() += 1;
        }
        assert!(figure.is_empty(), "{question} leaves out {figure:?}");
        let first = of_period.values().next().expect("a period");
        assert!(
            of_period.values().all(|groups| groups == first),
            "{question}"
        );
    }
    node.stop();
}

#[test]
fn labels_are_english_whatever_a_browser_speaks_and_of_a_language_that_is_asked_for() {
    let node = SetNode::start(Content::Demo, NOW);
    let question = "kind=arrest&group_by=month,sex";
    let labels = |rows: Vec<BTreeMap<String, String>>| {
        let labels = rows.into_iter().map(|row| row["group_label"].clone());
        labels.collect::<std::collections::BTreeSet<_>>()
    };
    assert!(labels(rows(&node.client, question)).contains("Female"));
    assert!(labels(rows(&node.client, &format!("{question}&lang=km"))).contains("ស្រី"));
    let address = format!("/v1/series.csv?{question}");
    let khmer = node.client.with(&address, "accept-language", "km");
    assert_eq!(khmer.text, node.client.public(&address).text);
    for wrong in [
        "group_by=month,sex,place",
        "group_by=month,year",
        "colour=red",
    ] {
        let address = format!("/v1/series.csv?kind=arrest&{wrong}");
        assert_eq!(node.client.public(&address).status, 400, "{wrong}");
    }
    node.stop();
}

/// What a Python of no more than its own library reads of it.
const SCRIPT: &str = r#"
import csv, datetime, sys, urllib.request
with urllib.request.urlopen(sys.argv[1]) as answer:
    rows = list(csv.DictReader(line.decode() for line in answer))
for row in rows:
    assert datetime.date.fromisoformat(row["date"]) <= datetime.date.fromisoformat(row["date_end"])
print(sum(int(row["count"]) for row in rows))
"#;

#[test]
fn a_script_reads_days_and_numbers() {
    let node = SetNode::start(Content::Demo, NOW);
    let question = "measure=events&kind=arrest&group_by=month";
    let address = format!("{}/v1/series.csv?{question}", node.client.base());
    let output = Command::new(root().join(".tools/python/bin/python"))
        .args(["-c", SCRIPT, &address])
        .output()
        .expect("`make test` installs Python into .tools/python");
    let sum: u64 = figure(&node.client, question, None).values().sum();
    let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    assert_eq!(
        said,
        sum.to_string(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    node.stop();
}
