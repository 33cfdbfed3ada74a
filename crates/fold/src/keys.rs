//! Keys inside an event's data: an amendment's target, and the owner of a person id's namespace.
//!
//! Never here: whether the target or the person exists.

use event::{EventKey, Json, OrgId, PersonId};

/// Returns the key in the `target` of an amendment's data.
#[must_use]
pub fn target_key(data: &Json) -> Option<EventKey> {
    let target = data.get("target")?;
    Some(EventKey {
        org: OrgId::parse(target.text("org")?).ok()?,
        source: target.text("source")?.into(),
        id: target.text("id")?.into(),
    })
}

/// Returns the organisation that owns the namespace of a person id: the part before its colon.
#[must_use]
pub fn owner_of(person: &PersonId) -> Option<OrgId> {
    person
        .as_str()
        .split_once(':')
        .and_then(|(org, _)| OrgId::parse(org).ok())
}
