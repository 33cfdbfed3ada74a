//! Tests of folding, counting and answers: rules by example, and laws over random histories.
//!
//! Start at `custody` for a rule by example, at `notation` for the notation of its logs, and at `laws`
//! for the properties. `reference` is a second, slow implementation of the rules.
//!
//! `HABEAS_CASES` sets the number of random histories for each law, `HABEAS_SEED` the seed.
//!
//! Never here: the store, the broker, and the pages.
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
mod dense;
mod disagree;
mod endings;
mod equal_to_reference;
mod figure_changes;
mod generate;
mod guesses;
mod held;
mod hiding;
mod holdings;
mod hostile;
mod identity;
mod laws;
mod limits;
mod lists_equal_to_reference;
mod memory;
mod notation;
mod own_words;
mod pages;
mod periods;
mod persons;
mod proceedings;
mod published;
mod questions;
mod record;
mod reference;
mod scopes;
mod timeline;
mod two_logs;
mod years;

use event::Position;
use figures::{Answer, ColumnStore, Query};
use fold::Scope;

/// Counts what a question asks. Fails the test where its span has too many periods.
fn answer(
    columns: &ColumnStore,
    query: &Query,
    at: Position,
    left_out: Option<u64>,
    scope: &Scope,
) -> Answer {
    figures::answer(columns, query, at, left_out, scope).unwrap()
}
