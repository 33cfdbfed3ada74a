//! What a correction changes: the merge patch that leads from what an event says to what a form says.
//!
//! Never here: sending it.

use event::Json;

/// Returns the JSON merge patch (RFC 7396) that makes `after` of `before`, both objects; an empty object where
/// they say the same.
///
/// A list is replaced as a whole. A member that is `null` in `after` is taken away, since a patch can set none.
#[must_use]
pub fn patch(before: &Json, after: &Json) -> Json {
    let members = |of: &Json| of.as_object().unwrap_or_default().to_vec();
    let (old, new) = (members(before), members(after));
    let mut changes = Vec::new();
    for (name, value) in &new {
        let found = before.get(name);
        match (found, value) {
            (Some(found), value) if members_alike(found, value) => {}
            (Some(Json::Object(_)), Json::Object(_)) => {
                let inside = found.map_or(Json::Null, |found| patch(found, value));
                changes.push((name.clone(), inside));
            }
            (None, Json::Null) => {}
            _ => changes.push((name.clone(), value.clone())),
        }
    }
    for (name, _) in &old {
        if after.get(name).is_none() {
            changes.push((name.clone(), Json::Null));
        }
    }
    Json::Object(changes)
}

/// Whether two values say the same: members of an object in any order, numbers as they are written.
#[must_use]
pub fn members_alike(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Object(a), Json::Object(b)) => {
            let alike = |(name, value): &(_, Json)| {
                let other = b.iter().find(|(other, _)| other == name);
                other.is_some_and(|(_, other)| members_alike(value, other))
            };
            a.len() == b.len() && a.iter().all(alike)
        }
        (Json::List(a), Json::List(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| members_alike(a, b))
        }
        _ => a == b,
    }
}
