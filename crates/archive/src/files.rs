//! Where the files of the history are, and what full bundles and tiles look like on disk.
//!
//! | path | holds |
//! |---|---|
//! | `tile/<L>/<N>` | a full tile of 256 hashes, 8,192 bytes, as in C2SP tlog-tiles |
//! | `tile/entries/<N>.zst` | a full bundle of 256 entries, as in C2SP tlog-tiles, in one zstd frame with a checksum |
//! | `tail` | the entries of the bundle that is not full (`tail`) |
//! | `checkpoint`, `checkpoints/<N>` | the newest checkpoint, and every one that was signed (`notes`) |
//! | `stream` | when the stream was created whose history this is |
//! | `lock` | locked while a process uses the folder |
//!
//! Never here: partial tiles, which are made when they are asked for.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use proof::{Hash, Kind, TILE_WIDTH, Tile, read_entries, read_hashes};
use zstd::bulk::Compressor;
use zstd::zstd_safe::CParameter;

use crate::disk;
use crate::error::Error;

/// The level at which bundles are compressed: the fastest that still divides usual events by six.
const ZSTD_LEVEL: i32 = 1;
/// No bundle is larger: 256 entries of 65,535 bytes, with their lengths.
const BUNDLE_BYTES_MAX: usize = 256 * (proof::ENTRY_BYTES_MAX + 2);

/// Returns the full bundle's or tile's name.
pub(crate) const fn full(kind: Kind, index: u64) -> Tile {
    Tile {
        kind,
        index,
        width: TILE_WIDTH,
    }
}

/// Returns the path of a full tile or bundle.
pub(crate) fn path(folder: &Path, tile: Tile) -> PathBuf {
    let name = tile.full().to_string();
    match tile.kind {
        Kind::Hashes(_) => folder.join(name),
        Kind::Entries => folder.join(name + ".zst"),
    }
}

fn damaged(path: PathBuf, why: &'static str) -> Error {
    Error::Damaged { path, why }
}

/// Reads a full tile; none where there is no file.
pub(crate) fn hashes(folder: &Path, tile: Tile) -> Result<Option<Vec<Hash>>, Error> {
    let path = path(folder, tile);
    let Some(bytes) = disk::read(&path)? else {
        return Ok(None);
    };
    read_hashes(tile.full(), &bytes)
        .map(Some)
        .map_err(|_| damaged(path, "it has not 8,192 bytes"))
}

/// Reads a full bundle's bytes, as tlog-tiles has them; none where there is no file.
pub(crate) fn bundle(folder: &Path, index: u64) -> Result<Option<Bytes>, Error> {
    let path = path(folder, full(Kind::Entries, index));
    let Some(packed) = disk::read(&path)? else {
        return Ok(None);
    };
    let size = zstd::zstd_safe::get_frame_content_size(&packed)
        .ok()
        .flatten();
    let size = size.and_then(|size| usize::try_from(size).ok());
    match size.filter(|size| *size <= BUNDLE_BYTES_MAX) {
        None => Err(damaged(path, "its frame says no size, or too large a one")),
        Some(size) => zstd::bulk::decompress(&packed, size)
            .map(|bytes| Some(bytes.into()))
            .map_err(|_| damaged(path, "its frame or checksum is not right")),
    }
}

/// Divides a bundle's bytes into its entries, without a copy.
pub(crate) fn entries(folder: &Path, tile: Tile, bundle: &Bytes) -> Result<Vec<Bytes>, Error> {
    match read_entries(tile, bundle) {
        Ok(entries) => Ok(entries
            .iter()
            .map(|entry| bundle.slice_ref(entry))
            .collect()),
        Err(_) => Err(damaged(path(folder, tile), "it has not 256 whole entries")),
    }
}

/// Packs bundles; kept, since making one costs as much as a bundle.
pub(crate) struct Packer(Compressor<'static>);

impl Packer {
    pub(crate) fn new() -> std::io::Result<Self> {
        let mut packer = Compressor::new(ZSTD_LEVEL)?;
        packer.set_parameter(CParameter::ChecksumFlag(true))?;
        Ok(Self(packer))
    }

    /// Packs entries, each of which fits, into a bundle's file.
    pub(crate) fn pack(&mut self, entries: &[Bytes]) -> std::io::Result<Vec<u8>> {
        let bundle = write_entries(entries);
        self.0.compress(&bundle)
    }
}

/// Writes entries as a bundle of tlog-tiles.
pub(crate) fn write_entries(entries: &[Bytes]) -> Vec<u8> {
    let mut bundle = Vec::with_capacity(entries.iter().map(|entry| entry.len() + 2).sum());
    for entry in entries {
        // Each was measured when it was appended.
        let fits = proof::push_entry(&mut bundle, entry);
        debug_assert!(fits.is_ok());
    }
    bundle
}
