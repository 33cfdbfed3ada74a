//! Turns rows of other people's files into events, by a mapping file.
//!
//! Start at [`Job`]: it makes the events and hands the line of each to a [`Sink`]. A row's events have
//! the same ids and the same content in every run, so a second import adds nothing. How to write a
//! mapping: docs/guides/import.md.
//!
//! Never here: what an event means, and whether it is right (crate `event`, and the server).

mod change_log;
mod codes;
mod dates;
mod emit;
mod error;
mod input;
mod json;
mod line;
mod mapping;
mod report;
mod rows;
mod sink;
mod split;
#[cfg(test)]
mod testing;
mod when;

use std::path::{Path, PathBuf};

pub use emit::Sink;
pub use error::Error;
pub use report::{REJECTED_ROWS_KEPT_MAX, RejectedEvent, RejectedRow, Rejections, Report};
pub use sink::dry_run;

use emit::Emitter;
use line::LineWriter;
use mapping::Mapping;

/// What is imported: the mapping, and where its inputs lie.
#[derive(Clone, Debug, Default)]
pub struct Inputs {
    /// The mapping file.
    pub mapping: PathBuf,
    /// The folder of the inputs that the mapping names; else the mapping's own.
    pub folder: Option<PathBuf>,
    /// CSV files, gzipped where the name ends in `.gz`; none for those that the mapping names.
    pub files: Vec<PathBuf>,
    /// Of a change log, how many snapshots are read; none for all.
    pub snapshots_max: Option<usize>,
}

/// A mapping, and the inputs it is applied to.
pub struct Job {
    mapping: Mapping,
    folder: PathBuf,
    files: Vec<PathBuf>,
    snapshots_max: usize,
}

impl Job {
    /// Reads the mapping.
    ///
    /// # Errors
    /// [`Error`]: a mapping that cannot be read, or inputs that do not fit it.
    pub fn new(inputs: Inputs) -> Result<Self, Error> {
        let mapping = Mapping::load(&inputs.mapping)?;
        let folder = match inputs.folder {
            Some(folder) => folder,
            None => beside(&inputs.mapping),
        };
        let named = mapping
            .inputs
            .iter()
            .map(|file| folder.join(file))
            .collect();
        let files = if inputs.files.is_empty() {
            named
        } else {
            inputs.files
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
            snapshots_max: inputs.snapshots_max.unwrap_or(usize::MAX),
        })
    }

    /// Makes the events, in order, and hands each to `sink`.
    ///
    /// Rows that are rejected are not an error: the report counts them.
    ///
    /// # Errors
    /// [`Error`]: an input that cannot be read or does not fit the mapping, or what the sink answers.
    pub fn events<'a>(&self, sink: &'a mut Sink<'a>) -> Result<Report, Error> {
        let zone = self.mapping.zone()?;
        let salt = self.mapping.salt.as_deref();
        let maker = LineWriter::new(&self.mapping.org, &self.mapping.source, salt);
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

/// Returns the folder in which a file lies.
fn beside(file: &Path) -> PathBuf {
    file.parent().map_or_else(PathBuf::new, Path::to_path_buf)
}
