//! A list or comparison beside a figure, under `/v1/figures/`: what the handlers of all of them share.
//!
//! Start at [`ListRequest`]. Each list takes the filter grammar and counts as figures do.
//!
//! Never here: which lists there are, and their rules (crate `figures`).

use answers::table::ToTable;
use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::response::Response;
use event::Position;
use figures::{AsOf, Query};
use serde::Serialize;
use web::files::{FILE_ROWS_MAX, FileAnswer, ListPath};
use web::http::parameters::Parameters;

use crate::access::MayRead;
use crate::http::cursor::Listing;
use crate::http::form_request::FormRequest;
use crate::http::problem::{Problem, Sort};
use crate::http::window::{Window, WindowRequest};
use crate::http::{App, response};
use crate::query::question;
use crate::query::scans::Lender;

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
        let scope = self.may.scope();
        let asked = question::ask(&self.app.node, scope, self.parameters);
        let (snapshot, question) = asked.await?;
        question::ungrouped(&question, name)?;
        let link = question.address();
        let link = link.replacen("/v1/figures?", &format!("/v1/figures/{name}?"), 1);
        let link = format!("{link}{own}");
        let (_, question_link) = link.split_once('?').unwrap_or((&link, ""));
        let listing = Listing {
            path: &self.asked.path,
            question: question_link,
            known: snapshot.known(),
            scope,
        };
        let part = window
            .as_ref()
            .map(|window| window.of(&listing))
            .transpose()?;
        let (found, all) = tokio::task::block_in_place(|| {
            let (query, part) = (&question.query, part.unwrap_or_default());
            let list = |columns: &Lender<'_>| list(columns, query, question.as_of(), part);
            snapshot.model.shared().in_scans(scope, list)
        })?;
        if let Some(form) = self.asked.form {
            let mut query = link.clone();
            if let (Some(window), Some(part)) = (&window, part) {
                window.check_rest(|| part.rest(all))?;
                query.push_str(&window.parameters());
            }
            let answer = FileAnswer {
                headers: &self.headers,
                scope,
                record: &snapshot,
                list: self.asked.list(),
                form,
                query: &query,
            };
            let mut response = answer.make(found.into_table())?;
            if let Some(part) = part {
                part.link_next(&mut response, &listing, all, question_link);
            }
            return Ok(response);
        }
        let body = Body {
            measure: question.query.measure.name(),
            definition: question.query.definition_name(),
            on: question.on.map(|day| day.to_string()),
            position: snapshot.position,
            left_out: snapshot.left_out,
            scope: scope.name(),
            query: link.clone(),
            found,
        };
        let name = part.map(Window::name).unwrap_or_default();
        let named = format!("{} {:?} {:?}{name}", body.query, body.left_out, body.on);
        let mut response = response::answer(&self.headers, scope, &named, snapshot.known(), &body)?;
        if let Some(part) = part {
            part.link_next(&mut response, &listing, all, question_link);
        }
        Ok(response)
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
