//! Loads synthetic rows as a rebuild does, and prints speed, memory and disk.
//!
//! `cargo run --release -p store --example load -- FOLDER [EVENTS] [BATCH] [FLUSH_EVENTS] [CACHE_MIB]`
//!
//! Never here: the fold; rows are made up, with the sizes of real ones.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::indexing_slicing,
    reason = "a measurement at a desk"
)]

use std::path::Path;
use std::time::{Duration, Instant};

use event::{
    Assessment, CaseId, CodeSet, ContentHash, CustodyState, Day, Days, EventKey, KeyHash, Kind,
    OrgId, PersonId, Position, Verification, Visibility,
};
use fold::{
    Assertion, Attributes, Audience, Effect, Fact, Person, PersonStatement, Readers, Record, Rows,
    TIMES_PER_ROW, TimelineEntry, Times, Track, TrackId, Traits, Versioned, View,
};
use store::{Identity, Settings, Store};

/// SplitMix64: the same rows at every run. Source: Steele, Lea and Flood, OOPSLA 2014.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn id(&mut self) -> String {
        let (a, b) = (self.next(), self.next());
        format!(
            "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
            a >> 32,
            (a >> 16) & 0xffff,
            a & 0xfff,
            b >> 52,
            b & 0xffff_ffff_ffff
        )
    }
}

struct Maker {
    random: Random,
    tracks: u64,
}

fn track_id(number: u64) -> TrackId {
    // Case ids as tools make them: a year and a number, not in the order of the log.
    let scattered = number.wrapping_mul(0x9e37_79b9) % 10_000_019;
    let case = CaseId::parse(&format!("kw-monitor:{}-{scattered:07}", 2015 + number % 10)).unwrap();
    let person = PersonId::parse(&format!("kw-monitor:p-{scattered:07}")).unwrap();
    TrackId::Person(Some(case), person)
}

fn leaf(random: &mut Random, id: &TrackId, event: &str, position: Position) -> Vec<u8> {
    let (case, person) = (id.case().unwrap(), id.person().unwrap());
    let place = random.next() % 25;
    format!(
        r#"{{"specversion":"1.0","id":"{event}","source":"https://tool.example.org/monitor","type":"org.habeas.arrest.v1","subject":"{case}","time":"2020-07-31","recordedtime":"2020-08-01T09:{:02}:{:02}Z","receivedtime":"2020-08-01T10:00:00.{:09}Z","org":"kw-monitor","data":{{"occurred":"2020-07-{:02}","place":{{"code":"KH-{place}","locality":"Phnom Penh","kind":"public_square"}},"persons":[{{"id":"{person}","names":[{{"text":"Name {:x}","script":"Latn","kind":"legal"}}],"sex":"female","roles":["trade_unionist"]}}],"rights_exercised":["assembly","expression"],"verification":"corroborated","visibility":"public","mode":"at_protest"}}}}"#,
        random.next() % 60,
        random.next() % 60,
        position.get() % 1_000_000_000,
        1 + random.next() % 28,
        random.next(),
    )
    .into_bytes()
}

fn assertion(id: &TrackId, key: EventKey, position: Position) -> Assertion {
    Assertion {
        position,
        key,
        recorded: event::Instant::from_parts(1_596_000_000 + position.get() as i64, 0),
        kind: Kind::Arrest,
        days: Days::one(Day::from_number(18_400)),
        doubt: false,
        after_record: false,
        sets_span: true,
        is_implausible: false,
        visibility: Visibility::Public,
        confined_to: Vec::new(),
        attributes: Attributes {
            case: id.case().cloned(),
            place: Some("KH-12".into()),
            locality: Some("Phnom Penh".into()),
            tags: Vec::new(),
            rights_exercised: CodeSet::default(),
            rights_violated: CodeSet::default(),
            authority: None,
            verification: Verification::Corroborated,
            assessment: Assessment::Unassessed,
            age: Some(31),
            in_custody: event::FourValued::Unknown,
            visibility: Visibility::Public,
        },
        unnamed: None,
        effect: Effect::Held(CustodyState::PoliceCustody),
    }
}

impl Maker {
    /// Adds one event to the rows, reading through the view as the fold does.
    fn event<V: View<Error = store::Failure>>(&mut self, view: &V, rows: &mut Rows) {
        let position = rows.position.next();
        rows.position = position;
        let is_new = self.tracks == 0 || self.random.next() % 10 < 3;
        let number = if is_new {
            self.tracks += 1;
            self.tracks
        } else {
            self.tracks - self.random.next() % self.tracks.min(3_000)
        };
        let id = track_id(number);
        let text = self.random.id();
        let key = EventKey {
            org: OrgId::parse("kw-monitor").unwrap(),
            source: "https://tool.example.org/monitor".into(),
            id: text.as_str().into(),
        };
        let mut hash = [0; 16];
        hash[..8].copy_from_slice(&self.random.next().to_be_bytes());
        hash[8..].copy_from_slice(&self.random.next().to_be_bytes());
        let hash = KeyHash(hash);
        assert!(view.record(hash).unwrap().is_none());
        let record = Record {
            first: Some((position, ContentHash(hash.0))),
            is_event: true,
            tracks: std::iter::once(id.clone()).collect(),
            persons: id.person().cloned().into_iter().collect(),
            ..Record::default()
        };
        rows.records.insert(hash, record);
        rows.leaves
            .insert(position, leaf(&mut self.random, &id, &text, position));
        if !rows.tracks.contains_key(&id) {
            rows.tracks
                .insert(id.clone(), view.track(&id).unwrap().unwrap_or_default());
        }
        let row = assertion(&id, key, position);
        extend(rows.tracks.get_mut(&id).unwrap(), &row);
        let recorded = row.recorded;
        if is_new {
            let person = id.person().unwrap();
            let mut said = view.person(person).unwrap().unwrap_or_default();
            describe(&mut said, &text, row);
            said.tracks.insert(id.clone());
            rows.persons.insert(person.clone(), said);
        }
        let index = position.get() - 1;
        let times = rows.times.entry(index / TIMES_PER_ROW).or_insert_with(|| {
            view.times(index / TIMES_PER_ROW)
                .unwrap()
                .unwrap_or_default()
        });
        times.push(Times {
            received: Some(recorded),
            recorded: Some(recorded),
            readers: Readers::ALL,
        });
    }
}

/// Says a name of a person, as an event does.
fn describe(said: &mut Person, name: &str, row: Assertion) {
    let traits = Traits {
        names: vec![(name.into(), None, None)],
        ..Traits::default()
    };
    let statement = PersonStatement {
        recorded: row.recorded,
        org: row.key.org.clone(),
        key: row.key,
        event: row.position,
        verification: Verification::Unknown,
        visibility: Visibility::Public,
        confined_to: Vec::new(),
        traits: traits.clone(),
    };
    let version = Versioned::since(row.position, statement);
    said.statements.insert(row.position, vec![version]);
    said.traits
        .push(Versioned::since(row.position, (traits, Audience::all())));
}

fn extend(track: &mut Track, row: &Assertion) {
    track.timeline.push(TimelineEntry {
        since: row.position,
        position: row.position,
    });
    track
        .assertions
        .push(Versioned::since(row.position, row.clone()));
    let facts = fold::custody_facts(track.assertions.iter().map(|row| &row.value));
    if let Some(fact @ Fact::Custody(_)) = facts.into_iter().next_back() {
        track
            .facts
            .push(Versioned::since(row.position, (fact, Audience::all())));
    }
}

fn status(field: &str) -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = text.lines().find(|line| line.starts_with(field)).unwrap();
    line.split_whitespace()
        .nth(1)
        .unwrap()
        .parse::<u64>()
        .unwrap()
        / 1024
}

/// Time this thread has run, which other work on the machine does not change.
fn ran() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(text.split_whitespace().next().unwrap().parse().unwrap())
}

fn disk(dir: &Path) -> u64 {
    std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            let kind = entry.metadata().unwrap();
            if kind.is_dir() {
                disk(&entry.path())
            } else {
                std::os::unix::fs::MetadataExt::blocks(&kind) * 512
            }
        })
        .sum()
}

fn settings(cache_bytes: u64) -> Settings {
    Settings {
        cache_bytes,
        identity: Identity {
            log: "load".into(),
            rows: 1,
        },
        engine_timeout: store::ENGINE_TIMEOUT,
    }
}

fn main() {
    let mut args = std::env::args().skip(1);
    let dir = args.next().unwrap();
    let mut number = |or: u64| args.next().map_or(or, |text| text.parse().unwrap());
    let (events, batch) = (number(1_000_000), number(2_000));
    let (flush, cache) = (number(100_000), number(128));
    let settings = settings(cache << 20);
    let store = Store::open(Path::new(&dir), settings.clone()).unwrap();
    let mut maker = Maker {
        random: Random(7),
        tracks: 0,
    };
    let mut position = Position::ZERO;
    let (mut applied, mut flushed, mut made) = (Duration::ZERO, Duration::ZERO, Duration::ZERO);
    let mut applied_ran = Duration::ZERO;
    let (mut bytes, mut leaf_bytes, mut reopened) = (0_u64, 0_u64, 0_u32);
    let begin = Instant::now();
    let mut mark = begin;
    while position.get() < events {
        let start = Instant::now();
        let view = store.writer_view();
        let mut rows = Rows {
            position,
            ..Rows::default()
        };
        for _ in 0..batch {
            maker.event(&view, &mut rows);
        }
        position = rows.position;
        let lengths = rows.leaves.values().map(|leaf| leaf.len() as u64);
        leaf_bytes += lengths.sum::<u64>();
        made += start.elapsed();
        let (start, ran_before) = (Instant::now(), ran());
        store.apply_over(view, &rows, [0; 32]).unwrap();
        applied += start.elapsed();
        applied_ran += ran() - ran_before;
        if position.get() % flush < batch {
            let start = Instant::now();
            let done = store.flush().unwrap();
            flushed += start.elapsed();
            bytes += done.bytes;
            reopened += u32::from(done.reopened);
        }
        if position.get() % 100_000 < batch {
            let speed = 100_000.0 / mark.elapsed().as_secs_f64();
            let (rss, peak) = (status("VmRSS"), status("VmHWM"));
            println!("{position:>8} {speed:>7.0}/s  rss {rss} MiB (peak {peak})");
            mark = Instant::now();
        }
    }
    store.close().unwrap();
    let all = begin.elapsed();
    println!(
        "{events} events, leaves {} B each: {:.0}/s overall; store alone (apply {applied:.1?}, of it on a core {applied_ran:.1?}, + flush {flushed:.1?}) {:.0}/s; making and reading {made:.1?}",
        leaf_bytes / events,
        events as f64 / all.as_secs_f64(),
        events as f64 / (applied + flushed).as_secs_f64(),
    );
    println!(
        "peak {} MiB, now {} MiB; written {} MiB, on disk {} MiB, leaves {} MiB, reopened {reopened}",
        status("VmHWM"),
        status("VmRSS"),
        bytes >> 20,
        disk(Path::new(&dir)) >> 20,
        leaf_bytes >> 20,
    );
    reopen(Path::new(&dir), settings);
}

/// Opens the store again, reads all of it, and checks it.
fn reopen(dir: &Path, settings: Settings) {
    let start = Instant::now();
    let store = Store::open(dir, settings).unwrap();
    println!(
        "opened in {:.2?}, at {}",
        start.elapsed(),
        store.checkpoint()
    );
    let start = Instant::now();
    let mut tracks = 0_u64;
    store
        .read()
        .unwrap()
        .for_each_track(|_, _| tracks += 1)
        .unwrap();
    println!(
        "{tracks} tracks loaded in {:.2?}, rss {} MiB",
        start.elapsed(),
        status("VmRSS")
    );
    let start = Instant::now();
    let report = store.verify().unwrap();
    println!(
        "{} rows verified in {:.2?}, rss {} MiB",
        report.rows,
        start.elapsed(),
        status("VmRSS")
    );
}
