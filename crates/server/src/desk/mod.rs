//! The desk: what is neither log nor view, of this node alone. So far the lines of use.
//!
//! `DATA/desk/`, for this user alone, encrypted under `DATA/master.key`. Nothing of it is folded, exported or
//! cited. Source: design.md section 6.
//!
//! Never here: facts.

mod chain;
mod cipher;
mod records;
pub mod uses;

pub use cipher::MasterKey;
pub use uses::{Use, UseLine, Uses};
