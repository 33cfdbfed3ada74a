//! The acts of a list on what it said before: corrections, retractions, and retractions of these.
//!
//! The id of each is made of the version that it follows on, so a list that says A, B, A, B gives four
//! versions, and one that loses a row, has it again and loses it again gives three acts. Source:
//! docs/reference/events.md, The event (Importers).
//!
//! Never here: when an act follows (`roster`).

use serde_json::{Map, Value as Json};
use uuid::Uuid;

use super::entry::Kept;
use super::look::Look;
use crate::Error;
use crate::emit::Emitter;
use crate::json::JsonObject;

/// What a version is made of that says that its event is gone, and the one that says it is back.
const GONE: &[u8] = b"\"gone\"";
const BACK: &[u8] = b"\"back\"";

/// Corrects an event.
pub(super) fn correct(
    kept: &mut Kept,
    patch: Map<String, Json>,
    look: Look<'_>,
    out: &mut Emitter<'_>,
) -> Result<(), Error> {
    crate::patch::apply(&mut kept.data, &patch);
    let patch = Json::Object(patch).to_string().into_bytes();
    let visibility = kept.visibility().cloned();
    let common = visibility.map_or_else(
        || b"{}".to_vec(),
        |visibility| format!("{{\"visibility\":{visibility}}}").into_bytes(),
    );
    kept.version = correction((kept.id, kept.version), &patch, &common, look, out)?;
    Ok(())
}

/// Emits a correction of a target at a version and returns its id, which is that of the new version.
pub(super) fn correction(
    (target, version): (Uuid, Uuid),
    patch: &[u8],
    common: &[u8],
    look: Look<'_>,
    out: &mut Emitter<'_>,
) -> Result<Uuid, Error> {
    let mut data = Vec::with_capacity(patch.len() + 256);
    let mut object = JsonObject::begin(&mut data);
    object.members(common);
    aim(&mut object, target, out);
    object.raw("patch", patch);
    object.end();
    let id = out.maker.next_id(version, patch);
    out.event(id, "correction", None, &look.snapshot.recorded, &data)?;
    Ok(id)
}

/// Takes an event back: the list no longer says it.
pub(super) fn withdraw(
    kept: &mut Kept,
    look: Look<'_>,
    out: &mut Emitter<'_>,
) -> Result<(), Error> {
    let id = out.maker.next_id(kept.version, GONE);
    retract(kept, (kept.id, id), look, out)?;
    (kept.version, kept.withdrawn) = (id, Some(id));
    Ok(())
}

/// Takes back that it was taken back: the list says it again.
pub(super) fn restore(
    kept: &mut Kept,
    retraction: Uuid,
    look: Look<'_>,
    out: &mut Emitter<'_>,
) -> Result<(), Error> {
    let id = out.maker.next_id(kept.version, BACK);
    retract(kept, (retraction, id), look, out)?;
    (kept.version, kept.withdrawn) = (id, None);
    Ok(())
}

fn retract(
    kept: &Kept,
    (target, id): (Uuid, Uuid),
    look: Look<'_>,
    out: &mut Emitter<'_>,
) -> Result<(), Error> {
    let mut data = Vec::with_capacity(256);
    let mut object = JsonObject::begin(&mut data);
    if let Some(visibility) = kept.visibility() {
        object.raw("visibility", visibility.to_string().as_bytes());
    }
    aim(&mut object, target, out);
    object.text("reason", "source_withdrew");
    object.end();
    out.event(id, "retraction", None, &look.snapshot.recorded, &data)
}

fn aim(object: &mut JsonObject<'_>, target: Uuid, out: &Emitter<'_>) {
    let mut aim = JsonObject::begin(object.name("target"));
    aim.text("org", &out.maker.org);
    aim.text("source", &out.maker.source);
    aim.text("id", &target.hyphenated().to_string());
    aim.end();
}
