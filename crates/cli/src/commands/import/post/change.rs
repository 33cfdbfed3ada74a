//! Rows that came back changed: the log is asked what it has of them, and what differs is sent as corrections.
//!
//! Start at [`correct`]. The log is read from the first event in question on, so any desk can do it.
//!
//! Never here: what differs (`import::Corrector`).

use std::collections::HashSet;
use std::vec::IntoIter;

use import::{Corrector, RejectedEvent, Rows};
use serde_json::Value as Json;
use uuid::Uuid;

use super::batch::{BYTES_MAX, Batch, EVENTS_MAX};
use super::error::Error;
use super::fates::{Fate, NOT_CORRECTED};
use super::log;
use super::report::PostingTotals;
use super::request::Poster;
use super::verdict::{self, Conflict, RowsInLog};
use crate::clock;

/// Sends what differs as corrections; rows that cannot be corrected are rejected with their lines.
///
/// # Errors
/// As [`Poster::post`] and [`Poster::events_at`]; rows that were not come to are noted as not sent.
pub(super) fn correct(
    conflicts: Vec<Conflict>,
    corrector: &Corrector,
    poster: &Poster,
    posted: &mut PostingTotals,
) -> Result<(), Error> {
    if conflicts.is_empty() {
        return Ok(());
    }
    let mut left = conflicts.into_iter();
    let done = correct_each(&mut left, corrector, poster, posted);
    for conflict in left {
        posted.fates.note(&conflict.rejected.origin, Fate::NotSent);
    }
    done
}

fn correct_each(
    left: &mut IntoIter<Conflict>,
    corrector: &Corrector,
    poster: &Poster,
    posted: &mut PostingTotals,
) -> Result<(), Error> {
    let conflicts = left.as_slice();
    let ids = conflicts.iter().map(|c| c.rejected.id.parse::<Uuid>());
    let asked: HashSet<Uuid> = ids.flatten().collect();
    let first = conflicts.iter().map(|c| c.first).min().unwrap_or(1);
    // The log is read as far as the node has folded it.
    let last = conflicts.iter().map(|c| c.first).max().unwrap_or(1);
    poster.wait_folded(last.max(posted.position), &|wait| std::thread::sleep(wait));
    let mut known = log::known(&asked, first, corrector, poster, &mut |_| ())?;
    let mut batch = Batch::default();
    for conflict in left {
        let Ok(sent) = serde_json::from_slice::<Json>(&conflict.line) else {
            posted.rejections.add(conflict.rejected);
            continue;
        };
        let id = sent.get("id").and_then(Json::as_str).unwrap_or("");
        let log = known.entry(id.to_owned()).or_default();
        let unread = &conflict.rejected.origin.unread;
        let change = corrector.change(&sent, log, clock::now(), unread);
        let change = change.of_row(&conflict.rejected.origin);
        if let Some(told) = change.told {
            posted.fates.note(&conflict.rejected.origin, Fate::Rejected);
            posted.rejections.add(RejectedEvent {
                code: NOT_CORRECTED.to_owned(),
                found: told,
                pointer: String::new(),
                expected: String::new(),
                hint: String::new(),
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
    let answer = poster.post(batch, &|wait| std::thread::sleep(wait));
    if answer.is_err() {
        posted.fates.note_all(&batch.origins, Fate::NotSent);
    }
    let answer = answer?;
    let (new, mut known) = (posted.new, RowsInLog::default());
    verdict::add(
        &answer,
        batch,
        Rows::Events,
        posted,
        &mut known,
        &poster.url,
    )?;
    posted.corrections += posted.new - new;
    posted.new = new;
    for conflict in known.conflicts {
        posted.fates.note(&conflict.rejected.origin, Fate::Rejected);
        posted.rejections.add(conflict.rejected);
    }
    Ok(())
}
