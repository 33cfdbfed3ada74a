//! The funnel of a question's individuals: arrested, charged, convicted, sentenced, released, died.
//!
//! Start at [`funnel`].
//!
//! Never here: the order of the stages in time; each asks only whether it was ever reached, as
//! known at R.

use event::Kind;
use serde::Serialize;

use crate::certainty::{BoundedCount, Certainty, Individuals};
use crate::columns::store::ColumnStore;
use crate::question::query::Query;
use crate::scan::aggregate::Aggregate;
use crate::scan::part::Partition;
use crate::scan::prepared::{AsOf, ScanContext, prepare};
use crate::scan::run::run;
use crate::scan::unit::Unit;

/// A stage, and how many of the individuals whom the question counts reached it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stage {
    /// `counted`, `charged`, `convicted`, `sentenced`, `released`, `died`.
    pub stage: &'static str,
    /// The individuals who reached it.
    #[serde(flatten)]
    pub count: BoundedCount,
}

/// Every stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Funnel {
    /// The stages in their order, from `counted` on.
    pub stages: Vec<Stage>,
}

/// Counts at each stage the individuals whom `query` counts.
#[must_use]
pub fn funnel(table: &ColumnStore, query: &Query, from: AsOf<'_>) -> Funnel {
    prepare(table, query, from, |asked| {
        let cohort = run(asked, Partition::Whole, Cohort::new(asked));
        let stages = [
            ("charged", charged(asked, |_| true)),
            ("convicted", charged(asked, |convicted| convicted)),
            ("sentenced", individuals_in(asked, Kind::Sentence)),
            ("released", individuals_in(asked, Kind::Release)),
            ("died", individuals_in(asked, Kind::Death)),
        ];
        let counted = Stage {
            stage: "counted",
            count: cohort.count(),
        };
        let reached = stages.into_iter().map(|(stage, reached)| {
            // By what is less sure: that the question counts them, or that they reached the stage.
            let both = cohort.also_in(&reached).map(|(_, certainty)| certainty);
            Stage {
                stage,
                count: BoundedCount::of(both),
            }
        });
        Funnel {
            stages: std::iter::once(counted).chain(reached).collect(),
        }
    })
}

/// Collects the individuals whom the question counts.
struct Cohort<'a, 't> {
    asked: &'a ScanContext<'t>,
    individuals: Individuals,
}

impl<'a, 't> Cohort<'a, 't> {
    const fn new(asked: &'a ScanContext<'t>) -> Self {
        Self {
            asked,
            individuals: Individuals::new(),
        }
    }
}

impl Aggregate for Cohort<'_, '_> {
    type Output = Individuals;

    fn new_empty(&self) -> Self {
        Self::new(self.asked)
    }

    fn merge(&mut self, other: Self) {
        self.individuals.merge(other.individuals);
    }

    fn finish(self) -> Individuals {
        self.individuals
    }

    fn update(&mut self, unit: &Unit<'_>, certainty: Certainty) {
        if let Some(person) = unit.attributes.person {
            let individual = self.asked.people.individual(person);
            self.individuals.raise(individual, certainty);
        }
    }
}

/// Returns the individuals of the charges that `takes` accepts, by whether they are convicted.
fn charged(asked: &ScanContext<'_>, takes: impl Fn(bool) -> bool) -> Individuals {
    let mut found = Individuals::default();
    for (tested, row) in asked.columns.charges.iter() {
        if asked.people.sees(tested.validity)
            && takes(row.convicted)
            && let Some(person) = row.attributes.person
        {
            let individual = asked.people.individual(person);
            found.raise(individual, Certainty::known(tested.doubt));
        }
    }
    found
}

/// Returns the individuals of the events of a kind, refuted ones left out.
fn individuals_in(asked: &ScanContext<'_>, kind: Kind) -> Individuals {
    let mut found = Individuals::default();
    for row in asked
        .columns
        .occurrences
        .iter()
        .filter(|row| row.attributes.kind == kind)
    {
        let counts = row.attributes.verification != event::Verification::Refuted;
        if counts
            && asked.people.sees(row.validity)
            && let Some(person) = row.attributes.person
        {
            let individual = asked.people.individual(person);
            found.raise(individual, Certainty::known(row.doubt));
        }
    }
    found
}
