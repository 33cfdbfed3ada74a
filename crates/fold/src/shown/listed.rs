//! Events of some kinds as a list, each as it effectively was at R: statements, hearings and more.
//!
//! Never here: facts that follow from several events.

use std::collections::BTreeMap;

use event::{Day, Edtf, Json, Kind, OrgId, Position};
use serde::Serialize;

use super::When;
use crate::as_of::effective;
use crate::effective::Effective;
use crate::sees::Scope;
use crate::step::{View, target};
use crate::table::Table;

/// An event as it effectively was at R.
#[derive(Clone, Debug, Serialize)]
pub struct Listed {
    /// Its position.
    pub position: Position,
    /// Its kind.
    pub kind: &'static str,
    /// Who asserts it.
    pub org: OrgId,
    /// The case.
    pub case: Option<String>,
    /// The people it names.
    pub persons: Vec<String>,
    /// When it happened; none for what concerns the record.
    pub occurred: Option<When>,
    /// How well it is checked.
    pub verification: &'static str,
    /// The acts that made it what it is.
    pub revised_by: Vec<Position>,
    /// Its `data`, as corrected.
    pub data: Json,
}

impl Listed {
    fn new(position: Position, now: Effective) -> Self {
        let common = event::Common::of(&now.event);
        let envelope = now.event.envelope;
        Self {
            position,
            kind: now.event.kind.code(),
            org: envelope.key.org,
            case: envelope.subject.map(|case| case.to_string()),
            persons: common
                .persons
                .iter()
                .map(|person| person.id.to_string())
                .collect(),
            occurred: common.occurred.map(|o| When::new(o.days, o.doubt)),
            verification: common.verification.code(),
            revised_by: now.revised_by,
            data: now.event.data,
        }
    }
}

/// Returns the effective events of `kinds` at `at` that `scope` may see, in the order of positions.
///
/// # Errors
/// The view's failure.
pub fn listed<V: View>(
    view: &V,
    table: &Table,
    kinds: &[Kind],
    at: Position,
    scope: &Scope,
) -> Result<Vec<Listed>, V::Error> {
    let mut found = Vec::new();
    for position in table.listed(kinds, at, scope) {
        if let Some(now) = effective(view, position, at)? {
            found.push(Listed::new(position, now));
        }
    }
    Ok(found)
}

/// A statement or an intervention, with the official responses to it.
#[derive(Clone, Debug, Serialize)]
pub struct Statement {
    /// The event.
    #[serde(flatten)]
    pub event: Listed,
    /// How many organisations stand behind it: as counted, or as many as are named.
    pub issuers: Option<u64>,
    /// The official responses to it, in the order of positions.
    pub responses: Vec<Listed>,
}

/// Returns statements and interventions with the responses to each, and after them the responses to
/// what is not in the list.
///
/// # Errors
/// The view's failure.
pub fn statements<V: View>(
    view: &V,
    table: &Table,
    at: Position,
    scope: &Scope,
) -> Result<(Vec<Statement>, Vec<Listed>), V::Error> {
    let said = listed(
        view,
        table,
        &[Kind::Statement, Kind::Intervention],
        at,
        scope,
    )?;
    let mut responses: BTreeMap<Option<Position>, Vec<Listed>> = BTreeMap::new();
    for response in listed(view, table, &[Kind::OfficialResponse], at, scope)? {
        let key = response
            .data
            .get("to")
            .map(|to| target(&Json::Object(vec![("target".into(), to.clone())])));
        let to = match key.flatten() {
            Some(key) => view.record(key.hash())?.and_then(|record| record.first),
            None => None,
        };
        responses
            .entry(to.map(|(at, _)| at))
            .or_default()
            .push(response);
    }
    let statements = said
        .into_iter()
        .map(|event| {
            let issuers = event.data.get("issuers");
            let named = issuers.map(|issuers| issuers.list("named").len());
            let named = named
                .filter(|named| *named > 0)
                .and_then(|n| u64::try_from(n).ok());
            Statement {
                issuers: issuers
                    .and_then(|i| i.get("count"))
                    .and_then(Json::as_u64)
                    .or(named),
                responses: responses.remove(&Some(event.position)).unwrap_or_default(),
                event,
            }
        })
        .collect();
    Ok((statements, responses.into_values().flatten().collect()))
}

/// Returns the hearings set for a day from `from` to `to`, both included, in the order of those days.
///
/// A hearing that was put off stands on the day to which it was.
///
/// # Errors
/// The view's failure.
pub fn hearings<V: View>(
    view: &V,
    table: &Table,
    (from, to): (Day, Day),
    at: Position,
    scope: &Scope,
) -> Result<Vec<Listed>, V::Error> {
    let mut found: Vec<(Day, Listed)> = Vec::new();
    for hearing in listed(view, table, &[Kind::Hearing], at, scope)? {
        let day = |name: &str| {
            hearing
                .data
                .text(name)
                .and_then(|text| Edtf::parse(text).ok())
        };
        let Some(set) = day("adjourned_to").or_else(|| day("scheduled")) else {
            continue;
        };
        if set.days.earliest <= to && set.days.latest >= from {
            found.push((set.days.earliest, hearing));
        }
    }
    found.sort_by_key(|(day, hearing)| (*day, hearing.position));
    Ok(found.into_iter().map(|(_, hearing)| hearing).collect())
}
