//! Revision of an event: replaces its assertions, statements and timeline entries with those of its
//! effective form.
//!
//! Start at [`Step::revise`].
//!
//! Never here: which events to revise (see [`crate::step`]), and the facts derived from a track
//! (see [`crate::facts::derive`]).

use std::collections::BTreeMap;

use event::{Common, Event, EventKey, PersonId, Position, Visibility};

use crate::amend::effective::EffectiveEvent;
use crate::facts::derive::StaleTrack;
use crate::keys::owner_of;
use crate::rows::{Amendment, PersonStatement, TimelineEntry, TrackId, Traits};
use crate::sorted::insert_sorted;
use crate::step::Step;
use crate::time::versioned::Versioned;
use crate::track::assertion::Assertion;
use crate::view::View;

impl<V: View> Step<'_, V> {
    /// Revises the rows of the event with this key, at `at`.
    ///
    /// `fresh` is the event where it was just parsed, which saves parsing it again.
    pub(crate) fn revise(
        &mut self,
        at: Position,
        key: &EventKey,
        fresh: Option<Box<Event>>,
    ) -> Result<(), V::Error> {
        let record = self.record(key.hash())?;
        let Some((position, _)) = record.first else {
            return Ok(());
        };
        if let (Some(event), true) = (fresh, record.amendments.is_empty()) {
            return self.apply_new(at, key, EffectiveEvent::unchanged(*event));
        }
        let amendments = record.amendments.clone();
        let (mut tracks, mut persons) = (record.tracks.clone(), record.persons.clone());
        if let Some(event) = self.event_at(position)? {
            let sent = EffectiveEvent::unchanged(event);
            for (id, _) in sent.assertions(position) {
                insert_sorted(&mut tracks, id);
            }
            for person in Common::of(&sent.event).persons {
                insert_sorted(&mut persons, person.id);
            }
        }
        let effective = self.effective(key)?;
        let assertions = effective
            .as_ref()
            .map_or_else(Vec::new, |e| e.assertions(position));
        for (id, _) in &assertions {
            insert_sorted(&mut tracks, id.clone());
        }
        for id in &tracks {
            let now = assertions.iter().find(|(track, _)| track == id);
            self.replace_assertion(at, id, position, now.map(|(_, event)| event))?;
            self.add_to_timeline(at, id, (position, key), &amendments, None)?;
        }
        self.replace_statements(position, effective.as_ref(), &mut persons)?;
        let record = self.record(key.hash())?;
        record.tracks = tracks;
        record.persons = persons;
        Ok(())
    }

    /// Adds a new event without amendments to its tracks. Its record need not list them: its leaf
    /// does.
    fn apply_new(
        &mut self,
        at: Position,
        key: &EventKey,
        event: EffectiveEvent,
    ) -> Result<(), V::Error> {
        for (id, assertion) in &event.assertions(at) {
            self.replace_assertion(at, id, at, Some(assertion))?;
            self.add_to_timeline(at, id, (at, key), &[], Some(event.visibility))?;
        }
        self.replace_statements(at, Some(&event), &mut Vec::new())
    }

    /// Replaces the assertion of the event at `event` in a track with `now`; none removes it.
    fn replace_assertion(
        &mut self,
        at: Position,
        id: &TrackId,
        event: Position,
        now: Option<&Assertion>,
    ) -> Result<(), V::Error> {
        let track = self.track(id)?;
        let is_new = track.timeline.is_empty();
        let mut stale = StaleTrack::default();
        let mut is_unchanged = false;
        // An event at `at` is new, so it has no row yet.
        if event != at {
            for row in track.assertions.iter_mut().filter(|row| row.to.is_none()) {
                if row.value.position == event {
                    is_unchanged = Some(&row.value) == now;
                    if !is_unchanged {
                        stale.add_event(&row.value);
                        row.to = Some(at);
                    }
                }
            }
            track.assertions.retain(|row| row.to != Some(row.from));
        }
        if let Some(assertion) = now.filter(|_| !is_unchanged) {
            stale.add_event(assertion);
            track
                .assertions
                .push(Versioned::since(at, assertion.clone()));
        }
        self.stale_tracks
            .entry(id.clone())
            .or_default()
            .merge(stale);
        if is_new || matches!(id, TrackId::Pair(..)) {
            self.index_track(id, now)?;
        }
        Ok(())
    }

    /// Adds a track to the indexes of its persons, and of the owners of ids that others link.
    fn index_track(&mut self, id: &TrackId, link: Option<&Assertion>) -> Result<(), V::Error> {
        match id {
            TrackId::Person(_, person) => {
                insert_sorted(&mut self.person(person)?.tracks, id.clone());
            }
            TrackId::Pair(a, b) => {
                insert_sorted(&mut self.person(a)?.linked, b.clone());
                insert_sorted(&mut self.person(b)?.linked, a.clone());
                for person in [a, b] {
                    if let Some(owner) = owner_of(person)
                        && link.is_none_or(|link| link.key.org != owner)
                    {
                        insert_sorted(&mut self.owner(&owner)?.linked, id.clone());
                    }
                }
            }
            TrackId::Case(_) | TrackId::Lone(_) => {}
        }
        Ok(())
    }

    /// Adds the event at `position` and its amendments to a track's timeline, unless they are
    /// there.
    ///
    /// `visibility` is the event's, where it is known already.
    fn add_to_timeline(
        &mut self,
        at: Position,
        id: &TrackId,
        (position, key): (Position, &EventKey),
        amendments: &[Amendment],
        visibility: Option<Visibility>,
    ) -> Result<(), V::Error> {
        let mut entries = vec![(position, key.clone(), None)];
        entries.extend(
            amendments
                .iter()
                .map(|amendment| (amendment.position, amendment.key.clone(), Some(position))),
        );
        for (entry, key, target) in entries {
            let timeline = &self.track(id)?.timeline;
            // The timeline rises by `since`, so an entry of `at` can only be at the end.
            let mut present = timeline
                .iter()
                .rev()
                .take_while(|one| entry != at || one.since == at);
            if present.any(|one| one.position == entry) {
                continue;
            }
            let visibility = match visibility {
                Some(visibility) if entry == position => visibility,
                _ => self.stated_visibility(entry, position)?,
            };
            let entry = TimelineEntry {
                position: entry,
                since: at,
                org: key.org,
                visibility,
                target,
            };
            insert_sorted(&mut self.track(id)?.timeline, entry);
        }
        Ok(())
    }

    /// Replaces the statements of the event at `position` about its persons; no effective event
    /// removes them. Adds the persons it names to `persons`.
    fn replace_statements(
        &mut self,
        position: Position,
        effective: Option<&EffectiveEvent>,
        persons: &mut Vec<PersonId>,
    ) -> Result<(), V::Error> {
        let mut stated: BTreeMap<PersonId, PersonStatement> = BTreeMap::new();
        if let Some(effective) = effective {
            for person in Common::of(&effective.event).persons {
                let traits = Traits {
                    sex: person.sex,
                    birth: Traits::birth_days(person.birth),
                    roles: person.roles,
                    names: person
                        .names
                        .iter()
                        .map(|n| (n.text.clone(), n.script.clone(), n.kind.clone()))
                        .collect(),
                };
                if !traits.is_empty() {
                    insert_sorted(persons, person.id.clone());
                    let statement = PersonStatement {
                        recorded: effective.persons_by.0,
                        key: effective.persons_by.1.clone(),
                        event: position,
                        org: effective.event.envelope.key.org.clone(),
                        visibility: effective.visibility,
                        confined_to: effective.confined_to.clone(),
                        traits,
                    };
                    stated.insert(person.id, statement);
                }
            }
        }
        for id in persons.iter() {
            let row = self.person(id)?;
            row.statements
                .retain(|statement| statement.event != position);
            row.statements.extend(stated.remove(id));
            row.statements.sort();
            self.stale_persons.insert(id.clone());
        }
        Ok(())
    }
}
