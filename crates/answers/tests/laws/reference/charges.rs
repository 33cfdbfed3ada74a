//! The charges of a track, and where each stands: the rules of figures.md, Charges, once more.
//!
//! Never here: custody.

use std::collections::BTreeMap;

use serde_json::Value;

use super::record::text;
use super::track::Event;

/// A charge's law, article, status and court, and whether it ever stood convicted.
pub(super) type Standing = (Option<String>, Option<String>, String, Option<String>, bool);

/// The charges of a track: the event that begins each, and where it stands.
pub(super) fn charges(track: &[Event]) -> Vec<(String, &Event, Standing)> {
    let mut sorted: Vec<&Event> = track.iter().filter(|e| !e.is_refuted()).collect();
    sorted.sort_by_key(|e| (e.sort_day(), e.recorded, e.key.clone()));
    let mut first: BTreeMap<String, &Event> = BTreeMap::new();
    let mut stood: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for event in sorted.iter().copied().filter(|e| e.kind == "charge") {
        let id = event.code("charge", "");
        first.entry(id.clone()).or_insert(event);
        stood.entry(id).or_insert_with(|| vec!["pending".into()]);
    }
    for event in sorted {
        for (id, said) in said(event) {
            first.entry(id.clone()).or_insert(event);
            let past = stood.entry(id).or_default();
            past.push(now(past, &said));
        }
        if let ("amended", Some(new)) = (
            event.code("status", "").as_str(),
            text(&event.data, "new_charge").filter(|_| event.kind == "charge_status"),
        ) {
            first.entry(new.into()).or_insert(event);
            let begun = || vec!["pending".into()];
            stood.entry(new.into()).or_insert_with(begun);
        }
    }
    let standing = |(id, event): (String, &'_ Event)| {
        let laid = |name: &str| text(&event.data, name).filter(|_| event.kind == "charge");
        let part = |name: &str| laid(name).map(String::from);
        let status = stood[&id].last().unwrap().clone();
        let convicted = stood[&id].iter().any(|status| status == "convicted");
        (
            part("law"),
            part("article"),
            status,
            part("court"),
            convicted,
        )
    };
    first
        .into_iter()
        .map(|(id, event)| (id.clone(), event, standing((id, event))))
        .collect()
}

/// Which charges an event names, and what it says of each.
fn said(event: &Event) -> Vec<(String, String)> {
    let data = &event.data;
    let all = |said: &str| -> Vec<(String, String)> {
        let charges = data["charges"].as_array().cloned().unwrap_or_default();
        let of = |charge: &Value| (charge.as_str().unwrap().to_owned(), said.to_owned());
        charges.iter().map(of).collect()
    };
    match event.kind.as_str() {
        "charge_status" => vec![(event.code("charge", ""), event.code("status", ""))],
        "verdict" => {
            let verdicts = data["verdicts"].as_array().unwrap().iter();
            let of = |one: &Value| {
                let status = match text(one, "verdict").unwrap() {
                    "guilty" => "convicted",
                    "not_guilty" => "acquitted",
                    other => other,
                };
                (text(one, "charge").unwrap().into(), status.into())
            };
            verdicts.map(of).collect()
        }
        "sentence" => all("convicted"),
        "appeal" if event.code("stage", "") == "lodged" => all("pending_appeal"),
        "appeal" => all(match event.code("outcome", "").as_str() {
            "remanded" => "pending",
            "reduced" | "increased" => "convicted",
            "" if event.code("stage", "") == "decided" => "unknown",
            "" => "the same",
            // upheld, quashed
            outcome => return all(outcome),
        }),
        "clemency" if event.code("clemency_kind", "") == "amnesty" => all("amnestied"),
        "clemency" => all("the same"),
        _ => vec![],
    }
}

/// Where a charge stands after what is said of it.
fn now(past: &[String], said: &str) -> String {
    let found = past.iter().rev().find(|s| *s != "pending_appeal");
    let found = found.map(String::as_str);
    match (said, found) {
        ("the same", _) => past.last().map_or("unknown", |last| last).into(),
        ("upheld", found) => found.unwrap_or("unknown").into(),
        ("quashed", Some("acquitted" | "dismissed" | "dropped")) => "pending".into(),
        ("quashed", _) => "dismissed".into(),
        (status, _) => status.into(),
    }
}
