//! The pipeline of every answer: candidate rows, narrowed by the filters, given to an aggregate.
//!
//! Start at [`run`]. Events come in batches of selected rows, spells of custody and charges one by one; two
//! threads take a share each where there are many. Source of each rule: docs/reference/figures.md.
//!
//! Never here: adding up (see [`crate::scan::aggregate`]), and how many threads (see
//! [`crate::scan::parallel`]).

use event::Day;

use crate::question::dimension::Measure;
use crate::scan::aggregate::Aggregate;
use crate::scan::charge_numbers::ChargeNumbers;
use crate::scan::charges::{count_listed, count_range};
use crate::scan::custody::held_on;
use crate::scan::deaths::Deaths;
use crate::scan::event_batch::EventBatch;
use crate::scan::parallel::{PARALLEL_ROWS_MIN, custody_shares, in_shares};
use crate::scan::part::{Partition, filter_postings};
use crate::scan::prepared::ScanContext;
use crate::scan::rows::{Rows, rows_of_kinds};
use crate::scan::unnamed::count_unnamed;

/// Gives every unit that the question asks for to `aggregate`, and returns what it comes to. The rows are
/// all, or those in lists.
pub(crate) fn run<A: Aggregate>(
    context: &ScanContext<'_>,
    part: Partition<'_>,
    mut aggregate: A,
) -> A::Output {
    if context.query.is_held() {
        if let Some(day) = context.on {
            scan_custody(context, part, day, &mut aggregate);
        }
    } else if context.query.is_of_charges() {
        scan_charges(context, part, &mut aggregate);
    } else {
        if context.query.measure == Measure::Persons {
            count_unnamed(context, part, &mut aggregate);
        }
        scan_events(context, part, &mut aggregate);
    }
    aggregate.finish()
}

fn scan_events(context: &ScanContext<'_>, part: Partition<'_>, aggregate: &mut impl Aggregate) {
    if let Partition::Lists(lists) = part {
        return take_rows(context, &[Rows::List(&lists.occurrences)], aggregate);
    }
    let postings = filter_postings(context, &context.columns.occurrences_of);
    let rows = match &postings {
        Some(rows) => vec![Rows::List(rows)],
        None => rows_of_kinds(context.columns, context.filter),
    };
    let all: usize = rows.iter().map(|rows| rows.len()).sum();
    if all < PARALLEL_ROWS_MIN {
        return take_rows(context, &rows, aggregate);
    }
    let (first, second): (Vec<_>, Vec<_>) = rows.iter().map(|rows| rows.halves()).unzip();
    in_shares(aggregate, vec![first, second], |rows, aggregate| {
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
    part: Partition<'_>,
    day: Day,
    aggregate: &mut impl Aggregate,
) {
    let shares = match part {
        Partition::Lists(_) => vec![part],
        Partition::Whole | Partition::Tracks(..) | Partition::Spells(..) => custody_shares(context),
    };
    in_shares(aggregate, shares, |part, aggregate| {
        let deaths = Deaths::new(context, part);
        let on = (day, aggregate.joining());
        held_on(context, part, &deaths, on, |spell, held| {
            aggregate.update_held(context, spell, held);
        });
    });
}

fn scan_charges(context: &ScanContext<'_>, part: Partition<'_>, aggregate: &mut impl Aggregate) {
    let numbers = ChargeNumbers::default();
    if let Partition::Lists(lists) = part {
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
    let shares = [0..first, first..all].into_iter();
    let shares = shares.filter(|rows| !rows.is_empty()).collect();
    in_shares(aggregate, shares, |rows, aggregate| {
        count_range(context, &numbers, rows, aggregate);
    });
}
