//! Whether a history holds: do its entries, and its tiles, lead to the root that was signed?
//!
//! Start at [`check`]. Where something differs, the first index is named: exactly when tiles that
//! lead to the root are at hand, else between two anchors.
//!
//! Never here: whose signature counts (`proof::Policy`).

use proof::{Hash, Kind, Note, Policy, Tile, Tree, Trusted};

use super::lines::{Line, Stop};
use super::place::Place;
use super::{anchors::Anchors, bar};
use crate::client::Failure;

/// The entries of a history, in order.
pub(crate) type Entries<'a> = Box<dyn Iterator<Item = Result<Line, Stop>> + 'a>;

/// What is held of a history.
pub(crate) struct Sources<'a> {
    /// The signed checkpoint.
    pub(crate) note: &'a Note,
    /// The entries, if they are held.
    pub(crate) entries: Option<Entries<'a>>,
    /// Where tiles lie, if they are held.
    pub(crate) tiles: Option<&'a Place<'a>>,
    /// Whether entries may follow those that the checkpoint covers.
    pub(crate) beyond: Beyond,
}

/// Whether entries may follow those that the checkpoint covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Beyond {
    /// They do not match.
    Refused,
    /// They are left unread.
    Unread,
}

/// A history that holds.
pub(crate) struct Held {
    /// The anchors among the entries that a log of the policy signed.
    pub(crate) anchors: u64,
    /// Whether entries were read, or hashes alone.
    pub(crate) is_read: bool,
}

/// Checks what is held of a history against a checkpoint that is believed.
///
/// # Errors
/// [`Failure::Differs`] with the first index or the reason; else what could not be read.
pub(crate) fn check(
    sources: Sources<'_>,
    trusted: &Trusted,
    policy: &Policy,
) -> Result<Held, Failure> {
    let size = trusted.checkpoint.size;
    let root = trusted.checkpoint.root;
    let tiles = sources.tiles;
    let claimed = tiles.map(|place| leaves(place, size)).transpose()?;
    let Some(entries) = sources.entries else {
        let tree =
            claimed.ok_or_else(|| Failure::differs("there are neither entries nor tiles"))?;
        if tree.root() != root {
            let found = format!(
                "the tiles lead to the root {}, but {root} was signed",
                tree.root()
            );
            return Err(Failure::differs(&found));
        }
        return held(&tree, tiles, size, None);
    };
    let signed = claimed.as_ref().filter(|tree| tree.root() == root);
    let mut reading = Reading::new(sources.note, trusted, policy, signed);
    let rest = reading.take(entries)?;
    let (tree, anchors) = reading.finish(rest, sources.beyond)?;
    if let Some(other) = claimed.filter(|other| other.root() != root) {
        return Err(tile_differs(&tree, &other));
    }
    held(&tree, tiles, size, Some(anchors))
}

fn held(
    tree: &Tree,
    tiles: Option<&Place<'_>>,
    size: u64,
    anchors: Option<u64>,
) -> Result<Held, Failure> {
    if let Some(place) = tiles {
        upper_tiles(place, tree, size)?;
    }
    Ok(Held {
        anchors: anchors.unwrap_or(0),
        is_read: anchors.is_some(),
    })
}

/// Entries being read.
struct Reading<'a> {
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
enum Rest {
    /// As many as were signed; whether more follow.
    All { more: bool },
    /// A line that is none.
    Stopped(&'static str),
    /// Too few.
    Short,
}

impl<'a> Reading<'a> {
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

    fn take(&mut self, mut entries: Entries<'a>) -> Result<Rest, Failure> {
        let size = self.trusted.checkpoint.size;
        let bar = bar(size, "checking");
        while self.tree.size() < size {
            match entries.next() {
                None => return Ok(Rest::Short),
                Some(Ok(line)) => self.entry(&line)?,
                Some(Err(Stop::Line(why))) => return Ok(Rest::Stopped(why)),
                Some(Err(Stop::Io(source))) => return Err(unread(source)),
                Some(Err(Stop::Failed(failure))) => return Err(*failure),
            }
            bar.inc(1);
        }
        bar.finish_and_clear();
        let more = entries.next().is_some();
        Ok(Rest::All { more })
    }

    fn entry(&mut self, line: &Line) -> Result<(), Failure> {
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
        Ok(())
    }

    /// Judges what was read; the first that applies is told.
    fn finish(mut self, rest: Rest, beyond: Beyond) -> Result<(Tree, u64), Failure> {
        let checkpoint = &self.trusted.checkpoint;
        let (size, read) = (checkpoint.size, self.tree.size());
        if let Some(first) = self.first {
            let found = format!("the entry at index {first} is another than was signed");
            return Err(self.hinted(&found));
        }
        if let Rest::Stopped(why) = rest {
            return Err(self.hinted(&format!("the line at index {read} {why}")));
        }
        let (good, bad) = self.anchors.compare(&mut self.tree);
        if let Some(bad) = bad {
            return Err(self.between(good, bad));
        }
        let Rest::All { more } = rest else {
            let found = format!(
                "there are {read} entries, so that index {read} is missing, but {size} were signed"
            );
            return Err(self.hinted(&found));
        };
        if self.tree.root() != checkpoint.root {
            return Err(self.between(good, size));
        }
        if let Some(problem) = self.anchors.problem() {
            return Err(Failure::differs(problem));
        }
        let due = self.anchors.keys().judge(self.note, size);
        due.map_err(|why| Failure::differs(&format!("the checkpoint is not believed: {why}")))?;
        if more && beyond == Beyond::Refused {
            let found = format!("entries follow from index {size} on, but {size} were signed");
            return Err(next(
                Failure::differs(&found),
                "ask for a newer checkpoint, or give --prefix to check the signed part alone",
            ));
        }
        Ok((self.tree, self.anchors.count()))
    }

    fn between(&self, good: u64, bad: u64) -> Failure {
        let last = bad.saturating_sub(1);
        let found = format!(
            "the first entry that differs has an index from {good} to {last}, since {bad} entries \
             lead to another root than was signed"
        );
        let hinted = self.hinted(&found);
        match self.signed {
            Some(_) => hinted,
            None => next(
                hinted,
                "name the log's tiles with --tiles to find the first index",
            ),
        }
    }

    /// Adds what is likely: that an editor or a mailer changed the file.
    fn hinted(&self, found: &str) -> Failure {
        let mut found = found.to_owned();
        if self.mark {
            found.push_str("; the line at index 0 begins with a byte order mark");
        }
        if let Some(index) = self.carriage {
            found.push_str(&format!("; the line at index {index} ends with CR LF"));
        }
        Failure::differs(&found)
    }
}

/// Adds what to do, where nothing is said yet.
fn next(mut failure: Failure, what: &str) -> Failure {
    if let Failure::Differs { next, .. } = &mut failure {
        next.get_or_insert_with(|| what.to_owned());
    }
    failure
}

fn unread(source: std::io::Error) -> Failure {
    Failure::Io {
        path: "the history".into(),
        doing: "be read",
        source,
    }
}

/// Reads the hashes of a tile as it stands in the tree: from itself, or from a fuller one.
///
/// # Errors
/// [`Failure::Differs`] if it is missing or no such tile.
fn hashes(place: &Place<'_>, tile: Tile) -> Result<Vec<Hash>, Failure> {
    let (bytes, held) = match place.read(&tile.to_string())? {
        Some(bytes) => (Some(bytes), tile),
        None => (place.read(&tile.full().to_string())?, tile.full()),
    };
    let bytes = bytes.ok_or_else(|| Failure::differs(&format!("{tile} is missing")))?;
    let hashes = proof::read_hashes(held, &bytes).map_err(|problem| {
        Failure::differs(&format!(
            "{held} has {} bytes, but must be {}",
            bytes.len(),
            problem.expected
        ))
    })?;
    Ok(hashes.into_iter().take(tile.width.into()).collect())
}

/// Reads the leaf hashes of a log from its lowest tiles.
fn leaves(place: &Place<'_>, size: u64) -> Result<Tree, Failure> {
    let mut tree = Tree::default();
    let bar = bar(size, "reading tiles");
    for index in 0.. {
        let Some(tile) = Tile::at(Kind::Hashes(0), index, size) else {
            break;
        };
        for hash in hashes(place, tile)? {
            tree.push(hash);
        }
        bar.inc(tile.width.into());
    }
    bar.finish_and_clear();
    Ok(tree)
}

/// Compares the tiles above the lowest with the tree.
fn upper_tiles(place: &Place<'_>, tree: &Tree, size: u64) -> Result<(), Failure> {
    let upper = proof::tiles(size).filter(|tile| matches!(tile.kind, Kind::Hashes(1..)));
    for tile in upper {
        let Kind::Hashes(level) = tile.kind else {
            continue;
        };
        let row = tree.level(level.saturating_mul(proof::TILE_HEIGHT));
        let from = tile.index.saturating_mul(proof::TILE_WIDTH.into());
        let right = usize::try_from(from).ok().and_then(|from| row.get(from..));
        let found = hashes(place, tile)?;
        if !right.unwrap_or_default().starts_with(&found) {
            let found = format!("{tile} has other hashes than the entries below it");
            return Err(Failure::differs(&found));
        }
    }
    Ok(())
}

/// Names the first place where tiles differ from entries that lead to the signed root.
fn tile_differs(tree: &Tree, other: &Tree) -> Failure {
    let pairs = tree.level(0).iter().zip(other.level(0));
    let first = pairs.take_while(|(right, found)| right == found).count();
    let index = u64::try_from(first).unwrap_or(u64::MAX);
    let width = u64::from(proof::TILE_WIDTH);
    let tile = Tile::at(Kind::Hashes(0), index / width, tree.size());
    let tile = tile.map(|tile| tile.to_string()).unwrap_or_default();
    Failure::differs(&format!(
        "{tile} has another hash at index {index} than the entry, which is as it was signed"
    ))
}
