//! A file of sealed records: it only grows, until it is written anew with those that still count.
//!
//! Start at [`Records::open`]. Each record stands on a line, as base64, chained to the one before (`chain`);
//! `<sort>.head` beside the file names the last. What is not as it was left is told, and the rest is read.
//!
//! Never here: what a record says.

use std::fs::{DirBuilder, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use archive::Disk;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::MasterKey;
use super::chain::{self, Fault, Head};

/// A file of records of one sort.
#[derive(Debug)]
pub(super) struct Records {
    path: PathBuf,
    sort: &'static str,
    key: MasterKey,
    disk: Disk,
    /// How many lines the file has.
    lines: usize,
    /// Where the chain ends.
    head: Head,
    /// Whether the head on disk is of before the last records.
    is_head_behind: bool,
    /// Whether the file may end in what was not written whole.
    is_torn: bool,
}

/// What a file gave when it was opened.
#[derive(Debug)]
pub(super) struct RecordsContent {
    /// The file.
    pub(super) file: Records,
    /// Its records, in the order in which they were written.
    pub(super) records: Vec<Vec<u8>>,
    /// What is not as it was left: such a file must be written anew.
    pub(super) faults: Vec<Fault>,
}

/// What it means that there is nothing of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Absence {
    /// It was taken away, unless the key was made just now.
    Fault,
    /// It was not there yet: files of this sort came later than the key.
    Allowed,
}

impl Records {
    /// Opens the file `<sort>.records` of a folder, made where it is missing. Where there is nothing of it,
    /// `absence` says whether there should be.
    ///
    /// # Errors
    /// The file system's.
    pub(super) fn open(
        folder: &Path,
        sort: &'static str,
        absence: Absence,
        key: MasterKey,
        disk: Disk,
    ) -> io::Result<RecordsContent> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)?;
        let path = folder.join(format!("{sort}.records"));
        let read = |path: &Path| archive::read(path).map_err(io::Error::other);
        let text = read(&path)?;
        let sealed = read(&path.with_extension("head"))?;
        let may_miss = key.is_new() || absence == Absence::Allowed;
        let is_new = may_miss && text.is_none() && sealed.is_none();
        let head = sealed
            .and_then(|sealed| STANDARD_NO_PAD.decode(sealed.trim_ascii()).ok())
            .and_then(|sealed| chain::open_head(&key, sort, &sealed))
            .or(is_new.then_some(Head::EMPTY));
        let text = text.unwrap_or_default();
        let lines = text.split(|byte| *byte == b'\n');
        let lines = lines.filter(|line| !line.is_empty()).map(|line| {
            let sealed = STANDARD_NO_PAD.decode(line).ok()?;
            chain::open(&key, sort, &sealed)
        });
        let lines: Vec<_> = lines.collect();
        let count = lines.len();
        let read = chain::read(lines, head);
        let mut file = Self {
            path,
            sort,
            key,
            disk,
            lines: count,
            head: read.head,
            is_head_behind: Some(read.head) != head || is_new,
            is_torn: read.is_torn || !read.faults.is_empty(),
        };
        if is_new {
            // From now on a folder without a head is one that it was taken from.
            file.write_head()?;
        }
        Ok(RecordsContent {
            file,
            records: read.records,
            faults: read.faults,
        })
    }

    /// Returns how many lines the file has.
    pub(super) const fn lines(&self) -> usize {
        self.lines
    }

    /// Whether the file must be written anew before anything is put at its end.
    pub(super) const fn is_torn(&self) -> bool {
        self.is_torn
    }

    /// Returns the number of the last record: how many there have ever been.
    pub(super) const fn last(&self) -> u64 {
        self.head.last
    }

    /// Puts records at the end, on disk when this returns.
    ///
    /// # Errors
    /// The file system's; some may stand then, and the file must be written anew.
    pub(super) fn append(&mut self, records: &[Vec<u8>]) -> io::Result<()> {
        self.write_head()?;
        let (text, head) = self.text(records)?;
        let mut options = OpenOptions::new();
        let file = options
            .create(true)
            .append(true)
            .mode(0o600)
            .open(&self.path)?;
        self.is_torn = true;
        // After a line that somebody cut short another begins.
        let appended = self
            .disk
            .append(&self.path, &file, &[b"\n", text.as_slice()].concat());
        let synced = appended.and_then(|()| self.disk.sync_file(&self.path, &file));
        synced.map_err(io::Error::other)?;
        self.is_torn = false;
        self.lines += records.len();
        self.go_on(head)
    }

    /// Writes the file anew with these records alone, on disk when this returns.
    ///
    /// # Errors
    /// The file system's; the file before stands then, or the new one.
    pub(super) fn rewrite(&mut self, records: &[Vec<u8>]) -> io::Result<()> {
        // A crash after this leaves the head of before, which the new file's first record names.
        self.write_head()?;
        let (text, head) = self.text(records)?;
        self.is_torn = true;
        let written = self.disk.write(&self.path, &text, 0o600);
        written.map_err(io::Error::other)?;
        self.is_torn = false;
        self.lines = records.len();
        let first = self.head.last.saturating_add(1);
        self.go_on(Head { first, ..head })
    }

    fn go_on(&mut self, head: Head) -> io::Result<()> {
        self.head = head;
        self.is_head_behind = true;
        self.write_head()
    }

    /// Writes the head, where the one on disk is another.
    fn write_head(&mut self) -> io::Result<()> {
        if !self.is_head_behind {
            return Ok(());
        }
        let sealed = chain::seal_head(&self.key, self.sort, self.head).ok_or_else(no_random)?;
        let text = STANDARD_NO_PAD.encode(sealed);
        let path = self.path.with_extension("head");
        let written = self.disk.write(&path, text.as_bytes(), 0o600);
        written.map_err(io::Error::other)?;
        self.is_head_behind = false;
        Ok(())
    }

    /// Returns the lines of records at the end of the chain, and the head after them.
    fn text(&self, records: &[Vec<u8>]) -> io::Result<(Vec<u8>, Head)> {
        let sealed = chain::seal(&self.key, self.sort, self.head, records);
        let (sealed, head) = sealed.ok_or_else(no_random)?;
        let mut text = Vec::new();
        for sealed in sealed {
            text.extend_from_slice(STANDARD_NO_PAD.encode(sealed).as_bytes());
            text.push(b'\n');
        }
        Ok((text, head))
    }
}

fn no_random() -> io::Error {
    io::Error::other("there are no random bytes")
}

#[cfg(test)]
mod tests;
