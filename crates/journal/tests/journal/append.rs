//! Appending: one order, all or nothing, whatever dies meanwhile.

use async_nats::HeaderMap;
use event::Position;
use journal::{AppendError, Journal, Outgoing, limits};

use crate::harness::*;

async fn last(journal: &Journal) -> u64 {
    within(journal.state()).await.unwrap().last.get()
}

#[tokio::test]
async fn positions_follow_each_other_from_one() {
    let bench = bench().await;
    let journal = &bench.journal;
    let state = journal.state().await.unwrap();
    assert_eq!((state.last, state.messages), (Position::ZERO, 0));
    assert_eq!(
        journal.append(Position::ZERO, &batch(1, 1)).await.unwrap(),
        Position::new(1)
    );
    assert_eq!(
        journal
            .append(Position::new(1), &batch(2, 2))
            .await
            .unwrap(),
        Position::new(3)
    );
    assert_eq!(
        journal
            .append(Position::new(3), &batch(4, 1_000))
            .await
            .unwrap(),
        Position::new(1_003)
    );
    let state = journal.state().await.unwrap();
    assert_eq!(
        (state.first.get(), state.last.get(), state.messages),
        (1, 1_003, 1_003)
    );
    let mut reader = journal.read(Position::new(1)).await.unwrap();
    let messages = read_to(&mut reader, 1_003).await;
    let right: Vec<String> = (1..=1_003).map(|n: u64| n.to_string()).collect();
    assert_eq!(texts(messages.iter().map(|m| &m.payload)), right);
    assert_eq!(messages[0].subject, "habeas.event.licadho.arrest");
}

#[tokio::test]
async fn a_wrong_last_position_is_refused_and_stores_nothing() {
    let bench = bench().await;
    let journal = &bench.journal;
    fill(journal, 3).await;
    for (after, events) in [(2, 1), (2, 5), (4, 1), (4, 5), (0, 5)] {
        let after = Position::new(after);
        let refused = journal
            .append(after, &batch(100, events))
            .await
            .unwrap_err();
        assert!(matches!(refused, AppendError::Refused { after: named } if named == after));
    }
    assert_eq!(last(journal).await, 3);
}

#[tokio::test]
async fn two_writers_end_in_one_order() {
    const BATCHES: u64 = 25;
    async fn write(journal: Journal, from: u64) {
        let mut after = Position::ZERO;
        let mut refused = 0;
        for number in 0..BATCHES {
            let batch = batch(from + number * 3, 3);
            loop {
                match within(journal.append(after, &batch)).await {
                    Ok(last) => break after = last,
                    Err(AppendError::Refused { .. }) => {
                        refused += 1;
                        after = within(journal.state()).await.unwrap().last;
                    }
                    Err(error) => panic!("{error}"),
                }
            }
        }
        println!("writer from {from}: refused {refused} times");
    }
    let bench = bench().await;
    let other = Journal::connect(bench.child.url(), settings(&bench.child))
        .await
        .unwrap();
    tokio::join!(write(bench.journal.clone(), 1_000), write(other, 2_000));

    assert_eq!(last(&bench.journal).await, 2 * 3 * BATCHES);
    let mut reader = bench.journal.read(Position::new(1)).await.unwrap();
    let messages = read_to(&mut reader, 2 * 3 * BATCHES).await;
    let numbers: Vec<u64> = texts(messages.iter().map(|m| &m.payload))
        .iter()
        .map(|text| text.parse().unwrap())
        .collect();
    assert!(
        numbers
            .chunks(3)
            .all(|of| of[1] == of[0] + 1 && of[2] == of[0] + 2),
        "{numbers:?}"
    );
    for from in [1_000, 2_000] {
        let own: Vec<u64> = numbers
            .iter()
            .copied()
            .filter(|n| (from..from + 1_000).contains(n))
            .collect();
        assert_eq!(own, (from..from + 3 * BATCHES).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn a_batch_that_lacks_a_message_stores_nothing() {
    let bench = bench().await;
    fill(&bench.journal, 2).await;
    for (sequence, commit) in [("1", false), ("2", false), ("4", true)] {
        let mut headers = HeaderMap::new();
        headers.insert("Nats-Batch-Id", "torn");
        headers.insert("Nats-Batch-Sequence", sequence);
        let subject = "habeas.event.licadho.arrest";
        if commit {
            headers.insert("Nats-Batch-Commit", "1");
            let answer = bench
                .foreign
                .request_with_headers(subject, headers, "x".into());
            let answer = String::from_utf8(within(answer).await.unwrap().payload.to_vec()).unwrap();
            assert!(answer.contains("10176"), "{answer}");
        } else {
            bench
                .foreign
                .publish_with_headers(subject, headers, "x".into())
                .await
                .unwrap();
        }
    }
    assert_eq!(last(&bench.journal).await, 2);
    assert_eq!(
        bench
            .journal
            .append(Position::new(2), &batch(3, 2))
            .await
            .unwrap()
            .get(),
        4
    );
}

#[tokio::test]
async fn the_longest_payload_fits_and_one_byte_more_is_refused_before_it_is_sent() {
    let bench = bench().await;
    let of = |bytes: usize| Outgoing {
        subject: format!("habeas.event.{}.{}", "o".repeat(32), "k".repeat(40)),
        payload: vec![b'x'; bytes].into(),
    };
    let longest = of(limits::PAYLOAD_BYTES_MAX);
    let journal = &bench.journal;
    let one = std::slice::from_ref(&longest);
    assert_eq!(journal.append(Position::ZERO, one).await.unwrap().get(), 1);
    let batch = vec![longest.clone(); limits::BATCH_EVENTS_MAX];
    assert_eq!(
        within(journal.append(Position::new(1), &batch))
            .await
            .unwrap()
            .get(),
        1_001
    );
    let longer = [longest, of(limits::PAYLOAD_BYTES_MAX + 1)];
    let error = journal
        .append(Position::new(1_001), &longer)
        .await
        .unwrap_err();
    assert!(
        matches!(error, AppendError::TooLong { index: 1, .. }),
        "{error}"
    );
    let mut reader = journal.read(Position::new(1)).await.unwrap();
    let messages = read_to(&mut reader, 1_001).await;
    assert!(
        messages
            .iter()
            .all(|m| m.payload.len() == limits::PAYLOAD_BYTES_MAX)
    );
}

#[tokio::test]
async fn the_server_refuses_what_the_stream_does_not_take() {
    let bench = bench().await;
    let stray = Outgoing {
        subject: "elsewhere".into(),
        payload: "x".into(),
    };
    let error = bench
        .journal
        .append(Position::ZERO, &[stray])
        .await
        .unwrap_err();
    assert!(
        matches!(error, AppendError::Other { code: 503, .. }),
        "{error}"
    );
    assert_eq!(last(&bench.journal).await, 0);
}

#[tokio::test]
async fn a_killed_server_keeps_every_acknowledged_batch_whole() {
    let bench = bench().await;
    let journal = &bench.journal;
    let mut acknowledged = Position::ZERO;
    let (mut unknown, mut kept) = (0, 0);
    for round in 0..4_u64 {
        // The kill comes while batches are under way: after a different number each round.
        let pid = bench.child.pid().unwrap();
        let mut restarted = bench.child.watch();
        let mut sent = 0;
        loop {
            let batch = batch(acknowledged.get() + 1, 50);
            let append = journal.append(acknowledged, &batch);
            sent += 1;
            let outcome = if sent == 3 + 2 * round {
                let (outcome, ()) = tokio::join!(append, async { kill(pid) });
                outcome
            } else {
                append.await
            };
            match outcome {
                Ok(last) => acknowledged = last,
                Err(AppendError::Unknown { .. }) => break unknown += 1,
                Err(AppendError::Disconnected) => break,
                Err(error) => panic!("{error}"),
            }
        }
        within(restarted.wait_for(|now| now.is_some_and(|now| now != pid)))
            .await
            .unwrap();
        within(journal.connection().wait_for(|state| state.connected))
            .await
            .unwrap();
        // Read back: the batch is there whole or not at all.
        let last = within(journal.state()).await.unwrap().last;
        let more = last.get() - acknowledged.get();
        assert!(more == 0 || more == 50, "{more} events of a batch of 50");
        kept += more / 50;
        acknowledged = last;
    }
    println!("{unknown} outcomes unknown, {kept} of them kept");
    assert!(acknowledged.get() > 0);
    let mut reader = journal.read(Position::new(1)).await.unwrap();
    let messages = read_to(&mut reader, acknowledged.get()).await;
    let right: Vec<String> = (1..=acknowledged.get()).map(|n| n.to_string()).collect();
    assert_eq!(texts(messages.iter().map(|m| &m.payload)), right);
}

#[tokio::test]
async fn nothing_is_sent_without_a_connection() {
    let bench = bench().await;
    let journal = bench.journal.clone();
    let mut connection = journal.connection();
    bench.child.stop().await;
    within(connection.wait_for(|state| !state.connected))
        .await
        .unwrap();
    let error = journal
        .append(Position::ZERO, &batch(1, 1))
        .await
        .unwrap_err();
    assert!(matches!(error, AppendError::Disconnected), "{error}");
}
