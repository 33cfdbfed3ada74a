//! Rows that are gone: events that the log has of this source, and that no row makes any more.
//!
//! Start at [`of`]. They are told; nothing is done about them, since a row may be gone for any reason.
//!
//! Never here: lists seen at snapshots, whose mapping says what gone means.

use std::collections::{BTreeMap, HashSet};

use import::{Corrector, IdIndex};
use serde::Deserialize;
use serde_json::Value as Json;
use uuid::Uuid;

use super::post::Error;
use super::post::log;
use super::post::request::Poster;

/// Returns the id of an event's line.
pub(super) fn id_of(line: &[u8]) -> Option<Uuid> {
    #[derive(Deserialize)]
    struct Id<'a> {
        #[serde(borrow)]
        id: std::borrow::Cow<'a, str>,
    }
    let event = serde_json::from_slice::<Id<'_>>(line).ok()?;
    event.id.parse().ok()
}

/// Returns the kind and the case of each event that is not among those `made`, was sent by this source
/// and was not retracted, in the order of positions.
///
/// # Errors
/// As [`log::each`].
pub(super) fn of(
    made: &IdIndex,
    corrector: &Corrector,
    poster: &Poster,
) -> Result<Vec<String>, Error> {
    let mut gone: BTreeMap<u64, (String, String)> = BTreeMap::new();
    let mut retracted: HashSet<String> = HashSet::new();
    let mut place = 0;
    log::each(poster, 1, &mut |event| {
        place += 1;
        let text = |name: &str| event.get(name).and_then(Json::as_str).unwrap_or("");
        let kind = text("type").split('.').nth(1).unwrap_or("").to_owned();
        if kind == "retraction" {
            retracted.extend(corrector.target(&event).map(str::to_owned));
        }
        let act = event.pointer("/data/target").is_some();
        let is_made = || text("id").parse().is_ok_and(|id| made.contains(id));
        if act || !corrector.is_own(&event) || is_made() {
            return;
        }
        let told = match text("subject") {
            "" => kind,
            case => format!("{kind} of {case}"),
        };
        gone.insert(place, (text("id").to_owned(), told));
    })?;
    let standing = gone.into_values().filter(|(id, _)| !retracted.contains(id));
    Ok(standing.map(|(_, told)| told).collect())
}
