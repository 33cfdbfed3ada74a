//! Whether a history holds: do its entries, and its tiles, lead to the root that was signed?
//!
//! Start at [`check`]. Where something differs, the first index is named: exactly when tiles that
//! lead to the root are at hand, else between two anchors.
//!
//! Never here: whose signature counts (`proof::Policy`), and where entries and tiles lie.

use proof::{Hash, Kind, Note, Policy, Tile, Tree, Trusted};

use crate::anchors::Anchors;
use crate::bundles::{TileSource, read_or_full};
use crate::lines::{EntryError, Line};
use crate::{Difference, Error};

/// The entries of a history, in order.
pub type Entries<'a, E> = Box<dyn Iterator<Item = Result<Line, EntryError<E>>> + 'a>;

/// What is held of a history.
pub struct Sources<'a, S: TileSource> {
    /// The signed checkpoint.
    pub note: &'a Note,
    /// The entries, if they are held.
    pub entries: Option<Entries<'a, S::Error>>,
    /// Where tiles lie, if they are held.
    pub tiles: Option<&'a S>,
    /// Whether entries may follow those that the checkpoint covers.
    pub beyond: Beyond,
}

/// Whether entries may follow those that the checkpoint covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beyond {
    /// They do not match.
    Refused,
    /// They are left unread.
    Unread,
}

/// What was found of a history that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Findings {
    /// The anchors among the entries that a log of the policy signed.
    pub anchors: u64,
    /// Whether entries were read, or hashes alone.
    pub is_read: bool,
}

/// Checks what is held of a history against a checkpoint that is believed.
///
/// # Errors
/// [`Error::Difference`] with the first index or the reason; else what could not be read.
pub fn check<S: TileSource>(
    sources: Sources<'_, S>,
    trusted: &Trusted,
    policy: &Policy,
) -> Result<Findings, Error<S::Error>> {
    let size = trusted.checkpoint.size;
    let root = trusted.checkpoint.root;
    let tiles = sources.tiles;
    let claimed = tiles.map(|source| leaves(source, size)).transpose()?;
    let Some(entries) = sources.entries else {
        let none = || Difference::new("there are neither entries nor tiles");
        let tree = claimed.ok_or_else(none)?;
        if tree.root() != root {
            let found = format!(
                "the tiles lead to the root {}, but {root} was signed",
                tree.root()
            );
            return Err(Difference::new(&found).into());
        }
        return findings(&tree, tiles, size, None);
    };
    let signed = claimed.as_ref().filter(|tree| tree.root() == root);
    let mut reading = EntryCheck::new(sources.note, trusted, policy, signed);
    let ending = reading.read_all(entries)?;
    let (tree, anchors) = reading.finish(ending, sources.beyond)?;
    if let Some(other) = claimed.filter(|other| other.root() != root) {
        return Err(tile_differs(&tree, &other).into());
    }
    findings(&tree, tiles, size, Some(anchors))
}

fn findings<S: TileSource>(
    tree: &Tree,
    tiles: Option<&S>,
    size: u64,
    anchors: Option<u64>,
) -> Result<Findings, Error<S::Error>> {
    if let Some(source) = tiles {
        upper_tiles(source, tree, size)?;
    }
    Ok(Findings {
        anchors: anchors.unwrap_or(0),
        is_read: anchors.is_some(),
    })
}

/// A pass over the entries.
struct EntryCheck<'a> {
    note: &'a Note,
    trusted: &'a Trusted,
    /// The tree of tiles that lead to the signed root.
    signed: Option<&'a Tree>,
    anchors: Anchors<'a>,
    tree: Tree,
    first: Option<u64>,
    /// The first line that ends with a carriage return; a byte order mark before the first one.
    carriage: Option<u64>,
    mark: bool,
}

/// How the entries ended.
enum Ending {
    /// As many as were signed; whether more follow.
    All { more: bool },
    /// A line that is none.
    Stopped(&'static str),
    /// Too few.
    Short,
}

impl<'a> EntryCheck<'a> {
    fn new(
        note: &'a Note,
        trusted: &'a Trusted,
        policy: &'a Policy,
        signed: Option<&'a Tree>,
    ) -> Self {
        Self {
            note,
            trusted,
            signed,
            anchors: Anchors::new(policy, &trusted.checkpoint.origin),
            tree: Tree::default(),
            first: None,
            carriage: None,
            mark: false,
        }
    }

    fn read_all<E>(&mut self, mut entries: Entries<'_, E>) -> Result<Ending, Error<E>> {
        while self.tree.size() < self.trusted.checkpoint.size {
            match entries.next() {
                None => return Ok(Ending::Short),
                Some(Ok(line)) => self.entry(&line),
                Some(Err(EntryError::Malformed(why))) => return Ok(Ending::Stopped(why)),
                Some(Err(EntryError::Difference(difference))) => return Err(difference.into()),
                Some(Err(EntryError::Source(source))) => return Err(Error::Source(source)),
            }
        }
        let more = entries.next().is_some();
        Ok(Ending::All { more })
    }

    fn entry(&mut self, line: &Line) {
        let (index, leaf) = (self.tree.size(), line.leaf());
        let at = usize::try_from(index).unwrap_or(usize::MAX);
        let signed = self.signed.and_then(|tree| tree.level(0).get(at));
        if signed.is_some_and(|signed| *signed != leaf) {
            self.first.get_or_insert(index);
        }
        if let Some(entry) = line.entry() {
            self.mark |= index == 0 && entry.starts_with(b"\xEF\xBB\xBF");
            if entry.ends_with(b"\r") {
                self.carriage.get_or_insert(index);
            }
            self.anchors.entry(index, entry);
        }
        self.tree.push(leaf);
    }

    /// Judges what was read; the first that applies is told.
    fn finish(mut self, ending: Ending, beyond: Beyond) -> Result<(Tree, u64), Difference> {
        let checkpoint = &self.trusted.checkpoint;
        let (size, read) = (checkpoint.size, self.tree.size());
        if let Some(first) = self.first {
            let found = format!("the entry at index {first} is another than was signed");
            return Err(self.hinted(&found));
        }
        if let Ending::Stopped(why) = ending {
            return Err(self.hinted(&format!("the line at index {read} {why}")));
        }
        let (good, bad) = self.anchors.compare(&mut self.tree);
        if let Some(bad) = bad {
            return Err(self.between(good, bad));
        }
        let Ending::All { more } = ending else {
            let found = format!(
                "there are {read} entries, so that index {read} is missing, but {size} were signed"
            );
            return Err(self.hinted(&found));
        };
        if self.tree.root() != checkpoint.root {
            return Err(self.between(good, size));
        }
        if let Some(problem) = self.anchors.problem() {
            return Err(Difference::new(problem));
        }
        let due = self.anchors.keys().judge(self.note, size);
        due.map_err(|why| Difference::new(&format!("the checkpoint is not believed: {why}")))?;
        if more && beyond == Beyond::Refused {
            let found = format!("entries follow from index {size} on, but {size} were signed");
            return Err(Difference::new(&found).or_next(
                "ask for a newer checkpoint, or give --prefix to check the signed part alone",
            ));
        }
        Ok((self.tree, self.anchors.count()))
    }

    fn between(&self, good: u64, bad: u64) -> Difference {
        let last = bad.saturating_sub(1);
        let found = format!(
            "the first entry that differs has an index from {good} to {last}, since {bad} entries \
             lead to another root than was signed"
        );
        let hinted = self.hinted(&found);
        match self.signed {
            Some(_) => hinted,
            None => hinted.or_next("name the log's tiles with --tiles to find the first index"),
        }
    }

    /// Adds what is likely: that an editor or a mailer changed the file.
    fn hinted(&self, found: &str) -> Difference {
        let mut found = found.to_owned();
        if self.mark {
            found.push_str("; the line at index 0 begins with a byte order mark");
        }
        if let Some(index) = self.carriage {
            found.push_str(&format!("; the line at index {index} ends with CR LF"));
        }
        Difference::new(&found)
    }
}

/// Reads the hashes of a tile as it stands in the tree: from itself, or from a fuller one.
///
/// # Errors
/// [`Error::Difference`] if it is missing or no such tile.
fn hashes<S: TileSource>(source: &S, tile: Tile) -> Result<Vec<Hash>, Error<S::Error>> {
    let (found, bytes) = read_or_full(source, tile)?
        .ok_or_else(|| Difference::new(&format!("{tile} is missing")))?;
    let hashes = proof::read_hashes(found, &bytes).map_err(|problem| {
        Difference::new(&format!(
            "{found} has {} bytes, but must be {}",
            bytes.len(),
            problem.expected
        ))
    })?;
    Ok(hashes.into_iter().take(tile.width.into()).collect())
}

/// Reads the leaf hashes of a log from its lowest tiles.
fn leaves<S: TileSource>(source: &S, size: u64) -> Result<Tree, Error<S::Error>> {
    let mut tree = Tree::default();
    for index in 0.. {
        let Some(tile) = Tile::at(Kind::Hashes(0), index, size) else {
            break;
        };
        for hash in hashes(source, tile)? {
            tree.push(hash);
        }
    }
    Ok(tree)
}

/// Compares the tiles above the lowest with the tree.
fn upper_tiles<S: TileSource>(source: &S, tree: &Tree, size: u64) -> Result<(), Error<S::Error>> {
    let upper = proof::tiles(size).filter(|tile| matches!(tile.kind, Kind::Hashes(1..)));
    for tile in upper {
        let Kind::Hashes(level) = tile.kind else {
            continue;
        };
        let row = tree.level(level.saturating_mul(proof::TILE_HEIGHT));
        let from = tile.index.saturating_mul(proof::TILE_WIDTH.into());
        let right = usize::try_from(from).ok().and_then(|from| row.get(from..));
        let found = hashes(source, tile)?;
        if !right.unwrap_or_default().starts_with(&found) {
            let found = format!("{tile} has other hashes than the entries below it");
            return Err(Difference::new(&found).into());
        }
    }
    Ok(())
}

/// Names the first place where tiles differ from entries that lead to the signed root.
fn tile_differs(tree: &Tree, other: &Tree) -> Difference {
    let pairs = tree.level(0).iter().zip(other.level(0));
    let first = pairs.take_while(|(right, found)| right == found).count();
    let index = u64::try_from(first).unwrap_or(u64::MAX);
    let width = u64::from(proof::TILE_WIDTH);
    let tile = Tile::at(Kind::Hashes(0), index / width, tree.size());
    let tile = tile.map(|tile| tile.to_string()).unwrap_or_default();
    Difference::new(&format!(
        "{tile} has another hash at index {index} than the entry, which is as it was signed"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundles::Bundles;
    use crate::fixture::{self, Files};
    use crate::{checkpoint, lines};

    /// Checks files in memory: entries as lines where there are any, else as bundles.
    fn findings(files: &Files) -> Result<Findings, String> {
        let policy: Policy = fixture::policy().parse().unwrap();
        let note = checkpoint::read(&files["checkpoint"]).unwrap();
        let trusted = checkpoint::trust(&files["checkpoint"], &policy).unwrap();
        let entries: Option<Entries<'_, _>> = match files.get("events.jsonl") {
            Some(file) => {
                let lines = lines::read_all(file);
                Some(Box::new(
                    lines.map(|line| line.map_err(EntryError::Malformed)),
                ))
            }
            None => {
                let bundles = Bundles::open(files, trusted.checkpoint.size, 0).unwrap();
                match bundles {
                    Some(bundles) => Some(Box::new(bundles)),
                    None => None,
                }
            }
        };
        let sources = Sources {
            note: &note,
            entries,
            tiles: Some(files),
            beyond: Beyond::Refused,
        };
        check(sources, &trusted, &policy).map_err(|error| match error {
            Error::Difference(difference) => difference.found,
            Error::Source(never) => match never {},
        })
    }

    #[test]
    fn a_history_holds_as_lines_as_bundles_and_as_hashes_alone() {
        let mut files = fixture::files();
        let whole = Findings {
            anchors: 2,
            is_read: true,
        };
        assert_eq!(findings(&files), Ok(whole));
        files.remove("events.jsonl");
        assert_eq!(findings(&files), Ok(whole));
        files.retain(|path, _| !path.starts_with("tile/entries"));
        let hashes = Findings {
            anchors: 0,
            is_read: false,
        };
        assert_eq!(findings(&files), Ok(hashes));
    }

    #[test]
    fn the_first_entry_that_differs_is_named() {
        let mut files = fixture::files();
        let lines = files.get_mut("events.jsonl").unwrap();
        let at = lines.iter().position(|byte| *byte == b'\n').unwrap() + 2;
        lines[at] ^= 1;
        let found = findings(&files).unwrap_err();
        assert_eq!(found, "the entry at index 1 is another than was signed");
    }
}
