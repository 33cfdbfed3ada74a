//! The funnel of a question's individuals: arrested, charged, convicted, sentenced, released, died.
//!
//! Start at [`funnel`].
//!
//! Never here: the order of the stages in time; each asks only whether it was ever reached, as
//! known at R.

use event::Kind;
use serde::Serialize;

use crate::certainty::{BoundedCount, Certainty, Individuals};
use crate::columns::lend::Lend;
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
pub fn funnel(columns: &impl Lend, query: &Query, from: AsOf<'_>) -> Funnel {
    let scan = |scan: &dyn Fn(&ScanContext<'_>) -> Individuals| {
        columns.lend(|table| prepare(table, query, from, scan))
    };
    let cohort = scan(&|asked| run(asked, Partition::Whole, Cohort::new(asked)));
    let counted = Stage {
        stage: "counted",
        count: cohort.count(),
    };
    let reach = |stage, reached: Individuals| {
        // By what is less sure: that the question counts them, or that they reached the stage.
        let both = cohort.also_in(&reached).map(|(_, certainty)| certainty);
        Stage {
            stage,
            count: BoundedCount::of(both),
        }
    };
    let of_kind = |kind| scan(&|asked| individuals_in(asked, kind));
    Funnel {
        stages: vec![
            counted,
            reach("charged", scan(&|asked| charged(asked, |_| true))),
            reach(
                "convicted",
                scan(&|asked| charged(asked, |convicted| convicted)),
            ),
            reach("sentenced", of_kind(Kind::Sentence)),
            reach("released", of_kind(Kind::Release)),
            reach("died", of_kind(Kind::Death)),
        ],
    }
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
    let columns = asked.columns;
    let of_kind = columns.kinds.rows_of(kind.index());
    let seen = of_kind.rows.iter().zip(of_kind.entries);
    let seen = seen.filter(|(_, entry)| asked.people.sees(entry.validity));
    for row in seen.filter_map(|(row, _)| columns.occurrences.get(*row)) {
        let counts = row.attributes.verification != event::Verification::Refuted;
        if counts && let Some(person) = row.attributes.person {
            let individual = asked.people.individual(person);
            found.raise(individual, Certainty::known(row.doubt));
        }
    }
    found
}
