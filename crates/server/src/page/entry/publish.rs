//! `/events/{position}/publish`: what was kept is sent anew for others to see, and the kept event taken back as its
//! duplicate, both or none; shown first.
//!
//! Start at [`show`] and [`take`].
//!
//! Never here: what can be published and what is sent (crate `form`).

use askama::Template;
use axum::body::Body;
use axum::http::StatusCode;
use axum::response::Response;
use bytes::Bytes;
use event::{Json, Kind};
use form::{Audience, KeptEvent, Publication};

use super::advice;
use super::correct::event_way;
use super::inputs::{Choice, WrongView};
use super::making::Wrong;
use super::said::{self, Difference};
use super::send::{SendResult, lead_to_event, of_outcome};
use super::submission::{Act, Submission, Token, with_right};
use super::target::Target;
use super::view;
use crate::access::MayWrite;
use crate::gate::Outcome;
use crate::http::record::by_position;
use crate::http::{Problem, Sort};
use crate::page::NodeRequest;
use crate::query::snapshot::Snapshot;
use web::address::Address;
use web::http::parameters::Parameters;
use web::layout::{Layout, Way};

/// The input of who may see it.
const AUDIENCE: &str = "/audience";

/// What may be chosen there.
const AUDIENCES: [Audience; 2] = [Audience::Public, Audience::Partners];

#[derive(Template)]
#[template(path = "publish.html")]
struct Page<'v> {
    layout: Layout<'v>,
    event: Way,
    action: String,
    token: String,
    audiences: Vec<Choice>,
    /// Why it cannot be published.
    refused: Option<String>,
    /// None before somebody is chosen who may see it.
    preview: Option<Preview>,
    wrong: Option<WrongView>,
    notice: Option<&'v str>,
}

/// What others would see, and who.
struct Preview {
    base: String,
    differences: Vec<Difference>,
    visibility: Vec<String>,
}

/// How the page is shown: as it was asked for, or after something was not right.
#[derive(Default)]
struct PageState {
    status: StatusCode,
    wrong: Option<Wrong>,
    notice: Option<&'static str>,
}

/// Shows what publishing an event changes.
pub(crate) async fn show(request: NodeRequest) -> Response {
    let made = begin(&request).await;
    request.answer(made)
}

async fn begin(request: &NodeRequest) -> Result<Response, Problem> {
    request.takes(&[])?;
    request.may.corrects()?;
    let target = Target::find(request).await?;
    page(request, &target, (None, PageState::default())).await
}

/// Publishes an event.
pub(crate) async fn take(request: NodeRequest, body: Body) -> Response {
    let made = taken(&request, body).await;
    request.answer(made)
}

async fn taken(request: &NodeRequest, body: Body) -> Result<Response, Problem> {
    let (_, body) = with_right(request, body, request.may.corrects()).await?;
    let typed = Submission::read(request, body, &[AUDIENCE]).await?;
    let chosen = audience(&typed.pairs.text(AUDIENCE))?;
    let target = Target::find(request).await?;
    let state = |status, wrong, notice| PageState {
        status,
        wrong,
        notice,
    };
    let Some(may) = typed.may_write(request)? else {
        let shown = state(StatusCode::FORBIDDEN, None, Some("enter.again"));
        return page(request, &target, (chosen, shown)).await;
    };
    let Some(audience) = chosen else {
        let shown = state(
            StatusCode::UNPROCESSABLE_ENTITY,
            None,
            Some("publish.choose"),
        );
        return page(request, &target, (None, shown)).await;
    };
    if typed.act != Act::Send {
        return page(request, &target, (chosen, PageState::default())).await;
    }
    if typed.base != shown_to(&target, audience) {
        let shown = state(StatusCode::CONFLICT, None, Some("publish.changed"));
        return page(request, &target, (chosen, shown)).await;
    }
    let Ok(publication) = publication(request, &target, audience).await? else {
        let shown = state(StatusCode::UNPROCESSABLE_ENTITY, None, None);
        return page(request, &target, (chosen, shown)).await;
    };
    match send(request, &may, &publication).await {
        SendResult::In(position) => Ok(lead_to_event(request, position).await),
        SendResult::Busy => {
            let shown = state(StatusCode::SERVICE_UNAVAILABLE, None, Some("enter.busy"));
            page(request, &target, (chosen, shown)).await
        }
        SendResult::Out(_, wrong) => {
            let shown = state(StatusCode::UNPROCESSABLE_ENTITY, Some(wrong), None);
            page(request, &target, (chosen, shown)).await
        }
    }
}

/// Reads who may see it; none where nobody is chosen, which publishes nothing.
///
/// # Errors
/// [`Problem`] of a code that is no audience.
fn audience(code: &str) -> Result<Option<Audience>, Problem> {
    if code.is_empty() {
        return Ok(None);
    }
    let found = AUDIENCES
        .into_iter()
        .find(|audience| audience.code() == code);
    let unknown = || {
        let detail = format!("the audience is {code:?}, but must be public or partners");
        Problem::new(Sort::Parameter, detail)
    };
    found.ok_or_else(unknown).map(Some)
}

/// What a form was shown with: what the event says now, and for whom. Only that is sent.
fn shown_to(target: &Target, audience: Audience) -> String {
    format!("{} {}", target.digest(), audience.code())
}

/// Makes what would be sent, or says why nothing can be.
async fn publication(
    request: &NodeRequest,
    target: &Target,
    audience: Audience,
) -> Result<Result<Publication, String>, Problem> {
    let org = request.may.corrects()?;
    let mut newest = Parameters(Vec::new());
    let snapshot = Snapshot::hiding(&request.app.node, request.may.scope(), &mut newest).await?;
    let scope = request.may.scope();
    let told =
        tokio::task::block_in_place(|| by_position::told(&snapshot, target.position, scope))?;
    let kept: KeptEvent = serde_json::from_value(told).map_err(|error| Problem::failed(&error))?;
    // Whoever corrects for an organisation is its desk: another's event is refused by that.
    let asker = (Some("desk"), Some(org.as_str()));
    let now = request.app.clock.now();
    Ok(Publication::new(&kept, audience, asker, now))
}

/// Sends both events, or none; leads to the new one.
async fn send(request: &NodeRequest, may: &MayWrite, publication: &Publication) -> SendResult {
    let app = &request.app;
    let events = publication.lines().map(Bytes::from).into();
    let verdicts = match app.gate.submit_together(events, may.sender()).await {
        Ok(verdicts) => verdicts,
        Err(busy) => {
            tracing::warn!(error = %busy, "a publication of a form was not taken");
            return SendResult::Busy;
        }
    };
    app.metrics.judged(&verdicts);
    let mut outcomes = verdicts.into_iter().map(|verdict| verdict.outcome);
    let first = outcomes.next();
    // What the second is refused for is told where the first stands back for it alone.
    let out = outcomes.find(|outcome| matches!(outcome, Outcome::Out { .. }));
    out.or(first).map_or(SendResult::Busy, of_outcome)
}

async fn page(
    request: &NodeRequest,
    target: &Target,
    (audience, shown): (Option<Audience>, PageState),
) -> Result<Response, Problem> {
    let w = request.words();
    let org = request.may.corrects()?;
    // What cannot be published for anyone is refused before somebody is chosen.
    let of = audience.unwrap_or(Audience::Public);
    let publication = publication(request, target, of).await?;
    let kind: Kind = target.sent.kind;
    let preview = audience.map(|audience| {
        let mut after = target.data.clone();
        after.set("visibility", Some(Json::Text(audience.code().into())));
        Preview {
            base: shown_to(target, audience),
            differences: said::differences(w, kind, (&target.data, &after)),
            visibility: advice::visibility(w, kind, &org, &after),
        }
    });
    let token = Token::of(request)?;
    let path = format!("/events/{}/publish", target.position);
    let choice = |one: Audience| Choice {
        code: one.code().to_owned(),
        label: w.label("visibility", one.code()),
        chosen: Some(one) == audience,
    };
    let page = Page {
        layout: Layout::new(request, w.t("publish.title").to_owned()),
        event: event_way(request, target),
        action: request.href(&path, &Address::default()),
        token: token.field.clone(),
        audiences: AUDIENCES.map(choice).into(),
        preview,
        refused: publication.err(),
        wrong: shown.wrong.as_ref().map(|wrong| view::wrong_view(w, wrong)),
        notice: shown.notice.map(|key| w.t(key)),
    };
    Ok(token.given(request.send_fresh(shown.status, &page)?))
}
