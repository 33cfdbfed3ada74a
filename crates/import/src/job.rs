//! One import: a mapping and its inputs, from which the events are made in order.
//!
//! Start at [`Job::events`].
//!
//! Never here: what a row says (`rows`, `snapshots`), and where events go.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::correct::Corrector;
use crate::emit::{Emitter, Sink};
use crate::line::{LineWriter, Run};
use crate::mapping::{Mapping, Mode};
use crate::meter::Meter;
use crate::read::Table;
use crate::row_meaning::Rows;
use crate::secret::Secret;
use crate::snapshots::mapping::Gone;
use crate::{Error, Report, outputs, rows, run, snapshots};

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
    /// The id of the run, a UUID that each of its events carries as `importrun`, beside the fingerprints of its file and
    /// mapping; none for no run.
    pub run: Option<String>,
    /// Constants of all rows, as `field=value`: they go before those of the mapping.
    pub constants: Vec<String>,
}

/// A mapping, and the inputs it is applied to.
pub struct Job {
    pub(crate) mapping: Mapping,
    pub(crate) secret: Option<Secret>,
    /// Where the secret lies that was made for this job; none where it was there before.
    pub(crate) new_secret: Option<PathBuf>,
    pub(crate) mapping_file: PathBuf,
    pub(crate) folder: PathBuf,
    pub(crate) files: Vec<PathBuf>,
    pub(crate) snapshots_max: usize,
    pub(crate) run: Option<Run>,
    pub(crate) meter: Arc<Meter>,
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
        let was_there = Secret::is_beside(&inputs.mapping);
        let secret = mapping.secret(&inputs.mapping)?;
        let run = inputs
            .run
            .map(|id| run::named(id, &inputs.mapping, secret.as_ref()));
        let run = run.transpose()?;
        let new_secret = secret.as_ref().filter(|_| !was_there);
        let new_secret = new_secret.map(|_| inputs.mapping.clone());
        // What has mistakes is refused with all of them.
        let section = mapping.snapshots.as_ref();
        if let (None, Some(list)) = (&secret, section.filter(|_| mapping.mistakes.is_empty())) {
            list.check_is_public()?;
        }
        Ok(Self {
            mapping,
            secret,
            new_secret,
            mapping_file: inputs.mapping,
            folder,
            files,
            snapshots_max: inputs.snapshots_max.unwrap_or(usize::MAX),
            run,
            meter: Arc::default(),
        })
    }

    /// Returns what compares rows that changed with what the log has of them.
    ///
    /// # Errors
    /// [`Error::Wrong`] for a time zone that is not known.
    pub fn corrector(&self) -> Result<Corrector, Error> {
        let policy = self.mapping.policy();
        let zone = self.mapping.zone()?;
        Ok(Corrector::new(self.maker(), zone, policy, self.rows()))
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

    /// The files that it reads, where the mapping does not name them by versions.
    #[must_use]
    pub fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// Refuses a file to be written that is read: the mapping, its secret or an input, by whatever name. `option` is
    /// what names it on the command line.
    ///
    /// # Errors
    /// [`Error::Wrong`] where it is one of them.
    pub fn check_is_no_input(&self, option: &str, written: &Path) -> Result<(), Error> {
        let section = self.mapping.snapshots.as_ref();
        let listed = section.map(|section| section.files(&self.folder));
        let listed = listed.unwrap_or_default();
        let inputs = self.files.iter().chain(&listed);
        outputs::check(option, written, &self.mapping_file, inputs)
    }

    /// Whether its secret was made just now: no desk has imported with it.
    #[must_use]
    pub const fn has_new_secret(&self) -> bool {
        self.new_secret.is_some()
    }

    /// Takes a secret away that was made just now, so that the next run does not take it for a desk's.
    pub fn forget_new_secret(&self) {
        if let Some(mapping) = &self.new_secret {
            Secret::forget(mapping);
        }
    }

    /// Returns when each snapshot was recorded, RFC 3339; none where the rows are events.
    ///
    /// # Errors
    /// [`Error`]: snapshots that cannot be told.
    pub fn snapshot_times(&self) -> Result<Option<Vec<String>>, Error> {
        let Some(section) = &self.mapping.snapshots else {
            return Ok(None);
        };
        let zone = self.mapping.zone()?;
        let inputs = snapshots::Inputs {
            mapping: &self.mapping,
            section,
            folder: &self.folder,
            files: &self.files,
            zone: &zone,
        };
        snapshots::times(&inputs, self.snapshots_max).map(Some)
    }

    /// Finds the versions of a list once more that were taken out of a repository; none where none were.
    ///
    /// # Errors
    /// [`Error`]: what the repository answers.
    pub(crate) fn taken_out(&self) -> Result<Option<snapshots::List>, Error> {
        let Some(section) = self.mapping.snapshots.as_ref().filter(|s| s.git.is_some()) else {
            return Ok(None);
        };
        let zone = self.mapping.zone()?;
        let inputs = snapshots::Inputs {
            mapping: &self.mapping,
            section,
            folder: &self.folder,
            files: &self.files,
            zone: &zone,
        };
        snapshots::List::read(&inputs, self.snapshots_max).map(Some)
    }

    /// Returns what its rows are.
    #[must_use]
    pub const fn rows(&self) -> Rows {
        match self.mapping.snapshots {
            Some(_) => Rows::Snapshots,
            None => Rows::Events,
        }
    }

    /// Whether its rows are the whole of what is so now, so that a row that is gone is told.
    #[must_use]
    pub fn is_state(&self) -> bool {
        self.mapping.mode == Mode::State
    }

    /// Whether who is gone from a list is told as an event of its own, which names both versions that it lies between.
    #[must_use]
    pub fn tells_who_left(&self) -> bool {
        let section = self.mapping.snapshots.as_ref();
        section.is_some_and(|section| section.gone == Gone::LeftCustody)
    }

    /// Whether what the log has and no row makes any more is told: where the rows are all that is so now, or all that a
    /// list ever said.
    #[must_use]
    pub fn tells_gone(&self) -> bool {
        self.is_state() || self.rows() == Rows::Snapshots
    }

    /// Returns what says how far it is.
    #[must_use]
    pub fn meter(&self) -> Arc<Meter> {
        Arc::clone(&self.meter)
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
    /// Rows that are rejected are not an error: the report counts them. Nor is an input that cannot be read on once rows
    /// of it, or of one before it, were read: their events are made, and the report says where it broke off.
    ///
    /// # Errors
    /// [`Error`]: an input that cannot be read or does not fit the mapping, or what the sink answers.
    pub fn events<'a>(&self, sink: &'a mut Sink<'a>) -> Result<Report, Error> {
        let zone = self.mapping.zone()?;
        let mut out = Emitter::new(self.maker(), sink);
        out.meter = self.meter();
        match &self.mapping.snapshots {
            Some(section) => {
                let inputs = snapshots::Inputs {
                    mapping: &self.mapping,
                    section,
                    folder: &self.folder,
                    files: &self.files,
                    zone: &zone,
                };
                match snapshots::run(inputs, self.snapshots_max, &mut out) {
                    Err(error) if out.report.rows_read > 0 && !out.sink_failed => {
                        out.report.break_off("snapshots", 0, &error);
                    }
                    done => done?,
                }
            }
            None => {
                rows::names::check(&self.mapping, &self.files, &zone)?;
                let sizes = self.files.iter().map(|file| size(file));
                self.meter.begin(sizes.sum());
                let numbered = self
                    .mapping
                    .row
                    .as_ref()
                    .is_some_and(|row| row.is_numbered());
                if numbered && self.files.len() > 1 {
                    return Err(Error::wrong(
                        "[row] key has @row, but several files are named, and each numbers its rows from 1: import \
                         them one by one, each with a source of its own"
                            .to_owned(),
                    ));
                }
                let mut twins = rows::Twins::default();
                for file in &self.files {
                    let done = rows::run::run(&self.mapping, file, &zone, &mut twins, &mut out);
                    match done {
                        // What the files before it gave is sent already: that is told, and how far it went.
                        Err(error) if out.report.rows_read > 0 && !out.sink_failed => {
                            out.report.break_off(&file.display().to_string(), 0, &error);
                        }
                        done => done?,
                    }
                    if out.report.broke_off.is_some() {
                        break;
                    }
                }
            }
        }
        Ok(out.report)
    }
}

/// Returns how many bytes a file has; 0 where that is not known.
fn size(file: &Path) -> u64 {
    file.metadata().map_or(0, |metadata| metadata.len())
}

/// Returns the folder in which a file lies.
fn beside(file: &Path) -> PathBuf {
    file.parent().map_or_else(PathBuf::new, Path::to_path_buf)
}
