//! The declaration of a column of a list, and the table that is made of its items.
//!
//! Start at [`Field`] and [`TableBuilder`].
//!
//! Never here: which columns a list has (see [`super::lists`]).

use super::model::{Cell, Column, ColumnType, Table};

/// A column of a list of `T`, with how its cell is made of an item.
pub struct Field<T> {
    column: Column,
    cell: fn(&T) -> Cell,
}

impl<T> Field<T> {
    /// Declares a column.
    pub(super) const fn new(
        name: &'static str,
        holds: ColumnType,
        says: &'static str,
        cell: fn(&T) -> Cell,
    ) -> Self {
        Self {
            column: Column::new(name, holds, says),
            cell,
        }
    }

    /// Declares a column of whole numbers.
    pub(super) const fn number(
        name: &'static str,
        unit: &'static str,
        says: &'static str,
        cell: fn(&T) -> Cell,
    ) -> Self {
        Self {
            column: Column::new(name, ColumnType::Integer, says).unit(unit),
            cell,
        }
    }

    /// Returns the columns that these fields make: each, and that of labels or names beside it.
    pub fn columns(fields: &[Self]) -> Vec<Column> {
        let each = fields.iter().flat_map(|field| {
            let beside = field.column.beside();
            std::iter::once(field.column.clone()).chain(beside)
        });
        each.collect()
    }
}

/// A table that items are added to.
pub struct TableBuilder<T: 'static> {
    fields: &'static [Field<T>],
    table: Table,
}

impl<T: 'static> TableBuilder<T> {
    /// Begins the table of these columns.
    #[must_use]
    pub fn new(fields: &'static [Field<T>]) -> Self {
        Self {
            fields,
            table: Table::new(Field::columns(fields)),
        }
    }

    /// Adds the row of an item. The names of people are added later ([`Table::name_persons`]).
    pub fn push(&mut self, item: &T) {
        let mut row = Vec::with_capacity(self.table.columns.len());
        for field in self.fields {
            let cell = (field.cell)(item);
            let beside = beside(field.column.holds, &cell);
            row.push(cell);
            row.extend(beside);
        }
        self.table.push(row);
    }

    /// Returns how many bytes the cells take, by estimate.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.table.bytes()
    }

    /// Returns the table.
    #[must_use]
    pub fn finish(self) -> Table {
        self.table
    }
}

/// Makes the table of `items`.
pub fn table_of<'i, T: 'static>(
    fields: &'static [Field<T>],
    items: impl IntoIterator<Item = &'i T>,
) -> Table {
    let mut table = TableBuilder::new(fields);
    items.into_iter().for_each(|item| table.push(item));
    table.finish()
}

/// Returns the cell of the column beside one of codes or people; none of any other. Names are not known yet.
fn beside(holds: ColumnType, cell: &Cell) -> Option<Cell> {
    match holds {
        ColumnType::Code(list) => Some(match cell {
            Cell::Text(code) => label(list, code).map_or(Cell::Empty, Cell::Text),
            Cell::Empty | Cell::List(_) | Cell::Integer(_) | Cell::Day(_) | Cell::Boolean(_) => {
                Cell::Empty
            }
        }),
        ColumnType::Codes(list) => Some(match cell {
            Cell::List(codes) => {
                let labels = codes
                    .iter()
                    .map(|code| label(list, code).unwrap_or_default());
                Cell::List(labels.collect())
            }
            Cell::Empty | Cell::Text(_) | Cell::Integer(_) | Cell::Day(_) | Cell::Boolean(_) => {
                Cell::Empty
            }
        }),
        ColumnType::Person | ColumnType::Persons => Some(Cell::Empty),
        ColumnType::Text
        | ColumnType::List
        | ColumnType::Integer
        | ColumnType::Day
        | ColumnType::Boolean => None,
    }
}

/// Returns the English label of a code; none where the list does not have it, as of a newer tool.
fn label(list: &str, code: &str) -> Option<String> {
    let labels = &event::list(list)?.codes;
    let label = labels.iter().find(|label| label.code == code);
    label.map(|label| label.en.clone())
}
