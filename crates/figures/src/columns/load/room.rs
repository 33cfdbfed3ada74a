//! Whether the columns have room for the rows of a step, asked before the rows are stored anywhere.
//!
//! Never here: storing them (see [`crate::columns::load`]).

use fold::Rows;

use crate::columns::capacity::Capacity;
use crate::columns::dictionary::Dictionary;
use crate::columns::ids::{
    ChargeRowNo, ColumnId, EventRowNo, PersonNo, Position32, TagSetNo, TrackNo, index,
};
use crate::columns::store::ColumnStore;

impl ColumnStore {
    /// Checks that the rows of a step fit, so that a store on disk takes none that the columns refuse.
    ///
    /// Each assertion and each fact counts as a row and as a text of its own, so a column store refuses
    /// up to one step before its limit.
    ///
    /// # Errors
    /// [`Capacity`] where they may not fit, or a row did not before.
    pub fn room_for(&self, rows: &Rows) -> Result<(), Capacity> {
        if let Some(full) = self.full {
            return Err(full);
        }
        Position32::try_from(rows.position)?;
        if let Some(limit) = self.position_limit.filter(|limit| rows.position > *limit) {
            return Err(Capacity {
                what: Position32::WHAT,
                limit: limit.get(),
            });
        }
        let tracks = rows.tracks.values();
        let of_tracks: usize = tracks
            .map(|track| 2 + track.assertions.len() + track.facts.len())
            .sum();
        let persons = rows.persons.values();
        let of_persons: usize = persons.map(|person| 1 + person.traits.len()).sum();
        let more = of_tracks.saturating_add(of_persons);
        room::<EventRowNo>(self.events.len(), more)?;
        room::<ChargeRowNo>(self.charges.len(), more)?;
        room::<TrackNo>(self.custody.len(), more)?;
        room::<PersonNo>(self.persons.len(), more)?;
        texts(&self.cases, more)?;
        texts(&self.places, more)?;
        texts(&self.localities, more)?;
        texts(&self.nationalities, more)?;
        texts(&self.tag_sets.tags, more.saturating_mul(event::TAGS_MAX))?;
        room::<TagSetNo>(self.tag_sets.len(), more)?;
        texts(&self.orgs, more)?;
        texts(&self.laws, more)?;
        texts(&self.articles, more)?;
        texts(&self.courts, more)?;
        texts(&self.persons, more)
    }
}

/// Checks that `more` ids can be made after `count`.
fn room<K: ColumnId>(count: usize, more: usize) -> Result<(), Capacity> {
    let all = count.checked_add(more);
    match all.filter(|all| *all <= index(K::LIMIT)) {
        Some(_) => Ok(()),
        None => Err(K::full()),
    }
}

fn texts<K: ColumnId>(dictionary: &Dictionary<K>, more: usize) -> Result<(), Capacity> {
    if dictionary.room() < more {
        return Err(K::full());
    }
    Ok(())
}
