//! The server of our own: restarted, stopped, found when left over.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use event::Position;
use journal::Journal;
use journal::child::{Child, ChildError, ChildSettings};

use crate::harness::*;

#[tokio::test]
async fn a_dead_server_is_started_again_on_its_port_and_the_journal_reconnects() {
    let bench = bench().await;
    let mut connection = bench.journal.connection();
    assert!(connection.borrow().connected && connection.borrow().epoch == 1);
    fill(&bench.journal, 10).await;
    for epoch in 2..4 {
        kill_and_await_restart(&bench.child).await;
        let now = *within(connection.wait_for(|now| now.epoch == epoch))
            .await
            .unwrap();
        assert!(now.connected);
        assert_eq!(within(bench.journal.state()).await.unwrap().last.get(), 10);
    }
}

#[tokio::test]
async fn a_stopped_server_is_gone_and_its_store_stays() {
    let bench = bench().await;
    fill(&bench.journal, 10).await;
    let (url, monitor_url) = (
        bench.child.url().to_owned(),
        bench.child.monitor_url().to_owned(),
    );
    let pid = bench.child.pid().unwrap();
    let watch = bench.child.watch();
    within(bench.child.stop()).await;
    assert_eq!(*watch.borrow(), None);
    assert!(!Path::new(&format!("/proc/{pid}/cmdline")).exists());

    let child = Child::start(child_settings(bench.folder.path()))
        .await
        .unwrap();
    assert_eq!((child.url(), child.monitor_url()), (&*url, &*monitor_url));
    let journal = Journal::connect(child.url(), settings(&child))
        .await
        .unwrap();
    assert_eq!(journal.state().await.unwrap().last, Position::new(10));
}

#[tokio::test]
async fn a_server_left_over_by_a_killed_run_is_stopped_first() {
    let bench = bench().await;
    fill(&bench.journal, 10).await;
    let url = bench.child.url().to_owned();
    within(bench.child.stop()).await;
    // As a killed run leaves it: a server on the folder's configuration, and nobody's child.
    let folder = bench.folder.path().join("nats").canonicalize().unwrap();
    let mut orphan = Command::new(binary())
        .arg("-c")
        .arg(folder.join("nats.conf"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut looks = tokio::time::interval(std::time::Duration::from_millis(10));
    let address = url.rsplit('@').next().unwrap();
    within(async {
        while tokio::net::TcpStream::connect(address).await.is_err() {
            looks.tick().await;
        }
    })
    .await;

    let reaped = tokio::task::spawn_blocking(move || orphan.wait().unwrap());
    let child = within(Child::start(child_settings(bench.folder.path())))
        .await
        .unwrap();
    within(reaped).await.unwrap();
    assert_eq!(child.url(), url);
    let journal = Journal::connect(child.url(), settings(&child))
        .await
        .unwrap();
    assert_eq!(journal.state().await.unwrap().last, Position::new(10));
}

#[tokio::test]
async fn a_folder_has_one_server() {
    let bench = bench().await;
    let second = Child::start(child_settings(bench.folder.path())).await;
    assert!(matches!(second, Err(ChildError::InUse { .. })));
    assert_eq!(bench.journal.state().await.unwrap().last, Position::ZERO);
}

#[tokio::test]
async fn a_dropped_server_is_killed_and_its_folder_free() {
    let bench = bench().await;
    let mut connection = bench.journal.connection();
    drop(bench.child);
    within(connection.wait_for(|now| !now.connected))
        .await
        .unwrap();
    assert!(
        within(Child::start(child_settings(bench.folder.path())))
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn a_named_port_is_taken_and_a_busy_one_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let busy = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = busy.local_addr().unwrap().port();
    let settings = || ChildSettings {
        port: Some(port),
        ..child_settings(folder.path())
    };
    let refused = within(Child::start(settings())).await;
    assert!(matches!(refused, Err(ChildError::Ended { .. })));
    drop(busy);
    let child = within(Child::start(settings())).await.unwrap();
    assert!(child.url().ends_with(&format!("@127.0.0.1:{port}")));
}

#[tokio::test]
async fn credentials_are_required_and_kept_from_other_users() {
    let bench = bench().await;
    let address = bench.child.url().rsplit('@').next().unwrap().to_owned();
    assert!(async_nats::connect(&address).await.is_err());
    let wrong = async_nats::ConnectOptions::with_user_and_password("habeas".into(), "guess".into());
    assert!(wrong.connect(&address).await.is_err());
    let folder = bench.folder.path().join("nats");
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    assert_eq!(mode(&folder.join("nats.conf")), 0o600);
}
