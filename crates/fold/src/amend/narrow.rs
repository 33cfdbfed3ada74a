//! Narrowing: what the acts on a leaf make of its readers, as each act, target or grant comes.
//!
//! Start at [`Step::admit`] and [`Step::admit_act`]. A stricter visibility and a retraction for safety
//! go on hiding when their act is itself retracted. Source:
//! docs/reference/access.md, Acts and visibility.
//!
//! Never here: the rows that follow from an event (see [`crate::step::rewrite`]).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use event::{Event, EventKey, KeyHash, Kind, Position, Visibility};

use crate::amend::AMENDMENT_DEPTH_MAX;
use crate::amend::effective::{merge_patch, own_readers};
use crate::readers::Readers;
use crate::rows::{Amendment, Record, TIMES_PER_ROW};
use crate::step::Step;
use crate::time::as_of::HistoricalView;
use crate::view::View;
use crate::work::did;

/// What one leaf of a chain of targets says of who may see those before it.
#[derive(Clone)]
pub(crate) struct ChainLink {
    /// Whether an event with the key is there.
    is_event: bool,
    readers: Readers,
    pub(crate) target: Option<EventKey>,
}

impl ChainLink {
    /// Takes it from the row of the leaf's key. The acts in the row are not copied: there may be many.
    pub(crate) fn new(record: &Record, at: Position) -> Self {
        Self {
            is_event: record.first.is_some() && record.is_event,
            readers: record.readers.at(at),
            target: record.target.clone(),
        }
    }
}

/// Returns the readers of a leaf with this key at one R: those whom the acts on it leave, and of an act
/// those of its target, and so on along the chain. Where the chain does not end in an event, nobody but
/// the organisation whose event it would be, or in a cycle that of the first target: who sends an act on
/// what it may not see learns nothing of whether it is there.
///
/// `link` returns what the row of a key says, as known at the R.
pub(crate) fn readers_along_chain<E>(
    key: &EventKey,
    mut link: impl FnMut(&EventKey) -> Result<ChainLink, E>,
) -> Result<Readers, E> {
    let first = link(key)?;
    let (mut readers, mut next) = (first.readers, first.target);
    let acted_on = next.clone();
    for _ in 0..=AMENDMENT_DEPTH_MAX {
        let Some(target) = next else {
            return Ok(readers);
        };
        did(1);
        let link = link(&target)?;
        if !link.is_event {
            return Ok(Readers::new(Visibility::Org, &target.org));
        }
        readers.add(&target.org);
        readers.intersect(&link.readers);
        next = link.target;
    }
    // A cycle, or a chain that is too deep.
    let org = acted_on.map_or_else(|| key.org.clone(), |target| target.org);
    Ok(Readers::new(Visibility::Org, &org))
}

/// Returns the readers whom the corrections and verification changes in force on an event at `at`
/// leave, at any depth; none where each leaves those of the event.
///
/// At the newest R they are the event's readers too; at an earlier one an act may be hidden since.
pub(crate) fn readers_in_force<V: View>(
    then: &HistoricalView<'_, V>,
    key: &EventKey,
    at: Position,
) -> Result<Option<Readers>, V::Error> {
    let mut open = vec![key.clone()];
    let mut fewer = BTreeSet::new();
    let mut seen = BTreeSet::new();
    while let Some(next) = open.pop() {
        let record = then.record(next.hash())?.unwrap_or_default();
        for act in record.amendments {
            if act.kind == Kind::Retraction || !seen.insert(act.key.clone()) {
                continue;
            }
            let record = then.record(act.key.hash())?.unwrap_or_default();
            if record.readers.are_ever_fewer() {
                fewer.insert(act.key.clone());
            }
            if !record.amendments.is_empty() {
                open.push(act.key);
            }
        }
    }
    if fewer.is_empty() {
        return Ok(None);
    }
    // Thousands of acts may have one target, whose row is as long.
    let mut links: BTreeMap<KeyHash, ChainLink> = BTreeMap::new();
    let mut link = |key: &EventKey| {
        if let Some(link) = links.get(&key.hash()) {
            return Ok(link.clone());
        }
        let record = then.record(key.hash())?.unwrap_or_default();
        let link = ChainLink::new(&record, at);
        links.insert(key.hash(), link.clone());
        Ok(link)
    };
    let in_force = Step::new(then).acts_in_force(key)?;
    let mut readers: Option<Readers> = None;
    for act in in_force.iter().filter(|act| fewer.contains(act)) {
        let left = readers_along_chain(act, &mut link)?;
        readers.get_or_insert(Readers::ALL).intersect(&left);
    }
    Ok(readers)
}

impl<V: View> Step<'_, V> {
    /// Sets the readers of an event that just came, with the acts on it that came before it.
    pub(crate) fn admit(&mut self, at: Position, event: &Event) -> Result<(), V::Error> {
        let key = &event.envelope.key;
        let said = self.said(key, event)?;
        self.record(key.hash())?.said = said.clone();
        self.settle(at, key, said)
    }

    /// Narrows the readers of `target` by an act on it that just came, and so on along the chain.
    pub(crate) fn admit_act(
        &mut self,
        at: Position,
        target: EventKey,
        act: &Amendment,
    ) -> Result<(), V::Error> {
        let (mut target, mut act) = (target, act.clone());
        // What the act that is looked at says, or is made to say by what came.
        let mut forms = self.forms(&act.key, 0)?;
        for _ in 0..=AMENDMENT_DEPTH_MAX {
            let Some(event) = self.first(&target)? else {
                return Ok(());
            };
            let mut said = self.record(target.hash())?.said.clone();
            said.intersect(&self.left_by(&event, &act, &forms)?);
            if !self.narrow(at, &target, said)? {
                return Ok(());
            }
            forms = self.corrected_by(&event, &act.key, &forms)?;
            (act, target) = match self.as_act(&target, &event)? {
                Some(next) => next,
                None => return Ok(()),
            };
        }
        Ok(())
    }

    /// Returns an act as it was sent, and as each act on it, in each of its own forms, corrects it: what it
    /// says, or said while that one was in force. `depth` is how many acts lead to it.
    fn forms(&mut self, act: &EventKey, depth: usize) -> Result<Vec<Arc<Event>>, V::Error> {
        let Some(sent) = self.first(act)? else {
            return Ok(Vec::new());
        };
        let mut forms = vec![sent.clone()];
        let amendments = self.record(act.hash())?.amendments.clone();
        if amendments.is_empty() || depth > AMENDMENT_DEPTH_MAX || self.is_in_cycle(act)? {
            return Ok(forms);
        }
        for nested in amendments {
            did(1);
            if nested.kind == Kind::Retraction {
                continue;
            }
            let below = self.forms(&nested.key, depth + 1)?;
            forms.extend(self.corrected_by(&sent, &nested.key, &below)?);
        }
        Ok(forms)
    }

    /// Returns an event as an act on it corrects it, in each of the forms of the act.
    fn corrected_by(
        &mut self,
        event: &Event,
        act: &EventKey,
        forms: &[Arc<Event>],
    ) -> Result<Vec<Arc<Event>>, V::Error> {
        if !self.has_right(act, &event.envelope.key)? {
            return Ok(Vec::new());
        }
        let forms = forms.iter().filter_map(|form| corrected(event, form));
        Ok(forms.map(Arc::new).collect())
    }

    /// Whether an act may amend its target; until the event at the end of the chain comes, the right of
    /// others is not known.
    fn has_right(&mut self, act: &EventKey, target: &EventKey) -> Result<bool, V::Error> {
        if act.org == target.org {
            return Ok(true);
        }
        let targets = self.targets(target.clone())?;
        let root = targets.map_or(Kind::Grant, |targets| targets.root_kind);
        self.may_amend(act, target, root)
    }

    /// Works out the readers of a target of others' acts anew, and so on along the chain, after
    /// grants changed.
    pub(crate) fn admit_others(&mut self, at: Position, target: &EventKey) -> Result<(), V::Error> {
        let mut target = target.clone();
        for _ in 0..=AMENDMENT_DEPTH_MAX {
            let Some(event) = self.first(&target)? else {
                return Ok(());
            };
            let said = self.said(&target, &event)?;
            if !self.narrow(at, &target, said)? {
                return Ok(());
            }
            target = match self.as_act(&target, &event)? {
                Some((_, next)) => next,
                None => return Ok(()),
            };
        }
        Ok(())
    }

    /// Works out the readers of the acts below an event that just came anew, at any depth: with it the
    /// end of their chain may be known, and so who may act on them.
    pub(crate) fn admit_below(&mut self, at: Position, key: &EventKey) -> Result<(), V::Error> {
        let mut open = vec![key.clone()];
        let mut seen = BTreeSet::new();
        while let Some(target) = open.pop() {
            for act in self.record(target.hash())?.amendments.clone() {
                let has_acts = !self.record(act.key.hash())?.amendments.is_empty();
                if !has_acts || !seen.insert(act.key.clone()) {
                    continue;
                }
                if let Some(event) = self.first(&act.key)? {
                    let said = self.said(&act.key, &event)?;
                    self.narrow(at, &act.key, said)?;
                }
                open.push(act.key);
            }
        }
        Ok(())
    }

    /// Hides a leaf, at `at`, from all who are not in `left`, as an act would that is not folded yet.
    ///
    /// # Errors
    /// The view's failure; the step is then void.
    pub fn hide(&mut self, at: Position, key: &EventKey, left: &Readers) -> Result<(), V::Error> {
        let Some(event) = self.first(key)? else {
            return Ok(());
        };
        if let Some((position, _)) = self.record(key.hash())?.first {
            self.list_rows(position, &event)?;
        }
        let mut readers = self.record(key.hash())?.readers.now();
        readers.intersect(left);
        self.settle(at, key, readers)
    }

    /// Sets the readers of the event at the end of a chain: those of its acts, and of those in force.
    pub(crate) fn settle_root(
        &mut self,
        at: Position,
        key: &EventKey,
        in_force: Option<&Readers>,
    ) -> Result<Readers, V::Error> {
        let mut readers = self.record(key.hash())?.said.clone();
        if let Some(in_force) = in_force {
            readers.intersect(in_force);
        }
        self.settle(at, key, readers.clone())?;
        Ok(readers)
    }

    /// Returns the readers of a leaf with this key now, along its chain of targets.
    pub(crate) fn readers_now(&mut self, key: &EventKey) -> Result<Readers, V::Error> {
        readers_along_chain(key, |key| {
            let record = self.record(key.hash())?;
            Ok(ChainLink::new(record, Position::new(u64::MAX)))
        })
    }

    /// Returns an event as an act, and its target; none where it is no act.
    fn as_act(
        &mut self,
        key: &EventKey,
        event: &Event,
    ) -> Result<Option<(Amendment, EventKey)>, V::Error> {
        let record = self.record(key.hash())?;
        let (Some((position, _)), Some(target)) = (record.first, record.target.clone()) else {
            return Ok(None);
        };
        let act = Amendment {
            recorded: event.envelope.recorded,
            key: key.clone(),
            position,
            kind: event.kind,
        };
        Ok(Some((act, target)))
    }

    /// Notes whom a leaf leaves as readers; those of an act are set at once, those of an event when it
    /// is revised. Returns false where nothing changed.
    fn narrow(&mut self, at: Position, key: &EventKey, said: Readers) -> Result<bool, V::Error> {
        let record = self.record(key.hash())?;
        let is_act = record.target.is_some();
        // What an act below changed may bear on what this one makes of its target.
        if record.said == said {
            return Ok(is_act);
        }
        record.said = said.clone();
        if !is_act {
            self.unsettled.insert(key.hash());
            return Ok(true);
        }
        self.settle(at, key, said)?;
        self.pass_on(key)?;
        Ok(true)
    }

    /// Passes the readers of an act on to the chain of its target, and so on to the event at the end.
    fn pass_on(&mut self, act: &EventKey) -> Result<(), V::Error> {
        let Some(target) = self.record(act.hash())?.target.clone() else {
            return Ok(());
        };
        let (Some(amendment), Some(targets)) = (self.amendment(act)?, self.targets(target)?) else {
            return Ok(());
        };
        self.update_chains(&amendment, &targets)?;
        if let Some(root) = targets.keys.last() {
            self.unsettled.insert(root.hash());
        }
        Ok(())
    }

    /// Sets the readers of a leaf from `at` on, and notes from whom it was hidden.
    fn settle(&mut self, at: Position, key: &EventKey, now: Readers) -> Result<(), V::Error> {
        let record = self.record(key.hash())?;
        let Some((position, _)) = record.first else {
            return Ok(());
        };
        if position < at && record.readers.now() == now {
            return Ok(());
        }
        let before = self.readers_now(key)?;
        let narrowed = self.record(key.hash())?.readers.set(at, now);
        // Who could not see the leaf before this position learns nothing of it.
        if position < at {
            let after = self.readers_now(key)?;
            self.last_hidden()?.note(&before, &after, at);
        }
        let root = self.targets(key.clone())?;
        if let Some(root) = root.and_then(|targets| targets.keys.into_iter().next_back())
            && narrowed
        {
            self.narrowed.insert(root);
        }
        self.note_readers(key)
    }

    /// Notes the readers of a leaf, and of the acts on it at any depth, beside their times.
    fn note_readers(&mut self, key: &EventKey) -> Result<(), V::Error> {
        let mut open = vec![key.clone()];
        let mut seen = BTreeSet::new();
        while let Some(key) = open.pop() {
            if !seen.insert(key.clone()) {
                continue;
            }
            let record = self.record(key.hash())?;
            let first = record.first.filter(|_| record.is_event);
            let acts = record.amendments.iter().map(|act| act.key.clone());
            open.extend(acts);
            if let Some((position, _)) = first {
                let readers = self.readers_now(&key)?;
                self.set_readers(position, readers)?;
            }
        }
        Ok(())
    }

    /// Writes the readers of a position beside its times, unless its times are yet to come.
    fn set_readers(&mut self, position: Position, readers: Readers) -> Result<(), V::Error> {
        let index = position.get().saturating_sub(1);
        let slots = self.times_row(index / TIMES_PER_ROW)?;
        let slot = usize::try_from(index % TIMES_PER_ROW).unwrap_or(usize::MAX);
        if let Some(times) = slots.get_mut(slot) {
            times.readers = readers;
        }
        Ok(())
    }

    /// Returns whom an event leaves as readers by its own word and by the acts on it.
    fn said(&mut self, key: &EventKey, event: &Event) -> Result<Readers, V::Error> {
        if event.kind.is_system() {
            return Ok(Readers::ALL);
        }
        let mut said = own_readers(event);
        for act in self.record(key.hash())?.amendments.clone() {
            did(1);
            let forms = self.forms(&act.key, 0)?;
            said.intersect(&self.left_by(event, &act, &forms)?);
        }
        Ok(said)
    }

    /// Returns whom an act, in each of its forms, leaves to its target as readers: all where it has no effect
    /// on them.
    fn left_by(
        &mut self,
        target: &Event,
        act: &Amendment,
        forms: &[Arc<Event>],
    ) -> Result<Readers, V::Error> {
        let mut left = Readers::ALL;
        for form in forms {
            left.intersect(&left_by_data(target, form));
        }
        // Most acts leave all: who may act, and how deep, is looked up for the others alone.
        let counts = left == Readers::ALL
            || self.has_right(&act.key, &target.envelope.key)? && !self.is_in_cycle(&act.key)?;
        Ok(if counts { left } else { Readers::ALL })
    }

    /// Whether the chain of targets from `key` is a cycle, or deeper than [`AMENDMENT_DEPTH_MAX`].
    fn is_in_cycle(&mut self, key: &EventKey) -> Result<bool, V::Error> {
        let mut next = self.record(key.hash())?.target.clone();
        for _ in 0..=AMENDMENT_DEPTH_MAX {
            let Some(target) = next else {
                return Ok(false);
            };
            did(1);
            next = self.record(target.hash())?.target.clone();
        }
        Ok(true)
    }

    /// Returns the event with this key as sent, without the acts on it.
    fn first(&mut self, key: &EventKey) -> Result<Option<Arc<Event>>, V::Error> {
        let record = self.record(key.hash())?;
        match record.first.filter(|_| record.is_event) {
            Some((position, _)) => self.event_at(position),
            None => Ok(None),
        }
    }
}

/// Returns an event with the patch of `act` applied, where that passes the check.
fn corrected(event: &Event, act: &Event) -> Option<Event> {
    let patch = merge_patch(act.kind, &act.data)?;
    if patch.get("target").is_some() || patch.get("pair").is_some() {
        return None;
    }
    let mut corrected = event.clone();
    corrected.data.merge(&patch);
    let names: Vec<&str> = patch
        .as_object()?
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    let passes = event::check_fields(event.kind, &corrected.data, &names).is_ok();
    passes.then_some(corrected)
}

/// Returns whom an act with this data leaves to `target` as readers.
fn left_by_data(target: &Event, act: &Event) -> Readers {
    if act.kind == Kind::Retraction {
        return match act.data.text("reason") {
            Some("safety") => Readers::new(Visibility::Org, &target.envelope.key.org),
            Some(_) | None => Readers::ALL,
        };
    }
    let Some(corrected) = corrected(target, act) else {
        return Readers::ALL;
    };
    let mut left = own_readers(act);
    left.add(&target.envelope.key.org);
    let patch = merge_patch(act.kind, &act.data);
    if patch.is_some_and(|patch| patch.get("visibility").is_some()) {
        left.intersect(&own_readers(&corrected));
    }
    left
}
