//! The numbers of charges where people have several ids: one charge under two ids has one number.
//!
//! Never here: which charges count (see [`crate::count`]).

use hashbrown::HashTable;

use crate::columns::Charge;
use crate::count::Asked;
use crate::dimensions::Measure;
use crate::table::index;

/// A charge of an individual, and the smallest number that it has under any of their ids.
struct Number {
    individual: u32,
    charge: u64,
    number: u32,
}

/// The numbers of the charges of everyone who has several ids at R. The table is asked for one
/// charge at a time and never walked, so its order has no effect.
pub(crate) struct ChargeNumbers(HashTable<Number>);

impl ChargeNumbers {
    pub(crate) fn new(asked: &Asked<'_>) -> Self {
        let mut numbers = HashTable::new();
        if asked.query.measure != Measure::PersonCharges {
            return Self(numbers);
        }
        let table = asked.table;
        for person in asked.people.with_several_ids() {
            let individual = asked.people.individual(person);
            for place in table.charges_of.person.rows(person) {
                let Some(row) = index(place).and_then(|i| table.charges.get(i)) else {
                    continue;
                };
                let hash = hash(individual, row.charge);
                let is = |known: &Number| known.is_of(individual, row.charge);
                match numbers.find_mut(hash, is) {
                    Some(known) => known.number = known.number.min(row.number),
                    None => {
                        let new = Number {
                            individual,
                            charge: row.charge,
                            number: row.number,
                        };
                        numbers.insert_unique(hash, new, Number::hash);
                    }
                }
            }
        }
        Self(numbers)
    }

    /// Returns the number of a charge of an individual.
    pub(crate) fn of(&self, individual: u32, row: &Charge) -> u32 {
        let is = |known: &Number| known.is_of(individual, row.charge);
        let known = self.0.find(hash(individual, row.charge), is);
        known.map_or(row.number, |known| known.number)
    }
}

impl Number {
    const fn is_of(&self, individual: u32, charge: u64) -> bool {
        self.individual == individual && self.charge == charge
    }

    fn hash(&self) -> u64 {
        hash(self.individual, self.charge)
    }
}

/// Fibonacci hashing: Knuth, The Art of Computer Programming 3, section 6.4. A charge's number is a
/// hash of its id already.
fn hash(individual: u32, charge: u64) -> u64 {
    let both = charge ^ u64::from(individual).rotate_left(32);
    let product = both.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    product ^ product >> 32
}
