//! Making a segment of documents.
//!
//! Start at [`Builder`].
//!
//! Never here: how segments become one (see [`super::merge`]).

use std::collections::{BTreeMap, BTreeSet};

use event::Position;

use super::layout::{write_rising, write_text};
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

    /// Adds words under a position: the one of a document, or of what a document acts on.
    pub fn add_words(&mut self, position: Position, words: &BTreeSet<String>) {
        for word in words {
            let sound = han_sound(word).map(|sound| key(HAN_SOUND, &sound));
            for key in [key(WORD, word)].into_iter().chain(sound) {
                self.words.entry(key).or_default().insert(position.get());
            }
        }
    }

    /// Adds names that people have.
    pub fn add_names(&mut self, names: BTreeSet<NamedPerson>) {
        for NamedPerson { name, person } in names {
            let form = NameForm::new(&name);
            let stored = StoredName {
                folded: form.text(),
                person,
                name,
            };
            self.names.entry(stored).or_insert_with(|| form.terms());
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
        let mut postings = self.words.clone();
        for (number, terms) in (0u64..).zip(self.names.values()) {
            for term in terms {
                postings.entry(name_key(term)).or_default().insert(number);
            }
        }
        let mut terms = TermWriter::new()?;
        for (key, numbers) in &postings {
            terms.write(key, numbers)?;
        }
        let mut names = NameWriter::default();
        for name in self.names.keys() {
            names.write(name)?;
        }
        let segment = terms.end(self.first, self.next.previous(), names)?;
        Ok(Some(segment))
    }
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
    pub(super) fn write(
        &mut self,
        key: &[u8],
        numbers: &BTreeSet<u64>,
    ) -> Result<(), SegmentError> {
        let at = u64::try_from(self.postings.len()).map_err(|_| SegmentError::Other)?;
        let inserted = self.terms.insert(key, at);
        inserted.map_err(|_| SegmentError::Other)?;
        write_rising(&mut self.postings, numbers.iter().copied());
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
