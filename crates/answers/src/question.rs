//! A question with all that its answer follows from beside the record: R, D, the scope, and what is hidden.
//!
//! Start at [`ask`], or at [`Question::new`] where R is known. API, pages and replays ask by the same.
//!
//! Never here: parsing and counting (crate `figures`).

use event::{Day, Position};
use figures::{Answer, AsOf, At, ColumnStore, Lend, Query, TooManyGroups};
use fold::{Scope, View};

use crate::list::definitions::resolve_definition;

/// A question as it is answered. Two that are equal have one answer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Question {
    /// What is asked.
    pub query: Query,
    /// R.
    pub at: Position,
    /// For R given as an instant: how many later positions have a time not after it.
    pub left_out: Option<u64>,
    /// D: as asked, else the UTC day of the last `receivedtime` up to R; none in an empty log.
    pub on: Option<Day>,
    /// The position of the last act that hid something from the scope.
    pub hidden_through: Position,
    /// Who asks.
    pub scope: Scope,
}

/// Why a question has no answer in a record.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuestionError {
    /// Its position is above the last.
    #[error("there is no such position: the last is {newest}")]
    Position {
        /// The last position.
        newest: Position,
    },
    /// Its definition is not known, in words of the form `found, but right`.
    #[error("{0}")]
    Definition(String),
    /// It is a question by time whose span is too long, or one with too many groups.
    #[error(transparent)]
    Groups(#[from] TooManyGroups),
}

/// Finds the R of a question, takes what an organisation's own definition counts as known there, and counts.
///
/// # Errors
/// The view's failure; [`QuestionError`] inside.
pub fn ask<V: View>(
    view: &V,
    columns: &ColumnStore,
    query: Query,
    scope: &Scope,
) -> Result<Result<Answer, QuestionError>, V::Error> {
    let (at, left_out) = match find_position(columns, query.at, scope) {
        Ok(found) => found,
        Err(error) => return Ok(Err(error)),
    };
    let mut question = Question::new(columns, query, at, scope);
    question.left_out = left_out;
    let question = question.resolve(view, columns)?;
    Ok(question
        .map_err(QuestionError::Definition)
        .and_then(|question| Ok(question.answer(columns)?)))
}

/// Finds R; beside it, what an instant leaves out.
///
/// # Errors
/// [`QuestionError::Position`].
pub fn find_position(
    columns: &ColumnStore,
    at: At,
    scope: &Scope,
) -> Result<(Position, Option<u64>), QuestionError> {
    let resolved = at.resolve(columns.instants(), scope);
    resolved.map_err(|newest| QuestionError::Position { newest })
}

impl Question {
    /// Asks at an R that is a position.
    #[must_use]
    pub fn new(columns: &ColumnStore, query: Query, at: Position, scope: &Scope) -> Self {
        Self {
            on: query.on.or_else(|| columns.instants().default_day(at)),
            query,
            at,
            left_out: None,
            hidden_through: columns.hidden_through(scope),
            scope: scope.clone(),
        }
    }

    /// Takes what an organisation's own definition counts, as known at R. The inner error says what is wrong
    /// with the definition.
    ///
    /// # Errors
    /// The view's failure.
    pub fn resolve<V: View>(
        mut self,
        view: &V,
        columns: &ColumnStore,
    ) -> Result<Result<Self, String>, V::Error> {
        let known = resolve_definition(view, columns, &mut self.query, self.at, &self.scope)?;
        Ok(known.map(|()| self))
    }

    /// Returns its address, which gives the same answer for ever.
    #[must_use]
    pub fn address(&self) -> String {
        self.query.link(self.at, self.on)
    }

    /// Returns R, D and the scope.
    #[must_use]
    pub const fn as_of(&self) -> AsOf<'_> {
        AsOf {
            at: self.at,
            on: self.on,
            scope: &self.scope,
        }
    }

    /// Counts what it asks.
    ///
    /// # Errors
    /// [`TooManyGroups`] of a question by time whose span is too long, or of one with too many groups.
    pub fn answer(&self, columns: &impl Lend) -> Result<Answer, TooManyGroups> {
        figures::answer(columns, &self.query, self.at, self.left_out, &self.scope)
    }
}
