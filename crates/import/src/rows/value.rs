//! A field's value from the cells of a row: `{ column = "date", date = "%Y-%m-%d" }`.
//!
//! Start at [`FieldSpec`], as it stands in a mapping, and [`FieldReader`], the same with its columns
//! resolved against a header.
//!
//! Never here: people (`persons`), and which event the field belongs to.

use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::{Map, Value as Json};
use toml::Spanned;

use crate::Error;
use crate::codes::{CodeMap, NullWords, code};
use crate::condition::{Condition, ConditionSpec};
use crate::dates;
use crate::mapping::binder::Binder;
use crate::mapping::holds::Holds;
use crate::read::{Column, Row};
use crate::secret::{Secret, hash_hex};
use crate::split;

/// Where a field's value comes from. Either `column` or `text` is given.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FieldSpec {
    /// The column.
    column: Option<Spanned<String>>,
    /// A text with cells in braces: `{subject}/c-{charges#12}`; `#12` is 12 hex digits of a hash.
    text: Option<Spanned<String>>,
    /// The format of a day, a month or a year.
    date: Option<Spanned<String>>,
    /// The format of an instant.
    instant: Option<Spanned<String>>,
    /// Whether it is a number though the field's table does not say so.
    #[serde(default)]
    number: bool,
    /// The name of a code map.
    codes: Option<Spanned<String>>,
    /// Keeps only what stands behind the last such text: `/` for the tail of a web address.
    tail: Option<String>,
    /// Splits a list, outside parentheses; the field is an array.
    split: Option<String>,
    /// The doubt mark behind a date (`?` uncertain, `~` approximate) when `doubt_when` holds.
    doubt: Option<Spanned<String>>,
    doubt_when: Option<ConditionSpec>,
    /// What is put behind the value: `/..` makes a date "then or later".
    suffix: Option<String>,
}

/// A cell that cannot be read.
pub(crate) struct CellError {
    pub(crate) column: String,
    pub(crate) value: String,
    pub(crate) reason: String,
}

/// The row, and how its cells are read.
pub(super) struct RowCells<'a> {
    pub(super) row: &'a Row,
    pub(super) nulls: &'a NullWords,
    pub(super) zone: &'a TimeZone,
    /// The case's id, `<org>:<local>`.
    pub(super) subject: Option<&'a str>,
    /// What hashes in ids are keyed with.
    pub(super) secret: Option<&'a Secret>,
}

enum Piece {
    Literal(String),
    Subject,
    Cell(Column, Option<usize>),
}

/// What stands in a field's cells, before it is read.
struct Raw {
    text: String,
    /// Whether a spreadsheet holds it as a date.
    is_date: bool,
}

/// A field's specification with its columns resolved.
pub(super) struct FieldReader {
    name: String,
    pieces: Vec<Piece>,
    spec: FieldSpec,
    codes: Option<CodeMap>,
    doubt: Option<(Condition, String)>,
    holds: Holds,
}

impl FieldSpec {
    /// Finds the columns; the field, which stands at a byte of the mapping, `holds` what it is made into.
    pub(super) fn bind(&self, binder: &Binder<'_>, at: usize, holds: Holds) -> FieldReader {
        let (name, pieces) = match (&self.column, &self.text) {
            (Some(name), None) => {
                let column = binder.column(name);
                (name.as_ref().clone(), vec![Piece::Cell(column, None)])
            }
            (None, Some(text)) => (text.as_ref().clone(), pieces(text, binder)),
            (None, None) | (Some(_), Some(_)) => {
                binder.wrong(at, "a field needs either a column or a text".to_owned());
                (String::new(), Vec::new())
            }
        };
        for format in [&self.date, &self.instant].into_iter().flatten() {
            if let Some(mistake) = dates::mistake(format.as_ref()) {
                binder.wrong(format.span().start, mistake);
            }
        }
        let doubt = match (&self.doubt, &self.doubt_when) {
            (Some(mark), Some(when)) => Some((when.bind_in(binder), mark.as_ref().clone())),
            (None, None) => None,
            (Some(_), None) | (None, Some(_)) => {
                binder.wrong(at, "doubt and doubt_when go together".to_owned());
                None
            }
        };
        FieldReader {
            name,
            pieces,
            codes: self.codes.as_ref().map(|codes| binder.codes(codes)),
            doubt,
            holds: if self.number && holds == Holds::Text {
                Holds::Number
            } else {
                holds
            },
            spec: self.clone(),
        }
    }
}

/// Reads `{subject}/c-{charges#12}`.
fn pieces(said: &Spanned<String>, binder: &Binder<'_>) -> Vec<Piece> {
    let (text, at) = (said.as_ref().as_str(), said.span().start);
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((literal, after)) = rest.split_once('{') {
        pieces.push(Piece::Literal(literal.to_owned()));
        let Some((inside, after)) = after.split_once('}') else {
            binder.wrong(at, format!("text {text:?} has a brace that is not closed"));
            return pieces;
        };
        pieces.push(match inside.split_once('#') {
            None if inside == "subject" => Piece::Subject,
            None => Piece::Cell(binder.column_named(inside, at), None),
            Some((column, digits)) => {
                let column = binder.column_named(column, at);
                let digits = digits.parse().ok();
                let digits = digits.filter(|d| d % 2 == 0 && (2..=64).contains(d));
                if digits.is_none() {
                    binder.wrong(at, format!("text {text:?} needs 2 to 64 hex digits, even"));
                }
                Piece::Cell(column, digits)
            }
        });
        rest = after;
    }
    pieces.push(Piece::Literal(rest.to_owned()));
    pieces
}

impl FieldReader {
    /// Makes the row_error of a value.
    pub(super) fn refuse(&self, value: &str, reason: &str) -> CellError {
        CellError {
            column: self.name.clone(),
            value: value.to_owned(),
            reason: reason.to_owned(),
        }
    }

    /// Returns the value as text; none where a cell is null.
    pub(super) fn text(&self, cells: &RowCells<'_>) -> Result<Option<String>, CellError> {
        match self.raw(cells) {
            Some(raw) => self.read(&raw.text, raw.is_date, cells),
            None => Ok(None),
        }
    }

    /// Returns the value as the JSON that the field holds; an array where the cell is split.
    pub(super) fn json(&self, cells: &RowCells<'_>) -> Result<Option<Json>, CellError> {
        let Some(separator) = &self.spec.split else {
            let Some(raw) = self.raw(cells) else {
                return Ok(None);
            };
            let read = self.read(&raw.text, raw.is_date, cells)?;
            let made = read.map(|text| self.holds.json(text)).transpose();
            return made.map_err(|reason| self.refuse(&raw.text, reason));
        };
        let Some(raw) = self.raw(cells) else {
            return Ok(None);
        };
        let mut items = Vec::new();
        for item in split::outside_parentheses(&raw.text, separator) {
            items.extend(self.read(item, false, cells)?.map(Json::String));
        }
        Ok((!items.is_empty()).then_some(Json::Array(items)))
    }

    fn raw(&self, cells: &RowCells<'_>) -> Option<Raw> {
        let mut raw = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Literal(text) => raw.push_str(text),
                Piece::Subject => raw.push_str(cells.subject?),
                Piece::Cell(column, digits) => {
                    // A null word may have a code, so it is only null where there is no map.
                    let cell = column.of(cells.row);
                    let coded = self
                        .codes
                        .as_ref()
                        .is_some_and(|map| map.contains_key(cell));
                    let cell = if coded { cell } else { cells.nulls.some(cell)? };
                    match digits {
                        Some(digits) => raw.push_str(&hash_hex(cells.secret, cell, *digits)),
                        None => raw.push_str(cell),
                    }
                }
            }
        }
        let is_date =
            matches!(self.pieces[..], [Piece::Cell(column, None)] if column.is_date(cells.row));
        Some(Raw { text: raw, is_date })
    }

    fn read(
        &self,
        raw: &str,
        is_date: bool,
        cells: &RowCells<'_>,
    ) -> Result<Option<String>, CellError> {
        let spec = &self.spec;
        let raw = match &spec.tail {
            Some(tail) => {
                let trimmed = raw.trim_end_matches(tail.as_str());
                trimmed
                    .rsplit_once(tail.as_str())
                    .map_or(trimmed, |(_, tail)| tail)
            }
            None => raw,
        };
        let day = spec.date.is_some() || self.holds == Holds::Date;
        let instant = spec.instant.is_some() || self.holds == Holds::Instant;
        let text = if is_date && day {
            let wrong = || self.refuse(raw, "a day that is none");
            dates::typed_day(raw).ok_or_else(wrong)?
        } else if is_date && instant {
            let wrong = || self.refuse(raw, "a day that is none");
            dates::typed_instant(raw, cells.zone).ok_or_else(wrong)?
        } else if let Some(format) = &spec.date {
            let wrong = || self.refuse(raw, &format!("not a date of the form {format}"));
            dates::occurred(format.as_ref(), raw).ok_or_else(wrong)?
        } else if let Some(format) = &spec.instant {
            let instant = dates::instant(format.as_ref(), raw, cells.zone);
            let wrong = || self.refuse(raw, &format!("not an instant of the form {format}"));
            instant.ok_or_else(wrong)?
        } else if let Some(map) = &self.codes {
            let code = code(map, raw)
                .ok_or_else(|| self.refuse(raw, "no code for this value in its map"))?;
            if code.is_empty() {
                return Ok(None);
            }
            code.to_owned()
        } else {
            raw.to_owned()
        };
        let mut text = text;
        if let Some((_, mark)) = self
            .doubt
            .as_ref()
            .filter(|(w, _)| w.holds(cells.row, cells.nulls))
        {
            text.push_str(mark);
        }
        text.push_str(spec.suffix.as_deref().unwrap_or(""));
        Ok(Some(text))
    }
}

/// Adds the constants of a mapping; objects are merged, anything else is replaced.
pub(super) fn add_constants(
    data: &mut Map<String, Json>,
    table: &toml::Table,
) -> Result<(), Error> {
    let json = serde_json::to_value(table).map_err(|e| Error::wrong(format!("constants: {e}")))?;
    merge(data, json);
    Ok(())
}

pub(super) fn merge(data: &mut Map<String, Json>, new: Json) {
    let Json::Object(new) = new else { return };
    for (name, value) in new {
        match (data.get_mut(&name), value) {
            (Some(Json::Object(old)), value @ Json::Object(_)) => merge(old, value),
            (Some(Json::Array(old)), Json::Array(new)) => merge_lists(old, new),
            (_, value) => drop(data.insert(name, value)),
        }
    }
}

fn merge_lists(old: &mut [Json], new: Vec<Json>) {
    let mut old = old.iter_mut();
    for value in new {
        if let (Some(Json::Object(old)), value @ Json::Object(_)) = (old.next(), value) {
            merge(old, value);
        }
    }
}

/// Puts a value at a path: `place.locality` is the member `locality` of the object `place`, and
/// `sources.0.url` the member `url` of the first object in the list `sources`.
pub(super) fn put(data: &mut Map<String, Json>, path: &str, value: Json) {
    let nested = path.rsplit('.').fold(value, |inner, name| match name {
        "0" => Json::Array(vec![inner]),
        _ => Json::Object(Map::from_iter([(name.to_owned(), inner)])),
    });
    merge(data, nested);
}
