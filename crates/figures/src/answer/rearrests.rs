//! Re-arrests: individuals who were taken into custody again soon after an earlier custody ended.
//!
//! Start at [`rearrests`].
//!
//! Never here: what custody is (a definition says so).

use std::collections::BTreeMap;

use event::{Day, Position};
use serde::Serialize;

use crate::answer::rearrest_search::{EarlierCustodies, SpellDates};
use crate::answer::text::{self, person};
use crate::certainty::{BoundedCount, Certainty, CertaintyByIndividual};
use crate::columns::ids::PersonNo;
use crate::columns::store::ColumnStore;
use crate::question::query::Query;
use crate::scan::context::{AsOf, ScanContext};
use crate::scan::custody::{Joining, candidate_spells};
use crate::scan::partition::Partition;
use crate::scan::run::prepare;

/// A custody that followed another, of those of the individual the one that it followed most surely.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rearrest {
    /// The smallest of the individual's ids.
    pub individual: Option<String>,
    /// The certainty that it followed in time.
    pub counts: Certainty,
    /// The event that begins the earlier custody.
    pub earlier: Position,
    /// The event that begins the later one.
    pub later: Position,
    /// The first day on which the earlier one may have ended.
    #[serde(serialize_with = "text::day")]
    pub ended_earliest: Day,
    /// The last day on which the later one may have begun.
    #[serde(serialize_with = "text::day")]
    pub began_latest: Day,
}

/// Re-arrests within a number of days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rearrests {
    /// The greatest distance between the end of one custody and the beginning of the next, in days.
    pub within_days: u32,
    /// Individuals.
    pub total: BoundedCount,
    /// The re-arrests, by individual.
    pub rearrests: Vec<Rearrest>,
}

/// Lists who was taken into custody, by the definition of `query`, again within `within_days` of the
/// end of an earlier custody, and by the end of D.
#[must_use]
pub fn rearrests(
    table: &ColumnStore,
    query: &Query,
    within_days: u32,
    as_of: AsOf<'_>,
) -> Rearrests {
    prepare(table, query, as_of, |context| {
        let mut individuals = CertaintyByIndividual::default();
        let mut found = Vec::new();
        let on = context.on.unwrap_or(Day::MAX);
        for (individual, spells) in spells_by_individual(context) {
            // Each custody that followed one is a re-arrest: who was taken three times was taken again twice.
            let search = EarlierCustodies::new(&spells, within_days);
            for (at, later) in spells.iter().enumerate() {
                let Some((counts, earlier)) = search.before(at, on) else {
                    continue;
                };
                individuals.raise(individual, counts);
                found.push(Rearrest {
                    individual: person(table, Some(individual)),
                    counts,
                    earlier: earlier.position,
                    later: later.position,
                    ended_earliest: earlier.end.0,
                    began_latest: later.start.1,
                });
            }
        }
        found.sort_by(|a: &Rearrest, b| {
            let surest_first = b.counts.cmp(&a.counts);
            let then = (a.earlier, a.later).cmp(&(b.earlier, b.later));
            a.individual
                .cmp(&b.individual)
                .then(surest_first)
                .then(then)
        });
        Rearrests {
            within_days,
            total: individuals.count(),
            rearrests: found,
        }
    })
}

fn spells_by_individual(context: &ScanContext<'_>) -> BTreeMap<PersonNo, Vec<SpellDates>> {
    let mut all: BTreeMap<PersonNo, Vec<SpellDates>> = BTreeMap::new();
    candidate_spells(context, Partition::Whole, (&[], Joining::All), |run| {
        if let (Some(first), Some(_)) = (run.first(context), run.passes(context)) {
            let bounds = &run.bounds;
            let individual = context.people.individual(run.person);
            all.entry(individual).or_default().push(SpellDates {
                position: first.start.position.into(),
                start: (bounds.start_earliest, bounds.start_latest),
                end: (bounds.end_earliest, bounds.end_latest),
                doubt: bounds.doubt,
            });
        }
    });
    all
}
