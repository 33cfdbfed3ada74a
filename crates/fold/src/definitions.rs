//! Definitions of organisations: which predicate a name and version mean at R.
//!
//! An organisation defines in its own space only. Of several `definition` events of one name and
//! version the greatest (recordedtime, org, source, id) holds. Source: docs/reference/figures.md,
//! Definitions.
//!
//! Never here: what a predicate may say (see [`crate::predicate`]).

use std::collections::BTreeMap;

use event::{Kind, Position};

use crate::as_of::effective;
use crate::dimensions::OwnName;
use crate::predicate::{Predicate, PredicateError};
use crate::query::Query;
use crate::sees::Scope;
use crate::step::View;
use crate::table::Table;

/// A definition as it stands in the record at R.
#[derive(Clone, Debug)]
pub struct OwnDefinition {
    /// Whose it is, its name, and its version.
    pub name: OwnName,
    /// The position of the event that defines it.
    pub position: Position,
    /// What it counts, or why that cannot be read.
    pub predicate: Result<Predicate, PredicateError>,
}

/// Returns the definitions that stand in the record at `at` and that `scope` may see, by name and
/// version.
///
/// # Errors
/// The view's failure.
pub fn own_definitions<V: View>(
    view: &V,
    table: &Table,
    at: Position,
    scope: &Scope,
) -> Result<Vec<OwnDefinition>, V::Error> {
    let mut found: BTreeMap<OwnName, _> = BTreeMap::new();
    for position in table.listed(&[Kind::Definition], at, scope) {
        let Some(defined) = effective(view, position, at)? else {
            continue;
        };
        let (data, envelope) = (&defined.event.data, &defined.event.envelope);
        let Some(name) = data.text("name") else {
            continue;
        };
        let name = OwnName {
            org: envelope.key.org.clone(),
            name: name.into(),
            version: Some(
                data.get("version")
                    .and_then(event::Json::as_u64)
                    .unwrap_or(1),
            ),
        };
        let order = (envelope.recorded, envelope.key.clone());
        let predicate = data.get("predicate").map_or(
            Err(PredicateError::Shape { found: "absent" }),
            Predicate::parse,
        );
        let definition = OwnDefinition {
            name: name.clone(),
            position,
            predicate,
        };
        match found.get(&name) {
            Some((greatest, _)) if *greatest > order => {}
            _ => {
                found.insert(name, (order, definition));
            }
        }
    }
    Ok(found
        .into_values()
        .map(|(_, definition)| definition)
        .collect())
}

/// Returns the definition that `wanted` names: of that version, or of the greatest.
#[must_use]
pub fn find<'d>(known: &'d [OwnDefinition], wanted: &OwnName) -> Option<&'d OwnDefinition> {
    let named = known.iter().filter(|known| {
        (&known.name.org, &known.name.name) == (&wanted.org, &wanted.name)
            && wanted
                .version
                .is_none_or(|version| known.name.version == Some(version))
    });
    named.max_by_key(|known| known.name.version)
}

/// Takes into `query` what the organisation's own definition that it names counts, as known at `at`;
/// nothing where it names none. The inner error says what is wrong with it.
///
/// # Errors
/// The view's failure.
pub fn resolve<V: View>(
    view: &V,
    table: &Table,
    query: &mut Query,
    at: Position,
    scope: &Scope,
) -> Result<Result<(), String>, V::Error> {
    let Some(wanted) = query.unresolved().cloned() else {
        return Ok(Ok(()));
    };
    let known = own_definitions(view, table, at, scope)?;
    let Some(found) = find(&known, &wanted) else {
        return Ok(Err(format!(
            "definition is {wanted}, but no such definition is known at position {at}; /v1/definitions lists those that are"
        )));
    };
    let version = found.name.version.unwrap_or(1);
    let resolved = match &found.predicate {
        Err(error) => Err(format!(
            "definition {} at position {} cannot be used: {error}",
            found.name, found.position
        )),
        Ok(predicate) => query
            .resolve(version, predicate.clone())
            .map_err(|error| error.to_string()),
    };
    Ok(resolved)
}
