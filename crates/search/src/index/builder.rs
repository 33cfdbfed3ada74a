//! Making a segment of documents.
//!
//! Start at [`Builder`].
//!
//! Never here: how segments become one (see [`super::merge`]).

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use event::Position;

use super::layout::write_text;
use super::postings;
use super::segment::{Sections, Segment, SegmentError, StoredName};
use super::terms::{HAN_SOUND, Postings, WORD, key, name_key};
use crate::document::NamedPerson;
use crate::text::name::{NameForm, NameTerm};
use crate::text::words::han_sound;

/// The documents of a stretch of positions that follow each other.
#[derive(Debug)]
pub struct Builder {
    first: Position,
    next: Position,
    words: Postings,
    persons: BTreeSet<NamedPerson>,
    names: BTreeMap<StoredName, BTreeSet<NameTerm>>,
}

impl Builder {
    /// Begins a segment at a position.
    #[must_use]
    pub const fn new(first: Position) -> Self {
        Self {
            first,
            next: first,
            words: BTreeMap::new(),
            persons: BTreeSet::new(),
            names: BTreeMap::new(),
        }
    }

    /// Returns the position of which the next document is.
    #[must_use]
    pub const fn next(&self) -> Position {
        self.next
    }

    /// Returns how many positions it has.
    #[must_use]
    pub const fn positions(&self) -> u64 {
        self.next.get().saturating_sub(self.first.get())
    }

    /// Adds words under a position: the one of the next document, or an earlier one of what it acts on. Under a later one
    /// nothing is added: its own document will have them.
    pub fn add_words(&mut self, position: Position, words: &BTreeSet<String>) {
        if position > self.next {
            return;
        }
        for word in words {
            let sound = han_sound(word).map(|sound| key(HAN_SOUND, &sound));
            for key in [key(WORD, word)].into_iter().chain(sound) {
                self.words.entry(key).or_default().push(position.get());
            }
        }
    }

    /// Adds names that people have.
    pub fn add_names(&mut self, names: BTreeSet<NamedPerson>) {
        for named in names {
            if self.persons.contains(&named) {
                continue;
            }
            let form = NameForm::new(&named.name);
            let stored = StoredName {
                folded: form.text(),
                person: named.person.clone(),
                name: named.name.clone(),
            };
            self.persons.insert(named);
            self.names.insert(stored, form.terms());
        }
    }

    /// Ends the document of the next position, whatever was added of it.
    pub fn end_document(&mut self) {
        self.next = self.next.next();
    }

    /// Makes the segment of what was added; none where there is no position.
    ///
    /// # Errors
    /// [`SegmentError`] where it cannot be written: a segment holds 2^32 bytes of names.
    pub fn build(&self) -> Result<Option<Segment>, SegmentError> {
        if self.next == self.first {
            return Ok(None);
        }
        let last = self.next.previous();
        let mut of_names = Postings::new();
        for (number, terms) in (0u64..).zip(self.names.values()) {
            for term in terms {
                of_names.entry(name_key(term)).or_default().push(number);
            }
        }
        let mut all: Vec<(&Vec<u8>, Cow<'_, [u64]>)> = Vec::new();
        for (key, positions) in &self.words {
            let distances = positions.iter().map(|position| last.get() - position);
            all.push((key, Cow::Owned(rising(distances.collect()))));
        }
        let of_names = of_names.iter();
        all.extend(of_names.map(|(key, numbers)| (key, Cow::Borrowed(numbers.as_slice()))));
        all.sort();
        let mut terms = TermWriter::new()?;
        for (key, numbers) in &all {
            terms.write(key, numbers)?;
        }
        let mut names = NameWriter::default();
        for name in self.names.keys() {
            names.write(name)?;
        }
        let segment = terms.end(self.first, last, names)?;
        Ok(Some(segment))
    }
}

/// Sorts numbers that mostly rise or fall, each once.
pub(super) fn rising(mut numbers: Vec<u64>) -> Vec<u64> {
    numbers.sort();
    numbers.dedup();
    numbers
}

/// The terms and postings of a segment while they are written, in order.
pub(super) struct TermWriter {
    terms: fst::MapBuilder<Vec<u8>>,
    postings: Vec<u8>,
}

impl TermWriter {
    pub(super) fn new() -> Result<Self, SegmentError> {
        let terms = fst::MapBuilder::new(Vec::new()).map_err(|_| SegmentError::Other)?;
        Ok(Self {
            terms,
            postings: Vec::new(),
        })
    }

    /// Writes a term, which must be above the one before it, and what stands under it.
    pub(super) fn write(&mut self, key: &[u8], numbers: &[u64]) -> Result<(), SegmentError> {
        let at = u64::try_from(self.postings.len()).map_err(|_| SegmentError::Other)?;
        let inserted = self.terms.insert(key, at);
        inserted.map_err(|_| SegmentError::Other)?;
        postings::write(&mut self.postings, numbers);
        Ok(())
    }

    pub(super) fn end(
        self,
        first: Position,
        last: Position,
        names: NameWriter,
    ) -> Result<Segment, SegmentError> {
        Segment::of(Sections {
            first,
            last,
            terms: self.terms.into_inner().map_err(|_| SegmentError::Other)?,
            postings: self.postings,
            names: names.bytes,
            begins: names.begins,
        })
    }
}

/// The names of a segment while they are written, in order.
#[derive(Default)]
pub(super) struct NameWriter {
    bytes: Vec<u8>,
    begins: Vec<u32>,
}

impl NameWriter {
    pub(super) fn write(&mut self, name: &StoredName) -> Result<(), SegmentError> {
        let at = u32::try_from(self.bytes.len()).map_err(|_| SegmentError::Other)?;
        self.begins.push(at);
        for text in [&name.folded, &name.name, name.person.as_str()] {
            write_text(&mut self.bytes, text);
        }
        Ok(())
    }
}
