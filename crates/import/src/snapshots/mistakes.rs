//! The mistakes of a mapping of a list, all of them: those of its sections, and what the files of its versions have not.
//!
//! Start at [`all`].
//!
//! Never here: which mistakes there are.

use std::path::PathBuf;

use super::inputs::Inputs;
use super::list::List;
use super::roster::Sheet;
use crate::Error;
use crate::mapping::binder::refuse;
use crate::read::Table;

/// Returns all mistakes of a mapping that has some. A version is looked at where one can be found in spite of them.
pub(super) fn all(inputs: &Inputs<'_>) -> Error {
    let mapping = inputs.mapping;
    let known = || refuse(mapping.mistakes.clone(), &mapping.lines);
    if inputs.section.changes.is_some() {
        return known();
    }
    // Files that were taken out of a repository lie there for as long as the list.
    let list = List::read(inputs, usize::MAX);
    let files: Vec<PathBuf> = match &list {
        Ok(list) => list
            .snapshots
            .iter()
            .filter_map(|s| s.file.clone())
            .collect(),
        Err(_) => {
            let versions = inputs.section.versions.iter();
            let versions = versions.map(|version| inputs.folder.join(&version.file));
            versions.chain(inputs.files.iter().cloned()).collect()
        }
    };
    let mut tables = files
        .iter()
        .filter_map(|file| Table::open(file, &mapping.files).ok());
    let table = tables.find(|table| table.header().any(|name| !name.is_empty()));
    match table.map(|table| Sheet::bind(inputs, &table)) {
        Some(Err(error @ Error::Mistakes { .. })) => error,
        Some(_) | None => known(),
    }
}
