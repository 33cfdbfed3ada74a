//! What an answer reads: rows by key, lists as ranges, and whole families for loading.
//!
//! Never here: who may see a row; the query layer decides that.

use std::iter::Peekable;
use std::sync::RwLockReadGuard;

use crate::engine::{self, Bytes, Handle, Scan};
use crate::error::{Doubt, Failure};
use crate::keys::{self, Family};
use crate::scan::Decode;
use crate::shorts::Shorts;
use crate::state::State;
use crate::{leaves, rows, scan};
use event::{CaseId, KeyHash, PersonId, Position};
use fold::{
    Editor, EditorId, LastHidden, Person, Record, RejectedLeaf, Times, Track, TrackId, View,
};

/// One answer's view of the rows: all of them at one position.
///
/// While it lives no batch is applied, so it is kept short.
#[derive(Debug)]
pub struct Reading<'s> {
    state: RwLockReadGuard<'s, State>,
    /// Some until it is dropped.
    handle: Option<Handle>,
}

impl<'s> Reading<'s> {
    pub(crate) fn new(state: RwLockReadGuard<'s, State>) -> Result<Self, Failure> {
        let handle = Some(state.engine()?.handle());
        Ok(Self { state, handle })
    }

    /// Returns the position that every row read here is true for.
    #[must_use]
    pub fn checkpoint(&self) -> Position {
        self.state.checkpoint.position
    }

    /// Returns a leaf byte for byte; none after the checkpoint.
    ///
    /// # Errors
    /// The store's failure; the same for the other methods.
    pub fn leaf(&self, position: Position) -> Result<Option<Vec<u8>>, Failure> {
        let (block, index) = leaves::place(position);
        if position == Position::ZERO {
            return Ok(None);
        }
        let key = keys::leaves(block);
        let Some(value) = self.sound(self.raw(&key))? else {
            return Ok(None);
        };
        let mut pack = self.sound(leaves::decode(&key, &value))?;
        Ok((index < pack.len()).then(|| pack.swap_remove(index)))
    }

    /// Returns at most `limit` leaves, byte for byte, in order from `from` on.
    ///
    /// # Errors
    /// The store's failure.
    pub fn leaves(
        &self,
        from: Position,
        limit: usize,
    ) -> Result<Vec<(Position, Vec<u8>)>, Failure> {
        let from = from.max(Position::new(1));
        let (block, _) = leaves::place(from);
        let mut found = Vec::new();
        for row in self.scan(&keys::leaves(block), Family::Leaves.end()) {
            if found.len() >= limit {
                break;
            }
            let (key, value) = self.sound(row)?;
            let (block, pack) = self.sound(rows::to_leaves(&key, &value))?;
            let positions = (leaves::first(block).get()..).map(Position::new);
            let wanted = positions
                .zip(pack)
                .filter(|(position, _)| *position >= from);
            found.extend(wanted.take(limit.saturating_sub(found.len())));
        }
        Ok(found)
    }

    /// Returns the tracks of a case, its own first and then by person.
    ///
    /// # Errors
    /// The store's failure.
    pub fn tracks_of_case(&self, case: &CaseId) -> Result<Vec<(TrackId, Track)>, Failure> {
        self.scan(&keys::case_start(case), keys::case_end(case))
            .map(|row| self.sound(row.and_then(|row| self.indexed_track(&row))))
            .collect()
    }

    /// Returns the cases after `after`, or all of them, in the order of their ids, with their tracks.
    #[must_use]
    pub fn cases_from(&self, after: Option<&CaseId>) -> Cases<'_> {
        let start = after.map_or_else(|| vec![keys::TRACK_CASE], keys::case_end);
        let rows = self.scan(&start, vec![keys::TRACK_CASE + 1]).peekable();
        Cases {
            reading: self,
            rows,
            failed: false,
        }
    }

    /// Returns the persons after `after`, or all of them, in the order of their ids.
    pub fn persons_from(
        &self,
        after: Option<&PersonId>,
    ) -> impl Iterator<Item = Result<(PersonId, Person), Failure>> {
        let (first, _) = Family::PersonIds.prefixes();
        let start = after.map_or_else(|| vec![first], keys::after_person);
        self.scan(&start, Family::PersonIds.end()).map(|row| {
            self.sound(row.and_then(|(key, value)| {
                let (id, _) = rows::to_person_id(&key, &value)?;
                let found = rows::person(&id, |key| self.raw(key))?;
                Ok((id, found.ok_or(Family::Persons.damaged("it is missing"))?))
            }))
        })
    }

    /// Returns at most `limit` leaves without effect, in order from `from` on.
    ///
    /// # Errors
    /// The store's failure.
    pub fn rejected_from(
        &self,
        from: Position,
        limit: usize,
    ) -> Result<Vec<(Position, RejectedLeaf)>, Failure> {
        self.scan(&keys::rejected(from), Family::Rejected.end())
            .take(limit)
            .map(|row| self.sound(row.and_then(|(key, value)| rows::to_rejected(&key, &value))))
            .collect()
    }

    /// Hands every track to `each`, in the order of the positions that began them, reading ahead on a thread.
    ///
    /// # Errors
    /// The store's failure; also when the tracks are not those the checkpoint counts.
    pub fn for_each_track(&self, mut each: impl FnMut(TrackId, Track)) -> Result<(), Failure> {
        self.all(Family::Tracks, rows::to_track, |(id, row)| {
            each(id, row);
            Ok(())
        })
    }

    /// Hands every person to `each`, in the order in which the log came to them, reading ahead on a thread.
    ///
    /// # Errors
    /// The store's failure; also when the persons are not those the checkpoint counts.
    pub fn for_each_person(&self, mut each: impl FnMut(PersonId, Person)) -> Result<(), Failure> {
        self.all(Family::Persons, rows::to_person, |(id, row)| {
            each(id, row);
            Ok(())
        })
    }

    /// Hands every row of times to `each`, from row 0 on, reading ahead on a thread.
    ///
    /// # Errors
    /// The store's failure; also when the rows are not those the checkpoint counts.
    pub fn for_each_times(&self, mut each: impl FnMut(u64, Vec<Times>)) -> Result<(), Failure> {
        self.all(Family::Times, rows::to_times, |(number, row)| {
            each(number, row);
            Ok(())
        })
    }

    /// Hands the key and value of every row to `each`, as they stand on disk, family after family,
    /// each in the order of its keys: so two stores can be compared byte for byte.
    ///
    /// # Errors
    /// The store's failure; also when the rows are not those the checkpoint counts.
    pub fn for_each_row(&self, mut each: impl FnMut(&[u8], &[u8])) -> Result<(), Failure> {
        let whole: Decode<(Vec<u8>, Vec<u8>)> = |key, value| Ok((key.to_vec(), value.to_vec()));
        Family::ALL.into_iter().try_for_each(|family| {
            self.all(family, whole, |(key, value)| {
                each(&key, &value);
                Ok(())
            })
        })
    }

    /// Hands every row of a family to `each`, and counts them against the checkpoint.
    pub(crate) fn all<T: Send + 'static>(
        &self,
        family: Family,
        decode: Decode<T>,
        each: impl FnMut(T) -> Result<(), Doubt>,
    ) -> Result<(), Failure> {
        let engine = self.state.engine()?;
        let expected = self.state.checkpoint.tally(family);
        let found = scan::all((engine.handle(), engine.timeout()), family, decode, each);
        self.sound(found.and_then(|found| found.check(family, expected)))
    }

    pub(crate) fn shorts(&self) -> &Shorts {
        &self.state.shorts
    }

    /// Reads the track that an index row is of.
    fn indexed_track(&self, (key, value): &(Bytes, Bytes)) -> Result<(TrackId, Track), Doubt> {
        let (id, _) = rows::to_track_id(key, value)?;
        let found = rows::track_at(key, |key| self.raw(key))?;
        Ok((id, found.ok_or(Family::Tracks.damaged("it is missing"))?))
    }

    fn raw(&self, key: &[u8]) -> Result<Option<Bytes>, Doubt> {
        self.handle
            .as_ref()
            .map_or(Ok(None), |handle| engine::get(handle, key))
    }

    fn scan(&self, start: &[u8], end: Vec<u8>) -> Scan {
        engine::scan(self.handle.as_ref(), start, end)
    }

    fn sound<T>(&self, result: Result<T, Doubt>) -> Result<T, Failure> {
        result.map_err(|doubt| self.state.failed(doubt))
    }
}

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        // A handle that saw a failure is not used again.
        if let (Ok(engine), Some(handle)) = (self.state.engine(), self.handle.take()) {
            engine.give_back(handle);
        }
    }
}

impl View for Reading<'_> {
    type Error = Failure;

    fn record(&self, key: KeyHash) -> Result<Option<Record>, Failure> {
        self.sound(rows::record(key, &self.state.shorts, |key| self.raw(key)))
    }

    fn track(&self, id: &TrackId) -> Result<Option<Track>, Failure> {
        self.sound(rows::track(id, |key| self.raw(key)))
    }

    fn person(&self, id: &PersonId) -> Result<Option<Person>, Failure> {
        self.sound(rows::person(id, |key| self.raw(key)))
    }

    fn editor(&self, id: &EditorId) -> Result<Option<Editor>, Failure> {
        self.sound(rows::editor(id, |key| self.raw(key)))
    }

    fn leaf(&self, position: Position) -> Result<Option<Vec<u8>>, Failure> {
        Reading::leaf(self, position)
    }

    fn times(&self, row: u64) -> Result<Option<Vec<Times>>, Failure> {
        self.sound(rows::times(row, |key| self.raw(key)))
    }

    fn last_hidden(&self) -> Result<Option<LastHidden>, Failure> {
        self.sound(rows::last_hidden(|key| self.raw(key)))
    }
}

/// A case and its tracks, its own first and then by person.
pub type Case = (CaseId, Vec<(TrackId, Track)>);

/// Cases in the order of their ids, each with its tracks; ends at the first failure.
pub struct Cases<'r> {
    reading: &'r Reading<'r>,
    rows: Peekable<Scan>,
    failed: bool,
}

impl Iterator for Cases<'_> {
    type Item = Result<Case, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let found = self.case().transpose()?;
        self.failed = found.is_err();
        Some(self.reading.sound(found))
    }
}

impl Cases<'_> {
    fn case(&mut self) -> Result<Option<Case>, Doubt> {
        let Some(row) = self.rows.next() else {
            return Ok(None);
        };
        let (id, track) = self.reading.indexed_track(&row?)?;
        let why = "its key is not that of a case's track";
        let case = id.case().ok_or(Family::TrackIds.damaged(why))?.clone();
        let start = keys::case_start(&case);
        let mut tracks = vec![(id, track)];
        while let Some(row) = self.rows.next_if(|row| match row {
            Ok((key, _)) => key.starts_with(&start),
            Err(_) => true,
        }) {
            tracks.push(self.reading.indexed_track(&row?)?);
        }
        Ok(Some((case, tracks)))
    }
}
