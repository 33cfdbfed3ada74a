//! The numbers of charges where people have several ids: one charge under two ids has one number.
//!
//! Start at [`ChargeNumbers::of`].
//!
//! Never here: which charges count (see [`crate::count`]).

use std::sync::OnceLock;

use hashbrown::HashTable;

use crate::charge_rows::Ids;
use crate::count::Asked;

/// A charge of an individual, and the smallest number that it has under any of their ids.
struct Number {
    individual: u32,
    charge: u32,
    number: u32,
}

/// The numbers of the charges of everyone who has several ids at R, which are made when the first is
/// asked for. The table is asked for one charge at a time and never walked, so its order has no effect.
#[derive(Default)]
pub(crate) struct ChargeNumbers(OnceLock<HashTable<Number>>);

impl ChargeNumbers {
    /// Returns the number of a charge of a person, which is the same for each of their ids, and whether
    /// it is alone: whether no other row of the question can be of the same charge.
    pub(crate) fn of(&self, asked: &Asked<'_>, person: u32, ids: Ids) -> (u32, bool) {
        let rows = &asked.table.charges;
        // Who was never linked has no charge in common with another id.
        if !rows.is_of_several(ids) || !asked.people.is_linked(person) {
            return (ids.number, !rows.is_in_several(ids));
        }
        let numbers = self.0.get_or_init(|| numbers(asked));
        let individual = asked.people.individual(person);
        let is = |known: &Number| known.is_of(individual, ids.charge);
        let known = numbers.find(hash(individual, ids.charge), is);
        (known.map_or(ids.number, |known| known.number), false)
    }
}

/// Numbers the charges of those who have several ids.
fn numbers(asked: &Asked<'_>) -> HashTable<Number> {
    let mut numbers = HashTable::new();
    let table = asked.table;
    for person in asked.people.with_several_ids() {
        let individual = asked.people.individual(person);
        let places = table.charges_of.person.rows(person);
        let rows = places.filter_map(|place| table.charges.get(place));
        let of_several = |ids: &Ids| table.charges.is_of_several(*ids);
        for Ids { charge, number } in rows.map(|(_, row)| row.ids).filter(of_several) {
            let is = |known: &Number| known.is_of(individual, charge);
            match numbers.find_mut(hash(individual, charge), is) {
                Some(known) => known.number = known.number.min(number),
                None => {
                    let new = Number {
                        individual,
                        charge,
                        number,
                    };
                    numbers.insert_unique(hash(individual, charge), new, Number::hash);
                }
            }
        }
    }
    numbers
}

impl Number {
    const fn is_of(&self, individual: u32, charge: u32) -> bool {
        self.individual == individual && self.charge == charge
    }

    fn hash(&self) -> u64 {
        hash(self.individual, self.charge)
    }
}

/// Fibonacci hashing: Knuth, The Art of Computer Programming 3, section 6.4.
fn hash(individual: u32, charge: u32) -> u64 {
    let both = u64::from(charge) | u64::from(individual) << 32;
    let product = both.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    product ^ product >> 32
}
