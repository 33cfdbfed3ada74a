//! About the record: the fields of the kinds that speak of other events, and of the log's own.
//!
//! Never here: who may correct what (crate `fold`).

use crate::Field;
use crate::sorts::{COUNT_MAX, ITEMS_MAX, LINE, PROSE, Shape, Sort};

const fn field(name: &'static str, sort: Sort, about: &'static str) -> Field {
    Field::optional(name, sort, about)
}

pub(super) const CORRECTION: &[Field] = &[
    Field::required("target", Sort::Target, "the event it corrects"),
    Field::required(
        "patch",
        Sort::Patch,
        "what changes in its data, as a JSON merge patch",
    ),
    field("reason", PROSE, "why"),
];

pub(super) const RETRACTION: &[Field] = &[
    Field::required("target", Sort::Target, "the event it takes back"),
    field("reason", Sort::Code("retraction_reason"), "why"),
];

pub(super) const VERIFICATION_CHANGED: &[Field] = &[
    Field::required("target", Sort::Target, "the event it concerns"),
    Field::required(
        "to",
        Sort::Code("verification"),
        "how well it is checked now",
    ),
    field("basis", PROSE, "on what ground"),
];

pub(super) const LINK: &[Field] = &[
    Field::required("pair", Sort::Pair, "the two person ids"),
    field("basis", PROSE, "on what ground"),
    field("decided_by", LINE, "who decided"),
];

pub(super) const EVIDENCE: &[Field] = &[
    field("sha256", Sort::Is(Shape::Sha256), "the hash of the file"),
    field(
        "bytes",
        Sort::Integer {
            min: 0,
            max: COUNT_MAX,
        },
        "its size in bytes",
    ),
    field("media_type", LINE, "its media type, e.g. image/jpeg"),
    field("tool", LINE, "what it was kept with"),
    field(
        "custody_steps",
        Sort::List {
            of: &Sort::Free,
            max: ITEMS_MAX,
        },
        "through whose hands it went",
    ),
    field(
        "timestamp_token",
        Sort::Text { max: 20_000 },
        "an RFC 3161 token, as base64",
    ),
];

pub(super) const DEFINITION: &[Field] = &[
    field("name", LINE, "its name"),
    field(
        "version",
        Sort::Integer {
            min: 1,
            max: 1_000_000,
        },
        "its version, from 1",
    ),
    field("predicate", Sort::Free, "what it selects"),
];

pub(super) const FIGURE_PUBLISHED: &[Field] = &[
    field("query", PROSE, "the figure's query"),
    field("on", Sort::Is(Shape::Day), "the day it is for"),
    field("at", LINE, "the position it was read at"),
    field("value", Sort::Free, "its value"),
    field("text", PROSE, "the text that was shown"),
    field("where", LINE, "where it was printed"),
];

pub(super) const GRANT: &[Field] = &[Field::required(
    "grantee",
    Sort::Is(Shape::OrgId),
    "who may correct the organisation's events",
)];

pub(super) const ERASURE: &[Field] = &[
    Field::required(
        "person",
        Sort::Is(Shape::PersonId),
        "whose data key is destroyed",
    ),
    field("scope", LINE, "what of it"),
    field("ground", PROSE, "on what ground"),
];

pub(super) const GENESIS: &[Field] = &[
    field("origin", LINE, "the log's name"),
    field("stream", LINE, "the name of its stream"),
    field("key", LINE, "the log's key, as a vkey of signed-note"),
];

pub(super) const KEY: &[Field] = &[
    field(
        "key",
        LINE,
        "the key that follows, as a vkey of signed-note",
    ),
    field(
        "succession",
        Sort::Text { max: 20_000 },
        "from which position on it signs, as a signed note of it and of the key before",
    ),
];

/// A void says of `first` to `last` what is wrong with them.
pub(super) const VOID: &[Field] = &[
    field(
        "what",
        LINE,
        "`time`: their `receivedtime` is passed over; `lost`: an event that was lost stood here",
    ),
    field("first", POSITION, "the first position whose time is wrong"),
    field("last", POSITION, "the last position whose time is wrong"),
];

const POSITION: Sort = Sort::Integer {
    min: 1,
    max: COUNT_MAX,
};

pub(super) const ANCHOR: &[Field] = &[field(
    "checkpoint",
    Sort::Text { max: 20_000 },
    "a signed checkpoint of the log, as a signed note",
)];
