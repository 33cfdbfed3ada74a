//! The stays of all tracks as one list: who is held on a day.
//!
//! Start at [`Stays::around`].
//!
//! Never here: how stays follow from a track (see [`crate::stay`]).

use std::collections::BTreeMap;
use std::ops::Range;

use event::{Day, Verification};

use crate::block::Block;
use crate::columns::{Held, NONE, push};
use crate::runs::Bounds;
use crate::stay::Stay;
use crate::table::index;

/// A stay with its person and its track; in fewer bytes than [`Stay`] has.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    held: Held,
    days: [Day; 4],
    pub(crate) person: u32,
    pub(crate) track: u32,
    /// [`NO_PLACE`] where the track is to be looked at.
    first: u16,
    pub(crate) verification: Verification,
    doubt: bool,
}

const NO_PLACE: u16 = u16::MAX;

impl Row {
    pub(crate) fn new(stay: &Stay, held: Held, (track, person): (u32, u32)) -> Self {
        let bounds = &stay.bounds;
        Self {
            held,
            days: [
                bounds.start_earliest,
                bounds.start_latest,
                bounds.end_earliest,
                bounds.end_latest,
            ],
            person,
            track,
            first: stay.first.unwrap_or(NO_PLACE),
            verification: stay.verification,
            doubt: bounds.doubt,
        }
    }

    /// Returns the place of its first interval among those of its track; none where the track is to be
    /// looked at.
    pub(crate) fn first(&self) -> Option<usize> {
        (self.first != NO_PLACE).then(|| usize::from(self.first))
    }

    pub(crate) const fn bounds(&self) -> Bounds {
        let [start_earliest, start_latest, end_earliest, end_latest] = self.days;
        Bounds {
            start_earliest,
            start_latest,
            end_earliest,
            end_latest,
            doubt: self.doubt,
        }
    }

    /// Whether it touches the days from `first` to `last`.
    fn touches(&self, (first, last): (Day, Day)) -> bool {
        let [earliest, .., latest] = self.days;
        (earliest <= last) & (first < latest)
    }
}

/// The rows of all tracks; those of one stand beside each other.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stays {
    rows: Vec<Row>,
    /// Where the rows of each track begin, and for how many there is room.
    places: Vec<(u32, u32)>,
    /// Places that tracks have left, by how many rows fit: where the next track with so many goes.
    free: BTreeMap<u32, Vec<u32>>,
    /// How many rows have been left and are free.
    left: usize,
}

/// From how many rows left behind on, where they are half of all rows, they are taken out. Builds
/// with assertions do so early.
const LEFT_MIN: usize = if cfg!(debug_assertions) { 4 } else { 16_384 };

impl Stays {
    /// Takes the rows of a track in place of those there were.
    pub(crate) fn put(&mut self, track: u32, stays: Vec<Row>) {
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
            let free = self.free.get_mut(&number(stays.len())).and_then(Vec::pop);
            if free.is_some() {
                self.left -= stays.len();
            }
            let at_end = self.rows.len();
            let to = free.and_then(index).unwrap_or(at_end);
            if room > 0 {
                self.left += room;
                let left = self.free.entry(number(room)).or_default();
                left.push(number(start));
            }
            if let Some(place) = self.places.get_mut(at) {
                *place = (number(to), number(stays.len()));
            }
            for (at, stay) in (to..).zip(stays) {
                match self.rows.get_mut(at) {
                    Some(row) => *row = stay,
                    None => push(&mut self.rows, stay),
                }
            }
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
        self.free.clear();
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

    /// Hands on those of these rows that `sees` takes and in which someone may be held between two
    /// days.
    pub(crate) fn around(
        &self,
        rows: Range<usize>,
        days: (Day, Day),
        sees: impl Fn(Held) -> bool,
        mut each: impl FnMut(&Row),
    ) {
        let mut block = Block::new();
        let rows = self.rows.get(rows).unwrap_or_default();
        for part in rows.chunks(block.room()) {
            let takes = part.iter().map(|row| sees(row.held) & row.touches(days));
            block.fill_those(0, takes);
            let places = block.rows().iter();
            let taken = places.filter_map(|place| part.get(index(*place)?));
            taken.for_each(&mut each);
        }
    }
}
