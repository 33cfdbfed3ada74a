//! The columns of cases, persons, definitions, contradictions, inconsistencies and possible duplicates.
//!
//! Never here: which items they have (see [`crate::record`]).

use crate::day::DaysBody;
use crate::list::definitions::DefinitionLine;
use crate::record::case::CaseSummary;
use crate::record::duplicates::DuplicateList;
use crate::record::finding::{ContradictionLine, InconsistencyLine};
use crate::record::person::PersonSummary;
use crate::table::cells::{doubt, earliest, latest, list};
use crate::table::field::Field;
use crate::table::model::ColumnType;

/// Declares the column of the people of a case in a state of custody.
macro_rules! in_state {
    ($state:literal, $says:literal) => {
        Field::number(
            concat!("persons_", $state),
            "persons",
            concat!("people of the case in the state `", $state, "`", $says),
            |case| {
                let people = case.states.get($state).copied();
                people.unwrap_or(0).into()
            },
        )
    };
}

/// The columns of `/v1/cases`.
pub const CASE_FIELDS: &[Field<CaseSummary>] = &[
    Field::new("case", ColumnType::Text, "the case id", |one| {
        (&one.case).into()
    }),
    Field::number(
        "persons",
        "persons",
        "how many person ids it names",
        |one| one.persons.into(),
    ),
    Field::number("events", "events", "how many events are in effect", |one| {
        one.events.into()
    }),
    Field::new(
        "earliest",
        ColumnType::Day,
        "the first day on which one of them may have happened; empty where there is no end",
        |one| one.earliest.into(),
    ),
    Field::new(
        "latest",
        ColumnType::Day,
        "the last day on which one of them may have happened",
        |one| one.latest.into(),
    ),
    in_state!("police_custody", ""),
    in_state!("pretrial", ""),
    in_state!("serving", ""),
    in_state!("administrative", ""),
    in_state!("house_arrest", ""),
    in_state!("free_with_restrictions", ""),
    in_state!("free", ""),
    in_state!("disappeared", ""),
    in_state!("wanted", ""),
    in_state!(
        "left_custody",
        ": no longer held or listed, how is not known"
    ),
    in_state!("dead", ""),
    in_state!("unknown", ""),
    Field::new(
        "names",
        ColumnType::List,
        "the names of the first five of its people, in the order of their ids, with `; ` between",
        |one| list(&one.names),
    ),
    Field::new(
        "places",
        ColumnType::List,
        "the codes of the places of its events (ISO 3166), with `; ` between",
        |one| list(one.places.iter()),
    ),
    Field::number(
        "newest",
        "position",
        "the last position of an event of it",
        |one| one.newest.get().into(),
    ),
];

/// The columns of `/v1/persons`.
pub const PERSON_FIELDS: &[Field<PersonSummary>] = &[
    Field::new("person", ColumnType::Text, "the person id", |one| {
        (&one.person).into()
    }),
    Field::new(
        "person_name",
        ColumnType::Text,
        "a name: the first legal one, else the first",
        |one| one.traits.name().into(),
    ),
    Field::new(
        "names",
        ColumnType::List,
        "every name that is said",
        |one| list(one.traits.names.iter().map(|name| &name.text)),
    ),
    Field::new(
        "sex",
        ColumnType::Code("sex"),
        "the sex that is said",
        |one| one.traits.sex.into(),
    ),
    Field::new(
        "birth_earliest",
        ColumnType::Day,
        "the first day on which they may have been born",
        |one| earliest(one.traits.birth.as_ref()),
    ),
    Field::new(
        "birth_latest",
        ColumnType::Day,
        "the last day on which they may have been born",
        |one| latest(one.traits.birth.as_ref()),
    ),
    Field::new(
        "birth_doubt",
        ColumnType::Boolean,
        "whether the date carries a doubt mark",
        |one| doubt(one.traits.birth.as_ref()),
    ),
    Field::new(
        "nationality",
        ColumnType::Text,
        "the nationality that is said",
        |one| one.traits.nationality.as_ref().into(),
    ),
    Field::new(
        "roles",
        ColumnType::Codes("role"),
        "the roles that are said",
        |one| list(&one.traits.roles),
    ),
    Field::new(
        "individual",
        ColumnType::Text,
        "the smallest of the ids that are one individual with it: what figures of persons count",
        |one| one.individual.iter().min().into(),
    ),
    Field::new(
        "individual_ids",
        ColumnType::List,
        "every id of that individual",
        |one| list(&one.individual),
    ),
    Field::new(
        "cases",
        ColumnType::List,
        "the cases in which something is known of the person",
        |one| list(&one.cases),
    ),
];

/// The columns of `/v1/definitions`: those of organisations; what is built in stands in the JSON.
pub const DEFINITION_FIELDS: &[Field<DefinitionLine>] = &[
    Field::new(
        "definition",
        ColumnType::Text,
        "its name and version, as a question names it",
        |one| (&one.definition).into(),
    ),
    Field::new(
        "usable",
        ColumnType::Boolean,
        "whether a figure can be counted by it",
        |one| one.usable.into(),
    ),
    Field::new("why_not", ColumnType::Text, "why it cannot", |one| {
        one.why_not.as_ref().into()
    }),
    Field::new(
        "position",
        ColumnType::Integer,
        "the event that defines it",
        |one| one.position.into(),
    ),
];

/// The columns of `/v1/contradictions`.
pub const CONTRADICTION_FIELDS: &[Field<ContradictionLine>] = &[
    Field::new("case", ColumnType::Text, "the case", |one| {
        one.case.as_ref().into()
    }),
    Field::new("person", ColumnType::Person, "the person id", |one| {
        one.person.as_ref().into()
    }),
    Field::new(
        "kind",
        ColumnType::Code("kind"),
        "of which event organisations say different things",
        |one| one.kind.into(),
    ),
    Field::new(
        "shown",
        ColumnType::Integer,
        "the position of the assertion that counts",
        |one| one.shown.into(),
    ),
    Field::new(
        "others",
        ColumnType::List,
        "the positions of those that say otherwise",
        |one| list(&one.others),
    ),
];

/// The columns of `/v1/inconsistencies`.
pub const INCONSISTENCY_FIELDS: &[Field<InconsistencyLine>] = &[
    Field::new("case", ColumnType::Text, "the case", |one| {
        one.case.as_ref().into()
    }),
    Field::new("person", ColumnType::Person, "the person id", |one| {
        one.person.as_ref().into()
    }),
    Field::new(
        "inconsistency",
        ColumnType::Text,
        "what does not fit, as a code",
        |one| one.inconsistency.into(),
    ),
    Field::new(
        "position",
        ColumnType::Integer,
        "the event that does not fit",
        |one| one.position.into(),
    ),
];

/// One id of a group of possible duplicates.
#[derive(Debug)]
pub struct DuplicateRow {
    group: usize,
    individual: usize,
    person: String,
    because: &'static str,
    names: Vec<String>,
    fact: Option<(String, &'static str, DaysBody)>,
}

/// Returns a row for each id of each group, in their order.
#[must_use]
pub fn duplicate_rows(list: &DuplicateList) -> Vec<DuplicateRow> {
    let mut rows = Vec::new();
    for (group, found) in (1..).zip(&list.duplicates) {
        let fact = found.fact.as_ref();
        for (individual, ids) in (1..).zip(&found.individuals) {
            rows.extend(ids.iter().map(|person| DuplicateRow {
                group,
                individual,
                person: person.clone(),
                because: found.because,
                names: found.names.iter().cloned().collect(),
                fact: fact.map(|fact| (fact.case.clone(), fact.kind, fact.occurred)),
            }));
        }
    }
    rows
}

/// The columns of `/v1/duplicates`, an id a row.
pub const DUPLICATE_FIELDS: &[Field<DuplicateRow>] = &[
    Field::new(
        "group",
        ColumnType::Integer,
        "the group of ids that may be one person, from 1 in each answer",
        |one| one.group.into(),
    ),
    Field::new(
        "because",
        ColumnType::Text,
        "what they share: `same_name`, `similar_name` or `same_fact`",
        |one| one.because.into(),
    ),
    Field::new(
        "individual",
        ColumnType::Integer,
        "which individual of the group the id is of, from 1",
        |one| one.individual.into(),
    ),
    Field::new("person", ColumnType::Person, "the person id", |one| {
        (&one.person).into()
    }),
    Field::new(
        "shared_names",
        ColumnType::List,
        "the names that they share, as they are compared",
        |one| list(&one.names),
    ),
    Field::new(
        "shared_case",
        ColumnType::Text,
        "of `same_fact`: the case",
        |one| one.fact.as_ref().map(|(case, ..)| case).into(),
    ),
    Field::new(
        "shared_kind",
        ColumnType::Code("kind"),
        "of `same_fact`: the kind of the event",
        |one| one.fact.as_ref().map(|(_, kind, _)| *kind).into(),
    ),
    Field::new(
        "shared_earliest",
        ColumnType::Day,
        "of `same_fact`: its first day",
        |one| earliest(one.fact.as_ref().map(|(.., days)| days)),
    ),
    Field::new(
        "shared_latest",
        ColumnType::Day,
        "of `same_fact`: its last day",
        |one| latest(one.fact.as_ref().map(|(.., days)| days)),
    ),
];
