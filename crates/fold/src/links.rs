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
    /// The small numbers of the two ids of each row.
    pairs: Vec<(u32, u32)>,
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
        let pair = (self.number(a), self.number(b));
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
                    self.pairs.push(pair);
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

    /// Returns the small number of a person, who has one from here on.
    fn number(&mut self, person: u32) -> u32 {
        let at = index(person).unwrap_or(0);
        if self.numbers.len() <= at {
            self.numbers.resize(at + 1, NONE);
        }
        let Some(number) = self.numbers.get_mut(at) else {
            return NONE;
        };
        if *number == NONE {
            *number = u32::try_from(self.persons.len()).unwrap_or(NONE);
            self.persons.push(person);
        }
        *number
    }

    /// Returns the small number of a person; none for who was never linked to anyone.
    pub(crate) fn find(&self, person: u32) -> Option<usize> {
        let number = self.numbers.get(index(person)?).copied()?;
        index(number).filter(|_| number != NONE)
    }

    /// Returns, for each small number, the smallest id of the individual by the links that `holds`
    /// takes.
    pub(crate) fn roots(&self, holds: impl Fn(Held) -> bool) -> Vec<u32> {
        let person = |number: u32| index(number).and_then(|i| self.persons.get(i)).copied();
        // By small numbers, each nearer to the smallest id of its individual.
        let mut nearer: Vec<u32> = (0..).take(self.persons.len()).collect();
        let rows = self.rows.iter().zip(&self.pairs);
        for (_, (a, b)) in rows.filter(|(link, _)| holds(link.held)) {
            let (a, b) = (root(&nearer, *a), root(&nearer, *b));
            let (small, great) = if person(a) < person(b) {
                (a, b)
            } else {
                (b, a)
            };
            if let Some(slot) = index(great).and_then(|i| nearer.get_mut(i)) {
                *slot = small;
            }
        }
        let roots = nearer.iter().map(|number| root(&nearer, *number));
        roots.filter_map(person).collect()
    }
}

fn root(nearer: &[u32], number: u32) -> u32 {
    let mut at = number;
    while let Some(next) = index(at).and_then(|i| nearer.get(i)).copied()
        && next != at
    {
        at = next;
    }
    at
}
