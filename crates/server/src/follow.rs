//! Follows the log with the read model, and rebuilds the model where it is in doubt.
//!
//! Start at [`Follower::run`]. The old model goes on serving while the new one is folded.
//!
//! Never here: what a leaf means, and repairing the log.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use event::Position;
use journal::{Journal, ReadError, Reader, StreamState};
use store::{Identity, Opened, Store, Views};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::model::Model;
use crate::node::{Node, Trouble};
use crate::project::{self, Leaf, READ_WAIT, STEP_LEAVES_MAX, Source, SourceError, Stopped};
use crate::secrets;

/// The version of the rows that the fold writes: raised with every change that would fold an old
/// log to other rows. A store of another version is rebuilt.
pub const ROWS_VERSION: u32 = 2;

/// How long to wait before the log is asked again after a failure of the world.
const REST: Duration = Duration::from_millis(500);

/// What follows the log.
pub struct Follower {
    /// The node that serves the model.
    pub node: Arc<Node>,
    /// The log.
    pub journal: Journal,
    /// The folder of the read models.
    pub folder: PathBuf,
    /// Memory for the store's cache, in bytes.
    pub cache_bytes: usize,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Ends the following.
    pub stop: CancellationToken,
}

/// Why no model can be built.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A folder, or a second process in it.
    #[error(transparent)]
    Open(#[from] store::OpenError),
    /// A store that was just built fails.
    #[error("a freshly built store fails")]
    Store(#[from] store::Failure),
    /// The note of which log is followed.
    #[error("{path} could not be read or written")]
    Note {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl Follower {
    /// Follows the log until asked to stop.
    ///
    /// # Errors
    /// [`Error`] when no model can be built at all.
    pub async fn run(self) -> Result<(), Error> {
        let Some(state) = self.state().await else {
            return Ok(());
        };
        let settings = store::Settings {
            cache_bytes: u64::try_from(self.cache_bytes).unwrap_or(u64::MAX),
            engine_timeout: store::ENGINE_TIMEOUT,
            identity: Identity {
                log: journal::subjects::STREAM.into(),
                rows: ROWS_VERSION,
            },
        };
        let (views, opened) = blocking(|| Views::open(&self.folder, settings))?;
        let mut model = self.load(opened);
        if let Some(model) = &model {
            self.node.serve(model.clone());
        }
        if let Some(trouble) = self.diverged(&state, model.as_deref()).await? {
            // What is known is still served; nothing is folded over it.
            self.node.report(trouble);
            self.stop.cancelled().await;
            return Ok(());
        }
        loop {
            let current = match model.take() {
                Some(current) => current,
                None => match self.rebuild(&views).await? {
                    Some(current) => current,
                    None => return Ok(()),
                },
            };
            self.node.serve(current.clone());
            match self
                .follow(
                    &current,
                    current.position().next(),
                    None,
                    self.node.folded(),
                )
                .await
            {
                Stopped::Asked => return Ok(()),
                Stopped::Source(error) => self.report(error).await,
                Stopped::Sink(failure) => {
                    tracing::warn!(error = %failure, "read model fails, rebuilding it");
                }
            }
            if self.stop.is_cancelled() {
                return Ok(());
            }
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

    /// Folds the whole log into a second folder, which then takes the place of the first.
    async fn rebuild(&self, views: &Views) -> Result<Option<Arc<Model>>, Error> {
        loop {
            let next = blocking(|| views.begin_rebuild())?;
            let model = blocking(|| Model::load(next.clone()))?;
            let Some(state) = self.state().await else {
                return Ok(None);
            };
            self.node.rebuilding(Some(state.last));
            let quiet = watch::Sender::new(Position::ZERO);
            let from = model.position().next();
            match self.follow(&model, from, Some(state.last), &quiet).await {
                Stopped::Asked if self.stop.is_cancelled() => return Ok(None),
                Stopped::Asked => {}
                Stopped::Source(error) => {
                    self.report(error).await;
                    if self.stop.is_cancelled() {
                        return Ok(None);
                    }
                    continue;
                }
                Stopped::Sink(failure) => return Err(failure.into()),
            }
            let serving = self.node.model();
            let store: Store =
                blocking(|| views.promote(serving.as_ref().map(|m| m.store()), next))?;
            self.node.rebuilding(None);
            return Ok(Some(Arc::new(model.with_store(store))));
        }
    }

    async fn follow(
        &self,
        model: &Model,
        from: Position,
        until: Option<Position>,
        folded: &watch::Sender<Position>,
    ) -> Stopped<store::Failure> {
        let log = Log {
            journal: self.journal.clone(),
            reader: None,
            next: from,
        };
        let (sender, ahead) = mpsc::channel(STEPS_AHEAD);
        let reading = tokio::spawn(read_ahead(log, sender));
        let mut source = Ahead(ahead);
        let stopped = project::run(
            &mut source,
            model,
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

    /// Says what is wrong with the log, and waits: for ever after a gap, else a little.
    async fn report(&self, error: SourceError) {
        match error {
            SourceError::Gap { expected, found } => {
                self.node.report(Trouble::Gap { expected, found });
                self.stop.cancelled().await;
            }
            SourceError::Recreated { expected, found } => {
                let why = format!("it was created at {found}, but the one folded at {expected}");
                self.node.report(Trouble::Diverged(why));
                self.stop.cancelled().await;
            }
            SourceError::Failed(error) => {
                tracing::warn!(error = %error, "log cannot be read, trying again");
                tokio::select! {
                    () = self.stop.cancelled() => {}
                    () = tokio::time::sleep(REST) => {}
                }
            }
        }
    }

    /// Returns how the log stands; none when stopped before it answers.
    async fn state(&self) -> Option<StreamState> {
        loop {
            match self.journal.state().await {
                Ok(state) => return Some(state),
                Err(error) => {
                    tracing::warn!(error = %error, "log does not answer, trying again");
                    tokio::select! {
                        () = self.stop.cancelled() => return None,
                        () = tokio::time::sleep(REST) => {}
                    }
                }
            }
        }
    }

    /// Compares the log with what was folded: its creation, its beginning, its end, and the last
    /// leaf, byte for byte.
    async fn diverged(
        &self,
        state: &StreamState,
        model: Option<&Model>,
    ) -> Result<Option<Trouble>, Error> {
        let created = noted(&self.folder.with_extension("log"), &state.created)?;
        if created != state.created {
            let why = format!(
                "it was created at {}, but the one folded at {created}",
                state.created
            );
            return Ok(Some(Trouble::Diverged(why)));
        }
        if state.first > Position::new(1) {
            let why = format!("it begins at position {}, but must begin at 1", state.first);
            return Ok(Some(Trouble::Diverged(why)));
        }
        let known = model.map_or(Position::ZERO, Model::position);
        if state.last < known {
            return Ok(Some(Trouble::Shortened {
                last: state.last,
                known,
            }));
        }
        let (Some(model), true) = (model, known > Position::ZERO) else {
            return Ok(None);
        };
        let folded = model.store().read()?.leaf(known)?;
        let stored = loop {
            match self.journal.get(known).await {
                Ok(stored) => break stored,
                Err(error) => {
                    tracing::warn!(error = %error, "log does not answer, trying again");
                    tokio::select! {
                        () = self.stop.cancelled() => return Ok(None),
                        () = tokio::time::sleep(REST) => {}
                    }
                }
            }
        };
        let same = stored.is_some_and(|stored| folded.as_deref() == Some(&*stored.payload));
        Ok((!same).then(|| Trouble::Diverged(format!("position {known} holds other bytes"))))
    }
}

/// Returns the note of when the followed log was created, made of `created` where there is none.
fn noted(path: &Path, created: &str) -> Result<String, Error> {
    let failed = |source| Error::Note {
        path: path.to_owned(),
        source,
    };
    match fs::read_to_string(path) {
        Ok(text) => Ok(text.trim().to_owned()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            secrets::write(path, created).map_err(failed)
        }
        Err(error) => Err(failed(error)),
    }
}

fn blocking<T>(work: impl FnOnce() -> T) -> T {
    tokio::task::block_in_place(work)
}

/// How many steps' leaves are read ahead while one is folded: two keep the fold from waiting, more
/// would only hold memory.
const STEPS_AHEAD: usize = 2;

/// Reads and parses leaves beside the fold, until it fails or nobody takes them.
async fn read_ahead(mut log: Log, sender: mpsc::Sender<Result<Vec<Leaf>, SourceError>>) {
    loop {
        let leaves = log.next().await;
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
struct Ahead(mpsc::Receiver<Result<Vec<Leaf>, SourceError>>);

impl Source for Ahead {
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

/// The log, read in order; its reader is made anew after a failure.
struct Log {
    journal: Journal,
    reader: Option<Reader>,
    next: Position,
}

impl Log {
    async fn next(&mut self) -> Result<Vec<Leaf>, SourceError> {
        let mut reader = match self.reader.take() {
            Some(reader) => reader,
            None => self.journal.read(self.next).await.map_err(failed)?,
        };
        let messages = match reader.next_batch(STEP_LEAVES_MAX, READ_WAIT).await {
            Ok(messages) => messages,
            Err(ReadError::Gap { expected, found }) => {
                return Err(SourceError::Gap { expected, found });
            }
            Err(ReadError::Recreated { expected, found }) => {
                return Err(SourceError::Recreated { expected, found });
            }
            Err(error @ ReadError::Failure(_)) => return Err(failed(error)),
        };
        self.reader = Some(reader);
        if let Some(last) = messages.last() {
            self.next = last.position.next();
        }
        Ok(blocking(|| {
            let leaves = messages.into_iter();
            leaves
                .map(|m| Leaf::new(m.position, m.subject, m.payload))
                .collect()
        }))
    }
}

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> SourceError {
    SourceError::Failed(Box::new(error))
}
