//! Unnamed people beside a figure of persons: those of each event that passes, as a unit that is nobody.
//!
//! Start at [`count_unnamed`]. Source: docs/reference/figures.md, Unnamed.
//!
//! Never here: adding up (see [`crate::scan::aggregate`]).

use event::FourValued;

use crate::columns::ids::EventRowNo;
use crate::columns::rows::{PersonRow, RowAttributes, UnitDays, UnnamedBounds};
use crate::scan::aggregate::Aggregate;
use crate::scan::context::ScanContext;
use crate::scan::partition::Partition;
use crate::scan::unit::{Identity, Unit, certainty_in};

/// Gives the unnamed people of every event that the question asks for to `aggregate`. Where the question asks for a person's own qualities, their lower bound is 0.
pub(crate) fn count_unnamed(
    context: &ScanContext<'_>,
    partition: Partition<'_>,
    aggregate: &mut impl Aggregate,
) {
    let rows = &context.columns.events;
    let mut each = |number: EventRowNo| {
        let Some(row) = rows.get(number) else { return };
        let Some(bounds) = row.unnamed.filter(|_| context.people.sees(row.validity)) else {
            return;
        };
        let certainty = certainty_in(context.query.window(), row.days, row.doubt);
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
            minor: FourValued::Unknown,
            charge: None,
            unnamed: Some(UnnamedBounds { lower, ..bounds }),
        };
        aggregate.update(&unit, certainty);
    };
    match partition {
        Partition::Lists(lists) => lists.events.iter().for_each(|row| each(*row)),
        Partition::Whole | Partition::Tracks(..) | Partition::Spells(..) => {
            rows.group_rows().for_each(each);
        }
    }
}
