//! The links between person ids as rows, and the individuals that they make.
//!
//! Start at [`Links::roots`].
//!
//! Never here: which links count (see [`fold`]).

use std::collections::BTreeMap;

use crate::columns::capacity::Capacity;
use crate::columns::ids::{ColumnId, IdVec, LinkRowNo, LinkedNo, PersonNo};
use crate::columns::rows::Link;
use crate::columns::validity::Validity;

/// Every link that ever held, and a dense number for every person id that was ever linked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Links {
    rows: IdVec<LinkRowNo, Link>,
    /// The linked numbers of the two ids of each row.
    pairs: IdVec<LinkRowNo, (LinkedNo, LinkedNo)>,
    /// The rows of each pair.
    rows_by_pair: BTreeMap<(PersonNo, PersonNo), Vec<LinkRowNo>>,
    /// The linked number of each person, none for who was never linked.
    numbers: IdVec<PersonNo, Option<LinkedNo>>,
    /// The person of each linked number.
    persons: IdVec<LinkedNo, PersonNo>,
}

impl Links {
    /// Stores the rows of a pair in place of those it had.
    ///
    /// # Errors
    /// [`Capacity`] where there are too many links or linked persons.
    pub(crate) fn replace(
        &mut self,
        (a, b): (PersonNo, PersonNo),
        validities: Vec<Validity>,
    ) -> Result<(), Capacity> {
        LinkRowNo::after(self.rows.len().saturating_add(validities.len()))?;
        let pair = (self.intern(a)?, self.intern(b)?);
        let rows = self.rows_by_pair.entry((a, b)).or_default();
        for gone in rows.iter().skip(validities.len()) {
            if let Some(row) = self.rows.get_mut(*gone) {
                row.validity.clear();
            }
        }
        for (at, validity) in validities.into_iter().enumerate() {
            let row = rows.get(at).and_then(|row| self.rows.get_mut(*row));
            match row {
                Some(row) => row.validity = validity,
                None => {
                    rows.push(self.rows.push(Link { validity, a, b })?);
                    self.pairs.push(pair)?;
                }
            }
        }
        Ok(())
    }

    /// Returns every link that ever held.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Link> {
        self.rows.values().iter()
    }

    /// Returns everyone who was ever linked, in the order of their linked numbers.
    pub(crate) fn persons(&self) -> &[PersonNo] {
        self.persons.values()
    }

    /// Returns the linked number of a person, who has one from here on.
    fn intern(&mut self, person: PersonNo) -> Result<LinkedNo, Capacity> {
        if let Some(number) = self.find(person) {
            return Ok(number);
        }
        let number = self.persons.push(person)?;
        self.numbers.reach(person, None);
        if let Some(slot) = self.numbers.get_mut(person) {
            *slot = Some(number);
        }
        Ok(number)
    }

    /// Returns the linked number of a person; none for who was never linked to anyone.
    #[inline]
    pub(crate) fn find(&self, person: PersonNo) -> Option<LinkedNo> {
        self.numbers.get(person).copied().flatten()
    }

    /// Returns, for each linked number, the smallest id of the individual by the links that `holds`
    /// accepts: a union-find without ranks, since few ids are one individual. `text` is that of an id:
    /// numbers hang on how the log was folded, texts do not.
    pub(crate) fn roots<'t>(
        &self,
        holds: impl Fn(Validity) -> bool,
        text: impl Fn(PersonNo) -> &'t str,
    ) -> Vec<PersonNo> {
        // For each linked number one that is nearer to the smallest id of its individual.
        let mut nearer: Vec<LinkedNo> = LinkedNo::first(self.persons.len()).collect();
        let rows = self.rows.values().iter().zip(self.pairs.values());
        for (_, (a, b)) in rows.filter(|(link, _)| holds(link.validity)) {
            let (a, b) = (root(&nearer, *a), root(&nearer, *b));
            let (small, great) = if text(*self.persons.at(a)) < text(*self.persons.at(b)) {
                (a, b)
            } else {
                (b, a)
            };
            if let Some(slot) = nearer.get_mut(great.index()) {
                *slot = small;
            }
        }
        let roots = nearer.iter().map(|number| root(&nearer, *number));
        roots.map(|root| *self.persons.at(root)).collect()
    }
}

fn root(nearer: &[LinkedNo], number: LinkedNo) -> LinkedNo {
    let mut at = number;
    while let Some(next) = nearer.get(at.index()).copied()
        && next != at
    {
        at = next;
    }
    at
}
