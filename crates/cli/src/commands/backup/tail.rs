//! The tail: what was acknowledged after a backup was made, fetched from another node of the log.
//!
//! Never here: whose signature counts (see [`super::restore`]).

use archive::Archive;
use audit::bundles::Bundles;
use audit::lines::{EntryError, Line};
use bytes::Bytes;

use crate::client::{Client, Failure};
use crate::history::{CHECKPOINT, LogFiles, bar};

/// How many entries are put into the history at once.
const PIECE: usize = 1_024;

/// Fetches what another node holds beyond a history, and the checkpoint that it publishes, which the history
/// must lead to. Returns how many entries came.
///
/// # Errors
/// [`Failure`]: the node does not answer or gives no entries to this caller; [`Failure::Differs`] where what it
/// holds does not follow on the history.
pub(super) fn fetch(history: &Archive, client: &Client) -> Result<u64, Failure> {
    let files = LogFiles::Server(client);
    let (before, size) = (history.last().get(), folded(client)?);
    if size > before {
        let bundles = Bundles::open(&files, size, before)?.ok_or_else(|| Failure::Absent {
            what: "entry that this caller may read".to_owned(),
            next:
                "name the other node's operator's token, or one of the role replicate, with --token"
                    .to_owned(),
        })?;
        let bar = bar(size - before, "fetching");
        let mut piece: Vec<Bytes> = Vec::with_capacity(PIECE);
        for entry in bundles {
            match entry {
                Ok(Line::Entry(entry)) => piece.push(entry.into()),
                Ok(Line::Withheld(_)) | Err(EntryError::Malformed(_)) => break,
                Err(EntryError::Difference(difference)) => return Err(difference.into()),
                Err(EntryError::Source(failure)) => return Err(failure),
            }
            if piece.len() == PIECE {
                history.append(&std::mem::take(&mut piece))?;
                history.sync()?;
            }
            bar.inc(1);
        }
        history.append(&piece)?;
        history.sync()?;
    }
    if let Some(signed) = files.file(CHECKPOINT)? {
        history.take_checkpoint(&signed)?;
    }
    Ok(history.last().get().saturating_sub(before))
}

/// Asks how far the other node has folded the log.
fn folded(client: &Client) -> Result<u64, Failure> {
    let answer = client.get("/v1/cases?limit=1")?;
    let folded = answer.folded;
    folded.ok_or_else(|| answer.unfit("it has no header Habeas-Position".to_owned()))
}
