//! `ProofService`: checkpoint, inclusion and consistency. Hashes and checkpoints are for everyone.
//!
//! Start at [`Proof`].
//!
//! Never here: signing, and how a proof is made.

use event::Position;
use wire::tonic::{Request, Response, Status, async_trait};
use wire::v1::proof_service_server::ProofService;
use wire::v1::{
    CheckpointRequest, CheckpointResponse, ConsistencyRequest, ConsistencyResponse,
    InclusionRequest, InclusionResponse,
};

use super::call_head::refused;
use crate::http::problem::{Problem, Sort};
use crate::http::{App, log};

/// Proves.
pub(super) struct Proof {
    app: App,
}

impl Proof {
    /// Makes the service.
    pub(super) const fn new(app: App) -> Self {
        Self { app }
    }
}

fn bytes(path: &[proof::Hash]) -> Vec<wire::Bytes> {
    let hashes = path.iter();
    hashes
        .map(|hash| wire::Bytes::copy_from_slice(hash.as_bytes()))
        .collect()
}

#[async_trait]
impl ProofService for Proof {
    async fn checkpoint(
        &self,
        _: Request<CheckpointRequest>,
    ) -> Result<Response<CheckpointResponse>, Status> {
        let note = log::published(&self.app).map_err(refused)?;
        let (_, checkpoint) = log::newest(&self.app).map_err(refused)?;
        Ok(Response::new(CheckpointResponse {
            note,
            size: checkpoint.size,
            root: wire::Bytes::copy_from_slice(checkpoint.root.as_bytes()),
        }))
    }

    async fn inclusion(
        &self,
        request: Request<InclusionRequest>,
    ) -> Result<Response<InclusionResponse>, Status> {
        let position = request.into_inner().position;
        let (receipt, size) = log::receipt(&self.app, position).map_err(refused)?;
        Ok(Response::new(InclusionResponse {
            index: receipt.index,
            path: bytes(&receipt.path),
            receipt: receipt.to_string(),
            size,
        }))
    }

    async fn consistency(
        &self,
        request: Request<ConsistencyRequest>,
    ) -> Result<Response<ConsistencyResponse>, Status> {
        let asked = request.into_inner();
        let (_, checkpoint) = log::newest(&self.app).map_err(refused)?;
        let signed = checkpoint.size;
        let new = match asked.new_size {
            0 => signed,
            size => size,
        };
        let old = asked.old_size;
        if new > signed {
            let detail = format!("new_size is {new}, and the newest checkpoint is of {signed}");
            return Err(refused(Problem::new(Sort::Position, detail)));
        }
        if old == 0 || old > new {
            let detail = format!("old_size is {old}, but must be 1 to {new}");
            return Err(refused(Problem::new(Sort::Parameter, detail)));
        }
        let archive = &self.app.archive;
        let path = tokio::task::block_in_place(|| {
            archive.consistency(Position::new(old), Position::new(new))
        });
        let path = path.map_err(|error| refused(Problem::failed(&error)))?;
        Ok(Response::new(ConsistencyResponse {
            old_size: old,
            new_size: new,
            path: bytes(&path),
        }))
    }
}
