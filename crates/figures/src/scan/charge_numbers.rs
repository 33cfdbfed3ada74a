//! The numbers of charges where people have several ids: one charge under two ids has one number.
//!
//! Start at [`ChargeNumbers::identity`].
//!
//! Never here: which charges count (see [`crate::scan::run`]).

use std::sync::OnceLock;

use hashbrown::HashTable;

use crate::columns::charges::ChargeIds;
use crate::columns::ids::{ChargeNo, ColumnId as _, PersonChargeNo, PersonNo, UnitNo, hash_pair};
use crate::scan::context::ScanContext;
use crate::scan::unit::Identity;

/// A charge of an individual, and the smallest id that it has under any of their person ids.
struct IndividualCharge {
    individual: PersonNo,
    charge: ChargeNo,
    smallest: PersonChargeNo,
}

/// The charges of everyone who has several ids at R, which are numbered when the first is looked up. The
/// table is asked for one charge at a time and never walked, so its order has no effect.
#[derive(Default)]
pub(crate) struct ChargeNumbers(OnceLock<HashTable<IndividualCharge>>);

impl ChargeNumbers {
    /// Returns the number of a charge of a person, which is the same for each of their ids, and whether
    /// no other row of the question can be of the same charge.
    pub(crate) fn identity(
        &self,
        context: &ScanContext<'_>,
        person: Option<PersonNo>,
        ids: ChargeIds,
    ) -> Identity {
        let rows = &context.columns.charges;
        let linked = person.filter(|person| context.people.is_linked(*person));
        // Who was never linked has no charge in common with another id.
        let Some(person) = linked.filter(|_| rows.is_of_several_persons(ids)) else {
            let number = UnitNo::from(ids.of_person);
            return if rows.is_in_several_tracks(ids) {
                Identity::Repeated(number)
            } else {
                Identity::Unique(number)
            };
        };
        let numbers = self.0.get_or_init(|| number_charges(context));
        let individual = context.people.individual(person);
        let is = |known: &IndividualCharge| known.is_of(individual, ids.charge);
        let known = numbers.find(hash(individual, ids.charge), is);
        let smallest = known.map_or(ids.of_person, |known| known.smallest);
        Identity::Repeated(UnitNo::from(smallest))
    }
}

/// Numbers the charges of those who have several ids.
fn number_charges(context: &ScanContext<'_>) -> HashTable<IndividualCharge> {
    let mut numbers = HashTable::new();
    let columns = context.columns;
    for person in context.people.with_several_ids() {
        let individual = context.people.individual(person);
        let rows = columns.charges_of.person.rows(person);
        let rows = rows.filter_map(|row| columns.charges.get(row));
        let of_several = |ids: &ChargeIds| columns.charges.is_of_several_persons(*ids);
        for ids in rows.map(|(_, body)| body.ids).filter(of_several) {
            let charge = ids.charge;
            let is = |known: &IndividualCharge| known.is_of(individual, charge);
            match numbers.find_mut(hash(individual, charge), is) {
                Some(known) => known.smallest = known.smallest.min(ids.of_person),
                None => {
                    let new = IndividualCharge {
                        individual,
                        charge,
                        smallest: ids.of_person,
                    };
                    let hash = hash(individual, charge);
                    numbers.insert_unique(hash, new, IndividualCharge::hash);
                }
            }
        }
    }
    numbers
}

impl IndividualCharge {
    fn is_of(&self, individual: PersonNo, charge: ChargeNo) -> bool {
        self.individual == individual && self.charge == charge
    }

    fn hash(&self) -> u64 {
        hash(self.individual, self.charge)
    }
}

fn hash(individual: PersonNo, charge: ChargeNo) -> u64 {
    hash_pair(individual.number(), charge.number())
}
