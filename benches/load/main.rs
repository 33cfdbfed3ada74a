//! A node beside a load: senders of one event a request beside bare publishing, readers of the dearest
//! questions over a million events, sockets that others hold, readers of streams, random questions.
//! `make bench` prints a table of each.
//!
//! Source of the limits: docs/reference/limits.md, Figures to reach. The daemon is the one that `make build`
//! makes, as a process of its own, so that its memory and threads are its own.
//!
//! Never here: tests. Senders, readers and the node share the machine.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "a bench measures time, prints, and may stop at the first surprise"
)]

#[path = "../bare.rs"]
mod bare;
mod daemon;
mod gets;
#[allow(dead_code, reason = "another bench uses the rest")]
#[path = "../invented.rs"]
mod invented;
#[path = "../measured.rs"]
mod measured;
mod readers;
mod senders;
#[path = "../sent.rs"]
mod sent;
mod sockets;
mod streams;

use crate::daemon::Daemon;
use crate::measured::number;

/// How many events stand behind the readers where `HABEAS_BENCH_EVENTS` does not say.
const EVENTS: u64 = 1_000_000;
const SEED: u64 = 20_201_210;

/// Whether a part is measured: all, or those that `HABEAS_BENCH_LOAD` names.
fn measures(part: &str) -> bool {
    let named = std::env::var("HABEAS_BENCH_LOAD").unwrap_or_default();
    named.is_empty() || named.split(',').any(|name| name == part)
}

/// Raises the soft limit of descriptors of this process: it holds thousands of sockets.
fn raise_descriptors() {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    let raised = rustix::process::Rlimit {
        current: limit.maximum,
        ..limit
    };
    rustix::process::setrlimit(rustix::process::Resource::Nofile, raised).expect("descriptors");
}

#[tokio::main]
async fn main() {
    raise_descriptors();
    let folder = tempfile::tempdir().expect("a folder");
    if measures("senders") {
        senders::measure(folder.path()).await;
    }
    if !["readers", "sockets", "streams", "gets"]
        .into_iter()
        .any(measures)
    {
        return;
    }
    let events = number("HABEAS_BENCH_EVENTS", EVENTS);
    let daemon = Daemon::start(&folder.path().join("data"));
    tokio::task::block_in_place(|| daemon.load(&sent::events(events, SEED)));
    println!("\n{events} events, {}", daemon.shown());
    if measures("readers") {
        tokio::task::block_in_place(|| readers::measure(&daemon));
    }
    if measures("sockets") {
        tokio::task::block_in_place(|| sockets::measure(&daemon));
    }
    if measures("streams") {
        streams::measure(&daemon).await;
    }
    if measures("gets") {
        tokio::task::block_in_place(|| gets::measure(&daemon, events));
    }
    daemon.stop();
}
