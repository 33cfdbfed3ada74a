//! Filters and groups over what an event says: one reading for occurrences, runs and charges.
//!
//! Never here: windows of days and bounds (see [`crate::figure`]).

use event::{
    Answer, Assessment, AuthorityKind, ChargeStatus, CodeSet, Day, Days, Kind, ReleaseKind, Right,
    Role, Sex, Visibility,
};

use crate::columns::{Charge, NONE, Says, Symbols, Trait};
use crate::count::{Unit, is_of_time};
use crate::dimensions::Group;
use crate::held::passes;
use crate::query::Query;
use crate::table::{Table, index};

/// A query's filters, with its texts as the table's numbers.
pub(crate) struct Filter<'q> {
    query: &'q Query,
    cases: Option<Vec<u32>>,
    persons: Option<Vec<u32>>,
    places: Option<Vec<bool>>,
    orgs: Option<Vec<u32>>,
    laws: Option<Vec<u32>>,
    articles: Option<Vec<u32>>,
    courts: Option<Vec<u32>>,
}

fn numbers(symbols: &Symbols, wanted: Option<Vec<&str>>) -> Option<Vec<u32>> {
    let wanted = wanted?;
    let all = symbols.iter().enumerate();
    let found = all.filter(|(_, text)| wanted.contains(text));
    Some(found.filter_map(|(i, _)| u32::try_from(i).ok()).collect())
}

fn texts<T>(list: &Option<Vec<T>>, text: impl Fn(&T) -> &str) -> Option<Vec<&str>> {
    list.as_ref().map(|list| list.iter().map(text).collect())
}

impl<'q> Filter<'q> {
    pub(crate) fn new(table: &Table, query: &'q Query) -> Self {
        let places = query.place.as_ref().map(|wanted| {
            table
                .places
                .iter()
                .map(|place| wanted.iter().any(|w| lies_in(place, w)))
                .collect()
        });
        Self {
            query,
            cases: numbers(&table.cases, texts(&query.case, |id| id.as_str())),
            persons: numbers(&table.persons, texts(&query.person, |id| id.as_str())),
            places,
            orgs: numbers(&table.orgs, texts(&query.org, |id| id.as_str())),
            laws: numbers(&table.laws, texts(&query.law, |text| text)),
            articles: numbers(&table.articles, texts(&query.article, |text| text)),
            courts: numbers(&table.courts, texts(&query.court, |text| text)),
        }
    }

    /// Whether what an event says passes.
    pub(crate) fn takes(&self, says: &Says) -> bool {
        let q = self.query;
        let kind = match (&q.definition, &q.kind) {
            // Whether a state satisfies it is asked of each interval, not of a run's beginning.
            (Some(_), _) => q.is_held() || q.takes_event(says),
            (None, Some(kinds)) => kinds.contains(&says.kind),
            (None, None) => true,
        };
        kind && passes(says.verification, q.verification)
            && set(q.rights_exercised, says.rights_exercised)
            && set(q.rights_violated, says.rights_violated)
            && among(&q.authority, &says.authority)
            && among(&q.assessment, &says.assessment)
            && among(&q.visibility, &says.visibility)
            && among(&q.in_custody, &says.in_custody)
            && q.release_kind
                .as_ref()
                .is_none_or(|kinds| says.release_kind.is_some_and(|kind| kinds.contains(&kind)))
            && among(&self.orgs, &says.org)
            && among(&self.cases, &says.case)
            && among(&self.persons, &says.person)
            && self.places.as_ref().is_none_or(|places| {
                index(says.place)
                    .and_then(|i| places.get(i))
                    .copied()
                    .unwrap_or(false)
            })
    }

    /// Whether a person passes.
    pub(crate) fn takes_person(&self, traits: &Trait, minor: Answer) -> bool {
        set(self.query.role, traits.roles)
            && among(&self.query.sex, &traits.sex)
            && among(&self.query.minor, &minor)
    }

    /// Whether a charge passes.
    pub(crate) fn takes_charge(&self, row: &Charge) -> bool {
        among(&self.laws, &row.law)
            && among(&self.articles, &row.article)
            && among(&self.courts, &row.court)
            && among(&self.query.charge_status, &row.status)
    }
}

fn among<T: PartialEq>(wanted: &Option<Vec<T>>, found: &T) -> bool {
    wanted.as_ref().is_none_or(|wanted| wanted.contains(found))
}

fn set(wanted: Option<CodeSet>, found: CodeSet) -> bool {
    wanted.is_none_or(|wanted| wanted.touches(found))
}

/// Whether a place is the wanted one or a subdivision of it: `KH` includes `KH-12`.
fn lies_in(place: &str, wanted: &str) -> bool {
    place
        .strip_prefix(wanted)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

/// The value of one dimension: the number of a code, a text or a time; [`UNKNOWN`] where not known.
pub(crate) type Cell = i64;

/// Sorts after every value.
const UNKNOWN: Cell = Cell::MAX;

/// The most months, quarters or years that one uncertain date is spread over in `at_most`. A date
/// as wide as that says nothing about any one of them; 1,200 months are a century.
const SPREAD_MAX: Cell = 1_200;

/// Returns the cells a unit stands in, and whether its days lie inside each.
pub(crate) fn cells(
    groups: &[Group],
    unit: &Unit<'_>,
    window: Option<Days>,
) -> Vec<(Vec<Cell>, bool)> {
    // A month lies in one quarter and one year, so together they are no more cells than months.
    let finest = groups
        .iter()
        .copied()
        .filter(|group| is_of_time(*group))
        .min();
    let (moments, inside) = finest.map_or((vec![UNKNOWN], true), |finest| {
        times(finest, unit.days, window)
    });
    let mut found = Vec::new();
    for moment in moments {
        let mut cells = vec![Vec::with_capacity(groups.len())];
        for group in groups {
            let values = match finest {
                Some(finest) if is_of_time(*group) => vec![coarser(finest, moment, *group)],
                _ => values(*group, unit),
            };
            cells = cells
                .into_iter()
                .flat_map(|cell| {
                    values.iter().map(move |value| {
                        let mut cell = cell.clone();
                        cell.push(*value);
                        cell
                    })
                })
                .collect();
        }
        found.extend(cells.into_iter().map(|cell| (cell, inside)));
    }
    found
}

/// Returns the months, quarters or years that the days touch within the window.
fn times(group: Group, days: Option<Days>, window: Option<Days>) -> (Vec<Cell>, bool) {
    let Some(days) = days else {
        return (vec![UNKNOWN], true);
    };
    let (mut from, mut to) = (days.earliest, days.latest);
    if let Some(window) = window {
        from = from.max(window.earliest);
        to = to.min(window.latest);
    }
    let whole = (number(group, days.earliest), number(group, days.latest));
    match (number(group, from), number(group, to)) {
        (Some(first), Some(last)) if last - first <= SPREAD_MAX => (
            (first..=last).collect(),
            whole.0.is_some() && whole.0 == whole.1,
        ),
        (_, Some(last)) => ((last - SPREAD_MAX..=last).collect(), false),
        (_, None) => (vec![UNKNOWN], false),
    }
}

/// Returns the quarter or year of a month, or the year of a quarter.
fn coarser(finest: Group, moment: Cell, group: Group) -> Cell {
    if moment == UNKNOWN {
        return UNKNOWN;
    }
    moment.div_euclid(match (finest, group) {
        (Group::Month, Group::Quarter) => 3,
        (Group::Month, Group::Year) => 12,
        (Group::Quarter, Group::Year) => 4,
        _ => 1,
    })
}

fn number(group: Group, day: Day) -> Option<Cell> {
    let (year, month, _) = day.ymd()?;
    let (year, month) = (Cell::from(year), Cell::from(month) - 1);
    Some(if group == Group::Month {
        year * 12 + month
    } else if group == Group::Quarter {
        year * 4 + month / 3
    } else {
        year
    })
}

fn values(group: Group, unit: &Unit<'_>) -> Vec<Cell> {
    let says = unit.says;
    let code = |index: Option<usize>| {
        vec![
            index
                .and_then(|i| Cell::try_from(i).ok())
                .unwrap_or(UNKNOWN),
        ]
    };
    let symbol = |number: u32| {
        vec![if number == NONE {
            UNKNOWN
        } else {
            Cell::from(number)
        }]
    };
    match group {
        Group::Month | Group::Quarter | Group::Year => vec![UNKNOWN],
        Group::Kind => code(position(Kind::ALL, says.kind)),
        Group::Org => symbol(says.org),
        Group::Place => symbol(says.place),
        Group::RightsExercised => members(says.rights_exercised),
        Group::RightsViolated => members(says.rights_violated),
        Group::Role => members(unit.traits.roles),
        Group::Sex => code(position(Sex::ALL, unit.traits.sex)),
        Group::Minor => code(position(Answer::ALL, unit.minor)),
        Group::Authority => code(position(AuthorityKind::ALL, says.authority)),
        Group::Verification => code(position(event::Verification::ALL, says.verification)),
        Group::Assessment => code(position(Assessment::ALL, says.assessment)),
        Group::Case => symbol(says.case),
        Group::Person => symbol(says.person),
        Group::Law => symbol(unit.law),
        Group::Article => symbol(unit.article),
        Group::ChargeStatus => code(unit.status.and_then(|s| position(ChargeStatus::ALL, s))),
        Group::Court => symbol(unit.court),
        Group::InCustody => code(position(Answer::ALL, says.in_custody)),
        Group::Visibility => code(position(Visibility::ALL, says.visibility)),
        Group::ReleaseKind => code(
            says.release_kind
                .and_then(|kind| position(ReleaseKind::ALL, kind)),
        ),
    }
}

fn position<T: PartialEq>(all: &[T], one: T) -> Option<usize> {
    all.iter().position(|other| *other == one)
}

fn members(set: CodeSet) -> Vec<Cell> {
    let found: Vec<Cell> = set
        .indices()
        .filter_map(|i| Cell::try_from(i).ok())
        .collect();
    if found.is_empty() {
        vec![UNKNOWN]
    } else {
        found
    }
}

/// Returns the name of a cell's value; none where it is not known.
pub(crate) fn name(table: &Table, group: Group, cell: Cell) -> Option<String> {
    if cell == UNKNOWN {
        return None;
    }
    let at = usize::try_from(cell).ok();
    let symbol = |symbols: &Symbols| u32::try_from(cell).ok().map(|n| symbols.text(n).to_owned());
    match group {
        Group::Month => Some(format!(
            "{:04}-{:02}",
            cell.div_euclid(12),
            cell.rem_euclid(12) + 1
        )),
        Group::Quarter => Some(format!(
            "{:04}-Q{}",
            cell.div_euclid(4),
            cell.rem_euclid(4) + 1
        )),
        Group::Year => Some(format!("{cell:04}")),
        Group::Kind => Kind::ALL.get(at?).map(|c| c.code().into()),
        Group::Org => symbol(&table.orgs),
        Group::Place => symbol(&table.places),
        Group::RightsExercised | Group::RightsViolated => {
            Right::ALL.get(at?).map(|c| c.code().into())
        }
        Group::Role => Role::ALL.get(at?).map(|c| c.code().into()),
        Group::Sex => Sex::ALL.get(at?).map(|c| c.code().into()),
        Group::Minor => Answer::ALL.get(at?).map(|c| c.code().into()),
        Group::Authority => AuthorityKind::ALL.get(at?).map(|c| c.code().into()),
        Group::Verification => event::Verification::ALL.get(at?).map(|c| c.code().into()),
        Group::Assessment => Assessment::ALL.get(at?).map(|c| c.code().into()),
        Group::Case => symbol(&table.cases),
        Group::Person => symbol(&table.persons),
        Group::Law => symbol(&table.laws),
        Group::Article => symbol(&table.articles),
        Group::ChargeStatus => ChargeStatus::ALL.get(at?).map(|c| c.code().into()),
        Group::Court => symbol(&table.courts),
        Group::InCustody => Answer::ALL.get(at?).map(|c| c.code().into()),
        Group::Visibility => Visibility::ALL.get(at?).map(|c| c.code().into()),
        Group::ReleaseKind => ReleaseKind::ALL.get(at?).map(|c| c.code().into()),
    }
}
