//! The very loop that folds, on a scripted journal and on a sink that fails on command.
//!
//! Every write is tested failing twice: *lost*, and *kept though reported failed*.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use event::Position;
use fold::{Rows, Scope};
use server::projector::{Leaf, Sink, Source, SourceError, StopReason, run};
use server::query::model::Model;
use server::{Clock, SystemClock};
use store::{ENGINE_TIMEOUT, Identity, Settings, Store};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::client::{Arrest, uuid};

/// A journal that says what the script says.
struct Script(VecDeque<Result<Vec<Leaf>, SourceError>>);

impl Source for Script {
    async fn next(&mut self) -> Result<Vec<Leaf>, SourceError> {
        self.0.pop_front().unwrap_or_else(|| Ok(Vec::new()))
    }
}

/// What happens to one write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// It fails, and nothing of it stands.
    Lost,
    /// It is reported failed, but stands.
    Kept,
}

/// A model whose write number `at` meets a fate.
struct Failing<'m> {
    model: &'m Model,
    at: u64,
    fate: Fate,
    writes: AtomicU64,
}

impl<'m> Failing<'m> {
    fn never(model: &'m Model) -> Self {
        Self {
            model,
            at: u64::MAX,
            fate: Fate::Lost,
            writes: AtomicU64::new(0),
        }
    }
}

#[derive(Debug, thiserror::Error)]
enum Failed {
    #[error("as told")]
    Told,
    #[error(transparent)]
    Store(#[from] store::Failure),
    #[error(transparent)]
    Model(#[from] server::query::model::ModelFailure),
}

/// The store's view with this test's failure.
struct Seen(store::WriterView);

macro_rules! pass_on {
    ($($name:ident($key:ident: $sort:ty) -> $row:ty;)+) => {
        impl fold::View for Seen {
            type Error = Failed;
            $(fn $name(&self, $key: $sort) -> Result<Option<$row>, Failed> {
                Ok(self.0.$name($key)?)
            })+

            fn last_hidden(&self) -> Result<Option<fold::LastHidden>, Failed> {
                Ok(fold::View::last_hidden(&self.0)?)
            }
        }
    };
}

pass_on! {
    record(key: event::KeyHash) -> fold::Record;
    track(id: &fold::TrackId) -> fold::Track;
    person(id: &event::PersonId) -> fold::Person;
    editor(id: &fold::EditorId) -> fold::Editor;
    leaf(position: Position) -> Vec<u8>;
    times(row: u64) -> Vec<fold::Times>;
}

impl Sink for Failing<'_> {
    type Failure = Failed;
    type View = Seen;

    fn view(&self) -> Seen {
        Seen(self.model.store().writer_view())
    }

    fn apply(&self, view: Seen, rows: &Rows) -> Result<(), Failed> {
        if self.writes.fetch_add(1, Ordering::Relaxed) != self.at {
            return Ok(self.model.apply(view.0, rows, [0; 32])?);
        }
        if self.fate == Fate::Kept {
            self.model.apply(view.0, rows, [0; 32])?;
        }
        Err(Failed::Told)
    }

    fn flush(&self) -> Result<(), Failed> {
        self.model.store().flush()?;
        Ok(())
    }
}

fn leaves() -> Vec<Leaf> {
    (1..=60)
        .map(|number| {
            let id = uuid(number);
            // Each tenth event is a repeat of an earlier one.
            let id = if number % 10 == 0 {
                uuid(number - 5)
            } else {
                id
            };
            let source = if number % 10 == 0 { number - 5 } else { number };
            let person = format!("p{}", source % 7);
            let day = format!("2020-{:02}-01", 1 + source % 12);
            let event = Arrest {
                org: "north-desk",
                id: &id,
                case: "c1",
                person: &person,
                day: &day,
            };
            let stored = format!(
                "{{\"receivedtime\":\"2021-01-01T00:00:00Z\",{}",
                &event.event()[1..]
            );
            Leaf::new(Position::new(number), stored.into())
        })
        .collect()
}

fn open(folder: &std::path::Path) -> Model {
    let identity = Identity {
        log: "test".into(),
        rows: 1,
    };
    let settings = Settings {
        cache_bytes: 8 << 20,
        identity,
        engine_timeout: ENGINE_TIMEOUT,
    };
    Model::load(Store::open(folder, settings).expect("a store")).expect("a model")
}

fn answers(model: &Model) -> Vec<String> {
    let table = model.columns();
    [
        "measure=persons,kind=arrest",
        "measure=events,kind=arrest",
        "measure=persons,definition=detained/any",
    ]
    .iter()
    .map(|query| {
        let parameters: Vec<(String, String)> = query
            .split(',')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (name.into(), value.into()))
            .collect();
        let query = figures::Query::parse(&parameters).expect("a query");
        let at = table.instants().newest();
        format!(
            "{:?}",
            figures::answer(&*table, &query, at, None, &Scope::Operator)
        )
    })
    .collect()
}

async fn fold_all(model: &Model, split: usize) -> StopReason<Failed> {
    let from = model.position().next();
    let rest: Vec<Leaf> = leaves()
        .into_iter()
        .filter(|leaf| leaf.position >= from)
        .collect();
    let mut source = Script(rest.chunks(split).map(|chunk| Ok(chunk.to_vec())).collect());
    let until = Some(Position::new(60));
    let folded = watch::Sender::new(Position::ZERO);
    let stop = CancellationToken::new();
    run(
        &mut source,
        &Failing::never(model),
        &SystemClock::new(),
        from,
        until,
        &folded,
        &stop,
    )
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn each_write_that_fails_once_changes_no_answer() {
    let folder = tempfile::tempdir().expect("a folder");
    let whole = open(&folder.path().join("whole"));
    assert!(matches!(fold_all(&whole, 7).await, StopReason::Asked));
    let expected = answers(&whole);
    for (number, fate) in (0..9).flat_map(|at| [(at, Fate::Lost), (at, Fate::Kept)]) {
        let path = folder.path().join(format!("{number}-{fate:?}"));
        let model = open(&path);
        let failing = Failing {
            model: &model,
            at: number,
            fate,
            writes: AtomicU64::new(0),
        };
        let chunks = leaves().chunks(7).map(|chunk| Ok(chunk.to_vec())).collect();
        let stopped = run(
            &mut Script(chunks),
            &failing,
            &SystemClock::new(),
            Position::new(1),
            Some(Position::new(60)),
            &watch::Sender::new(Position::ZERO),
            &CancellationToken::new(),
        )
        .await;
        assert!(
            matches!(stopped, StopReason::Sink(Failed::Told)),
            "{number} {fate:?}: {stopped}"
        );
        model.store().flush().expect("flushed");
        model.store().close().expect("closed");
        drop(model);
        // As the daemon does at its next start: it goes on from the checkpoint it finds.
        let again = open(&path);
        assert!(
            matches!(fold_all(&again, 5).await, StopReason::Asked),
            "{number} {fate:?}"
        );
        assert_eq!(answers(&again), expected, "{number} {fate:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gap_stops_the_fold_before_anything_of_its_step_is_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let model = open(folder.path());
    let mut leaves = leaves();
    leaves.remove(20);
    let folded = watch::Sender::new(Position::ZERO);
    let stopped = run(
        &mut Script(leaves.chunks(8).map(|chunk| Ok(chunk.to_vec())).collect()),
        &Failing::never(&model),
        &SystemClock::new(),
        Position::new(1),
        None,
        &folded,
        &CancellationToken::new(),
    )
    .await;
    let StopReason::Source(SourceError::Gap { expected, found }) = stopped else {
        panic!("{stopped}");
    };
    assert_eq!((expected.get(), found.get()), (21, 22));
    assert_eq!(model.position(), Position::new(16));
    assert_eq!(*folded.borrow(), Position::new(16));
}

/// A clock that a test moves.
struct Hands(Mutex<u64>);

impl Clock for Hands {
    fn now(&self) -> event::Instant {
        event::Instant::from_parts(0, 0)
    }

    fn monotonic_ms(&self) -> u64 {
        let mut hands = self.0.lock().expect("not poisoned");
        *hands += 600;
        *hands
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_events_are_forced_to_disk_by_the_clock() {
    let folder = tempfile::tempdir().expect("a folder");
    let model = open(folder.path());
    let stop = CancellationToken::new();
    let chunks = leaves().chunks(1).map(|chunk| Ok(chunk.to_vec())).collect();
    let until = Some(Position::new(60));
    let folded = watch::Sender::new(Position::ZERO);
    let clock = Hands(Mutex::new(0));
    run(
        &mut Script(chunks),
        &Failing::never(&model),
        &clock,
        Position::new(1),
        until,
        &folded,
        &stop,
    )
    .await;
    drop(model);
    assert!(open(folder.path()).position() >= Position::new(58));
}
