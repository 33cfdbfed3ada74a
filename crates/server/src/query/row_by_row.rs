//! The rows of a snapshot, each read by itself, for answers that read many.
//!
//! Nothing that is written waits for more than one row. Every row carries both of its clocks, so what a row that
//! is read later says of the same R is right, however the record has grown meanwhile.
//!
//! Never here: lists of rows, which are read some at a time (see [`super::snapshot::Snapshot::read`]).

use event::{KeyHash, PersonId, Position};
use fold::{Editor, EditorId, LastHidden, Person, Record, Times, Track, TrackId, View};

use super::snapshot::Snapshot;

/// A view of the rows of a snapshot that holds no lock between reads.
pub(crate) struct RowByRow<'s>(pub(crate) &'s Snapshot);

impl View for RowByRow<'_> {
    type Error = store::Failure;

    fn record(&self, key: KeyHash) -> Result<Option<Record>, store::Failure> {
        self.0.read()?.record(key)
    }

    fn track(&self, id: &TrackId) -> Result<Option<Track>, store::Failure> {
        self.0.read()?.track(id)
    }

    fn person(&self, id: &PersonId) -> Result<Option<Person>, store::Failure> {
        self.0.read()?.person(id)
    }

    fn editor(&self, id: &EditorId) -> Result<Option<Editor>, store::Failure> {
        self.0.read()?.editor(id)
    }

    fn leaf(&self, position: Position) -> Result<Option<Vec<u8>>, store::Failure> {
        self.0.read()?.leaf(position)
    }

    fn times(&self, row: u64) -> Result<Option<Vec<Times>>, store::Failure> {
        self.0.read()?.times(row)
    }

    fn last_hidden(&self) -> Result<Option<LastHidden>, store::Failure> {
        self.0.read()?.last_hidden()
    }
}
