//! The first ratios that Habeas must reach, measured in one run against bare tools on the same bytes
//! and the same machine: accept, fold, figure. `make bench` prints them as a table.
//!
//! Source of the limits: docs/reference/limits.md, Figures to reach.
//!
//! Never here: tests. A busy machine makes every figure worse; the ratios less so.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "a bench measures time, prints, and may stop at the first surprise"
)]

mod bare;
mod measured;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use event::Position;
use figures::Query;
use fold::Scope;
use journal::{Journal, Outgoing};
use server::config::{Common, Up};
use server::{Running, SystemClock};

use crate::measured::{Took, ms, number, rate};

/// How many events are accepted, folded and counted; 1,000,000 with HABEAS_BENCH_EVENTS=1000000.
const EVENTS: u64 = 200_000;

/// Events in flight while they are accepted: 8 senders with 32 each.
const SENDERS: u64 = 8;
const IN_FLIGHT_EACH: u64 = 32;

/// Events in an atomic batch of the bare publish.
const BARE_BATCH: usize = 900;

/// An invented event of about 500 bytes; every third one ends a custody that an earlier one began.
fn event(number: u64) -> String {
    let id = uuid::Uuid::from_u64_pair(0x0a0b_0c0d_0e0f_4a0b, 0x8000_0000_0000_0000 | number);
    let person = number / 3;
    let (kind, more) = match number % 3 {
        0 => (
            "arrest",
            r#""mode":"at_protest","rights_exercised":["assembly","expression"]"#,
        ),
        1 => ("charge", ""),
        _ => ("release", r#""release_kind":"on_bail""#),
    };
    let day = format!(
        "20{:02}-{:02}-{:02}",
        10 + person % 12,
        1 + person % 12,
        1 + number % 28
    );
    let sex = if person.is_multiple_of(4) {
        "female"
    } else {
        "male"
    };
    let charge = if kind == "charge" {
        format!(
            r#""charge":"north-desk:c{person}/1","law":"KH-criminal-code-2009","article":"495""#
        )
    } else {
        more.to_owned()
    };
    format!(
        r#"{{"specversion":"1.0","id":"{id}","source":"//north-desk.example/desk","type":"habeas.{kind}.v1","subject":"north-desk:c{person}","org":"north-desk","recordedtime":"2024-01-01T00:00:00Z","datacontenttype":"application/json","data":{{"occurred":"{day}","visibility":"public","verification":"corroborated","place":{{"code":"KH-{}"}},"persons":[{{"id":"north-desk:p{person}","sex":"{sex}"}}],{charge}}}}}"#,
        1 + person % 24
    )
}

/// Bare: atomic batches of the same bytes, one at a time, durable.
async fn bare_publish(folder: &Path, tools: &Path, events: u64) -> f64 {
    let (child, journal) = bare::broker(folder, tools).await;
    let batches: Vec<Vec<Outgoing>> = (0..events)
        .collect::<Vec<_>>()
        .chunks(BARE_BATCH)
        .map(|numbers| {
            numbers
                .iter()
                .map(|number| Outgoing {
                    subject: "habeas.event.north-desk.arrest".into(),
                    payload: Bytes::from(event(*number)),
                })
                .collect()
        })
        .collect();
    let start = Instant::now();
    let mut last = Position::ZERO;
    for batch in &batches {
        last = journal.append(last, batch).await.expect("appended");
    }
    let took = start.elapsed();
    child.stop().await;
    rate(events, took)
}

async fn node(data: &Path, tools: &Path) -> Running {
    let up = Up {
        common: Common {
            webhooks: server::webhooks::WebhookFlags::default(),
            pages: None,
            headline: Vec::new(),
            policy: None,
            data_licence: None,
            data_licence_url: None,
            public_history: false,
            hooks: None,
            data: data.to_owned(),
            listen: "127.0.0.1:0".parse().expect("an address"),
            tls_cert: None,
            tls_key: None,
            orgs: Vec::new(),
            trusted_proxies: Vec::new(),
            oidc: server::config::OidcFlags::default(),
            origin: None,
            anchor_seconds: 3_600,
            cache_mib: 96,
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

/// Ours: checked, durable, 256 in flight over HTTP. The fold runs beside it, as it does in life.
fn accept(address: &str, token: &str, events: u64) -> f64 {
    let start = Instant::now();
    let each = events / SENDERS;
    let senders: Vec<_> = (0..SENDERS)
        .map(|sender| {
            let (url, token) = (
                format!("http://{address}/v1/events"),
                format!("Bearer {token}"),
            );
            std::thread::spawn(move || {
                let agent = ureq::Agent::new_with_defaults();
                let numbers: Vec<u64> = (sender * each..(sender + 1) * each).collect();
                for part in numbers.chunks(IN_FLIGHT_EACH as usize) {
                    let lines: Vec<String> = part.iter().map(|number| event(*number)).collect();
                    let answer = agent
                        .post(&url)
                        .header("content-type", "application/jsonl")
                        .header("authorization", &token)
                        .send(lines.join("\n"))
                        .expect("accepted");
                    assert_eq!(answer.status(), 200);
                }
            })
        })
        .collect();
    senders
        .into_iter()
        .for_each(|sender| sender.join().expect("a sender ends"));
    rate(each * SENDERS, start.elapsed())
}

/// Bare: everything the log holds, read in order and dropped.
async fn bare_drain(url: &str, last: Position) -> f64 {
    let journal = Journal::connect(url, journal::Settings::default())
        .await
        .expect("a log");
    let start = Instant::now();
    let mut reader = journal.read(Position::new(1)).await.expect("a reader");
    let mut at = Position::ZERO;
    while at < last {
        let messages = reader
            .next_batch(2_048, Duration::from_secs(1))
            .await
            .expect("messages");
        at = messages.last().map_or(at, |message| message.position);
    }
    rate(last.get(), start.elapsed())
}

/// Questions of every sort; each is asked as known at several positions.
const QUESTIONS: &[&str] = &[
    "measure=persons&kind=arrest&occurred=2015&group_by=month",
    "measure=persons&definition=detained/any&on=2016-06-01&group_by=sex",
    "measure=events&kind=release&group_by=release_kind",
    "measure=person_charges&group_by=charge_status",
    "measure=persons&definition=arrested/for_rights&place=KH-12&sex=female",
    "measure=persons&kind=arrest&verification=verified",
];

fn figures(running: &Running) -> (Duration, Duration) {
    let model = running.node().model().expect("a model");
    let table = model.columns();
    let newest = table.instants().newest();
    let mut took = Took::default();
    for round in 1..=20_u64 {
        for question in QUESTIONS {
            let parameters: Vec<(String, String)> = question
                .split('&')
                .filter_map(|pair| pair.split_once('='))
                .map(|(name, value)| (name.into(), value.into()))
                .collect();
            let query = Query::parse(&parameters).expect("a question");
            let at = Position::new(newest.get() * round / 20);
            let start = Instant::now();
            let answer =
                figures::answer(&*table, &query, at, None, &Scope::Public).expect("an answer");
            took.push(start.elapsed());
            assert!(answer.total.at_least <= answer.total.at_most);
        }
    }
    (took.percentile(50), took.percentile(99))
}

#[tokio::main]
async fn main() {
    let events = number("HABEAS_BENCH_EVENTS", EVENTS);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the root");
    let tools = root.join(".tools/bin");
    let folder = tempfile::tempdir().expect("a folder");
    let bare = bare_publish(&folder.path().join("bare"), &tools, events).await;

    let data = folder.path().join("data");
    let running = node(&data, &tools).await;
    let token = std::fs::read_to_string(running.token_file()).expect("a token");
    let address = running.address().to_string();
    let accepted = tokio::task::block_in_place(|| accept(&address, token.trim(), events));
    let last = Position::new(events / SENDERS * SENDERS + 1);
    let all = Duration::from_secs(600);
    assert!(running.node().wait_for(last, all).await, "all is folded");
    let drain = bare_drain(running.nats_url(), last).await;
    let (p50, p99) = tokio::task::block_in_place(|| figures(&running));
    running.stop().await;

    // The same log again, folded from nothing.
    std::fs::remove_dir_all(data.join("views")).expect("views are disposable");
    let start = Instant::now();
    let running = node(&data, &tools).await;
    assert!(
        running.node().wait_for(last, all).await,
        "all is folded again"
    );
    let folded = rate(last.get(), start.elapsed());
    running.stop().await;

    println!("{events} events of about {} bytes", event(1).len());
    println!(
        "{:<46} {:>12} {:>12} {:>7} {:>9}",
        "work", "ours", "bare", "ratio", "at least"
    );
    let row = |work: &str, ours: f64, bare: f64, least: f64| {
        println!(
            "{work:<46} {ours:>10.0}/s {bare:>10.0}/s {:>7.2} {least:>9}",
            ours / bare
        );
    };
    row(
        "accept: checked, durable, 256 in flight",
        accepted,
        bare,
        0.7,
    );
    row("fold from the broker, everything on", folded, drain, 0.25);
    println!(
        "{:<46} {:>9.2} ms {:>12} {:>7.2} {:>9}",
        "figure, any filter, any (D, R): p99",
        ms(p99),
        "20 ms limit",
        20.0 / ms(p99),
        1
    );
    println!(
        "{:<46} {:>9.2} ms",
        "figure, any filter, any (D, R): p50",
        ms(p50)
    );
}
