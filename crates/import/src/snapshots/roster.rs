//! What is on the list, and the events that follow from something coming, changing and going.
//!
//! Start at [`Roster::come`], [`Roster::change`] and [`Roster::go`]. What is new gives the events of its row;
//! what changed gives a correction of what differs; what is gone gives what the mapping says it means
//! ([`Gone`]). Of a list of people held, another place is a `transfer`, and a return is a new stay.
//!
//! Never here: charges (`charges`), and how it is found out who came and went (`sheet`, `changes`).

use std::collections::HashMap;

use serde_json::Value as Json;
use uuid::Uuid;

use super::acts;
use super::entry::{Entry, Kept, Stay};
use super::inputs::Inputs;
use super::look::Look;
use super::mapping::{Gone, SnapshotsSection};
use super::names::{Bearer, Names, PersonNo};
use super::row_error::RowError;
use super::stays::{came, left_custody, occurred, people, still, transfer};
use super::watched::Watched;
use crate::Error;
use crate::codes::NullWords;
use crate::emit::Emitter;
use crate::mapping::Mapping;
use crate::patch::{Policy, difference};
use crate::read::{Row, Table};
use crate::report::{Comings, Report};
use crate::rows::{EventDraft, RowEvents, RowMapping};
use crate::unread;

/// A version's columns, as the mapping reads them.
pub(super) struct Sheet {
    pub(super) rows: RowMapping,
    pub(super) watched: Watched,
}

impl Sheet {
    /// Holds the mapping against the header of a version.
    ///
    /// # Errors
    /// [`Error::Mistakes`]: all that does not fit.
    pub(super) fn bind(inputs: &Inputs<'_>, table: &Table) -> Result<Self, Error> {
        let rows = RowMapping::bind(inputs.mapping, table, inputs.zone);
        let watched = Watched::bind(inputs.section, table);
        match (rows, watched) {
            (Ok(rows), Ok(watched)) => Ok(Self { rows, watched }),
            (Err(Error::Mistakes { mut mistakes }), Err(Error::Mistakes { mistakes: others })) => {
                mistakes.extend(others);
                Err(Error::Mistakes { mistakes })
            }
            (Err(error), _) | (_, Err(error)) => Err(error),
        }
    }
}

/// What is on the list after the snapshots so far.
pub(super) struct Roster {
    gone: Gone,
    policy: Policy,
    nulls: NullWords,
    entries: Vec<Entry>,
    numbers: HashMap<Vec<u8>, PersonNo>,
    names: Names,
    named: bool,
    comings: Comings,
}

impl Roster {
    pub(super) fn new(mapping: &Mapping, section: &SnapshotsSection) -> Self {
        Self {
            gone: section.gone,
            policy: mapping.policy(),
            nulls: NullWords::new(&mapping.null),
            entries: Vec::new(),
            numbers: HashMap::new(),
            names: Names::default(),
            named: section.charges.is_some(),
            comings: Comings::default(),
        }
    }

    /// Begins a snapshot.
    pub(super) fn begin(&mut self) {
        self.comings.snapshots += 1;
        self.names.begin();
    }

    /// Notes a snapshot that is not believed, with the reason.
    pub(super) fn refuse(&mut self, reason: String) {
        self.comings.refused.push(reason);
    }

    /// Puts what came and went into the report.
    pub(super) fn tell(self, report: &mut Report) {
        report.comings = Some(self.comings);
    }

    /// How much is on the list.
    pub(super) fn listed(&self) -> usize {
        self.entries.iter().filter(|entry| entry.listed).count()
    }

    /// The numbers of what is on the list, in the order in which it was first seen.
    pub(super) fn all_listed(&self) -> Vec<PersonNo> {
        let entries = self.entries.iter().enumerate();
        let listed = entries.filter(|(_, entry)| entry.listed);
        listed.map(|(number, _)| number).collect()
    }

    /// Returns what has this number.
    pub(super) fn entry(&self, number: PersonNo) -> Option<&Entry> {
        self.entries.get(number)
    }

    /// The ids of the events that something gave since it came.
    pub(super) fn events_of(&self, number: PersonNo) -> impl Iterator<Item = Uuid> {
        let entry = self.entries.get(number).into_iter();
        entry.flat_map(|entry| entry.stay.events.iter().map(|kept| kept.id))
    }

    /// Returns the number of a key; of a new one a new number.
    pub(super) fn number(&mut self, key: &[String]) -> PersonNo {
        let cells: Vec<&str> = key.iter().map(String::as_str).collect();
        let name = crate::json::array(&cells);
        if let Some(number) = self.numbers.get(&name) {
            return *number;
        }
        let number = self.entries.len();
        self.entries.push(Entry {
            key: key.to_vec(),
            ..Entry::default()
        });
        self.numbers.insert(name, number);
        number
    }

    /// Keeps what tells whether the row is the same at the next snapshot.
    pub(super) fn saw(&mut self, number: PersonNo, cells: u64) {
        if let Some(entry) = self.entries.get_mut(number) {
            entry.stay.cells = cells;
        }
    }

    /// Whose name it is in this snapshot.
    pub(super) fn bearer(&self, name: &str) -> Bearer {
        self.names.bearer(name)
    }

    /// Whether the person gave the name up in this snapshot.
    pub(super) fn gave_up(&self, name: &str, number: PersonNo) -> bool {
        self.names.gave_up(name, number)
    }

    /// Something is on the list that was not on it at the snapshot before.
    pub(super) fn come(
        &mut self,
        number: PersonNo,
        (sheet, row, key): (&Sheet, &Row, &[String]),
        look: Look<'_>,
        out: &mut Emitter<'_>,
    ) -> Result<(), RowError> {
        let Some(entry) = self.entries.get_mut(number) else {
            return Ok(());
        };
        let again = entry.left.is_some() || !entry.stay.events.is_empty();
        if again && self.gone != Gone::LeftCustody {
            self.compare(number, (sheet, row, key), look, out)?;
        } else {
            let label = (self.gone == Gone::LeftCustody).then(|| look.snapshot.label.clone());
            let (mut made, notes) = sheet.rows.events(row, key, out, label.as_deref())?;
            notes.iter().for_each(|note| out.report.note(note));
            entry.named.clone_from(&made.subject);
            entry.case = made
                .subject
                .take()
                .map(|case| sheet.watched.case(case, row, &look.snapshot.label));
            entry.stay = Stay {
                label,
                ..Stay::default()
            };
            sheet.watched.begin(row, &mut entry.stay.seen);
            entry.people = made.events.first().map_or_else(Vec::new, people);
            for draft in made.events {
                let kept = begin(self.gone, entry, draft, &sheet.rows, look, out)?;
                entry.stay.events.push(kept);
            }
        }
        if let Some(entry) = self.entries.get_mut(number) {
            entry.listed = true;
            self.comings.back += u64::from(again && !entry.returned);
            entry.returned |= again;
        }
        self.comings.arrived += 1;
        if self.named {
            self.names.take(sheet.watched.name(row), number);
        }
        Ok(())
    }

    /// Something that is on the list still, whose row may say something else now.
    pub(super) fn change(
        &mut self,
        number: PersonNo,
        (sheet, row, key): (&Sheet, &Row, &[String]),
        look: Look<'_>,
        out: &mut Emitter<'_>,
    ) -> Result<(), RowError> {
        let name = |roster: &Self| {
            let entry = roster.entries.get(number);
            entry.map_or_else(String::new, |entry| entry.stay.seen.name.clone())
        };
        let (old, before) = (name(self), out.report.events_made());
        self.compare(number, (sheet, row, key), look, out)?;
        if out.report.events_made() > before {
            self.comings.changed += 1;
        }
        let new = name(self);
        if self.named && old != new {
            self.names.take(&new, number);
            self.names.give_up(&old, number);
        }
        Ok(())
    }

    /// Something is no longer on the list.
    pub(super) fn go(
        &mut self,
        number: PersonNo,
        look: Look<'_>,
        out: &mut Emitter<'_>,
    ) -> Result<(), Error> {
        let Some(entry) = self.entries.get_mut(number) else {
            return Ok(());
        };
        entry.listed = false;
        self.comings.gone += 1;
        match self.gone {
            Gone::Nothing => Ok(()),
            Gone::Retraction => {
                let kept = entry.stay.events.iter_mut();
                for kept in kept.filter(|kept| kept.withdrawn.is_none()) {
                    acts::withdraw(kept, look, out)?;
                }
                Ok(())
            }
            Gone::LeftCustody => {
                left_custody(entry, look, out)?;
                entry.left = Some(look.snapshot.day);
                let stay = std::mem::take(&mut entry.stay);
                if self.named {
                    self.names.give_up(&stay.seen.name, number);
                }
                Ok(())
            }
        }
    }

    /// Compares what a row says with the events that it gave.
    fn compare(
        &mut self,
        number: PersonNo,
        (sheet, row, key): (&Sheet, &Row, &[String]),
        look: Look<'_>,
        out: &mut Emitter<'_>,
    ) -> Result<(), RowError> {
        let Some(entry) = self.entries.get_mut(number) else {
            return Ok(());
        };
        let mut seen = entry.stay.seen.clone();
        let watched = sheet.watched.take(row, &mut seen);
        let begun = sheet
            .watched
            .puts_back()
            .then(|| sheet.watched.as_begun(row, &seen));
        let row = begun.as_ref().unwrap_or(row);
        let (made, notes) = sheet
            .rows
            .events(row, key, out, entry.stay.label.as_deref())?;
        notes.iter().for_each(|note| out.report.note(note));
        entry.stay.seen = seen;
        let before = out.report.events_made();
        if let Some(from) = &watched.from {
            transfer(entry, from, &self.nulls, look, out)?;
        }
        update(self.gone, &self.policy, entry, made, sheet, look, out)?;
        if watched.birthday && out.report.events_made() == before {
            out.report
                .note("age advanced by a year: the age at the arrest stands");
        }
        Ok(())
    }
}

/// Brings the events of an entry to what its row says now.
fn update(
    gone: Gone,
    policy: &Policy,
    entry: &mut Entry,
    made: RowEvents,
    sheet: &Sheet,
    look: Look<'_>,
    out: &mut Emitter<'_>,
) -> Result<(), Error> {
    if made.subject != entry.named {
        entry.named = made.subject;
        out.report
            .note("the row names another case, which no correction can: its events stay in theirs");
    }
    let mut events = std::mem::take(&mut entry.stay.events);
    for kept in &mut events {
        if made.events.iter().any(|draft| draft.id == kept.id) || kept.withdrawn.is_some() {
            continue;
        }
        if gone == Gone::Retraction {
            acts::withdraw(kept, look, out)?;
        } else {
            out.report
                .note("the row no longer says one of its events, which stands as it was");
        }
    }
    for mut draft in made.events {
        let Some(kept) = events.iter_mut().find(|kept| kept.id == draft.id) else {
            let kept = begin(gone, entry, draft, &sheet.rows, look, out)?;
            events.push(kept);
            continue;
        };
        if let Some(retraction) = kept.withdrawn {
            acts::restore(kept, retraction, look, out)?;
        }
        let said = occurred(&draft.data);
        if let Some((day, note)) = still(gone, entry.left, kept, said.as_deref(), look) {
            draft.data.insert("occurred".to_owned(), Json::String(day));
            note.into_iter().for_each(|note| out.report.note(note));
        }
        kept.said = said;
        if !unread::keep(&draft.unread, &kept.data, &mut draft.data).is_empty() {
            out.report.unclear.ids.insert(kept.id);
            out.report
                .note("a cell of a field cannot be read, which stays as it was");
        }
        let patch = difference(&kept.data, &draft.data, policy);
        if !patch.is_empty() {
            acts::correct(kept, patch, look, out)?;
        }
    }
    entry.stay.events = events;
    Ok(())
}

/// Sends an event of a row that the list did not say before.
fn begin(
    gone: Gone,
    entry: &Entry,
    draft: EventDraft,
    rows: &RowMapping,
    look: Look<'_>,
    out: &mut Emitter<'_>,
) -> Result<Kept, Error> {
    let EventDraft {
        id,
        section,
        mut data,
        unread,
    } = draft;
    if !unread.is_empty() {
        out.report.unclear.ids.insert(id);
    }
    let said = occurred(&data);
    let (day, note) = came(gone, said.clone(), entry.left, look);
    note.into_iter().for_each(|note| out.report.note(note));
    data.insert("occurred".to_owned(), Json::String(day));
    let bytes = serde_json::to_vec(&data).unwrap_or_default();
    let recorded = &look.snapshot.recorded;
    out.event(
        id,
        rows.kind(section),
        entry.case.as_deref(),
        recorded,
        &bytes,
    )?;
    Ok(Kept {
        id,
        version: id,
        data,
        said,
        withdrawn: None,
    })
}
