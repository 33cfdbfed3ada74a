//! The overlap of two organisations: individuals whom either counts, and both.
//!
//! Start at [`overlap`].
//!
//! Never here: whether two ids are one person; that is what `same_person` says.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::answer::bounded_count::BoundedCount;
use crate::answer::held::sorted_texts;
use crate::columns::ids::PersonNo;
use crate::columns::store::ColumnStore;
use crate::question::query::Query;
use crate::scan::count::count;
use crate::scan::part::Partition;
use crate::scan::prepared::{AsOf, ScanContext, prepare};
use crate::scan::unit::{Collector, Unit};

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
pub fn overlap(table: &ColumnStore, query: &Query, from: AsOf<'_>) -> Option<Overlap> {
    let [first, second] = query.org.as_deref()? else {
        return None;
    };
    let orgs = [first.to_string(), second.to_string()];
    Some(prepare(table, query, from, |asked| {
        let mut lists = ListsByOrg {
            asked,
            second: &orgs[1],
            individuals: BTreeMap::new(),
        };
        count(asked, Partition::Whole, &mut lists);
        let all = lists.individuals;
        let pick = |take: &dyn Fn([u8; 2]) -> u8| {
            BoundedCount::from_flags(all.values().map(|one| take(*one)))
        };
        let both = |one: [u8; 2]| one[0] & one[1];
        let on_both = all.iter().filter(|(_, one)| both(**one) != 0);
        Overlap {
            both: pick(&both),
            only_first: pick(&|one| if one[1] == 0 { one[0] } else { 0 }),
            only_second: pick(&|one| if one[0] == 0 { one[1] } else { 0 }),
            individuals: sorted_texts(&table.persons, on_both.map(|(one, _)| Some(*one))),
            orgs: orgs.clone(),
        }
    }))
}

/// Collects the flags of each individual, by either organisation.
struct ListsByOrg<'a, 't> {
    asked: &'a ScanContext<'t>,
    second: &'a str,
    individuals: BTreeMap<PersonNo, [u8; 2]>,
}

impl Collector for ListsByOrg<'_, '_> {
    fn take(&mut self, unit: &Unit<'_>, flags: u8) {
        let Some(person) = unit.attributes.person else {
            return;
        };
        let individual = self.asked.people.individual(person);
        let of_second = self.asked.columns.orgs.text(unit.attributes.org) == self.second;
        let [first, second] = self.individuals.entry(individual).or_default();
        *(if of_second { second } else { first }) |= flags;
    }
}
