//! `/v1/inconsistencies`: events that do not fit what else is known of a person.
//!
//! Never here: what fits (crate `fold`).

use answers::InconsistencyLine;
use answers::table::lists::INCONSISTENCY_FIELDS;
use answers::table::{Table, ToTable, table_of};
use axum::response::Response;
use fold::{Fact, Scope};
use serde::Serialize;
use web::files::FILE_ROWS_MAX;

use super::{Findings, TableRequest, WINDOW_PARAMETERS, count_people};
use crate::http::problem::Problem;
use crate::query::snapshot::Snapshot;

#[derive(Serialize)]
struct Inconsistencies {
    inconsistencies: Vec<InconsistencyLine>,
}

impl ToTable for Inconsistencies {
    fn into_table(self) -> Table {
        table_of(INCONSISTENCY_FIELDS, &self.inconsistencies)
    }
}

/// Lists inconsistencies.
pub(in crate::http) async fn list(mut request: TableRequest) -> Result<Response, Problem> {
    let window = request.window(FILE_ROWS_MAX)?;
    request.end(WINDOW_PARAMETERS)?;
    let part = window.of(&request.listing())?;
    let mut found = inconsistencies(&request.snapshot, request.scope());
    let all = part.cut(&mut found.found.inconsistencies);
    request.answer_window((&window, part), (all, ""), found)
}

fn inconsistencies(snapshot: &Snapshot, scope: &Scope) -> Findings<Inconsistencies> {
    let found = lines(snapshot, scope);
    Findings {
        persons: count_people(found.iter().map(|one| &one.person)),
        found: Inconsistencies {
            inconsistencies: found,
        },
    }
}

/// Returns every inconsistency that the scope sees.
pub(super) fn lines(snapshot: &Snapshot, scope: &Scope) -> Vec<InconsistencyLine> {
    let table = snapshot.model.columns();
    let findings = table.findings(snapshot.position, scope).into_iter();
    let found = findings.filter_map(|finding| {
        let Fact::Inconsistency(misfit, position) = &finding.fact else {
            return None;
        };
        Some(InconsistencyLine {
            case: finding.case.as_ref().map(ToString::to_string),
            person: finding.person.as_ref().map(ToString::to_string),
            inconsistency: misfit.name(),
            position: *position,
        })
    });
    found.collect()
}
