//! Keys: how a row is named, so that every list an answer gives is one range.
//!
//! | family | key | value |
//! |---|---|---|
//! | meta | `01 01` | [`crate::checkpoint::Meta`]: whose rows these are |
//! | checkpoint | `01 02` | [`crate::checkpoint::Checkpoint`]: position, and a tally of each family |
//! | owners | `10 <org>` | `fold::Owner` |
//! | persons | `20 <person>` | `fold::Person` |
//! | tracks of cases | `30 <case> 00` + `<person>`, or nothing for the case's own track | `fold::Track` |
//! | tracks without case | `31 <person>` | `fold::Track` |
//! | lone tracks | `32 <position>` | `fold::Track` |
//! | pairs | `33 <person> 00 <person>` | `fold::Track` |
//! | records | `40 <16 bytes of KeyHash>` | `fold::Record` |
//! | rejected | `50 <position>` | `fold::Rejected` |
//! | times | `60 <row>` | 1,024 `fold::Times` |
//! | leaves | `70 <block>` | a block of [`crate::leaves::LEAVES_PER_BLOCK`] leaves, compressed |
//!
//! Numbers are 8 bytes, big-endian. Ids are ASCII without a zero byte, so `00` ends one and sorts
//! before every longer id. Leaves come last since the engine packs only the end of the tree densely.
//! Every value is `<version> <postcard> <checksum>` (`format`); a version is that of its family.
//!
//! Never here: what stands in a row.

use event::{CaseId, KeyHash, OrgId, PersonId, Position};
use fold::TrackId;

/// A sort of rows that is tallied on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    Owners,
    Persons,
    Tracks,
    Records,
    Rejected,
    Times,
    Leaves,
}

impl Family {
    pub(crate) const ALL: [Self; 7] = [
        Self::Owners,
        Self::Persons,
        Self::Tracks,
        Self::Records,
        Self::Rejected,
        Self::Times,
        Self::Leaves,
    ];

    /// The first bytes of its keys, both ends included.
    pub(crate) const fn prefixes(self) -> (u8, u8) {
        match self {
            Self::Owners => (OWNER, OWNER),
            Self::Persons => (PERSON, PERSON),
            Self::Tracks => (TRACK_CASE, TRACK_PAIR),
            Self::Records => (RECORD, RECORD),
            Self::Rejected => (REJECTED, REJECTED),
            Self::Times => (TIMES, TIMES),
            Self::Leaves => (LEAVES, LEAVES),
        }
    }

    /// Its place in a tally.
    pub(crate) const fn index(self) -> usize {
        match self {
            Self::Owners => 0,
            Self::Persons => 1,
            Self::Tracks => 2,
            Self::Records => 3,
            Self::Rejected => 4,
            Self::Times => 5,
            Self::Leaves => 6,
        }
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Owners => "owners",
            Self::Persons => "persons",
            Self::Tracks => "tracks",
            Self::Records => "records",
            Self::Rejected => "rejected",
            Self::Times => "times",
            Self::Leaves => "leaves",
        }
    }
}

pub(crate) const META: [u8; 2] = [1, 1];
pub(crate) const CHECKPOINT: [u8; 2] = [1, 2];
const OWNER: u8 = 0x10;
const PERSON: u8 = 0x20;
pub(crate) const TRACK_CASE: u8 = 0x30;
const TRACK_PERSON: u8 = 0x31;
const TRACK_LONE: u8 = 0x32;
const TRACK_PAIR: u8 = 0x33;
const RECORD: u8 = 0x40;
const REJECTED: u8 = 0x50;
const TIMES: u8 = 0x60;
const LEAVES: u8 = 0x70;
/// Ends an id within a key.
const END: u8 = 0;

fn join(prefix: u8, parts: &[&[u8]]) -> Vec<u8> {
    let mut key = Vec::with_capacity(parts.iter().map(|part| part.len()).sum::<usize>() + 1);
    key.push(prefix);
    for part in parts {
        key.extend_from_slice(part);
    }
    key
}

pub(crate) fn owner(org: &OrgId) -> Vec<u8> {
    join(OWNER, &[org.as_str().as_bytes()])
}

pub(crate) fn person(person: &PersonId) -> Vec<u8> {
    join(PERSON, &[person.as_str().as_bytes()])
}

/// The first key after that of `person`.
pub(crate) fn after_person(after: &PersonId) -> Vec<u8> {
    join(PERSON, &[after.as_str().as_bytes(), &[END]])
}

pub(crate) fn track(id: &TrackId) -> Vec<u8> {
    match id {
        TrackId::Person(Some(case), person) => {
            let (case, person) = (case.as_str().as_bytes(), person.as_str().as_bytes());
            join(TRACK_CASE, &[case, &[END], person])
        }
        TrackId::Case(case) => case_start(case),
        TrackId::Person(None, person) => join(TRACK_PERSON, &[person.as_str().as_bytes()]),
        TrackId::Lone(position) => join(TRACK_LONE, &[&position.get().to_be_bytes()]),
        TrackId::Pair(a, b) => {
            join(TRACK_PAIR, &[a.as_str().as_bytes(), &[END], b.as_str().as_bytes()])
        }
    }
}

/// The first key of a case: that of its own track.
pub(crate) fn case_start(case: &CaseId) -> Vec<u8> {
    join(TRACK_CASE, &[case.as_str().as_bytes(), &[END]])
}

/// The first key after every track of a case.
pub(crate) fn case_end(case: &CaseId) -> Vec<u8> {
    join(TRACK_CASE, &[case.as_str().as_bytes(), &[END + 1]])
}

pub(crate) fn record(key: KeyHash) -> Vec<u8> {
    join(RECORD, &[&key.0])
}

pub(crate) fn rejected(position: Position) -> Vec<u8> {
    join(REJECTED, &[&position.get().to_be_bytes()])
}

pub(crate) fn times(row: u64) -> Vec<u8> {
    join(TIMES, &[&row.to_be_bytes()])
}

pub(crate) fn leaves(block: u64) -> Vec<u8> {
    join(LEAVES, &[&block.to_be_bytes()])
}

/// Reads the id of a track back from its key; none when it is not one.
pub(crate) fn to_track(key: &[u8]) -> Option<TrackId> {
    let (prefix, rest) = key.split_first()?;
    match *prefix {
        TRACK_CASE => {
            let (case, person) = pair(rest)?;
            let case = CaseId::parse(case).ok()?;
            if person.is_empty() {
                return Some(TrackId::Case(case));
            }
            Some(TrackId::Person(Some(case), PersonId::parse(person).ok()?))
        }
        TRACK_PERSON => Some(TrackId::Person(None, PersonId::parse(text(rest)?).ok()?)),
        TRACK_LONE => Some(TrackId::Lone(Position::new(number(rest)?))),
        TRACK_PAIR => {
            let (a, b) = pair(rest)?;
            Some(TrackId::Pair(PersonId::parse(a).ok()?, PersonId::parse(b).ok()?))
        }
        _ => None,
    }
}

/// Reads the id of a person back from its key; none when it is not one.
pub(crate) fn to_person(key: &[u8]) -> Option<PersonId> {
    PersonId::parse(text(key.strip_prefix(&[PERSON])?)?).ok()
}

/// Reads the number back from the key of a row named by one; none when it is not one.
pub(crate) fn to_number(key: &[u8]) -> Option<u64> {
    number(key.split_first()?.1)
}

fn number(bytes: &[u8]) -> Option<u64> {
    Some(u64::from_be_bytes(bytes.try_into().ok()?))
}

fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

fn pair(bytes: &[u8]) -> Option<(&str, &str)> {
    text(bytes)?.split_once('\0')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids() -> Vec<TrackId> {
        let case = |text| CaseId::parse(text).unwrap();
        let person = |text| PersonId::parse(text).unwrap();
        vec![
            TrackId::Case(case("kw:a")),
            TrackId::Person(Some(case("kw:a")), person("kw:p")),
            TrackId::Person(Some(case("kw:a")), person("kw:p2")),
            TrackId::Case(case("kw:a-1")),
            TrackId::Person(Some(case("kw:a-1")), person("kw:p")),
            TrackId::Person(None, person("kw:p")),
            TrackId::Lone(Position::new(9)),
            TrackId::Lone(Position::new(256)),
            TrackId::Pair(person("kw:a"), person("kw:b")),
        ]
    }

    #[test]
    fn tracks_sort_by_case_and_read_back() {
        let keys: Vec<_> = ids().iter().map(track).collect();
        assert!(keys.is_sorted());
        assert_eq!(keys.iter().map(|key| to_track(key).unwrap()).collect::<Vec<_>>(), ids());
    }

    #[test]
    fn a_case_ends_before_a_longer_one_begins() {
        let case = CaseId::parse("kw:a").unwrap();
        let inside: Vec<_> = ids()
            .into_iter()
            .filter(|id| (case_start(&case)..case_end(&case)).contains(&track(id)))
            .collect();
        assert_eq!(inside, ids().get(..3).unwrap());
    }
}
