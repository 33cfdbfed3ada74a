//! The transfers and extensions for which no custody was open, unless a beginning of the same day comes
//! after them.
//!
//! Start at [`Explained::set`].
//!
//! Never here: which events those are (see [`crate::facts::machine`]).

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound::{Excluded, Included, Unbounded};

use event::{Day, Position};

use crate::facts::custody::Inconsistency;
use crate::facts::machine::CustodyMachine;
use crate::facts::walk::point::{FactChanges, Place};
use crate::rows::Fact;

/// The transfers and extensions of a day without custody, and the beginnings that explain those before.
#[derive(Clone, Debug, Default)]
struct OfDay {
    unexplained: BTreeMap<Place, Position>,
    beginnings: BTreeSet<Place>,
}

impl OfDay {
    /// Returns the positions of those after one place and up to another.
    fn between(&self, first: Option<&Place>, last: Option<&Place>) -> Vec<Position> {
        let from = first.map_or(Unbounded, Excluded);
        let to = last.map_or(Unbounded, Included);
        let found = self.unexplained.range((from, to));
        found.map(|(_, position)| *position).collect()
    }
}

/// Those of all days.
#[derive(Clone, Debug, Default)]
pub(super) struct Explained {
    days: BTreeMap<Day, OfDay>,
}

const fn fact(position: Position) -> Fact {
    Fact::Inconsistency(Inconsistency::HeldWithoutBeginning, position)
}

impl Explained {
    /// Notes what the machine made of the event at a place.
    pub(super) fn set(
        &mut self,
        place: &Place,
        position: Position,
        machine: &CustodyMachine,
        changes: &mut FactChanges,
    ) {
        let unexplained = machine.is_unexplained.then_some(position);
        self.change(place, unexplained, machine.begins, changes);
    }

    /// Forgets the event at a place.
    pub(super) fn forget(&mut self, place: &Place, changes: &mut FactChanges) {
        self.change(place, None, false, changes);
    }

    fn change(
        &mut self,
        place: &Place,
        unexplained: Option<Position>,
        begins: bool,
        changes: &mut FactChanges,
    ) {
        let known = self.days.get(&place.0);
        let known_position = known.and_then(|day| day.unexplained.get(place).copied());
        let known_begins = known.is_some_and(|day| day.beginnings.contains(place));
        if (known_position, known_begins) == (unexplained, begins) {
            return;
        }
        let day = self.days.entry(place.0).or_default();
        let before = day.beginnings.last().cloned();
        if begins {
            day.beginnings.insert(place.clone());
        } else {
            day.beginnings.remove(place);
        }
        let after = day.beginnings.last().cloned();
        // Those before the last beginning are explained by it.
        if before < after {
            let explained = day.between(before.as_ref(), after.as_ref());
            changes.gone.extend(explained.into_iter().map(fact));
        } else if after < before {
            let left = day.between(after.as_ref(), before.as_ref());
            changes.new.extend(left.into_iter().map(fact));
        }
        let is_listed = Some(place) > after.as_ref();
        let was = match unexplained {
            Some(position) => day.unexplained.insert(place.clone(), position),
            None => day.unexplained.remove(place),
        };
        if is_listed && was != unexplained {
            changes.gone.extend(was.map(fact));
            changes.new.extend(unexplained.map(fact));
        }
        if day.unexplained.is_empty() && day.beginnings.is_empty() {
            self.days.remove(&place.0);
        }
    }

    /// Returns the inconsistencies that are left.
    pub(super) fn facts(&self) -> impl Iterator<Item = Fact> {
        let left = self.days.values();
        let left = left.flat_map(|day| day.between(day.beginnings.last(), None));
        left.map(fact)
    }
}
