//! `/enter`: which kind of event, its form, what it would be, and sending it.
//!
//! Start at [`choose`], [`show`] and [`take`].
//!
//! Never here: correcting what is in the record (see [`super::correct`]).

use std::collections::BTreeMap;

use askama::Template;
use axum::body::Body;
use axum::http::StatusCode;
use axum::response::Response;
use bytes::Bytes;
use event::{Kind, OrgId};
use form::{Mistake, Pairs};

use super::advice::{self, NoticeView, Pair, People};
use super::inputs::{Choice, RowView, WrongView};
use super::making::{Draft, Wrong};
use super::said::{self, Line};
use super::send::{SendResult, lead_to_event, of_outcome, send};
use super::submission::{Act, FormChange, Submission, Token, with_right};
use super::target::Target;
use super::view;
use crate::access::MayWrite;
use crate::http::{Problem, Sort};
use crate::page::NodeRequest;
use web::address::Address;
use web::layout::{Layout, Way};

/// The kinds that are entered most, which stand first. A bound and an order of ours.
const COMMON: [Kind; 9] = [
    Kind::Arrest,
    Kind::Detention,
    Kind::Release,
    Kind::Charge,
    Kind::Hearing,
    Kind::Verdict,
    Kind::Sentence,
    Kind::Disappearance,
    Kind::Death,
];

#[derive(Template)]
#[template(path = "enter.html")]
struct KindsPage<'v> {
    layout: Layout<'v>,
    common: Vec<Way>,
    others: Vec<Way>,
}

#[derive(Template)]
#[template(path = "enter_form.html")]
struct FormPage<'v> {
    layout: Layout<'v>,
    kind: String,
    action: String,
    token: String,
    id: String,
    notice: Option<&'v str>,
    /// What is wrong with the event as a whole.
    wrong: Vec<WrongView>,
    /// The inputs with which something is wrong.
    places_of_wrong: Vec<(String, String)>,
    case: Option<RowView>,
    rows: Vec<RowView>,
    time: Option<RowView>,
    time_is_open: bool,
    places: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "enter_preview.html")]
struct PreviewPage<'v> {
    layout: Layout<'v>,
    kind: String,
    action: String,
    token: String,
    id: String,
    hidden: Vec<(String, String)>,
    case: Option<String>,
    time: Option<String>,
    lines: Vec<Line>,
    visibility: Vec<String>,
    notices: Vec<NoticeView>,
    people: People,
    pair: Pair,
    notice: Option<&'v str>,
}

/// Shows which kinds of events there are.
pub(crate) async fn choose(request: NodeRequest) -> Response {
    let made = choosing(&request);
    request.answer(made)
}

fn choosing(request: &NodeRequest) -> Result<Response, Problem> {
    request.takes(&["case", "person"])?;
    request.may.enters()?;
    let w = request.words();
    let way = |kind: &Kind| Way {
        name: w.label("kind", kind.code()),
        href: request.href(&format!("/enter/{kind}"), &request.address),
        here: false,
    };
    let others = Kind::ALL
        .iter()
        .filter(|kind| !kind.is_system() && !COMMON.contains(kind));
    let page = KindsPage {
        layout: Layout::new(request, w.t("enter.title").to_owned()),
        common: COMMON.iter().map(way).collect(),
        others: others.map(way).collect(),
    };
    request.send_fresh(StatusCode::OK, &page)
}

/// Finds the kind whose form is asked for.
fn kind(request: &NodeRequest) -> Result<Kind, Problem> {
    let kind = Kind::parse(&request.id).filter(|kind| !kind.is_system());
    kind.ok_or_else(|| {
        let detail = format!("{:?} is no kind of event that is entered", request.id);
        Problem::new(Sort::NotFound, detail)
    })
}

/// Shows the form of a kind; empty but for what the address names: the case, the person or the two, the event.
pub(crate) async fn show(request: NodeRequest) -> Response {
    let made = begin(&request).await;
    request.answer(made)
}

async fn begin(request: &NodeRequest) -> Result<Response, Problem> {
    let kind = kind(request)?;
    request.takes(if kind.is_link() {
        &["case", "person", "other"]
    } else if kind == Kind::VerificationChanged {
        &["case", "person", "event"]
    } else {
        &["case", "person"]
    })?;
    request.may.enters()?;
    let mut pairs = Pairs::default();
    if let Some(case) = request.address.get("case") {
        pairs.set("/subject", case);
    }
    if let Some(person) = request.address.get("person") {
        let name = if kind.is_link() {
            "/data/pair/0"
        } else {
            "/data/persons/0/id"
        };
        pairs.set(name, person);
    }
    if let Some(other) = request.address.get("other") {
        pairs.set("/data/pair/1", other);
    }
    if let Some(event) = request.address.get("event") {
        name_target(request, event, &mut pairs).await?;
    }
    let shown = FormView {
        kind,
        id: super::making::new_id(),
        pairs: &pairs,
        wrong: BTreeMap::new(),
        notice: None,
    };
    shown.send(request, StatusCode::OK)
}

/// Fills in on which event an act acts.
///
/// # Errors
/// As [`Target::find`].
async fn name_target(request: &NodeRequest, event: &str, pairs: &mut Pairs) -> Result<(), Problem> {
    let target = Target::find_at(request, event).await?;
    let key = &target.sent.envelope.key;
    for (name, text) in [
        ("org", key.org.as_str()),
        ("source", &key.source),
        ("id", &key.id),
    ] {
        pairs.set(format!("/data/target/{name}"), text);
    }
    if let Some(case) = target.case() {
        pairs.set("/subject", case);
    }
    Ok(())
}

/// A form that is shown.
struct FormView<'t> {
    kind: Kind,
    id: String,
    pairs: &'t Pairs,
    wrong: BTreeMap<String, Wrong>,
    /// The key of what is said above it.
    notice: Option<&'static str>,
}

impl FormView<'_> {
    fn send(self, request: &NodeRequest, status: StatusCode) -> Result<Response, Problem> {
        let w = request.words();
        let token = Token::of(request)?;
        let attribute = |name: &str| view::attribute(w, name, self.pairs.text(name), &self.wrong);
        let rows = view::rows(w, self.kind, (self.pairs, &[]), &self.wrong);
        let (case, time) = (attribute("/subject"), attribute("/time"));
        let has_case = self.kind.is_of_case() || !self.pairs.text("/subject").is_empty();
        let heads = rows.iter().chain([&case, &time]).filter_map(RowView::head);
        let wrong = heads.filter_map(|head| {
            let wrong = head.wrong.as_ref()?;
            Some((
                head.id.clone(),
                w.fill(
                    "value.named",
                    &[("name", &head.label), ("value", &wrong.text)],
                ),
            ))
        });
        let title = w.label("kind", self.kind.code());
        let page = FormPage {
            layout: Layout::new(request, title.clone()),
            kind: title,
            action: action(request, self.kind),
            token: token.field.clone(),
            id: self.id,
            notice: self.notice.map(|key| w.t(key)),
            wrong: view::wrong_of_all(w, self.kind, self.pairs, &self.wrong),
            places_of_wrong: wrong.collect(),
            case: has_case.then_some(case),
            time_is_open: time.is_said(),
            time: (!self.kind.is_record()).then_some(time),
            rows,
            places: view::places(w),
        };
        Ok(token.given(request.send_fresh(status, &page)?))
    }
}

/// The address to which the form of a kind is sent: nothing that was typed stands in it.
fn action(request: &NodeRequest, kind: Kind) -> String {
    request.href(&format!("/enter/{kind}"), &Address::default())
}

/// Takes a form: shows what it would be, or sends it.
pub(crate) async fn take(request: NodeRequest, body: Body) -> Response {
    let made = taken(&request, body).await;
    request.answer(made)
}

async fn taken(request: &NodeRequest, body: Body) -> Result<Response, Problem> {
    let (org, body) = with_right(request, body, request.may.enters()).await?;
    let kind = kind(request)?;
    let mut typed = Submission::read(request, body, &[]).await?;
    let may = typed.may_write(request)?;
    let changed = typed.change();
    view::code_places(request.words(), kind, &mut typed.pairs);
    let again = |wrong, notice| FormView {
        kind,
        id: typed.id.clone().unwrap_or_else(super::making::new_id),
        pairs: &typed.pairs,
        wrong,
        notice,
    };
    let Some(may) = may else {
        let shown = again(BTreeMap::new(), Some("enter.again"));
        return shown.send(request, StatusCode::FORBIDDEN);
    };
    if changed == FormChange::Yes {
        return again(BTreeMap::new(), None).send(request, StatusCode::OK);
    }
    let draft = match Draft::of(kind, &org, (typed.id.as_deref(), &typed.pairs))? {
        Ok(draft) => draft,
        Err(mistake) => {
            let shown = again(of_mistake(mistake), None);
            return shown.send(request, StatusCode::UNPROCESSABLE_ENTITY);
        }
    };
    let now = request.app.clock.now();
    let wrong = draft.wrong(now);
    if !wrong.is_empty() {
        return again(wrong, None).send(request, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let about = (&draft, &may, &org);
    if typed.act != Act::Send {
        return preview(request, about, StatusCode::OK).await;
    }
    match send(request, &may, draft.event(now)).await? {
        SendResult::In(position) => Ok(lead_to_event(request, position).await),
        SendResult::Busy => preview(request, about, StatusCode::SERVICE_UNAVAILABLE).await,
        SendResult::Out(pointer, wrong) => {
            let wrong = BTreeMap::from([(pointer, wrong)]);
            again(wrong, None).send(request, StatusCode::UNPROCESSABLE_ENTITY)
        }
    }
}

/// Says where a form is wrong that no form of this node is.
pub(super) fn of_mistake(mistake: Mistake) -> BTreeMap<String, Wrong> {
    let (name, code) = match &mistake {
        Mistake::TooMany => (String::new(), event::Code::Length),
        Mistake::Unknown { .. } => (String::new(), event::Code::WrongSort),
        Mistake::NotObject { name } => (name.clone(), event::Code::NotJson),
    };
    let wrong = Wrong {
        code: code.as_str(),
        found: mistake.to_string(),
        expected: "what this form asks for".to_owned(),
        hint: None,
    };
    BTreeMap::from([(name, wrong)])
}

/// Shows an event as it would be.
async fn preview(
    request: &NodeRequest,
    (draft, may, org): (&Draft, &MayWrite, &OrgId),
    status: StatusCode,
) -> Result<Response, Problem> {
    let w = request.words();
    let event = Bytes::from(draft.event(request.app.clock.now()));
    let notices = match request.app.gate.preview(event, may.sender()).await {
        Ok(notices) => notices,
        Err(out) => {
            let SendResult::Out(pointer, wrong) = of_outcome(out) else {
                return Err(Problem::new(Sort::Busy, "the gate gave no verdict"));
            };
            let shown = FormView {
                kind: draft.kind,
                id: draft.id.clone(),
                pairs: &draft.pairs(),
                wrong: BTreeMap::from([(pointer, wrong)]),
                notice: None,
            };
            return shown.send(request, StatusCode::UNPROCESSABLE_ENTITY);
        }
    };
    let token = Token::of(request)?;
    let pairs = draft.pairs();
    let hidden = pairs
        .iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let title = w.label("kind", draft.kind.code());
    let page = PreviewPage {
        layout: Layout::new(request, title.clone()),
        kind: title,
        action: action(request, draft.kind),
        token: token.field.clone(),
        id: draft.id.clone(),
        hidden: hidden.collect(),
        case: draft.subject.clone(),
        time: draft.time.clone(),
        lines: said::lines(w, draft.kind, &draft.data),
        visibility: advice::visibility(w, draft.kind, org, &draft.data),
        notices: advice::notices(w, &notices),
        people: advice::people(request, (draft.subject.as_deref(), &draft.data)).await?,
        pair: advice::pair(request, (draft.kind, &draft.data)).await?,
        notice: (status != StatusCode::OK).then(|| w.t("enter.busy")),
    };
    Ok(token.given(request.send_fresh(status, &page)?))
}
