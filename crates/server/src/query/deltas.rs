//! The deltas of a figure, computed span after span of the positions between two R.
//!
//! Every row carries both of its clocks, so what a later span finds at the same R is right, however the
//! record has grown; and no span holds what the writer needs for long.
//!
//! Never here: how a delta is computed (crate `figures`).

use answers::FigureDeltas;
use event::{Day, Position};
use figures::{Delta, Query};
use fold::Scope;

use super::scans::Lender;
use super::snapshot::Snapshot;
use crate::http::turns::give_way;

/// How many positions one span has, at the least and at the most. Source: docs/reference/limits.md.
const SPAN_POSITIONS: (u64, u64) = (256, 2_048);

/// A record has about so many spans, where the bounds let it: each looks through all rows for those that
/// changed in it, which costs little beside counting them again while there are few.
const SPANS: u64 = 128;

/// How many deltas are explained while the store is read once. Source: docs/reference/limits.md.
const EXPLAINED_AT_ONCE: usize = 64;

/// Computes the deltas that lead from one R to a later one.
pub(crate) fn deltas(
    snapshot: &Snapshot,
    query: &Query,
    (from, to): (Position, Position),
    earlier: Option<Day>,
    scope: &Scope,
) -> FigureDeltas {
    let query = FigureDeltas::question(&snapshot.model.columns(), query, to);
    let mut deltas: Vec<(Position, Delta)> = Vec::new();
    let mut begin = from;
    let span = (to.get() / SPANS).clamp(SPAN_POSITIONS.0, SPAN_POSITIONS.1);
    while begin < to {
        give_way();
        let end = Position::new(begin.get().saturating_add(span)).min(to);
        let found = figures::changes(
            &snapshot.model.shared().scan(),
            &query,
            (begin, end),
            query.on,
            scope,
        );
        deltas.extend(found);
        begin = end;
    }
    FigureDeltas::of(
        &Lender::Scans(snapshot.model.shared()),
        query,
        (from, to),
        earlier,
        scope,
        deltas,
    )
}

/// Explains deltas, some at a time.
///
/// # Errors
/// The store's failure.
pub(crate) fn explain(
    snapshot: &Snapshot,
    found: &FigureDeltas,
    deltas: &[(Position, Delta)],
    scope: &Scope,
) -> Result<Vec<answers::Change>, store::Failure> {
    let mut explained = Vec::with_capacity(deltas.len());
    for some in deltas.chunks(EXPLAINED_AT_ONCE) {
        give_way();
        explained.extend(found.explain(&snapshot.read()?, some, scope)?);
    }
    Ok(explained)
}
