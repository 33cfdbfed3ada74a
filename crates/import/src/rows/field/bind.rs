//! A field of a mapping against the header of a file; every mistake is noted.
//!
//! Never here: cells.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use toml::Spanned;

use super::pieces::{Piece, pieces};
use super::place::Axis;
use super::{FieldReader, FieldSpec, From, Precise};
use crate::condition::pattern;
use crate::dates;
use crate::dates::calendars::Calendar;
use crate::dates::cell::{Format, Masks, Precision, Reading};
use crate::error::quoted;
use crate::mapping::binder::{Binder, STAND_IN};
use crate::mapping::holds::Holds;
use crate::read::Column;

/// The field that a value is for.
#[derive(Clone, Copy)]
pub(in crate::rows) struct Target<'a> {
    /// Its path in the event.
    pub(in crate::rows) path: &'a str,
    /// What it holds.
    pub(in crate::rows) holds: Holds,
    /// Where it stands in the mapping, as a byte.
    pub(in crate::rows) at: usize,
}

impl FieldSpec {
    /// Finds the columns for a target.
    pub(in crate::rows) fn bind(&self, binder: &Binder<'_>, target: Target<'_>) -> FieldReader {
        let (name, from) = self.from(binder, target.at);
        if target.holds == Holds::Instant {
            self.constant_is_instant(&from, binder);
        }
        let date = self.dates(binder, target.at);
        let instants = self
            .instant
            .as_ref()
            .map_or(&[][..], |names| &names.as_ref().0);
        for format in instants {
            if let Some(mistake) = dates::mistake(format) {
                binder.wrong(
                    self.instant.as_ref().map_or(target.at, |i| i.span().start),
                    mistake,
                );
            }
        }
        match (self.item, &self.split, &self.inside) {
            (Some(0), ..) => binder.wrong(target.at, "item counts from 1".to_owned()),
            (Some(_), None, None) => binder.wrong(
                target.at,
                "item goes with split or inside, which make several of a cell".to_owned(),
            ),
            _ => {}
        }
        if let (Some(decimal), Some(thousands)) = (&self.decimal, &self.thousands)
            && decimal.as_ref() == thousands.as_ref()
        {
            let what = "decimal and thousands are two signs".to_owned();
            binder.wrong(thousands.span().start, what);
        }
        let number = self.number && target.holds == Holds::Text;
        FieldReader {
            name,
            path: target.path.to_owned(),
            from,
            codes: self.codes.as_ref().map(|codes| binder.codes(codes)),
            doubt: self.doubts(binder, target.at),
            pattern: self.pattern.as_ref().and_then(|said| {
                let built = pattern(said.as_ref());
                built
                    .map_err(|mistake| binder.wrong(said.span().start, mistake))
                    .ok()
            }),
            date,
            instants: instants.to_vec(),
            precise: self.precise(binder, target.at),
            decimal: sign(self.decimal.as_ref(), binder, "decimal"),
            thousands: sign(self.thousands.as_ref(), binder, "thousands"),
            axis: Axis::of(target.path),
            holds: if number { Holds::Number } else { target.holds },
            spec: self.clone(),
        }
    }

    /// Notes an instant that is the same text for every row, and is none.
    fn constant_is_instant(&self, from: &From, binder: &Binder<'_>) {
        let (Some(said), From::Text(pieces)) = (&self.text, from) else {
            return;
        };
        let [Piece::Literal(text)] = &pieces[..] else {
            return;
        };
        let is_one = match &self.instant {
            None => dates::rfc3339(text).is_some(),
            Some(formats) => {
                let mut formats = formats.as_ref().0.iter();
                formats.any(|format| dates::instant(format, text, &TimeZone::UTC).is_ok())
            }
        };
        if !is_one && self.codes.is_none() && said.as_ref() != STAND_IN {
            let what = format!(
                "{} is no instant, e.g. 2020-01-03T00:00:00+07:00",
                quoted(text)
            );
            binder.wrong(said.span().start, what);
        }
    }

    /// Finds where the value comes from: one of `column`, `text` and `range`.
    fn from(&self, binder: &Binder<'_>, at: usize) -> (String, From) {
        match (&self.column, &self.text, &self.range) {
            (Some(names), None, None) => {
                let at = names.span().start;
                let names = &names.as_ref().0;
                let columns: Vec<Column> =
                    names.iter().map(|name| column(name, at, binder)).collect();
                if columns.is_empty() {
                    binder.wrong(at, "column names no column".to_owned());
                }
                if let [name] = &names[..]
                    && !binder.has(name)
                    && super::super::key::is_special(name)
                {
                    let text = Spanned::new(at..at, format!("{{{name}}}"));
                    return (name.clone(), From::Text(pieces(&text, binder)));
                }
                (names.join(", "), From::Columns(columns))
            }
            (None, Some(text), None) => (text.as_ref().clone(), From::Text(pieces(text, binder))),
            (None, None, Some(names)) => {
                let at = names.span().start;
                let named = &names.as_ref().0;
                let [from, to] = &named[..] else {
                    binder.wrong(at, "a range has two columns: from, to".to_owned());
                    return (String::new(), From::Text(Vec::<Piece>::new()));
                };
                let columns = (binder.column_named(from, at), binder.column_named(to, at));
                (named.join(", "), From::Range(columns.0, columns.1))
            }
            (None, None, None)
            | (Some(_), Some(_), _)
            | (Some(_), _, Some(_))
            | (_, Some(_), Some(_)) => {
                binder.wrong(
                    at,
                    "a field needs either a column, a text or a range".to_owned(),
                );
                (String::new(), From::Text(Vec::<Piece>::new()))
            }
        }
    }

    fn dates(&self, binder: &Binder<'_>, at: usize) -> Option<Reading> {
        let Some(names) = &self.date else {
            if self.calendar.is_some_and(|one| one != Calendar::Gregorian) || self.masks {
                binder.wrong(at, "calendar and masks go with date".to_owned());
            }
            return None;
        };
        let at = names.span().start;
        let mut formats = Vec::new();
        if names.as_ref().0.is_empty() {
            binder.wrong(at, "date names no format".to_owned());
        }
        for name in &names.as_ref().0 {
            match Format::parse(name) {
                Ok(format) => formats.push(format),
                Err(mistake) => binder.wrong(at, mistake),
            }
        }
        let masks = if self.masks { Masks::Read } else { Masks::None };
        let months: BTreeMap<String, i8> = binder.months.clone();
        Reading::new(formats, self.calendar, masks, months)
            .map_err(|mistake| binder.wrong(at, mistake))
            .ok()
    }

    fn doubts(
        &self,
        binder: &Binder<'_>,
        at: usize,
    ) -> Option<(crate::condition::Condition, String)> {
        match (&self.doubt, &self.doubt_when) {
            (Some(mark), Some(when)) => Some((when.bind_in(binder), mark.as_ref().clone())),
            (None, None) => None,
            (Some(_), None) | (None, Some(_)) => {
                binder.wrong(at, "doubt and doubt_when go together".to_owned());
                None
            }
        }
    }

    fn precise(&self, binder: &Binder<'_>, at: usize) -> Option<Precise> {
        match (&self.precision, &self.precision_column) {
            (Some(said), None) => {
                let read = precision(said.as_ref());
                if read.is_none() {
                    binder.wrong(
                        said.span().start,
                        "precision is day, month or year".to_owned(),
                    );
                }
                read.map(Precise::Said)
            }
            (None, Some(name)) => {
                let codes = self
                    .precision_codes
                    .as_ref()
                    .map(|codes| binder.codes(codes));
                Some(Precise::Column(binder.column(name), codes))
            }
            (Some(_), Some(_)) => {
                binder.wrong(at, "either precision or precision_column".to_owned());
                None
            }
            (None, None) => {
                if self.precision_codes.is_some() {
                    binder.wrong(at, "precision_codes goes with precision_column".to_owned());
                }
                None
            }
        }
    }
}

/// Finds a column; a name that stands for no column is none.
fn column(name: &str, at: usize, binder: &Binder<'_>) -> Column {
    if !binder.has(name) && super::super::key::is_special(name) {
        return Column::NONE;
    }
    binder.column_named(name, at)
}

fn sign(said: Option<&Spanned<String>>, binder: &Binder<'_>, key: &str) -> Option<char> {
    let said = said?;
    let mut characters = said.as_ref().chars();
    match (characters.next(), characters.next()) {
        (Some(sign), None) if !sign.is_ascii_digit() => Some(sign),
        _ => {
            binder.wrong(said.span().start, format!("{key} is one sign, e.g. \",\""));
            None
        }
    }
}

/// Reads a precision of a mapping or a cell.
pub(super) fn precision(word: &str) -> Option<Precision> {
    match word {
        "day" => Some(Precision::Day),
        "month" => Some(Precision::Month),
        "year" => Some(Precision::Year),
        _ => None,
    }
}
