//! What holds of the fold whatever the log: rules by example, and laws over random histories.
//!
//! Start at `custody` for how a rule is written down, at `notation` for the language of those logs,
//! and at `laws` for the properties. `reference` is a second, slow reading of the rules.
//!
//! `HABEAS_CASES` sets how many random histories each law sees, `HABEAS_SEED` which.
//!
//! Never here: the store, the broker, and the page.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that meets what it does not expect must fail"
)]

mod acts;
mod charges;
mod courts;
mod custody;
mod disagree;
mod endings;
mod generate;
mod held;
mod holdings;
mod hostile;
mod identity;
mod laws;
mod memory;
mod moved;
mod notation;
mod pages;
mod persons;
mod proceedings;
mod published;
mod questions;
mod record;
mod reference;
mod scopes;
mod timeline;
mod years;
