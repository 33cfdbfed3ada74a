//! Visibility of raw events: the leaf at a position, byte for byte, where a scope may see it.
//!
//! Start at [`visible_leaf`].
//!
//! Never here: what follows from an event.

use event::{Event, Kind, Position, Reading, Visibility};
use fold::{AMENDMENT_DEPTH_MAX, Record, Scope, View};
use serde::Serialize;
use serde_json::value::RawValue;

/// The raw event at a position.
#[derive(Debug, Serialize)]
pub struct Leaf {
    /// Its position.
    pub position: Position,
    /// The event, byte for byte.
    pub event: Box<RawValue>,
}

/// Returns the leaf if `scope` may see it.
///
/// The operator may see every leaf that is JSON. Every other scope may see an event only if both its
/// visibility as sent and its visibility now allow it: an event that a correction hid, or that was
/// withdrawn for safety, is hidden at every position.
///
/// # Errors
/// The view's failure.
pub fn visible_leaf<V: View>(
    view: &V,
    position: Position,
    bytes: &[u8],
    scope: &Scope,
) -> Result<Option<Leaf>, V::Error> {
    if *scope != Scope::Operator && !is_visible(view, position, bytes, scope)? {
        return Ok(None);
    }
    let raw = std::str::from_utf8(bytes)
        .ok()
        .and_then(|text| RawValue::from_string(text.to_owned()).ok());
    Ok(raw.map(|event| Leaf { position, event }))
}

/// Returns the event at `position` with its leaf; none where there is no event or `scope` may not see
/// it.
///
/// # Errors
/// The view's failure.
pub(crate) fn visible_event<V: View>(
    view: &V,
    position: Position,
    scope: &Scope,
) -> Result<Option<(Box<Event>, Leaf)>, V::Error> {
    let bytes = view.leaf(position)?.unwrap_or_default();
    let Reading::Event(event) = event::read(&bytes) else {
        return Ok(None);
    };
    let leaf = visible_leaf(view, position, &bytes, scope)?;
    Ok(leaf.map(|leaf| (event, leaf)))
}

/// Returns the event at `position`, visible or not; none where the leaf is no event.
///
/// # Errors
/// The view's failure.
pub(crate) fn read_event<V: View>(
    view: &V,
    position: Position,
) -> Result<Option<Box<Event>>, V::Error> {
    let reading = view.leaf(position)?.map(|bytes| event::read(&bytes));
    Ok(match reading {
        Some(Reading::Event(event)) => Some(event),
        Some(Reading::Unknown(_) | Reading::Rejected { .. }) | None => None,
    })
}

/// Whether `scope`, which is not the operator, may see the leaf.
fn is_visible<V: View>(
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
        // A repeat or a conflict: a leaf without effect, visible to the operator alone.
        return Ok(false);
    }
    if !scope.sees(visibility_as_sent(view, &event, &record)?, &key.org) {
        return Ok(false);
    }
    if record.amendments.is_empty() {
        return Ok(true);
    }
    // It was amended: the open rows of its tracks carry its visibility now.
    let mut is_asserted = false;
    for id in &record.tracks {
        let track = view.track(id)?.unwrap_or_default();
        for row in track.assertions.iter().filter(|row| row.to.is_none()) {
            if row.value.position == position {
                is_asserted = true;
                if !row.value.is_seen(scope) {
                    return Ok(false);
                }
            }
        }
    }
    Ok(is_asserted || record.tracks.is_empty() || !is_withdrawn_for_safety(view, &record)?)
}

/// Whether an event that no track asserts any more was retracted for someone's safety.
fn is_withdrawn_for_safety<V: View>(view: &V, record: &Record) -> Result<bool, V::Error> {
    for amendment in record
        .amendments
        .iter()
        .filter(|amendment| amendment.kind == Kind::Retraction)
    {
        if let Some(retraction) = read_event(view, amendment.position)?
            && retraction.data.text("reason") == Some("safety")
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Returns the visibility with which an event was sent. An amendment without `visibility` has that of
/// its target, which may be an amendment too.
fn visibility_as_sent<V: View>(
    view: &V,
    event: &Event,
    record: &Record,
) -> Result<Visibility, V::Error> {
    let mut visibility = event.data.text("visibility").map(Visibility::parse);
    let mut next = record.target.clone();
    for _ in 0..AMENDMENT_DEPTH_MAX {
        let (None, Some(key)) = (visibility, &next) else {
            break;
        };
        let target = view.record(key.hash())?.unwrap_or_default();
        let Some((position, _)) = target.first else {
            break;
        };
        if let Some(target) = read_event(view, position)? {
            visibility = target.data.text("visibility").map(Visibility::parse);
        }
        next = target.target;
    }
    Ok(visibility.flatten().unwrap_or(Visibility::Org))
}
