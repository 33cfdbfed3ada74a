//! The index: terms, and where they stand.
//!
//! Start at [`Builder`], which makes a segment of documents, [`merge`], which makes one of several, and [`Index`],
//! which asks all. What is found is what [`NameQuery`](crate::NameQuery) and [`WordQuery`](crate::WordQuery) say of
//! each document, in an order that follows from what is found alone, never from how many others there are.
//!
//! Never here: files.

mod builder;
mod candidates;
mod layout;
mod merge;
mod names;
mod postings;
mod segment;
mod terms;
mod word_hits;

use std::sync::Arc;

pub use builder::Builder;
pub use merge::merge;
pub use names::{NameHit, NameHits};
pub use segment::{Segment, SegmentError};

/// An immutable index: segments, in the order of the positions that they are made of.
#[derive(Clone, Debug, Default)]
pub struct Index {
    segments: Vec<Arc<Segment>>,
}

impl Index {
    /// Makes the index of segments.
    #[must_use]
    pub const fn new(segments: Vec<Arc<Segment>>) -> Self {
        Self { segments }
    }
}
