//! `/v1/figures/changes`: why a figure changed, event by event.
//!
//! Never here: the deltas (crate `figures`) and their reasons (crate `answers`).

use answers::Changes;
use answers::table::ToTable as _;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use event::Day;
use figures::At;
use web::files::FileAnswer;
use web::http::parameters::{LIMIT, Parameters};

use crate::access::MayRead;
use crate::http::cursor::Listing;
use crate::http::form_request::FormRequest;
use crate::http::problem::{Problem, Sort};
use crate::http::window::WindowRequest;
use crate::http::{App, response};
use crate::query::deltas;
use crate::query::question;
use crate::query::snapshot::Snapshot;

/// Explains what moved a figure from one R to another.
pub(in crate::http) async fn list(
    State(app): State<App>,
    may: MayRead,
    FormRequest {
        asked: form,
        mut parameters,
    }: FormRequest,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let from = take_from(&mut parameters)?;
    let day = earlier_day(&from);
    let mut earlier = Parameters(vec![("at".into(), from.clone())]);
    let window = WindowRequest::take_in(form.form, &mut parameters, LIMIT.1)?;
    let (snapshot, question) = question::ask(&app.node, may.scope(), parameters).await?;
    question::ungrouped(&question, "changes")?;
    let earlier = Snapshot::new(&app.node, may.scope(), &mut earlier)
        .await?
        .position;
    let later = snapshot.position;
    if earlier > later {
        let detail = format!("from is position {earlier}, after to, which is {later}");
        return Err(Problem::new(Sort::Parameter, detail));
    }
    let (known, link) = (snapshot.known(), question.address());
    let asked = link.split_once('?').map_or("", |(_, asked)| asked);
    // An instant stays one in the link: it bears on what was recorded late.
    let asked = format!("from={}&{asked}", figures::percent_encode(&from));
    let bound = format!("{earlier} {asked}");
    let listing = Listing {
        path: &form.path,
        question: &bound,
        known,
        scope: may.scope(),
    };
    let part = window.of(&listing)?;
    let explained = tokio::task::block_in_place(|| {
        let span = (earlier, later);
        let found = deltas::deltas(&snapshot, &question.query, span, day, may.scope());
        let mut shown = found.deltas.clone();
        let all = part.cut(&mut shown);
        let changes = deltas::explain(&snapshot, &found, &shown, may.scope())?;
        Ok((Changes::of(found, changes, may.scope()), all))
    });
    let (explained, all) =
        explained.map_err(|failure: store::Failure| Problem::failed(&failure))?;
    if let Some(file) = form.form {
        window.check_rest(|| part.rest(all))?;
        let answer = FileAnswer {
            headers: &headers,
            scope: may.scope(),
            record: &snapshot,
            list: form.list(),
            form: file,
            query: &format!("{}?{asked}{}", form.list(), window.parameters()),
        };
        let mut response = answer.make(explained.into_table())?;
        part.link_next(&mut response, &listing, all, &asked);
        return Ok(response);
    }
    let named = format!(
        "changes {earlier} {day:?} {} {:?}{}",
        explained.to.query,
        explained.on,
        part.name()
    );
    let mut response = response::answer(&headers, may.scope(), &named, known, &explained)?;
    part.link_next(&mut response, &listing, all, &asked);
    Ok(response)
}

/// Takes the earlier R out, and the later one as `at`.
///
/// # Errors
/// [`Problem`] where there is no earlier one, or two later ones.
fn take_from(parameters: &mut Parameters) -> Result<String, Problem> {
    let from = parameters.take("from").ok_or_else(|| {
        let detail = "from is missing, but must be an R: a position or an instant";
        Problem::new(Sort::Parameter, detail)
    })?;
    if let Some(to) = parameters.take_alone("to", "at")? {
        parameters.0.push(("at".into(), to));
    }
    Ok(from)
}

/// Returns the last day that an earlier figure of an instant could know of; none of a position.
fn earlier_day(from: &str) -> Option<Day> {
    match figures::parse_at(from) {
        Some(At::Received(instant) | At::Recorded(instant)) => Some(instant.utc_day()),
        Some(At::Position(_) | At::Newest) | None => None,
    }
}
