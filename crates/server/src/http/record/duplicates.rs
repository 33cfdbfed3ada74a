//! `/v1/duplicates`: ids that may be one person, for a desk to look at.
//!
//! Never here: what makes ids candidates (crate `answers`).

use answers::table::ToTable as _;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use web::files::FileAnswer;
use web::http::parameters::LIMIT;

use crate::access::MayRead;
use crate::http::cursor::Listing;
use crate::http::form_request::FormRequest;
use crate::http::problem::Problem;
use crate::http::window::{Rest, WindowRequest};
use crate::http::{App, response};
use crate::query::record::duplicates;
use crate::query::snapshot::Snapshot;

/// Lists candidates, from `cursor` on: the number of groups looked at before.
pub(crate) async fn list(
    State(app): State<App>,
    may: MayRead,
    FormRequest {
        asked,
        mut parameters,
    }: FormRequest,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let snapshot = Snapshot::hiding(&app.node, may.scope(), &mut parameters).await?;
    let window = WindowRequest::take_listed_in(asked.form, &mut parameters, LIMIT.1)?;
    let limit = window.limit();
    parameters.end("at, cursor, limit, min_position")?;
    let listing = Listing {
        path: &asked.path,
        question: "",
        known: snapshot.known(),
        scope: may.scope(),
    };
    let after = listing.number(window.cursor())?;
    let after = after.and_then(|after| usize::try_from(after).ok());
    let question = format!("duplicates {after:?} {limit}");
    let after = after.unwrap_or(0);
    let list = tokio::task::block_in_place(|| duplicates(&snapshot, may.scope(), after, limit))
        .map_err(|failure| Problem::failed(&failure))?;
    let (at, next) = (snapshot.position, list.next);
    let mut response = if let Some(form) = asked.form {
        window.check_rest(|| next.map_or(Rest::None, |_| Rest::More))?;
        let answer = FileAnswer {
            headers: &headers,
            scope: may.scope(),
            record: &snapshot,
            query: &format!("{}?at={at}{}", asked.list(), window.parameters()),
            list: asked.list(),
            form,
        };
        answer.make(list.into_table())?
    } else {
        response::answer(&headers, may.scope(), &question, snapshot.known(), &list)?
    };
    if let Some(next) = next {
        let rest = format!("limit={limit}&at={at}");
        listing.link_next(&mut response, &next.to_string(), &rest);
    }
    Ok(response)
}
