//! Units added up: the total, and each cell of the groups.
//!
//! Never here: which units there are (see [`crate::count`]).

use std::collections::{BTreeMap, BTreeSet};

use crate::columns::NONE;
use crate::count::{AT_LEAST, AT_MOST, COUNT, Sink, Unit};
use crate::dimensions::Measure;
use crate::figure::{Count, Row, Unnamed};
use crate::filter::Cell;
use crate::query::Query;
use crate::table::{Table, index};

const SUMS_MAY_PASS: &str =
    "a unit can stand in several rows, so the sum of the rows can pass the total";

/// Units counted so far, in the total and in each cell.
pub(crate) struct Tally<'q> {
    query: &'q Query,
    table: &'q Table,
    cells: BTreeMap<Vec<Cell>, u32>,
    marks: Vec<(u32, u64, u8)>,
    unnamed: BTreeSet<(u32, u32, u32, u32)>,
}

/// The number of the total among the cells.
const TOTAL: u32 = 0;

impl<'q> Tally<'q> {
    pub(crate) fn new(table: &'q Table, query: &'q Query) -> Self {
        Self {
            query,
            table,
            cells: BTreeMap::new(),
            marks: Vec::new(),
            unnamed: BTreeSet::new(),
        }
    }

    fn mark(&mut self, cell: u32, unit: &Unit<'_>, flags: u8) {
        if let Some(number) = unit.number {
            self.marks.push((cell, number, flags));
        }
        if unit.unnamed.0 != NONE && flags & COUNT != 0 {
            self.unnamed
                .insert((cell, unit.behind, unit.unnamed.0, unit.unnamed.1));
        }
    }

    pub(crate) fn finish(mut self) -> (Count, Vec<Row>, Option<&'static str>) {
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

impl Sink for Tally<'_> {
    /// Counts `unit` in the total with `flags`, and in the cells of what it says.
    fn take(&mut self, unit: &Unit<'_>, flags: u8) {
        self.mark(TOTAL, unit, flags);
        if self.query.group_by.is_empty() {
            return;
        }
        for (cell, inside) in crate::filter::cells(&self.query.group_by, unit, self.query.occurred)
        {
            let next = u32::try_from(self.cells.len())
                .unwrap_or(NONE)
                .saturating_add(1);
            let number = *self.cells.entry(cell).or_insert(next);
            let flags = if inside { flags } else { flags & AT_MOST };
            self.mark(number, unit, flags);
        }
    }
}
