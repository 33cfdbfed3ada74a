//! What can happen to a log, on a real nats-server: each is found, and where it can be, mended.
//!
//! The node's own history is what the log is compared with. Source: docs/operate/history.md.

use std::fs;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use journal::child::{Child, ChildSettings};
use serde_json::Value;
use server::{Clock as _, SystemClock};

use crate::client::{Arrest, Client, uuid};
use crate::node::{Flags, Node, root};
use crate::notes::{Truth, signed};

/// How long a test waits for what must come, in milliseconds.
const WAIT_MS: u64 = 60_000;

/// A nats-server of the test's own, and the folders of it and of a node.
pub(crate) struct Broker {
    folder: tempfile::TempDir,
    child: Option<Child>,
    port: Option<u16>,
}

impl Broker {
    pub(crate) async fn start() -> Self {
        let mut broker = Self {
            folder: tempfile::tempdir().expect("a folder"),
            child: None,
            port: None,
        };
        broker.up().await;
        broker
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::create_dir_all(&path).expect("made");
        path
    }

    pub(crate) async fn up(&mut self) {
        let child = Child::start(ChildSettings {
            binary: journal::child::find_binary(None, &root().join(".tools/bin"))
                .expect("nats-server"),
            folder: self.folder.path().join("nats"),
            port: self.port,
            user: "tester".into(),
            password: "invented-password".into(),
            log_file: self.folder.path().join("nats.log"),
            accounts: None,
            listening: journal::child::ListenSettings::default(),
        })
        .await
        .expect("nats-server starts");
        let port = child
            .url()
            .rsplit(':')
            .next()
            .and_then(|port| port.parse().ok());
        self.port = port;
        self.child = Some(child);
    }

    pub(crate) async fn down(&mut self) {
        self.child.take().expect("it runs").stop().await;
    }

    /// Starts a node on it, with a folder of its own.
    pub(crate) fn node(&self, name: &str) -> Node {
        Node::start(&self.path(name), &self.flags())
    }

    /// Starts a node that writes an anchor after every checkpoint.
    pub(crate) fn anchoring(&self, name: &str) -> Node {
        let flags = Flags {
            anchors: true,
            ..self.flags()
        };
        Node::start(&self.path(name), &flags)
    }

    pub(crate) fn flags(&self) -> Flags {
        let child = self.child.as_ref().expect("it runs");
        Flags {
            nats: Some((child.url().into(), child.monitor_url().into())),
            ..Flags::default()
        }
    }

    async fn client(&self) -> async_nats::Client {
        let address = format!("nats://127.0.0.1:{}", self.port.expect("a port"));
        let options = async_nats::ConnectOptions::with_user_and_password(
            "tester".into(),
            "invented-password".into(),
        );
        options.connect(address).await.expect("a connection")
    }

    pub(crate) async fn context(&self) -> async_nats::jetstream::Context {
        async_nats::jetstream::new(self.client().await)
    }

    /// Asks the stream API as a break-glass account could.
    pub(crate) async fn api(&self, subject: &str, ask: Value) -> Value {
        let payload = if ask.is_null() {
            Bytes::new()
        } else {
            ask.to_string().into()
        };
        let subject = format!("$JS.API.{subject}");
        let answer = self.client().await.request(subject, payload).await;
        let answer: Value =
            serde_json::from_slice(&answer.expect("an answer").payload).expect("JSON");
        assert!(answer.get("error").is_none(), "{answer}");
        answer
    }

    /// Returns its address, with credentials.
    pub(crate) fn url(&self) -> String {
        self.child.as_ref().expect("it runs").url().to_owned()
    }

    /// Changes one bit of an event on disk, while the server is down.
    pub(crate) fn spoil(&self, number: u64) {
        let block = self.messages().join("1.blk");
        let mut bytes = fs::read(&block).expect("the block");
        let needle = uuid(number).into_bytes();
        let mut windows = bytes.windows(needle.len());
        let at = windows.position(|window| window == needle);
        bytes[at.expect("the event is in the block")] ^= 1;
        fs::write(&block, bytes).expect("written");
    }

    /// The folder of the files of the stream's messages.
    pub(crate) fn messages(&self) -> PathBuf {
        let mut folders = vec![self.folder.path().join("nats")];
        while let Some(folder) = folders.pop() {
            if folder.ends_with("HABEAS/msgs") {
                return folder;
            }
            let entries = fs::read_dir(folder).expect("a folder").flatten();
            folders.extend(
                entries
                    .map(|entry| entry.path())
                    .filter(|path| path.is_dir()),
            );
        }
        panic!("the stream has no files")
    }
}

pub(crate) fn arrests(from: u64, to: u64) -> Vec<String> {
    (from..to)
        .map(|number| {
            let (id, person) = (uuid(number), format!("p{number}"));
            Arrest {
                org: "north-desk",
                id: &id,
                case: "c1",
                person: &person,
                day: "2020-06-01",
            }
            .event()
        })
        .collect()
}

pub(crate) fn send(client: &Client, from: u64, to: u64) {
    let answer = client.lines(&arrests(from, to));
    assert_eq!(answer.status, 200, "{}", answer.text);
    let last = answer.json()[usize::try_from(to - from - 1).expect("few")]["position"].clone();
    assert_eq!(
        client
            .public(&format!("/v1/figures?min_position={last}"))
            .status,
        200
    );
}

/// Asks until an answer is as wanted; panics with the last one when it never is.
pub(crate) fn until<T>(what: &str, mut ask: impl FnMut() -> Result<T, String>) -> T {
    let clock = SystemClock::new();
    loop {
        match ask() {
            Ok(found) => return found,
            Err(last) if clock.monotonic_ms() > WAIT_MS => panic!("{what}: {last}"),
            Err(_) => std::thread::yield_now(),
        }
    }
}

pub(crate) fn trouble(client: &Client, name: &str) -> String {
    until(name, || {
        let answer = client.get("/readyz");
        match answer.json()["trouble"]["name"].as_str() {
            Some(found) if found == name => {
                assert_eq!(answer.status, 503);
                Ok(answer.json()["trouble"]["what"].to_string())
            }
            _ => Err(answer.text),
        }
    })
}

pub(crate) fn ready(client: &Client, position: u64) {
    until("ready", || {
        let answer = client.get("/readyz");
        let json = answer.json();
        let is = json["ready"] == true && json["position"] == position;
        if is && json["log_position"] == position {
            Ok(())
        } else {
            Err(answer.text)
        }
    });
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("made");
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("copied");
        }
    }
}

pub(crate) fn blocking<T>(work: impl FnOnce() -> T) -> T {
    tokio::task::block_in_place(work)
}

/// The bytes of everything the log holds, in order.
pub(crate) async fn log(broker: &Broker, last: u64) -> Vec<Bytes> {
    let stream = broker.context().await;
    let stream = stream.get_stream("HABEAS").await.expect("the stream");
    let mut all = Vec::new();
    for position in 1..=last {
        let message = stream.get_raw_message(position).await;
        all.push(
            message
                .unwrap_or_else(|error| panic!("{position}: {error}"))
                .payload,
        );
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_restored_from_an_older_backup_gets_its_tail_back() {
    let mut broker = Broker::start().await;
    let node = blocking(|| broker.node("a"));
    blocking(|| send(&node.client, 0, 100));
    blocking(|| signed(&node.client));
    blocking(|| node.stop());
    broker.down().await;
    let (store, backup) = (
        broker.folder.path().join("nats/jetstream"),
        broker.folder.path().join("backup"),
    );
    copy(&store, &backup);
    broker.up().await;
    let node = blocking(|| broker.node("a"));
    blocking(|| send(&node.client, 100, 250));
    let before = log(&broker, 251).await;
    blocking(|| signed(&node.client));
    blocking(|| node.stop());
    broker.down().await;
    fs::remove_dir_all(&store).expect("removed");
    fs::rename(&backup, &store).expect("restored");
    broker.up().await;
    let node = blocking(|| broker.node("a"));
    blocking(|| ready(&node.client, 251));
    assert_eq!(
        log(&broker, 251).await,
        before,
        "the same bytes at the same positions"
    );
    let metrics = blocking(|| node.client.get("/metrics").text);
    assert!(
        metrics.contains("habeas_history_republished_events 150\n"),
        "{metrics}"
    );
    // And it goes on from there: what is signed next follows on what was signed before.
    assert_eq!(blocking(|| signed(&node.client)), 251);
    blocking(|| send(&node.client, 250, 260));
    assert_eq!(blocking(|| signed(&node.client)), 261);
    let truth = Truth::of(&log(&broker, 261).await);
    truth.lodged(&broker, 261).await;
    blocking(|| truth.served(&node.client, 261));
    blocking(|| node.stop());
    assert!(truth.kept(&broker.path("a"), 261) >= 3);
    broker.down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_cut_short_whose_positions_were_given_again_is_named_and_not_written_to() {
    let mut broker = Broker::start().await;
    let node = blocking(|| broker.node("a"));
    blocking(|| send(&node.client, 0, 200));
    let truth = Truth::of(&log(&broker, 201).await);
    blocking(|| signed(&node.client));
    blocking(|| node.stop());
    broker.down().await;
    // One bit of an event in the middle, and the index gone, as after an unclean stop.
    broker.spoil(100);
    fs::remove_file(broker.messages().join("index.db")).expect("removed");
    broker.up().await;
    let context = broker.context().await;
    let mut stream = context.get_stream("HABEAS").await.expect("the stream");
    let last = stream.info().await.expect("its state").state.last_sequence;
    assert!(
        last < 201,
        "the server shortened the log by itself, to {last}"
    );
    let event = arrests(900, 901).remove(0);
    let published = context
        .publish("habeas.event.north-desk.arrest", event.into())
        .await;
    let again = published.expect("sent").await.expect("stored").sequence;
    assert_eq!(again, last + 1, "the position is given a second time");
    let node = blocking(|| broker.node("a"));
    let what = blocking(|| trouble(&node.client, "diverged"));
    assert!(
        what.contains(&format!("position {again} holds other bytes")),
        "{what}"
    );
    let refused = blocking(|| node.client.lines(&arrests(300, 301)));
    assert_eq!(refused.status, 503, "{}", refused.text);
    truth.nothing_wrong(&broker, &node, "a", 201).await;
    // What is known is still served, all of it.
    let figure = blocking(|| {
        node.client
            .get("/v1/figures?measure=persons&kind=arrest")
            .json()
    });
    assert_eq!(figure["total"]["count"], 200);
    blocking(|| node.stop());
    broker.down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_vanished_on_disk_is_found_by_the_scrub() {
    let mut broker = Broker::start().await;
    let node = blocking(|| broker.node("a"));
    blocking(|| send(&node.client, 0, 300));
    let truth = Truth::of(&log(&broker, 301).await);
    blocking(|| signed(&node.client));
    blocking(|| node.stop());
    broker.down().await;
    // One bit of an event in the middle.
    broker.spoil(150);
    broker.up().await;
    let node = blocking(|| broker.node("a"));
    let what = blocking(|| trouble(&node.client, "gap"));
    assert!(what.contains("from position 152 to 153"), "{what}");
    truth.nothing_wrong(&broker, &node, "a", 301).await;
    blocking(|| node.stop());
    // A node that has no history of its own stops before the gap.
    let other = blocking(|| broker.node("b"));
    let what = blocking(|| trouble(&other.client, "gap"));
    assert!(what.contains("from position 152 to 153"), "{what}");
    let figure = blocking(|| {
        other
            .client
            .get("/v1/figures?measure=persons&kind=arrest&min_position=151")
            .json()
    });
    assert_eq!(
        (&figure["position"], &figure["total"]["count"]),
        (&151.into(), &150.into())
    );
    blocking(|| other.stop());
    // What was signed is of more than this node has proved, so it cosigned nothing.
    assert_eq!(truth.kept(&broker.path("b"), 151), 0);
    broker.down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_deleted_under_a_node_and_made_again_is_another_log() {
    let mut broker = Broker::start().await;
    let node = blocking(|| broker.node("a"));
    blocking(|| send(&node.client, 0, 50));
    let truth = Truth::of(&log(&broker, 51).await);
    blocking(|| signed(&node.client));
    broker.api("STREAM.DELETE.HABEAS", Value::Null).await;
    let what = blocking(|| trouble(&node.client, "diverged"));
    assert!(what.contains("does not exist any more"), "{what}");
    truth.nothing_wrong(&broker, &node, "a", 51).await;
    blocking(|| node.stop());
    // The start makes the stream anew; the history knows when the first one was made.
    let node = blocking(|| broker.node("a"));
    let what = blocking(|| trouble(&node.client, "diverged"));
    assert!(what.contains("it was created at"), "{what}");
    let refused = blocking(|| node.client.lines(&arrests(60, 61)));
    assert_eq!(refused.status, 503, "{}", refused.text);
    truth.nothing_wrong(&broker, &node, "a", 51).await;
    let figure = blocking(|| {
        node.client
            .get("/v1/figures?measure=persons&kind=arrest")
            .json()
    });
    assert_eq!(figure["total"]["count"], 50);
    blocking(|| node.stop());
    broker.down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_changed_by_an_update_are_named_and_so_is_what_they_removed() {
    let mut broker = Broker::start().await;
    let node = blocking(|| broker.node("a"));
    blocking(|| send(&node.client, 0, 40));
    let truth = Truth::of(&log(&broker, 41).await);
    blocking(|| signed(&node.client));
    let info = broker.api("STREAM.INFO.HABEAS", Value::Null).await;
    let mut config = info["config"].clone();
    config["max_msgs"] = 3.into();
    config["discard"] = "old".into();
    broker.api("STREAM.UPDATE.HABEAS", config.clone()).await;
    blocking(|| node.stop());
    let node = blocking(|| broker.node("a"));
    let what = blocking(|| trouble(&node.client, "settings"));
    assert!(
        what.contains("stream.max_msgs is 3, but must be -1"),
        "{what}"
    );
    truth.nothing_wrong(&broker, &node, "a", 41).await;
    // Put right, the log still lacks its beginning: that is told next.
    config["max_msgs"] = (-1).into();
    config["discard"] = "new".into();
    broker.api("STREAM.UPDATE.HABEAS", config).await;
    blocking(|| node.stop());
    let node = blocking(|| broker.node("a"));
    let what = blocking(|| trouble(&node.client, "diverged"));
    assert!(what.contains("begins at position 39"), "{what}");
    truth.nothing_wrong(&broker, &node, "a", 41).await;
    let figure = blocking(|| {
        node.client
            .get("/v1/figures?measure=persons&kind=arrest")
            .json()
    });
    assert_eq!(figure["total"]["count"], 40);
    blocking(|| node.stop());
    broker.down().await;
}

#[test]
fn a_model_of_another_history_is_folded_again_from_the_archive_with_the_broker_gone() {
    let folder = tempfile::tempdir().expect("a folder");
    let node = Node::start(folder.path(), &Flags::default());
    send(&node.client, 0, 700);
    let ask = "/v1/figures?measure=persons&kind=arrest&group_by=month&at=701";
    let before = node.client.public(ask).text;
    node.stop();
    fs::remove_dir_all(folder.path().join("views")).expect("removed");
    let node = Node::start(folder.path(), &Flags::default());
    assert_eq!(node.client.public(ask).text, before);
    node.stop();
}
