//! `habeas import`, as seen from the command line: what it did becomes an exit status.
//!
//! Never here: what it does (`crate::import`).

use super::Exit;
use crate::client::Failure;
use crate::import::{Args, Report};

/// Runs an import.
///
/// # Errors
/// [`Failure::Import`].
pub(super) fn run(args: Args) -> Result<Exit, Failure> {
    crate::import::run(args)
        .map(|report| exit(&report))
        .map_err(Failure::Import)
}

fn exit(report: &Report) -> Exit {
    let events_rejected = report
        .posted
        .as_ref()
        .is_some_and(|posted| !posted.rejected.is_empty());
    if events_rejected || report.rows_rejected > 0 {
        Exit::Rejected
    } else {
        Exit::Ok
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::Posted;

    #[test]
    fn a_rejected_row_or_event_shows_in_the_exit_status() {
        let mut report = Report::default();
        assert_eq!(exit(&report), Exit::Ok);
        report.posted = Some(Posted::default());
        assert_eq!(exit(&report), Exit::Ok);
        report.rows_rejected = 1;
        assert_eq!(exit(&report), Exit::Rejected);
        let mut report = Report::default();
        let rejected = [("E0203".to_owned(), 1)].into();
        report.posted = Some(Posted {
            rejected,
            ..Posted::default()
        });
        assert_eq!(exit(&report), Exit::Rejected);
    }
}
