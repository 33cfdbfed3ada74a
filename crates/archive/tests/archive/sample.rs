//! Entries made of their index, and what an archive of them must hold.

use std::path::Path;
use std::sync::Mutex;

use archive::{Archive, Disk};
use bytes::Bytes;
use event::Position;
use proof::{Frontier, Hash};

/// Returns the entry at an index: of a length that depends on it, and unlike every other.
pub(crate) fn entry(index: u64) -> Bytes {
    let length = index.wrapping_mul(2_654_435_761) % 700;
    let mut entry = format!("{{\"number\":{index},\"text\":\"").into_bytes();
    entry.resize(entry.len() + usize::try_from(length).unwrap(), b'a');
    entry.extend_from_slice(b"\"}");
    entry.into()
}

/// Returns the entries from one index up to, and without, another.
pub(crate) fn entries(from: u64, to: u64) -> Vec<Bytes> {
    (from..to).map(entry).collect()
}

/// Returns the root of the first `size` entries, by the other algorithm; each is found once.
pub(crate) fn root(size: u64) -> Hash {
    static ROOTS: Mutex<(Vec<Hash>, Frontier)> = Mutex::new((Vec::new(), Frontier::new()));
    let mut known = ROOTS.lock().expect("not poisoned");
    let (roots, frontier) = &mut *known;
    let size = usize::try_from(size).expect("few");
    while roots.len() <= size {
        roots.push(frontier.root());
        frontier.push(proof::leaf(&entry(frontier.size())));
    }
    roots[size]
}

/// A folder in memory where there is such a file system: only what a real disk shows needs one.
pub(crate) fn folder_in_memory() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").unwrap_or_else(|_| tempfile::tempdir().expect("a folder"))
}

pub(crate) fn open(folder: &Path) -> Archive {
    Archive::open(folder, Disk::default()).expect("it opens")
}

/// Checks that the archive holds exactly the first so many entries, and returns how many.
pub(crate) fn check(archive: &Archive) -> u64 {
    let last = archive.last();
    let mut next = Position::new(1);
    while next <= last {
        let found = archive.entries(next, 1_000).expect("they read");
        assert!(!found.is_empty(), "position {next} of {last} is missing");
        for (position, bytes) in found {
            assert_eq!(position, next);
            assert_eq!(bytes, entry(next.get() - 1), "position {next}");
            next = next.next();
        }
    }
    assert!(archive.entries(next, 1).expect("nothing").is_empty());
    assert_eq!(archive.root(last).expect("a root"), root(last.get()));
    last.get()
}
