//! Periods of time in their order, those in which nothing happened included.
//!
//! Never here: which period an event belongs to (crate `figures`).

use figures::{Answer, Count, Query};

use crate::chart::Item;
use crate::formats::PERIODS_MAX;
use crate::text::format;
use crate::text::words::Words;

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
    /// Says what is not drawn, where something is not: periods beside those drawn, days outside.
    pub(crate) left_out: Option<String>,
}

impl Drawn {
    /// Adds what else is to be said of it.
    pub(crate) fn with(self, said: Option<String>) -> Self {
        let said: Vec<String> = self.left_out.into_iter().chain(said).collect();
        Self {
            left_out: (!said.is_empty()).then(|| said.join(" · ")),
            ..self
        }
    }
}

/// Draws a figure that is grouped by time alone: of more than [`PERIODS_MAX`] periods those in a row that
/// hold the most, so that one date far off does not move everything else out of the picture.
pub(crate) fn drawn(w: &Words, query: &Query, answer: &Answer) -> Drawn {
    let Some(group) = query.group_by.first().map(|group| group.name()) else {
        return Drawn::default();
    };
    let named: Vec<(i32, &Count)> = answer
        .rows
        .iter()
        .filter_map(|row| Some((number(row.group.get(group)?.as_deref()?)?, &row.count)))
        .collect();
    let window = query.window().and_then(|days| {
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
    let all = last.saturating_sub(first).saturating_add(1);
    let (drawn_first, drawn_last) = densest(&named, (first, last));
    let items = (drawn_first..=drawn_last)
        .map(|period| {
            let found = named.iter().find(|(other, _)| *other == period);
            let figure = found.map_or(&NOTHING, |(_, figure)| *figure);
            let text = text(group, period);
            let full = w.period(&text);
            let said = format::counted(w, figure);
            let full = w.fill("value.named", &[("name", &full), ("value", &said)]);
            Item::new(short(w, group, &text), full, figure)
        })
        .collect();
    let part = not_drawn(w, group, &named, (drawn_first, drawn_last), all);
    Drawn {
        items,
        left_out: part,
    }
    .with(outside)
}

/// Says which of `all` periods are drawn, and what the counts of the others add up to; none where all are.
fn not_drawn(
    w: &Words,
    group: &str,
    named: &[(i32, &Count)],
    (first, last): (i32, i32),
    all: i32,
) -> Option<String> {
    let drawn = last.saturating_sub(first).saturating_add(1);
    if all <= drawn {
        return None;
    }
    let beside = named
        .iter()
        .filter(|(period, _)| !(first..=last).contains(period));
    let sum = format::added_up(w, beside.map(|(_, figure)| *figure));
    let number = |n: i32| w.number(u64::try_from(n).unwrap_or(0));
    let values = [
        ("from", &*w.period(&text(group, first))),
        ("to", &w.period(&text(group, last))),
        ("drawn", &number(drawn)),
        ("all", &number(all)),
        ("sum", &sum),
    ];
    Some(w.fill("chart.part", &values))
}

/// Returns the first and the last of at most [`PERIODS_MAX`] periods in a row, within `span`, that hold the
/// most: what may be and the unnamed included; of several the latest. `named` is rising.
fn densest(named: &[(i32, &Count)], (first, last): (i32, i32)) -> (i32, i32) {
    let most = i32::try_from(PERIODS_MAX).unwrap_or(i32::MAX);
    if last.saturating_sub(first) < most {
        return (first, last);
    }
    let weight = |figure: &Count| {
        let unnamed = figure.unnamed.map_or(0, |unnamed| unnamed.lower);
        u128::from(figure.at_most) + u128::from(unnamed)
    };
    let (mut best, mut held, mut begins) = ((0, last), 0_u128, 0);
    for (period, figure) in named {
        held += weight(figure);
        while let Some((early, figure)) = named
            .get(begins)
            .filter(|(early, _)| period - early >= most)
        {
            debug_assert!(early < period, "periods rise");
            held -= weight(figure);
            begins += 1;
        }
        if held >= best.0 {
            best = (held, *period);
        }
    }
    // As much as can be is shown before the last period that is drawn.
    let end = best.1.max(first.saturating_add(most - 1)).min(last);
    (end.saturating_sub(most - 1), end)
}

/// Returns the short name of a period, with its year.
fn short(w: &Words, group: &str, text: &str) -> String {
    let (year, part) = text.split_once('-').unwrap_or((text, ""));
    let part = match group {
        "year" => return w.digits(year),
        "month" => w.month_short(part.parse().unwrap_or(0)),
        _ => w.digits(part),
    };
    format!("{part} {}", w.digits(year))
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
    fn of_too_many_periods_those_that_hold_the_most_are_drawn() {
        let count = |at_most| Count { at_most, ..NOTHING };
        let (one, many) = (count(1), count(300));
        let all = |named: &[(i32, &Count)], span| densest(named, span);
        assert_eq!(all(&[(5, &one)], (0, 239)), (0, 239));
        // 300 of one year, and one of long after.
        assert_eq!(
            all(&[(100, &many), (110, &one), (967, &one)], (100, 967)),
            (100, 339)
        );
        assert_eq!(
            all(&[(0, &one), (700, &many), (710, &one)], (0, 710)),
            (471, 710)
        );
        // Of equals the latest.
        assert_eq!(all(&[(0, &one), (700, &one)], (0, 900)), (461, 700));
    }

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
