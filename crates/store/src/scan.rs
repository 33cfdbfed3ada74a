//! Whole families, read on a thread of their own and counted against the checkpoint.
//!
//! The thread reads and decodes ahead while the caller uses what came; memory is bounded by
//! [`CHUNK_ROWS`] x [`CHUNKS_AHEAD`]. An engine that hangs is noticed.
//!
//! Never here: what is done with the rows.

use std::sync::mpsc::{self, RecvTimeoutError, SyncSender};
use std::time::Duration;

use crate::checkpoint::Tally;
use crate::engine::{self, Handle};
use crate::error::Doubt;
use crate::keys::Family;

/// Rows handed over at a time.
const CHUNK_ROWS: usize = 256;
/// Chunks read ahead of the caller.
const CHUNKS_AHEAD: usize = 4;
const DOING: &str = "read all rows";

/// Reads a row from its key and value.
pub(crate) type Decode<T> = fn(&[u8], &[u8]) -> Result<T, Doubt>;

enum Message<T> {
    Rows(Vec<T>),
    End(Tally),
    Failed(Doubt),
}

/// Hands every row of a family to `each`, in key order; returns how many there were.
pub(crate) fn all<T: Send + 'static>(
    (handle, timeout): (Handle, Duration),
    family: Family,
    decode: Decode<T>,
    mut each: impl FnMut(T) -> Result<(), Doubt>,
) -> Result<Tally, Doubt> {
    let (sender, receiver) = mpsc::sync_channel(CHUNKS_AHEAD);
    let spawned = std::thread::Builder::new()
        .name("store-scan".into())
        .spawn(move || {
            let last = match read(&handle, family, decode, &sender) {
                Ok(tally) => Message::End(tally),
                Err(doubt) => Message::Failed(doubt),
            };
            // Before the caller hears of the end, since it may close the engine then.
            drop(handle);
            // Nobody listens any more once the caller has failed; then there is nothing to tell.
            drop(sender.send(last));
        });
    if let Err(error) = spawned {
        return Err(Doubt::Engine {
            doing: DOING,
            why: error.to_string(),
        });
    }
    loop {
        match receiver.recv_timeout(timeout) {
            Ok(Message::Rows(rows)) => rows.into_iter().try_for_each(&mut each)?,
            Ok(Message::End(tally)) => return Ok(tally),
            Ok(Message::Failed(doubt)) => return Err(doubt),
            Err(RecvTimeoutError::Timeout) => {
                return Err(Doubt::Hung {
                    doing: DOING,
                    seconds_max: timeout.as_secs(),
                });
            }
            Err(RecvTimeoutError::Disconnected) => return Err(Doubt::Panic { doing: DOING }),
        }
    }
}

fn read<T>(
    handle: &Handle,
    family: Family,
    decode: Decode<T>,
    sender: &SyncSender<Message<T>>,
) -> Result<Tally, Doubt> {
    let (first, _) = family.prefixes();
    let mut tally = Tally::default();
    let mut rows = Vec::with_capacity(CHUNK_ROWS);
    for row in engine::scan(handle, &[first], family.end()) {
        let (key, value) = row?;
        tally.add(&value);
        rows.push(decode(&key, &value)?);
        if rows.len() >= CHUNK_ROWS {
            let full = std::mem::replace(&mut rows, Vec::with_capacity(CHUNK_ROWS));
            if sender.send(Message::Rows(full)).is_err() {
                return Ok(tally);
            }
        }
    }
    // A caller that is gone shows at the next send as well.
    drop(sender.send(Message::Rows(rows)));
    Ok(tally)
}
