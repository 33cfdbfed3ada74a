//! Rows that came back changed: the log is asked what it has of them, and what differs is sent as corrections.
//!
//! Start at [`correct`]. The log is read from the first event in question on, so any desk can do it.
//!
//! Never here: what differs (`import::Corrector`).

use std::collections::HashSet;

use import::{Corrector, RejectedEvent};
use serde_json::Value as Json;

use super::batch::{BYTES_MAX, Batch, EVENTS_MAX};
use super::error::Error;
use super::fates::Fate;
use super::log;
use super::report::PostingTotals;
use super::request::Poster;
use super::verdict::{self, Conflict};
use crate::clock;

/// Sends what differs as corrections; rows that cannot be corrected are rejected with their lines.
///
/// # Errors
/// As [`Poster::post`] and [`Poster::events_from`].
pub(super) fn correct(
    conflicts: Vec<Conflict>,
    corrector: &Corrector,
    poster: &Poster,
    posted: &mut PostingTotals,
) -> Result<(), Error> {
    if conflicts.is_empty() {
        return Ok(());
    }
    let asked: HashSet<&str> = conflicts.iter().map(|c| c.rejected.id.as_str()).collect();
    let first = conflicts.iter().map(|c| c.first).min().unwrap_or(1);
    let mut known = log::known(&asked, first, corrector, poster)?;
    let mut batch = Batch::default();
    for conflict in conflicts {
        let Ok(sent) = serde_json::from_slice::<Json>(&conflict.line) else {
            posted.rejections.add(conflict.rejected);
            continue;
        };
        let id = sent.get("id").and_then(Json::as_str).unwrap_or("");
        let log = known.entry(id.to_owned()).or_default();
        let change = corrector.change(&sent, log, clock::now());
        if let Some(told) = change.told {
            posted.fates.note(&conflict.rejected.origin, Fate::Rejected);
            posted.rejections.add(RejectedEvent {
                hint: told,
                ..conflict.rejected.clone()
            });
        } else if change.correction.is_none() {
            posted.repeats += 1;
            posted
                .fates
                .note(&conflict.rejected.origin, Fate::Unchanged);
        }
        if let Some(line) = change.correction {
            log.extend(serde_json::from_slice::<Json>(&line));
            if batch.events == EVENTS_MAX || batch.lines.len() + line.len() > BYTES_MAX {
                send(&std::mem::take(&mut batch), poster, posted)?;
            }
            batch.lines.extend_from_slice(&line);
            batch.events += 1;
            batch.origins.push(conflict.rejected.origin);
        }
    }
    if batch.events > 0 {
        send(&batch, poster, posted)?;
    }
    Ok(())
}

fn send(batch: &Batch, poster: &Poster, posted: &mut PostingTotals) -> Result<(), Error> {
    let answer = poster.post(batch, &|wait| std::thread::sleep(wait))?;
    let (new, mut conflicts) = (posted.new, Vec::new());
    verdict::add(&answer, batch, posted, &mut conflicts, &poster.url)?;
    posted.corrections += posted.new - new;
    posted.new = new;
    for conflict in conflicts {
        posted.fates.note(&conflict.rejected.origin, Fate::Rejected);
        posted.rejections.add(conflict.rejected);
    }
    Ok(())
}
