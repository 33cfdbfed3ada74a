//! One import: a mapping and its inputs, from which the events are made in order.
//!
//! Start at [`Job::events`].
//!
//! Never here: what a row says (`rows`, `change_log`), and where events go.

use std::path::{Path, PathBuf};

use crate::correct::Corrector;
use crate::emit::{Emitter, Sink};
use crate::line::LineWriter;
use crate::mapping::Mapping;
use crate::secret::Secret;
use crate::{Error, Report, change_log, rows};

/// What is imported: the mapping, and where its inputs lie.
#[derive(Clone, Debug, Default)]
pub struct Inputs {
    /// The mapping file.
    pub mapping: PathBuf,
    /// The folder of the inputs that the mapping names; else the mapping's own.
    pub folder: Option<PathBuf>,
    /// Files of any sort that is read; none for those that the mapping names.
    pub files: Vec<PathBuf>,
    /// Of a change log, how many snapshots are read; none for all.
    pub snapshots_max: Option<usize>,
}

/// A mapping, and the inputs it is applied to.
pub struct Job {
    pub(crate) mapping: Mapping,
    pub(crate) secret: Option<Secret>,
    pub(crate) folder: PathBuf,
    pub(crate) files: Vec<PathBuf>,
    pub(crate) snapshots_max: usize,
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
        let secret = mapping.secret(&inputs.mapping)?;
        if let (None, Some(log)) = (&secret, &mapping.change_log) {
            log.check_is_public()?;
        }
        Ok(Self {
            mapping,
            secret,
            folder,
            files,
            snapshots_max: inputs.snapshots_max.unwrap_or(usize::MAX),
        })
    }

    /// Returns what compares rows that changed with what the log has of them.
    ///
    /// # Errors
    /// [`Error::Wrong`] for a time zone that is not known.
    pub fn corrector(&self) -> Result<Corrector, Error> {
        Ok(Corrector::new(self.maker(), self.mapping.zone()?))
    }

    fn maker(&self) -> LineWriter {
        let salt = self.mapping.salt.as_deref();
        let (org, source) = (&self.mapping.org, &self.mapping.source);
        LineWriter::new(org, source, salt, self.secret.clone())
    }

    /// Makes the events, in order, and hands each to `sink`.
    ///
    /// Rows that are rejected are not an error: the report counts them.
    ///
    /// # Errors
    /// [`Error`]: an input that cannot be read or does not fit the mapping, or what the sink answers.
    pub fn events<'a>(&self, sink: &'a mut Sink<'a>) -> Result<Report, Error> {
        let zone = self.mapping.zone()?;
        let mut out = Emitter::new(self.maker(), sink);
        match &self.mapping.change_log {
            Some(log) => {
                let max = self.snapshots_max;
                change_log::run(&self.mapping, log, &self.folder, &zone, max, &mut out)?;
            }
            None => {
                rows::names::check(&self.mapping, &self.files, &zone)?;
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
