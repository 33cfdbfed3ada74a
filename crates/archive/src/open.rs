//! Opening: what a crash or a power cut left, brought back to the longest history that is whole.
//!
//! The tail's head says from where on nothing is surely on disk. From there, bundle after bundle is
//! read: one that is whole counts, and its tiles are made again by the very code that made them;
//! the first that is not ends it, and what the tail holds follows. What lies behind the end is
//! removed, and read again from the stream.
//!
//! Never here: the stream.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::sync::{Mutex, RwLock};
use std::time::Duration;

use bytes::Bytes;
use event::Position;
use proof::{Hash, Kind, TILE_LEVEL_MAX, perfect_root};
use rustix::fs::FlockOperation;

use crate::archive::{Archive, State, UNSYNCED_BUNDLES_MAX, Writer};
use crate::disk::{self, Disk};
use crate::edge::{Edge, Full, WIDTH};
use crate::error::Error;
use crate::files::{self, Packer};
use crate::tail::{self, Tail};

fn file(path: &Path, doing: &'static str) -> impl FnOnce(std::io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::File {
        path,
        doing,
        source,
    }
}

impl Archive {
    /// Opens the history in `folder`, or begins one.
    ///
    /// A torn end is cut; everything that was synced is there. A copy that was made while a node wrote, in
    /// whatever order of its files, is cut to what is whole: where the last bundles are not there at all,
    /// the history ends before them. Tiles that are missing are made again from their bundles.
    ///
    /// # Errors
    /// [`Error::InUse`]; [`Error::Damaged`] when a bundle is missing that others follow on, or one that was
    /// synced is not whole; [`Error::File`].
    pub fn open(folder: &Path, disk: Disk) -> Result<Self, Error> {
        disk.make(folder)?;
        let lock = lock(folder)?;
        let found = tail::read(&folder.join("tail"))?;
        if found.torn_bytes > 0 {
            tracing::warn!(bytes = found.torn_bytes, "torn end of the history is cut");
        }
        let (begin, edge) = whole_edge(folder, found.begin / WIDTH * WIDTH)?;
        let packer = Packer::new().map_err(file(folder, "prepared for compression"))?;
        let state = State {
            edge,
            ..State::default()
        };
        let mut entries = found.entries;
        let held = entries.split_off(&begin);
        let archive = Self {
            folder: folder.to_owned(),
            state: RwLock::new(state),
            writer: Mutex::new(Writer::new(Tail::open(&folder.join("tail"))?, packer)),
            disk,
            notes: Mutex::new(()),
            _lock: lock,
        };
        let mut writer = archive.writer();
        archive.recover(&mut writer, held, Found::Kept)?;
        drop(writer);
        Ok(archive)
    }

    /// Brings the end of the history back to what is whole, after a write that failed, and writes all of
    /// it anew that was not surely on disk: what a sync failed for once is not on disk when it succeeds
    /// the second time.
    ///
    /// Returns the last position held.
    ///
    /// # Errors
    /// As [`Archive::open`]: nothing more is written then, and this may be called again.
    pub fn heal(&self) -> Result<Position, Error> {
        let mut writer = self.writer();
        writer.poisoned = true;
        let found = tail::read(&self.folder.join("tail"))?;
        let begin = found.begin / WIDTH * WIDTH;
        let before = self.shared().edge.clone();
        self.exclusive().edge = restore(&self.folder, begin)?;
        let mut entries = found.entries;
        let healed = self.recover(&mut writer, entries.split_off(&begin), Found::Rewritten);
        let is_shorter = self.shared().edge.size() < before.size();
        if healed.is_err() || is_shorter {
            self.exclusive().edge = before;
        }
        healed?;
        if is_shorter {
            return Err(Error::Damaged {
                path: self.folder.join("tail"),
                why: "it ends before what was read from it",
            });
        }
        writer.poisoned = false;
        drop(writer);
        Ok(self.last())
    }

    fn recover(
        &self,
        writer: &mut Writer,
        mut held: BTreeMap<u64, Bytes>,
        of: Found,
    ) -> Result<(), Error> {
        let mut edge = self.shared().edge.clone();
        let mut bundles: u64 = edge.size() / WIDTH;
        while let Some(entries) = self.whole(bundles)? {
            let path = files::path(&self.folder, files::full(Kind::Entries, bundles));
            writer.unsynced.add(&self.folder, &path);
            for entry in entries {
                let leaf = proof::leaf(&entry);
                let full = edge.push(entry, leaf);
                match of {
                    Found::Kept => self.put_new(writer, &full)?,
                    Found::Rewritten => {
                        full.iter().try_for_each(|full| self.put(writer, full))?;
                    }
                }
            }
            bundles += 1;
            held = held.split_off(&edge.size());
        }
        while let Some(entry) = held.remove(&edge.size()) {
            let leaf = proof::leaf(&entry);
            for full in edge.push(entry, leaf) {
                self.put(writer, &full)?;
            }
        }
        let first = edge.size() / WIDTH;
        let last = first.saturating_add(u64::try_from(UNSYNCED_BUNDLES_MAX).unwrap_or(u64::MAX));
        for index in first..=last {
            for kind in [Kind::Entries, Kind::Hashes(0)] {
                let path = files::path(&self.folder, files::full(kind, index));
                if path.exists() {
                    tracing::warn!(path = %path.display(), "file behind the history's end is removed");
                    self.disk.remove(&path)?;
                }
            }
        }
        self.exclusive().edge = edge;
        self.turn(writer)
    }

    /// Writes tiles that do not stand yet; a bundle that was read stands.
    fn put_new(&self, writer: &mut Writer, full: &[Full]) -> Result<(), Error> {
        for full in full {
            match full {
                Full::Entries(..) => {}
                Full::Hashes(tile, hashes) => {
                    let path = files::path(&self.folder, *tile);
                    if disk::read(&path)?.as_deref() == Some(&*proof::write_hashes(hashes)) {
                        writer.unsynced.add(&self.folder, &path);
                    } else {
                        self.put(writer, full)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Returns a bundle's entries if it is whole.
    fn whole(&self, index: u64) -> Result<Option<Vec<Bytes>>, Error> {
        let tile = files::full(Kind::Entries, index);
        let read = match files::bundle(&self.folder, index) {
            Ok(None) => return Ok(None),
            Ok(Some(bundle)) => files::entries(&self.folder, tile, &bundle),
            Err(error) => Err(error),
        };
        match read {
            Ok(entries) => Ok(Some(entries)),
            Err(error @ Error::Damaged { .. }) => {
                tracing::warn!(error = %error, "history ends before a bundle that is not whole");
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

/// How often a lock that is taken is tried for, and how long is waited in between: a child that this
/// process starts holds a copy of every lock from its first instant to its second.
const LOCK_TRIES: u32 = 20;
const LOCK_WAIT: Duration = Duration::from_millis(20);

fn lock(folder: &Path) -> Result<File, Error> {
    let path = folder.join("lock");
    let lock = File::create(&path).map_err(file(&path, "made"))?;
    for _ in 0..LOCK_TRIES {
        match rustix::fs::flock(&lock, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => return Ok(lock),
            Err(rustix::io::Errno::WOULDBLOCK) => std::thread::sleep(LOCK_WAIT),
            Err(error) => return Err(file(&path, "locked")(error.into())),
        }
    }
    Err(Error::InUse {
        path: folder.to_owned(),
    })
}

/// What becomes of a bundle that was found whole and not surely on disk.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Found {
    /// It is kept, and synced.
    Kept,
    /// It is written anew.
    Rewritten,
}

/// Makes the edge of the greatest tree of at most `size` entries whose bundles are all there.
///
/// Returns its size, a multiple of 256, and the edge. A smaller one than its bundles make where tiles are
/// missing: what follows makes them again.
fn whole_edge(folder: &Path, size: u64) -> Result<(u64, Edge), Error> {
    let damage = match restore(folder, size) {
        Ok(edge) => return Ok((size, edge)),
        Err(damage @ Error::Damaged { .. }) => damage,
        Err(error) => return Err(error),
    };
    let stands = |kind, index| files::path(folder, files::full(kind, index)).exists();
    let bundles = size / WIDTH;
    let leading = |kind| {
        (0..bundles)
            .take_while(|index| stands(kind, *index))
            .count()
    };
    let entries = u64::try_from(leading(Kind::Entries)).unwrap_or(bundles);
    if (entries..bundles).any(|index| stands(Kind::Entries, index)) {
        // Not the end is missing, but something in the middle: a person must look.
        return Err(damage);
    }
    let tiles = u64::try_from(leading(Kind::Hashes(0))).unwrap_or(bundles);
    let mut cut = entries.min(tiles) * WIDTH;
    let mut width = WIDTH;
    loop {
        match restore(folder, cut) {
            Ok(edge) => {
                tracing::warn!(
                    was = size,
                    is = entries * WIDTH,
                    "history ends before what its tail says: it is cut to what is whole, as a copy made while a node wrote"
                );
                return Ok((cut, edge));
            }
            Err(Error::Damaged { .. }) if cut > 0 => {
                width = width.saturating_mul(WIDTH);
                cut = cut.saturating_sub(1) / width * width;
            }
            Err(error) => return Err(error),
        }
    }
}

/// Makes the edge of a tree of `size` entries, a multiple of 256, from the tiles below it.
fn restore(folder: &Path, size: u64) -> Result<Edge, Error> {
    let damaged = |kind, index, why| Error::Damaged {
        path: files::path(folder, files::full(kind, index)),
        why,
    };
    if let Some(last) = (size / WIDTH).checked_sub(1)
        && files::bundle(folder, last)?.is_none()
    {
        return Err(damaged(Kind::Entries, last, "it is missing"));
    }
    let mut rows: Vec<Vec<Hash>> = Vec::new();
    let mut width = size;
    for level in 0..=TILE_LEVEL_MAX {
        let mut row = Vec::new();
        let first = width / WIDTH * WIDTH;
        for index in first..width {
            // Level 0 has no such index: the size is a multiple of 256.
            let below = Kind::Hashes(level.saturating_sub(1));
            let hashes = files::hashes(folder, files::full(below, index))?;
            let root = hashes.and_then(|hashes| perfect_root(&hashes));
            row.push(root.ok_or_else(|| damaged(below, index, "it is missing"))?);
        }
        rows.push(row);
        width /= WIDTH;
        if width == 0 {
            break;
        }
    }
    Edge::restore(size, rows).ok_or_else(|| damaged(Kind::Hashes(0), 0, "it is missing"))
}
