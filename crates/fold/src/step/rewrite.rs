//! Rewriting: the rows of earlier R of an event whose readers became fewer, so that the stricter of
//! then and now holds at every R.
//!
//! Start at [`Step::rewrite_narrowed`]. The second clock stays as it is: a version begins and ends
//! where it did, and holds for fewer scopes. Source:
//! docs/reference/access.md, Acts and visibility.
//!
//! Never here: who the readers are (see [`crate::amend::narrow`]), and how facts are derived (see
//! [`crate::facts::derive`]).

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound::{Excluded, Unbounded};

use event::{EventKey, OrgId, PersonId, Position};

use crate::facts::derive::{StaleTrack, derive_track, pair_owners};
use crate::facts::links::Linkers;
use crate::facts::long_person::{LongPerson, StalePerson};
use crate::facts::long_track::{LONG_TRACK_MIN, LongTrack, Pair};
use crate::keys::owner_of;
use crate::readers::{Readers, ReadersAt};
use crate::rows::{EditorId, Person, PersonStatement, Track, TrackId};
use crate::step::under_way::UnderWay;
use crate::step::{Step, linking_orgs};
use crate::time::as_of::HistoricalView;
use crate::time::versioned::Versioned;
use crate::track::assertion::Assertion;
use crate::view::View;
use crate::work::did;

/// The readers of the versions of an event's rows.
struct ReadersOf {
    event: ReadersAt,
    /// Those of the acts that were in force, from each of these R on; empty where no act has any of its
    /// own.
    in_force: BTreeMap<Position, Readers>,
}

impl ReadersOf {
    /// Returns those of a version from `from` on that had the readers `then`.
    fn of_version(&self, from: Position, then: &Readers) -> Readers {
        let mut readers = then.clone();
        readers.intersect(&self.event.at(from));
        if let Some((_, acts)) = self.in_force.range(..=from).next_back() {
            readers.intersect(acts);
        }
        readers
    }
}

impl<V: View> Step<'_, V> {
    /// Rewrites the rows of every event whose readers became fewer in this step.
    pub(super) fn rewrite_narrowed(&mut self) -> Result<(), V::Error> {
        // The first R at which a row of each changed.
        let mut tracks: BTreeMap<TrackId, Position> = BTreeMap::new();
        let mut persons: BTreeMap<PersonId, Position> = BTreeMap::new();
        for root in std::mem::take(&mut self.narrowed) {
            let record = self.record(root.hash())?.clone();
            let Some((position, _)) = record.first else {
                continue;
            };
            let now = self.readers_of(&root)?;
            for id in record.tracks.all() {
                self.long_tracks.remove(id);
                let rows = &mut self.track(id)?.assertions;
                split(
                    rows,
                    &now,
                    |event| event.position == position,
                    readers_of_event,
                );
                if let Some(from) = narrow_track(self.track(id)?, position, &now) {
                    let first = tracks.entry(id.clone()).or_insert(from);
                    *first = from.min(*first);
                }
            }
            for id in record.persons.all() {
                let versions = self.person(id)?.statements.get_mut(&position);
                if let Some(versions) = versions {
                    split(versions, &now, |_| true, readers_of_statement);
                }
                if let Some(from) = narrow_person(self.person(id)?, position, &now) {
                    let first = persons.entry(id.clone()).or_insert(from);
                    *first = from.min(*first);
                }
            }
        }
        for (id, from) in tracks {
            self.rewrite_facts(&id, from)?;
        }
        for (id, from) in persons {
            self.rewrite_traits(&id, from)?;
        }
        Ok(())
    }

    /// Returns the readers of the versions of an event.
    fn readers_of(&mut self, root: &EventKey) -> Result<ReadersOf, V::Error> {
        Ok(ReadersOf {
            event: self.record(root.hash())?.readers.clone(),
            in_force: self.readers_in_force(root)?,
        })
    }

    /// Returns the positions from `first` on at which the rights to link this pair changed.
    fn grant_edges(&mut self, id: &TrackId, first: Position) -> Result<Vec<Position>, V::Error> {
        let mut found = Vec::new();
        let orgs = linking_orgs(self.track(id)?);
        for owner in pair_owners(id) {
            for editor in &orgs {
                let editor = EditorId {
                    owner: owner.clone(),
                    editor: editor.clone(),
                };
                found.extend(edges(&self.editor(&editor)?.rights, first));
            }
        }
        Ok(found)
    }

    /// Returns the organisations whose links on this pair counted at `at`.
    fn linkers_at(&self, id: &TrackId, then: &Track, at: Position) -> Result<Linkers, V::Error> {
        if !matches!(id, TrackId::Pair(..)) {
            return Ok(Linkers::new());
        }
        let view = UnderWay(self);
        let view = HistoricalView::new(&view, at);
        Step::new(&view).linkers_among(id, linking_orgs(then))
    }

    /// Derives the traits of a person again, at each R from `first` on at which a statement or the
    /// rights to make one changed.
    fn rewrite_traits(&mut self, id: &PersonId, first: Position) -> Result<(), V::Error> {
        self.long_persons.remove(id);
        let mut person = self.person(id)?.clone();
        let mut then = Person {
            traits: before(std::mem::take(&mut person.traits), first),
            ..Person::default()
        };
        let versions = || person.statements.values().flatten();
        let orgs: BTreeSet<OrgId> = versions().map(|one| one.value.org.clone()).collect();
        let mut rights: BTreeSet<Position> = BTreeSet::new();
        for editor in &orgs {
            let Some(owner) = owner_of(id) else { break };
            let editor = EditorId {
                owner,
                editor: editor.clone(),
            };
            rights.extend(edges(&self.editor(&editor)?.rights, first));
        }
        let mut changed: BTreeMap<Position, Vec<Position>> = BTreeMap::new();
        for (event, rows) in &person.statements {
            for at in edges(rows, first) {
                changed.entry(at).or_default().push(*event);
            }
            let open = open_at(rows, first.previous());
            if !open.is_empty() {
                then.statements.insert(*event, open);
            }
        }
        let mut long = LongPerson::new(&then, self.editors_at(id, &orgs, first.previous())?);
        long.learn(orgs.clone(), BTreeSet::new());
        let ats: BTreeSet<Position> = changed.keys().chain(&rights).copied().collect();
        for at in ats {
            did(1);
            let mut stale = StalePerson::default();
            for event in changed.get(&at).into_iter().flatten() {
                let rows = person.statements.get(event);
                let open = rows.map(|rows| open_at(rows, at)).unwrap_or_default();
                let value = |rows: &Vec<Versioned<PersonStatement>>| {
                    rows.first().map(|row| row.value.clone())
                };
                let now = value(&open);
                let before = then.statements.insert(*event, open);
                stale
                    .statements
                    .push((before.as_ref().and_then(value), now));
            }
            if rights.contains(&at) {
                long = LongPerson::new(&then, self.editors_at(id, &orgs, at)?);
                long.learn(orgs.clone(), BTreeSet::new());
                long.revise_all(&mut then, at);
            } else {
                long.revise(&mut then, at, &stale);
            }
        }
        self.person(id)?.traits = then.traits;
        Ok(())
    }

    /// Returns those of `orgs` whose word on a person ranked with that of the owner of its id at `at`.
    fn editors_at(
        &self,
        id: &PersonId,
        orgs: &BTreeSet<OrgId>,
        at: Position,
    ) -> Result<BTreeSet<OrgId>, V::Error> {
        let view = UnderWay(self);
        let view = HistoricalView::new(&view, at);
        Step::new(&view).editors_among_of(id, orgs.clone())
    }

    /// Derives the facts of a track again, at each R from `first` on at which its events changed.
    fn rewrite_facts(&mut self, id: &TrackId, first: Position) -> Result<(), V::Error> {
        let mut track = self.track(id)?.clone();
        let mut then = Track {
            facts: before(std::mem::take(&mut track.facts), first),
            ..Track::default()
        };
        if track.assertions.len() >= LONG_TRACK_MIN {
            self.rewrite_long(id, &mut then, &track, first)?;
            self.track(id)?.facts = then.facts;
            return Ok(());
        }
        let all = StaleTrack::all(&track);
        let mut ats = edges(&track.assertions, first);
        if matches!(id, TrackId::Pair(..)) {
            // Which links count also changes with grants.
            ats.extend(self.grant_edges(id, first)?);
        }
        for at in ats {
            did(1);
            then.assertions = open_at(&track.assertions, at);
            let linkers = self.linkers_at(id, &then, at)?;
            derive_track(id, &mut then, at, &all, &linkers);
        }
        self.track(id)?.facts = then.facts;
        Ok(())
    }

    /// Derives the facts of a long track again, from `first` on: each R costs no more than what changed
    /// at it.
    fn rewrite_long(
        &mut self,
        id: &TrackId,
        then: &mut Track,
        track: &Track,
        first: Position,
    ) -> Result<(), V::Error> {
        let mut changed: BTreeMap<Position, StaleTrack> = BTreeMap::new();
        for (index, row) in track.assertions.iter().enumerate() {
            for at in [Some(row.from), row.to].into_iter().flatten() {
                if at >= first {
                    let stale = changed.entry(at).or_default();
                    stale.add_event(&row.value);
                    stale.rows.push(index);
                }
            }
        }
        if matches!(id, TrackId::Pair(..)) {
            for at in self.grant_edges(id, first)? {
                changed.entry(at).or_default().rights = true;
            }
        }
        // Every row at its place, so that one index names it at each R; none is closed yet that closes later.
        then.assertions.clone_from(&track.assertions);
        for row in &mut then.assertions {
            row.to = row.to.filter(|to| *to < first);
        }
        let mut long: Option<LongTrack> = None;
        for (at, stale) in changed {
            did(1);
            for index in &stale.rows {
                let closes = track
                    .assertions
                    .get(*index)
                    .is_some_and(|row| row.to == Some(at));
                if let Some(row) = then.assertions.get_mut(*index).filter(|_| closes) {
                    row.to = Some(at);
                }
            }
            let known = long.as_ref().and_then(LongTrack::pair);
            let pair = match known.filter(|_| !stale.rights) {
                Some(known) => Some(known.clone()),
                None if matches!(id, TrackId::Pair(..)) => Some(Pair {
                    owners: pair_owners(id),
                    asked: BTreeSet::new(),
                    linkers: self.linkers_at(id, track, at)?,
                }),
                None => None,
            };
            long = Some(LongTrack::revise(long, id, then, at, &stale, pair));
        }
        Ok(())
    }
}

/// Splits the versions that `are_of` an event where the acts in force from there on leave other
/// readers; `readers` returns those that a version has.
fn split<T: Clone>(
    rows: &mut Vec<Versioned<T>>,
    now: &ReadersOf,
    are_of: impl Fn(&T) -> bool,
    readers: impl Fn(&T) -> Readers,
) {
    let mut next = 0;
    while let Some(row) = rows.get_mut(next) {
        next += 1;
        if !are_of(&row.value) {
            continue;
        }
        let then = readers(&row.value);
        let before = now.of_version(row.from, &then);
        let later = now.in_force.range((Excluded(row.from), Unbounded));
        let mut inside = later.take_while(|(at, _)| row.holds(**at));
        let cut = inside.find(|(at, _)| now.of_version(**at, &then) != before);
        let cut = cut.map(|(at, _)| *at);
        let Some(at) = cut else { continue };
        let rest = Versioned {
            from: at,
            to: row.to,
            value: row.value.clone(),
        };
        row.to = Some(at);
        // Right behind it: where it stands does not hang on what was folded since.
        rows.insert(next, rest);
    }
}

fn readers_of_event(event: &Assertion) -> Readers {
    Readers {
        visibility: event.visibility,
        confined_to: event.confined_to.clone(),
    }
}

fn readers_of_statement(statement: &PersonStatement) -> Readers {
    Readers {
        visibility: statement.visibility,
        confined_to: statement.confined_to.clone(),
    }
}

/// Narrows the versions of the event at `position` in a track; returns the first R that changed.
fn narrow_track(track: &mut Track, position: Position, now: &ReadersOf) -> Option<Position> {
    let mut first: Option<Position> = None;
    for row in &mut track.assertions {
        let from = row.from;
        let event = &mut row.value;
        if event.position != position {
            continue;
        }
        let then = readers_of_event(event);
        let readers = now.of_version(from, &then);
        if readers != then {
            event.visibility = readers.visibility;
            event.confined_to = readers.confined_to;
            first = Some(first.map_or(from, |first| first.min(from)));
        }
    }
    first
}

/// Narrows what the event at `position` states of a person; returns the first R that changed.
fn narrow_person(person: &mut Person, position: Position, now: &ReadersOf) -> Option<Position> {
    let mut first: Option<Position> = None;
    let versions = person.statements.get_mut(&position);
    for row in versions.into_iter().flatten() {
        let from = row.from;
        let statement = &mut row.value;
        let then = readers_of_statement(statement);
        let readers = now.of_version(from, &then);
        if readers != then {
            statement.visibility = readers.visibility;
            statement.confined_to = readers.confined_to;
            first = Some(first.map_or(from, |first| first.min(from)));
        }
    }
    first
}

/// Returns the versions that began before `first`, open where they held at it.
fn before<T>(rows: Vec<Versioned<T>>, first: Position) -> Vec<Versioned<T>> {
    let began = rows.into_iter().filter(|row| row.from < first);
    let reopened = began.map(|row| Versioned {
        to: row.to.filter(|to| *to < first),
        ..row
    });
    reopened.collect()
}

/// Returns the positions from `first` on at which a version begins or ends, rising.
fn edges<T>(rows: &[Versioned<T>], first: Position) -> BTreeSet<Position> {
    let edges = rows.iter().flat_map(|row| [Some(row.from), row.to]);
    edges.flatten().filter(|at| *at >= first).collect()
}

/// Returns the versions that hold at `at`, open.
fn open_at<T: Clone>(rows: &[Versioned<T>], at: Position) -> Vec<Versioned<T>> {
    let hold = rows.iter().filter(|row| row.holds(at));
    hold.map(|row| Versioned {
        from: row.from,
        to: None,
        value: row.value.clone(),
    })
    .collect()
}
