//! Readers who loop the dearest questions, and a sender beside them.
//!
//! Never here: streams (see streams.rs).

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::daemon::{Daemon, STREAM, arrest};
use crate::measured::{Took, at_most, ms, number};

/// How many read at once.
const READERS: usize = 50;
/// How long they do where `HABEAS_BENCH_SECONDS` does not say.
const SECONDS: u64 = 30;
/// The sender's rest between two events.
const REST: Duration = Duration::from_millis(50);
/// The limits: from acceptance to fold, of a POST (99 of 100), memory, and how soon all is well after.
const FOLDED_MS: f64 = 250.0;
const POST_MS: f64 = 500.0;
const MEMORY_MIB: u64 = 2_048;
const WELL_AFTER: Duration = Duration::from_secs(5);
/// The number of the first event that is sent beside the readers.
const FIRST: u64 = 10_000_000;

/// The dearest questions that a reader without a token may ask, each at an R of its own.
fn question(turn: u64, newest: u64) -> String {
    let at = newest - turn % 1_000;
    let asked = [
        "/v1/figures?measure=persons&kind=arrest&group_by=month,place",
        "/v1/figures?measure=person_charges&group_by=article,charge_status",
        "/v1/figures?definition=detained/any&group_by=month",
        "/v1/figures?definition=arrested/for_rights&group_by=place,rights_exercised",
        "/v1/figures/changes?measure=persons&kind=arrest&from=0&limit=100",
        "/v1/figures/records?measure=persons&kind=arrest&limit=100",
        "/v1/figures/held?limit=100",
        "/v1/figures/rearrests?within_days=365",
        "/v1/figures/funnel?",
        "/v1/figures/overlap?kind=arrest&org=north,south",
        "/v1/duplicates?",
        "/v1/contradictions?limit=50",
        "/v1/claims?limit=50",
        "/v1/cases?limit=100",
        "/v1/persons?limit=100",
        "/v1/events?from=1&limit=1000",
        "/?",
        "/held?",
        "/why?measure=persons&kind=arrest&from=1",
        "/figures?measure=persons&kind=arrest&group_by=month,place",
    ];
    let path = asked[usize::try_from(turn).unwrap_or(0) % asked.len()];
    format!("{path}&at={at}")
}

/// Reads the stream of changes and notes when each position came, until told to end.
fn watch(daemon: &Daemon, seen: &Mutex<BTreeMap<u64, Instant>>, ended: &AtomicBool) {
    let mut stream = TcpStream::connect(&daemon.address).expect("a connection");
    stream.write_all(STREAM.as_bytes()).expect("it is sent");
    for line in BufReader::new(stream).lines().map_while(Result::ok) {
        if ended.load(Ordering::Relaxed) {
            return;
        }
        let id = line
            .strip_prefix("id:")
            .and_then(|id| id.rsplit('.').next());
        if let Some(position) = id.and_then(|id| id.trim().parse().ok()) {
            let mut seen = seen.lock().expect("not poisoned");
            seen.entry(position).or_insert_with(Instant::now);
        }
    }
}

/// What the sender saw: how long a POST took, and how long after it the event was folded.
#[derive(Default)]
struct Sent {
    post: Took,
    folded: Took,
}

fn send(
    daemon: &Daemon,
    first: u64,
    seen: &Mutex<BTreeMap<u64, Instant>>,
    lasts: Duration,
) -> Sent {
    let agent = ureq::Agent::new_with_defaults();
    let mut sent = Sent::default();
    let mut accepted = Vec::new();
    let start = Instant::now();
    let mut next = first;
    while start.elapsed() < lasts {
        let asked = Instant::now();
        let position = daemon.post(&agent, &[arrest(next)]);
        sent.post.push(asked.elapsed());
        accepted.push((position, Instant::now()));
        next += 1;
        std::thread::sleep(REST);
    }
    let waited = Instant::now();
    for (position, at) in accepted {
        let folded = loop {
            let found = seen.lock().expect("not poisoned").get(&position).copied();
            match found {
                Some(folded) => break folded,
                None if waited.elapsed() > Duration::from_secs(60) => {
                    panic!("{position} came never")
                }
                None => std::thread::sleep(Duration::from_millis(5)),
            }
        };
        sent.folded.push(folded.saturating_duration_since(at));
    }
    sent
}

/// Prints what a sender waits for beside readers of the dearest questions, and after they stopped.
pub fn measure(daemon: &Daemon) {
    let lasts = Duration::from_secs(number("HABEAS_BENCH_SECONDS", SECONDS));
    let newest = daemon.position(&ureq::Agent::new_with_defaults());
    let (ended, done) = (AtomicBool::new(false), AtomicBool::new(false));
    let (turns, refused, mib) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
    let statuses = Mutex::new(BTreeMap::<u16, u64>::new());
    let seen = Mutex::new(BTreeMap::new());
    let (beside, after) = std::thread::scope(|scope| {
        scope.spawn(|| watch(daemon, &seen, &done));
        scope.spawn(|| {
            while !ended.load(Ordering::Relaxed) {
                mib.fetch_max(daemon.takes().mib, Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis(50));
            }
        });
        for _ in 0..READERS {
            scope.spawn(|| {
                let agent = ureq::Agent::new_with_defaults();
                while !ended.load(Ordering::Relaxed) {
                    let turn = turns.fetch_add(1, Ordering::Relaxed);
                    let asked = format!("http://{}{}", daemon.address, question(turn, newest));
                    let asked = agent
                        .get(&asked)
                        .config()
                        .http_status_as_error(false)
                        .build();
                    let Ok(mut answer) = asked.call() else {
                        refused.fetch_add(1, Ordering::Relaxed);
                        continue;
                    };
                    let _read = answer.body_mut().with_config().limit(1 << 30).read_to_vec();
                    let status = answer.status().as_u16();
                    *statuses
                        .lock()
                        .expect("not poisoned")
                        .entry(status)
                        .or_default() += 1;
                }
            });
        }
        let beside = send(daemon, FIRST, &seen, lasts);
        ended.store(true, Ordering::Relaxed);
        std::thread::sleep(WELL_AFTER);
        let after = send(daemon, FIRST + 1_000_000, &seen, Duration::from_secs(5));
        done.store(true, Ordering::Relaxed);
        // One more, so that the watcher looks up.
        daemon.post(
            &ureq::Agent::new_with_defaults(),
            &[arrest(FIRST + 2_000_000)],
        );
        (beside, after)
    });
    println!(
        "\n{READERS} readers of the dearest questions for {lasts:?}: statuses {:?}, connections refused {}",
        statuses.into_inner().expect("not poisoned"),
        refused.into_inner()
    );
    waited("beside them", &beside);
    waited("5 s after they stopped", &after);
    let mib = mib.into_inner();
    println!(
        "{:<46} {mib} MiB (at most {MEMORY_MIB}: {}), {}",
        "most memory beside them",
        at_most(mib as f64, MEMORY_MIB as f64),
        daemon.shown()
    );
}

/// Prints what a sender waited for.
fn waited(name: &str, sent: &Sent) {
    let (folded, post) = (ms(sent.folded.percentile(99)), ms(sent.post.percentile(99)));
    println!(
        "{name:<46} folded p50 {:>7.1} ms p99 {folded:>7.1} ms (at most {FOLDED_MS}: {}); POST p50 {:>7.1} ms p99 {post:>7.1} ms (at most {POST_MS}: {})",
        ms(sent.folded.percentile(50)),
        at_most(folded, FOLDED_MS),
        ms(sent.post.percentile(50)),
        at_most(post, POST_MS),
    );
}
