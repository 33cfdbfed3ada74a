//! Why a figure changed, and figures that were published: `/v1/figures/changes`,
//! `/v1/figures/published`, `/v1/figures/{id}`.
//!
//! Never here: the reasons and the deltas (crate `fold`).

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use event::{Kind, Position};
use fold::At;
use fold::shown::{Changes, Listed, Published, listed};
use serde::Serialize;

use super::Question;
use crate::access::MayRead;
use crate::http::App;
use crate::http::ask::{self, Asked, Parameters};
use crate::http::problem::{Problem, Sort};

/// Explains what moved a figure from one R to another.
pub(crate) async fn changes(
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
    if let Some(to) = parameters.take("to") {
        parameters.0.retain(|(name, _)| name != "at");
        parameters.0.push(("at".into(), to));
    }
    // An earlier figure of an instant could know of all that happened by then.
    let day = match fold::parse_at(&from) {
        Some(At::Received(instant) | At::Recorded(instant)) => Some(instant.utc_day()),
        Some(At::Position(_) | At::Newest) | None => None,
    };
    let mut earlier = Parameters(vec![("at".into(), from)]);
    let question = Question::new(&app, may.scope(), parameters).await?;
    question.ungrouped("changes")?;
    let earlier = Asked::new(&app, &mut earlier).await?.position;
    let later = question.asked.position;
    if earlier > later {
        let detail = format!("from is position {earlier}, after to, which is {later}");
        return Err(Problem::new(Sort::Parameter, detail));
    }
    let explained = tokio::task::block_in_place(|| {
        let reading = question.asked.model.store().read()?;
        let table = question.asked.model.table();
        Changes::of(
            &reading,
            &table,
            &question.query,
            (earlier, later),
            day,
            may.scope(),
        )
    });
    let explained = explained.map_err(|failure| Problem::failed(&failure))?;
    let named = format!(
        "changes {earlier} {day:?} {} {:?}",
        explained.to.query, explained.on
    );
    ask::answer(&headers, &may, &named, later, &explained)
}

#[derive(Serialize)]
struct List {
    position: Position,
    scope: String,
    figures: Vec<Published>,
}

#[derive(Serialize)]
struct One {
    position: Position,
    scope: String,
    figure: Published,
}

/// Answers the list of published figures, or one of them by its id: `f` and the position of its
/// event.
pub(crate) async fn published(
    app: &App,
    may: &MayRead,
    name: &str,
    mut parameters: Parameters,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let asked = Asked::new(app, &mut parameters).await?;
    parameters.end("at, min_position")?;
    let (at, scope) = (asked.position, may.scope());
    let found = tokio::task::block_in_place(|| {
        let reading = asked.model.store().read()?;
        let table = asked.model.table();
        let mut events = listed(&reading, &table, &[Kind::FigurePublished], at, scope)?;
        if name != "published" {
            events.retain(|event| id(event) == name);
        }
        let computed = events.into_iter().map(|event| {
            let mut figure = Published::of(&reading, &table, event, at, scope)?;
            if name == "published" {
                figure.changes.clear();
            }
            Ok(figure)
        });
        computed.collect::<Result<Vec<_>, store::Failure>>()
    });
    let mut figures = found.map_err(|failure| Problem::failed(&failure))?;
    let (scope, named) = (may.scope().name(), format!("published {name}"));
    if name == "published" {
        let body = List {
            position: at,
            scope,
            figures,
        };
        return ask::answer(headers, may, &named, at, &body);
    }
    let Some(figure) = figures.pop() else {
        let detail = format!(
            "no figure {name:?} was published by position {at}; /v1/figures/published lists those that were, and docs/reference/api.md what else stands under /v1/figures"
        );
        return Err(Problem::new(Sort::NotFound, detail));
    };
    let body = One {
        position: at,
        scope,
        figure,
    };
    ask::answer(headers, may, &named, at, &body)
}

fn id(event: &Listed) -> String {
    format!("f{}", event.position)
}
