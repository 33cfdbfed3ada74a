//! `habeas import`: rows of other people's files become events, by a mapping file.
//!
//! Start at [`run`]. A row's events have the same ids and the same content in every run, so a second
//! import adds nothing. How to write a mapping: docs/guides/import.md.
//!
//! Never here: what an event means, and whether it is right (crate `event`, and the server).

mod args;
mod change_log;
mod codes;
mod dates;
mod emit;
mod error;
mod input;
mod json;
mod line;
mod mapping;
mod post;
mod report;
mod rows;
mod show;
mod sink;
mod split;
#[cfg(test)]
mod testing;
mod when;

use std::path::{Path, PathBuf};

pub use args::Args;
pub use error::Error;
pub use report::{Posted, REJECTED_ROWS_KEPT_MAX, RejectedEvent, RejectedRow, Report};

use emit::{Emitter, Sink};
use line::Maker;
use mapping::Mapping;

/// Imports what `args` name and prints a summary, unless told to be quiet.
///
/// Returns what was done. Rows and events that were rejected are not an error: they are counted there.
///
/// # Errors
/// [`Error`]: a mapping or an input that cannot be read, or a server that does not answer. What was posted
/// until then stays; the next run goes on from there, since the events have the same ids.
pub fn run(args: Args) -> Result<Report, Error> {
    let job = Job::new(&args)?;
    let report = if args.dry_run {
        sink::to_file(&job, args.output.as_deref())?
    } else {
        post::run(job, &args)?
    };
    if let Some(path) = &args.rejected {
        show::rejected(path, &report)?;
    }
    if !args.quiet {
        show::summary(&report);
    }
    Ok(report)
}

/// A mapping, and the inputs it is applied to.
pub(crate) struct Job {
    mapping: Mapping,
    folder: PathBuf,
    files: Vec<PathBuf>,
    snapshots_max: usize,
}

impl Job {
    fn new(args: &Args) -> Result<Self, Error> {
        let mapping = Mapping::load(&args.mapping)?;
        let beside = || {
            args.mapping
                .parent()
                .map_or_else(PathBuf::new, Path::to_path_buf)
        };
        let folder = args.folder.clone().unwrap_or_else(beside);
        let named = mapping
            .inputs
            .iter()
            .map(|file| folder.join(file))
            .collect();
        let files = if args.files.is_empty() {
            named
        } else {
            args.files.clone()
        };
        if mapping.change_log.is_some() && !files.is_empty() {
            return Err(Error::wrong(
                "a [change_log] names its files itself: use --folder".to_owned(),
            ));
        }
        if mapping.change_log.is_none() && files.is_empty() {
            return Err(Error::wrong(
                "no input: name a FILE, or inputs in the mapping".to_owned(),
            ));
        }
        Ok(Self {
            mapping,
            folder,
            files,
            snapshots_max: args.limit_snapshots.unwrap_or(usize::MAX),
        })
    }

    /// Makes the events, in order, and hands each to `sink`.
    fn events<'a>(&self, sink: &'a mut Sink<'a>) -> Result<Report, Error> {
        let zone = self.mapping.zone()?;
        let salt = self.mapping.salt.as_deref();
        let maker = Maker::new(&self.mapping.org, &self.mapping.source, salt);
        let mut out = Emitter::new(maker, sink);
        match &self.mapping.change_log {
            Some(log) => {
                let max = self.snapshots_max;
                change_log::run(&self.mapping, log, &self.folder, &zone, max, &mut out)?;
            }
            None => {
                for file in &self.files {
                    rows::run(&self.mapping, file, &zone, &mut out)?;
                }
            }
        }
        Ok(out.report)
    }
}
