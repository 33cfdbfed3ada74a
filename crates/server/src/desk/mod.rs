//! The desk: what is neither log nor view, of this node alone. Lines of use, and webhooks.
//!
//! `DATA/desk/`, for this user alone, encrypted under `DATA/master.key`. Nothing of it is folded, exported or
//! cited. Source: design.md section 6.
//!
//! Never here: facts.

mod chain;
mod cipher;
mod records;
pub mod uses;
pub mod webhooks;

pub use cipher::MasterKey;
pub use uses::{Use, UseLine, Uses};
pub use webhooks::{DeadLetter, End, Failing, RegisterError, Webhook, Webhooks};
