//! `/v1/package.zip`: the record as a data package, with all that is needed to read, cite and check it elsewhere.
//!
//! Start at [`package`]. Source of the format: Data Package 2.0 (datapackage.org).
//!
//! Never here: what stands in a table, and the texts (crate `answers`).

mod contents;
mod lists;

use std::io::{Cursor, Write as _};

use answers::package::{PackageFacts, Resource, citation, descriptor, readme};
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use event::{Json, Reading};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::TableRequest;
use crate::http::events::note_taken;
use crate::http::problem::Problem;
use crate::http::{App, response};
use contents::Contents;

/// Answers with the package of what the caller may see at R.
pub(in crate::http) async fn package(
    State(app): State<App>,
    mut request: TableRequest,
) -> Result<Response, Problem> {
    request.end("at, min_position")?;
    let checkpoint = app
        .archive
        .published()
        .map_err(|error| Problem::failed(&error))?;
    let facts = tokio::task::block_in_place(|| facts(&app, &request))?;
    note_taken(&app, &request.may);
    let body = tokio::task::block_in_place(|| packed(&request, &facts, checkpoint.as_deref()))?;
    // The newest checkpoint is part of it, beside the record at R.
    let signed = checkpoint.as_deref().unwrap_or_default();
    let licence = &facts.licence;
    let question = format!(
        "package {:?} {licence:?} {signed}",
        request.snapshot.left_out
    );
    let known = request.snapshot.known();
    let mut response = response::tagged(
        &request.headers,
        request.may.scope(),
        &question,
        known,
        "application/zip",
        body,
    );
    let at = request.snapshot.position;
    for (name, value) in [
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"habeas-{at}.zip\""),
        ),
        (
            header::LINK,
            format!("</v1/package.zip?at={at}>; rel=\"canonical\""),
        ),
    ] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().append(name, value);
        }
    }
    Ok(response)
}

/// Returns what the package is of.
fn facts(app: &App, request: &TableRequest) -> Result<PackageFacts, Problem> {
    let (snapshot, scope) = (&request.snapshot, request.scope());
    let at = snapshot.position;
    let root = app
        .archive
        .root(at)
        .map_err(|error| Problem::failed(&error))?;
    let table = snapshot.model.columns();
    let instants = table.instants();
    let (on, received) = (instants.default_day(at), instants.received_at(at));
    drop(table);
    Ok(PackageFacts {
        origin: origin(request)?,
        position: at,
        root: root.to_string(),
        on,
        hidden_through: snapshot.hidden_through,
        left_out: snapshot.left_out,
        scope: scope.name(),
        received: received.map(|instant| instant.to_string()),
        address: format!(
            "{}/v1/package.zip?at={at}",
            web::http::origin::origin(&request.headers)
        ),
        organisations: lists::organisations(request)?,
        licence: app
            .licence
            .as_ref()
            .map(|licence| licence.licence().clone()),
    })
}

/// Returns the name of the log, which its first event says to everyone.
fn origin(request: &TableRequest) -> Result<String, Problem> {
    let first = request.read(|reading, _| reading.leaf(event::Position::new(1)))?;
    let genesis = first.map(|bytes| event::read(&bytes));
    Ok(match genesis {
        Some(Reading::Event(event)) => event
            .data
            .get("origin")
            .and_then(Json::as_text)
            .unwrap_or_default()
            .to_owned(),
        _ => String::new(),
    })
}

/// Makes the package: first the files, then what describes them.
fn packed(
    request: &TableRequest,
    facts: &PackageFacts,
    checkpoint: Option<&str>,
) -> Result<Vec<u8>, Problem> {
    let mut contents = Contents::default();
    lists::add(request, &mut contents)?;
    let resources: Vec<Resource> = contents.resources().cloned().collect();
    let described = descriptor(facts, &resources).map_err(|error| Problem::failed(&error))?;
    contents.add_text("datapackage.json", described)?;
    contents.add_text("README.md", readme(facts, &resources).into_bytes())?;
    contents.add_text("CITATION.cff", citation(facts).into_bytes())?;
    if let Some(checkpoint) = checkpoint {
        contents.add_text("checkpoint", checkpoint.as_bytes().to_vec())?;
    }
    zipped(contents.files()).map_err(|error| Problem::failed(&error))
}

/// Packs files; the same files give the same bytes.
fn zipped<'f>(files: impl Iterator<Item = (&'f str, &'f [u8])>) -> zip::result::ZipResult<Vec<u8>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default());
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, bytes) in files {
        zip.start_file(path, options)?;
        zip.write_all(bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}
