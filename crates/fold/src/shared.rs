//! Which events stand in more than one track: all others count once without being looked for again.
//!
//! Never here: which rows count (see [`crate::scan`]).

use crate::columns::NONE;
use crate::table::index;

/// For every event the track that it stands in, and whether it stands in others as well.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shared {
    /// The number of the track that came first, by position; [`NONE`] where the event is in none.
    tracks: Vec<u32>,
    /// A bit for each position: so few bytes that all of them stay near the processor.
    shared: Vec<u64>,
}

impl Shared {
    /// Keeps that an event stands, or stood, in a track.
    pub(crate) fn put(&mut self, event: u32, track: u32) {
        let Some(at) = index(event).filter(|_| event != NONE) else {
            return;
        };
        if self.tracks.len() <= at {
            self.tracks.resize((at + 1).next_multiple_of(64), NONE);
            self.shared.resize(self.tracks.len() / 64, 0);
        }
        let Some(known) = self.tracks.get_mut(at) else {
            return;
        };
        if *known == NONE {
            *known = track;
        } else if *known != track
            && let Some(bits) = self.shared.get_mut(at / 64)
        {
            *bits |= 1 << (at % 64);
        }
    }

    /// Whether an event that stands in a track stands in no other.
    pub(crate) fn is_alone(&self, event: u32) -> bool {
        let at = index(event).unwrap_or(usize::MAX);
        let bits = self.shared.get(at / 64).copied();
        bits.is_some_and(|bits| bits >> (at % 64) & 1 == 0)
    }
}
