//! What a step keeps for the next one: long tracks, persons of many words and chains of many amendments, so
//! that a lone event costs no more on a record of thousands than among thousands.
//!
//! Start at [`Step::following`] and [`Step::finish_keeping`]. A cache only: without it the rows come out the
//! same, as any split of the log shows.
//!
//! Never here: rows.

use std::collections::BTreeMap;

use event::{KeyHash, PersonId, Position};

use crate::amend::chain::Chain;
use crate::facts::long_person::LongPerson;
use crate::facts::long_track::LongTrack;
use crate::rows::TrackId;
use crate::step::Step;
use crate::view::{Rows, View};

/// How many events all that is kept may hold: some kilobytes each. Beyond, only what the step has met is
/// kept, or nothing. Source: docs/reference/limits.md.
pub const KEPT_EVENTS_MAX: usize = 65_536;

/// From how many amendments on a chain is kept: shorter ones are built as fast. Builds with assertions keep
/// short ones too, so that the laws test them.
const KEPT_CHAIN_MIN: usize = if cfg!(debug_assertions) { 2 } else { 16 };

/// What a step keeps for the one that follows it over the same rows.
#[derive(Debug, Default)]
pub struct Kept {
    /// The last position of the step.
    through: Position,
    chains: BTreeMap<KeyHash, Chain>,
    long_tracks: BTreeMap<TrackId, LongTrack>,
    long_persons: BTreeMap<PersonId, LongPerson>,
}

impl Kept {
    /// Returns how many events it holds.
    #[must_use]
    pub fn events(&self) -> usize {
        let chains: usize = self.chains.values().map(Chain::len).sum();
        let tracks: usize = self.long_tracks.values().map(LongTrack::len).sum();
        let persons: usize = self.long_persons.values().map(LongPerson::len).sum();
        chains + tracks + persons
    }

    /// Keeps no more than [`KEPT_EVENTS_MAX`] events: of too many, those in the rows of the step.
    fn keep_within(&mut self, rows: &Rows) {
        if self.events() > KEPT_EVENTS_MAX {
            self.chains.retain(|key, _| rows.records.contains_key(key));
            self.long_tracks
                .retain(|id, _| rows.tracks.contains_key(id));
            self.long_persons
                .retain(|id, _| rows.persons.contains_key(id));
        }
        if self.events() > KEPT_EVENTS_MAX {
            *self = Self {
                through: self.through,
                ..Self::default()
            };
        }
    }
}

impl<'v, V: View> Step<'v, V> {
    /// Makes a step that goes on where the one before it ended; `view` has the rows of that one.
    #[must_use]
    pub fn following(view: &'v V, kept: Kept) -> Self {
        Self {
            chains: kept.chains,
            long_tracks: kept.long_tracks,
            long_persons: kept.long_persons,
            kept_through: Some(kept.through),
            ..Self::new(view)
        }
    }

    /// Forgets what was kept unless the first position of the step follows it.
    pub(super) fn check_kept(&mut self, first: Position) {
        let Some(through) = self.kept_through.take() else {
            return;
        };
        if through.next() != first {
            self.chains.clear();
            self.long_tracks.clear();
            self.long_persons.clear();
        }
    }

    /// Ends the step and returns the rows that it read or changed, and what the next one may go by. That is
    /// to be dropped where the rows are not written.
    ///
    /// # Errors
    /// The view's failure; the step is then void.
    pub fn finish_keeping(mut self) -> Result<(Rows, Kept), V::Error> {
        self.rewrite_narrowed()?;
        let mut chains = std::mem::take(&mut self.chains);
        chains.retain(|_, chain| chain.len() >= KEPT_CHAIN_MIN);
        let mut kept = Kept {
            through: self.rows.position,
            chains,
            long_tracks: std::mem::take(&mut self.long_tracks),
            long_persons: std::mem::take(&mut self.long_persons),
        };
        let rows = self.finish()?;
        kept.keep_within(&rows);
        Ok((rows, kept))
    }
}
