//! Where organisations differ: who says what, on which sources, and why one of them is shown.
//!
//! Never here: what counts as a contradiction (see [`crate::contradictions`]).

use event::{Json, Kind, Position};
use serde::Serialize;

use super::facts::When;
use crate::as_of::AsOf;
use crate::assertion::{Assertion, What};
use crate::contradictions::Contradiction;
use crate::fate::Fates;
use crate::rows::Track;
use crate::step::View;

/// What two organisations say differently.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "each is the field of the answer of the same name: docs/reference/api.md"
)]
pub struct ContradictionShape {
    pub kind: &'static str,
    pub shown: Position,
    /// Why that one is shown.
    pub because: &'static str,
    pub others: Vec<Position>,
    /// What each of them says, the shown one first.
    pub said: Vec<Said>,
}

/// What one organisation says.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "each is the field of the answer of the same name: docs/reference/api.md"
)]
pub struct Said {
    pub position: Position,
    pub org: String,
    pub occurred: When,
    pub verification: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// The charge, the kind of release, or the state of custody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    pub sources: Option<Json>,
}

impl ContradictionShape {
    /// Takes from a track what it needs to tell a contradiction that holds at `at`.
    pub(super) fn of<V: View>(
        view: &V,
        track: &Track,
        found: &Contradiction,
        at: Position,
    ) -> Result<Self, V::Error> {
        let then = AsOf::new(view, at);
        let mut fates = Fates::new(&then);
        let holding = |position: Position| {
            let mut rows = track.assertions.iter().filter(|row| row.holds(at));
            rows.find(|row| row.value.position == position)
                .map(|row| &row.value)
        };
        let shown = holding(found.shown);
        let others: Vec<&Assertion> = found
            .others
            .iter()
            .filter_map(|other| holding(*other))
            .collect();
        let mut said = Vec::new();
        for one in shown.iter().chain(&others) {
            let event = fates.effective(&one.key)?;
            let sources = event.and_then(|event| event.data.get("sources").cloned());
            said.push(say(one, sources));
        }
        Ok(Self {
            kind: found.kind.code(),
            shown: found.shown,
            because: shown.map_or("", |shown| because(shown, &others)),
            others: found.others.clone(),
            said,
        })
    }
}

/// Why the shown one stands first. Source: docs/reference/figures.md, Contradictions.
fn because(shown: &Assertion, others: &[&Assertion]) -> &'static str {
    let rank = |one: &Assertion| one.claim.verification.rank();
    let rivals = || others.iter().filter(|other| rank(other) == rank(shown));
    if rivals().next().is_none() {
        "better_verified"
    } else if rivals().all(|other| other.recorded < shown.recorded) {
        "later_recorded"
    } else {
        "greater_key"
    }
}

fn say(one: &Assertion, sources: Option<Json>) -> Said {
    Said {
        position: one.position,
        org: one.key.org.to_string(),
        occurred: When::new(one.days, one.doubt),
        verification: one.claim.verification.code(),
        place: one.claim.place.as_ref().map(ToString::to_string),
        value: value(one),
        sources,
    }
}

fn value(one: &Assertion) -> Option<String> {
    match &one.what {
        What::Held(state) if one.kind != Kind::Arrest => Some(state.code().into()),
        What::Release { kind, .. } => Some(kind.code().into()),
        What::Charge { law, article, .. } => {
            let parts = [law, article].map(|part| part.as_deref().unwrap_or_default());
            Some(parts.join(" ").trim().to_owned())
        }
        What::Held(_)
        | What::Plain
        | What::BailGranted
        | What::Sentence { .. }
        | What::Reappeared(_)
        | What::Statuses(_)
        | What::Numbers { .. }
        | What::Link(_) => None,
    }
}
