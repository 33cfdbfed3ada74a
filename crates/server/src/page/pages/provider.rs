//! Signing in with an account at the operator's provider: there, and back with a code.
//!
//! Both are one address, which the provider must know. What comes back comes from another site, so that the cookie of
//! the attempt is `SameSite=Lax`; the session's is `Strict` all the same, which is why the answer is a page that leads
//! on by itself, and no redirection: that would count as the other site's.
//!
//! Never here: what is asked of the provider ([`crate::oidc`]).

use std::sync::Arc;

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use web::Layout;

use super::access;
use crate::access::SignInError;
use crate::desk::Use;
use crate::http::cookie;
use crate::http::{Problem, Sort};
use crate::oidc::{Attempt, Provider, ProviderError};
use crate::page::NodeRequest;

/// When to come again to a provider that is away, in seconds.
const AWAY_SECONDS: u64 = 10;

#[derive(Template)]
#[template(path = "entered.html")]
struct Page<'v> {
    layout: Layout<'v>,
    /// In whose name the reader reads from now on.
    holder: String,
}

/// Leads to the provider, or takes who comes back from it.
pub(crate) async fn show(request: NodeRequest) -> Response {
    let comes_back = ["state", "code", "error"];
    let comes_back = comes_back
        .iter()
        .any(|name| request.address.get(name).is_some());
    let made = match request.app.provider.clone() {
        None => {
            let detail = "people sign in here with tokens; there is no sign-in provider";
            Err(Problem::new(Sort::NotFound, detail))
        }
        Some(provider) if comes_back => enter(&request, &provider).await,
        Some(provider) => lead(&request, &provider).await,
    };
    request.answer(made)
}

async fn lead(request: &NodeRequest, provider: &Arc<Provider>) -> Result<Response, Problem> {
    request.takes(&[])?;
    if request.is_of_another_site() {
        // Nobody else's page begins it, nor has the provider asked by it.
        return Ok(request.lead_to(&request.link("/access")));
    }
    let attempt = provider.attempts().begin(request.app.clock.now());
    let attempt = attempt.map_err(|error| Problem::failed(&error))?;
    let given = cookie::give_attempt(&attempt.cookie, access::transport(request));
    let address = provider.lead(attempt).await?;
    let mut response = request.lead_to(&address);
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(given) = given {
        headers.append(header::SET_COOKIE, given);
    }
    Ok(response)
}

/// Returns the attempt of this browser, and the code that the provider gave it.
fn came_back(request: &NodeRequest, provider: &Provider) -> Result<(Attempt, String), Problem> {
    let refused = |detail: &str| Problem::new(Sort::SignIn, detail);
    let cookie = cookie::attempt(request.headers());
    let state = request.address.get("state").unwrap_or_default();
    let now = request.app.clock.now();
    let attempt = provider
        .attempts()
        .resume(cookie.unwrap_or_default(), state, now);
    let attempt = attempt.ok_or_else(|| {
        refused("this browser began no such sign-in, or began it too long ago; sign in again")
    })?;
    // RFC 9207: a code of another provider is never traded.
    let issuer = request.address.get("iss");
    if issuer.is_some_and(|issuer| issuer != provider.issuer().as_str()) {
        return Err(refused("the code is of another sign-in provider"));
    }
    let code = request.address.get("code").ok_or_else(|| {
        refused("the sign-in provider signed nobody in; sign in again, or with a token")
    })?;
    Ok((attempt, code.to_owned()))
}

async fn enter(request: &NodeRequest, provider: &Arc<Provider>) -> Result<Response, Problem> {
    let (attempt, code) = came_back(request, provider)?;
    let accounts = provider.identify(attempt, code).await?;
    let (app, now) = (&request.app, request.app.clock.now());
    let (session, holder) = match app.tokens.sign_in_at(provider.issuer(), &accounts) {
        Ok(signed_in) => signed_in,
        Err(SignInError::Denied(denied)) => {
            let whose = app.tokens.holder_of_account(provider.issuer(), &accounts);
            app.uses.note(Use::RefusedSignIn, whose.as_ref(), now);
            let subject = accounts.first().map_or("", |account| account.as_str());
            let detail = match whose {
                None => format!(
                    "the sign-in provider knows you as {subject}, which no login of the access file names; tell the operator"
                ),
                Some(_) => denied.to_string(),
            };
            return Err(Problem::new(Sort::SignIn, detail));
        }
        Err(error @ SignInError::Random(_)) => return Err(Problem::failed(&error)),
    };
    let (seconds, _) = now.parts();
    let left = holder.expires;
    let left = left.map(|expires| expires.parts().0.saturating_sub(seconds));
    let given = cookie::give(&session, left, access::transport(request));
    app.uses.note(Use::SignedIn, Some(&holder), now);
    let page = Page {
        layout: Layout::new(request, request.words().t("access.entered").to_owned()),
        holder: access::holder(request, &holder),
    };
    let mut response = request.send_fresh(StatusCode::OK, &page)?;
    let headers = response.headers_mut();
    headers.append(header::SET_COOKIE, cookie::forget_attempt());
    if let Some(given) = given {
        headers.append(header::SET_COOKIE, given);
    }
    if let Ok(on) = HeaderValue::from_str(&format!("0; url={}", request.link("/"))) {
        headers.insert(header::REFRESH, on);
    }
    Ok(response)
}

impl From<ProviderError> for Problem {
    fn from(error: ProviderError) -> Self {
        let sort = match error {
            ProviderError::Busy | ProviderError::Stopping => Sort::Busy,
            ProviderError::Away(_) => Sort::Provider,
            ProviderError::Code | ProviderError::Untrusted(_) => Sort::SignIn,
        };
        let problem = Self::new(sort, error.to_string());
        if sort == Sort::Provider {
            problem.retry_in(AWAY_SECONDS)
        } else {
            problem
        }
    }
}
