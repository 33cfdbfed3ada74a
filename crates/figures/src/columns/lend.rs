//! Columns that are lent for one scan at a time, so that who writes them waits for a scan and not for an answer
//! of many.
//!
//! Start at [`Lend`].
//!
//! Never here: locks. Who owns the columns decides how they are lent.

use crate::columns::store::ColumnStore;

/// Lends columns. An answer of several scans borrows them for each: all are at one R, and what holds at R
/// changes between two scans only where something is hidden, which the lender can tell
/// ([`ColumnStore::hidden_through`]).
pub trait Lend {
    /// Lends the columns to `work`, which must not borrow them again: a lender with one place would wait for itself.
    fn lend<T>(&self, work: impl FnOnce(&ColumnStore) -> T) -> T;
}

impl Lend for ColumnStore {
    fn lend<T>(&self, work: impl FnOnce(&ColumnStore) -> T) -> T {
        work(self)
    }
}
