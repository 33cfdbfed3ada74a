//! `/v1/contradictions`: where organisations say different things of one person.
//!
//! Never here: what counts as a contradiction (crate `fold`).

use std::collections::BTreeSet;

use answers::table::lists::CONTRADICTION_FIELDS;
use answers::table::{Table, ToTable, table_of};
use answers::{ContradictionLine, disagreements_in};
use axum::response::Response;
use event::{CaseId, PersonId};
use fold::{Fact, TrackId, View};
use serde::Serialize;
use web::files::FILE_ROWS_MAX;

use super::{Findings, TableRequest, WINDOW_PARAMETERS};
use crate::http::problem::Problem;

#[derive(Serialize)]
struct Contradictions {
    contradictions: Vec<ContradictionLine>,
}

impl ToTable for Contradictions {
    fn into_table(self) -> Table {
        table_of(CONTRADICTION_FIELDS, &self.contradictions)
    }
}

/// Lists contradictions.
pub(in crate::http) async fn list(mut request: TableRequest) -> Result<Response, Problem> {
    let window = request.window(FILE_ROWS_MAX)?;
    request.end(WINDOW_PARAMETERS)?;
    let part = window.of(&request.listing())?;
    let (persons, mut places) = places(&request);
    let all = part.cut(&mut places);
    let found = contradictions(&request, &places)?;
    let found = Findings {
        persons,
        found: Contradictions {
            contradictions: found,
        },
    };
    request.answer_window((&window, part), (all, ""), found)
}

/// Where something contradicts, and what.
pub(super) type Place = ((Option<CaseId>, Option<PersonId>), fold::Contradiction);

/// Returns of how many people something contradicts, and where.
pub(super) fn places(request: &TableRequest) -> (usize, Vec<Place>) {
    let table = request.snapshot.model.columns();
    let findings = table.findings(request.snapshot.position, request.scope());
    let found = findings.into_iter().filter_map(|finding| {
        let Fact::Contradiction(one) = &finding.fact else {
            return None;
        };
        Some((finding, one))
    });
    let found: Vec<_> = found.collect();
    let persons = found
        .iter()
        .filter_map(|(finding, _)| finding.person.as_ref());
    let persons = persons.collect::<BTreeSet<_>>().len();
    let places = found.into_iter().map(|(finding, one)| {
        let track = (finding.case.clone(), finding.person.clone());
        (track, *one)
    });
    (persons, places.collect())
}

/// Returns what contradicts in these places: which assertions differ is read from each track, some at a time.
pub(super) fn contradictions(
    request: &TableRequest,
    places: &[Place],
) -> Result<Vec<ContradictionLine>, Problem> {
    let (at, scope) = (request.snapshot.position, request.scope());
    let mut found = Vec::new();
    for track in places.chunk_by(|one, next| one.0 == next.0) {
        let Some(((case, person), _)) = track.first() else {
            continue;
        };
        let id = match (case, person) {
            (case, Some(person)) => TrackId::Person(case.clone(), person.clone()),
            (Some(case), None) => TrackId::Case(case.clone()),
            (None, None) => continue,
        };
        let row = request.read(|reading, _| View::track(reading, &id))?;
        for one in disagreements_in(&row.unwrap_or_default(), at, scope) {
            if track.iter().any(|(_, shown)| *shown == one.found) {
                found.push(ContradictionLine {
                    case: case.as_ref().map(ToString::to_string),
                    person: person.as_ref().map(ToString::to_string),
                    kind: one.found.kind.code(),
                    shown: one.found.shown,
                    others: one.others,
                });
            }
        }
    }
    Ok(found)
}
