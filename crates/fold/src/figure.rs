//! Figures: a count, for any day D, as known at any position R, with honest bounds.
//!
//! Start at [`answer`]. Source of each rule: docs/reference/figures.md.
//!
//! Never here: parsing a question (see [`crate::Query`]) and finding R for an instant.

use std::collections::{BTreeMap, BTreeSet};

use event::{Answer as FourValued, Day, Days, Kind, Position, Verification};
use serde::Serialize;

use crate::columns::{Held, NONE, Occurrence, Says, Trait};
use crate::dimensions::{Group, Measure};
use crate::filter::{Cell, Filter};
use crate::held::held;
use crate::query::Query;
use crate::sees::Scope;
use crate::table::{Table, index, narrow};

/// The version of the counting rules, part of every answer's `ETag`.
pub const COUNTING_VERSION: u32 = 1;

/// A sum of unnamed people: at least `lower`, at most `upper` where that is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Unnamed {
    /// Number of people, lower bound.
    pub lower: u64,
    /// Number of people, upper bound; none when one of the groups has none.
    pub upper: Option<u64>,
}

/// One figure with its bounds: `at_least <= count <= at_most`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Count {
    /// Units whose interval of days lies inside the window.
    pub count: u64,
    /// Of those, the ones whose date carries no doubt mark.
    pub at_least: u64,
    /// Units whose interval touches the window.
    pub at_most: u64,
    /// People in group events of the window who are not named; never added to the figure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unnamed: Option<Unnamed>,
}

/// One group of a figure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    /// The value of each dimension, by its name; `null` where it is not known.
    pub group: BTreeMap<&'static str, Option<String>>,
    /// The figure of the group.
    #[serde(flatten)]
    pub count: Count,
}

/// The answer to a [`Query`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// What is counted.
    pub measure: &'static str,
    /// The definition used.
    pub definition: String,
    /// D: the day for which a state is asked, and the default of `on`; none in an empty log.
    pub on: Option<String>,
    /// R: the position as known at which it is answered.
    pub position: Position,
    /// For R given as an instant: how many later positions have a time not after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_out: Option<u64>,
    /// Over what the caller may see.
    pub scope: String,
    /// The question as a link that gives the same answer for ever.
    pub query: String,
    /// The figure.
    pub total: Count,
    /// By group; empty without `group_by`.
    pub rows: Vec<Row>,
    /// What a reader must know to read the rows right.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<&'static str>,
}

const SUMS_MAY_PASS: &str =
    "a unit can stand in several rows, so the sum of the rows can pass the total";

/// The flags of a unit in a cell.
pub(crate) const COUNT: u8 = 1;
pub(crate) const AT_LEAST: u8 = 2;
pub(crate) const AT_MOST: u8 = 4;

/// Counts what `query` asks, as known at `at`, over what `scope` may see.
///
/// `on` is D where the query names none: the UTC day of the last `receivedtime` up to `at`.
/// `left_out` is stated as given (see [`crate::Instants`]).
#[must_use]
pub fn answer(
    table: &Table,
    query: &Query,
    at: Position,
    left_out: Option<u64>,
    scope: &Scope,
) -> Answer {
    let on = query.on.or_else(|| table.instants().default_day(at));
    let people = People::new(table, at, scope);
    let filter = Filter::new(table, query);
    let mut tally = Tally::new(table, query);
    if query.is_held() {
        if let Some(day) = on {
            held(table, query, &people, &filter, day, &mut tally);
        }
    } else if query.is_of_charges() {
        charges(table, query, &people, &filter, &mut tally);
    } else {
        occurrences(table, query, &people, &filter, &mut tally);
    }
    let (total, rows, note) = tally.finish();
    Answer {
        measure: query.measure.name(),
        definition: query.definition_name(),
        on: on.map(|day| day.to_string()),
        position: at,
        left_out,
        scope: scope.name(),
        query: query.link(at, on),
        total,
        rows,
        note,
    }
}

/// The people as known at R: what holds of each, and who is one individual.
pub(crate) struct People<'t> {
    table: &'t Table,
    pub(crate) at: u32,
    visible: Vec<bool>,
    individuals: Vec<u32>,
}

impl<'t> People<'t> {
    fn new(table: &'t Table, at: Position, scope: &Scope) -> Self {
        let visible = table.visible(scope);
        let at = narrow(at);
        let individuals = (0..table.persons.len())
            .filter_map(|i| u32::try_from(i).ok())
            .collect();
        let mut people = Self {
            table,
            at,
            visible,
            individuals,
        };
        for link in table
            .links()
            .filter(|link| people.sees(link.held))
            .copied()
            .collect::<Vec<_>>()
        {
            let (a, b) = (people.individual(link.a), people.individual(link.b));
            people.join(a.min(b), a.max(b));
        }
        people
    }

    fn join(&mut self, kept: u32, joined: u32) {
        if let Some(slot) = index(joined).and_then(|i| self.individuals.get_mut(i)) {
            *slot = kept;
        }
    }

    /// Whether a row holds at R and is seen.
    pub(crate) fn sees(&self, held: Held) -> bool {
        held.at(self.at)
            && index(held.sees)
                .and_then(|i| self.visible.get(i))
                .copied()
                .unwrap_or(false)
    }

    /// Returns the individual that a person id belongs to.
    pub(crate) fn individual(&self, person: u32) -> u32 {
        let mut at = person;
        while let Some(next) = index(at).and_then(|i| self.individuals.get(i)).copied() {
            if next == at {
                break;
            }
            at = next;
        }
        at
    }

    /// Returns what holds of a person id.
    pub(crate) fn traits(&self, person: u32) -> Trait {
        index(person)
            .and_then(|i| self.table.traits.get(i))
            .and_then(|rows| rows.iter().find(|row| self.sees(row.held)))
            .copied()
            .unwrap_or(Trait::UNKNOWN)
    }
}

/// Units counted so far, in the total and in each cell.
pub(crate) struct Tally<'q> {
    query: &'q Query,
    table: &'q Table,
    cells: BTreeMap<Vec<Cell>, u32>,
    marks: Vec<(u32, u64, u8)>,
    unnamed: BTreeSet<(u32, u64, u32, u32)>,
}

/// The number of the total among the cells.
const TOTAL: u32 = 0;

impl<'q> Tally<'q> {
    fn new(table: &'q Table, query: &'q Query) -> Self {
        Self {
            query,
            table,
            cells: BTreeMap::new(),
            marks: Vec::new(),
            unnamed: BTreeSet::new(),
        }
    }

    /// Counts `unit` in the total with `flags`, and in the cells of what it says.
    ///
    /// `days` is when it happened where that can be grouped by, else none.
    pub(crate) fn add(&mut self, unit: Unit<'_>, flags: u8, unnamed: (u32, u32)) {
        self.mark(TOTAL, &unit, flags, unnamed);
        if self.query.group_by.is_empty() {
            return;
        }
        for (cell, inside) in crate::filter::cells(&self.query.group_by, &unit, self.query.occurred)
        {
            let next = u32::try_from(self.cells.len())
                .unwrap_or(NONE)
                .saturating_add(1);
            let number = *self.cells.entry(cell).or_insert(next);
            let flags = if inside { flags } else { flags & AT_MOST };
            self.mark(number, &unit, flags, unnamed);
        }
    }

    fn mark(&mut self, cell: u32, unit: &Unit<'_>, flags: u8, unnamed: (u32, u32)) {
        if let Some(number) = unit.number {
            self.marks.push((cell, number, flags));
        }
        if unnamed.0 != NONE && flags & COUNT != 0 {
            self.unnamed
                .insert((cell, unit.event, unnamed.0, unnamed.1));
        }
    }

    fn finish(mut self) -> (Count, Vec<Row>, Option<&'static str>) {
        self.marks.sort_unstable();
        let persons = self.query.measure == Measure::Persons && !self.query.is_held();
        let blank = Count {
            count: 0,
            at_least: 0,
            at_most: 0,
            unnamed: persons.then_some(Unnamed {
                lower: 0,
                upper: Some(0),
            }),
        };
        let mut counts = vec![blank; self.cells.len() + 1];
        let units = self.marks.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1));
        for same in units {
            let flags = same.iter().fold(0, |flags, mark| flags | mark.2);
            let cell = same.first().and_then(|mark| index(mark.0));
            let Some(count) = cell.and_then(|cell| counts.get_mut(cell)) else {
                continue;
            };
            count.count += u64::from(flags & COUNT != 0);
            count.at_least += u64::from(flags & AT_LEAST != 0);
            count.at_most += u64::from(flags & AT_MOST != 0);
        }
        for (cell, _, lower, upper) in &self.unnamed {
            let count = index(*cell).and_then(|cell| counts.get_mut(cell));
            let Some(sum) = count.and_then(|count| count.unnamed.as_mut()) else {
                continue;
            };
            sum.lower = sum.lower.saturating_add(u64::from(*lower));
            sum.upper = match sum.upper {
                Some(sum) if *upper != NONE => Some(sum.saturating_add(u64::from(*upper))),
                _ => None,
            };
        }
        let total = counts.first().copied().unwrap_or(blank);
        let mut rows: Vec<Row> = Vec::new();
        for (cell, number) in &self.cells {
            let Some(count) = index(*number).and_then(|i| counts.get(i)).copied() else {
                continue;
            };
            if count.at_most == 0 && count.unnamed.is_none_or(|u| u.lower == 0) {
                continue;
            }
            let names = self.query.group_by.iter().zip(cell);
            let group = names
                .map(|(group, value)| {
                    (
                        group.name(),
                        crate::filter::name(self.table, *group, *value),
                    )
                })
                .collect();
            rows.push(Row { group, count });
        }
        rows.sort_by(|a, b| a.group.cmp(&b.group));
        let sum: u64 = rows.iter().map(|row| row.count.at_most).sum();
        let note = (sum > total.at_most).then_some(SUMS_MAY_PASS);
        (total, rows, note)
    }
}

/// One thing to count, and what it says.
pub(crate) struct Unit<'a> {
    /// The individual, event or person-charge; none where an event names nobody and persons are
    /// counted.
    pub(crate) number: Option<u64>,
    pub(crate) event: u64,
    pub(crate) says: &'a Says,
    pub(crate) traits: &'a Trait,
    pub(crate) days: Option<Days>,
    pub(crate) minor: FourValued,
    pub(crate) law: u32,
    pub(crate) article: u32,
    pub(crate) status: Option<event::ChargeStatus>,
}

/// Returns how an interval of days stands to the window; none when it does not even touch it.
fn against(window: Option<Days>, days: Days, doubt: bool) -> Option<u8> {
    let inside = window.is_none_or(|window| days.inside(window));
    let touches = window.is_none_or(|window| days.touches(window));
    let sure = if inside && !doubt { AT_LEAST } else { 0 };
    touches.then_some(AT_MOST | if inside { COUNT } else { 0 } | sure)
}

fn occurrences(
    table: &Table,
    query: &Query,
    people: &People<'_>,
    filter: &Filter,
    tally: &mut Tally<'_>,
) {
    for row in table.occurrences.iter().filter(|row| people.sees(row.held)) {
        if let Some(flags) = against(query.occurred, row.days, row.doubt)
            && filter.takes(&row.says)
        {
            occurrence(row, flags, query, people, filter, tally);
        }
    }
}

fn occurrence(
    row: &Occurrence,
    flags: u8,
    query: &Query,
    people: &People<'_>,
    filter: &Filter,
    tally: &mut Tally<'_>,
) {
    let traits = people.traits(row.says.person);
    let minor = crate::table::minor(row.says.age, traits.birth, row.days);
    if !filter.takes_person(&traits, minor) {
        return;
    }
    let number = match query.measure {
        Measure::Events => Some(u64::from(row.event)),
        Measure::Persons | Measure::PersonCharges => {
            (row.says.person != NONE).then(|| u64::from(people.individual(row.says.person)))
        }
    };
    let unit = Unit {
        number,
        event: u64::from(row.event),
        says: &row.says,
        traits: &traits,
        days: Some(row.days),
        minor,
        law: NONE,
        article: NONE,
        status: None,
    };
    tally.add(unit, flags, row.unnamed);
}

fn charges(
    table: &Table,
    query: &Query,
    people: &People<'_>,
    filter: &Filter,
    tally: &mut Tally<'_>,
) {
    let mut numbers: BTreeMap<(u32, u64), u64> = BTreeMap::new();
    for row in table.charges.iter().filter(|row| people.sees(row.held)) {
        let Some(flags) = against(query.occurred, row.days, row.doubt) else {
            continue;
        };
        if !filter.takes(&row.says) || !filter.takes_charge(row.law, row.article, row.status) {
            continue;
        }
        let traits = people.traits(row.says.person);
        let minor = crate::table::minor(row.says.age, traits.birth, row.days);
        if !filter.takes_person(&traits, minor) {
            continue;
        }
        let individual = people.individual(row.says.person);
        let number = match query.measure {
            Measure::PersonCharges => {
                let next = u64::try_from(numbers.len()).unwrap_or(u64::MAX);
                *numbers.entry((individual, row.charge)).or_insert(next)
            }
            Measure::Persons | Measure::Events => u64::from(individual),
        };
        let unit = Unit {
            number: Some(number),
            event: 0,
            says: &row.says,
            traits: &traits,
            days: Some(row.days),
            minor,
            law: row.law,
            article: row.article,
            status: Some(row.status),
        };
        tally.add(unit, flags, (NONE, NONE));
    }
}

/// The days of the deaths of each individual: smallest earliest and smallest latest day.
///
/// Refuted deaths are left out, as everywhere unless asked for.
pub(crate) fn deaths(table: &Table, people: &People<'_>) -> BTreeMap<u32, (Day, Day)> {
    let mut deaths: BTreeMap<u32, (Day, Day)> = BTreeMap::new();
    for row in table
        .deaths
        .iter()
        .filter_map(|i| table.occurrences.get(index(*i)?))
    {
        let dead = row.says.kind == Kind::Death
            && row.says.person != NONE
            && row.says.verification != Verification::Refuted
            && people.sees(row.held);
        if dead {
            let individual = people.individual(row.says.person);
            let known = deaths
                .entry(individual)
                .or_insert((row.days.earliest, row.days.latest));
            known.0 = known.0.min(row.days.earliest);
            known.1 = known.1.min(row.days.latest);
        }
    }
    deaths
}

/// Whether the dimension depends on when something happened.
pub(crate) const fn is_of_time(group: Group) -> bool {
    matches!(group, Group::Month | Group::Quarter | Group::Year)
}
