//! One event and the amendments on it, kept so that an amendment that comes, changes or goes is
//! applied at its place, at a cost that does not grow with the number of the others.
//!
//! Start at [`Chain::set`]. Patches apply in their order; each field of `data` has a lane of the
//! values that they write. A patch whose result fails the check writes nothing. An amendment is
//! judged again only where a field that it patches has changed before it.
//!
//! Never here: who may amend (see [`crate::amend::in_force`]).

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound::{Excluded, Unbounded};

use event::{Day, Envelope, Event, EventKey, Json, Kind, Position, Visibility};
use smol_str::SmolStr;

use crate::amend::effective::{EffectiveEvent, StatementOrder, own_readers, statement_order};
use crate::readers::Readers;
use crate::rows::Amendment;
use crate::work::did;

/// What an amendment that survives does to its target.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum AmendmentEffect {
    /// It ends its target.
    End,
    /// It patches its target.
    Patch(Patch),
}

/// The patch of a correction or a verification change that survives, and who may see it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Patch {
    /// The fields that it changes.
    pub(crate) fields: Vec<(SmolStr, Json)>,
    /// Whether it touches what identifies the event, and so has no effect.
    pub(crate) identifies: bool,
    /// Who may see it, or its target's organisation.
    pub(crate) readers: Readers,
    /// The day of the record of who sets `occurred`; none where it does not set it.
    pub(crate) occurred_cap: Option<Day>,
    /// Who sets `persons`; none where it does not set them.
    pub(crate) persons_by: Option<StatementOrder>,
}

/// The values of one field: as sent, and as patches write it.
#[derive(Clone, Debug, Default)]
struct Lane {
    sent: Option<Json>,
    writes: BTreeMap<Amendment, Option<Json>>,
    /// Every patch that names the field, whether it applies or not.
    patches: BTreeSet<Amendment>,
}

impl Lane {
    fn before(&self, act: &Amendment) -> Option<&Json> {
        match self.writes.range(..act).next_back() {
            Some((_, value)) => value.as_ref(),
            None => self.sent.as_ref(),
        }
    }

    fn last(&self) -> Option<&Json> {
        match self.writes.last_key_value() {
            Some((_, value)) => value.as_ref(),
            None => self.sent.as_ref(),
        }
    }
}

/// What changed in an event's effective form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Changes {
    /// Fields of its data.
    pub(crate) fields: BTreeSet<SmolStr>,
    /// Whether it ended or came back, or who may see it changed.
    pub(crate) standing: bool,
}

impl Changes {
    pub(crate) fn is_empty(&self) -> bool {
        self.fields.is_empty() && !self.standing
    }
}

/// An event and the amendments on it.
#[derive(Clone, Debug)]
pub(crate) struct Chain {
    /// The event as its amendments leave it, whether it was retracted or not.
    current: EffectiveEvent,
    /// What was sent of the attributes that a correction of `occurred` changes.
    sent: Envelope,
    lanes: BTreeMap<SmolStr, Lane>,
    patches: BTreeMap<Amendment, Patch>,
    retractions: BTreeSet<Amendment>,
    /// The positions of the patches that apply.
    applied: BTreeSet<Position>,
    /// Those of them that set `occurred`, and those that set `persons`.
    dated_by: BTreeSet<Amendment>,
    named_by: BTreeSet<Amendment>,
    /// How many of the event's states and of its amendments in effect have each readers.
    readers: BTreeMap<Readers, usize>,
}

impl Chain {
    /// Makes the chain of an event without amendments.
    pub(crate) fn new(event: Event) -> Self {
        let sent = event.envelope.clone();
        let mut chain = Self {
            current: EffectiveEvent::unchanged(event),
            sent,
            lanes: BTreeMap::new(),
            patches: BTreeMap::new(),
            retractions: BTreeSet::new(),
            applied: BTreeSet::new(),
            dated_by: BTreeSet::new(),
            named_by: BTreeSet::new(),
            readers: BTreeMap::new(),
        };
        let own = own_readers(&chain.current.event);
        chain.readers.insert(own, 1);
        chain
    }

    /// Returns how many amendments it holds.
    pub(crate) fn len(&self) -> usize {
        self.patches.len() + self.retractions.len()
    }

    /// Returns the effective event; none when it is retracted. The positions of its amendments are
    /// not listed.
    pub(crate) fn effective(&self) -> Option<&EffectiveEvent> {
        self.retractions.is_empty().then_some(&self.current)
    }

    /// Returns the keys of the amendments that apply.
    pub(crate) fn applied(&self) -> Vec<EventKey> {
        let acts = self.patches.keys();
        let applied = acts.filter(|act| self.applied.contains(&act.position));
        applied.map(|act| act.key.clone()).collect()
    }

    pub(crate) const fn kind(&self) -> Kind {
        self.current.event.kind
    }

    /// Returns the effective event with the positions of the amendments that were applied.
    pub(crate) fn to_effective(&self) -> Option<EffectiveEvent> {
        let mut effective = self.effective()?.clone();
        effective.revised_by = self.applied.iter().copied().collect();
        Some(effective)
    }

    /// Puts what an amendment does at its place, in place of what it did; none where it does
    /// nothing. Returns what changed.
    pub(crate) fn set(&mut self, act: &Amendment, does: Option<AmendmentEffect>) -> Changes {
        let before = (self.retractions.is_empty(), self.current.readers());
        let patch = match does {
            Some(AmendmentEffect::End) => {
                self.retractions.insert(act.clone());
                None
            }
            Some(AmendmentEffect::Patch(patch)) => {
                self.retractions.remove(act);
                Some(patch)
            }
            None => {
                self.retractions.remove(act);
                None
            }
        };
        let fields = if self.patches.get(act) == patch.as_ref() {
            BTreeSet::new()
        } else {
            self.set_patch(act, patch)
        };
        let after = (self.retractions.is_empty(), self.current.readers());
        Changes {
            fields,
            standing: before != after,
        }
    }

    /// Replaces the patch of an amendment, and judges again those after it that read what changed.
    fn set_patch(&mut self, act: &Amendment, patch: Option<Patch>) -> BTreeSet<SmolStr> {
        let mut open: BTreeMap<Amendment, BTreeSet<SmolStr>> = BTreeMap::new();
        let mut changed: BTreeSet<SmolStr> = self.withdraw(act);
        if let Some(patch) = patch {
            for (name, _) in &patch.fields {
                for lane in self.joined(name) {
                    self.lane(&lane).patches.insert(act.clone());
                }
            }
            self.patches.insert(act.clone(), patch);
            changed.extend(self.judge(act));
        }
        self.open_next(act, &changed, &mut open);
        let mut all = changed;
        while let Some((next, dirty)) = open.pop_first() {
            // What a patch does not write passes by it.
            let changed = self.judge(&next);
            let writes = self.applied.contains(&next.position);
            let passed = dirty
                .into_iter()
                .filter(|name| !writes || !self.writes(&next, name));
            let changed: BTreeSet<SmolStr> = changed.into_iter().chain(passed).collect();
            self.open_next(&next, &changed, &mut open);
            all.extend(changed);
        }
        self.finish(all)
    }

    fn writes(&self, act: &Amendment, name: &str) -> bool {
        self.lanes
            .get(name)
            .is_some_and(|lane| lane.writes.contains_key(act))
    }

    /// Marks the next patch after `act` on each of these fields as one to judge again.
    fn open_next(
        &self,
        act: &Amendment,
        changed: &BTreeSet<SmolStr>,
        open: &mut BTreeMap<Amendment, BTreeSet<SmolStr>>,
    ) {
        for name in changed {
            let lane = self.lanes.get(name);
            let mut after = lane
                .into_iter()
                .flat_map(|lane| lane.patches.range((Excluded(act), Unbounded)));
            if let Some(next) = after.next() {
                open.entry(next.clone()).or_default().insert(name.clone());
            }
        }
    }

    /// Returns the lane of a field, with its value as sent.
    fn lane(&mut self, name: &SmolStr) -> &mut Lane {
        if !self.lanes.contains_key(name) {
            // No patch has named it yet, so it is as it was sent.
            let lane = Lane {
                sent: self.current.event.data.get(name).cloned(),
                ..Lane::default()
            };
            self.lanes.insert(name.clone(), lane);
        }
        self.lanes.entry(name.clone()).or_default()
    }

    /// Returns the fields that are judged with a field: itself, and the other bound of a claim.
    fn joined(&self, name: &SmolStr) -> Vec<SmolStr> {
        let claim = self.current.event.kind == Kind::AggregateClaim;
        if claim && matches!(name.as_str(), "lower" | "upper") {
            vec!["lower".into(), "upper".into()]
        } else {
            vec![name.clone()]
        }
    }

    /// Takes an amendment's patch and all that it wrote out. Returns the fields that it had written.
    fn withdraw(&mut self, act: &Amendment) -> BTreeSet<SmolStr> {
        let Some(patch) = self.patches.remove(act) else {
            return BTreeSet::new();
        };
        self.count_patch(act, &patch, false);
        let mut changed = BTreeSet::new();
        for (name, _) in &patch.fields {
            for lane in self.joined(name) {
                let of = self.lane(&lane);
                of.patches.remove(act);
                if of.writes.remove(act).is_some() {
                    changed.insert(lane);
                }
            }
        }
        changed
    }

    /// Applies a patch to the values before it, or not where the result fails the check. Returns
    /// the fields whose value at it changed.
    fn judge(&mut self, act: &Amendment) -> BTreeSet<SmolStr> {
        let Some(patch) = self.patches.get(act).cloned() else {
            return BTreeSet::new();
        };
        did(1);
        let mut values: Vec<(SmolStr, Option<Json>)> = Vec::with_capacity(patch.fields.len());
        for (name, change) in &patch.fields {
            let value = if *change == Json::Null {
                None
            } else {
                let mut value = self.lane(name).before(act).cloned().unwrap_or(Json::Null);
                value.merge(change);
                Some(value)
            };
            values.push((name.clone(), value));
        }
        let passes = !patch.identifies && self.passes(act, &values);
        self.count_patch(act, &patch, false);
        let mut changed = BTreeSet::new();
        for (name, value) in values {
            let writes = &mut self.lane(&name).writes;
            let before = if passes {
                writes.insert(act.clone(), value.clone())
            } else {
                writes.remove(act)
            };
            if before != passes.then_some(value) {
                changed.insert(name);
            }
        }
        if passes {
            self.applied.insert(act.position);
            self.count_patch(act, &patch, true);
        }
        changed
    }

    /// Whether the fields that a patch writes pass the check.
    fn passes(&mut self, act: &Amendment, values: &[(SmolStr, Option<Json>)]) -> bool {
        let names: Vec<SmolStr> = values.iter().map(|(name, _)| name.clone()).collect();
        let mut fields: Vec<(SmolStr, Json)> = values
            .iter()
            .filter_map(|(name, value)| Some((name.clone(), value.clone()?)))
            .collect();
        let joined: Vec<SmolStr> = names.iter().flat_map(|name| self.joined(name)).collect();
        for name in joined {
            if !names.contains(&name)
                && fields.iter().all(|(known, _)| *known != name)
                && let Some(value) = self.lane(&name).before(act).cloned()
            {
                fields.push((name, value));
            }
        }
        let names: Vec<&str> = names.iter().map(SmolStr::as_str).collect();
        event::check_fields(self.current.event.kind, &Json::Object(fields), &names).is_ok()
    }

    /// Counts, or counts no longer, the visibilities of a patch that was applied.
    fn count_patch(&mut self, act: &Amendment, patch: &Patch, adds: bool) {
        if !adds && !self.applied.remove(&act.position) {
            return;
        }
        for (sets, of) in [
            (patch.occurred_cap.is_some(), &mut self.dated_by),
            (patch.persons_by.is_some(), &mut self.named_by),
        ] {
            if sets && adds {
                of.insert(act.clone());
            } else if sets {
                of.remove(act);
            }
        }
        let step = |count: &mut usize| *count = if adds { *count + 1 } else { *count - 1 };
        let mut counted = vec![patch.readers.clone()];
        if let Some(Some(value)) = self
            .lanes
            .get("visibility")
            .map(|lane| lane.writes.get(act))
        {
            let own = value.as_ref().and_then(Json::as_text);
            let unstated = self.unstated();
            let own = own.map_or(unstated, |own| {
                Visibility::parse(own).unwrap_or(Visibility::Org)
            });
            counted.push(Readers::new(own, &self.sent.key.org));
        }
        for key in counted {
            let count = self.readers.entry(key.clone()).or_default();
            step(count);
            if *count == 0 {
                self.readers.remove(&key);
            }
        }
    }

    /// Returns the visibility of an event that states none.
    const fn unstated(&self) -> Visibility {
        if self.current.event.kind.is_amendment() {
            Visibility::Public
        } else {
            Visibility::Org
        }
    }

    /// Brings the effective event up to date in these fields. Returns those that changed.
    fn finish(&mut self, touched: BTreeSet<SmolStr>) -> BTreeSet<SmolStr> {
        let mut changed = BTreeSet::new();
        for name in touched {
            let last = self.lanes.get(&name).and_then(Lane::last).cloned();
            if self.current.event.data.get(&name) != last.as_ref() {
                self.current.event.data.set(&name, last);
                changed.insert(name);
            }
        }
        changed.extend(self.revise_origins());
        let mut readers = Readers::ALL;
        for one in self.readers.keys() {
            readers.intersect(one);
        }
        self.current.set_readers(readers);
        changed
    }

    /// Sets by whose record `occurred` is capped, who set `persons`, and whether `time` is left.
    /// Returns the fields whose meaning that changed.
    fn revise_origins(&mut self) -> Vec<SmolStr> {
        let last = |of: &BTreeSet<Amendment>| of.last().and_then(|act| self.patches.get(act));
        let cap = last(&self.dated_by).and_then(|patch| patch.occurred_cap);
        let cap = cap.unwrap_or(self.sent.occurred_cap);
        let named = last(&self.named_by).and_then(|patch| patch.persons_by.clone());
        let named = named.unwrap_or_else(|| statement_order(&self.sent));
        let mut changed = Vec::new();
        let Event { envelope, data, .. } = &mut self.current.event;
        if envelope.occurred_cap != cap {
            envelope.occurred_cap = cap;
            changed.push("occurred".into());
        }
        if self.current.persons_by != named {
            self.current.persons_by = named;
            changed.push("persons".into());
        }
        let time = (self.sent.time, self.sent.time_day);
        let moved = event::time_lies_outside(data, self.sent.time_day);
        (envelope.time, envelope.time_day) = if moved { (None, None) } else { time };
        changed
    }
}
