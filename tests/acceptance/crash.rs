//! kill -9 of the daemon, of its nats-server, or of both, while events stream in.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use crate::client::{Arrest, Client, uuid};
use crate::node::{Flags, Node, signal};

/// How often something is killed, in a row, on one folder.
const ROUNDS: u64 = 25;

/// How many events one request carries.
const BATCH: u64 = 40;

/// A small generator with a printed seed (xorshift), so that a failing run can be made again.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

/// What the daemon acknowledged: position by event id.
type Acknowledged = Arc<Mutex<BTreeMap<String, u64>>>;

/// Sends events until told to stop; a batch that fails is sent again, as a tool would.
fn send(client: Client, next: Arc<AtomicU64>, stop: Arc<AtomicBool>, acknowledged: Acknowledged) {
    while !stop.load(Ordering::Relaxed) {
        let first = next.fetch_add(BATCH, Ordering::Relaxed);
        let ids: Vec<String> = (first..first + BATCH).map(uuid).collect();
        let events: Vec<String> = ids
            .iter()
            .enumerate()
            .map(|(i, id)| arrest(first, i, id))
            .collect();
        loop {
            let answer = client.try_post("application/jsonl", &events.join("\n"));
            if let Some(answer) = answer.filter(|answer| answer.status == 200) {
                let verdicts = answer.json();
                let mut acknowledged = acknowledged.lock().expect("not poisoned");
                for (id, verdict) in ids.iter().zip(verdicts.as_array().expect("a list")) {
                    let position = verdict["position"].as_u64().expect("a position");
                    acknowledged.insert(id.clone(), position);
                }
                break;
            }
            if stop.load(Ordering::Relaxed) {
                return;
            }
        }
    }
}

fn arrest(first: u64, index: usize, id: &str) -> String {
    let number = first + u64::try_from(index).expect("small");
    let day = format!("2020-{:02}-{:02}", 1 + number % 12, 1 + number % 28);
    let (case, person) = (format!("c{}", number / 3), format!("p{number}"));
    Arrest {
        org: "north-desk",
        id,
        case: &case,
        person: &person,
        day: &day,
    }
    .event()
}

#[test]
fn acknowledged_events_survive_25_kills_in_a_row() {
    let seed = std::env::var("HABEAS_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or_else(|| u64::from(std::process::id()) * 0x9e37_79b9 + 1);
    println!("HABEAS_SEED={seed}");
    let mut dice = Dice(seed);
    let folder = tempfile::tempdir().expect("a folder");
    let acknowledged = Acknowledged::default();
    let next = Arc::new(AtomicU64::new(1));
    for round in 0..ROUNDS {
        let node = Node::start(folder.path(), &Flags::default());
        check(&node.client, &acknowledged);
        let stop = Arc::new(AtomicBool::new(false));
        let senders: Vec<_> = (0..3)
            .map(|_| {
                let (client, next) = (node.client.clone(), next.clone());
                let (stop, acknowledged) = (stop.clone(), acknowledged.clone());
                std::thread::spawn(move || send(client, next, stop, acknowledged))
            })
            .collect();
        // The kill comes once this round has acknowledged some events: at another instant of the
        // stream each time, but never before there is a stream.
        let wanted = acknowledged.lock().expect("not poisoned").len()
            + usize::try_from(dice.throw(1_500)).expect("small");
        while acknowledged.lock().expect("not poisoned").len() < wanted {
            std::thread::yield_now();
        }
        let nats = node.nats_pid();
        match dice.throw(3) {
            0 => {
                stop.store(true, Ordering::Relaxed);
                node.kill();
            }
            1 => {
                // The daemon goes on: its nats-server comes back by itself, and events flow again.
                signal("KILL", nats.expect("a nats-server"));
                let before = acknowledged.lock().expect("not poisoned").len();
                while acknowledged.lock().expect("not poisoned").len() <= before {
                    std::thread::yield_now();
                }
                stop.store(true, Ordering::Relaxed);
                node.stop();
            }
            _ => {
                stop.store(true, Ordering::Relaxed);
                signal("KILL", nats.expect("a nats-server"));
                node.kill();
            }
        }
        for sender in senders {
            sender.join().expect("a sender ends");
        }
        println!(
            "round {round}: {} acknowledged",
            acknowledged.lock().expect("not poisoned").len()
        );
    }
    let node = Node::start(folder.path(), &Flags::default());
    check(&node.client, &acknowledged);
    node.stop();
}

/// Every acknowledged event stands once, at the position it was given, and the counts follow.
fn check(client: &Client, acknowledged: &Acknowledged) {
    let acknowledged = acknowledged.lock().expect("not poisoned");
    let mut found: BTreeMap<String, u64> = BTreeMap::new();
    let mut path = "/v1/events?limit=1000".to_owned();
    loop {
        let answer = client.get(&path);
        assert_eq!(answer.status, 200, "{}", answer.text);
        for leaf in answer.json()["events"].as_array().expect("events") {
            if leaf["event"]["org"] == "system" {
                continue;
            }
            let id = leaf["event"]["id"].as_str().expect("an id").to_owned();
            let position = leaf["position"].as_u64().expect("a position");
            assert_eq!(
                found.insert(id.clone(), position),
                None,
                "{id} stands twice"
            );
        }
        match answer.link {
            Some(link) => path = link.split(['<', '>']).nth(1).expect("a target").to_owned(),
            None => break,
        }
    }
    for (id, position) in acknowledged.iter() {
        assert_eq!(found.get(id), Some(position), "{id} was acknowledged");
    }
    let figure = client
        .public("/v1/figures?measure=events&kind=arrest")
        .json();
    assert_eq!(
        figure["total"]["count"].as_u64(),
        u64::try_from(found.len()).ok()
    );
    let persons = client
        .public("/v1/figures?measure=persons&definition=detained/any&on=2021-01-01")
        .json();
    assert_eq!(
        persons["total"]["count"].as_u64(),
        u64::try_from(found.len()).ok()
    );
}
