//! The facts of a track as an answer shows them: custody, charges, contradictions, inconsistencies.
//!
//! Start at [`FactsBody::build`].
//!
//! Never here: how facts are derived (see [`fold`]).

use event::Position;
use fold::{
    Bound, ChargeHistory, Custody, Disagreement, Fact, Inconsistency, Scope, StatusEntry, Track,
    View,
};
use serde::Serialize;

use super::contradiction::ContradictionBody;
use super::visible::{visible_assertions, visible_facts};
use crate::day::DaysBody;

/// Where an interval begins or ends, and the event behind it.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "each is the field of the answer of the same name: docs/reference/api.md"
)]
pub struct BoundBody {
    #[serde(flatten)]
    pub when: DaysBody,
    pub position: Position,
    pub implied: bool,
}

impl BoundBody {
    fn new(bound: &Bound) -> Self {
        Self {
            when: DaysBody::new(bound.days, bound.doubt),
            position: bound.position,
            implied: bound.implied,
        }
    }
}

/// An interval of custody.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "each is the field of the answer of the same name: docs/reference/api.md"
)]
pub struct CustodyBody {
    pub state: &'static str,
    pub from: BoundBody,
    pub to: Option<BoundBody>,
}

/// A person-charge.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "each is the field of the answer of the same name: docs/reference/api.md"
)]
pub struct ChargeBody {
    pub charge: String,
    pub law: Option<String>,
    pub article: Option<String>,
    pub status: &'static str,
    pub laid: DaysBody,
    /// The amended charges that it replaces.
    pub replaces: Vec<String>,
    pub history: Vec<ChargeStatusBody>,
}

/// A status of a charge from some day on.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "each is the field of the answer of the same name: docs/reference/api.md"
)]
pub struct ChargeStatusBody {
    pub status: &'static str,
    pub when: DaysBody,
    pub position: Position,
    /// The kind of the event that gave it this status.
    pub by: &'static str,
    /// Of an amended charge: the one that replaces it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_charge: Option<String>,
}

/// An inconsistency, and the position of the event where it shows.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "each is the field of the answer of the same name: docs/reference/api.md"
)]
pub struct InconsistencyBody {
    pub inconsistency: &'static str,
    pub position: Position,
}

/// The facts of a track that are known at R and visible to a scope.
#[derive(Debug, Default, Serialize)]
#[allow(
    missing_docs,
    reason = "each is the field of the answer of the same name: docs/reference/api.md"
)]
pub struct FactsBody {
    pub custody: Vec<CustodyBody>,
    pub charges: Vec<ChargeBody>,
    pub contradictions: Vec<ContradictionBody>,
    pub inconsistencies: Vec<InconsistencyBody>,
}

impl FactsBody {
    /// Converts the facts of a track that are known at `at` and visible to `scope`.
    ///
    /// # Errors
    /// The view's failure.
    pub fn build<V: View>(
        view: &V,
        track: &Track,
        at: Position,
        scope: &Scope,
    ) -> Result<Self, V::Error> {
        let mut body = Self::default();
        let mut custody: Vec<&Custody> = Vec::new();
        let (mut has_charges, mut has_contradictions) = (false, false);
        // The rows of a track stand in an order that hangs on what others may see of it.
        let mut facts: Vec<&Fact> = visible_facts(track, at, scope).collect();
        facts.sort();
        for fact in facts {
            match fact {
                Fact::Custody(interval) => custody.push(interval),
                Fact::Charge(_) => has_charges = true,
                Fact::Contradiction(_) => has_contradictions = true,
                Fact::Inconsistency(found, position) => {
                    let found = InconsistencyBody::new(*found, *position);
                    body.inconsistencies.push(found);
                }
                Fact::Same(_) => {}
            }
        }
        body.inconsistencies.sort_by_key(|found| found.position);
        if has_contradictions {
            for found in &disagreements_in(track, at, scope) {
                let found = ContradictionBody::build(view, track, found, at)?;
                body.contradictions.push(found);
            }
        }
        if has_charges {
            let mut charges = fold::charge_histories(visible_assertions(track, at, scope));
            charges.sort_by(|a, b| {
                let key = |one: &ChargeHistory| (one.charge.days.earliest, one.charge.days.latest);
                (key(a), &a.charge.charge).cmp(&(key(b), &b.charge.charge))
            });
            body.charges = charges.iter().map(ChargeBody::new).collect();
        }
        let custody = chain(custody).into_iter();
        body.custody = custody.map(CustodyBody::new).collect();
        Ok(body)
    }
}

/// Returns the contradictions of a track that are known at `at` and visible to `scope`, each with the
/// positions of the assertions that differ.
#[must_use]
pub fn disagreements_in(track: &Track, at: Position, scope: &Scope) -> Vec<Disagreement> {
    fold::disagreements(visible_assertions(track, at, scope))
}

/// Sorts intervals so that each begins at the event where the one before it ends.
fn chain(mut intervals: Vec<&Custody>) -> Vec<&Custody> {
    intervals.sort_by_key(|interval| (interval.start.days.latest, interval.start.position));
    let ends: Vec<Position> = intervals
        .iter()
        .filter_map(|interval| interval.end.as_ref().map(|end| end.position))
        .collect();
    let mut chained: Vec<&Custody> = Vec::with_capacity(intervals.len());
    let mut next = intervals
        .iter()
        .position(|i| !ends.contains(&i.start.position))
        .unwrap_or(0);
    while next < intervals.len() {
        let interval = intervals.remove(next);
        chained.push(interval);
        let end = interval.end.as_ref().map(|end| end.position);
        next = intervals
            .iter()
            .position(|i| Some(i.start.position) == end)
            .unwrap_or(0);
    }
    chained
}

impl CustodyBody {
    fn new(interval: &Custody) -> Self {
        Self {
            state: interval.state.code(),
            from: BoundBody::new(&interval.start),
            to: interval.end.as_ref().map(BoundBody::new),
        }
    }
}

impl ChargeBody {
    fn new(found: &ChargeHistory) -> Self {
        let charge = &found.charge;
        Self {
            charge: charge.charge.to_string(),
            law: charge.law.as_ref().map(ToString::to_string),
            article: charge.article.as_ref().map(ToString::to_string),
            status: charge.status.code(),
            laid: DaysBody::new(charge.days, charge.doubt),
            replaces: found.replaces.iter().map(ToString::to_string).collect(),
            history: found.history.iter().map(ChargeStatusBody::new).collect(),
        }
    }
}

impl ChargeStatusBody {
    fn new(entry: &StatusEntry) -> Self {
        Self {
            status: entry.status.code(),
            when: DaysBody::new(entry.days, entry.doubt),
            position: entry.position,
            by: entry.kind.code(),
            new_charge: entry.into.as_ref().map(ToString::to_string),
        }
    }
}

impl InconsistencyBody {
    const fn new(inconsistency: Inconsistency, position: Position) -> Self {
        Self {
            inconsistency: inconsistency.name(),
            position,
        }
    }
}
