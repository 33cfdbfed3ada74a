//! Measures, and the dimensions of `group_by`.
//!
//! Never here: parsing a question (see [`crate::Query`]) and counting.

/// The unit that is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Measure {
    /// Individuals: ids that are linked count once.
    Persons,
    /// Events as asserted.
    Events,
    /// One person by one count of one article.
    PersonCharges,
}

impl Measure {
    /// Parses the measure's name.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let all = [Self::Persons, Self::Events, Self::PersonCharges];
        all.into_iter().find(|measure| measure.name() == text)
    }

    /// Returns the measure's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Persons => "persons",
            Self::Events => "events",
            Self::PersonCharges => "person_charges",
        }
    }
}

/// A dimension of `group_by`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "each is the parameter of the same name")]
pub enum Dimension {
    Month,
    Quarter,
    Year,
    Kind,
    Org,
    Place,
    Locality,
    Tag,
    RightsExercised,
    RightsViolated,
    Role,
    Sex,
    Minor,
    Nationality,
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

impl Dimension {
    /// Every dimension with its name.
    pub const ALL: &'static [(&'static str, Self)] = &[
        ("month", Self::Month),
        ("quarter", Self::Quarter),
        ("year", Self::Year),
        ("kind", Self::Kind),
        ("org", Self::Org),
        ("place", Self::Place),
        ("locality", Self::Locality),
        ("tag", Self::Tag),
        ("rights_exercised", Self::RightsExercised),
        ("rights_violated", Self::RightsViolated),
        ("role", Self::Role),
        ("sex", Self::Sex),
        ("minor", Self::Minor),
        ("nationality", Self::Nationality),
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

    /// Parses the dimension's name.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let found = Self::ALL.iter().find(|(name, _)| *name == text);
        found.map(|(_, dimension)| *dimension)
    }

    /// Returns which values `group_by` may have, as an error says it.
    pub(super) fn expected() -> String {
        let names: Vec<_> = Self::ALL.iter().map(|(name, _)| *name).collect();
        format!("any of {}", names.join(", "))
    }

    /// Returns the dimension's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        let found = Self::ALL.iter().find(|(_, dimension)| *dimension == self);
        found.map_or("", |(name, _)| name)
    }

    /// Whether it is a period of time.
    #[must_use]
    pub const fn is_period(self) -> bool {
        matches!(self, Self::Month | Self::Quarter | Self::Year)
    }

    /// Whether only charges have it.
    pub(super) const fn is_of_charges(self) -> bool {
        matches!(
            self,
            Self::Law | Self::Article | Self::ChargeStatus | Self::Court
        )
    }
}
