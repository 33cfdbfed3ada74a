//! The files of a package, and their bytes together.
//!
//! Never here: which files there are.

use answers::package::Resource;
use answers::table::Table;
use sha2::{Digest, Sha256};
use web::files::Form;

use crate::http::problem::{Problem, Sort};

/// The most rows of a table of a package. Source: docs/reference/limits.md.
pub(super) const PACKAGE_ROWS_MAX: usize = 50_000;

/// The most bytes of the files of a package together, before they are packed. Source: docs/reference/limits.md.
const PACKAGE_BYTES_MAX: usize = 128 << 20;

/// A file: its path, its bytes, and what describes it; nothing does of a text beside the data.
struct File {
    path: String,
    bytes: Vec<u8>,
    resource: Option<Resource>,
}

/// The files of a package.
#[derive(Default)]
pub(super) struct Contents {
    files: Vec<File>,
    bytes: usize,
}

impl Contents {
    /// Adds a table as CSV.
    ///
    /// # Errors
    /// [`Problem`]: more rows or bytes than a package holds.
    pub(super) fn add_table(
        &mut self,
        (name, title): (&'static str, &'static str),
        table: &Table,
    ) -> Result<(), Problem> {
        if table.len() > PACKAGE_ROWS_MAX {
            return Err(too_much(&format!("{name} has {} rows", table.len())));
        }
        let bytes = Form::Csv.bytes(name, table)?;
        let columns = table.columns().cloned().collect();
        self.add(format!("data/{name}.csv"), bytes, |path, bytes| Resource {
            name,
            path: path.to_owned(),
            title,
            columns: Some(columns),
            bytes: bytes.len(),
            sha256: sha256(bytes),
        })
    }

    /// Adds JSON lines.
    ///
    /// # Errors
    /// [`Problem`]: more bytes than a package holds.
    pub(super) fn add_lines(
        &mut self,
        (name, title): (&'static str, &'static str),
        path: &str,
        bytes: Vec<u8>,
    ) -> Result<(), Problem> {
        self.add(path.to_owned(), bytes, |path, bytes| Resource {
            name,
            path: path.to_owned(),
            title,
            columns: None,
            bytes: bytes.len(),
            sha256: sha256(bytes),
        })
    }

    fn add(
        &mut self,
        path: String,
        bytes: Vec<u8>,
        resource: impl FnOnce(&str, &[u8]) -> Resource,
    ) -> Result<(), Problem> {
        self.count(bytes.len())?;
        let resource = Some(resource(&path, &bytes));
        self.files.push(File {
            path,
            bytes,
            resource,
        });
        Ok(())
    }

    /// Adds a text that describes the rest.
    ///
    /// # Errors
    /// [`Problem`]: more bytes than a package holds.
    pub(super) fn add_text(&mut self, path: &str, bytes: Vec<u8>) -> Result<(), Problem> {
        self.count(bytes.len())?;
        self.files.push(File {
            path: path.to_owned(),
            bytes,
            resource: None,
        });
        Ok(())
    }

    /// Counts bytes that are added.
    ///
    /// # Errors
    /// [`Problem`]: more than a package holds.
    pub(super) fn count(&mut self, bytes: usize) -> Result<(), Problem> {
        self.bytes = self.bytes.saturating_add(bytes);
        if self.bytes > PACKAGE_BYTES_MAX {
            return Err(too_much(&format!(
                "its files take more than {PACKAGE_BYTES_MAX} bytes"
            )));
        }
        Ok(())
    }

    /// Returns what describes the data.
    pub(super) fn resources(&self) -> impl Iterator<Item = &Resource> {
        self.files.iter().filter_map(|file| file.resource.as_ref())
    }

    /// Returns the files.
    pub(super) fn files(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files
            .iter()
            .map(|file| (file.path.as_str(), file.bytes.as_slice()))
    }
}

/// Returns the problem of a package that is more than one may hold.
pub(super) fn too_much(what: &str) -> Problem {
    let detail = format!(
        "{what}, which is more than a package holds: take the lists one by one (docs/reference/tables.md), or \
         the history with habeas export"
    );
    Problem::new(Sort::Parameter, detail)
}

fn sha256(bytes: &[u8]) -> String {
    event::hex(&Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use answers::table::{Cell, Column, ColumnType};

    use super::*;

    #[test]
    fn a_package_above_its_rows_or_bytes_is_refused() {
        let mut contents = Contents::default();
        let rows = |rows: usize| {
            let mut table = Table::new(vec![Column::new("a", ColumnType::Text, "it")]);
            (0..rows).for_each(|_| table.push(vec![Cell::Empty]));
            table
        };
        assert!(
            contents
                .add_table(("a", "it"), &rows(PACKAGE_ROWS_MAX))
                .is_ok()
        );
        let refused = contents.add_table(("b", "it"), &rows(PACKAGE_ROWS_MAX + 1));
        assert_eq!(
            refused.map_err(|problem| problem.sort),
            Err(Sort::Parameter)
        );
        let refused = contents.count(PACKAGE_BYTES_MAX);
        assert_eq!(
            refused.map_err(|problem| problem.sort),
            Err(Sort::Parameter)
        );
    }
}
