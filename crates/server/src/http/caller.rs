//! Who asks, before anything is answered: nobody asks for more than is theirs, and a token that is not taken
//! is refused on every route, those too that answer everyone alike. Who sends one means to use it, and learns
//! at once that it does not hold.
//!
//! Start at [`check`].
//!
//! Never here: what a token allows (the proofs that handlers take).

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::client::Peer;
use super::problem::{Problem, Sort};
use super::rate::{Caller, Empty};
use super::{App, bearer, cookie};
use crate::access::{AccessError, MayRead};
use crate::desk::Use;

/// What is answered however often it is asked: whether the node runs.
const UNCOUNTED: [&str; 3] = ["/livez", "/readyz", "/grpc.health.v1.Health/Check"];

/// Refuses a request of a caller who asks too often, and one whose header names a token that is not taken.
pub(super) async fn check(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let read =
        |request: &Request| bearer(request.headers()).and_then(|token| app.tokens.read(token));
    let mut sent = read(&request);
    let holder = sent.as_ref().ok();
    // A token that is refused is a guess, wherever it is sent.
    let is_counted = sent.is_err() || !UNCOUNTED.contains(&request.uri().path());
    let caller = caller(&app, &request, holder);
    if is_counted && let Err(empty) = app.rates.take(&caller, app.clock.monotonic_ms()) {
        return too_often(empty).into_response();
    }
    request.extensions_mut().insert(caller.clone());
    if matches!(sent, Err(AccessError::Unknown)) {
        // It may have been made a moment ago.
        app.tokens.looked().await;
        sent = read(&request);
    }
    match sent {
        Ok(_) => {
            let mut response = next.run(request).await;
            // Who sends it holds it until it is taken.
            response.extensions_mut().insert(caller);
            response
        }
        Err(denied) => {
            let token = bearer(request.headers()).ok().flatten();
            note_refused(&app, denied, token);
            Problem::from(denied).into_response()
        }
    }
}

/// Notes that a token was refused, and whose it is where that is known.
pub(crate) fn note_refused(app: &App, denied: AccessError, token: Option<&str>) {
    let what = match denied {
        AccessError::Expired => Use::RefusedExpired,
        AccessError::Revoked => Use::RefusedRevoked,
        AccessError::Unknown | AccessError::Checksum(_) | AccessError::Form => Use::RefusedUnknown,
        // These are of no token, or of one that is taken.
        AccessError::Absent | AccessError::Role { .. } | AccessError::OtherOrganisation => return,
    };
    let holder = token.and_then(|token| app.tokens.holder_of_refused(token));
    app.uses.note(what, holder.as_ref(), app.clock.now());
}

/// Returns who asks: by the token where there is one that is taken, else by the address.
fn caller(app: &App, request: &Request, sent: Option<&MayRead>) -> Caller {
    let peer = request.extensions().get().copied();
    let peer: Peer = peer.unwrap_or_default();
    let client = app.proxies.client(peer, request.headers());
    let signed_in = sent
        .filter(|sent| sent.credential().is_none())
        .and_then(|_| signed_in(app, request.headers()));
    let credential = signed_in.as_ref().or(sent).and_then(MayRead::credential);
    Caller::new(client, credential)
}

/// Who has signed in, of a browser.
fn signed_in(app: &App, headers: &HeaderMap) -> Option<MayRead> {
    let token = cookie::token(headers).ok()??;
    app.tokens.read_cookie(Some(token)).ok()
}

/// Refuses a caller who has asked for all that it may for now.
pub(super) fn too_often(empty: Empty) -> Problem {
    let seconds = empty.wait_seconds();
    let detail = format!("more was asked than this caller may ask for; come again in {seconds} s");
    Problem::new(Sort::Rate, detail).retry_in(seconds)
}
