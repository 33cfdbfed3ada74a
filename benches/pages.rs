//! Pages over a million events: how long the node takes to make one, for any filter, any D and any R.
//! `make bench` prints them as a table.
//!
//! A page that was asked for before is answered by 304 or from memory, so each is asked with a filter,
//! a D or an R of its own.
//!
//! Never here: tests, and the bytes of a page (tests/browser/run.mjs).
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

#[allow(dead_code, reason = "another bench uses the rest")]
mod invented;
mod measured;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use event::Position;
use server::config::{Common, Up};
use server::{Running, SystemClock};

use crate::measured::{Dice, Took, ms, number};

/// How many events there are where `HABEAS_BENCH_EVENTS` does not say.
const EVENTS: u64 = 1_000_000;
/// How often each page is asked for.
const ROUNDS: u64 = 60;
/// What a page may take, in milliseconds, of 99 in a hundred. Source: docs/reference/limits.md.
const LIMIT_MS: f64 = 30.0;
/// Events in one request while they are loaded.
const IN_REQUEST: usize = 2_000;
const SEED: u64 = 20_201_210;

async fn node(data: &Path, tools: &Path) -> Running {
    let up = Up {
        common: Common {
            pages: None,
            data: data.to_owned(),
            listen: "127.0.0.1:0".parse().expect("an address"),
            orgs: Vec::new(),
            origin: None,
            anchor_seconds: 3_600,
            cache_mib: 128,
            public_history: false,
            policy: None,
        },
        demo: false,
        nats_server: None,
        tools: tools.to_owned(),
        nats_port: None,
    };
    server::up(up, Arc::new(SystemClock::new()))
        .await
        .expect("a node")
}

/// Takes off what a gate has put before an event.
fn sent(leaf: &[u8]) -> String {
    let text = std::str::from_utf8(leaf).expect("text");
    let rest = text.strip_prefix("{\"receivedtime\":\"").expect("a gate's");
    let (_, rest) = rest.split_once("\",").expect("an instant");
    format!("{{{rest}")
}

fn load(address: &str, token: &str, leaves: &[Vec<u8>]) {
    let agent = ureq::Agent::new_with_defaults();
    for part in leaves.chunks(IN_REQUEST) {
        let lines: Vec<String> = part.iter().map(|leaf| sent(leaf)).collect();
        agent
            .post(format!("http://{address}/v1/events"))
            .header("content-type", "application/jsonl")
            .header("authorization", format!("Bearer {token}"))
            .send(lines.join("\n"))
            .expect("accepted");
    }
}

/// Returns the address of a page, with a filter, a D or an R of its own.
fn page(name: &str, dice: &mut Dice, newest: u64) -> String {
    let year = 2010 + dice.below(15);
    let place = 1 + dice.below(25);
    let at = newest / 2 + dice.below(newest / 2);
    let (month, day) = (1 + dice.below(12), 1 + dice.below(28));
    match name {
        "overview" => format!("/?occurred={year}&at={at}"),
        "overview, a province" => format!("/?occurred={year}&place=KH-{place}&at={at}"),
        "held" => format!("/held?on={year}-{month:02}-{day:02}&at={at}"),
        "figure by month" => {
            format!("/figures?measure=persons&kind=arrest&occurred={year}&group_by=month&at={at}")
        }
        "figure by place and right" => format!(
            "/figures?definition=arrested/for_rights&group_by=place,rights_exercised&at={at}"
        ),
        "why" => format!(
            "/why?measure=persons&kind=arrest&occurred={year}&place=KH-{place}&from={}&at={at}",
            at - at / 10
        ),
        "history" => format!("/history?at={at}"),
        "cases" => format!("/cases?at={at}"),
        other => panic!("no page {other}"),
    }
}

const PAGES: [&str; 8] = [
    "overview",
    "overview, a province",
    "held",
    "figure by month",
    "figure by place and right",
    "why",
    "history",
    "cases",
];

fn ask(address: &str, newest: u64) -> Vec<(&'static str, Took, usize)> {
    let agent = ureq::Agent::new_with_defaults();
    let mut dice = Dice::new(SEED);
    PAGES
        .into_iter()
        .map(|name| {
            let (mut took, mut bytes) = (Took::default(), 0);
            for _ in 0..ROUNDS {
                let address = format!("http://{address}{}", page(name, &mut dice, newest));
                let start = Instant::now();
                let mut answer = agent.get(&address).call().expect(&address);
                let body = answer.body_mut().read_to_vec().expect("a page");
                took.push(start.elapsed());
                bytes = bytes.max(body.len());
            }
            (name, took, bytes)
        })
        .collect()
}

#[tokio::main]
async fn main() {
    let events = number("HABEAS_BENCH_EVENTS", EVENTS);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the root");
    let folder = tempfile::tempdir().expect("a folder");
    let running = node(&folder.path().join("data"), &root.join(".tools/bin")).await;
    let token = std::fs::read_to_string(running.token_file()).expect("a token");
    let address = running.address().to_string();
    let start = Instant::now();
    tokio::task::block_in_place(|| {
        load(&address, token.trim(), &invented::history(events, SEED));
    });
    let last = Position::new(events + 1);
    assert!(
        running
            .node()
            .wait_for(last, Duration::from_secs(600))
            .await,
        "all is folded"
    );
    eprintln!(
        "{events} events loaded in {:.0} s",
        start.elapsed().as_secs_f64()
    );
    let asked = tokio::task::block_in_place(|| ask(&address, last.get()));
    running.stop().await;
    println!(
        "{:<28} {:>9} {:>9} {:>9} {:>7}",
        "page", "p50 ms", "p99 ms", "limit", "KB"
    );
    for (name, took, bytes) in asked {
        println!(
            "{name:<28} {:>9.1} {:>9.1} {LIMIT_MS:>9} {:>7}",
            ms(took.percentile(50)),
            ms(took.percentile(99)),
            bytes / 1_000
        );
    }
}
