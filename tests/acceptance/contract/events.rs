//! `proto/events/v1` beside the check: the example of each kind's page and the demo, each field in turn with values that are
//! right and wrong. What the check takes, the schema takes; what it refuses, the schema refuses, but for what a schema
//! cannot say ([`UNSAID`]).
//!
//! Never here: that the schemas follow from the tables of the code (crate `contract`).

use std::fs;

use event::kinds::{COMMON, fields};
use event::{Caller, Code, Instant, Kind};
use serde_json::{Value, json};

use super::judge::judge;
use crate::node::root;

/// What the check refuses and no schema can: by code, and where the pointer must end so; the reason.
const UNSAID: &[(Code, &str, &str)] = &[
    (
        Code::Date,
        "",
        "days that no month has, ends before beginnings",
    ),
    (Code::TimeOutside, "", "two fields"),
    (Code::Place, "", "which codes ISO 3166 has"),
    (Code::Sealing, "", "what this gate cannot do yet"),
    (Code::Range, "/lower", "two fields"),
    (Code::Format, "/tags/0", "blanks around a tag"),
    (Code::RecordedAhead, "", "the gate's clock"),
    (Code::Source, "", "RFC 3986: a format is no pattern"),
];

/// Values of every sort; those that fit a field are taken by both.
fn values() -> Vec<Value> {
    let long = "x".repeat(501);
    vec![
        Value::Null,
        json!(true),
        json!(0),
        json!(-1),
        json!(2.5),
        json!(151),
        json!(9_007_199_254_740_993_u64),
        json!(""),
        json!("x"),
        json!(long),
        json!("yes"),
        json!("public"),
        json!("unknown"),
        json!("2020-09-07"),
        json!("2020-09?"),
        json!("../2020-12-10"),
        json!("2020-12-10/.."),
        json!("../.."),
        json!("2020-13"),
        json!("2020-02-30"),
        json!("KH-12"),
        json!("kh"),
        json!("km"),
        json!("KHR"),
        json!("P18M"),
        json!("P"),
        json!("life"),
        json!("alpha:p1"),
        json!("alpha:c1/1"),
        json!("alpha"),
        json!("0".repeat(64)),
        json!("https://a.example/b"),
        json!([]),
        json!([null]),
        json!(["x"]),
        json!([long]),
        json!(["liberty"]),
        json!(["alpha:p1", "alpha:p2"]),
        json!(["alpha:c1/1"]),
        json!([{"id": "alpha:p1"}]),
        json!([{"id": "alpha:p1", "sex": "femal"}]),
        json!([{"names": []}]),
        json!([" x"]),
        json!({}),
        json!({"lower": 5}),
        json!({"lower": 5, "upper": 4}),
        json!({"lower": 5, "modality": "up_to"}),
        json!({"text": "x", "lang": "km"}),
        json!({"text": "x", "lang": "k"}),
        json!({"km": "x"}),
        json!({"a": "yes"}),
        json!({"a": "maybe"}),
        json!({"code": "KH-12", "lat": 91}),
        json!({"org": "alpha", "source": "//a.example/b", "id": "018f3c5e-0000-7000-8000-00000000000a"}),
    ]
}

/// Returns a published schema, with references into one document.
fn published(name: &str) -> Value {
    let path = root().join(format!("proto/events/v1/{name}.schema.json"));
    let text = fs::read_to_string(path).expect("a schema");
    let text = text.replace("common.schema.json#", "#");
    let mut schema: Value = serde_json::from_str(&text).expect("JSON");
    schema.as_object_mut().expect("an object").remove("$schema");
    schema
}

/// Returns the schemas of all kinds and what they share, as one document.
fn document() -> Value {
    let kinds = Kind::ALL
        .iter()
        .map(|kind| (kind.code().to_owned(), published(kind.code())));
    let kinds: serde_json::Map<String, Value> = kinds.collect();
    json!({"kinds": kinds, "$defs": published("common")["$defs"]})
}

fn reference(kind: Kind) -> String {
    format!("#/kinds/{}", kind.code())
}

/// The example of a kind's page.
fn example(kind: Kind) -> Value {
    let page = root().join(format!("docs/reference/events/{}.md", kind.code()));
    let page = fs::read_to_string(page).expect("as it is");
    let (_, rest) = page.split_once("```json\n").expect("as it is");
    serde_json::from_str(rest.split_once("```").expect("as it is").0).expect("as it is")
}

/// Events that are held to the check and to their schemas.
#[derive(Default)]
struct Comparison {
    values: Vec<(String, Value)>,
    at: Vec<String>,
}

impl Comparison {
    fn add(&mut self, kind: Kind, event: Value, at: String) {
        self.values.push((reference(kind), event));
        self.at.push(at);
    }

    /// Compares the schemas with the check on each event.
    fn compare(&self) {
        let (now, _) = Instant::parse("2030-01-01T00:00:00Z").expect("an instant");
        let judged = judge(&document(), &self.values);
        for ((at, (_, event)), errors) in self.at.iter().zip(&self.values).zip(judged) {
            let bytes = serde_json::to_vec(event).expect("written");
            match event::admit(&bytes, Caller::Any, now) {
                Ok(_) => assert!(
                    errors.is_empty(),
                    "{at}: the check takes it, the schema does not: {errors:?}: {event}"
                ),
                Err(why) => {
                    let mut unsaid = UNSAID.iter();
                    let is_unsaid = unsaid
                        .any(|(code, end, _)| *code == why.code && why.pointer.ends_with(end));
                    assert!(
                        !errors.is_empty() || is_unsaid,
                        "{at}: the schema takes it, the check says {why}: {event}"
                    );
                }
            }
        }
    }
}

/// Each field of each kind is given each value; those of the common block on one kind that needs a day, and on one
/// that does not.
#[test]
fn what_the_check_takes_and_refuses_the_schema_does() {
    let mut held = Comparison::default();
    for kind in Kind::ALL.iter().filter(|kind| !kind.is_system()) {
        let event = example(*kind);
        held.add(*kind, event.clone(), kind.code().to_owned());
        let common = [Kind::Arrest, Kind::Evidence].contains(kind);
        let common = COMMON.iter().filter(|_| common);
        // What a patch holds is judged by the kind of its target.
        let own = fields(*kind).iter().filter(|field| field.name != "patch");
        for field in common.chain(own) {
            for value in values() {
                let mut changed = event.clone();
                changed["data"][field.name] = value;
                held.add(*kind, changed, format!("{kind}.{}", field.name));
            }
            let mut without = event.clone();
            without["data"]
                .as_object_mut()
                .expect("an object")
                .remove(field.name);
            held.add(*kind, without, format!("{kind} without {}", field.name));
        }
    }
    assert!(held.values.len() > 5_000, "{}", held.values.len());
    held.compare();
}

#[test]
fn the_attributes_are_held_as_the_check_holds_them() {
    let mut held = Comparison::default();
    let event = example(Kind::Arrest);
    let names = [
        "specversion",
        "id",
        "source",
        "type",
        "subject",
        "org",
        "recordedtime",
        "salt",
        "time",
        "datacontenttype",
        "data",
        "Other",
        "other",
    ];
    for name in names {
        for value in values() {
            let mut changed = event.clone();
            changed[name] = value;
            held.add(Kind::Arrest, changed, name.to_owned());
        }
        let mut without = event.clone();
        without.as_object_mut().expect("an object").remove(name);
        // The gate sets it for who has an organisation.
        if name != "org" {
            held.add(Kind::Arrest, without, format!("without {name}"));
        }
    }
    held.compare();
}

#[test]
fn the_demo_fits_and_so_does_what_the_log_writes_itself() {
    let demo = root().join("docs/examples/phnom-penh-2020.jsonl");
    let demo = fs::read_to_string(demo).expect("the demo");
    let mut values: Vec<(String, Value)> = demo
        .lines()
        .map(|line| {
            let event: Value = serde_json::from_str(line).expect("JSON");
            let name = event["type"]
                .as_str()
                .and_then(|text| text.split('.').nth(1));
            let kind = name.and_then(Kind::parse).expect("a kind");
            (reference(kind), event)
        })
        .collect();
    let (now, _) = Instant::parse("2030-01-01T00:00:00Z").expect("an instant");
    for kind in Kind::ALL.iter().filter(|kind| kind.is_system()) {
        let id = "018f3c5e-0000-7000-8000-00000000000a";
        let data = event::Json::parse(b"{}").expect("JSON");
        let bytes = event::system_event(*kind, id, &data, now);
        let event = serde_json::from_slice(&bytes).expect("JSON");
        values.push((reference(*kind), event));
    }
    let judged = judge(&document(), &values);
    for ((_, event), errors) in values.iter().zip(judged) {
        assert!(errors.is_empty(), "{errors:?}: {event}");
    }
}
