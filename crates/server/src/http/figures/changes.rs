//! `/v1/figures/changes`: why a figure changed, event by event.
//!
//! Never here: the deltas (crate `figures`) and their reasons (crate `answers`).

use answers::Changes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use figures::At;

use crate::access::MayRead;
use crate::http::cursor::Listing;
use crate::http::problem::{Problem, Sort};
use crate::http::window::WindowRequest;
use crate::http::{App, response};
use crate::query::deltas;
use crate::query::parameters::Parameters;
use crate::query::question::Question;
use crate::query::snapshot::Snapshot;

/// Explains what moved a figure from one R to another.
pub(in crate::http) async fn list(
    State(app): State<App>,
    may: MayRead,
    mut parameters: Parameters,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let absent = |name: &str| {
        let detail = format!("{name} is missing, but must be an R: a position or an instant");
        Problem::new(Sort::Parameter, detail)
    };
    let from = parameters.take("from").ok_or_else(|| absent("from"))?;
    if let Some(to) = parameters.take_alone("to", "at")? {
        parameters.0.push(("at".into(), to));
    }
    // An earlier figure of an instant could know of all that happened by then.
    let day = match figures::parse_at(&from) {
        Some(At::Received(instant) | At::Recorded(instant)) => Some(instant.utc_day()),
        Some(At::Position(_) | At::Newest) | None => None,
    };
    let mut earlier = Parameters(vec![("at".into(), from.clone())]);
    let window = WindowRequest::take(&mut parameters)?;
    let question = Question::new(&app.node, may.scope(), parameters).await?;
    question.ungrouped("changes")?;
    let earlier = Snapshot::new(&app.node, may.scope(), &mut earlier)
        .await?
        .position;
    let later = question.snapshot.position;
    if earlier > later {
        let detail = format!("from is position {earlier}, after to, which is {later}");
        return Err(Problem::new(Sort::Parameter, detail));
    }
    let (known, on) = (question.snapshot.known(), question.on());
    let link = question.query.link(later, on);
    let asked = link.split_once('?').map_or("", |(_, asked)| asked);
    // An instant stays one in the link: it bears on what was recorded late.
    let asked = format!("from={}&{asked}", figures::percent_encode(&from));
    let bound = format!("{earlier} {asked}");
    let listing = Listing {
        path: "/v1/figures/changes",
        question: &bound,
        known,
        scope: may.scope(),
    };
    let window = window.of(&listing)?;
    let explained = tokio::task::block_in_place(|| {
        let (snapshot, span) = (&question.snapshot, (earlier, later));
        let found = deltas::deltas(snapshot, &question.query, span, day, may.scope());
        let mut shown = found.deltas.clone();
        let all = window.cut(&mut shown);
        let changes = deltas::explain(snapshot, &found, &shown, may.scope())?;
        Ok((Changes::of(found, changes, may.scope()), all))
    });
    let (explained, all) =
        explained.map_err(|failure: store::Failure| Problem::failed(&failure))?;
    let named = format!(
        "changes {earlier} {day:?} {} {:?}{}",
        explained.to.query,
        explained.on,
        window.name()
    );
    let mut response = response::answer(&headers, &may, &named, known, &explained)?;
    window.link_next(&mut response, &listing, all, &asked);
    Ok(response)
}
