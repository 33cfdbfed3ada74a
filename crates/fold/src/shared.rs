//! Which events stand in more than one track: all others count once without being looked for again.
//! So too which charges are against several ids, and which charges of a person stand in several tracks.
//!
//! Never here: which rows count (see [`crate::scan`]).

use crate::columns::NONE;
use crate::table::index;

/// For every event the track that it stands in, or a number where it stands in several.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shared {
    /// By position the number of the track, [`NONE`] where the event is in none; of an event in several
    /// tracks its own number among those.
    numbers: Vec<u32>,
    /// A bit for each position: so few bytes that all of them stay near the processor.
    shared: Vec<u64>,
    /// How many events stand in several tracks.
    count: u32,
}

impl Shared {
    /// Keeps that an event stands, or stood, in a track.
    pub(crate) fn put(&mut self, event: u32, track: u32) {
        let Some(at) = index(event).filter(|_| event != NONE) else {
            return;
        };
        if self.numbers.len() <= at {
            self.numbers.resize((at + 1).next_multiple_of(64), NONE);
            self.shared.resize(self.numbers.len() / 64, 0);
        }
        let (Some(known), Some(bits)) = (self.numbers.get_mut(at), self.shared.get_mut(at / 64))
        else {
            return;
        };
        if *known == NONE {
            *known = track;
        } else if *bits >> (at % 64) & 1 == 0 && *known != track {
            *bits |= 1 << (at % 64);
            *known = self.count;
            self.count += 1;
        }
    }

    /// Returns the number, among events in several tracks, of one that stands in a track; none where it
    /// stands in no other.
    pub(crate) fn number(&self, event: u32) -> Option<u32> {
        let at = index(event)?;
        let bits = self.shared.get(at / 64)?;
        if bits >> (at % 64) & 1 == 0 {
            return None;
        }
        self.numbers.get(at).copied()
    }
}
