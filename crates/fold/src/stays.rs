//! When the person of each track may be held, as one list: who to look at for a day.
//!
//! Start at [`Stays::on`].
//!
//! Never here: who is held (see [`crate::held`]).

use std::ops::Range;

use event::{Day, Days};

use crate::columns::{Held, Interval, NONE};
use crate::custody::is_held;
use crate::table::index;

/// One row of custody in which the person is held in the widest sense.
#[derive(Clone, Copy, Debug)]
struct Stay {
    held: Held,
    /// The first day on which, and the first from which on no more, any row of the track that is
    /// ever known together with this one can hold: so wider than any run of them.
    days: Days,
    track: u32,
}

/// The rows of all tracks; those of one stand beside each other.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stays {
    rows: Vec<Stay>,
    /// Where the rows of each track begin, and for how many there is room.
    places: Vec<(u32, u32)>,
    /// How many rows tracks have left behind.
    left: usize,
}

/// From how many rows left behind on, where they are half of all rows, they are taken out. Builds
/// with assertions do so early.
const LEFT_MIN: usize = if cfg!(debug_assertions) { 4 } else { 16_384 };

impl Stays {
    /// Takes the rows of a track in place of those there were.
    pub(crate) fn put(&mut self, track: u32, intervals: &[Interval]) {
        let held = intervals.iter().filter(|row| is_held(row.state));
        let held: Vec<(Held, Days)> = held.map(|row| (row.held, bounds(row))).collect();
        let stay = |(of, _): &(Held, Days)| {
            let together = held
                .iter()
                .filter(|(other, _)| other.from.max(of.from) < other.to.min(of.to));
            let none = Days {
                earliest: Day::MAX,
                latest: Day::MIN,
            };
            let days = together.fold(none, |all, (_, days)| Days {
                earliest: all.earliest.min(days.earliest),
                latest: all.latest.max(days.latest),
            });
            Stay {
                held: *of,
                days,
                track,
            }
        };
        let stays: Vec<Stay> = held.iter().map(stay).collect();
        let Some(at) = index(track) else { return };
        if self.places.len() <= at {
            self.places.resize(at + 1, (0, 0));
        }
        let (start, room) = self.places.get(at).copied().unwrap_or((0, 0));
        let (start, room) = (index(start).unwrap_or(0), index(room).unwrap_or(0));
        for row in self.rows.iter_mut().skip(start).take(room) {
            row.held.to = row.held.from;
        }
        if stays.len() <= room {
            for (row, stay) in self.rows.iter_mut().skip(start).zip(stays) {
                *row = stay;
            }
        } else {
            let number = |place: usize| u32::try_from(place).unwrap_or(NONE);
            if let Some(place) = self.places.get_mut(at) {
                *place = (number(self.rows.len()), number(stays.len()));
            }
            self.rows.extend(stays);
            self.left += room;
            if self.left >= LEFT_MIN && self.left * 2 >= self.rows.len() {
                self.settle();
            }
        }
    }

    /// Lays the rows in the order of their tracks, without those left behind.
    fn settle(&mut self) {
        let mut rows = Vec::with_capacity(self.rows.len() - self.left);
        for (start, room) in &mut self.places {
            let place = index(*start).zip(index(*room));
            let of = place.and_then(|(start, room)| self.rows.get(start..start + room));
            *start = u32::try_from(rows.len()).unwrap_or(NONE);
            rows.extend_from_slice(of.unwrap_or_default());
        }
        self.rows = rows;
        self.left = 0;
    }

    /// Returns how many rows there are.
    pub(crate) const fn len(&self) -> usize {
        self.rows.len()
    }

    /// Returns the first place from `place` on at which no track's rows are divided.
    pub(crate) fn whole(&self, place: usize) -> usize {
        let before = place
            .checked_sub(1)
            .and_then(|before| self.rows.get(before));
        let rest = self.rows.get(place..).unwrap_or_default();
        let same = rest
            .iter()
            .take_while(|row| Some(row.track) == before.map(|row| row.track));
        place.saturating_add(same.count())
    }

    /// Returns the tracks of which a row of these that `sees` takes may hold on one of `days`, each once.
    pub(crate) fn on(
        &self,
        rows: Range<usize>,
        days: &[Day],
        sees: impl Fn(Held) -> bool,
    ) -> Vec<u32> {
        let mut days = days.to_vec();
        days.sort_unstable();
        let may = |row: &&Stay| {
            // The days are few: to count those before is quicker than to search.
            let before = days.iter().filter(|day| **day < row.days.earliest).count();
            let next = days.get(before);
            next.is_some_and(|day| *day < row.days.latest) && sees(row.held)
        };
        let rows = self.rows.get(rows).unwrap_or_default();
        let mut tracks: Vec<u32> = rows.iter().filter(may).map(|row| row.track).collect();
        tracks.dedup();
        tracks
    }
}

/// Returns the first day on which, and the first from which on no more, an interval can hold.
fn bounds(row: &Interval) -> Days {
    let start = row.start.days;
    let shown = Days {
        earliest: row.shown.by,
        latest: row.shown.until,
    };
    let end = row
        .end
        .map_or(Day::MAX, |end| end.days.latest.max(end.days.earliest));
    Days {
        earliest: start.earliest.min(start.latest).min(shown.earliest),
        latest: end.max(shown.latest),
    }
}
