//! Events to the server: batches, posted strictly in order, with the verdicts added up.
//!
//! Start at [`run`]. A second thread makes a few batches ahead, so the server never waits for the mapping.
//! A batch that failed is posted again as it was: the ids are the same, so nothing counts twice.
//!
//! Never here: what the events say.

mod acted_on;
mod batch;
mod before;
#[cfg(test)]
mod broken_off_tests;
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

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};

use import::{Corrector, IdIndex, Job, Report, Rows};

use super::{Args, gone};
use acted_on::ActedOn;
use batch::{Batch, Batches};
use progress::Progress;
use request::Poster;
use verdict::RowsInLog;

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
    let poster = Poster::of(args)?;
    before::check(&job, &corrector, &poster)?;
    let meter = job.meter();
    let rows = job.rows();
    let maker = std::thread::spawn(move || make(&job, sender, &made_ids));
    let mut progress = if args.quiet {
        Progress::hidden(meter)
    } else {
        Progress::shown(meter)
    };
    // The receiver is dropped on an error, which stops the other thread at its next batch.
    let posted = post_all(receiver, &poster, &corrector, &mut progress, rows);
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
type Ids = Mutex<Option<IdIndex>>;

/// Makes the job's events and sends them on in batches.
fn make(job: &Job, sender: SyncSender<Batch>, ids: &Ids) -> Result<Report, import::Error> {
    let mut batches = Batches::new(sender);
    let mut made = job.is_state().then(IdIndex::default);
    let report = job.events(&mut |line, origin| {
        if let Some(made) = &mut made
            && let Some(id) = gone::id_of(line)
        {
            made.insert(id, 0);
        }
        batches.add(line, origin)
    })?;
    batches.finish()?;
    if let Ok(mut ids) = ids.lock() {
        // Of rows that were not read it is not known whether they are gone.
        *ids = made.filter(|_| report.broke_off.is_none());
    }
    Ok(report)
}

fn post_all(
    batches: Receiver<Batch>,
    poster: &Poster,
    corrector: &Corrector,
    progress: &mut Progress,
    rows: Rows,
) -> Result<PostingTotals, Error> {
    let (mut posted, mut known) = (PostingTotals::default(), RowsInLog::default());
    let mut acted_on = ActedOn::default();
    for batch in batches {
        let answer = poster.post(&batch, &|seconds| std::thread::sleep(seconds))?;
        verdict::add(&answer, &batch, &mut posted, &mut known, &poster.url)?;
        progress.advance(batch.events);
        let repeats = std::mem::take(&mut known.repeats);
        if rows == Rows::Events {
            let changed = acted_on.among(repeats, corrector, poster)?;
            posted.repeats -= u64::try_from(changed.len()).unwrap_or(0);
            known.conflicts.extend(changed);
        }
        if known.conflicts.len() >= CONFLICTS_MAX {
            let conflicts = std::mem::take(&mut known.conflicts);
            change::correct(conflicts, corrector, poster, &mut posted)?;
        }
    }
    change::correct(known.conflicts, corrector, poster, &mut posted)?;
    Ok(posted)
}
