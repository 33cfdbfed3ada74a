//! The facts of a long track, kept for the time of a step, so that a changed event costs no more
//! than what it changes.
//!
//! Start at [`LongTrack::revise`]. It gives the rows that deriving the track anew would give.
//!
//! Never here: short tracks, which are derived anew (see [`crate::facts::derive`]).

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound::{Excluded, Unbounded};

use event::{Day, EventKey, Instant, OrgId, Position, Visibility};

use crate::audience::{Audience, Scope};
use crate::facts::charges::charges_named;
use crate::facts::contradictions::{contradictions, ends_spell, is_relevant};
use crate::facts::derive::{Facts, StaleTrack, charge_facts, inconsistencies_of_event};
use crate::facts::links::{Linkers, PairLinks};
use crate::facts::order::sort_key;
use crate::facts::scoped::{OpenFacts, ScopeViews};
use crate::facts::walk::{FactChanges, Walk, walks};
use crate::rows::{Fact, Match, Track, TrackId};
use crate::time::versioned::Versioned;
use crate::track::assertion::Assertion;

/// From how many rows of assertions on a track is long. Builds with assertions take few, so that the
/// laws, whose histories are short, test long tracks too.
pub(crate) const LONG_TRACK_MIN: usize = if cfg!(debug_assertions) { 4 } else { 48 };

type Key = (Day, Instant, u8, EventKey);

fn key_of(event: &Assertion) -> Key {
    let (day, recorded, rank, key) = sort_key(event);
    (day, recorded, rank, key.clone())
}

/// The track as one scope sees it.
#[derive(Clone, Debug, Default)]
struct View {
    /// Whether the track is a person's, who alone has custody.
    of_person: bool,
    walk: Walk,
    /// Of a pair: its links, and what joins its ids.
    links: PairLinks,
    same: Option<Match>,
    /// The events among which contradictions are looked for.
    relevant: BTreeMap<Key, Assertion>,
    /// How many of them are of each organisation.
    orgs: BTreeMap<OrgId, usize>,
}

impl View {
    /// Takes an event out.
    fn remove(&mut self, event: &Assertion, changes: &mut FactChanges) {
        changes.gone.extend(inconsistencies_of_event(event));
        self.links.remove(event);
        if self.of_person && walks(event) {
            self.walk.remove(event);
        }
        if !is_relevant(event) {
            return;
        }
        let left = self.orgs.get(&event.key.org).map_or(0, |count| count - 1);
        let orgs = self.orgs.len() - usize::from(left == 0);
        self.around(event, orgs, changes, |view| {
            view.relevant.remove(&key_of(event));
            if left == 0 {
                view.orgs.remove(&event.key.org);
            } else {
                view.orgs.insert(event.key.org.clone(), left);
            }
        });
    }

    /// Puts an event in.
    fn insert(&mut self, event: &Assertion, changes: &mut FactChanges) {
        changes.new.extend(inconsistencies_of_event(event));
        self.links.insert(event);
        if self.of_person && walks(event) {
            self.walk.insert(event.clone());
        }
        if !is_relevant(event) {
            return;
        }
        let orgs = self.orgs.len() + usize::from(!self.orgs.contains_key(&event.key.org));
        self.around(event, orgs, changes, |view| {
            view.relevant.insert(key_of(event), event.clone());
            *view.orgs.entry(event.key.org.clone()).or_default() += 1;
        });
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

    /// Makes a change at an event, after which the events are of so many organisations, and looks
    /// for contradictions again: in the spells beside the event, or everywhere where one organisation
    /// alone is left or was. One alone does not contradict itself.
    fn around(
        &mut self,
        event: &Assertion,
        orgs: usize,
        changes: &mut FactChanges,
        change: impl FnOnce(&mut Self),
    ) {
        let (differed, differ) = (self.orgs.len() > 1, orgs > 1);
        let within = if differed && differ {
            self.spells_beside(&key_of(event))
        } else {
            (None, None)
        };
        if differed {
            changes.gone.extend(self.contradictions(&within));
        }
        change(self);
        if differ {
            changes.new.extend(self.contradictions(&within));
        }
    }

    /// Returns the keys of the first and the last event of the spells on either side of a place;
    /// none where the track ends there.
    fn spells_beside(&self, place: &Key) -> (Option<Key>, Option<Key>) {
        let mut first = None;
        let mut later_ends = None;
        for (key, event) in self.relevant.range(..place).rev() {
            let ends = ends_spell(event);
            if later_ends == Some(false) && ends {
                break;
            }
            later_ends = Some(ends);
            first = Some(key.clone());
        }
        let mut last = None;
        let mut earlier_ends = None;
        for (key, event) in self.relevant.range((Excluded(place), Unbounded)) {
            let ends = ends_spell(event);
            if earlier_ends == Some(true) && !ends {
                break;
            }
            earlier_ends = Some(ends);
            last = Some(key.clone());
        }
        (first, last)
    }

    /// Returns the contradictions among the events from one key to another, and beyond where there
    /// is none.
    fn contradictions(&self, (first, last): &(Option<Key>, Option<Key>)) -> Vec<Fact> {
        use std::ops::Bound::Included;
        let from = first.as_ref().map_or(Unbounded, Included);
        let to = last.as_ref().map_or(Unbounded, Included);
        let events = self.relevant.range((from, to)).map(|(_, event)| event);
        contradictions(events)
            .into_iter()
            .map(Fact::Contradiction)
            .collect()
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
pub(crate) struct LongTrack {
    /// Whether the track is a person's, who alone has custody and charges.
    of_person: bool,
    /// Of a pair: who links it, and in whose names its ids are.
    pair: Option<Pair>,
    views: ScopeViews<View>,
    /// The open rows of facts, charges aside.
    open: OpenFacts<Fact>,
    /// Those of charges, by the id of the charge.
    charges: BTreeMap<Box<str>, OpenFacts<Fact>>,
    /// The rows of the open assertions that name each charge.
    named: BTreeMap<Box<str>, BTreeSet<usize>>,
}

impl LongTrack {
    /// Makes the track as it was before `at`.
    fn before(id: &TrackId, track: &Track, at: Position) -> Self {
        let view = View {
            of_person: id.person().is_some(),
            ..View::default()
        };
        let mut long = Self {
            of_person: view.of_person,
            pair: None,
            views: ScopeViews::new(view),
            open: OpenFacts::default(),
            charges: BTreeMap::new(),
            named: BTreeMap::new(),
        };
        let was_open =
            |row: &Versioned<Assertion>| row.from < at && row.to.is_none_or(|to| to >= at);
        let rows = || track.assertions.iter().enumerate();
        for (_, row) in rows().filter(|(_, row)| was_open(row)) {
            long.views
                .split(row.value.visibility, &row.value.confined_to);
        }
        for (index, row) in rows().filter(|(_, row)| was_open(row)) {
            long.views.for_each_seeing(seen_by(&row.value), |_, view| {
                view.insert(&row.value, &mut FactChanges::default());
            });
            long.name(index, &row.value, true);
        }
        for (index, row) in track.facts.iter().enumerate() {
            if row.to.is_none() {
                let (fact, audience) = &row.value;
                long.rows_of(fact)
                    .add(fact.clone(), (index, audience.clone()));
            }
        }
        for (scope, view) in long.views.iter_mut() {
            view.walk.settle();
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
        let rows: Vec<(usize, &Versioned<Assertion>)> = changed
            .into_iter()
            .filter_map(|index| Some((index, track.assertions.get(index)?)))
            .collect();
        for (_, row) in rows.iter().filter(|(_, row)| row.to.is_none()) {
            long.views
                .split(row.value.visibility, &row.value.confined_to);
        }
        for opens in [false, true] {
            for (index, row) in rows.iter().filter(|(_, row)| row.to.is_none() == opens) {
                long.name(*index, &row.value, opens);
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
                let mut walked = view.walk.settle();
                changes.gone.append(&mut walked.gone);
                changes.new.append(&mut walked.new);
                if let Some(pair) = &long.pair {
                    view.find_same(pair, changes);
                }
            }
        }
        let mut new = long.open.changed(&long.views, by_scope);
        if long.of_person {
            new.extend(long.charges_now(&track.assertions, stale.charges()));
        }
        long.write(&mut track.facts, new, at);
        long
    }

    /// Adds the row of an assertion to the index of the charges that it names, or takes it out.
    fn name(&mut self, index: usize, event: &Assertion, adds: bool) {
        for charge in charges_named(event) {
            let rows = self.named.entry(charge.into()).or_default();
            if adds {
                rows.insert(index);
            } else {
                rows.remove(&index);
            }
        }
    }

    /// Returns who links the pair, of those who ever did.
    pub(crate) const fn pair(&self) -> Option<&Pair> {
        self.pair.as_ref()
    }

    fn rows_of(&mut self, fact: &Fact) -> &mut OpenFacts<Fact> {
        match fact {
            Fact::Charge(charge) => self.charges.entry(charge.charge.clone()).or_default(),
            Fact::Custody(_) | Fact::Contradiction(_) | Fact::Inconsistency(..) | Fact::Same(_) => {
                &mut self.open
            }
        }
    }

    /// Returns what changed in the charges with these ids.
    fn charges_now(
        &self,
        assertions: &[Versioned<Assertion>],
        stale: &BTreeSet<Box<str>>,
    ) -> BTreeMap<Fact, Option<Audience>> {
        let rows = stale.iter().filter_map(|charge| self.named.get(charge));
        let rows: BTreeSet<usize> = rows.flatten().copied().collect();
        let events = rows.into_iter().filter_map(|row| assertions.get(row));
        let events: Vec<&Assertion> = events.map(|row| &row.value).collect();
        let mut found: BTreeMap<Fact, Option<Audience>> = BTreeMap::new();
        for charge in stale {
            let open = self
                .charges
                .get(charge)
                .into_iter()
                .flat_map(OpenFacts::iter);
            found.extend(open.map(|(fact, _)| (fact.clone(), None)));
        }
        for (fact, audience) in charge_facts(&events, stale) {
            let Fact::Charge(charge) = &fact else {
                continue;
            };
            let open = self.charges.get(&charge.charge);
            let open = open.and_then(|open| open.audience(&fact));
            if open == Some(&audience) {
                found.remove(&fact);
            } else {
                found.insert(fact, Some(audience));
            }
        }
        found
    }

    /// Closes the rows of facts that ceased, and opens those of new ones.
    fn write(&mut self, facts: &mut Facts, new: BTreeMap<Fact, Option<Audience>>, at: Position) {
        for (fact, audience) in new {
            self.rows_of(&fact).put(facts, fact, audience, at);
        }
    }
}

/// Returns who sees an event.
fn seen_by(event: &Assertion) -> (Visibility, &[OrgId]) {
    (event.visibility, &event.confined_to)
}
