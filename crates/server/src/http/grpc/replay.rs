//! `ReplayService`: the history leaf by leaf, as far as the caller may see it, with the hashes of the rest.
//!
//! Start at [`Replay`]. Leaf hashes are for everyone, as tiles are; so each caller can make the root of what is given.
//!
//! Never here: who may see an event (see `answers`), and how the history is kept.

use std::pin::Pin;

use event::Position;
use fold::Sight;
use futures_util::stream::{self, Stream, StreamExt as _};
use wire::tonic::{Request, Response, Status, async_trait};
use wire::v1::leaf::Content;
use wire::v1::replay_service_server::ReplayService;
use wire::v1::{Leaf, ReplayRequest, ReplayResponse};

use super::call_head::{CallHead, refused};
use crate::access::{AccessError, MayRead};
use crate::desk::Use;
use crate::http::problem::{Problem, Sort};
use crate::http::slots::SLOT_WAIT;
use crate::http::{App, events};
use crate::query::snapshot;

/// How many leaves are read in one go: those of one bundle. Source: docs/reference/limits.md.
pub(super) const READ_LEAVES: usize = 256;

/// After so many bytes of leaves a message ends. Source: docs/reference/limits.md.
pub(super) const MESSAGE_BYTES: usize = 64 << 10;

/// Gives the history.
pub(super) struct Replay {
    app: App,
}

impl Replay {
    /// Makes the service.
    pub(super) const fn new(app: App) -> Self {
        Self { app }
    }
}

type Responses = Pin<Box<dyn Stream<Item = Result<ReplayResponse, Status>> + Send>>;

#[async_trait]
impl ReplayService for Replay {
    type ReplayStream = Responses;

    async fn replay(&self, request: Request<ReplayRequest>) -> Result<Response<Responses>, Status> {
        let (head, asked) = CallHead::of(request);
        let may = head.reads(&self.app)?;
        let newest = self.app.node.position();
        let last = match Position::new(asked.to) {
            Position::ZERO => newest,
            last => last,
        };
        if last > newest {
            let detail = format!("to is {last}, which is above the newest position, {newest}");
            return Err(refused(Problem::new(Sort::Position, detail)));
        }
        let next = Position::new(asked.from.max(1));
        if next > last.next() {
            let end = match Position::new(asked.to) {
                Position::ZERO => "the newest position",
                _ => "to",
            };
            let detail = format!("from is {next}, more than one above {end}, which is {last}");
            return Err(refused(Problem::new(Sort::Parameter, detail)));
        }
        if may.exports().is_ok_and(|role| role.replicates()) {
            let now = self.app.clock.now();
            self.app.uses.note(Use::Exported, may.credential(), now);
        } else {
            events::note_taken(&self.app, &may);
        }
        let reading = Stretch {
            app: self.app.clone(),
            may,
            next,
            last,
        };
        let leaves = stream::try_unfold(reading, |mut reading| async move {
            let leaves = reading.read().await?;
            Ok(leaves.map(|leaves| (ReplayResponse { leaves }, reading)))
        });
        Ok(Response::new(leaves.boxed()))
    }
}

/// What is left of a stretch of the history.
struct Stretch {
    app: App,
    may: MayRead,
    next: Position,
    last: Position,
}

impl Stretch {
    /// Reads the leaves of the next message, within a slot for answers; none at the end.
    async fn read(&mut self) -> Result<Option<Vec<Leaf>>, Status> {
        if self.next > self.last {
            return Ok(None);
        }
        if !self
            .may
            .credential()
            .is_none_or(|one| self.app.tokens.holds(one))
        {
            return Err(refused(AccessError::Revoked));
        }
        let slots = &self.app.bounds.slots.plain;
        let slot = tokio::time::timeout(SLOT_WAIT, slots.acquire()).await;
        let Ok(Ok(_slot)) = slot else {
            let detail = "as many answers are being made as may be; go on after the last position";
            return Err(refused(Problem::new(Sort::Busy, detail)));
        };
        let (app, may) = (self.app.clone(), self.may.clone());
        let (next, last) = (self.next, self.last);
        let made = async move { tokio::task::block_in_place(|| leaves(&app, &may, next, last)) };
        let made = self.app.answer_threads.run(made).await;
        let stops = || refused(Problem::new(Sort::Busy, "the node stops"));
        let leaves = made.ok_or_else(stops)?.map_err(refused)?;
        let Some(read) = leaves.last() else {
            return Ok(None);
        };
        self.next = Position::new(read.position).next();
        Ok(Some(leaves))
    }
}

fn leaves(app: &App, may: &MayRead, next: Position, last: Position) -> Result<Vec<Leaf>, Problem> {
    let Some(model) = app.node.model() else {
        let detail = "the read model is being built; see /readyz for how far it is";
        return Err(Problem::new(Sort::Busy, detail));
    };
    let takes_all = may.exports().is_ok_and(|role| role.replicates());
    let entries = app.archive.entries(next, READ_LEAVES);
    let entries = entries.map_err(|error| Problem::failed(&error))?;
    let reading = snapshot::read(app.node.unfolded(), &model);
    let reading = reading.map_err(|failure| Problem::failed(&failure))?;
    let mut sight = Sight::new(&reading, model.position());
    let (mut found, mut bytes) = (Vec::new(), 0);
    for (position, entry) in entries {
        if position > last || bytes >= MESSAGE_BYTES {
            break;
        }
        let seen = answers::visible_leaf(&mut sight, (position, &entry), may.scope());
        let is_seen = takes_all || seen.map_err(|failure| Problem::failed(&failure))?.is_some();
        bytes += entry.len();
        let content = if is_seen {
            Content::Entry(entry)
        } else {
            let hash = proof::leaf(&entry);
            Content::WithheldHash(hash.as_bytes().to_vec().into())
        };
        found.push(Leaf {
            position: position.get(),
            content: Some(content),
        });
    }
    Ok(found)
}
