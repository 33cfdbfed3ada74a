//! Advocacy and response: the fields of its kinds.
//!
//! Never here: whether a claim is reached (crate `fold`).

use crate::Field;
use crate::sorts::{COUNT_MAX, ITEMS_MAX, LINE, PROSE, Shape, Sort};

const fn field(name: &'static str, sort: Sort, about: &'static str) -> Field {
    Field::optional(name, sort, about)
}

const LINES: Sort = Sort::List {
    of: &LINE,
    max: ITEMS_MAX,
};

pub(super) const STATEMENT: &[Field] = &[
    Field::required("issuers", Sort::Object(ISSUERS), "who stands behind it"),
    field("title", LINE, "its title"),
    field(
        "langs",
        Sort::List {
            of: &Sort::Is(Shape::Lang),
            max: ITEMS_MAX,
        },
        "the languages it stands in",
    ),
    field(
        "sha256",
        Sort::Is(Shape::Sha256),
        "the hash of the document",
    ),
    field("demands", Sort::Codes("demand"), "what it asks for"),
    field(
        "claims",
        Sort::List {
            of: &Sort::Free,
            max: ITEMS_MAX,
        },
        "what it claims",
    ),
];

const ISSUERS: &[Field] = &[
    field("named", LINES, "those that are named"),
    field(
        "count",
        Sort::Integer {
            min: 0,
            max: COUNT_MAX,
        },
        "how many there are",
    ),
];

pub(super) const INTERVENTION: &[Field] = &[
    field("intervention_kind", LINE, "what sort of step it is"),
    field("addressees", LINES, "whom it addresses"),
    field("demands", Sort::Codes("demand"), "what it asks for"),
];

pub(super) const OFFICIAL_RESPONSE: &[Field] = &[
    Field::required("to", Sort::Target, "the event it answers"),
    field("by", LINE, "who answers"),
    Field::required(
        "position",
        Sort::Code("response_position"),
        "what the answer comes to",
    ),
];

pub(super) const RECOGNITION: &[Field] = &[
    field(
        "status",
        Sort::Code("recognition_status"),
        "what the person is recognised as",
    ),
    field(
        "decision",
        Sort::Code("recognition_decision"),
        "whether granted or withdrawn",
    ),
    field("by", LINE, "who recognises"),
    field("criteria", Sort::Texts { max: 10_000 }, "by which criteria"),
];

pub(super) const AGGREGATE_CLAIM: &[Field] = &[
    Field::required("verbatim", PROSE, "the words of the claim"),
    field("lang", Sort::Is(Shape::Lang), "their language"),
    Field::required("measure", Sort::Code("claim_measure"), "what is counted"),
    field(
        "modality",
        Sort::Code("claim_modality"),
        "how the number is bounded",
    ),
    field(
        "lower",
        Sort::Integer {
            min: 0,
            max: COUNT_MAX,
        },
        "no fewer than this",
    ),
    field(
        "upper",
        Sort::Integer {
            min: 0,
            max: COUNT_MAX,
        },
        "no more than this",
    ),
    field(
        "parts",
        Sort::List {
            of: &Sort::Quantity,
            max: ITEMS_MAX,
        },
        "the parts that by the claim make up the whole",
    ),
    field(
        "population",
        Sort::Filter,
        "of what, as the filter of a figure",
    ),
    field("claimant", LINE, "who claims it"),
];
