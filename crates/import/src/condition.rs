//! Conditions on a row: `{ column = "note", contains = "failed" }`.
//!
//! Never here: what follows when a condition holds.

use serde::Deserialize;
use toml::Spanned;

use super::Error;
use super::codes::NullWords;
use super::mapping::binder::Binder;
use super::read::{Column, Row, Table};
use super::split;

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
    /// The value contains this text.
    contains: Option<String>,
    /// The value is a list separated by ", " that has one of these items.
    has: Option<Vec<String>>,
    /// Whether there is a value at all (null words are none).
    given: Option<bool>,
}

/// A condition with its column resolved.
pub(crate) struct Condition {
    column: Column,
    when: ConditionSpec,
}

impl ConditionSpec {
    /// Finds the column.
    pub(crate) fn bind(&self, table: &Table) -> Result<Condition, Error> {
        Ok(Condition {
            column: table.column(self.column.as_ref())?,
            when: self.clone(),
        })
    }

    /// Finds the column, or notes that it is not there.
    pub(crate) fn bind_in(&self, binder: &Binder<'_>) -> Condition {
        Condition {
            column: binder.column(&self.column),
            when: self.clone(),
        }
    }
}

impl Condition {
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
