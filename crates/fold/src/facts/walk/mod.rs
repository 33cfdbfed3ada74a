//! The walk of a track's events through the custody state machine, event by event, so that a changed
//! event costs no more than what it changes.
//!
//! Start at [`Walk::settle`]. An event is walked again if it changed, if what it finds changed, or if an
//! ending that an arrest before it had taken is free again. The walk stops where the next event finds
//! what it found before. Source of the order of events: docs/reference/figures.md, Tracks.
//!
//! Never here: what an event does to the state (see [`crate::facts::machine`]).

mod explained;
mod point;
mod takes;
#[cfg(test)]
mod tests;
mod waits;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound::{Excluded, Included, Unbounded};

use event::{Days, Verification};

use crate::facts::machine::{CustodyMachine, State, begins_custody, takes_effect_later};
use crate::facts::order::is_input;
use crate::facts::walk::explained::Explained;
pub(crate) use crate::facts::walk::point::FactChanges;
use crate::facts::walk::point::{Part, Place, WalkPoint, place_of};
use crate::facts::walk::takes::Takes;
use crate::facts::walk::waits::Waits;
use crate::rows::Fact;
use crate::track::assertion::{Assertion, Effect};
use crate::track::kinds::is_ending;
use crate::work::did;

/// What the walk comes to before an event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Standing {
    state: State,
    /// The first of the endings that wait for a beginning.
    waiting: Option<Place>,
}

/// What an event found, and what the machine made of it.
#[derive(Clone, Debug)]
struct WalkedPoint {
    before: Standing,
    /// The facts that became final at it.
    facts: Vec<Fact>,
}

/// The events of one track as one scope sees them, and the facts that follow.
#[derive(Clone, Debug, Default)]
pub(crate) struct Walk {
    events: BTreeMap<Place, Assertion>,
    walked: BTreeMap<WalkPoint, WalkedPoint>,
    /// The state after the last event.
    end: State,
    takes: Takes,
    waits: Waits,
    explained: Explained,
    /// The points from which to walk again.
    dirty: BTreeSet<WalkPoint>,
    changes: FactChanges,
}

/// Returns the custody intervals of a track, and the inconsistencies of the state machine.
///
/// `track` is the effective events of one person in one case, in any order. Refuted events have no
/// effect. Source: docs/reference/figures.md, Custody.
#[must_use]
pub fn custody_facts<'a>(track: impl IntoIterator<Item = &'a Assertion>) -> Vec<Fact> {
    let mut walk = Walk::default();
    for event in track.into_iter().filter(|event| walks(event)) {
        walk.insert(event.clone());
    }
    walk.settle();
    walk.facts()
}

/// Whether an event is walked: an input of the machine that is not refuted.
pub(crate) fn walks(event: &Assertion) -> bool {
    is_input(event) && event.attributes.verification != Verification::Refuted
}

/// Returns a sentence with a day from which it is served as it stands in the order: on that day, or on its own
/// where that is later; none of any other event.
fn effect_of_sentence(event: &Assertion) -> Option<Assertion> {
    let Effect::Sentence {
        custodial,
        effective: Some(effective),
        charges,
    } = &event.effect
    else {
        return None;
    };
    let days = Days {
        earliest: event.days.earliest.max(effective.earliest),
        latest: event.days.latest.max(effective.latest),
    };
    Some(Assertion {
        days,
        effect: Effect::Sentence {
            custodial: *custodial,
            effective: Some(days),
            charges: charges.clone(),
        },
        ..event.clone()
    })
}

impl Walk {
    /// Puts an event in, without walking.
    pub(crate) fn insert(&mut self, event: Assertion) {
        if let Some(effect) = effect_of_sentence(&event) {
            if takes_effect_later(&event) {
                self.insert_part(event);
            }
            self.insert_part(effect);
        } else {
            self.insert_part(event);
        }
    }

    /// Takes an event out, without walking.
    pub(crate) fn remove(&mut self, event: &Assertion) {
        if let Some(effect) = effect_of_sentence(event) {
            if takes_effect_later(event) {
                self.remove_part(event);
            }
            self.remove_part(&effect);
        } else {
            self.remove_part(event);
        }
    }

    fn insert_part(&mut self, event: Assertion) {
        let place = place_of(&event);
        if begins_custody(&event) {
            self.change_beginnings(&place, Waits::add_beginning);
        }
        self.takes.insert(&place, &event, &mut self.dirty);
        self.dirty.insert(WalkPoint::own(place.clone()));
        self.events.insert(place, event);
    }

    fn remove_part(&mut self, event: &Assertion) {
        let place = place_of(event);
        if self.events.remove(&place).is_none() {
            return;
        }
        if begins_custody(event) {
            self.change_beginnings(&place, Waits::remove_beginning);
        }
        self.takes.remove(&place, &mut self.dirty);
        // Another one that comes into its place waits as it did.
        self.dirty.extend(self.waits.taken(&place));
        self.dirty.insert(WalkPoint::own(place));
    }

    /// Changes the beginnings of a day. Where another one is the last now, the endings between the two wait
    /// for it, or wait no longer.
    fn change_beginnings(&mut self, place: &Place, change: fn(&mut Waits, &Place)) {
        let before = self.waits.last_beginning(place.0).cloned();
        change(&mut self.waits, place);
        let after = self.waits.last_beginning(place.0).cloned();
        let (first, last) = if before < after {
            (before, after)
        } else {
            (after, before)
        };
        let Some(last) = last.filter(|last| Some(last) != first.as_ref()) else {
            return;
        };
        let last = WalkPoint::own(last);
        let between = self.walked.range(..last).rev().map(|(point, _)| point);
        let between = between
            .take_while(|point| point.at.0 == place.0 && Some(&point.at) > first.as_ref())
            .filter(|point| point.part == Part::Own);
        let events = &self.events;
        let endings = between.filter(|point| {
            let event = events.get(&point.at);
            event.is_some_and(|event| is_ending(event.kind))
        });
        self.dirty.extend(endings.cloned());
        if let Some(first) = first {
            // After the first one that waited for it, the others wait, or wait no longer.
            let taken = self.walked.range(WalkPoint::after(first.clone())..).next();
            let taken = taken
                .map(|(point, _)| point)
                .filter(|point| point.at == first);
            self.dirty.extend(taken.cloned());
            self.dirty.insert(WalkPoint::after(first));
        }
    }

    /// Returns every fact that follows from the events.
    pub(crate) fn facts(&self) -> Vec<Fact> {
        let facts = self.walked.values();
        let facts = facts.flat_map(|walked| walked.facts.iter().cloned());
        facts
            .chain(self.explained.facts())
            .chain(self.end.fact())
            .collect()
    }

    /// Walks every event that a change has reached.
    pub(crate) fn settle(&mut self) -> FactChanges {
        while let Some(point) = self.dirty.first().cloned() {
            self.walk_from(point);
        }
        std::mem::take(&mut self.changes)
    }

    /// Walks from a point to where the next event finds what it found before.
    fn walk_from(&mut self, point: WalkPoint) {
        let known = self.walked.range(&point..).next();
        let mut standing = match known {
            Some((_, walked)) => walked.before.clone(),
            None => Standing {
                state: self.end.clone(),
                waiting: None,
            },
        };
        let mut from = Included(point);
        loop {
            let next = self.next(&from, &standing);
            self.pass_over(&from, next.as_ref(), &standing);
            let Some(next) = next else {
                self.set_end(standing.state);
                return;
            };
            let known = self.walked.get(&next);
            let is_same = known.is_some_and(|known| known.before == standing);
            if !self.dirty.remove(&next) && is_same {
                return;
            }
            standing = self.walk_point(&next, standing);
            from = Excluded(next);
        }
    }

    /// Returns the next point to walk, at or after a point or right after it; none after the last event.
    fn next(&self, from: &std::ops::Bound<WalkPoint>, standing: &Standing) -> Option<WalkPoint> {
        let (Included(point) | Excluded(point)) = from else {
            return None;
        };
        let is_event = point.part == Part::Own && matches!(from, Included(_));
        let start = if is_event {
            Included(&point.at)
        } else {
            if let Some(waiting) = &standing.waiting
                && self.waits.is_beginning(&point.at)
                && !self.stays(&point.at, &standing.state)
            {
                return Some(WalkPoint {
                    at: point.at.clone(),
                    part: Part::Waiting(Some(waiting.clone())),
                });
            }
            Excluded(&point.at)
        };
        let mut places = self.events.range((start, Unbounded)).map(|(at, _)| at);
        let next = places.find(|at| !self.takes.is_taken(at));
        next.map(|at| WalkPoint::own(at.clone()))
    }

    /// Whether an ending waits that finds this state: nothing is open, and a beginning of the day comes.
    fn stays(&self, place: &Place, state: &State) -> bool {
        state.finds_nothing_open() && self.waits.is_before_beginning(place)
    }

    /// Forgets what was walked from one point to another, which are not walked any more.
    fn pass_over(
        &mut self,
        from: &std::ops::Bound<WalkPoint>,
        next: Option<&WalkPoint>,
        standing: &Standing,
    ) {
        let to = next.map_or(Unbounded, Excluded);
        let range = (from.as_ref(), to);
        // First: what is freed below is marked anew.
        let dirty = self.dirty.range(range).cloned();
        for point in dirty.collect::<Vec<_>>() {
            self.dirty.remove(&point);
        }
        let points = self.walked.range(range).map(|(point, _)| point.clone());
        for point in points.collect::<Vec<_>>() {
            did(1);
            if let Some(walked) = self.walked.remove(&point) {
                self.changes.gone.extend(walked.facts);
            }
            match &point.part {
                Part::Own => {
                    self.takes.look(&point.at, None, &mut self.dirty);
                    self.waits
                        .set(&point.at, false, standing.waiting.as_ref(), &mut self.dirty);
                    self.explained.forget(&point.at, &mut self.changes);
                }
                Part::Waiting(waiting) => self.waits.forget(waiting.as_ref(), &point.at),
            }
        }
    }

    fn set_end(&mut self, end: State) {
        if end != self.end {
            self.changes.gone.extend(self.end.fact());
            self.changes.new.extend(end.fact());
            self.end = end;
        }
    }

    /// Walks one point, and returns what the walk comes to after it.
    fn walk_point(&mut self, point: &WalkPoint, before: Standing) -> Standing {
        did(1);
        let mut machine = CustodyMachine::new(before.state.clone());
        let mut waiting = before.waiting.clone();
        match &point.part {
            Part::Waiting(ending) => {
                if let Some(ending) = ending
                    && let Some(event) = self.events.get(ending)
                {
                    machine.apply(event, event.days);
                    waiting = self.waits.take(ending, &point.at);
                }
            }
            Part::Own => {
                let Some(event) = self.events.get(&point.at) else {
                    return before;
                };
                let waits = is_ending(event.kind) && self.stays(&point.at, &before.state);
                let looked = machine
                    .interrupts(event)
                    .then(|| self.takes.first_free(&point.at, event.days.earliest));
                if waits {
                    waiting.get_or_insert_with(|| point.at.clone());
                } else {
                    let ending = looked.iter().flatten().find_map(|at| self.events.get(at));
                    if looked.is_some() {
                        machine.interrupt(event, ending);
                    }
                    machine.apply(event, event.days);
                }
                self.takes.look(&point.at, looked, &mut self.dirty);
                let first = before.waiting.as_ref();
                self.waits.set(&point.at, waits, first, &mut self.dirty);
                let changes = &mut self.changes;
                self.explained
                    .set(&point.at, event.position, &machine, changes);
            }
        }
        let (facts, state) = machine.finish();
        let known = self.walked.get(point).map(|walked| walked.facts.as_slice());
        if known.unwrap_or_default() != facts {
            self.changes
                .gone
                .extend(known.unwrap_or_default().iter().cloned());
            self.changes.new.extend(facts.iter().cloned());
        }
        self.walked
            .insert(point.clone(), WalkedPoint { before, facts });
        Standing { state, waiting }
    }
}
