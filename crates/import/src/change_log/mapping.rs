//! The `[change_log]` part of a mapping: which columns tell of snapshots, people and charges.
//!
//! Start at [`ChangeLog`]. A worked example: docs/examples/mappings/pdx_jail.toml.
//!
//! Never here: what follows from a row (`roster`, `charges`).

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::codes::CodeMap;
use crate::condition::ConditionSpec;

/// A roster seen at snapshots, given as rows that add, change and remove.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeLog {
    /// Fields of `data` in every event but corrections.
    #[serde(default)]
    pub(crate) common: toml::Table,
    /// The table of snapshots.
    pub(crate) snapshots: SnapshotColumns,
    /// The people on the roster.
    pub(crate) roster: RosterColumns,
    /// The charges beside their names.
    pub(crate) charges: Option<ChargeColumns>,
}

/// The table with a row per snapshot, in the order in which they were taken.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SnapshotColumns {
    /// The file.
    pub(crate) file: String,
    /// The snapshot's number.
    pub(crate) number: String,
    /// When it was taken, RFC 3339.
    pub(crate) recorded_at: String,
    /// What marks a snapshot that failed: a hole, which says nothing about anyone.
    pub(crate) failed: Option<ConditionSpec>,
}

/// The rows about people.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RosterColumns {
    /// The file.
    pub(crate) file: String,
    /// The column with the snapshot's number.
    pub(crate) snapshot: String,
    /// The column with `add`, `change` or `remove`.
    pub(crate) op: String,
    /// The column with the person's stable id.
    pub(crate) person: String,
    /// The column with the name.
    pub(crate) name: Option<String>,
    /// The column with the age.
    pub(crate) age: Option<String>,
    /// The column with the sex, and the name of its code map.
    pub(crate) sex: Option<CodedColumn>,
    /// The column with who arrested, and the name of the code map to an authority's kind.
    pub(crate) authority: Option<CodedColumn>,
    /// The column with the day the stay began, and its format.
    pub(crate) begun: DateColumn,
    /// The column with the place where the person is held.
    pub(crate) facility: Option<String>,
    /// Fields of the person reference that the contract does not know, with their columns.
    #[serde(default)]
    pub(crate) person_fields: BTreeMap<String, String>,
    /// Fields of `data` that the contract does not know, with their columns.
    #[serde(default)]
    pub(crate) fields: BTreeMap<String, String>,
    /// Fields of `data` in every arrest.
    #[serde(default)]
    pub(crate) set: toml::Table,
}

/// The rows about charges.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChargeColumns {
    /// The file.
    pub(crate) file: String,
    /// The column with the snapshot's number.
    pub(crate) snapshot: String,
    /// The column with `add` or `remove`.
    pub(crate) op: String,
    /// The column that says how often the charge stands there.
    pub(crate) count: String,
    /// The column with the name beside which it stands.
    pub(crate) name: String,
    /// The column with the charge's text; a class in parentheses at its end becomes `class`.
    pub(crate) charge: String,
    /// The language of that text.
    pub(crate) lang: String,
    /// The column with the bail.
    pub(crate) bail: String,
    /// The column with the status, and the name of its code map.
    pub(crate) status: CodedColumn,
    /// Fields of `data` in every charge.
    #[serde(default)]
    pub(crate) set: toml::Table,
}

/// A column whose values have codes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CodedColumn {
    /// The column.
    pub(crate) column: String,
    /// The name of its map under `[codes]`.
    pub(crate) codes: String,
}

/// A column with dates.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DateColumn {
    /// The column.
    pub(crate) column: String,
    /// The format, e.g. `%m/%d/%Y %I:%M %p`; the day is the local day it names.
    pub(crate) date: String,
}

impl ChangeLog {
    /// Checks that all of its events are public, as those made without a secret must be.
    ///
    /// # Errors
    /// [`crate::Error::Wrong`].
    pub(crate) fn check_is_public(&self) -> Result<(), crate::Error> {
        let visibility = self.common.get("visibility").and_then(toml::Value::as_str);
        if visibility == Some("public") {
            return Ok(());
        }
        Err(crate::Error::wrong(
            "the events of the change_log are not public, but without a secret only public ones are made: use format = 2"
                .to_owned(),
        ))
    }

    /// The fields of `data` in a correction: who may see it, as what it corrects.
    pub(super) fn correction_fields(&self) -> Result<Vec<u8>, crate::Error> {
        let name = "visibility";
        let only = self
            .common
            .get(name)
            .map(|value| (name.to_owned(), value.clone()));
        constants(&[&only.into_iter().collect()])
    }
}

/// Finds a code map by its name.
pub(super) fn code_map(
    maps: &BTreeMap<String, CodeMap>,
    name: &str,
) -> Result<CodeMap, crate::Error> {
    maps.get(name).cloned().ok_or_else(|| {
        crate::Error::wrong(format!(
            "codes {name:?} are named, but there is no [codes.{name}]"
        ))
    })
}

/// Turns constants of a mapping into a JSON object.
pub(super) fn constants(tables: &[&toml::Table]) -> Result<Vec<u8>, crate::Error> {
    let mut all = toml::Table::new();
    for table in tables {
        all.extend(
            table
                .iter()
                .map(|(name, value)| (name.clone(), value.clone())),
        );
    }
    serde_json::to_vec(&all).map_err(|error| crate::Error::wrong(format!("constants: {error}")))
}
