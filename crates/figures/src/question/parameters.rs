//! The parameters of a question as text: their names, and readers of one value, a list or codes.
//!
//! Never here: what each parameter means (see [`crate::question::parse`]).

use std::collections::{BTreeMap, BTreeSet};

use event::CodeSet;

use crate::question::list::list_values;
use crate::question::query::QueryError;
use crate::question::verbatim::Verbatim;

/// The parameters in the order in which the canonical link names them.
pub const PARAMETERS: &[&str] = &[
    "measure",
    "definition",
    "custody_state",
    "kind",
    "occurred",
    "on",
    "at",
    "place",
    "locality",
    "tag",
    "rights_exercised",
    "rights_violated",
    "role",
    "sex",
    "minor",
    "nationality",
    "authority",
    "org",
    "case",
    "person",
    "law",
    "article",
    "court",
    "charge_status",
    "release_kind",
    "in_custody",
    "visibility",
    "assessment",
    "verification",
    "group_by",
];

/// The parameters of one question as texts, by name; each is known and given once.
pub(super) struct Parameters(BTreeMap<String, String>);

impl Parameters {
    /// Indexes the parameters by name.
    ///
    /// # Errors
    /// [`QueryError::Parameter`] and [`QueryError::Twice`], for the first that is wrong.
    pub(super) fn new(parameters: &[(String, String)]) -> Result<Self, QueryError> {
        let mut texts = BTreeMap::new();
        for (name, value) in parameters {
            if !PARAMETERS.contains(&name.as_str()) {
                return Err(QueryError::Parameter {
                    found: name.clone(),
                    known: PARAMETERS.join(", "),
                });
            }
            if texts.insert(name.clone(), value.clone()).is_some() {
                return Err(QueryError::Twice(name.clone()));
            }
        }
        Ok(Self(texts))
    }

    /// Parses the single value of a parameter; none where it is absent, which each reader does.
    ///
    /// # Errors
    /// [`QueryError::Value`], saying what is `expected`, as each reader does.
    pub(super) fn value<T>(
        &self,
        name: &'static str,
        expected: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, QueryError> {
        let text = self.0.get(name);
        text.map(|text| parse(text).ok_or_else(|| wrong_value(name, text, expected)))
            .transpose()
    }

    /// Parses the values of a list ([`list_values`]), each of which is given once.
    pub(super) fn list<T>(
        &self,
        name: &'static str,
        expected: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<Vec<T>>, QueryError> {
        let parse = |text: &str| parse(text).ok_or_else(|| wrong_value(name, text, expected));
        let Some(text) = self.0.get(name) else {
            return Ok(None);
        };
        let values = list_values(text);
        let mut before = BTreeSet::new();
        if let Some(twice) = values.iter().find(|value| !before.insert(*value)) {
            let expected = format!("values that differ: {twice} stands twice");
            return Err(wrong_value(name, text, &expected));
        }
        let parsed: Result<_, _> = values.iter().map(|value| parse(value)).collect();
        parsed.map(Some)
    }

    /// Parses a list as [`Self::list`], and keeps how it is written.
    pub(super) fn texts<T>(
        &self,
        name: &'static str,
        expected: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<Verbatim<Vec<T>>>, QueryError> {
        let list = self.list(name, expected, parse)?;
        Ok(self.verbatim(name, list))
    }

    /// Returns a value of a parameter with the text that says it.
    fn verbatim<T>(&self, name: &str, value: Option<T>) -> Option<Verbatim<T>> {
        Some(Verbatim::new(value?, self.0.get(name)?))
    }

    /// Parses codes of the code list `all`, separated by commas.
    pub(super) fn codes<T: Copy>(
        &self,
        name: &'static str,
        all: &[T],
        code: impl Fn(T) -> &'static str,
    ) -> Result<Option<Vec<T>>, QueryError> {
        let known: Vec<&str> = all.iter().map(|one| code(*one)).collect();
        self.list(name, &format!("one of {}", known.join(", ")), |text| {
            all.iter().copied().find(|one| code(*one) == text)
        })
    }

    /// Parses codes as [`Self::codes`], to a set of their indices in `all`, and keeps how they are written.
    pub(super) fn code_set<T: Copy + PartialEq>(
        &self,
        name: &'static str,
        all: &[T],
        code: impl Fn(T) -> &'static str,
    ) -> Result<Option<Verbatim<CodeSet>>, QueryError> {
        let Some(codes) = self.codes(name, all, code)? else {
            return Ok(None);
        };
        let mut set = CodeSet::default();
        for (index, one) in all.iter().enumerate() {
            if codes.contains(one) {
                set.insert(index);
            }
        }
        Ok(self.verbatim(name, Some(set)))
    }
}

fn wrong_value(parameter: &'static str, found: &str, expected: &str) -> QueryError {
    QueryError::Value {
        parameter,
        found: found.into(),
        expected: expected.into(),
    }
}
