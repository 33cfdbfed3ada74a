//! The endings of a day that find nothing open and wait for the next beginning of the day.
//!
//! Start at [`Waits::set`]. They are taken in their order, so that the first one that waits says which
//! do: all that came since.
//!
//! Never here: whether something is open (see [`crate::facts::machine`]).

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound::{Excluded, Included, Unbounded};

use event::Day;

use crate::facts::walk::point::{Part, Place, WalkPoint};

/// The beginnings of a track by day, and the endings that wait.
#[derive(Clone, Debug, Default)]
pub(super) struct Waits {
    beginnings: BTreeMap<Day, BTreeSet<Place>>,
    /// The endings that wait, with the beginning after which each is taken, once it is.
    waiting: BTreeMap<Place, Option<Place>>,
}

impl Waits {
    pub(super) fn add_beginning(&mut self, place: &Place) {
        let of_day = self.beginnings.entry(place.0).or_default();
        of_day.insert(place.clone());
    }

    pub(super) fn remove_beginning(&mut self, place: &Place) {
        if let Some(of_day) = self.beginnings.get_mut(&place.0) {
            of_day.remove(place);
            if of_day.is_empty() {
                self.beginnings.remove(&place.0);
            }
        }
    }

    pub(super) fn last_beginning(&self, day: Day) -> Option<&Place> {
        self.beginnings.get(&day)?.last()
    }

    pub(super) fn is_beginning(&self, place: &Place) -> bool {
        let of_day = self.beginnings.get(&place.0);
        of_day.is_some_and(|of_day| of_day.contains(place))
    }

    /// Whether a beginning of the day comes after a place.
    pub(super) fn is_before_beginning(&self, place: &Place) -> bool {
        self.last_beginning(place.0)
            .is_some_and(|last| last > place)
    }

    /// Sets whether an ending waits; `first` is the first one that waits before it. Where that changes, what
    /// comes after the ending that is taken before it is another one.
    pub(super) fn set(
        &mut self,
        ending: &Place,
        waits: bool,
        first: Option<&Place>,
        dirty: &mut BTreeSet<WalkPoint>,
    ) {
        if waits == self.waiting.contains_key(ending) {
            return;
        }
        if waits {
            self.waiting.insert(ending.clone(), None);
        } else {
            self.waiting.remove(ending);
        }
        let Some(first) = first.filter(|first| *first < ending) else {
            return;
        };
        let mut before = self.waiting.range((Included(first), Excluded(ending)));
        if let Some((waiting, Some(after))) = before.next_back() {
            dirty.insert(WalkPoint {
                at: after.clone(),
                part: Part::Waiting(Some(waiting.clone())),
            });
        }
    }

    /// Returns the point at which an ending that waited is taken; none where it is not.
    pub(super) fn taken(&self, ending: &Place) -> Option<WalkPoint> {
        let after = self.waiting.get(ending)?.clone()?;
        Some(WalkPoint {
            at: after,
            part: Part::Waiting(Some(ending.clone())),
        })
    }

    /// Takes an ending that waited, after a beginning; returns the next one that waits.
    pub(super) fn take(&mut self, ending: &Place, beginning: &Place) -> Option<Place> {
        if let Some(after) = self.waiting.get_mut(ending) {
            *after = Some(beginning.clone());
        }
        let mut rest = self.waiting.range((Excluded(ending), Unbounded));
        let next = rest.next().filter(|(next, _)| *next < beginning);
        next.map(|(next, _)| next.clone())
    }

    /// Forgets that an ending is taken after a beginning.
    pub(super) fn forget(&mut self, ending: Option<&Place>, beginning: &Place) {
        let after = ending.and_then(|ending| self.waiting.get_mut(ending));
        if let Some(after) = after.filter(|after| after.as_ref() == Some(beginning)) {
            *after = None;
        }
    }
}
