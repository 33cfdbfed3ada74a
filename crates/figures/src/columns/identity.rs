//! The links between person ids as rows, and the individuals that they make.
//!
//! Start at [`Links::roots`].
//!
//! Never here: which links count (see [`fold`]).

use std::collections::{BTreeMap, BTreeSet};

use fold::PairJoin;

use crate::columns::capacity::Capacity;
use crate::columns::ids::{ColumnId, IdVec, LinkRowNo, LinkedNo, PersonNo};
use crate::columns::rows::Link;
use crate::columns::validity::Validity;

/// Every link that ever held, and a dense number for every person id that was ever linked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Links {
    rows: IdVec<LinkRowNo, Link>,
    /// What joins the ids of each row.
    joins: IdVec<LinkRowNo, PairJoin>,
    /// The linked numbers of the two ids of each row.
    pairs: IdVec<LinkRowNo, (LinkedNo, LinkedNo)>,
    /// The rows of each pair.
    rows_by_pair: BTreeMap<(PersonNo, PersonNo), Vec<LinkRowNo>>,
    /// The linked number of each person, none for who was never linked.
    numbers: IdVec<PersonNo, Option<LinkedNo>>,
    /// The person of each linked number.
    persons: IdVec<LinkedNo, PersonNo>,
    /// The signature of the organisation in whose name each linked number is.
    owners: IdVec<LinkedNo, Signature>,
    /// The organisations in whose names linked ids are, in the order of coming.
    orgs: BTreeMap<Box<str>, u32>,
}

/// A set of organisations as bits, of which some share one: what has no bit in common has none in common.
#[derive(Clone, Copy, Debug)]
struct Signature(u64);

impl Links {
    /// Stores the rows of a pair in place of those it had; `texts` are its ids.
    ///
    /// # Errors
    /// [`Capacity`] where there are too many links or linked persons.
    pub(crate) fn replace(
        &mut self,
        (a, b): (PersonNo, PersonNo),
        texts: (&str, &str),
        links: Vec<(Validity, PairJoin)>,
    ) -> Result<(), Capacity> {
        LinkRowNo::after(self.rows.len().saturating_add(links.len()))?;
        let pair = (self.intern(a, texts.0)?, self.intern(b, texts.1)?);
        let rows = self.rows_by_pair.entry((a, b)).or_default();
        for gone in rows.iter().skip(links.len()) {
            if let Some(row) = self.rows.get_mut(*gone) {
                row.validity.clear();
            }
        }
        for (at, (validity, found)) in links.into_iter().enumerate() {
            if let Some(row) = rows.get(at).copied() {
                if let Some(link) = self.rows.get_mut(row) {
                    link.validity = validity;
                }
                if let Some(slot) = self.joins.get_mut(row) {
                    *slot = found;
                }
            } else {
                let row = self.joins.push(found)?;
                self.rows.push(Link {
                    row,
                    validity,
                    a,
                    b,
                })?;
                self.pairs.push(pair)?;
                rows.push(row);
            }
        }
        Ok(())
    }

    /// Returns every link that ever held.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Link> {
        self.rows.values().iter()
    }

    /// Returns what joins the ids of a row.
    pub(crate) fn found(&self, row: LinkRowNo) -> &PairJoin {
        self.joins.at(row)
    }

    /// Returns everyone who was ever linked, in the order of their linked numbers.
    pub(crate) fn persons(&self) -> &[PersonNo] {
        self.persons.values()
    }

    /// Returns the linked number of a person, who has one from here on.
    fn intern(&mut self, person: PersonNo, text: &str) -> Result<LinkedNo, Capacity> {
        if let Some(number) = self.find(person) {
            return Ok(number);
        }
        let number = self.persons.push(person)?;
        let owner = text.split_once(':').map_or(text, |(owner, _)| owner);
        let next = u32::try_from(self.orgs.len()).unwrap_or(u32::MAX);
        let bit = *self.orgs.entry(owner.into()).or_insert(next) % u64::BITS;
        self.owners.push(Signature(1 << bit))?;
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
    /// accepts. `text` is that of an id: numbers hang on how the log was folded, texts do not.
    ///
    /// What is connected is found by a union-find without ranks, since few ids are one individual. It is one
    /// individual where no organisation has two ids in it, or all are of one organisation; the others are
    /// taken apart by [`fold::individuals`].
    pub(crate) fn roots<'t>(
        &self,
        holds: impl Fn(Validity) -> bool,
        text: impl Fn(PersonNo) -> &'t str,
    ) -> Vec<PersonNo>
    where
        Self: 't,
    {
        // For each linked number one that is nearer to the smallest id of what is connected with it.
        let mut nearer: Vec<LinkedNo> = LinkedNo::first(self.persons.len()).collect();
        let mut owners: Vec<Signature> = self.owners.values().to_vec();
        let mut repeated = vec![false; self.persons.len()];
        let rows = || self.rows.values().iter().zip(self.pairs.values());
        for (_, (a, b)) in rows().filter(|(link, _)| holds(link.validity)) {
            let (a, b) = (root(&nearer, *a), root(&nearer, *b));
            if a == b {
                continue;
            }
            let (small, great) = if text(*self.persons.at(a)) < text(*self.persons.at(b)) {
                (a, b)
            } else {
                (b, a)
            };
            if let Some(slot) = nearer.get_mut(great.index()) {
                *slot = small;
            }
            let of = |number: LinkedNo| owners.get(number.index()).map_or(0, |owners| owners.0);
            let (ours, theirs) = (of(small), of(great));
            let again = ours & theirs != 0 || repeated.get(great.index()) == Some(&true);
            if let Some(slot) = repeated.get_mut(small.index()) {
                *slot |= again;
            }
            if let Some(slot) = owners.get_mut(small.index()) {
                slot.0 = ours | theirs;
            }
        }
        let doubtful: BTreeSet<LinkedNo> = LinkedNo::first(self.persons.len())
            .filter(|number| {
                let several = owners
                    .get(number.index())
                    .is_some_and(|owners| !owners.0.is_power_of_two());
                repeated.get(number.index()) == Some(&true) && several
            })
            .collect();
        let roots = nearer.iter().map(|number| root(&nearer, *number));
        let mut found: Vec<PersonNo> = roots.map(|root| *self.persons.at(root)).collect();
        if doubtful.is_empty() {
            return found;
        }
        let is_doubtful = |number: LinkedNo| doubtful.contains(&root(&nearer, number));
        let links = rows().filter(|(link, (a, _))| holds(link.validity) && is_doubtful(*a));
        let joins: Vec<_> = links
            .map(|(link, (a, b))| (*a, *b, self.found(link.row)))
            .collect();
        for (number, first) in fold::individuals(&joins, |number| text(*self.persons.at(number))) {
            if let Some(slot) = found.get_mut(number.index()) {
                *slot = *self.persons.at(first);
            }
        }
        found
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
