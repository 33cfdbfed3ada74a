//! The outcome of an amendment: the fields it changed in its target, or the reason it has no
//! effect.
//!
//! Start at [`AmendmentOutcomes::outcome`], over a view [as of](crate::time::as_of) R.
//!
//! Never here: the rules by which amendments apply (see [`crate::amend::in_force`]).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use event::{Event, EventKey, Json, Kind, OrgId, Position};

use crate::amend::AMENDMENT_DEPTH_MAX;
use crate::amend::effective::{EffectiveEvent, merge_patch};
use crate::step::Step;
use crate::view::View;

/// The outcome of an amendment. Source: docs/reference/figures.md, Corrections.
#[derive(Clone, Debug, PartialEq)]
pub enum AmendmentOutcome {
    /// It ended its target.
    Ended,
    /// It changed these fields of its target's data.
    Changed(Vec<FieldChange>),
    /// It has no effect.
    Nothing(NoEffect),
}

/// The reason why an amendment has no effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoEffect {
    /// Its target has not come, or is no event.
    TargetAbsent,
    /// The organisation that sent it has no right to amend the target.
    NotAllowed,
    /// It is in a cycle of amendments.
    Circle,
    /// It is nested deeper than [`AMENDMENT_DEPTH_MAX`].
    TooDeep,
    /// It was itself retracted.
    Retracted,
    /// It was itself refuted.
    Refuted,
    /// Another amendment retracted its target.
    TargetRetracted,
    /// It would change a field that identifies the event: a target or a pair.
    Identifies,
    /// The result does not pass the check.
    FailsCheck,
}

impl NoEffect {
    /// Returns the code of the reason in answers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::TargetAbsent => "target_absent",
            Self::NotAllowed => "not_allowed",
            Self::Circle => "circle",
            Self::TooDeep => "too_deep",
            Self::Retracted => "retracted",
            Self::Refuted => "refuted",
            Self::TargetRetracted => "target_retracted",
            Self::Identifies => "touches_identity",
            Self::FailsCheck => "fails_check",
        }
    }
}

/// A change of one field of an event's data: its name, and its value before and after; an absent
/// value is `null`.
pub type FieldChange = (Box<str>, Json, Json);

/// The resolver of amendments' outcomes: a cache of the outcomes on each target and of grants.
pub struct AmendmentOutcomes<'v, V: View> {
    step: Step<'v, V>,
    targets: BTreeMap<EventKey, TargetOutcome>,
    granted: BTreeMap<(OrgId, OrgId), bool>,
}

/// The outcome of the amendments on one target.
#[derive(Default)]
struct TargetOutcome {
    /// Whether the target survives.
    survives: bool,
    /// The changes of each amendment that applies, by its position.
    changed: BTreeMap<Position, Vec<FieldChange>>,
}

impl<'v, V: View> AmendmentOutcomes<'v, V> {
    /// Makes a resolver over `view`, usually a [`HistoricalView`](crate::HistoricalView) at R.
    pub fn new(view: &'v V) -> Self {
        Self {
            step: Step::new(view),
            targets: BTreeMap::new(),
            granted: BTreeMap::new(),
        }
    }

    /// Returns the effective event with this key; none when it is retracted, absent, or no event.
    ///
    /// # Errors
    /// The view's failure.
    pub fn effective(&mut self, key: &EventKey) -> Result<Option<Event>, V::Error> {
        Ok(self.step.effective(key)?.map(|effective| effective.event))
    }

    /// Returns the effective event with this key, and who may see it; none as of
    /// [`AmendmentOutcomes::effective`]. The positions of its amendments are not listed.
    ///
    /// # Errors
    /// The view's failure.
    pub fn effective_event(&mut self, key: &EventKey) -> Result<Option<EffectiveEvent>, V::Error> {
        self.step.current(key)
    }

    /// Returns the positions of the amendments that apply to the event with this key, rising.
    ///
    /// # Errors
    /// The view's failure.
    pub fn revised_by(&mut self, key: &EventKey) -> Result<Vec<Position>, V::Error> {
        let effective = self.step.effective(key)?;
        Ok(effective.map_or_else(Vec::new, |effective| effective.revised_by))
    }

    /// Returns the outcome of the amendment with this key; none when it is no amendment, or absent.
    ///
    /// # Errors
    /// The view's failure.
    pub fn outcome(&mut self, key: &EventKey) -> Result<Option<AmendmentOutcome>, V::Error> {
        let record = self.step.record(key.hash())?;
        let (Some((position, _)), Some(target)) = (record.first, record.target.clone()) else {
            return Ok(None);
        };
        if let Some(reason) = self.obstacle(key, &target)? {
            return Ok(Some(AmendmentOutcome::Nothing(reason)));
        }
        let Some(amendment) = self.step.effective(key)? else {
            return Ok(Some(AmendmentOutcome::Nothing(NoEffect::Retracted)));
        };
        if amendment.is_refuted() {
            return Ok(Some(AmendmentOutcome::Nothing(NoEffect::Refuted)));
        }
        if amendment.event.kind == Kind::Retraction {
            return Ok(Some(AmendmentOutcome::Ended));
        }
        let outcome = self.target_outcome(&target)?;
        if !outcome.survives {
            return Ok(Some(AmendmentOutcome::Nothing(NoEffect::TargetRetracted)));
        }
        if let Some(changed) = outcome.changed.get(&position) {
            return Ok(Some(AmendmentOutcome::Changed(changed.clone())));
        }
        let patch = merge_patch(amendment.event.kind, &amendment.event.data);
        let identifies =
            patch.is_some_and(|patch| patch.get("target").or(patch.get("pair")).is_some());
        let reason = if identifies {
            NoEffect::Identifies
        } else {
            NoEffect::FailsCheck
        };
        Ok(Some(AmendmentOutcome::Nothing(reason)))
    }

    /// Returns the reason why an amendment cannot apply whatever it says; none when it can.
    fn obstacle(
        &mut self,
        key: &EventKey,
        target: &EventKey,
    ) -> Result<Option<NoEffect>, V::Error> {
        let record = self.step.record(target.hash())?;
        if record.first.is_none() || !record.is_event {
            return Ok(Some(NoEffect::TargetAbsent));
        }
        let mut chain = vec![key.clone()];
        let mut root = target.clone();
        while let Some(next) = self.step.record(root.hash())?.target.clone() {
            if chain.contains(&root) {
                return Ok(Some(NoEffect::Circle));
            }
            chain.push(root);
            root = next;
            if chain.len() > AMENDMENT_DEPTH_MAX {
                return Ok(Some(NoEffect::TooDeep));
            }
        }
        if key.org == target.org {
            return Ok(None);
        }
        let may = self
            .sent(&root)?
            .is_none_or(|root| root.kind != Kind::Grant)
            && self.granted(&target.org, &key.org)?;
        Ok((!may).then_some(NoEffect::NotAllowed))
    }

    /// Whether a surviving grant of `owner` gives `editor` rights.
    ///
    /// # Errors
    /// The view's failure.
    pub fn granted(&mut self, owner: &OrgId, editor: &OrgId) -> Result<bool, V::Error> {
        let pair = (owner.clone(), editor.clone());
        if let Some(granted) = self.granted.get(&pair) {
            return Ok(*granted);
        }
        let granted = self.step.granted(owner, editor)?;
        self.granted.insert(pair, granted);
        Ok(granted)
    }

    /// Returns the event with this key as sent, without amendments.
    fn sent(&mut self, key: &EventKey) -> Result<Option<Arc<Event>>, V::Error> {
        match self.step.record(key.hash())?.first {
            Some((position, _)) => self.step.event_at(position),
            None => Ok(None),
        }
    }

    /// Applies the amendments on a target one by one, and records the changes of each.
    fn target_outcome(&mut self, target: &EventKey) -> Result<&TargetOutcome, V::Error> {
        if !self.targets.contains_key(target) {
            let outcome = self.apply_one_by_one(target)?;
            self.targets.insert(target.clone(), outcome);
        }
        Ok(self.targets.entry(target.clone()).or_default())
    }

    fn apply_one_by_one(&mut self, target: &EventKey) -> Result<TargetOutcome, V::Error> {
        let mut outcome = TargetOutcome::default();
        if let Some(now) = self.step.effective(target)? {
            outcome.survives = true;
            let amendments = self.step.record(target.hash())?.amendments.clone();
            let applied: BTreeSet<Position> = now.revised_by.into_iter().collect();
            let mut data = self
                .sent(target)?
                .map_or(Json::Null, |sent| sent.data.clone());
            for amendment in amendments
                .iter()
                .filter(|amendment| applied.contains(&amendment.position))
            {
                let by = self.step.current(&amendment.key)?;
                if let Some(patch) = by.and_then(|by| merge_patch(amendment.kind, &by.event.data)) {
                    let before = patched_fields(&patch, &data);
                    data.merge(&patch);
                    outcome
                        .changed
                        .insert(amendment.position, field_changes(&patch, before, &data));
                }
            }
        }
        Ok(outcome)
    }
}

/// Returns the values of the fields that a patch changes, in its order.
fn patched_fields(patch: &Json, data: &Json) -> Vec<Json> {
    let fields = patch.as_object().unwrap_or_default().iter();
    fields
        .map(|(name, _)| data.get(name).cloned().unwrap_or(Json::Null))
        .collect()
}

fn field_changes(patch: &Json, before: Vec<Json>, after: &Json) -> Vec<FieldChange> {
    let after = patched_fields(patch, after);
    let fields = patch.as_object().unwrap_or_default().iter();
    fields
        .zip(before.into_iter().zip(after))
        .map(|((name, _), (before, after))| (name.as_str().into(), before, after))
        .collect()
}
