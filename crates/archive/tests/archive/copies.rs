//! Copies made while a node writes, in any order of their files: each opens, cut to what is whole.

use std::fs;
use std::path::Path;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use archive::{Archive, CopySummary, Disk, Error, Fate};
use event::Position;

use super::faults::At;
use super::sample::{check, entries, entry, folder_in_memory, open, root};

/// Copies what stands in a folder to another, where nothing of it stands yet.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for found in fs::read_dir(from).unwrap() {
        let found = found.unwrap();
        let place = to.join(found.file_name());
        if found.file_type().unwrap().is_dir() {
            copy(&found.path(), &place);
        } else if !place.exists() {
            fs::copy(found.path(), place).unwrap();
        }
    }
}

/// Appends up to a size, synced now and then as a node does.
fn grow(archive: &Archive, size: u64) {
    while archive.last().get() < size {
        let next = archive.last().get();
        archive
            .append(&entries(next, size.min(next + 170)))
            .unwrap();
        archive.sync().unwrap();
    }
}

#[test]
fn a_copy_of_files_of_two_times_is_cut_to_what_is_whole() {
    let parts = ["tail", "tile/entries", "tile/0", "tile"];
    for early in [0, 100, 300, 700, 1_024] {
        for part in parts {
            let folder = folder_in_memory();
            let (source, target) = (folder.path().join("source"), folder.path().join("target"));
            let archive = open(&source);
            grow(&archive, early);
            let first = source.join(part);
            if first.is_dir() {
                copy(&first, &target.join(part));
            } else if first.exists() {
                fs::create_dir_all(&target).unwrap();
                fs::copy(&first, target.join(part)).unwrap();
            }
            grow(&archive, 2_300);
            copy(&source, &target);
            if part != "tail" && first.is_dir() {
                // What came to this part since was not copied.
                drop(fs::remove_dir_all(target.join(part)));
                let folder = folder_in_memory();
                let old = folder.path().join("old");
                let older = open(&old);
                grow(&older, early);
                if old.join(part).is_dir() {
                    copy(&old.join(part), &target.join(part));
                }
            }
            drop(archive);
            let opened = open(&target);
            let whole = check(&opened);
            let least = early / 256 * 256;
            assert!(whole >= least, "{part} of {early}: {whole}");
            grow(&opened, 2_400);
            drop(opened);
            assert_eq!(check(&open(&target)), 2_400, "{part} of {early}");
        }
    }
}

#[test]
fn a_bundle_that_is_missing_in_the_middle_is_damage() {
    let folder = folder_in_memory();
    let archive = open(folder.path());
    grow(&archive, 1_300);
    drop(archive);
    fs::remove_file(folder.path().join("tile/entries/002.zst")).unwrap();
    for tile in ["tile/0/002", "tile/0/003", "tile/0/004"] {
        fs::remove_file(folder.path().join(tile)).unwrap();
    }
    let damaged = Archive::open(folder.path(), Disk::default());
    assert!(matches!(damaged, Err(Error::Damaged { .. })), "{damaged:?}");
}

/// A note of a size that says this root; whose signature it has is not looked at.
fn note(size: u64, root: proof::Hash) -> String {
    format!(
        "example.org/log\n{size}\n{root}\n\n\u{2014} example.org/log AAAAAG5vdCBsb29rZWQgYXQ=\n"
    )
}

fn copied(from: &Path, to: &Path) -> Result<(Archive, CopySummary), Error> {
    Archive::copy(from, to, Disk::default(), |_| {})
}

#[test]
fn a_copy_is_brought_up_to_date_with_what_it_lacks() {
    let folder = folder_in_memory();
    let (from, to) = (folder.path().join("from"), folder.path().join("to"));
    let archive = open(&from);
    let mut files = Vec::new();
    for size in [0, 100, 300, 300, 700, 1_024, 2_300] {
        grow(&archive, size);
        if size > 0 {
            let note = note(size, root(size));
            archive.keep_note(Position::new(size), &note).unwrap();
            archive.publish(&note).unwrap();
        }
        let (copy, found) = copied(&from, &to).unwrap();
        assert_eq!(check(&copy), size);
        let published = (size > 0).then(|| note(size, root(size)));
        assert_eq!(copy.published().unwrap(), published);
        files.push(found.files);
    }
    // Notes, bundles, tiles: what was there stays.
    assert_eq!(files, [0, 1, 3, 0, 3, 5, 9]);
}

#[test]
fn a_copy_of_another_log_or_of_other_bytes_is_refused() {
    let folder = folder_in_memory();
    let (from, to) = (folder.path().join("from"), folder.path().join("to"));
    let archive = open(&from);
    grow(&archive, 30_000);
    drop(copied(&from, &to).unwrap());
    let other = folder.path().join("other");
    open(&other).append(&[entry(7)]).unwrap();
    let refused = copied(&other, &to).map(|_| ());
    assert!(
        matches!(refused, Err(Error::OtherLog { .. })),
        "{refused:?}"
    );
    // A bundle whose bytes changed in the copy, and a checkpoint that says another root.
    let bundle = to.join("tile/entries/001.zst");
    let bytes = fs::read(to.join("tile/entries/000.zst")).unwrap();
    let whole = fs::read(&bundle).unwrap();
    let mut changed = bytes;
    changed.resize(whole.len(), 0);
    fs::write(&bundle, &changed).unwrap();
    let refused = copied(&from, &to).map(|_| ());
    assert!(matches!(refused, Err(Error::Damaged { .. })), "{refused:?}");
    fs::write(&bundle, whole).unwrap();
    archive.publish(&note(600, root(599))).unwrap();
    let refused = copied(&from, &to).map(|_| ());
    assert!(matches!(refused, Err(Error::Damaged { .. })), "{refused:?}");
    archive.publish(&note(600, root(600))).unwrap();
    assert_eq!(check(&copied(&from, &to).unwrap().0), 30_000);
}

#[test]
fn a_copy_that_is_cut_off_at_any_step_is_still_that_of_before() {
    let source = folder_in_memory();
    let from = source.path().join("from");
    let archive = open(&from);
    let sign = |size: u64| {
        grow(&archive, size);
        let note = note(size, root(size));
        archive.keep_note(Position::new(size), &note).unwrap();
        archive.publish(&note).unwrap();
    };
    sign(300);
    let before = source.path().join("before");
    drop(copied(&from, &before).unwrap());
    sign(1_100);
    for fate in [Fate::Lost, Fate::Kept] {
        let mut at = 0;
        loop {
            let folder = folder_in_memory();
            let to = folder.path().join("to");
            copy(&before, &to);
            let faults = Disk::failing(Arc::new(At {
                step: AtomicU64::new(0),
                at,
                fate,
                dead_after: true,
            }));
            let is_whole = Archive::copy(&from, &to, faults, |_| {}).is_ok();
            // What a restore does.
            let (restored, _) = copied(&to, &folder.path().join("restored"))
                .unwrap_or_else(|error| panic!("step {at} {fate:?}: {error}"));
            assert!(check(&restored) >= 300, "step {at} {fate:?}");
            assert_eq!(restored.root(Position::new(300)).unwrap(), root(300));
            // The newest checkpoint covers what is there: a restore asks whether the history leads to it.
            let (noted, _) = restored.last_note().unwrap().unwrap();
            assert!(noted >= Position::new(300), "step {at} {fate:?}: {noted}");
            assert!(noted <= restored.last(), "step {at} {fate:?}: {noted}");
            if is_whole {
                break;
            }
            at += 1;
        }
        assert!(at > 15, "only {at} steps were tried");
    }
}
