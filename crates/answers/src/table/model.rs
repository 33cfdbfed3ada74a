//! Columns, cells and rows.
//!
//! Start at [`Table`].
//!
//! Never here: how a cell is made of an item (see [`super::field`]).

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use event::Day;
use serde::{Serialize, Serializer};

/// What stands between the items of a list in a cell of text.
const LIST_SEPARATOR: &str = "; ";

/// What the cells of a column hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnType {
    /// Text, or a code that no list has.
    Text,
    /// A list of texts.
    List,
    /// A whole number.
    Integer,
    /// A day, ISO 8601.
    Day,
    /// Yes or no.
    Boolean,
    /// A code of the list named; the column after it has its English label.
    Code(&'static str),
    /// Codes of the list named; the column after it has their English labels.
    Codes(&'static str),
    /// A person id; the column after it has a name.
    Person,
    /// Person ids; the column after it has a name of each.
    Persons,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name, which never changes.
    pub name: Cow<'static, str>,
    /// What its cells hold.
    pub holds: ColumnType,
    /// The unit of its numbers; none where they name a place in the log, and of other cells.
    pub unit: Option<&'static str>,
    /// What it says.
    pub says: Cow<'static, str>,
}

impl Column {
    /// Makes a column without a unit.
    #[must_use]
    pub const fn new(name: &'static str, holds: ColumnType, says: &'static str) -> Self {
        Self {
            name: Cow::Borrowed(name),
            holds,
            unit: None,
            says: Cow::Borrowed(says),
        }
    }

    /// Returns the same column with the unit of its numbers.
    #[must_use]
    pub const fn unit(mut self, unit: &'static str) -> Self {
        self.unit = Some(unit);
        self
    }

    /// Returns the column of labels or names that follows this one; none where none does.
    pub(super) fn beside(&self) -> Option<Self> {
        let (ending, holds, says) = match self.holds {
            ColumnType::Code(_) => ("label", ColumnType::Text, "the English label of"),
            ColumnType::Codes(_) => ("label", ColumnType::List, "the English labels of"),
            ColumnType::Person => ("name", ColumnType::Text, "a name of"),
            ColumnType::Persons => ("name", ColumnType::List, "a name of each of"),
            ColumnType::Text
            | ColumnType::List
            | ColumnType::Integer
            | ColumnType::Day
            | ColumnType::Boolean => return None,
        };
        Some(Self {
            name: format!("{}_{ending}", self.name).into(),
            holds,
            unit: None,
            says: format!("{says} `{}`", self.name).into(),
        })
    }
}

/// A cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Nothing is said, or nothing is known.
    Empty,
    /// A text.
    Text(String),
    /// Texts, in their order.
    List(Vec<String>),
    /// A whole number.
    Integer(i128),
    /// A day.
    Day(Day),
    /// Yes or no.
    Boolean(bool),
}

impl Cell {
    /// Returns the cell as one text, as CSV has it: the items of a list parted by `; `, a day as ISO 8601,
    /// `true` or `false`.
    #[must_use]
    pub fn as_text(&self) -> Cow<'_, str> {
        match self {
            Self::Empty => Cow::Borrowed(""),
            Self::Text(text) => Cow::Borrowed(text),
            Self::List(items) => Cow::Owned(items.join(LIST_SEPARATOR)),
            Self::Integer(number) => Cow::Owned(number.to_string()),
            Self::Day(day) => Cow::Owned(day.to_string()),
            Self::Boolean(is) => Cow::Borrowed(if *is { "true" } else { "false" }),
        }
    }

    /// Returns how many bytes it takes in a table, by estimate.
    fn bytes(&self) -> usize {
        let own = std::mem::size_of::<Self>();
        own + match self {
            Self::Text(text) => text.len(),
            Self::List(items) => items.iter().map(|item| item.len() + own).sum(),
            Self::Empty | Self::Integer(_) | Self::Day(_) | Self::Boolean(_) => 0,
        }
    }
}

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Empty => serializer.serialize_none(),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(items) => serializer.collect_seq(items),
            Self::Integer(number) => serializer.serialize_i128(*number),
            Self::Day(day) => serializer.collect_str(day),
            Self::Boolean(is) => serializer.serialize_bool(*is),
        }
    }
}

/// A list as a table: a cell for each column in each row, and behind them what the table follows from, the same
/// in each row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Vec<Cell>>,
    cited: Vec<(Column, Cell)>,
    bytes: usize,
}

impl Table {
    /// Makes a table without rows.
    #[must_use]
    pub fn new(columns: Vec<Column>) -> Self {
        Self {
            columns,
            ..Self::default()
        }
    }

    /// Adds a row, which has a cell for each column.
    pub fn push(&mut self, row: Vec<Cell>) {
        self.bytes += row.iter().map(Cell::bytes).sum::<usize>();
        self.rows.push(row);
    }

    /// Adds what the table follows from, as columns behind its own.
    pub fn cite(&mut self, cited: impl IntoIterator<Item = (Column, Cell)>) {
        self.cited.extend(cited);
    }

    /// Returns the columns.
    pub fn columns(&self) -> impl Iterator<Item = &Column> {
        let cited = self.cited.iter().map(|(column, _)| column);
        self.columns.iter().chain(cited)
    }

    /// Returns the cells of each row, one for each column.
    pub fn rows(&self) -> impl Iterator<Item = impl Iterator<Item = &Cell> + Clone> {
        let cited = || self.cited.iter().map(|(_, cell)| cell);
        self.rows.iter().map(move |row| row.iter().chain(cited()))
    }

    /// Returns how many rows it has.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether it has no row.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Returns how many bytes its cells take, by estimate, what it follows from counted in each row.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let cited: usize = self.cited.iter().map(|(_, cell)| cell.bytes()).sum();
        self.bytes + cited * self.rows.len()
    }

    /// Returns the ids of the people in it.
    #[must_use]
    pub fn person_ids(&self) -> BTreeSet<&str> {
        let mut found = BTreeSet::new();
        for row in &self.rows {
            for (cell, column) in row.iter().zip(&self.columns) {
                match (column.holds, cell) {
                    (ColumnType::Person, Cell::Text(id)) => {
                        found.insert(id.as_str());
                    }
                    (ColumnType::Persons, Cell::List(ids)) => {
                        found.extend(ids.iter().map(String::as_str));
                    }
                    _ => {}
                }
            }
        }
        found
    }

    /// Puts the name of each person beside the id; nothing stands beside an id that has none.
    pub fn name_persons(&mut self, names: &BTreeMap<String, String>) {
        for row in &mut self.rows {
            let mut named = None;
            for (cell, column) in row.iter_mut().zip(&self.columns) {
                if let Some(named) = named.take() {
                    self.bytes += Cell::bytes(&named);
                    *cell = named;
                }
                named = names_of(column.holds, cell, names);
            }
        }
    }
}

/// Returns the cell beside one of people; none of any other.
fn names_of(holds: ColumnType, cell: &Cell, names: &BTreeMap<String, String>) -> Option<Cell> {
    match (holds, cell) {
        (ColumnType::Person, Cell::Text(id)) => names.get(id).cloned().map(Cell::Text),
        (ColumnType::Persons, Cell::List(ids)) => {
            let names = ids
                .iter()
                .map(|id| names.get(id).cloned().unwrap_or_default());
            Some(Cell::List(names.collect()))
        }
        _ => None,
    }
}
