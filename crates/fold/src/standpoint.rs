//! From where a question is asked: at which R and D, and for whom.
//!
//! Start at [`ask`].
//!
//! Never here: what is asked.

use event::{Day, Position};

use crate::count::Asked;
use crate::filter::Filter;
use crate::people::People;
use crate::query::Query;
use crate::sees::Scope;
use crate::table::{Table, narrow};

/// For whom, and as known when, a question is asked.
#[derive(Clone, Copy, Debug)]
pub struct Standpoint<'s> {
    /// R.
    pub at: Position,
    /// D.
    pub on: Option<Day>,
    /// Who asks.
    pub scope: &'s Scope,
}

/// Runs `work` on a question that is made ready for one R.
pub(crate) fn ask<T>(
    table: &Table,
    query: &Query,
    from: Standpoint<'_>,
    work: impl FnOnce(&Asked<'_>) -> T,
) -> T {
    let visible = table.visible(from.scope);
    let filter = Filter::new(table, query);
    let asked = Asked {
        table,
        query,
        filter: &filter,
        people: People::new(table, narrow(from.at), &visible),
        on: from.on,
    };
    work(&asked)
}
