//! The roster's columns, found in its header, and how their cells are read.
//!
//! Never here: what follows from a change.

use jiff::civil::Date;

use super::mapping::{RosterColumns, code_map};
use super::row_error::RowError;
use crate::Error;
use crate::codes::{CodeMap, NullWords, code};
use crate::dates;
use crate::json::JsonObject;
use crate::mapping::Mapping;
use crate::read::{Column, Row, Table};

/// What a watched column states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Field {
    /// The name.
    Name,
    /// The age.
    Age,
    /// The sex.
    Sex,
    /// Who arrested.
    Authority,
    /// When the stay began.
    Begun,
    /// Where the person is held.
    Facility,
    /// A further field of the person reference.
    Person(String),
    /// A further field of `data`.
    Other(String),
}

/// The columns of the roster.
pub(super) struct Columns {
    /// `add`, `change` or `remove`.
    pub(super) op: Column,
    /// The person's stable id.
    pub(super) person: Column,
    /// What is watched for changes, in the order in which it is written.
    pub(super) watched: Vec<(Field, Column)>,
    begun: (Column, String, String),
    sexes: CodeMap,
    authorities: CodeMap,
    pub(super) nulls: NullWords,
}

impl Columns {
    pub(super) fn bind(
        mapping: &Mapping,
        columns: &RosterColumns,
        table: &Table,
    ) -> Result<Self, Error> {
        let named =
            |field: Field, column: Option<&String>| column.map(|name| (field, name.clone()));
        let begun = &columns.begun;
        let single = [
            named(Field::Name, columns.name.as_ref()),
            named(Field::Sex, columns.sex.as_ref().map(|coded| &coded.column)),
            named(Field::Age, columns.age.as_ref()),
            named(
                Field::Authority,
                columns.authority.as_ref().map(|coded| &coded.column),
            ),
            named(Field::Begun, Some(&begun.column)),
            named(Field::Facility, columns.facility.as_ref()),
        ];
        let person = columns
            .person_fields
            .iter()
            .map(|(f, c)| (Field::Person(f.clone()), c.clone()));
        let other = columns
            .fields
            .iter()
            .map(|(f, c)| (Field::Other(f.clone()), c.clone()));
        let watched = single.into_iter().flatten().chain(person).chain(other);
        let watched = watched
            .map(|(field, name)| Ok((field, table.column(&name)?)))
            .collect::<Result<Vec<_>, Error>>()?;
        let map = |coded: Option<&super::mapping::CodedColumn>| {
            coded.map_or_else(
                || Ok(CodeMap::new()),
                |c| code_map(&mapping.codes, &c.codes),
            )
        };
        Ok(Self {
            op: table.column(&columns.op)?,
            person: table.column(&columns.person)?,
            watched,
            begun: (
                table.column(&begun.column)?,
                begun.column.clone(),
                begun.date.clone(),
            ),
            sexes: map(columns.sex.as_ref())?,
            authorities: map(columns.authority.as_ref())?,
            nulls: NullWords::new(&mapping.null),
        })
    }

    /// Checks the cells that have codes or numbers.
    pub(super) fn check(&self, row: &Row) -> Result<(), RowError> {
        for (field, column) in &self.watched {
            let value = column.of(row);
            match field {
                Field::Sex if self.sex(value).is_none() => {
                    return Err(RowError::row(
                        "sex",
                        value,
                        "no code for this value in its map",
                    ));
                }
                Field::Age if self.age_is_wrong(value) => {
                    return Err(RowError::row(
                        "age",
                        value,
                        "not a whole number from 0 to 150",
                    ));
                }
                Field::Name
                | Field::Age
                | Field::Sex
                | Field::Authority
                | Field::Begun
                | Field::Facility
                | Field::Person(_)
                | Field::Other(_) => {}
            }
        }
        Ok(())
    }

    fn age_is_wrong(&self, value: &str) -> bool {
        self.nulls.some(value).is_some() && age(value).is_none()
    }

    /// Returns the booking's stamp as it is written.
    pub(super) fn begun_stamp<'r>(&self, row: &'r Row) -> &'r str {
        self.begun.0.of(row)
    }

    /// The day on which the stay began, as the roster says; none for a null word.
    pub(super) fn begun_day(&self, row: &Row) -> Result<Option<Date>, RowError> {
        let (column, name, format) = &self.begun;
        let Some(text) = self.nulls.some(column.of(row)) else {
            return Ok(None);
        };
        match dates::day(format, text) {
            Some(day) => Ok(Some(day)),
            None => Err(RowError::row(
                name,
                text,
                &format!("not a date of the form {format}"),
            )),
        }
    }

    /// The code of a sex; `unknown` for a null word that has no code.
    pub(super) fn sex<'a>(&'a self, value: &str) -> Option<&'a str> {
        code(&self.sexes, value).or_else(|| self.nulls.some(value).is_none().then_some("unknown"))
    }

    /// The kind of an authority.
    pub(super) fn authority_kind<'a>(&'a self, value: &str) -> &'a str {
        code(&self.authorities, value).unwrap_or("unknown")
    }

    /// Writes a text that is not a null word.
    pub(super) fn text(&self, object: &mut JsonObject<'_>, name: &str, value: &str) {
        if let Some(value) = self.nulls.some(value) {
            object.text(name, value);
        }
    }

    /// Writes a text, or `null` for a null word: what a merge patch takes away.
    pub(super) fn text_or_null(&self, object: &mut JsonObject<'_>, name: &str, value: &str) {
        match self.nulls.some(value) {
            Some(value) => object.text(name, value),
            None => object.raw(name, b"null"),
        }
    }
}

/// Reads an age in years.
pub(super) fn age(text: &str) -> Option<u16> {
    text.parse().ok().filter(|age| *age <= 150)
}
