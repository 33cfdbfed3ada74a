//! Readers of the stream of changes: how long after its POST an event comes to each.
//!
//! Never here: one stream (see the acceptance tests).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

use crate::daemon::{Daemon, STREAM, arrest};
use crate::measured::{Took, at_most, ms};

/// How many read at once.
const READERS: u64 = 1_000;
/// How many events are sent, and the rest between two.
const EVENTS: u64 = 100;
const REST: Duration = Duration::from_millis(100);
/// The limits: of 99 in a hundred, in milliseconds; memory more than before; threads.
const LIMIT_MS: f64 = 60.0;
const MEMORY_MIB: u64 = 150;
const THREADS: u64 = 32;
/// The number of the first event that is sent.
const FIRST: u64 = 30_000_000;

/// When each position was sent.
type SentAt = Arc<Mutex<BTreeMap<u64, Instant>>>;

/// Reads until all events came; returns when each did.
async fn read(address: String) -> Vec<(u64, Instant)> {
    let mut stream = TcpStream::connect(&address).await.expect("a connection");
    stream
        .write_all(STREAM.as_bytes())
        .await
        .expect("it is sent");
    let mut lines = BufReader::new(stream).lines();
    let mut seen: Vec<(u64, Instant)> = Vec::new();
    while let Ok(Some(line)) = lines.next_line().await {
        let id = line
            .strip_prefix("id:")
            .and_then(|id| id.rsplit('.').next());
        if let Some(position) = id.and_then(|id| id.trim().parse().ok()) {
            seen.push((position, Instant::now()));
        }
        if seen.len() as u64 >= EVENTS {
            break;
        }
    }
    seen
}

/// Prints how long an event takes from its POST to all readers of the stream.
pub async fn measure(daemon: &Daemon) {
    let before = daemon.takes();
    let readers: Vec<_> = (0..READERS)
        .map(|_| tokio::spawn(read(daemon.address.clone())))
        .collect();
    // The streams stand once as many connections are open.
    tokio::time::sleep(Duration::from_secs(3)).await;
    let sent_at: SentAt = Arc::default();
    let (mut most, mut threads) = (0, 0);
    tokio::task::block_in_place(|| {
        let agent = ureq::Agent::new_with_defaults();
        for number in 0..EVENTS {
            let asked = Instant::now();
            let position = daemon.post(&agent, &[arrest(FIRST + number)]);
            sent_at
                .lock()
                .expect("not poisoned")
                .insert(position, asked);
            let takes = daemon.takes();
            (most, threads) = (takes.mib.max(most), takes.threads.max(threads));
            std::thread::sleep(REST);
        }
    });
    let mut took = Took::default();
    let sent_at = sent_at.lock().expect("not poisoned").clone();
    for reader in readers {
        let seen = tokio::time::timeout(Duration::from_secs(30), reader).await;
        for (position, at) in seen.expect("all came").expect("it ends") {
            took.push(at.saturating_duration_since(sent_at[&position]));
        }
    }
    assert_eq!(took.len() as u64, READERS * EVENTS, "each came to each");
    let (p99, more) = (ms(took.percentile(99)), most.saturating_sub(before.mib));
    println!("\n{READERS} readers of the stream, {EVENTS} events");
    println!(
        "{:<46} p50 {:>7.1} ms p99 {p99:>7.1} ms (at most {LIMIT_MS}: {})",
        "from its POST to each",
        ms(took.percentile(50)),
        at_most(p99, LIMIT_MS)
    );
    println!(
        "{:<46} {more} MiB more (at most {MEMORY_MIB}: {}), {threads} threads (at most {THREADS}: {})",
        "what they take",
        at_most(more as f64, MEMORY_MIB as f64),
        at_most(threads as f64, THREADS as f64)
    );
}
