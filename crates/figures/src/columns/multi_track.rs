//! Which events stand in several tracks: an event in one track alone needs no lookup to be counted once. Likewise
//! which charges are against several ids, and which person-charges stand in several tracks.
//!
//! Start at [`MultiTrack::mark`].
//!
//! Never here: which rows count (see [`crate::scan::run`]).

use std::marker::PhantomData;
use std::num::NonZeroU32;

use crate::columns::capacity::Capacity;
use crate::columns::ids::{ColumnId, UnitNo};

/// For each key its only owner, or a number where it has several owners.
#[derive(Clone, Debug)]
pub(crate) struct MultiTrack<Key, Owner> {
    /// By key the packed owner, none where there is none yet; of a key with several owners its own packed
    /// number among those.
    packed: Vec<Option<NonZeroU32>>,
    /// A bit for each key, set where it has several owners: few enough bytes to stay in a cache.
    shared: Vec<u64>,
    /// How many keys have several owners.
    count: usize,
    ids: PhantomData<(Key, Owner)>,
}

impl<Key, Owner> Default for MultiTrack<Key, Owner> {
    fn default() -> Self {
        Self {
            packed: Vec::new(),
            shared: Vec::new(),
            count: 0,
            ids: PhantomData,
        }
    }
}

impl<Key: ColumnId, Owner: ColumnId> MultiTrack<Key, Owner> {
    /// Records that a key has, or had, an owner.
    ///
    /// # Errors
    /// [`Capacity`] where too many keys have several owners.
    pub(crate) fn mark(&mut self, key: Key, owner: Option<Owner>) -> Result<(), Capacity> {
        let at = key.index();
        let owner = owner.map(ColumnId::packed);
        if self.packed.len() <= at {
            self.packed.resize((at + 1).next_multiple_of(64), None);
            self.shared.resize(self.packed.len() / 64, 0);
        }
        let (Some(known), Some(bits)) = (self.packed.get_mut(at), self.shared.get_mut(at / 64))
        else {
            return Ok(());
        };
        if known.is_none() {
            *known = owner;
        } else if *bits >> (at % 64) & 1 == 0 && *known != owner {
            let number = UnitNo::after(self.count)?;
            *bits |= 1 << (at % 64);
            *known = Some(number.packed());
            self.count += 1;
        }
        Ok(())
    }

    /// Returns the number of a key among those with several owners; none where it has one.
    pub(crate) fn number(&self, key: Key) -> Option<UnitNo> {
        let at = key.index();
        let bits = self.shared.get(at / 64)?;
        if bits >> (at % 64) & 1 == 0 {
            return None;
        }
        let packed = self.packed.get(at).copied().flatten();
        packed.map(UnitNo::from_packed)
    }
}
