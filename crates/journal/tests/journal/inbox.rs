//! Inboxes: an ordinary client publishes, the gate takes in order, until acknowledged.

use std::collections::BTreeSet;

use event::OrgId;
use journal::{Inbox, InboxMessage, Journal, Settings};

use crate::harness::*;

/// Publishes as an organisation's tool would, and waits for the durable acknowledgement.
async fn publish(bench: &Bench, org: &OrgId, numbers: std::ops::RangeInclusive<u32>) {
    let context = async_nats::jetstream::new(bench.foreign.clone());
    for number in numbers {
        let subject = format!("habeas.inbox.{org}.form");
        let sent = context
            .publish(subject, number.to_string().into())
            .await
            .unwrap();
        within(sent.into_future()).await.unwrap();
    }
}

async fn take(inbox: &mut Inbox, count: usize) -> Vec<InboxMessage> {
    let mut messages: Vec<InboxMessage> = Vec::new();
    while messages.len() < count {
        let rest = count - messages.len();
        messages.extend(within(inbox.next_batch(rest, SOON)).await.unwrap());
    }
    messages
}

fn read(messages: &[InboxMessage]) -> Vec<String> {
    texts(messages.iter().map(|m| &m.payload))
}

fn numbers(range: std::ops::RangeInclusive<u32>) -> Vec<String> {
    range.map(|n| n.to_string()).collect()
}

#[tokio::test]
async fn what_a_tool_publishes_comes_in_order_and_leaves_when_acknowledged() {
    let bench = bench().await;
    let licadho = org("licadho");
    within(bench.journal.ensure_inbox(&licadho)).await.unwrap();
    within(bench.journal.ensure_inbox(&licadho)).await.unwrap();
    let mut inbox = bench.journal.inbox(&licadho);
    assert_eq!(within(inbox.next_batch(10, MOMENT)).await.unwrap().len(), 0);
    publish(&bench, &licadho, 1..=30).await;
    let messages = take(&mut inbox, 30).await;
    assert_eq!(read(&messages), numbers(1..=30));
    assert_eq!(messages[0].subject, "habeas.inbox.licadho.form");
    assert!(messages.iter().all(|m| m.delivered == 1));
    inbox.ack(&messages[..20]).await.unwrap();

    // A gate that starts anew gets at once, and in order, what was not acknowledged.
    drop(inbox);
    publish(&bench, &licadho, 31..=33).await;
    let mut inbox = bench.journal.inbox(&licadho);
    let messages = take(&mut inbox, 13).await;
    assert_eq!(read(&messages), numbers(21..=33));
    inbox.ack(&messages).await.unwrap();
    drop(inbox);
    let mut inbox = bench.journal.inbox(&licadho);
    publish(&bench, &licadho, 34..=34).await;
    assert_eq!(read(&take(&mut inbox, 1).await), numbers(34..=34));
}

#[tokio::test]
async fn what_was_not_acknowledged_comes_again_after_a_killed_server() {
    let bench = bench().await;
    let licadho = org("licadho");
    within(bench.journal.ensure_inbox(&licadho)).await.unwrap();
    publish(&bench, &licadho, 1..=10).await;
    let mut inbox = bench.journal.inbox(&licadho);
    let messages = take(&mut inbox, 10).await;
    inbox.ack(&messages[..4]).await.unwrap();
    kill_and_await_restart(&bench.child).await;
    let again = take(&mut inbox, 6).await;
    assert_eq!(read(&again), numbers(5..=10));
    inbox.ack(&again).await.unwrap();
    publish(&bench, &licadho, 11..=12).await;
    assert_eq!(read(&take(&mut inbox, 2).await), numbers(11..=12));
}

#[tokio::test]
async fn two_gates_on_one_inbox_miss_nothing() {
    let bench = bench().await;
    let licadho = org("licadho");
    within(bench.journal.ensure_inbox(&licadho)).await.unwrap();
    publish(&bench, &licadho, 1..=20).await;
    let mut first = bench.journal.inbox(&licadho);
    take(&mut first, 20).await;
    // The second begins with what the first did not acknowledge; both have open requests, so
    // the repeats go to either.
    let mut second = bench.journal.inbox(&licadho);
    let mut seen = BTreeSet::new();
    while seen.len() < 40 {
        let (one, other) =
            tokio::join!(first.next_batch(20, MOMENT), second.next_batch(20, MOMENT));
        for messages in [one.unwrap(), other.unwrap()] {
            first.ack(&messages).await.unwrap();
            seen.extend(messages.iter().map(|m| m.sequence));
        }
        if seen.len() == 20 {
            publish(&bench, &licadho, 21..=40).await;
        }
    }
    assert_eq!(seen, (1..=40).collect());
}

#[tokio::test]
async fn organisations_have_inboxes_of_their_own_and_a_full_one_refuses() {
    let bench = bench().await;
    let settings = Settings {
        inbox_bytes_max: 4_096,
        ..Settings::default()
    };
    let journal = Journal::connect(bench.child.url(), settings).await.unwrap();
    let (licadho, cchr) = (org("licadho"), org("cchr-kh"));
    within(journal.ensure_inbox(&licadho)).await.unwrap();
    within(journal.ensure_inbox(&cchr)).await.unwrap();
    let context = async_nats::jetstream::new(bench.foreign.clone());
    let mut stored = 0;
    let refused = loop {
        let payload = vec![b'x'; 512].into();
        let sent = context
            .publish("habeas.inbox.licadho.form", payload)
            .await
            .unwrap();
        match within(sent.into_future()).await {
            Ok(_) => stored += 1,
            Err(error) => break error.to_string(),
        }
    };
    assert!(
        (1..8).contains(&stored) && refused.contains("maximum bytes"),
        "{stored}: {refused}"
    );
    publish(&bench, &cchr, 1..=1).await;
    assert_eq!(
        take(&mut journal.inbox(&licadho), stored).await.len(),
        stored
    );
    assert_eq!(
        read(&take(&mut journal.inbox(&cchr), 1).await),
        numbers(1..=1)
    );

    // A larger quota is set on what exists.
    let settings = Settings {
        inbox_bytes_max: 65_536,
        ..Settings::default()
    };
    let journal = Journal::connect(bench.child.url(), settings).await.unwrap();
    within(journal.ensure_inbox(&licadho)).await.unwrap();
    publish(&bench, &licadho, 1..=1).await;
}

#[tokio::test]
async fn an_inbox_that_does_not_exist_is_an_error() {
    let bench = bench().await;
    let mut inbox = bench.journal.inbox(&org("nobody"));
    let error = within(inbox.next_batch(1, SOON)).await.unwrap_err();
    assert!(
        matches!(error, journal::Error::Refused { code: 10_059, .. }),
        "{error}"
    );
}
