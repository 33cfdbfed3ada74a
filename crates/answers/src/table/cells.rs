//! Cells of what answers hold: days, numbers, positions, texts out of an event's `data`.
//!
//! Never here: which column has which.

use event::{Day, Json, Position};

use super::model::Cell;
use crate::day::DaysBody;

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<&String> for Cell {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<Day> for Cell {
    /// An open end is empty.
    fn from(day: Day) -> Self {
        match day {
            Day::MIN | Day::MAX => Self::Empty,
            day => Self::Day(day),
        }
    }
}

impl From<bool> for Cell {
    fn from(is: bool) -> Self {
        Self::Boolean(is)
    }
}

impl From<u64> for Cell {
    fn from(number: u64) -> Self {
        Self::Integer(number.into())
    }
}

impl From<u32> for Cell {
    fn from(number: u32) -> Self {
        Self::Integer(number.into())
    }
}

impl From<i64> for Cell {
    fn from(number: i64) -> Self {
        Self::Integer(number.into())
    }
}

impl From<i16> for Cell {
    fn from(number: i16) -> Self {
        Self::Integer(number.into())
    }
}

impl From<usize> for Cell {
    fn from(number: usize) -> Self {
        i128::try_from(number).map_or(Self::Empty, Self::Integer)
    }
}

impl From<Position> for Cell {
    fn from(position: Position) -> Self {
        position.get().into()
    }
}

impl<T> From<Option<T>> for Cell
where
    Cell: From<T>,
{
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Empty, Self::from)
    }
}

/// Returns the texts as a list; nothing where there are none.
pub(super) fn list<T: ToString>(items: impl IntoIterator<Item = T>) -> Cell {
    let items: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
    if items.is_empty() {
        return Cell::Empty;
    }
    Cell::List(items)
}

/// Returns the first day on which it may have been.
pub(super) fn earliest(days: Option<&DaysBody>) -> Cell {
    days.map(|body| body.days.earliest).into()
}

/// Returns the last day on which it may have been.
pub(super) fn latest(days: Option<&DaysBody>) -> Cell {
    days.map(|body| body.days.latest).into()
}

/// Returns whether the days carry a doubt mark.
pub(super) fn doubt(days: Option<&DaysBody>) -> Cell {
    days.map(|body| body.doubt).into()
}

/// Returns the text at a path of an event's data.
pub(super) fn text_at(data: &Json, path: &[&str]) -> Cell {
    at(data, path).and_then(Json::as_text).into()
}

/// Returns the whole number at a path of an event's data.
pub(super) fn number_at(data: &Json, path: &[&str]) -> Cell {
    at(data, path).and_then(Json::as_u64).into()
}

/// Returns the texts of the list at a path of an event's data.
pub(super) fn texts_at(data: &Json, path: &[&str]) -> Cell {
    let items = at(data, path).and_then(Json::as_list).unwrap_or_default();
    list(items.iter().filter_map(Json::as_text))
}

fn at<'j>(data: &'j Json, path: &[&str]) -> Option<&'j Json> {
    path.iter().try_fold(data, |value, name| value.get(name))
}
