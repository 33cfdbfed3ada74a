//! The event rows of each kind, each with what a scan tests first: a question about one kind reads
//! these lists, and not the columns of all events.
//!
//! Start at [`KindIndex::rows_of`].
//!
//! Never here: other filters (see [`crate::scan::filter`]).

use event::{Days, Kind};

use crate::columns::ids::{EventRowNo, push};
use crate::columns::validity::Validity;

/// What a scan tests of an event first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KindEntry {
    pub(crate) validity: Validity,
    pub(crate) days: Days,
}

/// Some events of one kind: their rows, which rise, and the entry of each.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct KindRows<'r> {
    pub(crate) rows: &'r [EventRowNo],
    pub(crate) entries: &'r [KindEntry],
}

/// The events of every kind.
#[derive(Clone, Debug, Default)]
pub(crate) struct KindIndex(Vec<(Vec<EventRowNo>, Vec<KindEntry>)>);

impl KindIndex {
    /// Adds an event, whose row is greater than any before.
    pub(crate) fn push(&mut self, kind: Kind, row: EventRowNo, entry: KindEntry) {
        if self.0.is_empty() {
            self.0.resize_with(Kind::ALL.len(), Default::default);
        }
        if let Some((rows, entries)) = self.0.get_mut(kind.index()) {
            push(rows, row);
            push(entries, entry);
        }
    }

    /// Replaces the entry of an event.
    pub(crate) fn set_entry(&mut self, kind: Kind, row: EventRowNo, entry: KindEntry) {
        let Some((rows, entries)) = self.0.get_mut(kind.index()) else {
            return;
        };
        let at = rows.binary_search(&row).ok();
        if let Some(slot) = at.and_then(|at| entries.get_mut(at)) {
            *slot = entry;
        }
    }

    /// Returns the events of a kind, by its index.
    pub(crate) fn rows_of(&self, kind: usize) -> KindRows<'_> {
        self.0
            .get(kind)
            .map_or_else(KindRows::default, |(rows, entries)| KindRows {
                rows,
                entries,
            })
    }
}

impl KindRows<'_> {
    /// Divides them, so that `middle` are in the first part.
    pub(crate) fn split_at(self, middle: usize) -> (Self, Self) {
        let (rows, more_rows) = self.rows.split_at(middle.min(self.rows.len()));
        let (entries, more_entries) = self.entries.split_at(middle.min(self.entries.len()));
        (
            Self { rows, entries },
            Self {
                rows: more_rows,
                entries: more_entries,
            },
        )
    }
}
