//! The tail: the entries that no synced bundle holds yet, in one file that only grows.
//!
//! The file begins with [`MAGIC`], the index from which on nothing is surely on disk elsewhere (8
//! bytes, little-endian, a multiple of 256), and the CRC-32 of both. Records follow:
//!
//! | bytes | what |
//! |---|---|
//! | 8 | the entry's index, little-endian |
//! | 4 | its length in bytes, little-endian |
//! | 4 | CRC-32 of the two above and of the entry |
//! | | the entry |
//!
//! A crash may leave the last records cut or damaged: reading ends before the first such one. Records
//! may skip indices, where whole bundles were written in one go.
//!
//! Never here: which entries count (`open`).

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use bytes::Bytes;

use crate::disk::{self, Disk};
use crate::error::Error;

/// The first bytes of the file, with its version.
const MAGIC: &[u8; 16] = b"habeas tail v1\n\0";
const HEAD_BYTES: usize = 28;
const RECORD_HEAD_BYTES: usize = 16;

/// What a tail file held.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Everything below this index is on disk as bundles and tiles. 0 when the file is missing or
    /// its head is damaged: then everything is looked at.
    pub(crate) begin: u64,
    /// Its entries by index.
    pub(crate) entries: BTreeMap<u64, Bytes>,
    /// Bytes after the last whole record.
    pub(crate) torn_bytes: usize,
}

/// The open file.
#[derive(Debug)]
pub(crate) struct Tail {
    path: PathBuf,
    file: File,
    dirty: bool,
}

fn head(begin: u64) -> Vec<u8> {
    let mut head = MAGIC.to_vec();
    head.extend_from_slice(&begin.to_le_bytes());
    let sum = crc32fast::hash(&head);
    head.extend_from_slice(&sum.to_le_bytes());
    head
}

fn sum(index: u64, length: u32, entry: &[u8]) -> u32 {
    let mut sum = crc32fast::Hasher::new();
    sum.update(&index.to_le_bytes());
    sum.update(&length.to_le_bytes());
    sum.update(entry);
    sum.finalize()
}

/// Puts a record at the end of `into`.
pub(crate) fn record(index: u64, entry: &[u8], into: &mut Vec<u8>) {
    let length = u32::try_from(entry.len()).unwrap_or(u32::MAX);
    into.extend_from_slice(&index.to_le_bytes());
    into.extend_from_slice(&length.to_le_bytes());
    into.extend_from_slice(&sum(index, length, entry).to_le_bytes());
    into.extend_from_slice(entry);
}

/// Takes the first record off `rest`; none when it is cut or damaged.
fn take<'b>(rest: &mut &'b [u8]) -> Option<(u64, &'b [u8])> {
    let (head, after) = rest.split_first_chunk::<RECORD_HEAD_BYTES>()?;
    let (index, head) = head.split_first_chunk::<8>()?;
    let (length, found) = head.split_first_chunk::<4>()?;
    let index = u64::from_le_bytes(*index);
    let length = u32::from_le_bytes(*length);
    let (entry, after) = after.split_at_checked(usize::try_from(length).ok()?)?;
    if sum(index, length, entry).to_le_bytes() != *found {
        return None;
    }
    *rest = after;
    Some((index, entry))
}

/// Reads the tail at `path`.
pub(crate) fn read(path: &Path) -> Result<Found, Error> {
    let Some(bytes) = disk::read(path)?.map(Bytes::from) else {
        return Ok(Found::default());
    };
    let Some((found, _)) = bytes.split_first_chunk::<HEAD_BYTES>() else {
        return Ok(Found {
            torn_bytes: bytes.len(),
            ..Found::default()
        });
    };
    let begin = found
        .get(MAGIC.len()..)
        .and_then(|rest| rest.first_chunk::<8>());
    let begin = begin.map_or(0, |begin| u64::from_le_bytes(*begin));
    if *found != *head(begin) {
        return Ok(Found {
            torn_bytes: bytes.len(),
            ..Found::default()
        });
    }
    let mut entries = BTreeMap::new();
    let mut rest = bytes.get(HEAD_BYTES..).unwrap_or_default();
    while let Some((index, entry)) = take(&mut rest) {
        entries.insert(index, bytes.slice_ref(entry));
    }
    Ok(Found {
        begin,
        entries,
        torn_bytes: rest.len(),
    })
}

impl Tail {
    /// Puts a new tail in the place of the old one, on disk when this returns.
    ///
    /// `begin` and everything below must be on disk already. A crash leaves the old tail or the new.
    pub(crate) fn begin(
        disk: &Disk,
        path: &Path,
        begin: u64,
        entries: &[Bytes],
    ) -> Result<Self, Error> {
        let mut bytes = head(begin);
        for (index, entry) in (begin..).zip(entries) {
            record(index, entry, &mut bytes);
        }
        disk.write(path, &bytes, 0o644)?;
        Self::open(path)
    }

    /// Opens what stands at `path`; nothing is appended before a [`Tail::begin`].
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let file = File::options().append(true).create(true).open(path);
        Ok(Self {
            path: path.to_owned(),
            file: file.map_err(|source| Error::File {
                path: path.to_owned(),
                doing: "opened",
                source,
            })?,
            dirty: false,
        })
    }

    /// Appends records; they are on disk after [`Tail::sync`].
    pub(crate) fn append(&mut self, disk: &Disk, records: &[u8]) -> Result<(), Error> {
        self.dirty = true;
        // A crash in it leaves a torn end, which is cut at the next open.
        disk.append(&self.path, &self.file, records)
    }

    pub(crate) fn sync(&mut self, disk: &Disk) -> Result<(), Error> {
        if self.dirty {
            disk.sync_file(&self.path, &self.file)?;
            self.dirty = false;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(begin: u64, entries: &[(u64, &[u8])]) -> Vec<u8> {
        let mut bytes = head(begin);
        for (index, entry) in entries {
            record(*index, entry, &mut bytes);
        }
        bytes
    }

    fn read_back(bytes: &[u8]) -> Found {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tail");
        std::fs::write(&path, bytes).unwrap();
        read(&path).unwrap()
    }

    #[test]
    fn every_cut_leaves_the_whole_records_before_it() {
        let bytes = file(256, &[(256, b"one"), (257, b""), (600, b"three")]);
        let ends = [28, 28 + 19, 28 + 19 + 16, bytes.len()];
        for cut in 28..=bytes.len() {
            let found = read_back(&bytes[..cut]);
            let whole = ends.iter().filter(|end| **end <= cut).count() - 1;
            assert_eq!(found.begin, 256);
            assert_eq!(found.entries.len(), whole, "cut at {cut}");
            assert_eq!(found.torn_bytes, cut - ends[whole]);
        }
    }

    #[test]
    fn a_changed_byte_ends_the_reading_before_its_record() {
        let bytes = file(0, &[(0, b"one"), (1, b"two")]);
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 0x20;
            let found = read_back(&changed);
            let whole = match at {
                ..28 => 0,
                28..47 => 0,
                _ => 1,
            };
            assert_eq!(found.entries.len(), whole, "changed at {at}");
        }
    }

    #[test]
    fn a_missing_file_is_an_empty_tail() {
        let found = read(Path::new("/nonexistent/tail")).unwrap();
        assert_eq!((found.begin, found.entries.len()), (0, 0));
    }
}
