//! Events to the server: batches, posted strictly in order, with the verdicts added up.
//!
//! Start at [`run`]. A second thread makes a few batches ahead, so the server never waits for the mapping.
//! A batch that failed is posted again as it was: the ids are the same, so nothing counts twice.
//!
//! Never here: what the events say.

mod batch;
mod change;
mod error;
mod fates;
pub(super) mod log;
mod progress;
mod report;
pub(super) mod request;
#[cfg(test)]
mod tests;
mod verdict;

use std::collections::HashSet;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};

use import::{Corrector, Job, Report};

use super::{Args, gone};
use batch::{Batch, Batches};
use progress::Progress;
use request::Poster;

pub(crate) use error::Error;
pub(crate) use report::{PostingTotals, Summary};

/// Batches made ahead of the one that is on its way.
const BATCHES_AHEAD: usize = 3;

/// Rows that came back changed, kept until the log is asked about them.
const CONFLICTS_MAX: usize = 10_000;

/// Makes the job's events and posts them.
///
/// # Errors
/// As [`Job::events`] and [`Poster::post`]. What was posted until then stays.
pub(crate) fn run(job: Job, args: &Args) -> Result<Summary, Error> {
    let (sender, receiver) = sync_channel(BATCHES_AHEAD);
    let corrector = job.corrector()?;
    let ids = Arc::new(Mutex::new(None));
    let made_ids = Arc::clone(&ids);
    let maker = std::thread::spawn(move || make(&job, sender, &made_ids));
    let poster = Poster::of(args)?;
    let progress = if args.quiet {
        Progress::hidden()
    } else {
        Progress::shown()
    };
    // The receiver is dropped on an error, which stops the other thread at its next batch.
    let posted = post_all(receiver, &poster, &corrector, &progress);
    if let Ok(posted) = &posted
        && !args.no_wait
    {
        poster.wait_folded(posted.position, &|seconds| std::thread::sleep(seconds));
    }
    let made = maker.join().unwrap_or(Err(import::Error::Stopped));
    let mut posted = posted?;
    let report = made?;
    if let Some(ids) = ids.lock().ok().and_then(|mut ids| ids.take()) {
        posted.gone = gone::of(&ids, &corrector, &poster)?;
    }
    posted.seconds = progress.finish(&posted);
    Ok(Summary {
        report,
        posted,
        ..Summary::default()
    })
}

/// The ids of the events that were made, where rows that are gone are told.
type Ids = Mutex<Option<HashSet<String>>>;

/// Makes the job's events and sends them on in batches.
fn make(job: &Job, sender: SyncSender<Batch>, ids: &Ids) -> Result<Report, import::Error> {
    let mut batches = Batches::new(sender);
    let mut made = job.is_state().then(HashSet::new);
    let report = job.events(&mut |line, origin| {
        if let Some(made) = &mut made {
            made.extend(gone::id_of(line));
        }
        batches.add(line, origin)
    })?;
    batches.finish()?;
    if let Ok(mut ids) = ids.lock() {
        *ids = made;
    }
    Ok(report)
}

fn post_all(
    batches: Receiver<Batch>,
    poster: &Poster,
    corrector: &Corrector,
    progress: &Progress,
) -> Result<PostingTotals, Error> {
    let (mut posted, mut conflicts) = (PostingTotals::default(), Vec::new());
    for batch in batches {
        let answer = poster.post(&batch, &|seconds| std::thread::sleep(seconds))?;
        verdict::add(&answer, &batch, &mut posted, &mut conflicts, &poster.url)?;
        progress.advance(batch.events);
        if conflicts.len() >= CONFLICTS_MAX {
            change::correct(
                std::mem::take(&mut conflicts),
                corrector,
                poster,
                &mut posted,
            )?;
        }
    }
    change::correct(conflicts, corrector, poster, &mut posted)?;
    Ok(posted)
}
