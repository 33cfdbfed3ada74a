//! What an answer reads: rows by key, lists as ranges, and whole families for loading.
//!
//! Never here: who may see a row; the query layer decides that.

use std::iter::Peekable;
use std::sync::RwLockReadGuard;

use event::{CaseId, KeyHash, OrgId, PersonId, Position};
use fold::{Owner, Person, Record, Rejected, Times, Track, TrackId, View};
use serde::de::DeserializeOwned;

use crate::engine::{self, Handle, Scan};
use crate::error::{Doubt, Failure};
use crate::keys::{self, Family};
use crate::scan::Decode;
use crate::store::State;
use crate::{format, leaves, scan};

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
        let Some(value) = self.bytes(&key)? else { return Ok(None) };
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
        let (_, last) = Family::Leaves.prefixes();
        let mut found = Vec::new();
        for row in self.scan(&keys::leaves(block), vec![last.saturating_add(1)]) {
            if found.len() >= limit {
                break;
            }
            let (key, value) = self.sound(row)?;
            let (block, pack) = self.sound(leaf_block(&key, &value))?;
            let positions = (leaves::first(block).get()..).map(Position::new);
            let wanted = positions.zip(pack).filter(|(position, _)| *position >= from);
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
            .map(|row| self.sound(row.and_then(|(key, value)| track(&key, &value))))
            .collect()
    }

    /// Returns the cases after `after`, or all of them, in the order of their ids, with their tracks.
    #[must_use]
    pub fn cases_from(&self, after: Option<&CaseId>) -> Cases<'_> {
        let start = after.map_or_else(|| vec![keys::TRACK_CASE], keys::case_end);
        let rows = self.scan(&start, vec![keys::TRACK_CASE + 1]).peekable();
        Cases { reading: self, rows, failed: false }
    }

    /// Returns the persons after `after`, or all of them, in the order of their ids.
    pub fn persons_from(
        &self,
        after: Option<&PersonId>,
    ) -> impl Iterator<Item = Result<(PersonId, Person), Failure>> {
        let (first, last) = Family::Persons.prefixes();
        let start = after.map_or_else(|| vec![first], keys::after_person);
        self.scan(&start, vec![last.saturating_add(1)])
            .map(|row| self.sound(row.and_then(|(key, value)| person(&key, &value))))
    }

    /// Returns at most `limit` leaves without effect, in order from `from` on.
    ///
    /// # Errors
    /// The store's failure.
    pub fn rejected_from(
        &self,
        from: Position,
        limit: usize,
    ) -> Result<Vec<(Position, Rejected)>, Failure> {
        let (_, last) = Family::Rejected.prefixes();
        self.scan(&keys::rejected(from), vec![last.saturating_add(1)])
            .take(limit)
            .map(|row| self.sound(row.and_then(|(key, value)| rejected(&key, &value))))
            .collect()
    }

    /// Hands every track to `each`, in the order of their keys (`keys`), reading ahead on a thread.
    ///
    /// # Errors
    /// The store's failure; also when the tracks are not those the checkpoint counts.
    pub fn for_each_track(&self, mut each: impl FnMut(TrackId, Track)) -> Result<(), Failure> {
        self.all(Family::Tracks, track, |(id, row)| {
            each(id, row);
            Ok(())
        })
    }

    /// Hands every person to `each`, in the order of their ids, reading ahead on a thread.
    ///
    /// # Errors
    /// The store's failure; also when the persons are not those the checkpoint counts.
    pub fn for_each_person(&self, mut each: impl FnMut(PersonId, Person)) -> Result<(), Failure> {
        self.all(Family::Persons, person, |(id, row)| {
            each(id, row);
            Ok(())
        })
    }

    /// Hands every row of times to `each`, from row 0 on, reading ahead on a thread.
    ///
    /// # Errors
    /// The store's failure; also when the rows are not those the checkpoint counts.
    pub fn for_each_times(&self, mut each: impl FnMut(u64, Vec<Times>)) -> Result<(), Failure> {
        self.all(Family::Times, times, |(number, row)| {
            each(number, row);
            Ok(())
        })
    }

    /// Hands every row of a family to `each`, and counts them against the checkpoint.
    pub(crate) fn all<T: Send + 'static>(
        &self,
        family: Family,
        decode: Decode<T>,
        each: impl FnMut(T) -> Result<(), Doubt>,
    ) -> Result<(), Failure> {
        let handle = self.state.engine()?.handle();
        let expected = self.state.checkpoint.tally(family);
        let found = scan::all(handle, family, decode, each);
        self.sound(found.and_then(|found| found.check(family, expected)))
    }

    fn get<T: DeserializeOwned>(&self, family: Family, key: &[u8]) -> Result<Option<T>, Failure> {
        let value = self.bytes(key)?;
        let row = value.map(|value| format::decode(family.name(), key, &value));
        self.sound(row.transpose())
    }

    fn bytes(&self, key: &[u8]) -> Result<Option<engine::Bytes>, Failure> {
        let handle = self.handle.as_ref().ok_or(Failure::Closed)?;
        self.sound(engine::get(handle, key))
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
        self.get(Family::Records, &keys::record(key))
    }

    fn track(&self, id: &TrackId) -> Result<Option<Track>, Failure> {
        self.get(Family::Tracks, &keys::track(id))
    }

    fn person(&self, id: &PersonId) -> Result<Option<Person>, Failure> {
        self.get(Family::Persons, &keys::person(id))
    }

    fn owner(&self, org: &OrgId) -> Result<Option<Owner>, Failure> {
        self.get(Family::Owners, &keys::owner(org))
    }

    fn leaf(&self, position: Position) -> Result<Option<Vec<u8>>, Failure> {
        Reading::leaf(self, position)
    }

    fn times(&self, row: u64) -> Result<Option<Vec<Times>>, Failure> {
        self.get(Family::Times, &keys::times(row))
    }
}

/// Cases in the order of their ids, each with its tracks; ends at the first failure.
pub struct Cases<'r> {
    reading: &'r Reading<'r>,
    rows: Peekable<Scan>,
    failed: bool,
}

impl Iterator for Cases<'_> {
    type Item = Result<(CaseId, Vec<(TrackId, Track)>), Failure>;

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
    fn case(&mut self) -> Result<Option<(CaseId, Vec<(TrackId, Track)>)>, Doubt> {
        let Some(row) = self.rows.next() else { return Ok(None) };
        let (key, value) = row?;
        let (id, row) = track(&key, &value)?;
        let why = "its key is not that of a case's track";
        let case = id.case().ok_or(Doubt::Row { family: Family::Tracks.name(), why })?.clone();
        let start = keys::case_start(&case);
        let mut tracks = vec![(id, row)];
        while let Some(row) = self.rows.next_if(|row| match row {
            Ok((key, _)) => key.starts_with(&start),
            Err(_) => true,
        }) {
            let (key, value) = row?;
            tracks.push(track(&key, &value)?);
        }
        Ok(Some((case, tracks)))
    }
}

/// Decodes a row and the id in its key.
fn decode<K, T: DeserializeOwned>(
    family: Family,
    id: fn(&[u8]) -> Option<K>,
    key: &[u8],
    value: &[u8],
) -> Result<(K, T), Doubt> {
    let row = format::decode(family.name(), key, value)?;
    let why = "its key is not one of its family";
    Ok((id(key).ok_or(Doubt::Row { family: family.name(), why })?, row))
}

pub(crate) fn track(key: &[u8], value: &[u8]) -> Result<(TrackId, Track), Doubt> {
    decode(Family::Tracks, keys::to_track, key, value)
}

pub(crate) fn person(key: &[u8], value: &[u8]) -> Result<(PersonId, Person), Doubt> {
    decode(Family::Persons, keys::to_person, key, value)
}

pub(crate) fn times(key: &[u8], value: &[u8]) -> Result<(u64, Vec<Times>), Doubt> {
    decode(Family::Times, keys::to_number, key, value)
}

pub(crate) fn rejected(key: &[u8], value: &[u8]) -> Result<(Position, Rejected), Doubt> {
    let (number, row) = decode(Family::Rejected, keys::to_number, key, value)?;
    Ok((Position::new(number), row))
}

pub(crate) fn leaf_block(key: &[u8], value: &[u8]) -> Result<(u64, Vec<Vec<u8>>), Doubt> {
    let pack = leaves::decode(key, value)?;
    let why = "its key is not one of its family";
    let block = keys::to_number(key).ok_or(Doubt::Row { family: Family::Leaves.name(), why })?;
    Ok((block, pack))
}
