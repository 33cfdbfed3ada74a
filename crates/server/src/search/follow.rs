//! The follower of the fold that makes the index: it reads leaves from the history, at most [`PIECE_LEAVES`] at a time,
//! beside the fold.
//!
//! Start at [`Follower::run`].
//!
//! Never here: files of segments (see [`super::files`]), and how a segment is made (crate `search`).

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use ::archive::Archive;
use event::{Event, EventKey, Position, Reading};
use fold::{AMENDMENT_DEPTH_MAX, View as _};
use search::{Builder, Document, Index, Segment, merge};
use tokio_util::sync::CancellationToken;

use super::{IndexFiles, IndexState, SearchIndex};
use crate::clock::Clock;
use crate::node::Node;
use web::http::log_id::LogId;

/// How many leaves are read into the index before it is looked whether the node stops. Source: docs/reference/limits.md.
const PIECE_LEAVES: u64 = 512;

/// Of how many positions the smallest segments are: what is shown anew with each event. Source: docs/reference/limits.md.
const SEALED_POSITIONS: u64 = 64;

/// From how many positions on a segment is written to a file; smaller ones are made again after a start. Source:
/// docs/reference/limits.md.
const WRITTEN_POSITIONS: u64 = 4_096;

/// How many segments of one size become one of the next (as in log-structured merge trees). Source:
/// docs/reference/limits.md.
const MERGED_SEGMENTS: u64 = 8;

/// How often the index is shown while it is far behind, in milliseconds.
const SHOWN_MS: u64 = 1_000;

/// How many acts on an event are looked at that came before it.
const EARLIER_ACTS_MAX: usize = 256;

/// What makes the index.
pub struct Follower {
    /// The node whose fold is followed.
    pub node: Arc<Node>,
    /// The history.
    pub archive: Arc<Archive>,
    /// The node's folder.
    pub data: PathBuf,
    /// Where the index is shown.
    pub searching: Arc<SearchIndex>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Ends the following.
    pub stop: CancellationToken,
}

/// The index while it is made.
struct Making {
    files: IndexFiles,
    sealed: Vec<Arc<Segment>>,
    builder: Builder,
    shown_ms: u64,
}

impl Follower {
    /// Follows the fold until asked to stop.
    pub async fn run(self) {
        let mut folded = self.node.follow();
        let mut making: Option<Making> = None;
        loop {
            let next = making
                .as_ref()
                .map_or(Position::new(1), |m| m.builder.next());
            tokio::select! {
                biased;
                () = self.stop.cancelled() => return,
                reached = folded.wait_for(|folded| *folded >= next) => {
                    if reached.is_err() {
                        return;
                    }
                }
            }
            let through = *folded.borrow_and_update();
            let worked = tokio::task::block_in_place(|| {
                let making = match &mut making {
                    Some(making) => making,
                    None => making.insert(self.open()?),
                };
                self.piece(making, through)
            });
            if let Err(why) = worked {
                // Nothing hangs on it but searches, which say how far the index is.
                tracing::warn!(why = %why, "the index of names and words cannot be made further for now");
                tokio::select! {
                    () = self.stop.cancelled() => return,
                    () = tokio::time::sleep(crate::history::ingest::SPACE_WAIT) => {}
                }
            }
        }
    }

    /// Reads the segments that stand on disk.
    fn open(&self) -> Result<Making, Failure> {
        let first = self.archive.entry(Position::new(1))?;
        let log = first.map_or_else(LogId::default, |leaf| LogId::of_first(&leaf));
        let files = IndexFiles::open(&self.data, log).map_err(Failure::Folder)?;
        let sealed = files.read(self.archive.last()).map_err(Failure::Folder)?;
        let next = sealed.last().map_or(Position::new(1), |s| s.last().next());
        Ok(Making {
            files,
            sealed: sealed.into_iter().map(Arc::new).collect(),
            builder: Builder::new(next),
            shown_ms: 0,
        })
    }

    /// Reads some leaves into the index, and shows it where all are, or a second has passed.
    fn piece(&self, making: &mut Making, through: Position) -> Result<(), Failure> {
        let next = making.builder.next();
        let most = through
            .get()
            .saturating_sub(next.previous().get())
            .min(PIECE_LEAVES);
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        for (position, leaf) in self.archive.entries(next, most)? {
            self.add(&mut making.builder, position, &leaf)?;
        }
        let behind = through.get().saturating_sub(making.builder.next().get());
        let sealed = if behind > WRITTEN_POSITIONS {
            WRITTEN_POSITIONS
        } else {
            SEALED_POSITIONS
        };
        if making.builder.positions() >= sealed {
            making.seal()?;
        }
        let now = self.clock.monotonic_ms();
        let is_through = making.builder.next() > through;
        if is_through || now.saturating_sub(making.shown_ms) >= SHOWN_MS {
            making.shown_ms = now;
            let built = making.builder.build()?.map(Arc::new);
            let segments = making.sealed.iter().cloned().chain(built).collect();
            self.searching.publish(IndexState {
                through: making.builder.next().previous(),
                index: Index::new(segments),
            });
        }
        Ok(())
    }

    /// Adds what can be found of a leaf.
    fn add(&self, builder: &mut Builder, position: Position, leaf: &[u8]) -> Result<(), Failure> {
        if let Reading::Event(event) = event::read(leaf) {
            let Document { words, names, act } = Document::of(&event);
            builder.add_names(names);
            builder.add_words(position, &words);
            match act {
                Some(act) => {
                    // An event that comes later has them added with its own: see `said_before`.
                    if let Some(target) = self.target(act.target)?.filter(|at| *at < position) {
                        builder.add_words(target, &act.words);
                    }
                }
                None => builder.add_words(position, &self.said_before(&event)?),
            }
        }
        builder.end_document();
        Ok(())
    }

    /// Returns where the event stands on which an act, or the act on which it acts, acts in the end; none where
    /// that has not come.
    fn target(&self, key: EventKey) -> Result<Option<Position>, Failure> {
        let Some(model) = self.node.model() else {
            return Ok(None);
        };
        let reading = model.store().read()?;
        let mut key = key;
        for _ in 0..=AMENDMENT_DEPTH_MAX {
            let Some(record) = reading.record(key.hash())? else {
                return Ok(None);
            };
            match record.target {
                Some(target) => key = target,
                None => return Ok(record.first.map(|(position, _)| position)),
            }
        }
        Ok(None)
    }

    /// Returns the words of acts on an event that came before it.
    fn said_before(&self, event: &Event) -> Result<BTreeSet<String>, Failure> {
        let mut words = BTreeSet::new();
        let Some(model) = self.node.model() else {
            return Ok(words);
        };
        let reading = model.store().read()?;
        let mut keys = vec![event.envelope.key.clone()];
        for _ in 0..EARLIER_ACTS_MAX {
            let Some(key) = keys.pop() else { break };
            let record = reading.record(key.hash())?.unwrap_or_default();
            for act in record.amendments {
                let leaf = reading.leaf(act.position)?.unwrap_or_default();
                if let Reading::Event(act) = event::read(&leaf)
                    && let Some(act) = Document::of(&act).act
                {
                    words.extend(act.words);
                }
                keys.push(act.key);
            }
        }
        Ok(words)
    }
}

impl Making {
    /// Writes what was built as a segment, and makes one of several of a size.
    fn seal(&mut self) -> Result<(), Failure> {
        let next = self.builder.next();
        if let Some(built) = self.builder.build()? {
            self.keep(built);
        }
        self.builder = Builder::new(next);
        while let Some(from) = self.mergeable() {
            let small = self.sealed.split_off(from);
            let merged = merge(&small.iter().map(AsRef::as_ref).collect::<Vec<_>>())?;
            if let Some(merged) = merged {
                self.keep(merged);
            }
            for segment in small.iter().filter(|segment| is_written(segment)) {
                if let Err(why) = self.files.forget(segment) {
                    tracing::warn!(why = %why, "a segment of the index that another one holds was not removed");
                }
            }
        }
        Ok(())
    }

    /// Keeps a segment, in memory where it cannot be written: then it is made again after the next start.
    fn keep(&mut self, segment: Segment) {
        if is_written(&segment)
            && let Err(why) = self.files.write(&segment)
        {
            tracing::warn!(why = %why, "a segment of the index was not written");
        }
        self.sealed.push(Arc::new(segment));
    }

    /// Returns from which segment on those at the end become one: the [`MERGED_SEGMENTS`] of one size, or a greater one
    /// with the smaller ones before it.
    fn mergeable(&self) -> Option<usize> {
        let last = size(self.sealed.last()?);
        let before = |is: &dyn Fn(u32) -> bool| {
            let segments = self.sealed.iter().rev().skip(1);
            segments.take_while(|segment| is(size(segment))).count()
        };
        let smaller = before(&|other| other < last);
        let same = before(&|other| other == last);
        let merged = if smaller > 0 { smaller } else { same };
        let is_due =
            smaller > 0 || u64::try_from(same + 1).is_ok_and(|same| same >= MERGED_SEGMENTS);
        let from = self.sealed.len().checked_sub(merged + 1)?;
        is_due.then_some(from)
    }
}

/// Returns the size of a segment: how many times as many as [`MERGED_SEGMENTS`] were made one.
fn size(segment: &Segment) -> u32 {
    (positions(segment) / SEALED_POSITIONS)
        .max(1)
        .ilog(MERGED_SEGMENTS)
}

/// Whether a segment stands in a file.
fn is_written(segment: &Segment) -> bool {
    positions(segment) >= WRITTEN_POSITIONS
}

/// Returns of how many positions a segment is.
fn positions(segment: &Segment) -> u64 {
    let next = segment.last().next().get();
    next.saturating_sub(segment.first().get())
}

/// Why the index cannot be made further for now.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("the folder of the index")]
    Folder(#[source] std::io::Error),
    #[error(transparent)]
    Archive(#[from] ::archive::Error),
    #[error(transparent)]
    Store(#[from] store::Failure),
    #[error(transparent)]
    Segment(#[from] search::SegmentError),
}
