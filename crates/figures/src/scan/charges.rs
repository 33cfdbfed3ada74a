//! Person-charges, row by row: each that passes as a unit.
//!
//! Start at [`count_charges`].
//!
//! Never here: adding up (see [`crate::aggregate`]).

use std::ops::Range;

use crate::columns::charges::{ChargeBody, ChargeHead};
use crate::columns::ids::{ChargeRowNo, UnitNo, index};
use crate::columns::rows::UnitDays;
use crate::question::dimension::Measure;
use crate::scan::charge_numbers::ChargeNumbers;
use crate::scan::part::{Partition, filter_postings};
use crate::scan::prepared::ScanContext;
use crate::scan::selection::{SELECTION_ROWS_MAX, SelectionVector};
use crate::scan::unit::{ChargeFields, Collector, Identity, Unit, certainty_in};

/// Hands every charge that the question asks for to `sink`.
pub(crate) fn count_charges(
    context: &ScanContext<'_>,
    part: Partition<'_>,
    sink: &mut impl Collector,
) {
    let numbers = ChargeNumbers::default();
    let all = 0..context.columns.charges.count();
    match part {
        Partition::Lists(lists) => count_listed(context, &numbers, &lists.charges, sink),
        Partition::Whole | Partition::Tracks(..) | Partition::Spells(..) => {
            match filter_postings(context, &context.columns.charges_of) {
                Some(rows) => count_listed(context, &numbers, &rows, sink),
                None => count_charges_in(context, &numbers, all, sink),
            }
        }
    }
}

fn count_listed(
    context: &ScanContext<'_>,
    numbers: &ChargeNumbers,
    rows: &[ChargeRowNo],
    sink: &mut impl Collector,
) {
    let rows = rows.iter();
    rows.filter_map(|row| context.columns.charges.get(*row))
        .for_each(|row| count_charge(context, row, numbers, sink));
}

/// As [`count_charges`], of a range of the rows.
pub(crate) fn count_charges_in(
    context: &ScanContext<'_>,
    numbers: &ChargeNumbers,
    rows: Range<u32>,
    sink: &mut impl Collector,
) {
    let charges = &context.columns.charges;
    let window = context.query.occurred;
    let mut block = SelectionVector::new();
    let mut start = rows.start;
    while start < rows.end {
        let end = rows.end.min(start.saturating_add(SELECTION_ROWS_MAX));
        let accepted = charges.heads(start..end).iter().map(|head| {
            context.people.sees(head.validity)
                & window.is_none_or(|window| head.days.touches(window))
        });
        block.select_range(start, accepted);
        block.retain(|row| {
            let row = charges.row_at(index(row));
            row.is_some_and(|(head, body)| {
                context.filter.takes_charge(head, body) && context.filter.takes(&body.attributes)
            })
        });
        let rows = block.rows().iter();
        rows.filter_map(|row| charges.row_at(index(*row)))
            .for_each(|row| count_charge(context, row, numbers, sink));
        start = end;
    }
}

fn count_charge(
    context: &ScanContext<'_>,
    (head, body): (&ChargeHead, &ChargeBody),
    numbers: &ChargeNumbers,
    sink: &mut impl Collector,
) {
    if !context.people.sees(head.validity) {
        return;
    }
    let days = head.days;
    let Some(certainty) = certainty_in(context.query.occurred, days, head.doubt) else {
        return;
    };
    let attributes = &body.attributes;
    if !context.filter.takes_charge(head, body) || !context.filter.takes(attributes) {
        return;
    }
    let Some((traits, minor)) = context.filter.person(&context.people, attributes, days) else {
        return;
    };
    let identity = match context.query.measure {
        Measure::PersonCharges => numbers.identity(context, attributes.person, body.ids),
        Measure::Persons | Measure::Events => {
            attributes.person.map_or(Identity::Nobody, |person| {
                Identity::Repeated(UnitNo::from(context.people.individual(person)))
            })
        }
    };
    let unit = Unit {
        identity,
        origin: body.event,
        attributes,
        traits,
        days: Some(UnitDays {
            days,
            sets_span: head.sets_span,
        }),
        bounds: [days.earliest, days.latest, days.earliest, days.latest],
        doubt: head.doubt,
        minor,
        charge: Some(ChargeFields {
            charge: body.ids.charge,
            law: head.law,
            article: head.article,
            court: body.court,
            status: head.status,
        }),
        unnamed: None,
    };
    sink.take(&unit, certainty);
}
