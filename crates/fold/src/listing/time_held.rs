//! How long the people held on a day have been held, and who passes 6, 12 and 18 months.
//!
//! With `custody_state=police_custody,pretrial` it is time held before trial.
//!
//! Never here: who is held (see [`crate::held`]).

use std::collections::BTreeMap;

use event::{Day, Position};
use serde::Serialize;

use super::{Bounds, Counts, day, person, text};
use crate::count::{AT_LEAST, AT_MOST, Asked, COUNT, Part, Sink, Unit, count};
use crate::query::Query;
use crate::standpoint::{Standpoint, ask};
use crate::table::Table;

/// The marks that are watched, in months. Source: domain rules, the questions groups must answer.
const MONTHS: [i16; 3] = [6, 12, 18];

/// Someone held on D.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Held {
    /// The person id, as the event that begins it names it.
    pub person: Option<String>,
    /// The smallest of the ids that are one individual with it.
    pub individual: Option<String>,
    /// The case.
    pub case: Option<String>,
    /// The event that begins the run of custody.
    pub position: Position,
    /// How it counts in the figure of who is held.
    pub counts: Counts,
    /// Held since: first day.
    pub since_earliest: Option<String>,
    /// Held since: last day.
    pub since_latest: Option<String>,
    /// Days held at the end of D, at least.
    pub days_at_least: u32,
    /// Days held at the end of D, at most; none where the beginning is not known.
    pub days_at_most: Option<u32>,
    /// Of 6, 12 and 18 months, the greatest that is surely passed; none where not even the first is.
    pub passes_months: Option<i16>,
    /// The greatest that may be passed.
    pub may_pass_months: Option<i16>,
}

/// Who is held on D, and for how long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TimeHeld {
    /// Individuals held.
    pub total: Bounds,
    /// Individuals who pass each number of months.
    pub passing: BTreeMap<i16, Bounds>,
    /// Of those who count, the median of the days held at least; none where nobody is held.
    pub median_days_at_least: Option<u32>,
    /// The longest held first; an individual held in two cases stands here twice.
    pub held: Vec<Held>,
}

/// Returns who is held on D, and for how long.
#[must_use]
pub fn time_held(table: &Table, query: &Query, from: Standpoint<'_>) -> TimeHeld {
    ask(table, query, from, |asked| {
        let mut gather = Gather {
            asked,
            held: Vec::new(),
            individuals: BTreeMap::new(),
        };
        count(asked, Part::Whole, &mut gather);
        let Gather {
            mut held,
            individuals,
            ..
        } = gather;
        held.sort_by(|a, b| {
            let order = |h: &Held| (std::cmp::Reverse(h.days_at_least), h.person.clone());
            order(a).cmp(&order(b)).then(a.position.cmp(&b.position))
        });
        let mut days: Vec<u32> = individuals
            .values()
            .filter(|one| one.flags & COUNT != 0)
            .map(|one| one.days)
            .collect();
        days.sort_unstable();
        let passing = |place: usize| {
            Bounds::of(
                individuals
                    .values()
                    .map(|one| one.passes.get(place).copied().unwrap_or(0)),
            )
        };
        TimeHeld {
            total: Bounds::of(individuals.values().map(|one| one.flags)),
            passing: MONTHS
                .iter()
                .enumerate()
                .map(|(i, months)| (*months, passing(i)))
                .collect(),
            median_days_at_least: days.get(days.len().saturating_sub(1) / 2).copied(),
            held,
        }
    })
}

/// What is known of one individual over all cases.
#[derive(Default)]
struct One {
    flags: u8,
    days: u32,
    passes: [u8; MONTHS.len()],
}

struct Gather<'a, 't> {
    asked: &'a Asked<'t>,
    held: Vec<Held>,
    individuals: BTreeMap<u32, One>,
}

impl Sink for Gather<'_, '_> {
    fn take(&mut self, unit: &Unit<'_>, flags: u8) {
        let Some(on) = self.asked.on else { return };
        let table = self.asked.table;
        let [earliest, latest, ..] = unit.bounds;
        let individual = self.asked.people.individual(unit.says.person);
        let sure = MONTHS.map(|months| passed(latest, months, on));
        let may = MONTHS.map(|months| passed(earliest, months, on));
        let one = self.individuals.entry(individual).or_default();
        one.flags |= flags;
        let days = days_between(latest, on);
        one.days = one.days.max(days);
        for (at, passes) in one.passes.iter_mut().enumerate() {
            let is = |list: [bool; MONTHS.len()]| list.get(at).copied().unwrap_or(false);
            *passes |= if is(sure) {
                flags & (COUNT | AT_LEAST)
            } else {
                0
            };
            *passes |= if is(may) { flags & AT_MOST } else { 0 };
        }
        let greatest = |list: [bool; MONTHS.len()]| {
            let passed = MONTHS.iter().zip(list).filter(|(_, passes)| *passes);
            passed.map(|(months, _)| *months).max()
        };
        self.held.push(Held {
            person: person(table, unit.says.person),
            individual: person(table, individual),
            case: text(table.cases.text(unit.says.case)),
            position: Position::new(u64::from(unit.behind)),
            counts: Counts::of(flags),
            since_earliest: day(earliest),
            since_latest: day(latest),
            days_at_least: days,
            days_at_most: (earliest > Day::MIN).then(|| days_between(earliest, on)),
            passes_months: greatest(sure).filter(|_| flags & COUNT != 0),
            may_pass_months: greatest(may),
        });
    }
}

/// Days from one day to a later one; 0 where it is not later.
fn days_between(from: Day, to: Day) -> u32 {
    u32::try_from(to.number().saturating_sub(from.number())).unwrap_or(0)
}

/// Whether someone held since `from` has been held for `months` at the end of `on`.
fn passed(from: Day, months: i16, on: Day) -> bool {
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
