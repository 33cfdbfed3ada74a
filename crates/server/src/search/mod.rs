//! The index of names and words: it follows the fold at a position of its own, and every answer of a search states it.
//!
//! Start at [`Follower`], which makes it, and [`SearchIndex`], through which it is asked. It is disposable: in any doubt
//! its files are dropped and made again from the history.
//!
//! Never here: what is found (crates `search` and `answers`).

mod files;
mod follow;

use std::time::Duration;

use event::Position;
use search::Index;
use tokio::sync::watch;

pub use files::IndexFiles;
pub use follow::Follower;

/// How far behind R the index may be for a search to wait for it. Source: docs/reference/limits.md.
const WAIT_POSITIONS_MAX: u64 = 2_048;

/// How long a search waits until R is in the index. Source: docs/reference/limits.md.
pub const INDEX_WAIT: Duration = Duration::from_secs(2);

/// The index as it stands.
#[derive(Clone, Debug, Default)]
pub(crate) struct IndexState {
    /// The last position that is in it.
    pub(crate) through: Position,
    /// The index.
    pub(crate) index: Index,
}

/// A handle on the index.
#[derive(Debug, Default)]
pub struct SearchIndex(watch::Sender<IndexState>);

impl SearchIndex {
    /// Returns the index as it stands. Where it is little behind R, waits for it.
    pub(crate) async fn indexed(&self, at: Position) -> IndexState {
        let mut follows = self.0.subscribe();
        let through = follows.borrow().through;
        let behind = at.get().saturating_sub(through.get());
        if (1..=WAIT_POSITIONS_MAX).contains(&behind) {
            let reached = follows.wait_for(|indexed| indexed.through >= at);
            // Where it takes longer, the answer says how far it is.
            drop(tokio::time::timeout(INDEX_WAIT, reached).await);
        }
        self.0.borrow().clone()
    }

    /// Returns the last position that is in the index.
    pub(crate) fn through(&self) -> Position {
        self.0.borrow().through
    }

    fn publish(&self, indexed: IndexState) {
        self.0.send_replace(indexed);
    }
}
