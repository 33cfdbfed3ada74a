//! The same facts and the same questions on PostgreSQL: what a group would use instead.
//!
//! Start at [`ask`]. The tables have both clocks, and are laid out as well as SQL allows: codes as
//! numbers, sets as bits and as arrays, months beside days, individuals and runs of custody worked
//! out beforehand for every R and every scope, and an index for whatever a filter narrows by.
//!
//! Never here: how the bench answers by itself.

mod facts;
mod runs;
mod server;
mod sql;

use std::time::Duration;

use figures::Answer;

use crate::asked::Question;
use crate::folded::Folded;

/// Loads the facts into a server of its own, asks, and compares each answer with `answers`.
///
/// Returns how long each question took, as `psql` measures it over a local socket; none, with the
/// reason on standard error, where there is no PostgreSQL and none can be installed.
pub(crate) fn ask(
    folded: &Folded,
    questions: &[Question],
    answers: &[Answer],
) -> Option<Vec<Duration>> {
    let server = server::Server::start()?;
    let names = facts::load(folded, &server);
    let texts: Vec<String> = questions
        .iter()
        .zip(answers)
        .map(|(question, answer)| sql::select(question, answer, &names))
        .collect();
    let told = server.ask(&texts);
    let mut took = Vec::new();
    for ((question, answer), told) in questions.iter().zip(answers).zip(told) {
        let link = question.query.link(question.at, question.query.on);
        let counted = sql::counted(answer, question, &names);
        assert_eq!(told.rows, counted, "{link} {:?}", question.scope);
        took.push(told.took);
    }
    Some(took)
}
