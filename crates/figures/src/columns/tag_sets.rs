//! The tags of events: texts as ids, and the sets of them that events have, each stored once.
//!
//! Start at [`TagSets::intern`].
//!
//! Never here: what a tag means, which is its organisation's own.

use std::collections::BTreeMap;

use crate::columns::capacity::Capacity;
use crate::columns::dictionary::Dictionary;
use crate::columns::ids::{ColumnId as _, IdVec, TagNo, TagSetNo, index};

/// Every tag, and every set of tags that an event has. The empty set has no id.
#[derive(Clone, Debug, Default)]
pub(crate) struct TagSets {
    pub(crate) tags: Dictionary<TagNo>,
    ids: BTreeMap<Box<[TagNo]>, TagSetNo>,
    sets: IdVec<TagSetNo, Box<[TagNo]>>,
}

impl TagSets {
    /// Makes one that takes at most so many tags.
    #[cfg(test)]
    pub(crate) fn with_limit(limit: u32) -> Self {
        Self {
            tags: Dictionary::with_limit(limit),
            ..Self::default()
        }
    }

    /// Returns the id of a set of texts, each of which has one from here on; none of the empty set.
    ///
    /// # Errors
    /// [`Capacity`] where there are no more ids of tags or of sets.
    pub(crate) fn intern(&mut self, texts: &[Box<str>]) -> Result<Option<TagSetNo>, Capacity> {
        if texts.is_empty() {
            return Ok(None);
        }
        let tags = texts.iter().map(|text| self.tags.intern(text));
        let mut tags = tags.collect::<Result<Vec<TagNo>, Capacity>>()?;
        tags.sort_unstable();
        tags.dedup();
        if let Some(id) = self.ids.get(tags.as_slice()) {
            return Ok(Some(*id));
        }
        let tags: Box<[TagNo]> = tags.into();
        let id = self.sets.push(tags.clone())?;
        self.ids.insert(tags, id);
        Ok(Some(id))
    }

    /// Returns the tags of a set, rising by id; none of an event without tags.
    pub(crate) fn tags_of(&self, set: Option<TagSetNo>) -> &[TagNo] {
        let tags = set.and_then(|set| self.sets.get(set));
        tags.map_or(&[], |tags| tags)
    }

    /// Returns for each set, by its id, whether it has one of these tags.
    pub(crate) fn having(&self, wanted: &[TagNo]) -> Vec<bool> {
        let has = |tags: &[TagNo]| tags.iter().any(|tag| wanted.contains(tag));
        self.sets.values().iter().map(|tags| has(tags)).collect()
    }

    /// Returns how many more tags it takes, or sets where these are fewer.
    pub(crate) fn room(&self) -> usize {
        let sets = index(TagSetNo::LIMIT).saturating_sub(self.sets.len());
        self.tags.room().min(sets)
    }

    /// Returns how many sets there are.
    pub(crate) const fn len(&self) -> usize {
        self.sets.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(list: &str) -> Vec<Box<str>> {
        let texts = list.split(',').filter(|text| !text.is_empty());
        texts.map(Box::from).collect()
    }

    #[test]
    fn a_set_has_one_id_however_its_tags_are_sorted() {
        let mut sets = TagSets::default();
        assert_eq!(sets.intern(&[]), Ok(None));
        let first = sets.intern(&texts("strike,march")).unwrap();
        assert_eq!(sets.intern(&texts("march,strike,march")), Ok(first));
        let other = sets.intern(&texts("march")).unwrap();
        assert_ne!(first, other);
        let strike = sets.tags.find("strike").unwrap();
        assert_eq!(sets.having(&[strike]), [true, false]);
        assert_eq!(
            (sets.tags_of(first).len(), sets.tags_of(None).len()),
            (2, 0)
        );
    }

    #[test]
    fn a_full_dictionary_of_tags_refuses_a_set_with_a_new_one() {
        let mut sets = TagSets::with_limit(1);
        let known = sets.intern(&texts("march")).unwrap();
        let full = sets.intern(&texts("march,strike")).unwrap_err();
        assert_eq!((full.what, full.limit), ("tags", 1));
        assert_eq!(sets.intern(&texts("march")), Ok(known));
    }
}
