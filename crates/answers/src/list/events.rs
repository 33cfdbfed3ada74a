//! Lists of events of some kinds, each as it effectively was at R: hearings and others.
//!
//! Start at [`list_events`].
//!
//! Never here: facts that follow from several events.

use event::{Day, Edtf, Json, Kind, OrgId, Position};
use figures::ColumnStore;
use fold::{EffectiveEvent, Scope, View, effective_at};
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
    pub(crate) fn new(position: Position, effective: EffectiveEvent) -> Self {
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
    events_at(view, &columns.listed(kinds, at, scope), at)
}

/// Returns the events at these positions that are effective at `at`, in their order.
///
/// # Errors
/// The view's failure.
pub fn events_at<V: View>(
    view: &V,
    positions: &[Position],
    at: Position,
) -> Result<Vec<EventBody>, V::Error> {
    let mut found = Vec::new();
    for position in positions {
        if let Some(effective) = effective_at(view, *position, at)? {
            found.push(EventBody::new(*position, effective));
        }
    }
    Ok(found)
}

/// Returns the hearings set for a day from `from` to `to`, both included, by that day.
///
/// # Errors
/// The view's failure.
pub fn list_hearings<V: View>(
    view: &V,
    columns: &ColumnStore,
    days: (Day, Day),
    at: Position,
    scope: &Scope,
) -> Result<Vec<EventBody>, V::Error> {
    let hearings = list_events(view, columns, &[Kind::Hearing], at, scope)?;
    let mut found: Vec<(Day, EventBody)> = hearings
        .into_iter()
        .filter_map(|hearing| Some((hearing_day(&hearing, days)?, hearing)))
        .collect();
    found.sort_by_key(|(day, hearing)| (*day, hearing.position));
    Ok(found.into_iter().map(|(_, hearing)| hearing).collect())
}

/// Returns the first day on which a hearing may be, where that can be from `from` to `to`, both included.
///
/// An adjourned hearing is on the day to which it was adjourned.
#[must_use]
pub fn hearing_day(hearing: &EventBody, (from, to): (Day, Day)) -> Option<Day> {
    let day = |name: &str| {
        hearing
            .data
            .text(name)
            .and_then(|text| Edtf::parse(text).ok())
    };
    let set = day("adjourned_to").or_else(|| day("scheduled"))?;
    (set.days.earliest <= to && set.days.latest >= from).then_some(set.days.earliest)
}
