//! Putting rows into the columns: the tracks, persons and times that a step changed.
//!
//! Start at [`ColumnStore::put`]. A row that does not fit is refused before any of it is stored, as far
//! as that can be told, and so is every later one; what is stored still answers.
//!
//! Never here: lookups and counting.

use event::{Kind, PersonId, Position};
use fold::{Fact, Person, Rows, TIMES_PER_ROW, Times, Track, TrackId, Versioned};

use crate::columns::capacity::Capacity;
use crate::columns::ids::{ColumnId, EventRowNo, LoadedTrackNo, PersonNo, Position32};
use crate::columns::load::rows::{intern, position_to};
use crate::columns::persons::person_row;
use crate::columns::rows::{Bound32, PersonRow};
use crate::columns::store::{ColumnStore, LoadedTrack, TrackKey};

mod room;
mod rows;
#[cfg(test)]
mod tests;
mod tracks;

impl ColumnStore {
    /// Stores the rows that a step changed.
    ///
    /// # Errors
    /// [`Capacity`] where a row does not fit, or one did not before: rows before it are stored.
    pub fn put(&mut self, rows: &Rows) -> Result<(), Capacity> {
        for (row, times) in &rows.times {
            self.put_times(*row, times)?;
        }
        if let Some(last) = &rows.last_hidden {
            self.put_last_hidden(last.clone());
        }
        for (id, person) in &rows.persons {
            self.put_person(id, person)?;
        }
        for (id, track) in &rows.tracks {
            self.put_track(id, track)?;
        }
        Ok(())
    }

    /// Stores one row of times.
    ///
    /// # Errors
    /// [`Capacity`] where its positions do not fit, or a row did not before.
    pub fn put_times(&mut self, row: u64, times: &[Times]) -> Result<(), Capacity> {
        self.unless_full(|columns| {
            let before = row.checked_mul(TIMES_PER_ROW);
            let count = u64::try_from(times.len()).ok();
            let last = before
                .zip(count)
                .and_then(|(before, count)| before.checked_add(count));
            Position32::try_from(Position::new(last.ok_or(Position32::full())?))?;
            columns.instants.replace_row(row, times);
            Ok(())
        })
    }

    /// Stores what is said of a person.
    ///
    /// # Errors
    /// [`Capacity`] where it does not fit, or a row did not before.
    pub fn put_person(&mut self, id: &PersonId, person: &Person) -> Result<(), Capacity> {
        self.unless_full(|columns| columns.store_person(id, person))
    }

    /// Stores a track.
    ///
    /// # Errors
    /// [`Capacity`] where it does not fit, or a row did not before.
    pub fn put_track(&mut self, id: &TrackId, track: &Track) -> Result<(), Capacity> {
        self.unless_full(|columns| columns.store_track(id, track))
    }

    /// Compacts person attributes into scan order once loading is done. Tracks are to be loaded before
    /// persons, whose ids are made as they come.
    pub fn compact(&mut self) {
        self.traits.compact();
    }

    /// Does the work unless a limit was reached before; a limit that it reaches is remembered.
    fn unless_full(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<(), Capacity>,
    ) -> Result<(), Capacity> {
        if let Some(full) = self.full {
            return Err(full);
        }
        let done = work(self);
        self.full = done.err();
        done
    }

    fn store_person(&mut self, id: &PersonId, person: &Person) -> Result<(), Capacity> {
        let mut rows: Vec<PersonRow> = Vec::with_capacity(person.traits.len());
        for Versioned {
            from,
            to,
            value: (traits, audience),
        } in &person.traits
        {
            let nationality = intern(&mut self.nationalities, traits.nationality.as_deref())?;
            let validity = self.validity(*from, *to, audience)?;
            rows.push(person_row(traits, nationality, validity));
        }
        let number = self.intern_person(id.as_str())?;
        self.traits.replace(number, &rows)
    }

    fn intern_person(&mut self, id: &str) -> Result<PersonNo, Capacity> {
        let number = self.persons.intern(id)?;
        self.traits.reserve(self.persons.len())?;
        Ok(number)
    }

    fn store_track(&mut self, id: &TrackId, track: &Track) -> Result<(), Capacity> {
        check_positions(track)?;
        self.check_texts(track)?;
        let key = self.track_key(id)?;
        self.check_rows(key, track)?;
        let person = match key {
            TrackKey::Person(_, person) => Some(person),
            TrackKey::Case(_) | TrackKey::Lone(_) | TrackKey::Pair(..) => None,
        };
        if let TrackKey::Pair(a, b) = key {
            self.put_pair((a, b), track)?;
        }
        self.put_findings(key, id, track)?;
        let next = LoadedTrackNo::after(self.tracks.len())?;
        let mut loaded = self.tracks.remove(&key).unwrap_or(LoadedTrack {
            track: next,
            events: Vec::new(),
            charges: Vec::new(),
            custody: None,
        });
        let stored = self
            .put_events(&mut loaded, track, person)
            .and_then(|()| self.put_charges(&mut loaded, track, person))
            .and_then(|()| self.put_custody(&mut loaded, track, person));
        self.tracks.insert(key, loaded);
        stored
    }

    fn track_key(&mut self, id: &TrackId) -> Result<TrackKey, Capacity> {
        Ok(match id {
            TrackId::Person(case, person) => {
                let person = self.intern_person(person.as_str())?;
                let case = case.as_ref().map(|case| self.cases.intern(case.as_str()));
                TrackKey::Person(case.transpose()?, person)
            }
            TrackId::Case(case) => TrackKey::Case(self.cases.intern(case.as_str())?),
            TrackId::Lone(position) => TrackKey::Lone(*position),
            TrackId::Pair(a, b) => {
                let a = self.intern_person(a.as_str())?;
                TrackKey::Pair(a, self.intern_person(b.as_str())?)
            }
        })
    }

    /// Checks that the rows of a track fit, before any is stored.
    fn check_rows(&self, key: TrackKey, track: &Track) -> Result<(), Capacity> {
        let loaded = self.tracks.get(&key);
        let events = loaded.map_or(0, |loaded| loaded.events.len());
        let more = track.assertions.len().saturating_sub(events);
        check_room::<EventRowNo>(self.events.len(), more)?;
        self.custody.check_room(track.facts.len())
    }

    /// Checks that the texts of a track fit, before any of it is stored.
    fn check_texts(&mut self, track: &Track) -> Result<(), Capacity> {
        let rows = track.assertions.len().saturating_add(track.facts.len());
        let rooms = [
            self.cases.room(),
            self.places.room(),
            self.localities.room(),
            self.orgs.room(),
            self.laws.room(),
            self.articles.room(),
            self.courts.room(),
        ];
        let tags = rows.saturating_mul(event::TAGS_MAX);
        if rooms.iter().all(|room| *room >= rows) && self.tag_sets.room() >= tags {
            return Ok(());
        }
        for Versioned { value, .. } in &track.assertions {
            self.attributes(None, value.key.org.as_str(), value.kind, &value.attributes)?;
        }
        for Versioned { value, .. } in &track.facts {
            match &value.0 {
                Fact::Custody(custody) => {
                    let org = custody.org.as_str();
                    self.attributes(None, org, custody.kind, &custody.attributes)?;
                }
                Fact::Charge(charge) => {
                    self.attributes(None, charge.org.as_str(), Kind::Charge, &charge.attributes)?;
                    intern(&mut self.laws, charge.law.as_deref())?;
                    intern(&mut self.articles, charge.article.as_deref())?;
                    intern(&mut self.courts, charge.court.as_deref())?;
                }
                Fact::Contradiction(_) | Fact::Inconsistency(..) | Fact::Same(_) => {}
            }
        }
        Ok(())
    }
}

/// Checks that ids are left for so many more rows.
fn check_room<K: ColumnId>(rows: usize, more: usize) -> Result<(), Capacity> {
    match more.checked_sub(1) {
        None => Ok(()),
        Some(before_last) => K::after(rows.saturating_add(before_last)).map(|_| ()),
    }
}

/// Checks that every position that the columns take of a track fits.
fn check_positions(track: &Track) -> Result<(), Capacity> {
    for version in &track.assertions {
        Position32::try_from(version.value.position)?;
        Position32::try_from(version.from)?;
        position_to(version.to)?;
    }
    for version in &track.facts {
        Position32::try_from(version.from)?;
        position_to(version.to)?;
        match &version.value.0 {
            Fact::Custody(custody) => {
                Bound32::from_bound(&custody.start)?;
                custody.end.as_ref().map(Bound32::from_bound).transpose()?;
            }
            Fact::Charge(charge) => {
                Position32::try_from(charge.position)?;
            }
            Fact::Contradiction(_) | Fact::Inconsistency(..) | Fact::Same(_) => {}
        }
    }
    Ok(())
}
