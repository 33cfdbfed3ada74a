//! `habeasd repair`: a broken stream gets the history's bytes again, and nothing else.

use std::fs;
use std::process::Command;

use crate::history::{Broker, arrests, blocking, log, ready, send, trouble, until};
use crate::node::program;

/// Runs `habeasd repair` on a node's folder; returns whether it repaired, and all that it said.
fn repair(broker: &Broker, name: &str, more: &[&str]) -> (bool, String) {
    let output = Command::new(program("habeasd"))
        .args(["repair", "--nats", &broker.url(), "--data"])
        .arg(broker.path(name))
        .args(more)
        .output()
        .expect("habeasd runs");
    let said = [output.stdout, output.stderr].concat();
    (
        output.status.success(),
        String::from_utf8_lossy(&said).into_owned(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_vanished_is_put_back_when_a_person_says_so() {
    let mut broker = Broker::start().await;
    let node = blocking(|| broker.node("a"));
    blocking(|| send(&node.client, 0, 300));
    let before = log(&broker, 301).await;
    blocking(|| node.stop());
    let (done, said) = blocking(|| repair(&broker, "a", &[]));
    assert!(
        done && said.contains("nothing was to be repaired"),
        "{said}"
    );
    broker.down().await;
    broker.spoil(150);
    broker.up().await;
    let (done, said) = blocking(|| repair(&broker, "a", &[]));
    assert!(
        !done && said.contains("nothing at positions 152 to 152"),
        "{said}"
    );
    assert!(said.contains("--replace"), "{said}");
    let (done, said) = blocking(|| repair(&broker, "a", &["--replace"]));
    assert!(
        done && said.contains("301 events were published again"),
        "{said}"
    );
    assert_eq!(
        log(&broker, 301).await,
        before,
        "the same bytes at the same positions"
    );
    let node = blocking(|| broker.node("a"));
    blocking(|| {
        ready(&node.client, 301);
        send(&node.client, 300, 310);
        node.stop();
    });
    broker.down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_stream_is_published_again_and_other_nodes_take_it_for_the_same() {
    let mut broker = Broker::start().await;
    let (a, b) = blocking(|| (broker.node("a"), broker.node("b")));
    blocking(|| {
        send(&a.client, 0, 120);
        ready(&b.client, 121);
        a.stop();
        b.stop();
    });
    let before = log(&broker, 121).await;
    broker
        .api("STREAM.DELETE.HABEAS", serde_json::Value::Null)
        .await;
    // An empty stream disagrees with nothing, so no consent is needed.
    let (done, said) = blocking(|| repair(&broker, "a", &[]));
    assert!(
        done && said.contains("121 events were published again"),
        "{said}"
    );
    assert_eq!(log(&broker, 121).await, before);
    let b = blocking(|| broker.node("b"));
    blocking(|| {
        trouble(&b.client, "diverged");
        b.stop();
    });
    let (done, said) = blocking(|| repair(&broker, "b", &[]));
    assert!(done && said.contains("taken for the same log"), "{said}");
    let (a, b) = blocking(|| (broker.node("a"), broker.node("b")));
    blocking(|| {
        ready(&a.client, 121);
        ready(&b.client, 121);
        a.stop();
        b.stop();
    });
    broker.down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_over_the_history_is_saved_before_it_is_replaced() {
    let mut broker = Broker::start().await;
    let node = blocking(|| broker.node("a"));
    blocking(|| send(&node.client, 0, 200));
    let before = log(&broker, 201).await;
    blocking(|| node.stop());
    broker.down().await;
    broker.spoil(100);
    fs::remove_file(broker.messages().join("index.db")).expect("removed");
    broker.up().await;
    let context = broker.context().await;
    let event = arrests(900, 901).remove(0);
    let sent = context
        .publish("habeas.event.north-desk.arrest", event.clone().into())
        .await;
    let again = sent.expect("sent").await.expect("stored").sequence;
    let (done, said) = blocking(|| repair(&broker, "a", &[]));
    assert!(
        !done && said.contains(&format!("position {again} holds other bytes")),
        "{said}"
    );
    let (done, said) = blocking(|| repair(&broker, "a", &["--replace"]));
    assert!(done, "{said}");
    let saved = broker.path("a").join("not-in-history-1.txt");
    assert_eq!(
        fs::read_to_string(saved).expect("saved"),
        format!("{again} {event}\n")
    );
    assert_eq!(log(&broker, 201).await, before);
    let node = blocking(|| broker.node("a"));
    blocking(|| {
        ready(&node.client, 201);
        node.stop();
    });
    broker.down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_of_the_future_stops_writing_until_its_time_is_passed_over() {
    let mut broker = Broker::start().await;
    let node = blocking(|| broker.node("a"));
    blocking(|| send(&node.client, 0, 3));
    let context = broker.context().await;
    let mut at = 0;
    for (event, year) in arrests(900, 902).iter().zip([9999, 2900]) {
        let rest = event.strip_prefix('{').expect("an object");
        let leaf = format!("{{\"receivedtime\":\"{year}-12-31T00:00:00Z\",{rest}");
        let sent = context.publish("habeas.event.north-desk.arrest", leaf.into());
        at = sent.await.expect("sent").await.expect("stored").sequence;
    }
    blocking(|| {
        trouble(&node.client, "time");
        let advice = format!("--void-time {}..{at}`", at - 1);
        until("both are named", || {
            let ready = node.client.get("/readyz").text;
            ready.contains(&advice).then_some(()).ok_or(ready)
        });
        let refused = node.client.lines(&arrests(3, 4));
        assert_eq!(refused.status, 503, "{}", refused.text);
        node.stop();
    });
    for wrong in ["0", &(at + 1).to_string()] {
        let (done, said) = blocking(|| repair(&broker, "a", &["--void-time", wrong]));
        assert!(!done, "{said}");
    }
    // One after the other: what passes over the first is not stamped with the time of the second.
    for wrong in [at - 1, at] {
        let (done, said) = blocking(|| repair(&broker, "a", &["--void-time", &wrong.to_string()]));
        assert!(
            done && said.contains("are passed over from now on"),
            "{said}"
        );
    }
    let node = blocking(|| broker.node("a"));
    blocking(|| {
        ready(&node.client, at + 2);
        send(&node.client, 3, 5);
        let newest = node.client.get("/v1/cases?at=9000-01-01T00:00:00Z").json();
        assert_eq!(newest["position"], at + 4, "{newest}");
        let last = node
            .client
            .get(&format!("/v1/events?from={}", at + 4))
            .json();
        let stamp = last["events"][0]["event"]["receivedtime"].as_str();
        assert!(stamp.expect("a stamp") < "9000", "{last}");
        node.stop();
    });
    broker.down().await;
}
