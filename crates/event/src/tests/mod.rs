//! What crosses the modules of this crate: rejections, stored bytes, merge patches, the typed block.
//!
//! Never here: a rule of one module, which is tested beside it.

mod bytes;
mod common;
mod errors;
mod fields;
mod nested_patch;
mod patch;
mod rejections;

use crate::{Admitted, Caller, Event, Instant, Json, OrgId, Reading, Rejection, admit, read};

/// An event that passes; tests change it one patch at a time. All people are invented.
pub(crate) const ARREST: &str = r#"{
  "specversion": "1.0",
  "id": "018f3c5e-0000-7000-8000-00000000000a",
  "source": "//licadho.example/kobo",
  "type": "habeas.arrest.v1",
  "subject": "licadho:2020-0114",
  "recordedtime": "2020-09-08T10:00:00+07:00",
  "time": "2020-09-07T08:30:00+07:00",
  "datacontenttype": "application/json",
  "data": {
    "occurred": "2020-09-07",
    "persons": [{
      "id": "licadho:p-31",
      "names": [{"text": "Sok Dara", "script": "Latn", "kind": "legal"}],
      "sex": "female", "birth": "1991~", "age_at_event": 29, "roles": ["journalist"]
    }],
    "place": {"code": "KH-12", "locality": "Chamkar Mon", "kind": "public_square"},
    "sources": [{"kind": "witness", "ref": "W-7", "lang": "km", "reliability": "high"}],
    "verification": "corroborated",
    "rights_exercised": ["expression", "assembly"],
    "authority": {"name": "Municipal police", "kind": "police"},
    "visibility": "public",
    "mode": "at_protest",
    "warrant_shown": "no"
  }
}"#;

/// The gate's clock in these tests.
pub(crate) fn now() -> Instant {
    Instant::parse("2020-09-08T03:05:00Z").unwrap().0
}

pub(crate) fn org(text: &str) -> OrgId {
    OrgId::parse(text).unwrap()
}

/// Applies a merge patch to [`ARREST`] and writes it.
pub(crate) fn arrest_with(patch: &str) -> Vec<u8> {
    let mut event = Json::parse(ARREST.as_bytes()).unwrap();
    event.merge(&Json::parse(patch.as_bytes()).unwrap());
    written(&event)
}

/// Makes an event of another kind, whose whole `data` is given.
pub(crate) fn event_of(kind: &str, data: &str) -> Vec<u8> {
    // Put together as text: in a merge patch the `null`s of `data` would vanish.
    let head = arrest_with(r#"{"time": null, "data": null}"#);
    let head = String::from_utf8(head).unwrap().replace("arrest", kind);
    format!("{},\"data\":{data}}}", head.strip_suffix('}').unwrap()).into_bytes()
}

pub(crate) fn written(event: &Json) -> Vec<u8> {
    let mut text = String::new();
    event.write_sorted(&mut text);
    text.into_bytes()
}

pub(crate) fn admitted(bytes: &[u8]) -> Result<Admitted, Rejection> {
    admit(bytes, Caller::Org(&org("licadho")), now())
}

/// What the fold makes of a leaf with these bytes, to which the gate's attributes were added.
pub(crate) fn read_leaf(bytes: &[u8]) -> Reading {
    let mut leaf = br#"{"receivedtime":"2020-09-08T03:05:00Z","org":"licadho","#.to_vec();
    leaf.extend_from_slice(bytes.trim_ascii().strip_prefix(b"{").unwrap());
    read(&leaf)
}

pub(crate) fn event(bytes: &[u8]) -> Event {
    match read_leaf(bytes) {
        Reading::Event(event) => *event,
        Reading::Unknown(_) => panic!("of an unknown type"),
        Reading::Rejected { rejection, .. } => panic!("rejected: {rejection}"),
    }
}
