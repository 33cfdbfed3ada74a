//! How rows look in answers: custody, charges, contradictions, what does not fit.
//!
//! Never here: which rows an answer holds.

use event::{Days, Position};
use serde::Serialize;

use super::differ::ContradictionShape;
use crate::charges::PersonCharge;
use crate::custody::{Bound, Custody, Misfit};
use crate::rows::{Fact, Person, Track, Traits};
use crate::sees::Scope;
use crate::step::View;

/// Days on which something may have been.
#[derive(Clone, Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "each is the field of the answer of the same name: docs/reference/api.md"
)]
pub struct When {
    pub earliest: String,
    pub latest: String,
    pub doubt: bool,
}

impl When {
    /// Takes days, and whether they carry a mark of doubt.
    #[must_use]
    pub fn new(days: Days, doubt: bool) -> Self {
        Self {
            earliest: days.earliest.to_string(),
            latest: days.latest.to_string(),
            doubt,
        }
    }
}

/// Where an interval begins or ends, and the event behind it.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "each is the field of the answer of the same name: docs/reference/api.md"
)]
pub struct Edge {
    #[serde(flatten)]
    pub when: When,
    pub position: Position,
    pub implied: bool,
}

impl Edge {
    fn new(bound: &Bound) -> Self {
        Self {
            when: When::new(bound.days, bound.doubt),
            position: bound.position,
            implied: bound.implied,
        }
    }
}

/// An interval in one state.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "each is the field of the answer of the same name: docs/reference/api.md"
)]
pub struct CustodyShape {
    pub state: &'static str,
    pub from: Edge,
    pub to: Option<Edge>,
}

/// A person-charge.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "each is the field of the answer of the same name: docs/reference/api.md"
)]
pub struct ChargeShape {
    pub charge: String,
    pub law: Option<String>,
    pub article: Option<String>,
    pub status: &'static str,
    pub laid: When,
    /// The charges in whose place it was laid.
    pub replaces: Vec<String>,
    pub history: Vec<StatusShape>,
}

/// A step of a charge.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "each is the field of the answer of the same name: docs/reference/api.md"
)]
pub struct StatusShape {
    pub status: &'static str,
    pub when: When,
    pub position: Position,
    /// The kind of the event that says so.
    pub by: &'static str,
    /// The charge that took its place, where amended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_charge: Option<String>,
}

/// What does not fit together.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "each is the field of the answer of the same name: docs/reference/api.md"
)]
pub struct MisfitShape {
    pub inconsistency: &'static str,
    pub position: Position,
}

/// What follows from a track, as a scope sees it at R.
#[derive(Debug, Default, Serialize)]
#[allow(
    missing_docs,
    reason = "each is the field of the answer of the same name: docs/reference/api.md"
)]
pub struct Facts {
    pub custody: Vec<CustodyShape>,
    pub charges: Vec<ChargeShape>,
    pub contradictions: Vec<ContradictionShape>,
    pub inconsistencies: Vec<MisfitShape>,
}

impl Facts {
    /// Takes from a track what holds at R and is seen.
    ///
    /// # Errors
    /// The view's failure.
    pub fn of<V: View>(
        view: &V,
        track: &Track,
        at: Position,
        scope: &Scope,
    ) -> Result<Self, V::Error> {
        let mut facts = Self::default();
        let mut custody: Vec<&Custody> = Vec::new();
        let seen = track
            .facts
            .iter()
            .filter(|row| row.holds(at) && row.value.1.holds(scope));
        for row in seen {
            match &row.value.0 {
                Fact::Custody(interval) => custody.push(interval),
                Fact::Charge(charge) => facts.charges.push(charge_shape(charge)),
                Fact::Contradiction(found) => {
                    let shape = ContradictionShape::of(view, track, found, at)?;
                    facts.contradictions.push(shape);
                }
                Fact::Misfit(misfit, position) => {
                    facts.inconsistencies.push(misfit_shape(*misfit, *position));
                }
                Fact::Same => {}
            }
        }
        facts.custody = in_order(custody).into_iter().map(custody_shape).collect();
        Ok(facts)
    }
}

/// Puts intervals in the order of the walk: each begins where the one before ends.
fn in_order(mut intervals: Vec<&Custody>) -> Vec<&Custody> {
    intervals.sort_by_key(|interval| (interval.start.days.latest, interval.start.position));
    let ends: Vec<Position> = intervals
        .iter()
        .filter_map(|interval| interval.end.as_ref().map(|end| end.position))
        .collect();
    let mut ordered: Vec<&Custody> = Vec::with_capacity(intervals.len());
    let mut next = intervals
        .iter()
        .position(|i| !ends.contains(&i.start.position))
        .unwrap_or(0);
    while next < intervals.len() {
        let interval = intervals.remove(next);
        ordered.push(interval);
        let end = interval.end.as_ref().map(|end| end.position);
        next = intervals
            .iter()
            .position(|i| Some(i.start.position) == end)
            .unwrap_or(0);
    }
    ordered
}

fn custody_shape(interval: &Custody) -> CustodyShape {
    CustodyShape {
        state: interval.state.code(),
        from: Edge::new(&interval.start),
        to: interval.end.as_ref().map(Edge::new),
    }
}

fn charge_shape(charge: &PersonCharge) -> ChargeShape {
    let history = charge.history.iter().map(|stood| StatusShape {
        status: stood.status.code(),
        when: When::new(stood.days, stood.doubt),
        position: stood.position,
        by: stood.kind.code(),
        new_charge: stood.into.as_ref().map(ToString::to_string),
    });
    ChargeShape {
        charge: charge.charge.to_string(),
        law: charge.law.as_ref().map(ToString::to_string),
        article: charge.article.as_ref().map(ToString::to_string),
        status: charge.status().code(),
        laid: When::new(charge.days, charge.doubt),
        replaces: charge.replaces.iter().map(ToString::to_string).collect(),
        history: history.collect(),
    }
}

fn misfit_shape(misfit: Misfit, position: Position) -> MisfitShape {
    MisfitShape {
        inconsistency: misfit.name(),
        position,
    }
}

/// What holds of a person.
#[derive(Debug, Default, Serialize)]
#[allow(
    missing_docs,
    reason = "each is the field of the answer of the same name: docs/reference/api.md"
)]
pub struct TraitsShape {
    pub sex: Option<&'static str>,
    pub birth: Option<When>,
    pub roles: Vec<&'static str>,
    pub names: Vec<NameShape>,
}

/// A name.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "each is the field of the answer of the same name: docs/reference/api.md"
)]
pub struct NameShape {
    pub text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub script: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

impl TraitsShape {
    /// Takes what holds of a person at R and is seen.
    #[must_use]
    pub fn of(person: &Person, at: Position, scope: &Scope) -> Self {
        let row = person
            .traits
            .iter()
            .find(|row| row.holds(at) && row.value.1.holds(scope));
        row.map(|row| Self::new(&row.value.0)).unwrap_or_default()
    }

    fn new(traits: &Traits) -> Self {
        let roles = traits.roles.unwrap_or_default();
        Self {
            sex: traits.sex.map(event::Sex::code),
            birth: traits.birth.map(|days| When::new(days, false)),
            roles: roles
                .indices()
                .filter_map(|i| event::Role::ALL.get(i).map(|role| role.code()))
                .collect(),
            names: traits
                .names
                .iter()
                .map(|(text, script, kind)| NameShape {
                    text: text.to_string(),
                    script: script.as_ref().map(ToString::to_string),
                    kind: kind.as_ref().map(ToString::to_string),
                })
                .collect(),
        }
    }
}
