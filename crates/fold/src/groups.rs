//! Groups: the values of a unit in each dimension, and the name of each value.
//!
//! Start at [`values`]. Source: docs/reference/figures.md, Filters.
//!
//! Never here: cells and sums (see [`crate::cells`]), and time (see [`crate::moments`]).

use event::{
    Answer, Assessment, AuthorityKind, ChargeStatus, CodeSet, Kind, ReleaseKind, Right, Role, Sex,
    Verification, Visibility,
};

use crate::columns::{NONE, Says, Symbols, Trait};
use crate::count::Unit;
use crate::dimensions::Group;
use crate::moments;
use crate::table::{Table, index};

/// The value of a dimension that is not known. Texts that are absent have this number too.
pub(crate) const UNKNOWN: u32 = NONE;

/// What a unit says of one dimension.
pub(crate) enum Values {
    /// One value: the number of a code or of a text.
    One(u32),
    /// Any number of codes; none where it is not known.
    Set(CodeSet),
}

/// Whether a unit can have several values of the dimension.
pub(crate) const fn is_a_set(group: Group) -> bool {
    matches!(
        group,
        Group::Role | Group::RightsExercised | Group::RightsViolated
    )
}

/// Returns what a unit says of a dimension that is not of time.
pub(crate) fn values(group: Group, unit: &Unit<'_>) -> Values {
    match group {
        Group::Sex | Group::Minor | Group::Role => values_of_person(group, unit.traits, unit.minor),
        Group::Law => Values::One(unit.law),
        Group::Article => Values::One(unit.article),
        Group::Court => Values::One(unit.court),
        Group::ChargeStatus => {
            Values::One(unit.status.map_or(UNKNOWN, |status| code(status.index())))
        }
        Group::Month
        | Group::Quarter
        | Group::Year
        | Group::Kind
        | Group::Org
        | Group::Place
        | Group::RightsExercised
        | Group::RightsViolated
        | Group::Authority
        | Group::Verification
        | Group::Assessment
        | Group::Case
        | Group::Person
        | Group::ReleaseKind
        | Group::InCustody
        | Group::Visibility => values_of_says(group, unit.says),
    }
}

/// Returns what holds of a person, of a dimension that is of people.
fn values_of_person(group: Group, traits: &Trait, minor: Answer) -> Values {
    if group == Group::Role {
        Values::Set(traits.roles)
    } else if group == Group::Sex {
        Values::One(code(traits.sex.index()))
    } else {
        Values::One(code(minor.index()))
    }
}

/// Returns what an event says of a dimension that is of events.
pub(crate) fn values_of_says(group: Group, says: &Says) -> Values {
    Values::One(match group {
        Group::RightsExercised => return Values::Set(says.rights_exercised),
        Group::RightsViolated => return Values::Set(says.rights_violated),
        Group::Kind => code(says.kind.index()),
        Group::Org => says.org,
        Group::Place => says.place,
        Group::Authority => code(says.authority.index()),
        Group::Verification => code(says.verification.index()),
        Group::Assessment => code(says.assessment.index()),
        Group::Case => says.case,
        Group::Person => says.person,
        Group::InCustody => code(says.in_custody.index()),
        Group::Visibility => code(says.visibility.index()),
        Group::ReleaseKind => says.release_kind.map_or(UNKNOWN, |kind| code(kind.index())),
        Group::Month
        | Group::Quarter
        | Group::Year
        | Group::Role
        | Group::Sex
        | Group::Minor
        | Group::Law
        | Group::Article
        | Group::ChargeStatus
        | Group::Court => UNKNOWN,
    })
}

pub(crate) fn code(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(UNKNOWN)
}

/// Returns the name of a value; none where it is not known.
pub(crate) fn name(table: &Table, group: Group, value: u32) -> Option<String> {
    if value == UNKNOWN {
        return None;
    }
    let at = index(value)?;
    let symbol = |symbols: &Symbols| Some(symbols.text(value).to_owned());
    match group {
        Group::Month | Group::Quarter | Group::Year => Some(moments::name(group, value)),
        Group::Kind => Kind::ALL.get(at).map(|c| c.code().into()),
        Group::Org => symbol(&table.orgs),
        Group::Place => symbol(&table.places),
        Group::RightsExercised | Group::RightsViolated => {
            Right::ALL.get(at).map(|c| c.code().into())
        }
        Group::Role => Role::ALL.get(at).map(|c| c.code().into()),
        Group::Sex => Sex::ALL.get(at).map(|c| c.code().into()),
        Group::Minor => Answer::ALL.get(at).map(|c| c.code().into()),
        Group::Authority => AuthorityKind::ALL.get(at).map(|c| c.code().into()),
        Group::Verification => Verification::ALL.get(at).map(|c| c.code().into()),
        Group::Assessment => Assessment::ALL.get(at).map(|c| c.code().into()),
        Group::Case => symbol(&table.cases),
        Group::Person => symbol(&table.persons),
        Group::Law => symbol(&table.laws),
        Group::Article => symbol(&table.articles),
        Group::ChargeStatus => ChargeStatus::ALL.get(at).map(|c| c.code().into()),
        Group::Court => symbol(&table.courts),
        Group::InCustody => Answer::ALL.get(at).map(|c| c.code().into()),
        Group::Visibility => Visibility::ALL.get(at).map(|c| c.code().into()),
        Group::ReleaseKind => ReleaseKind::ALL.get(at).map(|c| c.code().into()),
    }
}
