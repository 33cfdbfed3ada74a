//! Text in the language of a reader: the catalogues of words, and values formatted with them.
//!
//! Never here: HTML.

pub mod format;
pub(crate) mod sentence;
pub mod words;
