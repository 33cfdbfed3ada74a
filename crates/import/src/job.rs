//! One import: a mapping and its inputs, from which the events are made in order.
//!
//! Start at [`Job::events`].
//!
//! Never here: what a row says (`rows`, `snapshots`), and where events go.

use std::path::{Path, PathBuf};

use crate::correct::Corrector;
use crate::emit::{Emitter, Sink};
use crate::line::LineWriter;
use crate::mapping::{Mapping, Mode};
use crate::read::Table;
use crate::secret::Secret;
use crate::{Error, Report, rows, snapshots};

/// What is imported: the mapping, and where its inputs lie.
#[derive(Clone, Debug, Default)]
pub struct Inputs {
    /// The mapping file.
    pub mapping: PathBuf,
    /// The folder of the inputs that the mapping names; else the mapping's own.
    pub folder: Option<PathBuf>,
    /// Files of any sort that is read; none for those that the mapping names.
    pub files: Vec<PathBuf>,
    /// Of a list seen at snapshots, how many are read; none for all.
    pub snapshots_max: Option<usize>,
    /// The id of the run, a UUID that each of its events carries as `importrun`; none for no run.
    pub run: Option<String>,
    /// Constants of all rows, as `field=value`: they go before those of the mapping.
    pub constants: Vec<String>,
}

/// A mapping, and the inputs it is applied to.
pub struct Job {
    pub(crate) mapping: Mapping,
    pub(crate) secret: Option<Secret>,
    pub(crate) folder: PathBuf,
    pub(crate) files: Vec<PathBuf>,
    pub(crate) snapshots_max: usize,
    pub(crate) run: Option<String>,
}

impl Job {
    /// Reads the mapping.
    ///
    /// # Errors
    /// [`Error`]: a mapping that cannot be read, or inputs that do not fit it.
    pub fn new(inputs: Inputs) -> Result<Self, Error> {
        let mut mapping = Mapping::load(&inputs.mapping)?;
        mapping.set(&inputs.constants)?;
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
        let names = mapping.snapshots.as_ref().map(|list| list.name.is_some());
        if names == Some(false) && !files.is_empty() {
            return Err(Error::wrong(
                "[snapshots] names its files itself: use --folder".to_owned(),
            ));
        }
        if names != Some(false) && files.is_empty() {
            return Err(Error::wrong(
                "no input: name a FILE, or inputs in the mapping".to_owned(),
            ));
        }
        let secret = mapping.secret(&inputs.mapping)?;
        if let (None, Some(list)) = (&secret, &mapping.snapshots) {
            list.check_is_public()?;
        }
        Ok(Self {
            mapping,
            secret,
            folder,
            files,
            snapshots_max: inputs.snapshots_max.unwrap_or(usize::MAX),
            run: inputs.run,
        })
    }

    /// Returns what compares rows that changed with what the log has of them.
    ///
    /// # Errors
    /// [`Error::Wrong`] for a time zone that is not known.
    pub fn corrector(&self) -> Result<Corrector, Error> {
        let policy = self.mapping.policy();
        Ok(Corrector::new(self.maker(), self.mapping.zone()?, policy))
    }

    /// Opens one of its inputs again.
    pub(crate) fn table(&self, path: &Path) -> Result<Table, Error> {
        Table::open(path, &self.mapping.files)
    }

    /// The organisation that asserts the events, and the tool they are of.
    #[must_use]
    pub fn sender(&self) -> (&str, &str) {
        (&self.mapping.org, &self.mapping.source)
    }

    /// Whether its rows are the whole of what is so now, so that a row that is gone is told.
    #[must_use]
    pub fn is_state(&self) -> bool {
        self.mapping.mode == Mode::State
    }

    fn maker(&self) -> LineWriter {
        let salt = self.mapping.salt.as_deref();
        let (org, source) = (&self.mapping.org, &self.mapping.source);
        let mut maker = LineWriter::new(org, source, salt, self.secret.clone());
        maker.run.clone_from(&self.run);
        maker
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
        match &self.mapping.snapshots {
            Some(section) => {
                let inputs = snapshots::Inputs {
                    mapping: &self.mapping,
                    section,
                    folder: &self.folder,
                    files: &self.files,
                    zone: &zone,
                };
                snapshots::run(inputs, self.snapshots_max, &mut out)?;
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
