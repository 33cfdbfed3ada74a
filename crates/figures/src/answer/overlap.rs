//! The overlap of two organisations: individuals whom either counts, and both.
//!
//! Start at [`overlap`].
//!
//! Never here: whether two ids are one person; that is what `same_person` says.

use serde::Serialize;

use crate::answer::held::sorted_texts;
use crate::certainty::{BoundedCount, Certainty, CertaintyByIndividual};
use crate::columns::store::ColumnStore;
use crate::question::query::Query;
use crate::scan::aggregate::Aggregate;
use crate::scan::context::{AsOf, ScanContext};
use crate::scan::partition::Partition;
use crate::scan::run::{prepare, run};
use crate::scan::unit::Unit;

/// The overlap of two lists, in individuals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Overlap {
    /// The two organisations, as the question names them.
    pub orgs: [String; 2],
    /// On both lists.
    pub both: BoundedCount,
    /// On the first alone.
    pub only_first: BoundedCount,
    /// On the second alone.
    pub only_second: BoundedCount,
    /// The smallest id of each individual on both lists.
    pub individuals: Vec<String>,
}

/// Compares the individuals whom `query` counts by the events of each of two organisations; none
/// unless its `org` names exactly two.
#[must_use]
pub fn overlap(table: &ColumnStore, query: &Query, as_of: AsOf<'_>) -> Option<Overlap> {
    let [first, second] = query.org.as_deref()? else {
        return None;
    };
    let orgs = [first.to_string(), second.to_string()];
    Some(prepare(table, query, as_of, |context| {
        let lists = ListsByOrg {
            context,
            second: &orgs[1],
            lists: Default::default(),
        };
        let [first, second] = &run(context, Partition::Whole, lists);
        let on_both = first.also_in(second);
        let alone = |list: &CertaintyByIndividual, other: &CertaintyByIndividual| {
            // Who is on the other list only perhaps is on this one alone by count, and not surely.
            let alone = list
                .iter()
                .filter_map(|(one, certainty)| match other.get(one) {
                    None => Some(certainty),
                    Some(Certainty::Perhaps) => Some(certainty.weaker(Certainty::WithDoubt)),
                    Some(Certainty::WithDoubt | Certainty::Surely) => None,
                });
            BoundedCount::of(alone)
        };
        Overlap {
            both: BoundedCount::of(on_both.clone().map(|(_, certainty)| certainty)),
            only_first: alone(first, second),
            only_second: alone(second, first),
            individuals: sorted_texts(&table.persons, on_both.map(|(one, _)| Some(one))),
            orgs: orgs.clone(),
        }
    }))
}

/// Collects the individuals of either organisation.
struct ListsByOrg<'a, 't> {
    context: &'a ScanContext<'t>,
    second: &'a str,
    lists: [CertaintyByIndividual; 2],
}

impl Aggregate for ListsByOrg<'_, '_> {
    type Output = [CertaintyByIndividual; 2];

    fn new_empty(&self) -> Self {
        Self {
            lists: Default::default(),
            ..*self
        }
    }

    fn merge(&mut self, other: Self) {
        for (list, other) in self.lists.iter_mut().zip(other.lists) {
            list.merge(other);
        }
    }

    fn finish(self) -> [CertaintyByIndividual; 2] {
        self.lists
    }

    fn update(&mut self, unit: &Unit<'_>, certainty: Certainty) {
        let Some(person) = unit.attributes.person else {
            return;
        };
        let individual = self.context.people.individual(person);
        let of_second = self.context.columns.orgs.text(unit.attributes.org) == self.second;
        let [first, second] = &mut self.lists;
        (if of_second { second } else { first }).raise(individual, certainty);
    }
}
