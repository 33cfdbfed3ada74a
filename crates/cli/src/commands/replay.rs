//! `habeas replay`: the answers of a server, from a file of events, with no server.
//!
//! The counting and the shapes are the server's own (`fold`), so the bytes are the same.
//!
//! Never here: whether the file is what was signed (`verify`).

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use event::{CaseId, OrgId, Position};
use fold::shown::{Case, List, SideBySide};
use fold::{At, Memory, Query, Scope, figure};
use proof::{Frontier, Hash};
use serde::Serialize;

use super::figures::pair;
use super::{Desk, Exit};
use crate::client::Failure;
use crate::history::bar;
use crate::history::lines::{Line, Lines, Stop};

/// How many entries are folded in one step. Any number gives the same rows.
const STEP_ENTRIES: usize = 2_048;

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
    #[arg(long, value_name = "R", value_parser = super::at, global = true)]
    at: Option<String>,
    /// Who asks: public, partners, org:ID or operator
    #[arg(long, default_value = "public", value_parser = scope, global = true)]
    scope: Scope,
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
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

pub(super) fn scope(text: &str) -> Result<Scope, String> {
    match text.split_once(':') {
        None if text == "public" => Ok(Scope::Public),
        None if text == "partners" => Ok(Scope::Partners),
        None if text == "operator" => Ok(Scope::Operator),
        Some(("org", id)) => OrgId::parse(id).map(Scope::Org).map_err(|e| e.to_string()),
        None | Some(_) => Err("must be public, partners, org:ID or operator".to_owned()),
    }
}

/// Folds the file and answers.
///
/// # Errors
/// [`Failure`]: a parameter that is not right, a file that is none, or a position above its last.
pub(super) fn run(args: &Args, desk: &mut Desk<'_>) -> Result<Exit, Failure> {
    let questions = match &args.what {
        What::Figures { parameters, on } => questions(parameters, args.at.as_ref(), on.as_ref())?,
        What::Cases { .. } => Vec::new(),
    };
    let (memory, leaves) = fold(&args.file, u64::MAX)?;
    desk.say(&format!(
        "{} entries, root {}",
        leaves.size(),
        leaves.root()
    ));
    let body = match &args.what {
        What::Figures { .. } => figures(&memory, &leaves, questions, &args.scope),
        What::Cases { id, cursor, limit } => {
            let at = args.at.as_deref().and_then(fold::parse_at);
            let (position, _) = resolve(&memory, at.unwrap_or(At::Newest))?;
            match id {
                Some(id) => case(&memory, id, position, &args.scope),
                None => {
                    let cases = memory.cases_from(cursor.as_ref());
                    let Ok(list) = List::of(position, &args.scope, *limit, cases);
                    body(&list)
                }
            }
        }
    }?;
    desk.write(&body)?;
    if desk.screen.is_some() {
        desk.write(b"\n")?;
    }
    Ok(Exit::Ok)
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
    let asked = SideBySide::questions(&parameters).unwrap_or_else(|| vec![parameters]);
    let parsed = asked.iter().map(|one| Query::parse(one));
    let parsed: Result<_, _> = parsed.collect();
    parsed.map_err(|error| Failure::parameter(&error.to_string()))
}

/// Finds R among the entries of the file.
fn resolve(memory: &Memory, at: At) -> Result<(Position, Option<u64>), Failure> {
    let resolved = at.resolve(memory.table().instants());
    resolved.map_err(|newest| Failure::Absent {
        what: "such position in the file".to_owned(),
        next: format!("ask for one up to {newest}, the last"),
    })
}

/// Answers a question, or several side by side.
fn figures(
    memory: &Memory,
    leaves: &Leaves,
    questions: Vec<Query>,
    scope: &Scope,
) -> Result<Vec<u8>, Failure> {
    let answers = questions
        .into_iter()
        .map(|query| figure(memory, leaves, query, scope));
    let mut answers: Vec<_> = answers.collect::<Result<_, _>>()?;
    match (answers.len(), answers.pop()) {
        (1, Some(answer)) => body(&answer),
        (_, last) => {
            answers.extend(last);
            body(&SideBySide::of(answers))
        }
    }
}

/// Answers a question as known at its R, with the root there.
///
/// # Errors
/// [`Failure::Absent`] for an R above the last entry; [`Failure::Usage`] for a definition that is not
/// known there.
pub(super) fn figure(
    memory: &Memory,
    leaves: &Leaves,
    mut query: Query,
    scope: &Scope,
) -> Result<figure::Answer, Failure> {
    let (position, left_out) = resolve(memory, query.at)?;
    let table = memory.table();
    let Ok(known) = fold::resolve_definition(memory, table, &mut query, position, scope);
    known.map_err(|why| Failure::parameter(&why))?;
    let mut answer = figure::answer(table, &query, position, left_out, scope);
    answer.root = Some(leaves.root_at(position.get()).to_string());
    Ok(answer)
}

fn case(memory: &Memory, id: &CaseId, at: Position, scope: &Scope) -> Result<Vec<u8>, Failure> {
    let tracks = memory.tracks_of_case(id);
    let Ok(case) = Case::of(memory, id, &tracks, at, scope);
    body(&case.ok_or_else(|| Failure::Absent {
        what: format!("case {id} known at position {at}"),
        next: "list what there is with `cases`, or ask without --at".to_owned(),
    })?)
}

/// Writes an answer as the server does.
///
/// # Errors
/// [`Failure::Output`] when it cannot be written as JSON.
pub(super) fn body(answer: &impl Serialize) -> Result<Vec<u8>, Failure> {
    serde_json::to_vec(answer).map_err(|error| Failure::Output(error.into()))
}

/// The leaf hashes of a file's entries.
pub(super) struct Leaves(Vec<Hash>);

impl Leaves {
    /// Returns how many entries there are.
    pub(super) fn size(&self) -> u64 {
        u64::try_from(self.0.len()).unwrap_or(u64::MAX)
    }

    /// Returns the root over all of them.
    pub(super) fn root(&self) -> Hash {
        self.root_at(self.size())
    }

    /// Returns the root over the first `size`.
    fn root_at(&self, size: u64) -> Hash {
        let mut frontier = Frontier::new();
        let first = usize::try_from(size).unwrap_or(usize::MAX);
        let leaves = self.0.iter().take(first);
        leaves.for_each(|leaf| frontier.push(*leaf));
        frontier.root()
    }
}

/// Folds the entries of a file, at most `most`; returns the rows and the leaf hashes.
///
/// # Errors
/// [`Failure::Io`]; [`Failure::Differs`] for a line that is none.
pub(super) fn fold(file: &Path, most: u64) -> Result<(Memory, Leaves), Failure> {
    let unread = |source| Failure::Io {
        path: file.to_owned(),
        doing: "be read",
        source,
    };
    let opened = File::open(file).map_err(unread)?;
    let mut lines = Lines::new(BufReader::with_capacity(1 << 20, opened));
    let (mut memory, mut leaves) = (Memory::default(), Leaves(Vec::new()));
    let bar = bar(0, "folding");
    loop {
        let rest = usize::try_from(most.saturating_sub(leaves.size())).unwrap_or(usize::MAX);
        let mut step: Vec<Vec<u8>> = Vec::with_capacity(STEP_ENTRIES);
        for line in lines.by_ref().take(STEP_ENTRIES.min(rest)) {
            let line = line.map_err(|stop| match stop {
                Stop::Io(source) => unread(source),
                Stop::Failed(failure) => *failure,
                Stop::Line(why) => {
                    let index = leaves.size();
                    Failure::differs(&format!("the line at index {index} {why}"))
                }
            })?;
            leaves.0.push(line.leaf());
            step.push(match line {
                Line::Entry(entry) => entry,
                // A leaf without effect, as its placeholder in the log is.
                Line::Withheld(_) => Vec::new(),
            });
        }
        if step.is_empty() {
            break;
        }
        memory.fold(step.iter().map(Vec::as_slice));
        bar.set_length(leaves.size());
        bar.set_position(leaves.size());
    }
    bar.finish_and_clear();
    Ok((memory, leaves))
}
