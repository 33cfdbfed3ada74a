//! A request whose handler panics: it is answered with 500 and counted, and the connection goes on.
//!
//! Never here: what the handler had begun; whatever others wait for is released by its `Drop`.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;

use super::problem::{Problem, Sort};
use crate::metrics::Metrics;

/// Answers a request, with 500 where its handler panics.
pub(super) async fn catch(
    State(metrics): State<Arc<Metrics>>,
    request: Request,
    next: Next,
) -> Response {
    match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => response,
        Err(_) => {
            // The panic's own words are in the log already, by the hook of the process.
            metrics.panicked();
            let detail =
                "the node made a mistake, which was counted; the operator finds it in its log";
            Problem::new(Sort::Failed, detail).into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::http::StatusCode;
    use axum::middleware::from_fn_with_state;
    use axum::routing::get;
    use tower_service::Service as _;

    use super::*;

    /// Is given back when its request is dropped, however that ends.
    struct Slot(Arc<()>);

    async fn fails(State(slot): State<Arc<()>>) -> &'static str {
        let slot = Slot(slot);
        assert!(Arc::strong_count(&slot.0) == 0, "on purpose");
        "never"
    }

    #[tokio::test]
    async fn a_handler_that_panics_is_500_and_a_count_and_leaves_nothing_behind() {
        let (metrics, slot) = (Arc::new(Metrics::default()), Arc::new(()));
        let mut router: Router = Router::new()
            .route("/fails", get(fails))
            .route("/goes-on", get(|| async { "ok" }))
            .layer(from_fn_with_state(metrics.clone(), catch))
            .with_state(slot.clone());
        for (path, status, panics) in [
            ("/fails", StatusCode::INTERNAL_SERVER_ERROR, 1),
            ("/goes-on", StatusCode::OK, 1),
            ("/fails", StatusCode::INTERNAL_SERVER_ERROR, 2),
        ] {
            let request = Request::get(path).body(Body::empty()).unwrap();
            let response = router.call(request).await.unwrap();
            assert_eq!((response.status(), metrics.panics()), (status, panics));
        }
        drop(router);
        assert_eq!(Arc::strong_count(&slot), 1, "what it held is given back");
    }
}
