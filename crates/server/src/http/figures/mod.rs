//! `GET /v1/figures`: a count, for any D, as known at any R; or several measures side by side.
//!
//! Start at [`Question`], which every handler under `/v1/figures` is asked through.
//!
//! Never here: counting.

pub(super) mod certificate;
pub(super) mod changes;
pub(super) mod funnel;
pub(super) mod held;
mod list;
pub(super) mod overlap;
pub(super) mod published;
pub(crate) mod rearrests;
pub(super) mod records;

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use event::Day;
use fold::shown::SideBySide;
use fold::{Query, Scope, Standpoint, figure};

use super::App;
use super::ask::{self, Asked, Parameters};
use super::problem::{Problem, Sort};
use crate::access::MayRead;
use crate::query::answers::Standing;

/// Counts what a question asks: the one way to a number, for the API and for pages.
pub(crate) fn answer(asked: &Asked, query: &Query, may: &MayRead) -> Arc<figure::Answer> {
    asked.model.figure(&standing(asked, query, may))
}

/// Says what an answer follows from.
pub(crate) fn standing<'q>(asked: &Asked, query: &'q Query, may: &'q MayRead) -> Standing<'q> {
    Standing {
        query,
        at: asked.position,
        left_out: asked.left_out,
        scope: may.scope(),
    }
}

/// A question of the filter grammar, with the model it is answered from, and R.
pub(super) struct Question {
    pub(super) asked: Asked,
    pub(super) query: Query,
}

impl Question {
    /// Parses the question, finds R, and takes a definition of an organisation's own as known there.
    ///
    /// # Errors
    /// [`Problem`]: a wrong parameter, a position above the newest, no model yet, or a definition
    /// that is not known or cannot be used.
    pub(super) async fn new(
        app: &App,
        scope: &Scope,
        mut parameters: Parameters,
    ) -> Result<Self, Problem> {
        let min_position = parameters.take("min_position");
        let mut query = Query::parse(&parameters.0).map_err(|error| wrong(&error))?;
        let wanted = min_position.map(|wanted| ("min_position".into(), wanted));
        let mut wait = Parameters(wanted.into_iter().collect());
        let asked = Asked::at(app, &mut wait, query.at).await?;
        if query.unresolved().is_some() {
            tokio::task::block_in_place(|| resolve(&asked, &mut query, scope))?;
        }
        Ok(Self { asked, query })
    }

    /// Refuses groups where `list` has none: what is asked is never ignored.
    ///
    /// # Errors
    /// [`Problem`] where `group_by` is asked for.
    pub(super) fn ungrouped(&self, list: &str) -> Result<(), Problem> {
        if self.query.group_by.is_empty() {
            return Ok(());
        }
        let detail = format!("{list} is of the figure as a whole: leave out group_by");
        Err(Problem::new(Sort::Parameter, detail))
    }

    /// Returns D: as asked, else the UTC day of the last `receivedtime` up to R.
    pub(super) fn on(&self) -> Option<Day> {
        let table = self.asked.model.table();
        let instants = table.instants();
        self.query
            .on
            .or_else(|| instants.default_day(self.asked.position))
    }

    /// Returns from where a list beside the figure is made.
    pub(super) fn standpoint<'s>(&self, scope: &'s Scope) -> Standpoint<'s> {
        Standpoint {
            at: self.asked.position,
            on: self.on(),
            scope,
        }
    }

    /// Returns the figure, with the root of the history at R.
    ///
    /// # Errors
    /// [`Problem`] when the history cannot be read.
    pub(super) fn answer(&self, app: &App, may: &MayRead) -> Result<figure::Answer, Problem> {
        let root = app.archive.root(self.asked.position);
        let mut answer = Arc::unwrap_or_clone(answer(&self.asked, &self.query, may));
        answer.root = Some(root.map_err(|error| Problem::failed(&error))?.to_string());
        Ok(answer)
    }
}

/// Takes a definition of an organisation's own into the question, as known at R.
fn resolve(asked: &Asked, query: &mut Query, scope: &Scope) -> Result<(), Problem> {
    let reading = asked.model.store().read();
    let reading = reading.map_err(|failure| Problem::failed(&failure))?;
    let table = asked.model.table();
    fold::resolve_definition(&reading, &table, query, asked.position, scope)
        .map_err(|failure| Problem::failed(&failure))?
        .map_err(|why| Problem::new(Sort::Parameter, why))
}

pub(super) fn wrong(error: &fold::QueryError) -> Problem {
    Problem::new(Sort::Parameter, error.to_string())
}

/// Answers one figure, or one a measure where `measure` names several.
pub(super) async fn one(
    State(app): State<App>,
    may: MayRead,
    parameters: Parameters,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Some(questions) = SideBySide::questions(&parameters.0) else {
        let question = Question::new(&app, may.scope(), parameters).await?;
        let answer = tokio::task::block_in_place(|| question.answer(&app, &may))?;
        // What an instant left out is part of the answer, so it is part of what the ETag names.
        let named = format!("{} {:?}", answer.query, answer.left_out);
        return ask::answer(&headers, &may, &named, question.asked.position, &answer);
    };
    let (mut measures, mut position) = (Vec::new(), None);
    for mut asked in questions {
        if let Some(position) = position {
            // All of them at one R, however the record grows between.
            asked.retain(|(name, _)| name != "at" && name != "min_position");
            asked.push(("at".into(), format!("{position}")));
        }
        let asked = Parameters(asked);
        let question = Question::new(&app, may.scope(), asked).await?;
        position = Some(question.asked.position);
        let answer = tokio::task::block_in_place(|| question.answer(&app, &may))?;
        measures.push(answer);
    }
    let beside = SideBySide::of(measures);
    let named: Vec<&str> = beside
        .measures
        .iter()
        .map(|one| one.query.as_str())
        .collect();
    let position = position.unwrap_or_default();
    ask::answer(&headers, &may, &named.join(" "), position, &beside)
}
