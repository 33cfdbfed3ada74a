//! The cases of a list: which a scope sees at R, which of them are asked for, and in which order they stand. Nothing
//! is read of those of which the scope sees nothing, so that neither an answer nor its time tells of them.
//!
//! Start at [`cases`].
//!
//! Never here: what is said of a case.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use event::{CaseId, Day, PersonId, Position};
use fold::{Scope, is_in_custody};

use crate::columns::ids::{ColumnId as _, Position32};
use crate::columns::store::ColumnStore;
use crate::scan::filter::lies_in;

/// Which cases are asked for: those of which each that is said here holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct CaseFilter {
    /// An event of it happened there, or in a subdivision: a code of ISO 3166.
    pub place: Option<String>,
    /// An event of it came in on this day (UTC).
    pub recorded: Option<Day>,
    /// One of these people is in it.
    pub persons: Option<BTreeSet<PersonId>>,
    /// Whether somebody is in custody.
    pub custody: Option<OpenCustody>,
}

/// Whether somebody of a case is in custody (`detained/any`) of which no end is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OpenCustody {
    /// Somebody is.
    Somebody,
    /// Nobody is.
    Nobody,
}

/// The order of a list of cases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum CaseOrder {
    /// By their ids.
    #[default]
    Id,
    /// Those first of which an event came in last.
    Newest,
}

/// A case of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedCase {
    /// The case.
    pub case: CaseId,
    /// The last position of an event of it that is seen.
    pub newest: Position,
}

/// What the columns say of a case.
#[derive(Clone, Copy, Default)]
struct Marks {
    newest: Option<Position32>,
    place: bool,
    recorded: bool,
    persons: bool,
    has_open_custody: bool,
}

/// Returns the first `limit` cases after `after` that are asked for, of which an event is effective at `at` and seen by
/// `scope`.
#[must_use]
pub fn cases(
    columns: &ColumnStore,
    filter: &CaseFilter,
    (order, after, limit): (CaseOrder, Option<&ListedCase>, usize),
    (at, scope): (Position, &Scope),
) -> Vec<ListedCase> {
    let mut marks = marked_by_events(columns, filter, at, scope);
    if filter.custody.is_some() {
        mark_custody(columns, &mut marks, at, scope);
    }
    let rank = |newest: Position| match order {
        CaseOrder::Id => None,
        CaseOrder::Newest => Some(Reverse(newest)),
    };
    let after = after.map(|after| (rank(after.newest), after.case.as_str()));
    let mut first = BTreeSet::new();
    for (case, marks) in columns.cases.iter().zip(marks) {
        let Some(newest) = marks.newest.filter(|_| marks.are_asked_for(filter)) else {
            continue;
        };
        let newest = Position::from(newest);
        let place = (rank(newest), case);
        let is_first = first.len() < limit || first.last().is_some_and(|(last, _)| place < *last);
        if is_first && after.is_none_or(|after| place > after) {
            first.insert((place, newest));
            if first.len() > limit {
                first.pop_last();
            }
        }
    }
    let listed = first.into_iter().filter_map(|((_, case), newest)| {
        let case = CaseId::parse(case).ok()?;
        Some(ListedCase { case, newest })
    });
    listed.collect()
}

impl Marks {
    const fn are_asked_for(self, filter: &CaseFilter) -> bool {
        (filter.place.is_none() || self.place)
            && (filter.recorded.is_none() || self.recorded)
            && (filter.persons.is_none() || self.persons)
            && match filter.custody {
                None => true,
                Some(OpenCustody::Somebody) => self.has_open_custody,
                Some(OpenCustody::Nobody) => !self.has_open_custody,
            }
    }
}

/// Returns what the events of each case say, by its number.
fn marked_by_events(
    store: &ColumnStore,
    filter: &CaseFilter,
    at: Position,
    scope: &Scope,
) -> Vec<Marks> {
    let (visible, at) = (store.visible(scope), Position32::up_to(at));
    let columns = store.events.columns();
    let places = filter.place.as_ref().map(|wanted| {
        let places = store.places.iter();
        places
            .map(|place| lies_in(place, wanted))
            .collect::<Vec<_>>()
    });
    let persons = filter.persons.as_ref().map(|wanted| {
        let persons = wanted
            .iter()
            .filter_map(|id| store.persons.find(id.as_str()));
        persons.collect::<BTreeSet<_>>()
    });
    let mut marks = vec![Marks::default(); store.cases.len()];
    let rows = columns.validity.iter().zip(&columns.case);
    for (row, (validity, case)) in rows.enumerate() {
        let Some(marks) = case.and_then(|case| marks.get_mut(case.index())) else {
            continue;
        };
        if !validity.holds_at(at) || !visible.contains(validity.audience) {
            continue;
        }
        let Some(event) = columns.event.get(row).copied() else {
            continue;
        };
        marks.newest = marks.newest.max(Some(event));
        if let (Some(places), Some(Some(place))) = (&places, columns.place.get(row)) {
            marks.place |= places.get(place.index()) == Some(&true);
        }
        if let (Some(persons), Some(Some(person))) = (&persons, columns.person.get(row)) {
            marks.persons |= persons.contains(person);
        }
        if let Some(day) = filter.recorded {
            let received = store.instants.received_at(event.into());
            marks.recorded |= received.map(event::Instant::utc_day) == Some(day);
        }
    }
    marks
}

/// Marks the cases in which somebody is in custody without a known end.
fn mark_custody(store: &ColumnStore, marks: &mut [Marks], at: Position, scope: &Scope) {
    let (visible, at) = (store.visible(scope), Position32::up_to(at));
    for interval in store.custody.iter().flatten() {
        let is_open = interval.end.is_none()
            && is_in_custody(interval.state)
            && interval.validity.holds_at(at)
            && visible.contains(interval.validity.audience);
        let case = interval.attributes.case.filter(|_| is_open);
        if let Some(marks) = case.and_then(|case| marks.get_mut(case.index())) {
            marks.has_open_custody = true;
        }
    }
}
