//! Queries: the read model, and the one way from a question to its answer, for the API and for pages.
//!
//! Start at `question`. A question is parsed by `question::ask`, stands at a `snapshot` of the
//! [`model`], and its answer is cached (`answers`).
//!
//! Never here: routes, pages, and counting (crate `figures`).

pub(crate) mod answers;
pub(crate) mod cache;
pub(crate) mod deltas;
pub(crate) mod found;
pub mod model;
pub mod namesakes;
pub(crate) mod question;
pub(crate) mod reading;
pub(crate) mod record;
pub(crate) mod row_by_row;
pub(crate) mod scans;
pub(crate) mod snapshot;
pub mod unfolded;
