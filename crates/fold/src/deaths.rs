//! Who is known to have died, and on which days.
//!
//! Start at [`Deaths::of`]. Source: docs/reference/figures.md, Held.
//!
//! Never here: what a death does to its own track (see [`crate::custody`]).

use std::cell::OnceCell;
use std::collections::BTreeMap;

use event::{Day, Kind, Verification};

use crate::columns::{NONE, Occurrence};
use crate::count::{Asked, Part};
use crate::table::index;

/// The smallest earliest and the smallest latest day of the deaths of an individual; no day where
/// there is none.
pub(crate) type Dead = (Day, Day);

const ALIVE: Dead = (Day::MAX, Day::MAX);

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
        let rows = rows.filter_map(|row| table.occurrences.get(index(row)?));
        let deaths = rows.filter(|row| self.is_death(row));
        deaths.fold(ALIVE, earlier)
    }

    fn of_individual(&self, individual: u32) -> Dead {
        let all = self.all.get_or_init(|| self.collect());
        all.get(&individual).copied().unwrap_or(ALIVE)
    }

    fn is_death(&self, row: &Occurrence) -> bool {
        row.says.kind == Kind::Death
            && row.says.person != NONE
            && row.says.verification != Verification::Refuted
            && self.asked.people.sees(row.held)
    }

    fn collect(&self) -> BTreeMap<u32, Dead> {
        let places = match self.part {
            Part::Whole | Part::Tracks(_) => &self.asked.table.deaths,
            Part::Of(places) => &places.deaths,
        };
        let rows = places
            .iter()
            .filter_map(|place| self.asked.table.occurrences.get(index(*place)?));
        let mut all: BTreeMap<u32, Dead> = BTreeMap::new();
        // Who was never linked is looked up by their own rows, but in a part.
        let whole = !matches!(self.part, Part::Of(_));
        let people = &self.asked.people;
        let linked = |row: &Occurrence| !whole || people.is_linked(row.says.person);
        for row in rows.filter(|row| linked(row) && self.is_death(row)) {
            let individual = self.asked.people.individual(row.says.person);
            let known = all.entry(individual).or_insert(ALIVE);
            *known = earlier(*known, row);
        }
        all
    }
}

fn earlier(known: Dead, row: Occurrence) -> Dead {
    let days = row.days;
    (known.0.min(days.earliest), known.1.min(days.latest))
}
