//! Definitions of organisations: the predicate of a name and version at R.
//!
//! An organisation defines names in its own space only. Of several `definition` events of one name and
//! version, the greatest by (recordedtime, org, source, id) applies. Source:
//! docs/reference/figures.md, Definitions.
//!
//! Start at [`resolve_definition`].
//!
//! Never here: the grammar of predicates (see [`figures`]).

use std::collections::BTreeMap;

use event::{Kind, Position};
use figures::{ColumnStore, OwnName, Predicate, PredicateError, Query};
use fold::{Scope, View, effective_at};
use serde::Serialize;

/// A definition of an organisation, as known at R.
#[derive(Clone, Debug)]
pub struct OwnDefinition {
    /// Its organisation, name and version.
    pub name: OwnName,
    /// The position of the event that defines it.
    pub position: Position,
    /// The predicate that selects what it counts, or why that cannot be parsed.
    pub predicate: Result<Predicate, PredicateError>,
}

/// A definition of an organisation as a line of `/v1/definitions`.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "each is the field of the answer of the same name: docs/reference/api.md"
)]
pub struct DefinitionLine {
    pub definition: String,
    pub usable: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why_not: Option<String>,
    pub position: Position,
}

impl From<OwnDefinition> for DefinitionLine {
    fn from(one: OwnDefinition) -> Self {
        Self {
            definition: one.name.to_string(),
            usable: one.predicate.is_ok(),
            why_not: one.predicate.err().map(|error| error.to_string()),
            position: one.position,
        }
    }
}

/// Returns the definitions known at `at` and visible to `scope`, by name and version.
///
/// # Errors
/// The view's failure.
pub fn own_definitions<V: View>(
    view: &V,
    columns: &ColumnStore,
    at: Position,
    scope: &Scope,
) -> Result<Vec<OwnDefinition>, V::Error> {
    definitions_at(view, columns.listed(&[Kind::Definition], at, scope), at)
}

/// Returns the definitions among the events at `positions`, as known at `at`.
fn definitions_at<V: View>(
    view: &V,
    positions: Vec<Position>,
    at: Position,
) -> Result<Vec<OwnDefinition>, V::Error> {
    let mut found: BTreeMap<OwnName, _> = BTreeMap::new();
    for position in positions {
        let Some(effective) = effective_at(view, position, at)? else {
            continue;
        };
        if effective.is_refuted() {
            continue;
        }
        let (data, envelope) = (&effective.event.data, &effective.event.envelope);
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

/// Returns the definition that `wanted` names: in that version, or in the greatest.
#[must_use]
pub fn find_definition<'d>(
    known: &'d [OwnDefinition],
    wanted: &OwnName,
) -> Option<&'d OwnDefinition> {
    let named = known.iter().filter(|known| {
        (&known.name.org, &known.name.name) == (&wanted.org, &wanted.name)
            && wanted
                .version
                .is_none_or(|version| known.name.version == Some(version))
    });
    named.max_by_key(|known| known.name.version)
}

/// Sets the predicate of the organisation's own definition that `query` names, as known at `at`. Does
/// nothing where it names none. The inner error says what is wrong with the definition.
///
/// # Errors
/// The view's failure.
pub(crate) fn resolve_definition<V: View>(
    view: &V,
    columns: &ColumnStore,
    query: &mut Query,
    at: Position,
    scope: &Scope,
) -> Result<Result<(), String>, V::Error> {
    let Some(wanted) = query.unresolved().cloned() else {
        return Ok(Ok(()));
    };
    // Those of the organisation alone: what others define costs its questions nothing.
    let positions = columns.listed_of((Kind::Definition, &wanted.org), at, scope);
    let known = definitions_at(view, positions, at)?;
    let Some(found) = find_definition(&known, &wanted) else {
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
