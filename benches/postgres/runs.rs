//! Runs of custody and individuals for every R and every scope, worked out by the rules alone.
//!
//! Never here: SQL, and the columns of the fold.
#![allow(
    clippy::unwrap_used,
    clippy::as_conversions,
    clippy::indexing_slicing,
    reason = "a bench may stop at the first surprise"
)]

use std::collections::{BTreeMap, BTreeSet};

use event::{CustodyState, PersonId, Position};
use fold::{Audience, Custody, Fact, PairJoin, Scope, Track, TrackId, Versioned};

/// The end of time of both clocks.
pub(super) const INFINITY: i64 = 2_147_483_647;
/// The beginning of time.
pub(super) const BEGINNING: i64 = -1_000_000;

/// A run that satisfies a definition, by what the events in it show.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Run<'a> {
    pub(super) first: &'a Custody,
    pub(super) start: (i64, i64),
    pub(super) end: (i64, i64),
    pub(super) doubt: bool,
}

/// A value, and between which positions and for which scopes (as bits) it is known.
pub(super) struct Span<T> {
    pub(super) value: T,
    pub(super) known: (i64, i64),
    pub(super) scopes: u32,
}

/// Returns a day as the tables have it.
pub(super) fn day(day: event::Day) -> i64 {
    match day {
        event::Day::MIN => BEGINNING,
        event::Day::MAX => INFINITY,
        day => day.number().into(),
    }
}

/// Returns the scopes of a row as bits.
pub(super) fn bits(sees: &Audience, scopes: &[Scope]) -> u32 {
    let seen = scopes.iter().enumerate().filter(|(_, s)| sees.holds(s));
    seen.map(|(bit, _)| 1 << bit).sum()
}

/// Returns the two ends of a row's time of being known.
pub(super) fn known<T>(row: &Versioned<T>) -> (i64, i64) {
    let number = |at: Position| i64::try_from(at.get()).unwrap();
    (number(row.from), row.to.map_or(INFINITY, number))
}

/// A value with the two ends of its time of being known, and its scopes as bits.
type Row<'a, V> = (&'a V, (i64, i64), u32);

/// Works out `of` for every scope between any two changes of `rows`, and joins what is equal.
fn spans<'a, V, T: Clone + Ord>(
    rows: &[Row<'a, V>],
    scopes: usize,
    of: impl Fn(&[&'a V]) -> Vec<T>,
) -> Vec<Span<T>> {
    let cuts: BTreeSet<i64> = rows.iter().flat_map(|row| [row.1.0, row.1.1]).collect();
    let cuts: Vec<i64> = cuts.into_iter().collect();
    let mut by_sight: BTreeMap<Vec<bool>, u32> = BTreeMap::new();
    for scope in 0..scopes {
        let sight = rows.iter().map(|row| row.2 >> scope & 1 == 1).collect();
        *by_sight.entry(sight).or_default() |= 1 << scope;
    }
    let mut joined: BTreeMap<(T, (i64, i64)), u32> = BTreeMap::new();
    for (sight, bits) in by_sight {
        let mut open: BTreeMap<T, i64> = BTreeMap::new();
        for at in &cuts {
            let seen = rows
                .iter()
                .zip(&sight)
                .filter(|(row, seen)| **seen && row.1.0 <= *at && *at < row.1.1);
            let values: Vec<&V> = seen.map(|(row, _)| row.0).collect();
            let now: BTreeSet<T> = of(&values).into_iter().collect();
            for (value, from) in std::mem::take(&mut open) {
                if now.contains(&value) {
                    open.insert(value, from);
                } else {
                    *joined.entry((value, (from, *at))).or_default() |= bits;
                }
            }
            for value in now {
                open.entry(value).or_insert(*at);
            }
        }
        for (value, from) in open {
            *joined.entry((value, (from, INFINITY))).or_default() |= bits;
        }
    }
    let span = |((value, known), scopes)| Span {
        value,
        known,
        scopes,
    };
    joined.into_iter().map(span).collect()
}

/// Whether a state satisfies a definition: 0 any, 1 state custody, 2 with house arrest.
fn satisfies(definition: usize, custody: &Custody) -> bool {
    let held = matches!(
        custody.state,
        CustodyState::PoliceCustody
            | CustodyState::Pretrial
            | CustodyState::Serving
            | CustodyState::Administrative
    );
    match definition {
        0 => held,
        1 => {
            held && custody
                .attributes
                .authority
                .is_some_and(event::AuthorityKind::is_state)
        }
        _ => held || custody.state == CustodyState::HouseArrest,
    }
}

/// Returns the runs of a track that satisfy a definition.
pub(super) fn runs<'a>(
    track: &'a Track,
    definition: usize,
    scopes: &[Scope],
) -> Vec<Span<Run<'a>>> {
    let mut rows = Vec::new();
    for row in &track.facts {
        if let (Fact::Custody(custody), sees) = &row.value
            && satisfies(definition, custody)
        {
            rows.push((custody, known(row), bits(sees, scopes)));
        }
    }
    if rows.is_empty() {
        return Vec::new();
    }
    spans(&rows, scopes.len(), |seen| {
        let next = |custody: &Custody| {
            let end = custody.end.as_ref().filter(|end| !end.implied)?;
            seen.iter()
                .find(|c| c.start.position == end.position && **c != custody)
        };
        let first = |custody: &&&Custody| {
            !seen
                .iter()
                .any(|other| next(other).is_some_and(|n| n == *custody))
        };
        seen.iter()
            .filter(first)
            .map(|first| run(first, next))
            .collect()
    })
}

fn run<'a, 'b: 'a>(
    first: &'b Custody,
    next: impl Fn(&Custody) -> Option<&'a &'b Custody>,
) -> Run<'b> {
    let mut start = (day(first.start.days.earliest), day(first.start.days.latest));
    let mut end = (BEGINNING, INFINITY);
    let mut doubt = first.start.doubt;
    let mut last = first;
    loop {
        start.1 = start.1.min(day(last.evidence.by));
        end.0 = end.0.max(day(last.evidence.until));
        match next(last) {
            Some(following) => last = following,
            None => break,
        }
    }
    match &last.end {
        Some(bound) => {
            end = (end.0.max(day(bound.days.earliest)), day(bound.days.latest));
            doubt |= bound.doubt;
        }
        None => end.0 = INFINITY,
    }
    start.0 = start.0.min(start.1);
    end.1 = end.1.max(end.0);
    Run {
        first,
        start,
        end,
        doubt,
    }
}

/// A link: its two ids, and what joins them.
type Link<'a> = (&'a PersonId, &'a PersonId, &'a PairJoin);

/// Returns who is whom, for everyone who is linked to someone at some time: an id, and the least id
/// of the individual.
pub(super) fn individuals<'a>(
    tracks: impl Iterator<Item = (&'a TrackId, &'a Track)>,
    scopes: &[Scope],
) -> Vec<Span<(&'a PersonId, &'a PersonId)>> {
    let mut links: Vec<(Link<'a>, (i64, i64), u32)> = Vec::new();
    for (id, track) in tracks {
        if let TrackId::Pair(a, b) = id {
            for row in &track.facts {
                if let (Fact::Same(found), audience) = &row.value {
                    links.push(((a, b, found), known(row), bits(audience, scopes)));
                }
            }
        }
    }
    let all: Vec<Link<'a>> = links.iter().map(|link| link.0).collect();
    let mut clusters: BTreeMap<&PersonId, Vec<Row<'_, Link<'a>>>> = BTreeMap::new();
    let least = connected(&all);
    for link in &links {
        clusters
            .entry(least[link.0.0])
            .or_default()
            .push((&link.0, link.1, link.2));
    }
    let of = |seen: &[&Link<'a>]| {
        let seen: Vec<Link<'a>> = seen.iter().map(|link| **link).collect();
        fold::individuals(&seen, |id| id.as_str())
            .into_iter()
            .filter(|(id, least)| id != least)
            .collect()
    };
    clusters
        .values()
        .flat_map(|rows| spans(rows, scopes.len(), of))
        .collect()
}

/// Returns the least id of what is connected with every linked id.
fn connected<'a>(links: &[Link<'a>]) -> BTreeMap<&'a PersonId, &'a PersonId> {
    let mut least: BTreeMap<&PersonId, &PersonId> = BTreeMap::new();
    for (a, b, _) in links {
        least.insert(a, a);
        least.insert(b, b);
    }
    loop {
        let mut changed = false;
        for (a, b, _) in links {
            let smaller = least[a].min(least[b]);
            for id in [a, b] {
                if least.insert(id, smaller) != Some(smaller) {
                    changed = true;
                }
            }
        }
        if !changed {
            return least;
        }
    }
}
