//! Leaves as a caller may see them: the raw event, byte for byte, beside its position.
//!
//! Never here: what follows from an event.

use event::{Kind, Position, Reading, Visibility};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::effective::ACTS_DEPTH_MAX;
use crate::rows::Record;
use crate::sees::Scope;
use crate::step::View;

/// A leaf as answers show it.
#[derive(Debug, Serialize)]
pub struct Leaf {
    /// Its position.
    pub position: Position,
    /// The event, byte for byte.
    pub event: Box<RawValue>,
}

/// Returns the leaf if `scope` sees it.
///
/// The operator sees every leaf that is JSON. Others see events that their visibility lets them
/// see, as it was sent and as it is now: what was hidden by a correction, or withdrawn for safety,
/// is hidden at every position.
///
/// # Errors
/// The view's failure.
pub fn seen<V: View>(
    view: &V,
    position: Position,
    bytes: &[u8],
    scope: &Scope,
) -> Result<Option<Leaf>, V::Error> {
    if *scope != Scope::Operator && !is_seen(view, position, bytes, scope)? {
        return Ok(None);
    }
    let raw = std::str::from_utf8(bytes)
        .ok()
        .and_then(|text| RawValue::from_string(text.to_owned()).ok());
    Ok(raw.map(|event| Leaf { position, event }))
}

fn is_seen<V: View>(
    view: &V,
    position: Position,
    bytes: &[u8],
    scope: &Scope,
) -> Result<bool, V::Error> {
    let Reading::Event(event) = event::read(bytes) else {
        return Ok(false);
    };
    if event.kind.is_system() {
        return Ok(true);
    }
    let key = &event.envelope.key;
    let Some(record) = view.record(key.hash())? else {
        return Ok(false);
    };
    if record.first.is_none_or(|(first, _)| first != position) {
        // A repeat or a conflict: a leaf without effect, shown to the operator alone.
        return Ok(false);
    }
    if !scope.sees(own_visibility(view, &event, &record)?, &key.org) {
        return Ok(false);
    }
    if record.acts.is_empty() {
        return Ok(true);
    }
    // Someone has acted on it: its tracks say who may see it now, the stricter of then and now.
    let mut stands = false;
    for id in &record.tracks {
        let track = view.track(id)?.unwrap_or_default();
        for row in track.assertions.iter().filter(|row| row.to.is_none()) {
            if row.value.position == position {
                stands = true;
                if !row.value.is_seen(scope) {
                    return Ok(false);
                }
            }
        }
    }
    Ok(stands || record.tracks.is_empty() || !withdrawn_for_safety(view, &record)?)
}

/// Whether a retraction of an event that stands nowhere any more was for someone's safety.
fn withdrawn_for_safety<V: View>(view: &V, record: &Record) -> Result<bool, V::Error> {
    for act in record
        .acts
        .iter()
        .filter(|act| act.kind == Kind::Retraction)
    {
        if let Some(Reading::Event(by)) = view.leaf(act.position)?.map(|leaf| event::read(&leaf))
            && by.data.text("reason") == Some("safety")
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// An act without `visibility` takes its target's, which may be an act too.
fn own_visibility<V: View>(
    view: &V,
    event: &event::Event,
    record: &Record,
) -> Result<Visibility, V::Error> {
    let mut said = event.data.text("visibility").map(Visibility::parse);
    let mut next = record.target.clone();
    for _ in 0..ACTS_DEPTH_MAX {
        let (None, Some(key)) = (said, &next) else {
            break;
        };
        let target = view.record(key.hash())?.unwrap_or_default();
        let Some((position, _)) = target.first else {
            break;
        };
        if let Some(Reading::Event(target)) = view.leaf(position)?.map(|leaf| event::read(&leaf)) {
            said = target.data.text("visibility").map(Visibility::parse);
        }
        next = target.target;
    }
    Ok(said.flatten().unwrap_or(Visibility::Org))
}
