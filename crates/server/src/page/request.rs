//! A request for a page, as it comes: who reads, and the parameters.
//!
//! Start at [`NodeRequest`].
//!
//! Never here: what a page asks of it (see [`PageRequest`]).

use std::ops::Deref;
use std::sync::Arc;

use axum::extract::{FromRequestParts, OriginalUri, RawPathParams, RawQuery};
use axum::http::header;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use web::PageRequest;
use web::request::Rights;

use crate::access::MayRead;
use crate::http::{App, Problem, cookie};

/// A request for a page that acts on the node.
pub(crate) struct NodeRequest {
    pub(super) app: App,
    pub(super) may: MayRead,
    request: PageRequest,
}

impl Deref for NodeRequest {
    type Target = PageRequest;

    fn deref(&self) -> &PageRequest {
        &self.request
    }
}

impl FromRequestParts<App> for NodeRequest {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let plain = |problem: Problem| problem.into_response();
        let OriginalUri(uri) = OriginalUri::from_request_parts(parts, app)
            .await
            .map_err(IntoResponse::into_response)?;
        let RawQuery(query) = RawQuery::from_request_parts(parts, app)
            .await
            .map_err(IntoResponse::into_response)?;
        let id = RawPathParams::from_request_parts(parts, app)
            .await
            .ok()
            .and_then(|params| params.iter().next().map(|(_, value)| value.to_owned()))
            .unwrap_or_default();
        let is_page = says_who_reads(uri.path());
        let (may, signed_out) = match MayRead::from_request_parts(parts, app).await {
            Ok(may) => (may, None),
            // A cookie that has run out is no reason to show nothing.
            Err(_) if is_page && !parts.headers.contains_key(header::AUTHORIZATION) => {
                (MayRead::of_nobody(), Some(cookie::forget()))
            }
            Err(problem) => return Err(plain(problem)),
        };
        let mut request = PageRequest::new(
            Arc::new(app.clone()),
            app.pages.made_with.clone(),
            may.scope().clone(),
            uri.path(),
            parts.headers.clone(),
        );
        request.id = id;
        request.rights = match (may.enters(), may.corrects()) {
            (_, Ok(_)) => Rights::Corrects,
            (Ok(_), Err(_)) => Rights::Enters,
            (Err(_), Err(_)) => Rights::Reads,
        };
        request.signed_out = signed_out;
        match request.read_address(query.as_deref().unwrap_or_default()) {
            Ok(()) => {}
            Err(problem) if request.path.starts_with("/v1/") => return Err(plain(problem)),
            Err(problem) => return Err(request.answer(Err(problem))),
        }
        Ok(Self {
            app: app.clone(),
            may,
            request,
        })
    }
}

impl FromRequestParts<App> for PageRequest {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let request = NodeRequest::from_request_parts(parts, app).await?;
        Ok(request.request)
    }
}

/// Whether what is sent from a path says who reads: a file, a chart or a frame cannot say that it is no longer
/// what its reader had.
fn says_who_reads(path: &str) -> bool {
    !path.starts_with("/v1/") && !path.ends_with("/embed")
}
