//! What is looked at in the log before anything is sent, so that an import that would go wrong adds nothing.
//!
//! Start at [`check`]. A log that cannot be read stops nothing: what is sent is judged by the server all the same.
//!
//! Never here: single rows (`change`).

use std::collections::BTreeSet;

use event::Instant;
use import::{Corrector, Job};
use serde_json::Value as Json;

use super::error::Error;
use super::log;
use super::request::Poster;

/// Refuses an import whose secret was made just now where the log has events of another one, and one of snapshots
/// that leaves out some that the log has.
///
/// # Errors
/// [`Error::Events`] with the reason; what a list of snapshots that cannot be read answers.
pub(super) fn check(job: &Job, corrector: &Corrector, poster: &Poster) -> Result<(), Error> {
    let times = job.snapshot_times()?;
    let named: Option<BTreeSet<Instant>> = times.map(|times| {
        let read = times.iter().filter_map(|time| Instant::parse(time));
        read.map(|(time, _)| time).collect()
    });
    if named.is_none() && !job.has_new_secret() {
        return Ok(());
    }
    let mut wrong: Option<String> = None;
    let read = log::each(poster, 1, &mut |event| {
        if wrong.is_none() && corrector.is_own(&event) && event.pointer("/data/target").is_none() {
            wrong = other_secret(job, corrector, &event)
                .or_else(|| other_snapshot(named.as_ref(), &event));
        }
    });
    match (read, wrong) {
        (Ok(()), Some(what)) => {
            job.forget_new_secret();
            Err(import::Error::wrong(what).into())
        }
        (Ok(()) | Err(_), _) => Ok(()),
    }
}

fn other_secret(job: &Job, corrector: &Corrector, event: &Json) -> Option<String> {
    let key = corrector
        .other_secret(event)
        .filter(|_| job.has_new_secret())?;
    Some(format!(
        "the log has events of this source that were made with the secret {key}, and there is none beside this mapping: \
         a new one would give all its people and cases other ids. Put that desk's <mapping>.secret beside the mapping"
    ))
}

/// Says that a snapshot of the log is not among those that are named: who came and went follows from all of them.
fn other_snapshot(named: Option<&BTreeSet<Instant>>, event: &Json) -> Option<String> {
    let recorded = event.get("recordedtime").and_then(Json::as_str)?;
    let (time, _) = Instant::parse(recorded)?;
    let is_left_out = named.is_some_and(|named| !named.contains(&time));
    is_left_out.then(|| {
        format!(
            "the log has a snapshot of this source recorded at {recorded}, which is not among those named now: name all \
             of them in each run, in the order in which they were taken. Who came and went follows from the whole"
        )
    })
}
