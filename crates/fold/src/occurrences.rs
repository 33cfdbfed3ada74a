//! The rows of events in tracks, as columns: a list for each field, so that a scan reads no others.
//!
//! Start at [`Occurrences`].
//!
//! Never here: which rows count (see [`crate::scan`]).

use std::collections::BTreeMap;

use event::{
    Answer, Assessment, AuthorityKind, CodeSet, Days, Kind, ReleaseKind, Verification, Visibility,
};

use crate::columns::{Held, NONE, Occurrence, Says, push};

/// All rows. Whatever changes one goes through the methods here.
#[derive(Clone, Debug, Default)]
pub(crate) struct Occurrences {
    columns: Columns,
    /// The rows of group events: lower and upper bound, as [`Occurrence::unnamed`].
    groups: BTreeMap<usize, (u32, u32)>,
}

/// A list for each field of the rows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Columns {
    pub(crate) held: Vec<Held>,
    pub(crate) days: Vec<Days>,
    pub(crate) person: Vec<u32>,
    pub(crate) event: Vec<u32>,
    pub(crate) place: Vec<u32>,
    pub(crate) org: Vec<u32>,
    pub(crate) case: Vec<u32>,
    pub(crate) rights_exercised: Vec<CodeSet>,
    pub(crate) rights_violated: Vec<CodeSet>,
    pub(crate) codes: Vec<Codes>,
    pub(crate) more: Vec<More>,
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

/// What few questions ask of a row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct More {
    release_kind: Option<ReleaseKind>,
    in_custody: Answer,
    visibility: Visibility,
}

impl Codes {
    /// Those of no row.
    pub(crate) const NONE: Self = Self {
        kind: u8::MAX,
        authority: u8::MAX,
        verification: u8::MAX,
        assessment: u8::MAX,
        age: None,
        doubt: false,
        has_group: false,
    };

    /// Returns the kind of the event.
    pub(crate) fn kind(self) -> Option<Kind> {
        code(Kind::ALL, self.kind)
    }

    /// Returns how well the event is verified.
    pub(crate) fn verification(self) -> Option<Verification> {
        code(Verification::ALL, self.verification)
    }

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

/// Returns the code at a place of its list.
fn code<T: Copy>(list: &[T], place: u8) -> Option<T> {
    list.get(usize::from(place)).copied()
}

impl Occurrences {
    pub(crate) const fn columns(&self) -> &Columns {
        &self.columns
    }

    /// Returns how many rows there are.
    pub(crate) const fn len(&self) -> usize {
        self.columns.held.len()
    }

    /// Returns a row.
    pub(crate) fn get(&self, at: usize) -> Option<Occurrence> {
        let columns = &self.columns;
        Some(Occurrence {
            held: *columns.held.get(at)?,
            event: *columns.event.get(at)?,
            days: *columns.days.get(at)?,
            doubt: columns.codes.get(at)?.doubt,
            unnamed: self.unnamed(at),
            says: self.says(at)?,
        })
    }

    /// Returns what a row says.
    pub(crate) fn says(&self, at: usize) -> Option<Says> {
        let columns = &self.columns;
        let codes = columns.codes.get(at)?;
        let more = columns.more.get(at)?;
        Some(Says {
            person: *columns.person.get(at)?,
            case: *columns.case.get(at)?,
            place: *columns.place.get(at)?,
            org: *columns.org.get(at)?,
            rights_exercised: *columns.rights_exercised.get(at)?,
            rights_violated: *columns.rights_violated.get(at)?,
            kind: code(Kind::ALL, codes.kind)?,
            authority: code(AuthorityKind::ALL, codes.authority)?,
            verification: code(Verification::ALL, codes.verification)?,
            assessment: code(Assessment::ALL, codes.assessment)?,
            age: codes.age,
            release_kind: more.release_kind,
            in_custody: more.in_custody,
            visibility: more.visibility,
        })
    }

    /// Returns the bounds of a row's unnamed people.
    pub(crate) fn unnamed(&self, at: usize) -> (u32, u32) {
        let has_group = self
            .columns
            .codes
            .get(at)
            .is_some_and(|codes| codes.has_group);
        let group = has_group.then(|| self.groups.get(&at)).flatten();
        group.copied().unwrap_or((NONE, NONE))
    }

    /// Returns the places of the rows of group events, rising.
    pub(crate) fn groups(&self) -> impl Iterator<Item = usize> {
        self.groups.keys().copied()
    }

    /// Returns all rows, in the order of their places.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Occurrence> {
        (0..self.len()).filter_map(|at| self.get(at))
    }

    /// Adds a row.
    pub(crate) fn push(&mut self, row: Occurrence) {
        self.keep_group(self.len(), &row);
        let columns = &mut self.columns;
        push(&mut columns.held, row.held);
        push(&mut columns.days, row.days);
        push(&mut columns.person, row.says.person);
        push(&mut columns.event, row.event);
        push(&mut columns.place, row.says.place);
        push(&mut columns.org, row.says.org);
        push(&mut columns.case, row.says.case);
        push(&mut columns.rights_exercised, row.says.rights_exercised);
        push(&mut columns.rights_violated, row.says.rights_violated);
        push(&mut columns.codes, Codes::of(&row));
        push(&mut columns.more, More::of(&row));
    }

    fn keep_group(&mut self, at: usize, row: &Occurrence) {
        if row.unnamed.0 == NONE {
            self.groups.remove(&at);
        } else {
            self.groups.insert(at, row.unnamed);
        }
    }

    /// Says until which position a row holds.
    pub(crate) fn close(&mut self, at: usize, to: u32) {
        if let Some(held) = self.columns.held.get_mut(at) {
            held.to = to;
        }
    }

    /// Makes a row one that never held.
    pub(crate) fn void(&mut self, at: usize) {
        if let Some(held) = self.columns.held.get_mut(at) {
            held.to = held.from;
        }
    }

    /// Puts a row in the place of another.
    pub(crate) fn replace(&mut self, at: usize, row: Occurrence) {
        fn set<T>(column: &mut [T], at: usize, value: T) {
            if let Some(slot) = column.get_mut(at) {
                *slot = value;
            }
        }
        self.keep_group(at, &row);
        let columns = &mut self.columns;
        set(&mut columns.held, at, row.held);
        set(&mut columns.days, at, row.days);
        set(&mut columns.person, at, row.says.person);
        set(&mut columns.event, at, row.event);
        set(&mut columns.place, at, row.says.place);
        set(&mut columns.org, at, row.says.org);
        set(&mut columns.case, at, row.says.case);
        set(&mut columns.rights_exercised, at, row.says.rights_exercised);
        set(&mut columns.rights_violated, at, row.says.rights_violated);
        set(&mut columns.codes, at, Codes::of(&row));
        set(&mut columns.more, at, More::of(&row));
    }
}

impl More {
    const fn of(row: &Occurrence) -> Self {
        Self {
            release_kind: row.says.release_kind,
            in_custody: row.says.in_custody,
            visibility: row.says.visibility,
        }
    }
}
