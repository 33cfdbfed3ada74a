//! The charges beside the names on a roster, and the events that follow from their coming and going.
//!
//! Start at [`Charges::apply`]. A charge that goes and one that comes in the same snapshot, of the same
//! person and text, are one charge whose status or bail changed. A name that two people on the roster
//! bear names nobody: such an event carries no person and no case.
//!
//! Never here: who bears a name (`roster`), and which charges are open (`units`).

use super::acts;
use super::look::Look;
use super::mapping::{ChargeColumns, code_map, constants};
use super::names::Bearer;
use super::reader::SnapshotRows;
use super::roster::Roster;
use super::stays::only_ids;
use super::units::{ChargeUnit, OpenCharges, Owner, RemovedCharges, TextNo};
use crate::Error;
use crate::codes::{CodeMap, code};
use crate::emit::Emitter;
use crate::json::JsonObject;
use crate::line::hash_hex;
use crate::mapping::Mapping;
use crate::read::{Column, Row, Table, line_of};

/// The greatest number of equal charges beside one name that is believed.
const COUNT_MAX: u32 = 1_000;

/// The status that a charge has by nature: it needs no event of its own.
const PENDING: &str = "pending";

/// The columns of the charges, and the charges that stand on the roster now.
pub(super) struct Charges {
    op: Column,
    count: Column,
    name: Column,
    charge: Column,
    bail: Column,
    status: Column,
    statuses: CodeMap,
    lang: String,
    common: Vec<u8>,
    set: Vec<u8>,
    correction: Vec<u8>,
    units: OpenCharges,
    bench: RemovedCharges,
    /// Whether an earlier snapshot had charges: only then did a new one come between two snapshots.
    seen: bool,
}

/// The cells of a row about charges.
struct ChargeRow<'a> {
    count: u32,
    name: &'a str,
    charge: &'a str,
    bail: &'a str,
    status: &'a str,
}

impl Charges {
    pub(super) fn new(
        mapping: &Mapping,
        columns: &ChargeColumns,
        table: &Table,
    ) -> Result<Self, Error> {
        Ok(Self {
            op: table.column(&columns.op)?,
            count: table.column(&columns.count)?,
            name: table.column(&columns.name)?,
            charge: table.column(&columns.charge)?,
            bail: table.column(&columns.bail)?,
            status: table.column(&columns.status.column)?,
            statuses: code_map(&mapping.codes, &columns.status.codes)?,
            lang: columns.lang.clone(),
            common: constants(&[&columns.common])?,
            set: constants(&[&columns.common, &columns.set])?,
            correction: columns.correction_fields()?,
            units: OpenCharges::default(),
            bench: RemovedCharges::default(),
            seen: false,
        })
    }

    /// Applies the rows of one snapshot: all that went is set aside first, then what came is paired with
    /// it, then what is left over has gone.
    pub(super) fn apply(
        &mut self,
        look: Look<'_>,
        rows: SnapshotRows<'_>,
        roster: &Roster,
        out: &mut Emitter<'_>,
    ) -> Result<(), Error> {
        let op = self.op;
        for row in rows.rows.iter().filter(|row| op.of(row) == "remove") {
            if let Some(cells) = self.read(row, rows.file, out) {
                let missing = self.set_aside(&cells, roster, out);
                if missing > 0 {
                    let reason =
                        "removed, but not that often on the roster with this bail and status";
                    out.report
                        .reject(rows.file, line_of(row), "charge", cells.charge, reason);
                }
            }
        }
        for row in rows.rows.iter().filter(|row| op.of(row) == "add") {
            rows.place(row, out);
            if let Some(cells) = self.read(row, rows.file, out) {
                for _ in 0..cells.count {
                    self.come(&cells, look, roster, out)?;
                }
            }
        }
        for row in rows
            .rows
            .iter()
            .filter(|row| !matches!(op.of(row), "add" | "remove"))
        {
            let value = op.of(row);
            out.report.reject(
                rows.file,
                line_of(row),
                "op",
                value,
                "not one of add, remove",
            );
        }
        (out.origin.line, out.origin.row) = (0, 0);
        for (owner, unit) in self.bench.drain() {
            self.gone(&owner, &unit, look, roster, out)?;
        }
        self.seen |= !rows.rows.is_empty();
        Ok(())
    }

    fn read<'r>(&self, row: &'r Row, file: &str, out: &mut Emitter<'_>) -> Option<ChargeRow<'r>> {
        let text = self.count.of(row);
        let count = text
            .parse()
            .ok()
            .filter(|count| (1..=COUNT_MAX).contains(count));
        let Some(count) = count else {
            out.report.reject(
                file,
                line_of(row),
                "count",
                text,
                "not a number from 1 to 1000",
            );
            return None;
        };
        let status = self.status.of(row);
        if code(&self.statuses, status).is_none() {
            let reason = "no code for this value in its map";
            out.report
                .reject(file, line_of(row), "status", status, reason);
            return None;
        }
        let (name, charge) = (self.name.of(row), self.charge.of(row));
        if name.is_empty() || charge.is_empty() {
            out.report
                .reject(file, line_of(row), "charge", "", "no name or no charge");
            return None;
        }
        Some(ChargeRow {
            count,
            name,
            charge,
            bail: self.bail.of(row),
            status,
        })
    }

    /// Moves a row's charges from the open ones to the bench; returns how many were not open.
    fn set_aside(&mut self, cells: &ChargeRow<'_>, roster: &Roster, out: &mut Emitter<'_>) -> u32 {
        let name = self.units.text(cells.name);
        let charge = self.units.text(cells.charge);
        let (bail, status) = (self.units.text(cells.bail), self.units.text(cells.status));
        for done in 0..cells.count {
            let left = |owner: &Owner| match owner {
                Owner::Person(number) => roster.gave_up(cells.name, *number),
                Owner::Nobody(_) => false,
            };
            let Some((unit, unclear)) = self.units.take(name, charge, bail, status, left) else {
                return cells.count - done;
            };
            if unclear {
                out.report
                    .note("charge that went beside a name of several people: names nobody");
            }
            let owner = if unclear {
                Owner::Nobody(name)
            } else {
                unit.owner
            };
            self.bench.put(owner, name, charge, unit);
        }
        0
    }

    /// One more charge beside a name: paired with one that went, or new.
    fn come(
        &mut self,
        cells: &ChargeRow<'_>,
        look: Look<'_>,
        roster: &Roster,
        out: &mut Emitter<'_>,
    ) -> Result<(), Error> {
        let name = self.units.text(cells.name);
        let charge = self.units.text(cells.charge);
        let (bail, status) = (self.units.text(cells.bail), self.units.text(cells.status));
        let owner = match roster.bearer(cells.name) {
            Bearer::One(number) => Owner::Person(number),
            Bearer::Several => {
                out.report
                    .note("charge that came beside a name of several people: names nobody");
                Owner::Nobody(name)
            }
            Bearer::Nobody => {
                out.report
                    .note("charge beside a name that nobody on the roster bears");
                Owner::Nobody(name)
            }
        };
        let mut unit = match self.bench.pair(owner, charge, bail, status) {
            Some(unit) => unit,
            None => return self.fresh(owner, (name, charge, bail, status), look, roster, out),
        };
        if unit.status != status {
            self.status_changed(&unit, cells, bail, look, roster, out)?;
        } else if unit.bail != bail {
            let mut patch = Vec::with_capacity(64);
            let mut object = JsonObject::begin(&mut patch);
            object.text("bail_as_reported", cells.bail);
            object.end();
            unit.version = acts::correction(
                (unit.event, unit.version),
                &patch,
                &self.correction,
                look,
                out,
            )?;
        } else {
            out.report
                .note("charge under another name of the same person: unchanged");
        }
        (unit.bail, unit.status) = (bail, status);
        self.units.open(name, charge, unit);
        Ok(())
    }

    /// A charge that was not on the roster before.
    fn fresh(
        &mut self,
        owner: Owner,
        (name, charge, bail, status): (TextNo, TextNo, TextNo, TextNo),
        look: Look<'_>,
        roster: &Roster,
        out: &mut Emitter<'_>,
    ) -> Result<(), Error> {
        let number = self.units.next_number(owner, charge);
        let case = self.case(&owner, roster, &out.maker.org);
        let id = format!("{case}/{}-{number}", self.units.hash(charge));
        let event = out.maker.id(&["charge", &id]);
        let (offence, class) = offence(self.units.of(charge));
        let as_reported = self.units.of(status);
        let mut data = Vec::with_capacity(512);
        let mut object = JsonObject::begin(&mut data);
        object.members(&self.set);
        object.text("occurred", &self.occurred(look));
        self.who(&mut object, &owner, roster);
        object.text("charge", &id);
        let mut text = JsonObject::begin(object.name("offence"));
        text.text(&self.lang, offence);
        text.end();
        if let Some(class) = class {
            object.text("class", class);
        }
        object.text("bail_as_reported", self.units.of(bail));
        object.text("status_as_reported", as_reported);
        object.end();
        out.event(
            event,
            "charge",
            subject(&owner, &case),
            &look.snapshot.recorded,
            &data,
        )?;
        let mapped = code(&self.statuses, as_reported).unwrap_or("unknown");
        let unit = ChargeUnit {
            owner,
            event,
            version: event,
            id,
            bail,
            status,
        };
        if mapped != PENDING {
            self.status(&unit, mapped, Some(as_reported), None, look, roster, out)?;
        }
        self.units.open(name, charge, unit);
        Ok(())
    }

    fn status_changed(
        &self,
        unit: &ChargeUnit,
        cells: &ChargeRow<'_>,
        bail: TextNo,
        look: Look<'_>,
        roster: &Roster,
        out: &mut Emitter<'_>,
    ) -> Result<(), Error> {
        let mapped = code(&self.statuses, cells.status).unwrap_or("unknown");
        let bail = (unit.bail != bail).then_some(cells.bail);
        self.status(unit, mapped, Some(cells.status), bail, look, roster, out)
    }

    /// A charge that is no longer on the roster: what became of it is not known.
    fn gone(
        &self,
        owner: &Owner,
        unit: &ChargeUnit,
        look: Look<'_>,
        roster: &Roster,
        out: &mut Emitter<'_>,
    ) -> Result<(), Error> {
        if owner == &unit.owner {
            return self.status(unit, "unknown", None, None, look, roster, out);
        }
        // It went beside a name of several people: whose it was is not said.
        let case = self.case(owner, roster, &out.maker.org);
        let id = format!("{case}/{}", hash_hex(&unit.id, 24));
        let unit = ChargeUnit {
            owner: *owner,
            id,
            ..unit.clone()
        };
        self.status(&unit, "unknown", None, None, look, roster, out)
    }

    #[expect(clippy::too_many_arguments, reason = "the fields of one event")]
    fn status(
        &self,
        unit: &ChargeUnit,
        mapped: &str,
        as_reported: Option<&str>,
        bail: Option<&str>,
        look: Look<'_>,
        roster: &Roster,
        out: &mut Emitter<'_>,
    ) -> Result<(), Error> {
        let mut data = Vec::with_capacity(512);
        let mut object = JsonObject::begin(&mut data);
        object.members(&self.common);
        object.text("occurred", &self.occurred(look));
        self.who(&mut object, &unit.owner, roster);
        object.text("charge", &unit.id);
        object.text("status", mapped);
        match as_reported {
            Some(status) => object.text("status_as_reported", status),
            None => object.raw("left_roster", b"true"),
        }
        if let Some(bail) = bail {
            object.text("bail_as_reported", bail);
        }
        object.end();
        let id = out
            .maker
            .id(&["charge_status", &unit.id, &look.snapshot.label]);
        let case = unit.id.split_once('/').map_or("", |(case, _)| case);
        out.event(
            id,
            "charge_status",
            subject(&unit.owner, case),
            &look.snapshot.recorded,
            &data,
        )
    }

    fn occurred(&self, look: Look<'_>) -> String {
        if self.seen {
            look.since_previous()
        } else {
            look.until()
        }
    }

    fn case(&self, owner: &Owner, roster: &Roster, org: &str) -> String {
        match owner {
            Owner::Person(number) => roster
                .entry(*number)
                .and_then(|entry| entry.case.clone())
                .unwrap_or_default(),
            Owner::Nobody(name) => format!("{org}:unclear-{}", self.units.hash(*name)),
        }
    }

    fn who(&self, object: &mut JsonObject<'_>, owner: &Owner, roster: &Roster) {
        match owner {
            Owner::Person(number) => {
                if let Some(entry) = roster.entry(*number) {
                    only_ids(object, &entry.people);
                }
            }
            Owner::Nobody(_) => {}
        }
    }
}

/// The case of an event: none where it names nobody.
fn subject<'a>(owner: &Owner, case: &'a str) -> Option<&'a str> {
    match owner {
        Owner::Person(_) => Some(case),
        Owner::Nobody(_) => None,
    }
}

/// Splits `ESCAPE II (C Felony)` into the offence and its class.
fn offence(text: &str) -> (&str, Option<&str>) {
    let parts = text
        .strip_suffix(')')
        .and_then(|text| text.rsplit_once('('));
    match parts {
        Some((offence, class)) if !offence.trim().is_empty() => {
            (offence.trim(), Some(class.trim()))
        }
        Some(_) | None => (text, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_class_stands_in_the_last_parentheses() {
        assert_eq!(
            offence("ESCAPE II (C Felony)"),
            ("ESCAPE II", Some("C Felony"))
        );
        assert_eq!(
            offence("THEFT (OLD) (A Misdemeanor)"),
            ("THEFT (OLD)", Some("A Misdemeanor"))
        );
        assert_eq!(offence("HOLD"), ("HOLD", None));
        assert_eq!(offence("(HOLD)"), ("(HOLD)", None));
    }
}
