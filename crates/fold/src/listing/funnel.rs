//! The way of the people whom a question counts: arrested, charged, convicted, sentenced, released.
//!
//! Never here: in which order it happened; each stage asks only whether it ever did, as known at R.

use std::collections::BTreeMap;

use event::Kind;
use serde::Serialize;

use super::{Bounds, Individuals};
use crate::columns::NONE;
use crate::count::{AT_LEAST, AT_MOST, Asked, COUNT, Part, Sink, Unit, count};
use crate::query::Query;
use crate::standpoint::{Standpoint, ask};
use crate::table::Table;

/// One stage: how many of the individuals whom the question counts reached it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stage {
    /// `counted`, `charged`, `convicted`, `sentenced`, `released`, `died`.
    pub stage: &'static str,
    /// Individuals.
    #[serde(flatten)]
    pub count: Bounds,
}

/// The stages in their order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Funnel {
    /// From the individuals whom the question counts on.
    pub stages: Vec<Stage>,
}

/// Returns how far the individuals whom `query` counts came.
#[must_use]
pub fn funnel(table: &Table, query: &Query, from: Standpoint<'_>) -> Funnel {
    ask(table, query, from, |asked| {
        let mut cohort = Cohort {
            asked,
            individuals: BTreeMap::new(),
        };
        count(asked, Part::Whole, &mut cohort);
        let cohort = cohort.individuals;
        let charged = charges(asked, |_| true);
        let stages = [
            ("charged", charged),
            ("convicted", charges(asked, |convicted| convicted)),
            ("sentenced", events(asked, Kind::Sentence)),
            ("released", events(asked, Kind::Release)),
            ("died", events(asked, Kind::Death)),
        ];
        let counted = Stage {
            stage: "counted",
            count: Bounds::of(cohort.values().copied()),
        };
        let reached = stages.into_iter().map(|(stage, reached)| {
            let both = cohort
                .iter()
                .map(|(one, flags)| flags & reached.get(one).unwrap_or(&0));
            Stage {
                stage,
                count: Bounds::of(both),
            }
        });
        Funnel {
            stages: std::iter::once(counted).chain(reached).collect(),
        }
    })
}

struct Cohort<'a, 't> {
    asked: &'a Asked<'t>,
    individuals: Individuals,
}

impl Sink for Cohort<'_, '_> {
    fn take(&mut self, unit: &Unit<'_>, flags: u8) {
        if unit.says.person != NONE {
            let individual = self.asked.people.individual(unit.says.person);
            *self.individuals.entry(individual).or_insert(0) |= flags;
        }
    }
}

/// The flags of something that is known to have happened, whenever.
const fn happened(doubt: bool) -> u8 {
    AT_MOST | COUNT | if doubt { 0 } else { AT_LEAST }
}

fn charges(asked: &Asked<'_>, takes: impl Fn(bool) -> bool) -> Individuals {
    let mut found = Individuals::new();
    for (tested, row) in asked.table.charges.iter() {
        if asked.people.sees(tested.held) && row.says.person != NONE && takes(row.convicted) {
            let individual = asked.people.individual(row.says.person);
            *found.entry(individual).or_insert(0) |= happened(tested.doubt);
        }
    }
    found
}

fn events(asked: &Asked<'_>, kind: Kind) -> Individuals {
    let mut found = Individuals::new();
    for row in asked
        .table
        .occurrences
        .iter()
        .filter(|row| row.says.kind == kind)
    {
        let counts = row.says.verification != event::Verification::Refuted;
        if counts && asked.people.sees(row.held) && row.says.person != NONE {
            let individual = asked.people.individual(row.says.person);
            *found.entry(individual).or_insert(0) |= happened(row.doubt);
        }
    }
    found
}
