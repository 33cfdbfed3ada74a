//! Storing the rows of one track: what is unchanged stays, the rest is replaced or added.
//!
//! Start at [`ColumnStore::put_events`].
//!
//! Never here: whether they fit (see [`crate::columns::load`]), and how a row is made.

use event::Kind;
use fold::{Audience, Fact, Track};

use crate::columns::by_kind::KindEntry;
use crate::columns::capacity::Capacity;
use crate::columns::ids::{EventRowNo, PersonNo};
use crate::columns::load::rows::position_to;
use crate::columns::rows::EventRow;
use crate::columns::spells::derive::spell_entries;
use crate::columns::spells::index::SpellRow;
use crate::columns::store::{ColumnStore, LoadedTrack};
use crate::columns::validity::Validity;

impl ColumnStore {
    /// Stores the links of a pair. Links are events too, of no person.
    pub(super) fn put_pair(
        &mut self,
        pair: (PersonNo, PersonNo),
        track: &Track,
    ) -> Result<(), Capacity> {
        let mut links = Vec::new();
        for row in &track.facts {
            if let (Fact::Same(found), audience) = &row.value {
                let validity = self.validity(row.from, row.to, audience)?;
                links.push((validity, found.clone()));
            }
        }
        let texts = (self.persons.text(pair.0), self.persons.text(pair.1));
        self.links.replace(pair, texts, links)
    }

    pub(super) fn put_events(
        &mut self,
        loaded: &mut LoadedTrack,
        track: &Track,
        person: Option<PersonNo>,
    ) -> Result<(), Capacity> {
        // Versions are only ever added and closed, so the rows that stand are a prefix; where one
        // that began and ceased at one position was dropped, the rest is written anew.
        for (at, version) in track.assertions.iter().enumerate() {
            let number = loaded.events.get(at).copied();
            let old = number.and_then(|number| Some((number, self.events.get(number)?)));
            let event = &version.value;
            let audience = Audience::new(event.visibility, &event.confined_to);
            let same = (
                event.position.try_into()?,
                version.from.try_into()?,
                self.audiences.intern(&audience)?,
            );
            // Only the audience of a version that stands can change.
            if let Some((number, old)) = old
                && (old.event, old.validity.from, old.validity.audience) == same
            {
                self.events.close(number, position_to(version.to)?);
                self.set_kind_entry(number);
                continue;
            }
            let row = self.event_row(version, person)?;
            self.event_tracks.mark(row.event, Some(loaded.track))?;
            let Some((number, old)) = old else {
                loaded.events.push(self.add_event(row)?);
                continue;
            };
            let (before, after) = (&old.attributes, &row.attributes);
            if (before.kind, before.case) == (after.kind, after.case) {
                // The lists by kind, person and case stay right.
                self.events.replace(number, row);
                self.set_kind_entry(number);
            } else {
                self.clear_event(number);
                let number = self.add_event(row)?;
                if let Some(slot) = loaded.events.get_mut(at) {
                    *slot = number;
                }
            }
        }
        for gone in loaded.events.iter().skip(track.assertions.len()) {
            self.clear_event(*gone);
        }
        Ok(())
    }

    fn clear_event(&mut self, row: EventRowNo) {
        self.events.clear(row);
        self.set_kind_entry(row);
    }

    /// Copies what a changed event's kind list has of it.
    fn set_kind_entry(&mut self, number: EventRowNo) {
        if let Some(row) = self.events.get(number) {
            let (validity, days) = (row.validity, row.days);
            let entry = KindEntry { validity, days };
            self.kinds.set_entry(row.attributes.kind, number, entry);
        }
    }

    fn add_event(&mut self, row: EventRow) -> Result<EventRowNo, Capacity> {
        let attributes = row.attributes;
        let number = self.events.push(row)?;
        if attributes.kind == Kind::Death {
            self.deaths.push(number);
            if let Some(person) = attributes.person {
                self.has_death.reach(person, false);
                if let Some(has_death) = self.has_death.get_mut(person) {
                    *has_death = true;
                }
            }
        }
        let (validity, days) = (row.validity, row.days);
        let entry = KindEntry { validity, days };
        self.kinds.push(attributes.kind, number, entry);
        self.events_of.push(attributes.person, attributes.case)?;
        Ok(number)
    }

    pub(super) fn put_charges(
        &mut self,
        loaded: &mut LoadedTrack,
        track: &Track,
        person: Option<PersonNo>,
    ) -> Result<(), Capacity> {
        let mut charges = 0;
        for version in &track.facts {
            let Fact::Charge(charge) = &version.value.0 else {
                continue;
            };
            let validity = self.validity(version.from, version.to, &version.value.1)?;
            let (head, body) = self.charge(charge, validity, loaded.track, person)?;
            match loaded.charges.get(charges) {
                Some(row) => self.charges.replace(*row, head, body),
                None => {
                    loaded.charges.push(self.charges.push(head, body)?);
                    let attributes = &body.attributes;
                    self.charges_of.push(attributes.person, attributes.case)?;
                }
            }
            charges += 1;
        }
        for gone in loaded.charges.iter().skip(charges) {
            self.charges.clear(*gone);
        }
        Ok(())
    }

    pub(super) fn put_custody(
        &mut self,
        loaded: &mut LoadedTrack,
        track: &Track,
        person: Option<PersonNo>,
    ) -> Result<(), Capacity> {
        let (mut intervals, mut audiences) = (Vec::new(), Vec::new());
        for version in &track.facts {
            if let (Fact::Custody(custody), audience) = &version.value {
                let validity = self.validity(version.from, version.to, audience)?;
                intervals.push(self.interval(custody, validity, person)?);
                audiences.push(audience);
            }
        }
        let custody = match (loaded.custody, intervals.first()) {
            (Some(track), _) => track,
            (None, Some(first)) => {
                let case = first.attributes.case;
                let track = self.custody.add_group()?;
                self.custody_of.push(person, case)?;
                loaded.custody = Some(track);
                track
            }
            (None, None) => return Ok(()),
        };
        let mut spells = Vec::new();
        for (version, audience) in spell_entries(&intervals, &audiences) {
            let validity = Validity {
                from: version.from,
                to: version.to,
                audience: self.audiences.intern(&audience)?,
            };
            spells.push(SpellRow::new(&version.spell, validity, (custody, person)));
        }
        self.spells.replace(custody, spells)?;
        self.custody.replace(custody, &intervals)
    }
}
