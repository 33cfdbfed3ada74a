//! Who is held on a day, one individual a line, with the days since when: what stands behind a
//! figure of custody.
//!
//! Start at [`holdings`]. It takes the runs that [`crate::figure::answer`] counts, so that the
//! lines and the figure cannot differ. Source: docs/reference/figures.md, Held.
//!
//! Never here: names (they stand in the rows of persons) and the length of a time held.

use std::ops::Range;

use event::{CustodyState, Day, Days, Position};

use crate::columns::{Interval, NONE, Symbols};
use crate::count::{AT_LEAST, Asked, COUNT, Part, Places};
use crate::deaths::Deaths;
use crate::figure::Count;
use crate::held::{Run, held_on};
use crate::query::Query;
use crate::runs::Bounds;
use crate::scan::over_custody;
use crate::sees::Scope;
use crate::standpoint::{Standpoint, ask};
use crate::table::{Table, index};

/// An individual who is held, or perhaps held, at the end of the day asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holding {
    /// Every person id under which they are held, in the order of ids.
    pub persons: Vec<String>,
    /// The cases in which they are held, in the order of ids.
    pub cases: Vec<String>,
    /// Where, as an ISO 3166 code: of the run that began first.
    pub place: Option<String>,
    /// Since when.
    pub since: Since,
    /// Whether that date, or the end, carries a doubt mark: of the run that began first.
    pub doubt: bool,
    /// Their state on the day: of the run that began first.
    pub state: CustodyState,
}

/// Since when an individual is held, and by what they count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Since {
    /// The days on which it may have begun: of the run that began first.
    pub days: Days,
    /// Whether they stand in `count`; if not, they stand in `at_most` alone.
    pub counted: bool,
    /// Whether they stand in `at_least`.
    pub certain: bool,
}

/// Everyone who is held on a day, those held longest first.
///
/// What a line says is looked up of the lines that are shown alone: most are only counted.
#[derive(Clone, Debug)]
pub struct Holdings {
    query: Query,
    at: Position,
    on: Option<Day>,
    scope: Scope,
    /// One for each individual, by the last and the first day of its beginning.
    individuals: Vec<Individual>,
    /// Under which ids each is held, beside each other.
    found: Vec<Found>,
}

/// One individual, and where their ids stand.
#[derive(Clone, Copy, Debug)]
struct Individual {
    since: Since,
    found: (u32, u32),
}

/// A run in which someone is held.
#[derive(Clone, Copy, Debug)]
struct Found {
    individual: u32,
    person: u32,
    since: Since,
}

impl Found {
    fn of(run: &Run<'_, '_>, individual: u32, flags: u8) -> Self {
        let days = Days {
            earliest: run.bounds.start_earliest,
            latest: run.bounds.start_latest,
        };
        Self {
            individual,
            person: run.person,
            since: Since {
                days,
                counted: flags & COUNT != 0,
                certain: flags & AT_LEAST != 0,
            },
        }
    }
}

/// Lists whom a question for a definition of custody counts.
///
/// Empty for a question that is not about who is held, and in an empty log. `query.group_by` has no
/// effect. The total of the list is that of [`crate::figure::answer`].
#[must_use]
pub fn holdings(table: &Table, query: &Query, at: Position, scope: &Scope) -> Holdings {
    let on = query.on.or_else(|| table.instants().default_day(at));
    let on = on.filter(|_| query.is_held());
    let mut all = Holdings {
        query: query.clone(),
        at,
        on,
        scope: scope.clone(),
        individuals: Vec::new(),
        found: Vec::new(),
    };
    if let Some(day) = on {
        let halves = all.ask(table, |asked| {
            over_custody(asked, |part| {
                let mut found = Vec::new();
                let deaths = Deaths::new(asked, part);
                held_on(asked, part, &deaths, day, |run, one| {
                    found.push(Found::of(run, one.individual, one.flags));
                });
                found
            })
        });
        all.take(halves.concat());
    }
    all
}

impl Holdings {
    fn ask<T>(&self, table: &Table, work: impl FnOnce(&Asked<'_>) -> T) -> T {
        let from = Standpoint {
            at: self.at,
            on: self.on,
            scope: &self.scope,
        };
        ask(table, &self.query, from, work)
    }

    fn take(&mut self, mut found: Vec<Found>) {
        // They mostly come in this order, which a stable sort makes use of.
        found.sort_by_key(|run| run.individual);
        let mut start = 0;
        for of_one in found.chunk_by(|a, b| a.individual == b.individual) {
            let end = start + of_one.len();
            let number = |at: usize| u32::try_from(at).unwrap_or(NONE);
            let first = of_one.iter().map(|run| run.since).min_by_key(began);
            self.individuals.extend(first.map(|first| Individual {
                since: Since {
                    counted: of_one.iter().any(|run| run.since.counted),
                    certain: of_one.iter().any(|run| run.since.certain),
                    ..first
                },
                found: (number(start), number(end)),
            }));
            start = end;
        }
        self.individuals.sort_by_key(|one| began(&one.since));
        self.found = found;
    }

    /// Returns how many individuals there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.individuals.len()
    }

    /// Whether nobody is held.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.individuals.is_empty()
    }

    /// Returns the memory it takes beside its question, in bytes.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.individuals.len() * size_of::<Individual>() + self.found.len() * size_of::<Found>()
    }

    /// Returns since when each is held, those held longest first.
    pub fn since(&self) -> impl Iterator<Item = Since> {
        self.individuals.iter().map(|one| one.since)
    }

    /// Returns how many are held: the total of the question's figure.
    #[must_use]
    pub fn total(&self) -> Count {
        let count = |takes: fn(&Since) -> bool| {
            let taken = self.since().filter(takes).count();
            u64::try_from(taken).unwrap_or(u64::MAX)
        };
        Count {
            count: count(|since| since.counted),
            at_least: count(|since| since.certain),
            at_most: count(|_| true),
            unnamed: None,
        }
    }

    /// Returns the lines in a range of places, those of one beginning in the order of their ids;
    /// `table` is the one that the list was made from, or what it has become since.
    #[must_use]
    pub fn lines(&self, table: &Table, places: Range<usize>) -> Vec<Holding> {
        let mut shown = Vec::new();
        let mut start = 0;
        for same in self
            .individuals
            .chunk_by(|a, b| began(&a.since) == began(&b.since))
        {
            let end = start + same.len();
            if start >= places.end {
                break;
            }
            if places.start < end {
                let mut named: Vec<_> = same
                    .iter()
                    .map(|one| (self.persons(table, one), one))
                    .collect();
                named.sort_by(|a, b| a.0.cmp(&b.0));
                let from = places.start.saturating_sub(start);
                let count = places.end.min(end).saturating_sub(start.max(places.start));
                shown.extend(named.into_iter().skip(from).take(count));
            }
            start = end;
        }
        self.ask(table, |asked| {
            let deaths = Deaths::new(asked, Part::Whole);
            let lines = shown.into_iter();
            lines
                .map(|(persons, one)| self.line(asked, &deaths, persons, one))
                .collect()
        })
    }

    /// Returns under which ids an individual is held.
    fn found(&self, one: &Individual) -> &[Found] {
        let range = index(one.found.0).zip(index(one.found.1));
        let found = range.and_then(|(start, end)| self.found.get(start..end));
        found.unwrap_or_default()
    }

    fn persons(&self, table: &Table, one: &Individual) -> Vec<String> {
        texts(&table.persons, self.found(one).iter().map(|run| run.person))
    }

    /// Looks up what the line of an individual says, in the runs of their ids.
    fn line(
        &self,
        asked: &Asked<'_>,
        deaths: &Deaths<'_>,
        persons: Vec<String>,
        one: &Individual,
    ) -> Holding {
        let table = asked.table;
        let mut ids: Vec<u32> = self.found(one).iter().map(|run| run.person).collect();
        ids.sort_unstable();
        ids.dedup();
        let tracks = ids
            .iter()
            .flat_map(|person| table.custody_of.person.rows(*person));
        let places = Places {
            custody: tracks.collect(),
            ..Places::default()
        };
        let day = self.on.unwrap_or(Day::MIN);
        let mut runs: Vec<(Bounds, CustodyState, &Interval)> = Vec::new();
        held_on(asked, Part::Of(&places), deaths, day, |run, _| {
            let first = run.first(asked).zip(run.state(day));
            runs.extend(first.map(|(first, state)| (run.bounds, state, first)));
        });
        let cases = texts(&table.cases, runs.iter().map(|run| run.2.says.case));
        // Of two that began alike, the one that was recorded first.
        let first = runs.into_iter().min_by_key(|(bounds, _, first)| {
            let began = (bounds.start_latest, bounds.start_earliest);
            (began, first.start.position)
        });
        let place = first.map_or(NONE, |(.., first)| first.says.place);
        Holding {
            persons,
            cases,
            place: (place != NONE).then(|| table.places.text(place).to_owned()),
            since: one.since,
            doubt: first.is_some_and(|(bounds, ..)| bounds.doubt),
            state: first.map_or(CustodyState::Unknown, |(_, state, _)| state),
        }
    }
}

/// Returns texts by their numbers, each once, in their order.
fn texts(symbols: &Symbols, numbers: impl Iterator<Item = u32>) -> Vec<String> {
    let numbers = numbers.filter(|number| *number != NONE);
    let mut texts: Vec<String> = numbers.map(|n| symbols.text(n).to_owned()).collect();
    texts.sort();
    texts.dedup();
    texts
}

/// The order of beginnings: those who are surely held longest come first.
const fn began(since: &Since) -> (Day, Day) {
    (since.days.latest, since.days.earliest)
}
