//! Lists and comparisons beside a figure, under `/v1/figures/`: `records`, `held`, `funnel`,
//! `rearrests`, `overlap`. Each takes the filter grammar and counts as figures do.
//!
//! Never here: the rules (`fold::listing`).

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use event::Position;
use fold::{Query, Standpoint, Table};
use serde::Serialize;

use super::Question;
use crate::access::MayRead;
use crate::http::App;
use crate::http::ask::{self, Parameters};
use crate::http::problem::{Problem, Sort};

/// Days within which a second arrest is a re-arrest where the question does not say: a year.
pub(crate) const WITHIN_DAYS: u64 = 365;

/// The longest span of a re-arrest that can be asked for, in days: a century.
const WITHIN_DAYS_MAX: u64 = 36_525;

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

/// Makes one body of a question, by `list`.
async fn answer<T: Serialize>(
    app: &App,
    may: &MayRead,
    headers: &HeaderMap,
    (parameters, name, more): (Parameters, &'static str, String),
    list: impl FnOnce(&Table, &Query, Standpoint<'_>) -> Result<T, Problem> + Send,
) -> Result<Response, Problem> {
    let question = Question::new(app, may.scope(), parameters).await?;
    question.ungrouped(name)?;
    let from = question.standpoint(may.scope());
    let found = tokio::task::block_in_place(|| {
        let table = question.asked.model.table();
        list(&table, &question.query, from)
    })?;
    let link = question.query.link(question.asked.position, from.on);
    let link = link.replacen("/v1/figures?", &format!("/v1/figures/{name}?"), 1);
    let body = Body {
        measure: question.query.measure.name(),
        definition: question.query.definition_name(),
        on: from.on.map(|day| day.to_string()),
        position: question.asked.position,
        left_out: question.asked.left_out,
        scope: may.scope().name(),
        query: format!("{link}{more}"),
        found,
    };
    let named = format!("{} {:?} {:?}", body.query, body.left_out, body.on);
    ask::answer(headers, may, &named, body.position, &body)
}

/// Answers one of the lists that need no parameter of their own.
pub(crate) async fn list(
    State(app): State<App>,
    may: MayRead,
    Path(name): Path<String>,
    mut parameters: Parameters,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    match name.as_str() {
        "records" => {
            let asked = (parameters, "records", String::new());
            answer(&app, &may, &headers, asked, |table, query, from| {
                Ok(fold::records(table, query, from))
            })
            .await
        }
        "held" => {
            parameters.default("definition", "custody_state", "detained/any");
            let asked = (parameters, "held", String::new());
            answer(&app, &may, &headers, asked, |table, query, from| {
                if !query.is_held() {
                    return Err(of_custody("held"));
                }
                Ok(fold::time_held(table, query, from))
            })
            .await
        }
        "funnel" => {
            let asked = (parameters, "funnel", String::new());
            answer(&app, &may, &headers, asked, |table, query, from| {
                if query.measure != fold::Measure::Persons {
                    let detail = "funnel follows people, so measure must be persons";
                    return Err(Problem::new(Sort::Parameter, detail));
                }
                Ok(fold::funnel(table, query, from))
            })
            .await
        }
        "rearrests" => {
            parameters.default("definition", "custody_state", "detained/any");
            let within = parameters
                .take_number("within_days")?
                .unwrap_or(WITHIN_DAYS);
            let days = within_days(within)?;
            let asked = (parameters, "rearrests", format!("&within_days={days}"));
            answer(&app, &may, &headers, asked, move |table, query, from| {
                if !query.is_held() {
                    return Err(of_custody("rearrests"));
                }
                Ok(fold::rearrests(table, query, days, from))
            })
            .await
        }
        "overlap" => {
            let asked = (parameters, "overlap", String::new());
            answer(&app, &may, &headers, asked, |table, query, from| {
                fold::overlap(table, query, from).ok_or_else(|| {
                    let detail = "overlap compares two lists: org must name two organisations";
                    Problem::new(Sort::Parameter, detail)
                })
            })
            .await
        }
        _ => super::explain::published(&app, &may, &name, parameters, &headers).await,
    }
}

/// Holds a span of re-arrests against its limit.
///
/// # Errors
/// [`Problem`] above it.
pub(crate) fn within_days(within: u64) -> Result<u32, Problem> {
    let days = u32::try_from(within).ok();
    days.filter(|_| within <= WITHIN_DAYS_MAX).ok_or_else(|| {
        let detail = format!("within_days is {within}, but must be 0 to {WITHIN_DAYS_MAX}");
        Problem::new(Sort::Parameter, detail)
    })
}

fn of_custody(list: &str) -> Problem {
    let detail = format!("{list} is of custody: leave out kind, or name a definition of custody");
    Problem::new(Sort::Parameter, detail)
}
