//! What is appended reads back: entries, tiles, roots and proofs, before and after an open.

use archive::Error;
use event::Position;
use proof::{Kind, Tile, verify};

use super::sample::{check, entries, entry, open, root};

fn at(number: u64) -> Position {
    Position::new(number)
}

#[test]
fn any_split_into_appends_gives_the_same_files() {
    let sizes = [1, 255, 256, 257, 511, 1_500];
    let mut bytes = Vec::new();
    for split in [1, 7, 256, 700, 2_048] {
        let folder = tempfile::tempdir().unwrap();
        let archive = open(folder.path());
        let mut next = 0;
        while next < 1_500 {
            let to = (next + split).min(1_500);
            assert_eq!(archive.append(&entries(next, to)).unwrap(), at(to));
            next = to;
        }
        assert_eq!(check(&archive), 1_500);
        for size in sizes {
            assert_eq!(archive.root(at(size)).unwrap(), root(size), "size {size}");
        }
        let tiles: Vec<_> = proof::tiles(1_500)
            .map(|tile| archive.tile(tile).unwrap().expect("a tile"))
            .collect();
        bytes.push(tiles);
        archive.sync().unwrap();
        drop(archive);
        let again = open(folder.path());
        assert_eq!((check(&again), again.synced()), (1_500, at(1_500)));
    }
    assert!(bytes.windows(2).all(|two| two[0] == two[1]));
}

#[test]
fn tiles_are_those_of_the_tree_and_no_wider() {
    let folder = tempfile::tempdir().unwrap();
    let archive = open(folder.path());
    archive.append(&entries(0, 600)).unwrap();
    let tile = |kind, index, width| Tile { kind, index, width };
    let mut bundle = Vec::new();
    (512..516).for_each(|n| proof::push_entry(&mut bundle, &entry(n)).unwrap());
    let read = archive.tile(tile(Kind::Entries, 2, 4)).unwrap();
    assert_eq!(read, Some(bundle));
    let row = archive.tile(tile(Kind::Hashes(0), 2, 88)).unwrap();
    assert_eq!(row.map(|row| row.len()), Some(88 * 32));
    let narrower = archive.tile(tile(Kind::Hashes(0), 1, 5)).unwrap();
    assert_eq!(narrower.map(|row| row.len()), Some(5 * 32));
    for none in [
        tile(Kind::Hashes(0), 2, 89),
        tile(Kind::Hashes(0), 3, 1),
        tile(Kind::Hashes(1), 0, 3),
        tile(Kind::Hashes(2), 0, 1),
        tile(Kind::Entries, 2, 89),
        tile(Kind::Entries, 9, 1),
    ] {
        assert_eq!(archive.tile(none).unwrap(), None, "{none}");
    }
}

#[test]
fn proofs_hold_for_every_pair() {
    let folder = tempfile::tempdir().unwrap();
    let archive = open(folder.path());
    archive.append(&entries(0, 700)).unwrap();
    for size in [1, 2, 255, 256, 257, 640, 700] {
        let newest = archive.root(at(size)).unwrap();
        for position in [1, 2, 100, 256, 257, 513, 700] {
            if position > size {
                assert!(archive.inclusion(at(position), at(size)).is_err());
                continue;
            }
            let path = archive.inclusion(at(position), at(size)).unwrap();
            let leaf = archive.leaf(at(position)).unwrap();
            assert_eq!(leaf, proof::leaf(&entry(position - 1)));
            assert_eq!(
                verify::inclusion(position - 1, size, leaf, &path, newest),
                Ok(())
            );
            let old = archive.root(at(position)).unwrap();
            let path = archive.consistency(at(position), at(size)).unwrap();
            assert_eq!(
                verify::consistency(position, size, old, newest, &path),
                Ok(())
            );
        }
    }
    assert!(matches!(archive.root(at(701)), Err(Error::Above { .. })));
}

#[test]
fn an_entry_too_long_is_refused_and_the_archive_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let archive = open(folder.path());
    let long = vec![b'x'; archive::ENTRY_BYTES_MAX + 1].into();
    let refused = archive.append(&[entry(0), long]);
    assert!(matches!(refused, Err(Error::TooLong { bytes: 65_536, .. })));
    assert_eq!(archive.append(&entries(0, 3)).unwrap(), at(3));
    let longest = vec![b'x'; archive::ENTRY_BYTES_MAX].into();
    archive.append(&[longest]).unwrap();
    assert_eq!(archive.entry(at(4)).unwrap().unwrap().len(), 65_535);
}

#[test]
fn a_second_process_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let _first = open(folder.path());
    let second = archive::Archive::open(folder.path(), archive::Disk::default());
    assert!(matches!(second, Err(Error::InUse { .. })));
}

#[test]
fn a_lost_tail_is_found_again_from_the_bundles() {
    let folder = tempfile::tempdir().unwrap();
    let archive = open(folder.path());
    archive.append(&entries(0, 1_000)).unwrap();
    archive.sync().unwrap();
    drop(archive);
    std::fs::remove_file(folder.path().join("tail")).unwrap();
    let again = open(folder.path());
    assert_eq!(check(&again), 768);
    assert_eq!(again.append(&entries(768, 1_100)).unwrap(), at(1_100));
    assert_eq!(check(&again), 1_100);
}

#[test]
fn a_missing_or_changed_bundle_is_named_and_not_served() {
    let folder = tempfile::tempdir().unwrap();
    let archive = open(folder.path());
    archive.append(&entries(0, 20_000)).unwrap();
    archive.sync().unwrap();
    drop(archive);
    let path = folder.path().join("tile/entries/003.zst");
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let again = open(folder.path());
    assert!(again.entries(at(700), 10).is_ok());
    let damaged = again.entries(at(800), 10);
    assert!(matches!(damaged, Err(Error::Damaged { path: found, .. }) if found == path));
    std::fs::remove_file(&path).unwrap();
    assert!(matches!(
        again.entries(at(800), 10),
        Err(Error::Damaged { .. })
    ));
}

/// What the history costs on disk: at most the events' bytes and 40 for each.
#[test]
fn the_files_are_no_larger_than_the_events_and_forty_bytes_for_each() {
    let folder = tempfile::tempdir().unwrap();
    let archive = open(folder.path());
    let all = entries(0, 10_000);
    archive.append(&all).unwrap();
    archive.sync().unwrap();
    let mut bytes = 0;
    let mut folders = vec![folder.path().to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap().flatten() {
            let kind = entry.metadata().unwrap();
            if kind.is_dir() {
                folders.push(entry.path());
            } else {
                bytes += usize::try_from(kind.len()).unwrap();
            }
        }
    }
    let events: usize = all.iter().map(bytes::Bytes::len).sum();
    assert!(bytes <= events / 2 + 40 * all.len(), "{bytes} for {events}");
}
