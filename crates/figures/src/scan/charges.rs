//! Person-charges: each that passes as a unit.
//!
//! Start at [`count_range`].
//!
//! Never here: adding up (see [`crate::scan::aggregate`]).

use std::ops::Range;

use crate::columns::charges::{ChargeBody, ChargeHead};
use crate::columns::ids::{ChargeRowNo, UnitNo, index};
use crate::columns::rows::UnitDays;
use crate::question::dimension::Measure;
use crate::scan::aggregate::Aggregate;
use crate::scan::charge_numbers::ChargeNumbers;
use crate::scan::context::ScanContext;
use crate::scan::selection::{SELECTION_ROWS_MAX, SelectionVector};
use crate::scan::unit::{ChargeFields, Identity, Unit, certainty_in};

/// Gives the charges of these rows that the question asks for to `aggregate`.
pub(crate) fn count_listed(
    context: &ScanContext<'_>,
    numbers: &ChargeNumbers,
    rows: &[ChargeRowNo],
    aggregate: &mut impl Aggregate,
) {
    let rows = rows.iter();
    rows.filter_map(|row| context.columns.charges.get(*row))
        .for_each(|row| count_charge(context, row, numbers, aggregate));
}

/// As [`count_listed`], of a range of the rows.
pub(crate) fn count_range(
    context: &ScanContext<'_>,
    numbers: &ChargeNumbers,
    rows: Range<u32>,
    aggregate: &mut impl Aggregate,
) {
    let charges = &context.columns.charges;
    let window = context.query.window();
    let mut selection = SelectionVector::of_at_most(rows.len());
    let mut start = rows.start;
    while start < rows.end {
        let end = rows.end.min(start.saturating_add(SELECTION_ROWS_MAX));
        let accepted = charges.heads(start..end).iter().map(|head| {
            context.people.sees(head.validity)
                & window.is_none_or(|window| head.days.touches(window))
        });
        selection.select_range(start, accepted);
        selection.retain(|row| {
            let row = charges.row_at(index(row));
            row.is_some_and(|(head, body)| {
                context.filter.takes_charge(head, body) && context.filter.takes(&body.attributes)
            })
        });
        let rows = selection.rows().iter();
        rows.filter_map(|row| charges.row_at(index(*row)))
            .for_each(|row| count_charge(context, row, numbers, aggregate));
        start = end;
    }
}

fn count_charge(
    context: &ScanContext<'_>,
    (head, body): (&ChargeHead, &ChargeBody),
    numbers: &ChargeNumbers,
    aggregate: &mut impl Aggregate,
) {
    if !context.people.sees(head.validity) {
        return;
    }
    let days = head.days;
    let Some(certainty) = certainty_in(context.query.window(), days, head.doubt) else {
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
    aggregate.update(&unit, certainty);
}
