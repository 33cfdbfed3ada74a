//! Rows made from a seed, and the map a store of them must equal.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use event::{CaseId, ContentHash, Instant, KeyHash, OrgId, PersonId, Position};
use fold::{
    Editor, EditorId, Readers, Record, RejectedLeaf, Rows, TIMES_PER_ROW, TimelineEntry, Times,
    TrackId, View,
};
use store::{Failure, Identity, Settings, Store};

/// SplitMix64. Source: Steele, Lea and Flood, OOPSLA 2014.
#[derive(Debug)]
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
}

pub(crate) fn settings() -> Settings {
    Settings {
        cache_bytes: 1 << 20,
        identity: Identity {
            log: "HABEAS 2026-01-01".into(),
            rows: 1,
        },
        engine_timeout: Duration::from_secs(5),
    }
}

pub(crate) fn open(dir: &Path) -> Store {
    Store::open(dir, settings()).unwrap()
}

pub(crate) fn case(number: u64) -> CaseId {
    CaseId::parse(&format!("kw-monitor:{number}")).unwrap()
}

pub(crate) fn person(number: u64) -> PersonId {
    PersonId::parse(&format!("kw-monitor:p{number}")).unwrap()
}

pub(crate) fn leaf(position: Position) -> Vec<u8> {
    let length = usize::try_from(position.get() % 97).unwrap();
    format!("{{\"n\":{position}}}")
        .into_bytes()
        .repeat(1 + length / 9)
}

pub(crate) fn hash(position: Position) -> KeyHash {
    let mut random = Random(position.get());
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&random.next().to_be_bytes());
    KeyHash(bytes)
}

fn track_id(random: &mut Random, position: Position) -> TrackId {
    let (a, b) = (random.below(40), random.below(12));
    match random.below(8) {
        0 => TrackId::Case(case(a)),
        1 => TrackId::Person(None, person(b)),
        2 => TrackId::Lone(position),
        3 => TrackId::Pair(person(b), person(b + 20)),
        _ => TrackId::Person(Some(case(a)), person(b)),
    }
}

/// Everything that was applied, in maps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Model {
    pub(crate) rows: Rows,
}

impl Model {
    /// Makes the rows of the next `events` positions.
    pub(crate) fn step(&self, events: u64) -> Rows {
        let mut rows = Rows {
            position: self.rows.position,
            ..Rows::default()
        };
        for _ in 0..events {
            self.event(&mut rows);
        }
        rows
    }

    fn event(&self, rows: &mut Rows) {
        let position = rows.position.next();
        rows.position = position;
        // Seeded by position alone: any split into steps gives the same rows.
        let mut random = Random(position.get().wrapping_mul(0x5851_f42d_4c95_7f2d));
        let touch = TimelineEntry {
            since: position,
            position,
        };
        let id = track_id(&mut random, position);
        entry(&mut rows.tracks, &self.rows.tracks, &id)
            .timeline
            .push(touch);
        let who = person(random.below(30));
        entry(&mut rows.persons, &self.rows.persons, &who)
            .tracks
            .insert(id.clone());
        // Read and left as it was, as the fold does with most organisations.
        let org = OrgId::parse(&format!("org{}", random.below(3))).unwrap();
        let org = EditorId {
            owner: org.clone(),
            editor: org,
        };
        let editor = entry(&mut rows.editors, &self.rows.editors, &org);
        if random.below(10) == 0 {
            editor.linked.insert(id.clone());
        }
        let row = Record {
            first: Some((position, ContentHash([7; 16]))),
            ..Record::default()
        };
        rows.records.insert(hash(position), row);
        rows.leaves.insert(position, leaf(position));
        if random.below(5) == 0 {
            let row = RejectedLeaf {
                key: None,
                code: "E0001".into(),
                pointer: "/id".into(),
                found: position.to_string().into(),
                expected: "another".into(),
            };
            rows.rejected.insert(position, row);
        }
        let index = position.get() - 1;
        let slot = index / TIMES_PER_ROW;
        let seconds = i64::try_from(index).unwrap();
        entry(&mut rows.times, &self.rows.times, &slot).push(Times {
            received: Some(Instant::from_parts(seconds, 0)),
            recorded: None,
            readers: Readers::default(),
        });
    }

    pub(crate) fn add(&mut self, rows: Rows) {
        self.rows.tracks.extend(rows.tracks);
        self.rows.persons.extend(rows.persons);
        // One that says nothing is not kept.
        let said = |(_, row): &(EditorId, Editor)| *row != Editor::default();
        self.rows
            .editors
            .extend(rows.editors.into_iter().filter(said));
        self.rows.records.extend(rows.records);
        self.rows.leaves.extend(rows.leaves);
        self.rows.rejected.extend(rows.rejected);
        self.rows.times.extend(rows.times);
        self.rows.position = rows.position;
    }

    /// The model of a store that was filled up to `position`.
    pub(crate) fn at(position: Position) -> Self {
        let mut model = Self::default();
        let rows = model.step(position.get());
        model.add(rows);
        model
    }
}

fn entry<'r, K: Ord + Clone, T: Clone + Default>(
    rows: &'r mut BTreeMap<K, T>,
    before: &BTreeMap<K, T>,
    key: &K,
) -> &'r mut T {
    rows.entry(key.clone())
        .or_insert_with(|| before.get(key).cloned().unwrap_or_default())
}

/// Applies the next `events` positions to store and model.
pub(crate) fn grow(store: &Store, model: &mut Model, events: u64) {
    let rows = model.step(events);
    store.apply(&rows).unwrap();
    model.add(rows);
}

/// Reads everything there is in a store.
pub(crate) fn dump(store: &Store, model: &Model) -> Result<Rows, Failure> {
    store.verify()?;
    let reading = store.read()?;
    let mut rows = Rows {
        position: reading.checkpoint(),
        ..Rows::default()
    };
    reading.for_each_track(|id, row| drop(rows.tracks.insert(id, row)))?;
    reading.for_each_person(|id, row| drop(rows.persons.insert(id, row)))?;
    reading.for_each_times(|id, row| drop(rows.times.insert(id, row)))?;
    rows.leaves = reading
        .leaves(Position::ZERO, usize::MAX)?
        .into_iter()
        .collect();
    rows.rejected = reading
        .rejected_from(Position::ZERO, usize::MAX)?
        .into_iter()
        .collect();
    for key in model.rows.records.keys() {
        rows.records
            .extend(reading.record(*key)?.map(|row: Record| (*key, row)));
    }
    for id in model.rows.editors.keys() {
        rows.editors
            .extend(reading.editor(id)?.map(|row: Editor| (id.clone(), row)));
    }
    Ok(rows)
}
