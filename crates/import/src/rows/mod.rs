//! Rows that are events: each `[[event]]` of the mapping whose conditions hold makes one event of a row.
//!
//! Start at [`run`]. A row gives all of its events or none: a cell that cannot be read rejects the row.
//!
//! Never here: lists seen at several times (`snapshots`), and where events go.

mod bind;
mod constants;
pub(crate) mod field;
mod fields;
pub(crate) mod key;
#[cfg(test)]
mod language_tests;
#[cfg(test)]
mod loss_tests;
pub(crate) mod mapping;
pub(crate) mod names;
mod people;
mod persons;
mod row_buffer;
mod row_events;
pub(crate) mod run;
mod section;
mod spool;
#[cfg(test)]
mod tests;
mod together;
mod twins;
mod unmatched;
mod unnamed;

use std::cell::RefCell;

use jiff::tz::TimeZone;
use serde_json::{Map, Value as Json};

use super::Error;
use super::codes::{self, NullWords};
use super::condition::Condition;
use super::emit::Emitter;
use super::read::{Row, line_of};
use super::report::REJECTED_ROWS_KEPT_MAX;
use super::secret::Secret;
use field::{CellError, FieldReader, RowCells};
use key::{Contents, Key};
use mapping::{NoEvent, Order};
use people::PersonReader;
use persons::{Persons, RowNames};
pub(crate) use row_events::{EventDraft, RowEvents};
use section::{Section, hidden, is_public};
use twins::{EARLIER, OTHER_NAME};
pub(crate) use twins::{OTHER_PEOPLE, Twins};

/// Why a row is rejected that says two events of one id.
const TWO_OF_A_KIND: &str = "two [[event]] of one kind apply to the row: tell them apart by part";

/// A mapping held against the header of a file.
pub(crate) struct RowMapping {
    key: Key,
    subject: Option<FieldReader>,
    recorded: Option<FieldReader>,
    persons: Option<Persons>,
    people: Vec<PersonReader>,
    together: bool,
    no_event: NoEvent,
    /// Whether people are told apart by ids that stand in the rows.
    has_own_ids: bool,
    /// What ids of people begin with that are made of a row's key.
    row_ids: Vec<String>,
    order: Order,
    sections: Vec<Section>,
    skip: Vec<(Vec<Condition>, String)>,
    leave: Vec<(Vec<Condition>, String)>,
    nulls: NullWords,
    zone: TimeZone,
}

impl RowMapping {
    /// Makes the events of a row; none when it is skipped or rejected.
    fn make(
        &self,
        file: &str,
        row: &Row,
        twins: &mut Twins,
        out: &mut Emitter<'_>,
    ) -> Option<RowEvents> {
        if let Some(reason) = self.skips(row) {
            out.report.note(reason);
            out.report.rows_skipped += 1;
            return None;
        }
        if let Some(reason) = row.header_again() {
            out.report.reject(file, line_of(row), "", "", reason);
            return None;
        }
        for reason in self.matching(&self.leave, row) {
            out.report.note(reason);
        }
        let key = self.key(row, out.maker.secret.as_ref(), &mut twins.contents);
        let made = key.and_then(|key| {
            let made = self.events(row, &key, out, None);
            if made.is_err() {
                self.note_rejected(&key, out);
            }
            if made.is_err() && !self.together {
                self.reserve(row, &key, twins, out);
            }
            let made = made?;
            if made.0.events.is_empty() && self.no_event == NoEvent::Reject {
                return Err(self.refuse_unmatched(row));
            }
            let twin = if self.together {
                None
            } else {
                self.alone(row, &made.0, &key, twins, out)?
            };
            Ok((made, twin))
        });
        match made {
            Ok(((mut made, notes), twin)) => {
                made.twin = twin;
                if twin.is_some() {
                    out.report.note(EARLIER);
                }
                if self.has_own_ids && twins.names.are_others(&made) {
                    out.report.note(OTHER_NAME);
                }
                notes.iter().for_each(|note| out.report.note(note));
                if made.events.is_empty() {
                    out.report.rows_skipped += 1;
                    out.report
                        .note("no event: no [[event]] section applies to the row");
                }
                Some(made)
            }
            Err(CellError {
                column,
                value,
                reason,
            }) => {
                out.report
                    .reject(file, line_of(row), &column, &value, &reason);
                None
            }
        }
    }

    /// Notes which events the row of a key that is rejected may have made before: they are not gone with it.
    fn note_rejected(&self, key: &[String], out: &mut Emitter<'_>) {
        if out.report.rejected_rows.len() < REJECTED_ROWS_KEPT_MAX {
            let key: Vec<&str> = key.iter().map(String::as_str).collect();
            let names = self.sections.iter().map(|section| section.name(&key, None));
            let ids = names.map(|name| out.maker.id(&name));
            out.report.rejected_ids.extend(ids);
        }
    }

    fn write(&self, made: &RowEvents, out: &mut Emitter<'_>) -> Result<(), Error> {
        (out.origin.line, out.origin.row) = (made.line, made.row);
        (out.origin.others, out.origin.twin) = (made.others.clone(), made.twin);
        made.events.iter().try_for_each(|event| {
            let data = serde_json::to_vec(&event.data).unwrap_or_default();
            out.origin.unread.clone_from(&event.unread);
            out.event(
                event.id,
                self.kind(event.section),
                made.subject.as_deref(),
                &made.recorded,
                &data,
            )
        })
    }

    /// Returns the kind of the events of a section.
    pub(crate) fn kind(&self, section: usize) -> &str {
        let section = self.sections.get(section);
        section.map_or("", |section| section.kind.as_str())
    }

    /// Returns the reason where a row is left out.
    pub(crate) fn skips<'r>(&'r self, row: &'r Row) -> Option<&'r str> {
        self.matching(&self.skip, row).next()
    }

    /// Reads the key of a row; each row is read once, in the order of the file.
    ///
    /// # Errors
    /// [`CellError`]: nothing is in it.
    pub(crate) fn key(
        &self,
        row: &Row,
        secret: Option<&Secret>,
        contents: &mut Contents,
    ) -> Result<Vec<String>, CellError> {
        let refused = || self.refuse_key(row, "no key, but the row's id is made of it");
        let (key, given) = self.any_key(row, secret, contents);
        given.then_some(key).ok_or_else(refused)
    }

    /// Reads the key of a row, and whether anything is in it.
    pub(crate) fn any_key(
        &self,
        row: &Row,
        secret: Option<&Secret>,
        contents: &mut Contents,
    ) -> (Vec<String>, bool) {
        let key = self.key.read(row, &self.nulls, secret, contents);
        (key.cells, key.given)
    }

    fn matching<'a>(
        &'a self,
        list: &'a [(Vec<Condition>, String)],
        row: &'a Row,
    ) -> impl Iterator<Item = &'a str> {
        let holds = |when: &[Condition]| when.iter().all(|w| w.holds(row, &self.nulls));
        list.iter()
            .filter(move |(when, _)| holds(when))
            .map(|(_, reason)| reason.as_str())
    }

    /// Makes the error of a row's key.
    pub(crate) fn refuse_key(&self, row: &Row, reason: &str) -> CellError {
        CellError {
            column: self.key.names(),
            value: self.key.shown(row),
            reason: reason.to_owned(),
        }
    }

    /// Makes the events of a row, with notes on it. `stay` tells them from those of an earlier time that
    /// the row stood there.
    ///
    /// # Errors
    /// [`CellError`]: a cell that cannot be read.
    pub(crate) fn events(
        &self,
        row: &Row,
        key: &[String],
        out: &Emitter<'_>,
        stay: Option<&str>,
    ) -> Result<(RowEvents, Vec<String>), CellError> {
        let key: Vec<&str> = key.iter().map(String::as_str).collect();
        let (said, unread) = (RefCell::new(Vec::new()), RefCell::new(Vec::new()));
        let mut cells = RowCells {
            row,
            notes: &said,
            unread: &unread,
            nulls: &self.nulls,
            zone: &self.zone,
            subject: None,
            secret: out.maker.secret.as_ref(),
        };
        let local = self.subject.as_ref().map(|subject| subject.text(&cells));
        let local = local.transpose()?.flatten();
        let local = local.map(|text| codes::local(&text, out.maker.secret.as_ref()));
        let subject = local.map(|local| format!("{}:{local}", out.maker.org));
        cells.subject = subject.as_deref();
        let recorded = self.recorded(&cells)?;
        let names = RowNames {
            row,
            nulls: &self.nulls,
            maker: &out.maker,
            key: &key,
            together: self.together,
        };
        let (mut events, mut notes) = (Vec::new(), Vec::new());
        for (index, section) in self.sections.iter().enumerate() {
            if !section.when.iter().all(|when| when.holds(row, &self.nulls)) {
                continue;
            }
            let mut data = section.data(&cells)?;
            if let Some(persons) = &self.persons {
                notes.extend(persons.put(&names, &mut data)?);
            }
            self.add_people(&names, &cells, &mut data)?;
            if out.maker.secret.is_none() && !is_public(&data) {
                return Err(hidden(section, &data));
            }
            let id = out.maker.id(&section.name(&key, stay));
            if events.iter().any(|known: &EventDraft| known.id == id) {
                return Err(self.refuse_key(row, TWO_OF_A_KIND));
            }
            events.push(EventDraft {
                id,
                section: index,
                data,
                unread: unread.take(),
            });
        }
        notes.append(&mut said.borrow_mut());
        notes.sort();
        notes.dedup();
        let made = RowEvents {
            subject,
            recorded,
            events,
            line: line_of(row),
            row: row.nth,
            others: Vec::new(),
            twin: None,
        };
        Ok((made, notes))
    }

    fn recorded(&self, cells: &RowCells<'_>) -> Result<String, CellError> {
        let Some(reader) = &self.recorded else {
            return Ok(String::new());
        };
        let refused = || reader.refuse("", "empty, but every event says when it was recorded");
        reader.text(cells)?.ok_or_else(refused)
    }
}

impl RowMapping {
    /// Adds the people whom columns name to those of the event.
    fn add_people(
        &self,
        names: &RowNames<'_>,
        cells: &RowCells<'_>,
        data: &mut Map<String, Json>,
    ) -> Result<(), CellError> {
        for reader in &self.people {
            let Some(person) = reader.person(names, cells)? else {
                continue;
            };
            let people = data
                .entry("persons")
                .or_insert_with(|| Json::Array(Vec::new()));
            let Json::Array(people) = people else {
                continue;
            };
            if people
                .iter()
                .any(|known| known.get("id") == person.get("id"))
            {
                return Err(self.refuse_key(cells.row, "one person stands twice in the row"));
            }
            people.push(person);
        }
        Ok(())
    }
}
