//! Definitions: built-in ones and what they count, and the names of organisations' own.
//!
//! Source: docs/reference/figures.md, Definitions.
//!
//! Never here: finding an organisation's own definition in the record (crate `answers`).

use event::{AuthorityKind, CustodyState, Kind, OrgId};
use fold::is_in_custody;

use crate::question::predicate::{Predicate, every_right};

/// A built-in definition, each at version 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Definition {
    /// police_custody, pretrial, serving, administrative.
    DetainedAny,
    /// `detained/any`, held by a state authority.
    DetainedStateCustody,
    /// `detained/any`, and house_arrest.
    DetainedInclHouseArrest,
    /// Arrests whose `rights_exercised` is not empty.
    ArrestedForRights,
}

impl Definition {
    /// Every built-in definition.
    pub const ALL: &'static [Self] = &[
        Self::DetainedAny,
        Self::DetainedStateCustody,
        Self::DetainedInclHouseArrest,
        Self::ArrestedForRights,
    ];

    /// Returns the name without the version.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::DetainedAny => "detained/any",
            Self::DetainedStateCustody => "detained/state_custody",
            Self::DetainedInclHouseArrest => "detained/incl_house_arrest",
            Self::ArrestedForRights => "arrested/for_rights",
        }
    }

    /// Returns the predicate: what the definition counts.
    #[must_use]
    pub fn predicate(self) -> Predicate {
        let states = CustodyState::ALL.iter().copied();
        let detained: Vec<_> = states.filter(|state| is_in_custody(*state)).collect();
        let detained = Predicate::in_states(&detained);
        match self {
            Self::DetainedAny => detained,
            Self::DetainedStateCustody => {
                let organs = AuthorityKind::ALL.iter().copied();
                Predicate {
                    authority: Some(organs.filter(|kind| kind.is_state()).collect()),
                    ..detained
                }
            }
            Self::DetainedInclHouseArrest => {
                let states = detained.states.into_iter().flatten();
                let all: Vec<_> = states.chain([CustodyState::HouseArrest]).collect();
                Predicate::in_states(&all)
            }
            Self::ArrestedForRights => Predicate {
                kinds: Some(vec![Kind::Arrest]),
                rights_exercised: Some(every_right()),
                ..Predicate::default()
            },
        }
    }
}

/// The name of an organisation's own definition: `<org>:<name>`, `<org>:<name>.v<version>`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OwnName {
    /// The organisation whose definition it is.
    pub org: OrgId,
    /// The name within the organisation.
    pub name: Box<str>,
    /// The version, from 1; none asks for the greatest known at R.
    pub version: Option<u64>,
}

impl OwnName {
    /// Parses the name; none where it is not one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (org, rest) = text.split_once(':')?;
        let versioned = rest.rsplit_once(".v").and_then(|(name, version)| {
            let number = version.parse().ok().filter(|v: &u64| *v > 0)?;
            (version == number.to_string()).then_some((name, number))
        });
        let (name, version) = versioned.map_or((rest, None), |(name, v)| (name, Some(v)));
        Some(Self {
            org: OrgId::parse(org).ok()?,
            name: (!name.is_empty()).then(|| name.into())?,
            version,
        })
    }
}

impl std::fmt::Display for OwnName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.org, self.name)?;
        self.version
            .map_or(Ok(()), |version| write!(f, ".v{version}"))
    }
}

/// The definition that a question names.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum DefinitionName {
    /// A built-in one, with its version where that is said.
    BuiltIn(Definition, Option<u64>),
    /// An organisation's own, which its `definition` events state.
    Own(OwnName),
}

impl DefinitionName {
    /// Parses a definition's name: a built-in one, with or without `.v1`, or an organisation's own.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (name, version) = match text.strip_suffix(".v1") {
            Some(name) => (name, Some(1)),
            None => (text, None),
        };
        let mut built_in = Definition::ALL.iter().copied();
        let built_in = built_in.find(|definition| definition.name() == name);
        let own = || OwnName::parse(text).map(Self::Own);
        built_in
            .map(|definition| Self::BuiltIn(definition, version))
            .or_else(own)
    }

    /// Returns which values `definition` may have, as an error says it.
    pub(super) fn expected() -> String {
        let names: Vec<_> = Definition::ALL
            .iter()
            .map(|definition| definition.name())
            .collect();
        format!(
            "one of {}, or an organisation's own as <org>:<name> or <org>:<name>.v<version>",
            names.join(", ")
        )
    }
}

impl std::fmt::Display for DefinitionName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::BuiltIn(definition, Some(version)) => {
                write!(f, "{}.v{version}", definition.name())
            }
            Self::BuiltIn(definition, None) => f.write_str(definition.name()),
            Self::Own(own) => own.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn detained_any_is_what_its_first_version_says() {
        let states = Definition::DetainedAny.predicate().states.unwrap();
        let codes: Vec<_> = states.iter().map(|state| state.code()).collect();
        let said = ["police_custody", "pretrial", "serving", "administrative"];
        assert_eq!(codes, said, "a change needs a version of its own");
    }
}
