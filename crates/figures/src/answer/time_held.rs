//! Time held: how long the people held on a day have been held, and who passes 6, 12 and 18 months.
//!
//! Start at [`time_held`]. With `custody_state=police_custody,pretrial` it is time held before trial.
//!
//! Never here: who is held (see [`crate::scan::custody`]).

use std::collections::BTreeMap;

use event::{Day, Position};
use serde::Serialize;

use crate::answer::terms::{LongestHeld, TERMS_MONTHS, last_start};
use crate::answer::text::{self, person, text};
use crate::certainty::{BoundedCount, Certainty};
use crate::columns::ids::PersonNo;
use crate::columns::store::ColumnStore;
use crate::question::query::Query;
use crate::scan::aggregate::Aggregate;
use crate::scan::context::{AsOf, ScanContext};
use crate::scan::partition::Partition;
use crate::scan::run::{prepare, run};
use crate::scan::unit::Unit;

/// An individual held on D, in one case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HeldLine {
    /// The person id in the event that begins the spell.
    pub person: Option<String>,
    /// The smallest of the ids that are one individual with it.
    pub individual: Option<String>,
    /// The case.
    pub case: Option<String>,
    /// The event that begins the spell of custody.
    pub position: Position,
    /// The certainty of the unit in the figure of who is held.
    pub counts: Certainty,
    /// The first day on which the spell may have begun.
    #[serde(serialize_with = "text::day")]
    pub since_earliest: Day,
    /// The last day on which it may have begun.
    #[serde(serialize_with = "text::day")]
    pub since_latest: Day,
    /// Days held at the end of D, lower bound.
    pub days_at_least: u32,
    /// Days held at the end of D, upper bound; none where the beginning is not known.
    pub days_at_most: Option<u32>,
    /// The longest term that is surely passed, in months; none where no term is.
    pub passes_months: Option<i16>,
    /// The longest term that may be passed, in months.
    pub may_pass_months: Option<i16>,
}

/// Who is held on D, and for how long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TimeHeld {
    /// Individuals held.
    pub total: BoundedCount,
    /// Individuals who pass each term, by its months.
    pub passing: BTreeMap<i16, BoundedCount>,
    /// The median of the lower bounds, in days, over the individuals who count; none without any.
    pub median_days_at_least: Option<u32>,
    /// The lines, longest held first; an individual held in two cases has two.
    pub held: Vec<HeldLine>,
}

/// Returns who is held on D, and for how long.
#[must_use]
pub fn time_held(table: &ColumnStore, query: &Query, as_of: AsOf<'_>) -> TimeHeld {
    prepare(table, query, as_of, |context| {
        let lines = HeldLines {
            context,
            held: Vec::new(),
            individuals: BTreeMap::new(),
        };
        let (mut held, individuals) = run(context, Partition::Whole, lines);
        held.sort_by(|a, b| {
            let longest_first = b.days_at_least.cmp(&a.days_at_least);
            let then = a.person.cmp(&b.person).then(a.position.cmp(&b.position));
            longest_first.then(then)
        });
        let on = as_of.on.unwrap_or(Day::MIN);
        let longest = individuals.values().map(|one| one.longest);
        let counted = longest.clone().filter_map(|longest| longest.counted);
        let mut days: Vec<u32> = counted.map(|since| days_between(since, on)).collect();
        days.sort_unstable();
        let passing = |months: &i16| {
            let past = LongestHeld::count_past(longest.clone(), *months, on);
            (*months, past)
        };
        TimeHeld {
            total: BoundedCount::of(individuals.values().map(|one| one.certainty)),
            passing: TERMS_MONTHS.iter().map(passing).collect(),
            median_days_at_least: days.get(days.len().saturating_sub(1) / 2).copied(),
            held,
        }
    })
}

/// The time of one individual over all cases.
struct IndividualTime {
    certainty: Certainty,
    longest: LongestHeld,
}

impl IndividualTime {
    /// Adds what other spells of theirs show.
    fn merge(&mut self, other: &Self) {
        self.certainty = self.certainty.max(other.certainty);
        self.longest.merge(&other.longest);
    }
}

/// Lists one line a unit, and the longest time of each individual.
struct HeldLines<'a, 't> {
    context: &'a ScanContext<'t>,
    held: Vec<HeldLine>,
    individuals: BTreeMap<PersonNo, IndividualTime>,
}

impl Aggregate for HeldLines<'_, '_> {
    type Output = (Vec<HeldLine>, BTreeMap<PersonNo, IndividualTime>);

    fn new_empty(&self) -> Self {
        Self {
            context: self.context,
            held: Vec::new(),
            individuals: BTreeMap::new(),
        }
    }

    fn merge(&mut self, other: Self) {
        self.held.extend(other.held);
        for (individual, other) in other.individuals {
            let known = self.individuals.entry(individual);
            known
                .and_modify(|known| known.merge(&other))
                .or_insert(other);
        }
    }

    fn finish(self) -> Self::Output {
        (self.held, self.individuals)
    }

    fn update(&mut self, unit: &Unit<'_>, certainty: Certainty) {
        let Some(on) = self.context.on else { return };
        let table = self.context.columns;
        let [earliest, latest, ..] = unit.bounds;
        let Some(of) = unit.attributes.person else {
            return;
        };
        let individual = self.context.people.individual(of);
        let one = self
            .individuals
            .entry(individual)
            .or_insert(IndividualTime {
                certainty,
                longest: LongestHeld::NONE,
            });
        one.certainty = one.certainty.max(certainty);
        one.longest.add((earliest, latest), certainty);
        let days = days_between(latest, on);
        let greatest = |since: Day| {
            let mut terms = TERMS_MONTHS.iter().rev();
            terms
                .find(|months| since <= last_start(**months, on))
                .copied()
        };
        self.held.push(HeldLine {
            person: person(table, Some(of)),
            individual: person(table, Some(individual)),
            case: text(&table.cases, unit.attributes.case),
            position: unit.origin.into(),
            counts: certainty,
            since_earliest: earliest,
            since_latest: latest,
            days_at_least: days,
            days_at_most: (earliest > Day::MIN).then(|| days_between(earliest, on)),
            passes_months: greatest(latest).filter(|_| certainty.is_counted()),
            may_pass_months: greatest(earliest),
        });
    }
}

/// Returns the days from one day to a later one; 0 where it is not later.
fn days_between(from: Day, to: Day) -> u32 {
    u32::try_from(to.number().saturating_sub(from.number())).unwrap_or(0)
}
