//! The data package: what it says of its files is true, the same record gives the same bytes, and another node that
//! takes its events gives the same figures.
//!
//! Never here: what stands in a table ([`crate::files`]), and who sees what ([`crate::access`]).

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};
use std::process::Command;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::client::{Answer, Client, uuid};
use crate::node::{Flags, Node, program};
use crate::pinned::node::{Content, SetNode};
use crate::pinned::site::NOW;

/// Questions of which both nodes give the same, on one day.
const QUESTIONS: [&str; 8] = [
    "measure=persons&kind=arrest&occurred=2020&group_by=month,sex",
    "measure=events&kind=release&group_by=release_kind",
    "measure=person_charges&group_by=article,charge_status",
    "definition=detained/any&on=2020-12-10&group_by=place",
    "definition=detained/incl_house_arrest&on=2020-09-01",
    "measure=persons,events,person_charges&occurred=2020&group_by=quarter",
    "measure=persons&kind=death&in_custody=yes",
    "measure=events&group_by=kind,verification",
];

fn files(answer: &Answer) -> BTreeMap<String, Vec<u8>> {
    assert_eq!(answer.status, 200, "{}", answer.text);
    let mut zip = zip::ZipArchive::new(Cursor::new(&answer.bytes)).expect("a zip");
    let mut files = BTreeMap::new();
    for index in 0..zip.len() {
        let mut file = zip.by_index(index).expect("a file");
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).expect("its bytes");
        let name = file.name().expect("a name").into_owned();
        files.insert(name, bytes);
    }
    files
}

fn text<'f>(files: &'f BTreeMap<String, Vec<u8>>, path: &str) -> &'f str {
    std::str::from_utf8(&files[path]).expect("text")
}

#[test]
fn a_package_says_of_its_files_what_they_are() {
    let node = SetNode::start(Content::Demo, NOW);
    assert_eq!(node.client.sign().status, 200);
    let answer = node.client.public("/v1/package.zip");
    let files = files(&answer);
    assert_eq!(
        node.client.public("/v1/package.zip").bytes,
        answer.bytes,
        "the same bytes"
    );
    let package: Value = serde_json::from_str(text(&files, "datapackage.json")).expect("JSON");
    assert_eq!(package["habeas"]["position"], 73);
    assert_eq!(package["habeas"]["scope"], "public");
    assert!(package.get("licenses").is_none(), "nobody said one");
    let mut described = 0;
    for resource in package["resources"].as_array().expect("resources") {
        let path = resource["path"].as_str().expect("a path");
        let bytes = &files[path];
        assert_eq!(resource["bytes"], bytes.len(), "{path}");
        let digest: String = Sha256::digest(bytes)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(resource["hash"], format!("sha256:{digest}"), "{path}");
        if let Some(fields) = resource["schema"]["fields"].as_array() {
            let names = fields
                .iter()
                .map(|field| field["name"].as_str().expect("a name"));
            let mut reader = csv::Reader::from_reader(bytes.as_slice());
            assert!(
                reader.headers().expect("a header").iter().eq(names),
                "{path}"
            );
            types_hold(&mut reader, fields, path);
        }
        described += 1;
    }
    let others = [
        "datapackage.json",
        "README.md",
        "CITATION.cff",
        "checkpoint",
    ];
    assert!(others.iter().all(|other| files.contains_key(*other)));
    assert_eq!(files.len(), described + others.len());
    assert!(text(&files, "CITATION.cff").contains("version: \"73\"\n"));
    assert!(text(&files, "README.md").contains("data/cases.csv"));
    let book = text(&files, "data/codebook.csv");
    assert!(
        book.contains("\r\nevents,kind,string,,kind,its kind\r\n"),
        "{book}"
    );
    node.stop();
}

/// Holds each cell to the type of its field.
fn types_hold(reader: &mut csv::Reader<&[u8]>, fields: &[Value], path: &str) {
    for row in reader.records() {
        for (cell, field) in row.expect("a row").iter().zip(fields) {
            let holds = match field["type"].as_str() {
                _ if cell.is_empty() => true,
                Some("integer") => cell.parse::<i128>().is_ok(),
                Some("boolean") => ["true", "false"].contains(&cell),
                Some("date") => event::Day::parse(cell).is_some(),
                Some("string") => true,
                _ => false,
            };
            assert!(holds, "{path}: {cell} of {field}");
        }
    }
}

/// The answers to the questions, without what is of one log.
fn answers(client: &Client) -> Vec<Value> {
    let counts = |figure: &Value| json!({"total": figure["total"], "rows": figure["rows"]});
    let asked = QUESTIONS.iter().map(|question| {
        let answer = client.public(&format!("/v1/figures?{question}"));
        assert_eq!(answer.status, 200, "{}", answer.text);
        let body = answer.json();
        match body["measures"].as_array() {
            Some(measures) => measures.iter().map(counts).collect(),
            None => counts(&body),
        }
    });
    asked.collect()
}

/// Events whose retraction nobody else sees: what was retracted must not come back elsewhere.
fn with_hidden_acts(client: &Client) {
    let event = |number: u64, kind: &str, data: Value| {
        json!({
            "specversion": "1.0", "id": uuid(number), "source": "//alpha.example/desk", "org": "alpha",
            "type": format!("habeas.{kind}.v1"), "subject": "alpha:c1",
            "recordedtime": "2020-12-11T09:00:00Z", "data": data,
        })
        .to_string()
    };
    let arrest = |person: &str| json!({"occurred": "2020-12-01", "persons": [{"id": person}], "visibility": "public"});
    let target =
        |number: u64| json!({"org": "alpha", "source": "//alpha.example/desk", "id": uuid(number)});
    let lines = [
        event(1, "arrest", arrest("alpha:p1")),
        event(2, "arrest", arrest("alpha:p2")),
        event(
            3,
            "retraction",
            json!({"target": target(1), "reason": "fabricated", "visibility": "org"}),
        ),
        event(
            4,
            "correction",
            json!({"target": target(2), "patch": {"occurred": "2019-12-01"}, "reason": "a mistake"}),
        ),
        event(
            5,
            "retraction",
            json!({"target": target(4), "reason": "data_entry_error", "visibility": "org"}),
        ),
    ];
    let answer = client.lines(&lines);
    assert_eq!(answer.status, 200, "{}", answer.text);
    let last = answer.json()[lines.len() - 1]["position"]
        .as_u64()
        .expect("a position");
    let folded = client.get(&format!("/v1/cases?limit=1&min_position={last}"));
    assert_eq!(folded.status, 200, "{}", folded.text);
}

#[test]
fn another_node_that_takes_the_events_gives_the_same_figures() {
    let node = SetNode::start(Content::Demo, NOW);
    with_hidden_acts(&node.client);
    let right = answers(&node.client);
    let files = files(&node.client.public("/v1/package.zip"));
    let folder = tempfile::tempdir().expect("a folder");
    let lines = folder.path().join("events.jsonl");
    std::fs::write(&lines, &files["record/events.jsonl"]).expect("written");
    let other = Node::start(&folder.path().join("data"), &Flags::default());
    let sent = Command::new(program("habeas"))
        .args(["--server", other.client.base(), "emit"])
        .arg(&lines)
        .env("HABEAS_TOKEN", other.client.token())
        .output()
        .expect("habeas runs");
    assert!(
        sent.status.success(),
        "{}",
        String::from_utf8_lossy(&sent.stderr)
    );
    assert_eq!(answers(&other.client), right);
    node.stop();
    other.stop();
}

#[test]
fn the_licence_of_the_data_stands_with_everything() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = "https://creativecommons.org/licenses/by/4.0/";
    let more = ["--data-licence", "CC-BY-4.0", "--data-licence-url", url];
    let flags = Flags {
        demo: true,
        more: more.map(String::from).to_vec(),
        ..Flags::default()
    };
    let node = Node::start(folder.path(), &flags);
    for address in [
        "/v1/cases",
        "/v1/figures.csv?kind=arrest",
        "/v1/figures?colour=red",
        "/livez",
        "/held",
    ] {
        let answer = node.client.public(address);
        assert!(
            answer.headers.contains("habeas-data-licence: CC-BY-4.0\n"),
            "{address}"
        );
        assert!(
            answer
                .headers
                .contains(&format!("<{url}>; rel=\"license\"")),
            "{address}"
        );
    }
    for page in ["/", "/km/held", "/cases", "/nothing"] {
        let text = node.client.with(page, "accept", "text/html").text;
        assert!(text.contains(url) && text.contains("CC-BY-4.0"), "{page}");
    }
    let files = files(&node.client.public("/v1/package.zip"));
    let package: Value = serde_json::from_str(text(&files, "datapackage.json")).expect("JSON");
    assert_eq!(
        package["licenses"],
        json!([{"name": "CC-BY-4.0", "path": url}])
    );
    assert!(text(&files, "CITATION.cff").contains(&format!("license-url: \"{url}\"")));
    assert!(text(&files, "README.md").contains(url));
    node.stop();
}
