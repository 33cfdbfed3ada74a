//! Effective events: an event with the permitted amendments on it applied.
//!
//! Start at [`Step::effective`].
//!
//! Surviving patches apply in the order (recordedtime, org, source, id); a retraction ends its
//! target; amendments may themselves be amended. Amendments in a cycle, and those nested deeper
//! than [`AMENDMENT_DEPTH_MAX`](crate::AMENDMENT_DEPTH_MAX), have no effect. Source:
//! docs/reference/figures.md, Corrections.
//!
//! Never here: the tracks that become stale (see [`crate::step`]).

use event::{Event, EventKey, Instant, Json, Kind, OrgId, Position, Visibility};

use crate::amend::AMENDMENT_DEPTH_MAX;
use crate::audience::confined_to;
use crate::rows::{Amendment, TrackId};
use crate::step::Step;
use crate::track::assertion::Assertion;
use crate::track::interpret::assertions;
use crate::view::View;

/// An event with its amendments applied.
#[derive(Clone, Debug)]
pub struct EffectiveEvent {
    /// The event with its effective `data`.
    pub event: Event,
    /// The strictest visibility of the event and of its amendments.
    pub visibility: Visibility,
    /// Where that is `org`: the organisations to which the event or an amendment is confined,
    /// sorted.
    pub confined_to: Vec<OrgId>,
    /// The positions of the amendments applied, rising.
    pub revised_by: Vec<Position>,
    /// The recordedtime and key of the event or amendment that set `persons` last.
    pub(crate) persons_by: (Instant, EventKey),
}

impl EffectiveEvent {
    /// Makes the effective event of one without amendments.
    pub(crate) fn unchanged(event: Event) -> Self {
        let visibility = own_visibility(&event);
        Self {
            visibility,
            confined_to: confined_to(visibility, &event.envelope.key.org),
            revised_by: Vec::new(),
            persons_by: (event.envelope.recorded, event.envelope.key.clone()),
            event,
        }
    }

    /// Returns the assertions of the event, whose position is `position`, in each of its tracks.
    pub(crate) fn assertions(&self, position: Position) -> Vec<(TrackId, Assertion)> {
        let visibility = (self.visibility, self.confined_to.as_slice());
        assertions(&self.event, position, visibility, &self.revised_by)
    }
}

impl<V: View> Step<'_, V> {
    /// Returns the effective event with this key; none when it is retracted, absent, or no event.
    pub(crate) fn effective(&mut self, key: &EventKey) -> Result<Option<EffectiveEvent>, V::Error> {
        self.effective_to_depth(key, 0, None)
    }

    fn effective_to_depth(
        &mut self,
        key: &EventKey,
        depth: usize,
        root: Option<Kind>,
    ) -> Result<Option<EffectiveEvent>, V::Error> {
        let record = self.record(key.hash())?;
        let (Some((position, _)), true) = (record.first, record.is_event) else {
            return Ok(None);
        };
        let amendments = record.amendments.clone();
        let Some(event) = self.event_at(position)? else {
            return Ok(None);
        };
        let mut effective = EffectiveEvent::unchanged(event);
        let root = root.unwrap_or(effective.event.kind);
        for amendment in amendments {
            if depth >= AMENDMENT_DEPTH_MAX || !self.may_amend(&amendment, key, root)? {
                continue;
            }
            let Some(by) = self.effective_to_depth(&amendment.key, depth + 1, Some(root))? else {
                continue;
            };
            if amendment.kind == Kind::Retraction {
                return Ok(None);
            }
            apply_patch(&mut effective, &amendment, &by);
        }
        effective.revised_by.sort();
        Ok(Some(effective))
    }

    /// Whether an amendment is permitted: by the organisation that asserted its target, or by one
    /// that it granted editor rights; on a grant, only by the organisation that gave it.
    ///
    /// `root` is the kind of the event at the end of the chain of targets. On an amendment of a
    /// grant nobody else's amendment is permitted, else whether it is would depend on itself.
    fn may_amend(
        &mut self,
        amendment: &Amendment,
        target: &EventKey,
        root: Kind,
    ) -> Result<bool, V::Error> {
        if amendment.key.org != target.org
            && (root == Kind::Grant || !self.granted(&target.org, &amendment.key.org)?)
        {
            return Ok(false);
        }
        Ok(!self.in_cycle(&amendment.key)?)
    }

    /// Whether the chain of targets from `key` is a cycle, or longer than [`AMENDMENT_DEPTH_MAX`].
    fn in_cycle(&mut self, key: &EventKey) -> Result<bool, V::Error> {
        let mut next = self.record(key.hash())?.target.clone();
        for _ in 0..=AMENDMENT_DEPTH_MAX {
            match next {
                Some(target) if target == *key => return Ok(true),
                Some(target) => next = self.record(target.hash())?.target.clone(),
                None => return Ok(false),
            }
        }
        Ok(true)
    }

    /// Whether a surviving grant of `owner` gives `editor` rights.
    pub(crate) fn granted(&mut self, owner: &OrgId, editor: &OrgId) -> Result<bool, V::Error> {
        for grant in self.owner(owner)?.grants.clone() {
            let survives = self.effective(&grant)?;
            if survives.is_some_and(|e| e.event.data.text("grantee") == Some(editor.as_str())) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Returns the `visibility` that the leaf at `position` states, else the one that its target
    /// states, else `org`.
    pub(crate) fn stated_visibility(
        &self,
        position: Position,
        target: Position,
    ) -> Result<Visibility, V::Error> {
        for at in [position, target] {
            if let Some(event) = self.event_at(at)?
                && let Some(own) = event.data.text("visibility")
            {
                return Ok(Visibility::parse(own).unwrap_or(Visibility::Org));
            }
        }
        Ok(Visibility::Org)
    }
}

/// Returns the visibility of an event by its own data. An amendment that states none has its
/// target's; `public` stands for that here, because it narrows nothing.
fn own_visibility(event: &Event) -> Visibility {
    let is_amendment = matches!(
        event.kind,
        Kind::Correction | Kind::Retraction | Kind::VerificationChanged
    );
    if is_amendment && event.data.get("visibility").is_none() {
        return Visibility::Public;
    }
    event::Common::visibility_of(event)
}

/// Returns the merge patch (RFC 7396) of a correction or a verification change with this data.
pub(crate) fn merge_patch(kind: Kind, data: &Json) -> Option<Json> {
    if kind == Kind::VerificationChanged {
        data.get("to")
            .map(|to| Json::Object(vec![("verification".into(), to.clone())]))
    } else {
        data.get("patch").cloned()
    }
}

/// Applies one surviving correction or verification change, unless the result would fail the check.
fn apply_patch(target: &mut EffectiveEvent, amendment: &Amendment, by: &EffectiveEvent) {
    let Some(patch) = merge_patch(amendment.kind, &by.event.data) else {
        return;
    };
    if patch.get("target").is_some() || patch.get("pair").is_some() {
        return;
    }
    let mut patched = target.event.clone();
    patched.data.merge(&patch);
    if patched.check().is_err() {
        return;
    }
    target.event = patched;
    if patch.get("persons").is_some() {
        target.persons_by = (amendment.recorded, amendment.key.clone());
    }
    target.revised_by.push(amendment.position);
    let own = own_visibility(&target.event);
    target.visibility = target.visibility.max(own).max(by.visibility);
    let own = confined_to(own, &target.event.envelope.key.org);
    target.confined_to.extend(own);
    target.confined_to.extend(by.confined_to.iter().cloned());
    target.confined_to.sort();
    target.confined_to.dedup();
}
