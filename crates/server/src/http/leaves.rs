//! Leaves as a caller may see them: the raw event, byte for byte, beside its position.
//!
//! Never here: what follows from an event.

use event::{Kind, Position, Reading, Visibility};
use fold::{Scope, View};
use serde::Serialize;
use serde_json::value::RawValue;

/// A leaf as answers show it.
#[derive(Debug, Serialize)]
pub(super) struct Leaf {
    /// Its position.
    pub(super) position: Position,
    /// The event, byte for byte.
    pub(super) event: Box<RawValue>,
}

/// Returns the leaf if `scope` sees it.
///
/// The operator sees every leaf that is JSON. Others see events that their visibility lets them
/// see, unless a correction that they may not see stands on one: who may not see an effective
/// correction does not see its target.
pub(super) fn seen<V: View>(
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
    for act in record
        .acts
        .iter()
        .filter(|act| act.kind != Kind::Retraction)
    {
        let leaf = match view.leaf(act.position)? {
            Some(leaf) => leaf,
            None => continue,
        };
        if let Reading::Event(by) = event::read(&leaf)
            && let Some(own) = by.data.text("visibility").and_then(Visibility::parse)
            && !scope.sees(own, &act.key.org)
        {
            return Ok(false);
        }
    }
    Ok(true)
}

/// An act without `visibility` takes its target's.
fn own_visibility<V: View>(
    view: &V,
    event: &event::Event,
    record: &fold::Record,
) -> Result<Visibility, V::Error> {
    if let Some(own) = event.data.text("visibility") {
        return Ok(Visibility::parse(own).unwrap_or(Visibility::Org));
    }
    let target = match &record.target {
        Some(target) => view.record(target.hash())?.and_then(|record| record.first),
        None => None,
    };
    let Some((position, _)) = target else {
        return Ok(Visibility::Org);
    };
    Ok(match view.leaf(position)?.map(|leaf| event::read(&leaf)) {
        Some(Reading::Event(target)) => event::Common::of(&target).visibility,
        _ => Visibility::Org,
    })
}
