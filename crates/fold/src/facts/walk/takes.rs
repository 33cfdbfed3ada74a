//! The endings that arrests take: one whose date is wide may have been before an arrest that stands before
//! it in the track, and then is the release between that arrest and the custody before.
//!
//! Start at [`Takes::first_free`].
//!
//! Never here: whether an arrest interrupts custody (see [`crate::facts::machine`]).

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound::{Excluded, Included, Unbounded};

use event::Day;

use crate::facts::walk::point::{Place, WalkPoint};
use crate::track::assertion::Assertion;
use crate::track::kinds::is_ending;
use crate::work::did;

/// An ending that may have been before its last day.
#[derive(Clone, Debug)]
struct WideEnding {
    earliest: Day,
    /// The arrest that took it.
    taken: Option<Place>,
}

/// The wide endings of a track, and the arrests that looked for one.
#[derive(Clone, Debug, Default)]
pub(super) struct Takes {
    wide: BTreeMap<Place, WideEnding>,
    /// The arrests that looked for an ending, and what each took, by day.
    looked: BTreeMap<Day, BTreeMap<Place, Option<Place>>>,
    /// The endings that are free, by the arrest that is to look for one before the others do.
    offered: BTreeMap<Place, BTreeSet<Place>>,
}

/// Whether an ending that is dated so may have been before its last day.
const fn is_wide(event: &Assertion) -> bool {
    is_ending(event.kind) && event.days.earliest.number() < event.days.latest.number()
}

impl Takes {
    /// Puts an event in; marks the arrest that would take it.
    pub(super) fn insert(
        &mut self,
        place: &Place,
        event: &Assertion,
        dirty: &mut BTreeSet<WalkPoint>,
    ) {
        if is_wide(event) {
            let earliest = event.days.earliest;
            let wide = WideEnding {
                earliest,
                taken: None,
            };
            self.wide.insert(place.clone(), wide);
            self.offer(place, None, dirty);
        }
    }

    /// Takes an event out; marks the arrest that took it.
    pub(super) fn remove(&mut self, place: &Place, dirty: &mut BTreeSet<WalkPoint>) {
        if let Some(wide) = self.wide.remove(place) {
            dirty.extend(wide.taken.map(WalkPoint::own));
        }
    }

    /// Whether an arrest has taken the event at this place.
    pub(super) fn is_taken(&self, place: &Place) -> bool {
        self.wide
            .get(place)
            .is_some_and(|wide| wide.taken.is_some())
    }

    /// Returns the first ending after an arrest that may have been before `before` and that no arrest
    /// before has taken. One that a later arrest has taken is free for this one.
    pub(super) fn first_free(&self, arrest: &Place, before: Day) -> Option<Place> {
        let mut later = self.wide.range((Excluded(arrest), Unbounded));
        let found = later.find(|(_, wide)| {
            did(1);
            let free = wide.taken.as_ref().is_none_or(|by| by >= arrest);
            free && wide.earliest < before
        });
        found.map(|(place, _)| place.clone())
    }

    /// Notes what an arrest took that looked for an ending; none where it did not look. Marks the endings
    /// that it takes now or took before, and the arrests that this concerns.
    pub(super) fn look(
        &mut self,
        arrest: &Place,
        looked: Option<Option<Place>>,
        dirty: &mut BTreeSet<WalkPoint>,
    ) {
        let took = match &looked {
            Some(took) => {
                let of_day = self.looked.entry(arrest.0).or_default();
                of_day.insert(arrest.clone(), took.clone()).flatten()
            }
            None => self.forget(arrest),
        };
        let takes = looked.flatten();
        if let Some(takes) = &takes
            && let Some(wide) = self.wide.get_mut(takes)
            && wide.taken.as_ref() != Some(arrest)
        {
            let other = wide.taken.replace(arrest.clone());
            dirty.extend(other.map(WalkPoint::own));
            dirty.insert(WalkPoint::own(takes.clone()));
        }
        if let Some(took) = took.filter(|took| Some(took) != takes.as_ref())
            && let Some(wide) = self.wide.get_mut(&took)
            && wide.taken.as_ref() == Some(arrest)
        {
            wide.taken = None;
            dirty.insert(WalkPoint::own(took.clone()));
            self.offer(&took, Some(arrest), dirty);
        }
        for ending in self.offered.remove(arrest).unwrap_or_default() {
            self.offer(&ending, Some(arrest), dirty);
        }
    }

    /// Forgets that an arrest looked; returns what it took.
    fn forget(&mut self, arrest: &Place) -> Option<Place> {
        let of_day = self.looked.get_mut(&arrest.0)?;
        let took = of_day.remove(arrest);
        if of_day.is_empty() {
            self.looked.remove(&arrest.0);
        }
        took.flatten()
    }

    /// Offers an ending, if it is free, to the first arrest that would take it: one that found none, or took
    /// a later one. Those up to `after` did not take it.
    fn offer(&mut self, ending: &Place, after: Option<&Place>, dirty: &mut BTreeSet<WalkPoint>) {
        let Some(wide) = self.wide.get(ending).filter(|wide| wide.taken.is_none()) else {
            return;
        };
        let from = match after {
            Some(after) if after.0 > wide.earliest => Included(after.0),
            Some(_) | None => Excluded(wide.earliest),
        };
        if after.is_some_and(|after| after >= ending) || wide.earliest >= ending.0 {
            return;
        }
        let days = self.looked.range((from, Included(ending.0)));
        let mut arrests = days.flat_map(|(_, arrests)| arrests.range(..ending));
        let would = |(arrest, took): &(&Place, &Option<Place>)| {
            did(1);
            Some(*arrest) > after && took.as_ref().is_none_or(|took| ending < took)
        };
        if let Some((arrest, _)) = arrests.find(would) {
            dirty.insert(WalkPoint::own(arrest.clone()));
            let offered = self.offered.entry(arrest.clone()).or_default();
            offered.insert(ending.clone());
        }
    }
}
