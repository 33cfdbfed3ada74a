//! The rows of an answer: the groups that count something, with the names of their values.
//!
//! Start at [`rows`].
//!
//! Never here: what is counted (see [`crate::aggregate::grouped_count`]).

use std::collections::BTreeMap;

use crate::aggregate::counts::{Count, Row};
use crate::aggregate::group_ids::{GroupId, GroupIds};
use crate::aggregate::periods::{Periods, is_of_time};
use crate::aggregate::values::{self, DimensionValue};
use crate::columns::ids::ColumnId as _;
use crate::columns::store::ColumnStore;
use crate::question::dimension::Dimension;
use crate::question::query::Query;

/// The values of one dimension that rows have: for each, its rank among their names, and its name.
struct Labels {
    ranks: BTreeMap<DimensionValue, (u32, Option<String>)>,
}

/// Returns the rows of the groups that count something, in the order of the names of their values.
///
/// The last value of a group's path is of `time`, if the question groups by that, and the others are
/// of the other dimensions in the order of the question.
pub(crate) fn rows(
    columns: &ColumnStore,
    query: &Query,
    time: Option<&Periods>,
    groups: &GroupIds,
    counts: &[Count],
) -> Vec<Row> {
    let counted =
        |count: &Count| count.at_most > 0 || count.unnamed.is_some_and(|u| u.upper != Some(0));
    let found: Vec<(Vec<DimensionValue>, Count)> = GroupId::first(counts.len())
        .zip(counts)
        .skip(1)
        .filter(|(_, count)| counted(count))
        .map(|(group, count)| (values(query, time, groups, group), *count))
        .collect();
    let dimensions = query.group_by.iter().enumerate();
    let named: Vec<Labels> = dimensions
        .map(|(at, group)| {
            let values = found
                .iter()
                .filter_map(|(values, _)| values.get(at).copied());
            Labels::new(columns, *group, values)
        })
        .collect();
    // Rows are sorted by their values, in the order of the names of the dimensions.
    let mut order: Vec<usize> = (0..named.len()).collect();
    order.sort_by_key(|at| query.group_by.get(*at).map(|group| group.name()));
    let rank = |values: &[DimensionValue]| -> Vec<u32> {
        let rank = |at: &usize| Some(named.get(*at)?.ranks.get(values.get(*at)?)?.0);
        order.iter().filter_map(rank).collect()
    };
    let mut ranked: Vec<(Vec<u32>, Vec<DimensionValue>, Count)> = found
        .into_iter()
        .map(|(values, count)| (rank(&values), values, count))
        .collect();
    ranked.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    let row = |(_, values, count): (Vec<u32>, Vec<DimensionValue>, Count)| {
        let names = query.group_by.iter().zip(&named).zip(&values);
        let group = names.map(|((group, named), value)| {
            let name = named.ranks.get(value).and_then(|(_, name)| name.clone());
            (group.name().into(), name)
        });
        Row {
            group: group.collect(),
            count,
        }
    };
    ranked.into_iter().map(row).collect()
}

/// Returns the values of a group, in the order of the question.
fn values(
    query: &Query,
    time: Option<&Periods>,
    groups: &GroupIds,
    group: GroupId,
) -> Vec<DimensionValue> {
    let mut path = Vec::with_capacity(query.group_by.len());
    let mut at = groups.path(group);
    while let Some(step) = at {
        path.push(step.value);
        at = groups.path(step.parent);
    }
    let period = time.zip(path.first().copied());
    let mut others = path.iter().rev();
    let value = |group: &Dimension| match period {
        Some((time, period)) if is_of_time(*group) => time.coarser(period, *group),
        _ => others.next().copied().unwrap_or(DimensionValue::UNKNOWN),
    };
    query.group_by.iter().map(value).collect()
}

impl Labels {
    fn new(
        columns: &ColumnStore,
        group: Dimension,
        values: impl Iterator<Item = DimensionValue>,
    ) -> Self {
        let mut values: Vec<DimensionValue> = values.collect();
        values.sort_unstable();
        values.dedup();
        let mut names: Vec<(Option<String>, DimensionValue)> = values
            .into_iter()
            .map(|value| (values::name(columns, group, value), value))
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
