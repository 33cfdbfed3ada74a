//! Re-arrests: individuals who were taken into custody again soon after an earlier custody ended.
//!
//! Start at [`rearrests`].
//!
//! Never here: what custody is (a definition says so).

use std::cmp::Reverse;
use std::collections::BTreeMap;

use event::{Day, Position};
use serde::Serialize;

use crate::answer::text::{self, person};
use crate::certainty::{BoundedCount, Certainty, Individuals};
use crate::columns::ids::PersonNo;
use crate::columns::store::ColumnStore;
use crate::question::query::Query;
use crate::scan::custody::{Joining, candidate_spells};
use crate::scan::part::Partition;
use crate::scan::prepared::{AsOf, ScanContext, prepare};

/// A custody that followed another, the next one of the individual.
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

/// A spell of custody: the event that begins it, and the bounds of its days.
struct SpellDates {
    position: Position,
    start: (Day, Day),
    end: (Day, Day),
    doubt: bool,
}

/// Lists who was taken into custody, by the definition of `query`, again within `within_days` of the
/// end of an earlier custody, and by the end of D.
#[must_use]
pub fn rearrests(
    table: &ColumnStore,
    query: &Query,
    within_days: u32,
    from: AsOf<'_>,
) -> Rearrests {
    prepare(table, query, from, |asked| {
        let mut individuals = Individuals::default();
        let mut found = Vec::new();
        let on = asked.on.unwrap_or(Day::MAX);
        for (individual, mut spells) in spells_by_individual(asked) {
            // From each custody to the next one: who was taken three times was taken again twice.
            spells.sort_by_key(|spell| (spell.start, spell.end, spell.position));
            for pair in spells.iter().zip(spells.iter().skip(1)) {
                let Some(counts) = certainty(pair.0, pair.1, within_days, on) else {
                    continue;
                };
                individuals.raise(individual, counts);
                found.push(Rearrest {
                    individual: person(table, Some(individual)),
                    counts,
                    earlier: pair.0.position,
                    later: pair.1.position,
                    ended_earliest: pair.0.end.0,
                    began_latest: pair.1.start.1,
                });
            }
        }
        found.sort_by(|a: &Rearrest, b| {
            let surest_first = |one: &Rearrest| (one.individual.clone(), Reverse(one.counts));
            let days = |one: &Rearrest| (one.earlier, one.later);
            surest_first(a)
                .cmp(&surest_first(b))
                .then(days(a).cmp(&days(b)))
        });
        Rearrests {
            within_days,
            total: individuals.count(),
            rearrests: found,
        }
    })
}

fn spells_by_individual(asked: &ScanContext<'_>) -> BTreeMap<PersonNo, Vec<SpellDates>> {
    let mut all: BTreeMap<PersonNo, Vec<SpellDates>> = BTreeMap::new();
    candidate_spells(asked, Partition::Whole, (&[], Joining::All), |run| {
        if let (Some(first), Some(_)) = (run.first(asked), run.passes(asked)) {
            let bounds = &run.bounds;
            let individual = asked.people.individual(run.person);
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

/// Returns how surely one custody began within so many days of the end of another; none where it
/// cannot have.
fn certainty(
    earlier: &SpellDates,
    later: &SpellDates,
    within_days: u32,
    on: Day,
) -> Option<Certainty> {
    let reaches = |from: Day, to: Day| {
        let between = i64::from(to.number()) - i64::from(from.number());
        (0..=i64::from(within_days)).contains(&between)
    };
    if earlier.end.1 == Day::MAX && earlier.end.0 == Day::MAX {
        return None;
    }
    let may = earlier.end.0 <= later.start.1
        && (reaches(earlier.end.1, later.start.0) || later.start.0 < earlier.end.1)
        && earlier.start.0 < later.start.1
        && later.start.0 <= on;
    if !may {
        return None;
    }
    let sure = earlier.end.1 <= later.start.0
        && reaches(earlier.end.0, later.start.1)
        && later.start.1 <= on;
    Some(if sure {
        Certainty::known(earlier.doubt || later.doubt)
    } else {
        Certainty::Perhaps
    })
}
