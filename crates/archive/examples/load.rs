//! How fast the archive takes events and gives them back, and what they cost on disk:
//! `cargo run --release -p archive --example load -- FOLDER [EVENTS]`. The folder must not exist.
//!
//! Events are like those of `make bench`: about 500 bytes, alike but for ids and days.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "an example measures time, prints, and may stop at the first surprise"
)]

use std::path::{Path, PathBuf};
use std::time::Instant;

use archive::{Archive, Disk};
use bytes::Bytes;
use event::Position;
use proof::Frontier;

/// Events given at once, as the keeper gives them.
const STEP: u64 = 2_048;
/// Events between two syncs while catching up, as in the keeper.
const SYNC: u64 = 100_000;

fn entry(number: u64) -> Bytes {
    let id = proof::sha256(&number.to_le_bytes());
    let id: String = id
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let (person, day) = (number / 3, 1 + number % 28);
    format!(
        r#"{{"receivedtime":"2024-01-01T00:00:00.{:03}Z","specversion":"1.0","id":"{id}","source":"//north-desk.example/desk","type":"habeas.arrest.v1","subject":"north-desk:c{person}","org":"north-desk","recordedtime":"2024-01-01T00:00:00Z","datacontenttype":"application/json","data":{{"occurred":"2020-06-{day:02}","visibility":"public","verification":"corroborated","place":{{"code":"KH-{}"}},"persons":[{{"id":"north-desk:p{person}","sex":"female"}}],"mode":"at_protest","rights_exercised":["assembly","expression"]}}}}"#,
        number % 1_000,
        1 + person % 24
    )
    .into()
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

fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().unwrap());
    let events: u64 = arguments
        .next()
        .map_or(200_000, |text| text.parse().unwrap());
    let all: Vec<Bytes> = (0..events).map(entry).collect();
    let bytes: usize = all.iter().map(Bytes::len).sum();
    let rate = |what: &str, start: Instant| {
        let seconds = start.elapsed().as_secs_f64();
        println!(
            "{what}: {:.0} events/s, {:.2} us each",
            events as f64 / seconds,
            seconds * 1e6 / events as f64
        );
    };

    let start = Instant::now();
    let mut frontier = Frontier::new();
    all.iter()
        .for_each(|entry| frontier.push(proof::leaf(entry)));
    rate("leaf hashes and tree alone", start);

    std::fs::create_dir(&folder).unwrap();
    let archive = Archive::open(&folder, Disk::default()).unwrap();
    let start = Instant::now();
    let mut unsynced = 0;
    for part in all.chunks(usize::try_from(STEP).unwrap()) {
        archive.append(part).unwrap();
        unsynced += STEP;
        if unsynced >= SYNC {
            archive.sync().unwrap();
            unsynced = 0;
        }
    }
    archive.sync().unwrap();
    rate("kept: hashed, compressed, written, synced", start);
    assert_eq!(archive.root(archive.last()).unwrap(), frontier.root());

    let disk = bytes_in(&folder) as f64 / events as f64;
    println!(
        "on disk: {disk:.0} bytes an event of {:.0}",
        bytes as f64 / events as f64
    );

    drop(archive);
    let start = Instant::now();
    let archive = Archive::open(&folder, Disk::default()).unwrap();
    println!("opened in {:.1} ms", start.elapsed().as_secs_f64() * 1e3);
    let start = Instant::now();
    let mut next = Position::new(1);
    while next <= archive.last() {
        let found = archive
            .entries(next, usize::try_from(STEP).unwrap())
            .unwrap();
        next = found.last().unwrap().0.next();
    }
    rate("read back from bundles", start);
    let start = Instant::now();
    let step = events.max(1_000) / 1_000;
    let asked = (1..=1_000).map(|number| Position::new((number * step).min(events)));
    asked.for_each(|at| {
        let _root = archive.root(at).unwrap();
    });
    println!(
        "root at any position: {:.0} us",
        start.elapsed().as_secs_f64() * 1e6 / 1_000.0
    );
}
