//! Revision of an event: replaces its assertions, statements and timeline entries with those of its
//! effective form.
//!
//! Start at [`Step::revise`].
//!
//! Never here: which events to revise (see [`crate::step`]), and the facts derived from a track
//! (see [`crate::facts::derive`]).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use event::{Common, Event, EventKey, Kind, PersonId, Position};

use crate::amend::chain::Changes;
use crate::amend::effective::EffectiveEvent;
use crate::facts::derive::StaleTrack;
use crate::keys::owner_of;
use crate::rows::{EditorId, PersonStatement, TimelineEntry, TrackId, Traits};
use crate::sorted::insert_sorted;
use crate::step::Step;
use crate::time::versioned::{Versioned, revise};
use crate::track::assertion::Assertion;
use crate::track::interpret::is_interpreted;
use crate::view::View;
use crate::work::did;

impl<V: View> Step<'_, V> {
    /// Revises the rows of the event with this key, at `at`. Where it is known what changed in the event,
    /// nothing else is looked at.
    pub(super) fn revise(
        &mut self,
        at: Position,
        key: &EventKey,
        changes: Option<&Changes>,
    ) -> Result<(), V::Error> {
        let Some((position, _)) = self.record(key.hash())?.first else {
            return Ok(());
        };
        let Some(event) = self.event_at(position)? else {
            return Ok(());
        };
        self.fill_indexes(at, position, &event)?;
        let is_unsettled = self.unsettled.remove(&key.hash());
        let matters = is_unsettled
            || changes.is_none_or(|changes| {
                changes.standing || changes.fields.iter().any(|name| is_interpreted(name))
            });
        if matters {
            let mut effective = self.current(key)?;
            let in_force = effective.as_ref().map(EffectiveEvent::readers);
            let readers = self.settle_root(at, key, in_force.as_ref())?;
            if let Some(effective) = &mut effective {
                effective.set_readers(readers);
            }
            self.revise_tracks(at, key, position, effective.as_ref())?;
            self.replace_statements(at, position, key, effective.as_ref())?;
            if event.kind == Kind::Grant {
                self.revise_grant(at, key, effective.as_ref())?;
            }
        }
        Ok(())
    }

    /// Fills the indexes of an event at its first amendment, by what was sent; adds one that came
    /// after its amendments to the timelines.
    fn fill_indexes(
        &mut self,
        at: Position,
        position: Position,
        event: &Event,
    ) -> Result<(), V::Error> {
        let record = self.record(event.envelope.key.hash())?;
        if !record.tracks.is_empty() {
            return Ok(());
        }
        self.list_rows(position, event)?;
        if position == at {
            let tracks = self.record(event.envelope.key.hash())?.tracks.clone();
            for id in tracks.all() {
                // A later event of the track finds a timeline, and takes the track for an indexed one.
                self.index_track(id, None)?;
                self.add_to_timeline(at, id, position)?;
            }
        }
        Ok(())
    }

    /// Lists, in the record of an event, the tracks and persons of the event as sent.
    pub(crate) fn list_rows(&mut self, position: Position, event: &Event) -> Result<(), V::Error> {
        let record = self.record(event.envelope.key.hash())?;
        let sent = EffectiveEvent::unchanged(event.clone()).assertions(position);
        for (id, _) in sent {
            record.tracks.enter(id);
        }
        let persons = Common::of(event).persons.into_iter();
        for person in persons {
            record.persons.enter(person.id);
        }
        Ok(())
    }

    /// Replaces the assertions of an event in its tracks, and adds it to the timelines of new ones.
    fn revise_tracks(
        &mut self,
        at: Position,
        key: &EventKey,
        position: Position,
        effective: Option<&EffectiveEvent>,
    ) -> Result<(), V::Error> {
        let assertions: BTreeMap<TrackId, Assertion> = effective
            .map_or_else(Vec::new, |effective| effective.assertions(position))
            .into_iter()
            .collect();
        let tracks = &mut self.record(key.hash())?.tracks;
        let left = tracks.leave_but(|id| assertions.contains_key(id));
        let new: Vec<bool> = assertions
            .keys()
            .map(|id| tracks.enter(id.clone()))
            .collect();
        for id in &left {
            self.replace_assertion(at, id, position, None)?;
        }
        for ((id, assertion), is_new) in assertions.iter().zip(new) {
            self.replace_assertion(at, id, position, Some(assertion))?;
            if is_new {
                self.add_to_timeline(at, id, position)?;
            }
        }
        Ok(())
    }

    /// Adds a new event without amendments to its tracks. Its record need not list them: its leaf
    /// does.
    pub(super) fn apply_new(&mut self, at: Position, event: &Arc<Event>) -> Result<(), V::Error> {
        let event = EffectiveEvent::unchanged((**event).clone());
        for (id, assertion) in &event.assertions(at) {
            self.replace_assertion(at, id, at, Some(assertion))?;
            self.add_to_timeline(at, id, at)?;
        }
        for statement in statements(at, &event) {
            self.state(at, at, statement)?;
        }
        Ok(())
    }

    /// Replaces the assertion of the event at `event` in a track with `now`; none removes it.
    fn replace_assertion(
        &mut self,
        at: Position,
        id: &TrackId,
        event: Position,
        now: Option<&Assertion>,
    ) -> Result<(), V::Error> {
        let known = self.long_tracks.get(id);
        let known = known.and_then(|long| long.row_of(event));
        let track = self.track(id)?;
        let is_new = track.timeline.is_empty();
        let mut stale = StaleTrack::default();
        let mut is_unchanged = false;
        // An event at `at` is new, so it has no row yet.
        if event != at {
            let is_open =
                |row: &Versioned<Assertion>| row.to.is_none() && row.value.position == event;
            let known = known.filter(|known| track.assertions.get(*known).is_some_and(is_open));
            // An event has one open row in a track.
            let found = known.or_else(|| {
                did(track.assertions.len());
                track.assertions.iter().position(is_open)
            });
            if let Some(index) = found
                && let Some(row) = track.assertions.get_mut(index)
            {
                is_unchanged = Some(&row.value) == now;
                if !is_unchanged {
                    stale.add_event(&row.value);
                    stale.rows.push(index);
                    row.to = Some(at);
                    if row.from == at {
                        track.assertions.remove(index);
                        stale.renumbered = true;
                    }
                }
            }
        }
        if let Some(assertion) = now.filter(|_| !is_unchanged) {
            stale.add_event(assertion);
            stale.rows.push(track.assertions.len());
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
                self.person(person)?.tracks.insert(id.clone());
            }
            TrackId::Pair(a, b) => {
                self.person(a)?.linked.insert(b.clone());
                self.person(b)?.linked.insert(a.clone());
                let Some(by) = link.map(|link| &link.key.org) else {
                    return Ok(());
                };
                let owners = [a, b].into_iter().filter_map(owner_of);
                for owner in owners.filter(|owner| owner != by) {
                    let editor = EditorId {
                        owner,
                        editor: by.clone(),
                    };
                    self.editor(&editor)?.linked.insert(id.clone());
                }
            }
            TrackId::Case(_) | TrackId::Lone(_) => {}
        }
        Ok(())
    }

    /// Adds an amendment whose target has not come to the timeline of the case that it names.
    pub(super) fn show_without_target(
        &mut self,
        at: Position,
        event: &Event,
    ) -> Result<(), V::Error> {
        let Some(case) = event.envelope.subject.clone() else {
            return Ok(());
        };
        self.add_to_timeline(at, &TrackId::Case(case), at)
    }

    /// Adds the event at `position` to a track's timeline unless it is there.
    fn add_to_timeline(
        &mut self,
        at: Position,
        id: &TrackId,
        position: Position,
    ) -> Result<(), V::Error> {
        // The timeline rises by `since`: an entry that came at `at` can only be at its end.
        let timeline = &mut self.track(id)?.timeline;
        let mut present = timeline.iter().rev().take_while(|one| one.since == at);
        if !present.any(|one| one.position == position) {
            let since = at;
            insert_sorted(timeline, TimelineEntry { since, position });
        }
        Ok(())
    }

    /// Replaces the statements of the event at `position` about its persons; no effective event
    /// removes them.
    fn replace_statements(
        &mut self,
        at: Position,
        position: Position,
        key: &EventKey,
        effective: Option<&EffectiveEvent>,
    ) -> Result<(), V::Error> {
        let stated = effective.map_or_else(Vec::new, |effective| statements(position, effective));
        let ids: BTreeSet<PersonId> = stated.iter().map(|(id, _)| id.clone()).collect();
        let persons = &mut self.record(key.hash())?.persons;
        let left = persons.leave_but(|id| ids.contains(id));
        for id in ids {
            persons.enter(id);
        }
        for id in left {
            if let Some(versions) = self.person(&id)?.statements.get_mut(&position) {
                let before = open_statement(versions);
                revise(versions, Vec::new(), at, |_| true);
                let stale = self.stale_persons.entry(id).or_default();
                stale.statements.push((before, None));
            }
        }
        for statement in stated {
            self.state(at, position, statement)?;
        }
        Ok(())
    }

    /// Sets what the event at `position` states about a person.
    fn state(
        &mut self,
        at: Position,
        position: Position,
        (id, statement): (PersonId, PersonStatement),
    ) -> Result<(), V::Error> {
        if let Some(owner) = owner_of(&id).filter(|owner| *owner != statement.org) {
            let editor = EditorId {
                owner,
                editor: statement.org.clone(),
            };
            self.editor(&editor)?.stated.insert(id.clone());
        }
        let statements = &mut self.person(&id)?.statements;
        let versions = statements.entry(position).or_default();
        let before = open_statement(versions);
        if before.as_ref() != Some(&statement) {
            revise(versions, vec![statement.clone()], at, |_| true);
            let stale = self.stale_persons.entry(id).or_default();
            stale.statements.push((before, Some(statement)));
        }
        Ok(())
    }
}

/// Returns what an event states of a person now.
fn open_statement(versions: &[Versioned<PersonStatement>]) -> Option<PersonStatement> {
    let mut open = versions.iter().rev().filter(|version| version.to.is_none());
    open.next().map(|version| version.value.clone())
}

/// Whether a text says something: `unknown` never replaces a value.
fn is_said(text: &str) -> bool {
    !matches!(text, "" | "unknown")
}

/// Returns what the event at `position` states about its persons: nothing where it is refuted.
fn statements(position: Position, effective: &EffectiveEvent) -> Vec<(PersonId, PersonStatement)> {
    if effective.is_refuted() {
        return Vec::new();
    }
    let common = Common::of(&effective.event);
    let mut stated = Vec::new();
    for person in common.persons {
        let traits = Traits {
            sex: person.sex,
            birth: Traits::birth_days(person.birth),
            roles: person.roles,
            nationality: person.nationality.filter(|text| is_said(text)),
            names: person
                .names
                .iter()
                .map(|n| (n.text.clone(), n.script.clone(), n.kind.clone()))
                .collect(),
        };
        if !traits.is_empty() {
            let statement = PersonStatement {
                recorded: effective.persons_by.0,
                key: effective.persons_by.1.clone(),
                event: position,
                verification: common.verification,
                org: effective.event.envelope.key.org.clone(),
                visibility: effective.visibility,
                confined_to: effective.confined_to.clone(),
                traits,
            };
            stated.push((person.id, statement));
        }
    }
    stated
}
