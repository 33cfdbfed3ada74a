//! Tiles and entry bundles: their names, their widths, and what stands in them.
//!
//! A tile of level l holds up to 256 hashes, each the root of 256^l entries; an entry bundle holds
//! up to 256 entries. Source: C2SP tlog-tiles.
//!
//! Never here: files, and the network.

use std::fmt;
use std::str::FromStr;

use crate::error::Malformed;
use crate::hash::{HASH_BYTES, Hash, node};

/// How many hashes or entries a full tile or bundle has. Source: tlog-tiles.
pub const TILE_WIDTH: u16 = 256;
/// How many levels of the tree a tile spans: 2^8 = 256. Source: tlog-tiles.
pub const TILE_HEIGHT: u8 = 8;
/// The highest level of a tile. Source: tlog-tiles.
pub const TILE_LEVEL_MAX: u8 = 63;
/// The longest entry a bundle can hold, in bytes: its length is two bytes. Source: tlog-tiles.
pub const ENTRY_BYTES_MAX: usize = 65_535;

/// What a tile holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Hashes of this level: each is the root of 256^level entries.
    Hashes(u8),
    /// The entries themselves.
    Entries,
}

/// The name of a tile or of an entry bundle.
///
/// ```
/// let tile: proof::Tile = "tile/0/x001/x234/067.p/8".parse().unwrap();
/// assert_eq!((tile.index, tile.width), (1_234_067, 8));
/// assert_eq!(tile.to_string(), "tile/0/x001/x234/067.p/8");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tile {
    /// Hashes of a level, or entries.
    pub kind: Kind,
    /// Its place among those of its kind, from 0.
    pub index: u64,
    /// How many hashes or entries it holds, 1 to 256.
    pub width: u16,
}

impl Tile {
    /// Returns the tile of `kind` at `index` as it stands in a tree of `size` entries: full, partial,
    /// or none.
    #[must_use]
    pub fn at(kind: Kind, index: u64, size: u64) -> Option<Self> {
        let hashes = hashes(kind, size);
        let rest = hashes.checked_sub(index.checked_mul(u64::from(TILE_WIDTH))?)?;
        let width = u16::try_from(rest.min(u64::from(TILE_WIDTH))).ok()?;
        (width > 0).then_some(Self { kind, index, width })
    }

    /// Returns whether it is full, so that it never changes again.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        self.width == TILE_WIDTH
    }

    /// Returns the full tile of the same place.
    #[must_use]
    pub const fn full(self) -> Self {
        Self {
            width: TILE_WIDTH,
            ..self
        }
    }

    /// Returns how long a tile of hashes is, in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        usize::from(self.width) * HASH_BYTES
    }
}

/// Returns how many hashes of a level, or entries, a tree of `size` entries has.
fn hashes(kind: Kind, size: u64) -> u64 {
    match kind {
        Kind::Entries => size,
        Kind::Hashes(level) => {
            let shift = u32::from(level).saturating_mul(u32::from(TILE_HEIGHT));
            size.checked_shr(shift).unwrap_or(0)
        }
    }
}

/// Returns the partial tiles of a tree of `size` entries, entries first, then levels upwards.
#[must_use]
pub fn partials(size: u64) -> Vec<Tile> {
    let levels = (0..=TILE_LEVEL_MAX).map(Kind::Hashes);
    std::iter::once(Kind::Entries)
        .chain(levels)
        .filter_map(|kind| Tile::at(kind, hashes(kind, size) / u64::from(TILE_WIDTH), size))
        .collect()
}

/// Returns every tile and bundle of a tree of `size` entries, entries first, then levels upwards.
pub fn tiles(size: u64) -> impl Iterator<Item = Tile> {
    let levels = (0..=TILE_LEVEL_MAX).map(Kind::Hashes);
    std::iter::once(Kind::Entries)
        .chain(levels)
        .flat_map(move |kind| (0..).map_while(move |index| Tile::at(kind, index, size)))
}

/// The path: `tile/<level>/<index>[.p/<width>]`, without a prefix.
impl fmt::Display for Tile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            Kind::Hashes(level) => write!(f, "tile/{level}/")?,
            Kind::Entries => f.write_str("tile/entries/")?,
        }
        let digits = format!("{:03}", self.index);
        let lead = digits.len() % 3;
        let digits = format!("{:0>width$}", digits, width = digits.len() + (3 - lead) % 3);
        let groups = digits.len() / 3;
        for (place, group) in digits.as_bytes().chunks(3).enumerate() {
            let mark = if place + 1 < groups { "x" } else { "" };
            let slash = if place > 0 { "/" } else { "" };
            write!(f, "{slash}{mark}{}", String::from_utf8_lossy(group))?;
        }
        if self.is_full() {
            Ok(())
        } else {
            write!(f, ".p/{}", self.width)
        }
    }
}

impl FromStr for Tile {
    type Err = Malformed;

    /// Reads a path in its one spelling.
    fn from_str(path: &str) -> Result<Self, Malformed> {
        read_path(path)
            .filter(|tile| tile.to_string() == path)
            .ok_or(Malformed::new(
                "tile's path",
                1,
                "tile/<level 0..63, or entries>/<index in groups of three>[.p/<width 1..255>]",
            ))
    }
}

fn read_path(path: &str) -> Option<Tile> {
    let (kind, rest) = path.strip_prefix("tile/")?.split_once('/')?;
    let kind = match kind {
        "entries" => Kind::Entries,
        level => Kind::Hashes(
            level
                .parse()
                .ok()
                .filter(|level| *level <= TILE_LEVEL_MAX)?,
        ),
    };
    let (index, width) = match rest.split_once(".p/") {
        Some((index, width)) => (index, width.parse().ok().filter(|w| *w < TILE_WIDTH)?),
        None => (rest, TILE_WIDTH),
    };
    let digits: String = index
        .split('/')
        .map(|g| g.trim_start_matches('x'))
        .collect();
    let index = digits.parse().ok()?;
    (width > 0).then_some(Tile { kind, index, width })
}

/// Reads a tile of hashes: exactly as many as its name says.
///
/// # Errors
/// [`Malformed`] for another length.
pub fn read_hashes(tile: Tile, bytes: &[u8]) -> Result<Vec<Hash>, Malformed> {
    let hashes: Vec<_> = bytes
        .chunks_exact(HASH_BYTES)
        .filter_map(|chunk| Hash::from_slice(chunk).ok())
        .collect();
    if bytes.len() == tile.bytes() && hashes.len() == usize::from(tile.width) {
        Ok(hashes)
    } else {
        Err(Malformed::new(
            "tile",
            1,
            "32 bytes for each hash of its width",
        ))
    }
}

/// Writes a tile of hashes.
#[must_use]
pub fn write_hashes(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| *hash.as_bytes()).collect()
}

/// Returns the root of a power of two of neighbouring hashes; what is left over is not counted.
#[must_use]
pub fn perfect_root(hashes: &[Hash]) -> Option<Hash> {
    let mut row = hashes.to_vec();
    while row.len() > 1 {
        let pairs = row.chunks_exact(2);
        row = pairs
            .filter_map(|pair| match pair {
                [left, right] => Some(node(*left, *right)),
                _ => None,
            })
            .collect();
    }
    row.first().copied()
}

/// Appends an entry to a bundle: its length in two bytes, the high one first, and itself.
///
/// # Errors
/// [`Malformed`] if it is longer than [`ENTRY_BYTES_MAX`]; nothing is appended then.
pub fn push_entry(bundle: &mut Vec<u8>, entry: &[u8]) -> Result<(), Malformed> {
    let length = u16::try_from(entry.len())
        .map_err(|_| Malformed::new("entry", 1, "at most 65,535 bytes"))?;
    bundle.extend_from_slice(&length.to_be_bytes());
    bundle.extend_from_slice(entry);
    Ok(())
}

/// Reads the entries of a bundle: exactly as many as its name says, and nothing after them.
///
/// # Errors
/// [`Malformed`] for another number, or an entry that is cut short.
pub fn read_entries(tile: Tile, bundle: &[u8]) -> Result<Vec<&[u8]>, Malformed> {
    let wrong = Malformed::new("entry bundle", 1, "one whole entry for each of its width");
    let mut entries = Vec::with_capacity(usize::from(tile.width));
    let mut rest = bundle;
    while let Some((length, after)) = rest.split_first_chunk::<2>() {
        let length = usize::from(u16::from_be_bytes(*length));
        let (entry, after) = after.split_at_checked(length).ok_or(wrong.clone())?;
        entries.push(entry);
        rest = after;
    }
    if rest.is_empty() && entries.len() == usize::from(tile.width) {
        Ok(entries)
    } else {
        Err(wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tile(kind: Kind, index: u64, width: u16) -> Tile {
        Tile { kind, index, width }
    }

    #[test]
    fn paths_are_those_of_the_specification() {
        for (path, expected) in [
            ("tile/0/005", tile(Kind::Hashes(0), 5, 256)),
            ("tile/0/999", tile(Kind::Hashes(0), 999, 256)),
            ("tile/0/x001/000", tile(Kind::Hashes(0), 1000, 256)),
            (
                "tile/63/x001/x234/067",
                tile(Kind::Hashes(63), 1_234_067, 256),
            ),
            ("tile/0/001.p/5", tile(Kind::Hashes(0), 1, 5)),
            (
                "tile/5/x123/x456/078.p/2",
                tile(Kind::Hashes(5), 123_456_078, 2),
            ),
            ("tile/entries/000.p/255", tile(Kind::Entries, 0, 255)),
        ] {
            assert_eq!(path.parse(), Ok(expected), "{path}");
            assert_eq!(expected.to_string(), path);
        }
    }

    #[test]
    fn other_spellings_of_paths_are_refused() {
        for path in [
            "tile/5/123/456/078",
            "tile/0/5",
            "tile/0/0005",
            "tile/0/x000/005",
            "tile/0/x005",
            "tile/0/xx01/000",
            "tile/00/005",
            "tile/+0/005",
            "tile/64/005",
            "tile/data/005",
            "tile/0/005.p/0",
            "tile/0/005.p/256",
            "tile/0/005.p/05",
            "tile/0/005.p/",
            "tile/0/",
            "tile/0/005/",
            "/tile/0/005",
            "tile/0/-05",
            "tile/0/x99/x999/x999/x999/x999/x999/999",
        ] {
            assert!(path.parse::<Tile>().is_err(), "{path}");
        }
    }

    #[test]
    fn a_tree_has_the_tiles_of_the_specification() {
        let paths: Vec<_> = partials(70_000).iter().map(Tile::to_string).collect();
        let expected = [
            "tile/entries/273.p/112",
            "tile/0/273.p/112",
            "tile/1/001.p/17",
            "tile/2/000.p/1",
        ];
        assert_eq!(paths, expected);
        let full = tiles(70_000).filter(Tile::is_full);
        assert_eq!(full.count(), 273 + 273 + 1);
        let paths: Vec<_> = tiles(256).map(|tile| tile.to_string()).collect();
        assert_eq!(paths, ["tile/entries/000", "tile/0/000", "tile/1/000.p/1"]);
        assert_eq!(tiles(0).count(), 0);
    }

    #[test]
    fn a_bundle_is_that_of_tessera() {
        let mut bundle = Vec::new();
        for entry in ["one", "two", "three"] {
            push_entry(&mut bundle, entry.as_bytes()).unwrap();
        }
        assert_eq!(bundle, b"\0\x03one\0\x03two\0\x05three");
        let name = tile(Kind::Entries, 0, 3);
        let entries = read_entries(name, &bundle).unwrap();
        assert_eq!(entries, [b"one".as_slice(), b"two", b"three"]);
        assert!(read_entries(tile(Kind::Entries, 0, 2), &bundle).is_err());
        assert!(read_entries(name, &bundle[..bundle.len() - 1]).is_err());
        bundle.push(0);
        assert!(read_entries(name, &bundle).is_err());
    }

    #[test]
    fn an_entry_is_at_most_what_two_bytes_can_say() {
        let mut bundle = Vec::new();
        assert!(push_entry(&mut bundle, &vec![0; ENTRY_BYTES_MAX + 1]).is_err());
        assert!(bundle.is_empty());
        push_entry(&mut bundle, &vec![7; ENTRY_BYTES_MAX]).unwrap();
        let entries = read_entries(tile(Kind::Entries, 0, 1), &bundle).unwrap();
        assert_eq!(entries, [vec![7; ENTRY_BYTES_MAX]]);
    }
}
