//! Leaves, packed: a row holds [`LEAVES_PER_BLOCK`] of them, compressed together.
//!
//! The body is a zstd frame of, for each leaf in turn, its length (4 bytes, little-endian) and its
//! bytes. The engine keeps the pages it wrote in memory as they are, so they are better kept small.
//! Source: MEASURED.md.
//!
//! Never here: what a leaf means.

use event::Position;
use zstd::bulk::Compressor;

use crate::error::Doubt;
use crate::format;
use crate::keys::{self, Family};

/// How many positions one row covers: 16 (index = position - 1).
pub(crate) const LEAVES_PER_BLOCK: u64 = 16;
/// The level at which a block is compressed; higher ones cost time and win little at this size.
const ZSTD_LEVEL: i32 = 1;
/// No block is larger: 16 events of at most 60,000 bytes and their lengths, with room.
const BLOCK_BYTES_MAX: usize = 4 << 20;

/// Returns the block of a position, and the index of its leaf in it.
pub(crate) fn place(position: Position) -> (u64, usize) {
    let index = position.get().saturating_sub(1);
    (
        index / LEAVES_PER_BLOCK,
        usize::try_from(index % LEAVES_PER_BLOCK).unwrap_or(0),
    )
}

/// Returns the first position of a block.
pub(crate) fn first(block: u64) -> Position {
    Position::new(block.saturating_mul(LEAVES_PER_BLOCK).saturating_add(1))
}

const fn damaged(why: &'static str) -> Doubt {
    Family::Leaves.damaged(why)
}

/// Packs blocks; kept for a batch, since making one costs as much as a block.
pub(crate) struct Packer(Compressor<'static>);

impl Packer {
    pub(crate) fn new() -> Result<Self, Doubt> {
        let made = Compressor::new(ZSTD_LEVEL);
        made.map(Self)
            .map_err(|_| damaged("no compressor could be made"))
    }

    /// Packs the leaves of a block into its value.
    pub(crate) fn encode(&mut self, block: u64, leaves: &[&[u8]]) -> Result<Vec<u8>, Doubt> {
        let mut body = Vec::with_capacity(leaves.iter().map(|leaf| leaf.len() + 4).sum());
        for leaf in leaves {
            let length = u32::try_from(leaf.len()).map_err(|_| damaged("a leaf is over 4 GiB"))?;
            body.extend_from_slice(&length.to_le_bytes());
            body.extend_from_slice(leaf);
        }
        let packed = self
            .0
            .compress(&body)
            .map_err(|_| damaged("it cannot be compressed"))?;
        Ok(format::encode_bytes(&keys::leaves(block), &packed))
    }
}

/// Unpacks the leaves of a block.
pub(crate) fn decode(key: &[u8], value: &[u8]) -> Result<Vec<Vec<u8>>, Doubt> {
    let packed = format::decode_bytes(Family::Leaves.name(), key, value)?;
    // Room for what the frame says, not for the largest block: most are a few kilobytes.
    let size = zstd::zstd_safe::get_frame_content_size(packed);
    let size = size
        .ok()
        .flatten()
        .and_then(|size| usize::try_from(size).ok());
    let size = size
        .filter(|size| *size <= BLOCK_BYTES_MAX)
        .ok_or(damaged("its frame says no size, or too large a one"))?;
    let body =
        zstd::bulk::decompress(packed, size).map_err(|_| damaged("it cannot be decompressed"))?;
    let mut rest = body.as_slice();
    let mut leaves = Vec::new();
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let length = usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX);
        let (leaf, after) = after
            .split_at_checked(length)
            .ok_or(damaged("a leaf is cut short"))?;
        leaves.push(leaf.to_vec());
        rest = after;
    }
    if rest.is_empty() {
        Ok(leaves)
    } else {
        Err(damaged("bytes follow its end"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_reads_back() {
        let leaves = vec![b"one".to_vec(), Vec::new(), vec![7; 60_000]];
        let slices: Vec<_> = leaves.iter().map(Vec::as_slice).collect();
        let value = Packer::new().unwrap().encode(3, &slices).unwrap();
        assert_eq!(decode(&keys::leaves(3), &value), Ok(leaves));
        assert!(decode(&keys::leaves(4), &value).is_err());
    }

    #[test]
    fn positions_fall_into_blocks() {
        assert_eq!(place(Position::new(1)), (0, 0));
        assert_eq!(place(Position::new(16)), (0, 15));
        assert_eq!(place(Position::new(17)), (1, 0));
        assert_eq!(first(1), Position::new(17));
    }
}
