//! What an event effectively says: after the corrections, retractions and verification changes on
//! it by those who may.
//!
//! Surviving patches apply in the order (recordedtime, org, source, id); a retraction ends its
//! target; acts may themselves be acted on. Acts in a cycle, and acts nested deeper than
//! [`ACTS_DEPTH_MAX`], have no effect. Source: docs/reference/figures.md, Corrections.
//!
//! Never here: the tracks that change for it (see [`crate::step`]).

use event::{Event, EventKey, Instant, Json, Kind, OrgId, Position, Reading, Visibility};

use crate::assertion::{Assertion, assertions};
use crate::rows::{Act, TrackId};
use crate::sees::kept_by;
use crate::step::{Step, View};

/// How deep acts on acts are followed. A bound of ours, so that a hostile chain cannot exhaust the
/// stack; no real record comes near it.
pub const ACTS_DEPTH_MAX: usize = 32;

/// An event as corrected.
#[derive(Clone, Debug)]
pub struct Effective {
    /// The event with its effective `data`.
    pub event: Event,
    /// The strictest visibility of the event and of those acts.
    pub visibility: Visibility,
    /// Where that is `org`: the organisations that each keep it within themselves, sorted.
    pub kept_by: Vec<OrgId>,
    /// The positions of the acts that made it so, rising.
    pub revised_by: Vec<Position>,
    /// By whom and when its `persons` were set last.
    pub(crate) persons_by: (Instant, EventKey),
}

impl Effective {
    /// An event on which nobody has acted.
    pub(crate) fn unchanged(event: Event) -> Self {
        let visibility = own_visibility(&event);
        Self {
            visibility,
            kept_by: kept_by(visibility, &event.envelope.key.org),
            revised_by: Vec::new(),
            persons_by: (event.envelope.recorded, event.envelope.key.clone()),
            event,
        }
    }
}

impl Effective {
    /// Returns what the event, which stands at `position`, asserts in each of its tracks.
    pub(crate) fn said(&self, position: Position) -> Vec<(TrackId, Assertion)> {
        let visibility = (self.visibility, self.kept_by.as_slice());
        assertions(&self.event, position, visibility, &self.revised_by)
    }
}

impl<V: View> Step<'_, V> {
    /// Returns what the event effectively says; none when it is retracted, absent, or no event.
    pub(crate) fn effective(&mut self, key: &EventKey) -> Result<Option<Effective>, V::Error> {
        self.effective_at(key, 0, None)
    }

    fn effective_at(
        &mut self,
        key: &EventKey,
        depth: usize,
        root: Option<Kind>,
    ) -> Result<Option<Effective>, V::Error> {
        let record = self.record(key.hash())?;
        let (Some((position, _)), true) = (record.first, record.is_event) else {
            return Ok(None);
        };
        let acts = record.acts.clone();
        let Some(Reading::Event(event)) = self.leaf(position)?.map(|leaf| event::read(&leaf))
        else {
            return Ok(None);
        };
        let mut effective = Effective::unchanged(*event);
        let root = root.unwrap_or(effective.event.kind);
        for act in acts {
            if depth >= ACTS_DEPTH_MAX || !self.may_act(&act, key, root)? {
                continue;
            }
            let Some(by) = self.effective_at(&act.key, depth + 1, Some(root))? else {
                continue;
            };
            if act.kind == Kind::Retraction {
                return Ok(None);
            }
            patch(&mut effective, &act, &by);
        }
        effective.revised_by.sort();
        Ok(Some(effective))
    }

    /// Only who asserted an event, or one it granted editor rights, acts on it; on a grant, only who
    /// gave it.
    ///
    /// `root` is the kind of the event that the chain of acts comes down to: were another's act on an
    /// act on a grant let in, whether it may act would hang on itself.
    fn may_act(&mut self, act: &Act, target: &EventKey, root: Kind) -> Result<bool, V::Error> {
        if act.key.org != target.org
            && (root == Kind::Grant || !self.granted(&target.org, &act.key.org)?)
        {
            return Ok(false);
        }
        Ok(!self.in_cycle(&act.key)?)
    }

    /// Whether following the targets from `key` comes back to it.
    fn in_cycle(&mut self, key: &EventKey) -> Result<bool, V::Error> {
        let mut next = self.record(key.hash())?.target.clone();
        for _ in 0..=ACTS_DEPTH_MAX {
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

    /// Returns who may see the leaf at `position` by its own `visibility`, else by its target's.
    pub(crate) fn own_visibility(
        &self,
        position: Position,
        target: Position,
    ) -> Result<Visibility, V::Error> {
        for at in [position, target] {
            let reading = self.leaf(at)?.map(|leaf| event::read(&leaf));
            if let Some(Reading::Event(event)) = reading
                && let Some(own) = event.data.text("visibility")
            {
                return Ok(Visibility::parse(own).unwrap_or(Visibility::Org));
            }
        }
        Ok(Visibility::Org)
    }
}

/// Returns who may see an event by what it says itself; an act that says nothing takes its target's,
/// so it narrows nothing.
fn own_visibility(event: &Event) -> Visibility {
    let is_act = matches!(
        event.kind,
        Kind::Correction | Kind::Retraction | Kind::VerificationChanged
    );
    if is_act && event.data.get("visibility").is_none() {
        return Visibility::Public;
    }
    event::Common::visibility_of(event)
}

/// Returns what a correction or a verification change with this data would change, as a merge patch.
pub(crate) fn change_of(kind: Kind, data: &Json) -> Option<Json> {
    if kind == Kind::VerificationChanged {
        data.get("to")
            .map(|to| Json::Object(vec![("verification".into(), to.clone())]))
    } else {
        data.get("patch").cloned()
    }
}

/// Applies one surviving correction or verification change; a result that fails the check is left.
fn patch(effective: &mut Effective, act: &Act, by: &Effective) {
    let Some(change) = change_of(act.kind, &by.event.data) else {
        return;
    };
    if change.get("target").is_some() || change.get("pair").is_some() {
        return;
    }
    let mut patched = effective.event.clone();
    patched.data.merge(&change);
    if patched.check().is_err() {
        return;
    }
    effective.event = patched;
    if change.get("persons").is_some() {
        effective.persons_by = (act.recorded, act.key.clone());
    }
    effective.revised_by.push(act.position);
    let own = own_visibility(&effective.event);
    effective.visibility = effective.visibility.max(own).max(by.visibility);
    let keeps = kept_by(own, &effective.event.envelope.key.org);
    effective.kept_by.extend(keeps);
    effective.kept_by.extend(by.kept_by.iter().cloned());
    effective.kept_by.sort();
    effective.kept_by.dedup();
}
