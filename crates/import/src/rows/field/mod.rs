//! A field's value from the cells of a row: `{ column = "date", date = "%Y-%m-%d" }`.
//!
//! Start at [`FieldSpec`] (`spec`), as it stands in a mapping, and [`FieldReader`], the same with its columns resolved against a
//! header (`bind`). A cell goes through `inside`, `pattern`, `tail`, `split` and `item`, in this order; each item is then
//! read as a date, an instant, a count, a number or a code. `pieces` writes texts with cells in them, `put` puts values at their paths.
//!
//! Never here: people (`persons`, `people`), and which event the field belongs to.

mod bind;
pub(super) mod count;
mod inside;
mod pieces;
mod place;
mod put;
mod row_cells;
mod spec;

use jiff::tz::TimeZone;
use regex::Regex;
use serde_json::Value as Json;

use crate::codes::{CodeMap, code};
use crate::condition::Condition;
use crate::dates::cell::{Precision, Reading, range, reduce};
use crate::dates::{self, NoInstant};
use crate::mapping::holds::Holds;
use crate::read::Column;
use crate::split;
pub(super) use bind::Target;
use pieces::Piece;
use place::Axis;
pub(super) use put::{add_constants, merge, put};
pub(super) use row_cells::RowCells;
pub(super) use spec::FieldSpec;

/// A cell that cannot be read.
pub(crate) struct CellError {
    pub(crate) column: String,
    pub(crate) value: String,
    pub(crate) reason: String,
}

/// Where a value comes from.
enum From {
    /// The first of these columns that says something.
    Columns(Vec<Column>),
    Text(Vec<Piece>),
    /// Two columns: from, to.
    Range(Column, Column),
}

/// How precise a date is.
enum Precise {
    Said(Precision),
    Column(Column, Option<CodeMap>),
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
    /// Its path in the event, or in the person.
    path: String,
    from: From,
    spec: FieldSpec,
    codes: Option<CodeMap>,
    doubt: Option<(Condition, String)>,
    pattern: Option<Regex>,
    date: Option<Reading>,
    instants: Vec<String>,
    precise: Option<Precise>,
    decimal: Option<char>,
    thousands: Option<char>,
    axis: Option<Axis>,
    holds: Holds,
}

impl FieldReader {
    /// Makes the error of a value.
    pub(super) fn refuse(&self, value: &str, reason: &str) -> CellError {
        CellError {
            column: self.name.clone(),
            value: value.to_owned(),
            reason: reason.to_owned(),
        }
    }

    /// Returns the value as text; none where a cell is null.
    pub(super) fn text(&self, cells: &RowCells<'_>) -> Result<Option<String>, CellError> {
        let texts = self.texts(cells)?;
        let mut texts = texts.into_iter();
        match (texts.next(), texts.next()) {
            (first, None) => Ok(first),
            (Some(first), Some(_)) => Err(self.refuse(
                &first,
                "several values, where one is read: item = 1 takes the first",
            )),
            (None, Some(_)) => Ok(None),
        }
    }

    /// Returns the value as the JSON that the field holds; an array where the cell is split.
    pub(super) fn json(&self, cells: &RowCells<'_>) -> Result<Option<Json>, CellError> {
        let made = self.made(cells);
        match made {
            Err(error) if self.spec.optional => {
                let CellError { column, reason, .. } = error;
                let note = format!("left out, {column}: {reason}");
                cells.notes.borrow_mut().push(note);
                let path = self.path.split('.').map(str::to_owned);
                cells.unread.borrow_mut().push(path.collect());
                Ok(None)
            }
            made => made,
        }
    }

    fn made(&self, cells: &RowCells<'_>) -> Result<Option<Json>, CellError> {
        let texts = self.texts(cells)?;
        let may_be_several = match &self.spec.inside {
            // `0.name` is one of a list, and no list.
            Some(path) => self.holds == Holds::Texts || !inside::is_of_one(path),
            None => false,
        };
        let is_list = (self.spec.split.is_some() || may_be_several) && self.spec.item.is_none();
        if is_list && self.holds.may_be_list() {
            let items: Vec<Json> = texts.into_iter().map(Json::String).collect();
            return Ok((!items.is_empty()).then_some(Json::Array(items)));
        }
        let mut texts = texts.into_iter();
        let Some(text) = texts.next() else {
            return Ok(None);
        };
        if texts.next().is_some() {
            return Err(self.refuse(
                &text,
                "several values in a field that holds one: item = 1 takes the first",
            ));
        }
        if self.holds == Holds::People {
            let lang = self.spec.lang.as_deref();
            let read = count::read(&text, self.thousands, lang);
            return read.map(Some).map_err(|reason| self.refuse(&text, reason));
        }
        let made = self.holds.json(text.clone());
        made.map(Some).map_err(|reason| self.refuse(&text, reason))
    }

    /// Returns what the cells say, read, item by item.
    fn texts(&self, cells: &RowCells<'_>) -> Result<Vec<String>, CellError> {
        if let From::Range(from, to) = &self.from {
            return self.ranged(*from, *to, cells);
        }
        let Some(raw) = self.raw(cells) else {
            let default = self.spec.default.iter();
            let coded = |text: &String| match &self.codes {
                // What the map has goes through it; what it has not is a code already.
                Some(map) if self.has_code(text) => code(map, text).unwrap_or(text).to_owned(),
                Some(_) | None => text.clone(),
            };
            return Ok(default.map(coded).filter(|text| !text.is_empty()).collect());
        };
        let mut texts = Vec::new();
        for item in self.items(&raw)? {
            let is_null = cells.nulls.some(&item).is_none() && !self.has_code(&item);
            if !is_null {
                texts.extend(self.read(&item, raw.is_date, cells)?);
            }
        }
        Ok(texts)
    }

    fn has_code(&self, text: &str) -> bool {
        self.codes
            .as_ref()
            .is_some_and(|map| map.contains_key(text))
    }

    fn raw(&self, cells: &RowCells<'_>) -> Option<Raw> {
        match &self.from {
            From::Text(pieces) => {
                let text = pieces::write(pieces, cells, self.codes.as_ref())?;
                Some(Raw {
                    text,
                    is_date: false,
                })
            }
            From::Columns(columns) => columns.iter().find_map(|column| {
                let cell = column.of(cells.row);
                let said = self.has_code(cell) || cells.nulls.some(cell).is_some();
                said.then(|| Raw {
                    text: cell.to_owned(),
                    is_date: column.is_date(cells.row),
                })
            }),
            From::Range(..) => None,
        }
    }

    /// Takes a cell apart: what is inside, what the pattern finds, the tail, the items.
    fn items(&self, raw: &Raw) -> Result<Vec<String>, CellError> {
        let spec = &self.spec;
        let wrong = |reason: &str| self.refuse(&raw.text, reason);
        let mut items = match &spec.inside {
            Some(path) => inside::read(&raw.text, path).map_err(wrong)?,
            None => vec![raw.text.clone()],
        };
        if let Some(pattern) = &self.pattern {
            for item in &mut items {
                let found = pattern
                    .captures(item)
                    .and_then(|found| found.get(1).or(found.get(0)));
                let found = found.map(|found| found.as_str().trim().to_owned());
                *item = found.ok_or_else(|| wrong("the pattern finds nothing in it"))?;
            }
        }
        if let Some(tail) = &spec.tail {
            for item in &mut items {
                let behind = item.rsplit_once(tail.as_str());
                if let Some((_, behind)) = behind {
                    *item = behind.trim().to_owned();
                }
            }
        }
        if let Some(separator) = &spec.split {
            let cut = items
                .iter()
                .flat_map(|item| split::outside_parentheses(item, separator));
            items = cut.map(str::to_owned).collect();
        }
        Ok(match spec.item {
            Some(place) => {
                let count = items.len();
                let item = items.into_iter().nth(place.saturating_sub(1));
                match (item, &spec.default) {
                    (Some(item), _) => vec![item],
                    // Nothing is inside.
                    (None, Some(_)) => Vec::new(),
                    (None, None) if count == 0 => Vec::new(),
                    (None, None) => {
                        return Err(wrong(&format!("{count} in it, but item = {place} is read")));
                    }
                }
            }
            None => items,
        })
    }

    /// Reads two columns as one interval.
    fn ranged(
        &self,
        from: Column,
        to: Column,
        cells: &RowCells<'_>,
    ) -> Result<Vec<String>, CellError> {
        let end = |column: Column| {
            let cell = cells.nulls.some(column.of(cells.row));
            let read = cell.map(|cell| self.day(cell, column.is_date(cells.row)));
            read.transpose()
        };
        let (first, last) = (end(from)?, end(to)?);
        let made = range(first.as_deref(), last.as_deref());
        let whole = || format!("{} {}", from.of(cells.row), to.of(cells.row));
        let made = made.map_err(|reason| self.refuse(&whole(), reason))?;
        made.map(|date| self.end(date, cells))
            .transpose()
            .map(|made| made.into_iter().collect())
    }

    /// Reads a day, a month, a year or an interval.
    fn day(&self, text: &str, is_date: bool) -> Result<String, CellError> {
        if is_date {
            let none = || self.refuse(text, "a day that is none");
            let day = dates::typed_day(text).ok_or_else(none)?;
            if self.spec.calendar.is_none() {
                dates::plausible(&day).map_err(|reason| self.refuse(text, &reason))?;
            }
            return Ok(day);
        }
        match &self.date {
            Some(reading) => reading
                .read(text)
                .map_err(|reason| self.refuse(text, &reason)),
            None => Ok(text.to_owned()),
        }
    }

    fn instant(&self, text: &str, is_date: bool, zone: &TimeZone) -> Result<String, CellError> {
        if is_date {
            return dates::typed_instant(text, zone).map_err(|why| match why {
                NoInstant::Form => self.refuse(text, "a day that is none"),
                NoInstant::None(reason) => self.refuse(text, &reason),
            });
        }
        let mut read: Option<String> = None;
        for format in &self.instants {
            match (dates::instant(format, text, zone), &read) {
                (Err(NoInstant::None(reason)), _) => return Err(self.refuse(text, &reason)),
                (Ok(instant), Some(first)) if instant != *first => {
                    return Err(self.refuse(
                        text,
                        "two instants: the formats read different times, and none is guessed",
                    ));
                }
                (instant, _) => read = read.or(instant.ok()),
            }
        }
        let forms = self.instants.join(", ");
        read.ok_or_else(|| self.refuse(text, &format!("not an instant of the form {forms}")))
    }

    /// Reads one item; none where its code says nothing.
    fn read(
        &self,
        raw: &str,
        is_date: bool,
        cells: &RowCells<'_>,
    ) -> Result<Option<String>, CellError> {
        let dated = self.date.is_some() || self.holds == Holds::Date && is_date;
        let timed = !self.instants.is_empty() || self.holds == Holds::Instant && is_date;
        let text = if dated {
            self.day(raw, is_date)?
        } else if timed {
            self.instant(raw, is_date, cells.zone)?
        } else if let Some(map) = &self.codes {
            let code = code(map, raw)
                .ok_or_else(|| self.refuse(raw, "no code for this value in its map"))?;
            if code.is_empty() {
                return Ok(None);
            }
            code.to_owned()
        } else if self.holds.is_number() {
            self.number(raw)?
        } else {
            if self.holds == Holds::Date && self.spec.calendar.is_none() {
                dates::plausible(raw).map_err(|reason| self.refuse(raw, &reason))?;
            }
            raw.to_owned()
        };
        self.end(text, cells).map(Some)
    }

    fn number(&self, raw: &str) -> Result<String, CellError> {
        if let Some(degrees) = self.axis.and_then(|axis| place::degrees(raw, axis)) {
            return Ok(degrees);
        }
        place::plain(raw, self.decimal, self.thousands).ok_or_else(|| {
            self.refuse(
                raw,
                "a number whose signs are not those that decimal and thousands say",
            )
        })
    }

    /// Takes the precision into account, and adds the doubt mark and the suffix.
    fn end(&self, text: String, cells: &RowCells<'_>) -> Result<String, CellError> {
        let mut text = match &self.precise {
            Some(precise) => self.reduced(&text, precise, cells)?,
            None => text,
        };
        let doubt = self.doubt.as_ref();
        if let Some((_, mark)) = doubt.filter(|(when, _)| when.holds(cells.row, cells.nulls)) {
            text.push_str(mark);
        }
        text.push_str(self.spec.suffix.as_deref().unwrap_or(""));
        Ok(text)
    }

    fn reduced(
        &self,
        date: &str,
        precise: &Precise,
        cells: &RowCells<'_>,
    ) -> Result<String, CellError> {
        let precision = match precise {
            Precise::Said(precision) => *precision,
            Precise::Column(column, codes) => {
                let Some(cell) = cells.nulls.some(column.of(cells.row)) else {
                    return Ok(date.to_owned());
                };
                let said = codes.as_ref().map_or(Some(cell), |codes| code(codes, cell));
                said.and_then(bind::precision).ok_or_else(|| {
                    self.refuse(cell, "a precision that is not day, month or year")
                })?
            }
        };
        reduce(date, precision).map_err(|reason| self.refuse(date, reason))
    }
}
