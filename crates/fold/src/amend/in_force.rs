//! The amendments in force on an event, and the event as they leave it.
//!
//! Start at [`Step::effective`].
//!
//! Surviving patches apply in the order (recordedtime, org, source, id); a retraction ends its
//! target; amendments may themselves be amended. Amendments in a cycle, and those nested deeper
//! than [`AMENDMENT_DEPTH_MAX`](crate::AMENDMENT_DEPTH_MAX), have no effect. Source:
//! docs/reference/figures.md, Corrections.
//!
//! Never here: how patches apply (see [`crate::amend::chain`]), and the tracks that become stale (see
//! [`crate::step`]).

use event::{EventKey, Json, Kind, OrgId};

use crate::amend::AMENDMENT_DEPTH_MAX;
use crate::amend::chain::{AmendmentEffect, Chain, Changes, Patch};
use crate::amend::effective::{EffectiveEvent, merge_patch};
use crate::readers::Readers;
use crate::rows::{Amendment, EditorId};
use crate::step::Step;
use crate::view::View;
use crate::work::did;

/// A chain of targets: an amendment's target first, the event that all of them amend last.
#[derive(Clone, Debug)]
pub(crate) struct Targets {
    /// At least one key.
    pub(crate) keys: Vec<EventKey>,
    /// The kind of the last one.
    pub(crate) root_kind: Kind,
}

impl<V: View> Step<'_, V> {
    /// Returns the effective event with this key; none when it is retracted, absent, or no event.
    pub(crate) fn effective(&mut self, key: &EventKey) -> Result<Option<EffectiveEvent>, V::Error> {
        self.current(key)?;
        let chain = self.chains.get(&key.hash());
        Ok(chain.and_then(Chain::to_effective))
    }

    /// Returns the effective event with this key, as [`Step::effective`] does, without the positions
    /// of its amendments.
    pub(crate) fn current(&mut self, key: &EventKey) -> Result<Option<EffectiveEvent>, V::Error> {
        let Some(targets) = self.targets(key.clone())? else {
            return Ok(None);
        };
        let depth = targets.keys.len().saturating_sub(1);
        self.build_chain(key, depth, targets.root_kind)?;
        let chain = self.chains.get(&key.hash());
        Ok(chain.and_then(Chain::effective).cloned())
    }

    /// Returns the chain of targets from `target` on; none where its end is absent or no event, or
    /// the chain is a cycle or deeper than [`AMENDMENT_DEPTH_MAX`].
    pub(crate) fn targets(&mut self, target: EventKey) -> Result<Option<Targets>, V::Error> {
        let mut keys = vec![target];
        for _ in 0..AMENDMENT_DEPTH_MAX {
            let Some(last) = keys.last() else { break };
            did(1);
            let record = self.record(last.hash())?;
            let (Some((position, _)), true) = (record.first, record.is_event) else {
                return Ok(None);
            };
            if let Some(next) = record.target.clone() {
                keys.push(next);
                continue;
            }
            let root = self.event_at(position)?;
            return Ok(root.map(|root| Targets {
                keys,
                root_kind: root.kind,
            }));
        }
        Ok(None)
    }

    /// Builds the chain of an event that stands `depth` below the root of its targets, unless this
    /// step has it.
    fn build_chain(&mut self, key: &EventKey, depth: usize, root: Kind) -> Result<(), V::Error> {
        let hash = key.hash();
        if self.chains.contains_key(&hash) {
            return Ok(());
        }
        let record = self.record(hash)?;
        let (Some((position, _)), true) = (record.first, record.is_event) else {
            return Ok(());
        };
        let amendments = record.amendments.clone();
        let Some(event) = self.event_at(position)? else {
            return Ok(());
        };
        did(1 + amendments.len());
        let mut chain = Chain::new((*event).clone());
        if depth < AMENDMENT_DEPTH_MAX {
            for amendment in &amendments {
                let act = self.act(amendment, key, depth, root)?;
                if act.is_some() {
                    chain.set(amendment, act);
                }
            }
        }
        self.chains.insert(hash, chain);
        Ok(())
    }

    /// Returns what an amendment does to its target, which stands at `depth`; none where it is not
    /// permitted, does not survive, or is refuted.
    ///
    /// Permitted are the organisation that asserted the target, and one that it granted editor
    /// rights; on the chain of a grant, only the organisation that gave it: else whether an
    /// amendment is permitted would depend on itself.
    fn act(
        &mut self,
        amendment: &Amendment,
        target: &EventKey,
        depth: usize,
        root: Kind,
    ) -> Result<Option<AmendmentEffect>, V::Error> {
        let by = &amendment.key;
        if !self.may_amend(by, target, root)? {
            return Ok(None);
        }
        let mut readers = self.record(by.hash())?.said.clone();
        self.build_chain(by, depth + 1, root)?;
        let of_correction = self
            .chains
            .get(&target.hash())
            .map(|chain| chain.kind() == Kind::Correction);
        let of_correction = match of_correction {
            Some(of_correction) => of_correction,
            None => self.kind_of(target)? == Some(Kind::Correction),
        };
        let by = self.chains.get(&by.hash()).and_then(Chain::effective);
        Ok(by.filter(|by| !by.is_refuted()).and_then(|by| {
            if amendment.kind == Kind::Retraction {
                return Some(AmendmentEffect::End);
            }
            readers.intersect(&by.readers());
            readers.add(&target.org);
            patch_of(amendment, by, readers, of_correction).map(AmendmentEffect::Patch)
        }))
    }

    /// Whether `by` may amend a target on whose chain the last event is of kind `root`.
    pub(crate) fn may_amend(
        &mut self,
        by: &EventKey,
        target: &EventKey,
        root: Kind,
    ) -> Result<bool, V::Error> {
        Ok(by.org == target.org || (root != Kind::Grant && self.granted(&target.org, &by.org)?))
    }

    /// Returns the keys of the corrections and verification changes in force on an event, at any
    /// depth.
    pub(crate) fn acts_in_force(&mut self, key: &EventKey) -> Result<Vec<EventKey>, V::Error> {
        self.current(key)?;
        let mut open = vec![key.clone()];
        let mut found = Vec::new();
        while let Some(next) = open.pop() {
            let chain = self.chains.get(&next.hash());
            let chain = chain.filter(|chain| chain.effective().is_some());
            let acts = chain.map_or_else(Vec::new, Chain::applied);
            found.extend_from_slice(&acts);
            open.extend(acts);
        }
        Ok(found)
    }

    /// Brings the chains of `targets` up to date after an amendment came on the first of them.
    /// Returns what changed in the last one; none where this step did not have its chain.
    pub(crate) fn update_chains(
        &mut self,
        amendment: &Amendment,
        targets: &Targets,
    ) -> Result<Option<Changes>, V::Error> {
        let mut by = amendment.clone();
        let mut depth = targets.keys.len();
        let mut changes = None;
        for target in &targets.keys {
            depth -= 1;
            let hash = target.hash();
            let is_known = self.chains.contains_key(&hash);
            self.build_chain(target, depth, targets.root_kind)?;
            changes = None;
            if is_known {
                let act = self.act(&by, target, depth, targets.root_kind)?;
                if let Some(chain) = self.chains.get_mut(&hash) {
                    let found = chain.set(&by, act);
                    if found.is_empty() {
                        return Ok(Some(found));
                    }
                    changes = Some(found);
                }
            }
            if depth > 0 {
                let Some(next) = self.amendment(target)? else {
                    return Ok(None);
                };
                by = next;
            }
        }
        Ok(changes)
    }

    /// Returns the amendment that the event with this key is, as its target has it.
    pub(crate) fn amendment(&mut self, key: &EventKey) -> Result<Option<Amendment>, V::Error> {
        let Some((position, _)) = self.record(key.hash())?.first else {
            return Ok(None);
        };
        let event = self.event_at(position)?;
        Ok(event.map(|event| Amendment {
            recorded: event.envelope.recorded,
            key: key.clone(),
            position,
            kind: event.kind,
        }))
    }

    fn kind_of(&mut self, key: &EventKey) -> Result<Option<Kind>, V::Error> {
        let Some((position, _)) = self.record(key.hash())?.first else {
            return Ok(None);
        };
        Ok(self.event_at(position)?.map(|event| event.kind))
    }

    /// Whether a surviving grant of `owner` gives `editor` rights.
    pub(crate) fn granted(&mut self, owner: &OrgId, editor: &OrgId) -> Result<bool, V::Error> {
        let id = EditorId {
            owner: owner.clone(),
            editor: editor.clone(),
        };
        Ok(self.editor(&id)?.may_edit())
    }
}

/// Returns the patch of a correction or verification change that survives as `by`.
///
/// `readers` are those of the amendment.
fn patch_of(
    amendment: &Amendment,
    by: &EffectiveEvent,
    readers: Readers,
    of_correction: bool,
) -> Option<Patch> {
    let patch = merge_patch(amendment.kind, &by.event.data)?;
    let sets = |name: &str| sets(&patch, name, of_correction);
    let occurred_cap = sets("occurred").then_some(by.event.envelope.occurred_cap);
    let persons_by = sets("persons").then(|| by.persons_by.clone());
    Some(Patch {
        identifies: patch.get("target").is_some() || patch.get("pair").is_some(),
        fields: patch.as_object()?.to_vec(),
        readers,
        occurred_cap,
        persons_by,
    })
}

/// Whether a patch sets a field of the event that it amends, or that the correction which it amends
/// is about.
fn sets(patch: &Json, name: &str, of_correction: bool) -> bool {
    match patch.get("patch").filter(|_| of_correction) {
        Some(inner) => inner.get(name).is_some() || sets(inner, name, true),
        None => !of_correction && patch.get(name).is_some(),
    }
}
