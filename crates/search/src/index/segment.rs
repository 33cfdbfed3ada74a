//! A segment: the terms of a stretch of the log, what stands under each, and the names, as bytes.
//!
//! ```text
//! "habeas search 3\n"  CRC-32 of what follows
//! first, last: u64     which positions it is made of
//! lengths: u64 x 3     of the terms, the postings, the names
//! terms                an fst map: term -> where its postings begin
//! postings             for each term, rising numbers (see [`super::postings`]): of events how far each is before `last`,
//!                      so the newest first; or numbers of names
//! names                folded name, name, person; sorted; then where each begins: u32 each
//! ```
//!
//! Numbers are little-endian. Never here: how one is made (see [`super::builder`]).

use event::{PersonId, Position};

use super::layout::read_text;
use super::postings::Postings;
use super::terms::Terms;

/// With what a segment begins; the number rises with every change of its layout and of the forms in which names and
/// words are compared, so that an older index is rebuilt.
pub(super) const MAGIC: &[u8; 16] = b"habeas search 3\n";

/// Why bytes are no segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SegmentError {
    /// It is of another version, or cut short.
    #[error("it is no segment of this version")]
    Other,
    /// Its checksum is not that of its bytes.
    #[error("its checksum is not that of its bytes")]
    Checksum,
}

/// A segment.
#[derive(Debug)]
pub struct Segment {
    first: Position,
    last: Position,
    terms: Terms,
    postings: Vec<u8>,
    names: Vec<u8>,
    /// Where each name begins in `names`.
    begins: Vec<u32>,
}

/// A name as it stands in a segment, in the order in which names stand there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct StoredName {
    /// As it is compared.
    pub(crate) folded: String,
    /// Whose it is.
    pub(crate) person: PersonId,
    /// As it is written.
    pub(crate) name: String,
}

/// The sections of a segment, before they are bytes.
pub(super) struct Sections {
    pub(super) first: Position,
    pub(super) last: Position,
    pub(super) terms: Vec<u8>,
    pub(super) postings: Vec<u8>,
    pub(super) names: Vec<u8>,
    pub(super) begins: Vec<u32>,
}

impl Segment {
    /// Reads the bytes of a segment.
    ///
    /// # Errors
    /// [`SegmentError`]: they are none, or were changed.
    pub fn read(bytes: &[u8]) -> Result<Self, SegmentError> {
        let sections = sections(bytes)?;
        Self::of(sections)
    }

    /// Makes a segment of its sections.
    ///
    /// # Errors
    /// [`SegmentError::Other`]: the terms are no map.
    pub(super) fn of(sections: Sections) -> Result<Self, SegmentError> {
        Ok(Self {
            first: sections.first,
            last: sections.last,
            terms: Terms::new(sections.terms).map_err(|_| SegmentError::Other)?,
            postings: sections.postings,
            names: sections.names,
            begins: sections.begins,
        })
    }

    /// Returns its bytes, which [`Segment::read`] reads.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let terms = self.terms.as_fst().as_bytes();
        let begins = self.begins.iter().flat_map(|at| at.to_le_bytes());
        let mut body = Vec::new();
        for position in [self.first, self.last] {
            body.extend_from_slice(&position.get().to_le_bytes());
        }
        for section in [terms, &self.postings, &self.names] {
            let length = u64::try_from(section.len()).unwrap_or(u64::MAX);
            body.extend_from_slice(&length.to_le_bytes());
        }
        for section in [terms, &self.postings, &self.names] {
            body.extend_from_slice(section);
        }
        body.extend(begins);
        let mut bytes = MAGIC.to_vec();
        bytes.extend_from_slice(&crc32fast::hash(&body).to_le_bytes());
        bytes.extend_from_slice(&body);
        bytes
    }

    /// Returns the first position that it is made of.
    #[must_use]
    pub const fn first(&self) -> Position {
        self.first
    }

    /// Returns the last position that it is made of.
    #[must_use]
    pub const fn last(&self) -> Position {
        self.last
    }

    /// Returns how many bytes of memory it takes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.terms.as_fst().size() + self.postings.len() + self.names.len() + 4 * self.begins.len()
    }

    pub(super) const fn terms(&self) -> &Terms {
        &self.terms
    }

    /// Returns the postings that begin at a place, with something added to each number.
    pub(super) fn postings(&self, at: u64, offset: u64) -> Postings<'_> {
        let at = usize::try_from(at).unwrap_or(usize::MAX);
        Postings::new(self.postings.get(at..).unwrap_or_default(), offset)
    }

    /// Returns where the postings of a term begin; none where no term is it.
    pub(super) fn place(&self, key: &[u8]) -> Option<u64> {
        self.terms.get(key)
    }

    /// Returns the number of the first name that is behind this one.
    pub(super) fn first_behind(&self, name: &StoredName) -> u64 {
        let (mut least, mut most) = (0, self.begins.len());
        while least < most {
            let middle = least.midpoint(most);
            let number = u64::try_from(middle).unwrap_or(u64::MAX);
            if self.name(number).is_some_and(|stored| stored <= *name) {
                least = middle + 1;
            } else {
                most = middle;
            }
        }
        u64::try_from(least).unwrap_or(u64::MAX)
    }

    /// Returns a name by its number; none where the bytes are not those of one.
    pub(super) fn name(&self, number: u64) -> Option<StoredName> {
        let at = *self.begins.get(usize::try_from(number).ok()?)?;
        let mut bytes = self.names.get(usize::try_from(at).ok()?..)?;
        let folded = read_text(&mut bytes)?.to_owned();
        let name = read_text(&mut bytes)?.to_owned();
        let person = PersonId::parse(read_text(&mut bytes)?).ok()?;
        Some(StoredName {
            folded,
            person,
            name,
        })
    }
}

/// Takes bytes apart into sections.
fn sections(bytes: &[u8]) -> Result<Sections, SegmentError> {
    let rest = bytes.strip_prefix(MAGIC).ok_or(SegmentError::Other)?;
    let (sum, body) = rest.split_first_chunk::<4>().ok_or(SegmentError::Other)?;
    if crc32fast::hash(body) != u32::from_le_bytes(*sum) {
        return Err(SegmentError::Checksum);
    }
    take_sections(body).ok_or(SegmentError::Other)
}

fn take_sections(body: &[u8]) -> Option<Sections> {
    let mut rest = body;
    let mut number = || {
        let (number, after) = rest.split_first_chunk::<8>()?;
        rest = after;
        Some(u64::from_le_bytes(*number))
    };
    let (first, last) = (number()?, number()?);
    let lengths = [number()?, number()?, number()?];
    let mut section = |length: u64| {
        let (section, after) = rest.split_at_checked(usize::try_from(length).ok()?)?;
        rest = after;
        Some(section.to_vec())
    };
    let [terms, postings, names] = lengths;
    let (terms, postings, names) = (section(terms)?, section(postings)?, section(names)?);
    let (begins, left) = rest.as_chunks::<4>();
    left.is_empty().then(|| Sections {
        first: Position::new(first),
        last: Position::new(last),
        terms,
        postings,
        names,
        begins: begins.iter().map(|at| u32::from_le_bytes(*at)).collect(),
    })
}
