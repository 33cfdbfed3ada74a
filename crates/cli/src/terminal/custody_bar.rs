//! Custody as a bar: one column for some days, one sign for a state.
//!
//! Start at [`Scale`]. All people of a case share one scale, so that their bars can be compared.
//!
//! Never here: what the intervals follow from.

use event::Day;
use serde::Deserialize;

use super::Screen;
use super::days::Days;

/// An interval in one state, as answers have it.
#[derive(Deserialize)]
pub(crate) struct Custody {
    /// The state's code.
    pub(crate) state: String,
    /// Where it begins.
    pub(crate) from: Edge,
    /// Where it ends; none while it lasts.
    pub(crate) to: Option<Edge>,
}

/// Where an interval begins or ends.
#[derive(Deserialize)]
pub(crate) struct Edge {
    /// On which days.
    #[serde(flatten)]
    pub(crate) when: Days,
    /// The position of the event that says so.
    pub(crate) position: u64,
    /// Whether no event says so, and it follows from another.
    pub(crate) implied: bool,
}

/// The days that the bars of a case span.
pub(crate) struct Scale {
    first: Day,
    last: Day,
    columns: usize,
}

/// Columns of a bar at the most, and where no screen says how wide it is.
const COLUMNS_MAX: usize = 48;

/// What stands around a bar: two spaces, two days and their gaps.
const AROUND: usize = 27;

/// A state may have begun, or ended, here.
const UNSURE: char = '░';

/// Signs of states, and what a person calls them. Every other state is `?`.
const SIGNS: [(&str, char, &str); 10] = [
    ("police_custody", '█', "held"),
    ("pretrial", '█', "held"),
    ("serving", '█', "held"),
    ("administrative", '█', "held"),
    ("house_arrest", '▓', "house arrest"),
    ("free_with_restrictions", '▒', "free with restrictions"),
    ("free", '─', "free"),
    ("wanted", '!', "wanted"),
    ("left_custody", '·', "left custody, nobody knows how"),
    ("dead", '†', "dead"),
];

fn sign(state: &str) -> (char, &'static str) {
    SIGNS
        .iter()
        .find(|(name, _, _)| *name == state)
        .map_or(('?', "disappeared, or not known"), |(_, sign, said)| {
            (*sign, *said)
        })
}

impl Scale {
    /// Returns the scale of the people's custody and of what else occurred; none when no day of custody
    /// is known.
    pub(crate) fn of<'a>(
        people: impl Iterator<Item = &'a [Custody]> + Clone,
        occurred: impl Iterator<Item = &'a Days>,
        screen: Option<Screen>,
    ) -> Option<Self> {
        let intervals = people.flatten();
        let edges = intervals.flat_map(|one| [Some(&one.from), one.to.as_ref()].into_iter());
        let edges = edges.flatten().map(|edge| &edge.when);
        let known = edges
            .clone()
            .filter_map(|when| when.first().or_else(|| when.last()));
        let first = known.min()?;
        let last = edges
            .chain(occurred)
            .filter_map(|when| when.last())
            .max()
            .map_or(first, |last| last.max(first));
        let width = screen.map_or(usize::MAX, |screen| screen.width.into());
        let columns = width.saturating_sub(AROUND).clamp(8, COLUMNS_MAX);
        // A case of a few days has one column a day.
        let columns = days(first, last).map_or(columns, |days| columns.min(days.max(1)));
        Some(Self {
            first,
            last,
            columns,
        })
    }

    /// Draws the bar of one person, between its first and last day.
    pub(crate) fn bar(&self, custody: &[Custody]) -> String {
        let signs: String = self.signs(custody).into_iter().collect();
        let open = custody.iter().any(|one| one.to.is_none());
        let arrow = if open { "→" } else { "" };
        format!("{} {signs}{arrow} {}", self.first, self.last)
    }

    /// Says what the signs of these people's bars mean.
    pub(crate) fn legend<'a>(&self, people: impl Iterator<Item = &'a [Custody]>) -> String {
        let mut said: Vec<String> = Vec::new();
        for custody in people {
            for column in self.signs(custody) {
                let named = SIGNS.iter().find(|(_, sign, _)| *sign == column);
                let meaning = match (column, named) {
                    (' ', _) => continue,
                    (UNSURE, _) => "not sure",
                    (_, Some((_, _, meaning))) => meaning,
                    (_, None) => sign("").1,
                };
                let one = format!("{column} {meaning}");
                if !said.contains(&one) {
                    said.push(one);
                }
            }
        }
        if said.is_empty() {
            String::new()
        } else {
            format!("\n{}; [n] is the position behind a day\n", said.join("   "))
        }
    }

    fn signs(&self, custody: &[Custody]) -> Vec<char> {
        let mut signs: Vec<char> = (0..self.columns)
            .map(|column| self.sign_at(self.day_of(column), custody))
            .collect();
        // However short, each interval is seen.
        for one in custody {
            let from = one.from.when.last().unwrap_or(self.first);
            let to = one
                .to
                .as_ref()
                .map_or(Some(self.last), |to| to.when.first());
            let own = sign(&one.state).0;
            let seen = (0..self.columns)
                .any(|column| signs.get(column) == Some(&own) && self.within(column, from, to));
            if !seen && let Some(slot) = signs.get_mut(self.column_of(from)) {
                *slot = own;
            }
        }
        signs
    }

    fn within(&self, column: usize, from: Day, to: Option<Day>) -> bool {
        let day = self.day_of(column);
        day >= from && to.is_none_or(|to| day <= to)
    }

    fn sign_at(&self, day: Day, custody: &[Custody]) -> char {
        let surely = custody.iter().rev().find(|one| {
            let from = one.from.when.last();
            let to = one.to.as_ref().map(|to| to.when.first());
            from.is_some_and(|from| from <= day)
                && to.is_none_or(|to| {
                    to.is_some_and(|to| day < to || (to == day && day == self.last))
                })
        });
        if let Some(one) = surely {
            return sign(&one.state).0;
        }
        let maybe = custody.iter().any(|one| {
            let from = one.from.when.first();
            let to = one.to.as_ref().map(|to| to.when.last());
            from.is_none_or(|from| from <= day) && to.is_none_or(|to| to.is_none_or(|to| day <= to))
        });
        if maybe { UNSURE } else { ' ' }
    }

    /// Returns the day in the middle of a column.
    fn day_of(&self, column: usize) -> Day {
        let days = days(self.first, self.last).unwrap_or(1);
        let day = (2 * column + 1) * days / (2 * self.columns);
        self.first.plus(i32::try_from(day).unwrap_or(i32::MAX))
    }

    fn column_of(&self, day: Day) -> usize {
        let all = days(self.first, self.last).unwrap_or(1);
        let before = days(self.first, day).map_or(0, |days| days - 1);
        (before * self.columns / all).min(self.columns - 1)
    }
}

/// Returns how many days there are from `first` to `last`, both counted.
fn days(first: Day, last: Day) -> Option<usize> {
    let days = i64::from(last.number()) - i64::from(first.number()) + 1;
    usize::try_from(days).ok().filter(|days| *days > 0)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    /// Draws one person's bar; an interval is `state first last`, a day `YYYY-MM-DD` or `from/to`.
    fn check(intervals: &[&str], width: u16, drawn: &Expect) {
        let edge = |days: &str| {
            let (earliest, latest) = days.split_once('/').unwrap_or((days, days));
            format!(
                r#"{{"earliest":"{earliest}","latest":"{latest}","doubt":false,"position":1,"implied":false}}"#
            )
        };
        let custody: Vec<_> = intervals
            .iter()
            .map(|interval| {
                let parts: Vec<_> = interval.split(' ').collect();
                let to = match parts.get(2) {
                    Some(days) => edge(days),
                    None => "null".to_owned(),
                };
                let (state, from) = (parts[0], edge(parts[1]));
                format!(r#"{{"state":"{state}","from":{from},"to":{to}}}"#)
            })
            .collect();
        let custody: Vec<Custody> =
            serde_json::from_str(&format!("[{}]", custody.join(","))).unwrap();
        let people = || [custody.as_slice()].into_iter();
        let screen = Screen {
            width,
            colour: false,
        };
        let scale = Scale::of(people(), std::iter::empty(), Some(screen)).unwrap();
        let (bar, legend) = (scale.bar(&custody), scale.legend(people()));
        drawn.assert_eq(&format!("{bar}\n{legend}"));
    }

    #[test]
    fn however_short_each_state_is_seen() {
        check(
            &[
                "police_custody 2020-01-01 2020-01-02",
                "free 2020-01-02 2020-06-01",
                "police_custody 2020-06-01 2020-06-02",
                "house_arrest 2020-06-02 2020-12-31",
                "dead 2020-12-31",
            ],
            40,
            &expect![[r#"
                2020-01-01 █────█▓▓▓▓▓▓†→ 2020-12-31

                █ held   ─ free   ▓ house arrest   † dead; [n] is the position behind a day
            "#]],
        );
    }

    #[test]
    fn what_is_not_sure_is_not_drawn_as_sure() {
        check(
            &[
                "pretrial 2020-01-01/2020-01-10 2020-01-20/2020-01-30",
                "left_custody 2020-01-20/2020-01-30",
            ],
            80,
            &expect![[r#"
                2020-01-01 ░░░░░░░░░██████████░░░░░░░░░░·→ 2020-01-30

                ░ not sure   █ held   · left custody, nobody knows how; [n] is the position behind a day
            "#]],
        );
    }

    #[test]
    fn a_state_that_is_not_known_here_is_a_question() {
        check(
            &["exiled 2020-01-01 2020-01-04"],
            80,
            &expect![[r#"
            2020-01-01 ???? 2020-01-04

            ? disappeared, or not known; [n] is the position behind a day
        "#]],
        );
    }

    #[test]
    fn an_interval_without_a_known_beginning_has_one_column_at_the_least() {
        check(
            &["serving ../2020-01-04 2020-01-09"],
            80,
            &expect![[r#"
                2020-01-04 ██████ 2020-01-09

                █ held; [n] is the position behind a day
            "#]],
        );
        check(
            &["serving 2020-01-04"],
            0,
            &expect![[r#"
            2020-01-04 █→ 2020-01-04

            █ held; [n] is the position behind a day
        "#]],
        );
    }
}
