//! Conditions on a row: `{ column = "note", contains = "failed" }`.
//!
//! Never here: what follows when a condition holds.

use regex::{Regex, RegexBuilder};
use serde::Deserialize;
use toml::Spanned;

use super::Error;
use super::codes::NullWords;
use super::mapping::binder::Binder;
use super::read::{Column, Row, Table};
use super::split;
use crate::error::quoted;

/// A condition as it stands in a mapping; all that is given must hold.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConditionSpec {
    column: Spanned<String>,
    /// The value is this one.
    is: Option<String>,
    /// The value is not this one.
    not: Option<String>,
    /// The value is one of these.
    #[serde(rename = "in")]
    any: Option<Vec<String>>,
    /// The value is none of these.
    not_in: Option<Vec<String>>,
    /// The value contains this text.
    contains: Option<String>,
    /// The value does not contain this text.
    not_contains: Option<String>,
    /// The pattern finds something in the value.
    matches: Option<Spanned<String>>,
    /// The pattern finds nothing in the value.
    not_matches: Option<Spanned<String>>,
    /// The value is a list separated by ", " that has one of these items.
    has: Option<Vec<String>>,
    /// Whether there is a value at all (null words are none).
    given: Option<bool>,
}

/// A condition with its column resolved.
pub(crate) struct Condition {
    column: Column,
    when: ConditionSpec,
    matches: Option<Regex>,
    not_matches: Option<Regex>,
}

impl ConditionSpec {
    /// Finds the column.
    pub(crate) fn bind(&self, table: &Table) -> Result<Condition, Error> {
        let pattern = |said: &Option<Spanned<String>>| {
            let built = said.as_ref().map(|said| pattern(said.as_ref()));
            built.transpose().map_err(Error::wrong)
        };
        Ok(Condition {
            column: table.column(self.column.as_ref())?,
            when: self.clone(),
            matches: pattern(&self.matches)?,
            not_matches: pattern(&self.not_matches)?,
        })
    }

    /// Finds the column, or notes that it is not there.
    pub(crate) fn bind_in(&self, binder: &Binder<'_>) -> Condition {
        let pattern = |said: &Option<Spanned<String>>| {
            let said = said.as_ref()?;
            let built = pattern(said.as_ref());
            built
                .map_err(|mistake| binder.wrong(said.span().start, mistake))
                .ok()
        };
        Condition {
            column: binder.column(&self.column),
            when: self.clone(),
            matches: pattern(&self.matches),
            not_matches: pattern(&self.not_matches),
        }
    }
}

/// Bytes of a pattern once it is compiled.
const PATTERN_BYTES_MAX: usize = 1 << 20;

/// Makes a pattern; its time is linear in the cell, whatever it says.
///
/// # Errors
/// Why it is none.
pub(crate) fn pattern(text: &str) -> Result<Regex, String> {
    let built = RegexBuilder::new(text)
        .size_limit(PATTERN_BYTES_MAX)
        .build();
    built.map_err(|error| {
        let what = error.to_string();
        format!(
            "{text} is no pattern: {}",
            what.lines().last().unwrap_or(""),
            text = quoted(text)
        )
    })
}

impl Condition {
    /// The name of the column that is looked at.
    pub(crate) fn column_name(&self) -> &str {
        self.when.column.as_ref()
    }

    /// What stands there.
    pub(crate) fn value<'r>(&self, row: &'r Row) -> &'r str {
        self.column.of(row)
    }

    /// The values that it asks for.
    pub(crate) fn words(&self) -> impl Iterator<Item = &str> {
        let lists = [self.when.any.as_deref(), self.when.has.as_deref()];
        let listed = lists.into_iter().flatten().flatten();
        self.when.is.iter().chain(listed).map(String::as_str)
    }

    /// Whether the row satisfies the condition.
    pub(crate) fn holds(&self, row: &Row, nulls: &NullWords) -> bool {
        let value = self.column.of(row);
        let when = &self.when;
        when.is.as_ref().is_none_or(|is| is == value)
            && when.not.as_ref().is_none_or(|not| not != value)
            && when
                .any
                .as_ref()
                .is_none_or(|any| any.iter().any(|one| one == value))
            && when
                .not_in
                .as_ref()
                .is_none_or(|none| none.iter().all(|one| one != value))
            && when
                .not_contains
                .as_ref()
                .is_none_or(|text| !value.contains(text.as_str()))
            && self
                .matches
                .as_ref()
                .is_none_or(|pattern| pattern.is_match(value))
            && self
                .not_matches
                .as_ref()
                .is_none_or(|pattern| !pattern.is_match(value))
            && when
                .contains
                .as_ref()
                .is_none_or(|text| value.contains(text.as_str()))
            && when.has.as_ref().is_none_or(|has| {
                split::outside_parentheses(value, ", ").any(|item| has.iter().any(|h| h == item))
            })
            && when
                .given
                .is_none_or(|given| nulls.some(value).is_some() == given)
    }
}
