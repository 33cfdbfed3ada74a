//! The pipeline of every answer: candidate rows, narrowed by the filters, given to an aggregate.
//!
//! Start at [`prepare`], then [`run`]. Events come in batches of selected rows, spells of custody and charges one
//! by one; two threads take a partition each where there are many. Source of each rule:
//! docs/reference/figures.md.
//!
//! Never here: adding up (see [`crate::scan::aggregate`]), and how many threads (see
//! [`crate::scan::parallel`]).

use event::Day;

use crate::columns::ids::Position32;
use crate::columns::store::ColumnStore;
use crate::question::dimension::Measure;
use crate::question::query::Query;
use crate::scan::aggregate::Aggregate;
use crate::scan::charge_numbers::ChargeNumbers;
use crate::scan::charges::{count_listed, count_range};
use crate::scan::context::{AsOf, ScanContext};
use crate::scan::custody::held_on;
use crate::scan::deaths::Deaths;
use crate::scan::event_batch::EventBatch;
use crate::scan::filter::Filter;
use crate::scan::parallel::{PARALLEL_ROWS_MIN, custody_partitions, in_partitions};
use crate::scan::partition::{Partition, filter_postings};
use crate::scan::people::People;
use crate::scan::rows::{Rows, rows_of_kinds};
use crate::scan::unnamed::count_unnamed;

/// Runs `work` on a question that is made ready for one R.
pub(crate) fn prepare<T>(
    columns: &ColumnStore,
    query: &Query,
    as_of: AsOf<'_>,
    work: impl FnOnce(&ScanContext<'_>) -> T,
) -> T {
    let visible = columns.visible(as_of.scope);
    let filter = Filter::new(columns, query);
    let context = ScanContext {
        columns,
        query,
        filter: &filter,
        people: People::new(columns, Position32::up_to(as_of.at), &visible),
        on: as_of.on,
    };
    work(&context)
}

/// Gives every unit that the question asks for to `aggregate`, and returns what it comes to. The rows are
/// all, or those in lists.
pub(crate) fn run<A: Aggregate>(
    context: &ScanContext<'_>,
    partition: Partition<'_>,
    mut aggregate: A,
) -> A::Output {
    if context.query.is_held() {
        if let Some(day) = context.on {
            scan_custody(context, partition, day, &mut aggregate);
        }
    } else if context.query.is_of_charges() {
        scan_charges(context, partition, &mut aggregate);
    } else {
        if context.query.measure == Measure::Persons {
            count_unnamed(context, partition, &mut aggregate);
        }
        scan_events(context, partition, &mut aggregate);
    }
    aggregate.finish()
}

fn scan_events(
    context: &ScanContext<'_>,
    partition: Partition<'_>,
    aggregate: &mut impl Aggregate,
) {
    if let Partition::Lists(lists) = partition {
        return take_rows(context, &[Rows::List(&lists.events)], aggregate);
    }
    let postings = filter_postings(context, &context.columns.events_of);
    let rows = match &postings {
        Some(rows) => vec![Rows::List(rows)],
        None => rows_of_kinds(context.columns, context.filter),
    };
    let all: usize = rows.iter().map(|rows| rows.len()).sum();
    if all < PARALLEL_ROWS_MIN {
        return take_rows(context, &rows, aggregate);
    }
    let (first, second): (Vec<_>, Vec<_>) = rows.iter().map(|rows| rows.halves()).unzip();
    in_partitions(aggregate, vec![first, second], |rows, aggregate| {
        take_rows(context, &rows, aggregate);
    });
}

/// Gives those of the rows that pass to the aggregate, batch by batch.
fn take_rows<A: Aggregate>(context: &ScanContext<'_>, rows: &[Rows<'_>], aggregate: &mut A) {
    let longest = rows.iter().map(|rows| rows.len()).max().unwrap_or(0);
    let mut batch = EventBatch::new(context, longest);
    for rows in rows {
        let mut rest = *rows;
        while batch.select(
            &mut rest,
            A::PASSES_OVER.then_some(|days| aggregate.wants(days)),
        ) {
            if !batch.is_empty() {
                aggregate.update_events(&mut batch);
            }
        }
    }
}

fn scan_custody(
    context: &ScanContext<'_>,
    partition: Partition<'_>,
    day: Day,
    aggregate: &mut impl Aggregate,
) {
    let partitions = match partition {
        Partition::Lists(_) => vec![partition],
        Partition::Whole | Partition::Tracks(..) | Partition::Spells(..) => {
            custody_partitions(context)
        }
    };
    in_partitions(aggregate, partitions, |partition, aggregate| {
        let deaths = Deaths::new(context, partition);
        let on = (day, aggregate.joining());
        held_on(context, partition, &deaths, on, |spell, held| {
            aggregate.update_held(context, spell, held);
        });
    });
}

fn scan_charges(
    context: &ScanContext<'_>,
    partition: Partition<'_>,
    aggregate: &mut impl Aggregate,
) {
    let numbers = ChargeNumbers::default();
    if let Partition::Lists(lists) = partition {
        return count_listed(context, &numbers, &lists.charges, aggregate);
    }
    if let Some(rows) = filter_postings(context, &context.columns.charges_of) {
        return count_listed(context, &numbers, &rows, aggregate);
    }
    let charges = &context.columns.charges;
    let all = charges.count();
    let first = if charges.len() < PARALLEL_ROWS_MIN {
        all
    } else {
        all / 2
    };
    let partitions = [0..first, first..all].into_iter();
    let partitions = partitions.filter(|rows| !rows.is_empty()).collect();
    in_partitions(aggregate, partitions, |rows, aggregate| {
        count_range(context, &numbers, rows, aggregate);
    });
}
