//! Ids that came so far, in few bytes each: twins are found by them, and rows that are gone.
//!
//! Start at [`IdIndex::insert`]. Of an id 80 bits are kept: among a million ids two are taken for one once in
//! 10^12 files. Source of the bytes of each: docs/reference/limits.md, Import.
//!
//! Never here: what an id names.

use std::hash::{DefaultHasher, Hash, Hasher};

use uuid::Uuid;

/// Shards: the first two bytes of an id.
const SHARDS: usize = 1 << 16;

/// Sixty-four bits of an id behind those of its shard, and where it stood first: 12 bytes.
type Entry = ([u32; 2], u32);

/// Returns a number of 32 bits that is kept in the place of a line: of the time at which an event is recorded, as written.
/// Two times of a list are taken for one once in four billion.
#[must_use]
pub fn time_number(recordedtime: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    recordedtime.hash(&mut hasher);
    hasher.finish() >> 32
}

/// Ids, each with the line on which it stood first.
#[derive(Default)]
pub struct IdIndex {
    /// Empty until the first id; each shard is sorted.
    shards: Vec<Vec<Entry>>,
    count: usize,
}

impl IdIndex {
    /// Adds an id that stands on a line; returns the line on which it stood before.
    pub fn insert(&mut self, id: Uuid, line: u64) -> Option<u64> {
        if self.shards.is_empty() {
            self.shards.resize_with(SHARDS, Vec::new);
        }
        let (shard, bits) = cut(id);
        let shard = self.shards.get_mut(shard)?;
        match shard.binary_search_by_key(&bits, |(known, _)| *known) {
            Ok(at) => shard.get(at).map(|(_, line)| u64::from(*line)),
            Err(at) => {
                if shard.len() == shard.capacity() {
                    // By a quarter: doubled shards would leave a third of the memory unused.
                    shard.reserve_exact((shard.len() / 4).max(4));
                }
                shard.insert(at, (bits, u32::try_from(line).unwrap_or(u32::MAX)));
                self.count += 1;
                None
            }
        }
    }

    /// Whether an id was added.
    #[must_use]
    pub fn contains(&self, id: Uuid) -> bool {
        self.line(id).is_some()
    }

    /// Returns the line on which an id stands.
    #[must_use]
    pub fn line(&self, id: Uuid) -> Option<u64> {
        let (shard, bits) = cut(id);
        let shard = self.shards.get(shard)?;
        let found = shard.binary_search_by_key(&bits, |(known, _)| *known);
        let (_, line) = shard.get(found.ok()?)?;
        Some(u64::from(*line))
    }

    /// Returns how many ids there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.count
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }
}

/// Cuts an id into its shard and the 64 bits that are kept: those behind the shard's, without the bytes that
/// say the version and the variant.
fn cut(id: Uuid) -> (usize, [u32; 2]) {
    let [a, b, c, d, e, f, _, _, _, g, h, i, j, _, _, _] = id.into_bytes();
    let shard = usize::from(u16::from_be_bytes([a, b]));
    (
        shard,
        [
            u32::from_be_bytes([c, d, e, f]),
            u32::from_be_bytes([g, h, i, j]),
        ],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_known_by_the_line_on_which_it_stood_first() {
        let mut seen = IdIndex::default();
        let id = |number: u64| Uuid::new_v5(&Uuid::NAMESPACE_URL, &number.to_be_bytes());
        assert!(!seen.contains(id(0)));
        for number in 0..20_000 {
            assert_eq!(seen.insert(id(number), number + 2), None);
        }
        for number in 0..20_000 {
            assert_eq!(seen.insert(id(number), 0), Some(number + 2));
        }
        assert_eq!(seen.len(), 20_000);
        assert!(seen.contains(id(7)) && !seen.contains(id(20_000)));
    }

    /// Source: docs/reference/limits.md, Import.
    #[test]
    fn an_id_takes_few_bytes() {
        assert_eq!(size_of::<Entry>(), 12);
        let mut seen = IdIndex::default();
        for number in 0..400_000_u64 {
            seen.insert(Uuid::new_v5(&Uuid::NAMESPACE_URL, &number.to_be_bytes()), 1);
        }
        let held: usize = seen.shards.iter().map(Vec::capacity).sum();
        let bytes = held * size_of::<Entry>() + SHARDS * size_of::<Vec<Entry>>();
        assert!(bytes / seen.len() <= 24, "{}", bytes / seen.len());
    }
}
