//! The parts of a mapping that make events of rows: `[row]`, `[[event]]`, `[[skip]]`, `[[leave]]`.
//!
//! Start at [`RowSection`]. What each key does: docs/guides/import.md.
//!
//! Never here: reading rows.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::field::FieldSpec;
use super::key::{is_kept, is_number};
use super::people::PersonSection;
use super::persons::PersonsColumn;
use crate::condition::ConditionSpec;
use crate::mapping::binder::NOWHERE;

/// What all events of a row share.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RowSection {
    /// The columns that name the row, for the ids of its events.
    pub(super) key: Vec<Spanned<String>>,
    /// The local part of the case's id.
    pub(super) subject: Option<Spanned<FieldSpec>>,
    /// When the row was recorded; a snapshot says it for all of its rows.
    pub(super) recordedtime: Option<Spanned<FieldSpec>>,
    /// Whether rows are imported in the order in which they were recorded, whatever their order in the
    /// file. All events of a file then wait in a temporary one.
    #[serde(default)]
    pub(super) order: Order,
    /// Fields of `data` as constants.
    #[serde(default = "nothing")]
    pub(crate) set: Spanned<toml::Table>,
    /// Fields of `data` from cells; a dot in the name goes one object down.
    #[serde(default)]
    pub(super) from: BTreeMap<Spanned<String>, FieldSpec>,
    /// Fields that are said once and then stand, whatever the row says later.
    #[serde(default)]
    pub(crate) fill_only: Vec<String>,
    /// Lists and texts that only grow.
    #[serde(default)]
    pub(crate) append: Vec<String>,
    /// Whether rows of one key are one event, with a person each. All events of a file then wait in a temporary one.
    #[serde(default)]
    pub(super) together: bool,
    /// What becomes of a row of which no section makes an event.
    #[serde(default)]
    pub(super) no_event: NoEvent,
    /// The people it concerns, in one cell.
    pub(super) persons: Option<PersonsColumn>,
    /// The people it concerns, by columns.
    #[serde(default)]
    pub(super) person: Vec<PersonSection>,
}

impl RowSection {
    /// Whether several rows say one event, a person each.
    pub(crate) const fn is_together(&self) -> bool {
        self.together
    }

    /// Whether people are told apart by ids that stand in the rows.
    pub(super) fn has_own_ids(&self) -> bool {
        let persons = self.persons.as_ref();
        persons.is_some_and(PersonsColumn::has_own_ids)
            || self.person.iter().any(PersonSection::has_own_ids)
    }

    /// Returns what ids of people begin with that are made of a row alone, and no others do.
    pub(super) fn row_ids_begin(&self, format: u32) -> Vec<&str> {
        let persons = self.persons.iter().map(|persons| persons.ids_begin(format));
        let all = persons.chain(self.person.iter().map(PersonSection::ids_begin));
        let (of_row, others): (Vec<_>, Vec<_>) = all.partition(|(_, is_of_row)| *is_of_row);
        let meet = |one: &str, other: &str| one.starts_with(other) || other.starts_with(one);
        let begins = of_row.into_iter().map(|(begin, _)| begin);
        begins
            .filter(|begin| !others.iter().any(|(other, _)| meet(begin, other)))
            .collect()
    }

    /// Has rows of which no section makes an event rejected, whatever the mapping says.
    pub(crate) const fn reject_without_event(&mut self) {
        self.no_event = NoEvent::Reject;
    }

    /// Whether a row is named by its number.
    pub(crate) fn is_numbered(&self) -> bool {
        self.key.iter().any(|name| is_number(name.as_ref()))
    }

    /// The parts of the key that a file of rejected rows must keep: they are no cells.
    pub(crate) fn kept_of_key(&self) -> Vec<&str> {
        let names = self.key.iter().map(|name| name.as_ref().as_str());
        names.filter(|name| is_kept(name)).collect()
    }

    /// Whether people are made of names without the mapping having said so.
    pub(crate) fn takes_names_unsaid(&self, format: u32) -> bool {
        let persons = self.persons.as_ref();
        persons.is_some_and(|persons| persons.takes_names_unsaid(format))
    }

    /// Whether rows say when they were recorded.
    pub(crate) const fn says_recorded(&self) -> bool {
        self.recordedtime.is_some()
    }
}

/// Constants that are not there.
pub(super) fn nothing() -> Spanned<toml::Table> {
    Spanned::new(NOWHERE..NOWHERE, toml::Table::new())
}

/// In which order rows are imported.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(super) enum Order {
    /// As they stand in the file.
    #[default]
    File,
    /// By `recordedtime`; rows of one time as they stand in the file.
    Recordedtime,
}

/// What becomes of a row of which no section makes an event.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(super) enum NoEvent {
    /// It is counted as skipped.
    #[default]
    Skip,
    /// It is rejected by its line.
    Reject,
}

/// One event that a row makes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EventSection {
    /// Its kind.
    pub(super) kind: Spanned<String>,
    /// What must hold.
    #[serde(default)]
    pub(super) when: Vec<ConditionSpec>,
    /// Tells it from other events of the same kind that the row makes.
    pub(super) part: Option<String>,
    #[serde(default = "nothing")]
    pub(super) set: Spanned<toml::Table>,
    #[serde(default)]
    pub(super) from: BTreeMap<Spanned<String>, FieldSpec>,
}

/// Rows, or parts of rows, of which no event is made.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LeaveSection {
    pub(super) when: Vec<ConditionSpec>,
    /// Why, for the report.
    pub(super) reason: String,
}
