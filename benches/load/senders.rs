//! Senders of one event a request, on more and more connections, beside bare publishing of single messages.
//!
//! Never here: batches (see ratios.rs).

use std::path::Path;
use std::str::FromStr as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use async_nats::{ConnectOptions, ServerAddr};

use crate::bare::broker;
use crate::daemon::{Daemon, arrest, tools};
use crate::measured::{Took, at_least, at_most, ms, number, rate};

/// How many connections send at once.
const CONNECTIONS: [usize; 5] = [1, 4, 16, 64, 256];
/// How many messages the bare publisher has on their way.
const BARE_IN_FLIGHT: usize = 16;
/// Rounds of each, taking turns.
const ROUNDS: u64 = 5;
/// How long a run lasts where `HABEAS_BENCH_SECONDS` does not say.
const SECONDS: u64 = 10;
/// The share of the rate with fewer connections that more must reach.
const LEAST_OF_FEWER: f64 = 0.95;
/// The share of the bare rate that sixteen must reach.
const LEAST_OF_BARE: f64 = 0.8;
/// How many times the time that the bare rate leaves for each a request may take.
const P50_MOST: f64 = 1.25;

/// A run: events a second, and how long each took.
struct Run {
    rate: f64,
    took: Took,
}

fn send(daemon: &Daemon, connections: usize, next: &AtomicU64, lasts: Duration) -> Run {
    let start = Instant::now();
    let parts: Vec<Took> = std::thread::scope(|scope| {
        let senders: Vec<_> = (0..connections)
            .map(|_| {
                scope.spawn(|| {
                    let agent = ureq::Agent::new_with_defaults();
                    let mut took = Took::default();
                    while start.elapsed() < lasts {
                        let event = arrest(next.fetch_add(1, Ordering::Relaxed));
                        let asked = Instant::now();
                        daemon.post(&agent, &[event]);
                        took.push(asked.elapsed());
                    }
                    took
                })
            })
            .collect();
        senders
            .into_iter()
            .map(|one| one.join().expect("it ends"))
            .collect()
    });
    let mut took = Took::default();
    parts.iter().for_each(|part| took.extend(part));
    Run {
        rate: rate(took.len() as u64, start.elapsed()),
        took,
    }
}

/// Bare: single messages, as many on their way, each acknowledged as durable.
async fn bare(url: &str, next: &Arc<AtomicU64>, lasts: Duration) -> f64 {
    let login = ServerAddr::from_str(url).expect("an address");
    let (user, password) = login.username().zip(login.password()).expect("a login");
    let options = ConnectOptions::with_user_and_password(user.into(), password.into());
    let client = options.connect(login.clone()).await.expect("a connection");
    let context = async_nats::jetstream::new(client);
    let start = Instant::now();
    let senders: Vec<_> = (0..BARE_IN_FLIGHT)
        .map(|_| {
            let (context, next) = (context.clone(), Arc::clone(next));
            tokio::spawn(async move {
                let mut count = 0_u64;
                while start.elapsed() < lasts {
                    let event = arrest(next.fetch_add(1, Ordering::Relaxed));
                    let sent = context.publish("habeas.event.north-desk.arrest", event.into());
                    sent.await.expect("sent").await.expect("durable");
                    count += 1;
                }
                count
            })
        })
        .collect();
    let mut count = 0;
    for sender in senders {
        count += sender.await.expect("it ends");
    }
    rate(count, start.elapsed())
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Prints how many events a second each number of connections sends, and how long one takes.
pub async fn measure(folder: &Path) {
    let lasts = Duration::from_secs(number("HABEAS_BENCH_SECONDS", SECONDS));
    let rounds = number("HABEAS_BENCH_ROUNDS", ROUNDS);
    let (broker, _stream) = broker(&folder.join("bare"), &tools()).await;
    let daemon = Daemon::start(&folder.join("senders"));
    let next = Arc::new(AtomicU64::new(1));
    let mut bares = Vec::new();
    let mut runs: [(Vec<f64>, Took); 5] = Default::default();
    for _ in 0..rounds {
        bares.push(bare(broker.url(), &next, lasts).await);
        for (connections, run) in CONNECTIONS.into_iter().zip(&mut runs) {
            let one = tokio::task::block_in_place(|| send(&daemon, connections, &next, lasts));
            run.0.push(one.rate);
            run.1.extend(&one.took);
        }
    }
    daemon.stop();
    broker.stop().await;
    let bare = median(&mut bares);
    println!("one event a request, medians of {rounds} runs of {lasts:?}, taking turns");
    println!(
        "{:<46} {:>9.0}/s",
        format!("bare, {BARE_IN_FLIGHT} on their way"),
        bare
    );
    let mut fewer = 0_f64;
    for (connections, (mut rates, took)) in CONNECTIONS.into_iter().zip(runs) {
        let rate = median(&mut rates);
        let least = fewer * LEAST_OF_FEWER;
        let mut limits = format!("at least {least:.0}/s: {}", at_least(rate, least));
        if connections == BARE_IN_FLIGHT {
            let least = bare * LEAST_OF_BARE;
            let most = P50_MOST * 1e3 * BARE_IN_FLIGHT as f64 / bare;
            let p50 = ms(took.percentile(50));
            limits += &format!(
                "; at least {least:.0}/s: {}; p50 at most {most:.1} ms: {}",
                at_least(rate, least),
                at_most(p50, most)
            );
        }
        println!(
            "{:<46} {rate:>9.0}/s {:>7.1} ms p50 {:>7.1} ms p99  {limits}",
            format!("{connections} connections"),
            ms(took.percentile(50)),
            ms(took.percentile(99)),
        );
        fewer = fewer.max(rate);
    }
}
