//! Rows that came back changed: the log is asked what it has of them, and what differs is sent as corrections.
//!
//! Start at [`correct`]. The log is read from the first event in question on, so any desk can do it.
//!
//! Never here: what differs (`import::Corrector`).

use std::collections::{HashMap, HashSet};

use import::{Corrector, RejectedEvent};
use serde::Deserialize;
use serde_json::Value as Json;

use super::batch::{BYTES_MAX, Batch, EVENTS_MAX};
use super::error::Error;
use super::report::PostingTotals;
use super::request::{PAGE_EVENTS, Poster};
use super::verdict::{self, Conflict};
use crate::clock;

/// A page of the history.
#[derive(Deserialize)]
struct Page {
    events: Vec<Leaf>,
}

#[derive(Deserialize)]
struct Leaf {
    position: u64,
    event: Json,
}

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
    let mut known = known(&conflicts, corrector, poster)?;
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
            posted.rejections.add(RejectedEvent {
                hint: told,
                ..conflict.rejected.clone()
            });
        } else if change.correction.is_none() {
            posted.repeats += 1;
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
        posted.rejections.add(conflict.rejected);
    }
    Ok(())
}

/// Reads what the log has of these events: each, the acts on it, and the acts on its corrections, in the
/// order of positions, by the id of the event.
fn known(
    conflicts: &[Conflict],
    corrector: &Corrector,
    poster: &Poster,
) -> Result<HashMap<String, Vec<Json>>, Error> {
    let asked: HashSet<&str> = conflicts.iter().map(|c| c.rejected.id.as_str()).collect();
    let mut known: HashMap<String, Vec<Json>> = HashMap::new();
    // The event that each correction in question is of.
    let mut of: HashMap<String, String> = HashMap::new();
    let mut next = conflicts.iter().map(|c| c.first).min().unwrap_or(1);
    loop {
        let body = poster.events_from(next)?;
        let page: Page = serde_json::from_slice(&body).map_err(|error| Error::Verdicts {
            url: poster.url.clone(),
            expected: PAGE_EVENTS,
            found: error.to_string(),
        })?;
        let more = page.events.len() >= PAGE_EVENTS;
        for Leaf { position, event } in page.events {
            next = position + 1;
            let id = event.get("id").and_then(Json::as_str).unwrap_or("");
            let target = corrector.target(&event);
            let root =
                target.and_then(|target| of.get(target).map(String::as_str).or(Some(target)));
            let root = root.unwrap_or(id);
            let own = target.is_some() || corrector.is_own(&event);
            if !own || !asked.contains(root) {
                continue;
            }
            let root = root.to_owned();
            if target.is_some() && corrector.is_own(&event) {
                of.insert(id.to_owned(), root.clone());
            }
            known.entry(root).or_default().push(event);
        }
        if !more {
            return Ok(known);
        }
    }
}
