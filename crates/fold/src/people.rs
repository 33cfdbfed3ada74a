//! The people as known at R: what holds of each id, and which ids are one individual.
//!
//! Never here: what is counted (see [`crate::count`]).

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::columns::{Held, Link, Trait};
use crate::table::{Table, index};

/// The people as known at one R, for one scope.
pub(crate) struct People<'t> {
    table: &'t Table,
    pub(crate) at: u32,
    visible: &'t [bool],
    individuals: Individuals,
}

/// Which ids are one individual.
enum Individuals {
    /// By some links: the next id of the same individual, nearer to its smallest.
    Some(BTreeMap<u32, u32>),
    /// By all links: the smallest id, by the small numbers of [`crate::links::Links`]; made when someone
    /// is asked for who was ever linked.
    All(OnceLock<Vec<u32>>),
}

impl<'t> People<'t> {
    /// `visible` says of each kind of visibility whether the scope sees it ([`Table::visible`]).
    pub(crate) const fn new(table: &'t Table, at: u32, visible: &'t [bool]) -> Self {
        Self {
            table,
            at,
            visible,
            individuals: Individuals::All(OnceLock::new()),
        }
    }

    /// As [`People::new`], with the links that may hold.
    pub(crate) fn linked<'l>(
        table: &'t Table,
        at: u32,
        visible: &'t [bool],
        links: impl Iterator<Item = &'l Link>,
    ) -> Self {
        let mut people = Self {
            table,
            at,
            visible,
            individuals: Individuals::Some(BTreeMap::new()),
        };
        for link in links {
            if people.sees(link.held) {
                let (a, b) = (people.individual(link.a), people.individual(link.b));
                if a != b
                    && let Individuals::Some(nearer) = &mut people.individuals
                {
                    nearer.insert(a.max(b), a.min(b));
                }
            }
        }
        people
    }

    /// Whether a row holds at R and is seen.
    pub(crate) fn sees(&self, held: Held) -> bool {
        held.at(self.at) & self.may_see(held)
    }

    /// Whether a row is seen, at whatever R it holds.
    pub(crate) fn may_see(&self, held: Held) -> bool {
        index(held.sees)
            .and_then(|i| self.visible.get(i))
            .copied()
            .unwrap_or(false)
    }

    /// Whether a person id was ever linked to another.
    pub(crate) fn is_linked(&self, person: u32) -> bool {
        self.table.links.find(person).is_some()
    }

    /// Returns every id of those who have several, each once.
    pub(crate) fn with_several_ids(&self) -> Vec<u32> {
        let links = &self.table.links;
        let mut ids = vec![0_u32; links.persons().len()];
        for person in links.persons() {
            let first = links.find(self.individual(*person));
            if let Some(ids) = first.and_then(|i| ids.get_mut(i)) {
                *ids += 1;
            }
        }
        let several = |person: &u32| {
            let first = links.find(self.individual(*person));
            first.and_then(|i| ids.get(i)).is_some_and(|ids| *ids > 1)
        };
        links.persons().iter().copied().filter(several).collect()
    }

    /// Returns the individual that a person id belongs to.
    pub(crate) fn individual(&self, person: u32) -> u32 {
        match &self.individuals {
            Individuals::All(roots) => {
                let links = &self.table.links;
                let Some(number) = links.find(person) else {
                    return person;
                };
                let roots = roots.get_or_init(|| links.roots(|held| self.sees(held)));
                roots.get(number).copied().unwrap_or(person)
            }
            Individuals::Some(nearer) => {
                let mut at = person;
                while let Some(next) = nearer.get(&at) {
                    at = *next;
                }
                at
            }
        }
    }

    /// Returns what holds of a person id.
    pub(crate) fn traits(&self, person: u32) -> &'t Trait {
        // One at the most holds at R and is seen; mostly the newest.
        let rows = self.table.traits.of(person);
        rows.iter()
            .rev()
            .find(|row| self.sees(row.held))
            .unwrap_or(&Trait::UNKNOWN)
    }
}
