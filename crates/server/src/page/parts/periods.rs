//! Periods of time in their order, those in which nothing happened included.
//!
//! Never here: which period an event belongs to (crate `figures`).

use figures::{Answer, Count, Query};

use crate::page::chart::Item;
use crate::page::formats::PERIODS_MAX;
use crate::page::text::format;
use crate::page::text::words::Words;

const NOTHING: Count = Count {
    count: 0,
    at_least: 0,
    at_most: 0,
    unnamed: None,
};

/// What is drawn of a figure over time, and what is not.
#[derive(Default)]
pub(crate) struct Drawn {
    /// One item a period, from the first to the last that the rows name, those of nothing included.
    pub(crate) items: Vec<Item>,
    /// Says what is not drawn, where something is not: periods before those drawn, days outside.
    pub(crate) left_out: Option<String>,
}

/// Draws a figure that is grouped by time alone: its last [`PERIODS_MAX`] periods.
pub(crate) fn drawn(w: &Words, query: &Query, answer: &Answer) -> Drawn {
    let Some(group) = query.group_by.first().map(|group| group.name()) else {
        return Drawn::default();
    };
    let named: Vec<(i32, &Count)> = answer
        .rows
        .iter()
        .filter_map(|row| Some((number(row.group.get(group)?.as_deref()?)?, &row.count)))
        .collect();
    let window = query.occurred.and_then(|days| {
        let first = number(&name(group, days.earliest)?)?;
        Some((first, number(&name(group, days.latest)?)?))
    });
    let rows = named.iter().map(|(period, _)| *period);
    let of_rows = rows.clone().min().zip(rows.max());
    let outside = answer
        .rows
        .iter()
        .find(|row| row.group.get(group) == Some(&None));
    let outside = outside.map(|row| {
        let value = format::counted(w, &row.count);
        w.fill("chart.outside", &[("value", &value)])
    });
    // An open window ends where the rows do.
    let Some((first, last)) = window.or(of_rows) else {
        return Drawn {
            items: Vec::new(),
            left_out: outside,
        };
    };
    let one_year = text(group, first).get(..4) == text(group, last).get(..4);
    let most = i32::try_from(PERIODS_MAX).unwrap_or(i32::MAX);
    let all = last.saturating_sub(first).saturating_add(1);
    let items = (first.max(last.saturating_sub(most - 1))..=last)
        .map(|period| {
            let found = named.iter().find(|(other, _)| *other == period);
            let figure = found.map_or(&NOTHING, |(_, figure)| *figure);
            let text = text(group, period);
            let full = w.period(&text);
            let said = format::counted(w, figure);
            let full = w.fill("value.named", &[("name", &full), ("value", &said)]);
            Item::new(short(w, group, &text, one_year), full, figure)
        })
        .collect();
    let number = |n: i32| w.number(u64::try_from(n).unwrap_or(0));
    let part = (all > most).then(|| {
        let (drawn, all) = (number(most), number(all));
        w.fill("chart.part", &[("drawn", &drawn), ("all", &all)])
    });
    let left_out: Vec<String> = part.into_iter().chain(outside).collect();
    Drawn {
        items,
        left_out: (!left_out.is_empty()).then(|| left_out.join(" · ")),
    }
}

/// Returns the short name of a period: a month's own; the year where one begins, unless all lie in
/// one.
fn short(w: &Words, group: &str, text: &str, one_year: bool) -> String {
    let (year, part) = text.split_once('-').unwrap_or((text, ""));
    match (group, part) {
        ("year", _) => w.digits(year),
        ("month", "01") | ("quarter", "Q1") if !one_year => w.digits(year),
        ("month", month) => w.month_short(month.parse().unwrap_or(0)),
        (_, quarter) => w.digits(quarter),
    }
}

/// Returns the period of a day as figures name it.
fn name(group: &str, day: event::Day) -> Option<String> {
    let (year, month, _) = day.ymd()?;
    Some(match group {
        "month" => format!("{year:04}-{month:02}"),
        "quarter" => format!("{year:04}-Q{}", (month - 1) / 3 + 1),
        _ => format!("{year:04}"),
    })
}

/// Numbers periods so that one follows the other.
fn number(text: &str) -> Option<i32> {
    let Some((year, part)) = text.split_once('-') else {
        return text.parse().ok();
    };
    let year: i32 = year.parse().ok()?;
    match part.strip_prefix('Q') {
        Some(quarter) => Some(year * 4 + quarter.parse::<i32>().ok()? - 1),
        None => Some(year * 12 + part.parse::<i32>().ok()? - 1),
    }
}

fn text(group: &str, number: i32) -> String {
    match group {
        "month" => format!(
            "{:04}-{:02}",
            number.div_euclid(12),
            number.rem_euclid(12) + 1
        ),
        "quarter" => format!("{:04}-Q{}", number.div_euclid(4), number.rem_euclid(4) + 1),
        _ => format!("{number:04}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_numbered_one_after_the_other() {
        for (group, one, next) in [
            ("month", "2019-12", "2020-01"),
            ("quarter", "2019-Q4", "2020-Q1"),
            ("year", "2019", "2020"),
        ] {
            let at = number(one).unwrap();
            assert_eq!(text(group, at), one);
            assert_eq!(text(group, at + 1), next);
        }
    }
}
