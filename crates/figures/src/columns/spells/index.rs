//! The spells of all tracks as one list, which a count of who is held on a day scans.
//!
//! Start at [`SpellIndex::scan`].
//!
//! Never here: how spells follow from a track (see [`crate::columns::spells::derive`]).

use std::collections::BTreeMap;
use std::num::NonZeroU16;
use std::ops::Range;

use event::{Day, Verification};

use crate::columns::capacity::Capacity;
use crate::columns::ids::{IdVec, PersonNo, TrackNo, index, push, row_number};
use crate::columns::ragged::Span;
use crate::columns::spells::derive::SpellEntry;
use crate::columns::spells::join::SpellBounds;
use crate::columns::validity::Validity;
use crate::scan::selection::SelectionVector;

/// A spell with its person and its track; in fewer bytes than [`SpellEntry`] has.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SpellRow {
    validity: Validity,
    days: [Day; 4],
    pub(crate) person: Option<PersonNo>,
    pub(crate) track: TrackNo,
    /// [`SpellEntry::first`] + 1, in two bytes.
    first: Option<NonZeroU16>,
    pub(crate) verification: Verification,
    doubt: bool,
}

impl SpellRow {
    pub(crate) fn new(
        spell: &SpellEntry,
        validity: Validity,
        (track, person): (TrackNo, Option<PersonNo>),
    ) -> Self {
        let bounds = &spell.bounds;
        Self {
            validity,
            days: [
                bounds.start_earliest,
                bounds.start_latest,
                bounds.end_earliest,
                bounds.end_latest,
            ],
            person,
            track,
            first: spell
                .first
                .and_then(|first| NonZeroU16::MIN.checked_add(first)),
            verification: spell.verification,
            doubt: bounds.doubt,
        }
    }

    /// Returns the index of its first interval among those of its track; none where the intervals of the
    /// track are to be joined instead.
    pub(crate) fn first(&self) -> Option<usize> {
        self.first.map(|first| usize::from(first.get() - 1))
    }

    pub(crate) const fn bounds(&self) -> SpellBounds {
        let [start_earliest, start_latest, end_earliest, end_latest] = self.days;
        SpellBounds {
            start_earliest,
            start_latest,
            end_earliest,
            end_latest,
            doubt: self.doubt,
        }
    }

    /// Whether the spell touches the days from `first` to `last`.
    fn touches(&self, (first, last): (Day, Day)) -> bool {
        let [earliest, .., latest] = self.days;
        (earliest <= last) & (first < latest)
    }
}

/// The rows of all tracks; those of one are beside each other.
///
/// Not a [`crate::columns::ragged::Ragged`]: a scan reads the whole list from end to end, and not the
/// groups one by one. So rows of no group must be void, they must stay few, and a track whose spells
/// become fewer keeps its span.
#[derive(Clone, Debug, Default)]
pub(crate) struct SpellIndex {
    rows: Vec<SpellRow>,
    /// The rows of each track, those without a spell included.
    spans: IdVec<TrackNo, Span>,
    /// Freed spans, by how many rows fit: where the next track with so many goes.
    free: BTreeMap<u32, Vec<u32>>,
    /// How many rows are in freed spans.
    freed: usize,
}

/// From how many freed rows on, where they are half of all rows, the list is compacted. Builds with
/// assertions do so early.
const FREED_MIN: usize = if cfg!(debug_assertions) { 4 } else { 16_384 };

impl SpellIndex {
    /// Stores the rows of a track in place of those there were.
    ///
    /// # Errors
    /// [`Capacity`] where they do not fit; the track then has the rows it had.
    pub(crate) fn replace(
        &mut self,
        track: TrackNo,
        spells: Vec<SpellRow>,
    ) -> Result<(), Capacity> {
        let what = "spells of custody";
        let count = row_number(spells.len(), what)?;
        let end = row_number(self.rows.len(), what)?;
        row_number(self.rows.len().saturating_add(spells.len()), what)?;
        self.spans.reach(track, Span::default());
        let Some(span) = self.spans.get_mut(track) else {
            return Ok(());
        };
        let (start, room) = (index(span.start), index(span.rows));
        for row in self.rows.iter_mut().skip(start).take(room) {
            row.validity.clear();
        }
        if count <= span.rows {
            for (row, spell) in self.rows.iter_mut().skip(start).zip(spells) {
                *row = spell;
            }
            return Ok(());
        }
        let freed = self.free.get_mut(&count).and_then(Vec::pop);
        if freed.is_some() {
            self.freed -= spells.len();
        }
        if span.rows > 0 {
            self.freed += room;
            self.free.entry(span.rows).or_default().push(span.start);
        }
        *span = Span {
            start: freed.unwrap_or(end),
            rows: count,
        };
        for (at, spell) in (index(span.start)..).zip(spells) {
            match self.rows.get_mut(at) {
                Some(row) => *row = spell,
                None => push(&mut self.rows, spell),
            }
        }
        if self.freed >= FREED_MIN && self.freed * 2 >= self.rows.len() {
            self.compact();
        }
        Ok(())
    }

    /// Moves the rows into the order of their tracks, and drops freed spans.
    fn compact(&mut self) {
        let mut rows = Vec::with_capacity(self.rows.len() - self.freed);
        let mut start = 0;
        for span in self.spans.values_mut() {
            rows.extend_from_slice(span.slice(&self.rows));
            span.start = start;
            // No more than the rows that there were, whose indices fit 32 bits.
            start += span.rows;
        }
        self.rows = rows;
        self.free.clear();
        self.freed = 0;
    }

    /// Returns how many rows there are.
    pub(crate) const fn len(&self) -> usize {
        self.rows.len()
    }

    /// Returns the first index from `at` on at which no track's rows are divided.
    pub(crate) fn track_boundary(&self, at: usize) -> usize {
        let before = at.checked_sub(1).and_then(|before| self.rows.get(before));
        let rest = self.rows.get(at..).unwrap_or_default();
        let same = rest
            .iter()
            .take_while(|row| Some(row.track) == before.map(|row| row.track));
        at.saturating_add(same.count())
    }

    /// Calls `each` with those of these rows that `is_seen` accepts and in which someone may be held
    /// between two days.
    pub(crate) fn scan(
        &self,
        rows: Range<usize>,
        days: (Day, Day),
        is_seen: impl Fn(Validity) -> bool,
        mut each: impl FnMut(&SpellRow),
    ) {
        let mut selection = SelectionVector::of_at_most(rows.len());
        let rows = self.rows.get(rows).unwrap_or_default();
        for part in rows.chunks(selection.room()) {
            let selected = part
                .iter()
                .map(|row| is_seen(row.validity) & row.touches(days));
            selection.select_range(0, selected);
            let selected = selection.rows().iter();
            let selected = selected.filter_map(|row| part.get(index(*row)));
            selected.for_each(&mut each);
        }
    }
}
