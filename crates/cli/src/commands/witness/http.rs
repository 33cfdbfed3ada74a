//! HTTP for a witness: two routes, small bodies, few connections.
//!
//! Start at [`serve`]. Source: C2SP tlog-witness for the statuses.
//!
//! Never here: what is cosigned (`state`), and how a connection is bounded (`listener`).

use std::io;
use std::net::TcpListener;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use proof::witness::{Refusal, SIZE_MEDIA_TYPE};

use super::listener::BoundedListener;
use super::state::{Witness, WitnessError};

/// Bytes of a request's head.
const HEAD_BYTES_MAX: usize = 16 << 10;
/// Bytes of a request's body: 63 hashes and a note of 100 signatures, with room.
const BODY_BYTES_MAX: usize = 128 << 10;
/// Bytes that stand around a header's name and value.
const HEADER_FRAME_BYTES: usize = 4;

/// Answers for as long as the process lives.
///
/// # Errors
/// The listener cannot be used.
pub(super) fn serve(listener: TcpListener, witness: Arc<Witness>) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let listener = BoundedListener::new(listener)?;
        axum::serve(listener, router(witness)).await
    })
}

fn router(witness: Arc<Witness>) -> Router {
    Router::new()
        .route("/add-checkpoint", post(add).fallback(wants_post))
        .route("/{hash}/checkpoint", get(latest).fallback(nothing))
        .fallback(nothing)
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(middleware::from_fn(bounded))
        .with_state(witness)
}

/// Refuses what is too long before it is read.
async fn bounded(request: Request, next: Next) -> Response {
    let headers = request.headers();
    if head_bytes(&request) > HEAD_BYTES_MAX {
        return text(StatusCode::BAD_REQUEST, "the head is longer than 16 KiB");
    }
    if headers.contains_key(header::TRANSFER_ENCODING) {
        return text(StatusCode::LENGTH_REQUIRED, "Content-Length is needed");
    }
    if body_bytes(headers).is_some_and(|bytes| bytes > BODY_BYTES_MAX) {
        return text(StatusCode::PAYLOAD_TOO_LARGE, "too large");
    }
    next.run(request).await
}

fn head_bytes(request: &Request) -> usize {
    let headers = request.headers().iter();
    let headers = headers.map(|(name, value)| {
        let (name, value) = (name.as_str().len(), value.len());
        name.saturating_add(value)
            .saturating_add(HEADER_FRAME_BYTES)
    });
    let target = request.uri().path_and_query();
    let target = target.map_or(0, |target| target.as_str().len());
    headers.fold(target, usize::saturating_add)
}

fn body_bytes(headers: &HeaderMap) -> Option<usize> {
    let length = headers.get(header::CONTENT_LENGTH)?;
    length.to_str().ok()?.parse().ok()
}

async fn wants_post() -> Response {
    text(StatusCode::METHOD_NOT_ALLOWED, "POST is needed")
}

async fn nothing() -> Response {
    text(
        StatusCode::NOT_FOUND,
        "there are POST /add-checkpoint and GET /<hash>/checkpoint",
    )
}

async fn latest(State(witness): State<Arc<Witness>>, Path(hash): Path<String>) -> Response {
    if !is_hash(&hash) {
        return nothing().await;
    }
    let path = format!("{hash}/checkpoint");
    match tokio::task::spawn_blocking(move || witness.shown(&path)).await {
        Ok(Ok(Some(note))) => with_type("text/plain; charset=utf-8", note),
        Ok(Ok(None)) => text(StatusCode::NOT_FOUND, "nothing was cosigned for this log"),
        Ok(Err(_)) | Err(_) => text(
            StatusCode::INTERNAL_SERVER_ERROR,
            "the memory could not be read",
        ),
    }
}

/// Whether a part of a path is a hash in 64 hexadecimal digits.
fn is_hash(text: &str) -> bool {
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    text.len() == 64 && text.bytes().all(is_digit)
}

async fn add(State(witness): State<Arc<Witness>>, body: Bytes) -> Response {
    let Ok(body) = String::from_utf8(body.into()) else {
        return text(StatusCode::BAD_REQUEST, "not UTF-8");
    };
    // It waits for the disk.
    let answer = tokio::task::spawn_blocking(move || witness.add(&body)).await;
    let answer = answer.unwrap_or_else(|error| Err(WitnessError::Failed(io::Error::other(error))));
    match answer {
        Ok(line) => line.into_response(),
        Err(WitnessError::Failed(error)) => {
            eprintln!("habeas: the witness's memory failed: {error}");
            text(
                StatusCode::INTERNAL_SERVER_ERROR,
                "the memory could not be kept",
            )
        }
        Err(WitnessError::Refused(refusal)) => refused(&refusal),
    }
}

fn refused(refusal: &Refusal) -> Response {
    let status = match refusal {
        Refusal::Malformed(_) | Refusal::Sizes => StatusCode::BAD_REQUEST,
        Refusal::UnknownLog => StatusCode::NOT_FOUND,
        Refusal::Unsigned => StatusCode::FORBIDDEN,
        Refusal::Inconsistent(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Refusal::Stale { size } => {
            let size = with_type(SIZE_MEDIA_TYPE, format!("{size}\n").into_bytes());
            return (StatusCode::CONFLICT, size).into_response();
        }
    };
    text(status, &refusal.to_string())
}

fn text(status: StatusCode, text: &str) -> Response {
    (status, format!("{text}\n")).into_response()
}

fn with_type(media_type: &'static str, body: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, media_type)], body).into_response()
}
