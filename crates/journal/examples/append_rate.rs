//! Prints the rate of atomic-batch appends, of lone appends, and of the drain that follows.
//!
//! `cargo run -p journal --example append_rate [events] [batch]`; needs a nats-server (flag of
//! none, NATS_SERVER, PATH or `.tools/bin`). Never here: assertions.
#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a program for people at a desk"
)]

use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use event::Position;
use journal::child::{Child, ChildSettings, find_binary};
use journal::{Journal, Outgoing, Settings};
use tokio::time::Instant;

const PAYLOAD_BYTES: usize = 500;

fn argument(number: usize, default: usize) -> usize {
    std::env::args()
        .nth(number)
        .and_then(|text| text.parse().ok())
        .unwrap_or(default)
}

fn rate(events: usize, took: Duration) -> u64 {
    let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX).max(1);
    u64::try_from(events)
        .unwrap_or(u64::MAX)
        .saturating_mul(1_000)
        / millis
}

fn batch(events: usize) -> Vec<Outgoing> {
    let message = Outgoing {
        subject: "habeas.event.licadho.arrest".to_owned(),
        payload: Bytes::from(vec![b'x'; PAYLOAD_BYTES]),
    };
    vec![message; events]
}

#[tokio::main]
async fn main() {
    let (events, size) = (argument(1, 200_000), argument(2, 900));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let child = Child::start(ChildSettings {
        binary: find_binary(None, Path::new(".tools/bin")).expect("a nats-server"),
        folder: folder.path().join("nats"),
        port: None,
        user: "habeas".to_owned(),
        password: "secret".to_owned(),
        log_file: folder.path().join("nats.log"),
        accounts: None,
        listening: journal::child::ListenSettings::default(),
    })
    .await
    .expect("a running server");
    let journal = Journal::connect(child.url(), Settings::default())
        .await
        .expect("a connected journal");

    let messages = batch(size);
    let began = Instant::now();
    let mut last = Position::ZERO;
    let mut appended = 0;
    while appended < events {
        last = journal
            .append(last, &messages)
            .await
            .expect("an acknowledgement");
        appended += size;
    }
    let took = began.elapsed();
    println!(
        "append, batches of {size}: {} events/s",
        rate(appended, took)
    );

    let lone = batch(1);
    let began = Instant::now();
    for _ in 0..1_000 {
        last = journal
            .append(last, &lone)
            .await
            .expect("an acknowledgement");
    }
    println!(
        "append, one at a time: {} events/s",
        rate(1_000, began.elapsed())
    );

    for max in [1_000, 4_000] {
        let mut reader = journal.read(Position::new(1)).await.expect("a reader");
        let began = Instant::now();
        let (mut read, mut batches) = (0, 0);
        while reader.next_position() <= last {
            let wait = Duration::from_secs(5);
            read += reader.next_batch(max, wait).await.expect("messages").len();
            batches += 1;
        }
        let took = began.elapsed();
        println!(
            "drain, batches of up to {max}: {} events/s ({} a batch)",
            rate(read, took),
            read / batches
        );
    }
    child.stop().await;
}
