//! How a row is found and read: by id through its index, a record through `shorts`.
//!
//! The same for an answer and for the writer; each hands in how it gets the bytes under a key.
//!
//! Never here: locks, and what is done with a row.

use event::{KeyHash, PersonId, Position};
use fold::{Editor, EditorId, LastHidden, Person, Record, RejectedLeaf, Times, Track, TrackId};
use serde::de::DeserializeOwned;

use crate::engine::Bytes;
use crate::error::Doubt;
use crate::keys::{self, Family};
use crate::shorts::Shorts;
use crate::{format, leaves};

/// What gets the bytes under a key.
pub(crate) trait Get: FnMut(&[u8]) -> Result<Option<Bytes>, Doubt> {}
impl<F: FnMut(&[u8]) -> Result<Option<Bytes>, Doubt>> Get for F {}

fn plain<T: DeserializeOwned>(
    family: Family,
    key: &[u8],
    mut get: impl Get,
) -> Result<Option<T>, Doubt> {
    get(key)?
        .map(|value| format::decode(family.name(), key, &value))
        .transpose()
}

/// Returns where the row lies whose key by id is `id`.
pub(crate) fn number(index: Family, id: &[u8], get: impl Get) -> Result<Option<u64>, Doubt> {
    plain(index, id, get)
}

fn indexed<T: DeserializeOwned>(
    (index, family): (Family, Family),
    id: &[u8],
    mut get: impl Get,
) -> Result<Option<T>, Doubt> {
    let Some(number) = number(index, id, &mut get)? else {
        return Ok(None);
    };
    let row = plain(family, &keys::at(family, number, id), get)?;
    row.ok_or(family.damaged("it is missing")).map(Some)
}

pub(crate) fn track(id: &TrackId, get: impl Get) -> Result<Option<Track>, Doubt> {
    track_at(&keys::track_id(id), get)
}

/// Returns the track whose key by id is `id`.
pub(crate) fn track_at(id: &[u8], get: impl Get) -> Result<Option<Track>, Doubt> {
    indexed((Family::TrackIds, Family::Tracks), id, get)
}

pub(crate) fn person(id: &PersonId, get: impl Get) -> Result<Option<Person>, Doubt> {
    indexed(
        (Family::PersonIds, Family::Persons),
        &keys::person_id(id),
        get,
    )
}

pub(crate) fn editor(id: &EditorId, get: impl Get) -> Result<Option<Editor>, Doubt> {
    plain(Family::Editors, &keys::editor(id), get)
}

pub(crate) fn times(row: u64, get: impl Get) -> Result<Option<Vec<Times>>, Doubt> {
    plain(Family::Times, &keys::times(row), get)
}

pub(crate) fn last_hidden(get: impl Get) -> Result<Option<LastHidden>, Doubt> {
    plain(Family::LastHidden, &[keys::LAST_HIDDEN], get)
}

pub(crate) fn record(
    key: KeyHash,
    shorts: &Shorts,
    mut get: impl Get,
) -> Result<Option<Record>, Doubt> {
    if let Some(position) = shorts.candidate(key) {
        let at = keys::record(position);
        let value = get(&at)?.ok_or(Family::Records.damaged("it is missing"))?;
        let (found, record) = to_record(&at, &value)?;
        if found == key {
            return Ok(Some(record));
        }
    }
    if shorts.is_by_key(key) {
        return plain(Family::RecordKeys, &keys::record_key(key), get);
    }
    Ok(None)
}

/// Decodes a record that lies at its position, and the hash it is of.
pub(crate) fn to_record(key: &[u8], value: &[u8]) -> Result<(KeyHash, Record), Doubt> {
    format::decode(Family::Records.name(), key, value)
}

/// Decodes a record that is found by its whole hash.
pub(crate) fn to_record_by_key(key: &[u8], value: &[u8]) -> Result<Record, Doubt> {
    format::decode(Family::RecordKeys.name(), key, value)
}

/// Decodes a row and the id in its key.
fn with_id<K, T: DeserializeOwned>(
    family: Family,
    id: impl FnOnce(&[u8]) -> Option<K>,
    key: &[u8],
    value: &[u8],
) -> Result<(K, T), Doubt> {
    let row = format::decode(family.name(), key, value)?;
    Ok((
        id(key).ok_or(family.damaged("its key is not one of its family"))?,
        row,
    ))
}

pub(crate) fn to_track(key: &[u8], value: &[u8]) -> Result<(TrackId, Track), Doubt> {
    with_id(
        Family::Tracks,
        |key| keys::to_track(keys::to_id(key)?),
        key,
        value,
    )
}

/// Decodes the id and number of a track's index row.
pub(crate) fn to_track_id(key: &[u8], value: &[u8]) -> Result<(TrackId, u64), Doubt> {
    with_id(Family::TrackIds, keys::to_track, key, value)
}

pub(crate) fn to_person(key: &[u8], value: &[u8]) -> Result<(PersonId, Person), Doubt> {
    with_id(
        Family::Persons,
        |key| keys::to_person(keys::to_id(key)?),
        key,
        value,
    )
}

/// Decodes the id and number of a person's index row.
pub(crate) fn to_person_id(key: &[u8], value: &[u8]) -> Result<(PersonId, u64), Doubt> {
    with_id(Family::PersonIds, keys::to_person, key, value)
}

pub(crate) fn to_times(key: &[u8], value: &[u8]) -> Result<(u64, Vec<Times>), Doubt> {
    with_id(Family::Times, keys::to_number, key, value)
}

pub(crate) fn to_rejected(key: &[u8], value: &[u8]) -> Result<(Position, RejectedLeaf), Doubt> {
    let (number, row) = with_id(Family::Rejected, keys::to_number, key, value)?;
    Ok((Position::new(number), row))
}

pub(crate) fn to_leaves(key: &[u8], value: &[u8]) -> Result<(u64, Vec<Vec<u8>>), Doubt> {
    let pack = leaves::decode(key, value)?;
    let why = "its key is not one of its family";
    Ok((
        keys::to_number(key).ok_or(Family::Leaves.damaged(why))?,
        pack,
    ))
}
