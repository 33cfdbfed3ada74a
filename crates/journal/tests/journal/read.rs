//! Reading: in order, once, across everything that breaks; and what a broken log looks like.

use event::Position;
use futures_util::FutureExt;
use journal::child::Child;
use journal::{Journal, ReadError, subjects};
use serde_json::{Value, json};

use crate::harness::*;

#[tokio::test]
async fn a_reader_starts_anywhere_and_waits_at_the_end() {
    let bench = bench().await;
    let journal = &bench.journal;
    fill(journal, 20).await;
    for from in [0, 1, 7, 20, 21] {
        let mut reader = journal.read(Position::new(from)).await.unwrap();
        let first = from.max(1);
        let messages = read_to(&mut reader, 20).await;
        let positions: Vec<u64> = messages.iter().map(|m| m.position.get()).collect();
        assert_eq!(positions, (first..=20).collect::<Vec<_>>());
        assert_eq!(reader.next_batch(5, MOMENT).await.unwrap(), []);
        assert_eq!(reader.behind(), 0);
    }
    let mut reader = journal.read(Position::new(21)).await.unwrap();
    let later = async {
        tokio::task::yield_now().await;
        journal
            .append(Position::new(20), &batch(21, 3))
            .await
            .unwrap()
    };
    let (messages, last) = tokio::join!(within(reader.next_batch(100, SOON)), later);
    let messages = messages.unwrap();
    assert_eq!((messages[0].position.get(), last.get()), (21, 23));
    assert_eq!(read_to(&mut reader, 23).await.len() + messages.len(), 3);
}

#[tokio::test]
async fn batches_are_bounded_and_filled_while_there_is_more() {
    let bench = bench().await;
    fill(&bench.journal, 5_000).await;
    let mut reader = bench.journal.read(Position::new(1)).await.unwrap();
    let mut sizes = Vec::new();
    while reader.next_position() <= Position::new(5_000) {
        sizes.push(within(reader.next_batch(1_000, SOON)).await.unwrap().len());
    }
    assert_eq!(sizes.iter().sum::<usize>(), 5_000);
    assert!(sizes.iter().all(|size| *size <= 1_000), "{sizes:?}");
    assert_eq!(reader.next_batch(0, SOON).await.unwrap(), []);
}

#[tokio::test]
async fn a_dropped_wait_loses_nothing() {
    let bench = bench().await;
    let journal = &bench.journal;
    fill(journal, 10).await;
    let mut reader = journal.read(Position::new(1)).await.unwrap();
    assert_eq!(read_to(&mut reader, 10).await.len(), 10);
    // There is nothing yet, so the first wait is dropped for certain.
    assert!(reader.next_batch(250, SOON).now_or_never().is_none());
    let append = async {
        for last in [10, 510, 1_010, 1_510] {
            journal
                .append(Position::new(last), &batch(last + 1, 500))
                .await
                .unwrap();
        }
    };
    let read = async {
        let mut next = 11;
        while next <= 2_010 {
            match reader.next_batch(250, SOON).now_or_never() {
                Some(messages) => {
                    for message in messages.unwrap() {
                        assert_eq!(message.position.get(), next);
                        next += 1;
                    }
                }
                None => tokio::task::yield_now().await,
            }
        }
    };
    within(async { tokio::join!(append, read) }).await;
}

#[tokio::test]
async fn reading_goes_on_across_killed_servers_without_loss_or_repeat() {
    const LAST: u64 = 12_000;
    let bench = bench().await;
    fill(&bench.journal, LAST).await;
    let mut reader = bench.journal.read(Position::new(1)).await.unwrap();
    let mut read = Vec::new();
    for part in 1..=3 {
        while read.len() < part * 3_000 {
            read.extend(within(reader.next_batch(500, SOON)).await.unwrap());
        }
        kill(bench.child.pid().unwrap());
    }
    while read.len() < LAST.try_into().unwrap() {
        read.extend(within(reader.next_batch(500, SOON)).await.unwrap());
    }
    let positions: Vec<u64> = read.iter().map(|m| m.position.get()).collect();
    assert_eq!(positions, (1..=LAST).collect::<Vec<_>>());
    assert!(read.iter().all(|m| m.payload == m.position.to_string()));
    // What is stored after the restarts comes too.
    within(bench.journal.connection().wait_for(|state| state.connected))
        .await
        .unwrap();
    within(
        bench
            .journal
            .append(Position::new(LAST), &batch(LAST + 1, 2)),
    )
    .await
    .unwrap();
    assert_eq!(read_to(&mut reader, LAST + 2).await.len(), 2);
}

#[tokio::test]
async fn a_reader_waits_while_the_server_is_away() {
    let bench = bench().await;
    fill(&bench.journal, 5).await;
    let mut reader = bench.journal.read(Position::new(1)).await.unwrap();
    read_to(&mut reader, 5).await;
    let mut connection = bench.journal.connection();
    let folder = bench.folder;
    within(bench.child.stop()).await;
    within(connection.wait_for(|state| !state.connected))
        .await
        .unwrap();
    assert_eq!(within(reader.next_batch(5, MOMENT)).await.unwrap(), []);
    let child = Child::start(child_settings(folder.path())).await.unwrap();
    within(connection.wait_for(|state| state.connected))
        .await
        .unwrap();
    within(bench.journal.append(Position::new(5), &batch(6, 1)))
        .await
        .unwrap();
    assert_eq!(read_to(&mut reader, 6).await.len(), 1);
    within(child.stop()).await;
}

/// Puts another stream in the place of the canonical one.
async fn replace_stream(bench: &Bench, changes: Value) {
    let name = subjects::STREAM;
    let info = api(&bench.foreign, &format!("STREAM.INFO.{name}"), Value::Null).await;
    let mut config = info["config"].clone();
    config
        .as_object_mut()
        .unwrap()
        .extend(changes.as_object().unwrap().clone());
    api(
        &bench.foreign,
        &format!("STREAM.DELETE.{name}"),
        Value::Null,
    )
    .await;
    api(&bench.foreign, &format!("STREAM.CREATE.{name}"), config).await;
}

async fn error_of(journal: &Journal, from: u64) -> ReadError {
    let mut reader = journal.read(Position::new(from)).await.unwrap();
    within(reader.next_batch(10, SOON)).await.unwrap_err()
}

fn is_gap(error: &ReadError, right: (u64, u64)) -> bool {
    matches!(error, ReadError::Gap { expected, found } if (expected.get(), found.get()) == right)
}

#[tokio::test]
async fn a_missing_beginning_and_a_missing_end_are_gaps() {
    let bench = bench().await;
    fill(&bench.journal, 3).await;
    assert!(is_gap(&error_of(&bench.journal, 6).await, (6, 4)));
    replace_stream(&bench, json!({ "first_seq": 11 })).await;
    assert!(is_gap(&error_of(&bench.journal, 1).await, (1, 11)));
    assert!(is_gap(&error_of(&bench.journal, 12).await, (12, 11)));
}

#[tokio::test]
async fn a_skipped_position_is_a_gap_each_time_after_what_came_before_it() {
    let bench = bench().await;
    let open = json!({ "deny_delete": false, "deny_purge": false });
    replace_stream(&bench, open).await;
    fill(&bench.journal, 9).await;
    let doomed = json!({ "seq": 5 });
    api(
        &bench.foreign,
        &format!("STREAM.MSG.DELETE.{}", subjects::STREAM),
        doomed,
    )
    .await;
    let mut reader = bench.journal.read(Position::new(1)).await.unwrap();
    let mut before = Vec::new();
    while before.len() < 4 {
        before.extend(within(reader.next_batch(10, SOON)).await.unwrap());
    }
    assert_eq!(before.len(), 4);
    for _ in 0..3 {
        let error = within(reader.next_batch(10, SOON)).await.unwrap_err();
        assert!(is_gap(&error, (5, 6)), "{error}");
        assert_eq!(reader.next_position(), Position::new(5));
    }
}

#[tokio::test]
async fn a_stream_put_in_the_place_of_the_one_first_read_is_noticed() {
    let bench = bench().await;
    fill(&bench.journal, 3).await;
    let mut reader = bench.journal.read(Position::new(1)).await.unwrap();
    read_to(&mut reader, 3).await;
    replace_stream(&bench, json!({})).await;
    fill(&bench.journal, 5).await;
    let error = within(reader.next_batch(10, SOON)).await.unwrap_err();
    assert!(matches!(error, ReadError::Recreated { .. }), "{error}");
}

#[tokio::test]
async fn one_message_is_read_by_its_position() {
    let bench = bench().await;
    fill(&bench.journal, 3).await;
    let stored = bench.journal.get(Position::new(2)).await.unwrap().unwrap();
    assert_eq!(
        (&*stored.subject, &*stored.payload),
        ("habeas.event.licadho.arrest", &b"2"[..])
    );
    assert_eq!(bench.journal.get(Position::new(4)).await.unwrap(), None);
}
