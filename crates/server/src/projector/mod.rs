//! The projector: reads the history in order and folds it into the read model.
//!
//! Start at [`run`]. It is generic over where leaves come from and where rows go, so that a test runs
//! this very loop on a scripted history and on a sink that fails on command. While the rows of one
//! step are written, the next is folded over them ([`crate::projector::overlay`]).
//!
//! Never here: HTTP, and what an event means.

pub mod handoff;
pub mod overlay;
pub mod rebuild;

use std::future::Future;
use std::time::Duration;

use ::archive::Archive;
use event::{Position, Reading};
use fold::{Kept, Rows, Step, View};
use futures_util::FutureExt as _;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::projector::overlay::Overlay;
use crate::query::model::{Model, ModelFailure};

/// The most leaves folded in one step. 2,048 of 500 bytes are a megabyte: large enough that each
/// row is written once a step, small enough that readers wait no longer than some milliseconds.
pub const STEP_LEAVES_MAX: usize = 2_048;

/// How long one read of the history waits for the first leaf.
pub const READ_WAIT: Duration = Duration::from_millis(250);

/// How many events may be folded before the rows are forced to disk while catching up: sixteen steps.
/// What waits is held in memory twice while it is written; losing the tail costs only folding it
/// again. Source: docs/operate/store.md, Flush.
pub const FLUSH_EVENTS: u64 = 32_768;

/// How often rows are forced to disk when events come slowly, in milliseconds.
pub const FLUSH_INTERVAL_MS: u64 = 1_000;

/// One leaf of the log, read.
#[derive(Clone, Debug, PartialEq)]
pub struct Leaf {
    /// Its position.
    pub position: Position,
    /// Its bytes.
    pub bytes: bytes::Bytes,
    /// What it is.
    pub reading: Reading,
}

impl Leaf {
    /// Reads a leaf.
    #[must_use]
    pub fn new(position: Position, bytes: bytes::Bytes) -> Self {
        let reading = event::read(&bytes);
        Self::read(position, bytes, reading)
    }

    /// Whether it is an act on another event, which may hide what was shown before; what cannot be read
    /// as an event has no effect.
    #[must_use]
    pub fn is_act(&self) -> bool {
        match &self.reading {
            Reading::Event(event) => event.data.get("target").is_some(),
            Reading::Unknown(_) | Reading::Rejected { .. } => false,
        }
    }

    /// Makes a leaf that has been read already.
    #[must_use]
    pub const fn read(position: Position, bytes: bytes::Bytes, reading: Reading) -> Self {
        Self {
            position,
            bytes,
            reading,
        }
    }
}

/// Why no further leaf can be read.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The log skips positions: stop, and repair it from an archive.
    #[error("the log skips from position {expected} to {found}, but must be without gaps")]
    Gap {
        /// The position that should come next.
        expected: Position,
        /// The position that came.
        found: Position,
    },
    /// The world failed; reading on later may succeed.
    #[error("the log could not be read")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Where leaves come from, in log order.
pub trait Source: Send {
    /// Returns the leaves that follow, at most [`STEP_LEAVES_MAX`]; none when none came within
    /// [`READ_WAIT`]. Dropped before it has returned, it has taken none.
    fn next(&mut self) -> impl Future<Output = Result<Vec<Leaf>, SourceError>> + Send;
}

/// Where rows go.
pub trait Sink: Send + Sync {
    /// Why a row could not be read or written.
    type Failure: std::error::Error + Send + Sync + 'static;
    /// The rows as they stand, for the only writer.
    type View: View<Error: Into<Self::Failure>> + Send;

    /// Returns the rows as they stand.
    fn view(&self) -> Self::View;

    /// Writes the rows of one step, folded over `view`, and the checkpoint, all or nothing.
    ///
    /// # Errors
    /// The failure; the sink may then not be used further.
    fn apply(&self, view: Self::View, rows: &Rows) -> Result<(), Self::Failure>;

    /// Forces what was applied to disk.
    ///
    /// # Errors
    /// The failure.
    fn flush(&self) -> Result<(), Self::Failure>;
}

/// Why the projector stopped.
#[derive(Debug, thiserror::Error)]
pub enum StopReason<F: std::error::Error + 'static> {
    /// It was asked to, or has reached `until`.
    #[error("the projector was asked to stop")]
    Asked,
    /// The log cannot be followed further.
    #[error("the log cannot be followed further")]
    Source(#[source] SourceError),
    /// The sink failed: it is set aside and rebuilt.
    #[error("the read model failed")]
    Sink(#[source] F),
}

/// Follows the log from `from` on until `stop`, or until `until` is folded.
///
/// `folded` is told each position whose rows can be read.
pub async fn run<S: Source, K: Sink>(
    source: &mut S,
    sink: &K,
    clock: &dyn Clock,
    from: Position,
    until: Option<Position>,
    folded: &watch::Sender<Position>,
    stop: &CancellationToken,
) -> StopReason<K::Failure> {
    let mut writing = RowWriter {
        sink,
        clock,
        written: from.previous(),
        events: 0,
        at_ms: clock.monotonic_ms(),
    };
    let mut under_way: Option<StepRows<K>> = None;
    let mut kept = Kept::default();
    loop {
        let last = under_way.as_ref().map(|folded| folded.rows.position);
        let next = last.unwrap_or(writing.written).next();
        let done = until.is_some_and(|until| next > until) || stop.is_cancelled();
        let leaves = if done {
            Ok(Vec::new())
        } else if under_way.is_some() {
            // Rows wait to be written: nobody waits for leaves.
            source.next().now_or_never().unwrap_or(Ok(Vec::new()))
        } else {
            tokio::select! {
                biased;
                () = stop.cancelled() => Ok(Vec::new()),
                leaves = source.next() => leaves,
            }
        };
        let (leaves, failed) = match leaves {
            Ok(leaves) => (leaves, None),
            Err(error) => (Vec::new(), Some(error)),
        };
        let worked = tokio::task::block_in_place(|| {
            writing.beside(under_way.take(), (leaves, next), &mut kept)
        });
        // Whatever became of the step: the one before it is written.
        folded.send_if_modified(|position| {
            let moved = *position < writing.written;
            if moved {
                *position = writing.written;
            }
            moved
        });
        under_way = match worked {
            Ok(folded) => folded,
            Err(StepError::Gap { expected, found }) => {
                return stopped(
                    sink,
                    StopReason::Source(SourceError::Gap { expected, found }),
                );
            }
            Err(StepError::Sink(failure)) => return StopReason::Sink(failure),
        };
        if let Some(error) = failed {
            return stopped(sink, StopReason::Source(error));
        }
        if done && under_way.is_none() {
            return stopped(sink, StopReason::Asked);
        }
    }
}

enum StepError<F> {
    Gap { expected: Position, found: Position },
    Sink(F),
}

/// The rows of a step, and the view that they were folded over.
struct StepRows<K: Sink> {
    rows: Rows,
    view: K::View,
}

/// Folds leaves from `next` on over the rows of `sink` and those `under_way` to it; `kept` is what the step
/// before kept.
fn fold<K: Sink>(
    sink: &K,
    under_way: Option<&Rows>,
    (leaves, next): (Vec<Leaf>, Position),
    kept: &mut Kept,
) -> Result<Option<StepRows<K>>, StepError<K::Failure>> {
    if leaves.is_empty() {
        return Ok(None);
    }
    let mut expected = next;
    let view = Overlay::new(sink.view(), under_way);
    let mut step = Step::following(&view, std::mem::take(kept));
    for leaf in leaves {
        if leaf.position != expected {
            return Err(StepError::Gap {
                expected,
                found: leaf.position,
            });
        }
        let applied = step.apply_read(leaf.position, &leaf.bytes, leaf.reading);
        applied.map_err(|failure| StepError::Sink(failure.into()))?;
        expected = expected.next();
    }
    let ended = step.finish_keeping();
    let (rows, keeps) = ended.map_err(|failure| StepError::Sink(failure.into()))?;
    *kept = keeps;
    let view = view.into_view();
    Ok(Some(StepRows { rows, view }))
}

/// What is written, and when rows were forced to disk last.
struct RowWriter<'k, K> {
    sink: &'k K,
    clock: &'k dyn Clock,
    /// The last position whose rows can be read.
    written: Position,
    /// How many events were folded since.
    events: u64,
    at_ms: u64,
}

impl<'k, K: Sink> RowWriter<'k, K> {
    /// Writes what is under way, and folds leaves from `next` on beside it.
    fn beside(
        &mut self,
        under_way: Option<StepRows<K>>,
        (leaves, next): (Vec<Leaf>, Position),
        kept: &mut Kept,
    ) -> Result<Option<StepRows<K>>, StepError<K::Failure>> {
        let sink = self.sink;
        let Some(StepRows { rows, view }) = under_way else {
            self.flush_when_due(0).map_err(StepError::Sink)?;
            return fold(sink, None, (leaves, next), kept);
        };
        if leaves.is_empty() {
            self.write(view, &rows).map_err(StepError::Sink)?;
            return Ok(None);
        }
        let (written, folded) = std::thread::scope(|scope| {
            let written = scope.spawn(|| self.write(view, &rows));
            let folded = fold(sink, Some(&rows), (leaves, next), kept);
            // A panic of the other thread is this one's too.
            let written = written
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            (written, folded)
        });
        written.map_err(StepError::Sink)?;
        folded
    }

    fn write(&mut self, view: K::View, rows: &Rows) -> Result<(), K::Failure> {
        self.sink.apply(view, rows)?;
        let folded = rows.position.get().saturating_sub(self.written.get());
        self.written = rows.position;
        self.flush_when_due(folded)
    }

    fn flush_when_due(&mut self, folded: u64) -> Result<(), K::Failure> {
        self.events += folded;
        let now = self.clock.monotonic_ms();
        let slow = folded < 100 && now.saturating_sub(self.at_ms) >= FLUSH_INTERVAL_MS;
        if self.events > 0 && (slow || self.events >= FLUSH_EVENTS) {
            self.sink.flush()?;
            (self.events, self.at_ms) = (0, now);
        }
        Ok(())
    }
}

/// Forces what was applied to disk on the way out; what is lost here is only folded again.
fn stopped<K: Sink>(sink: &K, why: StopReason<K::Failure>) -> StopReason<K::Failure> {
    match tokio::task::block_in_place(|| sink.flush()) {
        Ok(()) => why,
        Err(failure) => StopReason::Sink(failure),
    }
}

/// A model whose rows name the root of the history that they follow from.
pub struct RootedModel<'m> {
    /// The model.
    pub model: &'m Model,
    /// The history it is folded from.
    pub archive: &'m Archive,
}

/// Why rows could not be written.
#[derive(Debug, thiserror::Error)]
pub enum FoldFailure {
    /// The store: it is set aside and rebuilt.
    #[error(transparent)]
    Store(#[from] store::Failure),
    /// The columns hold no more: the model is as it was.
    #[error(transparent)]
    Capacity(#[from] figures::Capacity),
    /// The history: the model is as it was.
    #[error(transparent)]
    Archive(#[from] ::archive::Error),
}

impl From<ModelFailure> for FoldFailure {
    fn from(failure: ModelFailure) -> Self {
        match failure {
            ModelFailure::Store(failure) => Self::Store(failure),
            ModelFailure::Capacity(capacity) => Self::Capacity(capacity),
        }
    }
}

impl Sink for RootedModel<'_> {
    type Failure = FoldFailure;
    type View = store::WriterView;

    fn view(&self) -> store::WriterView {
        self.model.store().writer_view()
    }

    fn apply(&self, view: store::WriterView, rows: &Rows) -> Result<(), FoldFailure> {
        let root = self.archive.root(rows.position)?;
        Ok(self.model.apply(view, rows, *root.as_bytes())?)
    }

    /// The history comes to disk first, so that the model is never ahead of it.
    fn flush(&self) -> Result<(), FoldFailure> {
        self.archive.sync()?;
        self.model.store().flush()?;
        Ok(())
    }
}
