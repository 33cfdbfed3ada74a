//! Why a figure changed, as a body: each position with its delta and its reason.
//!
//! Never here: by how much (see [`crate::changes`]) and for what reason (see [`crate::why`]).

use event::{Day, Position, Reading};
use serde::Serialize;

use super::leaf;
use crate::changes::{Delta, changes};
use crate::figure::{Count, answer};
use crate::query::Query;
use crate::reasons::{Why, why};
use crate::sees::Scope;
use crate::step::View;
use crate::table::Table;

/// A figure at one of the two R.
#[derive(Clone, Debug, Serialize)]
pub struct Then {
    /// R.
    pub position: Position,
    /// The figure.
    pub total: Count,
    /// The figure as a link that gives the same answer for ever.
    pub query: String,
}

/// One position that changed what the figure counts.
#[derive(Clone, Debug, Serialize)]
pub struct Change {
    /// The position.
    pub position: Position,
    /// The day on which the event there was recorded, in its own offset; none where it is not shown.
    pub recorded: Option<String>,
    /// The figure there minus the figure at the position before.
    pub delta: Delta,
    /// Why.
    #[serde(flatten)]
    pub why: Why,
}

/// Why a figure changed between two R.
#[derive(Clone, Debug, Serialize)]
pub struct Changes {
    /// What is counted.
    pub measure: &'static str,
    /// The definition used, as known at `to`.
    pub definition: String,
    /// D, at both.
    pub on: Option<String>,
    /// The later R: the answer is that of this position.
    pub position: Position,
    /// Over what the caller may see.
    pub scope: String,
    /// The earlier figure.
    pub from: Then,
    /// The later figure.
    pub to: Then,
    /// What led from one to the other; the deltas add up to it exactly.
    pub difference: Delta,
    /// Every position that changed a counted fact, rising.
    pub changes: Vec<Change>,
}

/// Why a figure changed, before the reason of any change is read: most readers look at few of them.
#[derive(Clone, Debug)]
pub struct Moves {
    query: Query,
    earlier: Option<Day>,
    /// The earlier figure.
    pub from: Then,
    /// The later figure.
    pub to: Then,
    /// What led from one to the other; the deltas add up to it exactly.
    pub difference: Delta,
    /// Every position that changed a counted fact, rising, with its delta.
    pub moves: Vec<(Position, Delta)>,
}

impl Moves {
    /// Finds the way of the figure that `query` asks for from one R to a later one; its definition
    /// must be resolved. Groups are left aside.
    ///
    /// What happened by the day `earlier` was recorded late; where none is given, that is the last
    /// day of which anything was recorded at the earlier R.
    #[must_use]
    pub fn of(
        table: &Table,
        query: &Query,
        (from, to): (Position, Position),
        earlier: Option<Day>,
        scope: &Scope,
    ) -> Self {
        let mut query = query.clone();
        query.on = query.on.or_else(|| table.instants().default_day(to));
        query.group_by.clear();
        let moves: Vec<_> = changes(table, &query, (from, to), query.on, scope)
            .into_iter()
            .collect();
        let mut difference = Delta::default();
        moves.iter().for_each(|(_, delta)| difference.add(*delta));
        let then = |at: Position| {
            let answer = answer(table, &query, at, None, scope);
            Then {
                position: at,
                total: answer.total,
                query: answer.query,
            }
        };
        Self {
            earlier: earlier.or_else(|| table.instants().recorded_day(from)),
            from: then(from),
            to: then(to),
            difference,
            moves,
            query,
        }
    }

    /// Explains some of the moves.
    ///
    /// # Errors
    /// The view's failure.
    pub fn explain<V: View>(
        &self,
        view: &V,
        moves: &[(Position, Delta)],
        scope: &Scope,
    ) -> Result<Vec<Change>, V::Error> {
        let moves = moves.iter();
        moves
            .map(|(position, delta)| change(view, *position, *delta, self.earlier, scope))
            .collect()
    }
}

impl Changes {
    /// As [`Moves::of`], with every move explained.
    ///
    /// # Errors
    /// The view's failure.
    pub fn of<V: View>(
        view: &V,
        table: &Table,
        query: &Query,
        span: (Position, Position),
        earlier: Option<Day>,
        scope: &Scope,
    ) -> Result<Self, V::Error> {
        let found = Moves::of(table, query, span, earlier, scope);
        Ok(Self {
            measure: found.query.measure.name(),
            definition: found.query.definition_name(),
            on: found.query.on.map(|day| day.to_string()),
            position: found.to.position,
            scope: scope.name(),
            changes: found.explain(view, &found.moves, scope)?,
            from: found.from,
            to: found.to,
            difference: found.difference,
        })
    }
}

fn change<V: View>(
    view: &V,
    position: Position,
    delta: Delta,
    earlier: Option<Day>,
    scope: &Scope,
) -> Result<Change, V::Error> {
    let bytes = view.leaf(position)?.unwrap_or_default();
    let shown = leaf::seen(view, position, &bytes, scope)?.is_some();
    let recorded = match event::read(&bytes) {
        Reading::Event(event) => Some(event.envelope.recorded_day.to_string()),
        Reading::Unknown(_) | Reading::Rejected { .. } => None,
    };
    Ok(Change {
        position,
        recorded: recorded.filter(|_| shown),
        delta,
        why: why(view, position, earlier, shown)?,
    })
}
