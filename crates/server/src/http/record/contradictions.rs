//! `/v1/contradictions`: where organisations say different things of one person.
//!
//! Never here: what counts as a contradiction (crate `fold`).

use axum::response::Response;
use event::Position;
use fold::{Fact, Scope};
use serde::Serialize;

use super::{Findings, PARAMETERS, TableRequest, count_people};
use crate::http::problem::Problem;
use crate::query::snapshot::Snapshot;

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
    let found = contradictions(&request.snapshot, request.scope());
    request.answer("contradictions", found)
}

fn contradictions(snapshot: &Snapshot, scope: &Scope) -> Findings<Contradictions> {
    let table = snapshot.model.table();
    let mut found = Vec::new();
    for finding in table.findings(snapshot.position, scope) {
        if let Fact::Contradiction(one) = &finding.fact {
            found.push(Contradiction {
                case: finding.case.as_ref().map(ToString::to_string),
                person: finding.person.as_ref().map(ToString::to_string),
                kind: one.kind.code(),
                shown: one.shown,
                others: one.others.clone(),
            });
        }
    }
    Findings {
        persons: count_people(found.iter().map(|one| &one.person)),
        found: Contradictions {
            contradictions: found,
        },
    }
}
