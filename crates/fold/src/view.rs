//! A step's input and output: a read-only [`View`] of the rows before it, and the [`Rows`] it
//! changed.
//!
//! Start at [`View`]. The store, an overlay of uncommitted rows,
//! [`HistoricalView`](crate::HistoricalView) and [`Memory`](crate::Memory) implement it.
//!
//! Never here: storage.

use std::collections::BTreeMap;

use event::{KeyHash, PersonId, Position};

use crate::readers::LastHidden;
use crate::rows::{Editor, EditorId, Person, Record, RejectedLeaf, Times, Track, TrackId};

/// Read access to the rows as they were before a step.
pub trait View {
    /// The failure of a read.
    type Error;

    /// Returns the record of the event key with this hash.
    ///
    /// # Errors
    /// The store's failure.
    fn record(&self, key: KeyHash) -> Result<Option<Record>, Self::Error>;

    /// Returns a track.
    ///
    /// # Errors
    /// The store's failure.
    fn track(&self, id: &TrackId) -> Result<Option<Track>, Self::Error>;

    /// Returns the row of a person.
    ///
    /// # Errors
    /// The store's failure.
    fn person(&self, id: &PersonId) -> Result<Option<Person>, Self::Error>;

    /// Returns the row of an editor.
    ///
    /// # Errors
    /// The store's failure.
    fn editor(&self, id: &EditorId) -> Result<Option<Editor>, Self::Error>;

    /// Returns the bytes of the leaf at a position before this step.
    ///
    /// # Errors
    /// The store's failure.
    fn leaf(&self, position: Position) -> Result<Option<Vec<u8>>, Self::Error>;

    /// Returns the times of [`TIMES_PER_ROW`](crate::TIMES_PER_ROW) positions, from
    /// `row * TIMES_PER_ROW + 1` on.
    ///
    /// # Errors
    /// The store's failure.
    fn times(&self, row: u64) -> Result<Option<Vec<Times>>, Self::Error>;

    /// Returns what was hidden last.
    ///
    /// # Errors
    /// The store's failure.
    fn last_hidden(&self) -> Result<Option<LastHidden>, Self::Error>;
}

/// The rows that a step read or changed, as they are after it: its write set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    /// Records of event keys, by the hash of the key.
    pub records: BTreeMap<KeyHash, Record>,
    /// Tracks.
    pub tracks: BTreeMap<TrackId, Track>,
    /// Persons.
    pub persons: BTreeMap<PersonId, Person>,
    /// Editors, by the organisation whose record they act on.
    pub editors: BTreeMap<EditorId, Editor>,
    /// The bytes of each leaf.
    pub leaves: BTreeMap<Position, Vec<u8>>,
    /// Rejected leaves.
    pub rejected: BTreeMap<Position, RejectedLeaf>,
    /// Times by row number, [`TIMES_PER_ROW`](crate::TIMES_PER_ROW) positions a row.
    pub times: BTreeMap<u64, Vec<Times>>,
    /// What was hidden last, where that was read or changed.
    pub last_hidden: Option<LastHidden>,
    /// The last position folded.
    pub position: Position,
}
