//! `/v1/rejections`: what was not accepted, so that it can be repaired.
//!
//! Two lists: events that an inbox sent and the gate refused, and leaves of the log without effect
//! (written past the gate, repeats, conflicts, unknown types).

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use event::{OrgId, Position};
use serde::Serialize;
use serde_json::Value;
use web::http::parameters::Parameters;

use crate::access::{MayRead, SentBy};
use crate::http::cursor::Listing;
use crate::http::problem::{Problem, Sort};
use crate::http::{App, response};
use crate::query::record::{NoEffect, no_effect};
use crate::query::snapshot::Snapshot;

#[derive(Serialize)]
pub(crate) struct Rejections {
    pub(crate) position: Position,
    pub(crate) inbox: Vec<Refused>,
    pub(crate) log: Vec<NoEffect>,
}

/// An event from an inbox that the gate refused.
#[derive(Serialize)]
pub(crate) struct Refused {
    pub(crate) sequence: u64,
    pub(crate) org: String,
    pub(crate) verdict: Value,
}

/// Lists rejections: of `org` from its inbox after the verdict `verdicts_after`, and of the log from
/// `cursor` on.
pub(crate) async fn list(
    State(app): State<App>,
    may: MayRead,
    mut parameters: Parameters,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let snapshot = Snapshot::new(&app.node, may.scope(), &mut parameters).await?;
    let limit = parameters.take_limit()?;
    let cursor = parameters.take("cursor");
    let verdicts_after = parameters.take_number("verdicts_after")?.unwrap_or(0);
    let org = parameters
        .take("org")
        .map(|text| OrgId::parse(&text))
        .transpose();
    let org = org.map_err(|error| Problem::new(Sort::Parameter, format!("org is {error}")))?;
    parameters.end("at, cursor, limit, min_position, org, verdicts_after")?;
    let of = may.rejections(org.clone())?;
    let asked = org.as_ref().map(|org| format!("&org={org}"));
    let asked = asked.unwrap_or_default();
    let listing = Listing {
        path: "/v1/rejections",
        question: &asked,
        known: snapshot.known(),
        scope: may.scope(),
    };
    let cursor = listing.number(cursor.as_deref())?.unwrap_or(1);
    let inbox = refused(&app, &of, verdicts_after, limit).await?;
    let (log, next) = tokio::task::block_in_place(|| no_effect(&snapshot, &of, cursor, limit))
        .map_err(|failure| Problem::failed(&failure))?;
    let last = inbox
        .last()
        .map_or(verdicts_after, |refused| refused.sequence);
    let question = format!("rejections {cursor} {verdicts_after} {limit} {of:?} {last}");
    let body = Rejections {
        position: snapshot.position,
        inbox,
        log,
    };
    let mut response = response::answer(&headers, may.scope(), &question, snapshot.known(), &body)?;
    if let Some(next) = next {
        let rest = format!(
            "limit={limit}&at={}&verdicts_after={last}{asked}",
            snapshot.position
        );
        listing.link_next(&mut response, &next.to_string(), &rest);
    }
    Ok(response)
}

pub(crate) async fn refused(
    app: &App,
    of: &SentBy,
    after: u64,
    limit: usize,
) -> Result<Vec<Refused>, Problem> {
    let orgs = match of {
        SentBy::Org(org) => vec![org.clone()],
        SentBy::All => app.inboxes.known(),
    };
    let mut found = Vec::new();
    for org in orgs {
        let mut after = after;
        while found.len() < limit {
            let verdicts = app
                .journal
                .verdicts(&org, after, limit)
                .await
                .map_err(|error| Problem::new(Sort::Busy, error.to_string()))?;
            let Some(last) = verdicts.last().map(|verdict| verdict.sequence) else {
                break;
            };
            after = last;
            found.extend(verdicts.into_iter().filter_map(|verdict| {
                let value: Value = serde_json::from_slice(&verdict.payload).ok()?;
                value.get("code")?;
                Some(Refused {
                    sequence: verdict.sequence,
                    org: org.to_string(),
                    verdict: value,
                })
            }));
        }
    }
    found.sort_by_key(|refused| refused.sequence);
    found.truncate(limit);
    Ok(found)
}
