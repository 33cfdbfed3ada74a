//! What readers share of an open store: the engine, the checkpoint and the index of short hashes.
//!
//! Start at [`State::open`]. The first doubt poisons it.
//!
//! Never here: locks (see [`crate::store`]), and what a batch holds (see [`crate::changes`]).

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::OnceLock;

use event::{KeyHash, Position};

use crate::checkpoint::{Checkpoint, Meta, SCHEMA};
use crate::engine::{self, Batch, Engine, Handle};
use crate::error::{Doubt, Failure};
use crate::settings::Settings;
use crate::shorts::Shorts;
use crate::{ends, keys, watch};

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

/// A batch that is ready to be written.
pub(crate) struct Ready {
    pub(crate) batch: Batch,
    pub(crate) checkpoint: Checkpoint,
    /// The short hashes it adds to the index.
    pub(crate) shorts: Vec<(Position, u64)>,
    /// The records it adds that are found by their whole hash.
    pub(crate) by_key: BTreeSet<KeyHash>,
    /// Bytes of its keys and values.
    pub(crate) bytes: u64,
}

impl State {
    /// Opens the engine in `dir`, or makes an empty one, and checks the first and last of its rows.
    pub(crate) fn open(dir: &Path, settings: &Settings) -> Result<Self, Doubt> {
        let (engine, checkpoint, shorts) = open_engine(dir, settings, Shorts::load)?;
        Ok(Self {
            engine: Some(engine),
            checkpoint,
            shorts,
            fault: OnceLock::new(),
        })
    }

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

    pub(crate) fn apply(&mut self, ready: Ready) -> Result<(), Failure> {
        let applied = self.engine()?.apply(ready.batch);
        applied.map_err(|doubt| self.failed(doubt))?;
        self.checkpoint = ready.checkpoint;
        self.shorts.extend(ready.shorts);
        self.shorts.extend_by_key(ready.by_key);
        Ok(())
    }

    pub(crate) fn close(&mut self) -> Result<(), Failure> {
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
    pub(crate) fn reopen(&mut self, settings: &Settings) -> Result<(), Failure> {
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
        ends::check(&handle, &checkpoint)?;
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
