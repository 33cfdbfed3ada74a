//! Durable writing of files: the only place of the program that does it for the history and its key.
//!
//! Every change to the disk goes through one [`Disk`], one step at a time, so that a test can let
//! each single step fail: *lost*, or *kept though reported failed* ([`Fate`]).
//!
//! Never here: what the files hold.

use std::collections::BTreeSet;
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::Error;

/// With more files than this to bring to disk, the whole file system is synced at once, which costs
/// one journal commit instead of one for each file. A bound of ours, not measured yet.
const SYNC_EACH_MAX: usize = 16;

/// One change to the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A folder is made.
    Make,
    /// A file is written beside its place.
    Write,
    /// A file takes its place.
    Rename,
    /// Bytes are put at the end of a file.
    Append,
    /// A file, a folder or the file system is brought to disk.
    Sync,
    /// A file is removed.
    Remove,
}

/// What becomes of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is done.
    Done,
    /// It fails, and nothing of it stands.
    Lost,
    /// It is reported failed, but stands.
    Kept,
}

/// Decides the fate of each step; only tests have one.
pub trait Faults: Send + Sync {
    /// Returns the fate of the next step, on `path`.
    fn fate(&self, step: Step, path: &Path) -> Fate;
}

/// The disk, as this crate writes to it.
#[derive(Clone, Default)]
pub struct Disk {
    faults: Option<Arc<dyn Faults>>,
}

impl fmt::Debug for Disk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let faults = self.faults.is_some();
        f.debug_struct("Disk").field("faults", &faults).finish()
    }
}

/// Names and contents that were written and are not surely on disk yet.
#[derive(Debug, Default)]
pub(crate) struct Unsynced {
    files: Vec<PathBuf>,
    folders: BTreeSet<PathBuf>,
}

impl Unsynced {
    pub(crate) const fn none() -> Self {
        Self {
            files: Vec::new(),
            folders: BTreeSet::new(),
        }
    }

    /// Adds a file under `root`, and the folders it stands in.
    pub(crate) fn add(&mut self, root: &Path, path: &Path) {
        self.files.push(path.to_owned());
        let folders = path.ancestors().skip(1);
        let folders = folders.take_while(|folder| folder.starts_with(root));
        self.folders.extend(folders.map(Path::to_path_buf));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Returns how many files wait.
    pub(crate) fn files(&self) -> usize {
        self.files.len()
    }
}

/// Returns the folder of a file; of one that is named alone, the one that the process works in.
fn folder_of(path: &Path) -> &Path {
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    folder.unwrap_or(Path::new("."))
}

impl Disk {
    /// Makes a disk whose steps fail as `faults` says, for tests.
    #[must_use]
    pub fn failing(faults: Arc<dyn Faults>) -> Self {
        Self {
            faults: Some(faults),
        }
    }

    fn step<T>(
        &self,
        step: Step,
        path: &Path,
        work: impl FnOnce() -> io::Result<T>,
    ) -> Result<T, Error> {
        let fate = match &self.faults {
            None => Fate::Done,
            Some(faults) => faults.fate(step, path),
        };
        let told = || io::Error::other("failed, as a test told it to");
        let done = match fate {
            Fate::Done => work(),
            Fate::Lost => Err(told()),
            Fate::Kept => work().and_then(|_| Err(told())),
        };
        done.map_err(|source| Error::File {
            path: path.to_owned(),
            doing: match step {
                Step::Make => "made",
                Step::Write | Step::Append => "written",
                Step::Rename => "put in place",
                Step::Sync => "brought to disk",
                Step::Remove => "removed",
            },
            source,
        })
    }

    /// Makes a folder and those above it; it is on disk after [`Disk::sync_folder`] of each.
    pub(crate) fn make(&self, folder: &Path) -> Result<(), Error> {
        if folder.is_dir() {
            return Ok(());
        }
        self.step(Step::Make, folder, || fs::create_dir_all(folder))
    }

    /// Writes a file under `root` whole: first beside its place, then in it. A crash leaves the old
    /// file or the new one; a power cut before [`Disk::sync`] may leave an empty or half one.
    pub(crate) fn put(
        &self,
        root: &Path,
        path: &Path,
        bytes: &[u8],
        unsynced: &mut Unsynced,
    ) -> Result<(), Error> {
        let folder = path.parent().unwrap_or(root);
        self.make(folder)?;
        let beside = beside(path);
        self.step(Step::Write, path, || {
            fresh(&beside, 0o644)?.write_all(bytes)
        })?;
        self.step(Step::Rename, path, || fs::rename(&beside, path))?;
        unsynced.add(root, path);
        Ok(())
    }

    /// Brings to disk what was put, names included.
    pub(crate) fn sync(&self, root: &Path, unsynced: &mut Unsynced) -> Result<(), Error> {
        if unsynced.files.len() > SYNC_EACH_MAX {
            self.step(Step::Sync, root, || {
                rustix::fs::syncfs(File::open(root)?).map_err(io::Error::from)
            })?;
        } else {
            for path in &unsynced.files {
                self.step(Step::Sync, path, || File::open(path)?.sync_all())?;
            }
            for folder in &unsynced.folders {
                self.sync_folder(folder)?;
            }
        }
        *unsynced = Unsynced::default();
        Ok(())
    }

    /// Writes a file so that it is on disk, name included, when this returns; `mode` as in chmod.
    ///
    /// A crash or power cut leaves the old file or the new one, whole.
    ///
    /// # Errors
    /// [`Error::File`]; after it, either may stand.
    pub fn write(&self, path: &Path, bytes: &[u8], mode: u32) -> Result<(), Error> {
        let beside = beside(path);
        // A crash here leaves a file beside the place, which the next writing removes.
        self.step(Step::Write, path, || {
            let mut file = fresh(&beside, mode)?;
            file.write_all(bytes)?;
            file.sync_all()
        })?;
        self.step(Step::Rename, path, || fs::rename(&beside, path))?;
        // A power cut here leaves the old name's file, or the new one.
        self.sync_folder(folder_of(path))
    }

    /// Removes a file that may be missing, so that it is gone from disk when this returns.
    ///
    /// # Errors
    /// [`Error::File`]; after it, the file may stand.
    pub fn forget(&self, path: &Path) -> Result<(), Error> {
        self.remove(path)?;
        self.sync_folder(folder_of(path))
    }

    /// Brings the names in a folder to disk.
    pub(crate) fn sync_folder(&self, folder: &Path) -> Result<(), Error> {
        self.step(Step::Sync, folder, || File::open(folder)?.sync_all())
    }

    /// Puts bytes at the end of an open file.
    ///
    /// # Errors
    /// [`Error::File`]; some may stand then.
    pub fn append(&self, path: &Path, file: &File, bytes: &[u8]) -> Result<(), Error> {
        let mut file = file;
        self.step(Step::Append, path, || file.write_all(bytes))
    }

    /// Brings an open file's bytes and length to disk.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn sync_file(&self, path: &Path, file: &File) -> Result<(), Error> {
        self.step(Step::Sync, path, || file.sync_data())
    }

    /// Removes a file that may be missing.
    pub(crate) fn remove(&self, path: &Path) -> Result<(), Error> {
        self.step(Step::Remove, path, || match fs::remove_file(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            other => other,
        })
    }
}

/// Reads a file; none where it is missing.
///
/// # Errors
/// [`Error::File`].
pub fn read(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(source) => Err(Error::File {
            path: path.to_owned(),
            doing: "read",
            source,
        }),
    }
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    PathBuf::from(name)
}

/// Opens a new file, in the place of one that a crash left.
fn fresh(path: &Path, mode: u32) -> io::Result<File> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(mode).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_named_alone_stands_where_the_process_works() {
        for (file, folder) in [("a", "."), ("b/a", "b"), ("./a", "."), ("/a", "/")] {
            assert_eq!(folder_of(Path::new(file)), Path::new(folder));
        }
    }
}
