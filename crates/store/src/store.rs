//! A store that is open: apply, flush, close, and what they leave behind.
//!
//! One writer, many readers. A [`Reading`] holds the shared lock for the whole of an answer; the
//! writer takes it exclusively for the instant of a batch. So an answer never mixes two positions.
//!
//! Never here: which folder is used (`views`), and what readers ask for (`read`).

use std::path::{Path, PathBuf};
use std::sync::{
    Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
};
use std::time::Duration;

use event::Position;

use crate::changes::{Before, Ready};
use crate::checkpoint::{Checkpoint, Meta, SCHEMA};
use crate::engine::{Batch, Engine, Handle};
use crate::error::{Doubt, Failure, OpenError};
use crate::read::Reading;
use crate::shorts::Shorts;
use crate::writer::WriterView;
use crate::{changes, engine, keys, space, verify, watch};

/// Whose rows a store holds; one of another identity is rebuilt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The log, such as its stream's name and creation time; another text is another log.
    pub log: String,
    /// The version of the fold's rows and counting.
    pub rows: u32,
}

/// How a store is opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Memory for pages that are read, in bytes.
    ///
    /// Pages that were written come on top, up to as much again before the engine is opened anew.
    pub cache_bytes: u64,
    /// Whose rows it holds.
    pub identity: Identity,
    /// How long the engine may take to open, flush, close, or read on, before it counts as hung;
    /// [`ENGINE_TIMEOUT`] but in tests.
    pub engine_timeout: Duration,
}

/// How long the engine may take before it counts as hung: 60 s.
///
/// It hangs on a full disk, after a failed flush, and on some damage; the slowest sound opening seen
/// took 1.5 s. Source: MEASURED.md.
pub const ENGINE_TIMEOUT: Duration = Duration::from_secs(60);

/// What a flush did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flushed {
    /// Bytes written to disk.
    pub bytes: u64,
    /// Whether the engine was opened anew, to give back the memory of pages written.
    pub reopened: bool,
}

/// What readers share.
#[derive(Debug)]
pub(crate) struct State {
    /// None once closed.
    pub(crate) engine: Option<Engine>,
    pub(crate) checkpoint: Checkpoint,
    pub(crate) shorts: Shorts,
    /// The first doubt; nothing is read or written after it.
    pub(crate) fault: OnceLock<Doubt>,
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
        let state = open_state(dir, &settings).map_err(|why| OpenError::Unusable {
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
        let families = crate::keys::Family::ALL.iter().map(|family| {
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

    /// Returns the writer's own view of the rows, which holds no lock between reads.
    ///
    /// It remembers what it reads, so that [`Store::apply_over`] knows which rows changed. A row that
    /// is under way to the store must not be read through it: what it remembers would be old.
    #[must_use]
    pub fn writer_view(&self) -> WriterView {
        WriterView::new(self.clone())
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

    /// As [`Store::apply`], for rows that were folded over `view`, which saves reading them again.
    ///
    /// The checkpoint names the root of the history up to it as well, so that it can be compared
    /// with the history before the store is used again.
    ///
    /// # Errors
    /// As [`Store::apply`].
    pub fn apply_over(
        &self,
        view: WriterView,
        rows: &fold::Rows,
        root: [u8; 32],
    ) -> Result<(), Failure> {
        self.write(view.into_before(), rows, root)
    }

    fn write(&self, before: Before, rows: &fold::Rows, root: [u8; 32]) -> Result<(), Failure> {
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
        *state = open_state(dir, &self.inner.settings).map_err(|why| OpenError::Unusable {
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

impl State {
    /// Returns the engine while nothing casts doubt on it.
    pub(crate) fn engine(&self) -> Result<&Engine, Failure> {
        if let Some(doubt) = self.fault.get() {
            return Err(Failure::Poisoned(doubt.clone()));
        }
        self.engine.as_ref().ok_or(Failure::Closed)
    }

    /// Keeps the doubt, so that nothing is read or written after it.
    pub(crate) fn failed(&self, doubt: Doubt) -> Failure {
        Failure::Corrupt(self.fault.get_or_init(|| doubt).clone())
    }

    fn apply(&mut self, ready: Ready) -> Result<(), Failure> {
        let applied = self.engine()?.apply(ready.batch);
        applied.map_err(|doubt| self.failed(doubt))?;
        self.checkpoint = ready.checkpoint;
        self.shorts.extend(ready.shorts);
        self.shorts.extend_by_key(ready.by_key);
        Ok(())
    }

    fn close(&mut self) -> Result<(), Failure> {
        let Some(engine) = self.engine.take() else {
            return Ok(());
        };
        if let Some(doubt) = self.fault.get() {
            engine.abandon();
            return Err(Failure::Poisoned(doubt.clone()));
        }
        engine.close().map_err(|doubt| self.failed(doubt))
    }

    /// Closes the engine and opens it again. A crash between leaves the folder as flushed.
    fn reopen(&mut self, settings: &Settings) -> Result<(), Failure> {
        let path = self.engine()?.path().to_owned();
        self.close()?;
        let opened = open_engine(&path, settings, |_| Ok(()));
        let (engine, checkpoint, ()) = opened.map_err(|doubt| self.failed(doubt))?;
        if checkpoint != self.checkpoint {
            let doubt = Doubt::Row {
                family: "checkpoint",
                why: "it is another than was flushed",
            };
            engine.abandon();
            return Err(self.failed(doubt));
        }
        self.engine = Some(engine);
        Ok(())
    }
}

impl Drop for State {
    fn drop(&mut self) {
        if let Err(failure) = self.close() {
            tracing::warn!(%failure, "store was not closed cleanly");
        }
    }
}

fn open_state(dir: &Path, settings: &Settings) -> Result<State, Doubt> {
    let (engine, checkpoint, shorts) = open_engine(dir, settings, Shorts::load)?;
    Ok(State {
        engine: Some(engine),
        checkpoint,
        shorts,
        fault: OnceLock::new(),
    })
}

/// Opens the engine and reads enough to know whose rows these are and where they end, and `more`.
fn open_engine<T: Send + 'static>(
    dir: &Path,
    settings: &Settings,
    more: fn(&Handle) -> Result<T, Doubt>,
) -> Result<(Engine, Checkpoint, T), Doubt> {
    let cache_bytes = usize::try_from(settings.cache_bytes).unwrap_or(usize::MAX);
    let engine = Engine::open(dir, cache_bytes, settings.engine_timeout)?;
    let meta = Meta {
        schema: SCHEMA,
        rows: settings.identity.rows,
        log: settings.identity.log.clone(),
    };
    let handle = engine.handle();
    let checked = watch::watched("read the first rows", engine.timeout(), move || {
        let checkpoint = first_rows(&handle, &meta)?;
        verify::ends(&handle, &checkpoint)?;
        Ok((checkpoint, more(&handle)?, handle))
    });
    match checked {
        Ok((checkpoint, more, handle)) => {
            engine.give_back(handle);
            Ok((engine, checkpoint, more))
        }
        Err(doubt @ (Doubt::OtherLog { .. } | Doubt::OtherVersion { .. })) => {
            engine.close()?;
            Err(doubt)
        }
        Err(doubt) => {
            engine.abandon();
            Err(doubt)
        }
    }
}

fn first_rows(handle: &Handle, expected: &Meta) -> Result<Checkpoint, Doubt> {
    let meta = engine::get(handle, &keys::META)?;
    let checkpoint = engine::get(handle, &keys::CHECKPOINT)?;
    match (meta, checkpoint) {
        (Some(meta), Some(checkpoint)) => {
            Meta::decode(&meta)?.check(expected)?;
            Checkpoint::decode(&checkpoint)
        }
        (None, None) => {
            let checkpoint = Checkpoint::default();
            let mut batch = Batch::default();
            batch.insert(keys::META, expected.encode()?);
            batch.insert(keys::CHECKPOINT, checkpoint.encode()?);
            watch::caught("write the first rows", || handle.apply_batch(batch))?;
            Ok(checkpoint)
        }
        _ => Err(Doubt::Row {
            family: "checkpoint",
            why: "it or the meta row is missing",
        }),
    }
}
