//! Calendars: a calendar program's parser (Python's `icalendar`) reads the hearings and the ends of terms.
//!
//! Never here: which hearings are set and who is held (that are the laws of `answers`).

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::{Value, json};

use crate::client::{Client, uuid};
use crate::node::{Flags, Node, root};
use crate::pinned::node::{Content, SetNode};
use crate::pinned::site::NOW;

/// Reads a calendar as strictly as the parser can, and prints an object a line: of the calendar, then of each entry.
const SCRIPT: &str = r#"
import json, sys, urllib.request
import icalendar
request = urllib.request.Request(sys.argv[1], headers=dict(zip(sys.argv[2::2], sys.argv[3::2])))
with urllib.request.urlopen(request) as answer:
    data = answer.read()
assert all(len(line) <= 75 for line in data.split(b"\r\n")), "a line is too long"
calendar = icalendar.Calendar.from_ical(data)
assert not calendar.errors, calendar.errors
print(json.dumps({name: str(calendar[name]) for name in ("VERSION", "PRODID", "NAME", "DESCRIPTION", "URL")}))
for event in calendar.walk("VEVENT"):
    assert not event.errors, event.errors
    told = {name: str(event[name]) for name in ("UID", "SUMMARY", "DESCRIPTION", "URL", "STATUS", "CLASS", "TRANSP")}
    told |= {"first": event.decoded("DTSTART").isoformat(), "end": event.decoded("DTEND").isoformat()}
    told |= {"stamp": event.decoded("DTSTAMP").isoformat(), "place": str(event.get("LOCATION", ""))}
    print(json.dumps(told))
"#;

/// Returns what the parser tells of a calendar: the calendar, and each entry.
fn parsed(client: &Client, path: &str, token: Option<&str>) -> (Value, Vec<Value>) {
    let mut command = Command::new(root().join(".tools/python/bin/python"));
    command.args(["-c", SCRIPT, &format!("{}{path}", client.base())]);
    if let Some(token) = token {
        command.args(["authorization", &format!("Bearer {token}")]);
    }
    let output = command
        .output()
        .expect("`make test` installs icalendar into .tools/python");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{path}: {errors}");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut lines = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"));
    (lines.next().expect("a calendar"), lines.collect())
}

#[test]
fn a_calendar_program_reads_the_hearings_of_the_demo() {
    let node = SetNode::start(Content::Demo, NOW);
    let path = "/v1/hearings.ics?from=2020-12-10&days=14";
    let (calendar, entries) = parsed(&node.client, path, None);
    let list = node
        .client
        .public("/v1/hearings?from=2020-12-10&days=14")
        .json();
    let hearings = list["hearings"].as_array().expect("hearings");
    assert_eq!(entries.len(), hearings.len());
    let (entry, hearing) = (&entries[0], &hearings[0]);
    assert_eq!(
        (&entry["first"], &entry["end"]),
        (&json!("2020-12-17"), &json!("2020-12-18"))
    );
    assert_eq!(
        (&entry["STATUS"], &entry["CLASS"]),
        (&json!("CONFIRMED"), &json!("PUBLIC"))
    );
    let case = hearing["case"].as_str().expect("a case");
    assert!(
        entry["SUMMARY"]
            .as_str()
            .is_some_and(|title| title.ends_with(case))
    );
    let link = calendar["URL"]
        .as_str()
        .expect("an address")
        .replace(node.client.base(), "");
    assert!(link.contains("at="), "{link}");
    let again = parsed(&node.client, &link, None);
    assert_eq!(again, (calendar, entries.clone()));
    let page = node.client.public("/hearings").text;
    assert!(page.contains("href=\"/v1/hearings.ics?days=365&#38;lang=en\""));
    // The same entries in another language.
    let (khmer, told) = parsed(&node.client, &format!("{path}&lang=km"), None);
    assert_eq!(khmer["NAME"], "សវនាការ");
    let uids = |entries: &[Value]| -> Vec<Value> {
        entries.iter().map(|entry| entry["UID"].clone()).collect()
    };
    assert_eq!(uids(&told), uids(&again.1));
    for entry in &told {
        let said = entry["DESCRIPTION"].as_str().expect("a text");
        assert!(said.contains("ករណី៖ ") && !said.contains("Case"), "{said}");
    }
    assert_eq!(node.client.public(&format!("{path}&lang=xx")).status, 400);
    let nobody = parsed(
        &node.client,
        "/v1/hearings.ics?from=1999-01-01&days=1",
        None,
    );
    assert!(nobody.1.is_empty());
    node.stop();
}

#[test]
fn the_terms_of_those_who_are_held_are_those_of_the_list() {
    let node = SetNode::start(Content::Demo, NOW);
    let question = "definition=detained/any&on=2020-12-10";
    let (_, entries) = parsed(
        &node.client,
        &format!("/v1/figures/held.ics?{question}"),
        None,
    );
    let list = node
        .client
        .public(&format!("/v1/figures/held?{question}"))
        .json();
    let held = list["held"].as_array().expect("lines");
    assert_eq!(entries.len(), held.len() * 3);
    let uids: BTreeSet<&str> = entries
        .iter()
        .filter_map(|entry| entry["UID"].as_str())
        .collect();
    assert_eq!(uids.len(), entries.len());
    // Whoever surely passes six months has a mark that is behind D, and the reverse.
    let mut passed = BTreeMap::new();
    for line in held {
        let name = format!(
            "{} · {}",
            line["person"].as_str().unwrap_or_default(),
            line["case"].as_str().unwrap_or_default()
        );
        passed.insert(
            name,
            line["passes_months"]
                .as_u64()
                .is_some_and(|months| months >= 6),
        );
    }
    for entry in &entries {
        let title = entry["SUMMARY"].as_str().expect("a title");
        if let Some(name) = title.strip_prefix("6 months in custody · ") {
            let last = entry["end"].as_str().expect("a day");
            assert_eq!(passed[name], last <= "2020-12-11", "{entry}");
        }
        assert_eq!(entry["TRANSP"], "TRANSPARENT");
    }
    node.stop();
}

fn hearing(number: u64, visibility: &str, more: &Value) -> String {
    let mut data = json!({
        "occurred": "2020-12-01", "visibility": visibility,
        "persons": [{"id": "alpha:p1", "names": [{"text": "Sokha Chan"}]}],
        "note": "what the witness fears",
    });
    let (data_members, more) = (
        data.as_object_mut().expect("members"),
        more.as_object().expect("members"),
    );
    data_members.extend(more.clone());
    json!({
        "specversion": "1.0", "id": uuid(number), "source": "//alpha.example/desk", "org": "alpha",
        "type": "habeas.hearing.v1", "subject": format!("alpha:c{number}"),
        "recordedtime": "2020-12-02T09:00:00Z", "data": data,
    })
    .to_string()
}

#[test]
fn an_uncertain_day_is_a_span_and_a_name_or_a_note_is_in_no_calendar() {
    let folder = tempfile::tempdir().expect("a folder");
    let node = Node::start(folder.path(), &Flags::default());
    let long = "ការជំនុំជម្រះ; a\\b, ".repeat(8);
    let events = [
        hearing(
            1,
            "public",
            &json!({"scheduled": "2021-01", "place": {"code": "KH-12", "locality": "Phnom Penh"}}),
        ),
        hearing(
            2,
            "public",
            &json!({"scheduled": "2021-01-12~", "hearing_kind": long.trim()}),
        ),
        hearing(3, "public", &json!({"scheduled": "../2021-01-13"})),
        hearing(
            4,
            "public",
            &json!({"scheduled": "2021-01-02", "adjourned_to": "2021-01-14/.."}),
        ),
        hearing(5, "org", &json!({"scheduled": "2021-01-15"})),
        hearing(6, "public", &json!({"scheduled": "9999-12"})),
    ];
    let answer = node.client.lines(&events);
    assert_eq!(answer.status, 200, "{}", answer.text);
    let last = answer.json()[events.len() - 1]["position"].clone();
    let path = format!("/v1/hearings.ics?from=2021-01-01&days=40&min_position={last}");
    let (_, entries) = parsed(&node.client, &path, None);
    let spans: Vec<[&str; 3]> = entries
        .iter()
        .map(|entry| ["first", "end", "STATUS"].map(|name| entry[name].as_str().expect("a text")))
        .collect();
    // By the first day on which each may be.
    assert_eq!(
        spans,
        [
            ["2021-01-13", "2021-01-14", "TENTATIVE"],
            ["2021-01-01", "2021-02-01", "TENTATIVE"],
            ["2021-01-12", "2021-01-13", "TENTATIVE"],
            ["2021-01-14", "2021-01-15", "TENTATIVE"],
        ]
    );
    let said = |entry: usize, text: &str| {
        let told = entries[entry]["DESCRIPTION"].as_str().expect("a text");
        assert!(told.contains(text), "{told}");
    };
    said(0, "it is on 2021-01-13 or before");
    said(1, "it is between 2021-01-01 and 2021-01-31");
    said(2, "The day is in doubt: 2021-01-12~.");
    said(3, "it is on 2021-01-14 or later");
    said(3, "Put off from 2021-01-02.");
    assert_eq!(entries[1]["place"], "Phnom Penh, KH-12");
    assert_eq!(
        entries[2]["SUMMARY"],
        format!("Hearing · {} · alpha:c2", long.trim())
    );
    let own = parsed(&node.client, &path, Some(node.client.token()));
    assert_eq!(own.1.len(), entries.len() + 1);
    let hidden = own.1.iter().find(|entry| entry["first"] == "2021-01-15");
    assert_eq!(hidden.expect("the hidden one")["CLASS"], "CONFIDENTIAL");
    for text in [node.client.public(&path).text, node.client.get(&path).text] {
        assert!(
            !text.contains("Sokha") && !text.contains("witness"),
            "{text}"
        );
    }
    let corrected = json!({
        "specversion": "1.0", "id": uuid(9), "source": "//alpha.example/desk", "org": "alpha",
        "type": "habeas.correction.v1", "recordedtime": "2020-12-03T09:00:00Z",
        "data": {
            "target": {"org": "alpha", "source": "//alpha.example/desk", "id": uuid(2)},
            "patch": {"scheduled": "2021-01-20"}, "reason": "written down wrongly",
        },
    });
    let answer = node.client.lines(&[corrected.to_string()]);
    let path = format!(
        "/v1/hearings.ics?from=2021-01-01&days=40&min_position={}",
        answer.json()[0]["position"]
    );
    let (_, after) = parsed(&node.client, &path, None);
    let moved = after
        .iter()
        .find(|entry| entry["UID"] == entries[2]["UID"])
        .expect("the same entry");
    assert_eq!(
        (&moved["first"], &moved["STATUS"]),
        (&json!("2021-01-20"), &json!("CONFIRMED"))
    );
    assert!(moved["stamp"].as_str() >= entries[2]["stamp"].as_str());
    for wrong in ["limit=1001", "days=3654", "colour=red"] {
        assert_eq!(
            node.client
                .public(&format!("/v1/hearings.ics?{wrong}"))
                .status,
            400,
            "{wrong}"
        );
    }
    node.stop();
}
