//! Takes back what no version of a list says any more: the log is read, and the events are made once more.
//!
//! Start at [`take_back`].
//!
//! Never here: which events are in question, and what is taken back of them (`taken_back`, `import::Corrector`).

use std::collections::HashSet;

use import::{Corrector, Job, Origin, Report, Rows};
use serde_json::Value as Json;
use uuid::Uuid;

use super::batch::{BYTES_MAX, Batch, EVENTS_MAX};
use super::error::Error;
use super::log;
use super::report::PostingTotals;
use super::request::Poster;
use super::taken_back::{SaidActs, TakenBackTotals};
use super::verdict::{self, RowsInLog};

/// Takes back what no version says any more of these events.
///
/// # Errors
/// As [`log::known`], [`Job::events`] and [`Poster::post`].
pub(super) fn take_back(
    events: &HashSet<Uuid>,
    (job, report): (&Job, &Report),
    (corrector, poster): (&Corrector, &Poster),
    posted: &mut PostingTotals,
) -> Result<(), Error> {
    poster.wait_folded(posted.position, &|wait| std::thread::sleep(wait));
    let logs = log::known(events, 1, corrector, poster, &mut |_| ())?;
    let mut said = SaidActs::of(&logs, corrector);
    job.events(&mut |line, _| {
        if let Ok(event) = serde_json::from_slice::<Json>(line) {
            said.look(&event, corrector);
        }
        Ok(())
    })?;
    let (mut totals, mut batch) = (TakenBackTotals::default(), Batch::default());
    for id in said.events() {
        let log = logs.get(id).map_or(&[][..], Vec::as_slice);
        let taken = said.take_back(id, log, &report.unclear, corrector);
        totals.add(&taken, log.first());
        for line in taken.lines {
            if batch.events == EVENTS_MAX || batch.lines.len() + line.len() > BYTES_MAX {
                send(&std::mem::take(&mut batch), poster, posted)?;
            }
            batch.lines.extend_from_slice(&line);
            batch.events += 1;
            batch.origins.push(Origin::default());
        }
    }
    if batch.events > 0 {
        send(&batch, poster, posted)?;
    }
    posted.taken_back = totals;
    Ok(())
}

fn send(batch: &Batch, poster: &Poster, posted: &mut PostingTotals) -> Result<(), Error> {
    let answer = poster.post(batch, &|wait| std::thread::sleep(wait))?;
    let (mut totals, mut known) = (PostingTotals::default(), RowsInLog::default());
    verdict::add(
        &answer,
        batch,
        Rows::Events,
        &mut totals,
        &mut known,
        &poster.url,
    )?;
    posted.position = totals.position.max(posted.position);
    for rejected in totals.rejections.events {
        posted.rejections.add(rejected);
    }
    Ok(())
}
