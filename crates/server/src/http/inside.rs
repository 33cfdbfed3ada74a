//! Questions that another protocol than plain HTTP puts: asked as `GET` of the API's own routes, through the same
//! admission, with the caller's own token, so that it can show nothing that they would not.
//!
//! Start at [`InnerQuestion::ask`].
//!
//! Never here: what is answered, and how the other protocol says it.

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, Method, Request, header};
use figures::percent_encode;
use tower_service::Service as _;
use web::http::origin::FORWARDED_PROTO;

use super::problem::{Problem, Sort};
use super::rate::Caller;

/// A question: the path of a route, and the parameters behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct InnerQuestion {
    pub(super) path: String,
    pub(super) pairs: Vec<(String, String)>,
}

/// Who asks.
#[derive(Clone, Copy)]
pub(super) struct Asker<'a> {
    /// The headers of their request.
    pub(super) headers: &'a HeaderMap,
    /// As whom they are counted; none on this machine.
    pub(super) caller: Option<&'a Caller>,
}

/// An answer.
pub(super) struct Reply {
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum NoReply {
    /// What was asked with cannot stand in an address.
    Address,
    /// The answer is longer than the most that was asked for.
    TooLong,
    /// The route refuses.
    Refused(Problem),
}

/// Returns a text as one part of a path, whatever is in it: none leads to another route.
pub(super) fn path_part(text: &str) -> String {
    percent_encode(text).replace('/', "%2F")
}

impl InnerQuestion {
    /// Returns the address, at an R where one is given.
    pub(super) fn address(&self, at: Option<u64>) -> String {
        let pairs = self
            .pairs
            .iter()
            .filter(|(name, _)| at.is_none() || name != "at");
        let pairs = pairs
            .map(|(name, value)| format!("{}={}", percent_encode(name), percent_encode(value)));
        let pairs: Vec<String> = pairs.chain(at.map(|at| format!("at={at}"))).collect();
        match pairs.as_slice() {
            [] => self.path.clone(),
            pairs => format!("{}?{}", self.path, pairs.join("&")),
        }
    }

    /// Returns the address that gives an answer for ever: what the answer says of itself (`query`), else the question
    /// at its R.
    pub(super) fn permanent(&self, query: Option<&str>, position: Option<u64>) -> String {
        let own = query.filter(|own| own.starts_with('/'));
        let limit = self.pairs.iter().find(|(name, _)| name == "limit");
        match (own, limit) {
            (Some(own), Some((_, limit))) => format!("{own}&limit={limit}"),
            (Some(own), None) => own.to_owned(),
            (None, _) => self.address(position),
        }
    }

    /// Asks it of `routes`, for an answer of at most `bytes_max` bytes.
    ///
    /// # Errors
    /// [`NoReply`].
    pub(super) async fn ask(
        &self,
        routes: &Router,
        asker: Asker<'_>,
        bytes_max: usize,
    ) -> Result<Reply, NoReply> {
        let mut request = Request::new(Body::empty());
        *request.method_mut() = Method::GET;
        let address = self.address(None).parse();
        *request.uri_mut() = address.map_err(|_| NoReply::Address)?;
        *request.headers_mut() = forwarded(asker.headers);
        asker.caller.cloned().into_iter().for_each(|caller| {
            request.extensions_mut().insert(caller);
        });
        let Ok(response) = routes.clone().call(request).await;
        let (mut parts, body) = response.into_parts();
        if !parts.status.is_success() {
            let problem = parts.extensions.remove::<Problem>();
            let problem = problem.unwrap_or_else(|| Problem::new(Sort::NotFound, "no answer"));
            return Err(NoReply::Refused(problem));
        }
        let body = to_bytes(body, bytes_max).await;
        let body = body.map_err(|_| NoReply::TooLong)?;
        let headers = parts.headers;
        Ok(Reply { headers, body })
    }
}

impl Reply {
    /// Returns the parameters that give what follows, by the link to the next page; none of one that is whole.
    pub(super) fn next(&self) -> Option<Vec<(String, String)>> {
        let links = self.headers.get_all(header::LINK).iter();
        let links = links.filter_map(|link| link.to_str().ok());
        let next = links
            .flat_map(|links| links.split(", "))
            .find(|link| link.contains("rel=\"next\""))?;
        let target = next.split(['<', '>']).nth(1)?;
        let (_, query) = target.split_once('?')?;
        figures::parse_query(query)
    }
}

/// The headers of the caller that the question needs: a token, never a cookie, so that no page asks in the name of
/// who has signed in.
fn forwarded(headers: &HeaderMap) -> HeaderMap {
    let mut sent = HeaderMap::new();
    for name in [header::AUTHORIZATION, header::HOST, FORWARDED_PROTO] {
        for value in headers.get_all(&name) {
            sent.append(name.clone(), value.clone());
        }
    }
    sent
}
