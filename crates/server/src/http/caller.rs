//! A token that is not taken is refused on every route, those too that answer everyone alike: who sends one
//! means to use it, and learns at once that it does not hold.
//!
//! Start at [`check`].
//!
//! Never here: what a token allows (the proofs that handlers take).

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::problem::Problem;
use super::{App, bearer};

/// Refuses a request whose header names a token that is not taken.
pub(super) async fn check(State(app): State<App>, request: Request, next: Next) -> Response {
    let sent = bearer(request.headers());
    match sent.and_then(|token| app.tokens.read(token)) {
        Ok(_) => next.run(request).await,
        Err(denied) => Problem::from(denied).into_response(),
    }
}
