//! The example of each kind's page: a form of it makes the same bytes.

use event::{Admitted, Caller, Instant, Json, Kind, admit};

use super::check;
use crate::fill::json;
use crate::{Control, Head, Pairs, Row, fill, read, rows};

/// Returns the example of a kind's page; none of a page without one.
fn example(kind: Kind) -> Json {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/events");
    let page = std::fs::read_to_string(format!("{root}/{kind}.md")).unwrap();
    let (_, rest) = page.split_once("```json\n").unwrap();
    let (text, _) = rest.split_once("```").unwrap();
    Json::parse(text.as_bytes()).unwrap()
}

fn admitted(event: &str) -> Admitted {
    let (now, _) = Instant::parse("2030-01-01T00:00:00Z").unwrap();
    admit(event.as_bytes(), Caller::Any, now).unwrap_or_else(|why| panic!("{why}: {event}"))
}

fn kinds() -> impl Iterator<Item = Kind> {
    Kind::ALL.iter().copied().filter(|kind| !kind.is_system())
}

/// Returns the event that a form makes of an example, of which all but the data is taken over.
fn by_form(kind: Kind, example: &Json, data: &Json) -> String {
    let text = |name| example.text(name);
    let head = Head {
        id: text("id").unwrap(),
        source: text("source").unwrap(),
        kind,
        subject: text("subject"),
        recorded: text("recordedtime").unwrap(),
        time: text("time"),
    };
    let mut event = Json::parse(head.event(data).as_bytes()).unwrap();
    event.set("org", example.get("org").cloned());
    json(&event)
}

#[test]
fn a_form_makes_the_event_that_was_sent() {
    for kind in kinds() {
        let example = example(kind);
        let data = example.get("data").unwrap();
        let said = check(kind, data);
        let sent = admitted(&json(&example)).event;
        let made = admitted(&by_form(kind, &example, &said)).event;
        assert_eq!(made.envelope.content, sent.envelope.content, "{kind}");
        // Of `data` that stands in the order of the tables, every byte is the same.
        assert_eq!(json(&check(kind, &said)), json(&said), "{kind}");
    }
}

#[test]
fn the_bytes_of_an_event_stand_in_one_order() {
    let mut pairs = Pairs::default();
    for (name, value) in [
        ("/data/visibility", "public"),
        ("/data/persons/0/names/0/text", " ចាន់ ដារ៉ា "),
        ("/data/persons/0/id", "mekong-rights:p1"),
        ("/data/occurred#year", "2020"),
        ("/data/occurred#month", "5"),
        ("/data/note/text", "first line\r\nsecond"),
        ("/data/mode", "raid"),
    ] {
        pairs.set(name, value);
    }
    let data = read(Kind::Arrest, &pairs).unwrap();
    let head = Head {
        id: "5b0d6c1e-6f1a-4d0e-9a55-000000000001",
        source: "//mekong-rights.example/page",
        kind: Kind::Arrest,
        subject: Some("mekong-rights:2020-021"),
        recorded: "2020-05-10T09:00:00+07:00",
        time: None,
    };
    expect_test::expect![[r#"{"specversion":"1.0","id":"5b0d6c1e-6f1a-4d0e-9a55-000000000001","source":"//mekong-rights.example/page","type":"habeas.arrest.v1","subject":"mekong-rights:2020-021","recordedtime":"2020-05-10T09:00:00+07:00","datacontenttype":"application/json","data":{"occurred":"2020-05","persons":[{"id":"mekong-rights:p1","names":[{"text":"ចាន់ ដារ៉ា"}]}],"visibility":"public","note":{"text":"first line\nsecond"},"mode":"raid"}}"#]]
        .assert_eq(&head.event(&data));
}

#[test]
fn a_field_that_the_check_needs_is_marked() {
    for kind in kinds() {
        let needed = |row: &Row| match row {
            Row::Begin(input) | Row::Input(input) => {
                (input.of.is_empty() && input.required).then_some(input.field)
            }
            Row::Item { .. } | Row::End | Row::More | Row::EndMore | Row::Add { .. } => None,
        };
        let marked: Vec<_> = rows(kind, &Pairs::default())
            .iter()
            .filter_map(needed)
            .collect();
        let table = event::kinds::fields(kind).iter();
        let required = table.filter(|field| field.required).map(|field| field.name);
        let day = (!kind.is_record()).then_some("occurred");
        let right: Vec<_> = day.into_iter().chain(required).collect();
        assert_eq!(marked, right, "{kind}");
    }
}

#[test]
fn every_field_of_the_tables_has_an_input_of_its_own() {
    for kind in kinds() {
        let rows = rows(kind, &Pairs::default());
        for field in event::kinds::COMMON
            .iter()
            .chain(event::kinds::fields(kind))
        {
            let name = format!("/data/{}", field.name);
            let is_of = |row: &&Row| match row {
                Row::Begin(input) | Row::Input(input) => input.name == name,
                Row::Item { .. } | Row::End | Row::More | Row::EndMore | Row::Add { .. } => false,
            };
            assert_eq!(rows.iter().filter(is_of).count(), 1, "{kind}: {name}");
        }
    }
}

#[test]
fn what_no_input_says_stays_and_is_shown() {
    let data = br#"{"occurred":"2020","persons":[{"id":"a:1","shoes":9,"sex":null}],"note":" kept ","tags":[],"other":{"z":1,"a":[true]}}"#;
    let data = Json::parse(data).unwrap();
    let said = check(Kind::Arrest, &data);
    assert_eq!(json(&said).len(), json(&data).len());
    let shown = rows(Kind::Arrest, &fill(Kind::Arrest, &data));
    let rest = |row: &Row| {
        let Row::Input(input) = row else {
            return None;
        };
        let Control::Json { value } = &input.control else {
            return None;
        };
        (input.field == "#rest").then(|| format!("{} {value}", input.name))
    };
    let rest: Vec<_> = shown.iter().filter_map(rest).collect();
    assert_eq!(
        rest,
        [
            r##"/data/persons/0#rest {"shoes":9,"sex":null}"##,
            r##"/data#rest {"note":" kept ","tags":[],"other":{"z":1,"a":[true]}}"##
        ]
    );
}
