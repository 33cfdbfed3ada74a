//! `/v1/figures/certificate` and `/v1/figures/{id}/certificate`: a figure, asked for or published, with
//! the signed history it follows from.
//!
//! Never here: counting, and signing.

use std::sync::Arc;

use answers::{CERTIFICATE_VERSION, Certificate, Counting, PublishedFigure};
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use event::{Kind, Position};
use serde_json::value::RawValue;
use web::http::parameters::Parameters;
use web::record::AsKnown;

use crate::access::MayRead;
use crate::http::problem::{Problem, Sort};
use crate::http::{App, response};
use crate::query::question;
use crate::query::snapshot::Snapshot;

/// Makes the certificate of a published figure, at its own R.
pub(crate) async fn one(
    State(app): State<App>,
    may: MayRead,
    Path(name): Path<String>,
    mut parameters: Parameters,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let snapshot = Snapshot::new(&app.node, may.scope(), &mut parameters).await?;
    parameters.end("at, min_position")?;
    let published = tokio::task::block_in_place(|| published(&snapshot, &may, &name));
    let published = published.map_err(|failure| Problem::failed(&failure))?;
    let found = published.ok_or_else(|| {
        let detail = format!(
            "no figure {name:?} was published by position {}",
            snapshot.position
        );
        Problem::new(Sort::NotFound, detail)
    })?;
    let mut figure = found.then.ok_or_else(|| {
        let why = found.not_computed.unwrap_or_default();
        Problem::new(
            Sort::NotFound,
            format!("figure {name} has no certificate: {why}"),
        )
    })?;
    let certificate =
        tokio::task::block_in_place(|| signed(&app, &mut figure, &may, snapshot.hidden_through))?;
    snapshot.still_holds(may.scope())?;
    let named = format!("certificate {name} {}", certificate.checkpoint);
    written(&headers, &may, &named, snapshot.known(), &certificate)
}

/// Makes the certificate of any figure at the R that is asked for; else at the newest R that is both
/// folded and signed.
pub(crate) async fn any(
    State(app): State<App>,
    may: MayRead,
    mut parameters: Parameters,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let note = app.archive.published();
    let note = note.map_err(|error| Problem::failed(&error))?;
    let signed_at = note.as_deref().and_then(size).unwrap_or_default();
    let newest = signed_at.min(app.node.position());
    parameters.default("at", "at", &newest.to_string());
    let (mut snapshot, mut question) = question::ask(&app.node, may.scope(), parameters).await?;
    // An instant can still grow; what is certified names its position.
    (snapshot.left_out, question.left_out) = (None, None);
    let certificate = tokio::task::block_in_place(|| {
        let figure = snapshot.model.figure(&question)?;
        // What is kept of an answer has no root; it is put into a copy.
        let mut figure = Arc::unwrap_or_clone(figure);
        snapshot.still_holds(may.scope())?;
        signed(&app, &mut figure, &may, snapshot.hidden_through)
    })?;
    let named = format!(
        "certificate {} {}",
        certificate.query, certificate.checkpoint
    );
    written(&headers, &may, &named, snapshot.known(), &certificate)
}

/// Makes the response: a certificate as it is, which says itself through what it was hidden.
fn written(
    headers: &HeaderMap,
    may: &MayRead,
    named: &str,
    known: AsKnown,
    certificate: &Certificate,
) -> Result<Response, Problem> {
    let body = serde_json::to_vec(certificate);
    let body = body.map_err(|error| Problem::failed(&error))?;
    let media_type = "application/json";
    Ok(response::tagged(
        headers,
        may.scope(),
        named,
        known,
        media_type,
        body,
    ))
}

fn published(
    snapshot: &Snapshot,
    may: &MayRead,
    name: &str,
) -> Result<Option<PublishedFigure>, store::Failure> {
    let (at, scope) = (snapshot.position, may.scope());
    let reading = snapshot.read()?;
    let table = snapshot.model.columns();
    let mut positions = table.listed(&[Kind::FigurePublished], at, scope);
    positions.retain(|position| format!("f{position}") == name);
    let events = answers::events_at(&reading, &positions, at)?;
    let event = events.into_iter().next();
    event
        .map(|event| PublishedFigure::compute(&reading, &table, event, at, scope))
        .transpose()
}

/// Puts the root at a figure's R into it, and the newest checkpoint beside it with the proof that the
/// root is part of that.
fn signed(
    app: &App,
    figure: &mut figures::Answer,
    may: &MayRead,
    hidden_through: Position,
) -> Result<Certificate, Problem> {
    let position = figure.position;
    let entries = position.max(hidden_through);
    let note = app.archive.published();
    let note = note.map_err(|error| Problem::failed(&error))?;
    let size = note.as_deref().and_then(size).unwrap_or_default();
    let Some(checkpoint) = note.filter(|_| size >= entries) else {
        let detail =
            format!("the newest checkpoint covers {size} positions, and not yet {entries}");
        return Err(Problem::new(Sort::Position, detail));
    };
    let (root, consistency) = root_with_proof(app, position, size)?;
    let (hidden_root, hidden_consistency) = root_with_proof(app, entries, size)?;
    figure.root = Some(root.clone());
    let answer = answers::body(hidden_through, figure)
        .map_err(|error| Problem::failed(&error))
        .and_then(|body| String::from_utf8(body).map_err(|error| Problem::failed(&error)))?;
    let answer = RawValue::from_string(answer);
    Ok(Certificate {
        certificate: CERTIFICATE_VERSION,
        query: figure.query.clone(),
        scope: may.scope().name(),
        on: figure.on.clone(),
        position: position.get(),
        hidden_through: hidden_through.get(),
        answer: answer.map_err(|error| Problem::failed(&error))?,
        counting: Counting::own(),
        root,
        hidden_root,
        checkpoint,
        consistency,
        hidden_consistency,
    })
}

/// Returns the root at a position, and the proof that it is part of the history of `size` entries.
fn root_with_proof(
    app: &App,
    position: Position,
    size: Position,
) -> Result<(String, Vec<String>), Problem> {
    let root = app.archive.root(position);
    let root = root.map_err(|error| Problem::failed(&error))?;
    let path = app.archive.consistency(position, size);
    let path = path.map_err(|error| Problem::failed(&error))?;
    Ok((
        root.to_string(),
        path.iter().map(ToString::to_string).collect(),
    ))
}

/// Returns the size of a signed checkpoint.
pub(crate) fn size(note: &str) -> Option<Position> {
    let note = proof::Note::parse(note.as_bytes()).ok()?;
    let checkpoint: proof::Checkpoint = note.text().parse().ok()?;
    Some(Position::new(checkpoint.size))
}
