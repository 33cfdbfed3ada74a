//! What figures are about: measures, definitions, and the dimensions they are grouped by.
//!
//! Never here: parsing a question (see [`crate::Query`]) and counting.

use event::{AuthorityKind, CustodyState, Kind, OrgId};

use crate::custody::is_in_custody;
use crate::predicate::{Predicate, every_right};

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    /// Individuals.
    Persons,
    /// Events as asserted.
    Events,
    /// One person by one count of one article.
    PersonCharges,
}

impl Measure {
    /// Returns the measure as it is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Persons => "persons",
            Self::Events => "events",
            Self::PersonCharges => "person_charges",
        }
    }
}

/// A built-in definition, each at version 1. Source: docs/reference/figures.md, Definitions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Definition {
    /// police_custody, pretrial, serving, administrative.
    DetainedAny,
    /// Those, held by a state authority.
    DetainedStateCustody,
    /// `detained/any` and house_arrest.
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

    /// Returns what it counts.
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
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OwnName {
    /// Whose it is.
    pub org: OrgId,
    /// Its name.
    pub name: Box<str>,
    /// Its version, from 1; none is the greatest known at R.
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

/// A definition as a question names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// A built-in one.
    BuiltIn(Definition),
    /// An organisation's own, which stands in the record.
    Own(OwnName),
}

/// A dimension of `group_by`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "each is the parameter of the same name")]
pub enum Group {
    Month,
    Quarter,
    Year,
    Kind,
    Org,
    Place,
    RightsExercised,
    RightsViolated,
    Role,
    Sex,
    Minor,
    Authority,
    Verification,
    Assessment,
    Case,
    Person,
    Law,
    Article,
    ChargeStatus,
    Court,
    ReleaseKind,
    InCustody,
    Visibility,
}

impl Group {
    /// Every dimension with its name.
    pub const ALL: &'static [(&'static str, Self)] = &[
        ("month", Self::Month),
        ("quarter", Self::Quarter),
        ("year", Self::Year),
        ("kind", Self::Kind),
        ("org", Self::Org),
        ("place", Self::Place),
        ("rights_exercised", Self::RightsExercised),
        ("rights_violated", Self::RightsViolated),
        ("role", Self::Role),
        ("sex", Self::Sex),
        ("minor", Self::Minor),
        ("authority", Self::Authority),
        ("verification", Self::Verification),
        ("assessment", Self::Assessment),
        ("case", Self::Case),
        ("person", Self::Person),
        ("law", Self::Law),
        ("article", Self::Article),
        ("charge_status", Self::ChargeStatus),
        ("court", Self::Court),
        ("release_kind", Self::ReleaseKind),
        ("in_custody", Self::InCustody),
        ("visibility", Self::Visibility),
    ];

    /// Returns the dimension's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(_, group)| *group == self)
            .map_or("", |(name, _)| name)
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
