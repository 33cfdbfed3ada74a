//! Admission limits: how much one organisation may add to one event, track or person through this gate.
//!
//! Start at [`Counts::admit`]. A count is read once from the rows of the key that it is of, and is then kept
//! up to date with what the writer sends, until that is folded: so nothing is lost at a restart, and what
//! stands in the same request counts. They are no rules of the fold. Source: docs/reference/limits.md,
//! Admission.
//!
//! Never here: limits on the event itself (`event::admit`).

mod weights;

use std::collections::{BTreeMap, BTreeSet};

use event::{CaseId, Code, Event, Json, KeyHash, Kind, OrgId, PersonId, Position, Rejection};
use fold::{TrackId, View, pair_track, target_key};

use self::weights::Weights;

/// Most people of one event, or of a correction's list of them: with 60,000 bytes each has 120, an id and a
/// name. Source: docs/reference/limits.md.
const EVENT_PERSONS_MAX: usize = 500;
/// Most charges of one event, those of each of its people apart: each is a row of its own. Source:
/// docs/reference/limits.md.
const EVENT_CHARGES_MAX: usize = 5_000;
/// Most acts of one organisation on one event; fewer on one of many people or charges (`weights`). Source: docs/reference/limits.md.
const EVENT_ACTS_MAX: usize = 10_000;
/// Most events of one organisation in one track: an event at its beginning can change what follows from all
/// others. Source: docs/reference/limits.md.
const TRACK_EVENTS_MAX: usize = 3_000;
/// Most links (`same_person`, `not_same_person`) of one organisation that name one person.
/// Source: docs/reference/limits.md.
const PERSON_LINKS_MAX: usize = 1_000;

/// How many counts are kept before those that stand in the rows are dropped; each takes about 200 bytes.
const COUNTS_KEPT: usize = 8_192;

/// The admission limits of a gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AdmissionLimits {
    /// People of one event.
    pub event_persons: usize,
    /// Charges of one event, those of each of its people apart.
    pub event_charges: usize,
    /// Acts of one organisation on one event.
    pub event_acts: usize,
    /// Events of one organisation in one track.
    pub track_events: usize,
    /// Links of one organisation that name one person.
    pub person_links: usize,
}

impl Default for AdmissionLimits {
    fn default() -> Self {
        Self {
            event_persons: EVENT_PERSONS_MAX,
            event_charges: EVENT_CHARGES_MAX,
            event_acts: EVENT_ACTS_MAX,
            track_events: TRACK_EVENTS_MAX,
            person_links: PERSON_LINKS_MAX,
        }
    }
}

/// What is added to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Holder {
    /// An event, by acts.
    Event(KeyHash),
    /// A track, by events.
    Track(TrackId),
    /// A person, by links.
    Person(PersonId),
}

/// Who adds to what.
pub(super) type CountKey = (Holder, OrgId);

/// How often an organisation added to something.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    events: usize,
    /// No event of the count that is not in the rows stands after this position.
    last: Position,
}

/// What the events of one round add, before they are sent.
pub(super) type Added = BTreeMap<CountKey, usize>;

/// The counts of what is not yet in the rows, and of some that are.
pub(super) struct Counts {
    limits: AdmissionLimits,
    counts: BTreeMap<CountKey, Count>,
    weights: Weights,
    prune_at: usize,
}

impl Counts {
    /// Makes the counts of a gate with these limits.
    pub(super) fn new(limits: AdmissionLimits) -> Self {
        Self {
            limits,
            counts: BTreeMap::new(),
            weights: Weights::default(),
            prune_at: COUNTS_KEPT,
        }
    }

    /// Forgets all counts: the rows hold the whole log.
    pub(super) fn clear(&mut self) {
        self.counts.clear();
        self.weights.clear();
        self.prune_at = COUNTS_KEPT;
    }

    /// Judges an event that is new to the log, by the rows, by what was sent since and by what is `added` in
    /// the same round; an event that passes is added there.
    ///
    /// The checks: people (E0401), charges (E0405), acts (E0402), events of a track (E0403), links of a person (E0404). A
    /// retraction by the target's organisation always passes.
    ///
    /// # Errors
    /// The view's failure.
    pub(super) fn admit<V: View>(
        &mut self,
        view: &V,
        event: &Event,
        added: &mut Added,
    ) -> Result<Option<Rejection>, V::Error> {
        let org = &event.envelope.key.org;
        let target = target_key(&event.data).filter(|_| event.kind.is_amendment());
        let is_own = target.as_ref().is_some_and(|target| target.org == *org);
        if is_own && event.kind == Kind::Retraction {
            return Ok(None);
        }
        if let Some(rejection) = self.too_long_lists(event) {
            return Ok(Some(rejection));
        }
        let (holders, weight) = match target {
            Some(target) => {
                let weight = self.weights.of_target(view, &target)?;
                (vec![Holder::Event(target.hash())], weight)
            }
            None => (holders(event), 1),
        };
        let mut counted = Vec::with_capacity(holders.len());
        for (index, holder) in holders.into_iter().enumerate() {
            let key = (holder, org.clone());
            let events = self.count(view, &key)?;
            let events = events.saturating_add(added.get(&key).copied().unwrap_or_default());
            if let Some(rejection) = self.too_many(&key, events, (index, weight)) {
                return Ok(Some(rejection));
            }
            counted.push(key);
        }
        for key in counted {
            *added.entry(key).or_default() += 1;
        }
        self.weights.note(event, weight);
        Ok(None)
    }

    /// Counts what is sent now; none of it will stand after `last`. What is `folded` may be dropped.
    pub(super) fn add(&mut self, added: Added, last: Position, folded: Position) {
        self.weights.sent(last, folded);
        for (key, events) in added {
            let count = self.counts.entry(key).or_default();
            count.events = count.events.saturating_add(events);
            count.last = last;
        }
        if self.counts.len() >= self.prune_at {
            self.counts.retain(|_, count| count.last > folded);
            // Twice what is left, so that a fold that lags costs each count a constant.
            self.prune_at = COUNTS_KEPT.max(self.counts.len().saturating_mul(2));
        }
    }

    /// Returns how many events of a key stand in the log or are on their way.
    fn count<V: View>(&mut self, view: &V, key: &CountKey) -> Result<usize, V::Error> {
        if let Some(count) = self.counts.get(key) {
            return Ok(count.events);
        }
        let events = count_rows(view, key)?;
        let last = Position::ZERO;
        self.counts.insert(key.clone(), Count { events, last });
        Ok(events)
    }

    /// Judges the lists of an event by themselves, those of a correction at each depth: a correction of a
    /// correction has its lists in the patch of a patch.
    fn too_long_lists(&self, event: &Event) -> Option<Rejection> {
        let (mut data, mut pointer) = (&event.data, "/data".to_owned());
        loop {
            if let Some(rejection) = self.too_long_list(data, &pointer) {
                return Some(rejection);
            }
            data = data
                .get("patch")
                .filter(|_| event.kind == Kind::Correction)?;
            pointer.push_str("/patch");
        }
    }

    fn too_long_list(&self, data: &Json, pointer: &str) -> Option<Rejection> {
        let (persons, charges) = (data.list("persons").len(), data.list("charges").len());
        let max = self.limits.event_persons;
        if persons > max {
            return Some(Rejection {
                code: Code::EventPersons,
                pointer: format!("{pointer}/persons"),
                found: format!("{persons} people"),
                expected: format!("at most {max} people of one event"),
                hint: Some(
                    "send several events of one case, each with a part of the people".to_owned(),
                ),
            });
        }
        let max = self.limits.event_charges;
        (persons.max(1).saturating_mul(charges) > max).then(|| Rejection {
            code: Code::EventCharges,
            pointer: format!("{pointer}/charges"),
            found: format!("{charges} charges for each of {} people", persons.max(1)),
            expected: format!("at most {max} in all"),
            hint: Some(
                "send several events, each with the people and the charges that belong together"
                    .to_owned(),
            ),
        })
    }

    /// Returns why nothing is added where `events` are counted; `index` is the holder's place in the event, and
    /// `weight` that of an act.
    fn too_many(
        &self,
        (holder, org): &CountKey,
        events: usize,
        (index, weight): (usize, usize),
    ) -> Option<Rejection> {
        let (max, code, pointer, of, hint) = match holder {
            Holder::Event(_) => (
                (self.limits.event_acts / weight.max(1)).max(1),
                Code::EventActs,
                "/data/target".to_owned(),
                "acts on one event of its size",
                "send what is right as a new event and retract the target as duplicate: a retraction by its organisation is always taken",
            ),
            Holder::Track(track) => {
                let pointer = match track {
                    TrackId::Person(..) => format!("/data/persons/{index}/id"),
                    TrackId::Case(_) | TrackId::Lone(_) | TrackId::Pair(..) => {
                        "/subject".to_owned()
                    }
                };
                let hint =
                    "is one id used for many people, or one case for many? Give each its own";
                let (max, code) = (self.limits.track_events, Code::TrackEvents);
                (max, code, pointer, "events of one person in one case", hint)
            }
            Holder::Person(_) => (
                self.limits.person_links,
                Code::PersonLinks,
                format!("/data/pair/{index}"),
                "links that name one person",
                "link the ids to one another in place of all to one: links join along paths",
            ),
        };
        (events >= max).then(|| Rejection {
            code,
            pointer,
            found: format!("{events} {of} by {org}, and this one"),
            expected: format!("at most {max} by one organisation"),
            hint: Some(hint.to_owned()),
        })
    }
}

/// Returns what an event that is no act adds to, in the order of its people.
fn holders(event: &Event) -> Vec<Holder> {
    let persons = |ids: &mut dyn Iterator<Item = &str>| -> Vec<PersonId> {
        let mut seen = BTreeSet::new();
        let parsed = ids.filter_map(|id| PersonId::parse(id).ok());
        parsed.filter(|id| seen.insert(id.clone())).collect()
    };
    if event.kind.is_link() {
        let pair = persons(&mut event.data.texts("pair"));
        return pair.into_iter().map(Holder::Person).collect();
    }
    let case: Option<CaseId> = event.envelope.subject.clone();
    let listed = event.data.list("persons");
    let persons = persons(&mut listed.iter().filter_map(|person| person.text("id")));
    if persons.is_empty() {
        return case
            .map(|case| Holder::Track(TrackId::Case(case)))
            .into_iter()
            .collect();
    }
    let tracks = persons
        .into_iter()
        .map(|person| TrackId::Person(case.clone(), person));
    tracks.map(Holder::Track).collect()
}

/// Counts the events of a key in the rows: one row, or of a person one of each linked id.
fn count_rows<V: View>(view: &V, (holder, org): &CountKey) -> Result<usize, V::Error> {
    match holder {
        Holder::Event(target) => {
            let record = view.record(*target)?.unwrap_or_default();
            let acts = record.amendments.iter();
            Ok(acts.filter(|act| act.key.org == *org).count())
        }
        Holder::Track(track) => count_track(view, track, org),
        Holder::Person(person) => {
            let row = view.person(person)?.unwrap_or_default();
            let mut links = 0_usize;
            for other in &row.linked {
                let pair = pair_track(person, other);
                links = links.saturating_add(count_track(view, &pair, org)?);
            }
            Ok(links)
        }
    }
}

/// Counts the events of an organisation in a track: each once, however often it was changed.
fn count_track<V: View>(view: &V, track: &TrackId, org: &OrgId) -> Result<usize, V::Error> {
    let track = view.track(track)?.unwrap_or_default();
    let own = track.assertions.iter().map(|version| &version.value);
    let own = own.filter(|assertion| assertion.key.org == *org);
    let events: BTreeSet<Position> = own.map(|assertion| assertion.position).collect();
    Ok(events.len())
}

#[cfg(test)]
mod tests;
