//! Equality with what others wrote: `tlog_tiles`, `ct-merkle` and `signed_note`, as properties.
//!
//! Never here: test vectors; they stand beside the code they test.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that meets what it does not expect must fail"
)]

mod note;
mod tree;
