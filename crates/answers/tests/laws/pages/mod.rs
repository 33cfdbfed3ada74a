//! The pages of docs/reference/events, each compared with the code.
//!
//! Start at [`Page`]. A page's table of fields is compared with the kind's own (see [`fields`]), its
//! example is sent through the gate's check, and what the example changes in the fold is compared
//! with the line that begins with `**Changes:**`, after the examples that `**After:**` names.
//!
//! Never here: whether the prose is true.

mod changes;
mod fields;

use std::path::PathBuf;

use event::{Caller, Instant, Kind, Reading, admit};
use serde_json::Value;

/// The gate's clock in these tests: after every example.
const NOW: &str = "2021-01-01T00:00:00Z";
/// The parts of a page, in their order.
const HEADINGS: [&str; 4] = [
    "## Fields",
    "## What it changes",
    "## Example",
    "## Correction",
];

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/events")
}

/// One page.
struct Page {
    kind: Kind,
    text: String,
}

impl Page {
    fn of(kind: Kind) -> Self {
        let path = folder().join(format!("{kind}.md"));
        let text = std::fs::read_to_string(&path);
        let text = text.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Self { kind, text }
    }

    /// Returns the lines under a heading.
    fn under(&self, heading: &str) -> Vec<&str> {
        let lines = self.text.lines().skip_while(|line| *line != heading);
        lines
            .skip(1)
            .take_while(|line| !line.starts_with("## "))
            .collect()
    }

    /// Returns the words of a line like `**Changes:** custody, events.`
    fn words(&self, name: &str) -> Vec<&str> {
        let start = format!("**{name}:** ");
        let line = self.text.lines().find_map(|line| line.strip_prefix(&start));
        line.map_or_else(Vec::new, |line| {
            line.trim_end_matches('.').split(", ").collect()
        })
    }

    /// Returns the kinds whose examples stand in the record before this one's, in their order.
    fn after(&self) -> Vec<Kind> {
        let link = |word: &&str| {
            let name = word.trim_start_matches('[').split(']').next().unwrap();
            assert_eq!(**word, format!("[{name}]({name}.md)"), "{}", self.kind);
            Kind::parse(name).unwrap_or_else(|| panic!("{}: after {name}", self.kind))
        };
        self.words("After").iter().map(link).collect()
    }

    fn example(&self) -> Value {
        let text = self.under("## Example").join("\n");
        let start = text.find("```json\n").expect("an example") + "```json\n".len();
        let end = text[start..].find("\n```").expect("the end of the example");
        serde_json::from_str(&text[start..start + end])
            .unwrap_or_else(|error| panic!("{}: {error}", self.kind))
    }

    /// Returns the example as the log holds it.
    fn leaf(&self) -> Vec<u8> {
        let sent = serde_json::to_vec(&self.example()).unwrap();
        if self.kind.is_system() {
            return sent;
        }
        let now = Instant::parse(NOW).unwrap().0;
        let admitted = admit(&sent, Caller::Any, now);
        let admitted = admitted.unwrap_or_else(|rejection| panic!("{}: {rejection}", self.kind));
        admitted.stored(now)
    }
}

/// Returns the example on the page of a kind.
pub(crate) fn example(kind: Kind) -> Value {
    Page::of(kind).example()
}

#[test]
fn there_is_a_page_for_each_kind_and_for_nothing_else() {
    let mut found: Vec<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    found.sort();
    let mut expected: Vec<String> = Kind::ALL.iter().map(|kind| format!("{kind}.md")).collect();
    expected.sort();
    assert_eq!(found, expected);
}

#[test]
fn the_overview_leads_to_each_page() {
    let overview = std::fs::read_to_string(folder().join("../events.md")).unwrap();
    for kind in Kind::ALL {
        let link = format!("[`{kind}`](events/{kind}.md)");
        assert!(overview.contains(&link), "events.md has no {link}");
    }
}

#[test]
fn each_page_has_its_parts_in_their_order() {
    for kind in Kind::ALL {
        let page = Page::of(*kind);
        let headings: Vec<_> = page
            .text
            .lines()
            .filter(|line| line.starts_with("## "))
            .collect();
        assert_eq!(headings, HEADINGS, "{kind}");
        assert!(page.text.starts_with(&format!("# `{kind}`\n")), "{kind}");
        for heading in HEADINGS {
            let filled = page.under(heading).iter().any(|line| !line.is_empty());
            assert!(filled, "{kind}: nothing under {heading}");
        }
    }
}

#[test]
fn each_example_is_an_event_of_its_kind_that_the_gate_takes() {
    let mut ids = std::collections::BTreeSet::new();
    for kind in Kind::ALL {
        let Reading::Event(event) = event::read(&Page::of(*kind).leaf()) else {
            panic!("{kind}: no event");
        };
        assert_eq!(event.kind, *kind);
        assert!(
            ids.insert(event.envelope.key.id.clone()),
            "{kind}: an id twice"
        );
    }
}

#[test]
fn the_logs_own_kinds_are_refused_from_anyone() {
    for kind in Kind::ALL.iter().filter(|kind| kind.is_system()) {
        let mut example = Page::of(*kind).example();
        example.as_object_mut().unwrap().remove("receivedtime");
        let sent = serde_json::to_vec(&example).unwrap();
        let refused = admit(&sent, Caller::Any, Instant::parse(NOW).unwrap().0);
        assert_eq!(refused.unwrap_err().code.as_str(), "E0116", "{kind}");
    }
}
