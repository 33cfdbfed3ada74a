//! The columns of the lists beside a figure: records, people held, funnel, re-arrests, overlap, changes.
//!
//! Never here: which items they have (crate `figures`).

use figures::{Certainty, HeldLine, Rearrest, Stage, UnitRecord};

use crate::change::changes::Change;
use crate::table::field::Field;
use crate::table::model::{Cell, ColumnType};

const COUNTS: &str = "how surely it counts: `surely`, `with_doubt` or `perhaps`";
const INDIVIDUAL: &str = "the smallest of the ids that are one individual with the person";

/// Returns the name of a certainty, as answers have it.
fn certainty(counts: Certainty) -> Cell {
    match counts {
        Certainty::Surely => "surely",
        Certainty::WithDoubt => "with_doubt",
        Certainty::Perhaps => "perhaps",
    }
    .into()
}

/// The columns of `/v1/figures/records`.
pub const RECORD_FIELDS: &[Field<UnitRecord>] = &[
    Field::new(
        "position",
        ColumnType::Integer,
        "the event; of a run of custody and of a charge, the one that begins it",
        |one| one.position.into(),
    ),
    Field::new(
        "person",
        ColumnType::Person,
        "the person id in the event",
        |one| one.person.as_ref().into(),
    ),
    Field::new("individual", ColumnType::Text, INDIVIDUAL, |one| {
        one.individual.as_ref().into()
    }),
    Field::new("case", ColumnType::Text, "the case", |one| {
        one.case.as_ref().into()
    }),
    Field::new("counts", ColumnType::Text, COUNTS, |one| {
        certainty(one.counts)
    }),
    Field::new(
        "earliest",
        ColumnType::Day,
        "the first day on which it may have happened or begun; empty where there is no end",
        |one| one.earliest.into(),
    ),
    Field::new(
        "latest",
        ColumnType::Day,
        "the last day on which it may have happened or begun; empty where there is no end",
        |one| one.latest.into(),
    ),
    Field::number(
        "unnamed_lower",
        "persons",
        "at least so many unnamed people in the event; empty where it has no group",
        |one| one.unnamed_lower.into(),
    ),
];

/// The columns of `/v1/figures/held`.
pub const HELD_FIELDS: &[Field<HeldLine>] = &[
    Field::new(
        "person",
        ColumnType::Person,
        "the person id in the event that begins the run of custody",
        |one| one.person.as_ref().into(),
    ),
    Field::new("individual", ColumnType::Text, INDIVIDUAL, |one| {
        one.individual.as_ref().into()
    }),
    Field::new("case", ColumnType::Text, "the case", |one| {
        one.case.as_ref().into()
    }),
    Field::new(
        "position",
        ColumnType::Integer,
        "the event that begins the run of custody",
        |one| one.position.into(),
    ),
    Field::new("counts", ColumnType::Text, COUNTS, |one| {
        certainty(one.counts)
    }),
    Field::new(
        "since_earliest",
        ColumnType::Day,
        "the first day on which the run may have begun; empty where it is not known",
        |one| one.since_earliest.into(),
    ),
    Field::new(
        "since_latest",
        ColumnType::Day,
        "the last day on which it may have begun",
        |one| one.since_latest.into(),
    ),
    Field::number(
        "days_at_least",
        "days",
        "days held at the end of D, at least",
        |one| one.days_at_least.into(),
    ),
    Field::number(
        "days_at_most",
        "days",
        "days held at the end of D, at most; empty where the beginning is not known",
        |one| one.days_at_most.into(),
    ),
    Field::number(
        "passes_months",
        "months",
        "of 6, 12 and 18, the greatest that is surely passed; empty where none is",
        |one| one.passes_months.into(),
    ),
    Field::number(
        "may_pass_months",
        "months",
        "of 6, 12 and 18, the greatest that is perhaps passed",
        |one| one.may_pass_months.into(),
    ),
];

/// The columns of `/v1/figures/funnel`.
pub const FUNNEL_FIELDS: &[Field<Stage>] = &[
    Field::new(
        "stage",
        ColumnType::Text,
        "`counted`, `charged`, `convicted`, `sentenced`, `released` or `died`",
        |one| one.stage.into(),
    ),
    Field::number("count", "persons", "individuals who reached it", |one| {
        one.count.count.into()
    }),
    Field::number(
        "at_least",
        "persons",
        "of those, the ones without a doubt mark",
        |one| one.count.at_least.into(),
    ),
    Field::number(
        "at_most",
        "persons",
        "individuals who may have reached it",
        |one| one.count.at_most.into(),
    ),
];

/// The columns of `/v1/figures/rearrests`.
pub const REARREST_FIELDS: &[Field<Rearrest>] = &[
    Field::new(
        "individual",
        ColumnType::Person,
        "the smallest of the individual's ids",
        |one| one.individual.as_ref().into(),
    ),
    Field::new(
        "counts",
        ColumnType::Text,
        "how surely it followed in time: `surely`, `with_doubt` or `perhaps`",
        |one| certainty(one.counts),
    ),
    Field::new(
        "earlier",
        ColumnType::Integer,
        "the position of the event that begins the earlier custody",
        |one| one.earlier.into(),
    ),
    Field::new(
        "later",
        ColumnType::Integer,
        "the position of the event that begins the later one",
        |one| one.later.into(),
    ),
    Field::new(
        "ended_earliest",
        ColumnType::Day,
        "the first day on which the earlier one may have ended",
        |one| one.ended_earliest.into(),
    ),
    Field::new(
        "began_latest",
        ColumnType::Day,
        "the last day on which the later one may have begun",
        |one| one.began_latest.into(),
    ),
];

/// The columns of `/v1/figures/overlap`.
pub const OVERLAP_FIELDS: &[Field<String>] = &[Field::new(
    "individual",
    ColumnType::Person,
    "the smallest id of an individual on both lists",
    |one| one.into(),
)];

/// The columns of `/v1/figures/changes`.
pub const CHANGE_FIELDS: &[Field<Change>] = &[
    Field::new(
        "position",
        ColumnType::Integer,
        "the position that changed a counted fact",
        |one| one.position.into(),
    ),
    Field::new(
        "recorded",
        ColumnType::Day,
        "the day on which the event there was recorded, as its organisation says",
        |one| {
            let recorded = one.recorded.as_deref();
            recorded.and_then(event::Day::parse).into()
        },
    ),
    Field::number(
        "delta_count",
        "units of the measure",
        "the count there minus the count at the position before",
        |one| one.delta.count.into(),
    ),
    Field::number(
        "delta_at_least",
        "units of the measure",
        "the same of `at_least`",
        |one| one.delta.at_least.into(),
    ),
    Field::number(
        "delta_at_most",
        "units of the measure",
        "the same of `at_most`",
        |one| one.delta.at_most.into(),
    ),
    Field::number(
        "delta_unnamed_lower",
        "persons",
        "the same of the unnamed people beside it, at least",
        |one| one.delta.unnamed.lower.into(),
    ),
    Field::number(
        "delta_unnamed_upper",
        "persons",
        "the same, at most, over the groups that have an upper bound",
        |one| one.delta.unnamed.upper.into(),
    ),
    Field::number(
        "delta_without_upper",
        "groups of unnamed people",
        "by how many the groups without an upper bound changed",
        |one| one.delta.unnamed.without_upper.into(),
    ),
    Field::new("reason", ColumnType::Text, "why, as a code", |one| {
        one.why.reason.code().into()
    }),
    Field::new("words", ColumnType::Text, "why, in words", |one| {
        one.why.words.into()
    }),
    Field::new(
        "kind",
        ColumnType::Code("kind"),
        "the kind of the event there; empty where it is not shown",
        |one| one.why.kind.into(),
    ),
    Field::new(
        "org",
        ColumnType::Text,
        "the organisation that asserts it; empty where it is not shown",
        |one| one.why.org.as_ref().into(),
    ),
    Field::new(
        "target",
        ColumnType::Integer,
        "of an act: the position of the event it is about",
        |one| one.why.target.into(),
    ),
    Field::new(
        "stated",
        ColumnType::Text,
        "the reason, basis or ground that the event gives",
        |one| one.why.stated.as_ref().into(),
    ),
];
