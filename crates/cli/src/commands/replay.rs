//! `habeas replay`: the answers of a server, from a file of events, with no server.
//!
//! Never here: how the file is counted (`audit::replay`), and whether it is what was signed (`verify`).

use std::path::PathBuf;

use answers::{FiguresByMeasure, QuestionError};
use audit::replay::Replay;
use event::{CaseId, Position};
use figures::{At, Query};
use fold::Scope;
use serde::Serialize;

use super::figures::pair;
use super::{Exit, Terminal};
use crate::client::Failure;
use crate::history::{LineReader, bar, on_entries};

/// How many cases a list gives when --limit is not said, as the server does.
const LIMIT: usize = 50;

/// Answers from a file of events, with no server
///
/// The answer is the server's own, byte for byte, for the same R and who asks. Check the file with
/// `habeas verify` first.
///
/// Examples:
///   habeas replay history.jsonl --at 118 figures kind=arrest occurred=2020 group_by=month
///   habeas replay history.jsonl --at 118 cases licadho:2020-0114
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// The file, as `habeas export` writes it
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// R: as known at this position, instant, or recorded:INSTANT [default: the newest]
    #[arg(long, value_name = "R", value_parser = super::point::at, global = true)]
    at: Option<String>,
    /// Hide what was hidden up to this position, as the answer states it [default: up to the last]
    #[arg(long, value_name = "POSITION", global = true)]
    hidden_through: Option<u64>,
    /// Who asks: public, partners, org:ID or operator
    #[arg(long, default_value = "public", value_parser = audit::replay::scope, global = true)]
    scope: Scope,
    #[command(subcommand)]
    what: Subject,
}

#[derive(clap::Subcommand)]
enum Subject {
    /// Counts people, events or charges, as `habeas figures` does
    Figures {
        /// Parameters of the filter grammar; several values are separated by commas
        #[arg(value_name = "NAME=VALUE", value_parser = pair)]
        parameters: Vec<(String, String)>,
        /// D: the day for which a state is asked
        #[arg(long, value_name = "DAY")]
        on: Option<String>,
    },
    /// Lists cases, or shows one with its people and its timeline
    Cases {
        /// The case
        #[arg(value_name = "ID", value_parser = case_id)]
        id: Option<CaseId>,
        /// The case after which the list begins
        #[arg(long, value_name = "ID", value_parser = case_id)]
        cursor: Option<CaseId>,
        /// How many cases are listed
        #[arg(long, value_name = "N", default_value_t = LIMIT)]
        limit: usize,
    },
}

fn case_id(text: &str) -> Result<CaseId, String> {
    CaseId::parse(text).map_err(|error| error.to_string())
}

/// Folds the file and answers.
///
/// # Errors
/// [`Failure`]: a parameter that is not right, a file that is none, or a position above its last.
pub(super) fn run(args: &Args, terminal: &mut Terminal<'_>) -> Result<Exit, Failure> {
    let questions = match &args.what {
        Subject::Figures { parameters, on } => {
            questions(parameters, args.at.as_ref(), on.as_ref())?
        }
        Subject::Cases { .. } => Vec::new(),
    };
    let lines = LineReader::open(&args.file, &args.file)?;
    let entries = entries(args)?;
    let replay = Replay::fold(on_entries(lines, bar(0, "folding")), entries)?;
    terminal.say(&format!(
        "{} entries, root {}",
        replay.size(),
        replay.root()
    ));
    let body = match &args.what {
        Subject::Figures { .. } => counted(&replay, questions, &args.scope),
        Subject::Cases { id, cursor, limit } => {
            let at = args.at.as_deref().and_then(figures::parse_at);
            let at = replay.resolve(at.unwrap_or(At::Newest), &args.scope);
            let position = at.map_err(|error| unanswered(&error))?;
            match id {
                Some(id) => case(&replay, id, position, &args.scope),
                None => {
                    let list = replay.cases(cursor.as_ref(), *limit, position, &args.scope);
                    body(&replay, &list, &args.scope)
                }
            }
        }
    }?;
    terminal.write(&body)?;
    if terminal.screen.is_some() {
        terminal.write(b"\n")?;
    }
    Ok(Exit::Ok)
}

/// Returns how many entries are folded: those up to R and up to what is to be hidden.
///
/// # Errors
/// [`Failure`] where R is no position beside `--hidden-through`.
fn entries(args: &Args) -> Result<u64, Failure> {
    let Some(hidden) = args.hidden_through else {
        return Ok(u64::MAX);
    };
    match args.at.as_deref().and_then(figures::parse_at) {
        Some(At::Position(at)) => Ok(at.get().max(hidden)),
        Some(At::Newest | At::Received(_) | At::Recorded(_)) | None => Err(Failure::parameter(
            "--hidden-through needs an R that is a position: give --at too",
        )),
    }
}

/// Parses a question, or several: one a measure.
fn questions(
    parameters: &[(String, String)],
    at: Option<&String>,
    on: Option<&String>,
) -> Result<Vec<Query>, Failure> {
    let mut parameters = parameters.to_vec();
    for (name, value) in [("at", at), ("on", on)] {
        parameters.extend(value.map(|value| (name.to_owned(), value.clone())));
    }
    let asked = FiguresByMeasure::questions(&parameters).unwrap_or_else(|| vec![parameters]);
    let parsed = asked.iter().map(|one| Query::parse(one));
    let parsed: Result<_, _> = parsed.collect();
    parsed.map_err(|error| Failure::parameter(&error.to_string()))
}

/// Answers a question, or several side by side.
fn counted(replay: &Replay, questions: Vec<Query>, scope: &Scope) -> Result<Vec<u8>, Failure> {
    let answers = questions
        .into_iter()
        .map(|query| replay.figure(query, scope));
    let answers: Result<Vec<_>, _> = answers.collect();
    let mut answers = answers.map_err(|error| unanswered(&error))?;
    match (answers.len(), answers.pop()) {
        (1, Some(answer)) => body(replay, &answer, scope),
        (_, last) => {
            answers.extend(last);
            body(replay, &FiguresByMeasure::new(answers), scope)
        }
    }
}

fn case(replay: &Replay, id: &CaseId, at: Position, scope: &Scope) -> Result<Vec<u8>, Failure> {
    let case = replay.case(id, at, scope);
    let case = case.ok_or_else(|| Failure::Absent {
        what: format!("case {id} known at position {at}"),
        next: "list what there is with `cases`, or ask without --at".to_owned(),
    })?;
    body(replay, &case, scope)
}

fn unanswered(error: &QuestionError) -> Failure {
    match error {
        QuestionError::Position { newest } => Failure::Absent {
            what: "such position in the file".to_owned(),
            next: format!("ask for one up to {newest}, the last"),
        },
        QuestionError::Definition(why) => Failure::parameter(why),
        QuestionError::Groups(why) => Failure::parameter(&why.to_string()),
    }
}

fn body(replay: &Replay, answer: &impl Serialize, scope: &Scope) -> Result<Vec<u8>, Failure> {
    let body = replay.body(answer, scope);
    body.map_err(|error| Failure::Output(error.into()))
}
