//! Individuals who were taken into custody again soon after an earlier custody ended.
//!
//! Never here: what custody is (a definition says so).

use std::collections::BTreeMap;

use event::{Day, Position};
use serde::Serialize;

use super::{Bounds, Counts, day, person};
use crate::count::{AT_LEAST, AT_MOST, Asked, COUNT, Part};
use crate::held::runs_around;
use crate::query::Query;
use crate::standpoint::{Standpoint, ask};
use crate::table::Table;

/// One custody that followed another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Rearrest {
    /// The smallest of the individual's ids.
    pub individual: Option<String>,
    /// How it counts.
    pub counts: Counts,
    /// The event that begins the earlier custody.
    pub earlier: Position,
    /// The event that begins the later one.
    pub later: Position,
    /// When the earlier one ended: first day.
    pub ended_earliest: Option<String>,
    /// When the later one began: last day.
    pub began_latest: Option<String>,
}

/// Who was taken again within a number of days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rearrests {
    /// Days between the end of one custody and the beginning of the next, at most.
    pub within_days: u32,
    /// Individuals.
    pub total: Bounds,
    /// Each time it happened, by individual.
    pub rearrests: Vec<Rearrest>,
}

struct Spell {
    position: Position,
    start: (Day, Day),
    end: (Day, Day),
    doubt: bool,
}

/// Returns who was taken into custody, as the definition of `query` has it, again within
/// `within_days` of the end of an earlier custody, and by the end of D.
#[must_use]
pub fn rearrests(
    table: &Table,
    query: &Query,
    within_days: u32,
    from: Standpoint<'_>,
) -> Rearrests {
    ask(table, query, from, |asked| {
        let mut flags: BTreeMap<u32, u8> = BTreeMap::new();
        let mut found = Vec::new();
        let on = asked.on.unwrap_or(Day::MAX);
        for (individual, spells) in spells(asked) {
            for pair in spells
                .iter()
                .flat_map(|a| spells.iter().map(move |b| (a, b)))
            {
                let how = followed(pair.0, pair.1, within_days, on);
                if how == 0 {
                    continue;
                }
                *flags.entry(individual).or_insert(0) |= how;
                found.push(Rearrest {
                    individual: person(table, individual),
                    counts: Counts::of(how),
                    earlier: pair.0.position,
                    later: pair.1.position,
                    ended_earliest: day(pair.0.end.0),
                    began_latest: day(pair.1.start.1),
                });
            }
        }
        found.sort();
        Rearrests {
            within_days,
            total: Bounds::of(flags.into_values()),
            rearrests: found,
        }
    })
}

fn spells(asked: &Asked<'_>) -> BTreeMap<u32, Vec<Spell>> {
    let mut all: BTreeMap<u32, Vec<Spell>> = BTreeMap::new();
    runs_around(asked, Part::Whole, &[], |run| {
        if let (Some(first), Some(_)) = (run.first(asked), run.passes(asked)) {
            let bounds = &run.bounds;
            let individual = asked.people.individual(run.person);
            all.entry(individual).or_default().push(Spell {
                position: Position::new(u64::from(first.start.position)),
                start: (bounds.start_earliest, bounds.start_latest),
                end: (bounds.end_earliest, bounds.end_latest),
                doubt: bounds.doubt,
            });
        }
    });
    all
}

/// Returns how surely one custody began within so many days of the end of another.
fn followed(earlier: &Spell, later: &Spell, within_days: u32, on: Day) -> u8 {
    let reaches = |from: Day, to: Day| {
        let between = i64::from(to.number()) - i64::from(from.number());
        (0..=i64::from(within_days)).contains(&between)
    };
    if earlier.end.1 == Day::MAX && earlier.end.0 == Day::MAX {
        return 0;
    }
    let may = earlier.end.0 <= later.start.1
        && (reaches(earlier.end.1, later.start.0) || later.start.0 < earlier.end.1)
        && earlier.start.0 < later.start.1
        && later.start.0 <= on;
    if !may {
        return 0;
    }
    let sure = earlier.end.1 <= later.start.0
        && reaches(earlier.end.0, later.start.1)
        && later.start.1 <= on;
    let doubt = earlier.doubt || later.doubt;
    AT_MOST | if sure { COUNT } else { 0 } | if sure && !doubt { AT_LEAST } else { 0 }
}
