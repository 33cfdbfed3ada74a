//! Who is held on a day, one individual a line, with the days since when: what stands behind a
//! figure of custody.
//!
//! Start at [`holdings`]. It takes the units that [`crate::figure::answer`] adds up, so that the
//! lines and the figure cannot differ. Source: docs/reference/figures.md, Held.
//!
//! Never here: names (they stand in the rows of persons) and the length of a time held.

use std::ops::Range;

use event::{CustodyState, Day, Days, Position};

use crate::columns::{NONE, Symbols};
use crate::count::{AT_LEAST, COUNT, Part, Sink, Unit};
use crate::figure::Count;
use crate::held::held;
use crate::query::Query;
use crate::scan::over_tracks;
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
    /// Their state on the day: of the run that began first.
    pub state: CustodyState,
}

/// Since when an individual is held, and by what they count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Since {
    /// The days on which it may have begun: of the run that began first.
    pub days: Days,
    /// Whether that date, or the end, carries a doubt mark.
    pub doubt: bool,
    /// Whether they stand in `count`; if not, they stand in `at_most` alone.
    pub counted: bool,
    /// Whether they stand in `at_least`.
    pub certain: bool,
}

/// Everyone who is held on a day, those held longest first.
///
/// Texts are made of the lines that are shown alone: most are only counted.
#[derive(Clone, Debug, Default)]
pub struct Holdings {
    /// One for each individual, by the last and the first day of its beginning.
    individuals: Vec<Individual>,
    /// The runs of each, beside each other.
    runs: Vec<Run>,
}

/// One individual, and where their runs stand.
#[derive(Clone, Copy, Debug)]
struct Individual {
    since: Since,
    state: CustodyState,
    place: u32,
    runs: (u32, u32),
}

/// A run in which someone is held, with its texts as the numbers of the table.
#[derive(Clone, Copy, Debug)]
struct Run {
    individual: u32,
    person: u32,
    case: u32,
    place: u32,
    state: CustodyState,
    since: Since,
    /// The position of the event that begins it.
    behind: u32,
}

/// Lists whom a question for a definition of custody counts.
///
/// Empty for a question that is not about who is held, and in an empty log. `query.group_by` has no
/// effect. The total of the list is that of [`crate::figure::answer`].
#[must_use]
pub fn holdings(table: &Table, query: &Query, at: Position, scope: &Scope) -> Holdings {
    let Some(day) = query.on.or_else(|| table.instants().default_day(at)) else {
        return Holdings::default();
    };
    if !query.is_held() {
        return Holdings::default();
    }
    let on = Some(day);
    let halves = ask(table, query, Standpoint { at, on, scope }, |asked| {
        over_tracks(asked, &[day], |tracks| {
            let mut found = Runs(Vec::new());
            held(asked, Part::Tracks(tracks), day, &mut found);
            found.0
        })
    });
    Holdings::of(halves.concat())
}

impl Holdings {
    fn of(mut runs: Vec<Run>) -> Self {
        // They mostly come in this order, which a stable sort makes use of.
        runs.sort_by_key(|run| run.individual);
        let mut individuals = Vec::new();
        let mut start = 0;
        for of_one in runs.chunk_by(|a, b| a.individual == b.individual) {
            let end = start + of_one.len();
            let number = |at: usize| u32::try_from(at).unwrap_or(NONE);
            // Of two that began alike, the one that was recorded first.
            let first = of_one
                .iter()
                .min_by_key(|run| (began(&run.since), run.behind));
            individuals.extend(first.map(|first| Individual {
                since: Since {
                    counted: of_one.iter().any(|run| run.since.counted),
                    certain: of_one.iter().any(|run| run.since.certain),
                    ..first.since
                },
                state: first.state,
                place: first.place,
                runs: (number(start), number(end)),
            }));
            start = end;
        }
        individuals.sort_by_key(|one| began(&one.since));
        Self { individuals, runs }
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

    /// Returns the memory it takes, in bytes.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.individuals.len() * size_of::<Individual>() + self.runs.len() * size_of::<Run>()
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
        let mut lines = Vec::new();
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
                let mut texts: Vec<Holding> =
                    same.iter().map(|one| self.line(table, one)).collect();
                texts.sort_by(|a, b| a.persons.cmp(&b.persons));
                let from = places.start.saturating_sub(start);
                let count = places.end.min(end).saturating_sub(start.max(places.start));
                lines.extend(texts.into_iter().skip(from).take(count));
            }
            start = end;
        }
        lines
    }

    fn line(&self, table: &Table, one: &Individual) -> Holding {
        let (start, end) = (index(one.runs.0), index(one.runs.1));
        let runs = start
            .zip(end)
            .and_then(|(start, end)| self.runs.get(start..end));
        let runs = runs.unwrap_or_default();
        let texts = |symbols: &Symbols, number: fn(&Run) -> u32| {
            let numbers = runs.iter().map(number).filter(|number| *number != NONE);
            let mut texts: Vec<String> = numbers.map(|n| symbols.text(n).to_owned()).collect();
            texts.sort();
            texts.dedup();
            texts
        };
        Holding {
            persons: texts(&table.persons, |run| run.person),
            cases: texts(&table.cases, |run| run.case),
            place: (one.place != NONE).then(|| table.places.text(one.place).to_owned()),
            since: one.since,
            state: one.state,
        }
    }
}

/// The order of beginnings: those who are surely held longest come first.
const fn began(since: &Since) -> (Day, Day) {
    (since.days.latest, since.days.earliest)
}

struct Runs(Vec<Run>);

impl Sink for Runs {
    fn take(&mut self, unit: &Unit<'_>, flags: u8) {
        let [earliest, latest, ..] = unit.bounds;
        self.0.extend(unit.number.map(|individual| Run {
            individual,
            person: unit.says.person,
            case: unit.says.case,
            place: unit.says.place,
            behind: unit.behind,
            state: unit.state.unwrap_or(CustodyState::Unknown),
            since: Since {
                days: Days { earliest, latest },
                doubt: unit.doubt,
                counted: flags & COUNT != 0,
                certain: flags & AT_LEAST != 0,
            },
        }));
    }
}
