//! A question of the filter grammar, with the snapshot it is answered from.
//!
//! Start at [`Question`], which every handler under `/v1/figures` and every page of a figure asks through.
//!
//! Never here: counting (crate `figures`).

use std::sync::Arc;

use ::archive::Archive;
use event::{Day, Position};
use figures::{AsOf, At, Query};
use fold::Scope;

use super::answers::ScopedQuery;
use super::parameters::{Parameters, whole_number};
use super::snapshot::Snapshot;
use crate::access::MayRead;
use crate::http::{Problem, Sort};
use crate::node::Node;

/// Counts what a question asks: the one way to a number, for the API and for pages.
///
/// # Errors
/// [`Problem`] of a question by time whose span is too long.
pub(crate) fn answer(
    snapshot: &Snapshot,
    query: &Query,
    may: &MayRead,
) -> Result<Arc<figures::Answer>, Problem> {
    Ok(snapshot.model.figure(&standing(snapshot, query, may))?)
}

/// Says what an answer follows from.
pub(crate) fn standing<'q>(
    snapshot: &Snapshot,
    query: &'q Query,
    may: &'q MayRead,
) -> ScopedQuery<'q> {
    ScopedQuery {
        query,
        at: snapshot.position,
        left_out: snapshot.left_out,
        hidden_through: snapshot.hidden_through,
        scope: may.scope(),
    }
}

/// A question of the filter grammar, with the model it is answered from, and R.
pub(crate) struct Question {
    pub(crate) snapshot: Snapshot,
    pub(crate) query: Query,
}

impl Question {
    /// Parses the question, finds R, and takes a definition of an organisation's own as known there.
    ///
    /// # Errors
    /// [`Problem`]: a wrong parameter, a position above the newest, no model yet, or a definition
    /// that is not known or cannot be used.
    pub(crate) async fn new(
        node: &Node,
        scope: &Scope,
        mut parameters: Parameters,
    ) -> Result<Self, Problem> {
        let min_position = parameters.take("min_position");
        let query = parse(&parameters.0)?;
        let at = query.at;
        let min_position = min_position.map(|text| whole_number("min_position", &text));
        let min_position = min_position.transpose()?.map(Position::new);
        Self::at(node, scope, (query, at), min_position).await
    }

    /// Parses a question as [`Question::new`] does; where it names no R, `newest` is taken for the newest.
    ///
    /// # Errors
    /// As [`Question::new`].
    pub(crate) async fn known_at(
        node: &Node,
        scope: &Scope,
        pairs: &[(String, String)],
        newest: Option<Position>,
    ) -> Result<Self, Problem> {
        let query = parse(pairs)?;
        let at = match (query.at, newest) {
            (At::Newest, Some(newest)) => At::Position(newest),
            (at, _) => at,
        };
        Self::at(node, scope, (query, at), None).await
    }

    async fn at(
        node: &Node,
        scope: &Scope,
        (mut query, at): (Query, At),
        min_position: Option<Position>,
    ) -> Result<Self, Problem> {
        let snapshot = Snapshot::at(node, scope, at, min_position).await?;
        // Counted over the columns, which follow with the fold.
        let snapshot = snapshot.settled(node, scope).await?;
        if query.unresolved().is_some() {
            tokio::task::block_in_place(|| resolve(&snapshot, &mut query, scope))?;
        }
        Ok(Self { snapshot, query })
    }

    /// Refuses groups where `list` has none: what is asked is never ignored. A group of charges that
    /// says what is counted stays (see [`Query::whole`]).
    ///
    /// # Errors
    /// [`Problem`] where `group_by` is asked for.
    pub(crate) fn ungrouped(&self, list: &str) -> Result<(), Problem> {
        if self.query.group_by == self.query.whole().group_by {
            return Ok(());
        }
        let detail = format!("{list} is of the figure as a whole: leave out group_by");
        Err(Problem::new(Sort::Parameter, detail))
    }

    /// Returns D: as asked, else the UTC day of the last `receivedtime` up to R.
    pub(crate) fn on(&self) -> Option<Day> {
        let table = self.snapshot.model.table();
        let instants = table.instants();
        self.query
            .on
            .or_else(|| instants.default_day(self.snapshot.position))
    }

    /// Returns from where a list beside the figure is made.
    pub(crate) fn standpoint<'s>(&self, scope: &'s Scope) -> AsOf<'s> {
        AsOf {
            at: self.snapshot.position,
            on: self.on(),
            scope,
        }
    }

    /// Returns the figure, with the root of the history at R.
    ///
    /// # Errors
    /// [`Problem`] when the history cannot be read, or the span is too long.
    pub(crate) fn answer(
        &self,
        archive: &Archive,
        may: &MayRead,
    ) -> Result<figures::Answer, Problem> {
        let root = archive.root(self.snapshot.position);
        let mut answer = Arc::unwrap_or_clone(answer(&self.snapshot, &self.query, may)?);
        answer.root = Some(root.map_err(|error| Problem::failed(&error))?.to_string());
        Ok(answer)
    }
}

/// Parses the filter grammar.
///
/// # Errors
/// [`Problem`] says what is wrong with the question.
pub(crate) fn parse(pairs: &[(String, String)]) -> Result<Query, Problem> {
    Query::parse(pairs).map_err(|error| Problem::new(Sort::Parameter, error.to_string()))
}

/// Takes what an organisation's own definition counts into the question, as known at R.
///
/// # Errors
/// [`Problem`] when it is not known there, or the store fails.
pub(crate) fn resolve(
    snapshot: &Snapshot,
    query: &mut Query,
    scope: &Scope,
) -> Result<(), Problem> {
    let reading = snapshot.read();
    let reading = reading.map_err(|failure| Problem::failed(&failure))?;
    let table = snapshot.model.table();
    answers::resolve_definition(&reading, &table, query, snapshot.position, scope)
        .map_err(|failure| Problem::failed(&failure))?
        .map_err(|why| Problem::new(Sort::Parameter, why))
}
