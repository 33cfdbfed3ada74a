//! `/v1/cases` and `/v1/cases/{id}`: cases with their timelines, as known at R.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use event::{CaseId, Position};
use fold::{Scope, Track, TrackId};
use serde::Serialize;

use super::App;
use super::ask::{self, Asked, Parameters};
use super::leaves::{self, Leaf};
use super::problem::{Problem, Sort};
use super::shapes::{Facts, TraitsShape, When};
use crate::access::MayRead;

#[derive(Serialize)]
struct List {
    position: Position,
    scope: String,
    cases: Vec<Summary>,
}

/// One line of the list.
#[derive(Serialize)]
struct Summary {
    case: String,
    persons: usize,
    events: usize,
    earliest: String,
    latest: String,
    states: BTreeMap<&'static str, usize>,
}

/// Lists cases in the order of their ids, from `cursor` on.
pub(super) async fn list(
    State(app): State<App>,
    may: MayRead,
    mut parameters: Parameters,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let asked = Asked::new(&app, &mut parameters).await?;
    let limit = parameters.take_limit()?;
    let after = match parameters.take("cursor") {
        None => None,
        Some(cursor) => Some(case_id(&cursor)?),
    };
    parameters.end("at, cursor, limit, min_position")?;
    let question = format!("cases {after:?} {limit}");
    let cases = tokio::task::block_in_place(|| summaries(&asked, may.scope(), after, limit))
        .map_err(|failure| Problem::failed(&failure))?;
    let next = (cases.len() == limit)
        .then(|| cases.last().map(|last| last.case.clone()))
        .flatten();
    let list = List {
        position: asked.position,
        scope: may.scope().name(),
        cases,
    };
    let mut response = ask::answer(&headers, &may, &question, asked.position, &list)?;
    if let Some(next) = next {
        let rest = format!("&limit={limit}&at={}", asked.position);
        ask::link_next(&mut response, "/v1/cases", &next, &rest);
    }
    Ok(response)
}

fn summaries(
    asked: &Asked,
    scope: &Scope,
    after: Option<CaseId>,
    limit: usize,
) -> Result<Vec<Summary>, store::Failure> {
    let reading = asked.model.store().read()?;
    let mut found = Vec::new();
    for case in reading.cases_from(after.as_ref()) {
        let (case, tracks) = case?;
        found.extend(summary(&case, &tracks, asked.position, scope));
        if found.len() >= limit {
            break;
        }
    }
    Ok(found)
}

/// Returns the line of a case; none when nothing of it is known at R and seen.
fn summary(
    case: &CaseId,
    tracks: &[(TrackId, Track)],
    at: Position,
    scope: &Scope,
) -> Option<Summary> {
    let mut events = std::collections::BTreeSet::new();
    let (mut earliest, mut latest) = (event::Day::MAX, event::Day::MIN);
    let mut persons = 0;
    let mut states: BTreeMap<&'static str, usize> = BTreeMap::new();
    for (id, track) in tracks {
        let seen = track
            .assertions
            .iter()
            .filter(|row| row.holds(at) && scope.sees(row.value.visibility, &row.value.key.org));
        let mut any = false;
        for row in seen {
            any = true;
            events.insert(row.value.position);
            earliest = earliest.min(row.value.days.earliest);
            latest = latest.max(row.value.days.latest);
        }
        if id.person().is_some() && any {
            persons += 1;
            if let Some(state) = standing(track, at, scope) {
                *states.entry(state).or_insert(0) += 1;
            }
        }
    }
    (!events.is_empty()).then(|| Summary {
        case: case.to_string(),
        persons,
        events: events.len(),
        earliest: earliest.to_string(),
        latest: latest.to_string(),
        states,
    })
}

/// Returns the state in which a track stands: that of its interval without an end.
fn standing(track: &Track, at: Position, scope: &Scope) -> Option<&'static str> {
    let seen = track
        .facts
        .iter()
        .filter(|row| row.holds(at) && row.value.1.holds(scope));
    seen.filter_map(|row| {
        if let fold::Fact::Custody(interval) = &row.value.0 {
            Some(interval)
        } else {
            None
        }
    })
    .find(|interval| interval.end.is_none())
    .map(|interval| interval.state.code())
}

#[derive(Serialize)]
struct Case {
    case: String,
    position: Position,
    scope: String,
    persons: Vec<PersonInCase>,
    timeline: Vec<Entry>,
}

#[derive(Serialize)]
struct PersonInCase {
    person: String,
    #[serde(flatten)]
    traits: TraitsShape,
    #[serde(flatten)]
    facts: Facts,
}

/// One entry of a timeline: an event as it effectively is, and as it was sent.
#[derive(Serialize)]
struct Entry {
    kind: String,
    org: String,
    /// When it happened, as corrected; none for what concerns the record.
    occurred: Option<When>,
    /// False when a retraction ended it, or when it corrects without effect.
    effective: bool,
    verification: Option<&'static str>,
    /// The corrections and verification changes that made it what it is.
    revised_by: Vec<Position>,
    /// The position of the event that this one corrects, retracts or re-verifies.
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<Position>,
    #[serde(flatten)]
    leaf: Leaf,
}

/// Answers one case.
pub(super) async fn one(
    State(app): State<App>,
    may: MayRead,
    Path(id): Path<String>,
    mut parameters: Parameters,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let id = case_id(&id)?;
    let asked = Asked::new(&app, &mut parameters).await?;
    parameters.end("at, min_position")?;
    let case = tokio::task::block_in_place(|| case(&asked, &id, may.scope()))
        .map_err(|failure| Problem::failed(&failure))?;
    let Some(case) = case else {
        let detail = format!("no case {id} is known at position {}", asked.position);
        return Err(Problem::new(Sort::NotFound, detail));
    };
    ask::answer(&headers, &may, &format!("case {id}"), asked.position, &case)
}

fn case(asked: &Asked, id: &CaseId, scope: &Scope) -> Result<Option<Case>, store::Failure> {
    let reading = asked.model.store().read()?;
    let tracks = reading.tracks_of_case(id)?;
    let mut timeline = timeline(
        &reading,
        tracks.iter().map(|(_, track)| track),
        asked,
        scope,
    )?;
    timeline.sort_by_key(|entry| entry.leaf.position);
    if timeline.is_empty() {
        return Ok(None);
    }
    let mut persons = Vec::new();
    for (track_id, track) in &tracks {
        let Some(person) = track_id.person() else {
            continue;
        };
        let seen = track.assertions.iter().any(|row| {
            row.holds(asked.position) && scope.sees(row.value.visibility, &row.value.key.org)
        });
        if !seen {
            continue;
        }
        let row = fold::View::person(&reading, person)?.unwrap_or_default();
        persons.push(PersonInCase {
            person: person.to_string(),
            traits: TraitsShape::of(&row, asked.position, scope),
            facts: Facts::of(track, asked.position, scope),
        });
    }
    Ok(Some(Case {
        case: id.to_string(),
        position: asked.position,
        scope: scope.name(),
        persons,
        timeline,
    }))
}

fn timeline<'a>(
    reading: &store::Reading<'_>,
    tracks: impl Iterator<Item = &'a Track>,
    asked: &Asked,
    scope: &Scope,
) -> Result<Vec<Entry>, store::Failure> {
    let mut entries: BTreeMap<Position, Entry> = BTreeMap::new();
    for track in tracks {
        for touch in track
            .timeline
            .iter()
            .filter(|touch| touch.since <= asked.position)
        {
            if entries.contains_key(&touch.position) {
                continue;
            }
            let Some(bytes) = fold::View::leaf(reading, touch.position)? else {
                continue;
            };
            let Some(leaf) = leaves::seen(reading, touch.position, &bytes, scope)? else {
                continue;
            };
            entries.insert(
                touch.position,
                entry(track, touch, leaf, &bytes, asked.position),
            );
        }
    }
    Ok(entries.into_values().collect())
}

fn entry(track: &Track, touch: &fold::Touch, leaf: Leaf, bytes: &[u8], at: Position) -> Entry {
    let holding: Vec<_> = track
        .assertions
        .iter()
        .filter(|row| row.holds(at))
        .collect();
    let now = holding
        .iter()
        .find(|row| row.value.position == touch.position);
    let acts = holding
        .iter()
        .any(|row| row.value.revised_by.contains(&touch.position));
    let ended = touch
        .target
        .is_some_and(|target| holding.iter().all(|row| row.value.position != target));
    let kind = match event::read(bytes) {
        event::Reading::Event(event) => event.kind.code().to_owned(),
        event::Reading::Unknown(_) | event::Reading::Rejected { .. } => String::new(),
    };
    Entry {
        effective: now.is_some() || acts || (kind == "retraction" && ended),
        kind,
        org: touch.org.to_string(),
        occurred: now.map(|row| When::new(row.value.days, row.value.doubt)),
        verification: now.map(|row| row.value.claim.verification.code()),
        revised_by: now
            .map(|row| row.value.revised_by.clone())
            .unwrap_or_default(),
        target: touch.target,
        leaf,
    }
}

fn case_id(text: &str) -> Result<CaseId, Problem> {
    CaseId::parse(text).map_err(|error| {
        Problem::new(
            Sort::Parameter,
            format!("the case is {text:?}, which is {error}"),
        )
    })
}
