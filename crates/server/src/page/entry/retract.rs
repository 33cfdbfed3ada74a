//! `/events/{position}/retract`: an event taken back, shown with what it says before that is sent. Taking back an act
//! undoes it.
//!
//! Start at [`show`] and [`take`].
//!
//! Never here: what a retraction does (crate `fold`).

use askama::Template;
use axum::body::Body;
use axum::http::StatusCode;
use axum::response::Response;
use bytes::Bytes;
use event::{Instant, Json, Kind, OrgId};
use form::{Head, Pairs};

use super::advice::{self, NoticeView};
use super::correct::event_way;
use super::inputs::{Choice, WrongView};
use super::making::{Wrong, new_id, source};
use super::said::{self, Line};
use super::send::{SendResult, lead_to_event, of_outcome, send, sent_before};
use super::submission::{Act, Submission, Token, with_right};
use super::target::Target;
use super::view;
use crate::access::MayWrite;
use crate::http::Problem;
use crate::page::NodeRequest;
use web::address::Address;
use web::layout::{Layout, Way};

/// The list of why an event is taken back.
const REASONS: &str = "retraction_reason";

#[derive(Template)]
#[template(path = "retract.html")]
struct Page<'v> {
    layout: Layout<'v>,
    heading: &'v str,
    event: Way,
    action: String,
    token: String,
    id: String,
    reasons: Vec<Choice>,
    lines: Vec<Line>,
    notices: Vec<NoticeView>,
    wrong: Vec<WrongView>,
    notice: Option<&'v str>,
}

/// Shows what would be taken back.
pub(crate) async fn show(request: NodeRequest) -> Response {
    let made = begin(&request).await;
    request.answer(made)
}

async fn begin(request: &NodeRequest) -> Result<Response, Problem> {
    request.takes(&[])?;
    let org = request.may.corrects()?;
    let target = Target::find(request).await?;
    let may = request.app.tokens.write_by_form(&request.may)?;
    let retraction = Retraction {
        target: &target,
        reason: String::new(),
        id: new_id(),
        org,
    };
    page(request, (&retraction, &may), PageState::default()).await
}

/// How the page is shown: as it was asked for, or after something was not right.
#[derive(Default)]
struct PageState {
    status: StatusCode,
    wrong: Option<Wrong>,
    notice: Option<&'static str>,
}

/// Takes an event back.
pub(crate) async fn take(request: NodeRequest, body: Body) -> Response {
    let made = taken(&request, body).await;
    request.answer(made)
}

async fn taken(request: &NodeRequest, body: Body) -> Result<Response, Problem> {
    let (org, body) = with_right(request, body, request.may.corrects()).await?;
    let typed = Submission::read(request, body, &["/reason"]).await?;
    let target = match Target::find(request).await {
        Ok(target) => target,
        Err(problem) => {
            let before = sent_before(request, (&org, typed.id.as_deref())).await?;
            let before = before.filter(|_| typed.act == Act::Send);
            let position = before.ok_or(problem)?;
            return Ok(lead_to_event(request, position).await);
        }
    };
    let retraction = Retraction {
        target: &target,
        reason: reason(&typed.pairs),
        id: typed.id.clone().unwrap_or_else(new_id),
        org,
    };
    let shown = |status, wrong, notice| PageState {
        status,
        wrong,
        notice,
    };
    let Some(may) = typed.may_write(request)? else {
        let may = request.app.tokens.write_by_form(&request.may)?;
        let shown = shown(StatusCode::FORBIDDEN, None, Some("enter.again"));
        return page(request, (&retraction, &may), shown).await;
    };
    let about = (&retraction, &may);
    if typed.act != Act::Send || retraction.reason.is_empty() {
        let shown = shown(StatusCode::UNPROCESSABLE_ENTITY, None, Some("retract.why"));
        return page(request, about, shown).await;
    }
    let now = request.app.clock.now();
    match send(request, &may, retraction.event(now)).await? {
        SendResult::In(position) => Ok(lead_to_event(request, position).await),
        SendResult::Busy => {
            let shown = shown(StatusCode::SERVICE_UNAVAILABLE, None, Some("enter.busy"));
            page(request, about, shown).await
        }
        SendResult::Out(_, wrong) => {
            let shown = shown(StatusCode::UNPROCESSABLE_ENTITY, Some(wrong), None);
            page(request, about, shown).await
        }
    }
}

fn reason(pairs: &Pairs) -> String {
    pairs.text("/reason")
}

/// A retraction before it is sent.
struct Retraction<'t> {
    target: &'t Target,
    /// Empty where none was chosen.
    reason: String,
    id: String,
    org: OrgId,
}

impl Retraction<'_> {
    fn event(&self, now: Instant) -> String {
        let mut data = Json::Object(vec![("target".into(), self.target.key())]);
        if !self.reason.is_empty() {
            data.set("reason", Some(Json::Text(self.reason.as_str().into())));
        }
        let recorded = now.to_string();
        let head = Head {
            id: &self.id,
            source: &source(&self.org),
            kind: Kind::Retraction,
            subject: self.target.case(),
            recorded: &recorded,
            time: None,
        };
        head.event(&data)
    }
}

async fn page(
    request: &NodeRequest,
    (retraction, may): (&Retraction<'_>, &MayWrite),
    shown: PageState,
) -> Result<Response, Problem> {
    let w = request.words();
    let target = retraction.target;
    let kind = target.sent.kind;
    let event = Bytes::from(retraction.event(request.app.clock.now()));
    let (notices, refused) = match request.app.gate.preview(event, may.sender()).await {
        Ok(notices) => (notices, None),
        Err(out) => match of_outcome(out) {
            SendResult::Out(_, wrong) => (Vec::new(), Some(wrong)),
            SendResult::In(_) | SendResult::Busy => (Vec::new(), None),
        },
    };
    let wrong = shown.wrong.or(refused);
    let token = Token::of(request)?;
    let heading = if kind.is_amendment() {
        w.t("retract.undo")
    } else {
        w.t("retract.title")
    };
    let path = format!("/events/{}/retract", target.position);
    let page = Page {
        layout: Layout::new(request, heading.to_owned()),
        heading,
        event: event_way(request, target),
        action: request.href(&path, &Address::default()),
        token: token.field.clone(),
        id: retraction.id.clone(),
        reasons: view::choices(w, REASONS, std::slice::from_ref(&retraction.reason)),
        lines: said::lines(w, kind, &target.data),
        notices: advice::notices(w, &notices),
        wrong: wrong
            .iter()
            .map(|wrong| view::wrong_view(w, wrong))
            .collect(),
        notice: shown.notice.map(|key| w.t(key)),
    };
    Ok(token.given(request.send_fresh(shown.status, &page)?))
}
