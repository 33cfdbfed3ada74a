//! Sockets that others hold, idle or slow, and what a reader waits for beside them.
//!
//! Never here: the bounds themselves (see the acceptance test `bounds`).

use std::io::Write as _;
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::daemon::{Daemon, arrest};
use crate::measured::{Took, at_most, ms};

/// How many sockets are idle, and how many send a byte now and then.
const IDLE: usize = 5_000;
const SLOW: usize = 200;
/// How many requests of others are measured.
const REQUESTS: u64 = 1_000;
/// The limit of 99 in a hundred, in milliseconds.
const LIMIT_MS: f64 = 100.0;
/// The number of the first event that is sent beside them.
const FIRST: u64 = 20_000_000;

/// Prints what others wait for beside sockets that are held.
pub fn measure(daemon: &Daemon) {
    let idle: Vec<TcpStream> = (0..IDLE)
        .filter_map(|_| TcpStream::connect(&daemon.address).ok())
        .collect();
    let ended = AtomicBool::new(false);
    let (read, sent) = std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut slow: Vec<TcpStream> = (0..SLOW)
                .filter_map(|_| TcpStream::connect(&daemon.address).ok())
                .collect();
            for socket in &mut slow {
                let _some = socket.write_all(b"POST /v1/events HTTP/1.1\r\nHost: localhost\r\nX: ");
            }
            while !ended.load(Ordering::Relaxed) {
                for socket in &mut slow {
                    let _one = socket.write_all(b"x");
                }
                std::thread::sleep(Duration::from_millis(100));
            }
        });
        let agent = ureq::Agent::new_with_defaults();
        let (mut read, mut sent) = (Took::default(), Took::default());
        for number in 0..REQUESTS {
            let asked = Instant::now();
            let answer = agent
                .get(format!(
                    "http://{}/v1/cases/north-desk:c{number}",
                    daemon.address
                ))
                .config()
                .http_status_as_error(false)
                .build()
                .call();
            let mut answer = answer.expect("an answer");
            let _body = answer.body_mut().read_to_vec().expect("a body");
            read.push(asked.elapsed());
            let asked = Instant::now();
            daemon.post(&agent, &[arrest(FIRST + number)]);
            sent.push(asked.elapsed());
        }
        ended.store(true, Ordering::Relaxed);
        (read, sent)
    });
    println!(
        "\n{} idle and {SLOW} slow sockets, a node of 8,192 descriptors",
        idle.len()
    );
    for (name, took) in [("a case by its id", &read), ("an event alone", &sent)] {
        let p99 = ms(took.percentile(99));
        println!(
            "{name:<46} p50 {:>7.1} ms p99 {p99:>7.1} ms (at most {LIMIT_MS}: {})",
            ms(took.percentile(50)),
            at_most(p99, LIMIT_MS)
        );
    }
}
