//! The rows of an answer: the cells that count something, with the names of their values.
//!
//! Start at [`rows`].
//!
//! Never here: what is counted (see [`crate::tally`]).

use std::collections::BTreeMap;

use crate::cells::{Cells, ROOT};
use crate::columns::NONE;
use crate::dimensions::Group;
use crate::figure::{Count, Row};
use crate::groups;
use crate::moments::{Moments, is_of_time};
use crate::query::Query;
use crate::table::Table;

/// The values of one dimension that rows have: for each, its rank among their names, and its name.
struct Named {
    ranks: BTreeMap<u32, (u32, Option<String>)>,
}

/// Returns the rows of the cells that count something, in the order of the names of their values.
///
/// The last value of a cell's path is of `time`, if the question groups by that, and the others are
/// of the other dimensions in the order of the question.
pub(crate) fn rows(
    table: &Table,
    query: &Query,
    time: Option<&Moments>,
    cells: &Cells,
    counts: &[Count],
) -> Vec<Row> {
    let counted = |count: &Count| count.at_most > 0 || count.unnamed.is_some_and(|u| u.lower > 0);
    let found: Vec<(Vec<u32>, Count)> = (0..)
        .zip(counts)
        .skip(1)
        .filter(|(_, count)| counted(count))
        .map(|(cell, count)| (values(query, time, cells, cell), *count))
        .collect();
    let dimensions = query.group_by.iter().enumerate();
    let named: Vec<Named> = dimensions
        .map(|(at, group)| {
            let values = found
                .iter()
                .filter_map(|(values, _)| values.get(at).copied());
            Named::new(table, *group, values)
        })
        .collect();
    // Rows are sorted by their values, in the order of the names of the dimensions.
    let mut order: Vec<usize> = (0..named.len()).collect();
    order.sort_by_key(|at| query.group_by.get(*at).map(|group| group.name()));
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
        let names = query.group_by.iter().zip(&named).zip(&values);
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

/// Returns the values of a cell, in the order of the question.
fn values(query: &Query, time: Option<&Moments>, cells: &Cells, cell: u32) -> Vec<u32> {
    let mut path = Vec::with_capacity(query.group_by.len());
    let mut at = cell;
    while at != ROOT && path.len() <= query.group_by.len() {
        let (parent, value) = cells.path(at);
        path.push(value);
        at = parent;
    }
    let moment = time.zip(path.first().copied());
    let mut others = path.iter().rev();
    let value = |group: &Group| match moment {
        Some((time, moment)) if is_of_time(*group) => time.coarser(moment, *group),
        _ => others.next().copied().unwrap_or(NONE),
    };
    query.group_by.iter().map(value).collect()
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
