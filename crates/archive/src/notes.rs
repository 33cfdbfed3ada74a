//! Checkpoints: every one that was signed, kept for ever, and the newest one that is published.
//!
//! `checkpoints/` holds the note of each size, in folders of a thousand. One that
//! is kept is never replaced by one that says something else; signatures may be added to it.
//!
//! Never here: signing, and whether a note is right.

use std::path::{Path, PathBuf};

use event::Position;

use crate::archive::Archive;
use crate::disk;
use crate::error::Error;

/// Groups of three digits in a note's path: sizes up to 10^15 have as many folders.
const GROUPS: usize = 5;

/// Returns the path of the note of this size: its digits in groups of three, of a fixed number, so
/// that the greatest size has the greatest name at every level.
fn path(folder: &Path, size: u64) -> PathBuf {
    let digits = format!("{size:0width$}", width = 3 * GROUPS);
    let (first, rest) = digits.split_at(digits.len().saturating_sub(3 * (GROUPS - 1)));
    let rest = rest.as_bytes().chunks(3).map(String::from_utf8_lossy);
    rest.fold(folder.join("checkpoints").join(first), |path, group| {
        path.join(group.as_ref())
    })
}

/// Returns what a note signs: its text up to the last empty line.
fn body(note: &str) -> &str {
    note.rsplit_once("\n\n").map_or(note, |(body, _)| body)
}

impl Archive {
    /// Keeps a note of a size, on disk when this returns.
    ///
    /// # Errors
    /// [`Error::OtherCheckpoint`] when one of that size is kept that says something else; nothing is
    /// written then. [`Error::File`]; either may stand after it.
    pub fn keep_note(&self, size: Position, note: &str) -> Result<(), Error> {
        let _one_at_a_time = self.noting();
        let path = path(&self.folder, size.get());
        if let Some(kept) = disk::read(&path)? {
            if kept == note.as_bytes() {
                return Ok(());
            }
            if std::str::from_utf8(&kept).map(body) != Ok(body(note)) {
                return Err(Error::OtherCheckpoint { size: size.get() });
            }
        }
        let folder = path.parent().unwrap_or(&self.folder);
        self.disk.make(folder)?;
        // A crash leaves no note of this size, or this one.
        self.disk.write(&path, note.as_bytes(), 0o644)?;
        let above = folder.ancestors().skip(1);
        above
            .take_while(|folder| folder.starts_with(&self.folder))
            .try_for_each(|folder| self.disk.sync_folder(folder))
    }

    /// Returns the note kept of a size.
    ///
    /// # Errors
    /// [`Error::File`], [`Error::Damaged`].
    pub fn note(&self, size: Position) -> Result<Option<String>, Error> {
        text(&path(&self.folder, size.get()))
    }

    /// Returns the note of the greatest size kept.
    ///
    /// # Errors
    /// [`Error::File`], [`Error::Damaged`].
    pub fn last_note(&self) -> Result<Option<(Position, String)>, Error> {
        let Some((size, path)) = greatest(&self.folder.join("checkpoints"), 0, GROUPS)? else {
            return Ok(None);
        };
        Ok(text(&path)?.map(|note| (Position::new(size), note)))
    }

    /// Publishes a note as the newest checkpoint, on disk when this returns.
    ///
    /// # Errors
    /// [`Error::File`]; either may stand after it.
    pub fn publish(&self, note: &str) -> Result<(), Error> {
        let _one_at_a_time = self.noting();
        let path = self.folder.join("checkpoint");
        self.disk.write(&path, note.as_bytes(), 0o644)
    }

    /// Returns the newest checkpoint that was published.
    ///
    /// # Errors
    /// [`Error::File`], [`Error::Damaged`].
    pub fn published(&self) -> Result<Option<String>, Error> {
        text(&self.folder.join("checkpoint"))
    }

    /// Returns the creation time of the stream whose history this is; none before the first.
    ///
    /// # Errors
    /// [`Error::File`], [`Error::Damaged`].
    pub fn stream(&self) -> Result<Option<String>, Error> {
        let text = text(&self.folder.join("stream"))?;
        Ok(text.map(|text| text.trim().to_owned()))
    }

    /// Notes the creation time of the stream whose history this is, on disk when this returns; one
    /// that is noted stays.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn note_stream(&self, created: &str) -> Result<(), Error> {
        if self.stream()?.is_some() {
            return Ok(());
        }
        self.adopt_stream(created)
    }

    /// Takes a stream that was made anew for the one whose history this is, on disk when this
    /// returns: after a repair, when every event of it was compared.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn adopt_stream(&self, created: &str) -> Result<(), Error> {
        let _one_at_a_time = self.noting();
        let path = self.folder.join("stream");
        self.disk
            .write(&path, format!("{created}\n").as_bytes(), 0o644)
    }
}

fn text(path: &Path) -> Result<Option<String>, Error> {
    let Some(bytes) = disk::read(path)? else {
        return Ok(None);
    };
    String::from_utf8(bytes)
        .map(Some)
        .map_err(|_| Error::Damaged {
            path: path.to_owned(),
            why: "it is not text",
        })
}

/// Returns the greatest size whose file stands `groups` names below `folder`, and its path.
fn greatest(folder: &Path, above: u64, groups: usize) -> Result<Option<(u64, PathBuf)>, Error> {
    for (group, path) in numbers(folder)?.into_iter().rev() {
        let size = above.saturating_mul(1_000).saturating_add(group);
        let found = match groups.checked_sub(1) {
            None | Some(0) => Some((size, path)),
            // A crash may leave a folder without a note: then the one before it is looked into.
            Some(groups) => greatest(&path, size, groups)?,
        };
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// Lists the names in a folder that are numbers, in their order; the folder may be missing.
fn numbers(folder: &Path) -> Result<Vec<(u64, PathBuf)>, Error> {
    let failed = |source| Error::File {
        path: folder.to_owned(),
        doing: "listed",
        source,
    };
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name();
        if let Some(number) = name.to_str().and_then(|name| name.parse().ok()) {
            found.push((number, entry.path()));
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::Disk;

    #[test]
    fn the_greatest_note_is_found_and_none_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let archive = Archive::open(folder.path(), Disk::default()).unwrap();
        assert_eq!(archive.last_note().unwrap(), None);
        for size in [1, 999, 1_000, 999_999, 1_234_067, 1_000_000] {
            let note = format!("o\n{size}\nroot\n\n- a\n");
            archive.keep_note(Position::new(size), &note).unwrap();
        }
        std::fs::create_dir_all(folder.path().join("checkpoints/000/000/002/000")).unwrap();
        let (size, note) = archive.last_note().unwrap().unwrap();
        assert_eq!(
            (size.get(), note.as_str()),
            (1_234_067, "o\n1234067\nroot\n\n- a\n")
        );
        let more = "o\n1234067\nroot\n\n- a\n- b\n";
        archive.keep_note(size, more).unwrap();
        let other = archive.keep_note(size, "o\n1234067\nother\n\n- a\n");
        assert!(matches!(
            other,
            Err(Error::OtherCheckpoint { size: 1_234_067 })
        ));
        assert_eq!(archive.note(size).unwrap().as_deref(), Some(more));
    }
}
