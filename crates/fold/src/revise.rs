//! One event in its tracks: putting in what it says now, in place of what it said.
//!
//! Start at [`Step::revise`].
//!
//! Never here: which events are to be looked at again (see [`crate::step`]), and what follows for a
//! track as a whole (see [`crate::derive`]).

use std::collections::BTreeMap;

use event::{EventKey, PersonId, Position, Reading};

use crate::assertion::Assertion;
use crate::derive::Stale;
use crate::effective::Effective;
use crate::known::Known;
use crate::rows::{Act, Saying, Touch, TrackId, Traits};
use crate::step::{Step, View, insert_sorted, owner_of};

impl<V: View> Step<'_, V> {
    /// Brings the tracks and persons of an event to what it effectively says now.
    ///
    /// `fresh` is the event where it has just been read, so that it is not read again.
    pub(crate) fn revise(
        &mut self,
        at: Position,
        key: &EventKey,
        fresh: Option<Box<event::Event>>,
    ) -> Result<(), V::Error> {
        let record = self.record(key.hash())?;
        let Some((position, _)) = record.first else {
            return Ok(());
        };
        if let (Some(event), true) = (fresh, record.acts.is_empty()) {
            return self.take_new(at, key, Effective::unchanged(*event));
        }
        let acts = record.acts.clone();
        let (mut tracks, mut persons) = (record.tracks.clone(), record.persons.clone());
        if let Some(Reading::Event(event)) = self.leaf(position)?.map(|leaf| event::read(&leaf)) {
            let sent = Effective::unchanged(*event);
            for (id, _) in sent.said(position) {
                insert_sorted(&mut tracks, id);
            }
            for person in event::Common::of(&sent.event).persons {
                insert_sorted(&mut persons, person.id);
            }
        }
        let effective = self.effective(key)?;
        let said = effective
            .as_ref()
            .map_or_else(Vec::new, |e| e.said(position));
        for (id, _) in &said {
            insert_sorted(&mut tracks, id.clone());
        }
        for id in &tracks {
            let now = said.iter().find(|(track, _)| track == id);
            self.place(at, id, position, now.map(|(_, event)| event))?;
            self.touch(at, id, (position, key), &acts, None)?;
        }
        self.say(position, effective.as_ref(), &mut persons)?;
        let record = self.record(key.hash())?;
        record.tracks = tracks;
        record.persons = persons;
        Ok(())
    }

    /// Puts a new event, on which nobody has acted, into its tracks. Its record need not name them:
    /// its leaf does.
    fn take_new(&mut self, at: Position, key: &EventKey, event: Effective) -> Result<(), V::Error> {
        for (id, assertion) in &event.said(at) {
            self.place(at, id, at, Some(assertion))?;
            self.touch(at, id, (at, key), &[], Some(event.visibility))?;
        }
        self.say(at, Some(&event), &mut Vec::new())
    }

    /// Puts what the event at `event` says now into a track, in place of what it said.
    fn place(
        &mut self,
        at: Position,
        id: &TrackId,
        event: Position,
        now: Option<&Assertion>,
    ) -> Result<(), V::Error> {
        let track = self.track(id)?;
        let is_new = track.timeline.is_empty();
        let mut stale = Stale::default();
        let mut stays = false;
        // What has just come cannot stand there already.
        if event != at {
            for row in track.assertions.iter_mut().filter(|row| row.to.is_none()) {
                if row.value.position == event {
                    stays = Some(&row.value) == now;
                    if !stays {
                        stale.by(&row.value);
                        row.to = Some(at);
                    }
                }
            }
            track.assertions.retain(|row| row.to != Some(row.from));
        }
        if let Some(assertion) = now.filter(|_| !stays) {
            stale.by(assertion);
            track.assertions.push(Known::since(at, assertion.clone()));
        }
        self.stale_tracks.entry(id.clone()).or_default().join(stale);
        if is_new || matches!(id, TrackId::Pair(..)) {
            self.index(id, now)?;
        }
        Ok(())
    }

    /// Makes a track findable from its persons, and from the owners of ids that others link.
    fn index(&mut self, id: &TrackId, link: Option<&Assertion>) -> Result<(), V::Error> {
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

    /// Keeps in a track's timeline the event and the acts on it.
    fn touch(
        &mut self,
        at: Position,
        id: &TrackId,
        (position, key): (Position, &EventKey),
        acts: &[Act],
        now: Option<event::Visibility>,
    ) -> Result<(), V::Error> {
        let mut touches = vec![(position, key.clone(), None)];
        touches.extend(
            acts.iter()
                .map(|act| (act.position, act.key.clone(), Some(position))),
        );
        for (touched, key, target) in touches {
            let timeline = &self.track(id)?.timeline;
            // Rising by `since`: what came at `at` can only stand at the end.
            let mut stands = timeline
                .iter()
                .rev()
                .take_while(|t| touched != at || t.since == at);
            if stands.any(|touch| touch.position == touched) {
                continue;
            }
            let visibility = match &now {
                Some(visibility) if touched == position => *visibility,
                _ => self.own_visibility(touched, position)?,
            };
            let touch = Touch {
                position: touched,
                since: at,
                org: key.org,
                visibility,
                target,
            };
            insert_sorted(&mut self.track(id)?.timeline, touch);
        }
        Ok(())
    }

    /// Keeps what the event says of its persons, in place of what it said.
    fn say(
        &mut self,
        position: Position,
        effective: Option<&Effective>,
        persons: &mut Vec<PersonId>,
    ) -> Result<(), V::Error> {
        let mut said: BTreeMap<PersonId, Saying> = BTreeMap::new();
        if let Some(effective) = effective {
            for person in event::Common::of(&effective.event).persons {
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
                    let saying = Saying {
                        recorded: effective.persons_by.0,
                        key: effective.persons_by.1.clone(),
                        event: position,
                        org: effective.event.envelope.key.org.clone(),
                        visibility: effective.visibility,
                        kept_by: effective.kept_by.clone(),
                        traits,
                    };
                    said.insert(person.id, saying);
                }
            }
        }
        for id in persons.iter() {
            let row = self.person(id)?;
            row.sayings.retain(|saying| saying.event != position);
            row.sayings.extend(said.remove(id));
            row.sayings.sort();
            self.stale_persons.insert(id.clone());
        }
        Ok(())
    }
}
