//! A list or comparison beside a figure, under `/v1/figures/`: what the handlers of all of them share.
//!
//! Start at [`ListRequest`]. Each list takes the filter grammar and counts as figures do.
//!
//! Never here: which lists there are, and their rules (crate `figures`).

use answers::Question;
use answers::table::ToTable;
use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::response::Response;
use event::{Instant, Position};
use figures::{AsOf, Query};
use fold::Scope;
use serde::Serialize;
use web::calendar::Entry;
use web::files::{FILE_ROWS_MAX, FileAnswer, ListPath};
use web::formats;
use web::http::origin::origin;
use web::http::parameters::{LIMIT, Parameters};
use web::record::AsKnown;
use web::text::words::Words;

use crate::access::MayRead;
use crate::http::calendar::{CalendarAnswer, received};
use crate::http::cursor::Listing;
use crate::http::form_request::FormRequest;
use crate::http::problem::{Problem, Sort};
use crate::http::window::{Window, WindowRequest};
use crate::http::{App, response};
use crate::query::question;
use crate::query::scans::Lender;
use crate::query::snapshot::Snapshot;

/// A request for a list beside a figure: for whom, and the parameters that are left.
pub(in crate::http) struct ListRequest {
    app: App,
    may: MayRead,
    headers: HeaderMap,
    asked: ListPath,
    pub(super) parameters: Parameters,
}

#[derive(Serialize)]
struct Body<T> {
    measure: &'static str,
    definition: String,
    on: Option<String>,
    position: Position,
    #[serde(skip_serializing_if = "Option::is_none")]
    left_out: Option<u64>,
    scope: String,
    /// The question as a link that gives the same answer for ever.
    query: String,
    #[serde(flatten)]
    found: T,
}

impl FromRequestParts<App> for ListRequest {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let may = MayRead::from_request_parts(parts, app).await?;
        let FormRequest { asked, parameters } = FormRequest::from_request_parts(parts, app).await?;
        Ok(Self {
            app: app.clone(),
            may,
            headers: parts.headers.clone(),
            asked,
            parameters,
        })
    }
}

impl ListRequest {
    /// Answers with what `list` makes of the question, where that is no list.
    ///
    /// # Errors
    /// [`Problem`] of the question, or of `list`.
    pub(super) async fn answer<T: Serialize + ToTable>(
        self,
        name: &str,
        list: impl Fn(&Lender<'_>, &Query, AsOf<'_>) -> Result<T, Problem> + Send + Sync,
    ) -> Result<Response, Problem> {
        let whole = |columns: &Lender<'_>, query: &Query, from: AsOf<'_>, _| {
            Ok((list(columns, query, from)?, 0))
        };
        self.made(name, "", None, whole).await
    }

    /// Answers with a window of the list that `list` makes of the question; it returns how many items there
    /// are in all too. The list's own parameters, `own`, end its link.
    ///
    /// # Errors
    /// [`Problem`] of the window, of the question, or of `list`.
    pub(super) async fn answer_window<T: Serialize + ToTable>(
        mut self,
        name: &str,
        own: &str,
        list: impl Fn(&Lender<'_>, &Query, AsOf<'_>, Window) -> Result<(T, usize), Problem>
        + Send
        + Sync,
    ) -> Result<Response, Problem> {
        let form = self.asked.form;
        let window = WindowRequest::take_in(form, &mut self.parameters, FILE_ROWS_MAX)?;
        self.made(name, own, Some(window), list).await
    }

    async fn made<T: Serialize + ToTable>(
        self,
        name: &str,
        own: &str,
        window: Option<WindowRequest>,
        list: impl Fn(&Lender<'_>, &Query, AsOf<'_>, Window) -> Result<(T, usize), Problem>
        + Send
        + Sync,
    ) -> Result<Response, Problem> {
        let asked = (&self.app, &self.may, self.asked.path.as_str());
        let found = find(asked, self.parameters, (name, own), window, list).await?;
        let scope = self.may.scope();
        let mut response = match self.asked.form {
            Some(form) => {
                let query = found.whole_address()?;
                let answer = FileAnswer {
                    headers: &self.headers,
                    scope,
                    record: &found.snapshot,
                    list: self.asked.list(),
                    form,
                    query: &query,
                };
                answer.make(found.found.into_table())?
            }
            None => {
                let body = Body {
                    measure: found.question.query.measure.name(),
                    definition: found.question.query.definition_name(),
                    on: found.question.on.map(|day| day.to_string()),
                    position: found.snapshot.position,
                    left_out: found.snapshot.left_out,
                    scope: scope.name(),
                    query: found.link.clone(),
                    found: found.found,
                };
                let part = found.window.as_ref().map(|(_, part)| part.name());
                let name = part.unwrap_or_default();
                let named = format!("{} {:?} {:?}{name}", body.query, body.left_out, body.on);
                let known = found.snapshot.known();
                response::answer(&self.headers, scope, &named, known, &body)?
            }
        };
        link_next(
            &mut response,
            (&self.asked.path, scope),
            (&found.link, "", found.snapshot.known()),
            (found.window.as_ref(), found.all),
        );
        Ok(response)
    }

    /// Answers with a calendar of what `list` makes of the question; `entries` makes its entries.
    ///
    /// # Errors
    /// [`Problem`] of the window, of the question, or of `list`; or the calendar is too large.
    pub(super) async fn answer_calendar<T>(
        mut self,
        (name, title): (&str, &str),
        list: impl Fn(&Lender<'_>, &Query, AsOf<'_>, Window) -> Result<(T, usize), Problem>
        + Send
        + Sync,
        entries: impl Fn(&T, &Question, AsKnown, &CalendarSource<'_>) -> Vec<Entry>,
    ) -> Result<Response, Problem> {
        let window = WindowRequest::take_of_file(&mut self.parameters, LIMIT.1)?;
        let tag = self.parameters.take("lang");
        let words = formats::language(self.app.pages.words(), tag.as_deref())?;
        let language = tag.map(|tag| format!("&lang={tag}")).unwrap_or_default();
        let asked = (&self.app, &self.may, self.asked.path.as_str());
        let found = find(asked, self.parameters, (name, ""), Some(window), list).await?;
        let scope = self.may.scope();
        let query = format!("{}{language}", found.whole_address()?);
        let known = found.snapshot.known();
        let source = CalendarSource {
            words,
            origin: origin(&self.headers),
            received: {
                let table = found.snapshot.model.columns();
                received(table.instants().received_at(known.position))
            },
        };
        let answer = CalendarAnswer {
            words,
            name: title,
            file: name.split('.').next().unwrap_or_default(),
            headers: &self.headers,
            scope,
            known,
            query: &query,
        };
        let mut response = answer.send(entries(&found.found, &found.question, known, &source))?;
        link_next(
            &mut response,
            (&self.asked.path, scope),
            (&found.link, &language, known),
            (found.window.as_ref(), found.all),
        );
        Ok(response)
    }
}

/// In which language, where the node is reached, and when the record of an answer grew last.
pub(super) struct CalendarSource<'w> {
    /// In which language.
    pub(super) words: &'w Words,
    /// Where the node is reached.
    pub(super) origin: String,
    /// The `receivedtime` of R.
    pub(super) received: Instant,
}

/// What a list gave, with what it follows from.
struct Found<T> {
    snapshot: Snapshot,
    question: Question,
    /// The question as a link that gives the same answer for ever.
    link: String,
    window: Option<(WindowRequest, Window)>,
    found: T,
    all: usize,
}

impl<T> Found<T> {
    /// Returns the address of a file of it, which holds the whole list or says which part.
    ///
    /// # Errors
    /// [`Problem`] of a whole list that has more than a file holds.
    fn whole_address(&self) -> Result<String, Problem> {
        let mut query = self.link.clone();
        if let Some((window, part)) = &self.window {
            window.check_rest(|| part.rest(self.all))?;
            query.push_str(&window.parameters());
        }
        Ok(query)
    }
}

/// Returns the question of a link.
fn question_of(link: &str) -> &str {
    link.split_once('?').map_or("", |(_, question)| question)
}

/// Asks the question of a list named `name`, whose own parameters are `own`, and makes the list.
async fn find<T>(
    (app, may, path): (&App, &MayRead, &str),
    parameters: Parameters,
    (name, own): (&str, &str),
    window: Option<WindowRequest>,
    list: impl Fn(&Lender<'_>, &Query, AsOf<'_>, Window) -> Result<(T, usize), Problem> + Send + Sync,
) -> Result<Found<T>, Problem> {
    let scope = may.scope();
    let (snapshot, question) = question::ask(&app.node, scope, parameters).await?;
    question::ungrouped(&question, name)?;
    let link = question.address();
    let link = link.replacen("/v1/figures?", &format!("/v1/figures/{name}?"), 1);
    let link = format!("{link}{own}");
    let listing = Listing {
        path,
        question: question_of(&link),
        known: snapshot.known(),
        scope,
    };
    let window = window.map(|window| window.of(&listing).map(|part| (window, part)));
    let window = window.transpose()?;
    let part = window.as_ref().map(|(_, part)| *part).unwrap_or_default();
    let (found, all) = tokio::task::block_in_place(|| {
        let query = &question.query;
        let list = |columns: &Lender<'_>| list(columns, query, question.as_of(), part);
        snapshot.model.shared().in_scans(scope, list)
    })?;
    Ok(Found {
        snapshot,
        question,
        link,
        window,
        found,
        all,
    })
}

/// Adds the link to the next window, where the list has one.
fn link_next(
    response: &mut Response,
    (path, scope): (&str, &Scope),
    (link, language, known): (&str, &str, AsKnown),
    (window, all): (Option<&(WindowRequest, Window)>, usize),
) {
    let question = question_of(link);
    let listing = Listing {
        path,
        question,
        known,
        scope,
    };
    if let Some((_, part)) = window {
        let rest = format!("{question}{language}");
        part.link_next(response, &listing, all, &rest);
    }
}

/// Refuses a question that is not of custody, where `list` is.
///
/// # Errors
/// [`Problem`] where the question has no definition of custody.
pub(super) fn of_custody(list: &str, query: &Query) -> Result<(), Problem> {
    if query.is_held() {
        return Ok(());
    }
    let detail = format!("{list} is of custody: leave out kind, or name a definition of custody");
    Err(Problem::new(Sort::Parameter, detail))
}
