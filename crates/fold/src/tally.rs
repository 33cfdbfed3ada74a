//! Units added up: the total, and each cell of the groups.
//!
//! Start at [`Tally::finish`].
//!
//! Never here: which units there are (see [`crate::count`]).

use std::collections::BTreeMap;

use event::Days;

use crate::cells::{Cells, Level, Levels, Marks, ROOT, level};
use crate::columns::NONE;
use crate::count::{Sink, Unit};
use crate::dimensions::{Group, Measure};
use crate::figure::{Count, Row, Unnamed};
use crate::groups::{self, Span, Values, is_of_time};
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
    /// The best level of each unit in the total.
    best: Vec<Level>,
    total: Levels,
    crowds: Vec<Crowd>,
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
            best: Vec::new(),
            total: Levels::default(),
            crowds: Vec::new(),
        }
    }

    /// Returns one for the same question that has counted nothing.
    pub(crate) fn another(&self) -> Self {
        Self::new(self.table, self.query)
    }

    fn count_in_total(&mut self, number: u32, level: Level) {
        let Some(at) = index(number) else { return };
        if self.best.len() <= at {
            self.best.resize((at + 1).max(self.best.len() * 2), 0);
        }
        if let Some(best) = self.best.get_mut(at)
            && *best < level
        {
            self.total.rise(*best, level);
            *best = level;
        }
    }

    /// Counts a unit in the total, and in the cells of what it says.
    pub(crate) fn put(&mut self, unit: &impl Put) {
        if let Some(number) = unit.number() {
            self.count_in_total(number, unit.level());
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
            if let Some(number) = unit.number() {
                self.marks.put_range(cell, number, (first, last));
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
            self.marks.put(cell, number, level);
        }
        self.crowd(cell, unit, level);
    }

    fn crowd(&mut self, cell: u32, unit: &impl Put, level: Level) {
        if level >= 2
            && let Some((event, lower, upper)) = unit.group()
        {
            self.crowds.push((cell, event, lower, upper));
        }
    }

    /// Adds what another has counted, of other rows of the same question.
    pub(crate) fn join(&mut self, other: Self) {
        let numbers = self.cells.join(&other.cells);
        self.marks.join(other.marks, &numbers);
        for (number, level) in (0..).zip(other.best) {
            if level > 0 {
                self.count_in_total(number, level);
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
        if let Some(root) = levels.first_mut() {
            *root = self.total;
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
