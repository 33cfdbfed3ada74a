//! The notices of events in the log, as of R: what each does there, or does not.
//!
//! Never here: whose notices a caller may read.

use std::collections::BTreeMap;

use event::{Event, EventKey, Json, KeyHash, Position, Visibility};
use fold::{
    AmendmentOutcome, AmendmentOutcomes, FieldChange, HistoricalView, NoEffect, Scope, View,
    target_key,
};

use super::{
    NO_RIGHT, Notice, PATCH_FAILS_CHECK, PATCHED_DATE_IMPLAUSIBLE, TARGET_UNKNOWN,
    TRIED_AMENDMENTS_MAX, VISIBILITY_WIDENED, is_seen, notices_of_itself, of_link,
    sets_implausible_date,
};

/// The target of an amendment.
#[derive(Clone, Copy, Debug)]
struct Target {
    /// Whether it is there, and the scope may see it.
    is_seen: bool,
    /// Whether few enough amendments are on it.
    is_tried: bool,
}

/// The notices of events in the log, as of R.
pub struct NoticesAt<'v, V: View> {
    view: &'v V,
    then: &'v HistoricalView<'v, V>,
    outcomes: AmendmentOutcomes<'v, HistoricalView<'v, V>>,
    targets: BTreeMap<KeyHash, Target>,
    at: Position,
    scope: Scope,
}

impl<'v, V: View> NoticesAt<'v, V> {
    /// Makes the notices, for who sent the events and sees `scope`, at R = `at`; `then` is `view` at it.
    pub fn new(view: &'v V, then: &'v HistoricalView<'v, V>, at: Position, scope: Scope) -> Self {
        Self {
            view,
            then,
            outcomes: AmendmentOutcomes::new(then),
            targets: BTreeMap::new(),
            at,
            scope,
        }
    }

    /// Returns the notices of the event at a position; none of a repeat.
    ///
    /// # Errors
    /// The view's failure.
    pub fn of(&mut self, position: Position, event: &Event) -> Result<Vec<Notice>, V::Error> {
        let key = &event.envelope.key;
        let record = self.then.record(key.hash())?.unwrap_or_default();
        if record.first.map(|(first, _)| first) != Some(position) {
            return Ok(Vec::new());
        }
        let mut found = notices_of_itself(event);
        let outcomes = &mut self.outcomes;
        found.extend(of_link(event, |owner| outcomes.granted(owner, &key.org))?);
        if let Some(target) = target_key(&event.data).filter(|_| event.kind.is_amendment()) {
            found.extend(self.of_amendment(event, &target)?);
        }
        Ok(found)
    }

    fn target(&mut self, target: &EventKey) -> Result<Target, V::Error> {
        if let Some(known) = self.targets.get(&target.hash()) {
            return Ok(*known);
        }
        let record = self.then.record(target.hash())?.unwrap_or_default();
        let found = Target {
            is_seen: is_seen(self.view, &record, self.at, &self.scope)?,
            is_tried: record.amendments.len() <= TRIED_AMENDMENTS_MAX,
        };
        self.targets.insert(target.hash(), found);
        Ok(found)
    }

    fn of_amendment(&mut self, event: &Event, target: &EventKey) -> Result<Vec<Notice>, V::Error> {
        let key = &event.envelope.key;
        let known = self.target(target)?;
        if !known.is_seen {
            return Ok(vec![TARGET_UNKNOWN]);
        }
        if !known.is_tried {
            let may = key.org == target.org || self.outcomes.granted(&target.org, &key.org)?;
            return Ok(if may { Vec::new() } else { vec![NO_RIGHT] });
        }
        Ok(match self.outcomes.outcome(key)? {
            Some(AmendmentOutcome::Nothing(reason)) => of_no_effect(reason).into_iter().collect(),
            Some(AmendmentOutcome::Changed(fields)) => of_changes(event, &fields),
            Some(AmendmentOutcome::Ended) | None => Vec::new(),
        })
    }
}

/// Returns the notices of a correction that changes these fields.
fn of_changes(correction: &Event, fields: &[FieldChange]) -> Vec<Notice> {
    let mut found = Vec::new();
    if fields.iter().any(is_widened) {
        found.push(VISIBILITY_WIDENED);
    }
    let mut after = fields.iter();
    let occurred = after.find_map(|(name, _, after)| (&**name == "occurred").then_some(after));
    if occurred.is_some_and(|occurred| sets_implausible_date(correction, occurred)) {
        found.push(PATCHED_DATE_IMPLAUSIBLE);
    }
    found
}

/// Returns the notice of an amendment without effect. That another act ended it, or its target, is no notice.
const fn of_no_effect(reason: NoEffect) -> Option<Notice> {
    match reason {
        NoEffect::TargetAbsent => Some(TARGET_UNKNOWN),
        NoEffect::NotAllowed => Some(NO_RIGHT),
        NoEffect::Identifies | NoEffect::FailsCheck => Some(PATCH_FAILS_CHECK),
        NoEffect::Circle
        | NoEffect::TooDeep
        | NoEffect::Retracted
        | NoEffect::Refuted
        | NoEffect::TargetRetracted => None,
    }
}

/// Whether a change of a field makes the visibility wider: what is said nowhere is `org`.
fn is_widened((name, before, after): &FieldChange) -> bool {
    let visibility = |value: &Json| {
        let said = value.as_text().and_then(Visibility::parse);
        said.unwrap_or(Visibility::Org)
    };
    &**name == "visibility" && visibility(after) < visibility(before)
}
