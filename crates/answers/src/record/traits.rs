//! What is known of a person, as an answer shows it: names, sex, birth, nationality and roles.
//!
//! Start at [`TraitsBody::build`].
//!
//! Never here: custody and charges (see [`super::facts`]).

use event::Position;
use fold::{Person, Scope, Traits};
use serde::Serialize;

use super::visible::visible_traits;
use crate::day::DaysBody;

/// The traits of a person.
#[derive(Debug, Default, Serialize)]
#[allow(
    missing_docs,
    reason = "each is the field of the answer of the same name: docs/reference/api.md"
)]
pub struct TraitsBody {
    pub sex: Option<&'static str>,
    pub birth: Option<DaysBody>,
    pub roles: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nationality: Option<String>,
    pub names: Vec<NameBody>,
}

/// A name.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "each is the field of the answer of the same name: docs/reference/api.md"
)]
pub struct NameBody {
    pub text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub script: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

impl TraitsBody {
    /// Converts the traits of a person that are known at `at` and visible to `scope`; empty where
    /// there are none.
    #[must_use]
    pub fn build(person: &Person, at: Position, scope: &Scope) -> Self {
        let traits = visible_traits(person, at, scope);
        traits.map(Self::new).unwrap_or_default()
    }

    /// Returns one name: the first legal one, else the first; none where none is said.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        let is_legal = |name: &&NameBody| name.kind.as_deref().is_none_or(|kind| kind == "legal");
        let legal = self.names.iter().find(is_legal);
        let name = legal.or(self.names.first());
        name.map(|name| name.text.as_str())
    }

    fn new(traits: &Traits) -> Self {
        let roles = traits.roles.unwrap_or_default();
        Self {
            sex: traits.sex.map(event::Sex::code),
            birth: traits.birth.map(DaysBody::from),
            roles: roles
                .indices()
                .filter_map(|i| event::Role::ALL.get(i).map(|role| role.code()))
                .collect(),
            nationality: traits.nationality.as_ref().map(ToString::to_string),
            names: traits
                .names
                .iter()
                .map(|(text, script, kind)| NameBody {
                    text: text.to_string(),
                    script: script.as_ref().map(ToString::to_string),
                    kind: kind.as_ref().map(ToString::to_string),
                })
                .collect(),
        }
    }
}
