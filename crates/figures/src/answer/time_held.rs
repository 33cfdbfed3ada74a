//! Time held: how long the people held on a day have been held, and who passes 6, 12 and 18 months.
//!
//! Start at [`time_held`]. With `custody_state=police_custody,pretrial` it is time held before trial.
//!
//! Never here: who is held (see [`crate::scan::custody`]).

use std::collections::BTreeMap;

use event::{Day, Position};
use serde::Serialize;

use crate::answer::bounded_count::{BoundedCount, Certainty};
use crate::answer::text::{day, person, text};
use crate::certainty::{AT_LEAST, AT_MOST, COUNT};
use crate::columns::ids::PersonNo;
use crate::columns::store::ColumnStore;
use crate::question::query::Query;
use crate::scan::count::count;
use crate::scan::part::Partition;
use crate::scan::prepared::{AsOf, ScanContext, prepare};
use crate::scan::unit::{Collector, Unit};

/// The terms that are watched, in months. Source: docs/guides/questions.md.
const TERMS_MONTHS: [i16; 3] = [6, 12, 18];

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
    pub since_earliest: Option<String>,
    /// The last day on which it may have begun.
    pub since_latest: Option<String>,
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
pub fn time_held(table: &ColumnStore, query: &Query, from: AsOf<'_>) -> TimeHeld {
    prepare(table, query, from, |asked| {
        let mut collector = TimeHeldCollector {
            asked,
            held: Vec::new(),
            individuals: BTreeMap::new(),
        };
        count(asked, Partition::Whole, &mut collector);
        let TimeHeldCollector {
            mut held,
            individuals,
            ..
        } = collector;
        held.sort_by(|a, b| {
            let order = |h: &HeldLine| (std::cmp::Reverse(h.days_at_least), h.person.clone());
            order(a).cmp(&order(b)).then(a.position.cmp(&b.position))
        });
        let mut days: Vec<u32> = individuals
            .values()
            .filter(|one| one.flags & COUNT != 0)
            .map(|one| one.days)
            .collect();
        days.sort_unstable();
        let passing = |place: usize| {
            BoundedCount::from_flags(
                individuals
                    .values()
                    .map(|one| one.passes.get(place).copied().unwrap_or(0)),
            )
        };
        TimeHeld {
            total: BoundedCount::from_flags(individuals.values().map(|one| one.flags)),
            passing: TERMS_MONTHS
                .iter()
                .enumerate()
                .map(|(i, months)| (*months, passing(i)))
                .collect(),
            median_days_at_least: days.get(days.len().saturating_sub(1) / 2).copied(),
            held,
        }
    })
}

/// The time of one individual over all cases.
#[derive(Default)]
struct IndividualTime {
    flags: u8,
    /// Days held, lower bound: of the longest.
    days: u32,
    /// The flags by which each term of [`TERMS_MONTHS`] is passed.
    passes: [u8; TERMS_MONTHS.len()],
}

/// Collects one line a unit, and the longest time of each individual.
struct TimeHeldCollector<'a, 't> {
    asked: &'a ScanContext<'t>,
    held: Vec<HeldLine>,
    individuals: BTreeMap<PersonNo, IndividualTime>,
}

impl Collector for TimeHeldCollector<'_, '_> {
    fn take(&mut self, unit: &Unit<'_>, flags: u8) {
        let Some(on) = self.asked.on else { return };
        let table = self.asked.columns;
        let [earliest, latest, ..] = unit.bounds;
        let Some(of) = unit.attributes.person else {
            return;
        };
        let individual = self.asked.people.individual(of);
        let sure = TERMS_MONTHS.map(|months| is_past_term(latest, months, on));
        let may = TERMS_MONTHS.map(|months| is_past_term(earliest, months, on));
        let one = self.individuals.entry(individual).or_default();
        one.flags |= flags;
        let days = days_between(latest, on);
        one.days = one.days.max(days);
        for (at, passes) in one.passes.iter_mut().enumerate() {
            let is = |list: [bool; TERMS_MONTHS.len()]| list.get(at).copied().unwrap_or(false);
            *passes |= if is(sure) {
                flags & (COUNT | AT_LEAST)
            } else {
                0
            };
            *passes |= if is(may) { flags & AT_MOST } else { 0 };
        }
        let greatest = |list: [bool; TERMS_MONTHS.len()]| {
            let passed = TERMS_MONTHS.iter().zip(list).filter(|(_, passes)| *passes);
            passed.map(|(months, _)| *months).max()
        };
        self.held.push(HeldLine {
            person: person(table, Some(of)),
            individual: person(table, Some(individual)),
            case: text(&table.cases, unit.attributes.case),
            position: unit.origin.into(),
            counts: Certainty::from_flags(flags),
            since_earliest: day(earliest),
            since_latest: day(latest),
            days_at_least: days,
            days_at_most: (earliest > Day::MIN).then(|| days_between(earliest, on)),
            passes_months: greatest(sure).filter(|_| flags & COUNT != 0),
            may_pass_months: greatest(may),
        });
    }
}

/// Returns the days from one day to a later one; 0 where it is not later.
fn days_between(from: Day, to: Day) -> u32 {
    u32::try_from(to.number().saturating_sub(from.number())).unwrap_or(0)
}

/// Whether someone held since `from` has been held for `months` at the end of `on`.
fn is_past_term(from: Day, months: i16, on: Day) -> bool {
    let Some((year, month, day)) = from.ymd() else {
        return from == Day::MIN;
    };
    let whole = i16::from(month) - 1 + months;
    let (Some(year), Ok(month)) = (year.checked_add(whole / 12), i8::try_from(whole % 12 + 1))
    else {
        return false;
    };
    // A month without that day ends the term on its last day.
    let end = (1..=day)
        .rev()
        .find_map(|day| Day::from_ymd(year, month, day));
    end.is_some_and(|end| end <= on)
}
