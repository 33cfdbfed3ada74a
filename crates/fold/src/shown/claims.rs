//! Claimed beside documented: each aggregate claim with the figure of its population on its day.
//!
//! Never here: adding the two up; a claim and a count are never one number.

use event::{Edtf, Json, Kind, Position};
use serde::Serialize;

use super::listed::{Listed, listed};
use crate::figure::{Answer, answer};
use crate::query::Query;
use crate::sees::Scope;
use crate::step::View;
use crate::table::Table;

/// How a documented figure stands to a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reached {
    /// The documented count is no less than the claim's lower bound.
    Yes,
    /// Only what may count reaches it.
    Perhaps,
    /// Not even what may count reaches it.
    No,
    /// The claim has no population, or its measure has no figure.
    NotComparable,
}

/// A claim beside what is documented.
#[derive(Clone, Debug, Serialize)]
pub struct Claim {
    /// The claim.
    #[serde(flatten)]
    pub event: Listed,
    /// No fewer than this are claimed.
    pub lower: Option<u64>,
    /// No more than this are claimed; none where the claim has no upper bound.
    pub upper: Option<u64>,
    /// The figure of the claim's population on its day, as known at R.
    pub documented: Option<Answer>,
    /// Whether the documented figure reaches the claim.
    pub reached: Reached,
    /// Why there is no figure beside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_comparable: Option<String>,
}

/// Returns the claims known at `at` that `scope` may see, each beside what is documented.
///
/// # Errors
/// The view's failure.
pub fn claims<V: View>(
    view: &V,
    table: &Table,
    at: Position,
    scope: &Scope,
) -> Result<Vec<Claim>, V::Error> {
    let found = listed(view, table, &[Kind::AggregateClaim], at, scope)?;
    let beside = found.into_iter().map(|event| {
        let number = |name: &str| event.data.get(name).and_then(Json::as_u64);
        let (lower, upper) = (number("lower"), number("upper"));
        let documented = query(&event.data).map(|query| answer(table, &query, at, None, scope));
        let reached = documented
            .as_ref()
            .map_or(Reached::NotComparable, |answer| {
                let least = lower.unwrap_or(0);
                if answer.total.count >= least {
                    Reached::Yes
                } else if answer.total.at_most >= least {
                    Reached::Perhaps
                } else {
                    Reached::No
                }
            });
        Claim {
            not_comparable: documented.as_ref().err().cloned(),
            documented: documented.ok(),
            event,
            lower,
            upper,
            reached,
        }
    });
    Ok(beside.collect())
}

/// Returns the question for a claim's population, on the last day of the claim.
fn query(data: &Json) -> Result<Query, String> {
    let population = data
        .get("population")
        .and_then(Json::as_object)
        .ok_or("the claim names no population")?;
    let mut parameters: Vec<(String, String)> = Vec::new();
    for (name, value) in population {
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
