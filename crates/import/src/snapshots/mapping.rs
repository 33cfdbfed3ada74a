//! The `[snapshots]` part of a mapping: which versions of a list there are, and what it means that
//! something came, changed or is gone.
//!
//! Start at [`SnapshotsSection`]. What each key does: docs/guides/import.md.
//!
//! Never here: what follows from a row (`roster`, `charges`).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::Error;
use crate::codes::CodeMap;
use crate::condition::ConditionSpec;
use crate::error::quoted;

/// A list that was seen at snapshots.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SnapshotsSection {
    /// What it means that something is no longer on the list. There is no default.
    pub(crate) gone: Gone,
    /// What becomes of two rows of one key in one snapshot.
    #[serde(default)]
    pub(crate) twins: Twins,
    /// What becomes of rows without a key.
    #[serde(default)]
    pub(crate) keyless: Keyless,
    /// The share of the entries of the good snapshot before that a snapshot must have: one with fewer is
    /// taken for broken.
    #[serde(default = "least")]
    pub(crate) least: f64,
    /// A table with a row for each snapshot.
    pub(crate) list: Option<ListTable>,
    /// The versions one by one.
    #[serde(default)]
    pub(crate) versions: Vec<VersionSpec>,
    /// The history of one file in a git repository.
    pub(crate) git: Option<GitFile>,
    /// How the time stands in the names of the files, e.g. `%Y-%m-%d`.
    pub(crate) name: Option<String>,
    /// The column that tells one stay of a person from another: the case is named by it.
    pub(crate) stay: Option<String>,
    /// The column with the place where a person is held: another one is a `transfer`.
    pub(crate) place: Option<String>,
    /// The column with the age: a birthday changes nothing.
    pub(crate) age: Option<String>,
    /// Rows that say how the list changed, instead of whole versions of it.
    pub(crate) changes: Option<ChangeRows>,
    /// The charges beside names, as rows of change.
    pub(crate) charges: Option<ChargeColumns>,
}

const fn least() -> f64 {
    0.5
}

/// What it means that something is no longer on the list.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Gone {
    /// The person is no longer held there, how is not known: a `left_custody`.
    LeftCustody,
    /// The list takes back what it said: a `retraction`, which a return takes back.
    Retraction,
    /// Nothing: it is counted, and its events stand.
    Nothing,
}

/// What becomes of two rows of one key in one snapshot.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Twins {
    /// The last one holds.
    Last,
    /// The first one holds, the others are rejected.
    #[default]
    Reject,
}

/// What becomes of rows without a key.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Keyless {
    /// They are rejected, and nobody is taken for gone in their snapshot.
    #[default]
    Reject,
    /// They are twins: one entry, as a publisher counts them who counts different ids.
    Twins,
}

/// The table with a row for each snapshot, in the order in which they were taken.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListTable {
    /// The table's file.
    pub(crate) table: String,
    /// The file of a snapshot, with cells of the table in braces; none where rows of change are read.
    pub(crate) file: Option<String>,
    /// The column with the snapshot's number or name.
    pub(crate) number: String,
    /// The column that says when it was recorded, RFC 3339.
    pub(crate) recorded_at: String,
    /// The column with the day it is of; else the local day on which it was recorded.
    pub(crate) day: Option<String>,
    /// What marks a snapshot that failed: a hole, which says nothing about anyone.
    pub(crate) failed: Option<ConditionSpec>,
}

/// One version of the list.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct VersionSpec {
    /// Its file.
    pub(crate) file: String,
    /// When it was recorded, RFC 3339.
    pub(crate) recorded: String,
    /// The day it is of; else the local day on which it was recorded.
    pub(crate) day: Option<String>,
}

/// One file's history in a git repository: a version for each commit that changed it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GitFile {
    /// The repository's folder.
    pub(crate) repository: String,
    /// The file in it.
    pub(crate) file: String,
    /// The branch or commit up to which is read; else what is checked out.
    pub(crate) branch: Option<String>,
}

/// Rows that add, change and remove.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeRows {
    /// The file.
    pub(crate) file: String,
    /// The column with the snapshot's number.
    pub(crate) snapshot: String,
    /// The column with `add`, `change` or `remove`.
    pub(crate) op: String,
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
    /// The list's own column of names.
    pub(crate) beside: String,
    /// The column with the charge's text; a class in parentheses at its end becomes `class`.
    pub(crate) charge: String,
    /// The language of that text.
    pub(crate) lang: String,
    /// The column with the bail.
    pub(crate) bail: String,
    /// The column with the status, and the name of its code map.
    pub(crate) status: CodedColumn,
    /// Fields of `data` in every charge and status.
    #[serde(default)]
    pub(crate) common: toml::Table,
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

impl SnapshotsSection {
    /// The files that it names, in a folder; of a name with cells of a table in it, those that are there.
    pub(crate) fn files(&self, folder: &Path) -> Vec<PathBuf> {
        let mut files: Vec<PathBuf> = Vec::new();
        if let Some(list) = &self.list {
            files.push(folder.join(&list.table));
            let file = list.file.as_deref();
            files.extend(file.into_iter().flat_map(|file| named_like(folder, file)));
        }
        files.extend(
            self.versions
                .iter()
                .map(|version| folder.join(&version.file)),
        );
        files.extend(
            self.git
                .iter()
                .map(|git| folder.join(&git.repository).join(&git.file)),
        );
        files.extend(
            self.changes
                .iter()
                .map(|changes| folder.join(&changes.file)),
        );
        files.extend(
            self.charges
                .iter()
                .map(|charges| folder.join(&charges.file)),
        );
        files
    }

    /// Returns what is wrong with it as a whole.
    pub(crate) fn wrong(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        let said = [
            self.list.is_some(),
            !self.versions.is_empty(),
            self.git.is_some(),
            self.name.is_some(),
        ];
        if said.iter().filter(|said| **said).count() != 1 {
            wrong.push(
                "[snapshots] says which versions there are by one of list, versions, git and name"
                    .to_owned(),
            );
        }
        if !(0.0..=1.0).contains(&self.least) {
            wrong.push(format!(
                "[snapshots] least is {}, but a share from 0 to 1 is right",
                self.least
            ));
        }
        let numbered = self.list.as_ref().is_some_and(|list| list.file.is_none());
        if self.changes.is_some() != numbered {
            wrong.push(
                "[snapshots.changes] goes with a list of snapshots that names no file".to_owned(),
            );
        }
        if self.charges.is_some() && (self.changes.is_none() || self.gone != Gone::LeftCustody) {
            wrong.push(
                "[snapshots.charges] goes with [snapshots.changes] and gone = \"left_custody\""
                    .to_owned(),
            );
        }
        wrong
    }

    /// Checks that the events of its charges are public, as those made without a secret must be.
    ///
    /// # Errors
    /// [`Error::Wrong`].
    pub(crate) fn check_is_public(&self) -> Result<(), Error> {
        let charges = self.charges.as_ref();
        let visibility = charges.map(|charges| charges.common.get("visibility"));
        let public =
            |value: Option<&toml::Value>| value.and_then(toml::Value::as_str) == Some("public");
        if visibility.is_none_or(public) {
            return Ok(());
        }
        Err(Error::wrong(
            "the charges beside the list are not public, but without a secret only public events are made: use format = 2"
                .to_owned(),
        ))
    }
}

impl ChargeColumns {
    /// The fields of `data` in a correction: who may see it, as what it corrects.
    pub(super) fn correction_fields(&self) -> Result<Vec<u8>, Error> {
        let name = "visibility";
        let only = self
            .common
            .get(name)
            .map(|value| (name.to_owned(), value.clone()));
        constants(&[&only.into_iter().collect()])
    }
}

/// The files of a folder whose names begin and end as a name does that has something in braces.
fn named_like(folder: &Path, name: &str) -> Vec<PathBuf> {
    let Some((before, rest)) = name.split_once('{') else {
        return vec![folder.join(name)];
    };
    let after = rest.rsplit_once('}').map_or("", |(_, after)| after);
    let (inner, begin) = before.rsplit_once('/').unwrap_or(("", before));
    let entries = folder
        .join(inner)
        .read_dir()
        .into_iter()
        .flatten()
        .flatten();
    let names = entries.filter(|entry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        name.starts_with(begin) && name.ends_with(after)
    });
    names.map(|entry| entry.path()).collect()
}

/// Finds a code map by its name.
pub(super) fn code_map(maps: &BTreeMap<String, CodeMap>, name: &str) -> Result<CodeMap, Error> {
    maps.get(name).cloned().ok_or_else(|| {
        Error::wrong(format!(
            "codes {} are named, but there is no [codes.{name}]",
            quoted(name)
        ))
    })
}

/// Turns constants of a mapping into a JSON object.
pub(super) fn constants(tables: &[&toml::Table]) -> Result<Vec<u8>, Error> {
    let mut all = toml::Table::new();
    for table in tables {
        all.extend(
            table
                .iter()
                .map(|(name, value)| (name.clone(), value.clone())),
        );
    }
    serde_json::to_vec(&all).map_err(|error| Error::wrong(format!("constants: {error}")))
}
