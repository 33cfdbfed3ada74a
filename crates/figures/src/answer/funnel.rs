//! The funnel of a question's individuals: arrested, charged, convicted, sentenced, released, died.
//!
//! Start at [`funnel`].
//!
//! Never here: the order of the stages in time; each asks only whether it was ever reached, as
//! known at R.

use event::Kind;
use serde::Serialize;

use crate::certainty::{BoundedCount, Certainty, CertaintyByIndividual};
use crate::columns::lend::Lend;
use crate::question::query::Query;
use crate::scan::aggregate::Aggregate;
use crate::scan::context::{AsOf, ScanContext};
use crate::scan::partition::Partition;
use crate::scan::run::{prepare, run};
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
pub fn funnel(columns: &impl Lend, query: &Query, as_of: AsOf<'_>) -> Funnel {
    let scan = |scan: &dyn Fn(&ScanContext<'_>) -> CertaintyByIndividual| {
        columns.lend(|table| prepare(table, query, as_of, scan))
    };
    let cohort = scan(&|context| run(context, Partition::Whole, Cohort::new(context)));
    let counted = Stage {
        stage: "counted",
        count: cohort.count(),
    };
    let reach = |stage, reached: CertaintyByIndividual| {
        // By what is less sure: that the question counts them, or that they reached the stage.
        let both = cohort.also_in(&reached).map(|(_, certainty)| certainty);
        Stage {
            stage,
            count: BoundedCount::of(both),
        }
    };
    let of_kind = |kind| scan(&|context| individuals_in(context, kind));
    Funnel {
        stages: vec![
            counted,
            reach("charged", scan(&|context| charged(context, |_| true))),
            reach(
                "convicted",
                scan(&|context| charged(context, |convicted| convicted)),
            ),
            reach("sentenced", of_kind(Kind::Sentence)),
            reach("released", of_kind(Kind::Release)),
            reach("died", of_kind(Kind::Death)),
        ],
    }
}

/// Collects the individuals whom the question counts.
struct Cohort<'a, 't> {
    context: &'a ScanContext<'t>,
    individuals: CertaintyByIndividual,
}

impl<'a, 't> Cohort<'a, 't> {
    const fn new(context: &'a ScanContext<'t>) -> Self {
        Self {
            context,
            individuals: CertaintyByIndividual::new(),
        }
    }
}

impl Aggregate for Cohort<'_, '_> {
    type Output = CertaintyByIndividual;

    fn new_empty(&self) -> Self {
        Self::new(self.context)
    }

    fn merge(&mut self, other: Self) {
        self.individuals.merge(other.individuals);
    }

    fn finish(self) -> CertaintyByIndividual {
        self.individuals
    }

    fn update(&mut self, unit: &Unit<'_>, certainty: Certainty) {
        if let Some(person) = unit.attributes.person {
            let individual = self.context.people.individual(person);
            self.individuals.raise(individual, certainty);
        }
    }
}

/// Returns the individuals of the charges that `takes` accepts, by whether they are convicted.
fn charged(context: &ScanContext<'_>, takes: impl Fn(bool) -> bool) -> CertaintyByIndividual {
    let mut found = CertaintyByIndividual::default();
    for (tested, row) in context.columns.charges.iter() {
        if context.people.sees(tested.validity)
            && takes(row.convicted)
            && let Some(person) = row.attributes.person
        {
            let individual = context.people.individual(person);
            found.raise(individual, Certainty::known(tested.doubt));
        }
    }
    found
}

/// Returns the individuals of the events of a kind, refuted ones left out.
fn individuals_in(context: &ScanContext<'_>, kind: Kind) -> CertaintyByIndividual {
    let mut found = CertaintyByIndividual::default();
    let columns = context.columns;
    let of_kind = columns.kinds.rows_of(kind.index());
    let seen = of_kind.rows.iter().zip(of_kind.entries);
    let seen = seen.filter(|(_, entry)| context.people.sees(entry.validity));
    for row in seen.filter_map(|(row, _)| columns.events.get(*row)) {
        let counts = row.attributes.verification != event::Verification::Refuted;
        if counts && let Some(person) = row.attributes.person {
            let individual = context.people.individual(person);
            found.raise(individual, Certainty::known(row.doubt));
        }
    }
    found
}
