//! The projector of a node: keeps the read model at the end of the history, and rebuilds it where it is in
//! doubt.
//!
//! Start at [`Projector::run`]. Everything is folded from the node's own archive, which the ingest
//! ([`crate::history::ingest`]) fills. The old model goes on serving while the new one is folded.
//!
//! Never here: the log, what a leaf means, and repairing the history.

use std::path::PathBuf;
use std::sync::Arc;

use ::archive::Archive;
use event::Position;
use store::{Identity, Opened, Store, Views};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::history::ingest::{REST, SPACE_WAIT};
use crate::node::{Node, Trouble};
use crate::projector::{
    self, FoldFailure, Leaf, READ_WAIT, RootedModel, STEP_LEAVES_MAX, Source, SourceError,
    StopReason,
};
use crate::query::model::{Model, ModelFailure};

/// The version of the rows that the fold writes: raised with every change that would fold an old
/// log to other rows. A store of another version is rebuilt.
pub const ROWS_VERSION: u32 = 17;

/// What follows the history.
pub struct Projector {
    /// The node that serves the model.
    pub node: Arc<Node>,
    /// The history.
    pub archive: Arc<Archive>,
    /// Tells how far the history is kept.
    pub kept: watch::Receiver<Position>,
    /// The folder of the read models.
    pub folder: PathBuf,
    /// Memory for the store's cache, in bytes.
    pub cache_bytes: usize,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Ends the following.
    pub stop: CancellationToken,
}

/// The number of entries that are read at a time when the history is scanned.
const SCAN_ENTRIES: usize = 1_024;

/// Why no model can be built.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A folder, or a second process in it.
    #[error(transparent)]
    Open(#[from] store::OpenError),
    /// A store that was just built fails.
    #[error("a freshly built store fails")]
    Store(#[from] store::Failure),
    /// A store that was just built does not fit the columns.
    #[error("a freshly built store cannot be loaded")]
    Load(#[source] ModelFailure),
}

impl From<ModelFailure> for Error {
    fn from(failure: ModelFailure) -> Self {
        match failure {
            ModelFailure::Store(failure) => Self::Store(failure),
            ModelFailure::Capacity(_) => Self::Load(failure),
        }
    }
}

impl Projector {
    /// Follows the history until asked to stop.
    ///
    /// # Errors
    /// [`Error`] when no model can be built at all.
    pub async fn run(self) -> Result<(), Error> {
        let settings = store::Settings {
            cache_bytes: u64::try_from(self.cache_bytes).unwrap_or(u64::MAX),
            engine_timeout: store::ENGINE_TIMEOUT,
            identity: Identity {
                log: journal::subjects::STREAM.into(),
                rows: ROWS_VERSION,
            },
        };
        let Some((views, opened)) = self.open(&settings).await? else {
            return Ok(());
        };
        let mut model = self.load(opened);
        if let Some(model) = &model {
            self.note_hiding(model.position());
        }
        if let Some(loaded) = model.take() {
            model = self.agreeing(loaded).await;
        }
        loop {
            if self.stop.is_cancelled() {
                return Ok(());
            }
            let current = match model.take() {
                Some(current) => current,
                None => match self.rebuilt(&views).await {
                    Some(current) => current,
                    None => return Ok(()),
                },
            };
            self.node.serve(current.clone());
            let from = current.position().next();
            match self.follow(&current, from, None, self.node.folded()).await {
                StopReason::Asked => return Ok(()),
                StopReason::Source(error) => {
                    self.report(&error).await;
                    model = Some(current);
                }
                StopReason::Sink(FoldFailure::Archive(error)) => {
                    self.report(&SourceError::Failed(Box::new(error))).await;
                    model = Some(current);
                }
                StopReason::Sink(FoldFailure::Store(low @ store::Failure::DiskLow { .. })) => {
                    // A full disk is the world's: what is folded goes on answering, and the fold goes on
                    // from there as soon as there is room.
                    if !self.room(current.store(), &low).await {
                        return Ok(());
                    }
                    model = Some(current);
                }
                StopReason::Sink(FoldFailure::Capacity(full)) => {
                    // What is folded goes on answering; nothing that this node does makes more room.
                    self.node.report(Trouble::Capacity(full));
                    self.stop.cancelled().await;
                    return Ok(());
                }
                StopReason::Sink(FoldFailure::Store(failure)) => {
                    tracing::warn!(error = %failure, "read model fails, rebuilding it");
                }
            }
        }
    }

    /// Notes what hides after `folded`, before anything is served: a scan of the history, no fold.
    fn note_hiding(&self, folded: Position) {
        let scan = || -> Result<(), ::archive::Error> {
            let mut next = folded.next();
            while next <= self.archive.last() {
                let entries = self.archive.entries(next, SCAN_ENTRIES)?;
                let Some((last, _)) = entries.last() else {
                    return Ok(());
                };
                next = last.next();
                for (position, entry) in &entries {
                    self.node.unfolded().note_leaf(*position, entry);
                }
            }
            Ok(())
        };
        if let Err(error) = blocking(scan) {
            tracing::warn!(error = %error, "history could not be scanned for what hides");
        }
    }

    /// Loads what was opened; none when it must be rebuilt.
    fn load(&self, opened: Opened) -> Option<Arc<Model>> {
        let store = match opened {
            Opened::Ready(store) => store,
            Opened::Rebuild(why) => {
                if let Some(why) = why {
                    tracing::warn!(error = %why, "read model is rebuilt");
                }
                return None;
            }
        };
        match blocking(|| Model::load(store)) {
            Ok(model) => Some(Arc::new(model)),
            Err(failure) => {
                tracing::warn!(error = %failure, "read model cannot be loaded, rebuilding it");
                None
            }
        }
    }

    /// Returns the model if it follows from the history that is kept; none when it must be rebuilt.
    ///
    /// A model that is ahead of the history (which lost what was not synced yet) is served until the
    /// ingest has read as far again.
    async fn agreeing(&self, model: Arc<Model>) -> Option<Arc<Model>> {
        let position = model.position();
        if self.archive.last() < position {
            self.node.serve(model.clone());
            let mut kept = self.kept.clone();
            tokio::select! {
                () = self.stop.cancelled() => return Some(model),
                _ = kept.wait_for(|kept| *kept >= position) => {}
            }
        }
        let named = proof::Hash::new(model.store().root());
        match blocking(|| self.archive.root(position)) {
            Ok(root) if position == Position::ZERO || root == named => Some(model),
            Ok(root) => {
                tracing::warn!(position = position.get(), %named, %root, "read model is of another history, rebuilding it");
                None
            }
            Err(error) => {
                self.report(&SourceError::Failed(Box::new(error))).await;
                Some(model)
            }
        }
    }

    /// Opens the folder of the read models, as soon as the disk lets it; none when stopped before.
    async fn open(&self, settings: &store::Settings) -> Result<Option<(Views, Opened)>, Error> {
        loop {
            match blocking(|| Views::open(&self.folder, settings.clone())) {
                Ok(opened) => {
                    self.node.mended("store");
                    return Ok(Some(opened));
                }
                Err(error @ store::OpenError::InUse { .. }) => return Err(error.into()),
                Err(error) => self.node.report(Trouble::Store(error.to_string())),
            }
            tokio::select! {
                () = self.stop.cancelled() => return Ok(None),
                () = tokio::time::sleep(SPACE_WAIT) => {}
            }
        }
    }

    /// Rebuilds until it succeeds; none when stopped before. What fails is the world: it is tried again.
    async fn rebuilt(&self, views: &Views) -> Option<Arc<Model>> {
        loop {
            match self.rebuild(views).await {
                Ok(model) => {
                    self.node.mended("store");
                    return model;
                }
                Err(error) => {
                    tracing::warn!(error = %error, "read model cannot be rebuilt, trying again");
                    self.node.report(Trouble::Store(error.to_string()));
                    tokio::select! {
                        () = self.stop.cancelled() => return None,
                        () = tokio::time::sleep(SPACE_WAIT) => {}
                    }
                }
            }
        }
    }

    /// Says that the store's disk is full and waits until there is room; false when stopped before.
    async fn room(&self, store: &Store, low: &store::Failure) -> bool {
        self.node.report(Trouble::StoreDisk(low.to_string()));
        loop {
            tokio::select! {
                () = self.stop.cancelled() => return false,
                () = tokio::time::sleep(SPACE_WAIT) => {}
            }
            if !matches!(store.room(), Err(store::Failure::DiskLow { .. })) {
                self.node.mended("store-disk");
                return true;
            }
        }
    }

    /// Folds the whole history into a second folder, which then takes the place of the first.
    async fn rebuild(&self, views: &Views) -> Result<Option<Arc<Model>>, Error> {
        loop {
            let next = blocking(|| views.begin_rebuild())?;
            let model = blocking(|| Model::load(next.clone()))?;
            let last = self.archive.last();
            let quiet = watch::Sender::new(model.position());
            let began_ms = self.clock.monotonic_ms();
            self.node.rebuilding(last, quiet.subscribe(), began_ms);
            let from = model.position().next();
            match self.follow(&model, from, Some(last), &quiet).await {
                StopReason::Asked if self.stop.is_cancelled() => return Ok(None),
                StopReason::Asked => {}
                StopReason::Source(error) => {
                    self.report(&error).await;
                    if self.stop.is_cancelled() {
                        return Ok(None);
                    }
                    continue;
                }
                StopReason::Sink(FoldFailure::Archive(error)) => {
                    self.report(&SourceError::Failed(Box::new(error))).await;
                    return Ok(None);
                }
                // The run that follows meets the limit again, and says so.
                StopReason::Sink(FoldFailure::Capacity(_)) => {}
                StopReason::Sink(FoldFailure::Store(low @ store::Failure::DiskLow { .. })) => {
                    if !self.room(model.store(), &low).await {
                        return Ok(None);
                    }
                    // What was folded stands in the second folder: it goes on from there.
                    blocking(|| model.store().close())?;
                    continue;
                }
                StopReason::Sink(FoldFailure::Store(failure)) => return Err(failure.into()),
            }
            let serving = self.node.model();
            let store: Store =
                blocking(|| views.promote(serving.as_ref().map(|m| m.store()), next))?;
            self.node.rebuilt();
            let seconds = self.clock.monotonic_ms().saturating_sub(began_ms) / 1_000;
            tracing::info!(position = last.get(), seconds, "read model is rebuilt");
            return Ok(Some(Arc::new(model.with_store(store))));
        }
    }

    async fn follow(
        &self,
        model: &Model,
        from: Position,
        until: Option<Position>,
        folded: &watch::Sender<Position>,
    ) -> StopReason<FoldFailure> {
        let history = ArchiveSource {
            node: self.node.clone(),
            archive: self.archive.clone(),
            kept: self.kept.clone(),
            next: from,
        };
        let (sender, ahead) = mpsc::channel(STEPS_AHEAD);
        let reading = tokio::spawn(read_ahead(history, sender));
        let mut source = ReadAhead(ahead);
        let rooted = RootedModel {
            model,
            archive: &self.archive,
        };
        let stopped = projector::run(
            &mut source,
            &rooted,
            &*self.clock,
            from,
            until,
            folded,
            &self.stop,
        )
        .await;
        reading.abort();
        stopped
    }

    /// Says that the history is damaged, and waits a little. A file that cannot be read is read again: of
    /// descriptors and disks there may be more in a moment.
    async fn report(&self, error: &SourceError) {
        let mut what = error.to_string();
        let mut cause = std::error::Error::source(error);
        let mut is_of_world = false;
        while let Some(error) = cause {
            what = format!("{what}: {error}");
            let archive = error.downcast_ref::<::archive::Error>();
            is_of_world |= archive.is_some_and(::archive::Error::is_of_world);
            cause = error.source();
        }
        if is_of_world {
            tracing::warn!(error = what, "history cannot be read, trying again");
        } else {
            self.node.report(Trouble::Archive(what));
        }
        tokio::select! {
            () = self.stop.cancelled() => {}
            () = tokio::time::sleep(REST) => {}
        }
    }
}

fn blocking<T>(work: impl FnOnce() -> T) -> T {
    tokio::task::block_in_place(work)
}

/// How many steps' leaves are read ahead while one is folded: two keep the fold from waiting, more
/// would only hold memory.
const STEPS_AHEAD: usize = 2;

/// Reads and parses leaves beside the fold, until it fails or nobody takes them.
async fn read_ahead(
    mut history: ArchiveSource,
    sender: mpsc::Sender<Result<Vec<Leaf>, SourceError>>,
) {
    loop {
        let leaves = history.next().await;
        let failed = leaves.is_err();
        if leaves.as_ref().is_ok_and(Vec::is_empty) {
            continue;
        }
        if sender.send(leaves).await.is_err() || failed {
            return;
        }
    }
}

/// What was read ahead, as a source.
struct ReadAhead(mpsc::Receiver<Result<Vec<Leaf>, SourceError>>);

impl Source for ReadAhead {
    async fn next(&mut self) -> Result<Vec<Leaf>, SourceError> {
        match tokio::time::timeout(READ_WAIT, self.0.recv()).await {
            Ok(Some(leaves)) => leaves,
            Ok(None) => Err(SourceError::Failed(
                "the reading beside the fold has ended".into(),
            )),
            Err(_none_came) => Ok(Vec::new()),
        }
    }
}

/// The history, read in order as it is kept.
struct ArchiveSource {
    node: Arc<Node>,
    archive: Arc<Archive>,
    kept: watch::Receiver<Position>,
    next: Position,
}

impl ArchiveSource {
    async fn next(&mut self) -> Result<Vec<Leaf>, SourceError> {
        let next = self.next;
        let more = self.kept.wait_for(|kept| *kept >= next);
        if !matches!(tokio::time::timeout(READ_WAIT, more).await, Ok(Ok(_))) {
            return Ok(Vec::new());
        }
        blocking(|| {
            let entries = self.archive.entries(next, STEP_LEAVES_MAX);
            let entries = entries.map_err(|error| SourceError::Failed(Box::new(error)))?;
            if let Some((last, _)) = entries.last() {
                self.next = last.next();
            }
            let leaves = entries.into_iter();
            let read = |(position, bytes)| match self.node.handoff().take(position, &bytes) {
                Some(reading) => Leaf::read(position, bytes, reading),
                None => Leaf::new(position, bytes),
            };
            let leaves: Vec<Leaf> = leaves.map(read).collect();
            let acts = leaves.iter().filter(|leaf| leaf.is_act());
            if let Some(last) = acts.last() {
                self.node.note_act(last.position);
            }
            Ok(leaves)
        })
    }
}
