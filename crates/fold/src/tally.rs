//! Units added up: the total, and each cell of the groups.
//!
//! Start at [`Tally::add`], and at [`Tally::finish`].
//!
//! Never here: which units there are (see [`crate::count`]).

use crate::best::{BEST_CELLS, Best};
use crate::cells::{Cells, Level, Levels, ROOT, level};
use crate::columns::NONE;
use crate::count::{Sink, Unit};
use crate::dimensions::{Group, Measure};
use crate::figure::{Count, Row, Unnamed};
use crate::groups::UNKNOWN;
use crate::lot::{ALONE, Crowd, Lot, Said};
use crate::marks::Marks;
use crate::moments::{Moments, Span, is_of_time};
use crate::named;
use crate::query::Query;
use crate::recent::Recent;
use crate::spans::Spans;
use crate::table::{Table, index};

const SUMS_MAY_PASS: &str =
    "a unit can stand in several rows, so the sum of the rows can pass the total";

/// From how many values in a row on a date is counted as a range, not in each of them by itself.
const RANGE_MIN: u32 = 4;

/// From how many marks on the best level of each unit is kept in their stead. Builds with assertions
/// do so from a few on, so that the laws, whose histories are short, count both ways.
const KEPT_MIN: usize = if cfg!(debug_assertions) { 8 } else { 16_384 };

/// Units counted so far, in the total and in each cell.
pub(crate) struct Tally<'q> {
    query: &'q Query,
    table: &'q Table,
    /// The dimensions that are not of time, in the order of the question.
    groups: Vec<Group>,
    /// The finest dimension of time: a month lies in one quarter and one year, so together they
    /// are no more cells than months. Its value is the last of a cell's path.
    time: Option<Moments>,
    cells: Cells,
    /// In how many of the first cells the best level of each unit is kept.
    kept: u32,
    /// Units that come one by one, until they are added up.
    lot: Lot,
    /// The units of the lot that is added up, each in each of its cells.
    spread: Vec<Placed>,
    marks: Marks,
    /// The best level of each unit in the total, and in the first cells where time plays no part: the
    /// quickest way to count many, for eight bytes a unit. In other cells units are marked.
    best: Best,
    /// Units that are alone, in each cell.
    alone: Vec<Levels>,
    /// Units that are alone and spread over many values of time.
    spans: Spans,
    recent: Recent,
    /// The people of group events in each cell.
    crowds: Vec<(u32, Crowd)>,
}

/// A unit of a lot in a cell.
#[derive(Clone, Copy)]
struct Placed {
    cell: u32,
    unit: u32,
    number: u32,
    level: Level,
    /// The place among the lot's crowds; [`NONE`] where there is none.
    crowd: u32,
}

impl<'q> Tally<'q> {
    pub(crate) fn new(table: &'q Table, query: &'q Query) -> Self {
        let of_time = |group: &Group| is_of_time(*group);
        let groups = query.group_by.iter().copied();
        let time = groups.clone().filter(of_time).min();
        let groups: Vec<Group> = groups.filter(|group| !of_time(group)).collect();
        Self {
            query,
            table,
            kept: 0,
            time: time.map(|group| Moments::new(group, query.occurred)),
            cells: Cells::new(),
            lot: Lot::new(&groups),
            groups,
            spread: Vec::new(),
            marks: Marks::default(),
            best: Best::default(),
            alone: Vec::new(),
            spans: Spans::default(),
            recent: Recent::new(),
            crowds: Vec::new(),
        }
    }

    /// Returns one for the same question that has counted nothing.
    pub(crate) fn another(&self) -> Self {
        Self::new(self.table, self.query)
    }

    /// Returns the dimensions that are not of time, in the order of the question.
    pub(crate) fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// Whether the question groups by time.
    pub(crate) const fn asks_for_time(&self) -> bool {
        self.time.is_some()
    }

    /// Counts a unit of a question without groups.
    pub(crate) fn put(&mut self, number: u32, level: Level) {
        self.count_once(ROOT, number, level);
        if self.kept == 0 && self.marks.len() >= KEPT_MIN {
            self.keep();
        }
    }

    /// Counts the units of a lot in the total, and in the cells of what they say.
    pub(crate) fn add(&mut self, lot: &Lot) {
        if self.kept == 0 && self.marks.len() >= KEPT_MIN {
            self.keep();
        }
        // Where levels are kept, units are put in the total with each of their cells.
        let with_cells = self.kept > 1 && !self.query.group_by.is_empty();
        let mut alone = [0_u64; 4];
        for (number, level) in lot.numbers.iter().zip(&lot.levels) {
            match *number {
                NONE => {}
                ALONE => {
                    if let Some(count) = alone.get_mut(usize::from(*level)) {
                        *count += 1;
                    }
                }
                number if !with_cells => self.count_once(ROOT, number, *level),
                _ => {}
            }
        }
        self.count_alone(ROOT, &Levels::of(alone));
        let crowds = lot.crowds.iter();
        let crowds = crowds.filter(|(unit, _)| lot.level(*unit) >= 2);
        self.crowds.extend(crowds.map(|(_, crowd)| (ROOT, *crowd)));
        if self.query.group_by.is_empty() {
            return;
        }
        let mut spread = std::mem::take(&mut self.spread);
        self.spread_out(lot, &mut spread);
        match self.time {
            Some(time) => {
                for at in &spread {
                    self.settle(&time, lot, at);
                }
            }
            None => {
                for at in &spread {
                    self.mark(lot, at);
                }
            }
        }
        self.spread = spread;
    }

    /// Finds the cells that units stand in by what they say of the dimensions that are not of time.
    fn spread_out(&mut self, lot: &Lot, spread: &mut Vec<Placed>) {
        let placed = |((unit, number), level): ((u32, &u32), &Level), cell| Placed {
            cell,
            unit,
            number: *number,
            level: *level,
            crowd: NONE,
        };
        spread.clear();
        let units = (0..).zip(&lot.numbers).zip(&lot.levels);
        let rest = match lot.said.split_first() {
            Some((Said::One(values), rest)) => {
                let cells = values.iter().map(|value| self.cells.child(ROOT, *value));
                spread.extend(units.zip(cells).map(|(unit, cell)| placed(unit, cell)));
                rest
            }
            _ => {
                spread.extend(units.map(|unit| placed(unit, ROOT)));
                &lot.said
            }
        };
        for (crowd, (unit, _)) in (0..).zip(&lot.crowds) {
            if let Some(at) = index(*unit).and_then(|i| spread.get_mut(i)) {
                at.crowd = crowd;
            }
        }
        for said in rest {
            match said {
                Said::One(values) => {
                    for at in spread.iter_mut() {
                        let value = index(at.unit).and_then(|i| values.get(i)).copied();
                        at.cell = self.cells.child(at.cell, value.unwrap_or(UNKNOWN));
                    }
                }
                Said::Sets(sets) => {
                    for at in std::mem::take(spread) {
                        let codes = index(at.unit).and_then(|i| sets.get(i)).copied();
                        let mut put = |value: u32| {
                            let cell = self.cells.child(at.cell, value);
                            spread.push(Placed { cell, ..at });
                        };
                        match codes.filter(|codes| !codes.is_empty()) {
                            Some(codes) => codes
                                .indices()
                                .for_each(|value| put(u32::try_from(value).unwrap_or(UNKNOWN))),
                            None => put(UNKNOWN),
                        }
                    }
                }
            }
        }
    }

    /// Counts a unit in the values of time that its days touch, below its cell.
    fn settle(&mut self, time: &Moments, lot: &Lot, at: &Placed) {
        let Span {
            first,
            last,
            inside,
        } = time.span(lot.days(at.unit));
        if last - first >= RANGE_MIN {
            match at.number {
                NONE => {}
                ALONE => self.spans.put(&mut self.cells, at.cell, (first, last)),
                number => self.marks.put_range(at.cell, number, (first, last)),
            }
            return;
        }
        let level = if inside { at.level } else { at.level.min(1) };
        for value in first..=last {
            let cell = self.cells.child(at.cell, value);
            self.mark(lot, &Placed { cell, level, ..*at });
        }
    }

    fn mark(&mut self, lot: &Lot, at: &Placed) {
        match at.number {
            NONE => {}
            ALONE => self.count_alone(at.cell, &Levels::one(at.level)),
            number => self.count_once(at.cell, number, at.level),
        }
        if at.crowd != NONE
            && at.level >= 2
            && let Some((_, crowd)) = index(at.crowd).and_then(|i| lot.crowds.get(i))
        {
            self.crowds.push((at.cell, *crowd));
        }
    }

    /// Counts a unit by its best level, however often it comes.
    fn count_once(&mut self, cell: u32, number: u32, level: Level) {
        if cell < self.kept {
            self.best.put(cell, number, level);
            return;
        }
        if self.kept > 1 {
            self.best.put(ROOT, number, level);
        }
        if self.recent.is_news(number, cell, level) {
            self.marks.put(cell, number, level);
        }
    }

    /// Keeps the best level of each unit from here on, where there are many.
    fn keep(&mut self) {
        // Ranges of time count units too, so the cells of time are counted with them, at the end.
        self.kept = if self.time.is_some() { 1 } else { BEST_CELLS };
        self.recent = Recent::new();
        for (cell, number, level) in self.marks.take() {
            self.count_once(cell, number, level);
        }
    }

    /// Counts units that are alone.
    fn count_alone(&mut self, cell: u32, more: &Levels) {
        let Some(at) = index(cell) else { return };
        if self.alone.len() <= at {
            self.alone.resize(at + 1, Levels::default());
        }
        if let Some(levels) = self.alone.get_mut(at) {
            levels.add(more);
        }
    }

    /// Adds what another has counted, of other rows of the same question.
    pub(crate) fn join(&mut self, mut other: Self) {
        other.flush();
        let numbers = self.cells.join(&other.cells);
        let here = |cell: u32| index(cell).and_then(|i| numbers.get(i)).copied();
        if self.kept < other.kept {
            self.keep();
        }
        if self.kept > 0 {
            for (cell, unit, level) in other.marks.take() {
                if let Some(cell) = here(cell) {
                    self.count_once(cell, unit, level);
                }
            }
        }
        self.marks.join(other.marks, &numbers);
        self.spans.join(&other.spans, &numbers);
        for (cell, more) in numbers.iter().zip(&other.alone) {
            self.count_alone(*cell, more);
        }
        let marks = &mut self.marks;
        let beyond = |cell, unit, level| marks.put(cell, unit, level);
        self.best.join(other.best, &numbers, beyond);
        let crowds = other.crowds.into_iter();
        self.crowds
            .extend(crowds.filter_map(|(cell, crowd)| Some((here(cell)?, crowd))));
    }

    /// Returns the total, the rows in the order of their values, and what a reader must know.
    pub(crate) fn finish(mut self) -> (Count, Vec<Row>, Option<&'static str>) {
        self.flush();
        let marks = std::mem::take(&mut self.marks);
        let mut levels = marks.count(&mut self.cells);
        self.spans.count(&mut self.cells, &mut levels);
        for (levels, alone) in levels.iter_mut().zip(&self.alone) {
            levels.add(alone);
        }
        let best = self.best.levels(levels.len());
        for (levels, best) in levels.iter_mut().zip(&best) {
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
        let time = self.time.as_ref();
        let rows = named::rows(self.table, self.query, time, &self.cells, &counts);
        let sum: u64 = rows.iter().map(|row| row.count.at_most).sum();
        let note = (sum > total.at_most).then_some(SUMS_MAY_PASS);
        (total, rows, note)
    }

    /// Adds the unnamed people to the counts, each event once in each cell.
    fn add_crowds(&mut self, counts: &mut [Count]) {
        self.crowds.sort_unstable();
        self.crowds.dedup();
        for (cell, (_, lower, upper)) in &self.crowds {
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

    /// Adds up the units that came one by one.
    fn flush(&mut self) {
        let empty = Lot::new(&self.groups);
        let mut lot = std::mem::replace(&mut self.lot, empty);
        self.add(&lot);
        lot.clear();
        self.lot = lot;
    }
}

impl Sink for Tally<'_> {
    fn take(&mut self, unit: &Unit<'_>, flags: u8) {
        self.lot.put(unit, level(flags), &self.groups);
        if self.lot.is_full() {
            self.flush();
        }
    }
}
