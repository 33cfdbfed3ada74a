//! Searches at a snapshot: candidates of the index, of which those are left out that the scope does not see at R.
//!
//! Start at [`persons`] and [`events`], or at [`both`] for the page.
//!
//! Never here: how candidates are found (crate `search`), and what an answer shows (crate `answers`).

use std::collections::BTreeSet;

use answers::{EventBody, FoundPerson, NameBody, TraitsBody};
use event::{PersonId, Position};
use fold::{Scope, View as _};
use search::{Exactness, Index, NameHit, NameQuery, QUERY_CHARS_MAX, QUERY_WORDS_MAX, WordQuery};
use web::record::Found;

use super::row_by_row::RowByRow;
use super::snapshot::Snapshot;
use crate::http::turns::give_way;
use crate::http::{Problem, Sort};
use crate::search::IndexState;

/// How many people a name may find in a list of their cases. Source: docs/reference/limits.md.
pub(crate) const PEOPLE_OF_A_NAME_MAX: usize = 1_000;

/// Finds at most `limit` people behind `after`; returns the last of them too, where others follow.
///
/// # Errors
/// The store's failure.
pub(crate) fn persons(
    (snapshot, scope): (&Snapshot, &Scope),
    (index, query): (&Index, &NameQuery),
    after: Option<&NameHit>,
    limit: usize,
) -> Result<(Vec<FoundPerson>, Option<NameHit>), store::Failure> {
    let at = snapshot.position;
    let mut found = Vec::new();
    let mut last: Option<NameHit> = None;
    for hit in index.names(query, after) {
        give_way();
        if !snapshot.model.columns().sees_person(&hit.person, at, scope) {
            continue;
        }
        let Some(person) = FoundPerson::build(&RowByRow(snapshot), (query, &hit), at, scope)?
        else {
            continue;
        };
        if found.len() >= limit {
            return Ok((found, last));
        }
        found.push(person);
        last = Some(hit);
    }
    Ok((found, None))
}

/// Finds everybody who has a name.
///
/// # Errors
/// [`Problem`]: the name finds more than [`PEOPLE_OF_A_NAME_MAX`] people, or the store fails.
pub(crate) fn people_of_name(
    (snapshot, scope): (&Snapshot, &Scope),
    (index, query): (&Index, &NameQuery),
) -> Result<BTreeSet<PersonId>, Problem> {
    let at = snapshot.position;
    let mut people = BTreeSet::new();
    for hit in index.names(query, None) {
        give_way();
        if people.contains(&hit.person)
            || !snapshot.model.columns().sees_person(&hit.person, at, scope)
        {
            continue;
        }
        let row = RowByRow(snapshot).person(&hit.person);
        let row = row.map_err(|failure| Problem::failed(&failure))?;
        let traits = TraitsBody::build(&row.unwrap_or_default(), at, scope);
        let has_name = |name: &NameBody| query.hit(&hit.person, &name.text).is_some();
        if !traits.names.iter().any(has_name) {
            continue;
        }
        people.insert(hit.person);
        if people.len() > PEOPLE_OF_A_NAME_MAX {
            let detail = format!(
                "name finds more than {PEOPLE_OF_A_NAME_MAX} people, but must find fewer: say more of it"
            );
            return Err(Problem::new(Sort::Parameter, detail));
        }
    }
    Ok(people)
}

/// Finds at most `limit` events before `before`, the newest first; returns the last of them too, where others
/// follow.
///
/// # Errors
/// The store's failure.
pub(crate) fn events(
    (snapshot, scope): (&Snapshot, &Scope),
    (index, query, exactness): (&Index, &WordQuery, Exactness),
    before: Option<Position>,
    limit: usize,
) -> Result<(Vec<EventBody>, Option<Position>), store::Failure> {
    let at = snapshot.position;
    let before = before.unwrap_or_else(|| at.next()).min(at.next());
    let mut found: Vec<EventBody> = Vec::new();
    for position in index.events(query, exactness, Some(before)) {
        give_way();
        let view = RowByRow(snapshot);
        let event = answers::found_event(&view, position, (query, exactness), at, scope)?;
        let Some(event) = event else { continue };
        if found.len() >= limit {
            let last = found.last().map(|event| event.position);
            return Ok((found, last));
        }
        found.push(event);
    }
    Ok((found, None))
}

/// Finds at most `limit` people and events by what a text says: what a page shows. Of a text that is longer than a
/// query, or has more words, nothing.
///
/// # Errors
/// The store's failure.
pub(crate) fn both(
    of: (&Snapshot, &Scope),
    indexed: &IndexState,
    (text, limit): (&str, usize),
) -> Result<Found, store::Failure> {
    let mut answer = Found {
        indexed: indexed.through,
        persons: (Vec::new(), false),
        events: (Vec::new(), false),
        is_near: false,
    };
    if text.chars().count() > QUERY_CHARS_MAX {
        return Ok(answer);
    }
    let names = NameQuery::new(text).filter(|query| query.words() <= QUERY_WORDS_MAX);
    if let Some(query) = names {
        let (persons, next) = persons(of, (&indexed.index, &query), None, limit)?;
        answer.persons = (persons, next.is_some());
    }
    let words = WordQuery::new(text).filter(|query| query.words().len() <= QUERY_WORDS_MAX);
    if let Some(query) = words {
        for exactness in [Exactness::Same, Exactness::Near] {
            let asked = (&indexed.index, &query, exactness);
            let (events, next) = events(of, asked, None, limit)?;
            answer.is_near = exactness == Exactness::Near && !events.is_empty();
            answer.events = (events, next.is_some());
            if !answer.events.0.is_empty() {
                break;
            }
        }
    }
    Ok(answer)
}
