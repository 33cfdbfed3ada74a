//! People of a name: for somebody who enters an event, who may know them already under another id.
//!
//! Never here: whether two people are one; nothing is joined by itself.

use std::collections::BTreeSet;

use answers::{IndividualDetails, TraitsBody, individual_details, name_key, name_keys};
use event::PersonId;
use fold::{Scope, TrackId};

use super::row_by_row::RowByRow;
use super::snapshot::Snapshot;
use crate::http::turns::give_way;

/// Persons read at once: between two reads the fold can write. Source: docs/reference/limits.md.
const PERSONS_PER_READ: usize = 1_000;

/// How many persons are looked at for people of a name: of more, the first by id. Source: docs/reference/limits.md.
pub const PERSONS_MAX: usize = 200_000;

/// How many people of a name are shown. Source: docs/reference/limits.md.
pub const NAMESAKES_MAX: usize = 10;

/// How many such searches are under way at once; others wait. Source: docs/reference/limits.md.
pub const SEARCHES_MAX: usize = 2;

/// A person of the record whose name is, or is spelt like, one that is asked for.
pub(crate) struct Namesake {
    pub(crate) id: PersonId,
    pub(crate) traits: TraitsBody,
    /// What tells them apart from others.
    pub(crate) details: IndividualDetails,
    /// Their cases.
    pub(crate) cases: Vec<String>,
}

/// Finds at most [`NAMESAKES_MAX`] persons whose name is, or is spelt like, one of `names`, among those that the
/// scope may see; `besides` are the ids that are named already.
///
/// # Errors
/// The store's failure.
pub(crate) fn namesakes(
    snapshot: &Snapshot,
    scope: &Scope,
    names: &[String],
    besides: &[String],
) -> Result<Vec<Namesake>, store::Failure> {
    let keys: BTreeSet<String> = names.iter().filter_map(|name| name_key(name)).collect();
    let (at, mut found, mut looked) = (snapshot.position, Vec::new(), 0);
    let mut last: Option<PersonId> = None;
    while !keys.is_empty() && found.len() < NAMESAKES_MAX && looked < PERSONS_MAX {
        give_way();
        let reading = snapshot.read()?;
        let (before, mut newest) = (looked, None);
        for person in reading.persons_from(last.as_ref()).take(PERSONS_PER_READ) {
            let (id, row) = person?;
            let is_of_name = !name_keys(&row, at, scope).is_disjoint(&keys);
            if is_of_name && !besides.contains(&id.to_string()) && found.len() < NAMESAKES_MAX {
                let cases = row.tracks.iter().filter_map(TrackId::case);
                let cases = cases.map(ToString::to_string).collect::<BTreeSet<_>>();
                let traits = TraitsBody::build(&row, at, scope);
                found.push((id.clone(), traits, cases));
            }
            looked += 1;
            newest = Some(id);
        }
        last = newest;
        if looked - before < PERSONS_PER_READ {
            break;
        }
    }
    let rows = RowByRow(snapshot);
    let namesake = |(id, traits, cases): (PersonId, TraitsBody, BTreeSet<String>)| {
        let details = individual_details(&rows, std::slice::from_ref(&id), at, scope)?;
        let table = snapshot.model.table();
        let is_seen = |case: &String| {
            event::CaseId::parse(case).is_ok_and(|case| table.sees_case(&case, at, scope))
        };
        let cases = cases.into_iter().filter(is_seen).collect();
        Ok(Namesake {
            id,
            traits,
            details,
            cases,
        })
    };
    found.into_iter().map(namesake).collect()
}
