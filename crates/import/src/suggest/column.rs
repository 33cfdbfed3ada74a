//! A column by its cells: how many say something, whether they differ, and as what they can be read.
//!
//! Start at [`ColumnSeen`].
//!
//! Never here: what the column is for (`draft`).

use std::collections::{BTreeMap, HashSet};

use jiff::tz::TimeZone;

use super::words;
use crate::dates;
use crate::dates::calendars::Calendar;
use crate::dates::cell::{Format, Masks, Reading};

/// Ways of reading a day that are tried.
const DAYS: [&str; 14] = [
    "%Y-%m-%d",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d.%m.%Y",
    "%Y/%m/%d",
    "%d-%m-%Y",
    "%Y.%m.%d",
    "%Y年%m月%d日",
    "%Y年%m月",
    "%Y年",
    "%Y-%m",
    "%Y",
    "edtf",
    "words",
];

/// Calendars that are tried, the common one first: years of the others are hardly of it.
const CALENDARS: [Calendar; 3] = [
    Calendar::Gregorian,
    Calendar::Buddhist,
    Calendar::SolarHijri,
];

/// Ways of reading an instant that are tried.
const INSTANTS: [&str; 9] = [
    "%Y-%m-%dT%H:%M:%S%.f%:z",
    "%Y-%m-%d %H:%M:%S%.f%:z",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M:%S%.f",
    "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%m/%d/%Y %H:%M",
    "%d.%m.%Y %H:%M",
    "%Y-%m-%d %H:%M",
];

/// Different cells that are kept, for code maps.
const VALUES_MAX: usize = 24;

/// What was seen of a column.
pub(super) struct ColumnSeen {
    pub(super) name: String,
    /// Cells that say something.
    pub(super) given: u64,
    /// Cells that are dates of a spreadsheet.
    pub(super) typed: u64,
    /// Cells that are numbers.
    pub(super) numbers: u64,
    /// Cells with a list in them, by what stands between the items.
    pub(super) lists: BTreeMap<&'static str, u64>,
    /// Whether no two cells are alike.
    pub(super) distinct: bool,
    /// Its first different cells.
    pub(super) values: Vec<String>,
    /// Cells that are days, by calendar and format.
    days: BTreeMap<(Calendar, &'static str), u64>,
    instants: BTreeMap<&'static str, u64>,
    known: HashSet<String>,
}

impl ColumnSeen {
    pub(super) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            given: 0,
            typed: 0,
            numbers: 0,
            lists: BTreeMap::new(),
            distinct: true,
            values: Vec::new(),
            days: BTreeMap::new(),
            instants: BTreeMap::new(),
            known: HashSet::new(),
        }
    }

    /// Looks at a cell.
    pub(super) fn see(&mut self, cell: &str, is_date: bool) {
        if cell.is_empty() || words::NULLS.contains(&cell) {
            return;
        }
        self.given += 1;
        if self.known.insert(cell.to_owned()) {
            if self.values.len() < VALUES_MAX {
                self.values.push(cell.to_owned());
            }
        } else {
            self.distinct = false;
        }
        if is_date {
            self.typed += 1;
            return;
        }
        let plain = dates::digits::ascii(cell);
        if plain.parse::<f64>().is_ok() {
            self.numbers += 1;
        }
        for separator in ["; ", "|", ", "] {
            if cell.contains(separator) {
                *self.lists.entry(separator).or_default() += 1;
                break;
            }
        }
        // No date is long, and prose is.
        if cell.chars().count() > 60 {
            return;
        }
        for calendar in CALENDARS {
            for name in DAYS {
                if read(name, calendar, &plain) {
                    *self.days.entry((calendar, name)).or_default() += 1;
                }
            }
        }
        for name in INSTANTS {
            if dates::instant(name, &plain, &TimeZone::UTC).is_ok() {
                *self.instants.entry(name).or_default() += 1;
            }
        }
    }

    /// Whether nearly all of its cells are days.
    pub(super) fn is_day(&self) -> bool {
        self.mostly(self.typed + self.most(self.calendar()))
    }

    /// The calendar in which most of its cells are days; the common one where that is so of several.
    pub(super) fn calendar(&self) -> Calendar {
        let others = CALENDARS.into_iter().skip(1);
        let common = self.most(Calendar::Gregorian);
        others
            .filter(|calendar| self.most(*calendar) > common)
            .max_by_key(|calendar| self.most(*calendar))
            .unwrap_or_default()
    }

    /// Cells that are days by the format that reads the most.
    fn most(&self, calendar: Calendar) -> u64 {
        let counts = self.days.iter().filter(|((of, _), _)| *of == calendar);
        counts.map(|(_, count)| *count).max().unwrap_or(0)
    }

    /// Whether nearly all of its cells are instants.
    pub(super) fn is_instant(&self) -> bool {
        let best = self.instants.values().max().copied().unwrap_or(0);
        self.mostly(self.typed + best)
    }

    /// Whether `count` is nearly all of the cells that say something.
    pub(super) const fn mostly(&self, count: u64) -> bool {
        self.given > 0 && count.saturating_mul(10) >= self.given.saturating_mul(8)
    }

    /// Returns the formats of its days, those that read most first; each reads what none before it does, but two
    /// that read as many are both named.
    pub(super) fn day_formats(&self) -> Vec<&'static str> {
        let mut formats: Vec<&'static str> = Vec::new();
        let calendar = self.calendar();
        let most = self.most(calendar);
        let of = |name: &'static str| self.days.get(&(calendar, name)).copied().unwrap_or(0);
        let all = most + self.typed == self.given;
        for name in DAYS {
            let count = of(name);
            // One that reads all needs no other, but for one that reads all in another way.
            let more =
                !all && count * 20 > self.given && !formats.iter().any(|f| is_swapped(f, name));
            if name.starts_with('%') && count > 0 && (count == most || more) {
                formats.push(name);
            }
        }
        let named: u64 = formats.iter().map(|name| of(name)).sum();
        if named + self.typed < self.given && of("words") > 0 {
            formats.push("words");
        }
        if formats.is_empty() {
            formats.push("%Y-%m-%d");
        }
        formats
    }

    /// Returns the formats of its instants that read the most.
    pub(super) fn instant_formats(&self) -> Vec<&'static str> {
        let most = self.instants.values().max().copied().unwrap_or(0);
        let best = INSTANTS
            .iter()
            .filter(|name| most > 0 && self.instants.get(*name) == Some(&most));
        best.copied().collect()
    }
}

/// Whether two formats differ in whether the day or the month is first.
fn is_swapped(one: &str, other: &str) -> bool {
    one != other
        && one.replace("%d", "%").replace("%m", "%") == other.replace("%d", "%").replace("%m", "%")
}

fn read(name: &str, calendar: Calendar, cell: &str) -> bool {
    let said = (calendar != Calendar::Gregorian).then_some(calendar);
    let reading = Format::parse(name)
        .and_then(|format| Reading::new(vec![format], said, Masks::None, BTreeMap::new()));
    reading.is_ok_and(|reading| reading.read(cell).is_ok())
}
