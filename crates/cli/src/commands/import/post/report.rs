//! What became of the events of an import: the server's verdicts added up.
//!
//! Never here: what the mapping made of the rows (`import::Report`).

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use import::{Outlook, Rejections, Report};
use uuid::Uuid;

use super::error::Error;
use super::fates::{Fate, Fates};
use super::taken_back::TakenBackTotals;
use crate::commands::import::ahead::Ahead;
use crate::commands::notices::NoticeTotals;

/// The server's verdicts, added up; of a dry run, the rejections that the check here already sees.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct PostingTotals {
    /// Events that are new in the log.
    pub(crate) new: u64,
    /// Events that the log had already.
    pub(crate) repeats: u64,
    /// Corrections sent of rows that came back changed, new in the log.
    pub(crate) corrections: u64,
    /// Events rejected.
    pub(crate) rejections: Rejections,
    /// The events that the server rejected, by their ids.
    pub(crate) refused: BTreeSet<Uuid>,
    /// What accepted events will probably not do.
    pub(crate) notices: NoticeTotals,
    /// What became of the rows.
    pub(crate) fates: Fates,
    /// Events that the log has of rows that are gone: kind and case.
    pub(crate) gone: Vec<String>,
    /// Corrections that were sent in part, by their ids.
    pub(crate) in_part: HashSet<Uuid>,
    /// What no version of a list says any more, and was taken back.
    pub(crate) taken_back: TakenBackTotals,
    /// Requests that the server answered with verdicts.
    pub(crate) answers: u64,
    /// The greatest position that the server named; 0 when none.
    pub(crate) position: u64,
    /// Seconds from the first request to the last answer.
    pub(crate) seconds: f64,
}

impl PostingTotals {
    /// Whether the server took or judged something.
    pub(crate) fn has_answers(&self) -> bool {
        self.answers > 0
    }
}

/// What an import did.
#[derive(Clone, Debug, Default)]
pub(crate) struct Summary {
    /// The rows and the events made of them.
    pub(crate) report: Report,
    /// What would happen, of a dry run, and what the log would get; the reason where it was not asked.
    pub(crate) outlook: Option<(Outlook, Result<Ahead, String>)>,
    /// The run's id.
    pub(crate) run: Option<String>,
    /// What became of the events.
    pub(crate) posted: PostingTotals,
    /// Why the server took no more, where it took something; what it did not get is not sent.
    pub(crate) stopped: Option<Arc<Error>>,
}

impl Summary {
    /// Whether some rows or events were rejected, or a snapshot was refused.
    pub(crate) fn has_rejections(&self) -> bool {
        let refused = self.report.comings.as_ref();
        let refused = refused.is_some_and(|comings| !comings.refused.is_empty());
        self.report.rows_rejected > 0 || !self.posted.rejections.is_empty() || refused
    }

    /// Whether the log was asked; a dry run may not have been able to.
    pub(crate) fn has_asked(&self) -> bool {
        !matches!(self.outlook, Some((_, Err(_))))
    }

    /// Returns the events that the log has of rows that are gone: kind and case.
    pub(crate) fn gone(&self) -> &[String] {
        match &self.outlook {
            Some((_, ahead)) => ahead.as_ref().map_or(&[], |ahead| &ahead.gone),
            None => &self.posted.gone,
        }
    }

    /// Returns what was, or would be, taken back, since no version of the list says it any more.
    pub(crate) fn taken_back(&self) -> Option<&TakenBackTotals> {
        match &self.outlook {
            Some((_, ahead)) => ahead.as_ref().ok().map(|ahead| &ahead.taken_back),
            None => Some(&self.posted.taken_back),
        }
    }

    /// Whether the log has, or had, all of it.
    fn adds_nothing(&self) -> bool {
        match &self.outlook {
            Some((_, Ok(ahead))) => ahead.new + ahead.corrections == 0,
            Some((_, Err(_))) => false,
            None => self.posted.position > 0 && self.posted.new + self.posted.corrections == 0,
        }
    }

    /// Returns how many rows were not sent, since the server stopped the import.
    pub(crate) fn not_sent(&self) -> u64 {
        self.posted.fates.count(Fate::NotSent)
    }

    /// Returns how many rows were used, unchanged, skipped and rejected; together with those that were not sent they are
    /// all that were read.
    pub(crate) fn balance(&self) -> [u64; 4] {
        let (report, posted) = (&self.report, &self.posted);
        let rejected = u64::try_from(posted.rejections.rows.len()).unwrap_or(u64::MAX);
        let mut unchanged = posted.fates.count(Fate::Unchanged);
        let mut used = report
            .rows_used()
            .saturating_sub(unchanged + rejected + self.not_sent());
        if self.adds_nothing() {
            unchanged += std::mem::take(&mut used);
        }
        [
            used,
            report.rows_unchanged + unchanged,
            report.rows_skipped,
            report.rows_rejected + rejected,
        ]
    }
}
