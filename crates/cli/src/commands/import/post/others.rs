//! What someone else did to the events of a list that was seen at snapshots: corrected them, or took them back.
//!
//! Start at [`Others::read`]. A list says the same acts in every run; those that would undo someone's correction are held
//! back and told, as are rows whose event someone retracted.
//!
//! Never here: what is held back of an act (`import::Corrector`).

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use import::{Corrector, Origin, RejectedEvent};
use serde::Deserialize;
use serde_json::Value as Json;
use uuid::Uuid;

use super::batch::Batch;
use super::before::Touched;
use super::error::Error;
use super::fates::{Fate, NOT_CORRECTED};
use super::log;
use super::report::PostingTotals;
use super::request::Poster;

/// Events of a list on which others acted, of which the log's acts are held. Source: docs/reference/limits.md, Import.
const TOUCHED_MAX: usize = 200_000;

/// What the log has of the events of a list on which someone else acted, by their ids.
#[derive(Default)]
pub(super) struct Others {
    logs: HashMap<String, Vec<Json>>,
    /// The event that each act in them is on, also through other acts.
    roots: HashMap<String, String>,
}

/// What is read of a line: which event it is, or is on.
#[derive(Deserialize)]
struct Line<'l> {
    #[serde(borrow)]
    id: Cow<'l, str>,
    #[serde(borrow)]
    data: Act<'l>,
}

#[derive(Deserialize)]
struct Act<'l> {
    #[serde(borrow)]
    target: Option<Target<'l>>,
}

#[derive(Deserialize)]
struct Target<'l> {
    #[serde(borrow)]
    id: Cow<'l, str>,
}

impl Others {
    /// Reads what the log has of the events that were touched.
    ///
    /// # Errors
    /// As [`log::each`]; [`Error::Events`] where they are more than [`TOUCHED_MAX`].
    pub(super) fn read(
        touched: Touched,
        corrector: &Corrector,
        poster: &Poster,
    ) -> Result<Self, Error> {
        if touched.is_empty() {
            return Ok(Self::default());
        }
        let count = touched.len();
        if count > TOUCHED_MAX {
            return Err(import::Error::wrong(format!(
                "{count} events of this source were corrected or taken back by others, but at most {TOUCHED_MAX} are \
                 compared: import the list under another source"
            ))
            .into());
        }
        let mut roots: HashSet<Uuid> = touched.clone();
        log::each(poster, 1, &mut |event| {
            let id = event.get("id").and_then(Json::as_str);
            let id = id.and_then(|id| id.parse::<Uuid>().ok());
            if id.is_some_and(|id| touched.contains(&id))
                && corrector.is_own(&event)
                && let Some(target) = corrector.target(&event)
            {
                roots.extend(target.parse::<Uuid>().ok());
            }
        })?;
        let logs = log::known(&roots, 1, corrector, poster, &mut |_| ())?;
        let roots = log::roots_of_acts(&logs, corrector);
        Ok(Self { logs, roots })
    }

    /// Returns what is sent of a line, and what is told of it; none where nobody else acted on its event.
    fn judge(&self, line: &[u8], corrector: &Corrector) -> Option<import::ListAct> {
        let read = serde_json::from_slice::<Line<'_>>(line).ok()?;
        let root = read.data.target.map_or(read.id, |target| target.id);
        let root = self
            .roots
            .get(root.as_ref())
            .map_or(root.as_ref(), String::as_str);
        let log = self.logs.get(root)?;
        let sent = serde_json::from_slice::<Json>(line).ok()?;
        Some(corrector.list_act(line, &sent, log))
    }

    /// Notes a correction that says a part of one that the list says.
    fn note_part(&self, sent: Option<&[u8]>, whole: &[u8], posted: &mut PostingTotals) {
        let part = sent.filter(|sent| *sent != whole);
        let part = part.and_then(|sent| serde_json::from_slice::<Line<'_>>(sent).ok());
        let id = part.and_then(|part| part.id.parse::<Uuid>().ok());
        posted.in_part.extend(id);
    }

    /// Takes out of a request what is not to be sent, and tells it.
    pub(super) fn hold_back(
        &self,
        batch: Batch,
        corrector: &Corrector,
        posted: &mut PostingTotals,
    ) -> Batch {
        if self.logs.is_empty() {
            return batch;
        }
        let mut kept = Batch::default();
        let mut origins = batch.origins.into_iter();
        for line in batch.lines.split_inclusive(|byte| *byte == b'\n') {
            let origin = origins.next().unwrap_or_default();
            let judged = self.judge(line, corrector);
            let sent = match judged {
                None => Some(Cow::Borrowed(line)),
                Some(act) => {
                    match act.told {
                        Some(told) => reject(told, &origin, posted),
                        None if act.line.is_none() => posted.fates.note(&origin, Fate::Unchanged),
                        None => {}
                    }
                    self.note_part(act.line.as_deref(), line, posted);
                    act.line.map(Cow::Owned)
                }
            };
            if let Some(sent) = sent {
                kept.lines.extend_from_slice(&sent);
                kept.events += 1;
                kept.origins.push(origin);
            }
        }
        kept
    }
}

fn reject(told: String, origin: &Origin, posted: &mut PostingTotals) {
    posted.fates.note(origin, Fate::Rejected);
    posted.rejections.add(RejectedEvent {
        origin: origin.clone(),
        id: String::new(),
        code: NOT_CORRECTED.to_owned(),
        pointer: String::new(),
        found: told,
        expected: String::new(),
        hint: String::new(),
    });
}
