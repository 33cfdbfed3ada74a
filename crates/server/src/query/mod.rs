//! Queries: the read model, and the one way from a question to its answer, for the API and for pages.
//!
//! Start at [`model`]. Answers are cached in [`answers`], in caches of [`cache`].
//!
//! Never here: HTTP, pages, and counting (crate `fold`).

pub(crate) mod answers;
pub(crate) mod cache;
pub mod model;
