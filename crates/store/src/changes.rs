//! The rows of one batch: what a step changed, where it lies, and what the checkpoint becomes.
//!
//! Never here: when the batch is written (`store`).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use event::{KeyHash, Position};
use fold::{Person, Record, Track};
use serde::Serialize;

use crate::engine::{self, Batch, Bytes, Handle};
use crate::error::{Doubt, Failure};
use crate::keys::{self, Family};
use crate::leaves::Packer;
use crate::state::{Ready, State};
use crate::{format, leaves, rows, shorts};

/// Rows as they are on disk, of those that were read.
pub(crate) type Before = HashMap<Vec<u8>, Option<Bytes>>;

struct Changes<'s> {
    state: &'s State,
    handle: Handle,
    before: Before,
    ready: Ready,
    /// Where rows are encoded, one after the other.
    value: Vec<u8>,
}

/// Encodes the rows that changed.
pub(crate) fn of(
    rows: &fold::Rows,
    root: [u8; 32],
    state: &State,
    before: Before,
) -> Result<Ready, Failure> {
    follows(rows, state.checkpoint.position)?;
    let engine = state.engine()?;
    let mut changes = Changes {
        state,
        handle: engine.handle(),
        before,
        ready: Ready {
            batch: Batch::default(),
            checkpoint: state.checkpoint.at(rows.position, root),
            shorts: Vec::new(),
            by_key: BTreeSet::new(),
            bytes: 0,
        },
        value: Vec::new(),
    };
    changes.put_all(rows).map_err(|doubt| state.failed(doubt))?;
    engine.give_back(changes.handle);
    Ok(changes.ready)
}

/// Whether the rows follow on the checkpoint, with one leaf for each position.
fn follows(rows: &fold::Rows, checkpoint: Position) -> Result<(), Failure> {
    let expected = checkpoint.next();
    let found = rows.leaves.keys().next().copied().unwrap_or(rows.position);
    if found != expected {
        return Err(Failure::Gap { found, expected });
    }
    let leaves = u64::try_from(rows.leaves.len()).unwrap_or(u64::MAX);
    let last = rows.leaves.keys().next_back().copied();
    let span = rows.position.get().saturating_sub(checkpoint.get());
    if leaves != span || last != Some(rows.position) {
        return Err(Failure::Leaves {
            found: leaves,
            position: rows.position,
        });
    }
    Ok(())
}

/// The position that began a track; only says where its row lies.
fn track_number(row: &Track) -> u64 {
    row.timeline.first().map_or(0, |touch| touch.since.get())
}

/// A position near that at which the log came to a person; only says where the row lies.
fn person_number(row: &Person) -> u64 {
    let said = row.traits.first().map(|known| known.from);
    said.or_else(|| row.statements.first_key_value().map(|(event, _)| *event))
        .map_or(0, Position::get)
}

impl Changes<'_> {
    fn put_all(&mut self, rows: &fold::Rows) -> Result<(), Doubt> {
        for (id, row) in &rows.editors {
            self.put(Family::Editors, keys::editor(id), row)?;
        }
        for (id, row) in &rows.persons {
            let families = (Family::PersonIds, Family::Persons);
            self.put_indexed(families, &keys::person_id(id), person_number(row), row)?;
        }
        for (id, row) in &rows.tracks {
            let families = (Family::TrackIds, Family::Tracks);
            self.put_indexed(families, &keys::track_id(id), track_number(row), row)?;
        }
        self.put_records(rows)?;
        for (position, row) in &rows.rejected {
            self.encode(Family::Rejected, &keys::rejected(*position), row)?;
        }
        for (number, row) in &rows.times {
            self.put(Family::Times, keys::times(*number), row)?;
        }
        if let Some(last) = &rows.last_hidden {
            self.put(Family::LastHidden, vec![keys::LAST_HIDDEN], last)?;
        }
        self.put_leaves(rows)?;
        let checkpoint = self.ready.checkpoint.encode()?;
        self.ready.batch.insert(keys::CHECKPOINT, checkpoint);
        Ok(())
    }

    /// Reads what is on disk, once.
    fn before(&mut self, key: &[u8]) -> Result<Option<Bytes>, Doubt> {
        if let Some(before) = self.before.get(key) {
            return Ok(before.clone());
        }
        engine::get(&self.handle, key)
    }

    /// Puts a row, but not one that was only looked for.
    fn put<T>(&mut self, family: Family, key: Vec<u8>, row: &T) -> Result<(), Doubt>
    where
        T: Serialize + Default + PartialEq,
    {
        if *row == T::default() && self.before(&key)?.is_none() {
            return Ok(());
        }
        self.encode(family, &key, row)
    }

    /// Puts a row whatever it says.
    fn encode<T: Serialize>(&mut self, family: Family, key: &[u8], row: &T) -> Result<(), Doubt> {
        let before = self.before(key)?;
        self.encode_over(family, key, row, before)
    }

    /// Puts a row in the place of `before`, whatever it says.
    fn encode_over<T: Serialize>(
        &mut self,
        family: Family,
        key: &[u8],
        row: &T,
        before: Option<Bytes>,
    ) -> Result<(), Doubt> {
        let mut value = std::mem::take(&mut self.value);
        format::encode_into(&mut value, family.name(), key, row)?;
        self.put_over(family, key, &value, before);
        self.value = value;
        Ok(())
    }

    /// Puts a row where its index says, or else at `number`.
    fn put_indexed<T>(
        &mut self,
        (index, family): (Family, Family),
        id: &[u8],
        number: u64,
        row: &T,
    ) -> Result<(), Doubt>
    where
        T: Serialize + Default + PartialEq,
    {
        let number = match rows::number(index, id, |key: &[u8]| self.before(key))? {
            Some(number) => number,
            None if *row == T::default() => return Ok(()),
            None => {
                self.encode(index, id, &number)?;
                number
            }
        };
        self.encode(family, &keys::at(family, number, id), row)
    }

    /// Puts a row unless it is there already.
    fn put_bytes(&mut self, family: Family, key: &[u8], value: &[u8]) -> Result<(), Doubt> {
        let before = self.before(key)?;
        self.put_over(family, key, value, before);
        Ok(())
    }

    /// Puts a row in the place of `before`, unless it is the same.
    fn put_over(&mut self, family: Family, key: &[u8], value: &[u8], before: Option<Bytes>) {
        if before.as_deref() == Some(value) {
            return;
        }
        if let Some(tally) = self.ready.checkpoint.tally_mut(family) {
            if let Some(before) = &before {
                tally.remove(before);
            }
            tally.add(value);
        }
        let bytes = u64::try_from(key.len().saturating_add(value.len())).unwrap_or(u64::MAX);
        self.ready.bytes = self.ready.bytes.saturating_add(bytes);
        self.ready.batch.insert(key, value);
    }

    fn put_records(&mut self, rows: &fold::Rows) -> Result<(), Doubt> {
        let mut new = BTreeMap::new();
        let mut taken = BTreeSet::new();
        for (hash, row) in &rows.records {
            if let Some(position) = self.place_of(*hash, row, &mut taken)? {
                let key = keys::record(position);
                if self.state.shorts.candidate(*hash) != Some(position) {
                    new.insert(position, shorts::short(*hash));
                    // Nothing lies at a position that was not folded before.
                    self.encode_over(Family::Records, &key, &(hash, row), None)?;
                } else {
                    self.encode(Family::Records, &key, &(hash, row))?;
                }
            } else {
                if *row != Record::default() && !self.state.shorts.is_by_key(*hash) {
                    self.ready.by_key.insert(*hash);
                }
                self.put(Family::RecordKeys, keys::record_key(*hash), row)?;
            }
        }
        self.put_shorts(rows, &new)?;
        self.ready.shorts = new.into_iter().collect();
        Ok(())
    }

    /// Returns the position at which a record lies, or is to lie; none when it goes by its whole hash.
    fn place_of(
        &mut self,
        hash: KeyHash,
        row: &Record,
        taken: &mut BTreeSet<u64>,
    ) -> Result<Option<Position>, Doubt> {
        if let Some(position) = self.state.shorts.candidate(hash) {
            let key = keys::record(position);
            let value = self
                .before(&key)?
                .ok_or(Family::Records.damaged("it is missing"))?;
            let (found, _) = rows::to_record(&key, &value)?;
            return Ok((found == hash).then_some(position));
        }
        let is_new = row
            .first
            .filter(|(first, _)| *first > self.state.checkpoint.position);
        let short = shorts::short(hash);
        let can_name = short != 0 && !self.state.shorts.is_by_key(hash);
        Ok(is_new
            .filter(|_| can_name && taken.insert(short))
            .map(|(first, _)| first))
    }

    /// Puts the short hash of each new position, or that it has none.
    fn put_shorts(
        &mut self,
        rows: &fold::Rows,
        new: &BTreeMap<Position, u64>,
    ) -> Result<(), Doubt> {
        let Some(first) = rows.leaves.keys().next() else {
            return Ok(());
        };
        let (mut block, inside) = shorts::place(*first);
        let mut pack = Vec::new();
        if inside > 0 {
            let key = keys::shorts(block);
            let begun = self
                .before(&key)?
                .map(|value| shorts::decode(&key, &value))
                .transpose()?;
            pack = begun.map(|(_, pack)| pack).unwrap_or_default();
            if pack.len() != inside {
                return Err(Family::Shorts.damaged("it does not end at the checkpoint"));
            }
        }
        for position in rows.leaves.keys() {
            let (next, _) = shorts::place(*position);
            if next != block {
                let value = shorts::encode(block, &pack);
                self.put_bytes(Family::Shorts, &keys::shorts(block), &value)?;
                pack.clear();
                block = next;
            }
            pack.push(new.get(position).copied().unwrap_or(0));
        }
        self.put_bytes(
            Family::Shorts,
            &keys::shorts(block),
            &shorts::encode(block, &pack),
        )
    }

    /// Packs the new leaves into blocks, the first of which may have begun before.
    fn put_leaves(&mut self, rows: &fold::Rows) -> Result<(), Doubt> {
        let Some(first) = rows.leaves.keys().next() else {
            return Ok(());
        };
        let (mut block, inside) = leaves::place(*first);
        let mut begun = Vec::new();
        if inside > 0 {
            let key = keys::leaves(block);
            let value = self.before(&key)?;
            begun = value
                .map(|value| leaves::decode(&key, &value))
                .transpose()?
                .unwrap_or_default();
            if begun.len() != inside {
                return Err(Family::Leaves.damaged("it does not end at the checkpoint"));
            }
        }
        let mut packer = Packer::new()?;
        let mut pack: Vec<&[u8]> = begun.iter().map(Vec::as_slice).collect();
        for (position, leaf) in &rows.leaves {
            let (next, _) = leaves::place(*position);
            if next != block {
                let value = packer.encode(block, &pack)?;
                self.put_bytes(Family::Leaves, &keys::leaves(block), &value)?;
                pack.clear();
                block = next;
            }
            pack.push(leaf);
        }
        let value = packer.encode(block, &pack)?;
        self.put_bytes(Family::Leaves, &keys::leaves(block), &value)
    }
}
