//! The contradictions of a long track, kept by episodes, so that a changed event costs no more than what it
//! changes: who says what of each subject is counted, not listed.
//!
//! Start at [`Episodes::insert`]. It finds what [`disagreements`](crate::facts::contradictions::disagreements)
//! finds. An ending put into the midst of an episode parts it, and costs the smaller part.
//!
//! Never here: what counts as a contradiction.

use std::collections::BTreeMap;
use std::ops::Bound::{Excluded, Included, Unbounded};

use event::{Day, Days, EventKey, Instant, Kind, OrgId, Position};

use crate::facts::contradictions::{Contradiction, ends_episode, subject};
use crate::facts::order::sort_key;
use crate::facts::walk::FactChanges;
use crate::rows::Fact;
use crate::track::assertion::{Assertion, Effect};
use crate::track::kinds::can_contradict;
use crate::work::did;

type Key = (Day, Instant, u8, EventKey);

fn key_of(event: &Assertion) -> Key {
    let (day, recorded, rank, key) = sort_key(event);
    (day, recorded, rank, key.clone())
}

/// The relevant events of a track as one scope sees them, by episodes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Episodes {
    events: BTreeMap<Key, Assertion>,
    /// The episodes, by their first event.
    episodes: BTreeMap<Key, Episode>,
}

/// An episode: what is said of each subject.
#[derive(Clone, Debug, Default)]
struct Episode {
    subjects: BTreeMap<(Kind, Option<Box<str>>), Values>,
}

/// The values that are asserted of one subject.
#[derive(Clone, Debug, Default)]
struct Values {
    /// The assertions by precedence; the last one is shown.
    order: BTreeMap<(u8, Instant, EventKey), Assertion>,
    /// How many assertions there are, by what they have in common.
    counts: BTreeMap<Common, usize>,
}

/// What some assertions of a subject have in common: date and effect, the place, the organisation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Common {
    value: Option<(Days, Effect)>,
    place: Option<Place>,
    org: Option<OrgId>,
}

/// A place that assertions have in common.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// Some place.
    Any,
    /// This place.
    This(Box<str>),
}

impl Values {
    fn place(event: &Assertion) -> (u8, Instant, EventKey) {
        let rank = event.attributes.verification.rank();
        (rank, event.recorded, event.key.clone())
    }

    /// Returns all that an assertion has in common with others.
    fn common(event: &Assertion) -> impl Iterator<Item = Common> {
        let value = Some((event.days, event.effect.clone()));
        let mut kinds = vec![(None, None), (value.clone(), None)];
        if let Some(place) = &event.attributes.place {
            kinds.push((value.clone(), Some(Place::Any)));
            kinds.push((value, Some(Place::This(place.clone()))));
        }
        let org = event.key.org.clone();
        kinds.into_iter().flat_map(move |(value, place)| {
            [None, Some(org.clone())].map(|org| Common {
                value: value.clone(),
                place: place.clone(),
                org,
            })
        })
    }

    fn insert(&mut self, event: &Assertion) {
        for common in Self::common(event) {
            *self.counts.entry(common).or_default() += 1;
        }
        self.order.insert(Self::place(event), event.clone());
    }

    fn remove(&mut self, event: &Assertion) {
        for common in Self::common(event) {
            let left = self.counts.get(&common).map_or(0, |count| count - 1);
            if left == 0 {
                self.counts.remove(&common);
            } else {
                self.counts.insert(common, left);
            }
        }
        self.order.remove(&Self::place(event));
    }

    /// Returns the position that is shown, where an assertion of another organisation differs from it.
    fn shown(&self) -> Option<Position> {
        let (_, shown) = self.order.last_key_value()?;
        // How many assertions of others have this in common.
        let others = |value: &Option<(Days, Effect)>, place: Option<Place>| {
            let of = |org: Option<OrgId>| {
                let common = Common {
                    value: value.clone(),
                    place: place.clone(),
                    org,
                };
                self.counts.get(&common).copied().unwrap_or(0)
            };
            of(None) - of(Some(shown.key.org.clone()))
        };
        let value = Some((shown.days, shown.effect.clone()));
        let of_another_value = others(&None, None) - others(&value, None);
        let of_another_place = match &shown.attributes.place {
            Some(place) => {
                others(&value, Some(Place::Any)) - others(&value, Some(Place::This(place.clone())))
            }
            None => 0,
        };
        (of_another_value + of_another_place > 0).then_some(shown.position)
    }
}

impl Episode {
    fn insert(&mut self, event: &Assertion) {
        if can_contradict(event.kind) {
            let (kind, charge) = subject(event);
            let subject = (kind, charge.map(Into::into));
            self.subjects.entry(subject).or_default().insert(event);
        }
    }

    fn remove(&mut self, event: &Assertion) {
        if can_contradict(event.kind) {
            let (kind, charge) = subject(event);
            let subject = (kind, charge.map(Into::into));
            if let Some(values) = self.subjects.get_mut(&subject) {
                values.remove(event);
                if values.order.is_empty() {
                    self.subjects.remove(&subject);
                }
            }
        }
    }

    /// Returns the contradiction on the subject of an event.
    fn fact_of(&self, event: &Assertion) -> Option<Fact> {
        let (kind, charge) = subject(event);
        let values = self.subjects.get(&(kind, charge.map(Into::into)))?;
        let shown = values.shown()?;
        Some(Fact::Contradiction(Contradiction { kind, shown }))
    }

    /// Returns the contradictions on the subjects of some events, each subject once.
    fn facts_of<'e>(
        &self,
        events: impl Iterator<Item = &'e Assertion>,
    ) -> impl Iterator<Item = Fact> {
        let of: BTreeMap<_, &Assertion> = events
            .filter(|event| can_contradict(event.kind))
            .map(|event| (subject(event), event))
            .collect();
        let found = of.into_values().filter_map(|event| self.fact_of(event));
        found.collect::<Vec<_>>().into_iter()
    }
}

/// Whether an episode ends between two events that follow each other.
const fn is_boundary(before: &Assertion, after: &Assertion) -> bool {
    ends_episode(before) && !ends_episode(after)
}

impl Episodes {
    /// Returns the events right before and right after a place.
    fn beside(&self, key: &Key) -> [Option<(Key, Assertion)>; 2] {
        let before = self.events.range(..key).next_back();
        let after = self.events.range((Excluded(key), Unbounded)).next();
        [before, after].map(|one| one.map(|(key, event)| (key.clone(), event.clone())))
    }

    /// Takes out the episode in which a place is, with its first event.
    fn take(&mut self, key: &Key) -> (Key, Episode) {
        let first = self.episodes.range(..=key).next_back();
        let first = first.map_or_else(|| key.clone(), |(first, _)| first.clone());
        let episode = self.episodes.remove(&first).unwrap_or_default();
        (first, episode)
    }

    /// Returns the events from `from` on, before `to` where there is one.
    fn between<'s>(
        &'s self,
        from: &'s Key,
        to: Option<&'s Key>,
    ) -> impl Iterator<Item = &'s Assertion> {
        let to = to.map_or(Unbounded, Excluded);
        self.events
            .range((Included(from), to))
            .map(|(_, event)| event)
    }

    /// Puts an event in.
    pub(crate) fn insert(&mut self, event: &Assertion, changes: &mut FactChanges) {
        let key = key_of(event);
        let [before, after] = self.beside(&key);
        let joins_before = before
            .as_ref()
            .is_some_and(|one| !is_boundary(&one.1, event));
        let joins_after = after
            .as_ref()
            .is_some_and(|one| !is_boundary(event, &one.1));
        if let (Some(before), Some(after)) = (&before, &after)
            && !is_boundary(&before.1, &after.1)
            && joins_before != joins_after
        {
            self.part(&after.0, changes);
        }
        let (first, mut episode) = match (before, after) {
            (Some((before, _)), _) if joins_before => self.take(&before),
            (_, Some((after, _))) if joins_after => (key.clone(), self.take(&after).1),
            _ => (key.clone(), Episode::default()),
        };
        changes.gone.extend(episode.fact_of(event));
        episode.insert(event);
        changes.new.extend(episode.fact_of(event));
        self.episodes.insert(first, episode);
        self.events.insert(key, event.clone());
    }

    /// Takes an event out.
    pub(crate) fn remove(&mut self, event: &Assertion, changes: &mut FactChanges) {
        let key = key_of(event);
        if self.events.remove(&key).is_none() {
            return;
        }
        let (first, mut episode) = self.take(&key);
        changes.gone.extend(episode.fact_of(event));
        episode.remove(event);
        changes.new.extend(episode.fact_of(event));
        let [before, after] = self.beside(&key);
        let joined_before = before
            .as_ref()
            .is_some_and(|one| !is_boundary(&one.1, event));
        let joined_after = after
            .as_ref()
            .is_some_and(|one| !is_boundary(event, &one.1));
        match &after {
            _ if joined_before => {
                self.episodes.insert(first, episode);
            }
            Some((after, _)) if joined_after => {
                self.episodes.insert(after.clone(), episode);
            }
            Some(_) | None => return,
        }
        if let (Some(before), Some(after)) = (&before, &after)
            && !is_boundary(&before.1, &after.1)
            && joined_before != joined_after
        {
            self.join(&before.0, &after.0, changes);
        }
    }

    /// Parts an episode before one of its events.
    fn part(&mut self, at: &Key, changes: &mut FactChanges) {
        let (first, mut episode) = self.take(at);
        let next = self.next_episode(at);
        let mut other = Episode::default();
        let is_left_small = self.is_fewer((&first, at), next.as_ref());
        let moved: Vec<&Assertion> = if is_left_small {
            self.between(&first, Some(at)).collect()
        } else {
            self.between(at, next.as_ref()).collect()
        };
        let moved = || moved.iter().copied();
        changes.gone.extend(episode.facts_of(moved()));
        for event in moved() {
            episode.remove(event);
            other.insert(event);
        }
        changes.new.extend(episode.facts_of(moved()));
        changes.new.extend(other.facts_of(moved()));
        let (left, right) = if is_left_small {
            (other, episode)
        } else {
            (episode, other)
        };
        self.episodes.insert(first, left);
        self.episodes.insert(at.clone(), right);
    }

    /// Makes the episodes of two events that follow each other one.
    fn join(&mut self, before: &Key, after: &Key, changes: &mut FactChanges) {
        let (at, right) = self.take(after);
        let (first, left) = self.take(before);
        let next = self.next_episode(&at);
        let is_left_small = self.is_fewer((&first, &at), next.as_ref());
        let (mut many, few, moved): (Episode, Episode, Vec<&Assertion>) = if is_left_small {
            (right, left, self.between(&first, Some(&at)).collect())
        } else {
            (left, right, self.between(&at, next.as_ref()).collect())
        };
        let moved = || moved.iter().copied();
        changes.gone.extend(many.facts_of(moved()));
        changes.gone.extend(few.facts_of(moved()));
        for event in moved() {
            many.insert(event);
        }
        changes.new.extend(many.facts_of(moved()));
        self.episodes.insert(first, many);
    }

    /// Returns the first event of the episode after a place.
    fn next_episode(&self, at: &Key) -> Option<Key> {
        let mut later = self.episodes.range((Excluded(at), Unbounded));
        later.next().map(|(first, _)| first.clone())
    }

    /// Whether there are fewer events from `first` on before `at` than from `at` on before `next`.
    fn is_fewer(&self, (first, at): (&Key, &Key), next: Option<&Key>) -> bool {
        let mut left = self.between(first, Some(at));
        let mut right = self.between(at, next);
        loop {
            did(1);
            match (left.next(), right.next()) {
                (None, _) => return true,
                (_, None) => return false,
                (Some(_), Some(_)) => {}
            }
        }
    }
}
