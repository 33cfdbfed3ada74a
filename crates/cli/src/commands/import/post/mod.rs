//! Events to the server: batches, posted strictly in order, with the verdicts added up.
//!
//! Start at [`run`]. A second thread makes a few batches ahead, so the server never waits for the mapping.
//! A batch that failed is posted again as it was: the ids are the same, so nothing counts twice.
//!
//! Never here: what the events say.

mod acted_on;
mod batch;
pub(super) mod before;
#[cfg(test)]
mod broken_off_tests;
mod change;
mod error;
pub(super) mod fates;
#[cfg(test)]
mod gone_tests;
pub(super) mod log;
pub(super) mod others;
#[cfg(test)]
mod others_tests;
mod posting;
mod progress;
#[cfg(test)]
mod replaced_tests;
mod report;
pub(super) mod request;
#[cfg(test)]
mod stopped_tests;
pub(super) mod taken_back;
#[cfg(test)]
mod tests;
mod unsaid;
#[cfg(test)]
mod unsaid_tests;
mod verdict;
mod voice;

use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex};

use import::{Corrector, IdIndex, Job, Report, Rows};
use uuid::Uuid;

use super::{Args, gone};
use acted_on::Keep;
use batch::{Batch, Batches};
use before::Before;
use others::Others;
use posting::Posting;
use progress::Progress;
use request::Poster;
use taken_back::ActInLog;

pub(crate) use error::Error;
pub(crate) use report::{PostingTotals, Summary};

/// Batches made ahead of the one that is on its way.
const BATCHES_AHEAD: usize = 3;

/// Makes the job's events and posts them. Where the server takes no more behind something that it took, the summary says
/// so: the rest of the events is made and not sent, so that all rows are accounted for.
///
/// # Errors
/// As [`Job::events`], and as [`Poster::post`] where the server took nothing. What was posted until then stays.
pub(crate) fn run(job: Job, args: &Args) -> Result<Summary, Error> {
    let (sender, receiver) = sync_channel(BATCHES_AHEAD);
    let corrector = job.corrector()?;
    let ids = Arc::new(Mutex::new(None));
    let made_ids = Arc::clone(&ids);
    let poster = Poster::of(args)?;
    let in_log = before::check(&job, &corrector, &poster)?;
    let others = Others::read(in_log.touched, &corrector, &poster)?;
    let meter = job.meter();
    let rows = job.rows();
    let keep = match job.is_state() {
        true => Keep::Ids,
        false => Keep::Nothing,
    };
    let maker = std::thread::spawn(move || {
        let made = make(&job, sender, &made_ids);
        (job, made)
    });
    let mut progress = Progress::new(meter, &poster.voice);
    let mut posting = Posting::new(&poster, &corrector, &others, rows, keep);
    // The receiver is dropped on an error, which stops the other thread at its next batch.
    let done = posting.all(receiver, &mut progress);
    let acted_on = posting.acted_on;
    let mut posted = posting.posted;
    if done.is_ok() && !args.no_wait {
        poster.wait_folded(posted.position, &|seconds| std::thread::sleep(seconds));
    }
    let Ok((job, made)) = maker.join() else {
        return Err(import::Error::Stopped.into());
    };
    let mut stopped = match done {
        Err(error) if !posted.has_answers() => return Err(error),
        done => done.err(),
    };
    let mut report = made?;
    let ids = ids.lock().ok().and_then(|mut ids| ids.take());
    let may_be_gone = stopped.is_none() && in_log.before == Before::Something;
    let said = match rows {
        Rows::Snapshots => Some(in_log.said),
        Rows::Events => acted_on.said(),
    };
    if let Some(ids) = ids.filter(|_| may_be_gone) {
        let made = Made { job, report, ids };
        let done = made.look_back(said, &in_log.acts, (&corrector, &poster), &mut posted);
        stopped = done.err();
        if stopped.is_none() && posted.taken_back.acts > 0 && !args.no_wait {
            poster.wait_folded(posted.position, &|seconds| std::thread::sleep(seconds));
        }
        report = made.report;
    }
    posted.seconds = progress.finish(&posted);
    Ok(Summary {
        report,
        posted,
        stopped: stopped.map(Arc::new),
        ..Summary::default()
    })
}

/// What was made of the rows.
struct Made {
    job: Job,
    report: Report,
    ids: IdIndex,
}

impl Made {
    /// Looks for what the log has and the rows make no more: events are told, acts of a list are taken back. `said` are
    /// the events that the log had, where it was read; it is read again only where something is in question.
    ///
    /// # Errors
    /// As [`gone::of`] and [`unsaid::take_back`].
    fn look_back(
        &self,
        said: Option<Vec<Uuid>>,
        acts: &[ActInLog],
        (corrector, poster): (&Corrector, &Poster),
        posted: &mut PostingTotals,
    ) -> Result<(), Error> {
        let is_gone = said.is_none_or(|said| said.iter().any(|id| !self.ids.contains(*id)));
        if is_gone {
            posted.gone = gone::of(&self.ids, &self.report, corrector, poster)?;
        }
        let events = taken_back::in_question(acts, &self.ids, &posted.in_part);
        if !events.is_empty() {
            let made = (&self.job, &self.report);
            unsaid::take_back(&events, made, (corrector, poster), posted)?;
        }
        Ok(())
    }
}

/// The ids of the events that were made, where rows that are gone are told.
type Ids = Mutex<Option<IdIndex>>;

/// Makes the job's events and sends them on in batches.
fn make(job: &Job, sender: SyncSender<Batch>, ids: &Ids) -> Result<Report, import::Error> {
    let mut batches = Batches::new(sender);
    let mut made = job.tells_gone().then(IdIndex::default);
    let report = job.events(&mut |line, origin| {
        if let Some(made) = &mut made
            && let Some((id, time)) = gone::id_and_time_of(line)
        {
            made.insert(id, time);
        }
        batches.add(line, origin)
    })?;
    batches.finish()?;
    if let Ok(mut ids) = ids.lock() {
        *ids = made.filter(|_| report.is_whole());
    }
    Ok(report)
}
