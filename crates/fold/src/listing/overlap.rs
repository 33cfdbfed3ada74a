//! What two organisations both know: individuals on the list of either, and of both.
//!
//! Never here: whether two ids are one person; that is what `same_person` says.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Bounds;
use crate::columns::NONE;
use crate::count::{Asked, Part, Sink, Unit, count};
use crate::query::Query;
use crate::standpoint::{Standpoint, ask};
use crate::table::Table;

/// How two lists stand to each other, in individuals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Overlap {
    /// The two organisations, as the question names them.
    pub orgs: [String; 2],
    /// On both lists.
    pub both: Bounds,
    /// On the first alone.
    pub only_first: Bounds,
    /// On the second alone.
    pub only_second: Bounds,
    /// The smallest id of each individual on both lists.
    pub individuals: Vec<String>,
}

/// Compares the individuals whom `query` counts by the word of each of two organisations; none
/// unless its `org` names exactly two.
#[must_use]
pub fn overlap(table: &Table, query: &Query, from: Standpoint<'_>) -> Option<Overlap> {
    let [first, second] = query.org.as_deref()? else {
        return None;
    };
    let orgs = [first.to_string(), second.to_string()];
    Some(ask(table, query, from, |asked| {
        let mut lists = Lists {
            asked,
            second: &orgs[1],
            individuals: BTreeMap::new(),
        };
        count(asked, Part::Whole, &mut lists);
        let all = lists.individuals;
        let pick = |take: &dyn Fn([u8; 2]) -> u8| Bounds::of(all.values().map(|one| take(*one)));
        let both = |one: [u8; 2]| one[0] & one[1];
        let on_both = all.iter().filter(|(_, one)| both(**one) != 0);
        Overlap {
            both: pick(&both),
            only_first: pick(&|one| if one[1] == 0 { one[0] } else { 0 }),
            only_second: pick(&|one| if one[0] == 0 { one[1] } else { 0 }),
            individuals: on_both
                .map(|(one, _)| table.persons.text(*one).to_owned())
                .collect(),
            orgs: orgs.clone(),
        }
    }))
}

struct Lists<'a, 't> {
    asked: &'a Asked<'t>,
    second: &'a str,
    individuals: BTreeMap<u32, [u8; 2]>,
}

impl Sink for Lists<'_, '_> {
    fn take(&mut self, unit: &Unit<'_>, flags: u8) {
        if unit.says.person == NONE {
            return;
        }
        let individual = self.asked.people.individual(unit.says.person);
        let of_second = self.asked.table.orgs.text(unit.says.org) == self.second;
        let [first, second] = self.individuals.entry(individual).or_default();
        *(if of_second { second } else { first }) |= flags;
    }
}
