//! Pages over a million events, as a reader waits for them: `make bench` prints a table of each.
//!
//! First views: each with a filter, a D or an R of its own, so that nothing stands ready. Views again:
//! of the same address. Views of what is newest, while events come in without pause.
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
mod sent;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use event::Position;
use server::config::{Common, Up};
use server::{Running, SystemClock};

use crate::measured::{Dice, Took, ms, number};

/// How many events there are where `HABEAS_BENCH_EVENTS` does not say.
const EVENTS: u64 = 1_000_000;
/// How often each page is asked for where `HABEAS_BENCH_ROUNDS` does not say: of fewer than 100 views the
/// 99th percentile would be the worst one.
const ROUNDS: u64 = 200;
/// How often at the most while the record grows, which takes as long as its rests.
const NEWEST_ROUNDS: u64 = 60;
/// What a page may take, in milliseconds, of 99 in a hundred. Source: docs/reference/limits.md.
const LIMIT_MS: f64 = 30.0;
/// Events in one request while they are loaded.
const IN_REQUEST: usize = 2_000;
/// How many events come in each second while the newest is looked at.
const GROWING: u64 = 20;
/// How long a reader rests between two views, in milliseconds, of a record that grows.
const REST_MS: u64 = 40;
const SEED: u64 = 20_201_210;

async fn node(data: &Path, tools: &Path) -> Running {
    let up = Up {
        common: Common {
            pages: None,
            data: data.to_owned(),
            listen: "127.0.0.1:0".parse().expect("an address"),
            tls_cert: None,
            tls_key: None,
            orgs: Vec::new(),
            trusted_proxies: Vec::new(),
            webhooks: server::webhooks::WebhookFlags::default(),
            oidc: server::config::OidcFlags::default(),
            headline: Vec::new(),
            origin: None,
            anchor_seconds: 3_600,
            cache_mib: 96,
            data_licence: None,
            data_licence_url: None,
            public_history: false,
            hooks: None,
            policy: None,
        },
        demo: false,
        nats_server: None,
        tools: tools.to_owned(),
        nats_port: None,
        nats_listen: "127.0.0.1".parse().expect("an address"),
        nats_tls_cert: None,
        nats_tls_key: None,
    };
    server::up(up, Arc::new(SystemClock::new()))
        .await
        .expect("a node")
}

fn load(address: &str, token: &str, events: &[String]) {
    let agent = ureq::Agent::new_with_defaults();
    for lines in events.chunks(IN_REQUEST) {
        let answer = agent
            .post(format!("http://{address}/v1/events"))
            .header("content-type", "application/jsonl")
            .header("authorization", format!("Bearer {token}"))
            .send(lines.join("\n"));
        let mut answer = answer.expect("accepted");
        // 207 would be a part: what is missing would be waited for in vain.
        let said = answer.body_mut().read_to_string().expect("verdicts");
        assert_eq!(answer.status().as_u16(), 200, "{said:.2000}");
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

/// What is looked at while the record grows.
const NEWEST: [&str; 7] = [
    "/",
    "/km",
    "/held",
    "/figures?measure=persons&kind=arrest&group_by=year",
    "/figures?definition=arrested/for_rights&group_by=rights_exercised",
    "/history",
    "/cases",
];

fn view(agent: &ureq::Agent, address: &str) -> (Duration, usize) {
    let start = Instant::now();
    let mut answer = agent.get(address).call().expect(address);
    let body = answer.body_mut().read_to_vec().expect("a page");
    (start.elapsed(), body.len())
}

/// A page with the times of its views, and its greatest number of bytes.
type Viewed = (&'static str, Took, usize);

/// Asks for pages of their own, each twice.
fn ask(address: &str, newest: u64, rounds: u64) -> (Vec<Viewed>, Vec<Viewed>) {
    let agent = ureq::Agent::new_with_defaults();
    let mut dice = Dice::new(SEED);
    let (mut first, mut again) = (Vec::new(), Vec::new());
    for name in PAGES {
        let (mut took_first, mut took_again, mut bytes) = (Took::default(), Took::default(), 0);
        for _ in 0..rounds {
            let address = format!("http://{address}{}", page(name, &mut dice, newest));
            let (took, length) = view(&agent, &address);
            took_first.push(took);
            took_again.push(view(&agent, &address).0);
            bytes = bytes.max(length);
        }
        first.push((name, took_first, bytes));
        again.push((name, took_again, bytes));
    }
    (first, again)
}

/// Asks for what is newest while events come in.
fn growing(address: &str, token: &str, events: &[String], rounds: u64) -> Vec<Viewed> {
    let ended = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for event in events {
                if ended.load(std::sync::atomic::Ordering::Relaxed) {
                    return;
                }
                load(address, token, std::slice::from_ref(event));
                std::thread::sleep(Duration::from_millis(1_000 / GROWING));
            }
            panic!("the events are used up before the views are");
        });
        let agent = ureq::Agent::new_with_defaults();
        let mut viewed: Vec<Viewed> = NEWEST.map(|name| (name, Took::default(), 0)).into();
        for round in 0..=rounds {
            for (name, took, bytes) in &mut viewed {
                let (passed, length) = view(&agent, &format!("http://{address}{name}"));
                // The first round finds nothing ready: first views stand in a table of their own.
                if round > 0 {
                    took.push(passed);
                }
                *bytes = length.max(*bytes);
                std::thread::sleep(Duration::from_millis(REST_MS));
            }
        }
        ended.store(true, std::sync::atomic::Ordering::Relaxed);
        viewed
    })
}

fn print(title: &str, viewed: Vec<Viewed>) {
    println!(
        "\n{title:<68} {:>9} {:>9} {:>9} {:>7}",
        "p50 ms", "p99 ms", "limit", "KB"
    );
    let (mut all, mut most) = (Took::default(), 0);
    for (_, took, bytes) in &viewed {
        all.extend(took);
        most = most.max(*bytes);
    }
    for (name, took, bytes) in viewed.into_iter().chain([("all", all, most)]) {
        println!(
            "{name:<68} {:>9.1} {:>9.1} {LIMIT_MS:>9} {:>7}",
            ms(took.percentile(50)),
            ms(took.percentile(99)),
            bytes / 1_000
        );
    }
}

#[tokio::main]
async fn main() {
    let events = number("HABEAS_BENCH_EVENTS", EVENTS);
    let rounds = number("HABEAS_BENCH_ROUNDS", ROUNDS);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the root");
    let folder = tempfile::tempdir().expect("a folder");
    let running = node(&folder.path().join("data"), &root.join(".tools/bin")).await;
    let token = std::fs::read_to_string(running.token_file()).expect("a token");
    let (address, token) = (running.address().to_string(), token.trim().to_owned());
    let start = Instant::now();
    let newest_rounds = rounds.min(NEWEST_ROUNDS);
    let more = usize::try_from(GROWING * newest_rounds * 30).unwrap_or(0);
    let mut leaves = sent::events(events + more as u64, SEED);
    let later = leaves.split_off(leaves.len() - more);
    tokio::task::block_in_place(|| load(&address, &token, &leaves));
    let last = Position::new(leaves.len() as u64 + 1);
    assert!(
        running
            .node()
            .wait_for(last, Duration::from_secs(600))
            .await,
        "all is folded"
    );
    let seconds = start.elapsed().as_secs_f64();
    eprintln!("{} events loaded in {seconds:.0} s", leaves.len());
    drop(leaves);
    // The load ends with what it has still to write, which is not what a page takes.
    let model = running.node().model().expect("a model");
    tokio::task::block_in_place(|| model.store().flush()).expect("written");
    let (first, again) = tokio::task::block_in_place(|| ask(&address, last.get(), rounds));
    print("first views", first);
    print("views again", again);
    let grown = tokio::task::block_in_place(|| growing(&address, &token, &later, newest_rounds));
    running.stop().await;
    print(&format!("the newest, {GROWING} events a second"), grown);
}
