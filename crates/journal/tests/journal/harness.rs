//! A server of one's own, a journal on it, and a foreign client beside them.
//!
//! Never here: assertions about the journal.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use event::{OrgId, Position};
use journal::child::{Child, ChildSettings, find_binary};
use journal::{Journal, Message, Outgoing, Reader, Settings};
use serde_json::Value;
use tempfile::TempDir;

/// Bound of every wait in a test.
pub(crate) const BOUND: Duration = Duration::from_secs(60);

/// Wait of a read that is expected to find something.
pub(crate) const SOON: Duration = Duration::from_secs(30);

/// Wait of a read that is expected to find nothing.
pub(crate) const MOMENT: Duration = Duration::from_millis(50);

/// A running server, a journal on it, a foreign client.
pub(crate) struct Bench {
    pub(crate) child: Child,
    pub(crate) journal: Journal,
    pub(crate) foreign: async_nats::Client,
    pub(crate) folder: TempDir,
}

pub(crate) fn binary() -> PathBuf {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.tools/bin");
    find_binary(None, &tools).unwrap()
}

pub(crate) fn child_settings(folder: &Path) -> ChildSettings {
    ChildSettings {
        binary: binary(),
        folder: folder.join("nats"),
        port: None,
        user: "habeas".into(),
        password: "correct-horse".into(),
        log_file: folder.join("nats.log"),
        accounts: None,
        listening: journal::child::ListenSettings::default(),
    }
}

pub(crate) fn settings(child: &Child) -> Settings {
    Settings {
        monitor_urls: vec![child.monitor_url().to_owned()],
        ..Settings::default()
    }
}

pub(crate) async fn bench() -> Bench {
    let folder = tempfile::tempdir().unwrap();
    let child = Child::start(child_settings(folder.path())).await.unwrap();
    let journal = Journal::connect(child.url(), settings(&child))
        .await
        .unwrap();
    let foreign = foreign(&child).await;
    Bench {
        child,
        journal,
        foreign,
        folder,
    }
}

/// Connects as any other client would.
pub(crate) async fn foreign(child: &Child) -> async_nats::Client {
    async_nats::ConnectOptions::with_user_and_password("habeas".into(), "correct-horse".into())
        .connect(child.url().rsplit('@').next().unwrap())
        .await
        .unwrap()
}

/// Asks the JetStream API as any other client would; panics on an error.
pub(crate) async fn api(client: &async_nats::Client, subject: &str, ask: Value) -> Value {
    let payload = if ask.is_null() {
        Bytes::new()
    } else {
        ask.to_string().into()
    };
    let answer = within(client.request(format!("$JS.API.{subject}"), payload))
        .await
        .unwrap();
    let answer: Value = serde_json::from_slice(&answer.payload).unwrap();
    assert_eq!(answer.get("error"), None, "{subject}");
    answer
}

/// Bounds a wait, and names the line that waited in vain.
#[track_caller]
pub(crate) fn within<F: Future>(future: F) -> impl Future<Output = F::Output> {
    let line = std::panic::Location::caller();
    async move {
        let bounded = tokio::time::timeout(BOUND, future).await;
        bounded.unwrap_or_else(|_| panic!("no answer within {BOUND:?} at {line}"))
    }
}

pub(crate) fn org(text: &str) -> OrgId {
    OrgId::parse(text).unwrap()
}

/// Messages whose payloads are `from`, `from` + 1 and so on.
pub(crate) fn batch(from: u64, events: u64) -> Vec<Outgoing> {
    let message = |number: u64| Outgoing {
        subject: journal::subjects::event(&org("licadho"), "arrest"),
        payload: number.to_string().into(),
    };
    (from..from + events).map(message).collect()
}

/// Fills the log from its beginning with the numbers 1 to `events`.
pub(crate) async fn fill(journal: &Journal, events: u64) {
    let mut last = Position::ZERO;
    while last.get() < events {
        let size = (events - last.get()).min(1_000);
        last = within(journal.append(last, &batch(last.get() + 1, size)))
            .await
            .unwrap();
    }
}

/// Reads until `last` has come.
pub(crate) async fn read_to(reader: &mut Reader, last: u64) -> Vec<Message> {
    let mut messages = Vec::new();
    while reader.next_position() <= Position::new(last) {
        messages.extend(within(reader.next_batch(700, SOON)).await.unwrap());
    }
    messages
}

/// Text of payloads.
pub(crate) fn texts<'a>(payloads: impl IntoIterator<Item = &'a Bytes>) -> Vec<String> {
    payloads
        .into_iter()
        .map(|bytes| String::from_utf8(bytes.to_vec()).unwrap())
        .collect()
}

/// Kills the server as a crash would, and returns when another runs in its place.
pub(crate) async fn kill_and_await_restart(child: &Child) {
    let pid = child.pid().unwrap();
    let mut watch = child.watch();
    kill(pid);
    within(watch.wait_for(|now| now.is_some_and(|now| now != pid)))
        .await
        .unwrap();
}

pub(crate) fn kill(pid: u32) {
    let pid = rustix::process::Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
}
