//! A comparison of several measures of one question: the body of `/v1/figures?measure=a,b`.
//!
//! Start at [`FiguresByMeasure::questions`].
//!
//! Never here: counting.

use std::borrow::Cow;

use figures::Answer;
use serde::{Deserialize, Serialize};

/// The decoded parameters of a question, in order.
type Parameters = Vec<(String, String)>;

/// The figures of one question, one for each measure.
#[derive(Debug, Serialize, Deserialize)]
pub struct FiguresByMeasure {
    /// One figure for each measure, in the order of the request.
    pub measures: Vec<Answer>,
    /// What a reader must know before comparing them.
    pub note: Cow<'static, str>,
}

const NOTE: &str = "different units: they are never added up; person_charges counts \
                    charges laid, whatever kind or definition the question names";

impl FiguresByMeasure {
    /// Builds the body from one figure for each measure.
    #[must_use]
    pub const fn new(measures: Vec<Answer>) -> Self {
        Self {
            measures,
            note: Cow::Borrowed(NOTE),
        }
    }

    /// Splits a question by the measures that `measure` names; none where it names fewer than two, and
    /// the question can be asked as it is.
    #[must_use]
    pub fn questions(parameters: &[(String, String)]) -> Option<Vec<Parameters>> {
        let named = parameters.iter().filter(|(name, _)| name == "measure");
        let measures: Vec<_> = named.flat_map(|(_, value)| value.split(',')).collect();
        let questions = || {
            measures
                .iter()
                .map(|measure| for_measure(parameters, measure))
                .collect()
        };
        (measures.len() > 1).then(questions)
    }
}

/// Returns the question for one measure. Filters that only events have are left out for charges.
fn for_measure(parameters: &[(String, String)], measure: &str) -> Parameters {
    let only_events = ["kind", "definition", "release_kind", "in_custody"];
    let charges = measure == "person_charges";
    parameters
        .iter()
        .filter(|(name, _)| !(charges && only_events.contains(&name.as_str())))
        .map(|(name, value)| match name.as_str() {
            "measure" => (name.clone(), measure.to_owned()),
            _ => (name.clone(), value.clone()),
        })
        .collect()
}
