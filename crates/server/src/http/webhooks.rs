//! `/v1/webhooks`: the desk of an organisation registers addresses to which new events are posted, and looks after
//! what could not be delivered.
//!
//! Start at `create`. A secret is told once, to who registers.
//!
//! Never here: deliveries ([`crate::webhooks`]).

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use event::{OrgId, Position, hex};
use serde::{Deserialize, Serialize};
use web::http::event_filter::EventFilter;
use web::http::parameters::Parameters;
use web::record::AsKnown;

use super::body::OTHER_BYTES_MAX;
use super::cursor::Listing;
use super::problem::{Problem, Sort};
use super::window::WindowRequest;
use super::{App, NoParameters};
use crate::access::{MayRead, MayRegister};
use crate::desk::{DeadLetter, End, RegisterError, Webhook};
use crate::webhooks::{Address, Secret};

/// Bytes of the random id of a webhook.
const ID_BYTES: usize = 8;

/// What is registered.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    /// Where events are posted to.
    url: String,
    /// Which: a question's filters.
    #[serde(default)]
    filter: String,
    /// What signatures are made with; one is made where none is given.
    secret: Option<String>,
    /// After which position; what comes next where nothing is said.
    after: Option<u64>,
}

/// A webhook that was registered just now.
#[derive(Serialize)]
struct Registered {
    /// What signatures are made with: it is told this once.
    secret: String,
    #[serde(flatten)]
    webhook: WebhookBody,
}

/// The webhooks.
#[derive(Serialize)]
struct Listed {
    webhooks: Vec<WebhookBody>,
}

/// A webhook.
#[derive(Serialize)]
struct WebhookBody {
    id: String,
    org: String,
    /// The id of the token that registered it, by whose scope events are sent.
    token: String,
    url: String,
    filter: String,
    created: String,
    /// `active`, `no_access` where its token does not hold, `gone` after a 410, `dead_letters` at their most.
    state: &'static str,
    /// All that it takes up to this position is delivered, or a dead letter.
    position: u64,
    failing: Option<FailingBody>,
    dead_letters: usize,
}

/// A delivery that is tried again.
#[derive(Serialize)]
struct FailingBody {
    position: u64,
    tries: usize,
    why: String,
}

/// Dead letters.
#[derive(Serialize)]
struct DeadLetters {
    dead_letters: Vec<LetterBody>,
}

/// A dead letter.
#[derive(Serialize)]
struct LetterBody {
    webhook: String,
    position: u64,
    tries: usize,
    why: String,
    /// When it was tried the last time.
    at: String,
    /// Whether it is to be sent again.
    asked: bool,
}

/// Registers a webhook. 201, with its secret.
pub(super) async fn create(
    State(app): State<App>,
    may: MayRegister,
    _: NoParameters,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let (org, token) = may.desk()?;
    let (form, _) = super::events::form(&headers)?;
    if form != crate::gate::body::Form::One {
        let detail = "a webhook is sent as application/json";
        return Err(Problem::new(Sort::ContentType, detail));
    }
    let body = super::body::read(&app.bounds.bodies, &headers, body, OTHER_BYTES_MAX).await?;
    let asked: Request = serde_json::from_slice(&body.bytes)
        .map_err(|why| wrong(format!("it is no webhook: {}", place(&why))))?;
    let networks = &app.webhook_networks;
    Address::parse(&asked.url, networks).map_err(|why| wrong(why.to_string()))?;
    EventFilter::parse(&asked.filter).map_err(|why| wrong(format!("the filter: {why}")))?;
    let secret = match &asked.secret {
        Some(text) => Secret::parse(text).map_err(|why| wrong(why.to_string()))?,
        None => Secret::random().map_err(|error| Problem::failed(&error))?,
    };
    let newest = app.node.position().get();
    let after = asked.after.unwrap_or(newest);
    if after > newest {
        let detail = format!("after is {after}, which is above the newest position, {newest}");
        return Err(wrong(detail));
    }
    let mut id = [0; ID_BYTES];
    getrandom::fill(&mut id).map_err(|error| Problem::failed(&error))?;
    let webhook = Webhook {
        id: hex(&id),
        org,
        token: token.to_string(),
        url: asked.url,
        filter: asked.filter,
        secret: secret.to_text(),
        created: app.clock.now().to_string(),
        position: after,
        failing: None,
        ended: None,
    };
    tokio::task::block_in_place(|| app.webhooks.register(webhook.clone()))?;
    let place = HeaderValue::try_from(format!("/v1/webhooks/{}", webhook.id));
    let place = place.map_err(|error| Problem::failed(&error))?;
    let told = Registered {
        secret: webhook.secret.clone(),
        webhook: shown(&app, webhook, 0),
    };
    let mut response = answer(StatusCode::CREATED, &told)?;
    response.headers_mut().insert(header::LOCATION, place);
    Ok(response)
}

/// Lists the webhooks, in the order in which they were registered.
pub(super) async fn list(
    State(app): State<App>,
    may: MayRead,
    _: NoParameters,
) -> Result<Response, Problem> {
    let of = may.webhooks()?;
    let found = app.webhooks.list(of.as_ref()).into_iter();
    let webhooks = found.map(|(webhook, letters)| shown(&app, webhook, letters));
    answer(
        StatusCode::OK,
        &Listed {
            webhooks: webhooks.collect(),
        },
    )
}

/// Takes a webhook out, with its dead letters.
pub(super) async fn remove(
    State(app): State<App>,
    may: MayRegister,
    Path(id): Path<String>,
    _: NoParameters,
) -> Result<Response, Problem> {
    find(&app, may.organisation().cloned(), &id)?;
    let removed = tokio::task::block_in_place(|| app.webhooks.remove(&id));
    removed.map_err(|error| Problem::failed(&error))?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Lists the dead letters of one webhook, or of all that the caller looks after, by webhook and position.
pub(super) async fn dead_letters(
    State(app): State<App>,
    may: MayRead,
    mut parameters: Parameters,
) -> Result<Response, Problem> {
    let of = may.webhooks()?;
    let window = WindowRequest::take(&mut parameters)?;
    let only = parameters.take("webhook");
    parameters.end("cursor, limit, webhook")?;
    let found = match &only {
        Some(id) => vec![find(&app, of, id)?],
        None => app
            .webhooks
            .list(of.as_ref())
            .into_iter()
            .map(|(webhook, _)| webhook)
            .collect(),
    };
    let log = app.node.model().map(|model| model.log()).transpose();
    // They are this node's own, and of no R.
    let known = AsKnown {
        log: log
            .map_err(|failure| Problem::failed(&failure))?
            .unwrap_or_default(),
        position: Position::ZERO,
        left_out: None,
        hidden_through: Position::ZERO,
        is_hiding: false,
    };
    let question = only.map(|id| format!("webhook={id}")).unwrap_or_default();
    let listing = Listing {
        path: "/v1/webhooks/dead-letters",
        question: &question,
        known,
        scope: may.scope(),
    };
    let window = window.of(&listing)?;
    let letters = found.iter().flat_map(|webhook| {
        let letters = app.webhooks.dead_letters(&webhook.id).into_iter();
        letters.map(|letter| LetterBody::new(&webhook.id, letter))
    });
    let mut dead_letters: Vec<LetterBody> = letters.collect();
    let all = window.cut(&mut dead_letters);
    let mut response = answer(StatusCode::OK, &DeadLetters { dead_letters })?;
    window.link_next(&mut response, &listing, all, "");
    Ok(response)
}

/// Has a dead letter sent again: 202, since it is sent after this answer.
pub(super) async fn send_again(
    State(app): State<App>,
    may: MayRegister,
    Path((id, position)): Path<(String, String)>,
    _: NoParameters,
) -> Result<Response, Problem> {
    find(&app, may.organisation().cloned(), &id)?;
    let none = || Problem::new(Sort::NotFound, "there is no such dead letter");
    let position = position.parse().map_err(|_| none())?;
    let asked = tokio::task::block_in_place(|| app.webhooks.ask_again(&id, position));
    if asked.map_err(|error| Problem::failed(&error))? {
        Ok(StatusCode::ACCEPTED.into_response())
    } else {
        Err(none())
    }
}

/// Finds a webhook of an organisation, or of any.
fn find(app: &App, of: Option<OrgId>, id: &str) -> Result<Webhook, Problem> {
    let found = app.webhooks.find(id);
    let own = found.filter(|webhook| of.is_none_or(|org| org == webhook.org));
    own.ok_or_else(|| Problem::new(Sort::NotFound, "there is no such webhook of yours"))
}

fn shown(app: &App, webhook: Webhook, dead_letters: usize) -> WebhookBody {
    let is_held = || {
        app.tokens
            .registrant(&webhook.token, &webhook.org)
            .is_some()
    };
    let state = match webhook.ended {
        Some(End::Gone) => "gone",
        Some(End::DeadLetters) => "dead_letters",
        None if is_held() => "active",
        None => "no_access",
    };
    let failing = webhook.failing.map(|failing| FailingBody {
        position: failing.position,
        tries: failing.tries,
        why: failing.why,
    });
    WebhookBody {
        state,
        failing,
        id: webhook.id,
        org: webhook.org.to_string(),
        token: webhook.token,
        url: webhook.url,
        filter: webhook.filter,
        created: webhook.created,
        position: webhook.position,
        dead_letters,
    }
}

impl LetterBody {
    fn new(webhook: &str, letter: DeadLetter) -> Self {
        Self {
            webhook: webhook.to_owned(),
            position: letter.position,
            tries: letter.tries,
            why: letter.why,
            at: letter.at,
            asked: letter.is_asked,
        }
    }
}

impl From<RegisterError> for Problem {
    fn from(error: RegisterError) -> Self {
        match error {
            RegisterError::OfOrganisation | RegisterError::OfNode => {
                Self::new(Sort::Full, error.to_string())
            }
            RegisterError::Disk(error) => Self::failed(&error),
        }
    }
}

fn wrong(detail: String) -> Problem {
    Problem::new(Sort::Body, detail)
}

/// Where JSON is not right, without a word of it: it may hold a secret.
fn place(error: &serde_json::Error) -> String {
    format!(
        "line {}, column {}; it is {{\"url\": .., \"filter\": .., \"secret\": .., \"after\": ..}}",
        error.line(),
        error.column()
    )
}

fn answer(status: StatusCode, body: &impl Serialize) -> Result<Response, Problem> {
    let body = serde_json::to_vec(body).map_err(|error| Problem::failed(&error))?;
    let head = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((status, head, body).into_response())
}
