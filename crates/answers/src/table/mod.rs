//! Tables: the rows of a list as cells under columns of stable names, from which CSV, JSON lines and XLSX are
//! written, so that the three say the same.
//!
//! Start at [`Table`]. Which columns a list has stands in [`lists`], one declaration a column: its name, its
//! type, its unit, what it says, and how its cell is made of an item.
//!
//! Never here: bytes of a format, and where items are read from.

mod cells;
mod field;
mod figure;
pub mod lists;
mod matches;
mod model;
mod series;

/// What is given as a table too.
pub trait ToTable {
    /// Returns the table of its items.
    fn into_table(self) -> Table;
}

pub use field::{Field, TableBuilder, table_of};
pub use figure::figure_table;
pub use model::{Cell, Column, ColumnType, Table};
pub use series::{SERIES_COLUMNS, SeriesShape, series_table};
