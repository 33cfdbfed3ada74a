//! The one place with threads: a scan of many rows is shared between two.
//!
//! Start at [`in_partitions`].
//!
//! Never here: what is done with the rows.

use crate::scan::aggregate::Aggregate;
use crate::scan::context::ScanContext;
use crate::scan::partition::{Partition, names_owners};

/// From how many rows on a second thread is worth its start. Builds with assertions use it from two
/// rows on, so that the laws, whose histories are short, count by two threads too.
pub(crate) const PARALLEL_ROWS_MIN: usize = if cfg!(debug_assertions) { 2 } else { 65_536 };

/// From how many spells on a second thread is worth its start, or tracks where the spell index is of no
/// use.
const PARALLEL_TRACKS_MIN: usize = if cfg!(debug_assertions) { 2 } else { 4_096 };

/// Gives each partition of the rows to an aggregate on a thread of its own, the first to `aggregate` here,
/// and merges them.
pub(crate) fn in_partitions<A: Aggregate, P: Send>(
    aggregate: &mut A,
    partitions: Vec<P>,
    work: impl Fn(P, &mut A) + Sync,
) {
    if partitions.is_empty() {
        return;
    }
    let empty = aggregate.new_empty();
    let first = std::mem::replace(aggregate, empty);
    let others = (1..partitions.len()).map(|_| aggregate.new_empty());
    let aggregates = std::iter::once(first).chain(others);
    let partitions: Vec<(P, A)> = partitions.into_iter().zip(aggregates).collect();
    let mut done = of_each(partitions, |(partition, mut aggregate)| {
        work(partition, &mut aggregate);
        aggregate
    })
    .into_iter();
    if let Some(first) = done.next() {
        *aggregate = first;
    }
    done.for_each(|other| aggregate.merge(other));
}

/// Runs `work` over the custody in which the question may hold someone on a day, with two threads where
/// there is much. Returns what each has made, in the order of the rows.
pub(crate) fn over_custody<T: Send>(
    context: &ScanContext<'_>,
    work: impl Fn(Partition<'_>) -> T + Sync,
) -> Vec<T> {
    of_each(custody_partitions(context), work)
}

/// Runs `work` on each partition, the first here and each other on another thread; returns what they made, in
/// the order of the partitions.
fn of_each<P: Send, T: Send>(partitions: Vec<P>, work: impl Fn(P) -> T + Sync) -> Vec<T> {
    let mut partitions = partitions.into_iter();
    let Some(first) = partitions.next() else {
        return Vec::new();
    };
    let work = &work;
    std::thread::scope(|scope| {
        let others: Vec<_> = partitions
            .map(|partition| scope.spawn(move || work(partition)))
            .collect();
        let first = work(first);
        let others = others.into_iter().map(|thread| thread.join());
        // A panic of another thread is this one's too.
        let others =
            others.map(|done| done.unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        std::iter::once(first).chain(others).collect()
    })
}

/// Returns the partitions of the custody in which the question may hold someone on a day.
pub(crate) fn custody_partitions<'p>(context: &ScanContext<'_>) -> Vec<Partition<'p>> {
    let columns = context.columns;
    let by_index = context.query.asks_who_is_held();
    let all = if by_index {
        columns.spells.len()
    } else {
        columns.custody.len()
    };
    if names_owners(context) || all < PARALLEL_TRACKS_MIN {
        return vec![Partition::Whole];
    }
    // Rows of one track stay in one half.
    if by_index {
        let middle = columns.spells.track_boundary(all / 2);
        vec![Partition::Spells(0, middle), Partition::Spells(middle, all)]
    } else {
        let middle = all / 2;
        vec![Partition::Tracks(0, middle), Partition::Tracks(middle, all)]
    }
}
