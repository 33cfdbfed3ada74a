//! A date in a cell, through the formats that a mapping tries: what two of them read differently is refused.
//!
//! Start at [`Reading::read`].
//!
//! Never here: what the date is of.

use std::collections::BTreeMap;

use event::Edtf;

use super::calendars::Calendar;
use super::scan::{self, Part, Parts};
use super::span::Span;
use super::{digits, mistake, occurred, words};

/// One way of reading a date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// Through directives: `%d/%m/%Y`.
    Directives(String),
    /// As the event has it: `2020-05`, `2020-05-01/2020-05-03`.
    Edtf,
    /// In English words.
    Words,
}

/// How precise a date is, whatever is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Precision {
    Day,
    Month,
    Year,
}

/// How the dates of a column are read.
#[derive(Clone, Debug)]
pub(crate) struct Reading {
    formats: Vec<Format>,
    calendar: Calendar,
    /// Whether years are read that are hardly of the common calendar.
    years: Years,
    masks: Masks,
    months: BTreeMap<String, i8>,
}

/// Which years are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Years {
    /// All of the calendar: the mapping names it.
    All,
    /// Those that are plausible in the common calendar.
    Plausible,
}

/// Whether parts of a date may be masked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Masks {
    None,
    Read,
}

impl Format {
    /// Reads a format of a mapping.
    ///
    /// # Errors
    /// Why it is none.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        match text {
            "edtf" => Ok(Self::Edtf),
            "words" => Ok(Self::Words),
            _ => match mistake(text) {
                Some(reason) => Err(reason),
                None => Ok(Self::Directives(text.to_owned())),
            },
        }
    }

    fn name(&self) -> &str {
        match self {
            Self::Directives(format) => format,
            Self::Edtf => "edtf",
            Self::Words => "words",
        }
    }
}

impl Reading {
    /// Makes a reading of formats; `said` is the calendar that the mapping names,
    /// `months` are the names of months in the cells, in any language.
    ///
    /// # Errors
    /// Why the formats do not go with the calendar or the masks.
    pub(crate) fn new(
        formats: Vec<Format>,
        said: Option<Calendar>,
        masks: Masks,
        months: BTreeMap<String, i8>,
    ) -> Result<Self, String> {
        let calendar = said.unwrap_or_default();
        for format in &formats {
            let plain = match format {
                Format::Directives(format) => scan::is_plain(format),
                Format::Edtf | Format::Words => calendar == Calendar::Gregorian,
            };
            if !plain && (calendar != Calendar::Gregorian || masks == Masks::Read) {
                let name = format.name();
                return Err(format!(
                    "{name} does not go with a calendar or masks: these read %Y, %m, %d and %B"
                ));
            }
        }
        Ok(Self {
            formats,
            calendar,
            years: said.map_or(Years::Plausible, |_| Years::All),
            masks,
            months,
        })
    }

    /// Reads a date, as the event's `occurred` has it.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub(crate) fn read(&self, text: &str) -> Result<String, String> {
        let text = digits::ascii(text);
        let mut read: Option<(String, &Format)> = None;
        let mut reason = None;
        for format in &self.formats {
            match (self.by(format, &text), &read) {
                (Ok(date), None) => read = Some((date, format)),
                (Ok(date), Some((first, by))) if date != *first => {
                    return Err(format!(
                        "two dates: {} and {} read different days, and none is guessed",
                        by.name(),
                        format.name()
                    ));
                }
                (Ok(_), Some(_)) => {}
                (Err(why), _) => reason = reason.or(Some(why)),
            }
        }
        match (read, self.formats.len()) {
            (Some((date, _)), _) if self.years == Years::Plausible => {
                super::plausible(&date).map(|()| date)
            }
            (Some((date, _)), _) => Ok(date),
            (None, 1) => Err(reason.unwrap_or_default()),
            (None, _) => {
                let names: Vec<&str> = self.formats.iter().map(Format::name).collect();
                Err(format!(
                    "not a date of any of the forms {}",
                    names.join(", ")
                ))
            }
        }
    }

    fn by(&self, format: &Format, text: &str) -> Result<String, String> {
        match format {
            Format::Edtf => {
                Edtf::parse(text).map_err(|error| error.to_string())?;
                Ok(text.to_owned())
            }
            Format::Words => words::read(&self.in_english(text)).map_err(str::to_owned),
            Format::Directives(directives) => {
                let wrong = || format!("not a date of the form {directives}");
                if self.calendar == Calendar::Gregorian && self.masks == Masks::None {
                    return occurred(directives, &self.in_english(text)).ok_or_else(wrong);
                }
                let parts = scan::scan(directives, text, &self.months).ok_or_else(wrong)?;
                self.span(parts)
                    .and_then(Span::written)
                    .ok_or_else(|| format!("{}, or a day that the calendar has not", wrong()))
            }
        }
    }

    /// Puts the English names of months in place of those of the mapping.
    fn in_english(&self, text: &str) -> String {
        let mut text = text.to_owned();
        let mut names: Vec<(&String, &i8)> = self.months.iter().collect();
        names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        for (name, number) in names {
            let english = usize::try_from(*number - 1)
                .ok()
                .and_then(|n| ENGLISH.get(n));
            if let Some(english) = english
                && text.contains(name.as_str())
            {
                text = text.replace(name.as_str(), english);
                break;
            }
        }
        text
    }

    fn span(&self, parts: Parts) -> Option<Span> {
        let number = |part: Part| match part {
            Part::Number(number) => Some(i8::try_from(number).ok()),
            Part::Masked if self.masks == Masks::Read => Some(None),
            Part::Absent => Some(None),
            Part::Masked | Part::Years(..) => None,
        };
        let (month, day) = (number(parts.month)?, number(parts.day)?);
        if matches!(parts.month, Part::Number(_)) && month.is_none()
            || matches!(parts.day, Part::Number(_)) && day.is_none()
        {
            return None;
        }
        match parts.year {
            Part::Number(year) => self.calendar.span(year, month, day),
            Part::Years(first, count)
                if self.masks == Masks::Read && month.is_none() && day.is_none() =>
            {
                let last = first.checked_add(count - 1)?;
                let first = self.calendar.span(first, None, None)?;
                first.to(self.calendar.span(last, None, None)?)
            }
            Part::Years(..) | Part::Masked | Part::Absent => None,
        }
    }
}

const ENGLISH: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Makes one date of two: from the beginning of one to the end of the other; one that is missing leaves the
/// interval open.
///
/// # Errors
/// Why they are no interval.
pub(crate) fn range(from: Option<&str>, to: Option<&str>) -> Result<Option<String>, &'static str> {
    let plain = |text: &str| text.chars().all(|c| c.is_ascii_digit() || c == '-');
    if [from, to].into_iter().flatten().any(|text| !plain(text)) {
        return Err("an end of a range is itself in doubt or a range");
    }
    let days = |text: &str| {
        let days = Edtf::parse(text)
            .map_err(|_| "an end of a range is no day")?
            .days;
        Ok::<_, &'static str>((days.earliest, days.latest))
    };
    let (first, last) = match (from, to) {
        (None, None) => return Ok(None),
        (Some(from), None) => (Some(days(from)?.0), None),
        (None, Some(to)) => (None, Some(days(to)?.1)),
        (Some(from), Some(to)) => (Some(days(from)?.0), Some(days(to)?.1)),
    };
    if first > last && last.is_some() {
        return Err("a range that ends before it begins");
    }
    Ok(Span { first, last }.written())
}

/// Makes a date less precise: `2020-05-17` is `2020-05` or `2020`.
///
/// # Errors
/// Why it is not made so.
pub(crate) fn reduce(date: &str, precision: Precision) -> Result<String, &'static str> {
    let length = match precision {
        Precision::Day => return Ok(date.to_owned()),
        Precision::Month => 7,
        Precision::Year => 4,
    };
    if !date
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'-')
    {
        return Err("a precision goes with one date and not with an interval");
    }
    Ok(date.get(..length).unwrap_or(date).to_owned())
}
