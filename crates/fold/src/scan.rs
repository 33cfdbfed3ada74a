//! A figure over all events: what [`crate::count`] does row by row, over columns.
//!
//! Start at [`scan`], and at [`tracks`] for who is held. Rows are taken in blocks. Each test passes over what the tests before it left
//! of a block, and reads one column; what is left is counted. Two threads take a half each where
//! there are many rows: a tally of both is the tally of all.
//!
//! Never here: rules of its own. The laws hold the answers to those of the reference.

use event::{Answer, Day, Days};

use crate::cells::{Level, level};
use crate::columns::{Held, NONE, Trait};
use crate::count::{Asked, Part, against};
use crate::dimensions::{Group, Measure};
use crate::groups::{self, Values};
use crate::held::held;
use crate::occurrences::Columns;
use crate::table::index;
use crate::tally::{Put, Tally};

/// Rows in a block: their places and levels stay in the first cache of a processor.
const BLOCK: usize = 2_048;

/// From how many rows on a second thread is worth its start. Builds with assertions share from two
/// rows on, so that the laws, whose histories are short, count by two threads too.
const SHARED_MIN: usize = if cfg!(debug_assertions) { 2 } else { 65_536 };

/// From how many tracks on, for who is held.
const SHARED_TRACKS_MIN: usize = if cfg!(debug_assertions) { 2 } else { 4_096 };

/// Which rows are scanned.
#[derive(Clone, Copy)]
pub(crate) enum Rows<'r> {
    /// Those from one place to another.
    Range(usize, usize),
    /// Those at these places.
    At(&'r [u32]),
}

impl<'r> Rows<'r> {
    const fn len(self) -> usize {
        match self {
            Self::Range(from, to) => to - from,
            Self::At(places) => places.len(),
        }
    }

    fn halves(self) -> (Self, Self) {
        let middle = self.len() / 2;
        match self {
            Self::Range(from, to) => (
                Self::Range(from, from + middle),
                Self::Range(from + middle, to),
            ),
            Self::At(places) => {
                let (first, second) = places.split_at(middle);
                (Self::At(first), Self::At(second))
            }
        }
    }
}

/// Counts the events that the question asks for in `tally`.
pub(crate) fn scan(asked: &Asked<'_>, rows: &[Rows<'_>], tally: &mut Tally<'_>) {
    let all: usize = rows.iter().map(|rows| rows.len()).sum();
    if all < SHARED_MIN {
        rows.iter().for_each(|rows| blocks(asked, *rows, tally));
        return;
    }
    let (first, second): (Vec<_>, Vec<_>) = rows.iter().map(|rows| rows.halves()).unzip();
    let count = |rows: &[Rows<'_>], tally: &mut Tally<'_>| {
        rows.iter().for_each(|rows| blocks(asked, *rows, tally));
    };
    shared(
        tally,
        |tally| count(&first, tally),
        |tally| count(&second, tally),
    );
}

/// Counts one half here and the other on a second thread, and joins what they counted.
fn shared<'q>(
    tally: &mut Tally<'q>,
    first: impl FnOnce(&mut Tally<'q>),
    second: impl FnOnce(&mut Tally<'q>) + Send,
) {
    let mut other = tally.another();
    std::thread::scope(|scope| {
        // A panic of the second thread is this one's too: the scope hands it on.
        scope.spawn(|| second(&mut other));
        first(tally);
    });
    tally.join(other);
}

/// Counts who is held on `day` in `tally`, by the custody of these tracks.
pub(crate) fn tracks(asked: &Asked<'_>, tracks: &[u32], day: Day, tally: &mut Tally<'_>) {
    if tracks.len() < SHARED_TRACKS_MIN {
        return held(asked, Part::Tracks(tracks), day, tally);
    }
    let (first, second) = tracks.split_at(tracks.len() / 2);
    shared(
        tally,
        |tally| held(asked, Part::Tracks(first), day, tally),
        |tally| held(asked, Part::Tracks(second), day, tally),
    );
}

fn blocks(asked: &Asked<'_>, rows: Rows<'_>, tally: &mut Tally<'_>) {
    let mut block: Vec<u32> = Vec::with_capacity(BLOCK);
    match rows {
        Rows::Range(from, to) => {
            for start in (from..to).step_by(BLOCK) {
                let end = to.min(start + BLOCK);
                block.clear();
                block.extend((start..end).filter_map(|row| u32::try_from(row).ok()));
                count_block(asked, &mut block, tally);
            }
        }
        Rows::At(places) => {
            for places in places.chunks(BLOCK) {
                block.clear();
                block.extend_from_slice(places);
                count_block(asked, &mut block, tally);
            }
        }
    }
}

/// Reads one field of a row.
fn read<T: Copy>(column: &[T], row: u32) -> Option<T> {
    index(row).and_then(|i| column.get(i)).copied()
}

/// Leaves of a block the rows of which `holds` takes the field.
fn keep<T: Copy>(block: &mut Vec<u32>, column: &[T], holds: impl Fn(T) -> bool) {
    block.retain(|row| read(column, *row).is_some_and(&holds));
}

fn count_block(asked: &Asked<'_>, block: &mut Vec<u32>, tally: &mut Tally<'_>) {
    let columns = asked.table.occurrences.columns();
    keep(block, &columns.held, |held: Held| asked.people.sees(held));
    if let Some(window) = asked.query.occurred {
        keep(block, &columns.days, |days: Days| days.touches(window));
    }
    asked.filter.narrow(block, &asked.table.occurrences);
    let mut met = Met {
        person: NONE,
        individual: NONE,
        traits: Trait::UNKNOWN,
    };
    for row in block.iter() {
        if let Some(unit) = unit(asked, columns, &mut met, *row) {
            tally.put(&unit);
        }
    }
}

/// The person met last: rows of one track mostly stand beside each other.
struct Met {
    person: u32,
    individual: u32,
    traits: Trait,
}

impl Met {
    fn meet(&mut self, asked: &Asked<'_>, person: u32) {
        if person != self.person {
            self.person = person;
            self.individual = asked.people.individual(person);
            if asked.filter.asks_of_people() {
                self.traits = asked.people.traits(person);
            }
        }
    }
}

/// A row as it counts.
struct Scanned<'a> {
    asked: &'a Asked<'a>,
    columns: &'a Columns,
    row: u32,
    number: Option<u32>,
    level: Level,
    days: Days,
    traits: Trait,
    minor: Answer,
}

fn unit<'a>(
    asked: &'a Asked<'_>,
    columns: &'a Columns,
    met: &mut Met,
    row: u32,
) -> Option<Scanned<'a>> {
    let days = read(&columns.days, row)?;
    let codes = read(&columns.codes, row)?;
    let flags = against(asked.query.occurred, days, codes.doubt)?;
    let person = read(&columns.person, row)?;
    met.meet(asked, person);
    let mut minor = Answer::Unknown;
    if asked.filter.asks_of_people() {
        minor = crate::traits::minor(codes.age, met.traits.of_age, days);
        if !asked.filter.takes_person(&met.traits, minor) {
            return None;
        }
    }
    let number = match asked.query.measure {
        Measure::Events => read(&columns.event, row),
        Measure::Persons | Measure::PersonCharges => (person != NONE).then_some(met.individual),
    };
    Some(Scanned {
        asked,
        columns,
        row,
        number,
        level: level(flags),
        days,
        traits: met.traits,
        minor,
    })
}

impl Put for Scanned<'_> {
    fn number(&self) -> Option<u32> {
        self.number
    }

    fn level(&self) -> Level {
        self.level
    }

    fn days(&self) -> Option<Days> {
        Some(self.days)
    }

    fn group(&self) -> Option<(u32, u32, u32)> {
        let has_group = read(&self.columns.codes, self.row).is_some_and(|codes| codes.has_group);
        let row = has_group.then(|| self.asked.table.occurrences.get(index(self.row)?))??;
        Some((row.event, row.unnamed.0, row.unnamed.1))
    }

    fn values(&self, group: Group) -> Values {
        let column = |column: &[u32]| Values::One(read(column, self.row).unwrap_or(NONE));
        let codes = read(&self.columns.codes, self.row);
        let code = |code: Option<u8>| Values::One(code.map_or(NONE, u32::from));
        let set =
            |column: &[event::CodeSet]| groups::set(read(column, self.row).unwrap_or_default());
        match group {
            Group::Kind => code(codes.map(|codes| codes.kind)),
            Group::Authority => code(codes.map(|codes| codes.authority)),
            Group::Verification => code(codes.map(|codes| codes.verification)),
            Group::Assessment => code(codes.map(|codes| codes.assessment)),
            Group::Place => column(&self.columns.place),
            Group::Org => column(&self.columns.org),
            Group::Person => column(&self.columns.person),
            Group::RightsExercised => set(&self.columns.rights_exercised),
            Group::RightsViolated => set(&self.columns.rights_violated),
            Group::Sex | Group::Minor | Group::Role => {
                groups::values_of_person(group, &self.traits, self.minor)
            }
            Group::Month | Group::Quarter | Group::Year => Values::One(NONE),
            Group::Law | Group::Article | Group::Court | Group::ChargeStatus => Values::One(NONE),
            Group::Case | Group::ReleaseKind | Group::InCustody | Group::Visibility => {
                let row = index(self.row).and_then(|i| self.asked.table.occurrences.get(i));
                row.map_or(Values::One(NONE), |row| {
                    groups::values_of_says(group, &row.says)
                })
            }
        }
    }
}
