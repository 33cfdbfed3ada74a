//! The names of the people in a table, beside their ids, as known at R and seen by a scope.
//!
//! Never here: which of a person's names (crate `answers`).

use std::collections::BTreeMap;

use answers::table::Table;
use event::PersonId;
use fold::Scope;

use super::FILE_PERSONS_MAX;
use crate::http::problem::{Problem, Sort};
use crate::record::{ReadFailure, Record};

/// How many people are read while the store is read once. Source: docs/reference/limits.md.
const PIECE_PERSONS: usize = 64;

/// Puts a name of each person in the table beside the id.
///
/// # Errors
/// [`Problem`]: the store fails, or it has more people than a file names.
pub fn name_persons(record: &dyn Record, scope: &Scope, table: &mut Table) -> Result<(), Problem> {
    let ids = table.person_ids().into_iter();
    let ids: Vec<PersonId> = ids.filter_map(|id| PersonId::parse(id).ok()).collect();
    check_persons(ids.len())?;
    let names = tokio::task::block_in_place(|| names(record, scope, &ids));
    table.name_persons(&names.map_err(|failure| Problem::failed(&failure))?);
    Ok(())
}

fn names(
    record: &dyn Record,
    scope: &Scope,
    ids: &[PersonId],
) -> Result<BTreeMap<String, String>, ReadFailure> {
    let at = record.known().position;
    let mut names = BTreeMap::new();
    for piece in ids.chunks(PIECE_PERSONS) {
        // Nothing is written while a reader holds a piece.
        let reading = record.read()?;
        for id in piece {
            let name = answers::person_name(&reading, id, at, scope)?;
            names.extend(name.map(|name| (id.to_string(), name)));
        }
    }
    Ok(names)
}

/// Holds the number of people in a file against its bound.
///
/// # Errors
/// [`Problem`] above it.
fn check_persons(persons: usize) -> Result<(), Problem> {
    if persons <= FILE_PERSONS_MAX {
        return Ok(());
    }
    let detail = format!(
        "{persons} people are named in it, and a file names {FILE_PERSONS_MAX} at the most: ask for parts with \
         limit, each of which links to the next"
    );
    Err(Problem::new(Sort::Parameter, detail))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_names_more_people_than_its_bound_is_refused() {
        assert!(check_persons(FILE_PERSONS_MAX).is_ok());
        let refused = check_persons(FILE_PERSONS_MAX + 1).map_err(|problem| problem.sort);
        assert_eq!(refused, Err(Sort::Parameter));
    }
}
