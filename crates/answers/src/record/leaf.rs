//! Visibility of raw events: the leaf at a position, byte for byte, where a scope may see it.
//!
//! Start at [`visible_leaf`].
//!
//! Never here: what follows from an event.

use event::{Event, Position, Reading};
use fold::{Scope, Sight, View};
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

/// Returns the leaf if `scope` may see it at the R of `sight`. The operator may see every leaf that is
/// JSON, every other scope only events.
///
/// # Errors
/// The view's failure.
pub fn visible_leaf<V: View>(
    sight: &mut Sight<'_, V>,
    (position, bytes): (Position, &[u8]),
    scope: &Scope,
) -> Result<Option<Leaf>, V::Error> {
    let is_seen = match event::read(bytes) {
        _ if *scope == Scope::Operator => true,
        Reading::Event(event) => sight.sees((position, &event), scope)?,
        Reading::Unknown(_) | Reading::Rejected { .. } => false,
    };
    if !is_seen {
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
    at: Position,
    scope: &Scope,
) -> Result<Option<(Box<Event>, Leaf)>, V::Error> {
    let bytes = view.leaf(position)?.unwrap_or_default();
    let Reading::Event(event) = event::read(&bytes) else {
        return Ok(None);
    };
    let leaf = visible_leaf(&mut Sight::new(view, at), (position, &bytes), scope)?;
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
