//! Settings: created as they must be; every change by another client is told.

use std::process::{Command, Stdio};

use journal::{Drift, Journal, ServerCheck, Settings, subjects};
use serde_json::{Value, json};

use crate::harness::*;

async fn drifts(journal: &Journal) -> Vec<Drift> {
    within(journal.check_settings()).await.unwrap().drifts
}

#[tokio::test]
async fn streams_are_created_as_they_must_be() {
    let bench = bench().await;
    let checked = within(bench.journal.check_settings()).await.unwrap();
    assert_eq!(
        (checked.drifts, checked.server),
        (vec![], ServerCheck::Read)
    );
    within(bench.journal.ensure_inbox(&org("licadho")))
        .await
        .unwrap();
    let config = async |stream: &str| {
        let info = api(
            &bench.foreign,
            &format!("STREAM.INFO.{stream}"),
            Value::Null,
        )
        .await;
        info["config"].clone()
    };
    let log = config("HABEAS").await;
    let verdicts = config("HABEAS_VERDICT").await;
    let inbox = config("HABEAS_IN_licadho").await;
    for (field, right) in [
        ("subjects", json!(["habeas.event.>"])),
        ("storage", json!("file")),
        ("retention", json!("limits")),
        ("discard", json!("new")),
        ("max_msgs", json!(-1)),
        ("max_bytes", json!(-1)),
        ("max_age", json!(0)),
        ("max_msgs_per_subject", json!(-1)),
        ("max_msg_size", json!(65_535)),
        ("num_replicas", json!(1)),
        ("duplicate_window", json!(120_000_000_000_u64)),
        ("deny_delete", json!(true)),
        ("deny_purge", json!(true)),
        ("allow_atomic", json!(true)),
        ("allow_direct", json!(true)),
        ("mirror_direct", json!(false)),
        ("compression", json!("none")),
    ] {
        assert_eq!(log[field], right, "{field}");
    }
    assert_eq!(log.get("persist_mode"), None);
    assert_eq!(verdicts["discard"], json!("old"));
    assert_eq!(verdicts["max_age"], json!(90_u64 * 86_400 * 1_000_000_000));
    assert_eq!(inbox["subjects"], json!(["habeas.inbox.licadho.>"]));
    assert_eq!(inbox["retention"], json!("workqueue"));
    assert_eq!(inbox["discard"], json!("new"));
    assert_eq!(inbox["max_bytes"], json!(64_u64 << 20));
    assert_eq!(
        inbox.get("allow_direct").unwrap_or(&json!(false)),
        &json!(false)
    );
}

#[tokio::test]
async fn each_change_by_another_client_is_a_drift() {
    let bench = bench().await;
    let name = subjects::STREAM;
    let right =
        api(&bench.foreign, &format!("STREAM.INFO.{name}"), Value::Null).await["config"].clone();
    // The last cannot be undone, so it comes last.
    for (field, value) in [
        ("max_msgs", json!(5)),
        ("max_bytes", json!(1_000_000)),
        ("max_age", json!(3_600_000_000_000_u64)),
        ("max_msgs_per_subject", json!(1)),
        ("max_msg_size", json!(1_024)),
        ("discard", json!("old")),
        ("duplicate_window", json!(1_000_000_000)),
        ("subjects", json!(["habeas.event.>", "stray"])),
        ("allow_atomic", json!(false)),
        ("allow_direct", json!(false)),
        ("compression", json!("s2")),
        (
            "republish",
            json!({ "src": "habeas.event.>", "dest": "leak.>" }),
        ),
        (
            "subject_transform",
            json!({ "src": "habeas.event.>", "dest": "habeas.event.x.>" }),
        ),
        ("metadata", json!({ "owner": "someone" })),
        ("allow_msg_ttl", json!(true)),
    ] {
        let mut config = right.clone();
        config[field] = value;
        api(&bench.foreign, &format!("STREAM.UPDATE.{name}"), config).await;
        let found = drifts(&bench.journal).await;
        let fields: Vec<&str> = found.iter().map(|drift| drift.field.as_str()).collect();
        assert_eq!(fields, [format!("stream.{field}")], "{found:?}");
        if field != "allow_msg_ttl" {
            api(
                &bench.foreign,
                &format!("STREAM.UPDATE.{name}"),
                right.clone(),
            )
            .await;
            assert_eq!(drifts(&bench.journal).await, [], "after {field}");
        }
    }
    // A journal that connects leaves what exists as it is.
    let later = Journal::connect(bench.child.url(), Settings::default())
        .await
        .unwrap();
    let checked = within(later.check_settings()).await.unwrap();
    assert_eq!(
        (checked.drifts.len(), checked.server),
        (1, ServerCheck::NoMonitor)
    );
}

#[tokio::test]
async fn a_server_that_does_not_sync_always_is_a_drift() {
    let bench = bench().await;
    let child = bench.child;
    let config = bench.folder.path().join("nats/nats.conf");
    let url = child.url().to_owned();
    let monitor_urls = vec![child.monitor_url().to_owned()];
    within(child.stop()).await;
    let text = std::fs::read_to_string(&config).unwrap();
    let lazy = text.replace("sync_interval: always", "sync_interval: \"2m\"");
    assert_ne!(text, lazy);
    std::fs::write(&config, lazy).unwrap();
    let mut server = tokio::process::Command::from(Command::new(binary()))
        .arg("-c")
        .arg(&config)
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut connection = bench.journal.connection();
    within(connection.wait_for(|now| now.epoch == 2))
        .await
        .unwrap();
    let settings = Settings {
        monitor_urls,
        ..Settings::default()
    };
    let journal = Journal::connect(&url, settings).await.unwrap();
    let found = drifts(&journal).await;
    assert_eq!(found.len(), 1);
    assert_eq!(
        found[0].to_string(),
        "server.jetstream.sync_always is null, but must be true",
    );
    server.kill().await.unwrap();
}

#[tokio::test]
async fn a_monitoring_port_that_does_not_answer_is_an_error() {
    let bench = bench().await;
    let settings = Settings {
        monitor_urls: vec!["http://127.0.0.1:1".into()],
        ..Settings::default()
    };
    let journal = Journal::connect(bench.child.url(), settings).await.unwrap();
    let error = within(journal.check_settings()).await.unwrap_err();
    assert!(matches!(error, journal::Error::Monitor { .. }), "{error}");
}

#[tokio::test]
async fn no_server_and_no_address_are_errors() {
    let nobody = Journal::connect("nats://127.0.0.1:1", Settings::default());
    assert!(matches!(
        within(nobody).await,
        Err(journal::Error::Connect(_))
    ));
    let nonsense = Journal::connect("nats://127.0.0.1:1,::", Settings::default());
    assert!(matches!(
        within(nonsense).await,
        Err(journal::Error::Address { index: 1 })
    ));
}
