//! Comparison of aggregate claims with the record: each with the figure of its population on its day.
//!
//! Start at [`compare_claims`].
//!
//! Never here: a sum of the two; a claim and a count are never one number.

use event::{Edtf, Json, Kind, Position};
use figures::{Answer, ColumnStore, Query, answer};
use fold::{Scope, View};
use serde::Serialize;

use crate::list::events::{EventBody, list_events};

/// Whether a documented figure reaches a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// The documented count is at least the claim's lower bound.
    Yes,
    /// Only the upper bound of the figure, `at_most`, reaches it.
    Perhaps,
    /// Not even `at_most` reaches it.
    No,
    /// The claim has no population, its measure has no figure, or it says no number to be reached.
    NotComparable,
}

/// Why a claim without a lower bound is not reached.
const NO_LOWER: &str = "the claim says no number that a figure could reach";

/// A claim beside the documented figure.
#[derive(Clone, Debug, Serialize)]
pub struct ClaimComparison {
    /// The event that makes the claim.
    #[serde(flatten)]
    pub event: EventBody,
    /// The lower bound of the claim.
    pub lower: Option<u64>,
    /// The upper bound of the claim; none where it has none.
    pub upper: Option<u64>,
    /// The figure of the claim's population on its day, as known at R.
    pub documented: Option<Answer>,
    /// Whether the documented figure reaches the claim.
    pub reached: Reach,
    /// Why there is no figure beside it, or nothing for the figure to reach.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_comparable: Option<String>,
}

/// Returns the claims known at `at` and visible to `scope`, each beside the documented figure.
///
/// # Errors
/// The view's failure.
pub fn compare_claims<V: View>(
    view: &V,
    columns: &ColumnStore,
    at: Position,
    scope: &Scope,
) -> Result<Vec<ClaimComparison>, V::Error> {
    let found = list_events(view, columns, &[Kind::AggregateClaim], at, scope)?;
    let compared = found.into_iter();
    Ok(compared
        .map(|event| ClaimComparison::compute(columns, event, at, scope))
        .collect())
}

impl ClaimComparison {
    /// Counts the documented figure beside the claim that an event makes.
    #[must_use]
    pub fn compute(columns: &ColumnStore, event: EventBody, at: Position, scope: &Scope) -> Self {
        let number = |name: &str| event.data.get(name).and_then(Json::as_u64);
        let (lower, upper) = (number("lower"), number("upper"));
        let documented = query(&event.data).and_then(|query| {
            answer(columns, &query, at, None, scope).map_err(|why| why.to_string())
        });
        let (reached, not_comparable) = match (&documented, lower) {
            (Err(why), _) => (Reach::NotComparable, Some(why.clone())),
            (Ok(_), None) => (Reach::NotComparable, Some(NO_LOWER.to_owned())),
            (Ok(figure), Some(lower)) => (reach(figure, lower), None),
        };
        Self {
            not_comparable,
            documented: documented.ok(),
            event,
            lower,
            upper,
            reached,
        }
    }
}

/// Compares a documented figure with the lower bound of a claim.
fn reach(documented: &Answer, lower: u64) -> Reach {
    if documented.total.count >= lower {
        Reach::Yes
    } else if documented.total.at_most >= lower {
        Reach::Perhaps
    } else {
        Reach::No
    }
}

/// What a question may have and a population may not, and why: it would be left aside in silence.
const NO_FILTERS: [(&str, &str); 2] = [
    (
        "at",
        "but a claim is compared with what is known at the R that is asked for",
    ),
    ("group_by", "but a claim is of one number"),
];

/// Returns the question for a claim's population, on the last day of the claim.
fn query(data: &Json) -> Result<Query, String> {
    let population = data
        .get("population")
        .and_then(Json::as_object)
        .ok_or("the claim names no population")?;
    let mut parameters: Vec<(String, String)> = Vec::new();
    for (name, value) in population {
        if let Some((_, why)) = NO_FILTERS.iter().find(|(other, _)| *other == &**name) {
            return Err(format!("its population has {name}, {why}"));
        }
        let value = value
            .as_text()
            .ok_or_else(|| format!("{name} of its population is no text"))?;
        parameters.push((name.to_string(), value.to_owned()));
    }
    let measure = data.text("measure").unwrap_or("persons");
    if parameters.iter().all(|(name, _)| name != "measure") {
        parameters.push(("measure".into(), measure.into()));
    }
    let mut query = Query::parse(&parameters).map_err(|error| error.to_string())?;
    if query.unresolved().is_some() {
        return Err("its population is of an organisation's own definition".into());
    }
    let day = data
        .text("occurred")
        .and_then(|text| Edtf::parse(text).ok());
    query.on = query.on.or_else(|| day.map(|day| day.days.latest));
    Ok(query)
}
