//! Groups: the values of a unit in each dimension, and the name of each value.
//!
//! Start at [`values`] and [`span`]. Source: docs/reference/figures.md, Filters.
//!
//! Never here: cells and sums (see [`crate::cells`]).

use event::{
    Answer, Assessment, AuthorityKind, ChargeStatus, CodeSet, Day, Days, Kind, ReleaseKind, Right,
    Role, Sex, Verification, Visibility,
};

use crate::columns::{NONE, Says, Symbols, Trait};
use crate::count::Unit;
use crate::dimensions::Group;
use crate::table::{Table, index};

/// The value of a dimension that is not known. Texts that are absent have this number too.
pub(crate) const UNKNOWN: u32 = NONE;

/// The most months, quarters or years that one uncertain date is spread over in `at_most`. A date
/// as wide as that says nothing about any one of them; 1,200 months are a century.
const SPREAD_MAX: u32 = 1_200;

/// What is added to the number of a month, quarter or year, so that a spread that begins before
/// the year 0 has numbers too.
const TIME_OFFSET: u32 = SPREAD_MAX;

/// What a unit says of one dimension.
pub(crate) enum Values {
    /// One value: the number of a code or of a text.
    One(u32),
    /// Any number of codes.
    Set(CodeSet),
}

/// Whether the dimension depends on when something happened.
pub(crate) const fn is_of_time(group: Group) -> bool {
    matches!(group, Group::Month | Group::Quarter | Group::Year)
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
pub(crate) fn values_of_person(group: Group, traits: &Trait, minor: Answer) -> Values {
    if group == Group::Role {
        set(traits.roles)
    } else if group == Group::Sex {
        Values::One(code(traits.sex.index()))
    } else {
        Values::One(code(minor.index()))
    }
}

/// Returns what an event says of a dimension that is of events.
pub(crate) fn values_of_says(group: Group, says: &Says) -> Values {
    Values::One(match group {
        Group::RightsExercised => return set(says.rights_exercised),
        Group::RightsViolated => return set(says.rights_violated),
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

fn code(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(UNKNOWN)
}

pub(crate) fn set(codes: CodeSet) -> Values {
    if codes.is_empty() {
        Values::One(UNKNOWN)
    } else {
        Values::Set(codes)
    }
}

/// The months, quarters or years that a unit touches within the window.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    pub(crate) first: u32,
    pub(crate) last: u32,
    /// Whether its days lie inside of one of them.
    pub(crate) inside: bool,
}

/// Returns the values of a dimension of time that the days touch within the window.
pub(crate) fn span(group: Group, days: Option<Days>, window: Option<Days>) -> Span {
    let one = |value, inside| Span {
        first: value,
        last: value,
        inside,
    };
    let Some(days) = days else {
        return one(UNKNOWN, true);
    };
    let earliest = number(group, days.earliest);
    let latest = if days.latest == days.earliest {
        earliest
    } else {
        number(group, days.latest)
    };
    let (mut first, mut last) = (earliest, latest);
    if let Some(window) = window {
        if window.earliest > days.earliest {
            first = number(group, window.earliest);
        }
        if window.latest < days.latest {
            last = number(group, window.latest);
        }
    }
    match (first, last) {
        (Some(first), Some(last)) if last.saturating_sub(first) <= SPREAD_MAX => Span {
            first,
            last,
            inside: earliest.is_some() && earliest == latest,
        },
        (_, Some(last)) => Span {
            first: last - SPREAD_MAX,
            last,
            inside: false,
        },
        (_, None) => one(UNKNOWN, false),
    }
}

/// Returns the value of a coarser dimension of time.
pub(crate) fn coarser(finest: Group, moment: u32, group: Group) -> u32 {
    if moment == UNKNOWN || finest == group {
        return moment;
    }
    let moment = i64::from(moment) - i64::from(TIME_OFFSET);
    let quarters_or_years = moment.div_euclid(match (finest, group) {
        (Group::Month, Group::Quarter) => 3,
        (Group::Month, Group::Year) => 12,
        (Group::Quarter, Group::Year) => 4,
        _ => 1,
    });
    u32::try_from(quarters_or_years + i64::from(TIME_OFFSET)).unwrap_or(UNKNOWN)
}

fn number(group: Group, day: Day) -> Option<u32> {
    let (year, month, _) = day.ymd()?;
    let year = u32::try_from(year).ok()?;
    let month = u32::try_from(month).ok()?.checked_sub(1)?;
    let number = if group == Group::Month {
        year * 12 + month
    } else if group == Group::Quarter {
        year * 4 + month / 3
    } else {
        year
    };
    Some(number + TIME_OFFSET)
}

/// Returns the name of a value; none where it is not known.
pub(crate) fn name(table: &Table, group: Group, value: u32) -> Option<String> {
    if value == UNKNOWN {
        return None;
    }
    let at = index(value)?;
    let time = i64::from(value) - i64::from(TIME_OFFSET);
    let within = |parts: i64| (time.div_euclid(parts), time.rem_euclid(parts) + 1);
    let symbol = |symbols: &Symbols| Some(symbols.text(value).to_owned());
    match group {
        Group::Month => {
            let (year, month) = within(12);
            Some(format!("{year:04}-{month:02}"))
        }
        Group::Quarter => {
            let (year, quarter) = within(4);
            Some(format!("{year:04}-Q{quarter}"))
        }
        Group::Year => Some(format!("{time:04}")),
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
