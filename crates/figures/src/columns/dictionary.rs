//! A dictionary: texts as ids, in the order in which they came.
//!
//! Start at [`Dictionary::intern`].
//!
//! Never here: what the texts mean.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use hashbrown::HashTable;

use crate::columns::capacity::Capacity;
use crate::columns::ids::{ColumnId, IdVec};

/// Texts as ids, in the order in which they came.
///
/// The hash table is only ever asked for one text, and never walked, so its order has no effect; its
/// hash has no key, so that it is the same everywhere.
#[derive(Clone, Debug)]
pub(crate) struct Dictionary<K> {
    ids: HashTable<K>,
    texts: IdVec<K, Box<str>>,
    /// How many texts it takes.
    limit: u32,
}

impl<K: ColumnId> Default for Dictionary<K> {
    fn default() -> Self {
        Self::with_limit(K::LIMIT)
    }
}

impl<K: ColumnId> Dictionary<K> {
    /// Makes one that takes at most so many texts, and never more than there are ids.
    pub(crate) fn with_limit(limit: u32) -> Self {
        Self {
            ids: HashTable::new(),
            texts: IdVec::default(),
            limit: limit.min(K::LIMIT),
        }
    }

    /// Returns the id of a text, which has one from here on.
    ///
    /// # Errors
    /// [`Capacity`] where the dictionary is full and does not have the text.
    pub(crate) fn intern(&mut self, text: &str) -> Result<K, Capacity> {
        if let Some(id) = self.find(text) {
            return Ok(id);
        }
        if self.room() == 0 {
            return Err(Capacity {
                what: K::WHAT,
                limit: u64::from(self.limit),
            });
        }
        let id = self.texts.push(text.into())?;
        let texts = &self.texts;
        self.ids
            .insert_unique(hash(text), id, |id| hash(texts.at(*id)));
        Ok(id)
    }

    /// Returns the id of a text that has come.
    pub(crate) fn find(&self, text: &str) -> Option<K> {
        let is = |id: &K| &**self.texts.at(*id) == text;
        self.ids.find(hash(text), is).copied()
    }

    /// Returns the text of an id that this dictionary made.
    pub(crate) fn text(&self, id: K) -> &str {
        self.texts.at(id)
    }

    /// Returns how many texts there are.
    pub(crate) const fn len(&self) -> usize {
        self.texts.len()
    }

    /// Returns how many more texts it takes.
    pub(crate) fn room(&self) -> usize {
        crate::columns::ids::index(self.limit).saturating_sub(self.texts.len())
    }

    /// Returns the texts, in the order of their ids.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.texts.values().iter().map(|text| &**text)
    }
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::ids::PlaceNo;

    #[test]
    fn a_full_dictionary_refuses_new_texts_and_keeps_the_old() {
        let mut places = Dictionary::<PlaceNo>::with_limit(2);
        let first = places.intern("KH-12").unwrap();
        places.intern("KH-1").unwrap();
        let full = places.intern("KH-2").unwrap_err();
        assert_eq!((full.what, full.limit), ("places", 2));
        assert_eq!(places.intern("KH-12"), Ok(first));
        assert_eq!(places.text(first), "KH-12");
        assert_eq!(places.find("KH-2"), None);
    }
}
