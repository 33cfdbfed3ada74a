//! A bare nats-server with the stream of the log, beside which a node is measured.
//!
//! Never here: what is published to it.

use std::path::Path;

use journal::Journal;
use journal::child::{Child, ChildSettings, find_binary};

/// Starts a server in a folder, and makes the stream.
pub(crate) async fn broker(folder: &Path, tools: &Path) -> (Child, Journal) {
    let child = Child::start(ChildSettings {
        binary: find_binary(None, tools).expect("nats-server"),
        folder: folder.join("nats"),
        port: None,
        user: "bench".into(),
        password: "invented".into(),
        log_file: folder.join("nats.log"),
        accounts: None,
        listening: journal::child::ListenSettings::default(),
    })
    .await
    .expect("nats-server starts");
    let journal = Journal::connect(child.url(), journal::Settings::default())
        .await
        .expect("a log");
    (child, journal)
}
