//! `/events/{position}/correct`: the form of an event with what it says now; what is changed in it becomes a
//! correction.
//!
//! Start at [`show`] and [`take`].
//!
//! Never here: the acts of a correction (crate `fold`), and changing what identifies an event, which no correction
//! does.

use std::collections::BTreeMap;

use askama::Template;
use axum::body::Body;
use axum::http::StatusCode;
use axum::response::Response;
use bytes::Bytes;
use event::{Instant, Json, Kind, OrgId};
use form::{Head, Pairs};

use super::advice::{self, NoticeView};
use super::inputs::{Choice, RowView, WrongView};
use super::making::{Draft, Wrong, new_id, recorded, source};
use super::said::{self, Difference};
use super::send::{SendResult, lead_to_event, of_outcome, send, sent_before};
use super::submission::{Act, FormChange, Submission, Token, with_right};
use super::target::Target;
use super::view;
use crate::access::MayWrite;
use crate::http::{Problem, Sort};
use crate::page::NodeRequest;
use web::address::Address;
use web::layout::{Layout, Way};

/// What no correction changes. Source: docs/reference/events/correction.md.
const KEPT: [&str; 2] = ["target", "pair"];

/// The input of why it is corrected.
const REASON: &str = "/reason";

#[derive(Template)]
#[template(path = "correct_form.html")]
struct FormPage<'v> {
    layout: Layout<'v>,
    kind: String,
    event: Way,
    action: String,
    token: String,
    id: String,
    base: String,
    notice: Option<&'v str>,
    /// What was typed, where the form had to be filled anew.
    typed: Vec<Difference>,
    wrong: Vec<WrongView>,
    places_of_wrong: Vec<(String, String)>,
    reason: RowView,
    rows: Vec<RowView>,
    places: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "correct_preview.html")]
struct PreviewPage<'v> {
    layout: Layout<'v>,
    kind: String,
    event: Way,
    action: String,
    token: String,
    id: String,
    base: String,
    hidden: Vec<(String, String)>,
    differences: Vec<Difference>,
    reason: String,
    visibility: Vec<String>,
    notices: Vec<NoticeView>,
    notice: Option<&'v str>,
}

/// Shows the form of an event as it is now.
pub(crate) async fn show(request: NodeRequest) -> Response {
    let made = begin(&request).await;
    request.answer(made)
}

async fn begin(request: &NodeRequest) -> Result<Response, Problem> {
    request.takes(&[])?;
    request.may.corrects()?;
    let target = Target::find(request).await?;
    let shown = FormView::of(&target, form::fill(target.sent.kind, &shown_data(&target)));
    shown.send(request, StatusCode::OK)
}

/// Returns what a form shows of an event: not what identifies it.
fn shown_data(target: &Target) -> Json {
    let mut data = target.data.clone();
    for name in KEPT {
        data.set(name, None);
    }
    data
}

/// A form that is shown.
struct FormView<'t> {
    target: &'t Target,
    id: String,
    pairs: Pairs,
    wrong: BTreeMap<String, Wrong>,
    notice: Option<&'static str>,
    typed: Vec<Difference>,
}

impl<'t> FormView<'t> {
    fn of(target: &'t Target, pairs: Pairs) -> Self {
        Self {
            target,
            id: new_id(),
            pairs,
            wrong: BTreeMap::new(),
            notice: None,
            typed: Vec::new(),
        }
    }

    fn send(self, request: &NodeRequest, status: StatusCode) -> Result<Response, Problem> {
        let w = request.words();
        let token = Token::of(request)?;
        let kind = self.target.sent.kind;
        let rows = view::rows(w, kind, (&self.pairs, &KEPT), &self.wrong);
        let heads = rows.iter().filter_map(RowView::head);
        let wrong = heads.filter_map(|head| {
            let wrong = head.wrong.as_ref()?;
            let said = [
                ("name", head.label.as_str()),
                ("value", wrong.text.as_str()),
            ];
            Some((head.id.clone(), w.fill("value.named", &said)))
        });
        let page = FormPage {
            layout: Layout::new(request, w.t("correct.title").to_owned()),
            kind: w.label("kind", kind.code()),
            event: event_way(request, self.target),
            action: action(request, self.target),
            token: token.field.clone(),
            id: self.id,
            base: self.target.digest(),
            notice: self.notice.map(|key| w.t(key)),
            typed: self.typed,
            wrong: view::wrong_of_all(w, kind, &self.pairs, &self.wrong),
            places_of_wrong: wrong.collect(),
            reason: view::attribute(w, REASON, self.pairs.text(REASON), &self.wrong),
            rows,
            places: view::places(w),
        };
        Ok(token.given(request.send_fresh(status, &page)?))
    }
}

/// The way back to the event.
pub(super) fn event_way(request: &NodeRequest, target: &Target) -> Way {
    let w = request.words();
    let kind = w.label("kind", target.sent.kind.code());
    let number = w.number(target.position.get());
    Way {
        name: w.fill("event.title", &[("kind", &kind), ("n", &number)]),
        href: request.href(&format!("/events/{}", target.position), &Address::default()),
        here: false,
    }
}

fn action(request: &NodeRequest, target: &Target) -> String {
    let path = format!("/events/{}/correct", target.position);
    request.href(&path, &Address::default())
}

/// Takes a form: shows what would change, or sends the correction.
pub(crate) async fn take(request: NodeRequest, body: Body) -> Response {
    let made = taken(&request, body).await;
    request.answer(made)
}

async fn taken(request: &NodeRequest, body: Body) -> Result<Response, Problem> {
    let (org, body) = with_right(request, body, request.may.corrects()).await?;
    let mut typed = Submission::read(request, body, &[REASON]).await?;
    let target = Target::find(request).await?;
    let kind = target.sent.kind;
    let may = typed.may_write(request)?;
    let changed = typed.change();
    view::code_places(request.words(), kind, &mut typed.pairs);
    let mut shown = FormView::of(&target, typed.pairs.clone());
    shown.id = typed.id.clone().unwrap_or_else(new_id);
    let Some(may) = may else {
        shown.notice = Some("enter.again");
        return shown.send(request, StatusCode::FORBIDDEN);
    };
    let read = match form::read(kind, &typed.pairs) {
        Ok(read) => read,
        Err(mistake) => {
            shown.wrong = super::enter::of_mistake(mistake);
            return shown.send(request, StatusCode::UNPROCESSABLE_ENTITY);
        }
    };
    let before = shown_data(&target);
    if typed.base != target.digest() {
        let says_it = form::patch(&before, &read)
            .as_object()
            .is_none_or(<[_]>::is_empty);
        if typed.act == Act::Send && says_it {
            let before = sent_before(request, (&org, typed.id.as_deref())).await?;
            if let Some(position) = before {
                return Ok(lead_to_event(request, position).await);
            }
        }
        // What was typed was typed over something else: it must not undo what came in between.
        shown.typed = said::differences(request.words(), kind, (&before, &read));
        shown.pairs = form::fill(kind, &before);
        shown.notice = Some("correct.changed");
        return shown.send(request, StatusCode::CONFLICT);
    }
    if changed == FormChange::Yes {
        return shown.send(request, StatusCode::OK);
    }
    let correction = Correction::of(&target, (&before, read), &typed, &org);
    if correction.is_empty() {
        shown.notice = Some("correct.nothing");
        return shown.send(request, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let now = request.app.clock.now();
    shown.wrong = correction.wrong(now);
    if !shown.wrong.is_empty() {
        return shown.send(request, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let preview = |status| preview(request, (&correction, &may), status);
    if typed.act != Act::Send {
        return preview(StatusCode::OK).await;
    }
    match send(request, &may, correction.event(now)).await? {
        SendResult::In(position) => Ok(lead_to_event(request, position).await),
        SendResult::Busy => preview(StatusCode::SERVICE_UNAVAILABLE).await,
        SendResult::Out(pointer, wrong) => {
            shown.wrong = BTreeMap::from([(pointer, wrong)]);
            shown.send(request, StatusCode::UNPROCESSABLE_ENTITY)
        }
    }
}

/// A correction before it is sent.
struct Correction<'t> {
    target: &'t Target,
    before: Json,
    after: Json,
    patch: Json,
    reason: String,
    id: String,
    org: OrgId,
}

impl<'t> Correction<'t> {
    fn of(
        target: &'t Target,
        (before, after): (&Json, Json),
        typed: &Submission,
        org: &OrgId,
    ) -> Self {
        Self {
            target,
            patch: form::patch(before, &after),
            before: before.clone(),
            after,
            reason: typed.pairs.text(REASON),
            id: typed.id.clone().unwrap_or_else(new_id),
            org: org.clone(),
        }
    }

    fn is_empty(&self) -> bool {
        self.patch.as_object().is_none_or(<[_]>::is_empty)
    }

    /// Returns what is wrong with the event as it would be, by its own inputs.
    fn wrong(&self, now: Instant) -> BTreeMap<String, Wrong> {
        let mut data = self.after.clone();
        for name in KEPT {
            if let Some(kept) = self.target.data.get(name) {
                data.set(name, Some(kept.clone()));
            }
        }
        let as_it_would_be = Draft {
            id: self.id.clone(),
            kind: self.target.sent.kind,
            org: self.org.clone(),
            subject: None,
            time: None,
            data,
        };
        as_it_would_be.wrong(now)
    }

    /// Returns its bytes.
    fn event(&self, now: Instant) -> String {
        let mut data = Json::Object(vec![
            ("target".into(), self.target.key()),
            ("patch".into(), self.patch.clone()),
        ]);
        if !self.reason.is_empty() {
            data.set("reason", Some(Json::Text(self.reason.as_str().into())));
        }
        let recorded = recorded(now, &self.patch);
        let head = Head {
            id: &self.id,
            source: &source(&self.org),
            kind: Kind::Correction,
            subject: self.target.case(),
            recorded: &recorded,
            time: None,
        };
        head.event(&data)
    }
}

/// Shows what a correction would change.
async fn preview(
    request: &NodeRequest,
    (correction, may): (&Correction<'_>, &MayWrite),
    status: StatusCode,
) -> Result<Response, Problem> {
    let w = request.words();
    let Correction {
        target,
        before,
        after,
        ..
    } = correction;
    let kind = target.sent.kind;
    let event = Bytes::from(correction.event(request.app.clock.now()));
    let pairs = form::fill(kind, after);
    let notices = match request.app.gate.preview(event, may.sender()).await {
        Ok(notices) => notices,
        Err(out) => {
            let SendResult::Out(pointer, wrong) = of_outcome(out) else {
                return Err(Problem::new(Sort::Busy, "the gate gave no verdict"));
            };
            let mut shown = FormView::of(target, pairs);
            shown.pairs.set(REASON, correction.reason.as_str());
            shown.wrong = BTreeMap::from([(pointer, wrong)]);
            return shown.send(request, StatusCode::UNPROCESSABLE_ENTITY);
        }
    };
    let token = Token::of(request)?;
    let hidden = pairs
        .iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let reason = (REASON.to_owned(), correction.reason.clone());
    let page = PreviewPage {
        layout: Layout::new(request, w.t("correct.title").to_owned()),
        kind: w.label("kind", kind.code()),
        event: event_way(request, target),
        action: action(request, target),
        token: token.field.clone(),
        id: correction.id.clone(),
        base: target.digest(),
        hidden: hidden.chain([reason]).collect(),
        differences: said::differences(w, kind, (before, after)),
        reason: correction.reason.clone(),
        visibility: advice::visibility(w, Kind::Correction, &correction.org, &correction.patch),
        notices: advice::notices(w, &notices),
        notice: (status != StatusCode::OK).then(|| w.t("enter.busy")),
    };
    Ok(token.given(request.send_fresh(status, &page)?))
}
