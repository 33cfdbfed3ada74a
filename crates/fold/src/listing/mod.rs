//! Lists and comparisons beside a figure: who and what it counts, by the same rules.
//!
//! Start at [`records`], the units behind any figure. The others answer one question each: time
//! held, the way from arrest to sentence, re-arrests, and what two organisations both know.
//! Source: docs/guides/questions.md.
//!
//! Never here: other counting rules than those of figures.

mod funnel;
mod overlap;
mod rearrests;
mod records;
mod time_held;

use std::collections::BTreeMap;

use event::Day;
use serde::Serialize;

pub use funnel::{Funnel, Stage, funnel};
pub use overlap::{Overlap, overlap};
pub use rearrests::{Rearrest, Rearrests, rearrests};
pub use records::{Record as Counted, Records, records};
pub use time_held::{Held, TimeHeld, time_held};

use crate::count::{AT_LEAST, AT_MOST, COUNT};
use crate::table::Table;

/// A count with its bounds, of units that are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Bounds {
    /// Units that count.
    pub count: u64,
    /// Of those, the ones without a doubt mark.
    pub at_least: u64,
    /// Units that may count.
    pub at_most: u64,
}

impl Bounds {
    fn add(&mut self, flags: u8) {
        self.count += u64::from(flags & COUNT != 0);
        self.at_least += u64::from(flags & AT_LEAST != 0);
        self.at_most += u64::from(flags & AT_MOST != 0);
    }

    fn of(flags: impl IntoIterator<Item = u8>) -> Self {
        let mut bounds = Self::default();
        flags.into_iter().for_each(|flags| bounds.add(flags));
        bounds
    }
}

/// How a unit of a list counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Counts {
    /// In `at_least`, and so in all three.
    Surely,
    /// In `count`, with a doubt mark.
    WithDoubt,
    /// Only in `at_most`.
    Perhaps,
}

impl Counts {
    const fn of(flags: u8) -> Self {
        if flags & AT_LEAST != 0 {
            Self::Surely
        } else if flags & COUNT != 0 {
            Self::WithDoubt
        } else {
            Self::Perhaps
        }
    }
}

/// Individuals and by which flags each counts.
type Individuals = BTreeMap<u32, u8>;

fn person(table: &Table, number: u32) -> Option<String> {
    text(table.persons.text(number))
}

fn text(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// A day as answers write it; none where there is no end.
fn day(day: Day) -> Option<String> {
    (day > Day::MIN && day < Day::MAX).then(|| day.to_string())
}
