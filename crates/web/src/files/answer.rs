//! The answer with a file: names beside ids, what the table follows from in each row, and the headers.
//!
//! Start at [`FileAnswer::make`].
//!
//! Never here: the bytes of a form.

use answers::table::{Cell, Column, ColumnType, Table};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use fold::Scope;

use super::{Form, names};
use crate::http::problem::Problem;
use crate::http::{origin::origin, response};
use crate::record::{AsKnown, Record};

/// What the answer with a file follows from.
pub struct FileAnswer<'a> {
    /// The headers of the request.
    pub headers: &'a HeaderMap,
    /// For whom.
    pub scope: &'a Scope,
    /// As known at which R.
    pub record: &'a dyn Record,
    /// The path of the list, without the ending of a form.
    pub list: &'a str,
    /// The form.
    pub form: Form,
    /// The list as an address below this host that gives the same for ever.
    pub query: &'a str,
}

impl FileAnswer<'_> {
    /// Answers with the table of a list, in which people are named beside their ids and each row says from what
    /// it follows.
    ///
    /// # Errors
    /// [`Problem`]: the store fails, more people than are named, or as of [`super::Form::write`].
    pub fn make(&self, mut table: Table) -> Result<Response, Problem> {
        names::name_persons(self.record, self.scope, &mut table)?;
        let known = self.record.known();
        let number = |name, says| Column::new(name, ColumnType::Integer, says);
        let text = |name, says| Column::new(name, ColumnType::Text, says);
        table.cite([
            (number("known_at", "R: as known at this position"), known.position.into()),
            (
                number("left_out", "of an R given as an instant: how many later positions have a time that is not after it"),
                known.left_out.into(),
            ),
            (
                number("hidden_through", "the position of the last act that hid something from the scope"),
                known.hidden_through.into(),
            ),
            (text("scope", "over what may be seen"), Cell::Text(self.scope.name())),
            (
                text("query", "the address of the list, which gives it for ever"),
                Cell::Text(format!("{}{}", origin(self.headers), self.query)),
            ),
        ]);
        self.send(&table)
    }

    /// Answers with a table that says already from what it follows.
    ///
    /// # Errors
    /// As [`super::Form::write`].
    pub fn send(&self, table: &Table) -> Result<Response, Problem> {
        let form = self.form;
        let name = self.list.rsplit('/').next().unwrap_or_default();
        let file = FileBody {
            name,
            ending: form.ending(),
            media_type: form.media_type(),
            question: &format!("{form:?} {}", self.query),
            query: self.query,
            bytes: form.write(name, table)?,
        };
        Ok(file.send(self.headers, self.scope, self.record.known()))
    }
}

/// The bytes of a file with what its headers say.
pub struct FileBody<'a> {
    /// Its name, to which the position is added.
    pub name: &'a str,
    /// The ending of its name.
    pub ending: &'static str,
    /// Its media type.
    pub media_type: &'static str,
    /// What the `ETag` names beside the position and the scope.
    pub question: &'a str,
    /// It as an address below this host that gives the same for ever.
    pub query: &'a str,
    /// The bytes.
    pub bytes: Vec<u8>,
}

impl FileBody<'_> {
    /// Answers with it.
    pub fn send(self, headers: &HeaderMap, scope: &Scope, known: AsKnown) -> Response {
        let (question, media_type) = (self.question, self.media_type);
        let mut response =
            response::tagged(headers, scope, question, known, media_type, self.bytes);
        let file = format!(
            "attachment; filename=\"{}-{}.{}\"",
            self.name, known.position, self.ending
        );
        let link = format!("<{}>; rel=\"canonical\"", self.query);
        let headers = response.headers_mut();
        for (name, value) in [(header::CONTENT_DISPOSITION, file), (header::LINK, link)] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.append(name, value);
            }
        }
        headers.insert(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        );
        response
    }
}
