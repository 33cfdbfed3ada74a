//! Which rows a count runs over: all, those of one thread, or those of some people.
//!
//! Start at [`Partition`].
//!
//! Never here: which of them pass (see [`crate::scan::filter`]).

use crate::columns::ids::{ChargeRowNo, ColumnId, EventRowNo, TrackNo};
use crate::columns::rows::Interval;
use crate::columns::store::OwnerPostings;
use crate::scan::context::ScanContext;

/// Rows by their ids.
#[derive(Clone, Debug, Default)]
pub(crate) struct RowLists {
    pub(crate) events: Vec<EventRowNo>,
    pub(crate) custody: Vec<TrackNo>,
    pub(crate) charges: Vec<ChargeRowNo>,
    pub(crate) deaths: Vec<EventRowNo>,
}

/// Which rows a count runs over.
#[derive(Clone, Copy)]
pub(crate) enum Partition<'p> {
    /// All of them.
    Whole,
    /// Of custody the tracks from one index up to another, without it, and all other rows.
    Tracks(usize, usize),
    /// Of custody the spells from one index up to another, without it, and all other rows.
    Spells(usize, usize),
    /// Those in lists: all that bear on the people or events that they are of.
    Lists(&'p RowLists),
}

/// Calls `each` with the custody of each track that the count runs over. A count over
/// [`Partition::Spells`] reads the spell index instead.
pub(crate) fn for_each_track<'r>(
    context: &ScanContext<'r>,
    partition: Partition<'_>,
    each: &mut dyn FnMut(&'r [Interval]),
) {
    let custody = &context.columns.custody;
    match partition {
        Partition::Lists(rows) => {
            let tracks = rows.custody.iter();
            tracks.for_each(|track| each(custody.rows_of(*track)));
        }
        Partition::Tracks(from, to) => {
            let tracks = custody.iter().skip(from);
            tracks.take(to.saturating_sub(from)).for_each(each);
        }
        Partition::Whole | Partition::Spells(..) => {
            match filter_postings(context, &context.columns.custody_of) {
                Some(tracks) => {
                    let tracks = tracks.iter();
                    tracks.for_each(|track| each(custody.rows_of(*track)));
                }
                None => custody.iter().for_each(each),
            }
        }
    }
}

/// Returns the rows of the persons or cases that the filter names; none where it names neither.
pub(crate) fn filter_postings<Row: ColumnId>(
    context: &ScanContext<'_>,
    owners: &OwnerPostings<Row>,
) -> Option<Vec<Row>> {
    match (&context.filter.persons, &context.filter.cases) {
        (Some(persons), _) => {
            let rows = persons
                .iter()
                .flat_map(|person| owners.person.rows(*person));
            Some(rows.collect())
        }
        (None, Some(cases)) => {
            let rows = cases.iter().flat_map(|case| owners.case.rows(*case));
            Some(rows.collect())
        }
        (None, None) => None,
    }
}

/// Whether the filter names persons or cases.
pub(crate) fn names_owners(context: &ScanContext<'_>) -> bool {
    context.filter.persons.is_some() || context.filter.cases.is_some()
}
