//! A contradiction as an answer shows it: the value of each organisation, its sources, and why one of
//! them counts.
//!
//! Start at [`ContradictionBody::build`].
//!
//! Never here: what counts as a contradiction (see [`fold`]).

use event::{Json, Kind, Position};
use fold::{AmendmentOutcomes, Assertion, Disagreement, Effect, HistoricalView, Track, View};
use serde::Serialize;

use crate::day::DaysBody;

/// An event of which organisations assert different values.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "each is the field of the answer of the same name: docs/reference/api.md"
)]
pub struct ContradictionBody {
    pub kind: &'static str,
    /// The position of the assertion that counts.
    pub shown: Position,
    /// Why that one counts: `better_verified`, `later_recorded` or `greater_key`.
    pub because: &'static str,
    pub others: Vec<Position>,
    /// The value of each assertion, that of `shown` first.
    pub said: Vec<ContradictingValue>,
}

/// The value that one organisation asserts.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "each is the field of the answer of the same name: docs/reference/api.md"
)]
pub struct ContradictingValue {
    pub position: Position,
    pub org: String,
    pub occurred: DaysBody,
    pub verification: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// The charge, the kind of release, or the state of custody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    pub sources: Option<Json>,
}

impl ContradictionBody {
    /// Looks up, in `track`, the assertions of a contradiction that is known at `at`.
    ///
    /// # Errors
    /// The view's failure.
    pub(super) fn build<V: View>(
        view: &V,
        track: &Track,
        disagreement: &Disagreement,
        at: Position,
    ) -> Result<Self, V::Error> {
        let then = HistoricalView::new(view, at);
        let mut outcomes = AmendmentOutcomes::new(&then);
        let found = disagreement.found;
        let assertion = |position: Position| {
            let mut rows = track.assertions.iter().filter(|row| row.holds(at));
            rows.find(|row| row.value.position == position)
                .map(|row| &row.value)
        };
        let shown = assertion(found.shown);
        let others: Vec<&Assertion> = disagreement
            .others
            .iter()
            .filter_map(|other| assertion(*other))
            .collect();
        let mut values = Vec::new();
        for one in shown.iter().chain(&others) {
            let event = outcomes.effective(&one.key)?;
            let sources = event.and_then(|event| event.data.get("sources").cloned());
            values.push(ContradictingValue::new(one, sources));
        }
        Ok(Self {
            kind: found.kind.code(),
            shown: found.shown,
            because: shown.map_or("", |shown| precedence(shown, &others)),
            others: disagreement.others.clone(),
            said: values,
        })
    }
}

/// Returns the code of the rule by which the shown assertion takes precedence. Source:
/// docs/reference/figures.md, Contradictions.
fn precedence(shown: &Assertion, others: &[&Assertion]) -> &'static str {
    let rank = |one: &Assertion| one.attributes.verification.rank();
    let rivals = || others.iter().filter(|other| rank(other) == rank(shown));
    if rivals().next().is_none() {
        "better_verified"
    } else if rivals().all(|other| other.recorded < shown.recorded) {
        "later_recorded"
    } else {
        "greater_key"
    }
}

impl ContradictingValue {
    fn new(assertion: &Assertion, sources: Option<Json>) -> Self {
        Self {
            position: assertion.position,
            org: assertion.key.org.to_string(),
            occurred: DaysBody::new(assertion.days, assertion.doubt),
            verification: assertion.attributes.verification.code(),
            place: assertion.attributes.place.as_ref().map(ToString::to_string),
            value: value(assertion),
            sources,
        }
    }
}

/// Returns the charge, the kind of release or the state of custody that an assertion states.
fn value(one: &Assertion) -> Option<String> {
    match &one.effect {
        Effect::Held(state) if one.kind != Kind::Arrest => Some(state.code().into()),
        Effect::Release { kind, .. } => Some(kind.code().into()),
        Effect::Charge { law, article, .. } => {
            let parts = [law, article].map(|part| part.as_deref().unwrap_or_default());
            Some(parts.join(" ").trim().to_owned())
        }
        Effect::Held(_)
        | Effect::Plain
        | Effect::BailGranted
        | Effect::Sentence { .. }
        | Effect::Reappeared(_)
        | Effect::Statuses(_)
        | Effect::Numbers { .. }
        | Effect::Link(_) => None,
    }
}
