//! Lists of events of some kinds, each as it effectively was at R: statements, hearings and others.
//!
//! Start at [`list_events`].
//!
//! Never here: facts that follow from several events.

use std::collections::{BTreeMap, BTreeSet};

use event::{Day, Edtf, Json, Kind, OrgId, Position};
use figures::ColumnStore;
use fold::{EffectiveEvent, Scope, View, effective_at, target_key};
use serde::Serialize;

use crate::day::DaysBody;

/// An event as it effectively was at R.
#[derive(Clone, Debug, Serialize)]
pub struct EventBody {
    /// The position.
    pub position: Position,
    /// The kind.
    pub kind: &'static str,
    /// The organisation that asserts it.
    pub org: OrgId,
    /// The case.
    pub case: Option<String>,
    /// The ids of the persons it names.
    pub persons: Vec<String>,
    /// When it happened; none for what concerns the record.
    pub occurred: Option<DaysBody>,
    /// Its verification, as corrected.
    pub verification: &'static str,
    /// The positions of the corrections and verification changes in effect on it.
    pub revised_by: Vec<Position>,
    /// Its `data`, as corrected.
    pub data: Json,
}

impl EventBody {
    fn new(position: Position, effective: EffectiveEvent) -> Self {
        let common = event::Common::of(&effective.event);
        let envelope = effective.event.envelope;
        Self {
            position,
            kind: effective.event.kind.code(),
            org: envelope.key.org,
            case: envelope.subject.map(|case| case.to_string()),
            persons: common
                .persons
                .iter()
                .map(|person| person.id.to_string())
                .collect(),
            occurred: common.occurred.map(|o| DaysBody::new(o.days, o.doubt)),
            verification: common.verification.code(),
            revised_by: effective.revised_by,
            data: effective.event.data,
        }
    }
}

/// Returns the events of `kinds` that are effective at `at` and visible to `scope`, by position.
///
/// # Errors
/// The view's failure.
pub fn list_events<V: View>(
    view: &V,
    columns: &ColumnStore,
    kinds: &[Kind],
    at: Position,
    scope: &Scope,
) -> Result<Vec<EventBody>, V::Error> {
    let mut found = Vec::new();
    for position in columns.listed(kinds, at, scope) {
        if let Some(effective) = effective_at(view, position, at)? {
            found.push(EventBody::new(position, effective));
        }
    }
    Ok(found)
}

/// A statement or an intervention, with the official responses to it.
#[derive(Clone, Debug, Serialize)]
pub struct StatementBody {
    /// The event.
    #[serde(flatten)]
    pub event: EventBody,
    /// How many organisations issued it: the count it gives, else the number it names.
    pub issuers: Option<u64>,
    /// The official responses to it, by position.
    pub responses: Vec<EventBody>,
}

/// Returns statements and interventions with the responses to each, and, second, the responses to
/// events that are not in the list.
///
/// # Errors
/// The view's failure.
pub fn list_statements<V: View>(
    view: &V,
    columns: &ColumnStore,
    at: Position,
    scope: &Scope,
) -> Result<(Vec<StatementBody>, Vec<EventBody>), V::Error> {
    let issued = list_events(
        view,
        columns,
        &[Kind::Statement, Kind::Intervention],
        at,
        scope,
    )?;
    let is_issued: BTreeSet<Position> = issued.iter().map(|event| event.position).collect();
    let mut responses: BTreeMap<Option<Position>, Vec<EventBody>> = BTreeMap::new();
    for response in list_events(view, columns, &[Kind::OfficialResponse], at, scope)? {
        let key = response
            .data
            .get("to")
            .map(|to| target_key(&Json::Object(vec![("target".into(), to.clone())])));
        let to = match key.flatten() {
            Some(key) => view.record(key.hash())?.and_then(|record| record.first),
            None => None,
        };
        // Of what is not in the list nothing is told, its place in the log neither.
        let to = to.map(|(at, _)| at).filter(|to| is_issued.contains(to));
        responses.entry(to).or_default().push(response);
    }
    let statements = issued
        .into_iter()
        .map(|event| {
            let issuers = event.data.get("issuers");
            let named = issuers.map(|issuers| issuers.list("named").len());
            let named = named
                .filter(|named| *named > 0)
                .and_then(|n| u64::try_from(n).ok());
            StatementBody {
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

/// Returns the hearings set for a day from `from` to `to`, both included, by that day.
///
/// An adjourned hearing is listed on the day to which it was adjourned.
///
/// # Errors
/// The view's failure.
pub fn list_hearings<V: View>(
    view: &V,
    columns: &ColumnStore,
    (from, to): (Day, Day),
    at: Position,
    scope: &Scope,
) -> Result<Vec<EventBody>, V::Error> {
    let mut found: Vec<(Day, EventBody)> = Vec::new();
    for hearing in list_events(view, columns, &[Kind::Hearing], at, scope)? {
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
