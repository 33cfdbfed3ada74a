//! How a page is sent: its headers, what it may load, and nothing where its reader has it already.
//!
//! Start at [`PageRequest::send`].
//!
//! Never here: who asks (see [`super::request`]), and what stands on a page.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::request::PageRequest;
use crate::http::{Problem, gzip, response};
use crate::record::Snapshot;

/// What a page may load and do. Source: docs/guides/page.md, Safety.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; \
    font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The same for what may stand in a layout of any site.
const POLICY_EMBED: &str = "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; \
    form-action 'none'; base-uri 'none'; frame-ancestors *";

impl PageRequest {
    /// Returns the name of an answer from a snapshot: a page of an earlier R leads to the newest too.
    fn tag_question(&self, snapshot: &Snapshot) -> String {
        format!("{} {}", self.question(), snapshot.newest())
    }

    /// Returns 304 where the reader has this page at this position already.
    pub fn unchanged(&self, snapshot: &Snapshot) -> Option<Response> {
        let question = self.tag_question(snapshot);
        let response = response::tagged(
            &self.headers,
            self.scope(),
            &question,
            snapshot.known(),
            "text/html; charset=utf-8",
            Vec::new(),
        );
        (response.status() == StatusCode::NOT_MODIFIED).then(|| self.dress(response, POLICY))
    }

    /// Sends a page that follows from its address, R and the scope alone.
    ///
    /// # Errors
    /// [`Problem`] of a template that fails.
    pub fn send(&self, snapshot: &Snapshot, page: &impl Template) -> Result<Response, Problem> {
        self.tagged(snapshot, page, POLICY)
    }

    /// Sends a page that may stand in a layout of any site.
    ///
    /// # Errors
    /// [`Problem`] of a template that fails.
    pub(crate) fn send_embed(
        &self,
        snapshot: &Snapshot,
        page: &impl Template,
    ) -> Result<Response, Problem> {
        self.tagged(snapshot, page, POLICY_EMBED)
    }

    fn tagged(
        &self,
        snapshot: &Snapshot,
        page: &impl Template,
        policy: &'static str,
    ) -> Result<Response, Problem> {
        let (body, squeezed) = self.rendered(page)?;
        let response = response::tagged(
            &self.headers,
            self.scope(),
            &self.tag_question(snapshot),
            snapshot.known(),
            "text/html; charset=utf-8",
            body,
        );
        let mut response = self.dress(response, policy);
        if squeezed {
            gzip::mark(response.headers_mut());
        }
        Ok(response)
    }

    /// Sends a page that no cache may keep.
    ///
    /// # Errors
    /// [`Problem`] of a template that fails.
    pub fn send_fresh(
        &self,
        status: StatusCode,
        page: &impl Template,
    ) -> Result<Response, Problem> {
        let (body, squeezed) = self.rendered(page)?;
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/html; charset=utf-8"),
        );
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if squeezed {
            gzip::mark(headers);
        }
        Ok(self.dress(response, POLICY))
    }

    fn rendered(&self, page: &impl Template) -> Result<(Vec<u8>, bool), Problem> {
        let html = page
            .render()
            .map_err(|error| Problem::failed(&error))?
            .into_bytes();
        if gzip::accepted(&self.headers)
            && let Some(squeezed) = gzip::fast(&html)
        {
            return Ok((squeezed, true));
        }
        Ok((html, false))
    }

    /// Sets what every page says in its headers.
    fn dress(&self, mut response: Response, policy: &'static str) -> Response {
        let headers = response.headers_mut();
        let set = [
            (header::CONTENT_SECURITY_POLICY, policy),
            (header::REFERRER_POLICY, "no-referrer"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ];
        for (name, value) in set {
            headers.insert(name, HeaderValue::from_static(value));
        }
        let vary = if self.base.is_empty() {
            "authorization, cookie, accept-encoding, accept-language"
        } else {
            "authorization, cookie, accept-encoding"
        };
        headers.insert(header::VARY, HeaderValue::from_static(vary));
        // One tag for a page, compressed or not: the same page, if not the same bytes.
        let tag = headers.get(header::ETAG).and_then(|tag| tag.to_str().ok());
        if let Some(tag) = tag.filter(|tag| !tag.starts_with("W/"))
            && let Ok(weak) = HeaderValue::from_str(&format!("W/{tag}"))
        {
            headers.insert(header::ETAG, weak);
        }
        if let Ok(language) = HeaderValue::from_str(&self.code) {
            headers.insert(header::CONTENT_LANGUAGE, language);
        }
        if let Some(forget) = &self.signed_out {
            headers.append(header::SET_COOKIE, forget.clone());
        }
        response
    }

    /// Leads to another address, by GET.
    pub fn lead_to(&self, address: &str) -> Response {
        let mut response = StatusCode::SEE_OTHER.into_response();
        if let Ok(address) = HeaderValue::from_str(address) {
            response.headers_mut().insert(header::LOCATION, address);
        }
        self.dress(response, POLICY)
    }
}
