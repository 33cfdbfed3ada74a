//! A figure over all events: what [`crate::count`] does row by row, over columns.
//!
//! Start at [`scan`], and at [`tracks`] for who is held. Two threads take a half of the rows each
//! where there are many: a tally of both is the tally of all. Rows are taken in blocks (see
//! [`crate::gather`]).
//!
//! Never here: rules of its own. The laws hold the answers to those of the reference.

use event::{Day, Days};

use crate::block::{BLOCK_ROWS, Block};
use crate::cells::level;
use crate::charge_numbers::ChargeNumbers;
use crate::columns::{Held, NONE};
use crate::count::{Asked, Part, charges_in, count, names_some};
use crate::deaths::Deaths;
use crate::gather::Gather;
use crate::held::{held, held_on};
use crate::kinds::OfKind;
use crate::table::index;
use crate::tally::Tally;

/// From how many rows on a second thread is worth its start. Builds with assertions share from two
/// rows on, so that the laws, whose histories are short, count by two threads too.
const SHARED_MIN: usize = if cfg!(debug_assertions) { 2 } else { 65_536 };

/// From how many stays on, or tracks where stays do not show who is meant.
const SHARED_TRACKS_MIN: usize = if cfg!(debug_assertions) { 2 } else { 4_096 };

/// Which rows are scanned.
#[derive(Clone, Copy)]
pub(crate) enum Rows<'r> {
    /// Those from one place to another.
    Range(u32, u32),
    /// Those at these places.
    At(&'r [u32]),
    /// Those of one kind.
    Of(OfKind<'r>),
}

impl<'r> Rows<'r> {
    fn len(self) -> usize {
        match self {
            Self::Range(from, to) => index(to.saturating_sub(from)).unwrap_or(0),
            Self::At(places) => places.len(),
            Self::Of(rows) => rows.places.len(),
        }
    }

    /// Takes the next rows off, as many as a block has, and puts in it those of which `takes` takes when
    /// they hold; false where none is left. Those of one kind that do not touch the window are left out.
    pub(crate) fn next(
        &mut self,
        block: &mut Block,
        held: &[Held],
        window: Option<Days>,
        takes: impl Fn(Held) -> bool,
    ) -> bool {
        match self {
            Self::Range(from, to) => {
                if from >= to {
                    return false;
                }
                let end = (*to).min(from.saturating_add(BLOCK_ROWS));
                let part = index(*from).zip(index(end)).map(|(from, end)| from..end);
                let held = part.and_then(|part| held.get(part)).unwrap_or_default();
                block.fill_those(*from, held.iter().map(|held| takes(*held)));
                *from = end;
            }
            Self::At(places) => {
                if places.is_empty() {
                    return false;
                }
                let (next, rest) = places.split_at(places.len().min(block.room()));
                block.fill(next.iter().copied());
                block.keep(held, takes);
                *places = rest;
            }
            Self::Of(rows) => {
                if rows.places.is_empty() {
                    return false;
                }
                let (next, rest) = rows.split_at(block.room());
                let takes = next.first.iter().map(|first| {
                    takes(first.held) & window.is_none_or(|window| first.days.touches(window))
                });
                block.fill_of(next.places.iter().copied(), takes);
                *rows = rest;
            }
        }
        true
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
            Self::Of(rows) => {
                let (first, second) = rows.split_at(rows.places.len() / 2);
                (Self::Of(first), Self::Of(second))
            }
        }
    }
}

/// Counts the events that the question asks for in `tally`.
pub(crate) fn scan(asked: &Asked<'_>, rows: &[Rows<'_>], tally: &mut Tally<'_>) {
    let all: usize = rows.iter().map(|rows| rows.len()).sum();
    let count = |rows: &[Rows<'_>], tally: &mut Tally<'_>| {
        let mut gather = Gather::new(asked, tally);
        rows.iter().for_each(|rows| gather.count(*rows, tally));
    };
    if all < SHARED_MIN {
        return count(rows, tally);
    }
    let (first, second): (Vec<_>, Vec<_>) = rows.iter().map(|rows| rows.halves()).unzip();
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
    let empty = &*tally;
    let halves = over_custody(asked, |part| {
        let mut half = empty.another();
        if !asked.query.group_by.is_empty() {
            held(asked, part, day, &mut half);
            return half;
        }
        // Only whom it counts is asked: what their runs say is not read.
        let deaths = Deaths::new(asked, part);
        held_on(asked, part, &deaths, day, |_, one| {
            half.put(one.individual, level(one.flags))
        });
        half
    });
    let mut halves = halves.into_iter();
    if let Some(first) = halves.next() {
        *tally = first;
    }
    halves.for_each(|half| tally.join(half));
}

/// Runs `work` over the custody in which the question may hold someone on a day, with two threads where
/// there is much. Returns what each has made, in the order of the rows.
pub(crate) fn over_custody<T: Send>(
    asked: &Asked<'_>,
    work: impl Fn(Part<'_>) -> T + Sync,
) -> Vec<T> {
    let table = asked.table;
    let by_stays = asked.query.asks_who_is_held();
    let all = if by_stays {
        table.stays.len()
    } else {
        table.custody.len()
    };
    if names_some(asked) || all < SHARED_TRACKS_MIN {
        return vec![work(Part::Whole)];
    }
    // Rows of one track stay in one half.
    let (first, second) = if by_stays {
        let middle = table.stays.whole(all / 2);
        (Part::Stays(0, middle), Part::Stays(middle, all))
    } else {
        let number = |track: usize| u32::try_from(track).unwrap_or(NONE);
        let middle = number(all / 2);
        (Part::Tracks(0, middle), Part::Tracks(middle, number(all)))
    };
    std::thread::scope(|scope| {
        let second = scope.spawn(|| work(second));
        let first = work(first);
        // A panic of the second thread is this one's too.
        let second = second.join();
        vec![
            first,
            second.unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
        ]
    })
}

/// Counts charges in `tally`.
pub(crate) fn charges(asked: &Asked<'_>, tally: &mut Tally<'_>) {
    let all = asked.table.charges.len();
    if names_some(asked) || all < SHARED_MIN {
        return count(asked, Part::Whole, tally);
    }
    let numbers = ChargeNumbers::default();
    shared(
        tally,
        |tally| charges_in(asked, &numbers, 0..all / 2, tally),
        |tally| charges_in(asked, &numbers, all / 2..all, tally),
    );
}
