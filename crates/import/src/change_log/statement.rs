//! A stay on the roster with its cells as last stated, and the writers of `data` that use them.
//!
//! Never here: which event a row gives.

use uuid::Uuid;

use super::columns::{Columns, Field, age};
use super::snapshots::Snapshot;
use crate::Error;
use crate::emit::Emitter;
use crate::json::{JsonObject, push_text};
use crate::read::Row;

/// The id of an event that a later correction may name.
pub(super) type EventId = Uuid;

/// One stay on the roster, with the cells as last stated.
pub(super) struct RosterStay {
    /// The id of its arrest.
    pub(super) arrest: EventId,
    /// The id of its newest version: the arrest, or the last correction.
    pub(super) version: EventId,
    values: Vec<Box<str>>,
    birthdays: u16,
}

/// What a change row changed.
#[derive(Default)]
pub(super) struct StayChanges {
    /// The facility before.
    pub(super) facility: Option<String>,
    /// The day the stay began.
    pub(super) begun: bool,
    /// A birthday: the age at the arrest stands.
    pub(super) birthday: bool,
    person: bool,
    authority: bool,
    others: Vec<String>,
}

impl RosterStay {
    pub(super) fn new(arrest: EventId, columns: &Columns, row: &Row) -> Self {
        let values = columns
            .watched
            .iter()
            .map(|(_, column)| column.of(row).into())
            .collect();
        Self {
            arrest,
            version: arrest,
            values,
            birthdays: 0,
        }
    }

    /// Returns the cell that states `field`.
    pub(super) fn value(&self, columns: &Columns, field: &Field) -> Option<&str> {
        let index = columns
            .watched
            .iter()
            .position(|(watched, _)| watched == field)?;
        self.values.get(index).map(AsRef::as_ref)
    }

    /// Returns the name; empty when the roster has none.
    pub(super) fn name(&self, columns: &Columns) -> &str {
        self.value(columns, &Field::Name).unwrap_or("")
    }

    /// Takes over the row's cells and returns what was new in them.
    pub(super) fn take_changes(&mut self, columns: &Columns, row: &Row) -> StayChanges {
        let mut changes = StayChanges::default();
        for ((field, column), value) in columns.watched.iter().zip(&mut self.values) {
            let new = column.of(row);
            if **value == *new {
                continue;
            }
            let old = std::mem::replace(value, new.into());
            match field {
                Field::Facility => changes.facility = Some(old.into()),
                Field::Begun => changes.begun = true,
                Field::Authority => changes.authority = true,
                Field::Age => {
                    if age(&old).is_some_and(|age| age.checked_add(1) == self::age(new)) {
                        self.birthdays += 1;
                        changes.birthday = true;
                    } else {
                        changes.person = true;
                    }
                }
                Field::Name | Field::Sex | Field::Person(_) => changes.person = true,
                Field::Other(name) => changes.others.push(name.clone()),
            }
        }
        changes
    }

    /// The age at the arrest: the age stated now, less the birthdays since.
    fn age_at_event(&self, value: &str) -> Option<u16> {
        age(value)?.checked_sub(self.birthdays)
    }
}

/// Writes `persons` with an id alone.
pub(super) fn only_id(object: &mut JsonObject<'_>, person: &str) {
    let persons = object.name("persons");
    persons.extend_from_slice(b"[{\"id\":");
    push_text(persons, person);
    persons.extend_from_slice(b"}]");
}

/// Writes `persons` with all that the roster states of the person.
fn person(object: &mut JsonObject<'_>, columns: &Columns, stay: &RosterStay, id: &str) {
    let persons = object.name("persons");
    persons.push(b'[');
    let mut member = JsonObject::begin(persons);
    member.text("id", id);
    for ((field, _), value) in columns.watched.iter().zip(&stay.values) {
        match field {
            Field::Name => {
                if let Some(name) = columns.nulls.some(value) {
                    let names = member.name("names");
                    names.extend_from_slice(b"[{\"text\":");
                    push_text(names, name);
                    names.extend_from_slice(b"}]");
                }
            }
            Field::Sex => member.text("sex", columns.sex(value).unwrap_or("unknown")),
            Field::Age => {
                if let Some(age) = stay.age_at_event(value) {
                    member.raw("age_at_event", age.to_string().as_bytes());
                }
            }
            Field::Person(name) => columns.text(&mut member, name, value),
            Field::Authority | Field::Begun | Field::Facility | Field::Other(_) => {}
        }
    }
    member.end();
    persons.push(b']');
}

fn authority(object: &mut JsonObject<'_>, columns: &Columns, name: &str) {
    let mut member = JsonObject::begin(object.name("authority"));
    member.text("name", name);
    member.text("kind", columns.authority_kind(name));
    member.end();
}

/// Writes what an arrest says beside `occurred`.
pub(super) fn arrest(object: &mut JsonObject<'_>, columns: &Columns, stay: &RosterStay, id: &str) {
    for ((field, _), value) in columns.watched.iter().zip(&stay.values) {
        match field {
            Field::Begun => columns.text(object, "occurred_as_reported", value),
            Field::Facility => columns.text(object, "facility", value),
            Field::Authority => {
                if let Some(name) = columns.nulls.some(value) {
                    authority(object, columns, name);
                }
            }
            Field::Other(name) => columns.text(object, name, value),
            Field::Name | Field::Age | Field::Sex | Field::Person(_) => {}
        }
    }
    person(object, columns, stay, id);
}

/// Writes the members of a merge patch; a list in a patch replaces the whole list (RFC 7396).
pub(super) fn patch(
    object: &mut JsonObject<'_>,
    columns: &Columns,
    stay: &RosterStay,
    changes: &StayChanges,
    id: &str,
) {
    for ((field, _), value) in columns.watched.iter().zip(&stay.values) {
        match field {
            Field::Begun if changes.begun => {
                columns.text_or_null(object, "occurred_as_reported", value);
            }
            Field::Authority if changes.authority => match columns.nulls.some(value) {
                Some(name) => authority(object, columns, name),
                None => object.raw("authority", b"null"),
            },
            Field::Other(name) if changes.others.contains(name) => {
                columns.text_or_null(object, name, value);
            }
            Field::Name
            | Field::Age
            | Field::Sex
            | Field::Authority
            | Field::Begun
            | Field::Facility
            | Field::Person(_)
            | Field::Other(_) => {}
        }
    }
    if changes.person {
        person(object, columns, stay, id);
    }
}

/// Emits a correction of `target` and returns its id, which is that of the new version.
///
/// Source of the id: docs/reference/events.md, The event (Importers).
pub(super) fn correction(
    target: EventId,
    version: EventId,
    patch: &[u8],
    common: &[u8],
    snapshot: &Snapshot,
    out: &mut Emitter<'_>,
) -> Result<EventId, Error> {
    let mut data = Vec::with_capacity(patch.len() + 256);
    let mut object = JsonObject::begin(&mut data);
    object.members(common);
    let mut aim = JsonObject::begin(object.name("target"));
    aim.text("org", &out.maker.org);
    aim.text("source", &out.maker.source);
    aim.text("id", &target.hyphenated().to_string());
    aim.end();
    object.raw("patch", patch);
    object.end();
    let id = out.maker.next_id(version, patch);
    out.event(id, "correction", None, &snapshot.recorded, &data)?;
    Ok(id)
}
