//! Who is known to have died, and on which days.
//!
//! Start at [`Deaths::of`]. Source: docs/reference/figures.md, Held.
//!
//! Never here: what a death does to its own track (see [`crate::custody`]).

use std::cell::OnceCell;
use std::collections::BTreeMap;

use event::{Day, Days, Kind, Verification};

use crate::block::read;
use crate::columns::NONE;
use crate::count::{Asked, Part};
use crate::table::index;

/// The smallest earliest and the smallest latest day of the deaths of an individual; no day where
/// there is none.
pub(crate) type Dead = (Day, Day);

/// Of someone not known to have died.
pub(crate) const ALIVE: Dead = (Day::MAX, Day::MAX);

/// The deaths that are known at R and seen. Refuted ones are left out, as everywhere unless asked
/// for.
pub(crate) struct Deaths<'a> {
    asked: &'a Asked<'a>,
    part: Part<'a>,
    /// Of each individual; made when someone is asked of who was ever linked to another id.
    all: OnceCell<BTreeMap<u32, Dead>>,
}

impl<'a> Deaths<'a> {
    pub(crate) const fn new(asked: &'a Asked<'a>, part: Part<'a>) -> Self {
        Self {
            asked,
            part,
            all: OnceCell::new(),
        }
    }

    /// Returns when the individual of a person died.
    pub(crate) fn of(&self, person: u32, individual: u32) -> Dead {
        let table = self.asked.table;
        if let Part::Of(_) = self.part {
            return self.of_individual(individual);
        }
        if self.asked.people.is_linked(person) {
            return self.of_individual(individual);
        }
        let dies = index(person).and_then(|i| table.dies.get(i)).copied();
        if dies != Some(true) {
            return ALIVE;
        }
        let rows = table.occurrences_of.person.rows(person);
        let deaths = rows.filter_map(|row| self.death(row));
        deaths.fold(ALIVE, earlier)
    }

    fn of_individual(&self, individual: u32) -> Dead {
        let all = self.all.get_or_init(|| self.collect());
        all.get(&individual).copied().unwrap_or(ALIVE)
    }

    /// Returns the days of a row that says a death.
    fn death(&self, row: u32) -> Option<Days> {
        let columns = self.asked.table.occurrences.columns();
        let codes = read(&columns.codes, row)?;
        let is_death = codes.kind() == Some(Kind::Death)
            && codes.verification() != Some(Verification::Refuted)
            && self.asked.people.sees(read(&columns.held, row)?);
        is_death.then(|| read(&columns.days, row)).flatten()
    }

    fn collect(&self) -> BTreeMap<u32, Dead> {
        let places = match self.part {
            Part::Of(places) => &places.deaths,
            Part::Whole | Part::Tracks(..) | Part::Stays(..) => &self.asked.table.deaths,
        };
        let mut all: BTreeMap<u32, Dead> = BTreeMap::new();
        // Who was never linked is looked up by their own rows, but in a part.
        let whole = !matches!(self.part, Part::Of(_));
        let people = &self.asked.people;
        let persons = &self.asked.table.occurrences.columns().person;
        for row in places {
            let person = read(persons, *row).filter(|person| *person != NONE);
            let Some(person) = person.filter(|person| !whole || people.is_linked(*person)) else {
                continue;
            };
            if let Some(days) = self.death(*row) {
                let known = all.entry(people.individual(person)).or_insert(ALIVE);
                *known = earlier(*known, days);
            }
        }
        all
    }
}

fn earlier(known: Dead, days: Days) -> Dead {
    (known.0.min(days.earliest), known.1.min(days.latest))
}
