//! `habeas import`: rows of other people's files become events, which are posted or written down.
//!
//! Start at [`run`]. What it did becomes an exit status.
//!
//! Never here: how rows become events (crate `import`).

mod args;
pub(crate) mod post;
mod show;

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use import::{Inputs, Job, dry_run};

use super::Exit;
use crate::client::Failure;
pub(crate) use args::Args;
use post::{Error, PostingTotals, Summary};

/// Runs an import.
///
/// # Errors
/// [`Failure::Import`].
pub(super) fn run(args: Args) -> Result<Exit, Failure> {
    import(args)
        .map(|summary| exit(&summary))
        .map_err(Failure::Import)
}

/// Imports what `args` name and prints a summary, unless told to be quiet.
///
/// Rows and events that were rejected are not an error: they are counted in what is returned.
///
/// # Errors
/// [`Error`]: a mapping or an input that cannot be read, or a server that does not answer. What was posted
/// until then stays; the next run goes on from there, since the events have the same ids.
pub(crate) fn import(args: Args) -> Result<Summary, Error> {
    let job = Job::new(Inputs {
        mapping: args.mapping.clone(),
        folder: args.folder.clone(),
        files: args.files.clone(),
        snapshots_max: args.limit_snapshots,
    })?;
    let summary = if args.dry_run {
        written(&job, args.output.as_deref())?
    } else {
        post::run(job, &args)?
    };
    if let Some(path) = &args.rejected {
        show::rejected(path, &summary)?;
    }
    if !args.quiet {
        show::summary(&summary);
    }
    Ok(summary)
}

/// Checks the events and writes them into `output` (`-` is standard output), if any.
fn written(job: &Job, output: Option<&Path>) -> Result<Summary, Error> {
    let path = output.unwrap_or(Path::new("-"));
    let mut out: Box<dyn Write> = match output {
        None => Box::new(io::sink()),
        Some(path) if path == Path::new("-") => Box::new(io::stdout().lock()),
        Some(path) => Box::new(File::create(path).map_err(|source| import::Error::Io {
            path: path.to_owned(),
            doing: "create",
            source,
        })?),
    };
    let (report, rejections) = dry_run(job, path, &mut out)?;
    Ok(Summary {
        report,
        posted: PostingTotals {
            rejections,
            ..PostingTotals::default()
        },
    })
}

fn exit(summary: &Summary) -> Exit {
    if summary.has_rejections() {
        Exit::Rejected
    } else {
        Exit::Ok
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rejected_row_or_event_shows_in_the_exit_status() {
        let mut summary = Summary::default();
        assert_eq!(exit(&summary), Exit::Ok);
        summary.report.rows_rejected = 1;
        assert_eq!(exit(&summary), Exit::Rejected);
        let mut summary = Summary::default();
        let rejections = &mut summary.posted.rejections;
        rejections.by_code.insert("E0203".to_owned(), 1);
        assert_eq!(exit(&summary), Exit::Rejected);
    }
}
