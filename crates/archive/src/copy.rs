//! Copies of the history: of a folder that a node may be writing into, brought up to date file by file.
//!
//! Start at [`Archive::copy`]. Bundles, tiles and the notes of checkpoints are written once, so that what a copy
//! has of them stays; the tail and the newest checkpoint are taken anew each time. What is copied counts only
//! once it was opened, each bundle held against its tile, and the whole against the checkpoint.
//!
//! Never here: where the copy goes after it, and other files of a node.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use event::Position;
use proof::{Checkpoint, Kind, Note};

use crate::archive::Archive;
use crate::disk::{self, Disk, Unsynced};
use crate::error::Error;
use crate::{files, tail};

/// How many files are brought to disk at once.
const SYNC_FILES: u64 = 4_096;

/// What was copied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CopySummary {
    /// Files that the copy did not have, or had otherwise.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// How far a copy is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyProgress {
    /// So many files were copied.
    Files(u64),
    /// Each bundle up to this position was held against its tile, of so many positions.
    Checked(Position, Position),
}

impl Archive {
    /// Brings the copy in `to` up to date with the history in `from`, which a node may be writing into, and
    /// opens it. `seen` is told how far it is.
    ///
    /// # Errors
    /// [`Error::OtherLog`] where `to` is a copy of another log, before anything is written; [`Error::Damaged`]
    /// where the copy does not lead to the root of the newest checkpoint of `from`, or a bundle is not that of
    /// its tile; those of [`Archive::open`].
    pub fn copy(
        from: &Path,
        to: &Path,
        disk: Disk,
        mut seen: impl FnMut(CopyProgress),
    ) -> Result<(Self, CopySummary), Error> {
        let signed = disk::read(&from.join("checkpoint"))?;
        let first = first_entry(from)?;
        let other = first_entry(to)?;
        if other.is_some() && other != first {
            return Err(Error::OtherLog {
                path: to.to_owned(),
            });
        }
        let mut copy = FileCopy {
            from,
            to,
            disk: disk.clone(),
            unsynced: Unsynced::default(),
            copied: CopySummary::default(),
        };
        disk.make(to)?;
        // Read in this order: a note is of entries that are on disk already, and the tail begins behind bundles
        // that are. Written in the other, so that wherever it is cut off, the copy is one of before or of now.
        let notes = listed(from, Path::new("checkpoints"))?;
        copy.once(Path::new("stream"))?;
        let tail = disk::read(&from.join("tail"))?;
        copy.folder(Path::new("tile"), &mut seen)?;
        disk.sync(to, &mut copy.unsynced)?;
        // Until then the copy ends where it did.
        if let Some(tail) = tail {
            disk.write(&to.join("tail"), &tail, 0o644)?;
        }
        copy.listed(notes, &mut seen)?;
        disk.sync(to, &mut copy.unsynced)?;
        let copied = copy.copied;
        let archive = Self::open(to, disk)?;
        archive.check_all(&mut seen)?;
        if let Some(signed) = signed {
            archive.take_checkpoint(&signed)?;
        }
        Ok((archive, copied))
    }

    /// Holds each bundle against its tile.
    ///
    /// # Errors
    /// [`Error::Damaged`]; as [`Archive::entries`].
    pub fn check_all(&self, seen: &mut impl FnMut(CopyProgress)) -> Result<(), Error> {
        let (mut at, last) = (Position::ZERO, self.last());
        while at < last {
            at = self.check(at.next())?;
            seen(CopyProgress::Checked(at, last));
        }
        Ok(())
    }

    /// Keeps and publishes a signed checkpoint, if the history leads to it. Whose signature it has is not looked
    /// at.
    ///
    /// # Errors
    /// [`Error::Damaged`] where it does not, or is none; those of [`Archive::keep_note`].
    pub fn take_checkpoint(&self, signed: &[u8]) -> Result<Position, Error> {
        let damaged = |why| Error::Damaged {
            path: self.folder().join("checkpoint"),
            why,
        };
        let text = std::str::from_utf8(signed).map_err(|_| damaged("it is no text"))?;
        let note = Note::parse(signed).map_err(|_| damaged("it is no signed note"))?;
        let checkpoint = note.text().parse::<Checkpoint>();
        let checkpoint = checkpoint.map_err(|_| damaged("it is no checkpoint"))?;
        let size = Position::new(checkpoint.size);
        if size > self.last() {
            return Err(damaged("it covers more than the history holds"));
        }
        if self.root(size)? != checkpoint.root {
            return Err(damaged("the history does not lead to its root"));
        }
        self.keep_note(size, text)?;
        self.publish(text)?;
        Ok(size)
    }
}

/// Returns the first entry of the history in a folder, which names the log; none of an empty one.
fn first_entry(folder: &Path) -> Result<Option<Bytes>, Error> {
    if let Some(bundle) = files::bundle(folder, 0)? {
        let tile = files::full(Kind::Entries, 0);
        return Ok(files::entries(folder, tile, &bundle)?.into_iter().next());
    }
    let found = tail::read(&folder.join("tail"))?;
    Ok(found.entries.get(&0).cloned())
}

/// A copy under way.
struct FileCopy<'f> {
    from: &'f Path,
    to: &'f Path,
    disk: Disk,
    unsynced: Unsynced,
    copied: CopySummary,
}

impl FileCopy<'_> {
    /// Copies the files below a folder that the copy has not.
    fn folder(&mut self, folder: &Path, seen: &mut impl FnMut(CopyProgress)) -> Result<(), Error> {
        self.listed(listed(self.from, folder)?, seen)
    }

    /// Copies those of these files, and of those below these folders, that the copy has not.
    fn listed(
        &mut self,
        paths: Vec<(PathBuf, bool)>,
        seen: &mut impl FnMut(CopyProgress),
    ) -> Result<(), Error> {
        for (path, is_folder) in paths {
            if is_folder {
                self.folder(&path, seen)?;
            } else {
                self.once(&path)?;
                seen(CopyProgress::Files(self.copied.files));
            }
        }
        Ok(())
    }

    /// Copies a file that is written once, where the copy has none of its length. Signatures may be added to the
    /// note of a checkpoint: it grows.
    fn once(&mut self, path: &Path) -> Result<(), Error> {
        let (from, to) = (self.from.join(path), self.to.join(path));
        let bytes_of = |path: &Path| fs::metadata(path).ok().map(|found| found.len());
        if bytes_of(&to).is_some() && bytes_of(&to) == bytes_of(&from) {
            return Ok(());
        }
        let Some(bytes) = disk::read(&from)? else {
            return Ok(());
        };
        self.disk.put(self.to, &to, &bytes, &mut self.unsynced)?;
        self.copied.files += 1;
        self.copied.bytes += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if self.copied.files.is_multiple_of(SYNC_FILES) {
            self.disk.sync(self.to, &mut self.unsynced)?;
        }
        Ok(())
    }
}

/// Lists what stands in a folder below `root`, by name, without files that are being written; whether each is a
/// folder itself. Nothing where there is no such folder.
fn listed(root: &Path, folder: &Path) -> Result<Vec<(PathBuf, bool)>, Error> {
    let path = root.join(folder);
    let failed = |source| Error::File {
        path: path.clone(),
        doing: "listed",
        source,
    };
    let entries = match fs::read_dir(&path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.map_err(failed)?;
        let is_folder = entry.file_type().map_err(failed)?.is_dir();
        if Path::new(&entry.file_name()).extension() != Some(OsStr::new("new")) {
            found.push((folder.join(entry.file_name()), is_folder));
        }
    }
    found.sort();
    Ok(found)
}
