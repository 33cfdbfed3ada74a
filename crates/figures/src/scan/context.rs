//! The point of view of a question (known at R, day D, scope), and what its rows are tested by in a scan.
//!
//! Start at [`ScanContext`]; the pipeline (`run`) makes it.
//!
//! Never here: what is counted.

use event::{Day, Position};
use fold::Scope;

use crate::columns::store::ColumnStore;
use crate::question::query::Query;
use crate::scan::filter::Filter;
use crate::scan::people::People;

/// A question at one R, with all that its rows are tested by.
pub(crate) struct ScanContext<'t> {
    pub(crate) columns: &'t ColumnStore,
    pub(crate) query: &'t Query,
    pub(crate) filter: &'t Filter<'t>,
    pub(crate) people: People<'t>,
    /// D.
    pub(crate) on: Option<Day>,
}

/// The point of view of a question.
#[derive(Clone, Copy, Debug)]
pub struct AsOf<'s> {
    /// R.
    pub at: Position,
    /// D.
    pub on: Option<Day>,
    /// Who asks.
    pub scope: &'s Scope,
}
