//! `/v1/contradictions`: where organisations say different things of one person.
//!
//! Never here: what counts as a contradiction (crate `fold`).

use std::collections::BTreeSet;

use answers::disagreements_in;
use axum::response::Response;
use event::Position;
use figures::ColumnStore;
use fold::{Fact, Scope, TrackId, View};
use serde::Serialize;

use super::{Findings, PARAMETERS, TableRequest, count_people};
use crate::http::problem::Problem;
use crate::query::reading::Reading;

#[derive(Serialize)]
struct Contradictions {
    contradictions: Vec<Contradiction>,
}

#[derive(Serialize)]
struct Contradiction {
    case: Option<String>,
    person: Option<String>,
    kind: &'static str,
    shown: Position,
    others: Vec<Position>,
}

/// Lists contradictions.
pub(in crate::http) async fn list(mut request: TableRequest) -> Result<Response, Problem> {
    request.end(PARAMETERS)?;
    let (at, scope) = (request.snapshot.position, request.scope());
    let found = request.read(|reading, table| contradictions(reading, table, at, scope))?;
    request.answer("contradictions", found)
}

/// Returns the contradictions of all tracks that have any: which assertions differ is read from each.
fn contradictions(
    reading: &Reading<'_>,
    table: &ColumnStore,
    at: Position,
    scope: &Scope,
) -> Result<Findings<Contradictions>, store::Failure> {
    let findings = table.findings(at, scope);
    let contradictions = findings
        .iter()
        .filter(|finding| matches!(finding.fact, Fact::Contradiction(_)));
    let tracks: BTreeSet<_> = contradictions
        .map(|finding| (&finding.case, &finding.person))
        .collect();
    let mut found = Vec::new();
    for (case, person) in tracks {
        let id = match (case, person) {
            (case, Some(person)) => TrackId::Person(case.clone(), person.clone()),
            (Some(case), None) => TrackId::Case(case.clone()),
            (None, None) => continue,
        };
        let track = View::track(reading, &id)?.unwrap_or_default();
        for one in disagreements_in(&track, at, scope) {
            found.push(Contradiction {
                case: case.as_ref().map(ToString::to_string),
                person: person.as_ref().map(ToString::to_string),
                kind: one.found.kind.code(),
                shown: one.found.shown,
                others: one.others,
            });
        }
    }
    Ok(Findings {
        persons: count_people(found.iter().map(|one| &one.person)),
        found: Contradictions {
            contradictions: found,
        },
    })
}
