//! An archive that is open: append and sync.
//!
//! One writer, many readers (`read`). An entry that was appended can be read at once; it is surely on disk
//! after [`Archive::sync`], and only then may anything be signed for it.
//!
//! Never here: what is found on disk at the start (`open`).

use std::collections::VecDeque;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};

use bytes::Bytes;
use event::Position;
use proof::{Hash, Kind};

use crate::disk::{Disk, Unsynced};
use crate::edge::{Edge, Full, WIDTH};
use crate::error::Error;
use crate::files::{self, Packer};
use crate::tail::{self, Tail};

/// The longest entry, in bytes: its length in a bundle has two bytes. Source: C2SP tlog-tiles.
pub const ENTRY_BYTES_MAX: usize = proof::ENTRY_BYTES_MAX;
/// Bundles written and not synced, at the most: then a sync comes by itself. 262,144 entries, twice
/// what the projector appends between two of its own.
pub(crate) const UNSYNCED_BUNDLES_MAX: usize = 1_024;
/// This much of the volume stays free: 64 MiB, many times what waits to be synced on a live node.
const FREE_BYTES_MIN: u64 = 64 << 20;
/// Bundles whose entries stay in memory for who follows closely behind: 8,192 entries.
const RECENT_BUNDLES_MAX: usize = 32;
/// Bytes of entries that stay in memory: 16 MiB.
const RECENT_BYTES_MAX: usize = 16 << 20;

/// What readers share.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) edge: Edge,
    /// The newest full bundles, oldest first.
    pub(crate) recent: VecDeque<(u64, Arc<[Bytes]>)>,
    pub(crate) recent_bytes: usize,
    /// How many entries are surely on disk.
    pub(crate) synced: u64,
}

/// What only the writer uses.
pub(crate) struct Writer {
    pub(crate) tail: Tail,
    pub(crate) unsynced: Unsynced,
    pub(crate) packer: Packer,
    /// A write failed: what stands on disk is not known.
    pub(crate) poisoned: bool,
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let poisoned = self.poisoned;
        f.debug_struct("Writer")
            .field("poisoned", &poisoned)
            .finish()
    }
}

impl Writer {
    pub(crate) const fn new(tail: Tail, packer: Packer) -> Self {
        Self {
            tail,
            unsynced: Unsynced::none(),
            packer,
            poisoned: false,
        }
    }
}

/// The node's own copy of the history; see [`crate::Archive::open`].
#[derive(Debug)]
pub struct Archive {
    pub(crate) folder: PathBuf,
    pub(crate) disk: Disk,
    pub(crate) state: RwLock<State>,
    pub(crate) writer: Mutex<Writer>,
    /// Checkpoints are written one at a time.
    pub(crate) notes: Mutex<()>,
    /// Holds the lock until it is dropped.
    pub(crate) _lock: File,
}

impl Archive {
    /// Returns the folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Returns the last position held, which is also the size of the tree.
    #[must_use]
    pub fn last(&self) -> Position {
        Position::new(self.shared().edge.size())
    }

    /// Returns the last position that is surely on disk.
    #[must_use]
    pub fn synced(&self) -> Position {
        Position::new(self.shared().synced)
    }

    /// Appends entries, the first of which has the position after the last one held.
    ///
    /// Returns the new last position. They are surely on disk after [`Archive::sync`].
    ///
    /// # Errors
    /// [`Error::TooLong`] before anything is written; [`Error::File`], after which the archive takes
    /// nothing more, and [`Error::Poisoned`] from then on.
    pub fn append(&self, entries: &[Bytes]) -> Result<Position, Error> {
        if let Some(long) = entries.iter().find(|entry| entry.len() > ENTRY_BYTES_MAX) {
            return Err(Error::TooLong {
                bytes: long.len(),
                bytes_max: ENTRY_BYTES_MAX,
            });
        }
        let leaves: Vec<Hash> = entries.iter().map(|entry| proof::leaf(entry)).collect();
        self.write(|writer| {
            self.append_hashed(writer, entries, &leaves)?;
            if writer.unsynced.files() > UNSYNCED_BUNDLES_MAX {
                self.sync_all(writer)?;
            }
            Ok(())
        })?;
        Ok(self.last())
    }

    /// Refuses when the volume is too full to append more.
    ///
    /// # Errors
    /// [`Error::DiskLow`]; [`Error::File`] when the volume cannot be asked.
    pub fn room(&self) -> Result<(), Error> {
        let volume = rustix::fs::statvfs(&self.folder).map_err(|error| Error::File {
            path: self.folder.clone(),
            doing: "measured",
            source: error.into(),
        })?;
        let free_bytes = volume.f_bavail.saturating_mul(volume.f_frsize);
        if free_bytes >= FREE_BYTES_MIN {
            return Ok(());
        }
        Err(Error::DiskLow {
            free_bytes,
            needed_bytes: FREE_BYTES_MIN,
        })
    }

    /// Brings every entry appended to disk.
    ///
    /// # Errors
    /// As [`Archive::append`].
    pub fn sync(&self) -> Result<Position, Error> {
        self.write(|writer| self.sync_all(writer))?;
        Ok(self.synced())
    }

    /// Runs a write; after one that failed, nothing more is written.
    fn write(&self, work: impl FnOnce(&mut Writer) -> Result<(), Error>) -> Result<(), Error> {
        let mut writer = self.writer();
        if writer.poisoned {
            return Err(Error::Poisoned);
        }
        let done = work(&mut writer);
        writer.poisoned = done.is_err();
        done
    }

    fn append_hashed(
        &self,
        writer: &mut Writer,
        entries: &[Bytes],
        leaves: &[Hash],
    ) -> Result<(), Error> {
        let (size, fills) = {
            let state = self.shared();
            (state.edge.size(), state.edge.fills(entries.len()))
        };
        let mut records = Vec::new();
        if !fills {
            for (index, entry) in (size..).zip(entries) {
                tail::record(index, entry, &mut records);
            }
            // A crash here leaves a torn end, or entries that nobody was told of: both are read again.
            writer.tail.append(&self.disk, &records)?;
            let mut state = self.exclusive();
            for (entry, leaf) in entries.iter().zip(leaves) {
                state.edge.push(entry.clone(), *leaf);
            }
            return Ok(());
        }
        // The new edge is shown to readers once its files stand.
        let mut edge = self.shared().edge.clone();
        let mut bundles = Vec::new();
        for (entry, leaf) in entries.iter().zip(leaves) {
            for full in edge.push(entry.clone(), *leaf) {
                self.put(writer, &full)?;
                if let Full::Entries(index, entries) = full {
                    bundles.push((index, entries));
                }
            }
        }
        let begin = edge.size() / WIDTH * WIDTH;
        for (index, entry) in (begin..).zip(&edge.bundle) {
            tail::record(index, entry, &mut records);
        }
        writer.tail.append(&self.disk, &records)?;
        let mut state = self.exclusive();
        state.edge = edge;
        for (index, entries) in bundles {
            state.remember(index, entries.into());
        }
        Ok(())
    }

    /// Writes a full bundle or tile to its place, where nothing else stands.
    pub(crate) fn put(&self, writer: &mut Writer, full: &Full) -> Result<(), Error> {
        let (tile, bytes) = match full {
            Full::Hashes(tile, hashes) => (*tile, proof::write_hashes(hashes)),
            Full::Entries(index, entries) => {
                let tile = files::full(Kind::Entries, *index);
                let packed = writer.packer.pack(entries).map_err(|source| Error::File {
                    path: files::path(&self.folder, tile),
                    doing: "compressed",
                    source,
                })?;
                (tile, packed)
            }
        };
        let path = files::path(&self.folder, tile);
        // A crash leaves it whole or not at all; a power cut before the sync may leave it torn, and
        // the next open then makes it again from what is read again.
        self.disk
            .put(&self.folder, &path, &bytes, &mut writer.unsynced)
    }

    pub(crate) fn sync_all(&self, writer: &mut Writer) -> Result<(), Error> {
        if !writer.unsynced.is_empty() {
            return self.turn(writer);
        }
        let size = self.shared().edge.size();
        writer.tail.sync(&self.disk)?;
        self.exclusive().synced = size;
        Ok(())
    }

    /// Brings bundles and tiles to disk, and then begins a new tail after them.
    pub(crate) fn turn(&self, writer: &mut Writer) -> Result<(), Error> {
        let (size, bundle) = {
            let state = self.shared();
            (state.edge.size(), state.edge.bundle.clone())
        };
        self.disk.sync(&self.folder, &mut writer.unsynced)?;
        // A crash here leaves the old tail, from which the same is found again.
        let begin = size / WIDTH * WIDTH;
        let path = self.folder.join("tail");
        writer.tail = Tail::begin(&self.disk, &path, begin, &bundle)?;
        self.exclusive().synced = size;
        Ok(())
    }

    pub(crate) fn writer(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn shared(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn exclusive(&self) -> std::sync::RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn noting(&self) -> MutexGuard<'_, ()> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    pub(crate) fn remember(&mut self, index: u64, entries: Arc<[Bytes]>) {
        self.recent_bytes += bytes_of(&entries);
        self.recent.push_back((index, entries));
        while self.recent.len() > RECENT_BUNDLES_MAX || self.recent_bytes > RECENT_BYTES_MAX {
            let Some((_, oldest)) = self.recent.pop_front() else {
                break;
            };
            self.recent_bytes = self.recent_bytes.saturating_sub(bytes_of(&oldest));
        }
    }
}

fn bytes_of(entries: &[Bytes]) -> usize {
    entries.iter().map(Bytes::len).sum()
}
