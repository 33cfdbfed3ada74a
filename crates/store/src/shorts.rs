//! Which leaf first had an event's key: an index in memory, kept in rows of 1,024 positions.
//!
//! Keys are hashes, so an index of them in the tree would touch a page far from all others for every
//! event, and rewrite all of itself at every flush. Here an event costs 8 bytes at the end of a row,
//! and some 30 bytes of memory. The index holds the first 8 bytes of each hash; the row it points to
//! holds all 16, and settles it. What it cannot name is found by its whole hash instead: records
//! that came before their event (acts on it), and the second of two keys with the same 8 bytes.
//!
//! Never here: what a record says.

use std::collections::{HashMap, HashSet};

use event::{KeyHash, Position};

use crate::engine::{self, Handle};
use crate::error::Doubt;
use crate::format;
use crate::keys::{self, Family};

/// How many positions one row covers: 1,024 (index = position - 1).
pub(crate) const SHORTS_PER_ROW: u64 = 1_024;
const SHORT_BYTES: usize = 8;
/// What stands for a position without a record of its own.
const NONE: u64 = 0;

/// The index.
#[derive(Debug, Default)]
pub(crate) struct Shorts {
    positions: HashMap<u64, Position>,
    by_key: HashSet<KeyHash>,
}

/// Returns the first 8 bytes of a hash.
pub(crate) fn short(key: KeyHash) -> u64 {
    key.0
        .first_chunk::<SHORT_BYTES>()
        .map_or(NONE, |bytes| u64::from_be_bytes(*bytes))
}

impl Shorts {
    /// Reads the index of every key up to the checkpoint.
    pub(crate) fn load(handle: &Handle) -> Result<Self, Doubt> {
        let mut index = Self::default();
        let (first, _) = Family::Shorts.prefixes();
        for row in engine::scan(handle, &[first], Family::Shorts.end()) {
            let (key, value) = row?;
            let (block, shorts) = decode(&key, &value)?;
            let positions =
                (block.saturating_mul(SHORTS_PER_ROW).saturating_add(1)..).map(Position::new);
            index.extend(positions.zip(shorts));
        }
        let (first, _) = Family::RecordKeys.prefixes();
        for row in engine::scan(handle, &[first], Family::RecordKeys.end()) {
            let key = keys::to_record_key(&row?.0);
            index
                .by_key
                .insert(key.ok_or(Family::RecordKeys.damaged("its key is not a hash"))?);
        }
        Ok(index)
    }

    /// Returns the position whose record may be that of `key`.
    pub(crate) fn candidate(&self, key: KeyHash) -> Option<Position> {
        self.positions.get(&short(key)).copied()
    }

    /// Whether the record of `key` is found by its whole hash.
    pub(crate) fn is_by_key(&self, key: KeyHash) -> bool {
        self.by_key.contains(&key)
    }

    /// Whether some key has these first 8 bytes.
    pub(crate) fn is_known(&self, short: u64) -> bool {
        self.positions.contains_key(&short)
    }

    pub(crate) fn extend(&mut self, new: impl IntoIterator<Item = (Position, u64)>) {
        for (position, short) in new {
            if short != NONE {
                self.positions.entry(short).or_insert(position);
            }
        }
    }

    pub(crate) fn extend_by_key(&mut self, new: impl IntoIterator<Item = KeyHash>) {
        self.by_key.extend(new);
    }
}

/// Returns the row of a position, and its index in it.
pub(crate) fn place(position: Position) -> (u64, usize) {
    let index = position.get().saturating_sub(1);
    (
        index / SHORTS_PER_ROW,
        usize::try_from(index % SHORTS_PER_ROW).unwrap_or(0),
    )
}

pub(crate) fn encode(block: u64, shorts: &[u64]) -> Vec<u8> {
    let body: Vec<u8> = shorts
        .iter()
        .flat_map(|short| short.to_be_bytes())
        .collect();
    format::encode_bytes(&keys::shorts(block), &body)
}

pub(crate) fn decode(key: &[u8], value: &[u8]) -> Result<(u64, Vec<u64>), Doubt> {
    let family = Family::Shorts;
    let body = format::decode_bytes(family.name(), key, value)?;
    let (shorts, []) = body.as_chunks::<SHORT_BYTES>() else {
        return Err(family.damaged("it is cut short"));
    };
    let block = keys::to_number(key).ok_or(family.damaged("its key is not a number"))?;
    Ok((
        block,
        shorts
            .iter()
            .map(|bytes| u64::from_be_bytes(*bytes))
            .collect(),
    ))
}
