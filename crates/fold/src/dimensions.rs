//! What figures are about: measures, definitions, and the dimensions they are grouped by.
//!
//! Never here: parsing a question (see [`crate::Query`]) and counting.

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
    ReleaseKind,
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
        ("release_kind", Self::ReleaseKind),
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
