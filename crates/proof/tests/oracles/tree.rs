//! Roots, proofs, tiles and their paths are those of `tlog_tiles` and `ct-merkle`.

use std::collections::BTreeMap;
use std::convert::Infallible;

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use proof::{Frontier, Hash, Kind, Tile, TileRows, Tiles, verify};
use proptest::prelude::*;
use tlog_tiles::HashReader;

/// The hashes that `tlog_tiles` stores for a log.
#[derive(Default)]
struct Stored(Vec<tlog_tiles::Hash>);

impl HashReader for Stored {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog_tiles::Hash>, tlog_tiles::Error> {
        let hashes = indexes.iter();
        Ok(hashes
            .map(|index| self.0[usize::try_from(*index).unwrap()])
            .collect())
    }
}

/// One log in our tiles, and in both oracles.
struct Log {
    entries: Vec<Vec<u8>>,
    frontier: Frontier,
    tiles: BTreeMap<Tile, Vec<u8>>,
    stored: Stored,
    merkle: MemoryBackedTree<sha2::Sha256, Vec<u8>>,
}

fn log(entries: Vec<Vec<u8>>) -> Log {
    let (mut frontier, mut rows) = (Frontier::new(), TileRows::default());
    let (mut stored, mut merkle) = (Stored::default(), MemoryBackedTree::new());
    let mut tiles = BTreeMap::new();
    for (n, entry) in (0..).zip(&entries) {
        frontier.push(proof::leaf(entry));
        rows.push(proof::leaf(entry), |tile, hashes| {
            tiles.insert(tile, proof::write_hashes(hashes));
        });
        let hashes = tlog_tiles::stored_hashes(n, entry, &stored).unwrap();
        stored.0.extend(hashes);
        merkle.push(entry.clone());
    }
    for (tile, hashes) in rows.partials() {
        tiles.insert(tile, proof::write_hashes(hashes));
    }
    Log {
        entries,
        frontier,
        tiles,
        stored,
        merkle,
    }
}

impl std::fmt::Debug for Log {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.entries.fmt(f)
    }
}

impl Log {
    fn size(&self) -> u64 {
        self.frontier.size()
    }

    fn nodes(&self) -> Tiles<impl FnMut(Tile) -> Result<Vec<u8>, Infallible>> {
        Tiles::new(self.size(), |tile| Ok(self.tiles[&tile].clone()))
    }
}

fn bytes(hashes: &[Hash]) -> Vec<[u8; 32]> {
    hashes.iter().map(|hash| *hash.as_bytes()).collect()
}

fn logs() -> impl Strategy<Value = Log> {
    let entry = prop::collection::vec(any::<u8>(), 0..12);
    prop::collection::vec(entry, 1..700).prop_map(log)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn roots_and_proofs_are_those_of_others(
        log in logs(),
        at in any::<prop::sample::Index>(),
        beyond in any::<prop::sample::Index>(),
    ) {
        let size = log.size();
        let root = log.frontier.root();
        let theirs = tlog_tiles::tree_hash(size, &log.stored).unwrap();
        prop_assert_eq!(root.as_bytes(), &theirs.0);
        let merkle = log.merkle.root();
        prop_assert_eq!(root.as_bytes().as_slice(), merkle.as_bytes().as_slice());

        let new = u64::try_from(at.index(log.entries.len()) + 1).unwrap();
        let old = u64::try_from(beyond.index(usize::try_from(new).unwrap()) + 1).unwrap();
        let (index, mut nodes) = (old - 1, log.nodes());
        let newest = proof::root(&mut nodes, new).unwrap();
        let oldest = proof::root(&mut nodes, old).unwrap();
        prop_assert_eq!(newest.as_bytes(), &tlog_tiles::tree_hash(new, &log.stored).unwrap().0);

        let path = proof::inclusion(&mut nodes, index, new).unwrap().unwrap();
        let theirs = tlog_tiles::prove_record(new, index, &log.stored).unwrap();
        prop_assert_eq!(bytes(&path), theirs.iter().map(|hash| hash.0).collect::<Vec<_>>());
        let leaf = proof::leaf(&log.entries[usize::try_from(index).unwrap()]);
        prop_assert_eq!(verify::inclusion(index, new, leaf, &path, newest), Ok(()));

        let path = proof::consistency(&mut nodes, old, new).unwrap().unwrap();
        let theirs = tlog_tiles::prove_tree(new, old, &log.stored).unwrap();
        prop_assert_eq!(bytes(&path), theirs.iter().map(|hash| hash.0).collect::<Vec<_>>());
        prop_assert_eq!(verify::consistency(old, new, oldest, newest, &path), Ok(()));

        // ct-merkle proves only up to its newest size.
        let index = usize::try_from(index).unwrap();
        let path = proof::inclusion(&mut nodes, old - 1, size).unwrap().unwrap();
        let theirs = log.merkle.prove_inclusion(index);
        prop_assert_eq!(bytes(&path).concat(), theirs.as_bytes());
        let path = proof::consistency(&mut nodes, old, size).unwrap().unwrap();
        let theirs = log.merkle.prove_consistency(usize::try_from(size - old).unwrap());
        prop_assert_eq!(bytes(&path).concat(), theirs.as_bytes());
    }

    #[test]
    fn proofs_are_judged_as_others_judge_them(
        index in 0..40_u64,
        size in 0..40_u64,
        path in prop::collection::vec(0..3_u8, 0..7),
    ) {
        let hash = |byte| Hash::new([byte; 32]);
        let theirs = |hash: Hash| tlog_tiles::Hash(*hash.as_bytes());
        let path: Vec<_> = path.into_iter().map(hash).collect();
        let (leaf, proofs) = (hash(9), path.iter().copied().map(theirs).collect());
        let root = verify::inclusion_root(index, size, leaf, &path).unwrap_or(hash(8));
        let ours = verify::inclusion(index, size, leaf, &path, root);
        let other = tlog_tiles::check_record(&proofs, size, theirs(root), index, theirs(leaf));
        prop_assert_eq!(ours.is_ok(), other.is_ok());
    }

    #[test]
    fn tiles_hold_what_others_read_in_them(log in logs()) {
        for (tile, hashes) in &log.tiles {
            let Kind::Hashes(level) = tile.kind else { continue };
            let width = u32::from(tile.width);
            let theirs = tlog_tiles::Tile::new(8, level, tile.index, width, false);
            let theirs = theirs.read_data(&log.stored).unwrap();
            prop_assert_eq!(hashes, &theirs);
        }
        let theirs = tlog_tiles::Tile::new_tiles(8, 0, log.size());
        let mut theirs: Vec<_> = theirs.iter().map(|tile| tile.path().replacen("tile/8/", "tile/", 1)).collect();
        let mut ours: Vec<_> = log.tiles.keys().map(Tile::to_string).collect();
        theirs.sort();
        ours.sort();
        prop_assert_eq!(ours, theirs);
    }

    #[test]
    fn paths_are_those_of_others(
        level in 0..=63_u8,
        index in prop_oneof![0..2_000_000_u64, any::<u64>()],
        width in 1..=256_u16,
        is_entries in any::<bool>(),
    ) {
        let kind = if is_entries { Kind::Entries } else { Kind::Hashes(level) };
        let ours = Tile { kind, index, width };
        let theirs = tlog_tiles::Tile::new(8, if is_entries { 0 } else { level }, index, width.into(), is_entries).path();
        let theirs = theirs.replacen("tile/8/", "tile/", 1).replacen("/data/", "/entries/", 1);
        prop_assert_eq!(ours.to_string(), theirs.as_str());
        prop_assert_eq!(theirs.parse(), Ok(ours));
    }
}
