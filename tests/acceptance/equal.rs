//! Nodes that fold the same stream: the same roots, the same digest of rows and the same bytes of rows
//! at every anchor, however the stream reached them, and when it is gone.
//!
//! Never here: what the rows say.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use archive::{Archive, Disk};
use event::Position;
use journal::{Journal, Reader};
use server::projector::rebuild::{Projector, ROWS_VERSION};
use server::projector::{Leaf, READ_WAIT, RootedModel, Source, SourceError, StopReason, run};
use server::query::model::Model;
use server::{Node as Folding, SystemClock};
use store::{ENGINE_TIMEOUT, Identity, Opened, Settings, Store, Views};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::client::Client;
use crate::history::{Broker, arrests, blocking, ready, until};
use crate::node::root;

fn settings() -> Settings {
    Settings {
        cache_bytes: 8 << 20,
        identity: Identity {
            log: journal::subjects::STREAM.into(),
            rows: ROWS_VERSION,
        },
        engine_timeout: ENGINE_TIMEOUT,
    }
}

/// What rows come to: the root of the history they follow from, and their digest with its position.
type Sum = (proof::Hash, String);

fn sum(store: &Store) -> Sum {
    (proof::Hash::new(store.root()), store.digest())
}

/// Every row, key and value.
fn dump(store: &Store) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut rows = Vec::new();
    let reading = store.read().expect("read");
    let all = reading.for_each_row(|key, value| rows.push((key.to_vec(), value.to_vec())));
    all.expect("every row is sound");
    rows
}

/// Opens the rows that stand in a folder, looks, and closes them.
fn look<T>(views: &Path, at: impl FnOnce(&Store) -> T) -> T {
    let (_views, opened) = Views::open(views, settings()).expect("it opens");
    let Opened::Ready(store) = opened else {
        panic!("the store is to be rebuilt");
    };
    let found = at(&store);
    store.close().expect("closed");
    found
}

/// Returns what a stopped node's rows come to.
pub(crate) fn digest(data: &Path) -> Sum {
    look(&data.join("views"), sum)
}

/// The events of the demo, which correct, retract, join and take back, with arrests between them.
fn parts() -> Vec<Vec<String>> {
    let demo = fs::read_to_string(root().join("docs/examples/phnom-penh-2020.jsonl"));
    let demo: Vec<String> = demo.expect("the demo").lines().map(Into::into).collect();
    let mut from = 0;
    let parts = demo.chunks(18).zip([3, 290, 1, 40]).map(|(some, more)| {
        let arrests = arrests(from, from + more);
        from += more;
        [some, &arrests].concat()
    });
    parts.collect()
}

/// Sends events in pieces of growing size.
fn send_in_pieces(client: &Client, mut events: &[String]) {
    let mut length = 1;
    while !events.is_empty() {
        let (piece, rest) = events.split_at(length.min(events.len()));
        let answer = client.lines(piece);
        assert_eq!(answer.status, 200, "{}", answer.text);
        (events, length) = (rest, 2 * length + 1);
    }
}

/// Has all signed, and waits for the anchor that the node then writes; returns its position.
fn anchored(client: &Client) -> u64 {
    let signed = client.sign();
    assert_eq!(signed.status, 200, "{}", signed.text);
    until("an anchor", || {
        let last = client.get("/readyz").json()["log_position"].clone();
        let page = client.get(&format!("/v1/events?from={last}&limit=1"));
        if page.json()["events"][0]["event"]["type"] == "habeas.anchor.v1" {
            Ok(last.as_u64().expect("a position"))
        } else {
            Err(page.text)
        }
    })
}

/// A history, read in steps of a length.
struct Steps<'a> {
    archive: &'a Archive,
    next: Position,
    until: Position,
    length: usize,
}

impl Source for Steps<'_> {
    async fn next(&mut self) -> Result<Vec<Leaf>, SourceError> {
        let left = usize::try_from(self.until.get() + 1 - self.next.get()).expect("few");
        let entries = self.archive.entries(self.next, self.length.min(left));
        let leaves = entries.expect("read").into_iter();
        let leaves: Vec<Leaf> = leaves.map(|(at, bytes)| Leaf::new(at, bytes)).collect();
        self.next = leaves.last().map_or(self.next, |leaf| leaf.position.next());
        Ok(leaves)
    }
}

/// The stream itself, read in steps of a length.
struct Stream {
    reader: Reader,
    length: usize,
}

impl Source for Stream {
    async fn next(&mut self) -> Result<Vec<Leaf>, SourceError> {
        let messages = self.reader.next_batch(self.length, READ_WAIT).await;
        let messages = messages.expect("the stream is read").into_iter();
        let leaves = messages.map(|message| Leaf::new(message.position, message.payload));
        Ok(leaves.collect())
    }
}

/// Folds with the very loop of the node up to `until`.
async fn fold<S: Source>(source: &mut S, model: &Model, archive: &Archive, until: Position) {
    let stopped = run(
        source,
        &RootedModel { model, archive },
        &SystemClock::new(),
        model.position().next(),
        Some(until),
        &watch::Sender::new(Position::ZERO),
        &CancellationToken::new(),
    )
    .await;
    assert!(matches!(stopped, StopReason::Asked), "{stopped}");
}

fn model(folder: &Path) -> Model {
    Model::load(Store::open(folder, settings()).expect("a store")).expect("a model")
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_have_the_same_roots_and_rows_at_every_anchor() {
    let mut broker = Broker::start().await;
    let mut anchors: Vec<(u64, Sum)> = Vec::new();
    for (round, part) in parts().iter().enumerate() {
        let a = blocking(|| broker.anchoring("a"));
        // Every other part reaches the second node as it comes; the rest in one piece, at its start.
        let early = (round % 2 == 0).then(|| blocking(|| broker.node("b")));
        let anchor = blocking(|| {
            send_in_pieces(&a.client, part);
            anchored(&a.client)
        });
        let b = early.unwrap_or_else(|| blocking(|| broker.node("b")));
        blocking(|| {
            ready(&a.client, anchor);
            ready(&b.client, anchor);
            a.stop();
            b.stop();
        });
        let [of_a, of_b] = ["a", "b"].map(|name| digest(&broker.path(name)));
        assert_eq!(of_a, of_b, "at the anchor {anchor}");
        assert!(of_a.1.starts_with(&format!("{anchor} ")), "{}", of_a.1);
        anchors.push((anchor, of_a));
    }
    assert!(anchors.len() > 3, "{anchors:?}");
    broker.down().await;

    // Both histories again, in steps of other lengths: the same at each of the anchors.
    let mut rows = Vec::new();
    for (name, length) in [("a", 1), ("b", 7), ("a", 100), ("b", 2_048)] {
        let archive = Archive::open(&broker.path(name).join("history"), Disk::default());
        let archive = archive.expect("it opens");
        let model = model(&broker.path(&format!("{name}-{length}")));
        for (anchor, expected) in &anchors {
            let mut steps = Steps {
                archive: &archive,
                next: model.position().next(),
                until: Position::new(*anchor),
                length,
            };
            fold(&mut steps, &model, &archive, Position::new(*anchor)).await;
            let found = sum(model.store());
            assert_eq!(found, *expected, "{name} by {length}, at {anchor}");
        }
        rows.push(dump(model.store()));
    }
    assert!(rows[0].len() > 100, "{} rows", rows[0].len());
    assert!(rows.iter().all(|other| *other == rows[0]), "row by row");
}

/// Rebuilds the read model of a history, as a node does at its start, with no log anywhere.
async fn rebuilt(archive: Arc<Archive>, folder: &Path) {
    let (node, stop) = (Arc::new(Folding::default()), CancellationToken::new());
    let last = archive.last();
    // Held until the end: without its sender the projector would hear of no event.
    let kept = watch::Sender::new(last);
    let projector = Projector {
        node: node.clone(),
        archive,
        kept: kept.subscribe(),
        folder: folder.to_owned(),
        cache_bytes: 8 << 20,
        clock: Arc::new(SystemClock::new()),
        stop: stop.clone(),
    };
    let following = tokio::spawn(projector.run());
    assert!(node.wait_for(last, Duration::from_secs(60)).await);
    stop.cancel();
    following.await.expect("it ends").expect("it is built");
    let model = node.model().expect("a model");
    model.store().close().expect("closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_from_the_archive_equals_the_fold_from_the_stream_byte_for_byte() {
    let mut broker = Broker::start().await;
    let data = broker.path("a");
    let last = blocking(|| {
        let node = broker.anchoring("a");
        let mut last = 0;
        for part in parts() {
            send_in_pieces(&node.client, &part);
            last = anchored(&node.client);
        }
        ready(&node.client, last);
        node.stop();
        last
    });
    let live = look(&data.join("views"), |store| (sum(store), dump(store)));

    // Straight from the stream, in steps that are none of the node's.
    let last = Position::new(last);
    let archive = Archive::open(&data.join("history"), Disk::default());
    let archive = Arc::new(archive.expect("it opens"));
    let settings = journal::Settings {
        monitor_urls: Vec::new(),
        ..journal::Settings::default()
    };
    let journal = Journal::connect(&broker.url(), settings).await;
    let reader = journal.expect("a log").read(Position::new(1)).await;
    let mut stream = Stream {
        reader: reader.expect("a reader"),
        length: 11,
    };
    let streamed = model(&broker.path("streamed"));
    fold(&mut stream, &streamed, &archive, last).await;
    drop(stream);
    broker.down().await;

    // From the archive alone, by the node's own rebuild.
    let views = broker.path("rebuilt");
    rebuilt(archive, &views).await;
    let again = look(&views, |store| (sum(store), dump(store)));
    let streamed = (sum(streamed.store()), dump(streamed.store()));
    assert!(live.1.len() > 100, "{} rows", live.1.len());
    for (what, found) in [("from the stream", streamed), ("from the archive", again)] {
        assert_eq!(found.0, live.0, "{what}");
        let same = found.1.iter().zip(&live.1).take_while(|(a, b)| a == b);
        let first = same.count();
        assert_eq!(found.1.get(first), live.1.get(first), "row {first} {what}");
    }
}
