//! A figure over time as one long table for chart tools: a row for each period and group, with its days, under
//! columns that are the same whatever is asked.
//!
//! Start at [`series_table`].
//!
//! Never here: counting, and what a value is called.

use std::collections::{BTreeMap, BTreeSet};

use event::Day;
use figures::{Answer, Count, Row, Unnamed};

use super::model::{Cell, Column, ColumnType, Table};

/// The columns, in front of what the table follows from. They never change.
pub const SERIES_COLUMNS: [Column; 14] = [
    Column::new("date", ColumnType::Day, "the first day of the period"),
    Column::new("date_end", ColumnType::Day, "its last day"),
    Column::new(
        "period",
        ColumnType::Text,
        "the period: `2020-03`, `2020-Q1` or `2020`",
    ),
    Column::new(
        "group_by",
        ColumnType::Text,
        "by what the rows of a period are divided; empty where by nothing",
    ),
    Column::new(
        "group",
        ColumnType::Text,
        "the code or id of the group; empty where it is not known, or there is none",
    ),
    Column::new("group_label", ColumnType::Text, "the same in words"),
    Column::new(
        "measure",
        ColumnType::Text,
        "what is counted: `persons`, `events` or `person_charges`",
    ),
    Column::new("definition", ColumnType::Text, "by which definition"),
    Column::new(
        "count",
        ColumnType::Integer,
        "the figure of the period; of a definition of custody, on its last day",
    )
    .unit("units of `measure`"),
    Column::new(
        "at_least",
        ColumnType::Integer,
        "of those, the ones without a doubt mark",
    )
    .unit("units of `measure`"),
    Column::new("at_most", ColumnType::Integer, "those who may count").unit("units of `measure`"),
    Column::new(
        "unnamed_lower",
        ColumnType::Integer,
        "unnamed people of group events beside them, at least; never added to the count",
    )
    .unit("persons"),
    Column::new(
        "unnamed_upper",
        ColumnType::Integer,
        "the same, at most; empty where nobody says",
    )
    .unit("persons"),
    Column::new(
        "on",
        ColumnType::Day,
        "D: the last day on which states are counted",
    ),
];

/// How a series is divided: in periods, and by at most one other dimension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeriesShape {
    /// The name of the dimension of time.
    pub period: &'static str,
    /// The name of the other one.
    pub group: Option<&'static str>,
}

/// Makes the table of a figure that is grouped as `shape` says, from the first period that has a row to the last:
/// where a group has none, its counts are 0. `label` says a value of the other dimension in words. What lies in no
/// period of the figure has no row.
#[must_use]
pub fn series_table(
    answer: &Answer,
    shape: SeriesShape,
    label: impl Fn(Option<&str>) -> String,
) -> Table {
    let mut table = Table::new(SERIES_COLUMNS.to_vec());
    let mut counts: BTreeMap<(i32, Option<&str>), Count> = BTreeMap::new();
    let mut length = 1;
    for row in &answer.rows {
        let period = row.group.get(shape.period).and_then(Option::as_deref);
        if let Some(period) = period.and_then(Period::parse) {
            length = period.months;
            counts.insert((period.first, group_of(row, shape)), row.count);
        }
    }
    let groups: BTreeSet<Option<&str>> = counts.keys().map(|(_, group)| *group).collect();
    let ends = counts.keys().next().zip(counts.keys().next_back());
    let Some(((first, _), (last, _))) = ends else {
        return table;
    };
    let labels: BTreeMap<Option<&str>, Cell> = groups
        .iter()
        .map(|group| {
            (
                *group,
                shape.group.map(|_| Cell::Text(label(*group))).into(),
            )
        })
        .collect();
    let nothing = Count {
        unnamed: answer.total.unnamed.map(|_| Unnamed {
            lower: 0,
            upper: Some(0),
        }),
        ..Count::default()
    };
    let mut period = Period {
        first: *first,
        months: length,
    };
    while period.first <= *last {
        for group in &groups {
            let count = counts.get(&(period.first, *group)).unwrap_or(&nothing);
            let label = labels.get(group).cloned().unwrap_or(Cell::Empty);
            table.push(row(answer, shape, period, (*group, label), count));
        }
        period = period.next();
    }
    table
}

fn group_of(row: &Row, shape: SeriesShape) -> Option<&str> {
    row.group.get(shape.group?).and_then(Option::as_deref)
}

fn row(
    answer: &Answer,
    shape: SeriesShape,
    period: Period,
    (group, label): (Option<&str>, Cell),
    count: &Count,
) -> Vec<Cell> {
    let unnamed = count.unnamed;
    vec![
        period.first_day().into(),
        period.next().first_day().map(|day| day.plus(-1)).into(),
        Cell::Text(period.to_string()),
        shape.group.into(),
        group.into(),
        label,
        (&*answer.measure).into(),
        (&answer.definition).into(),
        count.count.into(),
        count.at_least.into(),
        count.at_most.into(),
        unnamed.map(|unnamed| unnamed.lower).into(),
        unnamed.and_then(|unnamed| unnamed.upper).into(),
        answer.on.as_deref().and_then(Day::parse).into(),
    ]
}

/// A month, quarter or year: its first month, counted from that of the year 0, and how many months it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Period {
    first: i32,
    months: i32,
}

impl Period {
    /// Parses `2020-03`, `2020-Q1` or `2020`.
    fn parse(text: &str) -> Option<Self> {
        let (year, part) = text
            .split_once('-')
            .map_or((text, None), |(year, part)| (year, Some(part)));
        let year: i32 = year.parse().ok()?;
        let (place, months) = match part {
            None => (1, 12),
            Some(part) => match part.strip_prefix('Q') {
                Some(quarter) => (quarter.parse().ok()?, 3),
                None => (part.parse().ok()?, 1),
            },
        };
        let first = year * 12 + (place - 1) * months;
        Some(Self { first, months })
    }

    const fn next(self) -> Self {
        Self {
            first: self.first + self.months,
            months: self.months,
        }
    }

    fn first_day(self) -> Option<Day> {
        let year = i16::try_from(self.first.div_euclid(12)).ok()?;
        let month = i8::try_from(self.first.rem_euclid(12) + 1).ok()?;
        Day::from_ymd(year, month, 1)
    }
}

impl std::fmt::Display for Period {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (year, month) = (self.first.div_euclid(12), self.first.rem_euclid(12));
        match self.months {
            12 => write!(f, "{year:04}"),
            3 => write!(f, "{year:04}-Q{}", month / 3 + 1),
            _ => write!(f, "{year:04}-{:02}", month + 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_named_as_it_is_read_and_has_its_days() {
        for (text, first, last) in [
            ("2020-02", "2020-02-01", "2020-02-29"),
            ("2020-12", "2020-12-01", "2020-12-31"),
            ("2020-Q1", "2020-01-01", "2020-03-31"),
            ("2020-Q4", "2020-10-01", "2020-12-31"),
            ("2020", "2020-01-01", "2020-12-31"),
            ("0000", "0000-01-01", "0000-12-31"),
        ] {
            let period = Period::parse(text).unwrap();
            assert_eq!(period.to_string(), text);
            let next = period.next().first_day().unwrap();
            assert_eq!(period.first_day().unwrap().to_string(), first);
            assert_eq!(next.plus(-1).to_string(), last);
        }
        for text in ["", "x", "2020-Qx", "2020-x"] {
            assert_eq!(Period::parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_names_of_columns_are_these_for_ever() {
        let names = SERIES_COLUMNS.map(|column| column.name.to_string());
        assert_eq!(
            names.join(" "),
            "date date_end period group_by group group_label measure definition count at_least at_most \
             unnamed_lower unnamed_upper on"
        );
    }
}
