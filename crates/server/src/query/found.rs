//! Searches at a snapshot: candidates of the index, of which those are left out that the scope does not see at R.
//!
//! Start at [`persons`] and [`events`], or at [`both`] for the page.
//!
//! Never here: how candidates are found (crate `search`), and what an answer shows (crate `answers`).

use answers::{EventBody, FoundPerson};
use event::Position;
use fold::Scope;
use search::{Exactness, Index, NameHit, NameQuery, QUERY_CHARS_MAX, QUERY_WORDS_MAX, WordQuery};
use web::record::Found;

use super::row_by_row::RowByRow;
use super::snapshot::Snapshot;
use crate::http::turns::give_way;
use crate::search::IndexState;

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
