//! The facts of a long track, kept for the time of a step, so that a changed event costs no more
//! than what it changes.
//!
//! Start at [`LongTrack::revise`]. It gives the rows that deriving the track anew would give.
//!
//! Never here: short tracks, which are derived anew (see [`crate::facts::derive`]), and links.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound::{Excluded, Unbounded};

use event::{Day, EventKey, Instant, OrgId, Position, Visibility};

use crate::audience::{Audience, Scope};
use crate::facts::charges::charges_named;
use crate::facts::contradictions::{contradictions, ends_spell, is_relevant};
use crate::facts::derive::{Facts, StaleTrack, charge_facts, inconsistencies_of_event};
use crate::facts::order::sort_key;
use crate::facts::walk::{FactChanges, Walk, walks};
use crate::rows::{Fact, Track, TrackId};
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
    /// The events among which contradictions are looked for.
    relevant: BTreeMap<Key, Assertion>,
    /// How many of them are of each organisation.
    orgs: BTreeMap<OrgId, usize>,
}

impl View {
    /// Takes an event out.
    fn remove(&mut self, event: &Assertion, changes: &mut FactChanges) {
        changes.gone.extend(inconsistencies_of_event(event));
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

/// The open row of a fact: its index among the track's facts, and for which scopes it holds.
type OpenRow = (usize, Audience);

/// A long track.
pub(crate) struct LongTrack {
    /// Whether the track is a person's, who alone has custody and charges.
    of_person: bool,
    /// The views of the public, partners, the operator and each organisation with events of its
    /// own; while every event is public, the public's alone.
    views: BTreeMap<Scope, View>,
    /// The open rows of facts, charges aside.
    open: BTreeMap<Fact, OpenRow>,
    /// Those of charges, by the id of the charge.
    charges: BTreeMap<Box<str>, BTreeMap<Fact, OpenRow>>,
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
            views: BTreeMap::from([(Scope::Public, view)]),
            open: BTreeMap::new(),
            charges: BTreeMap::new(),
            named: BTreeMap::new(),
        };
        let was_open =
            |row: &Versioned<Assertion>| row.from < at && row.to.is_none_or(|to| to >= at);
        let rows = || track.assertions.iter().enumerate();
        for (_, row) in rows().filter(|(_, row)| was_open(row)) {
            long.split_views(&row.value);
        }
        let mut unused = FactChanges::default();
        for (index, row) in rows().filter(|(_, row)| was_open(row)) {
            for (scope, view) in &mut long.views {
                if row.value.is_seen(scope) {
                    view.insert(&row.value, &mut unused);
                }
            }
            long.name(index, &row.value, true);
            unused = FactChanges::default();
        }
        for view in long.views.values_mut() {
            view.walk.settle();
        }
        for (index, row) in track.facts.iter().enumerate() {
            if row.to.is_none() {
                let (fact, audience) = &row.value;
                long.rows_of(fact)
                    .insert(fact.clone(), (index, audience.clone()));
            }
        }
        long
    }

    /// Derives the facts that the changed assertions of a step's position change, at `at`.
    ///
    /// `long` is the track as it was before, where the step has it.
    pub(crate) fn revise(
        long: Option<Self>,
        id: &TrackId,
        track: &mut Track,
        at: Position,
        stale: &StaleTrack,
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
            long.split_views(&row.value);
        }
        for opens in [false, true] {
            for (index, row) in rows.iter().filter(|(_, row)| row.to.is_none() == opens) {
                long.name(*index, &row.value, opens);
                for (scope, view) in &mut long.views {
                    if !row.value.is_seen(scope) {
                        continue;
                    }
                    let changes = by_scope.entry(scope.clone()).or_default();
                    if opens {
                        view.insert(&row.value, changes);
                    } else {
                        view.remove(&row.value, changes);
                    }
                }
            }
        }
        for (scope, changes) in &mut by_scope {
            if let Some(view) = long.views.get_mut(scope) {
                let mut walked = view.walk.settle();
                changes.gone.append(&mut walked.gone);
                changes.new.append(&mut walked.new);
            }
        }
        let mut new = long.audiences(by_scope);
        if long.of_person {
            new.extend(long.charges_now(&track.assertions, stale.charges()));
        }
        long.write(&mut track.facts, new, at);
        long
    }

    /// Gives scopes that see an event differently views of their own.
    fn split_views(&mut self, event: &Assertion) {
        if event.visibility == Visibility::Public {
            return;
        }
        for scope in [Scope::Partners, Scope::Operator] {
            self.split_view(scope, &Scope::Public);
        }
        for org in &event.confined_to {
            self.split_view(Scope::Org(org.clone()), &Scope::Partners);
        }
    }

    /// Gives a scope that saw what another sees a view of its own, unless it has one.
    fn split_view(&mut self, scope: Scope, from: &Scope) {
        if self.views.contains_key(&scope) {
            return;
        }
        let view = self.views.get(from).cloned().unwrap_or_default();
        self.views.insert(scope, view);
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

    fn rows_of(&mut self, fact: &Fact) -> &mut BTreeMap<Fact, OpenRow> {
        match fact {
            Fact::Charge(charge) => self.charges.entry(charge.charge.clone()).or_default(),
            Fact::Custody(_) | Fact::Contradiction(_) | Fact::Inconsistency(..) | Fact::Same => {
                &mut self.open
            }
        }
    }

    /// Returns the facts whose audience changes, and the new one; none where nobody sees it now.
    fn audiences(
        &self,
        by_scope: BTreeMap<Scope, FactChanges>,
    ) -> BTreeMap<Fact, Option<Audience>> {
        let mut moved: BTreeMap<Fact, BTreeMap<Scope, i32>> = BTreeMap::new();
        for (scope, changes) in by_scope {
            let steps = [(changes.gone, -1), (changes.new, 1)];
            for (facts, by) in steps {
                for fact in facts {
                    *moved
                        .entry(fact)
                        .or_default()
                        .entry(scope.clone())
                        .or_default() += by;
                }
            }
        }
        let mut found = BTreeMap::new();
        for (fact, scopes) in moved {
            let before = self.open.get(&fact).map(|(_, audience)| audience);
            let held = |scope: &Scope| before.is_some_and(|audience| audience.holds(scope));
            let holds = |scope: &Scope| match scopes.get(scope).copied().unwrap_or(0) {
                0 => held(scope),
                by => by > 0,
            };
            let now = self.audience(before, &scopes, holds);
            let none = !now.public
                && !now.partners
                && !now.operator
                && now.orgs.iter().all(|(_, holds)| !holds);
            let now = (!none).then_some(now);
            if now.as_ref() != before {
                found.insert(fact, now);
            }
        }
        found
    }

    /// Returns the audience of a fact that `holds` for some scopes.
    fn audience(
        &self,
        before: Option<&Audience>,
        moved: &BTreeMap<Scope, i32>,
        holds: impl Fn(&Scope) -> bool,
    ) -> Audience {
        if self.views.len() == 1 {
            return if holds(&Scope::Public) {
                Audience::all()
            } else {
                Audience::default()
            };
        }
        let partners = holds(&Scope::Partners);
        let same_rule = partners == before.is_some_and(|audience| audience.partners);
        // Where the rule for partners stays, an exception changes only for who has another view.
        let mut orgs: BTreeSet<&OrgId> = BTreeSet::new();
        let scopes: Vec<&Scope> = if same_rule {
            moved.keys().collect()
        } else {
            self.views.keys().collect()
        };
        for scope in scopes {
            if let Scope::Org(org) = scope {
                orgs.insert(org);
            }
        }
        if same_rule {
            orgs.extend(
                before
                    .into_iter()
                    .flat_map(|one| one.orgs.iter().map(|(org, _)| org)),
            );
        }
        let exceptions = orgs.into_iter().map(|org| {
            let holds = holds(&Scope::Org(org.clone()));
            (org.clone(), holds)
        });
        Audience {
            public: holds(&Scope::Public),
            partners,
            operator: holds(&Scope::Operator),
            orgs: exceptions.filter(|(_, holds)| *holds != partners).collect(),
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
            let open = self.charges.get(charge).into_iter().flatten();
            found.extend(open.map(|(fact, _)| (fact.clone(), None)));
        }
        for (fact, audience) in charge_facts(&events, stale) {
            let Fact::Charge(charge) = &fact else {
                continue;
            };
            let open = self.charges.get(&charge.charge);
            let open = open.and_then(|open| open.get(&fact));
            if open.is_some_and(|(_, known)| *known == audience) {
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
            let rows = self.rows_of(&fact);
            if let Some((index, _)) = rows.remove(&fact)
                && let Some(row) = facts.get_mut(index)
            {
                row.to = Some(at);
            }
            if let Some(audience) = audience {
                rows.insert(fact.clone(), (facts.len(), audience.clone()));
                facts.push(Versioned::since(at, (fact, audience)));
            }
        }
    }
}
