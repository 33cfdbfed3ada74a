//! `/v1/log/...`: the history as anyone can check it: checkpoint, tiles, entry bundles, proofs, policy.
//!
//! Hashes and checkpoints are for everyone. Entry bundles hold the events themselves, whatever their
//! visibility, so they are for the operator alone unless the whole history is declared public; even then one
//! that holds an event which the caller may not see is withheld.
//!
//! Never here: signing, and how tiles are made.

use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use event::Position;
use fold::{Scope, Sight};
use proof::{Kind, Note, Receipt, Tile};
use serde::Serialize;
use web::http::parameters::whole_number;

use super::problem::{Problem, Sort};
use super::{App, NoParameters};
use crate::access::{AccessError, MayOperate, MayRead};
use crate::desk::Use;
use crate::notary::CheckpointError;
use crate::query::snapshot;

/// How long a cache may keep a tile of hashes that is full: a year, in seconds. It never changes.
const FULL_TILE: &str = "public, max-age=31536000, immutable";
/// A partial tile is soon replaced by a wider one.
const PARTIAL_TILE: &str = "public, max-age=60";
/// Events are never left in shared caches.
const EVENTS: &str = "private, no-cache";
/// The newest checkpoint: a few seconds, as tlog-tiles advises.
const CHECKPOINT: &str = "public, max-age=5";

const TEXT: &str = "text/plain; charset=utf-8";

fn sent(media: &'static str, cache: &'static str, body: impl Into<axum::body::Body>) -> Response {
    let mut response = Response::new(body.into());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    response
}

/// Returns the newest signed checkpoint.
///
/// # Errors
/// [`Problem`]: none is signed yet.
pub(super) fn published(app: &App) -> Result<String, Problem> {
    let note = app
        .archive
        .published()
        .map_err(|error| Problem::failed(&error))?;
    note.ok_or_else(|| {
        Problem::new(
            Sort::NotFound,
            "no checkpoint is signed yet; the first one comes some seconds after the first event",
        )
    })
}

/// The newest signed checkpoint.
pub(super) async fn checkpoint(
    State(app): State<App>,
    _: NoParameters,
) -> Result<Response, Problem> {
    Ok(sent(TEXT, CHECKPOINT, published(&app)?))
}

#[derive(Serialize)]
struct Signed {
    size: Position,
}

/// Signs a checkpoint of all that the history holds now.
pub(super) async fn sign(
    State(app): State<App>,
    _may: MayOperate,
    _: NoParameters,
) -> Result<Response, Problem> {
    match app.notary.checkpoint().await {
        Ok(size) => {
            let body = serde_json::to_vec(&Signed { size });
            let body = body.map_err(|error| Problem::failed(&error))?;
            Ok(sent("application/json", EVENTS, body))
        }
        Err(why @ CheckpointError::NotHere) => Err(Problem::new(Sort::NotFound, why.to_string())),
        Err(why @ CheckpointError::Failed(_)) => Err(Problem::new(Sort::Busy, why.to_string())),
    }
}

/// Whether the caller may see every event of an entry bundle, those too that are not folded yet: none of
/// them is.
fn is_whole(app: &App, may: &MayRead, tile: Tile) -> Result<bool, Problem> {
    if *may.scope() == Scope::Operator {
        return Ok(true);
    }
    let Some(model) = app.node.model() else {
        return Ok(false);
    };
    let first = Position::new(tile.index.saturating_mul(256).saturating_add(1));
    let is_whole = || -> Result<bool, Problem> {
        let entries = app.archive.entries(first, usize::from(tile.width));
        let entries = entries.map_err(|error| Problem::failed(&error))?;
        let reading = snapshot::read(app.node.unfolded(), &model);
        let reading = reading.map_err(|failure| Problem::failed(&failure))?;
        let at = model.position();
        let mut sight = Sight::new(&reading, at);
        for (position, entry) in entries {
            let leaf = answers::visible_leaf(&mut sight, (position, &entry), may.scope());
            if leaf.map_err(|failure| Problem::failed(&failure))?.is_none() {
                return Ok(false);
            }
        }
        Ok(true)
    };
    tokio::task::block_in_place(is_whole)
}

/// Judges whether the caller may take an entry bundle: one that replicates takes each, one that exports
/// those of which it sees every event, anyone else these where the whole history is declared public.
fn may_take(app: &App, may: &MayRead, tile: Tile) -> Result<(), Problem> {
    match may.exports() {
        Ok(role) if role.replicates() => return Ok(()),
        Ok(_) => {}
        Err(_) if app.history_is_public => {}
        Err(AccessError::Absent) => {
            return Err(Problem::new(
                Sort::Token,
                "entry bundles hold events of every visibility, so they need a token that takes out in bulk",
            ));
        }
        Err(denied) => return Err(denied.into()),
    }
    if is_whole(app, may, tile)? {
        return Ok(());
    }
    Err(Problem::new(
        Sort::Withheld,
        "this bundle holds an event that you may not see",
    ))
}

/// A tile of hashes or an entry bundle, as tlog-tiles has them.
pub(super) async fn tile(
    State(app): State<App>,
    may: MayRead,
    Path(rest): Path<String>,
    _: NoParameters,
) -> Result<Response, Problem> {
    let name = format!("tile/{rest}");
    let tile: Tile = name
        .parse()
        .map_err(|error: proof::Malformed| Problem::new(Sort::NotFound, error.to_string()))?;
    let holds_events = tile.kind == Kind::Entries;
    if holds_events {
        may_take(&app, &may, tile)?;
    }
    let bytes = tokio::task::block_in_place(|| app.archive.tile(tile));
    let bytes = bytes.map_err(|error| Problem::failed(&error))?;
    let bytes = bytes.ok_or_else(|| {
        let last = app.archive.last();
        Problem::new(
            Sort::NotFound,
            format!("{name} is not in a history of {last} entries"),
        )
    })?;
    if holds_events {
        app.uses
            .note(Use::Exported, may.credential(), app.clock.now());
    }
    let cache = match (holds_events, tile.is_full()) {
        (true, _) => EVENTS,
        (false, true) => FULL_TILE,
        (false, false) => PARTIAL_TILE,
    };
    Ok(sent("application/octet-stream", cache, bytes))
}

/// The proof that the event at a position is in the newest checkpoint, as a `.tlog-proof`.
pub(super) async fn proof(
    State(app): State<App>,
    Path(position): Path<String>,
    _: NoParameters,
) -> Result<Response, Problem> {
    let position = whole_number("the position", &position)?;
    Ok(sent(
        TEXT,
        CHECKPOINT,
        receipt(&app, position)?.0.to_string(),
    ))
}

/// Returns the newest signed checkpoint as a note, and what it says.
///
/// # Errors
/// As [`published`].
pub(super) fn newest(app: &App) -> Result<(Note, proof::Checkpoint), Problem> {
    let note = published(app)?;
    let note = Note::parse(note.as_bytes()).map_err(|error| Problem::failed(&error))?;
    let read = note.text().parse::<proof::Checkpoint>();
    let checkpoint = read.map_err(|error| Problem::failed(&error))?;
    Ok((note, checkpoint))
}

/// Makes the proof that the event at a position is in the newest checkpoint, of so many leaves.
///
/// # Errors
/// [`Problem`]: no checkpoint, or a position that is not in it.
pub(super) fn receipt(app: &App, position: u64) -> Result<(Receipt, u64), Problem> {
    let (note, checkpoint) = newest(app)?;
    let size = checkpoint.size;
    let index = match position.checked_sub(1) {
        Some(index) if position <= size => index,
        Some(_) | None => {
            return Err(Problem::new(
                Sort::Position,
                format!("the newest checkpoint has positions 1 to {size}, and not {position}"),
            ));
        }
    };
    let path = tokio::task::block_in_place(|| {
        app.archive
            .inclusion(Position::new(position), Position::new(size))
    });
    let receipt = Receipt {
        extra: None,
        index,
        path: path.map_err(|error| Problem::failed(&error))?,
        checkpoint: note,
    };
    Ok((receipt, size))
}

/// The policy that is offered: the log's key, and who cosigns. A verifier takes it from elsewhere.
pub(super) async fn policy(State(app): State<App>, _: NoParameters) -> Result<Response, Problem> {
    if let Some(policy) = &app.policy {
        return Ok(sent(TEXT, CHECKPOINT, policy.to_string()));
    }
    let unnamed = || Problem::new(Sort::NotFound, "the log names no key");
    if app.archive.last() == Position::ZERO {
        return Err(unnamed());
    }
    let keys = app.notary.keys().await;
    let keys = keys.map_err(|why| Problem::new(Sort::Busy, why.to_string()))?;
    let keys = keys.ok_or_else(unnamed)?;
    let policy = format!("log {}\nquorum none\n", keys.newest());
    Ok(sent(TEXT, CHECKPOINT, policy))
}
