//! Events, row by row: each that passes as a unit.
//!
//! Start at [`count_events`].
//!
//! Never here: adding up (see [`crate::aggregate`]).

use event::Answer;

use crate::certainty::Certainty;
use crate::columns::ids::{EventRowNo, UnitNo};
use crate::columns::rows::UnitDays;
use crate::columns::rows::{EventRow, PersonRow, RowAttributes, UnnamedBounds};
use crate::question::dimension::Measure;
use crate::scan::part::{Partition, filter_postings};
use crate::scan::prepared::ScanContext;
use crate::scan::unit::{Collector, Identity, Unit, certainty_in};

/// Hands every event that the question asks for to `sink`.
pub(crate) fn count_events(
    context: &ScanContext<'_>,
    part: Partition<'_>,
    sink: &mut impl Collector,
) {
    if context.query.measure == Measure::Persons {
        count_unnamed(context, part, sink);
    }
    let rows = &context.columns.occurrences;
    let row = |number: &EventRowNo| rows.get(*number);
    let mut each = |row: EventRow| {
        if context.people.sees(row.validity)
            && let Some(certainty) = certainty_in(context.query.occurred, row.days, row.doubt)
            && context.filter.takes(&row.attributes)
        {
            count_event(context, &row, certainty, sink);
        }
    };
    match part {
        Partition::Lists(lists) => lists.occurrences.iter().filter_map(row).for_each(each),
        Partition::Whole | Partition::Tracks(..) | Partition::Spells(..) => {
            match filter_postings(context, &context.columns.occurrences_of) {
                Some(numbers) => numbers.iter().filter_map(row).for_each(each),
                None => match context.filter.kinds() {
                    Some(kinds) => kinds
                        .map(|kind| context.columns.kinds.rows_of(kind).rows)
                        .for_each(|numbers| numbers.iter().filter_map(row).for_each(&mut each)),
                    None => rows.iter().for_each(each),
                },
            }
        }
    }
}

/// Hands the unnamed people of every event that the question asks for to `sink`, each as a unit that
/// is nobody. Where the question asks for a person's own qualities, their lower bound is 0.
pub(crate) fn count_unnamed(
    context: &ScanContext<'_>,
    part: Partition<'_>,
    sink: &mut impl Collector,
) {
    let rows = &context.columns.occurrences;
    let mut each = |number: EventRowNo| {
        let Some(row) = rows.get(number) else { return };
        let Some(bounds) = row.unnamed.filter(|_| context.people.sees(row.validity)) else {
            return;
        };
        let certainty = certainty_in(context.query.occurred, row.days, row.doubt);
        let Some(certainty) = certainty.filter(|_| context.filter.takes_unnamed(&row.attributes))
        else {
            return;
        };
        let lower = if context.filter.narrows_people() {
            0
        } else {
            bounds.lower
        };
        let attributes = RowAttributes {
            person: None,
            ..row.attributes
        };
        let days = row.days;
        let unit = Unit {
            identity: Identity::Nobody,
            origin: row.event,
            attributes: &attributes,
            traits: &PersonRow::UNKNOWN,
            days: Some(UnitDays {
                days,
                sets_span: row.sets_span,
            }),
            bounds: [days.earliest, days.latest, days.earliest, days.latest],
            doubt: row.doubt,
            minor: Answer::Unknown,
            charge: None,
            unnamed: Some(UnnamedBounds { lower, ..bounds }),
        };
        sink.take(&unit, certainty);
    };
    match part {
        Partition::Lists(lists) => lists.occurrences.iter().for_each(|row| each(*row)),
        Partition::Whole | Partition::Tracks(..) | Partition::Spells(..) => {
            rows.group_rows().for_each(each);
        }
    }
}

fn count_event(
    context: &ScanContext<'_>,
    row: &EventRow,
    certainty: Certainty,
    sink: &mut impl Collector,
) {
    let attributes = &row.attributes;
    let Some((traits, minor)) = context.filter.person(&context.people, attributes, row.days) else {
        return;
    };
    let number = match context.query.measure {
        Measure::Events => row.event.unit(),
        Measure::Persons | Measure::PersonCharges => attributes
            .person
            .map(|person| UnitNo::from(context.people.individual(person))),
    };
    let days = row.days;
    let unit = Unit {
        identity: number.map_or(Identity::Nobody, Identity::Repeated),
        origin: row.event,
        attributes,
        traits,
        days: Some(UnitDays {
            days,
            sets_span: row.sets_span,
        }),
        bounds: [days.earliest, days.latest, days.earliest, days.latest],
        doubt: row.doubt,
        minor,
        charge: None,
        // Those of a figure of persons are units of their own.
        unnamed: row
            .unnamed
            .filter(|_| context.query.measure == Measure::Events),
    };
    sink.take(&unit, certainty);
}
