//! The engine, sled 1.0.0-alpha.124: the only place that knows it.
//!
//! Read in its source, and gone round here:
//! - Without its own flush timer every drop of a tree handle, and so of every iterator, flushes to
//!   disk. So the timer is on, but set to a time that never comes ([`TIMER_NEVER_MS`]).
//! - Its timer thread flushes once more on shutdown and aborts the process if that fails. So the
//!   engine is dropped only right after a flush that worked, and otherwise left behind ([`Engine::abandon`]).
//! - A flush after one that failed waits for ever. So nothing is flushed after a failure.
//! - An iterator with an upper bound reads to the end of the tree before it says that it is done.
//!   So none is given, and [`Scan`] ends itself.
//! - A page that was once written stays in memory until the engine is closed, whatever the size of
//!   the cache. So the store opens the engine anew from time to time (`store`).
//! - Its folder's lock lives as long as any handle. So every handle is back, or dropped, before the
//!   engine is closed to be opened again.
//! - Removing a row can deadlock with a batch, and copies past the end of a full page. So no row is
//!   ever removed.
//!
//! Never here: what a row means.

use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};

use crate::error::Doubt;
use crate::watch::{caught, watched};

/// Rows a page of the tree holds. Source: MEASURED.md.
const PAGE_ROWS: usize = 64;
/// How long the engine's own flush timer waits: about 35 years, in milliseconds.
const TIMER_NEVER_MS: usize = 1 << 40;
/// The zstd level of pages. Source: MEASURED.md.
const ZSTD_LEVEL: i32 = -3;
/// How often an opening is tried that found a lock taken; each waits for that lock.
const OPEN_TRIES_MAX: u32 = 100;
/// Handles kept for the next reader; more than readers at once is waste, fewer costs a copy.
const IDLE_HANDLES_MAX: usize = 64;

type Db = sled::Db<PAGE_ROWS>;
/// What one thread reads through; a handle cannot be shared.
pub(crate) type Handle = sled::Tree<PAGE_ROWS>;
/// A key or a value.
pub(crate) type Bytes = sled::InlineArray;
/// The rows of one atomic write.
pub(crate) type Batch = sled::Batch;

/// What a flush wrote.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wrote {
    pub(crate) bytes: u64,
}

/// An open tree.
#[derive(Debug)]
pub(crate) struct Engine {
    path: PathBuf,
    timeout: Duration,
    db: Mutex<Db>,
    idle: Mutex<Vec<Handle>>,
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Engine {
    /// Opens the tree in `path`, or makes it.
    pub(crate) fn open(path: &Path, cache_bytes: usize, timeout: Duration) -> Result<Self, Doubt> {
        let path = path.to_owned();
        watched("open", timeout, move || {
            let config = sled::Config::new()
                .path(&path)
                .cache_capacity_bytes(cache_bytes)
                .flush_every_ms(Some(TIMER_NEVER_MS))
                .zstd_compression_level(ZSTD_LEVEL);
            let db = open_unlocked(&path, &config)?;
            Ok(Self {
                path,
                timeout,
                db: Mutex::new(db),
                idle: Mutex::default(),
            })
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// How long it may take for anything.
    pub(crate) const fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Takes a handle; [`Engine::give_back`] returns it.
    pub(crate) fn handle(&self) -> Handle {
        if let Some(handle) = lock(&self.idle).pop() {
            return handle;
        }
        Handle::clone(&lock(&self.db))
    }

    pub(crate) fn give_back(&self, handle: Handle) {
        let mut idle = lock(&self.idle);
        if idle.len() < IDLE_HANDLES_MAX {
            idle.push(handle);
        }
    }

    /// Writes the rows, all or none. They are on disk after the next flush.
    pub(crate) fn apply(&self, batch: Batch) -> Result<(), Doubt> {
        let handle = self.handle();
        caught("apply a batch", || handle.apply_batch(batch))?;
        self.give_back(handle);
        Ok(())
    }

    /// Brings everything applied to disk.
    pub(crate) fn flush(&self) -> Result<Wrote, Doubt> {
        let handle = self.handle();
        watched("flush", self.timeout, move || {
            let stats = caught("flush", || handle.flush())?;
            let written = stats.write_batch;
            let bytes = written
                .heap_bytes_written
                .saturating_add(written.metadata_bytes_written);
            Ok(Wrote { bytes })
        })
    }

    /// Flushes and closes, so that the folder may be renamed or opened again.
    pub(crate) fn close(self) -> Result<(), Doubt> {
        if let Err(doubt) = self.flush() {
            self.abandon();
            return Err(doubt);
        }
        watched("close", self.timeout, move || {
            drop(self);
            Ok(())
        })
    }

    /// Leaves the engine as it is, without a flush: after a failure it would hang or abort.
    ///
    /// What it holds stays taken until the process ends: memory, files and the folder's lock.
    pub(crate) fn abandon(self) {
        std::mem::forget(self);
    }
}

/// Opens the tree once its locks are free.
///
/// Who else holds them is not another process, which `views` rules out, but this one: a child that it
/// starts holds a copy of every lock from its first instant to its second. The engine would give up.
fn open_unlocked(path: &Path, config: &sled::Config) -> Result<Db, Doubt> {
    for _ in 1..OPEN_TRIES_MAX {
        match caught("open", || Ok(config.open()))? {
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                for dir in [path.to_owned(), path.join("metadata")] {
                    // Waits for whoever holds it; one that is missing is not locked.
                    drop(File::open(dir).map(|dir| flock(dir, FlockOperation::LockExclusive)));
                }
            }
            opened => return caught("open", || opened),
        }
    }
    caught("open", || config.open())
}

/// Reads one row.
pub(crate) fn get(handle: &Handle, key: &[u8]) -> Result<Option<Bytes>, Doubt> {
    caught("read a row", || handle.get(key))
}

/// The rows from `start` on and before `end`, in key order.
pub(crate) struct Scan {
    /// None once it has ended or failed.
    rows: Option<sled::Iter<PAGE_ROWS>>,
    end: Vec<u8>,
}

/// Returns the rows from `start` on and before `end`; none without a handle.
pub(crate) fn scan<'h>(handle: impl Into<Option<&'h Handle>>, start: &[u8], end: Vec<u8>) -> Scan {
    Scan {
        rows: handle.into().map(|handle| handle.range(start..)),
        end,
    }
}

impl Iterator for Scan {
    type Item = Result<(Bytes, Bytes), Doubt>;

    fn next(&mut self) -> Option<Self::Item> {
        let rows = self.rows.as_mut()?;
        match caught("read rows", || rows.next().transpose()) {
            Ok(Some((key, value))) if *key < *self.end => Some(Ok((key, value))),
            Ok(_) => {
                self.rows = None;
                None
            }
            Err(doubt) => {
                self.rows = None;
                Some(Err(doubt))
            }
        }
    }
}
