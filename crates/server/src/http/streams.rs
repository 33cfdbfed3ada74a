//! The changes as bytes of a stream (SSE), each made once for each scope and shared by all its readers.
//!
//! Start at `ChangeStreams::chunk`. A reader is served from its own position, chunk by chunk; those that
//! stand at the same position are given the same bytes. So a slow reader holds nothing back, and what it
//! has not taken yet is one chunk.
//!
//! Never here: who reads, and when a stream ends.

use std::sync::Arc;

use bytes::Bytes;
use event::Position;
use fold::{Scope, Sight};

use crate::node::Node;
use crate::query::cache::Cache;
use crate::query::model::Model;
use crate::query::snapshot;

/// Bytes of chunks that are kept for other readers. Source: docs/reference/limits.md.
pub const KEPT_BYTES: usize = 8 << 20;

/// After so many bytes a chunk ends. Source: docs/reference/limits.md.
pub const CHUNK_BYTES: usize = 64 << 10;

/// How many leaves a chunk looks at, at the most. Source: docs/reference/limits.md.
pub const CHUNK_LEAVES: usize = 256;

/// How many leaves are read at once for a chunk: of long ones, few are read in vain.
const READ_LEAVES: usize = 16;

/// The changes after one position, as bytes of a stream.
pub(super) struct Chunk {
    /// The last position looked at.
    pub(super) last: Position,
    /// The events of the stream; empty where the scope sees none of the changes.
    pub(super) bytes: Bytes,
    /// How far the record was known then, and how often readers of its events had changed.
    folded: Position,
    reader_changes: u64,
    model: std::sync::Weak<Model>,
}

/// The chunks of a node.
pub struct ChangeStreams {
    chunks: Cache<Chunk>,
    /// One chunk at the end of the record is made at a time: those who wait for it then find it kept.
    making_newest: tokio::sync::Mutex<()>,
    /// One of those before it, so that who reads all that there was keeps nobody from what comes.
    making_older: tokio::sync::Mutex<()>,
}

impl Default for ChangeStreams {
    fn default() -> Self {
        Self {
            chunks: Cache::new(KEPT_BYTES),
            making_newest: tokio::sync::Mutex::new(()),
            making_older: tokio::sync::Mutex::new(()),
        }
    }
}

impl ChangeStreams {
    /// Returns the changes after `after` that `scope` sees, of what is folded; none while nothing is.
    ///
    /// # Errors
    /// The store's failure.
    pub(super) async fn chunk(
        &self,
        node: &Node,
        scope: &Scope,
        after: Position,
    ) -> Result<Option<Arc<Chunk>>, store::Failure> {
        let name = format!("{} {after}", scope.name());
        if let Some(chunk) = self.kept(node, &name) {
            return Ok(Some(chunk));
        }
        let _making = self.making(node.position(), after).lock().await;
        if let Some(chunk) = self.kept(node, &name) {
            return Ok(Some(chunk));
        }
        let Some(model) = node.model() else {
            return Ok(None);
        };
        let chunk = tokio::task::block_in_place(|| make(node, &model, scope, after))?;
        if chunk.last == after {
            return Ok(None);
        }
        let chunk = Arc::new(chunk);
        self.chunks.insert(&name, chunk.clone(), chunk.bytes.len());
        Ok(Some(chunk))
    }

    /// Returns what is held while the chunk after a position is made.
    fn making(&self, newest: Position, after: Position) -> &tokio::sync::Mutex<()> {
        let rest = newest.get().saturating_sub(after.get());
        if usize::try_from(rest).is_ok_and(|rest| rest <= CHUNK_LEAVES) {
            &self.making_newest
        } else {
            &self.making_older
        }
    }

    /// Returns a chunk that was made; none where the record has got an act since, which may hide what is
    /// in it, or where others than before may see an event: by a grant, or by a target that came late.
    fn kept(&self, node: &Node, name: &str) -> Option<Arc<Chunk>> {
        let chunk = self.chunks.get(name)?;
        let is_of_model = chunk.model.upgrade().is_some_and(|model| {
            let serving = node.model();
            let changes = model.columns().instants().reader_changes();
            changes == chunk.reader_changes
                && serving.is_some_and(|serving| Arc::ptr_eq(&serving, &model))
        });
        let is_hiding = !node.unfolded().is_empty();
        (is_of_model && !is_hiding && chunk.folded >= node.last_act()).then_some(chunk)
    }
}

fn make(
    node: &Node,
    model: &Arc<Model>,
    scope: &Scope,
    after: Position,
) -> Result<Chunk, store::Failure> {
    let (folded, reader_changes) = {
        let table = model.columns();
        (table.instants().newest(), table.instants().reader_changes())
    };
    let log = model.log()?;
    let (mut last, mut bytes, mut looked) = (after, Vec::new(), 0);
    'reading: while looked < CHUNK_LEAVES && last < folded {
        let reading = snapshot::read(node.unfolded(), model)?;
        let leaves = reading.leaves(last.next(), READ_LEAVES)?;
        if leaves.is_empty() {
            break;
        }
        let mut sight = Sight::new(&reading, folded);
        for (position, leaf) in leaves {
            if position > folded || bytes.len() >= CHUNK_BYTES {
                break 'reading;
            }
            if let Some(leaf) = answers::visible_leaf(&mut sight, (position, &leaf), scope)? {
                let head = format!("event: change\nid: {log}.{position}\ndata: ");
                bytes.extend_from_slice(head.as_bytes());
                // A leaf is JSON in one line, so it is one line of data.
                let written = serde_json::to_writer(&mut bytes, &leaf);
                debug_assert!(written.is_ok(), "a leaf is always written");
                bytes.extend_from_slice(b"\n\n");
            }
            last = position;
            looked += 1;
        }
    }
    Ok(Chunk {
        last,
        bytes: bytes.into(),
        folded,
        reader_changes,
        model: Arc::downgrade(model),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_reads_what_there_was_keeps_nobody_from_what_comes() {
        let streams = ChangeStreams::default();
        let newest = Position::new(10_000);
        let _reads_all = streams.making(newest, Position::ZERO).try_lock().unwrap();
        assert!(
            streams
                .making(newest, Position::new(500))
                .try_lock()
                .is_err()
        );
        let end = streams.making(newest, Position::new(9_999)).try_lock();
        assert!(end.is_ok());
        let whole_chunk = newest.get() - u64::try_from(CHUNK_LEAVES).unwrap();
        let other = streams.making(newest, Position::new(whole_chunk));
        assert!(other.try_lock().is_err(), "it is at the end too");
    }
}
