//! `GET /v1/figures`: a count, for any D, as known at any R; or several measures side by side.
//!
//! Start at [`Question`], which every handler under `/v1/figures` is asked through.
//!
//! Never here: counting.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use event::Day;
use fold::{Query, Scope, Standpoint, figure};
use serde::Serialize;

use super::App;
use super::ask::{self, Asked, Parameters};
use super::problem::{Problem, Sort};
use crate::access::MayRead;

/// Counts what a question asks: the one way to a number, for the API and for pages.
pub(crate) fn answer(asked: &Asked, query: &Query, may: &MayRead) -> figure::Answer {
    let table = asked.model.table();
    figure::answer(&table, query, asked.position, asked.left_out, may.scope())
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

    /// Returns the figure.
    pub(super) fn answer(&self, may: &MayRead) -> figure::Answer {
        answer(&self.asked, &self.query, may)
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

/// Several measures of one question.
#[derive(Serialize)]
struct SideBySide {
    /// One figure a measure, in the order in which they were asked for.
    measures: Vec<figure::Answer>,
    /// What a reader must know to compare them.
    note: &'static str,
}

const SIDE_BY_SIDE: &str = "three different units: they are never added up; person_charges counts \
                            charges laid, whatever kind or definition the question names";

/// Answers one figure, or one a measure where `measure` names several.
pub(super) async fn one(
    State(app): State<App>,
    may: MayRead,
    parameters: Parameters,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let measures: Vec<String> = parameters
        .0
        .iter()
        .filter(|(name, _)| name == "measure")
        .flat_map(|(_, value)| value.split(',').map(str::to_owned))
        .collect();
    if measures.len() < 2 {
        let question = Question::new(&app, may.scope(), parameters).await?;
        let answer = tokio::task::block_in_place(|| question.answer(&may));
        // What an instant left out is part of the answer, so it is part of what the ETag names.
        let named = format!("{} {:?}", answer.query, answer.left_out);
        return ask::answer(&headers, &may, &named, question.asked.position, &answer);
    }
    let mut beside = SideBySide {
        measures: Vec::new(),
        note: SIDE_BY_SIDE,
    };
    let mut position = None;
    for measure in measures {
        let mut asked = of_measure(&parameters, &measure);
        if let Some(position) = position {
            // All of them at one R, however the record grows between.
            asked
                .0
                .retain(|(name, _)| name != "at" && name != "min_position");
            asked.0.push(("at".into(), format!("{position}")));
        }
        let question = Question::new(&app, may.scope(), asked).await?;
        position = Some(question.asked.position);
        let answer = tokio::task::block_in_place(|| question.answer(&may));
        beside.measures.push(answer);
    }
    let named: Vec<&str> = beside
        .measures
        .iter()
        .map(|one| one.query.as_str())
        .collect();
    let position = position.unwrap_or_default();
    ask::answer(&headers, &may, &named.join(" "), position, &beside)
}

/// Returns the question for one measure: charges are not asked for what only events have.
fn of_measure(parameters: &Parameters, measure: &str) -> Parameters {
    let only_events = ["kind", "definition", "release_kind", "in_custody"];
    let charges = measure == "person_charges";
    let taken = parameters
        .0
        .iter()
        .filter(|(name, _)| !(charges && only_events.contains(&name.as_str())))
        .map(|(name, value)| match name.as_str() {
            "measure" => (name.clone(), measure.to_owned()),
            _ => (name.clone(), value.clone()),
        });
    Parameters(taken.collect())
}
