//! `/v1/events/{position}`: one event, as it was sent and as it effectively is; and who sent it, for those
//! who may name its author.
//!
//! Never here: what follows from an event.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use event::{Json, Position, Reading};
use fold::{Scope, Sight, effective_at};
use serde::Serialize;
use web::http::parameters::Parameters;

use crate::access::{AccessError, MayRead};
use crate::desk::Use;
use crate::http::problem::{Problem, Sort};
use crate::http::{App, response};
use crate::query::snapshot::Snapshot;

/// One event.
#[derive(Serialize)]
struct Body {
    /// R.
    position: Position,
    scope: String,
    /// As it was sent.
    sent: answers::Leaf,
    /// As it effectively is; none of one that was retracted, and of a leaf that is no event.
    effective: Option<Effective>,
}

/// An event as it effectively is.
#[derive(Serialize)]
struct Effective {
    kind: &'static str,
    /// The strictest visibility of the event and of the acts on it.
    visibility: &'static str,
    /// On which day an open `occurred` ends.
    capped_on: String,
    /// The positions of the corrections and verification changes in effect on it.
    revised_by: Vec<Position>,
    data: Json,
}

/// Answers one event.
pub(crate) async fn one(
    State(app): State<App>,
    may: MayRead,
    Path(position): Path<String>,
    mut parameters: Parameters,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let of = number(&position)?;
    let snapshot = Snapshot::hiding(&app.node, may.scope(), &mut parameters).await?;
    parameters.end("at, min_position")?;
    let body = tokio::task::block_in_place(|| read(&snapshot, of, may.scope()))?;
    let question = format!("event {of}");
    response::answer(&headers, may.scope(), &question, snapshot.known(), &body)
}

/// Returns what is answered of the event at a position, as others read it.
///
/// # Errors
/// [`Problem`]: the scope sees no event there, or the store fails.
pub(crate) fn told(
    snapshot: &Snapshot,
    of: Position,
    scope: &Scope,
) -> Result<serde_json::Value, Problem> {
    let body = read(snapshot, of, scope)?;
    serde_json::to_value(&body).map_err(|error| Problem::failed(&error))
}

fn number(text: &str) -> Result<Position, Problem> {
    let position = text.parse().ok().filter(|position| *position > 0);
    position.map(Position::new).ok_or_else(|| {
        let detail = format!("the position is {text:?}, but must be a number from 1");
        Problem::new(Sort::Parameter, detail)
    })
}

fn read(snapshot: &Snapshot, of: Position, scope: &Scope) -> Result<Body, Problem> {
    let failed = |failure: store::Failure| Problem::failed(&failure);
    let (at, reading) = (snapshot.position, snapshot.read().map_err(failed)?);
    let bytes = if of <= at {
        reading.leaf(of).map_err(failed)?.unwrap_or_default()
    } else {
        Vec::new()
    };
    let sent = answers::visible_leaf(&mut Sight::new(&reading, at), (of, &bytes), scope)
        .map_err(failed)?;
    let sent = sent.ok_or_else(|| {
        Problem::new(
            Sort::NotFound,
            format!("no event is known at {of} as of position {at}"),
        )
    })?;
    let effective = effective_at(&reading, of, at).map_err(failed)?;
    Ok(Body {
        position: at,
        scope: scope.name(),
        sent,
        effective: effective.map(|effective| Effective {
            kind: effective.event.kind.code(),
            visibility: effective.visibility.code(),
            capped_on: effective.event.envelope.occurred_cap.to_string(),
            revised_by: effective.revised_by,
            data: effective.event.data,
        }),
    })
}

/// Who sent an event.
#[derive(Serialize)]
struct AuthorBody {
    position: Position,
    /// The pseudonym in the event.
    author: Option<String>,
    /// Whose it is; none of an event without an author, or of a person who is not in the access file.
    person: Option<String>,
    name: Option<String>,
}

/// Names the author of an event, to the desk of its organisation and the operator.
pub(crate) async fn author(
    State(app): State<App>,
    may: MayRead,
    Path(position): Path<String>,
    mut parameters: Parameters,
) -> Result<Response, Problem> {
    let of = number(&position)?;
    let may_name = may.names_authors()?;
    let snapshot = Snapshot::hiding(&app.node, may.scope(), &mut parameters).await?;
    parameters.end("at, min_position")?;
    let body = tokio::task::block_in_place(|| read(&snapshot, of, may.scope()))?;
    let sent = event::read(body.sent.event.get().as_bytes());
    let key = match &sent {
        Reading::Event(event) => Some(&event.envelope.key),
        Reading::Unknown(_) | Reading::Rejected { .. } => None,
    };
    if let (Some(own), Some(key)) = (&may_name, key)
        && *own != key.org
    {
        return Err(AccessError::OtherOrganisation.into());
    }
    let json = Json::parse(body.sent.event.get().as_bytes()).ok();
    let author = json.and_then(|json| json.text("author").map(ToOwned::to_owned));
    let person = match (key, &author) {
        (Some(key), Some(author)) => app.tokens.author_of(key, author),
        _ => None,
    };
    if person.is_some() {
        app.uses
            .note(Use::NamedAuthor, may.credential(), app.clock.now());
    }
    let body = AuthorBody {
        position: of,
        author,
        person: person.as_ref().map(|person| person.id.to_string()),
        name: person.map(|person| person.name),
    };
    let body = serde_json::to_vec(&body).map_err(|error| Problem::failed(&error))?;
    let mut response = Response::new(body.into());
    let headers = response.headers_mut();
    let json = HeaderValue::from_static("application/json");
    headers.insert(header::CONTENT_TYPE, json);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
