//! The rows of events in tracks, as columns: one column for each field, so that a scan reads no others.
//!
//! Start at [`EventColumns`].
//!
//! Never here: which rows count (see [`crate::scan::event_batch`]).

use std::collections::BTreeMap;

use event::{
    Assessment, AuthorityKind, CodeSet, Days, FourValued, Kind, ReleaseKind, Verification,
    Visibility,
};

use crate::columns::capacity::Capacity;
use crate::columns::codes::code_byte;
use crate::columns::ids::{
    CaseNo, ColumnId as _, EventRowNo, LocalityNo, OrgNo, PersonNo, PlaceNo, Position32, TagSetNo,
    index, push,
};
use crate::columns::rows::{EventRow, RowAttributes, UnnamedBounds};
use crate::columns::validity::Validity;

/// All rows, by [`EventRowNo`]. Whatever changes one goes through the methods here.
#[derive(Clone, Debug, Default)]
pub(crate) struct EventColumns {
    columns: Columns,
    /// How many rows there are.
    count: u32,
    /// The unnamed people of group events, by the index of the row.
    unnamed: BTreeMap<u32, UnnamedBounds>,
}

/// One column for each field of the rows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Columns {
    pub(crate) validity: Vec<Validity>,
    pub(crate) days: Vec<Days>,
    pub(crate) person: Vec<Option<PersonNo>>,
    pub(crate) event: Vec<Position32>,
    pub(crate) place: Vec<Option<PlaceNo>>,
    pub(crate) locality: Vec<Option<LocalityNo>>,
    pub(crate) tags: Vec<Option<TagSetNo>>,
    pub(crate) org: Vec<OrgNo>,
    pub(crate) case: Vec<Option<CaseNo>>,
    pub(crate) rights_exercised: Vec<CodeSet>,
    pub(crate) rights_violated: Vec<CodeSet>,
    pub(crate) codes: Vec<Codes>,
    pub(crate) more: Vec<More>,
}

/// The indices of a row's codes in their lists, and what is yes or no of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Codes {
    pub(crate) kind: u8,
    pub(crate) authority: u8,
    pub(crate) verification: u8,
    pub(crate) assessment: u8,
    /// The person's age at the event, in years.
    pub(crate) age: Option<u8>,
    pub(crate) doubt: bool,
    pub(crate) sets_span: bool,
    pub(crate) has_group: bool,
}

/// Fields of a row that few questions read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct More {
    release_kind: Option<ReleaseKind>,
    in_custody: FourValued,
    visibility: Visibility,
}

impl Codes {
    /// Returns the kind of the event.
    pub(crate) fn kind(self) -> Option<Kind> {
        code(Kind::ALL, self.kind)
    }

    /// Returns how well the event is verified.
    pub(crate) fn verification(self) -> Option<Verification> {
        code(Verification::ALL, self.verification)
    }

    fn from_row(row: &EventRow) -> Self {
        let attributes = &row.attributes;
        Self {
            kind: code_byte(attributes.kind.index()),
            authority: code_byte(attributes.authority.index()),
            verification: code_byte(attributes.verification.index()),
            assessment: code_byte(attributes.assessment.index()),
            age: attributes.age,
            doubt: row.doubt,
            sets_span: row.sets_span,
            has_group: row.unnamed.is_some(),
        }
    }
}

/// Returns the code at an index of its list.
fn code<T: Copy>(list: &[T], index: u8) -> Option<T> {
    list.get(usize::from(index)).copied()
}

impl EventColumns {
    pub(crate) const fn columns(&self) -> &Columns {
        &self.columns
    }

    /// Returns how many rows there are.
    pub(crate) const fn count(&self) -> u32 {
        self.count
    }

    /// Returns how many rows there are, as a length.
    pub(crate) const fn len(&self) -> usize {
        self.columns.validity.len()
    }

    /// Returns a row.
    pub(crate) fn get(&self, row: EventRowNo) -> Option<EventRow> {
        self.row_at(row.number())
    }

    /// Returns the row of this number.
    pub(crate) fn row_at(&self, row: u32) -> Option<EventRow> {
        let (columns, at) = (&self.columns, index(row));
        Some(EventRow {
            validity: *columns.validity.get(at)?,
            event: *columns.event.get(at)?,
            days: *columns.days.get(at)?,
            doubt: columns.codes.get(at)?.doubt,
            sets_span: columns.codes.get(at)?.sets_span,
            unnamed: self.unnamed_at(row),
            attributes: self.attributes_at(row)?,
        })
    }

    /// Returns the attributes of the row at an index.
    pub(crate) fn attributes_at(&self, row: u32) -> Option<RowAttributes> {
        let (columns, at) = (&self.columns, index(row));
        let codes = columns.codes.get(at)?;
        let more = columns.more.get(at)?;
        Some(RowAttributes {
            person: *columns.person.get(at)?,
            case: *columns.case.get(at)?,
            place: *columns.place.get(at)?,
            locality: *columns.locality.get(at)?,
            tags: *columns.tags.get(at)?,
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

    /// Returns the bounds of the unnamed people of the row at an index; none where it has no group.
    fn unnamed_at(&self, row: u32) -> Option<UnnamedBounds> {
        let has_group = self.columns.codes.get(index(row))?.has_group;
        has_group.then(|| self.unnamed.get(&row).copied()).flatten()
    }

    /// Returns the rows of group events, rising.
    pub(crate) fn group_rows(&self) -> impl Iterator<Item = EventRowNo> {
        let rows = self.unnamed.keys();
        rows.filter_map(|row| EventRowNo::after(index(*row)).ok())
    }

    /// Returns all rows, in their order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = EventRow> {
        EventRowNo::first(self.len()).filter_map(|row| self.get(row))
    }

    /// Adds a row.
    ///
    /// # Errors
    /// [`Capacity`] where there are no more row ids.
    pub(crate) fn push(&mut self, row: EventRow) -> Result<EventRowNo, Capacity> {
        let number = EventRowNo::after(self.len())?;
        self.set_unnamed(number, &row);
        let (columns, attributes) = (&mut self.columns, &row.attributes);
        push(&mut columns.validity, row.validity);
        push(&mut columns.days, row.days);
        push(&mut columns.person, attributes.person);
        push(&mut columns.event, row.event);
        push(&mut columns.place, attributes.place);
        push(&mut columns.locality, attributes.locality);
        push(&mut columns.tags, attributes.tags);
        push(&mut columns.org, attributes.org);
        push(&mut columns.case, attributes.case);
        push(&mut columns.rights_exercised, attributes.rights_exercised);
        push(&mut columns.rights_violated, attributes.rights_violated);
        push(&mut columns.codes, Codes::from_row(&row));
        push(&mut columns.more, More::from_row(&row));
        self.count = number.packed().get();
        Ok(number)
    }

    fn set_unnamed(&mut self, number: EventRowNo, row: &EventRow) {
        match row.unnamed {
            None => self.unnamed.remove(&number.number()),
            Some(bounds) => self.unnamed.insert(number.number(), bounds),
        };
    }

    /// Sets until which position a row holds.
    pub(crate) fn close(&mut self, row: EventRowNo, to: Option<Position32>) {
        if let Some(validity) = self.columns.validity.get_mut(row.index()) {
            validity.to = to;
        }
    }

    /// Makes a row one that never held.
    pub(crate) fn clear(&mut self, row: EventRowNo) {
        if let Some(validity) = self.columns.validity.get_mut(row.index()) {
            validity.clear();
        }
    }

    /// Stores a row in the place of another.
    pub(crate) fn replace(&mut self, number: EventRowNo, row: EventRow) {
        fn set<T>(column: &mut [T], at: usize, value: T) {
            if let Some(slot) = column.get_mut(at) {
                *slot = value;
            }
        }
        self.set_unnamed(number, &row);
        let (columns, attributes) = (&mut self.columns, &row.attributes);
        let at = number.index();
        set(&mut columns.validity, at, row.validity);
        set(&mut columns.days, at, row.days);
        set(&mut columns.person, at, attributes.person);
        set(&mut columns.event, at, row.event);
        set(&mut columns.place, at, attributes.place);
        set(&mut columns.locality, at, attributes.locality);
        set(&mut columns.tags, at, attributes.tags);
        set(&mut columns.org, at, attributes.org);
        set(&mut columns.case, at, attributes.case);
        set(
            &mut columns.rights_exercised,
            at,
            attributes.rights_exercised,
        );
        set(&mut columns.rights_violated, at, attributes.rights_violated);
        set(&mut columns.codes, at, Codes::from_row(&row));
        set(&mut columns.more, at, More::from_row(&row));
    }
}

impl More {
    const fn from_row(row: &EventRow) -> Self {
        Self {
            release_kind: row.attributes.release_kind,
            in_custody: row.attributes.in_custody,
            visibility: row.attributes.visibility,
        }
    }
}
