//! Who is held, month by month: the figure on the last day of each period, up to D.
//!
//! Start at [`count`]. Each row is the total of [`crate::answer::figure::answer`] for the same question
//! on that day, so no rule of counting stands here. Source: docs/reference/figures.md, Groups of time.
//!
//! Never here: groups of time of events, which have a span of their own
//! (see [`crate::aggregate::grouped_count`]).

use event::{Day, Days};

use crate::aggregate::counts::{Count, Row};
use crate::aggregate::group_ids::TooManyGroups;
use crate::aggregate::grouped_count::{Counted, note};
use crate::aggregate::periods::{self, PeriodRange, Periods};
use crate::aggregate::values::DimensionValue;
use crate::answer::figure;
use crate::answer::held_on_days::held_on_days;
use crate::columns::lend::Lend;
use crate::question::dimension::Dimension;
use crate::question::query::Query;
use crate::scan::context::{AsOf, ScanContext};
use crate::scan::custody::{Joining, candidate_spells};
use crate::scan::deaths::Deaths;
use crate::scan::parallel::over_custody;
use crate::scan::partition::Partition;
use crate::scan::run::prepare;

/// Counts who is held on D, and in each period on its last day.
///
/// # Errors
/// [`TooManyGroups`].
pub(crate) fn count(
    columns: &impl Lend,
    query: &Query,
    as_of: AsOf<'_>,
) -> Result<Counted, TooManyGroups> {
    let (times, others): (Vec<Dimension>, Vec<Dimension>) = query
        .group_by
        .iter()
        .partition(|group| periods::is_of_time(**group));
    let mut on_a_day = query.clone();
    on_a_day.group_by = others;
    on_a_day.occurred = None;
    let total = figure::total(columns, &on_a_day, as_of);
    let days = match as_of.on.zip(times.iter().min()) {
        Some((on, finest)) => last_days(columns, query, as_of, on, *finest)?,
        None => Vec::new(),
    };
    let mut rows = Vec::new();
    for (day, of_day) in rows_of_days(columns, &on_a_day, as_of, &days)? {
        rows.extend(of_day.into_iter().map(|mut row| {
            let names = times.iter().map(|time| {
                let number = periods::number(*time, day);
                (
                    time.name().into(),
                    number.map(|number| periods::name(*time, number)),
                )
            });
            row.group.extend(names);
            row
        }));
    }
    rows.retain(|row| row.count.at_most > 0);
    rows.sort_by(|a, b| a.group.cmp(&b.group));
    let note = note(&total, &rows);
    Ok((total, rows, note))
}

/// Counts the rows of the groups that are not of time, on each of the days.
fn rows_of_days(
    columns: &impl Lend,
    query: &Query,
    as_of: AsOf<'_>,
    days: &[Day],
) -> Result<Vec<(Day, Vec<Row>)>, TooManyGroups> {
    let whole = |count: Count| Row {
        group: std::collections::BTreeMap::new(),
        count,
    };
    if query.group_by.is_empty() {
        let counts = held_on_days(columns, query, as_of.at, days, as_of.scope);
        let rows = counts.into_iter().map(|count| vec![whole(count)]);
        return Ok(days.iter().copied().zip(rows).collect());
    }
    let of_day = |day: &Day| {
        let on = Some(*day);
        let (_, rows, _) = figure::count(columns, query, AsOf { on, ..as_of })?;
        Ok((*day, rows))
    };
    days.iter().map(of_day).collect()
}

/// Returns the last day of each period, D or the end of the window where that is before it: from the
/// window's first period, or the first in which someone is held by `count`, to that of D.
fn last_days(
    columns: &impl Lend,
    query: &Query,
    as_of: AsOf<'_>,
    on: Day,
    finest: Dimension,
) -> Result<Vec<Day>, TooManyGroups> {
    let window = query.window().unwrap_or(Days {
        earliest: Day::MIN,
        latest: Day::MAX,
    });
    let end = on.min(window.latest);
    let first = if window.earliest == Day::MIN {
        first_held(columns, query, as_of)
    } else {
        Some(window.earliest)
    };
    let number = |day| periods::number(finest, day).map(DimensionValue::from_period);
    let Some((first, last)) = first
        .filter(|first| *first <= end)
        .and_then(|first| number(first).zip(number(end)))
    else {
        return Ok(Vec::new());
    };
    Periods::new(finest, None).check(PeriodRange { first, last })?;
    let days = first.to(last);
    Ok(days
        .map(|period| periods::last_day(finest, period.packed()).min(end))
        .collect())
}

/// Returns the first day at whose end someone is held by `count`.
fn first_held(columns: &impl Lend, query: &Query, as_of: AsOf<'_>) -> Option<Day> {
    columns.lend(|table| {
        prepare(table, query, as_of, |context| {
            let firsts = over_custody(context, |partition| first_of_partition(context, partition));
            firsts.into_iter().flatten().min()
        })
    })
}

fn first_of_partition(context: &ScanContext<'_>, partition: Partition<'_>) -> Option<Day> {
    let deaths = Deaths::new(context, partition);
    let mut first: Option<Day> = None;
    candidate_spells(context, partition, (&[], Joining::All), |spell| {
        let (start, end) = (spell.bounds.start_latest, spell.bounds.end_earliest);
        if start >= end || first.is_some_and(|first| first <= start) {
            return;
        }
        let individual = context.people.individual(spell.person);
        let death = deaths.days_of(spell.person, individual).0;
        if start < death && spell.passes(context).is_some() {
            first = Some(start);
        }
    });
    first
}
