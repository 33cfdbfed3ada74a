//! The walk of a track's events through the custody state machine, day by day, so that a changed
//! event costs no more than the days that it changes.
//!
//! Start at [`Walk::settle`]. A day is walked again if an event of it changed, if the state with
//! which it begins changed, or if an ending that an arrest before it had taken is free again. The
//! walk stops where the next day begins as it did before. Source of the order of events:
//! docs/reference/figures.md, Tracks.
//!
//! Never here: what an event does to the state (see [`crate::facts::machine`]).

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound::{Excluded, Included, Unbounded};

use event::{Day, Days, EventKey, Instant, Verification};

use crate::facts::machine::{CustodyMachine, State, begins_custody};
use crate::facts::order::{is_ending, is_input, sort_key};
use crate::facts::scoped::Changes;
use crate::rows::Fact;
use crate::track::assertion::Assertion;

/// The sort key of an event among those of its day.
type Key = (Instant, u8, EventKey);

/// One event, its days as its ending may have been cut, and the day of the arrest that took it.
#[derive(Clone, Debug)]
struct Entry {
    event: Assertion,
    /// The day of the arrest that took this ending for the release before it.
    taken: Option<Day>,
}

/// The events of one day, and what the machine made of them.
#[derive(Clone, Debug, Default)]
struct DayWalk {
    events: BTreeMap<Key, Entry>,
    /// The state with which the day begins.
    before: State,
    /// The facts that became final on the day.
    facts: Vec<Fact>,
    /// The endings of later days that an arrest of the day took, by their day.
    takes: Vec<(Day, Key)>,
    /// The arrests of the day that looked for an ending: their first day, and what they took.
    looked: Vec<Option<(Day, Key)>>,
    /// The smallest first day of the endings of the day that begin before it.
    wide_from: Option<Day>,
}

/// The events of one track as one scope sees them, and the facts that follow.
#[derive(Clone, Debug, Default)]
pub(crate) struct Walk {
    days: BTreeMap<Day, DayWalk>,
    /// The days on which arrests looked for an ending.
    looked: BTreeSet<Day>,
    /// The days with endings that may have been before.
    wide: BTreeSet<Day>,
    /// The state after the last day.
    end: State,
    dirty: BTreeSet<Day>,
}

/// The facts that a change of events took away and brought.
pub(crate) type FactChanges = Changes<Fact>;

impl FactChanges {
    /// Adds what differs between the facts of a day before and now: of a day with many events a
    /// change in the middle leaves those before and after it as they were.
    fn replace(&mut self, mut before: Vec<Fact>, now: &[Fact]) {
        let same = |(a, b): &(&Fact, &Fact)| a == b;
        let start = before.iter().zip(now).take_while(same).count();
        let (_, now) = now.split_at(start);
        let rest = before.iter().skip(start).rev();
        let end = rest.zip(now.iter().rev()).take_while(same).count();
        let (now, _) = now.split_at(now.len() - end);
        before.truncate(before.len() - end);
        self.gone.extend(before.into_iter().skip(start));
        self.new.extend(now.iter().cloned());
    }
}

fn key_of(event: &Assertion) -> (Day, Key) {
    let (day, recorded, rank, key) = sort_key(event);
    (day, (recorded, rank, key.clone()))
}

/// Whether an ending that is dated so may have been before its last day.
const fn is_wide(event: &Assertion) -> bool {
    is_ending(event.kind) && event.days.earliest.number() < event.days.latest.number()
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

impl Walk {
    /// Puts an event in, without walking.
    pub(crate) fn insert(&mut self, event: Assertion) {
        let (day, key) = key_of(&event);
        if is_wide(&event) {
            self.free_ending(day, &key, event.days.earliest);
        }
        let entry = Entry { event, taken: None };
        if !self.days.contains_key(&day) {
            // It begins as the day after it did until now.
            let next = self.days.range((Excluded(day), Unbounded)).next();
            let before = next.map_or(&self.end, |(_, next)| &next.before).clone();
            let new = DayWalk {
                before,
                ..DayWalk::default()
            };
            self.days.insert(day, new);
        }
        if let Some(of_day) = self.days.get_mut(&day) {
            of_day.events.insert(key, entry);
        }
        self.mark_wide(day);
        self.dirty.insert(day);
    }

    /// Takes an event out, without walking.
    pub(crate) fn remove(&mut self, event: &Assertion) {
        let (day, key) = key_of(event);
        let Some(of_day) = self.days.get_mut(&day) else {
            return;
        };
        if let Some(entry) = of_day.events.remove(&key) {
            self.dirty.extend(entry.taken);
        }
        self.mark_wide(day);
        self.dirty.insert(day);
    }

    fn mark_wide(&mut self, day: Day) {
        let Some(of_day) = self.days.get_mut(&day) else {
            return;
        };
        let wide = of_day.events.values().filter(|entry| is_wide(&entry.event));
        of_day.wide_from = wide.map(|entry| entry.event.days.earliest).min();
        if of_day.wide_from.is_some() {
            self.wide.insert(day);
        } else {
            self.wide.remove(&day);
        }
    }

    /// Marks the first arrest that would take an ending that is free now: one that found none, or
    /// took a later one.
    fn free_ending(&mut self, day: Day, key: &Key, earliest: Day) {
        for arrest in self.looked.range((Excluded(earliest), Included(day))) {
            let Some(of_day) = self.days.get(arrest) else {
                continue;
            };
            let would = |took: &Option<(Day, Key)>| match took {
                None => true,
                Some(took) => (day, key) < (took.0, &took.1),
            };
            if of_day.looked.iter().any(would) {
                self.dirty.insert(*arrest);
                return;
            }
        }
    }

    /// Returns every fact that follows from the events.
    pub(crate) fn facts(&self) -> Vec<Fact> {
        let of_days = self.days.values().flat_map(|day| day.facts.iter().cloned());
        of_days.chain(self.end.fact()).collect()
    }

    /// Walks every day that a change has reached.
    pub(crate) fn settle(&mut self) -> FactChanges {
        let mut changes = FactChanges::default();
        let mut end = None;
        while let Some(day) = self.dirty.pop_first() {
            let Some(mut of_day) = self.days.remove(&day) else {
                continue;
            };
            let before = self.days.range(..day).next_back();
            if before.is_none() {
                of_day.before = State::default();
            }
            let facts = std::mem::take(&mut of_day.facts);
            let took = std::mem::take(&mut of_day.takes);
            for (later, key) in &took {
                if let Some(entry) = self.entry(*later, key)
                    && entry.taken == Some(day)
                {
                    entry.taken = None;
                }
            }
            let after = self.walk_day(day, &mut of_day);
            changes.replace(facts, &of_day.facts);
            self.mark_taken(day, &took, &of_day.takes);
            if of_day.looked.is_empty() {
                self.looked.remove(&day);
            } else {
                self.looked.insert(day);
            }
            if !of_day.events.is_empty() {
                self.days.insert(day, of_day);
            }
            match self.days.range_mut((Excluded(day), Unbounded)).next() {
                Some((next, walk)) if walk.before != after => {
                    walk.before = after;
                    self.dirty.insert(*next);
                }
                Some(_) => {}
                None => end = Some(after),
            }
        }
        if let Some(end) = end.filter(|end| *end != self.end) {
            changes.gone.extend(self.end.fact());
            changes.new.extend(end.fact());
            self.end = end;
        }
        changes
    }

    fn entry(&mut self, day: Day, key: &Key) -> Option<&mut Entry> {
        self.days.get_mut(&day)?.events.get_mut(key)
    }

    /// Marks the endings that arrests of `day` take now, and the days of those and of the ones that
    /// they took before where these differ.
    fn mark_taken(&mut self, day: Day, before: &[(Day, Key)], now: &[(Day, Key)]) {
        for (later, key) in now {
            let other = self
                .entry(*later, key)
                .and_then(|entry| entry.taken.replace(day));
            self.dirty.extend(other.filter(|other| *other != day));
            if !before.contains(&(*later, key.clone())) {
                self.dirty.insert(*later);
            }
        }
        for (later, key) in before {
            if now.contains(&(*later, key.clone())) {
                continue;
            }
            self.dirty.insert(*later);
            if let Some(entry) = self.entry(*later, key) {
                let earliest = entry.event.days.earliest.max(day);
                self.free_ending(*later, key, earliest);
            }
        }
    }

    /// Walks the events of one day, and returns the state after it.
    fn walk_day(&self, day: Day, of_day: &mut DayWalk) -> State {
        let mut machine = CustodyMachine::new(of_day.before.clone());
        let mut rest = DayQueue::new(&of_day.events);
        let (mut takes, mut looked) = (Vec::new(), Vec::new());
        while let Some(event) = rest.next(&machine) {
            if machine.interrupts(event) {
                let before = event.days.earliest;
                let here = rest.take_wide(before);
                let found = match here {
                    Some(ending) => Some((key_of(ending), ending)),
                    None => self.ending_after(day, before, &takes),
                };
                looked.push(found.as_ref().map(|(place, _)| place.clone()));
                match found {
                    Some((place, ending)) => {
                        if place.0 != day {
                            takes.push(place);
                        }
                        let cut = Days {
                            earliest: ending.days.earliest,
                            latest: before,
                        };
                        machine.apply(ending, cut);
                    }
                    None => machine.imply_release(event, event.days),
                }
            }
            machine.apply(event, event.days);
        }
        of_day.takes = takes;
        of_day.looked = looked;
        let (facts, after) = machine.finish();
        of_day.facts = facts;
        after
    }

    /// Returns the first ending of a later day that may have been before `before` and that no arrest
    /// has taken, neither on an earlier day nor among `takes`. One that an arrest of a later day has
    /// taken is free for this one.
    fn ending_after(
        &self,
        day: Day,
        before: Day,
        takes: &[(Day, Key)],
    ) -> Option<((Day, Key), &Assertion)> {
        for later in self.wide.range((Excluded(day), Unbounded)) {
            let Some(of_day) = self.days.get(later) else {
                continue;
            };
            if of_day.wide_from.is_none_or(|from| from >= before) {
                continue;
            }
            for (key, entry) in &of_day.events {
                let event = &entry.event;
                let free = entry.taken.is_none_or(|by| by > day)
                    && !takes.contains(&(*later, key.clone()));
                if free && is_ending(event.kind) && event.days.earliest < before {
                    return Some(((*later, key.clone()), event));
                }
            }
        }
        None
    }
}

/// The events of a day in the order in which the machine takes them: an ending that finds nothing
/// open waits for the next beginning of its day.
struct DayQueue<'d> {
    events: std::iter::Peekable<std::collections::btree_map::Iter<'d, Key, Entry>>,
    /// How many beginnings are to come.
    beginnings: usize,
    /// Endings that wait, in their order.
    waiting: std::collections::VecDeque<&'d Assertion>,
    /// Whether one that waits may be taken: a beginning came.
    open: bool,
    /// Endings of the day that an arrest of the day has taken.
    taken: BTreeSet<&'d Key>,
    /// Whether the day has an ending that may have been before it.
    wide: Vec<(&'d Key, &'d Assertion)>,
}

impl<'d> DayQueue<'d> {
    fn new(events: &'d BTreeMap<Key, Entry>) -> Self {
        let free = || events.iter().filter(|(_, entry)| entry.taken.is_none());
        let beginnings = free().filter(|(_, entry)| begins_custody(&entry.event));
        let wide = free().filter(|(_, entry)| is_wide(&entry.event));
        Self {
            beginnings: beginnings.count(),
            wide: wide.map(|(key, entry)| (key, &entry.event)).collect(),
            events: events.iter().peekable(),
            waiting: std::collections::VecDeque::new(),
            open: false,
            taken: BTreeSet::new(),
        }
    }

    /// Returns the next event; none after the last.
    fn next(&mut self, machine: &CustodyMachine<'_>) -> Option<&'d Assertion> {
        loop {
            if self.open {
                let stays = machine.finds_nothing_open() && self.beginnings > 0;
                match self.waiting.front() {
                    Some(_) if !stays => return self.waiting.pop_front(),
                    Some(_) | None => self.open = false,
                }
            }
            let (key, entry) = self.events.next()?;
            let event = &entry.event;
            if entry.taken.is_some() || self.taken.contains(key) {
                continue;
            }
            self.wide.retain(|(wide, _)| *wide != key);
            if begins_custody(event) {
                self.beginnings -= 1;
                self.open = true;
            } else if is_ending(event.kind) && machine.finds_nothing_open() && self.beginnings > 0 {
                self.waiting.push_back(event);
                continue;
            }
            return Some(event);
        }
    }

    /// Takes the first ending to come that may have been before `before` out; none where there is
    /// none on the day.
    fn take_wide(&mut self, before: Day) -> Option<&'d Assertion> {
        let found = self
            .wide
            .iter()
            .position(|(_, ending)| ending.days.earliest < before)?;
        let (key, ending) = self.wide.remove(found);
        self.taken.insert(key);
        Some(ending)
    }
}
