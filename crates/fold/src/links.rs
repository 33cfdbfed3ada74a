//! The links between person ids as rows, and who is one individual by them.
//!
//! Start at [`Links::roots`].
//!
//! Never here: which links count (see [`crate::step`]).

use std::collections::BTreeMap;

use crate::columns::{Held, Link, NONE};
use crate::table::index;

/// Every link that ever held, and a small number for every id that was ever linked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Links {
    rows: Vec<Link>,
    /// Where the rows of each pair stand.
    places: BTreeMap<(u32, u32), Vec<u32>>,
    /// The small number of each person, [`NONE`] for who was never linked.
    numbers: Vec<u32>,
    /// The person of each small number.
    persons: Vec<u32>,
}

impl Links {
    /// Takes the rows of a pair in place of those it had.
    pub(crate) fn put(&mut self, (a, b): (u32, u32), rows: Vec<Held>) {
        self.number(a);
        self.number(b);
        let mut places = self.places.remove(&(a, b)).unwrap_or_default();
        let gone = places.iter().skip(rows.len());
        for place in gone {
            if let Some(row) = index(*place).and_then(|i| self.rows.get_mut(i)) {
                row.held.to = row.held.from;
            }
        }
        for (at, held) in rows.into_iter().enumerate() {
            let place = places.get(at).copied().and_then(index);
            match place.and_then(|place| self.rows.get_mut(place)) {
                Some(row) => row.held = held,
                None => {
                    places.push(u32::try_from(self.rows.len()).unwrap_or(NONE));
                    self.rows.push(Link { held, a, b });
                }
            }
        }
        self.places.insert((a, b), places);
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Link> {
        self.rows.iter()
    }

    /// Returns everyone who was ever linked.
    pub(crate) fn persons(&self) -> &[u32] {
        &self.persons
    }

    fn number(&mut self, person: u32) {
        let Some(at) = index(person) else { return };
        if self.numbers.len() <= at {
            self.numbers.resize(at + 1, NONE);
        }
        if let Some(number) = self.numbers.get_mut(at)
            && *number == NONE
        {
            *number = u32::try_from(self.persons.len()).unwrap_or(NONE);
            self.persons.push(person);
        }
    }

    /// Returns the small number of a person; none for who was never linked to anyone.
    pub(crate) fn find(&self, person: u32) -> Option<usize> {
        let number = self.numbers.get(index(person)?).copied()?;
        index(number).filter(|_| number != NONE)
    }

    /// Returns, for each small number, the smallest id of the individual by the links that `holds`
    /// takes.
    pub(crate) fn roots(&self, holds: impl Fn(Held) -> bool) -> Vec<u32> {
        let mut roots = self.persons.clone();
        for link in self.rows.iter().filter(|link| holds(link.held)) {
            let (a, b) = (self.root(&roots, link.a), self.root(&roots, link.b));
            let slot = self.find(a.max(b)).and_then(|i| roots.get_mut(i));
            if let Some(slot) = slot {
                *slot = a.min(b);
            }
        }
        for at in 0..roots.len() {
            let root = roots.get(at).map_or(NONE, |next| self.root(&roots, *next));
            if let Some(slot) = roots.get_mut(at) {
                *slot = root;
            }
        }
        roots
    }

    fn root(&self, roots: &[u32], person: u32) -> u32 {
        let mut at = person;
        while let Some(next) = self.find(at).and_then(|i| roots.get(i)).copied()
            && next != at
        {
            at = next;
        }
        at
    }
}
