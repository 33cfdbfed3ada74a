//! A timeline: every event that touched some tracks, and every act on those and on such acts, each
//! with its author, its reason, what it changed, or why it changed nothing.
//!
//! Start at [`of`].
//!
//! Never here: what follows for custody and charges (see [`super::facts`]).

use std::collections::BTreeMap;

use event::{Event, EventKey, Json, Kind, Position, Reading};
use serde::Serialize;

use super::facts::When;
use super::leaf::{self, Leaf};
use crate::as_of::AsOf;
use crate::assertion::Assertion;
use crate::fate::{Fate, Fates};
use crate::rows::Track;
use crate::sees::Scope;
use crate::step::View;

/// One entry: an event as it effectively is, and as it was sent.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "each is the field of the answer of the same name: docs/reference/api.md"
)]
pub struct Entry {
    pub kind: String,
    pub org: String,
    /// When it happened, as corrected; none for what concerns the record.
    pub occurred: Option<When>,
    /// False when a retraction ended it, or when it is an act without effect.
    pub effective: bool,
    pub verification: Option<&'static str>,
    /// The corrections and verification changes that made it what it is.
    pub revised_by: Vec<Position>,
    /// The retraction that ended it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_by: Option<Position>,
    /// The position of the event that this one corrects, retracts or re-verifies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<Position>,
    /// Why it corrects, retracts or re-verifies, as its author says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What it changed in its target.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<Changed>,
    /// Why it has no effect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_effect: Option<&'static str>,
    #[serde(flatten)]
    pub leaf: Leaf,
}

/// A field of the target's data, before and after.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "each is the field of the answer of the same name: docs/reference/api.md"
)]
pub struct Changed {
    pub field: String,
    pub from: Json,
    pub to: Json,
}

/// What a timeline is made from.
struct Telling<'v, V: View> {
    view: &'v V,
    fates: Fates<'v, AsOf<'v, V>>,
    /// What the tracks hold at R, by the position of the event.
    holding: BTreeMap<Position, &'v Assertion>,
    at: Position,
    scope: &'v Scope,
}

/// Returns what touched `tracks` up to `at` and is seen by `scope`, in the order of positions.
pub(super) fn of<V: View>(
    view: &V,
    tracks: &[&Track],
    at: Position,
    scope: &Scope,
) -> Result<Vec<Entry>, V::Error> {
    let rows = tracks.iter().flat_map(|track| &track.assertions);
    let holding = rows
        .filter(|row| row.holds(at))
        .map(|row| (row.value.position, &row.value))
        .collect();
    let then = AsOf::new(view, at);
    let mut telling = Telling {
        view,
        fates: Fates::new(&then),
        holding,
        at,
        scope,
    };
    // Acts on acts touch no track, so each is looked for from what it acts on.
    let mut open: Vec<(Position, Option<Position>)> = tracks
        .iter()
        .flat_map(|track| &track.timeline)
        .filter(|touch| touch.since <= at)
        .map(|touch| (touch.position, touch.target))
        .collect();
    let mut entries: BTreeMap<Position, Option<Entry>> = BTreeMap::new();
    while let Some((position, target)) = open.pop() {
        if entries.contains_key(&position) {
            continue;
        }
        let (entry, acts) = telling.entry(position, target)?;
        entries.insert(position, entry);
        open.extend(acts.into_iter().map(|act| (act, Some(position))));
    }
    Ok(entries.into_values().flatten().collect())
}

impl<V: View> Telling<'_, V> {
    /// Returns the entry of an event, if it is seen, and the positions of the acts on it.
    fn entry(
        &mut self,
        position: Position,
        target: Option<Position>,
    ) -> Result<(Option<Entry>, Vec<Position>), V::Error> {
        let Some(bytes) = self.view.leaf(position)? else {
            return Ok((None, Vec::new()));
        };
        let Reading::Event(event) = event::read(&bytes) else {
            return Ok((None, Vec::new()));
        };
        let key = &event.envelope.key;
        let acts = self.acts(key)?;
        let positions = acts.iter().map(|(position, ..)| *position).collect();
        let now = self.holding.get(&position).copied();
        // The stricter of then and now: what an act hid at R, and what is hidden today.
        let hidden = now.is_some_and(|now| !now.is_seen(self.scope));
        let leaf = leaf::seen(self.view, position, &bytes, self.scope)?;
        let Some(leaf) = leaf.filter(|_| !hidden) else {
            return Ok((None, positions));
        };
        let fate = self.fates.of(key)?;
        let ended_by = if now.is_some() {
            None
        } else {
            self.ended(&acts)?
        };
        let effective = match &fate {
            Some(Fate::Nothing(_)) => false,
            Some(Fate::Ended | Fate::Changed(_)) => true,
            None => now.is_some(),
        };
        let (changed, no_effect) = match fate {
            Some(Fate::Changed(changed)) if self.shows(target) => (changed, None),
            Some(Fate::Nothing(why)) => (Vec::new(), Some(why.name())),
            Some(Fate::Changed(_) | Fate::Ended) | None => (Vec::new(), None),
        };
        let entry = Entry {
            kind: event.kind.code().to_owned(),
            org: key.org.to_string(),
            occurred: now.map(|now| When::new(now.days, now.doubt)),
            effective,
            verification: now.map(|now| now.claim.verification.code()),
            revised_by: now.map_or_else(Vec::new, |now| now.revised_by.clone()),
            ended_by,
            target,
            reason: reason(&event),
            changed: changed
                .into_iter()
                .map(|(field, from, to)| Changed {
                    field: field.into(),
                    from,
                    to,
                })
                .collect(),
            no_effect,
            leaf,
        };
        Ok((Some(entry), positions))
    }

    /// Returns the acts on an event that had come, with their kinds.
    fn acts(&self, key: &EventKey) -> Result<Vec<(Position, Kind, EventKey)>, V::Error> {
        let record = self.view.record(key.hash())?.unwrap_or_default();
        let acts = record
            .acts
            .into_iter()
            .filter(|act| act.position <= self.at);
        Ok(acts.map(|act| (act.position, act.kind, act.key)).collect())
    }

    /// Returns the first retraction among `acts` that has an effect.
    fn ended(&mut self, acts: &[(Position, Kind, EventKey)]) -> Result<Option<Position>, V::Error> {
        for (position, kind, key) in acts {
            if *kind == Kind::Retraction && self.fates.of(key)? == Some(Fate::Ended) {
                return Ok(Some(*position));
            }
        }
        Ok(None)
    }

    /// Whether what a target said, before and after, is what the scope may see: it does not see a
    /// target that an act hides from it.
    fn shows(&self, target: Option<Position>) -> bool {
        let stands = target.and_then(|target| self.holding.get(&target));
        stands.is_some_and(|target| target.is_seen(self.scope))
    }
}

/// Why an act was sent, as its author says.
fn reason(event: &Event) -> Option<String> {
    let is_act = matches!(
        event.kind,
        Kind::Correction | Kind::Retraction | Kind::VerificationChanged
    );
    let said = event.data.text("reason").or(event.data.text("basis"));
    said.filter(|_| is_act).map(ToOwned::to_owned)
}
