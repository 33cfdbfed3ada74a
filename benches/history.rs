//! What the history costs the fold: the same events folded into a store with the archive and its
//! tree, and without; and what it takes on disk. `make bench` prints it as a table.
//!
//! Both on one thread, one after the other, so that nothing of the cost hides on a second core.
//! Source of the limits: docs/reference/limits.md, Figures to reach.
//!
//! Never here: tests.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "a bench measures time, prints, and may stop at the first surprise"
)]

mod invented;
mod measured;

use std::path::Path;
use std::time::{Duration, Instant};

use archive::{Archive, Disk};
use bytes::Bytes;
use event::Position;
use fold::Step;
use server::projector::{FLUSH_EVENTS, STEP_LEAVES_MAX};
use server::query::model::Model;
use store::{ENGINE_TIMEOUT, Identity, Settings, Store};

use crate::measured::{number, rate};

/// How many events there are where `HABEAS_BENCH_EVENTS` does not say.
const EVENTS: u64 = 60_000;
/// How often each is measured; the least time counts, since noise only adds.
const ROUNDS: usize = 3;
const SEED: u64 = 20_201_210;
/// The memory that the store may take for its cache, as the daemon gives it by itself.
const CACHE_BYTES: u64 = 128 << 20;

fn main() {
    let events = number("HABEAS_BENCH_EVENTS", EVENTS);
    let leaves: Vec<Bytes> = invented::history(events, SEED)
        .into_iter()
        .map(Bytes::from)
        .collect();
    let bytes: u64 = leaves.iter().map(|leaf| leaf.len() as u64).sum();
    let (mut with, mut without) = (Duration::MAX, Duration::MAX);
    let mut disk = 0;
    for _ in 0..ROUNDS {
        let folder = tempfile::tempdir().expect("a folder");
        without = without.min(fold_all(&folder.path().join("store"), &leaves, None));
        let history = folder.path().join("history");
        std::fs::create_dir(&history).expect("a folder for the history");
        let archive = Archive::open(&history, Disk::default()).expect("an archive");
        with = with.min(fold_all(
            &folder.path().join("other"),
            &leaves,
            Some(&archive),
        ));
        disk = bytes_in(&history);
    }
    let share = 1.0 - without.as_secs_f64() / with.as_secs_f64();
    let each = |bytes: u64| bytes as f64 / events as f64;
    println!(
        "{:<40} {:>12} {:>12} {:>8} {:>8}",
        "history", "with", "without", "share", "at most"
    );
    println!(
        "{:<40} {:>10.0}/s {:>10.0}/s {:>6.1} % {:>6} %",
        "archive and tree, of the fold's time",
        rate(events, with),
        rate(events, without),
        share * 100.0,
        15
    );
    println!(
        "{:<40} {:>10.0} B {:>10.0} B {:>6.1} % {:>6} %",
        "disk, an event: kept, as sent",
        each(disk),
        each(bytes),
        100.0 * each(disk) / (each(bytes) + 40.0),
        50
    );
}

/// Folds all leaves into a store, and keeps them in the archive first where there is one.
fn fold_all(folder: &Path, leaves: &[Bytes], archive: Option<&Archive>) -> Duration {
    let settings = Settings {
        cache_bytes: CACHE_BYTES,
        engine_timeout: ENGINE_TIMEOUT,
        identity: Identity {
            log: "bench".into(),
            rows: 1,
        },
    };
    let model = Model::load(Store::open(folder, settings).expect("a store")).expect("a model");
    let mut position = Position::ZERO;
    let mut unflushed = 0;
    let start = Instant::now();
    for part in leaves.chunks(STEP_LEAVES_MAX) {
        let part: Vec<(Position, Bytes)> = match archive {
            Some(archive) => {
                archive.append(part).expect("entries are kept");
                archive
                    .entries(position.next(), part.len())
                    .expect("entries are read")
            }
            None => (position.next().get()..)
                .map(Position::new)
                .zip(part.iter().cloned())
                .collect(),
        };
        let view = model.store().writer_view();
        let mut step = Step::new(&view);
        for (at, leaf) in &part {
            step.apply(*at, leaf).expect("a leaf is folded");
            position = *at;
        }
        let rows = step.finish().expect("rows");
        let root = archive.map(|archive| *archive.root(position).expect("a root").as_bytes());
        model
            .apply(view, &rows, root.unwrap_or([0; 32]))
            .expect("rows are written");
        unflushed += part.len() as u64;
        if unflushed >= FLUSH_EVENTS {
            flush(&model, archive);
            unflushed = 0;
        }
    }
    flush(&model, archive);
    start.elapsed()
}

fn flush(model: &Model, archive: Option<&Archive>) {
    if let Some(archive) = archive {
        archive.sync().expect("the history comes to disk");
    }
    model.store().flush().expect("rows come to disk");
}

fn bytes_in(folder: &Path) -> u64 {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let kind = entry.metadata().unwrap();
        bytes += if kind.is_dir() {
            bytes_in(&entry.path())
        } else {
            kind.len()
        };
    }
    bytes
}
