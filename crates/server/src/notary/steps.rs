//! The steps of signing, in the order that keeps two notes of one size from ever having two roots.
//!
//! 1. What was signed before must be of this history: the node's own last note, and the one lodged
//!    in the register. A note of this node that was not lodged is lodged again, byte for byte; one
//!    that was lodged and is not kept here (a restored folder) is kept, if the history has its root.
//! 2. What is to be signed is brought to disk, then signed, and the note is kept, on disk.
//! 3. The note is lodged in the place of the one that was read, by its revision.
//! 4. Only then it is published.
//!
//! A crash between any two of them is made good by the first step of the next signing.
//!
//! Never here: when to sign, and whether the log is well (`super`).

use std::future::Future;

use ::archive::Archive;
use bytes::Bytes;
use event::Position;
use journal::{AppendError, Journal, Lodged};
use proof::{Checkpoint, Keys, Note, OpenError, Signer};

/// Where the newest note is lodged, under a revision.
pub trait Register: Send + Sync {
    /// Returns the newest note; none before the first.
    fn last(&self) -> impl Future<Output = Result<Option<Lodged>, journal::Error>> + Send;

    /// Puts a note in the place of the one with `revision` (0: of none), and returns its own.
    fn put(
        &self,
        note: Bytes,
        revision: u64,
    ) -> impl Future<Output = Result<u64, AppendError>> + Send;
}

impl Register for Journal {
    fn last(&self) -> impl Future<Output = Result<Option<Lodged>, journal::Error>> + Send {
        self.lodged()
    }

    fn put(
        &self,
        note: Bytes,
        revision: u64,
    ) -> impl Future<Output = Result<u64, AppendError>> + Send {
        self.lodge(note, revision)
    }
}

/// Why nothing was signed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Failure: the history.
    #[error(transparent)]
    Archive(#[from] ::archive::Error),
    /// Failure: the register does not answer.
    #[error(transparent)]
    Register(#[from] journal::Error),
    /// Failure: another signer was faster, or the outcome is not known; the next signing tells.
    #[error(transparent)]
    Lodge(#[from] AppendError),
    /// Corruption: a note that was signed before has another root than the history at its size.
    #[error("a checkpoint of size {size} was signed whose root is not this history's")]
    Fork {
        /// The size of both.
        size: u64,
    },
    /// Corruption: a note was signed for more than the history holds.
    #[error("a checkpoint of size {size} was signed, but the history ends at {last}")]
    Behind {
        /// The size that was signed.
        size: u64,
        /// Where the history ends.
        last: Position,
    },
    /// Corruption: what is lodged or kept is no checkpoint of this log.
    #[error("what was signed before is no checkpoint of this log: {0}")]
    Foreign(OpenError),
}

impl Error {
    /// Whether a person must look before anything more is signed.
    #[must_use]
    pub const fn is_corruption(&self) -> bool {
        match self {
            Self::Fork { .. } | Self::Behind { .. } | Self::Foreign(_) => true,
            Self::Archive(_) | Self::Register(_) | Self::Lodge(_) => false,
        }
    }
}

/// A checkpoint that holds in this history, with its note.
#[derive(Clone, Debug)]
pub struct Held {
    /// Its size.
    pub size: Position,
    /// The note.
    pub note: Note,
}

/// Reads a note of this log, and holds it against the history up to `last`, from which the keys were
/// read.
///
/// # Errors
/// [`Error::Foreign`] for what is no checkpoint, [`Error::Behind`], [`Error::Foreign`] where the key
/// that is due did not sign it, [`Error::Fork`], in this order; [`Error::Archive`].
pub fn held(archive: &Archive, keys: &Keys, last: Position, note: &[u8]) -> Result<Held, Error> {
    let foreign = |problem: proof::Malformed| Error::Foreign(problem.into());
    let note = Note::parse(note).map_err(foreign)?;
    let checkpoint: Checkpoint = note.text().parse().map_err(foreign)?;
    let size = Position::new(checkpoint.size);
    if size > last {
        // Which key is due for it stands in entries that are not here yet.
        return Err(Error::Behind {
            size: checkpoint.size,
            last,
        });
    }
    keys.open(&note).map_err(Error::Foreign)?;
    if archive.root(size)? != checkpoint.root {
        return Err(Error::Fork {
            size: checkpoint.size,
        });
    }
    Ok(Held { size, note })
}

/// One who signs: the history, the register, and the log's keys.
pub struct Signing<'a, R> {
    /// The history.
    pub archive: &'a Archive,
    /// The register.
    pub register: &'a R,
    /// The log's keys, whose name is the origin, as the entries up to `upto` name them.
    pub keys: &'a Keys,
    /// The secret keys that sign, of which one is due for what is signed.
    pub signers: &'a [Signer],
    /// What is signed at most: how far the history was read for its keys.
    pub upto: Position,
}

impl<R: Register> Signing<'_, R> {
    /// Signs the history up to `upto`, if that is more than was signed before; returns the newest
    /// note, none for an empty history.
    ///
    /// # Errors
    /// [`Error`]; nothing was published then that was not before.
    pub async fn sign(&self) -> Result<Option<Held>, Error> {
        let (before, revision) = self.settle().await?;
        let size = self.archive.sync()?.min(self.upto);
        if size <= before.as_ref().map_or(Position::ZERO, |held| held.size) {
            return Ok(before);
        }
        let checkpoint = Checkpoint {
            origin: self.keys.newest().name().to_owned(),
            size: size.get(),
            root: self.archive.root(size)?,
        };
        let note = self.signed(&checkpoint).map_err(Error::Foreign)?;
        let text = note.to_string();
        // A crash before this leaves nothing; after it, a note that the next signing lodges.
        self.archive.keep_note(size, &text)?;
        // A crash after this leaves a note that is lodged and not served: the next one publishes it.
        self.register.put(text.clone().into(), revision).await?;
        self.archive.publish(&text)?;
        Ok(Some(Held { size, note }))
    }

    /// Signs with each of the signers; it holds only if the key that is due is among them.
    fn signed(&self, checkpoint: &Checkpoint) -> Result<Note, OpenError> {
        let mut note = Note::new(&checkpoint.to_string())?;
        self.signers.iter().try_for_each(|key| note.sign(key))?;
        self.keys.open(&note)?;
        Ok(note)
    }

    /// Brings what was signed before to one state, and returns it with the register's revision.
    async fn settle(&self) -> Result<(Option<Held>, u64), Error> {
        let of_this_log = |note: &[u8]| held(self.archive, self.keys, self.upto, note);
        let own = match self.archive.last_note()? {
            Some((_, note)) => Some(of_this_log(note.as_bytes())?),
            None => None,
        };
        let (lodged, mut revision) = match self.register.last().await? {
            Some(lodged) => {
                let held = of_this_log(&lodged.note)?;
                (Some(held), lodged.revision)
            }
            None => (None, 0),
        };
        let size = |held: &Option<Held>| held.as_ref().map(|held| held.size);
        let newest = if size(&own) > size(&lodged) {
            if let Some(own) = &own {
                let note = own.note.to_string().into();
                revision = self.register.put(note, revision).await?;
            }
            own
        } else {
            if let (Some(lodged), true) = (&lodged, size(&lodged) > size(&own)) {
                let note = lodged.note.to_string();
                self.archive.keep_note(lodged.size, &note)?;
            }
            // Of one size, the own note may carry cosignatures that the lodged one lacks.
            if size(&own) == size(&lodged) {
                own
            } else {
                lodged
            }
        };
        if let Some(newest) = &newest {
            let text = newest.note.to_string();
            if self.archive.published()?.as_deref() != Some(&*text) {
                self.archive.publish(&text)?;
            }
        }
        Ok((newest, revision))
    }
}
