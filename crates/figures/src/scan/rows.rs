//! The event rows that a scan passes over: a range, a list, or those of one kind.
//!
//! Start at [`Rows::select_next`].
//!
//! Never here: which of them pass (see [`crate::scan::filter`]).

use event::Days;

use crate::columns::by_kind::KindRows;
use crate::columns::events::Columns;
use crate::columns::ids::{ColumnId as _, EventRowNo, index};
use crate::columns::store::ColumnStore;
use crate::columns::validity::Validity;
use crate::scan::filter::Filter;
use crate::scan::selection::{SELECTION_ROWS_MAX, SelectionVector};

/// Which rows are scanned.
#[derive(Clone, Copy)]
pub(crate) enum Rows<'r> {
    /// Those from one index up to another, without it.
    Range(u32, u32),
    /// Those in a list.
    List(&'r [EventRowNo]),
    /// Those of one kind.
    Kind(KindRows<'r>),
}

impl<'r> Rows<'r> {
    pub(crate) fn len(self) -> usize {
        match self {
            Self::Range(from, to) => index(to.saturating_sub(from)),
            Self::List(rows) => rows.len(),
            Self::Kind(rows) => rows.rows.len(),
        }
    }

    /// Takes the next rows off, as many as there is room for, and selects in `selection` those whose validity
    /// `sees` accepts, and whose days `on_days` does, where there is any; false where none was left.
    pub(crate) fn select_next(
        &mut self,
        selection: &mut SelectionVector,
        columns: &Columns,
        sees: impl Fn(Validity) -> bool,
        on_days: Option<impl Fn(Days) -> bool>,
    ) -> bool {
        match self {
            Self::Range(from, to) => {
                if from >= to {
                    return false;
                }
                let end = (*to).min(from.saturating_add(SELECTION_ROWS_MAX));
                let part = columns.validity.get(index(*from)..index(end));
                let part = part.unwrap_or_default().iter();
                selection.select_range(*from, part.map(|validity| sees(*validity)));
                *from = end;
            }
            Self::List(rows) => {
                if rows.is_empty() {
                    return false;
                }
                let (next, rest) = rows.split_at(rows.len().min(selection.room()));
                selection.fill(next.iter().map(|row| row.number()));
                selection.retain_by(&columns.validity, sees);
                *rows = rest;
            }
            Self::Kind(rows) => {
                if rows.rows.is_empty() {
                    return false;
                }
                let (next, rest) = rows.split_at(selection.room());
                let accepted = next.entries.iter().map(|entry| {
                    sees(entry.validity) & on_days.as_ref().is_none_or(|test| test(entry.days))
                });
                selection.select(next.rows.iter().map(|row| row.number()), accepted);
                *rows = rest;
                return true;
            }
        }
        if let Some(on_days) = on_days {
            selection.retain_by(&columns.days, on_days);
        }
        true
    }

    /// Divides the rows for two threads.
    pub(crate) fn halves(self) -> (Self, Self) {
        match self {
            Self::Range(from, to) => {
                let middle = from.midpoint(to);
                (Self::Range(from, middle), Self::Range(middle, to))
            }
            Self::List(rows) => {
                let (first, second) = rows.split_at(rows.len() / 2);
                (Self::List(first), Self::List(second))
            }
            Self::Kind(rows) => {
                let (first, second) = rows.split_at(rows.rows.len() / 2);
                (Self::Kind(first), Self::Kind(second))
            }
        }
    }
}

/// Returns the events of the kinds that can pass.
pub(crate) fn rows_of_kinds<'t>(columns: &'t ColumnStore, filter: &Filter<'_>) -> Vec<Rows<'t>> {
    match filter.kinds() {
        Some(kinds) => kinds
            .map(|kind| Rows::Kind(columns.kinds.rows_of(kind)))
            .collect(),
        None => vec![Rows::Range(0, columns.events.count())],
    }
}
