//! Names and words of the record: in what form they are compared, and an index of where they stand.
//!
//! Start at [`NameQuery`] and [`WordQuery`], which say what is found; [`Index`] only finds the same without reading
//! everything. An index is a list of immutable segments, each over a stretch of positions (as in Lucene); a segment is
//! its bytes.
//!
//! Never here: who may see what was found, what holds at R (crate `answers`), files and threads (crate `server`).

mod document;
mod index;
mod text;

pub use document::{ActText, Document, NamedPerson, words_of};
pub use index::{Builder, Index, NameHit, NameHits, Segment, SegmentError, merge};
pub use text::look_alike::{canonical, folded};
pub use text::name::{Closeness, NameQuery};
pub use text::words::{Exactness, WordQuery, words};

/// The longest query, in characters. A bound of ours: a name or a sentence, not a document.
pub const QUERY_CHARS_MAX: usize = 200;

/// The most words of one query. A bound of ours.
pub const QUERY_WORDS_MAX: usize = 16;
