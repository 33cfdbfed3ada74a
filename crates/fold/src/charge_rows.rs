//! The rows of person-charges, as two columns: what a count asks of each row, and the rest.
//!
//! Start at [`ChargeRows::put`].
//!
//! Never here: what a charge is (see [`crate::charges`]), and which ones count (see
//! [`crate::count`]).

use std::collections::BTreeMap;
use std::ops::Range;

use event::{ChargeStatus, Days};

use crate::columns::{Held, NONE, Says, push};
use crate::shared::Shared;
use crate::table::index;

/// What is asked of each row before the rest of it is read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tested {
    pub(crate) held: Held,
    pub(crate) days: Days,
    pub(crate) law: u32,
    pub(crate) article: u32,
    pub(crate) status: ChargeStatus,
    pub(crate) doubt: bool,
}

/// The rest of a person-charge.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Charge {
    /// The position of the event that lays it, or mentions it first.
    pub(crate) event: u32,
    pub(crate) ids: Ids,
    pub(crate) court: u32,
    /// Whether it ever stood convicted.
    pub(crate) convicted: bool,
    pub(crate) says: Says,
}

/// The numbers of a charge.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ids {
    /// That of the charge, whoever it is against.
    pub(crate) charge: u32,
    /// That of the charge of this person: each has one, however many rows it has.
    pub(crate) number: u32,
}

/// All rows, and the numbers of charges.
#[derive(Clone, Debug, Default)]
pub(crate) struct ChargeRows {
    tested: Vec<Tested>,
    rest: Vec<Charge>,
    /// The number of each charge, by a hash of its id.
    charges: BTreeMap<u64, u32>,
    /// The number of each charge of a person, by that of the charge.
    numbers: BTreeMap<(u32, u32), u32>,
    /// Of each charge who it is against.
    persons: Shared,
    /// Of each charge of a person the track that it stands in.
    tracks: Shared,
}

impl ChargeRows {
    pub(crate) const fn len(&self) -> usize {
        self.tested.len()
    }

    /// Returns the numbers of a charge of a person, which stands in a track.
    pub(crate) fn ids(&mut self, charge: &str, person: u32, track: u32) -> Ids {
        let next = u32::try_from(self.charges.len()).unwrap_or(NONE);
        let charge = *self.charges.entry(hash(charge)).or_insert(next);
        let next = u32::try_from(self.numbers.len()).unwrap_or(NONE);
        let number = *self.numbers.entry((person, charge)).or_insert(next);
        self.persons.put(charge, person);
        self.tracks.put(number, track);
        Ids { charge, number }
    }

    /// Takes a row in place of the one at `place`, or as the last; returns whether it is a new one.
    pub(crate) fn put(&mut self, place: Option<usize>, tested: Tested, rest: Charge) -> bool {
        let known = place.and_then(|at| self.tested.get_mut(at).zip(self.rest.get_mut(at)));
        let is_new = known.is_none();
        match known {
            Some(known) => (*known.0, *known.1) = (tested, rest),
            None => {
                push(&mut self.tested, tested);
                push(&mut self.rest, rest);
            }
        }
        is_new
    }

    /// Takes out a row, which then holds at no R.
    pub(crate) fn cease(&mut self, place: u32) {
        if let Some(row) = index(place).and_then(|at| self.tested.get_mut(at)) {
            row.held.to = row.held.from;
        }
    }

    /// Returns the row at a place.
    pub(crate) fn get(&self, place: u32) -> Option<(&Tested, &Charge)> {
        let at = index(place)?;
        self.tested.get(at).zip(self.rest.get(at))
    }

    /// Returns what is asked of each row from one place to another.
    pub(crate) fn tested(&self, rows: Range<usize>) -> &[Tested] {
        self.tested.get(rows).unwrap_or_default()
    }

    /// Returns all rows.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Tested, &Charge)> {
        self.tested.iter().zip(&self.rest)
    }

    /// Whether a charge was ever laid against several ids.
    pub(crate) fn is_of_several(&self, ids: Ids) -> bool {
        self.persons.number(ids.charge).is_some()
    }

    /// Whether a charge of a person ever stood in several tracks: else one row of it holds at one R for
    /// one scope.
    pub(crate) fn is_in_several(&self, ids: Ids) -> bool {
        self.tracks.number(ids.number).is_some()
    }
}

/// A number for a charge's id. Two ids could only be mixed up within one individual, where 64 bits
/// of FNV-1a leave no chance worth naming.
fn hash(charge: &str) -> u64 {
    charge.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
