//! `/v1/inconsistencies`: events that do not fit what else is known of a person.
//!
//! Never here: what fits (crate `fold`).

use axum::response::Response;
use event::Position;
use fold::{Fact, Scope};
use serde::Serialize;

use super::{Findings, TableRequest, WINDOW_PARAMETERS, count_people};
use crate::http::problem::Problem;
use crate::query::snapshot::Snapshot;

#[derive(Serialize)]
struct Inconsistencies {
    inconsistencies: Vec<Inconsistency>,
}

#[derive(Serialize)]
struct Inconsistency {
    case: Option<String>,
    person: Option<String>,
    inconsistency: &'static str,
    position: Position,
}

/// Lists inconsistencies.
pub(in crate::http) async fn list(mut request: TableRequest) -> Result<Response, Problem> {
    let window = request.window()?;
    request.end(WINDOW_PARAMETERS)?;
    let listing = request.listing("/v1/inconsistencies");
    let window = window.of(&listing)?;
    let mut found = inconsistencies(&request.snapshot, request.scope());
    let all = window.cut(&mut found.found.inconsistencies);
    request.answer_window((&listing, window), (all, ""), found)
}

fn inconsistencies(snapshot: &Snapshot, scope: &Scope) -> Findings<Inconsistencies> {
    let table = snapshot.model.table();
    let mut found = Vec::new();
    for finding in table.findings(snapshot.position, scope) {
        if let Fact::Inconsistency(misfit, position) = &finding.fact {
            found.push(Inconsistency {
                case: finding.case.as_ref().map(ToString::to_string),
                person: finding.person.as_ref().map(ToString::to_string),
                inconsistency: misfit.name(),
                position: *position,
            });
        }
    }
    Findings {
        persons: count_people(found.iter().map(|one| &one.person)),
        found: Inconsistencies {
            inconsistencies: found,
        },
    }
}
