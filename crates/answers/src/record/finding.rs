//! What does not agree in the record, a finding a line: the bodies of `/v1/contradictions` and
//! `/v1/inconsistencies`.
//!
//! Never here: what counts as one (crate `fold`).

use event::Position;
use serde::Serialize;

/// Where organisations say different things of one person.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "each is the field of the answer of the same name: docs/reference/api.md"
)]
pub struct ContradictionLine {
    pub case: Option<String>,
    pub person: Option<String>,
    pub kind: &'static str,
    pub shown: Position,
    pub others: Vec<Position>,
}

/// An event that does not fit what else is known of a person.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "each is the field of the answer of the same name: docs/reference/api.md"
)]
pub struct InconsistencyLine {
    pub case: Option<String>,
    pub person: Option<String>,
    pub inconsistency: &'static str,
    pub position: Position,
}
