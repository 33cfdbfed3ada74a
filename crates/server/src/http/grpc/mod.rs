//! gRPC on the same port: the services of `proto/habeas/v1`, health and reflection.
//!
//! Start at `routes`; each service has its file. A service asks what HTTP's handlers ask, with the same proofs of
//! access, and is let in by the same layers; what they refuse is told as a status (`status`). `admission` bounds
//! what HTTP alone does not have: messages, and streams in both directions.
//!
//! Never here: what is answered.

mod admission;
mod call_head;
mod health;
mod proof;
mod query;
mod replay;
pub(in crate::http) mod status;
mod submit;
mod watch;

use axum::Router;
use axum::middleware::from_fn_with_state;
use wire::health::health_server::HealthServer;
use wire::tonic::server::NamedService;
use wire::v1::proof_service_server::ProofServiceServer;
use wire::v1::query_service_server::QueryServiceServer;
use wire::v1::replay_service_server::ReplayServiceServer;
use wire::v1::submit_service_server::SubmitServiceServer;
use wire::v1::watch_service_server::WatchServiceServer;

use super::App;
use super::body::OTHER_BYTES_MAX;

pub use submit::SUBMISSION_BYTES_MAX;

/// Makes the routes of the services; `inner` answers what [`query`] asks.
pub(super) fn routes(app: &App, inner: Router) -> Router<App> {
    let query = query::Query::new(app.clone(), inner);
    let query = QueryServiceServer::new(query).max_decoding_message_size(OTHER_BYTES_MAX);
    let watch = WatchServiceServer::new(watch::Watch::new(app.clone()));
    let submit = SubmitServiceServer::new(submit::Submit::new(app.clone()));
    let replay = ReplayServiceServer::new(replay::Replay::new(app.clone()));
    let proof = ProofServiceServer::new(proof::Proof::new(app.clone()));
    let health = HealthServer::new(health::Health::new(app.clone()));
    let mut router = Router::new()
        .route_service(&path(&query), query)
        .route_service(
            &path(&watch),
            watch.max_decoding_message_size(OTHER_BYTES_MAX),
        )
        .route_service(
            &path(&submit),
            submit.max_decoding_message_size(SUBMISSION_BYTES_MAX),
        )
        .route_service(
            &path(&replay),
            replay.max_decoding_message_size(OTHER_BYTES_MAX),
        )
        .route_service(
            &path(&proof),
            proof.max_decoding_message_size(OTHER_BYTES_MAX),
        )
        .route_service(
            &path(&health),
            health.max_decoding_message_size(OTHER_BYTES_MAX),
        );
    match (wire::reflection(), wire::reflection_v1alpha()) {
        (Ok(new), Ok(old)) => {
            let new = new.max_decoding_message_size(OTHER_BYTES_MAX);
            let old = old.max_decoding_message_size(OTHER_BYTES_MAX);
            router = router
                .route_service(&path(&new), new)
                .route_service(&path(&old), old);
        }
        // A test holds that the descriptors can be read.
        (Err(error), _) | (_, Err(error)) => {
            tracing::error!(%error, "gRPC reflection is not served");
        }
    }
    router.layer(from_fn_with_state(app.clone(), admission::admit))
}

/// Returns the path of a service's methods.
fn path<S: NamedService>(_: &S) -> String {
    format!("/{}/{{method}}", S::NAME)
}
