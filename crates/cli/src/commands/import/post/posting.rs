//! The requests of one import, one after the other, and what is done about their verdicts.
//!
//! Start at [`Posting::all`].
//!
//! Never here: how events are made.

use std::sync::mpsc::Receiver;

use import::{Corrector, Rows};

use super::acted_on::{ActedOn, Keep};
use super::batch::Batch;
use super::change;
use super::error::Error;
use super::fates::Fate;
use super::others::Others;
use super::progress::Progress;
use super::report::PostingTotals;
use super::request::Poster;
use super::verdict::{self, RowsInLog};

/// Rows that came back changed, kept until the log is asked about them.
const CONFLICTS_MAX: usize = 10_000;

/// An import that is posted.
pub(super) struct Posting<'p> {
    poster: &'p Poster,
    corrector: &'p Corrector,
    others: &'p Others,
    rows: Rows,
    known: RowsInLog,
    pub(super) acted_on: ActedOn,
    /// What became of the events so far.
    pub(super) posted: PostingTotals,
}

impl<'p> Posting<'p> {
    /// Begins with nothing posted.
    pub(super) fn new(
        poster: &'p Poster,
        corrector: &'p Corrector,
        others: &'p Others,
        rows: Rows,
        keep: Keep,
    ) -> Self {
        Self {
            poster,
            corrector,
            others,
            rows,
            known: RowsInLog::default(),
            acted_on: ActedOn::new(keep),
            posted: PostingTotals::default(),
        }
    }

    /// Posts the batches. Behind one that failed the others are taken and not sent, so that their rows are accounted for;
    /// where nothing was taken before it, none is.
    ///
    /// # Errors
    /// As [`Poster::post`] and [`Poster::events_at`].
    pub(super) fn all(
        &mut self,
        batches: Receiver<Batch>,
        progress: &mut Progress,
    ) -> Result<(), Error> {
        let mut done = Ok(());
        for batch in batches {
            if done.is_err() {
                self.posted.fates.note_all(&batch.origins, Fate::NotSent);
                continue;
            }
            done = self.one(batch, progress);
            if done.is_err() && !self.posted.has_answers() {
                return done;
            }
        }
        let conflicts = std::mem::take(&mut self.known.conflicts);
        if done.is_err() {
            for conflict in conflicts {
                self.posted
                    .fates
                    .note(&conflict.rejected.origin, Fate::NotSent);
            }
            return done;
        }
        change::correct(conflicts, self.corrector, self.poster, &mut self.posted)
    }

    fn one(&mut self, batch: Batch, progress: &mut Progress) -> Result<(), Error> {
        let made = batch.events;
        let batch = self
            .others
            .hold_back(batch, self.corrector, &mut self.posted);
        if batch.events > 0 {
            let done = self.send(&batch);
            if done.is_err() {
                self.posted.fates.note_all(&batch.origins, Fate::NotSent);
            }
            done?;
        }
        progress.advance(made);
        let mut repeats = std::mem::take(&mut self.known.repeats);
        if self.rows == Rows::Events {
            self.acted_on
                .among(&mut repeats, self.corrector, self.poster)?;
            self.posted.repeats -= u64::try_from(repeats.len()).unwrap_or(0);
            self.known.conflicts.extend(repeats);
        }
        if self.known.conflicts.len() >= CONFLICTS_MAX {
            let conflicts = std::mem::take(&mut self.known.conflicts);
            change::correct(conflicts, self.corrector, self.poster, &mut self.posted)?;
        }
        Ok(())
    }

    fn send(&mut self, batch: &Batch) -> Result<(), Error> {
        let poster = self.poster;
        let answer = poster.post(batch, &|seconds| std::thread::sleep(seconds))?;
        self.posted.answers += 1;
        verdict::add(
            &answer,
            batch,
            self.rows,
            &mut self.posted,
            &mut self.known,
            &poster.url,
        )
    }
}
