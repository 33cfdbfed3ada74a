//! The record at a snapshot: cases, people, hearings, candidates of one person, published figures and leaves
//! without effect, each read a piece at a time, so that nothing that is written waits for all of it.
//!
//! Never here: what stands in an answer (crate `answers`), and its headers.

use std::ops::Range;

use answers::{
    CaseBody, CaseList, CasePlace, CaseWindow, DuplicateList, DuplicateSearch, EventBody,
    PersonBody, PersonList, PrintedQuestion, PublishedFigure,
};
use event::{CaseId, Day, Kind, PersonId, Position};
use figures::{CaseFilter, CaseOrder, ListedCase};
use fold::{Scope, View};
use serde::Serialize;

use super::row_by_row::RowByRow;
use super::snapshot::Snapshot;
use crate::access::SentBy;
use crate::http::turns::give_way;
use crate::http::{Problem, Sort};

/// How many cases or people are read while the store is read once. Source: docs/reference/limits.md.
pub(crate) const PIECE_ITEMS: usize = 64;

/// Persons read at once: between two reads the fold can write. Source: docs/reference/limits.md.
const PERSONS_PER_READ: usize = 1_000;

/// How many leaves without effect are read while the store is read once. Source: docs/reference/limits.md.
const READ_ROWS: usize = 256;

/// A leaf of the log without effect.
#[derive(Serialize)]
pub(crate) struct NoEffect {
    pub(crate) position: Position,
    pub(crate) org: Option<String>,
    pub(crate) source: Option<String>,
    pub(crate) id: Option<String>,
    pub(crate) code: String,
    pub(crate) pointer: String,
    pub(crate) found: String,
    pub(crate) expected: String,
}

/// Summarizes at most `limit` of the cases that are asked for, after `after`, in pieces; returns the one after which
/// there may be more.
///
/// # Errors
/// The store's failure.
pub(crate) fn case_list(
    (snapshot, scope): (&Snapshot, &Scope),
    (filter, order): (&CaseFilter, CaseOrder),
    mut after: Option<ListedCase>,
    limit: usize,
) -> Result<(CaseList, Option<ListedCase>), store::Failure> {
    let at = snapshot.position;
    let mut cases = Vec::new();
    loop {
        give_way();
        let wanted = limit.saturating_sub(cases.len());
        let window = (order, after.as_ref(), wanted);
        let listed = figures::cases(&snapshot.model.shared().scan(), filter, window, (at, scope));
        for listed in listed.chunks(PIECE_ITEMS) {
            give_way();
            // Nothing is written while a reader holds a piece.
            let reading = snapshot.read()?;
            let piece = listed
                .iter()
                .map(|one| Ok((one.case.clone(), reading.tracks_of_case(&one.case)?)));
            let some = CaseList::build(&reading, (at, scope), listed.len(), piece)?;
            cases.extend(some.cases);
        }
        let is_full = cases.len() >= limit;
        // What is hidden and not folded yet was left out: others may follow.
        let has_more = listed.len() >= wanted;
        after = listed.into_iter().next_back();
        if is_full || !has_more {
            let list = CaseList {
                position: at,
                scope: scope.name(),
                indexed: None,
                cases,
            };
            return Ok((list, after.filter(|_| is_full)));
        }
    }
}

/// Reads a window of a case, and where the next one begins, where something follows.
///
/// # Errors
/// [`Problem`]: the case is not known at R, or the store fails.
pub(crate) fn case(
    snapshot: &Snapshot,
    id: &CaseId,
    scope: &Scope,
    window: &CaseWindow,
) -> Result<(CaseBody, Option<CasePlace>), Problem> {
    let at = snapshot.position;
    let read = || {
        if !snapshot.model.columns().sees_case(id, at, scope) {
            return Ok(None);
        }
        let tracks = snapshot.read()?.tracks_of_case(id)?;
        CaseBody::build_window(&RowByRow(snapshot), (id, &tracks), (at, scope), window)
    };
    let found = tokio::task::block_in_place(read).map_err(|failure| Problem::failed(&failure))?;
    found.ok_or_else(|| {
        let detail = format!("no case {id} is known at position {at}");
        Problem::new(Sort::NotFound, detail)
    })
}

/// Summarizes at most `limit` people after `after`, in pieces; returns the id after which there may be more.
pub(crate) fn person_list(
    snapshot: &Snapshot,
    scope: &Scope,
    mut after: Option<PersonId>,
    limit: usize,
) -> Result<(PersonList, Option<PersonId>), store::Failure> {
    let at = snapshot.position;
    let mut persons = Vec::new();
    loop {
        give_way();
        let wanted = limit.saturating_sub(persons.len());
        // All at once: each look at the columns passes over the whole record.
        let columns = snapshot.model.shared().scan();
        let ids = columns.persons_after(after.as_ref(), wanted, at, scope);
        drop(columns);
        for ids in ids.chunks(PIECE_ITEMS) {
            give_way();
            // Nothing is written while a reader holds a piece.
            let reading = snapshot.read()?;
            let piece = ids
                .iter()
                .map(|id| Ok((id.clone(), reading.person(id)?.unwrap_or_default())));
            let some = PersonList::build(&reading, at, scope, ids.len(), piece)?;
            persons.extend(some.persons);
        }
        let is_full = persons.len() >= limit;
        // What is hidden and not folded yet was left out: others may follow.
        let has_more = ids.len() >= wanted;
        after = ids.into_iter().next_back();
        if is_full || !has_more {
            let list = PersonList {
                position: at,
                scope: scope.name(),
                persons,
            };
            return Ok((list, after.filter(|_| is_full)));
        }
    }
}

pub(crate) fn person(
    snapshot: &Snapshot,
    id: &PersonId,
    scope: &Scope,
) -> Result<Option<PersonBody>, store::Failure> {
    if !snapshot
        .model
        .columns()
        .sees_person(id, snapshot.position, scope)
    {
        return Ok(None);
    }
    PersonBody::build(&RowByRow(snapshot), id, snapshot.position, scope)
}

/// Reads the hearings of these places among those that are set for a day of `days`, both included, by that day;
/// returns how many there are in all. Some events are read at a time, so that nothing that is written waits for
/// all of them.
///
/// # Errors
/// The store's failure.
pub(crate) fn hearings(
    snapshot: &Snapshot,
    scope: &Scope,
    days: (Day, Day),
    places: Range<usize>,
) -> Result<(Vec<EventBody>, usize), store::Failure> {
    let at = snapshot.position;
    let listed = snapshot.model.columns().listed(&[Kind::Hearing], at, scope);
    let mut set: Vec<(Day, Position)> = Vec::new();
    for piece in listed.chunks(PIECE_ITEMS) {
        for hearing in answers::events_at(&snapshot.read()?, piece, at)? {
            let day = answers::hearing_day(&hearing, days);
            set.extend(day.map(|day| (day, hearing.position)));
        }
    }
    set.sort_unstable();
    let all = set.len();
    let shown = set.into_iter().take(places.end).skip(places.start);
    let shown: Vec<Position> = shown.map(|(_, position)| position).collect();
    let mut found = Vec::new();
    for piece in shown.chunks(PIECE_ITEMS) {
        found.extend(answers::events_at(&snapshot.read()?, piece, at)?);
    }
    Ok((found, all))
}

/// Reads all persons, a few at a time: what is known at R stays so while the fold goes on.
pub(crate) fn duplicates(
    snapshot: &Snapshot,
    scope: &Scope,
    after: usize,
    limit: usize,
) -> Result<DuplicateList, store::Failure> {
    let mut candidates = DuplicateSearch::default();
    let mut last: Option<PersonId> = None;
    loop {
        give_way();
        let reading = snapshot.read()?;
        let mut count = 0;
        let mut newest = None;
        let persons = reading.persons_from(last.as_ref());
        for person in persons.take(PERSONS_PER_READ) {
            let (id, row) = person?;
            candidates.add_person(&id, &row, snapshot.position, scope);
            count += 1;
            newest = Some(id);
        }
        last = newest;
        if count < PERSONS_PER_READ {
            drop(reading);
            let rows = RowByRow(snapshot);
            return candidates.list_groups(&rows, snapshot.position, scope, after, limit);
        }
    }
}

/// Returns where the events of published figures stand.
pub(crate) fn published(snapshot: &Snapshot, scope: &Scope) -> Vec<Position> {
    let columns = snapshot.model.columns();
    columns.listed(&[Kind::FigurePublished], snapshot.position, scope)
}

/// Recomputes one published figure; with the question and the printed R, where it can be. Nothing is
/// written meanwhile, so it is done for one at a time. None where its event has no effect.
///
/// # Errors
/// The store's failure.
pub(crate) fn published_figure(
    snapshot: &Snapshot,
    position: Position,
    scope: &Scope,
) -> Result<Option<(PublishedFigure, Option<PrintedQuestion>)>, store::Failure> {
    let reading = snapshot.read()?;
    let events = answers::events_at(&reading, &[position], snapshot.position)?;
    let Some(event) = events.into_iter().next() else {
        return Ok(None);
    };
    let columns = snapshot.model.columns();
    PublishedFigure::compute_values(&reading, &columns, event, snapshot.position, scope).map(Some)
}

/// Lists leaves without effect from the position `cursor` on, and where the next page begins: at one that is
/// listed there, so that it tells nothing of others'.
pub(crate) fn no_effect(
    snapshot: &Snapshot,
    of: &SentBy,
    cursor: u64,
    limit: usize,
) -> Result<(Vec<NoEffect>, Option<u64>), store::Failure> {
    let mut found = Vec::new();
    let mut next = Position::new(cursor.max(1));
    loop {
        // Of others' there may be many: nothing that is written waits for all of them.
        let rows = snapshot
            .model
            .store()
            .read()?
            .rejected_from(next, READ_ROWS)?;
        if rows.is_empty() {
            return Ok((found, None));
        }
        for (position, row) in rows {
            if position > snapshot.position {
                return Ok((found, None));
            }
            next = position.next();
            let is_asked = match &row.key {
                Some(key) => of.includes(&key.org),
                None => *of == SentBy::All,
            };
            if !is_asked {
                continue;
            }
            if found.len() >= limit {
                return Ok((found, Some(position.get())));
            }
            found.push(NoEffect {
                position,
                org: row.key.as_ref().map(|key| key.org.to_string()),
                source: row.key.as_ref().map(|key| key.source.to_string()),
                id: row.key.as_ref().map(|key| key.id.to_string()),
                code: row.code.into(),
                pointer: row.pointer.into(),
                found: row.found.into(),
                expected: row.expected.into(),
            });
        }
    }
}
