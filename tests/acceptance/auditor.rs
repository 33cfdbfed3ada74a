//! What someone who trusts nobody can check: an export with no server, a receipt, two nodes.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use archive::{Archive, Disk};
use event::Position;
use journal::Journal;
use server::SystemClock;
use server::notary::log::{Founding, anchor};

use crate::client::Client;
use crate::equal::digest;
use crate::history::{Broker, blocking, ready, send, until};
use crate::node::{Flags, Node, program};

/// Runs `habeas` and returns its exit status and what it wrote to standard output.
fn habeas(client: &Client, args: &[&str]) -> (i32, String) {
    let output = Command::new(program("habeas"))
        .args(["--server", client.base(), "--token", client.token()])
        .args(args)
        .output()
        .expect("habeas runs");
    let said = String::from_utf8_lossy(&output.stderr);
    println!("habeas {}: {said}", args.join(" "));
    let written = String::from_utf8(output.stdout).expect("text");
    (output.status.code().expect("a status"), written)
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path of text")
}

/// Waits until the newest checkpoint is of this size, and returns it.
fn signed(client: &Client, size: u64) -> String {
    until("a checkpoint", || {
        let answer = client.public("/v1/log/checkpoint");
        let line = format!("\n{size}\n");
        if answer.status == 200 && answer.text.contains(&line) {
            Ok(answer.text)
        } else {
            Err(answer.text)
        }
    })
}

#[test]
fn an_export_is_checked_and_replayed_with_the_server_stopped() {
    let folder = tempfile::tempdir().expect("a folder");
    let flags = Flags {
        demo: true,
        ..Flags::default()
    };
    let node = Node::start(&folder.path().join("node"), &flags);
    let last = node.client.get("/readyz").json()["position"]
        .as_u64()
        .expect("a position");
    signed(&node.client, last);
    let [export, checkpoint, policy] =
        ["h.jsonl", "checkpoint", "policy"].map(|name| folder.path().join(name));
    fs::write(&policy, node.client.public("/v1/log/policy").text).expect("written");
    let (status, _) = habeas(
        &node.client,
        &[
            "export",
            "--output",
            text(&export),
            "--checkpoint",
            text(&checkpoint),
        ],
    );
    assert_eq!(status, 0);
    let receipts = folder.path().join("receipts");
    fs::create_dir(&receipts).expect("made");
    let receipt = [
        "receipt",
        "5",
        "--policy",
        text(&policy),
        "--output",
        text(&receipts),
    ];
    assert_eq!(habeas(&node.client, &receipt).0, 0);
    let ask = format!(
        "measure=persons&kind=arrest&occurred=2020&group_by=month&at={}",
        last - 9
    );
    let figure = node.client.public(&format!("/v1/figures?{ask}"));
    assert!(
        figure.json()["root"]
            .as_str()
            .is_some_and(|root| root.len() == 44)
    );
    // Events of every visibility: the bundles are the operator's.
    assert_eq!(
        node.client.public("/v1/log/tile/entries/000.p/5").status,
        401
    );
    let client = node.client.clone();
    node.stop();

    let verify = |file: &Path| {
        let all = [
            "verify",
            text(file),
            "--checkpoint",
            text(&checkpoint),
            "--policy",
            text(&policy),
        ];
        habeas(&client, &all).0
    };
    assert_eq!(verify(&export), 0);
    let at = (last - 9).to_string();
    let mut replay = vec!["replay", text(&export), "--at", &at, "figures"];
    let words = "measure=persons kind=arrest occurred=2020 group_by=month";
    replay.extend(words.split(' '));
    assert_eq!(habeas(&client, &replay), (0, figure.text));
    let mut bytes = fs::read(&export).expect("read");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    let changed = folder.path().join("changed.jsonl");
    fs::write(&changed, bytes).expect("written");
    assert_eq!(verify(&changed), 3, "a flipped bit does not match");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_have_the_same_roots_and_rows_and_anchors_stand_in_the_log() {
    let mut broker = Broker::start().await;
    let (a, b) = blocking(|| (broker.node("a"), broker.node("b")));
    let mut last = 0;
    for (from, to) in [(0, 40), (40, 500), (500, 503)] {
        blocking(|| send(&a.client, from, to));
        last = to + 1;
        let of_a = blocking(|| signed(&a.client, last));
        let of_b = blocking(|| signed(&b.client, last));
        // The second node adds its own name to what its own history confirms.
        assert!(of_b.starts_with(of_a.as_str()), "{of_a} {of_b}");
        assert_eq!(of_b.lines().count(), of_a.lines().count() + 1);
    }
    for at in [1, 2, 41, 256, 257, last] {
        let ask = format!("/v1/figures?kind=arrest&at={at}&min_position={at}");
        let (of_a, of_b) = blocking(|| (a.client.public(&ask), b.client.public(&ask)));
        assert_eq!(of_a.text, of_b.text, "at {at}");
    }
    blocking(|| {
        a.stop();
        b.stop();
    });

    // The hour's work: the newest checkpoint is written into the log, once.
    let archive = Arc::new(
        Archive::open(&broker.path("a").join("history"), Disk::default()).expect("it opens"),
    );
    let settings = journal::Settings {
        monitor_urls: Vec::new(),
        ..journal::Settings::default()
    };
    let journal = Journal::connect(&broker.url(), settings)
        .await
        .expect("a log");
    let first = archive
        .entry(Position::new(1))
        .expect("read")
        .expect("an entry");
    let founding = Founding::read(&first);
    let clock = SystemClock::new();
    let at = anchor(&journal, &archive, &founding, &clock)
        .await
        .expect("written");
    assert_eq!(at, Some(Position::new(last + 1)));
    drop(archive);
    let (a, b) = blocking(|| (broker.node("a"), broker.node("b")));
    blocking(|| {
        ready(&a.client, last + 1);
        ready(&b.client, last + 1);
        let page = a
            .client
            .public(&format!("/v1/events?from={}", last + 1))
            .json();
        let event = &page["events"][0]["event"];
        assert_eq!(event["type"], "habeas.anchor.v1");
        let note = event["data"]["checkpoint"].as_str().expect("a note");
        assert!(note.contains(&format!("\n{last}\n")), "{note}");
        signed(&a.client, last + 1);
        a.stop();
        b.stop();
    });
    let archive = Arc::new(
        Archive::open(&broker.path("a").join("history"), Disk::default()).expect("it opens"),
    );
    let again = anchor(&journal, &archive, &founding, &clock)
        .await
        .expect("asked");
    assert_eq!(again, None, "nothing but an anchor came since");
    let digests = ["a", "b"].map(|name| digest(&broker.path(name)));
    assert_eq!(digests[0], digests[1], "the same rows on both nodes");
    let (_, rows) = &digests[0];
    assert!(rows.starts_with(&format!("{} ", last + 1)), "{rows}");
    broker.down().await;
}
