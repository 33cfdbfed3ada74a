//! The common block: the fields that an event of any kind may have. Start at [`COMMON`].
//!
//! Never here: `occurred` being required, which hangs on the kind (`Kind::is_record`).

use crate::Field;
use crate::sorts::{COUNT_MAX, ITEMS_MAX, LINE, PROSE, Shape, Sort};

const fn field(name: &'static str, sort: Sort, about: &'static str) -> Field {
    Field::optional(name, sort, about)
}

/// The common block, in the order in which it is checked. Source: docs/reference/events.md.
pub const COMMON: &[Field] = &[
    field(
        "occurred",
        Sort::Date,
        "when it happened; required unless the event is about the record",
    ),
    field(
        "occurred_as_reported",
        LINE,
        "the date in the words of the source, in any calendar",
    ),
    field("learned_on", Sort::Date, "when the group learned of it"),
    field(
        "persons",
        Sort::List {
            of: &Sort::Object(PERSON),
            max: ITEMS_MAX,
        },
        "the people it concerns",
    ),
    field(
        "group",
        Sort::Group,
        "the people it concerns who are not named",
    ),
    field("place", Sort::Object(PLACE), "where it happened"),
    field(
        "sources",
        Sort::List {
            of: &Sort::Object(SOURCE),
            max: ITEMS_MAX,
        },
        "on whose word it rests",
    ),
    field(
        "verification",
        Sort::Code("verification"),
        "how well it is checked; unknown if absent",
    ),
    field(
        "assessment",
        Sort::Code("assessment"),
        "what it is held to be; unassessed if absent",
    ),
    field(
        "rights_exercised",
        Sort::Codes("right"),
        "why the person was targeted",
    ),
    field(
        "rights_violated",
        Sort::Codes("right"),
        "what was done to the person",
    ),
    field("authority", Sort::Object(AUTHORITY), "who acted"),
    field(
        "tags",
        Sort::Tags,
        "the organisation's own words for it, by which figures filter and group",
    ),
    field(
        "visibility",
        Sort::Code("visibility"),
        "who may see it; org if absent",
    ),
    field(
        "note",
        Sort::Note { max: 10_000 },
        "what else there is to say",
    ),
];

const PERSON: &[Field] = &[
    Field::required(
        "id",
        Sort::Is(Shape::PersonId),
        "the person, in the organisation's own space",
    ),
    field(
        "names",
        Sort::List {
            of: &Sort::Object(NAME),
            max: ITEMS_MAX,
        },
        "the names the person goes by",
    ),
    field("sex", Sort::Code("sex"), "as said"),
    field(
        "birth",
        Sort::Date,
        "the day of birth, as well as it is known",
    ),
    field(
        "age_at_event",
        Sort::Integer { min: 0, max: 150 },
        "in whole years",
    ),
    field("nationality", LINE, "as said"),
    field("occupation", LINE, "as said"),
    field("roles", Sort::Codes("role"), "why the person stands out"),
    field(
        "affiliations",
        Sort::List {
            of: &LINE,
            max: ITEMS_MAX,
        },
        "the groups of the person",
    ),
];

const NAME: &[Field] = &[
    Field::required("text", LINE, "the name"),
    field(
        "script",
        Sort::Text { max: 40 },
        "its script, by ISO 15924, e.g. Khmr",
    ),
    field("kind", Sort::Code("name_kind"), "what sort of name it is"),
];

/// A group of unnamed people.
pub const GROUP: &[Field] = &[
    Field::required(
        "lower",
        Sort::Integer {
            min: 0,
            max: COUNT_MAX,
        },
        "no fewer people than this",
    ),
    field(
        "upper",
        Sort::Integer {
            min: 0,
            max: COUNT_MAX,
        },
        "no more people than this",
    ),
    field("verbatim", PROSE, "the words of the source"),
    field("lang", Sort::Is(Shape::Lang), "the language of those words"),
];

/// A number of people or things, as a source gave it.
pub const QUANTITY: &[Field] = &[
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
    field("verbatim", PROSE, "the words of the source"),
    field("lang", Sort::Is(Shape::Lang), "the language of those words"),
    field(
        "modality",
        Sort::Code("claim_modality"),
        "how the number was bounded",
    ),
];

const PLACE: &[Field] = &[
    field(
        "code",
        Sort::Place,
        "country or subdivision by ISO 3166, e.g. KH-12",
    ),
    field("locality", LINE, "the town, commune or street"),
    field("as_reported", LINE, "the words of the source"),
    field(
        "lat",
        Sort::Number {
            min: -90.0,
            max: 90.0,
        },
        "degrees north, WGS 84",
    ),
    field(
        "lon",
        Sort::Number {
            min: -180.0,
            max: 180.0,
        },
        "degrees east, WGS 84",
    ),
    field(
        "precision",
        Sort::Code("place_precision"),
        "how exact the place is",
    ),
    field("kind", Sort::Code("place_kind"), "what sort of place it is"),
];

const SOURCE: &[Field] = &[
    field(
        "kind",
        Sort::Code("source_kind"),
        "what sort of source it is",
    ),
    field("ref", LINE, "the source's name or number with the group"),
    field("locator", LINE, "where in the source: a page, a time"),
    field("url", Sort::Is(Shape::Url), "where it was read"),
    field("archive_url", Sort::Is(Shape::Url), "where a copy is kept"),
    field("sha256", Sort::Is(Shape::Sha256), "the hash of the copy"),
    field("published", Sort::Date, "when it was published"),
    field("lang", Sort::Is(Shape::Lang), "its language"),
    field(
        "reliability",
        Sort::Code("reliability"),
        "how far the group relies on it",
    ),
];

const AUTHORITY: &[Field] = &[
    field("name", LINE, "as said"),
    field(
        "kind",
        Sort::Code("authority_kind"),
        "whose authority it is",
    ),
];

/// An event, named by its key.
pub const TARGET: &[Field] = &[
    Field::required("org", Sort::Is(Shape::OrgId), "who asserted it"),
    Field::required("source", Sort::Is(Shape::Source), "the tool that sent it"),
    Field::required("id", Sort::Is(Shape::EventId), "its UUID"),
];

/// A text that names its language.
pub const LANG_TEXT: &[Field] = &[
    Field::required("text", PROSE, "the text"),
    field("lang", Sort::Is(Shape::Lang), "its language"),
];
