//! The people as known at R: what holds of each id, and which ids are one individual.
//!
//! Never here: what is counted (see [`crate::count`]).

use std::collections::BTreeMap;

use crate::columns::{Held, Link, Trait};
use crate::table::{Table, index};

/// The people as known at one R, for one scope.
pub(crate) struct People<'t> {
    table: &'t Table,
    pub(crate) at: u32,
    visible: &'t [bool],
    /// The next id of the same individual, nearer to its smallest; only ids that are linked.
    individuals: BTreeMap<u32, u32>,
}

impl<'t> People<'t> {
    /// `visible` says of each kind of visibility whether the scope sees it ([`Table::visible`]);
    /// `links` are those that may hold.
    pub(crate) fn new<'l>(
        table: &'t Table,
        at: u32,
        visible: &'t [bool],
        links: impl Iterator<Item = &'l Link>,
    ) -> Self {
        let mut people = Self {
            table,
            at,
            visible,
            individuals: BTreeMap::new(),
        };
        for link in links {
            if people.sees(link.held) {
                let (a, b) = (people.individual(link.a), people.individual(link.b));
                if a != b {
                    people.individuals.insert(a.max(b), a.min(b));
                }
            }
        }
        people
    }

    /// Whether a row holds at R and is seen.
    pub(crate) fn sees(&self, held: Held) -> bool {
        held.at(self.at) && self.may_see(held)
    }

    /// Whether a row is seen, at whatever R it holds.
    pub(crate) fn may_see(&self, held: Held) -> bool {
        index(held.sees)
            .and_then(|i| self.visible.get(i))
            .copied()
            .unwrap_or(false)
    }

    /// Returns the individual that a person id belongs to.
    pub(crate) fn individual(&self, person: u32) -> u32 {
        let mut at = person;
        while let Some(next) = self.individuals.get(&at) {
            at = *next;
        }
        at
    }

    /// Returns what holds of a person id.
    pub(crate) fn traits(&self, person: u32) -> Trait {
        index(person)
            .and_then(|i| self.table.traits.get(i))
            .and_then(|rows| rows.iter().find(|row| self.sees(row.held)))
            .copied()
            .unwrap_or(Trait::UNKNOWN)
    }
}
