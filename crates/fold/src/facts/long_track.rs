//! The facts of a long track, kept for the time of a step, so that a changed event costs no more
//! than what it changes.
//!
//! Start at [`LongTrack::revise`]. It gives the rows that deriving the track anew would give.
//!
//! Never here: short tracks, which are derived anew (see [`crate::facts::derive`]).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use event::{OrgId, Position, Visibility};

use crate::audience::Scope;
use crate::facts::charge_walk::{ChargeWalk, steps_of};
use crate::facts::charges::{bears_on_charges, charges_named};
use crate::facts::contradictions::is_relevant;
use crate::facts::derive::{StaleTrack, inconsistencies_of_event};
use crate::facts::episodes::Episodes;
use crate::facts::links::{Linkers, PairLinks};
use crate::facts::scoped::{OpenFacts, ScopeViews};
use crate::facts::walk::{FactChanges, Walk, walks};
use crate::rows::{Fact, PairJoin, Track, TrackId};
use crate::time::versioned::Versioned;
use crate::track::assertion::Assertion;
use crate::work::did;

/// From how many rows of assertions on a track is long. Builds with assertions take few, so that the
/// laws, whose histories are short, test long tracks too.
pub(crate) const LONG_TRACK_MIN: usize = if cfg!(debug_assertions) { 4 } else { 48 };

/// The track as one scope sees it.
#[derive(Clone, Debug, Default)]
struct ScopedTrack {
    /// Whether the track is a person's, who alone has custody.
    of_person: bool,
    /// How many events it has.
    events: usize,
    walk: Walk,
    /// Of a pair: its links, and what joins its ids.
    links: PairLinks,
    same: Option<PairJoin>,
    episodes: Episodes,
    /// The charges that an event names.
    charges: BTreeMap<Box<str>, ChargeWalk>,
    /// Those of which an event changed and that are not settled.
    open_charges: BTreeSet<Box<str>>,
}

impl ScopedTrack {
    /// Takes an event out.
    fn remove(&mut self, event: &Assertion, changes: &mut FactChanges) {
        self.events = self.events.saturating_sub(1);
        changes.gone.extend(inconsistencies_of_event(event));
        self.links.remove(event);
        if self.of_person && walks(event) {
            self.walk.remove(event);
        }
        if is_relevant(event) {
            self.episodes.remove(event, changes);
        }
        self.remove_from_charges(event);
    }

    /// Puts an event in.
    fn insert(&mut self, event: &Assertion, changes: &mut FactChanges) {
        self.events += 1;
        changes.new.extend(inconsistencies_of_event(event));
        self.links.insert(event);
        if self.of_person && walks(event) {
            self.walk.insert(event.clone());
        }
        if is_relevant(event) {
            self.episodes.insert(event, changes);
        }
        self.add_to_charges(event);
    }

    /// Adds an event to the charges that it names, which share it.
    fn add_to_charges(&mut self, event: &Assertion) {
        if !self.of_person || !bears_on_charges(event) {
            return;
        }
        let shared = Arc::new(event.clone());
        for (charge, steps) in steps_of(event) {
            let walk = self.charges.entry(charge.into());
            let walk = walk.or_insert_with(|| ChargeWalk::new(charge));
            walk.insert(&shared, steps);
            self.open_charges.insert(charge.into());
        }
    }

    /// Takes an event out of the charges that it names.
    fn remove_from_charges(&mut self, event: &Assertion) {
        if !self.of_person || !bears_on_charges(event) {
            return;
        }
        let named: BTreeSet<&str> = charges_named(event).collect();
        for charge in named {
            if let Some(walk) = self.charges.get_mut(charge) {
                walk.remove(event);
                self.open_charges.insert(charge.into());
            }
        }
    }

    /// Derives what follows from the events that changed, but for what each did at once.
    fn settle(&mut self, pair: Option<&Pair>, changes: &mut FactChanges) {
        let mut walked = self.walk.settle();
        changes.gone.append(&mut walked.gone);
        changes.new.append(&mut walked.new);
        for charge in std::mem::take(&mut self.open_charges) {
            let Some(walk) = self.charges.get_mut(&charge) else {
                continue;
            };
            let now = walk.found();
            if now != walk.known {
                changes.gone.extend(walk.known.take().map(Fact::Charge));
                changes.new.extend(now.clone().map(Fact::Charge));
                walk.known = now;
            }
        }
        if let Some(pair) = pair {
            self.find_same(pair, changes);
        }
    }

    /// Finds what joins the ids of the pair now.
    fn find_same(&mut self, pair: &Pair, changes: &mut FactChanges) {
        let now = self.links.found(&pair.owners, &pair.linkers);
        if now != self.same {
            changes.gone.extend(self.same.take().map(Fact::Same));
            changes.new.extend(now.clone().map(Fact::Same));
            self.same = now;
        }
    }
}

/// Who links a pair, and in whose names its ids are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) owners: BTreeSet<OrgId>,
    /// The organisations of which it is known whether their links count.
    pub(crate) asked: BTreeSet<OrgId>,
    pub(crate) linkers: Linkers,
}

/// A long track.
#[derive(Debug)]
pub(crate) struct LongTrack {
    /// Of a pair: who links it, and in whose names its ids are.
    pair: Option<Pair>,
    views: ScopeViews<ScopedTrack>,
    /// The open rows of assertions, by the position of the event, where facts follow from it.
    rows: BTreeMap<Position, usize>,
    /// The open rows of facts.
    open: OpenFacts<Fact>,
}

impl LongTrack {
    /// Makes the track as it was before `at`.
    fn before(id: &TrackId, track: &Track, at: Position) -> Self {
        let view = ScopedTrack {
            of_person: id.person().is_some(),
            ..ScopedTrack::default()
        };
        did(track.assertions.len() + track.facts.len());
        let mut long = Self {
            pair: None,
            rows: BTreeMap::new(),
            views: ScopeViews::new(view),
            open: OpenFacts::default(),
        };
        let was_open =
            |row: &Versioned<Assertion>| row.from < at && row.to.is_none_or(|to| to >= at);
        let rows = || track.assertions.iter().enumerate();
        let rows = || rows().filter(|(_, row)| was_open(row));
        for (index, row) in rows() {
            long.rows.insert(row.value.position, index);
            long.views
                .split(row.value.visibility, &row.value.confined_to);
        }
        for (_, row) in rows() {
            long.views.for_each_seeing(seen_by(&row.value), |_, view| {
                view.insert(&row.value, &mut FactChanges::default());
            });
        }
        for (index, row) in track.facts.iter().enumerate() {
            if row.to.is_none() {
                let (fact, audience) = &row.value;
                long.open.add(fact.clone(), (index, audience.clone()));
            }
        }
        for (scope, view) in long.views.iter_mut() {
            view.settle(None, &mut FactChanges::default());
            let same = long.open.iter().find_map(|(fact, audience)| match fact {
                Fact::Same(found) => audience.holds(scope).then_some(found),
                Fact::Custody(_)
                | Fact::Charge(_)
                | Fact::Contradiction(_)
                | Fact::Inconsistency(..) => None,
            });
            view.same = same.cloned();
        }
        long
    }

    /// Derives the facts that the changed assertions of a step's position change, at `at`.
    ///
    /// `long` is the track as it was before, where the step has it; `pair` who links a pair now.
    pub(crate) fn revise(
        long: Option<Self>,
        id: &TrackId,
        track: &mut Track,
        at: Position,
        stale: &StaleTrack,
        pair: Option<Pair>,
    ) -> Self {
        let mut long = long
            .filter(|_| !stale.renumbered)
            .unwrap_or_else(|| Self::before(id, track, at));
        let mut changed: BTreeSet<usize> = stale.rows.iter().copied().collect();
        if stale.renumbered {
            let rows = track.assertions.iter().enumerate();
            let at_once = rows.filter(|(_, row)| row.from == at || row.to == Some(at));
            changed = at_once.map(|(index, _)| index).collect();
        }
        let mut by_scope: BTreeMap<Scope, FactChanges> = BTreeMap::new();
        let rows = changed.into_iter();
        let rows: Vec<(usize, &Versioned<Assertion>)> = rows
            .filter_map(|index| Some((index, track.assertions.get(index)?)))
            .collect();
        for (_, row) in rows.iter().filter(|(_, row)| row.to.is_none()) {
            long.views
                .split(row.value.visibility, &row.value.confined_to);
        }
        for opens in [false, true] {
            for (index, row) in rows.iter().filter(|(_, row)| row.to.is_none() == opens) {
                if opens {
                    long.rows.insert(row.value.position, *index);
                } else {
                    long.rows.remove(&row.value.position);
                }
                long.views
                    .for_each_seeing(seen_by(&row.value), |scope, view| {
                        let changes = by_scope.entry(scope.clone()).or_default();
                        if opens {
                            view.insert(&row.value, changes);
                        } else {
                            view.remove(&row.value, changes);
                        }
                    });
            }
        }
        if let Some(pair) = pair {
            if stale.rights || long.pair.is_none() {
                for (scope, _) in long.views.iter_mut() {
                    by_scope.entry(scope.clone()).or_default();
                }
            }
            long.pair = Some(pair);
        }
        for (scope, changes) in &mut by_scope {
            if let Some(view) = long.views.get_mut(scope) {
                view.settle(long.pair.as_ref(), changes);
            }
        }
        for (fact, audience) in long.open.changed(&long.views, by_scope) {
            long.open.put(&mut track.facts, fact, audience, at);
        }
        long
    }

    /// Returns how many events it holds, those of each view apart.
    pub(crate) fn len(&self) -> usize {
        self.views.iter().map(|view| view.events).sum()
    }

    /// Returns the open row of the assertion of an event; none where no fact follows from it.
    pub(crate) fn row_of(&self, event: Position) -> Option<usize> {
        self.rows.get(&event).copied()
    }

    /// Returns who links the pair, of those who ever did.
    pub(crate) const fn pair(&self) -> Option<&Pair> {
        self.pair.as_ref()
    }
}

/// Returns who sees an event.
fn seen_by(event: &Assertion) -> (Visibility, &[OrgId]) {
    (event.visibility, &event.confined_to)
}
