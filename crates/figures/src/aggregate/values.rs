//! The values of a unit in each dimension, and the name of each value.
//!
//! Start at [`values`]. Source: docs/reference/figures.md, Filters.
//!
//! Never here: groups and sums (see [`crate::aggregate::group_ids`]), and time (see
//! [`crate::aggregate::periods`]).

use std::num::NonZeroU32;

use event::{
    Assessment, AuthorityKind, ChargeStatus, CodeSet, FourValued, Kind, ReleaseKind, Right, Role,
    Sex, Verification, Visibility,
};

use crate::aggregate::periods;
use crate::columns::codes::code_byte;
use crate::columns::dictionary::Dictionary;
use crate::columns::ids::{ColumnId, TagSetNo, index};
use crate::columns::rows::{PersonRow, RowAttributes};
use crate::columns::store::ColumnStore;
use crate::question::dimension::Dimension;
use crate::scan::unit::{ChargeFields, Unit};

/// The value of a unit in one dimension: a code, the id of a text, or a period; 0 where it is not known.
/// What a value stands for is known with its dimension alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct DimensionValue(u32);

impl DimensionValue {
    /// The value that is not known, or absent.
    pub(crate) const UNKNOWN: Self = Self(0);

    /// A period after every other.
    pub(crate) const END: Self = Self(u32::MAX);

    /// Makes the value of a code, by its index in its list.
    #[inline]
    pub(crate) fn from_code(index: usize) -> Self {
        Self::from_code_byte(code_byte(index))
    }

    /// Makes the value of a code, by its index as columns keep it.
    #[inline]
    pub(crate) fn from_code_byte(index: u8) -> Self {
        Self(u32::from(index) + 1)
    }

    /// Makes the value of a period, by its number, which is above 0.
    #[inline]
    pub(crate) const fn from_period(number: u32) -> Self {
        Self(number)
    }

    /// Returns the number that is above 0, or 0 where the value is not known.
    #[inline]
    pub(crate) const fn packed(self) -> u32 {
        self.0
    }

    /// Returns the value of the period after this one.
    pub(crate) const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// Returns how many periods another is after this one; 0 where it is not after it.
    pub(crate) const fn periods_to(self, later: Self) -> u32 {
        later.0.saturating_sub(self.0)
    }

    /// Returns the values of the periods from this one to another, which is the last.
    #[inline]
    pub(crate) fn to(self, last: Self) -> impl Iterator<Item = Self> + Clone {
        (self.0..=last.0).map(Self)
    }
}

impl<K: ColumnId> From<Option<K>> for DimensionValue {
    #[inline]
    fn from(id: Option<K>) -> Self {
        Self(id.map_or(0, |id| id.packed().get()))
    }
}

/// The values of a unit in one dimension.
pub(crate) enum Values {
    One(DimensionValue),
    /// Any number of codes; none where it is not known.
    Set(CodeSet),
    /// Any number of tags; none where there is none.
    Tags(Option<TagSetNo>),
}

/// Whether a unit can have several codes of the dimension.
pub(crate) const fn is_a_set(group: Dimension) -> bool {
    matches!(
        group,
        Dimension::Role | Dimension::RightsExercised | Dimension::RightsViolated
    )
}

/// Returns the values of a unit in a dimension that is not of time.
pub(crate) fn values(group: Dimension, unit: &Unit<'_>) -> Values {
    match group {
        // Nothing is known of people who are not named.
        Dimension::Sex | Dimension::Minor | Dimension::Nationality
            if unit.identity.number().is_none() =>
        {
            Values::One(DimensionValue::UNKNOWN)
        }
        Dimension::Sex | Dimension::Minor | Dimension::Nationality | Dimension::Role => {
            values_of_person(group, unit.traits, unit.minor)
        }
        Dimension::Law => of_charge(unit, |charge| charge.law.into()),
        Dimension::Article => of_charge(unit, |charge| charge.article.into()),
        Dimension::Court => of_charge(unit, |charge| charge.court.into()),
        Dimension::ChargeStatus => of_charge(unit, |charge| {
            DimensionValue::from_code(charge.status.index())
        }),
        Dimension::Month
        | Dimension::Quarter
        | Dimension::Year
        | Dimension::Kind
        | Dimension::Org
        | Dimension::Place
        | Dimension::Locality
        | Dimension::Tag
        | Dimension::RightsExercised
        | Dimension::RightsViolated
        | Dimension::Authority
        | Dimension::Verification
        | Dimension::Assessment
        | Dimension::Case
        | Dimension::Person
        | Dimension::ReleaseKind
        | Dimension::InCustody
        | Dimension::Visibility => values_of_attributes(group, unit.attributes),
    }
}

fn of_charge(unit: &Unit<'_>, value: impl Fn(&ChargeFields) -> DimensionValue) -> Values {
    let charge = unit.charge.as_ref();
    Values::One(charge.map_or(DimensionValue::UNKNOWN, value))
}

/// Returns the values of a person in a dimension that is of people.
fn values_of_person(group: Dimension, traits: &PersonRow, minor: FourValued) -> Values {
    if group == Dimension::Role {
        Values::Set(traits.roles)
    } else if group == Dimension::Sex {
        Values::One(DimensionValue::from_code(traits.sex.index()))
    } else if group == Dimension::Nationality {
        Values::One(traits.nationality.into())
    } else {
        Values::One(DimensionValue::from_code(minor.index()))
    }
}

/// Returns the values of an event in a dimension that is of events.
pub(crate) fn values_of_attributes(group: Dimension, attributes: &RowAttributes) -> Values {
    Values::One(match group {
        Dimension::RightsExercised => return Values::Set(attributes.rights_exercised),
        Dimension::RightsViolated => return Values::Set(attributes.rights_violated),
        Dimension::Kind => DimensionValue::from_code(attributes.kind.index()),
        Dimension::Org => Some(attributes.org).into(),
        Dimension::Place => attributes.place.into(),
        Dimension::Locality => attributes.locality.into(),
        Dimension::Tag => return Values::Tags(attributes.tags),
        Dimension::Authority => DimensionValue::from_code(attributes.authority.index()),
        Dimension::Verification => DimensionValue::from_code(attributes.verification.index()),
        Dimension::Assessment => DimensionValue::from_code(attributes.assessment.index()),
        Dimension::Case => attributes.case.into(),
        Dimension::Person => attributes.person.into(),
        Dimension::InCustody => DimensionValue::from_code(attributes.in_custody.index()),
        Dimension::Visibility => DimensionValue::from_code(attributes.visibility.index()),
        Dimension::ReleaseKind => attributes
            .release_kind
            .map_or(DimensionValue::UNKNOWN, |kind| {
                DimensionValue::from_code(kind.index())
            }),
        Dimension::Month
        | Dimension::Quarter
        | Dimension::Year
        | Dimension::Role
        | Dimension::Sex
        | Dimension::Minor
        | Dimension::Nationality
        | Dimension::Law
        | Dimension::Article
        | Dimension::ChargeStatus
        | Dimension::Court => DimensionValue::UNKNOWN,
    })
}

/// Returns the name of a value; none where it is not known.
pub(crate) fn name(
    columns: &ColumnStore,
    group: Dimension,
    value: DimensionValue,
) -> Option<String> {
    let packed = NonZeroU32::new(value.0)?;
    let at = index(packed.get() - 1);
    match group {
        Dimension::Month | Dimension::Quarter | Dimension::Year => {
            Some(periods::name(group, packed.get()))
        }
        Dimension::Kind => Kind::ALL.get(at).map(|c| c.code().into()),
        Dimension::Org => text(&columns.orgs, packed),
        Dimension::Place => text(&columns.places, packed),
        Dimension::Locality => text(&columns.localities, packed),
        Dimension::Tag => text(&columns.tag_sets.tags, packed),
        Dimension::Nationality => text(&columns.nationalities, packed),
        Dimension::RightsExercised | Dimension::RightsViolated => {
            Right::ALL.get(at).map(|c| c.code().into())
        }
        Dimension::Role => Role::ALL.get(at).map(|c| c.code().into()),
        Dimension::Sex => Sex::ALL.get(at).map(|c| c.code().into()),
        Dimension::Minor => FourValued::ALL.get(at).map(|c| c.code().into()),
        Dimension::Authority => AuthorityKind::ALL.get(at).map(|c| c.code().into()),
        Dimension::Verification => Verification::ALL.get(at).map(|c| c.code().into()),
        Dimension::Assessment => Assessment::ALL.get(at).map(|c| c.code().into()),
        Dimension::Case => text(&columns.cases, packed),
        Dimension::Person => text(&columns.persons, packed),
        Dimension::Law => text(&columns.laws, packed),
        Dimension::Article => text(&columns.articles, packed),
        Dimension::ChargeStatus => ChargeStatus::ALL.get(at).map(|c| c.code().into()),
        Dimension::Court => text(&columns.courts, packed),
        Dimension::InCustody => FourValued::ALL.get(at).map(|c| c.code().into()),
        Dimension::Visibility => Visibility::ALL.get(at).map(|c| c.code().into()),
        Dimension::ReleaseKind => ReleaseKind::ALL.get(at).map(|c| c.code().into()),
    }
}

fn text<K: ColumnId>(texts: &Dictionary<K>, packed: NonZeroU32) -> Option<String> {
    Some(texts.text(K::from_packed(packed)).to_owned())
}
