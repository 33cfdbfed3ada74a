//! A request whose handler panics: it is answered with 500 and counted, and the connection goes on.
//!
//! Never here: what the handler had begun; whatever others wait for is released by its `Drop`.

use std::panic::AssertUnwindSafe;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;

use super::App;
use super::problem::{Problem, Sort};

/// Answers a request, with 500 where its handler panics.
pub(super) async fn catch(State(app): State<App>, request: Request, next: Next) -> Response {
    match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => response,
        Err(_) => {
            // The panic's own words are in the log already, by the hook of the process.
            app.metrics.panicked();
            let detail =
                "the node made a mistake, which was counted; the operator finds it in its log";
            Problem::new(Sort::Failed, detail).into_response()
        }
    }
}
