//! What can be found of an event: its words, and the people whom it names.
//!
//! Start at [`Document::of`], for the index, and [`words_of`], for what an event effectively says at R. Texts are found
//! by the tables of fields by which the gate checks ([`event::kinds`]), so that a new field is searched by itself.
//! Codes, dates and hashes are no words; a place's code is the names that ISO 3166 has for it.
//!
//! Never here: who may see them.

use std::collections::BTreeSet;

use event::kinds::{COMMON, GROUP, LANG_TEXT, QUANTITY, fields};
use event::{CaseId, Event, EventKey, Field, Json, Kind, PersonId, Shape, Sort};
use rust_iso3166::iso3166_2;

use crate::text::words::words;

/// A name that an event has for a person.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NamedPerson {
    /// The name, as it is written.
    pub name: String,
    /// The person.
    pub person: PersonId,
}

/// What the index holds of one leaf.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// Its words, as they are compared.
    pub words: BTreeSet<String>,
    /// The names that it has for people.
    pub names: BTreeSet<NamedPerson>,
    /// Of an act on another event: what it may make that event say.
    pub act: Option<ActText>,
}

/// What an act may make another event say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActText {
    /// The event on which it acts, which may itself be an act.
    pub target: EventKey,
    /// The words of its patch.
    pub words: BTreeSet<String>,
}

impl Document {
    /// Returns what can be found of an event by its own text.
    #[must_use]
    pub fn of(event: &Event) -> Self {
        let mut names = BTreeSet::new();
        named(&event.data, &mut names);
        Self {
            words: words_of(event.kind, event.envelope.subject.as_ref(), &event.data),
            names,
            act: act(event),
        }
    }
}

/// Returns the words by which an event with this data is found.
#[must_use]
pub fn words_of(kind: Kind, case: Option<&CaseId>, data: &Json) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    if let Some(case) = case {
        found.extend(words(case.as_str()));
    }
    object(COMMON, data, &mut found);
    object(fields(kind), data, &mut found);
    found
}

/// Adds the words of the fields that a table has.
fn object(table: &[Field], data: &Json, found: &mut BTreeSet<String>) {
    for field in table {
        if let Some(value) = data.get(field.name) {
            value_of(&field.sort, value, found);
        }
    }
}

/// Adds the words of a value of a sort.
fn value_of(sort: &Sort, value: &Json, found: &mut BTreeSet<String>) {
    match sort {
        Sort::Text { .. }
        | Sort::Texts { .. }
        | Sort::Tags
        | Sort::Free
        | Sort::Patch
        | Sort::Pair
        | Sort::Is(Shape::ChargeId | Shape::PersonId | Shape::CaseId | Shape::Url) => {
            texts(value, found);
        }
        Sort::LangText { .. } => texts(value, found),
        Sort::Note { .. } => match value {
            Json::Object(_) => object(LANG_TEXT, value, found),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::List(_) => {
                texts(value, found);
            }
        },
        Sort::Group => object(GROUP, value, found),
        Sort::Quantity => object(QUANTITY, value, found),
        Sort::Object(table) => object(table, value, found),
        Sort::List { of, .. } => {
            for item in value.as_list().unwrap_or_default() {
                value_of(of, item, found);
            }
        }
        Sort::Place => place(value, found),
        Sort::Code(_)
        | Sort::Codes(_)
        | Sort::Is(
            Shape::Day
            | Shape::Instant
            | Shape::Currency
            | Shape::Duration
            | Shape::Term
            | Shape::Source
            | Shape::EventId
            | Shape::OrgId
            | Shape::Sha256
            | Shape::Lang,
        )
        | Sort::Answer
        | Sort::Answers
        | Sort::Date
        | Sort::Integer { .. }
        | Sort::Number { .. }
        | Sort::Money
        | Sort::Target
        | Sort::Bool
        | Sort::Filter => {}
    }
}

/// Adds the words of all texts in a value.
fn texts(value: &Json, found: &mut BTreeSet<String>) {
    match value {
        Json::Text(text) => found.extend(words(text)),
        Json::List(items) => items.iter().for_each(|item| texts(item, found)),
        Json::Object(members) => members.iter().for_each(|(_, item)| texts(item, found)),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

/// Adds the words of the name of a country or subdivision, and its code.
fn place(value: &Json, found: &mut BTreeSet<String>) {
    let Some(code) = value.as_text() else { return };
    found.extend(words(code));
    if let Some(part) = iso3166_2::from_code(code) {
        found.extend(words(part.name));
    }
    let country = code.split('-').next().unwrap_or_default();
    if let Some(country) = rust_iso3166::from_alpha2(country) {
        found.extend(words(country.name));
    }
}

/// Adds the names that an event, or the patch of an act, has for people.
fn named(data: &Json, names: &mut BTreeSet<NamedPerson>) {
    for person in data.list("persons") {
        let Some(Ok(id)) = person.text("id").map(PersonId::parse) else {
            continue;
        };
        for name in person.list("names") {
            if let Some(text) = name.text("text") {
                names.insert(NamedPerson {
                    name: text.to_owned(),
                    person: id.clone(),
                });
            }
        }
    }
    if let Some(patch) = data.get("patch") {
        named(patch, names);
    }
}

/// Returns what an act may make its target say; none of an event that is none.
fn act(event: &Event) -> Option<ActText> {
    let target = event.target("target")?;
    let mut words = BTreeSet::new();
    if let Some(patch) = event.data.get("patch") {
        texts(patch, &mut words);
        if let Some(code) = patch.get("place").and_then(|place| place.get("code")) {
            place(code, &mut words);
        }
    }
    Some(ActText { target, words })
}
