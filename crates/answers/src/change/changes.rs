//! The body of `/v1/figures/changes`: why a figure changed, position by position with delta and reason.
//!
//! Start at [`Changes::explain`], or at [`FigureDeltas::compute`] for the deltas alone.
//!
//! Never here: how deltas are computed (see [`figures`]), and the reasons (see [`super::reasons`]).

use event::{Day, Position};
use figures::{AsOf, ColumnStore, Count, Delta, Lend, Query, changes};
use fold::{Scope, View};
use serde::Serialize;

use super::reasons::Explanation;
use crate::record::leaf::visible_event;

/// A figure at one of the two R.
#[derive(Clone, Debug, Serialize)]
pub struct FigureAt {
    /// R.
    pub position: Position,
    /// The figure.
    pub total: Count,
    /// The question as a permanent link: it pins R, so its answer never changes.
    pub query: String,
}

/// A position that changed the figure.
#[derive(Clone, Debug, Serialize)]
pub struct Change {
    /// The position.
    pub position: Position,
    /// The day on which the event there was recorded, in its own offset; none where it is not visible.
    pub recorded: Option<String>,
    /// The figure there minus the figure at the position before.
    pub delta: Delta,
    /// The reason.
    #[serde(flatten)]
    pub why: Explanation,
}

/// Why a figure changed between two R.
#[derive(Clone, Debug, Serialize)]
pub struct Changes {
    /// The name of the measure.
    pub measure: &'static str,
    /// The definition used, as known at `to`.
    pub definition: String,
    /// D, at both.
    pub on: Option<String>,
    /// The later R: the answer is that of this position.
    pub position: Position,
    /// The scope of the caller.
    pub scope: String,
    /// The earlier figure.
    pub from: FigureAt,
    /// The later figure.
    pub to: FigureAt,
    /// The sum of the deltas, which leads exactly from the earlier figure to the later one.
    pub difference: Delta,
    /// Every position that changed a counted fact, in ascending order.
    pub changes: Vec<Change>,
}

/// The deltas of a figure between two R, without their reasons. Reading a reason needs the event, and
/// most readers look at few of them.
#[derive(Clone, Debug)]
pub struct FigureDeltas {
    query: Query,
    earlier: Option<Day>,
    /// The earlier figure.
    pub from: FigureAt,
    /// The later figure.
    pub to: FigureAt,
    /// The sum of the deltas, which leads exactly from the earlier figure to the later one.
    pub difference: Delta,
    /// Every position that changed a counted fact, in ascending order, with its delta.
    pub deltas: Vec<(Position, Delta)>,
}

impl FigureDeltas {
    /// Computes the deltas of the figure that `query` asks for, from one R to a later one. Its
    /// definition must be resolved; its groups are ignored.
    ///
    /// What happened by the day `earlier` counts as recorded late; by default, that is the last day of
    /// which anything was recorded at the earlier R.
    #[must_use]
    pub fn compute(
        columns: &ColumnStore,
        query: &Query,
        (from, to): (Position, Position),
        earlier: Option<Day>,
        scope: &Scope,
    ) -> Self {
        let query = Self::question(columns, query, to);
        let deltas = changes(columns, &query, (from, to), query.on, scope);
        let deltas = deltas.into_iter().collect();
        Self::of(columns, query, (from, to), earlier, scope, deltas)
    }

    /// Returns the question whose deltas lead to `to`: at one D throughout, without groups.
    #[must_use]
    pub fn question(columns: &ColumnStore, query: &Query, to: Position) -> Query {
        let mut query = query.whole();
        query.on = query.on.or_else(|| columns.instants().default_day(to));
        query
    }

    /// Makes them of deltas that were computed already, span after span, for the question that
    /// [`FigureDeltas::question`] returns.
    #[must_use]
    pub fn of(
        columns: &impl Lend,
        query: Query,
        (from, to): (Position, Position),
        earlier: Option<Day>,
        scope: &Scope,
        deltas: Vec<(Position, Delta)>,
    ) -> Self {
        let mut difference = Delta::default();
        deltas.iter().for_each(|(_, delta)| difference.add(*delta));
        let on = query.on;
        let figure = |at: Position| FigureAt {
            position: at,
            total: figures::total(columns, &query, AsOf { at, on, scope }),
            query: query.link(at, on),
        };
        let recorded = || columns.lend(|table| table.instants().recorded_day(from, scope));
        Self {
            earlier: earlier.or_else(recorded),
            from: figure(from),
            to: figure(to),
            difference,
            deltas,
            query,
        }
    }

    /// Explains some of the deltas.
    ///
    /// # Errors
    /// The view's failure.
    pub fn explain<V: View>(
        &self,
        view: &V,
        deltas: &[(Position, Delta)],
        scope: &Scope,
    ) -> Result<Vec<Change>, V::Error> {
        let deltas = deltas.iter();
        deltas
            .map(|(position, delta)| change(view, *position, *delta, self.earlier, scope))
            .collect()
    }
}

impl Changes {
    /// Computes the deltas as [`FigureDeltas::compute`] does, and explains each.
    ///
    /// # Errors
    /// The view's failure.
    pub fn explain<V: View>(
        view: &V,
        columns: &ColumnStore,
        query: &Query,
        span: (Position, Position),
        earlier: Option<Day>,
        scope: &Scope,
    ) -> Result<Self, V::Error> {
        let found = FigureDeltas::compute(columns, query, span, earlier, scope);
        let changes = found.explain(view, &found.deltas, scope)?;
        Ok(Self::of(found, changes, scope))
    }

    /// Makes the body of deltas, of which some are explained.
    #[must_use]
    pub fn of(found: FigureDeltas, changes: Vec<Change>, scope: &Scope) -> Self {
        Self {
            measure: found.query.measure.name(),
            definition: found.query.definition_name(),
            on: found.query.on.map(|day| day.to_string()),
            position: found.to.position,
            scope: scope.name(),
            changes,
            from: found.from,
            to: found.to,
            difference: found.difference,
        }
    }
}

fn change<V: View>(
    view: &V,
    position: Position,
    delta: Delta,
    earlier: Option<Day>,
    scope: &Scope,
) -> Result<Change, V::Error> {
    let event = visible_event(view, position, position, scope)?.map(|(event, _)| event);
    let event = event.as_deref();
    Ok(Change {
        position,
        recorded: event.map(|event| event.envelope.recorded_day.to_string()),
        delta,
        why: Explanation::build(view, event, earlier)?,
    })
}
