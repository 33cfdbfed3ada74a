//! What was signed, held against the history as it truly was: every note that a node keeps or shows.
//!
//! Never here: what is done to a log.

use std::fs;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use proof::{Checkpoint, Note, Tree, Verifier};

use crate::client::Client;
use crate::history::{Broker, blocking};
use crate::node::Node;

/// The history as it truly was, and the key that may sign for it.
pub(crate) struct Truth {
    tree: Tree,
    key: Verifier,
}

impl Truth {
    /// Takes the entries of a log from its first on.
    pub(crate) fn of(entries: &[Bytes]) -> Self {
        let mut tree = Tree::default();
        entries
            .iter()
            .for_each(|entry| tree.push(proof::leaf(entry)));
        let first = entries.first().expect("a first entry");
        let founding = server::notary::log::Founding::read(first);
        let key = founding.key.expect("the first entry names the key");
        Self { tree, key }
    }

    /// Checks one note: it is signed by the log, of this history, and of no more than was proved.
    fn note(&self, text: &[u8], proved: u64, told: &str) {
        let note = Note::parse(text).unwrap_or_else(|error| panic!("{told}: {error}"));
        let checkpoint = Checkpoint::open(&note, &self.key);
        let checkpoint = checkpoint.unwrap_or_else(|error| panic!("{told}: {error}"));
        let (size, mut tree) = (checkpoint.size, self.tree.clone());
        assert!(
            size <= proved,
            "{told}: {size} was signed, but {proved} proved"
        );
        let root = proof::root(&mut tree, size).expect("a size of the true history");
        assert_eq!(checkpoint.root, root, "{told}: the root of {size}");
    }

    /// Checks every note in the folders of nodes: all that were ever kept, and the newest that was
    /// published. Returns how many were kept.
    pub(crate) fn kept(&self, data: &Path, proved: u64) -> usize {
        let history = data.join("history");
        let mut notes = Vec::new();
        files(&history.join("checkpoints"), &mut notes);
        let published = history.join("checkpoint");
        for path in notes.iter().chain(published.exists().then_some(&published)) {
            let text = fs::read(path).expect("read");
            self.note(&text, proved, &path.display().to_string());
        }
        notes.len()
    }

    /// Checks what a node serves.
    pub(crate) fn served(&self, client: &Client, proved: u64) {
        let served = client.public("/v1/log/checkpoint");
        assert_eq!(served.status, 200, "{}", served.text);
        self.note(served.text.as_bytes(), proved, "what is served");
    }

    /// Checks what is lodged in the bucket of the signers.
    pub(crate) async fn lodged(&self, broker: &Broker, proved: u64) {
        let stream = broker.context().await;
        let stream = stream.get_stream(journal::subjects::NOTARY_STREAM).await;
        let last = stream.expect("the bucket");
        let last = last.get_last_raw_message_by_subject(journal::subjects::NOTARY_CHECKPOINT);
        let last = last.await.expect("a note");
        self.note(&last.payload, proved, "what is lodged");
    }
}

impl Truth {
    /// A node in trouble signs nothing, however it is asked; and whatever it kept, serves or lodged
    /// before is of the true history, up to `proved`.
    pub(crate) async fn nothing_wrong(
        &self,
        broker: &Broker,
        node: &Node,
        name: &str,
        proved: u64,
    ) {
        blocking(|| {
            let asked = node.client.sign();
            assert_eq!(asked.status, 503, "{}", asked.text);
            self.served(&node.client, proved);
        });
        let kept = self.kept(&broker.path(name), proved);
        assert!(kept > 0, "nothing was signed before");
        self.lodged(broker, proved).await;
    }
}

/// Has everything signed that the node holds; returns the size.
pub(crate) fn signed(client: &Client) -> u64 {
    let answer = client.sign();
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["size"].as_u64().expect("a size")
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}
