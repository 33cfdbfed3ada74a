//! A figure over all events: what [`crate::count`] does row by row, over columns.
//!
//! Start at [`scan`], and at [`tracks`] for who is held. Rows are taken in blocks. Each test passes over what the tests before it left
//! of a block, and reads one column; what is left is counted. Two threads take a half each where
//! there are many rows: a tally of both is the tally of all.
//!
//! Never here: rules of its own. The laws hold the answers to those of the reference.

use std::ops::Range;

use event::{Answer, Day, Days};

use crate::block::{BLOCK_ROWS, Block, read};
use crate::cells::{Level, level};
use crate::charge_numbers::ChargeNumbers;
use crate::columns::{Held, NONE, Trait};
use crate::count::{Asked, Part, against, charges_in, chosen_tracks, count, names_some, tracks_on};
use crate::dimensions::{Group, Measure};
use crate::groups::{self, Values};
use crate::held::held;
use crate::occurrences::Columns;
use crate::table::index;
use crate::tally::{Put, Tally};

/// From how many rows on a second thread is worth its start. Builds with assertions share from two
/// rows on, so that the laws, whose histories are short, count by two threads too.
const SHARED_MIN: usize = if cfg!(debug_assertions) { 2 } else { 65_536 };

/// From how many tracks on, for who is held.
const SHARED_TRACKS_MIN: usize = if cfg!(debug_assertions) { 2 } else { 4_096 };

/// Which rows are scanned.
#[derive(Clone, Copy)]
pub(crate) enum Rows<'r> {
    /// Those from one place to another.
    Range(u32, u32),
    /// Those at these places.
    At(&'r [u32]),
}

impl<'r> Rows<'r> {
    fn len(self) -> usize {
        match self {
            Self::Range(from, to) => index(to.saturating_sub(from)).unwrap_or(0),
            Self::At(places) => places.len(),
        }
    }

    fn halves(self) -> (Self, Self) {
        match self {
            Self::Range(from, to) => {
                let middle = from.midpoint(to);
                (Self::Range(from, middle), Self::Range(middle, to))
            }
            Self::At(places) => {
                let (first, second) = places.split_at(places.len() / 2);
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

/// Counts who is held on `day` in `tally`.
pub(crate) fn tracks(asked: &Asked<'_>, day: Day, tally: &mut Tally<'_>) {
    if let Some(tracks) = chosen_tracks(asked) {
        return held(asked, Part::Tracks(&tracks), day, tally);
    }
    let table = asked.table;
    let by_stays = asked.query.asks_who_is_held();
    let all = if by_stays {
        table.stays.len()
    } else {
        table.custody.len()
    };
    let count = |rows: Range<usize>, tally: &mut Tally<'_>| {
        let tracks = if by_stays {
            tracks_on(asked, rows, day)
        } else {
            rows.filter_map(|track| u32::try_from(track).ok()).collect()
        };
        held(asked, Part::Tracks(&tracks), day, tally);
    };
    if all < SHARED_TRACKS_MIN {
        return count(0..all, tally);
    }
    let middle = if by_stays {
        table.stays.whole(all / 2)
    } else {
        all / 2
    };
    shared(
        tally,
        |tally| count(0..middle, tally),
        |tally| count(middle..all, tally),
    );
}

/// Counts charges in `tally`.
pub(crate) fn charges(asked: &Asked<'_>, tally: &mut Tally<'_>) {
    let all = asked.table.charges.len();
    if names_some(asked) || all < SHARED_MIN {
        return count(asked, Part::Whole, tally);
    }
    let numbers = ChargeNumbers::new(asked);
    shared(
        tally,
        |tally| charges_in(asked, &numbers, 0..all / 2, tally),
        |tally| charges_in(asked, &numbers, all / 2..all, tally),
    );
}

fn blocks(asked: &Asked<'_>, rows: Rows<'_>, tally: &mut Tally<'_>) {
    let mut block = Block::new();
    match rows {
        Rows::Range(from, to) => {
            let mut start = from;
            while start < to {
                let end = to.min(start.saturating_add(BLOCK_ROWS));
                block.fill(start..end);
                count_block(asked, &mut block, tally);
                start = end;
            }
        }
        Rows::At(places) => {
            for places in places.chunks(index(BLOCK_ROWS).unwrap_or(1)) {
                block.fill(places.iter().copied());
                count_block(asked, &mut block, tally);
            }
        }
    }
}

fn count_block(asked: &Asked<'_>, block: &mut Block, tally: &mut Tally<'_>) {
    let columns = asked.table.occurrences.columns();
    block.keep(&columns.held, |held: Held| asked.people.sees(held));
    if let Some(window) = asked.query.occurred {
        block.keep(&columns.days, |days: Days| days.touches(window));
    }
    asked.filter.narrow(block, &asked.table.occurrences);
    let mut met = Met {
        person: NONE,
        individual: NONE,
        traits: Trait::UNKNOWN,
    };
    for row in block.rows() {
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
    is_alone: bool,
    level: Level,
    days: Days,
    traits: &'a Trait,
    minor: Answer,
}

fn unit<'a>(
    asked: &'a Asked<'_>,
    columns: &'a Columns,
    met: &'a mut Met,
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
    let (number, is_alone) = match asked.query.measure {
        Measure::Events => {
            let event = read(&columns.event, row);
            (
                event,
                event.is_some_and(|event| asked.table.stands_alone(event)),
            )
        }
        Measure::Persons | Measure::PersonCharges => {
            ((person != NONE).then_some(met.individual), false)
        }
    };
    Some(Scanned {
        asked,
        columns,
        row,
        number,
        is_alone,
        level: level(flags),
        days,
        traits: &met.traits,
        minor,
    })
}

impl Put for Scanned<'_> {
    fn number(&self) -> Option<u32> {
        self.number
    }

    fn is_alone(&self) -> bool {
        self.is_alone
    }

    fn level(&self) -> Level {
        self.level
    }

    fn days(&self) -> Option<Days> {
        Some(self.days)
    }

    fn group(&self) -> Option<(u32, u32, u32)> {
        let has_group = read(&self.columns.codes, self.row).is_some_and(|codes| codes.has_group);
        let at = index(self.row).filter(|_| has_group)?;
        let (lower, upper) = self.asked.table.occurrences.unnamed(at);
        Some((read(&self.columns.event, self.row)?, lower, upper))
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
                groups::values_of_person(group, self.traits, self.minor)
            }
            Group::Month | Group::Quarter | Group::Year => Values::One(NONE),
            Group::Law | Group::Article | Group::Court | Group::ChargeStatus => Values::One(NONE),
            Group::Case | Group::ReleaseKind | Group::InCustody | Group::Visibility => {
                let says = index(self.row).and_then(|i| self.asked.table.occurrences.says(i));
                says.map_or(Values::One(NONE), |says| {
                    groups::values_of_says(group, &says)
                })
            }
        }
    }
}
