//! Units added up: the total, and each cell of the groups.
//!
//! Start at [`Tally::finish`].
//!
//! Never here: which units there are (see [`crate::count`]).

use std::collections::BTreeMap;

use event::Days;

use crate::cells::{BEST_CELLS, Best, Cells, Level, Levels, ROOT, level};
use crate::columns::NONE;
use crate::count::{Sink, Unit};
use crate::dimensions::{Group, Measure};
use crate::figure::{Count, Row, Unnamed};
use crate::groups::{self, Span, Values, is_of_time};
use crate::marks::Marks;
use crate::query::Query;
use crate::table::{Table, index};

const SUMS_MAY_PASS: &str =
    "a unit can stand in several rows, so the sum of the rows can pass the total";

/// From how many values in a row on a date is counted as a range, not in each of them by itself.
const RANGE_MIN: u32 = 4;

/// The people of a group event in a cell: the cell, the event, lower and upper bound.
type Crowd = (u32, u32, u32, u32);

/// A unit as it is added up.
pub(crate) trait Put {
    /// The individual, event or person-charge; none where an event names nobody.
    fn number(&self) -> Option<u32>;
    /// Whether no other unit of the question has this number, so that it counts as it comes.
    fn is_alone(&self) -> bool;
    /// How well it counts.
    fn level(&self) -> Level;
    /// When it happened, where that can be grouped by.
    fn days(&self) -> Option<Days>;
    /// The unnamed people of its event: the event, lower and upper bound.
    fn group(&self) -> Option<(u32, u32, u32)>;
    /// What it says of a dimension that is not of time.
    fn values(&self, group: Group) -> Values;
}

impl Put for (&Unit<'_>, Level) {
    fn number(&self) -> Option<u32> {
        self.0.number
    }

    fn is_alone(&self) -> bool {
        false
    }

    fn level(&self) -> Level {
        self.1
    }

    fn days(&self) -> Option<Days> {
        self.0.days
    }

    fn group(&self) -> Option<(u32, u32, u32)> {
        let (lower, upper) = self.0.unnamed;
        (lower != NONE).then_some((self.0.behind, lower, upper))
    }

    fn values(&self, group: Group) -> Values {
        groups::values(group, self.0)
    }
}

/// Units counted so far, in the total and in each cell.
pub(crate) struct Tally<'q> {
    query: &'q Query,
    table: &'q Table,
    /// The dimensions that are not of time, in the order of the question.
    groups: Vec<Group>,
    /// The finest dimension of time: a month lies in one quarter and one year, so together they
    /// are no more cells than months. Its value is the last of a cell's path.
    time: Option<Group>,
    cells: Cells,
    marks: Marks,
    /// The best level of each unit in the total, and in the first cells where time plays no part: the
    /// quickest way to count, for four bytes a unit. In other cells units are marked.
    best: Best,
    /// Units that are alone, in each cell.
    alone: Vec<Levels>,
    recent: Recent,
    crowds: Vec<Crowd>,
}

/// Where the unit met last was marked last: rows of one track mostly stand beside each other and say
/// the same, and a mark that says no more than one before it need not be made.
#[derive(Default)]
struct Recent {
    unit: Option<u32>,
    marks: [(u32, Level); Recent::CELLS],
    next: usize,
}

impl Recent {
    const CELLS: usize = 4;

    /// Keeps that a unit counts in a cell at a level; false where that was kept already.
    fn is_news(&mut self, unit: u32, cell: u32, level: Level) -> bool {
        if self.unit != Some(unit) {
            *self = Self {
                unit: Some(unit),
                ..Self::default()
            };
        }
        if let Some((_, known)) = self
            .marks
            .iter_mut()
            .find(|(of, known)| *of == cell && *known > 0)
        {
            let news = *known < level;
            *known = (*known).max(level);
            return news;
        }
        if let Some(slot) = self.marks.get_mut(self.next % Self::CELLS) {
            *slot = (cell, level);
        }
        self.next += 1;
        true
    }
}

impl<'q> Tally<'q> {
    pub(crate) fn new(table: &'q Table, query: &'q Query) -> Self {
        let of_time = |group: &Group| is_of_time(*group);
        let groups = query.group_by.iter().copied();
        Self {
            query,
            table,
            groups: groups.clone().filter(|group| !of_time(group)).collect(),
            time: groups.filter(of_time).min(),
            cells: Cells::new(),
            marks: Marks::default(),
            best: Best::default(),
            alone: Vec::new(),
            recent: Recent::default(),
            crowds: Vec::new(),
        }
    }

    /// Returns one for the same question that has counted nothing.
    pub(crate) fn another(&self) -> Self {
        Self::new(self.table, self.query)
    }

    /// Counts a unit in the total, and in the cells of what it says.
    pub(crate) fn put(&mut self, unit: &impl Put) {
        if let Some(number) = unit.number() {
            self.count(ROOT, unit.is_alone(), number, unit.level());
        }
        self.crowd(ROOT, unit, unit.level());
        if !self.query.group_by.is_empty() {
            self.spread(0, ROOT, unit);
        }
    }

    /// Counts a unit in the cells below `cell`, which stands for the first `depth` dimensions.
    fn spread(&mut self, depth: usize, cell: u32, unit: &impl Put) {
        let Some(group) = self.groups.get(depth) else {
            return self.settle(cell, unit);
        };
        match unit.values(*group) {
            Values::One(value) => {
                let child = self.cells.child(cell, value);
                self.spread(depth + 1, child, unit);
            }
            Values::Set(codes) => {
                for value in codes.indices() {
                    let child = self.cells.child(cell, u32::try_from(value).unwrap_or(NONE));
                    self.spread(depth + 1, child, unit);
                }
            }
        }
    }

    fn settle(&mut self, cell: u32, unit: &impl Put) {
        let Some(time) = self.time else {
            return self.mark(cell, unit, unit.level());
        };
        let Span {
            first,
            last,
            inside,
        } = groups::span(time, unit.days(), self.query.occurred);
        let level = if inside {
            unit.level()
        } else {
            unit.level().min(1)
        };
        if last - first >= RANGE_MIN {
            match unit.number() {
                Some(number) if unit.is_alone() => {
                    self.marks.put_range_alone(cell, number, (first, last));
                }
                Some(number) => self.marks.put_range(cell, number, (first, last)),
                None => {}
            }
            return;
        }
        for value in first..=last {
            let child = self.cells.child(cell, value);
            self.mark(child, unit, level);
        }
    }

    fn mark(&mut self, cell: u32, unit: &impl Put, level: Level) {
        if let Some(number) = unit.number() {
            self.count(cell, unit.is_alone(), number, level);
        }
        self.crowd(cell, unit, level);
    }

    fn count(&mut self, cell: u32, is_alone: bool, number: u32, level: Level) {
        if is_alone {
            self.count_alone(cell, |levels| levels.rise(0, level));
        } else {
            self.count_once(cell, number, level);
        }
    }

    /// Counts a unit by its best level, however often it comes.
    fn count_once(&mut self, cell: u32, number: u32, level: Level) {
        match index(cell).filter(|at| self.keeps_best(*at)) {
            Some(at) => self.best.count(at, number, level),
            None if self.recent.is_news(number, cell, level) => {
                self.marks.put(cell, number, level);
            }
            None => {}
        }
    }

    /// Whether the best level of each unit is kept in a cell. Ranges of time count units too, so the
    /// cells of time are counted with them, at the end; and of events only those in several tracks
    /// come here, which are few.
    fn keeps_best(&self, cell: usize) -> bool {
        match self.query.measure {
            Measure::Events => false,
            Measure::PersonCharges => cell == 0,
            Measure::Persons => cell == 0 || self.time.is_none() && cell < BEST_CELLS,
        }
    }

    fn count_alone(&mut self, cell: u32, count: impl FnOnce(&mut Levels)) {
        let Some(at) = index(cell) else { return };
        if self.alone.len() <= at {
            self.alone.resize(at + 1, Levels::default());
        }
        if let Some(levels) = self.alone.get_mut(at) {
            count(levels);
        }
    }

    fn crowd(&mut self, cell: u32, unit: &impl Put, level: Level) {
        if level >= 2
            && let Some((event, lower, upper)) = unit.group()
        {
            self.crowds.push((cell, event, lower, upper));
        }
    }

    /// Adds what another has counted, of other rows of the same question.
    pub(crate) fn join(&mut self, mut other: Self) {
        let numbers = self.cells.join(&other.cells);
        let here = |cell: u32| index(cell).and_then(|i| numbers.get(i)).copied();
        if self.time.is_none() {
            for (cell, unit, level) in other.marks.take() {
                if let Some(cell) = here(cell) {
                    self.count_once(cell, unit, level);
                }
            }
        }
        self.marks.join(other.marks, &numbers);
        for (cell, more) in numbers.iter().zip(&other.alone) {
            self.count_alone(*cell, |levels| levels.add(more));
        }
        for (cell, unit, level) in other.best.units() {
            if let Some(cell) = numbers.get(cell) {
                self.count_once(*cell, unit, level);
            }
        }
        let cell = |cell: u32| index(cell).and_then(|i| numbers.get(i)).copied();
        let crowds = other.crowds.into_iter();
        self.crowds.extend(
            crowds.filter_map(|(at, event, lower, upper)| {
                cell(at).map(|at| (at, event, lower, upper))
            }),
        );
    }

    /// Returns the total, the rows in the order of their values, and what a reader must know.
    pub(crate) fn finish(mut self) -> (Count, Vec<Row>, Option<&'static str>) {
        let marks = std::mem::take(&mut self.marks);
        let mut levels = marks.count(&mut self.cells);
        for (levels, alone) in levels.iter_mut().zip(&self.alone) {
            levels.add(alone);
        }
        for (levels, best) in levels.iter_mut().zip(self.best.levels()) {
            levels.add(best);
        }
        let persons = self.query.measure == Measure::Persons && !self.query.is_held();
        let mut counts: Vec<Count> = levels
            .iter()
            .map(|levels| Count {
                count: levels.count(),
                at_least: levels.at_least(),
                at_most: levels.at_most(),
                unnamed: persons.then_some(Unnamed {
                    lower: 0,
                    upper: Some(0),
                }),
            })
            .collect();
        self.add_crowds(&mut counts);
        let root = index(ROOT).and_then(|i| counts.get(i)).copied();
        let total = root.unwrap_or(Count {
            count: 0,
            at_least: 0,
            at_most: 0,
            unnamed: None,
        });
        let rows = self.rows(&counts);
        let sum: u64 = rows.iter().map(|row| row.count.at_most).sum();
        let note = (sum > total.at_most).then_some(SUMS_MAY_PASS);
        (total, rows, note)
    }

    /// Adds the unnamed people to the counts, each event once in each cell.
    fn add_crowds(&mut self, counts: &mut [Count]) {
        self.crowds.sort_unstable();
        self.crowds.dedup();
        for (cell, _, lower, upper) in &self.crowds {
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
    }

    /// Returns the values of a cell, in the order of the question.
    fn values(&self, cell: u32) -> Vec<u32> {
        let mut path = Vec::with_capacity(self.groups.len() + 1);
        let mut at = cell;
        while at != ROOT && path.len() <= self.groups.len() {
            let (parent, value) = self.cells.path(at);
            path.push(value);
            at = parent;
        }
        let moment = self.time.and_then(|_| path.first()).copied();
        let mut others = path.iter().rev();
        let mut value = |group: &Group| match (self.time, moment) {
            (Some(finest), Some(moment)) if is_of_time(*group) => {
                groups::coarser(finest, moment, *group)
            }
            _ => others.next().copied().unwrap_or(NONE),
        };
        self.query.group_by.iter().map(&mut value).collect()
    }

    fn rows(&self, counts: &[Count]) -> Vec<Row> {
        let counted =
            |count: &Count| count.at_most > 0 || count.unnamed.is_some_and(|u| u.lower > 0);
        let found: Vec<(Vec<u32>, Count)> = counts
            .iter()
            .enumerate()
            .skip(1)
            .filter(|(_, count)| counted(count))
            .filter_map(|(cell, count)| Some((self.values(u32::try_from(cell).ok()?), *count)))
            .collect();
        let named: Vec<Named> = self
            .query
            .group_by
            .iter()
            .enumerate()
            .map(|(at, group)| {
                let values = found
                    .iter()
                    .filter_map(|(values, _)| values.get(at).copied());
                Named::new(self.table, *group, values)
            })
            .collect();
        // Rows are sorted by their values, in the order of the names of the dimensions.
        let mut order: Vec<usize> = (0..named.len()).collect();
        order.sort_by_key(|at| self.query.group_by.get(*at).map(|group| group.name()));
        let rank = |values: &[u32]| -> Vec<u32> {
            let rank = |at: &usize| Some(named.get(*at)?.ranks.get(values.get(*at)?)?.0);
            order.iter().filter_map(rank).collect()
        };
        let mut ranked: Vec<(Vec<u32>, Vec<u32>, Count)> = found
            .into_iter()
            .map(|(values, count)| (rank(&values), values, count))
            .collect();
        ranked.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        let row = |(_, values, count): (Vec<u32>, Vec<u32>, Count)| {
            let names = self.query.group_by.iter().zip(&named).zip(&values);
            let group = names.map(|((group, named), value)| {
                let name = named.ranks.get(value).and_then(|(_, name)| name.clone());
                (group.name(), name)
            });
            Row {
                group: group.collect(),
                count,
            }
        };
        ranked.into_iter().map(row).collect()
    }
}

/// The values of one dimension that rows have: for each, its rank among their names, and its name.
struct Named {
    ranks: BTreeMap<u32, (u32, Option<String>)>,
}

impl Named {
    fn new(table: &Table, group: Group, values: impl Iterator<Item = u32>) -> Self {
        let mut values: Vec<u32> = values.collect();
        values.sort_unstable();
        values.dedup();
        let mut names: Vec<(Option<String>, u32)> = values
            .into_iter()
            .map(|value| (groups::name(table, group, value), value))
            .collect();
        names.sort_unstable();
        let ranks = (0..).zip(names);
        Self {
            ranks: ranks
                .map(|(rank, (name, value))| (value, (rank, name)))
                .collect(),
        }
    }
}

impl Sink for Tally<'_> {
    fn take(&mut self, unit: &Unit<'_>, flags: u8) {
        self.put(&(unit, level(flags)));
    }
}
