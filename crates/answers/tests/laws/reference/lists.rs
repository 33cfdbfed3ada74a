//! What stands beside a figure, written from the rules' text: its records, how far its people came, and who
//! is on the lists of two organisations.
//!
//! Source: docs/reference/figures.md, Lists beside a figure.
//!
//! Never here: which units a figure counts (see [`super::units`]).

use std::collections::{BTreeMap, BTreeSet};

use super::charges::charges;
use super::predicate::predicate;
use super::question::{Asking, Unit};
use super::record::Key;
use super::{Seen, units};
use crate::questions::Asked;

/// A count with its bounds: count, at least, at most.
pub(crate) type Bounds = [u64; 3];

/// By individual, in which of the three they are.
type Individuals = BTreeMap<String, [bool; 3]>;

/// A question of this scope; none where it names a definition that is not known.
fn asking<'a>(seen: &'a Seen, asked: &'a Asked) -> Option<Asking<'a>> {
    Some(Asking {
        asked,
        seen,
        predicate: predicate(asked, &seen.effective).ok()?,
    })
}

/// The units that a question counts, or may.
fn counted<'a>(asking: &Asking<'a>) -> Vec<Unit<'a>> {
    let units = units(asking).into_iter();
    units
        .filter(|unit| unit.flags[2] && asking.takes(unit))
        .collect()
}

fn raise(individuals: &mut Individuals, individual: String, flags: [bool; 3]) {
    let known = individuals.entry(individual).or_default();
    *known = std::array::from_fn(|i| known[i] || flags[i]);
}

/// The individuals of some units.
fn individuals_of<'u>(
    asking: &Asking<'_>,
    units: impl Iterator<Item = &'u Unit<'u>>,
) -> Individuals {
    let mut found = Individuals::new();
    for unit in units.filter(|unit| unit.named) {
        if let Some(person) = &unit.event.person {
            raise(&mut found, asking.individual(person), unit.flags);
        }
    }
    found
}

/// Those who are in both, by what is less sure.
fn both(ones: &Individuals, others: &Individuals) -> Individuals {
    let both = ones.iter().filter_map(|(one, flags)| {
        let other = others.get(one)?;
        Some((one.clone(), std::array::from_fn(|i| flags[i] && other[i])))
    });
    both.collect()
}

fn bounds(individuals: &Individuals) -> Bounds {
    let count = |i: usize| individuals.values().filter(|flags| flags[i]).count();
    std::array::from_fn(|i| u64::try_from(count(i)).unwrap())
}

/// How far the individuals of a figure came, by stage.
pub(crate) fn funnel(seen: &Seen, asked: &Asked) -> Option<Vec<(&'static str, Bounds)>> {
    let asking = asking(seen, asked)?;
    let cohort = individuals_of(&asking, counted(&asking).iter());
    let (mut charged, mut convicted) = (Individuals::new(), Individuals::new());
    for ((_, person), track) in &seen.tracks {
        for (_, event, standing) in charges(track) {
            let flags = [true, !event.doubt, true];
            raise(&mut charged, asking.individual(person), flags);
            if standing.4 {
                raise(&mut convicted, asking.individual(person), flags);
            }
        }
    }
    let of_kind = |kind: &str| {
        let mut found = Individuals::new();
        let events = seen.events.iter();
        for event in events.filter(|event| event.kind == kind && !event.is_refuted()) {
            if let Some(person) = &event.person {
                let flags = [true, !event.doubt, true];
                raise(&mut found, asking.individual(person), flags);
            }
        }
        found
    };
    let stages = [
        ("charged", charged),
        ("convicted", convicted),
        ("sentenced", of_kind("sentence")),
        ("released", of_kind("release")),
        ("died", of_kind("death")),
    ];
    let reached = stages.map(|(stage, reached)| (stage, bounds(&both(&cohort, &reached))));
    Some([vec![("counted", bounds(&cohort))], reached.to_vec()].concat())
}

/// Who is on the lists of two organisations: on both, on either alone, and the ids of those on both.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct OverlapLists {
    pub(crate) both: Bounds,
    pub(crate) only: [Bounds; 2],
    pub(crate) individuals: Vec<String>,
}

/// Compares the lists of two organisations, which the question names.
pub(crate) fn overlap(seen: &Seen, asked: &Asked, orgs: [&str; 2]) -> Option<OverlapLists> {
    let asking = asking(seen, asked)?;
    let counted = counted(&asking);
    let lists = orgs.map(|org| {
        let units = counted.iter().filter(|unit| unit.event.key.0 == org);
        individuals_of(&asking, units)
    });
    let on_both = both(&lists[0], &lists[1]);
    // On one list alone by count is who is not on the other by count; surely, who cannot be on it.
    let alone = |list: &Individuals, other: &Individuals| {
        let alone = list.iter().map(|(one, [count, least, most])| {
            let [counted, _, may] = other.get(one).copied().unwrap_or_default();
            let flags = [*count && !counted, *least && !may, *most && !counted];
            (one.clone(), flags)
        });
        bounds(&alone.collect())
    };
    Some(OverlapLists {
        both: bounds(&on_both),
        only: [alone(&lists[0], &lists[1]), alone(&lists[1], &lists[0])],
        individuals: on_both.into_keys().collect(),
    })
}

/// A record behind a figure: the event that begins its unit, the id and the individual of its person, its
/// case, and in which of the three it counts.
pub(crate) type RecordOfUnit = (
    Key,
    Option<String>,
    Option<String>,
    Option<String>,
    [bool; 3],
);

/// The records behind a figure. An event that counts nobody but a group stands there without a person.
pub(crate) fn records(seen: &Seen, asked: &Asked) -> Option<Vec<RecordOfUnit>> {
    let asking = asking(seen, asked)?;
    let counted = counted(&asking);
    let named = |unit: &&Unit<'_>| unit.named && unit.number.is_some();
    let with_people: BTreeSet<&Key> = counted
        .iter()
        .filter(named)
        .map(|unit| &unit.event.key)
        .collect();
    let mut groups: BTreeSet<&Key> = BTreeSet::new();
    let mut found = Vec::new();
    for unit in &counted {
        let event = &*unit.event;
        if named(&unit) {
            let person = event.person.as_ref();
            let individual = person.map(|person| asking.individual(person));
            found.push((
                event.key.clone(),
                person.cloned(),
                individual,
                event.case.clone(),
                unit.flags,
            ));
        } else if !unit.named && !with_people.contains(&event.key) && groups.insert(&event.key) {
            let case = event.case.clone();
            found.push((event.key.clone(), None, None, case, unit.flags));
        }
    }
    found.sort();
    Some(found)
}
