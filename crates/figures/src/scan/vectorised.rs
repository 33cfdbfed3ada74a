//! The vectorised scan: event rows in blocks of [`crate::scan::selection::SELECTION_ROWS_MAX`], on two
//! threads. Must equal the row-wise path in [`crate::scan::count`]; the laws hold it to the reference.
//!
//! Start at [`tally`]. Two threads count a half of the rows each where there are many, and the two counts
//! are merged. Rows become batches in [`crate::scan::batch_builder`].
//!
//! Never here: rules of its own.

use event::Day;

use crate::aggregate::grouped_count::GroupedCount;
use crate::question::dimension::Measure;
use crate::scan::batch_builder::BatchBuilder;
use crate::scan::charge_numbers::ChargeNumbers;
use crate::scan::charges::count_charges_in;
use crate::scan::count::count;
use crate::scan::custody::{Joining, count_held, held_on};
use crate::scan::deaths::Deaths;
use crate::scan::events::count_unnamed;
use crate::scan::part::{Partition, filter_postings, names_owners};
use crate::scan::prepared::ScanContext;
use crate::scan::rows::{Rows, rows_of_kinds};

/// From how many rows on a second thread is worth its start. Builds with assertions use it from two
/// rows on, so that the laws, whose histories are short, count by two threads too.
const PARALLEL_ROWS_MIN: usize = if cfg!(debug_assertions) { 2 } else { 65_536 };

/// From how many spells on a second thread is worth its start, or tracks where the spell index is of no
/// use.
const PARALLEL_TRACKS_MIN: usize = if cfg!(debug_assertions) { 2 } else { 4_096 };

/// Adds up every unit that the question asks for, as [`count`] over the whole would.
pub(crate) fn tally(context: &ScanContext<'_>, tally: &mut GroupedCount<'_>) {
    if context.query.is_held() {
        if let Some(day) = context.on {
            tally_held(context, day, tally);
        }
        return;
    }
    if context.query.is_of_charges() {
        return tally_charges(context, tally);
    }
    if context.query.measure == Measure::Persons {
        count_unnamed(context, Partition::Whole, tally);
    }
    match filter_postings(context, &context.columns.occurrences_of) {
        Some(rows) => tally_events(context, &[Rows::List(&rows)], tally),
        None => tally_events(
            context,
            &rows_of_kinds(context.columns, context.filter),
            tally,
        ),
    }
}

/// Counts the events that the question asks for in `tally`.
pub(crate) fn tally_events(
    context: &ScanContext<'_>,
    rows: &[Rows<'_>],
    tally: &mut GroupedCount<'_>,
) {
    let all: usize = rows.iter().map(|rows| rows.len()).sum();
    let count = |rows: &[Rows<'_>], tally: &mut GroupedCount<'_>| {
        let mut builder = BatchBuilder::new(context, tally);
        rows.iter().for_each(|rows| builder.count(*rows, tally));
    };
    if all < PARALLEL_ROWS_MIN {
        return count(rows, tally);
    }
    let (first, second): (Vec<_>, Vec<_>) = rows.iter().map(|rows| rows.halves()).unzip();
    on_two_threads(
        tally,
        |tally| count(&first, tally),
        |tally| count(&second, tally),
    );
}

/// Counts one half here and the other on a second thread, and merges the two counts.
fn on_two_threads<'q>(
    tally: &mut GroupedCount<'q>,
    first: impl FnOnce(&mut GroupedCount<'q>),
    second: impl FnOnce(&mut GroupedCount<'q>) + Send,
) {
    let mut other = tally.new_empty();
    std::thread::scope(|scope| {
        // A panic of the second thread is this one's too: the scope hands it on.
        scope.spawn(|| second(&mut other));
        first(tally);
    });
    tally.merge(other);
}

/// Counts who is held on `day` in `tally`.
pub(crate) fn tally_held(context: &ScanContext<'_>, day: Day, tally: &mut GroupedCount<'_>) {
    let empty = &*tally;
    let halves = over_custody(context, |part| {
        let mut half = empty.new_empty();
        if !context.query.group_by.is_empty() {
            count_held(context, part, (day, Joining::OfOneGroup), &mut half);
            return half;
        }
        // Without groups the attributes of the spells are not read.
        let deaths = Deaths::new(context, part);
        held_on(context, part, &deaths, (day, Joining::All), |_, one| {
            half.count_ungrouped(one.individual.into(), one.certainty)
        });
        half
    });
    let mut halves = halves.into_iter();
    if let Some(first) = halves.next() {
        *tally = first;
    }
    halves.for_each(|half| tally.merge(half));
}

/// Runs `work` over the custody in which the question may hold someone on a day, with two threads where
/// there is much. Returns what each has made, in the order of the rows.
pub(crate) fn over_custody<T: Send>(
    context: &ScanContext<'_>,
    work: impl Fn(Partition<'_>) -> T + Sync,
) -> Vec<T> {
    let columns = context.columns;
    let by_index = context.query.asks_who_is_held();
    let all = if by_index {
        columns.spells.len()
    } else {
        columns.custody.len()
    };
    if names_owners(context) || all < PARALLEL_TRACKS_MIN {
        return vec![work(Partition::Whole)];
    }
    // Rows of one track stay in one half.
    let (first, second) = if by_index {
        let middle = columns.spells.track_boundary(all / 2);
        (Partition::Spells(0, middle), Partition::Spells(middle, all))
    } else {
        let middle = all / 2;
        (Partition::Tracks(0, middle), Partition::Tracks(middle, all))
    };
    std::thread::scope(|scope| {
        let second = scope.spawn(|| work(second));
        let first = work(first);
        // A panic of the second thread is this one's too.
        let second = second.join();
        vec![
            first,
            second.unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
        ]
    })
}

/// Counts charges in `tally`.
pub(crate) fn tally_charges(context: &ScanContext<'_>, tally: &mut GroupedCount<'_>) {
    let charges = &context.columns.charges;
    let all = charges.count();
    if names_owners(context) || charges.len() < PARALLEL_ROWS_MIN {
        return count(context, Partition::Whole, tally);
    }
    let numbers = ChargeNumbers::default();
    on_two_threads(
        tally,
        |tally| count_charges_in(context, &numbers, 0..all / 2, tally),
        |tally| count_charges_in(context, &numbers, all / 2..all, tally),
    );
}
