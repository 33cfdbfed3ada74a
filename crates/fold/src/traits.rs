//! What holds of people, as rows that figures look up.
//!
//! Never here: what is said of a person, and by whom (see [`crate::rows`]).

use event::{Answer, CodeSet, Day, Days, Sex};

use crate::columns::{Held, Trait};
use crate::grouped::Grouped;
use crate::rows::Traits;
use crate::table::index;

/// The rows of every person.
#[derive(Clone, Debug, Default)]
pub(crate) struct TraitRows(Grouped<Trait>);

impl TraitRows {
    /// Makes room for all persons with numbers below `persons`.
    pub(crate) fn reserve(&mut self, persons: usize) {
        while self.0.len() < persons {
            self.0.add();
        }
    }

    /// Takes the rows of a person in place of those there were.
    pub(crate) fn put(&mut self, person: u32, rows: &[Trait]) {
        if let Some(person) = index(person) {
            self.0.put(person, rows);
        }
    }

    /// Lays the rows in the order of their persons.
    pub(crate) fn settle(&mut self) {
        self.0.settle();
    }

    /// Returns how many persons there are.
    pub(crate) const fn persons(&self) -> usize {
        self.0.len()
    }

    /// Returns the rows of a person, the newest last.
    pub(crate) fn of(&self, person: u32) -> &[Trait] {
        self.0.of(person)
    }
}

/// Makes the row of what holds of a person.
pub(crate) fn trait_of(traits: &Traits, held: Held) -> Trait {
    Trait {
        held,
        sex: traits.sex.unwrap_or(Sex::Unknown),
        of_age: of_age(traits.birth),
        roles: traits.roles.unwrap_or(CodeSet::EMPTY),
    }
}

/// The first day on which a person may be of age, and the first on which they surely are.
///
/// Source of the age: Convention on the Rights of the Child, article 1.
fn of_age(birth: Option<Days>) -> Days {
    let adult = |day: Day| {
        let (year, month, day_of_month) = day.ymd()?;
        // Who is born on 29 February comes of age on 1 March.
        Day::from_ymd(year.checked_add(18)?, month, day_of_month)
            .or_else(|| Day::from_ymd(year.checked_add(18)?, 3, 1))
    };
    let earliest = birth.and_then(|birth| adult(birth.earliest));
    let latest = birth.and_then(|birth| adult(birth.latest));
    Days {
        earliest: earliest.unwrap_or(Day::MIN),
        latest: latest.unwrap_or(Day::MAX),
    }
}

/// Whether a person was under 18 at an event on `days`, by the age it gives, else by the days
/// between which the person came of age.
pub(crate) fn minor(age: Option<u8>, of_age: Days, days: Days) -> Answer {
    match age {
        Some(age) if age < 18 => Answer::Yes,
        Some(_) => Answer::No,
        None if days.latest < of_age.earliest => Answer::Yes,
        None if days.earliest >= of_age.latest => Answer::No,
        None => Answer::Unknown,
    }
}
