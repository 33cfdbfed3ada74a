//! The rows of events in tracks, and beside them the columns that a scan of all of them reads.
//!
//! Start at [`Occurrences`], which reads like a slice of rows.
//!
//! Never here: which rows count (see [`crate::scan`]).

use std::ops::Deref;

use event::{CodeSet, Days};

use crate::columns::{Held, NONE, Occurrence};

/// All rows. Whatever changes one goes through the methods here, so that the columns stay equal.
#[derive(Clone, Debug, Default)]
pub(crate) struct Occurrences {
    rows: Vec<Occurrence>,
    columns: Columns,
}

/// What a scan reads of each row, a list for each field.
#[derive(Clone, Debug, Default)]
pub(crate) struct Columns {
    pub(crate) held: Vec<Held>,
    pub(crate) days: Vec<Days>,
    pub(crate) person: Vec<u32>,
    pub(crate) event: Vec<u32>,
    pub(crate) place: Vec<u32>,
    pub(crate) org: Vec<u32>,
    pub(crate) rights_exercised: Vec<CodeSet>,
    pub(crate) rights_violated: Vec<CodeSet>,
    pub(crate) codes: Vec<Codes>,
}

/// The places of a row's codes in their lists, and whether it has a doubt mark or a group.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Codes {
    pub(crate) kind: u8,
    pub(crate) authority: u8,
    pub(crate) verification: u8,
    pub(crate) assessment: u8,
    /// The person's age at the event, in years.
    pub(crate) age: Option<u8>,
    pub(crate) doubt: bool,
    pub(crate) has_group: bool,
}

impl Codes {
    fn of(row: &Occurrence) -> Self {
        let small = |index: usize| u8::try_from(index).unwrap_or(u8::MAX);
        Self {
            kind: small(row.says.kind.index()),
            authority: small(row.says.authority.index()),
            verification: small(row.says.verification.index()),
            assessment: small(row.says.assessment.index()),
            age: row.says.age,
            doubt: row.doubt,
            has_group: row.unnamed.0 != NONE,
        }
    }
}

impl Deref for Occurrences {
    type Target = [Occurrence];

    fn deref(&self) -> &[Occurrence] {
        &self.rows
    }
}

impl Occurrences {
    pub(crate) const fn columns(&self) -> &Columns {
        &self.columns
    }

    /// Adds a row.
    pub(crate) fn push(&mut self, row: Occurrence) {
        let columns = &mut self.columns;
        columns.held.push(row.held);
        columns.days.push(row.days);
        columns.person.push(row.says.person);
        columns.event.push(row.event);
        columns.place.push(row.says.place);
        columns.org.push(row.says.org);
        columns.rights_exercised.push(row.says.rights_exercised);
        columns.rights_violated.push(row.says.rights_violated);
        columns.codes.push(Codes::of(&row));
        self.rows.push(row);
    }

    /// Says until which position a row holds.
    pub(crate) fn close(&mut self, at: usize, to: u32) {
        if let Some(row) = self.rows.get_mut(at) {
            row.held.to = to;
        }
        if let Some(held) = self.columns.held.get_mut(at) {
            held.to = to;
        }
    }

    /// Makes a row one that never held.
    pub(crate) fn void(&mut self, at: usize) {
        if let Some(from) = self.rows.get(at).map(|row| row.held.from) {
            self.close(at, from);
        }
    }

    /// Puts a row in the place of another.
    pub(crate) fn replace(&mut self, at: usize, row: Occurrence) {
        fn set<T>(column: &mut [T], at: usize, value: T) {
            if let Some(slot) = column.get_mut(at) {
                *slot = value;
            }
        }
        let columns = &mut self.columns;
        set(&mut columns.held, at, row.held);
        set(&mut columns.days, at, row.days);
        set(&mut columns.person, at, row.says.person);
        set(&mut columns.event, at, row.event);
        set(&mut columns.place, at, row.says.place);
        set(&mut columns.org, at, row.says.org);
        set(&mut columns.rights_exercised, at, row.says.rights_exercised);
        set(&mut columns.rights_violated, at, row.says.rights_violated);
        set(&mut columns.codes, at, Codes::of(&row));
        set(&mut self.rows, at, row);
    }
}
