//! What became of the events of an import: the server's verdicts added up.
//!
//! Never here: what the mapping made of the rows (`import::Report`).

use import::{Rejections, Report};

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
    /// What accepted events will probably not do.
    pub(crate) notices: NoticeTotals,
    /// The greatest position that the server named; 0 when none.
    pub(crate) position: u64,
    /// Seconds from the first request to the last answer.
    pub(crate) seconds: f64,
}

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Summary {
    /// The rows and the events made of them.
    pub(crate) report: Report,
    /// What became of the events.
    pub(crate) posted: PostingTotals,
}

impl Summary {
    /// Whether some rows or events were rejected.
    pub(crate) fn has_rejections(&self) -> bool {
        self.report.rows_rejected > 0 || !self.posted.rejections.is_empty()
    }
}
