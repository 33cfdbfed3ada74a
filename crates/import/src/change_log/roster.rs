//! Who is on the roster, and the events that follow from someone coming, changing and going.
//!
//! Start at [`Roster::apply`]. Coming is an `arrest`; going is `left_custody`, never a release, since the
//! roster does not say how; another facility is a `transfer`; anything else that changed is a
//! `correction` of the arrest.
//!
//! Never here: charges (`charges`).

use std::collections::HashMap;

use jiff::civil::Date;

use super::columns::{Columns, Field};
use super::mapping::{ChangeLog, constants};
use super::reader::SnapshotRows;
use super::row_error::RowError;
use super::snapshots::Snapshot;
use super::statement::{self, RosterStay};
use crate::Error;
use crate::codes;
use crate::emit::Emitter;
use crate::json::JsonObject;
use crate::mapping::Mapping;
use crate::read::{Row, Table, line_of};

/// What a row may tell, in the order in which the rows of a snapshot are applied.
const OPS: [&str; 3] = ["remove", "add", "change"];

/// A person's number here, in the order in which people were first seen.
pub(super) type PersonNo = usize;

/// What is known of one person.
pub(super) struct Person {
    /// `<org>:<local>`.
    pub(super) id: String,
    /// The case of the booking they came under last: the person's id and the booking's stamp.
    pub(super) case: String,
    stay: Option<RosterStay>,
    /// The latest day of the last departure.
    left: Option<Date>,
}

/// Whom a name belongs to at a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bearer {
    /// One person.
    One(PersonNo),
    /// Two or more: it names nobody.
    Several,
    /// No one on the roster.
    Nobody,
}

/// The roster after the snapshots so far.
pub(super) struct Roster {
    columns: Columns,
    common: Vec<u8>,
    arrest: Vec<u8>,
    correction: Vec<u8>,
    people: Vec<Person>,
    numbers: HashMap<String, PersonNo>,
    present: HashMap<Box<str>, Vec<PersonNo>>,
    /// Names that someone gave up in this snapshot, by leaving or by a corrected name.
    given_up: HashMap<Box<str>, Vec<PersonNo>>,
}

impl Roster {
    pub(super) fn new(mapping: &Mapping, log: &ChangeLog, table: &Table) -> Result<Self, Error> {
        Ok(Self {
            columns: Columns::bind(mapping, &log.roster, table)?,
            common: constants(&[&log.common])?,
            arrest: constants(&[&log.common, &log.roster.set])?,
            correction: log.correction_fields()?,
            people: Vec::new(),
            numbers: HashMap::new(),
            present: HashMap::new(),
            given_up: HashMap::new(),
        })
    }

    /// Returns the person with this number.
    pub(super) fn person(&self, number: PersonNo) -> Option<&Person> {
        self.people.get(number)
    }

    /// Whose name it is in this snapshot; a name nobody bears any more is of who just gave it up.
    pub(super) fn bearer(&self, name: &str) -> Bearer {
        let bears =
            |names: &HashMap<Box<str>, Vec<PersonNo>>| match names.get(name).map(Vec::as_slice) {
                Some([one]) => Bearer::One(*one),
                None | Some([]) => Bearer::Nobody,
                Some(_) => Bearer::Several,
            };
        match bears(&self.present) {
            Bearer::Nobody => bears(&self.given_up),
            found @ (Bearer::One(_) | Bearer::Several) => found,
        }
    }

    /// Whether the person gave the name up in this snapshot, by leaving or by a corrected name.
    pub(super) fn gave_up(&self, name: &str, number: PersonNo) -> bool {
        self.given_up
            .get(name)
            .is_some_and(|people| people.contains(&number))
    }

    /// Applies the rows of one snapshot: first who is gone, then who came, then what changed.
    pub(super) fn apply(
        &mut self,
        snapshot: &Snapshot,
        rows: SnapshotRows<'_>,
        out: &mut Emitter<'_>,
    ) -> Result<(), Error> {
        self.given_up.clear();
        let column = self.columns.op;
        for op in OPS {
            for row in rows.rows.iter().filter(|row| column.of(row) == op) {
                let done = match op {
                    "remove" => self.remove(snapshot, row, out),
                    "add" => self.add(snapshot, row, out),
                    _ => self.change(snapshot, row, out),
                };
                match done {
                    Err(RowError::Row {
                        column,
                        value,
                        reason,
                    }) => {
                        out.report
                            .reject(rows.file, line_of(row), &column, &value, &reason);
                    }
                    Err(RowError::Import(error)) => return Err(error),
                    Ok(()) => {}
                }
            }
        }
        for row in rows
            .rows
            .iter()
            .filter(|row| !OPS.contains(&column.of(row)))
        {
            let reason = "not one of add, change, remove";
            out.report
                .reject(rows.file, line_of(row), "op", column.of(row), reason);
        }
        Ok(())
    }

    fn number(&mut self, org: &str, local: &str) -> Result<PersonNo, RowError> {
        if let Some(number) = self.numbers.get(local) {
            return Ok(*number);
        }
        if !codes::is_local(local) {
            return Err(RowError::row(
                "person",
                local,
                "not 1 to 64 of A-Z a-z 0-9 . _ ~ -",
            ));
        }
        let number = self.people.len();
        let id = format!("{org}:{local}");
        self.people.push(Person {
            case: id.clone(),
            id,
            stay: None,
            left: None,
        });
        self.numbers.insert(local.to_owned(), number);
        Ok(number)
    }

    fn remove(
        &mut self,
        snapshot: &Snapshot,
        row: &Row,
        out: &mut Emitter<'_>,
    ) -> Result<(), RowError> {
        let local = self.columns.person.of(row);
        let number = self.number(&out.maker.org, local)?;
        let person = self
            .people
            .get_mut(number)
            .ok_or_else(|| RowError::absent(local))?;
        let (Some(stay), Some(previous)) = (person.stay.take(), snapshot.previous) else {
            return Err(RowError::absent(local));
        };
        person.left = Some(snapshot.day);
        let mut data = Vec::with_capacity(320);
        let mut object = JsonObject::begin(&mut data);
        object.members(&self.common);
        object.text("occurred", &snapshot.since_previous());
        statement::only_id(&mut object, &person.id);
        object.text("last_seen", &previous.to_string());
        object.end();
        let id = out
            .maker
            .id(&["left_custody", local, &snapshot.number.to_string()]);
        out.event(
            id,
            "left_custody",
            Some(&person.case),
            &snapshot.recorded,
            &data,
        )?;
        let name = stay.name(&self.columns);
        self.give_up(name, number);
        Ok(())
    }

    fn add(
        &mut self,
        snapshot: &Snapshot,
        row: &Row,
        out: &mut Emitter<'_>,
    ) -> Result<(), RowError> {
        let local = self.columns.person.of(row);
        let number = self.number(&out.maker.org, local)?;
        let person = self
            .people
            .get_mut(number)
            .ok_or_else(|| RowError::absent(local))?;
        if person.stay.is_some() {
            return Err(RowError::row(
                "person",
                local,
                "added, but already on the roster",
            ));
        }
        self.columns.check(row)?;
        let begun = self.columns.begun_day(row)?;
        let (occurred, note) = came(begun, person.left, snapshot);
        if let Some(note) = note {
            out.report.note(note);
        }
        let id = out
            .maker
            .id(&["arrest", local, &snapshot.number.to_string()]);
        let stay = RosterStay::new(id, &self.columns, row);
        let mut data = Vec::with_capacity(640);
        let mut object = JsonObject::begin(&mut data);
        object.members(&self.arrest);
        object.text("occurred", &occurred);
        statement::arrest(&mut object, &self.columns, &stay, &person.id);
        object.end();
        person.case = case_of(&person.id, self.columns.begun_stamp(row), snapshot);
        out.event(id, "arrest", Some(&person.case), &snapshot.recorded, &data)?;
        let name = stay.name(&self.columns).into();
        person.stay = Some(stay);
        self.present.entry(name).or_default().push(number);
        Ok(())
    }

    fn change(
        &mut self,
        snapshot: &Snapshot,
        row: &Row,
        out: &mut Emitter<'_>,
    ) -> Result<(), RowError> {
        let local = self.columns.person.of(row);
        let number = self.number(&out.maker.org, local)?;
        self.columns.check(row)?;
        let begun = self.columns.begun_day(row)?;
        let person = self
            .people
            .get_mut(number)
            .ok_or_else(|| RowError::absent(local))?;
        let left = person.left;
        let Some(stay) = person.stay.as_mut() else {
            return Err(RowError::absent(local));
        };
        let old_name = stay.name(&self.columns).to_owned();
        let mut changed = stay.take_changes(&self.columns, row);
        let mut made = false;
        if let Some(from) = changed.facility.take() {
            let to = stay.value(&self.columns, &Field::Facility).unwrap_or("");
            let mut data = Vec::with_capacity(320);
            let mut object = JsonObject::begin(&mut data);
            object.members(&self.common);
            object.text("occurred", &snapshot.since_previous());
            statement::only_id(&mut object, &person.id);
            self.columns.text(&mut object, "from", &from);
            self.columns.text(&mut object, "to", to);
            object.end();
            let id = out
                .maker
                .id(&["transfer", local, &snapshot.number.to_string()]);
            out.event(
                id,
                "transfer",
                Some(&person.case),
                &snapshot.recorded,
                &data,
            )?;
            made = true;
        }
        let patch = self.patch(&changed, begun, left, snapshot, number, out);
        if let Some(patch) = patch {
            self.correct(snapshot, number, &patch, out)?;
            made = true;
        }
        if !made {
            out.report.note(if changed.birthday {
                "age advanced by a year: the age at the arrest stands"
            } else {
                "change row in which no mapped column changed"
            });
        }
        self.rename(number, &old_name);
        Ok(())
    }

    /// The merge patch of the arrest's `data` for what changed beside the facility.
    fn patch(
        &self,
        changed: &statement::StayChanges,
        begun: Option<Date>,
        left: Option<Date>,
        snapshot: &Snapshot,
        number: PersonNo,
        out: &mut Emitter<'_>,
    ) -> Option<Vec<u8>> {
        let person = self.people.get(number)?;
        let stay = person.stay.as_ref()?;
        let mut patch = Vec::with_capacity(256);
        let mut object = JsonObject::begin(&mut patch);
        if changed.begun {
            match begun {
                // The day must leave the person on the roster: after the last departure, not ahead.
                Some(day) if day <= snapshot.day && left.is_none_or(|left| day > left) => {
                    object.text("occurred", &day.to_string());
                }
                Some(_) => out.report.note("corrected booking day is not after the last departure, or ahead: kept as reported only"),
                None => out.report.note("booking day withdrawn: kept as reported only"),
            }
        }
        statement::patch(&mut object, &self.columns, stay, changed, &person.id);
        let empty = object.is_empty();
        object.end();
        (!empty).then_some(patch)
    }

    fn correct(
        &mut self,
        snapshot: &Snapshot,
        number: PersonNo,
        patch: &[u8],
        out: &mut Emitter<'_>,
    ) -> Result<(), Error> {
        let stay = self
            .people
            .get_mut(number)
            .and_then(|person| person.stay.as_mut());
        let Some(stay) = stay else { return Ok(()) };
        let id = statement::correction(
            stay.arrest,
            stay.version,
            patch,
            &self.correction,
            snapshot,
            out,
        )?;
        stay.version = id;
        Ok(())
    }

    fn rename(&mut self, number: PersonNo, old: &str) {
        let stay = self
            .people
            .get(number)
            .and_then(|person| person.stay.as_ref());
        let Some(name) = stay
            .map(|stay| stay.name(&self.columns))
            .filter(|name| *name != old)
        else {
            return;
        };
        self.present.entry(name.into()).or_default().push(number);
        self.give_up(old, number);
    }

    fn give_up(&mut self, name: &str, number: PersonNo) {
        if let Some(bearers) = self.present.get_mut(name) {
            bearers.retain(|bearer| *bearer != number);
            if bearers.is_empty() {
                self.present.remove(name);
            }
        }
        self.given_up.entry(name.into()).or_default().push(number);
    }
}

/// The case of a booking: a return under the same stamp goes on with the same case.
///
/// A booking without a stamp is named by the snapshot that shows it first.
fn case_of(person: &str, begun: &str, snapshot: &Snapshot) -> String {
    let stamp: String = begun
        .chars()
        .filter(char::is_ascii_digit)
        .take(12)
        .collect();
    if stamp.is_empty() {
        format!("{person}-s{}", snapshot.number)
    } else {
        format!("{person}-{stamp}")
    }
}

/// When someone who is new on the roster came, and what a reader should know about it.
///
/// A booking day that is not after the latest day of the last departure is the stamp of the earlier
/// stay: the person came back between the previous good snapshot and this one.
fn came(
    begun: Option<Date>,
    left: Option<Date>,
    snapshot: &Snapshot,
) -> (String, Option<&'static str>) {
    match begun {
        Some(day) if left.is_some_and(|left| day <= left) => (
            snapshot.since_previous(),
            Some(
                "came back under a booking day not after the last departure: came between two snapshots",
            ),
        ),
        Some(day) if day > snapshot.day => (
            snapshot.since_previous(),
            Some("booking day after the snapshot: came between two snapshots"),
        ),
        Some(day) => (day.to_string(), None),
        None => (
            snapshot.since_previous(),
            Some("no booking day: came between two snapshots"),
        ),
    }
}
