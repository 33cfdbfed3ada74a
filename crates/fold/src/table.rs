//! The facts of all tracks as columns in memory: what figures are counted over.
//!
//! Start at [`Table::put`], which takes the rows of a step, and at [`crate::figure::answer`].
//! The table holds nothing that the rows do not: it is loaded from them at start.
//!
//! Never here: counting rules.

use std::collections::BTreeMap;

use event::{AuthorityKind, Kind, PersonId, Position};

use crate::assertion::{Assertion, Claim, What};
use crate::charge_rows::{Charge, ChargeRows, Tested};
use crate::charges::{PersonCharge, Stood};
use crate::columns::{Chains, Edge, Held, Interval, NONE, Occurrence, Says, Symbols, Trait};
use crate::custody::Custody;
use crate::findings::Finding;
use crate::grouped::Grouped;
use crate::instants::Instants;
use crate::kinds::{First, Kinds};
use crate::known::Known;
use crate::links::Links;
use crate::occurrences::Occurrences;
use crate::rows::{Fact, Person, Times, Track, TrackId};
use crate::sees::{Scope, Sees};
use crate::shared::Shared;
use crate::stay::{self, KnownStay};
use crate::stays::{self, Stays};
use crate::step::Rows;
use crate::traits::{TraitRows, trait_of};

/// Where the rows of a track stand.
#[derive(Clone, Debug, Default)]
struct Slot {
    /// The number of the track.
    track: u32,
    occurrences: Vec<u32>,
    charges: Vec<u32>,
    intervals: u32,
}

/// All columns.
#[derive(Clone, Debug, Default)]
pub struct Table {
    instants: Instants,
    pub(crate) persons: Symbols,
    pub(crate) cases: Symbols,
    pub(crate) places: Symbols,
    pub(crate) orgs: Symbols,
    pub(crate) laws: Symbols,
    pub(crate) articles: Symbols,
    pub(crate) courts: Symbols,
    sees: BTreeMap<Sees, u32>,
    slots: BTreeMap<(u32, u64), Slot>,
    pub(crate) occurrences: Occurrences,
    shared: Shared,
    pub(crate) deaths: Vec<u32>,
    /// Whether a death of the person is among the rows.
    pub(crate) dies: Vec<bool>,
    pub(crate) custody: Grouped<Interval>,
    pub(crate) stays: Stays,
    pub(crate) charges: ChargeRows,
    pub(crate) traits: TraitRows,
    pub(crate) links: Links,
    pub(crate) kinds: Kinds,
    pub(crate) occurrences_of: Owners,
    pub(crate) charges_of: Owners,
    pub(crate) custody_of: Owners,
    pub(crate) findings: BTreeMap<(u32, u64), Vec<(Held, Finding)>>,
}

/// The rows of each person and of each case.
#[derive(Clone, Debug, Default)]
pub(crate) struct Owners {
    pub(crate) person: Chains,
    pub(crate) case: Chains,
}

impl Owners {
    /// Adds the next row.
    fn push(&mut self, person: u32, case: u32) {
        self.person.push(person);
        self.case.push(case);
    }
}

impl Table {
    /// Takes the rows that a step changed.
    pub fn put(&mut self, rows: &Rows) {
        for (row, times) in &rows.times {
            self.put_times(*row, times);
        }
        for (id, person) in &rows.persons {
            self.put_person(id, person);
        }
        for (id, track) in &rows.tracks {
            self.put_track(id, track);
        }
    }

    /// Takes one row of times.
    pub fn put_times(&mut self, row: u64, times: &[Times]) {
        self.instants.put(row, times);
    }

    /// Returns the times of all positions.
    #[must_use]
    pub const fn instants(&self) -> &Instants {
        &self.instants
    }

    /// Returns how many rows of facts there are, ceased ones included.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.occurrences.len() + self.charges.len() + self.custody.rows()
    }

    /// Returns the organisations that have asserted something.
    pub fn organisations(&self) -> impl Iterator<Item = event::OrgId> {
        self.orgs
            .iter()
            .filter_map(|org| event::OrgId::parse(org).ok())
    }

    /// Returns the positions of the events of `kinds` that are effective at `at` and that `scope` may
    /// see, rising.
    #[must_use]
    pub fn listed(&self, kinds: &[Kind], at: Position, scope: &Scope) -> Vec<Position> {
        let visible = self.visible(scope);
        let at = narrow(at);
        let sees = |held: Held| {
            held.at(at) && index(held.sees).is_some_and(|i| visible.get(i).copied() == Some(true))
        };
        let rows = self.occurrences.iter();
        let found: std::collections::BTreeSet<u32> = rows
            .filter(|row| kinds.contains(&row.says.kind) && sees(row.held))
            .map(|row| row.event)
            .collect();
        let position = |event: u32| Position::new(u64::from(event));
        found.into_iter().map(position).collect()
    }

    /// Lays what is looked up for each row in the order of the rows, after all rows were loaded: a
    /// count then reads memory from one end to the other. Tracks are to be loaded before persons,
    /// whose numbers are given as they come.
    pub fn settle(&mut self) {
        self.traits.settle();
    }

    /// Takes what is said of a person.
    pub fn put_person(&mut self, id: &PersonId, person: &Person) {
        let number = self.person(id.as_str());
        let rows: Vec<Trait> = person
            .traits
            .iter()
            .map(|row| {
                let Known {
                    from,
                    to,
                    value: (traits, sees),
                } = row;
                trait_of(traits, self.held(*from, *to, sees))
            })
            .collect();
        self.traits.put(number, &rows);
    }

    fn person(&mut self, id: &str) -> u32 {
        let number = self.persons.number(id);
        self.traits.reserve(self.persons.len());
        number
    }

    /// Takes a track.
    pub fn put_track(&mut self, id: &TrackId, track: &Track) {
        let key = match id {
            TrackId::Person(case, person) => {
                let person = self.person(person.as_str());
                let case = case
                    .as_ref()
                    .map_or(NONE, |case| self.cases.number(case.as_str()));
                (case, u64::from(person))
            }
            TrackId::Case(case) => (self.cases.number(case.as_str()), u64::from(NONE)),
            TrackId::Lone(position) => (NONE, u64::from(NONE) + position.get()),
            TrackId::Pair(a, b) => {
                let pair = (self.person(a.as_str()), self.person(b.as_str()));
                self.put_pair(pair, track);
                // Links are occurrences too, of no person; their slot cannot meet another's.
                (pair.0, (u64::from(pair.1) << 32) | (1 << 63))
            }
        };
        let person = id
            .person()
            .map_or(NONE, |person| self.person(person.as_str()));
        self.put_findings(key, id, track);
        let next = u32::try_from(self.slots.len()).unwrap_or(NONE);
        let mut slot = self.slots.remove(&key).unwrap_or(Slot {
            track: next,
            ..Slot::default()
        });
        self.put_occurrences(&mut slot, track, person);
        self.put_facts(&mut slot, track, person);
        self.slots.insert(key, slot);
    }

    fn put_pair(&mut self, (a, b): (u32, u32), track: &Track) {
        let links: Vec<Held> = track
            .facts
            .iter()
            .filter(|row| row.value.0 == Fact::Same)
            .map(|row| self.held(row.from, row.to, &row.value.1))
            .collect();
        self.links.put((a, b), links);
    }

    fn put_occurrences(&mut self, slot: &mut Slot, track: &Track, person: u32) {
        // Versions are only ever added and closed, so the rows that stand are a prefix; where one
        // that began and ceased at one position was dropped, the rest is written anew.
        for (at, version) in track.assertions.iter().enumerate() {
            let place = slot.occurrences.get(at).copied().and_then(index);
            let old = place.and_then(|place| Some((place, self.occurrences.get(place)?)));
            let same = (narrow(version.value.position), narrow(version.from));
            if let Some((place, old)) = old
                && (old.event, old.held.from) == same
            {
                self.occurrences
                    .close(place, version.to.map_or(NONE, narrow));
                self.set_first(place);
                continue;
            }
            let row = self.occurrence(version, person);
            self.shared.put(row.event, slot.track);
            match old {
                // The lists by kind, person and case stay right.
                Some((place, old))
                    if (old.says.kind, old.says.case) == (row.says.kind, row.says.case) =>
                {
                    self.occurrences.replace(place, row);
                    self.set_first(place);
                }
                Some((place, _)) => {
                    self.occurrences.void(place);
                    self.set_first(place);
                    let number = self.add_occurrence(row);
                    if let Some(slot) = slot.occurrences.get_mut(at) {
                        *slot = number;
                    }
                }
                None => slot.occurrences.push(self.add_occurrence(row)),
            }
        }
        for gone in slot.occurrences.iter().skip(track.assertions.len()) {
            if let Some(gone) = index(*gone) {
                self.occurrences.void(gone);
                self.set_first(gone);
            }
        }
    }

    /// Says again in the list of its kind what an event was changed in.
    fn set_first(&mut self, place: usize) {
        if let (Some(row), Ok(number)) = (self.occurrences.get(place), u32::try_from(place)) {
            let (held, days) = (row.held, row.days);
            self.kinds.set(row.says.kind, number, First { held, days });
        }
    }

    fn add_occurrence(&mut self, row: Occurrence) -> u32 {
        let number = u32::try_from(self.occurrences.len()).unwrap_or(NONE);
        if row.says.kind == Kind::Death {
            self.deaths.push(number);
            let person = index(row.says.person).filter(|_| row.says.person != NONE);
            if let Some(person) = person {
                if self.dies.len() <= person {
                    self.dies.resize(person + 1, false);
                }
                if let Some(dies) = self.dies.get_mut(person) {
                    *dies = true;
                }
            }
        }
        let (held, days) = (row.held, row.days);
        self.kinds.push(row.says.kind, number, First { held, days });
        self.occurrences_of.push(row.says.person, row.says.case);
        self.occurrences.push(row);
        number
    }

    /// Returns the number of an event among those that stand in several tracks; none of one that stands
    /// in one track, of which at no R two rows hold together.
    pub(crate) fn shared(&self, event: u32) -> Option<u32> {
        self.shared.number(event)
    }

    fn occurrence(&mut self, version: &Known<Assertion>, person: u32) -> Occurrence {
        let event = &version.value;
        let number = |people: u64| u32::try_from(people).unwrap_or(NONE - 1).min(NONE - 1);
        let unnamed = event.unnamed.map_or((NONE, NONE), |(lower, upper)| {
            (number(lower), upper.map_or(NONE, number))
        });
        let sees = Sees::of(event.visibility, &event.kept_by);
        let release_kind = if let What::Release { kind, .. } = event.what {
            Some(kind)
        } else {
            None
        };
        Occurrence {
            held: self.held(version.from, version.to, &sees),
            event: narrow(event.position),
            days: event.days,
            doubt: event.doubt,
            unnamed,
            says: Says {
                release_kind,
                ..self.says(person, event.key.org.as_str(), event.kind, &event.claim)
            },
        }
    }

    fn put_facts(&mut self, slot: &mut Slot, track: &Track, person: u32) {
        let (mut intervals, mut seen) = (Vec::new(), Vec::new());
        let mut charges = 0;
        for Known {
            from,
            to,
            value: (fact, sees),
        } in &track.facts
        {
            match fact {
                Fact::Custody(custody) => {
                    let held = self.held(*from, *to, sees);
                    intervals.push(self.interval(custody, held, person));
                    seen.push(sees);
                }
                Fact::Charge(charge) => {
                    let held = self.held(*from, *to, sees);
                    let (tested, row) = self.charge(charge, held, slot.track, person);
                    let place = slot.charges.get(charges).copied().and_then(index);
                    let next = u32::try_from(self.charges.len()).unwrap_or(NONE);
                    if self.charges.put(place, tested, row) {
                        slot.charges.push(next);
                        self.charges_of.push(row.says.person, row.says.case);
                    }
                    charges += 1;
                }
                Fact::Contradiction(_) | Fact::Misfit(..) | Fact::Same => {}
            }
        }
        for gone in slot.charges.iter().skip(charges) {
            self.charges.cease(*gone);
        }
        if intervals.is_empty() && slot.intervals == 0 {
            return;
        }
        if slot.intervals == 0 {
            self.custody.add();
            let case = intervals.first().map_or(NONE, |row| row.says.case);
            self.custody_of.push(person, case);
            slot.intervals = u32::try_from(self.custody.len()).unwrap_or(0);
        }
        let place = index(slot.intervals).and_then(|i| i.checked_sub(1));
        if let Some(track) = slot.intervals.checked_sub(1) {
            let stays = stay::stays(&intervals, &seen).into_iter();
            let row = |(known, sees): (KnownStay, Sees)| {
                let held = Held {
                    from: known.from,
                    to: known.to,
                    sees: self.sees_number(&sees),
                };
                stays::Row::new(&known.stay, held, (track, person))
            };
            let stays = stays.map(row).collect();
            self.stays.put(track, stays);
        }
        if let Some(track) = place {
            self.custody.put(track, &intervals);
        }
    }

    fn charge(
        &mut self,
        charge: &PersonCharge,
        held: Held,
        track: u32,
        person: u32,
    ) -> (Tested, Charge) {
        let laid = charge.history.first();
        let convicted = |stood: &Stood| stood.status == event::ChargeStatus::Convicted;
        let number = |symbols: &mut Symbols, text: &Option<Box<str>>| {
            text.as_ref().map_or(NONE, |text| symbols.number(text))
        };
        let tested = Tested {
            held,
            days: charge.days,
            law: number(&mut self.laws, &charge.law),
            article: number(&mut self.articles, &charge.article),
            status: charge.status(),
            doubt: charge.doubt,
        };
        let row = Charge {
            event: laid.map_or(NONE, |stood| narrow(stood.position)),
            ids: self.charges.ids(&charge.charge, person, track),
            court: number(&mut self.courts, &charge.court),
            convicted: charge.history.iter().any(convicted),
            says: self.says(person, charge.org.as_str(), Kind::Charge, &charge.claim),
        };
        (tested, row)
    }

    fn interval(&mut self, custody: &Custody, held: Held, person: u32) -> Interval {
        Interval {
            held,
            start: Edge::of(&custody.start),
            end: custody.end.as_ref().map(Edge::of),
            state: custody.state,
            shown: custody.shown,
            says: self.says(person, custody.org.as_str(), custody.kind, &custody.claim),
        }
    }

    fn says(&mut self, person: u32, org: &str, kind: Kind, claim: &Claim) -> Says {
        Says {
            person,
            case: claim
                .case
                .as_ref()
                .map_or(NONE, |case| self.cases.number(case.as_str())),
            place: claim
                .place
                .as_ref()
                .map_or(NONE, |place| self.places.number(place)),
            org: self.orgs.number(org),
            rights_exercised: claim.rights_exercised,
            rights_violated: claim.rights_violated,
            kind,
            authority: claim.authority.unwrap_or(AuthorityKind::Unknown),
            verification: claim.verification,
            assessment: claim.assessment,
            age: claim.age,
            release_kind: None,
            in_custody: claim.in_custody,
            visibility: claim.visibility,
        }
    }

    pub(crate) fn held(&mut self, from: Position, to: Option<Position>, sees: &Sees) -> Held {
        Held {
            from: narrow(from),
            to: to.map_or(NONE, narrow),
            sees: self.sees_number(sees),
        }
    }

    fn sees_number(&mut self, sees: &Sees) -> u32 {
        if let Some(number) = self.sees.get(sees) {
            return *number;
        }
        let number = u32::try_from(self.sees.len()).unwrap_or(NONE);
        self.sees.insert(sees.clone(), number);
        number
    }

    /// Returns, for each kind of row visibility, whether `scope` sees it.
    pub(crate) fn visible(&self, scope: &Scope) -> Vec<bool> {
        let mut visible = vec![false; self.sees.len()];
        for (sees, number) in &self.sees {
            if let Some(slot) = index(*number).and_then(|i| visible.get_mut(i)) {
                *slot = sees.holds(scope);
            }
        }
        visible
    }
}

pub(crate) fn index(number: u32) -> Option<usize> {
    usize::try_from(number).ok()
}

/// A position as the columns keep it.
pub(crate) fn narrow(position: Position) -> u32 {
    u32::try_from(position.get()).unwrap_or(NONE - 1)
}
