//! Rows that are gone: events that the log has of this source, and that no row makes any more.
//!
//! Start at [`of`], or at [`GoneEvents`] where the log is read for something else too. They are told; nothing is done about them, since a row may be gone for any reason.
//!
//! Of a list seen at snapshots it is what a version said that was changed since, and says it no more.
//!
//! Never here: what left such a list, whose mapping says what that means.

use std::collections::{BTreeMap, HashSet};

use import::{Corrector, IdIndex, Report, time_number};
use serde::Deserialize;
use serde_json::Value as Json;
use uuid::Uuid;

use super::post::Error;
use super::post::log;
use super::post::request::Poster;

/// Returns the id of an event's line, and [`time_number`] of when it is recorded.
pub(super) fn id_and_time_of(line: &[u8]) -> Option<(Uuid, u64)> {
    #[derive(Deserialize)]
    struct Recorded<'a> {
        #[serde(borrow)]
        id: std::borrow::Cow<'a, str>,
        #[serde(borrow, default)]
        recordedtime: std::borrow::Cow<'a, str>,
    }
    let event = serde_json::from_slice::<Recorded<'_>>(line).ok()?;
    Some((event.id.parse().ok()?, time_number(&event.recordedtime)))
}

/// What the log has of this source that no row makes any more, gathered while the log is read.
pub(super) struct GoneEvents<'m> {
    made: &'m IdIndex,
    corrector: &'m Corrector,
    /// By the place in the log: the id, and what is told.
    events: BTreeMap<u64, (String, String)>,
    retracted: HashSet<String>,
    place: u64,
}

impl<'m> GoneEvents<'m> {
    /// Begins with an empty log; `made` are the events that the rows make.
    pub(super) fn new(made: &'m IdIndex, corrector: &'m Corrector) -> Self {
        Self {
            made,
            corrector,
            events: BTreeMap::new(),
            retracted: HashSet::new(),
            place: 0,
        }
    }

    /// Looks at the log's next event.
    pub(super) fn look(&mut self, event: &Json) {
        self.place += 1;
        let text = |name: &str| event.get(name).and_then(Json::as_str).unwrap_or("");
        let kind = text("type").split('.').nth(1).unwrap_or("").to_owned();
        if kind == "retraction" {
            let target = self.corrector.target(event);
            self.retracted.extend(target.map(str::to_owned));
        }
        let act = event.pointer("/data/target").is_some();
        let is_made = || text("id").parse().is_ok_and(|id| self.made.contains(id));
        if act || !self.corrector.is_imported(event) || is_made() {
            return;
        }
        let told = match text("subject") {
            "" => kind,
            case => format!("{kind} of {case}"),
        };
        self.events
            .insert(self.place, (text("id").to_owned(), told));
    }

    /// Returns the kind and the case of each that was not retracted, in the order of positions, and says of which of them
    /// the row is there and was only rejected.
    pub(super) fn told(self, report: &Report) -> Vec<String> {
        let Self {
            events, retracted, ..
        } = self;
        let standing = events
            .into_values()
            .filter(|(id, _)| !retracted.contains(id));
        let is_rejected = |id: &str| {
            id.parse::<Uuid>()
                .is_ok_and(|id| report.rejected_ids.contains(&id))
        };
        let told = standing.map(|(id, told)| match is_rejected(&id) {
            true => format!("{told}, whose row was rejected"),
            false => told,
        });
        told.collect()
    }
}

/// Returns the kind and the case of each event that is not among those `made`, was sent by this source
/// and was not retracted, in the order of positions.
///
/// # Errors
/// As [`log::each`].
pub(super) fn of(
    made: &IdIndex,
    report: &Report,
    corrector: &Corrector,
    poster: &Poster,
) -> Result<Vec<String>, Error> {
    let mut gone = GoneEvents::new(made, corrector);
    log::each(poster, 1, &mut |event| gone.look(&event))?;
    Ok(gone.told(report))
}
