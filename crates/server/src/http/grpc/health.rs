//! `grpc.health.v1.Health`: whether each service answers.
//!
//! Start at [`Health`]. Services of the record answer once the node has caught up, as HTTP does; proofs at any time.
//!
//! Never here: what keeps the node from writing (see `/readyz`).

use std::pin::Pin;
use std::time::Duration;

use futures_util::stream::{self, Stream, StreamExt as _};
use wire::health::health_check_response::ServingStatus;
use wire::health::{HealthCheckRequest, HealthCheckResponse, health_server};
use wire::tonic::server::NamedService;
use wire::tonic::{Request, Response, Status, async_trait};
use wire::v1::proof_service_server::ProofServiceServer;
use wire::v1::query_service_server::QueryServiceServer;
use wire::v1::replay_service_server::ReplayServiceServer;
use wire::v1::submit_service_server::SubmitServiceServer;
use wire::v1::watch_service_server::WatchServiceServer;

use super::call_head::refused;
use super::{proof::Proof, query::Query, replay::Replay, submit::Submit, watch::Watch};
use crate::http::App;
use crate::http::problem::{Problem, Sort};

/// How often it is looked whether a service answers, for who watches it. Source: docs/reference/limits.md.
const LOOK: Duration = Duration::from_secs(1);

/// The services that answer of the record; the empty name is the node as a whole.
const OF_THE_RECORD: [&str; 5] = [
    "",
    QueryServiceServer::<Query>::NAME,
    WatchServiceServer::<Watch>::NAME,
    SubmitServiceServer::<Submit>::NAME,
    ReplayServiceServer::<Replay>::NAME,
];

/// Says whether services answer.
#[derive(Clone)]
pub(super) struct Health {
    app: App,
}

impl Health {
    /// Makes the service.
    pub(super) const fn new(app: App) -> Self {
        Self { app }
    }

    fn status(&self, service: &str) -> ServingStatus {
        let is_ready = self.app.node.catch_up().is_done && self.app.node.model().is_some();
        if service == ProofServiceServer::<Proof>::NAME {
            ServingStatus::Serving
        } else if !OF_THE_RECORD.contains(&service) {
            ServingStatus::ServiceUnknown
        } else if is_ready {
            ServingStatus::Serving
        } else {
            ServingStatus::NotServing
        }
    }
}

type Responses = Pin<Box<dyn Stream<Item = Result<HealthCheckResponse, Status>> + Send>>;

fn response(status: ServingStatus) -> HealthCheckResponse {
    HealthCheckResponse {
        status: status.into(),
    }
}

#[async_trait]
impl health_server::Health for Health {
    async fn check(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        let service = request.into_inner().service;
        match self.status(&service) {
            ServingStatus::ServiceUnknown => {
                let detail = "there is no such service: the empty name is the node as a whole";
                Err(refused(Problem::new(Sort::NotFound, detail)))
            }
            known @ (ServingStatus::Unknown
            | ServingStatus::Serving
            | ServingStatus::NotServing) => Ok(Response::new(response(known))),
        }
    }

    type WatchStream = Responses;

    async fn watch(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<Responses>, Status> {
        let service = request.into_inner().service;
        let looking = (self.clone(), service, None);
        let statuses = stream::unfold(looking, |(health, service, told)| async move {
            loop {
                let status = health.status(&service);
                if told != Some(status) {
                    return Some((Ok(response(status)), (health, service, Some(status))));
                }
                tokio::time::sleep(LOOK).await;
            }
        });
        Ok(Response::new(statuses.boxed()))
    }
}
