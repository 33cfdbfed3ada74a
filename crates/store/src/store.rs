//! A store that is open: apply, flush, close, and what they leave behind.
//!
//! One writer, many readers. A [`Reading`] holds the shared lock for the whole of an answer; the
//! writer takes it exclusively for the instant of a batch. So an answer never mixes two positions.
//!
//! Never here: which folder is used (`views`), what readers ask for (`read`), the writer's view of the
//! rows (`writer`), and the engine being opened and closed (`state`).

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use event::Position;

use crate::changes::Before;
use crate::error::{Failure, OpenError};
use crate::read::Reading;
use crate::settings::Settings;
use crate::state::State;
use crate::{changes, keys, space};

/// What a flush did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flushed {
    /// Bytes written to disk.
    pub bytes: u64,
    /// Whether the engine was opened anew, to give back the memory of pages written.
    pub reopened: bool,
}

/// What only the writer uses.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    /// Bytes applied since the last flush.
    pending_bytes: u64,
    /// Bytes applied since the engine was opened.
    written_bytes: u64,
}

#[derive(Debug)]
struct Inner {
    settings: Settings,
    state: RwLock<State>,
    writer: Mutex<Writer>,
}

/// A store; clones are the same store.
#[derive(Clone, Debug)]
pub struct Store {
    inner: Arc<Inner>,
}

impl Store {
    /// Opens the store in `dir`, or makes an empty one, and checks the first and last of its rows.
    ///
    /// # Errors
    /// [`OpenError::Unusable`] when the folder is damaged, its engine panics or hangs (60 s), or its
    /// rows are of another log or version. The folder is then as it was found, or as the engine
    /// left it.
    pub fn open(dir: &Path, settings: Settings) -> Result<Self, OpenError> {
        let state = State::open(dir, &settings).map_err(|why| OpenError::Unusable {
            path: dir.to_owned(),
            why,
        })?;
        let (state, writer) = (RwLock::new(state), Mutex::default());
        Ok(Self {
            inner: Arc::new(Inner {
                settings,
                state,
                writer,
            }),
        })
    }

    /// Returns the settings it was opened with.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    /// Returns the last position folded.
    #[must_use]
    pub fn checkpoint(&self) -> Position {
        self.shared().checkpoint.position
    }

    /// Returns the root of the history up to the last position folded, as it was given to
    /// [`Store::apply_over`]; zeros when it was not, or nothing is folded.
    #[must_use]
    pub fn root(&self) -> [u8; 32] {
        self.shared().checkpoint.root
    }

    /// Returns what the rows come to: the position, and for each family how many there are and the
    /// sum of their checksums. Two nodes that folded the same history have the same.
    #[must_use]
    pub fn digest(&self) -> String {
        let checkpoint = self.shared().checkpoint;
        let families = keys::Family::ALL.iter().map(|family| {
            let tally = checkpoint.tally(*family);
            format!("{}:{}:{:016x}", family.name(), tally.rows, tally.sum)
        });
        let families: Vec<String> = families.collect();
        format!("{} {}", checkpoint.position, families.join(" "))
    }

    /// Begins an answer: until it is dropped, no batch is applied.
    ///
    /// One thread holds one at a time, and none while it applies or flushes; it would wait for
    /// itself.
    ///
    /// # Errors
    /// [`Failure::Poisoned`] or [`Failure::Closed`].
    pub fn read(&self) -> Result<Reading<'_>, Failure> {
        Reading::new(self.shared())
    }

    /// Writes the rows of a step and the checkpoint, all or none; rows that are as before are left.
    ///
    /// They are on disk after the next [`Store::flush`]; a crash before it costs folding them again.
    ///
    /// # Errors
    /// [`Failure::Gap`], [`Failure::Leaves`] and [`Failure::DiskLow`] when nothing was written;
    /// otherwise the store is to be rebuilt.
    pub fn apply(&self, rows: &fold::Rows) -> Result<(), Failure> {
        self.write(Before::default(), rows, [0; 32])
    }

    pub(crate) fn write(
        &self,
        before: Before,
        rows: &fold::Rows,
        root: [u8; 32],
    ) -> Result<(), Failure> {
        let mut writer = self.writer();
        let ready = {
            let state = self.shared();
            let engine = state.engine()?;
            space::check(engine.path(), writer.pending_bytes)?;
            changes::of(rows, root, &state, before)?
        };
        let bytes = ready.bytes;
        // A crash from here on leaves either all of the batch or none of it, and none at all that
        // came after the last flush.
        self.exclusive().apply(ready)?;
        writer.pending_bytes = writer.pending_bytes.saturating_add(bytes);
        writer.written_bytes = writer.written_bytes.saturating_add(bytes);
        Ok(())
    }

    /// Brings every batch applied to disk; readers go on meanwhile, the writer waits.
    ///
    /// When more than half of `cache_bytes` was written since the engine was opened, it is opened anew,
    /// for which readers wait some tenths of a second: the engine keeps every page it has written.
    ///
    /// # Errors
    /// [`Failure::DiskLow`] when nothing was tried; otherwise the store is to be rebuilt.
    pub fn flush(&self) -> Result<Flushed, Failure> {
        let mut writer = self.writer();
        let wrote = {
            let state = self.shared();
            let engine = state.engine()?;
            space::check(engine.path(), writer.pending_bytes)?;
            engine.flush().map_err(|doubt| state.failed(doubt))?
        };
        writer.pending_bytes = 0;
        let reopened = writer.written_bytes > self.inner.settings.cache_bytes / 2;
        if reopened {
            self.exclusive().reopen(&self.inner.settings)?;
            writer.written_bytes = 0;
        }
        Ok(Flushed {
            bytes: wrote.bytes,
            reopened,
        })
    }

    /// Tells whether the disk has room for what waits and for another batch.
    ///
    /// # Errors
    /// [`Failure::DiskLow`]; the store's failure.
    pub fn room(&self) -> Result<(), Failure> {
        let writer = self.writer();
        let state = self.shared();
        let engine = state.engine()?;
        space::check(engine.path(), writer.pending_bytes)
    }

    /// Flushes and closes; every clone is closed with it.
    ///
    /// # Errors
    /// The store's failure; the folder then holds what the last flush brought to disk.
    pub fn close(&self) -> Result<(), Failure> {
        let writer = self.writer();
        let closed = self.exclusive().close();
        drop(writer);
        closed
    }

    /// Puts the store in `dir` in this one's place, for every clone; waits for answers under way.
    ///
    /// `between` is run while neither is open.
    pub(crate) fn replace(
        &self,
        dir: &Path,
        between: impl FnOnce() -> Result<(), OpenError>,
    ) -> Result<(), OpenError> {
        let mut writer = self.writer();
        let mut state = self.exclusive();
        // A store in doubt is closed as well, which leaves its engine behind.
        drop(state.close());
        between()?;
        *state = State::open(dir, &self.inner.settings).map_err(|why| OpenError::Unusable {
            path: dir.to_owned(),
            why,
        })?;
        *writer = Writer::default();
        Ok(())
    }

    /// Returns the folder; none once closed.
    #[must_use]
    pub fn path(&self) -> Option<PathBuf> {
        self.shared()
            .engine
            .as_ref()
            .map(|engine| engine.path().to_owned())
    }

    pub(crate) fn shared(&self) -> RwLockReadGuard<'_, State> {
        self.inner
            .state
            .read()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn exclusive(&self) -> RwLockWriteGuard<'_, State> {
        self.inner
            .state
            .write()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn writer(&self) -> MutexGuard<'_, Writer> {
        self.inner
            .writer
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
