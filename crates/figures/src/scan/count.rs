//! Counting row by row: which units there are, each with its certainty.
//!
//! Start at [`count`]. It runs over all rows, or over a [`Partition`] of them, and hands each unit to a
//! [`Collector`]. Source of each rule: docs/reference/figures.md.
//!
//! Never here: adding up (see [`crate::aggregate`]).

use crate::scan::charges::count_charges;
use crate::scan::custody::{Joining, count_held};
use crate::scan::events::count_events;
use crate::scan::part::Partition;
use crate::scan::prepared::ScanContext;
use crate::scan::unit::Collector;

/// Hands every unit that the question asks for to `sink`.
pub(crate) fn count(context: &ScanContext<'_>, part: Partition<'_>, sink: &mut impl Collector) {
    if context.query.is_held() {
        if let Some(day) = context.on {
            count_held(context, part, (day, Joining::All), sink);
        }
    } else if context.query.is_of_charges() {
        count_charges(context, part, sink);
    } else {
        count_events(context, part, sink);
    }
}
