//! The point of view of a question (known at R, day D, scope), and its filters made ready for a scan.
//!
//! Start at [`prepare`].
//!
//! Never here: what is counted.

use event::{Day, Position};
use fold::Scope;

use crate::columns::ids::Position32;
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

/// Runs `work` on a question that is made ready for one R.
pub(crate) fn prepare<T>(
    columns: &ColumnStore,
    query: &Query,
    as_of: AsOf<'_>,
    work: impl FnOnce(&ScanContext<'_>) -> T,
) -> T {
    let visible = columns.visible(as_of.scope);
    let filter = Filter::new(columns, query);
    let context = ScanContext {
        columns,
        query,
        filter: &filter,
        people: People::new(columns, Position32::up_to(as_of.at), &visible),
        on: as_of.on,
    };
    work(&context)
}
