//! Answers from the entries of a history, with no server: folded in memory, then asked.
//!
//! Start at [`Replay::fold`]. The counting and the shapes are the server's own (crates `figures` and `answers`), so the bytes
//! are the same.
//!
//! Never here: whether the entries are what was signed (`check`).

use answers::{CaseBody, CaseList, MemoryModel, QuestionError};
use event::{CaseId, OrgId, Position};
use figures::{At, Capacity, Query};
use fold::Scope;
use proof::{Frontier, Hash};
use serde::Serialize;

use crate::lines::{EntryError, Line};
use crate::{Difference, Error};

/// How many entries are folded in one step. Any number gives the same rows.
const STEP_ENTRIES: usize = 2_048;

/// Entries, folded.
pub struct Replay {
    model: MemoryModel,
    leaves: Vec<Hash>,
}

/// Why entries could not be folded.
#[derive(Debug, thiserror::Error)]
pub enum FoldError<E> {
    /// What the entries fail with.
    #[error(transparent)]
    Entries(#[from] Error<E>),
    /// There are more than the columns hold.
    #[error(transparent)]
    Capacity(#[from] Capacity),
}

impl<E> From<Difference> for FoldError<E> {
    fn from(difference: Difference) -> Self {
        Self::Entries(difference.into())
    }
}

impl Replay {
    /// Folds entries, at most `entries_max`.
    ///
    /// # Errors
    /// [`Error::Difference`] for a line that is none; what the entries fail with;
    /// [`FoldError::Capacity`] where there are too many.
    pub fn fold<E>(
        mut entries: impl Iterator<Item = Result<Line, EntryError<E>>>,
        entries_max: u64,
    ) -> Result<Self, FoldError<E>> {
        let (model, leaves) = (MemoryModel::default(), Vec::new());
        let mut replay = Self { model, leaves };
        loop {
            let rest = usize::try_from(entries_max.saturating_sub(replay.size()));
            let rest = rest.unwrap_or(usize::MAX).min(STEP_ENTRIES);
            let mut step: Vec<Vec<u8>> = Vec::with_capacity(STEP_ENTRIES);
            for line in entries.by_ref().take(rest) {
                step.push(replay.leaf(line)?);
            }
            if step.is_empty() {
                return Ok(replay);
            }
            replay.model.fold(step.iter().map(Vec::as_slice))?;
        }
    }

    /// Keeps an entry's leaf hash; returns its bytes.
    fn leaf<E>(&mut self, line: Result<Line, EntryError<E>>) -> Result<Vec<u8>, Error<E>> {
        let line = line.map_err(|error| match error {
            EntryError::Source(source) => Error::Source(source),
            EntryError::Difference(difference) => difference.into(),
            EntryError::Malformed(why) => {
                let index = self.size();
                Difference::new(&format!("the line at index {index} {why}")).into()
            }
        })?;
        self.leaves.push(line.leaf());
        Ok(match line {
            Line::Entry(entry) => entry,
            // A leaf without effect, as its placeholder in the log is.
            Line::Withheld(_) => Vec::new(),
        })
    }

    /// Returns how many entries there are.
    #[must_use]
    pub fn size(&self) -> u64 {
        u64::try_from(self.leaves.len()).unwrap_or(u64::MAX)
    }

    /// Returns the root over all of them.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.root_at(self.size())
    }

    /// Returns the root over the first `size`.
    fn root_at(&self, size: u64) -> Hash {
        let mut frontier = Frontier::new();
        let first = usize::try_from(size).unwrap_or(usize::MAX);
        let leaves = self.leaves.iter().take(first);
        leaves.for_each(|leaf| frontier.push(*leaf));
        frontier.root()
    }

    /// Finds R among the entries.
    ///
    /// # Errors
    /// [`QuestionError::Position`].
    pub fn resolve(&self, at: At, scope: &Scope) -> Result<Position, QuestionError> {
        Ok(answers::find_position(&self.model.columns, at, scope)?.0)
    }

    /// Returns the position of the last act that hid something from the scope.
    #[must_use]
    pub fn hidden_through(&self, scope: &Scope) -> Position {
        self.model.columns.hidden_through(scope)
    }

    /// Writes an answer as the server does.
    ///
    /// # Errors
    /// It cannot be written as JSON.
    pub fn body(&self, answer: &impl Serialize, scope: &Scope) -> serde_json::Result<Vec<u8>> {
        answers::body(self.hidden_through(scope), answer)
    }

    /// Answers a question as known at its R, with the root there.
    ///
    /// # Errors
    /// [`QuestionError`]: an R above the last entry, a definition that is not known there, or too long a
    /// span.
    pub fn figure(&self, query: Query, scope: &Scope) -> Result<figures::Answer, QuestionError> {
        let Ok(asked) = answers::ask(&self.model.rows, &self.model.columns, query, scope);
        let mut answer = asked?;
        answer.root = Some(self.root_at(answer.position.get()).to_string());
        Ok(answer)
    }

    /// Returns a case as known at `position`; none where it is not known.
    #[must_use]
    pub fn case(&self, id: &CaseId, position: Position, scope: &Scope) -> Option<CaseBody> {
        let tracks = self.model.rows.tracks_of_case(id);
        let Ok(case) = CaseBody::build(&self.model.rows, id, &tracks, position, scope);
        case
    }

    /// Returns at most `limit` cases as known at `position`, from that after `cursor` on.
    #[must_use]
    pub fn cases(
        &self,
        cursor: Option<&CaseId>,
        limit: usize,
        position: Position,
        scope: &Scope,
    ) -> CaseList {
        let cases = self.model.rows.cases_from(cursor);
        let Ok(list) = CaseList::build(&self.model.rows, (position, scope), limit, cases);
        list
    }
}

/// Reads who asks: `public`, `partners`, `org:ID` or `operator`.
///
/// # Errors
/// What is right, as words that follow "it".
pub fn scope(text: &str) -> Result<Scope, String> {
    match text.split_once(':') {
        None if text == "public" => Ok(Scope::Public),
        None if text == "partners" => Ok(Scope::Partners),
        None if text == "operator" => Ok(Scope::Operator),
        Some(("org", id)) => OrgId::parse(id).map(Scope::Org).map_err(|e| e.to_string()),
        None | Some(_) => Err("must be public, partners, org:ID or operator".to_owned()),
    }
}
