//! The timeline of a case: every event that concerns its tracks and every amendment, at any depth,
//! each with its author, its reason, what it changed, or why it has no effect.
//!
//! Start at [`list_entries`].
//!
//! Never here: what follows for custody and charges (see [`super::facts`]).

use std::collections::BTreeMap;
use std::ops::Bound::{Excluded, Unbounded};

use event::{Event, Json, Position, Reading};
use fold::{
    Amendment, AmendmentOutcome, AmendmentOutcomes, Assertion, HistoricalView, Scope, Sight, Track,
    View,
};
use serde::Serialize;

use super::amendments::{amendments_until, retraction_in_effect};
use super::case_window::{CaseWindow, Fill};
use super::leaf::{Leaf, visible_event, visible_leaf};
use crate::day::DaysBody;

/// One entry: an event as it effectively is, and as it was sent.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "each is the field of the answer of the same name: docs/reference/api.md"
)]
pub struct EntryBody {
    pub kind: String,
    pub org: String,
    /// When it happened, as corrected; none for what concerns the record.
    pub occurred: Option<DaysBody>,
    /// False when a retraction ended it, or when it is an amendment without effect.
    pub effective: bool,
    pub verification: Option<&'static str>,
    /// The positions of the corrections and verification changes in effect on it.
    pub revised_by: Vec<Position>,
    /// The position of the retraction that ended it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_by: Option<Position>,
    /// The position of the event that this one corrects, retracts or re-verifies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<Position>,
    /// Why it corrects, retracts or re-verifies, in its author's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What it changed in its target.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<FieldChange>,
    /// Why it has no effect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_effect: Option<&'static str>,
    #[serde(flatten)]
    pub leaf: Leaf,
}

/// A field of the target's data, before and after an amendment.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "each is the field of the answer of the same name: docs/reference/api.md"
)]
pub struct FieldChange {
    pub field: String,
    pub from: Json,
    pub to: Json,
}

/// Returns the entries of the events that concern `tracks`, are in the log at `at` and visible to
/// `scope`, by position, as far as `window` goes; and whether others follow.
///
/// # Errors
/// The view's failure.
pub(super) fn list_entries<V: View>(
    view: &V,
    tracks: &[&Track],
    (at, scope): (Position, &Scope),
    window: &CaseWindow,
) -> Result<(Vec<EntryBody>, bool), V::Error> {
    let targets = positions_of(view, tracks, at)?;
    let rows = tracks.iter().flat_map(|track| &track.assertions);
    let assertions = rows
        .filter(|row| row.holds(at))
        .map(|row| (row.value.position, &row.value))
        .collect();
    let then = HistoricalView::new(view, at);
    let mut reader = TimelineReader {
        view,
        sight: Sight::new(view, at),
        outcomes: AmendmentOutcomes::new(&then),
        assertions,
        at,
        scope,
    };
    let (mut entries, mut fill) = (Vec::new(), Fill::new(window));
    for (position, target) in targets.range((Excluded(window.from.after), Unbounded)) {
        let Some(entry) = reader.entry(*position, *target)? else {
            continue;
        };
        // That something follows is said only of what the scope sees.
        if fill.is_full() {
            return Ok((entries, true));
        }
        fill.add(&entry);
        entries.push(entry);
    }
    Ok((entries, false))
}

/// Returns the positions of the events that concern `tracks` and of the acts on them at any depth, each
/// with that of its target.
///
/// # Errors
/// The view's failure.
fn positions_of<V: View>(
    view: &V,
    tracks: &[&Track],
    at: Position,
) -> Result<BTreeMap<Position, Option<Position>>, V::Error> {
    // Amendments are in no track, so each is reached from its target.
    let mut open: Vec<(Position, Option<Position>)> = tracks
        .iter()
        .flat_map(|track| &track.timeline)
        .filter(|entry| entry.since <= at)
        .map(|entry| (entry.position, None))
        .collect();
    let mut targets: BTreeMap<Position, Option<Position>> = BTreeMap::new();
    while let Some((position, target)) = open.pop() {
        if targets.contains_key(&position) {
            continue;
        }
        targets.insert(position, target);
        let bytes = view.leaf(position)?.unwrap_or_default();
        if let Reading::Event(event) = event::read(&bytes) {
            let amendments = amendments_until(view, &event.envelope.key, at)?.into_iter();
            open.extend(amendments.map(|amendment| (amendment.position, Some(position))));
        }
    }
    Ok(targets)
}

/// What a timeline is read from.
struct TimelineReader<'v, V: View> {
    view: &'v V,
    sight: Sight<'v, V>,
    outcomes: AmendmentOutcomes<'v, HistoricalView<'v, V>>,
    /// The assertions of the tracks at R, by the position of their event.
    assertions: BTreeMap<Position, &'v Assertion>,
    at: Position,
    scope: &'v Scope,
}

impl<V: View> TimelineReader<'_, V> {
    /// Returns the entry of an event, if it is visible.
    fn entry(
        &mut self,
        position: Position,
        target: Option<Position>,
    ) -> Result<Option<EntryBody>, V::Error> {
        let bytes = self.view.leaf(position)?.unwrap_or_default();
        let Reading::Event(event) = event::read(&bytes) else {
            return Ok(None);
        };
        let key = &event.envelope.key;
        let amendments = amendments_until(self.view, key, self.at)?;
        let assertion = self.assertions.get(&position).copied();
        // An amendment may have hidden it at R, another one today: either is enough.
        let hidden = assertion.is_some_and(|assertion| !assertion.is_seen(self.scope));
        let leaf = visible_leaf(&mut self.sight, (position, &bytes), self.scope)?;
        let Some(leaf) = leaf.filter(|_| !hidden) else {
            return Ok(None);
        };
        let outcome = self.outcomes.outcome(key)?;
        let ended_by = if assertion.is_some() {
            None
        } else {
            self.retraction_seen(&amendments)?
        };
        let effective = match &outcome {
            Some(AmendmentOutcome::Nothing(_)) => false,
            Some(AmendmentOutcome::Ended | AmendmentOutcome::Changed(_)) => true,
            None => assertion.is_some(),
        };
        let revised_by = match assertion {
            Some(_) => self.outcomes.revised_by(key)?,
            None => Vec::new(),
        };
        let (changed, no_effect) = self.effect(outcome, target);
        let entry = EntryBody {
            kind: event.kind.code().to_owned(),
            org: key.org.to_string(),
            occurred: assertion.map(|one| DaysBody::new(one.days, one.doubt)),
            effective,
            verification: assertion.map(|one| one.attributes.verification.code()),
            revised_by,
            ended_by,
            target,
            reason: reason(&event),
            changed,
            no_effect,
            leaf,
        };
        Ok(Some(entry))
    }

    /// Returns the position of the retraction in effect among `amendments`, where the scope sees it.
    fn retraction_seen(&mut self, amendments: &[Amendment]) -> Result<Option<Position>, V::Error> {
        let Some(position) = retraction_in_effect(&mut self.outcomes, amendments)? else {
            return Ok(None);
        };
        let seen = visible_event(self.view, position, self.at, self.scope)?;
        Ok(seen.map(|_| position))
    }

    /// Returns the fields that an amendment changed, and the code of why it has no effect.
    ///
    /// The fields are left out where an amendment hides the target from the scope.
    fn effect(
        &self,
        outcome: Option<AmendmentOutcome>,
        target: Option<Position>,
    ) -> (Vec<FieldChange>, Option<&'static str>) {
        match outcome {
            Some(AmendmentOutcome::Changed(fields)) if self.is_target_visible(target) => {
                let fields = fields.into_iter().map(|(field, from, to)| FieldChange {
                    field: field.into(),
                    from,
                    to,
                });
                (fields.collect(), None)
            }
            Some(AmendmentOutcome::Nothing(why)) => (Vec::new(), Some(why.name())),
            Some(AmendmentOutcome::Changed(_) | AmendmentOutcome::Ended) | None => {
                (Vec::new(), None)
            }
        }
    }

    /// Whether the scope may see what the target asserts.
    fn is_target_visible(&self, target: Option<Position>) -> bool {
        let assertion = target.and_then(|target| self.assertions.get(&target));
        assertion.is_some_and(|assertion| assertion.is_seen(self.scope))
    }
}

/// Returns the reason that the author of an amendment gives.
fn reason(event: &Event) -> Option<String> {
    let text = event.data.text("reason").or(event.data.text("basis"));
    text.filter(|_| event.kind.is_amendment())
        .map(ToOwned::to_owned)
}
