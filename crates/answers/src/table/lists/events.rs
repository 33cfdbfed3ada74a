//! The columns of lists of events: all of them, hearings, statements, claims, published figures.
//!
//! Never here: which events they have (see [`crate::list`]).

use event::{Edtf, Json, Position};

use crate::list::claims::{ClaimComparison, Reach};
use crate::list::events::EventBody;
use crate::list::published::{Agreement, PublishedFigure};
use crate::list::statements::StatementBody;
use crate::table::cells::{doubt, earliest, latest, list, number_at, text_at, texts_at};
use crate::table::field::Field;
use crate::table::model::{Cell, ColumnType};

/// Declares the columns that every list of events begins with, of an item's event, and those of its own.
macro_rules! with_event {
    ($event:expr; $($field:expr),* $(,)?) => {
        &[
            Field::new("position", ColumnType::Integer, "the event", |one| {
                $event(one).position.into()
            }),
            Field::new("kind", ColumnType::Code("kind"), "its kind", |one| {
                $event(one).kind.into()
            }),
            Field::new(
                "org",
                ColumnType::Text,
                "the organisation that asserts it",
                |one| $event(one).org.as_str().into(),
            ),
            Field::new("case", ColumnType::Text, "the case", |one| {
                $event(one).case.as_ref().into()
            }),
            Field::new("persons", ColumnType::Persons, "the person ids in it", |one| {
                list(&$event(one).persons)
            }),
            Field::new(
                "occurred_earliest",
                ColumnType::Day,
                "the first day on which it may have happened; empty where there is no end",
                |one| earliest($event(one).occurred.as_ref()),
            ),
            Field::new(
                "occurred_latest",
                ColumnType::Day,
                "the last day on which it may have happened",
                |one| latest($event(one).occurred.as_ref()),
            ),
            Field::new(
                "occurred_doubt",
                ColumnType::Boolean,
                "whether the date carries a doubt mark",
                |one| doubt($event(one).occurred.as_ref()),
            ),
            Field::new(
                "verification",
                ColumnType::Code("verification"),
                "how well it is verified, as corrected",
                |one| $event(one).verification.into(),
            ),
            $($field),*
        ]
    };
}

const fn of_event(event: &EventBody) -> &EventBody {
    event
}

const fn of_statement(row: &StatementRow) -> &EventBody {
    &row.event
}

const fn of_claim(claim: &ClaimComparison) -> &EventBody {
    &claim.event
}

const fn of_published(figure: &PublishedFigure) -> &EventBody {
    &figure.event
}

/// The columns of `/v1/events` as a table: each event as it effectively is.
pub const EVENT_FIELDS: &[Field<EventBody>] = with_event![of_event;
    Field::new(
        "occurred_as_reported",
        ColumnType::Text,
        "the date as it was reported",
        |one| text_at(&one.data, &["occurred_as_reported"]),
    ),
    Field::new(
        "place",
        ColumnType::Text,
        "country or subdivision, ISO 3166",
        |one| text_at(&one.data, &["place", "code"]),
    ),
    Field::new("locality", ColumnType::Text, "the town or village", |one| {
        text_at(&one.data, &["place", "locality"])
    }),
    Field::new(
        "place_kind",
        ColumnType::Code("place_kind"),
        "what sort of place it is",
        |one| text_at(&one.data, &["place", "kind"]),
    ),
    Field::new(
        "assessment",
        ColumnType::Code("assessment"),
        "whether it is a violation",
        |one| text_at(&one.data, &["assessment"]),
    ),
    Field::new(
        "rights_exercised",
        ColumnType::Codes("right"),
        "why the person was targeted",
        |one| texts_at(&one.data, &["rights_exercised"]),
    ),
    Field::new(
        "rights_violated",
        ColumnType::Codes("right"),
        "what was done to them",
        |one| texts_at(&one.data, &["rights_violated"]),
    ),
    Field::new("authority", ColumnType::Text, "who acted", |one| {
        text_at(&one.data, &["authority", "name"])
    }),
    Field::new(
        "authority_kind",
        ColumnType::Code("authority_kind"),
        "whose authority it is",
        |one| text_at(&one.data, &["authority", "kind"]),
    ),
    Field::new(
        "release_kind",
        ColumnType::Code("release_kind"),
        "of a release: which",
        |one| text_at(&one.data, &["release_kind"]),
    ),
    Field::number(
        "unnamed_lower",
        "persons",
        "people concerned who are not named, at least",
        |one| number_at(&one.data, &["group", "lower"]),
    ),
    Field::number(
        "unnamed_upper",
        "persons",
        "the same, at most; empty where nobody says",
        |one| number_at(&one.data, &["group", "upper"]),
    ),
    Field::number("sources", "sources", "how many sources it names", |one| {
        one.data.list("sources").len().into()
    }),
    Field::new(
        "tags",
        ColumnType::List,
        "the organisation's own words for it",
        |one| texts_at(&one.data, &["tags"]),
    ),
    Field::new(
        "visibility",
        ColumnType::Code("visibility"),
        "who may see it, as it says itself",
        |one| text_at(&one.data, &["visibility"]),
    ),
    Field::new("note", ColumnType::Text, "its note", |one| {
        match text_at(&one.data, &["note"]) {
            Cell::Empty => text_at(&one.data, &["note", "text"]),
            note @ (Cell::Text(_) | Cell::List(_) | Cell::Integer(_) | Cell::Day(_) | Cell::Boolean(_)) => note,
        }
    }),
    Field::new(
        "revised_by",
        ColumnType::List,
        "the positions of the corrections and verification changes in effect on it",
        |one| list(&one.revised_by),
    ),
];

/// Returns the first day of a date in an event's data.
fn day_at(data: &Json, name: &str) -> Cell {
    let date = data.text(name).and_then(|text| Edtf::parse(text).ok());
    date.map(|date| date.days.earliest).into()
}

/// The columns of `/v1/hearings`.
pub const HEARING_FIELDS: &[Field<EventBody>] = with_event![of_event;
    Field::new(
        "scheduled",
        ColumnType::Day,
        "the first day for which it was set",
        |one| day_at(&one.data, "scheduled"),
    ),
    Field::new(
        "adjourned_to",
        ColumnType::Day,
        "the first day to which it was put off",
        |one| day_at(&one.data, "adjourned_to"),
    ),
    Field::new(
        "hearing_kind",
        ColumnType::Text,
        "what sort of hearing it is",
        |one| text_at(&one.data, &["hearing_kind"]),
    ),
    Field::new(
        "held",
        ColumnType::Code("four_valued"),
        "whether it took place",
        |one| text_at(&one.data, &["held"]),
    ),
    Field::new(
        "public",
        ColumnType::Code("four_valued"),
        "whether the public was let in",
        |one| text_at(&one.data, &["public"]),
    ),
];

/// A statement, an intervention, or an official response.
#[derive(Debug)]
pub struct StatementRow {
    event: EventBody,
    issuers: Option<u64>,
    responds_to: Option<Position>,
}

/// Returns a row for each statement and intervention with the official responses to it behind it, then the
/// responses to what is not in the list.
#[must_use]
pub fn statement_rows(
    statements: Vec<StatementBody>,
    responses: Vec<EventBody>,
) -> Vec<StatementRow> {
    let mut rows = Vec::new();
    let response = |event: EventBody, responds_to| StatementRow {
        event,
        issuers: None,
        responds_to,
    };
    for statement in statements {
        let to = Some(statement.event.position);
        rows.push(StatementRow {
            event: statement.event,
            issuers: statement.issuers,
            responds_to: None,
        });
        let responses = statement.responses.into_iter();
        rows.extend(responses.map(|event| response(event, to)));
    }
    rows.extend(responses.into_iter().map(|event| response(event, None)));
    rows
}

/// The columns of `/v1/statements`.
pub const STATEMENT_FIELDS: &[Field<StatementRow>] = with_event![of_statement;
    Field::new("title", ColumnType::Text, "its title", |one| {
        text_at(&one.event.data, &["title"])
    }),
    Field::number(
        "issuers",
        "organisations or people",
        "how many stand behind a statement",
        |one| one.issuers.into(),
    ),
    Field::new(
        "demands",
        ColumnType::Codes("demand"),
        "what it asks for",
        |one| texts_at(&one.event.data, &["demands"]),
    ),
    Field::new(
        "addressees",
        ColumnType::List,
        "of an intervention: whom it addresses",
        |one| texts_at(&one.event.data, &["addressees"]),
    ),
    Field::new(
        "responds_to",
        ColumnType::Integer,
        "of an official response: the position of the statement in this list that it answers",
        |one| one.responds_to.into(),
    ),
    Field::new(
        "response",
        ColumnType::Code("response_position"),
        "of an official response: what it comes to",
        |one| text_at(&one.event.data, &["position"]),
    ),
    Field::new(
        "by",
        ColumnType::Text,
        "of an official response: who answers",
        |one| text_at(&one.event.data, &["by"]),
    ),
];

/// The columns of `/v1/claims`.
pub const CLAIM_FIELDS: &[Field<ClaimComparison>] = with_event![of_claim;
    Field::new("verbatim", ColumnType::Text, "the words of the claim", |one| {
        text_at(&one.event.data, &["verbatim"])
    }),
    Field::new("claimant", ColumnType::Text, "who claims it", |one| {
        text_at(&one.event.data, &["claimant"])
    }),
    Field::new(
        "measure",
        ColumnType::Code("claim_measure"),
        "what is counted",
        |one| text_at(&one.event.data, &["measure"]),
    ),
    Field::new(
        "modality",
        ColumnType::Code("claim_modality"),
        "how the number is bounded",
        |one| text_at(&one.event.data, &["modality"]),
    ),
    Field::number("lower", "units of `measure`", "claimed, at least", |one| {
        one.lower.into()
    }),
    Field::number("upper", "units of `measure`", "claimed, at most", |one| {
        one.upper.into()
    }),
    Field::number(
        "documented",
        "units of `measure`",
        "the figure of its population on its day; never added to the claim",
        |one| one.documented.as_ref().map(|figure| figure.total.count).into(),
    ),
    Field::number(
        "documented_at_least",
        "units of `measure`",
        "of those, the ones without a doubt mark",
        |one| one.documented.as_ref().map(|figure| figure.total.at_least).into(),
    ),
    Field::number(
        "documented_at_most",
        "units of `measure`",
        "the upper bound of that figure",
        |one| one.documented.as_ref().map(|figure| figure.total.at_most).into(),
    ),
    Field::new(
        "documented_query",
        ColumnType::Text,
        "the question of that figure",
        |one| one.documented.as_ref().map(|figure| &figure.query).into(),
    ),
    Field::new(
        "reached",
        ColumnType::Text,
        "whether the figure reaches the claim: `yes`, `perhaps`, `no` or `not_comparable`",
        |one| {
            match one.reached {
                Reach::Yes => "yes",
                Reach::Perhaps => "perhaps",
                Reach::No => "no",
                Reach::NotComparable => "not_comparable",
            }
            .into()
        },
    ),
    Field::new(
        "not_comparable",
        ColumnType::Text,
        "why nothing can be compared",
        |one| one.not_comparable.as_ref().into(),
    ),
];

/// The columns of `/v1/figures/published`.
pub const PUBLISHED_FIELDS: &[Field<PublishedFigure>] = with_event![of_published;
    Field::new("id", ColumnType::Text, "its short id", |one| (&one.id).into()),
    Field::new("text", ColumnType::Text, "the words printed", |one| {
        text_at(&one.event.data, &["text"])
    }),
    Field::new("printed_query", ColumnType::Text, "the question printed", |one| {
        text_at(&one.event.data, &["query"])
    }),
    Field::number("value", "units of the measure", "the number printed", |one| {
        match number_at(&one.event.data, &["value"]) {
            Cell::Empty => number_at(&one.event.data, &["value", "count"]),
            number @ (Cell::Text(_) | Cell::List(_) | Cell::Integer(_) | Cell::Day(_) | Cell::Boolean(_)) => number,
        }
    }),
    Field::number(
        "then",
        "units of the measure",
        "the figure at the printed D and R, over what the caller may see",
        |one| one.then.as_ref().map(|figure| figure.total.count).into(),
    ),
    Field::number(
        "now",
        "units of the measure",
        "the figure at the same D, as known now",
        |one| one.now.as_ref().map(|figure| figure.total.count).into(),
    ),
    Field::new(
        "follows",
        ColumnType::Text,
        "whether the number printed equals `then`: `yes`, `no` or `unknown`",
        |one| {
            match one.follows {
                Agreement::Yes => "yes",
                Agreement::No => "no",
                Agreement::Unknown => "unknown",
            }
            .into()
        },
    ),
    Field::new(
        "not_computed",
        ColumnType::Text,
        "why it cannot be counted again",
        |one| one.not_computed.as_ref().into(),
    ),
];
