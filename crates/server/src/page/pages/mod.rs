//! The pages that act on the node, or tell of it, one file each: signing in, lines of use, what was rejected.
//!
//! Never here: the pages that only read (crate `web`).

pub(crate) mod access;
pub(crate) mod provider;
pub(crate) mod rejected;
pub(crate) mod uses;
