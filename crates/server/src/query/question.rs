//! Questions of the filter grammar, each with the snapshot that it is answered from.
//!
//! Start at [`ask`], by which every handler under `/v1/figures` and every page of a figure asks; the answer is
//! [`Model::figure`](super::model::Model::figure) of the question.
//!
//! Never here: counting (crate `figures`), and what an answer follows from ([`answers::Question`]).

use answers::Question;
use event::Position;
use figures::{At, Query};
use fold::Scope;
use web::http::parameters::{Parameters, whole_number};

use super::snapshot::Snapshot;

use crate::http::{Problem, Sort};
use crate::node::Node;

/// Parses a question, finds R, and takes a definition of an organisation's own as known there.
///
/// # Errors
/// [`Problem`]: a wrong parameter, a position above the newest, no model yet, or a definition
/// that is not known or cannot be used.
pub(crate) async fn ask(
    node: &Node,
    scope: &Scope,
    mut parameters: Parameters,
) -> Result<(Snapshot, Question), Problem> {
    let min_position = parameters.take("min_position");
    let query = Query::parse(&parameters.0)?;
    let min_position = min_position.map(|text| whole_number("min_position", &text));
    let min_position = min_position.transpose()?.map(Position::new);
    let at = query.at;
    find(node, scope, (query, at), min_position).await
}

/// Asks as [`ask`] does, at a position, whatever R the question names.
///
/// # Errors
/// As of [`ask`].
pub(crate) async fn ask_at(
    node: &Node,
    scope: &Scope,
    pairs: &[(String, String)],
    position: Position,
) -> Result<(Snapshot, Question), Problem> {
    let query = Query::parse(pairs)?;
    find(node, scope, (query, At::Position(position)), None).await
}

async fn find(
    node: &Node,
    scope: &Scope,
    (query, at): (Query, At),
    min_position: Option<Position>,
) -> Result<(Snapshot, Question), Problem> {
    let snapshot = Snapshot::at(node, scope, at, min_position).await?;
    // Counted over the columns, which follow with the fold.
    let snapshot = snapshot.settled(node, scope).await?;
    let question = at_snapshot(&snapshot, query, scope)?;
    Ok((snapshot, question))
}

/// Asks at the R of a snapshot, whatever R the question names.
///
/// # Errors
/// [`Problem`] of a definition that is not known or cannot be used, and of the store.
pub(crate) fn at_snapshot(
    snapshot: &Snapshot,
    query: Query,
    scope: &Scope,
) -> Result<Question, Problem> {
    let question = {
        let columns = snapshot.model.columns();
        let question = Question::new(&columns, query, snapshot.position, scope);
        Question {
            left_out: snapshot.left_out,
            hidden_through: snapshot.hidden_through,
            ..question
        }
    };
    if question.query.unresolved().is_none() {
        return Ok(question);
    }
    tokio::task::block_in_place(|| {
        let reading = snapshot.read();
        let reading = reading.map_err(|failure| Problem::failed(&failure))?;
        question
            .resolve(&reading, &snapshot.model.columns())
            .map_err(|failure| Problem::failed(&failure))?
            .map_err(|why| Problem::new(Sort::Parameter, why))
    })
}

/// Refuses groups where `list` has none: what is asked is never ignored. A group of charges that
/// says what is counted stays (see [`Query::whole`]).
///
/// # Errors
/// [`Problem`] where `group_by` is asked for.
pub(crate) fn ungrouped(question: &Question, list: &str) -> Result<(), Problem> {
    if question.query.group_by == question.query.whole().group_by {
        return Ok(());
    }
    let detail = format!("{list} is of the figure as a whole: leave out group_by");
    Err(Problem::new(Sort::Parameter, detail))
}
