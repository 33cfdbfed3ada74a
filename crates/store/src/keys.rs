//! Keys: how a row is named, so that every list an answer gives is one range.
//!
//! | family | key | value |
//! |---|---|---|
//! | meta | `01 01` | [`crate::checkpoint::Meta`]: whose rows these are |
//! | checkpoint | `01 02` | [`crate::checkpoint::Checkpoint`]: position, and a tally of each family |
//! | editors | `10 <owner> 00 <editor>` | `fold::Editor` |
//! | persons by id | `20 <person>` | where the row is: a number |
//! | persons | `21 <number> <key by id>` | `fold::Person` |
//! | tracks by id, of cases | `30 <case> 00` + `<person>`, or nothing for the case's own | a number |
//! | - without case | `31 <person>` | a number |
//! | - lone | `32 <position>` | a number |
//! | - pairs | `33 <person> 00 <person>` | a number |
//! | tracks | `38 <number> <key by id>` | `fold::Track` |
//! | records | `40 <position of the first leaf>` | 16 bytes of KeyHash, `fold::Record` |
//! | records by key | `41 <16 bytes of KeyHash>` | `fold::Record`, where `shorts` cannot name it |
//! | short hashes | `42 <block>` | 8 bytes of the KeyHash of each of 1,024 positions (`shorts`) |
//! | rejected | `50 <position>` | `fold::RejectedLeaf` |
//! | times | `60 <row>` | 1,024 `fold::Times` |
//! | last hidden | `61` | `fold::LastHidden` |
//! | leaves | `70 <block>` | a block of [`crate::leaves::LEAVES_PER_BLOCK`] leaves, compressed |
//!
//! Numbers are 8 bytes, big-endian. Ids are ASCII without a zero byte, so `00` ends one and sorts
//! before every longer id. Every value is `<version> <postcard> <checksum>` (`format`).
//!
//! Large rows lie in the order of the log (the number is the position that began the row, and only
//! says where the row lies): an event then touches pages that were touched lately, however ids are
//! spread, so memory and the cost of an event do not grow with the history. Leaves come last since
//! the engine packs only the end of the tree densely. Source: MEASURED.md.
//!
//! Never here: what stands in a row.

use event::{CaseId, KeyHash, PersonId, Position};
use fold::{EditorId, TrackId};

use crate::error::Doubt;

/// Declares the families once: place in a tally, name, first and last first byte of their keys.
macro_rules! families {
    ($($name:ident $text:literal $first:ident $last:ident),* $(,)?) => {
        /// A sort of rows that is tallied on its own.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Family { $($name),* }

        impl Family {
            pub(crate) const ALL: [Self; [$($text),*].len()] = [$(Self::$name),*];

            pub(crate) const fn name(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }

            /// The first bytes of its keys, both ends included.
            pub(crate) const fn prefixes(self) -> (u8, u8) {
                match self { $(Self::$name => ($first, $last)),* }
            }
        }
    };
}

families! {
    Editors "editors" EDITOR EDITOR,
    PersonIds "persons by id" PERSON_ID PERSON_ID,
    Persons "persons" PERSON PERSON,
    TrackIds "tracks by id" TRACK_CASE TRACK_PAIR,
    Tracks "tracks" TRACK TRACK,
    Records "records" RECORD RECORD,
    RecordKeys "records by key" RECORD_KEY RECORD_KEY,
    Shorts "short hashes" SHORTS SHORTS,
    Rejected "rejected" REJECTED REJECTED,
    Times "times" TIMES TIMES,
    LastHidden "last hidden" LAST_HIDDEN LAST_HIDDEN,
    Leaves "leaves" LEAVES LEAVES,
}

impl Family {
    /// The key after all of its keys.
    pub(crate) fn end(self) -> Vec<u8> {
        vec![self.prefixes().1.saturating_add(1)]
    }

    /// A row of it is not what it must be.
    pub(crate) const fn damaged(self, why: &'static str) -> Doubt {
        Doubt::Row {
            family: self.name(),
            why,
        }
    }
}

pub(crate) const META: [u8; 2] = [1, 1];
pub(crate) const CHECKPOINT: [u8; 2] = [1, 2];
const EDITOR: u8 = 0x10;
const PERSON_ID: u8 = 0x20;
const PERSON: u8 = 0x21;
pub(crate) const TRACK_CASE: u8 = 0x30;
const TRACK_PERSON: u8 = 0x31;
const TRACK_LONE: u8 = 0x32;
const TRACK_PAIR: u8 = 0x33;
const TRACK: u8 = 0x38;
const RECORD: u8 = 0x40;
const RECORD_KEY: u8 = 0x41;
const SHORTS: u8 = 0x42;
const REJECTED: u8 = 0x50;
const TIMES: u8 = 0x60;
pub(crate) const LAST_HIDDEN: u8 = 0x61;
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

pub(crate) fn editor(id: &EditorId) -> Vec<u8> {
    let (owner, editor) = (id.owner.as_str().as_bytes(), id.editor.as_str().as_bytes());
    join(EDITOR, &[owner, &[END], editor])
}

pub(crate) fn person_id(person: &PersonId) -> Vec<u8> {
    join(PERSON_ID, &[person.as_str().as_bytes()])
}

/// The first key after that of `person`.
pub(crate) fn after_person(after: &PersonId) -> Vec<u8> {
    join(PERSON_ID, &[after.as_str().as_bytes(), &[END]])
}

pub(crate) fn track_id(id: &TrackId) -> Vec<u8> {
    match id {
        TrackId::Person(Some(case), person) => {
            let (case, person) = (case.as_str().as_bytes(), person.as_str().as_bytes());
            join(TRACK_CASE, &[case, &[END], person])
        }
        TrackId::Case(case) => case_start(case),
        TrackId::Person(None, person) => join(TRACK_PERSON, &[person.as_str().as_bytes()]),
        TrackId::Lone(position) => join(TRACK_LONE, &[&position.get().to_be_bytes()]),
        TrackId::Pair(a, b) => join(
            TRACK_PAIR,
            &[a.as_str().as_bytes(), &[END], b.as_str().as_bytes()],
        ),
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

/// The row of `family` that lies at `number` and whose key by id is `id`.
pub(crate) fn at(family: Family, number: u64, id: &[u8]) -> Vec<u8> {
    join(family.prefixes().0, &[&number.to_be_bytes(), id])
}

pub(crate) fn record(position: Position) -> Vec<u8> {
    join(RECORD, &[&position.get().to_be_bytes()])
}

pub(crate) fn record_key(key: KeyHash) -> Vec<u8> {
    join(RECORD_KEY, &[&key.0])
}

pub(crate) fn shorts(block: u64) -> Vec<u8> {
    join(SHORTS, &[&block.to_be_bytes()])
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

/// Reads the key by id back from the key of a row that lies at a number; none when it is not one.
pub(crate) fn to_id(key: &[u8]) -> Option<&[u8]> {
    key.get(9..)
}

/// Reads the hash back from the key of a record by key; none when it is not one.
pub(crate) fn to_record_key(key: &[u8]) -> Option<KeyHash> {
    Some(KeyHash(key.split_first()?.1.try_into().ok()?))
}

/// Reads the id of a track back from its key by id; none when it is not one.
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
            Some(TrackId::Pair(
                PersonId::parse(a).ok()?,
                PersonId::parse(b).ok()?,
            ))
        }
        _ => None,
    }
}

/// Reads the id of a person back from its key by id; none when it is not one.
pub(crate) fn to_person(key: &[u8]) -> Option<PersonId> {
    PersonId::parse(text(key.strip_prefix(&[PERSON_ID])?)?).ok()
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
        let keys: Vec<_> = ids().iter().map(track_id).collect();
        assert!(keys.is_sorted());
        assert_eq!(
            keys.iter()
                .map(|key| to_track(key).unwrap())
                .collect::<Vec<_>>(),
            ids()
        );
        for key in keys {
            assert_eq!(to_id(&at(Family::Tracks, 7, &key)), Some(key.as_slice()));
        }
    }

    #[test]
    fn a_case_ends_before_a_longer_one_begins() {
        let case = CaseId::parse("kw:a").unwrap();
        let inside: Vec<_> = ids()
            .into_iter()
            .filter(|id| (case_start(&case)..case_end(&case)).contains(&track_id(id)))
            .collect();
        assert_eq!(inside, ids().get(..3).unwrap());
    }
}
