//! Who asks a service, and how they are refused.
//!
//! Never here: what a token allows (see [`crate::access`]).

use axum::http::HeaderMap;
use wire::tonic::{Request, Status};

use super::status;
use crate::access::MayRead;
use crate::http::problem::Problem;
use crate::http::rate::Caller;
use crate::http::{App, bearer};

/// Who asks a service, and what they sent beside the message.
pub(super) struct CallHead {
    pub(super) headers: HeaderMap,
    /// As whom they are counted, which [`crate::http::caller`] found out.
    pub(super) caller: Caller,
}

impl CallHead {
    /// Divides a request.
    pub(super) fn of<T>(request: Request<T>) -> (Self, T) {
        let (metadata, extensions, message) = request.into_parts();
        let caller = extensions.get().cloned();
        let caller = caller.unwrap_or(Caller::ThisMachine);
        let headers = metadata.into_headers();
        (Self { headers, caller }, message)
    }

    /// Gives the proof by which they read: of a token, never of a cookie.
    ///
    /// # Errors
    /// [`Status`] of a token that is not taken.
    pub(super) fn reads(&self, app: &App) -> Result<MayRead, Status> {
        let token = bearer(&self.headers).map_err(refused)?;
        app.tokens.read(token).map_err(refused)
    }
}

/// Returns the status of what is refused.
pub(super) fn refused(why: impl Into<Problem>) -> Status {
    status::of(&why.into())
}
