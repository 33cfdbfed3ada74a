//! The traits of a person: whose word on each holds, for each scope.
//!
//! Start at [`derive_person`]. The owner of the id and its editors are heard first, others only
//! where these say nothing. Source of the rules: docs/reference/figures.md, Persons.
//!
//! Never here: how a statement reaches the row (see [`crate::step`]).

use std::collections::{BTreeMap, BTreeSet};

use event::{OrgId, Position, Sex};

use crate::audience::derive_by_scope;
use crate::rows::{Person, PersonStatement, Traits};
use crate::time::versioned::revise;

/// Derives the traits of a person again, from the statements about them at `at`.
///
/// `editors` are the owner of the id and the organisations that may edit its record.
pub(crate) fn derive_person(person: &mut Person, at: Position, editors: &BTreeSet<OrgId>) {
    let versions = person.statements.values().flatten();
    let open = versions.filter(|version| version.to.is_none());
    let mut statements: Vec<&PersonStatement> = open.map(|version| &version.value).collect();
    statements.sort_by(|a, b| (a.recorded, &a.key).cmp(&(b.recorded, &b.key)));
    let access: Vec<_> = statements
        .iter()
        .map(|statement| (statement.visibility, statement.confined_to.as_slice()))
        .collect();
    let now = derive_by_scope(&access, |scope| {
        let sees = |one: &&PersonStatement| scope.sees_confined(one.visibility, &one.confined_to);
        let visible: Vec<&PersonStatement> = statements.iter().copied().filter(sees).collect();
        let traits = traits(&visible, editors);
        if traits.is_empty() {
            Vec::new()
        } else {
            vec![traits]
        }
    });
    revise(&mut person.traits, now, at, |_| true);
}

/// Returns the traits that hold by these statements, in their order.
fn traits(statements: &[&PersonStatement], editors: &BTreeSet<OrgId>) -> Traits {
    let sex = word(statements, editors, |traits| {
        traits.sex.filter(|sex| *sex != Sex::Unknown)
    });
    // `unknown` never replaces a value.
    let unknown = || statements.iter().find_map(|one| one.traits.sex);
    let names = word(statements, editors, |traits| {
        Some(&traits.names).filter(|names| !names.is_empty())
    });
    Traits {
        sex: sex.or_else(unknown),
        birth: word(statements, editors, |traits| traits.birth),
        roles: word(statements, editors, |traits| traits.roles),
        nationality: word(statements, editors, |traits| traits.nationality.as_ref()).cloned(),
        names: names.cloned().unwrap_or_default(),
    }
}

/// Returns the value of one trait that holds; none where nobody says any.
fn word<'s, T>(
    statements: &[&'s PersonStatement],
    editors: &BTreeSet<OrgId>,
    says: impl Fn(&'s Traits) -> Option<T>,
) -> Option<T> {
    // Of one organisation the latest word, whatever its verification.
    let mut words: BTreeMap<&OrgId, (&PersonStatement, T)> = BTreeMap::new();
    for statement in statements {
        if let Some(value) = says(&statement.traits) {
            words.insert(&statement.org, (statement, value));
        }
    }
    let best = words.into_values().max_by_key(|(statement, _)| {
        let first = editors.contains(&statement.org);
        let verified = statement.verification.strength();
        (first, verified, statement.recorded, &statement.key)
    });
    best.map(|(_, value)| value)
}
