//! Days on a list, and what follows on a stay on it: leaving it, and another place.
//!
//! Start at [`came`] and [`still`]: the day that holds may not be the row's own.
//!
//! Never here: which of it happened (`roster`).

use jiff::civil::Date;
use serde_json::{Map, Value as Json};

use super::entry::{Entry, Kept};
use super::look::Look;
use super::mapping::Gone;
use crate::Error;
use crate::codes::NullWords;
use crate::emit::Emitter;
use crate::json::JsonObject;
use crate::rows::EventDraft;

pub(super) fn occurred(data: &Map<String, Json>) -> Option<String> {
    let day = data.get("occurred").and_then(Json::as_str);
    day.map(str::to_owned)
}

/// The ids of the people in an event.
pub(super) fn people(draft: &EventDraft) -> Vec<String> {
    let people = draft.data.get("persons").and_then(Json::as_array);
    let ids = people
        .into_iter()
        .flatten()
        .filter_map(|person| person.get("id"));
    ids.filter_map(|id| id.as_str().map(str::to_owned))
        .collect()
}

/// When something that is new on the list happened, and what a reader should know about it.
///
/// Of people held, a day that is not after the latest day of the last departure is that of the earlier
/// stay: the person came back between the good snapshot before and this one.
pub(super) fn came(
    gone: Gone,
    said: Option<String>,
    left: Option<Date>,
    look: Look<'_>,
) -> (String, Option<&'static str>) {
    let Some(said) = said else {
        return if gone == Gone::LeftCustody {
            let note = "no day of its own: came between two snapshots";
            (look.since_previous(), Some(note))
        } else {
            (
                look.until(),
                Some("no day of its own: on the day of its snapshot or before"),
            )
        };
    };
    match said.parse::<Date>() {
        Ok(day) if gone == Gone::LeftCustody && left.is_some_and(|left| day <= left) => (
            look.since_previous(),
            Some("came back under a day not after the last departure: came between two snapshots"),
        ),
        Ok(day) if gone == Gone::LeftCustody && day > look.snapshot.day => (
            look.since_previous(),
            Some("a day after the snapshot: came between two snapshots"),
        ),
        Ok(_) | Err(_) => (said, None),
    }
}

/// The day that an event of a row has now where the row's own is not it, and what a reader should know.
pub(super) fn still(
    gone: Gone,
    left: Option<Date>,
    kept: &Kept,
    said: Option<&str>,
    look: Look<'_>,
) -> Option<(String, Option<&'static str>)> {
    let stands = occurred(&kept.data).unwrap_or_else(|| look.until());
    if said == kept.said.as_deref() {
        return Some((stands, None));
    }
    let Some(said) = said else {
        return Some(if gone == Gone::LeftCustody {
            (stands, Some("its day is no longer said: kept as it was"))
        } else {
            (look.until(), None)
        });
    };
    // The day must leave the person on the list: after the last departure, not ahead.
    let day = said.parse::<Date>().ok()?;
    let fits = day <= look.snapshot.day && left.is_none_or(|left| day > left);
    let note = "a corrected day is not after the last departure, or ahead: kept as it was";
    (gone == Gone::LeftCustody && !fits).then_some((stands, Some(note)))
}

pub(super) fn left_custody(
    entry: &Entry,
    look: Look<'_>,
    out: &mut Emitter<'_>,
) -> Result<(), Error> {
    let mut data = Vec::with_capacity(320);
    let mut object = follows(entry, look, &mut data);
    if let Some(previous) = look.previous {
        object.text("last_seen", &previous.to_string());
    }
    object.end();
    send(entry, "left_custody", &data, look, out)
}

pub(super) fn transfer(
    entry: &Entry,
    from: &str,
    nulls: &NullWords,
    look: Look<'_>,
    out: &mut Emitter<'_>,
) -> Result<(), Error> {
    let mut data = Vec::with_capacity(320);
    let mut object = follows(entry, look, &mut data);
    for (name, place) in [("from", from), ("to", &entry.stay.seen.place[1])] {
        if let Some(place) = nulls.some(place) {
            object.text(name, place);
        }
    }
    object.end();
    send(entry, "transfer", &data, look, out)
}

/// Begins what follows on an entry's events: who may see it, how well it is known, when, whom it concerns.
fn follows<'d>(entry: &Entry, look: Look<'_>, data: &'d mut Vec<u8>) -> JsonObject<'d> {
    let mut object = JsonObject::begin(data);
    let first = entry.stay.events.first();
    for name in ["visibility", "verification"] {
        if let Some(value) = first.and_then(|first| first.data.get(name)) {
            object.raw(name, value.to_string().as_bytes());
        }
    }
    object.text("occurred", &look.since_previous());
    only_ids(&mut object, &entry.people);
    object
}

/// Writes `persons` with ids alone.
pub(super) fn only_ids(object: &mut JsonObject<'_>, people: &[String]) {
    if people.is_empty() {
        return;
    }
    let persons: Vec<Json> = people
        .iter()
        .map(|id| serde_json::json!({"id": id}))
        .collect();
    object.raw("persons", Json::Array(persons).to_string().as_bytes());
}

fn send(
    entry: &Entry,
    kind: &str,
    data: &[u8],
    look: Look<'_>,
    out: &mut Emitter<'_>,
) -> Result<(), Error> {
    let mut name = vec![kind];
    name.extend(entry.key.iter().map(String::as_str));
    name.push(&look.snapshot.label);
    let id = out.maker.id(&name);
    out.event(
        id,
        kind,
        entry.case.as_deref(),
        &look.snapshot.recorded,
        data,
    )
}
