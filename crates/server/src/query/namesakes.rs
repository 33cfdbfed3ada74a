//! People of a name: for somebody who enters an event, who may know them already under another id.
//!
//! Never here: whether two people are one; nothing is joined by itself.

use std::collections::BTreeSet;

use answers::{FoundPerson, IndividualDetails, SeenCases, TraitsBody, individual_details};
use event::PersonId;
use fold::{Scope, View as _};
use search::{Index, NameQuery, QUERY_WORDS_MAX};

use super::found;
use super::row_by_row::RowByRow;
use super::snapshot::Snapshot;

/// How many names of an event are looked for: of more, the first. Source: docs/reference/limits.md.
pub const NAMES_MAX: usize = 64;

/// How many people of a name are shown. Source: docs/reference/limits.md.
pub const NAMESAKES_MAX: usize = 10;

/// How many people are looked at of one name: some may be named already.
const FOUND_OF_A_NAME: usize = 2 * NAMESAKES_MAX;

/// How many such searches are under way at once; others wait. Source: docs/reference/limits.md.
pub const SEARCHES_MAX: usize = 2;

/// A person of the record whose name is, or is spelt like, one of a person of an event.
pub(crate) struct Namesake {
    /// Which of the event's persons it may be.
    pub(crate) of: usize,
    /// Who was found, with the cases that are seen.
    pub(crate) found: FoundPerson,
    /// What tells them apart from others.
    pub(crate) details: IndividualDetails,
}

/// Finds at most [`NAMESAKES_MAX`] persons whose name is, or is spelt like, one of `names_of` each person of an event,
/// among those that the scope may see: the closest name of each person first. `besides` are the ids that are named
/// already.
///
/// # Errors
/// The store's failure.
pub(crate) fn namesakes(
    of: (&Snapshot, &Scope),
    index: &Index,
    names_of: &[Vec<String>],
    besides: &[String],
) -> Result<Vec<Namesake>, store::Failure> {
    let (snapshot, scope) = of;
    let mut known: BTreeSet<String> = besides.iter().cloned().collect();
    let mut namesakes = Vec::new();
    let persons = names_of.iter().enumerate();
    let names = persons.flat_map(|(person, names)| names.iter().map(move |name| (person, name)));
    for (person, name) in names.take(NAMES_MAX) {
        let query = NameQuery::new(name).filter(|query| query.words() <= QUERY_WORDS_MAX);
        let Some(query) = query else { continue };
        let (found, _) = found::persons(of, (index, &query), None, FOUND_OF_A_NAME)?;
        for found in found {
            if namesakes.len() >= NAMESAKES_MAX {
                return Ok(namesakes);
            }
            let Ok(id) = PersonId::parse(&found.person) else {
                continue;
            };
            if known.insert(found.person.clone()) {
                let rows = RowByRow(snapshot);
                let ids = std::slice::from_ref(&id);
                namesakes.push(Namesake {
                    of: person,
                    details: individual_details(&rows, ids, snapshot.position, scope)?,
                    found,
                });
            }
        }
    }
    Ok(namesakes)
}

/// A person who is named by an id, with the cases in which the scope sees them.
pub(crate) struct KnownPerson {
    pub(crate) id: PersonId,
    pub(crate) traits: TraitsBody,
    pub(crate) cases: Vec<String>,
}

/// Finds the first [`NAMESAKES_MAX`] of the persons of these ids whom the scope sees in a case.
///
/// # Errors
/// The store's failure.
pub(crate) fn known_persons(
    (snapshot, scope): (&Snapshot, &Scope),
    ids: &[String],
) -> Result<Vec<KnownPerson>, store::Failure> {
    let (rows, at) = (RowByRow(snapshot), snapshot.position);
    let mut known = Vec::new();
    for id in ids.iter().filter_map(|id| PersonId::parse(id).ok()) {
        if known.len() >= NAMESAKES_MAX {
            break;
        }
        let row = rows.person(&id)?.unwrap_or_default();
        let cases = SeenCases::build(&rows, &row, at, scope)?.cases;
        if !cases.is_empty() {
            let traits = TraitsBody::build(&row, at, scope);
            known.push(KnownPerson { id, traits, cases });
        }
    }
    Ok(known)
}
