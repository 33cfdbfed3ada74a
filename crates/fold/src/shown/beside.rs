//! Several measures of one question, side by side.
//!
//! Never here: counting.

use serde::Serialize;

use crate::figure::Answer;

/// A question's parameters, decoded, in order.
type Parameters = Vec<(String, String)>;

/// Figures of one question, one a measure.
#[derive(Debug, Serialize)]
pub struct SideBySide {
    /// One figure a measure, in the order in which they were asked for.
    pub measures: Vec<Answer>,
    /// What a reader must know to compare them.
    note: &'static str,
}

const NOTE: &str = "three different units: they are never added up; person_charges counts \
                    charges laid, whatever kind or definition the question names";

impl SideBySide {
    /// Puts figures side by side.
    #[must_use]
    pub const fn of(measures: Vec<Answer>) -> Self {
        Self {
            measures,
            note: NOTE,
        }
    }

    /// Returns the question for each measure that `measure` names; none where it does not name
    /// several, and the question is to be asked as it is.
    #[must_use]
    pub fn questions(parameters: &[(String, String)]) -> Option<Vec<Parameters>> {
        let named = parameters.iter().filter(|(name, _)| name == "measure");
        let measures: Vec<_> = named.flat_map(|(_, value)| value.split(',')).collect();
        let questions = || {
            measures
                .iter()
                .map(|one| of_measure(parameters, one))
                .collect()
        };
        (measures.len() > 1).then(questions)
    }
}

/// Returns the question for one measure: charges are not asked for what only events have.
fn of_measure(parameters: &[(String, String)], measure: &str) -> Parameters {
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
