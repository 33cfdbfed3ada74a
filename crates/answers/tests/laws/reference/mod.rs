//! A second reading of the rules: small, slow, and written from their text alone.
//!
//! Start at [`Known::new`], which takes the first leaves of a log as JSON, and at [`figure`], which
//! counts, with no row, no second clock and no index. Source of each rule: docs/reference/figures.md.
//!
//! Never here: anything of the fold but the types of a scope and of days.

use std::borrow::Cow;
use std::collections::BTreeMap;

use event::{Day, Instant};
use fold::Scope;

use crate::questions::Asked;

mod charges;
mod identity;
mod lists;
mod predicate;
mod question;
mod record;
mod seen;
mod track;

use charges::charges;
use identity::individuals;
pub(crate) use lists::{Bounds, OverlapLists, RecordOfUnit, funnel, overlap, records};
use predicate::{among, narrows, passes, predicate};
pub(crate) use question::Seen;
use question::{Asking, TIMES, Tracks, Unit, period};
use record::{ACTS, Effective, Key, Record, traits};
pub(crate) use seen::SeenBy;
use seen::includes;
use track::{Event, State, in_tracks, run_flags, walk};

/// A figure as the answer gives it: count, at least, at most, and the unnamed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Figure {
    pub(crate) counts: [u64; 3],
    pub(crate) unnamed: Option<(u64, Option<u64>)>,
}

/// Rows by the values of their groups.
pub(crate) type Rows = BTreeMap<Vec<Option<String>>, Figure>;

/// What the first leaves of a log say: the record at R.
pub(crate) struct Known<'s> {
    seen: &'s SeenBy,
    known: usize,
    record: Record,
    effective: Vec<Effective>,
}

impl<'s> Known<'s> {
    /// Reads the first `known` of the leaves; `seen` is made of all of them.
    pub(crate) fn new(leaves: &[Vec<u8>], known: usize, seen: &'s SeenBy) -> Self {
        let record = Record::new(&leaves[..known]);
        let effective = record
            .leaves
            .iter()
            .filter(|leaf| !ACTS.contains(&leaf.kind.as_str()))
            .filter_map(|leaf| record.effective(leaf))
            .collect();
        Self {
            seen,
            known,
            record,
            effective,
        }
    }

    /// Returns what `scope` sees of it.
    pub(crate) fn seen_by(&self, scope: &Scope) -> Seen {
        let effective: Vec<Effective> = self
            .effective
            .iter()
            .filter(|event| includes(&self.seen.event(self.known, event), scope))
            .cloned()
            .collect();
        let events: Vec<Event> = effective
            .iter()
            .flat_map(|event| in_tracks(event, self.seen.visibility(self.known, &event.leaf.key)))
            .collect();
        let mut tracks = Tracks::new();
        for event in &events {
            if let Some(person) = &event.person {
                let track = tracks.entry((event.case.clone(), person.clone()));
                track.or_default().push(event.clone());
            }
        }
        Seen {
            events,
            tracks,
            individuals: individuals(&self.record, &effective),
            traits: traits(&self.record, &effective),
            newest: self.record.received.map(Instant::utc_day),
            effective,
        }
    }
}

/// Returns the total and the rows of a question; none where it names a definition that is not known.
pub(crate) fn figure(seen: &Seen, asked: &Asked) -> Option<(Figure, Rows)> {
    let asking = Asking {
        asked,
        seen,
        predicate: predicate(asked, &seen.effective).ok()?,
    };
    let names = asking.group_names();
    if is_of_custody(&asking) {
        let on = day_asked(&asking);
        let by_time = names.iter().any(|name| TIMES.contains(name));
        return Some(match on {
            Some(on) if by_time => held_by_period(&asking, on, &names),
            Some(on) => held_in_groups(&asking, on, &names),
            None => tally(&asking, &[], &names, false),
        });
    }
    let of_persons = measure(&asking) == "persons";
    Some(tally(&asking, &units(&asking), &names, of_persons))
}

/// Whether a question is of custody: of who is held on a day.
fn is_of_custody(asking: &Asking<'_>) -> bool {
    let predicate = asking.predicate.as_ref();
    predicate.is_some_and(|predicate| !predicate["custody_state"].is_null())
}

/// The measure that a question asks for.
fn measure<'a>(asking: &Asking<'a>) -> &'a str {
    let asked = asking.asked.iter().find(|(name, _)| name == "measure");
    asked.map_or("persons", |(_, measure)| measure)
}

/// The day of which a question of custody asks; none where nothing is known.
fn day_asked(asking: &Asking<'_>) -> Option<Day> {
    let on = asking.asked("on").and_then(Day::parse);
    on.or(asking.seen.newest)
}

/// Whether a question is of charges, by its measure, filters or groups.
fn is_of_charges(asking: &Asking<'_>) -> bool {
    let of = ["law", "article", "charge_status", "court"];
    let what = ["definition", "custody_state", "kind"];
    let groups = asking.group_names();
    measure(asking) == "person_charges"
        || of.iter().any(|name| asking.asked(name).is_some())
        || (measure(asking) == "persons"
            && what.iter().all(|name| asking.asked(name).is_none())
            && groups.iter().any(|group| of.contains(group)))
}

/// The units of which a question without groups takes some.
fn units<'a>(asking: &Asking<'a>) -> Vec<Unit<'a>> {
    let persons = measure(asking) == "persons";
    if is_of_custody(asking) {
        let on = day_asked(asking);
        return on.map_or_else(Vec::new, |on| held_on(asking, on, &[]));
    }
    if is_of_charges(asking) {
        return charged(asking, persons);
    }
    let mut units = asking.happened(persons);
    if persons {
        units.extend(asking.unnamed());
    }
    units
}

/// Who is held on a day. Who is held by whom, and how well that is known, are of each interval.
fn held_in_groups(asking: &Asking<'_>, on: Day, names: &[&str]) -> (Figure, Rows) {
    let by = names.iter().copied();
    let by: Vec<&str> = by
        .filter(|name| ["authority", "verification"].contains(name))
        .collect();
    let (total, _) = tally(asking, &held_on(asking, on, &[]), names, false);
    let (_, rows) = tally(asking, &held_on(asking, on, &by), names, false);
    (total, rows)
}

/// Who is held on D, and on the last day of each period up to that of D.
fn held_by_period(asking: &Asking<'_>, on: Day, names: &[&str]) -> (Figure, Rows) {
    let others: Vec<&str> = names
        .iter()
        .filter(|name| !TIMES.contains(name))
        .copied()
        .collect();
    let finest = TIMES.iter().find(|time| names.contains(time)).unwrap();
    let on_day = |day: Day| held_in_groups(asking, day, &others);
    let window = asking.window();
    let end = window.map_or(on, |window| on.min(window.latest));
    let days = |first: Day| {
        let days = std::iter::successors(Some(first), |day| Some(day.plus(1)));
        days.take_while(|day| *day <= end)
    };
    let first = match window.map(|window| window.earliest) {
        Some(first) if first != Day::MIN => Some(first),
        // Someone is first held by `count` on the last day of some event, or on a day that a sentence names.
        _ => {
            let latest = asking.seen.events.iter().map(|event| event.days.latest);
            let named = days(Day::parse("2019-12-01").unwrap());
            let mut candidates: Vec<Day> = latest.chain(named).filter(|day| *day <= end).collect();
            candidates.sort_unstable();
            candidates.dedup();
            candidates
                .into_iter()
                .find(|day| on_day(*day).0.counts[0] > 0)
        }
    };
    let mut rows = Rows::new();
    for day in first.into_iter().flat_map(days) {
        let is_last = day == end || period(day, finest) != period(day.plus(1), finest);
        if !is_last {
            continue;
        }
        let (total, of_others) = on_day(day);
        let cells = if others.is_empty() {
            Rows::from([(Vec::new(), total)])
        } else {
            of_others
        };
        for (cell, figure) in cells.into_iter().filter(|(_, figure)| figure.counts[2] > 0) {
            let mut values = cell.into_iter();
            let value = |name: &&str| {
                if TIMES.contains(name) {
                    period(day, name)
                } else {
                    values.next().unwrap()
                }
            };
            rows.insert(names.iter().map(value).collect(), figure);
        }
    }
    (on_day(on).0, rows)
}

/// Who is held on `day`. States are joined where they have the same values of `by`.
fn held_on<'a>(asking: &Asking<'a>, day: Day, by: &[&str]) -> Vec<Unit<'a>> {
    let mut deaths: BTreeMap<String, (Day, Day)> = BTreeMap::new();
    for death in asking
        .seen
        .events
        .iter()
        .filter(|e| e.kind == "death" && !e.is_refuted())
    {
        if let Some(person) = &death.person {
            let days = (death.days.earliest, death.days.latest);
            let known = deaths.entry(asking.individual(person)).or_insert(days);
            *known = (known.0.min(days.0), known.1.min(days.1));
        }
    }
    let predicate = asking.predicate.as_ref().unwrap();
    let satisfies = |state: &State<'_>| {
        let event = state.as_event();
        among(&predicate["custody_state"], state.state)
            && narrows(predicate, &event)
            && passes(&event, asking.asked("verification").unwrap_or("reported"))
            && asking.among("authority", &[event.authority()])
    };
    let values = |state: &State<'_>| -> Vec<String> {
        let event = state.as_event();
        let of = |name: &&str| match *name {
            "authority" => event.authority(),
            _ => event.code("verification", "unknown"),
        };
        by.iter().map(of).collect()
    };
    let mut units = Vec::new();
    for ((_, person), track) in &asking.seen.tracks {
        let individual = asking.individual(person);
        let dead = deaths.get(&individual).copied();
        let states = walk(track);
        let mut from = 0;
        while from < states.len() {
            let rest = states[from..].iter();
            let same = |state: &&State<'_>| values(state) == values(&states[from]);
            let length = rest
                .take_while(|state| satisfies(state) && same(state))
                .count();
            if length == 0 {
                from += 1;
                continue;
            }
            let to = from + length;
            let first = &states[from];
            units.push(Unit {
                number: Some(individual.clone()),
                event: Cow::Owned(first.as_event()),
                days: first.days,
                flags: run_flags(&states[from..to], states.get(to), day, dead),
                charge: None,
                named: true,
            });
            from = to;
        }
    }
    units
}

fn charged<'a>(asking: &Asking<'a>, persons: bool) -> Vec<Unit<'a>> {
    let mut units = Vec::new();
    for ((_, person), track) in &asking.seen.tracks {
        for (id, event, charge) in charges(track) {
            let individual = asking.individual(person);
            let number = if persons {
                individual
            } else {
                format!("{individual} {id}")
            };
            let flags = asking.against_window(event.days, event.doubt);
            units.push(Unit {
                number: Some(number),
                event: Cow::Borrowed(event),
                days: event.days,
                flags,
                charge: Some(charge),
                named: true,
            });
        }
    }
    units
}

/// Counts the units in the total and in each group.
fn tally(
    asking: &Asking<'_>,
    units: &[Unit<'_>],
    names: &[&str],
    with_unnamed: bool,
) -> (Figure, Rows) {
    type Marks = BTreeMap<String, [bool; 3]>;
    type Groups = BTreeMap<Key, (u64, Option<u64>)>;
    type Cells = BTreeMap<Option<Vec<Option<String>>>, (Marks, Groups)>;
    let counted = units
        .iter()
        .filter(|unit| unit.flags[2] && asking.takes(unit));
    let counted: Vec<&Unit<'_>> = counted.collect();
    let span = asking.span(&counted, names);
    let mut cells = Cells::new();
    cells.entry(None).or_default();
    for unit in counted {
        let groups = if names.is_empty() {
            vec![]
        } else {
            asking.groups(unit, names, span)
        };
        let cellwise = groups
            .into_iter()
            .map(|(group, inside)| (Some(group), inside));
        for (cell, inside) in cellwise.chain([(None, true)]) {
            let [count, least, most] = unit.flags;
            let flags = [count && inside, least && inside, most];
            let (marks, unnamed) = cells.entry(cell).or_default();
            if let Some(number) = &unit.number {
                let mark = marks.entry(number.clone()).or_default();
                *mark = std::array::from_fn(|i| mark[i] || flags[i]);
            }
            if !unit.named {
                let group = &unit.event.data["group"];
                let surely = flags[0] && !asking.asks_of_a_person();
                let lower = group["lower"].as_u64().filter(|_| surely).unwrap_or(0);
                unnamed.insert(unit.event.key.clone(), (lower, group["upper"].as_u64()));
            }
        }
    }
    let figure = |(marks, groups): &(Marks, Groups)| {
        let lower = groups.values().map(|(lower, _)| lower).sum();
        let upper = groups.values().map(|(_, upper)| *upper).sum();
        let count = |i: usize| u64::try_from(marks.values().filter(|m| m[i]).count()).unwrap();
        Figure {
            counts: [count(0), count(1), count(2)],
            unnamed: with_unnamed.then_some((lower, upper)),
        }
    };
    let total = figure(&cells[&None]);
    let rows = cells
        .iter()
        .filter_map(|(cell, marks)| Some((cell.clone()?, figure(marks))))
        .filter(|(_, f)| f.counts[2] > 0 || f.unnamed.is_some_and(|u| u.1 != Some(0)))
        .collect();
    (total, rows)
}
