//! Civic space: the fields of its kinds.
//!
//! Never here: acts against single people.

use crate::Field;
use crate::sorts::{LINE, Sort};

const fn field(name: &'static str, sort: Sort, about: &'static str) -> Field {
    Field::optional(name, sort, about)
}

pub(super) const ORGANISATION_ACTION: &[Field] = &[
    field("organisation", LINE, "the organisation it was done to"),
    field("action", Sort::Code("organisation_action"), "what was done"),
];

pub(super) const ASSEMBLY_ACTION: &[Field] = &[
    field("action", Sort::Code("assembly_action"), "what was done"),
    field("crowd", Sort::Quantity, "how many people had come together"),
];

pub(super) const EXPRESSION_ACTION: &[Field] = &[
    field("action", Sort::Code("expression_action"), "what was done"),
    field(
        "medium",
        LINE,
        "the paper, station, site or work it was done to",
    ),
];

pub(super) const LAW_EVENT: &[Field] = &[
    field("action", Sort::Code("law_action"), "what became of the law"),
    field("law", LINE, "the law"),
];
