//! The bytes of a value: `<version> <postcard> <checksum>`.
//!
//! The version is one byte, 1 for every family so far. The checksum is the CRC-32 (IEEE) of key and
//! value, 4 bytes, little-endian: it ties a value to its key, so that a value that the engine finds
//! in the wrong place is as damaged as one with a changed bit.
//!
//! Never here: which rows exist.

use serde::{Serialize, de::DeserializeOwned};

use crate::error::Doubt;

/// The version of every family's rows.
const VERSION: u8 = 1;
const CHECKSUM_BYTES: usize = 4;

/// Appends the checksum of `key` and what `value` holds.
fn seal(key: &[u8], value: &mut Vec<u8>) {
    let sum = checksum(key, value);
    value.extend_from_slice(&sum.to_le_bytes());
}

fn checksum(key: &[u8], value: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(key);
    hasher.update(value);
    hasher.finalize()
}

/// Encodes a row into `value`, whatever that held.
pub(crate) fn encode_into<T: Serialize + ?Sized>(
    value: &mut Vec<u8>,
    family: &'static str,
    key: &[u8],
    row: &T,
) -> Result<(), Doubt> {
    value.clear();
    value.push(VERSION);
    *value = postcard::to_extend(row, std::mem::take(value)).map_err(|_| Doubt::Row {
        family,
        why: "it cannot be encoded",
    })?;
    seal(key, value);
    Ok(())
}

/// Encodes a row.
pub(crate) fn encode<T: Serialize>(
    family: &'static str,
    key: &[u8],
    row: &T,
) -> Result<Vec<u8>, Doubt> {
    let mut value = Vec::new();
    encode_into(&mut value, family, key, row)?;
    Ok(value)
}

/// Encodes a row that is bytes already.
pub(crate) fn encode_bytes(key: &[u8], body: &[u8]) -> Vec<u8> {
    let mut value = Vec::with_capacity(body.len() + CHECKSUM_BYTES + 1);
    value.push(VERSION);
    value.extend_from_slice(body);
    seal(key, &mut value);
    value
}

/// Decodes a row.
pub(crate) fn decode<T: DeserializeOwned>(
    family: &'static str,
    key: &[u8],
    value: &[u8],
) -> Result<T, Doubt> {
    let body = decode_bytes(family, key, value)?;
    match postcard::take_from_bytes(body) {
        Ok((row, [])) => Ok(row),
        Ok(_) => Err(Doubt::Row {
            family,
            why: "bytes follow its end",
        }),
        Err(_) => Err(Doubt::Row {
            family,
            why: "it cannot be decoded",
        }),
    }
}

/// Returns the bytes of a row whose checksum and version are right.
pub(crate) fn decode_bytes<'v>(
    family: &'static str,
    key: &[u8],
    value: &'v [u8],
) -> Result<&'v [u8], Doubt> {
    let (value, sum) = value
        .split_last_chunk::<CHECKSUM_BYTES>()
        .ok_or(Doubt::Row {
            family,
            why: "it is too short",
        })?;
    if checksum(key, value) != u32::from_le_bytes(*sum) {
        return Err(Doubt::Row {
            family,
            why: "its checksum does not match",
        });
    }
    match value.split_first() {
        Some((&VERSION, body)) => Ok(body),
        _ => Err(Doubt::Row {
            family,
            why: "its version is unknown",
        }),
    }
}

/// Returns the checksum that a value carries, without checking it.
pub(crate) fn sum(value: &[u8]) -> u64 {
    value
        .last_chunk::<CHECKSUM_BYTES>()
        .map_or(0, |sum| u64::from(u32::from_le_bytes(*sum)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_changed_bit_of_key_or_value_is_found() {
        let value = encode("tracks", b"key", &(7_u64, "text")).unwrap();
        assert_eq!(
            decode("tracks", b"key", &value),
            Ok((7_u64, "text".to_owned()))
        );
        for bit in 0..value.len() * 8 {
            let mut changed = value.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(
                decode::<(u64, String)>("tracks", b"key", &changed).is_err(),
                "bit {bit}"
            );
        }
        assert!(decode::<(u64, String)>("tracks", b"kez", &value).is_err());
        assert!(decode::<(u64, String)>("tracks", b"key", b"").is_err());
    }
}
