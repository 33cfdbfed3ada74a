//! The record at one R, as pages and files read it: the handle on the query layer.
//!
//! Start at [`Record`], which the query layer implements, and [`Snapshot`], which every page asks.
//!
//! Never here: where rows come from, and counting (crate `figures`).

use std::error::Error;
use std::ops::{Deref, Range};
use std::sync::Arc;

use answers::{
    CaseBody, CaseList, CasePlace, CaseWindow, Change, DuplicateList, EventBody, FigureDeltas,
    FoundPerson, PersonBody, PublishedFigure, Question,
};
use event::{CaseId, Day, KeyHash, PersonId, Position};
use figures::{
    Answer, CaseFilter, CaseOrder, ColumnStore, Count, Delta, Funnel, HeldList, ListedCase, Query,
    TooManyGroups,
};
use fold::{Editor, EditorId, LastHidden, Person, Scope, Times, Track, TrackId, View};

use crate::http::log_id::LogId;
use crate::http::problem::Problem;

/// What an answer follows from beside its question and the scope: the log, R, and what is hidden since.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AsKnown {
    /// Which log it is.
    pub log: LogId,
    /// R.
    pub position: Position,
    /// For R given as an instant: how many later positions have a time not after it.
    pub left_out: Option<u64>,
    /// The position of the last act that hid something from the scope.
    pub hidden_through: Position,
    /// Whether an act hides something from the scope that is not folded yet: the answer is kept nowhere.
    pub is_hiding: bool,
}

/// Why rows could not be read: the store failed.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct ReadFailure(Box<dyn Error + Send + Sync>);

impl ReadFailure {
    /// Makes it of the store's own failure.
    pub fn new(failure: impl Error + Send + Sync + 'static) -> Self {
        Self(Box::new(failure))
    }
}

/// The columns for as long as this lives. Nothing is written meanwhile.
pub type Columns<'s> = Box<dyn Deref<Target = ColumnStore> + 's>;

/// The rows of the record, without what is hidden and not folded yet.
pub trait Rows: View<Error = ReadFailure> {
    /// Returns at most `limit` leaves, byte for byte, in order from `from` on.
    ///
    /// # Errors
    /// [`ReadFailure`].
    fn leaves(&self, from: Position, limit: usize)
    -> Result<Vec<(Position, Vec<u8>)>, ReadFailure>;
}

/// The rows of the record for as long as this lives. Nothing is written meanwhile.
pub struct Reading<'s>(Box<dyn Rows + 's>);

impl<'s> Reading<'s> {
    /// Makes it of the query layer's rows.
    pub fn new(rows: impl Rows + 's) -> Self {
        Self(Box::new(rows))
    }
}

impl<'s> Deref for Reading<'s> {
    type Target = dyn Rows + 's;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

impl View for Reading<'_> {
    type Error = ReadFailure;

    fn record(&self, key: KeyHash) -> Result<Option<fold::Record>, ReadFailure> {
        self.0.record(key)
    }

    fn track(&self, id: &TrackId) -> Result<Option<Track>, ReadFailure> {
        self.0.track(id)
    }

    fn person(&self, id: &PersonId) -> Result<Option<Person>, ReadFailure> {
        self.0.person(id)
    }

    fn editor(&self, id: &EditorId) -> Result<Option<Editor>, ReadFailure> {
        self.0.editor(id)
    }

    fn leaf(&self, position: Position) -> Result<Option<Vec<u8>>, ReadFailure> {
        self.0.leaf(position)
    }

    fn times(&self, row: u64) -> Result<Option<Vec<Times>>, ReadFailure> {
        self.0.times(row)
    }

    fn last_hidden(&self) -> Result<Option<LastHidden>, ReadFailure> {
        self.0.last_hidden()
    }
}

/// What a search finds at one R.
#[derive(Debug)]
pub struct Found {
    /// The last position that is in the index: what came after it is not found yet.
    pub indexed: Position,
    /// People, the closest first, and whether there are more.
    pub persons: (Vec<FoundPerson>, bool),
    /// Events, the newest first, and whether there are more.
    pub events: (Vec<EventBody>, bool),
    /// Whether the words of the events are only close to those that were asked for.
    pub is_near: bool,
}

/// The record at one R. Whatever takes a scope answers for it.
pub trait Record: Send + Sync {
    /// Returns what an answer follows from beside its question and the scope.
    fn known(&self) -> AsKnown;

    /// Returns the newest position when R was found.
    fn newest(&self) -> Position;

    /// Returns the columns, for a look at few rows.
    fn columns(&self) -> Columns<'_>;

    /// Returns the columns for a scan of many rows, once there is a place for it.
    fn scan(&self) -> Columns<'_>;

    /// Reads rows.
    ///
    /// # Errors
    /// [`ReadFailure`].
    fn read(&self) -> Result<Reading<'_>, ReadFailure>;

    /// Asks at this R, whatever R the question names.
    ///
    /// # Errors
    /// [`Problem`] of a definition that is not known or cannot be used, and of the store.
    fn question(&self, query: Query, scope: &Scope) -> Result<Question, Problem>;

    /// Counts what a question asks.
    ///
    /// # Errors
    /// [`TooManyGroups`] of a question by time whose span is too long.
    fn figure(&self, question: &Question) -> Result<Arc<Answer>, TooManyGroups>;

    /// Lists who stands behind a figure of custody without groups, with that figure.
    ///
    /// # Errors
    /// As [`Record::figure`].
    fn held(&self, question: &Question) -> Result<(Arc<Answer>, Arc<HeldList>), TooManyGroups>;

    /// Counts whom a question for a definition of custody without groups counts, and whom it counts on each
    /// of `days`, with D at the end where there is one.
    ///
    /// # Errors
    /// As [`Record::figure`].
    fn on_each_day(
        &self,
        question: &Question,
        days: &[Day],
    ) -> Result<(Arc<Answer>, Arc<Vec<Count>>), TooManyGroups>;

    /// Counts how far the individuals of a figure came.
    fn funnel(&self, question: &Question) -> Arc<Funnel>;

    /// Returns the years in which a question counts something.
    fn years(&self, question: &Question) -> Arc<Vec<String>>;

    /// Computes the deltas of a figure that lead from one R to a later one.
    fn deltas(
        &self,
        query: &Query,
        span: (Position, Position),
        earlier: Option<Day>,
        scope: &Scope,
    ) -> FigureDeltas;

    /// Explains deltas.
    ///
    /// # Errors
    /// [`ReadFailure`].
    fn explain(
        &self,
        found: &FigureDeltas,
        deltas: &[(Position, Delta)],
        scope: &Scope,
    ) -> Result<Vec<Change>, ReadFailure>;

    /// Summarizes at most `limit` of the cases that are asked for, after `after`; returns the one after which there may
    /// be more.
    ///
    /// # Errors
    /// [`ReadFailure`].
    fn cases(
        &self,
        scope: &Scope,
        which: (&CaseFilter, CaseOrder),
        after: Option<ListedCase>,
        limit: usize,
    ) -> Result<(CaseList, Option<ListedCase>), ReadFailure>;

    /// Reads a window of a case, and where the next one begins, where something follows.
    ///
    /// # Errors
    /// [`Problem`]: the case is not known at R, or the store fails.
    fn case(
        &self,
        id: &CaseId,
        scope: &Scope,
        window: &CaseWindow,
    ) -> Result<(CaseBody, Option<CasePlace>), Problem>;

    /// Reads a person; none whom the scope does not see.
    ///
    /// # Errors
    /// [`ReadFailure`].
    fn person(&self, id: &PersonId, scope: &Scope) -> Result<Option<PersonBody>, ReadFailure>;

    /// Reads the hearings of these places among those that are set for a day of `days`, both included, by that
    /// day; returns how many there are in all.
    ///
    /// # Errors
    /// [`ReadFailure`].
    fn hearings(
        &self,
        scope: &Scope,
        days: (Day, Day),
        places: Range<usize>,
    ) -> Result<(Vec<EventBody>, usize), ReadFailure>;

    /// Lists at most `limit` groups of people who may be one individual, after the first `after`.
    ///
    /// # Errors
    /// [`ReadFailure`].
    fn duplicates(
        &self,
        scope: &Scope,
        after: usize,
        limit: usize,
    ) -> Result<DuplicateList, ReadFailure>;

    /// Returns where the events of published figures stand.
    fn published(&self, scope: &Scope) -> Vec<Position>;

    /// Recomputes one published figure. None where its event has no effect.
    ///
    /// # Errors
    /// [`ReadFailure`].
    fn published_figure(
        &self,
        position: Position,
        scope: &Scope,
    ) -> Result<Option<PublishedFigure>, ReadFailure>;
}

/// The record at one R, with what of it stands on every page.
pub struct Snapshot {
    record: Box<dyn Record>,
    /// R.
    pub position: Position,
    /// For R given as an instant: how many later positions have a time not after it.
    pub left_out: Option<u64>,
    /// The position of the last act that hid something from the scope.
    pub hidden_through: Position,
}

impl Snapshot {
    /// Makes it of the query layer's.
    pub fn new(record: impl Record + 'static) -> Self {
        let AsKnown {
            position,
            left_out,
            hidden_through,
            ..
        } = record.known();
        Self {
            record: Box::new(record),
            position,
            left_out,
            hidden_through,
        }
    }
}

impl Deref for Snapshot {
    type Target = dyn Record;

    fn deref(&self) -> &Self::Target {
        &*self.record
    }
}
