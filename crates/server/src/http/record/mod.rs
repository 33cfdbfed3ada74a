//! Resources of the record as known at R: cases, persons, and the tables beside them; one file each.
//!
//! Start at [`TableRequest`], through which the handler of each table is asked.
//!
//! Never here: figures (see [`super::figures`]), and what stands in an answer (crate `answers`).

pub(crate) mod by_position;
pub(crate) mod cases;
pub(super) mod claims;
pub(super) mod contradictions;
pub(super) mod definitions;
pub(crate) mod duplicates;
pub(super) mod effective;
pub(crate) mod hearings;
pub(super) mod inconsistencies;
pub(super) mod notices;
pub(super) mod package;
pub(crate) mod persons;
pub(crate) mod rejections;
pub(super) mod search;
pub(super) mod statements;

use std::collections::BTreeSet;

use answers::table::{Table, ToTable};
use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::response::Response;
use event::{Kind, Position};
use figures::ColumnStore;
use fold::Scope;
use serde::Serialize;
use web::files::{FileAnswer, Form, ListPath};
use web::http::parameters::Parameters;

use super::App;
use super::cursor::Listing;
use super::problem::Problem;
use super::response;
use super::turns::give_way;
use super::window::{Window, WindowRequest};
use crate::access::MayRead;
use crate::query::reading::Reading;
use crate::query::record::PIECE_ITEMS;
use crate::query::snapshot::Snapshot;

/// The parameters of a table of which a window is given.
const WINDOW_PARAMETERS: &str = "at, cursor, limit, min_position";

/// A request for a table: for whom, as known at which R, and the parameters that are left.
pub(super) struct TableRequest {
    may: MayRead,
    headers: HeaderMap,
    parameters: Parameters,
    snapshot: Snapshot,
    asked: ListPath,
}

/// A table with what it follows from.
#[derive(Serialize)]
struct Body<T> {
    position: Position,
    #[serde(skip_serializing_if = "Option::is_none")]
    left_out: Option<u64>,
    scope: String,
    #[serde(flatten)]
    found: T,
}

impl FromRequestParts<App> for TableRequest {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let may = MayRead::from_request_parts(parts, app).await?;
        let mut parameters = Parameters::from_request_parts(parts, app).await?;
        let asked = ListPath::take(parts, &mut parameters)?;
        let snapshot = Snapshot::new(&app.node, may.scope(), &mut parameters).await?;
        Ok(Self {
            may,
            headers: parts.headers.clone(),
            parameters,
            snapshot,
            asked,
        })
    }
}

impl TableRequest {
    /// Takes out which part of the list is asked for; a file holds at most `most` items.
    ///
    /// # Errors
    /// [`Problem`] as of [`WindowRequest::take_in`].
    fn window(&mut self, most: usize) -> Result<WindowRequest, Problem> {
        WindowRequest::take_in(self.asked.form, &mut self.parameters, most)
    }

    /// As [`TableRequest::window`], of a list for each of whose items a figure is counted.
    ///
    /// # Errors
    /// [`Problem`] as of [`WindowRequest::take_counted_in`].
    fn counted_window(&mut self) -> Result<WindowRequest, Problem> {
        WindowRequest::take_counted_in(self.asked.form, &mut self.parameters)
    }

    /// Returns what the cursors of the list are bound to.
    fn listing(&self) -> Listing<'_> {
        Listing {
            path: &self.asked.path,
            question: "",
            known: self.snapshot.known(),
            scope: self.may.scope(),
        }
    }

    /// Ends the reading of parameters: what is left is unknown, and never ignored.
    ///
    /// # Errors
    /// [`Problem`] naming the first that is left.
    fn end(&mut self, known: &str) -> Result<(), Problem> {
        std::mem::take(&mut self.parameters).end(known)
    }

    const fn scope(&self) -> &Scope {
        self.may.scope()
    }

    /// Reads rows and columns at one position.
    ///
    /// # Errors
    /// [`Problem`] when the store fails.
    fn read<T>(
        &self,
        work: impl FnOnce(&Reading<'_>, &ColumnStore) -> Result<T, store::Failure>,
    ) -> Result<T, Problem> {
        let found = tokio::task::block_in_place(|| {
            let reading = self.snapshot.read()?;
            work(&reading, &self.snapshot.model.columns())
        });
        found.map_err(|failure| Problem::failed(&failure))
    }

    /// Reads events at positions some at a time, so that nothing that is written waits for all of them.
    ///
    /// # Errors
    /// [`Problem`] when the store fails.
    fn read_pieces(
        &self,
        positions: &[Position],
        mut work: impl FnMut(&Reading<'_>, &[Position]) -> Result<(), store::Failure>,
    ) -> Result<(), Problem> {
        let read = tokio::task::block_in_place(|| {
            let mut pieces = positions.chunks(PIECE_ITEMS);
            pieces.try_for_each(|piece| {
                give_way();
                work(&self.snapshot.read()?, piece)
            })
        });
        read.map_err(|failure| Problem::failed(&failure))
    }

    /// Returns where the events of `kinds` stand that the caller sees.
    fn positions(&self, kinds: &[Kind]) -> Vec<Position> {
        let table = self.snapshot.model.columns();
        table.listed(kinds, self.snapshot.position, self.scope())
    }

    /// Answers with a window of the list, which has `all` items: `rest` are the parameters that the list has
    /// beside `at`.
    ///
    /// # Errors
    /// [`Problem`] when it cannot be written, or is more than a file holds.
    fn answer_window(
        &self,
        (asked, window): (&WindowRequest, Window),
        (all, rest): (usize, &str),
        found: impl Serialize + ToTable,
    ) -> Result<Response, Problem> {
        let listing = Listing {
            question: rest,
            ..self.listing()
        };
        let mut response = if let Some(form) = self.asked.form {
            asked.check_rest(|| window.rest(all))?;
            let part = format!("{rest}{}", asked.parameters());
            self.file(form, &part, found.into_table())?
        } else {
            self.answer(&format!("{}{rest}{}", listing.path, window.name()), found)?
        };
        let rest = format!("at={}{rest}", self.snapshot.position);
        window.link_next(&mut response, &listing, all, &rest);
        Ok(response)
    }

    /// Answers with the table as a file; `part` are the parameters of the list beside `at`.
    ///
    /// # Errors
    /// [`Problem`] as of [`FileAnswer::make`].
    fn file(&self, form: Form, part: &str, table: Table) -> Result<Response, Problem> {
        let at = self.snapshot.position;
        let query = format!("{}?at={at}{part}", self.asked.list());
        let answer = FileAnswer {
            headers: &self.headers,
            scope: self.may.scope(),
            record: &self.snapshot,
            list: self.asked.list(),
            form,
            query: &query,
        };
        answer.make(table)
    }

    /// Answers with the table `found`, which follows from `question`, R and the scope.
    ///
    /// # Errors
    /// [`Problem`] when it cannot be written as JSON.
    fn answer(&self, question: &str, found: impl Serialize) -> Result<Response, Problem> {
        let body = Body {
            position: self.snapshot.position,
            left_out: self.snapshot.left_out,
            scope: self.scope().name(),
            found,
        };
        let question = format!("{question} {:?}", self.snapshot.left_out);
        let known = self.snapshot.known();
        response::answer(&self.headers, self.may.scope(), &question, known, &body)
    }
}

/// Findings with the number of people of whom one is listed.
#[derive(Serialize)]
struct Findings<T> {
    persons: usize,
    #[serde(flatten)]
    found: T,
}

impl<T: ToTable> ToTable for Findings<T> {
    fn into_table(self) -> Table {
        self.found.into_table()
    }
}

/// Counts the people who are named.
fn count_people<'p>(persons: impl Iterator<Item = &'p Option<String>>) -> usize {
    persons.flatten().collect::<BTreeSet<_>>().len()
}
