//! The second clock, R: system-versioned values, views of the record at an earlier R, and the
//! search for the R of an instant.
//!
//! Start at [`versioned::Versioned`].
//!
//! Never here: the days on which things happened.

pub(crate) mod as_of;
pub(crate) mod instants;
pub(crate) mod versioned;
pub(crate) mod void;
