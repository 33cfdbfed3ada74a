//! Dates as people say them: on a day, in a month or a year, between two, before or after one, about one.
//!
//! Start at [`DateParts`]. What is left empty is what is not known: a year without a month is the whole year.
//! Source of the text that is made: docs/reference/events.md, `occurred`.
//!
//! Never here: other calendars (`occurred_as_reported` keeps those as text), and whether the day exists.

use crate::Pairs;

/// How a date bounds what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// On the day, in the month, in the year.
    On,
    /// From one date to another.
    Between,
    /// On the date or before it.
    Before,
    /// On the date or after it.
    After,
}

impl Extent {
    /// Every extent, in the order in which a form offers them.
    pub const ALL: [Self; 4] = [Self::On, Self::Between, Self::Before, Self::After];

    /// Returns the code in a form.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Between => "between",
            Self::Before => "before",
            Self::After => "after",
        }
    }

    fn parse(code: &str) -> Self {
        let named = Self::ALL.into_iter().find(|one| one.code() == code);
        named.unwrap_or(Self::On)
    }
}

/// One date of an interval, as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DateEnd {
    /// The year, four digits.
    pub year: String,
    /// The month, 1 to 12; empty where it is not known.
    pub month: String,
    /// The day of the month; empty where it is not known.
    pub day: String,
    /// A mark of doubt: `?` uncertain, `~` about, `%` both, or nothing.
    pub doubt: String,
}

/// A date as the inputs of a form hold it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DateParts {
    /// How it bounds what it says.
    pub extent: Extent,
    /// The date, or the first of two.
    pub first: DateEnd,
    /// The last of two.
    pub last: DateEnd,
}

/// What follows the name of a date in the names of its inputs.
pub const DATE_PARTS: [&str; 9] = [
    "#how", "#year", "#month", "#day", "#doubt", "#year2", "#month2", "#day2", "#doubt2",
];

impl DateParts {
    /// Takes what was typed of the date `name`.
    #[must_use]
    pub fn of(pairs: &Pairs, name: &str) -> Self {
        let part = |part: &str| ascii_digits(&pairs.text(&format!("{name}{part}")));
        let [how, year, month, day, doubt, year2, month2, day2, doubt2] = DATE_PARTS;
        Self {
            extent: Extent::parse(&part(how)),
            first: DateEnd {
                year: part(year),
                month: part(month),
                day: part(day),
                doubt: part(doubt),
            },
            last: DateEnd {
                year: part(year2),
                month: part(month2),
                day: part(day2),
                doubt: part(doubt2),
            },
        }
    }

    /// Takes a date of the EDTF subset apart; none of another text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let parts = match text.split_once('/') {
            None => (Extent::On, DateEnd::parse(text)?, DateEnd::default()),
            Some(("..", end)) => (Extent::Before, DateEnd::parse(end)?, DateEnd::default()),
            Some((start, "..")) => (Extent::After, DateEnd::parse(start)?, DateEnd::default()),
            Some((start, end)) => (
                Extent::Between,
                DateEnd::parse(start)?,
                DateEnd::parse(end)?,
            ),
        };
        let (extent, first, last) = parts;
        Some(Self {
            extent,
            first,
            last,
        })
    }

    /// Returns the date as EDTF; none where nothing was typed. Of what is no date it makes a text that is
    /// none either, which the check rejects.
    #[must_use]
    pub fn edtf(&self) -> Option<String> {
        let (first, last) = (self.first.edtf(), self.last.edtf());
        match self.extent {
            Extent::On => first,
            Extent::Before => first.map(|end| format!("../{end}")),
            Extent::After => first.map(|start| format!("{start}/..")),
            Extent::Between if first.is_none() && last.is_none() => None,
            Extent::Between => {
                let said = |end: Option<String>| end.unwrap_or_default();
                Some(format!("{}/{}", said(first), said(last)))
            }
        }
    }

    /// Adds the inputs of the date `name` to a form.
    pub(crate) fn fill(&self, name: &str, pairs: &mut Pairs) {
        let ends = [&self.first, &self.last];
        let typed = ends.map(|end| [&end.year, &end.month, &end.day, &end.doubt]);
        let [how, parts @ ..] = DATE_PARTS;
        pairs.set(format!("{name}{how}"), self.extent.code());
        for (part, value) in parts.iter().zip(typed.iter().flatten()) {
            if !value.is_empty() {
                pairs.set(format!("{name}{part}"), value.as_str());
            }
        }
    }
}

impl DateEnd {
    fn parse(text: &str) -> Option<Self> {
        let mark = text
            .strip_suffix(['?', '~', '%'])
            .map_or(text.len(), str::len);
        let (date, doubt) = text.split_at_checked(mark)?;
        let mut parts = date.split('-');
        let mut part = || parts.next().unwrap_or_default().to_owned();
        let (year, month, day) = (part(), part(), part());
        let doubt = doubt.to_owned();
        Some(Self {
            year,
            month,
            day,
            doubt,
        })
    }

    /// Returns the date; a part behind one that is left empty makes it none.
    fn edtf(&self) -> Option<String> {
        let Self {
            year,
            month,
            day,
            doubt,
        } = self;
        if [year, month, day].iter().all(|part| part.is_empty()) {
            return None;
        }
        let mut text = padded(year, 4);
        if !month.is_empty() || !day.is_empty() {
            text = format!("{text}-{}", padded(month, 2));
        }
        if !day.is_empty() {
            text = format!("{text}-{}", padded(day, 2));
        }
        Some(format!("{text}{doubt}"))
    }
}

/// Puts zeros in front of what was typed; what was left empty stays empty, which is no date.
fn padded(number: &str, width: usize) -> String {
    if number.is_empty() {
        return String::new();
    }
    format!("{number:0>width$}")
}

/// The zeros of the digits that people type beside those of ASCII: Arabic, Persian, Devanagari, Bengali, Thai,
/// Lao, Tibetan, Burmese, Khmer, full width. Source: Unicode 16.0, property `Numeric_Type=Decimal`.
const ZEROS: [char; 10] = [
    '\u{660}', '\u{6f0}', '\u{966}', '\u{9e6}', '\u{e50}', '\u{ed0}', '\u{f20}', '\u{1040}',
    '\u{17e0}', '\u{ff10}',
];

/// Writes the digits of other scripts as those of ASCII.
pub(crate) fn ascii_digits(text: &str) -> String {
    let ascii = |c: char| {
        let of = |zero: &char| {
            u32::from(c)
                .checked_sub(u32::from(*zero))
                .filter(|digit| *digit < 10)
        };
        let digit = ZEROS.iter().find_map(of);
        digit
            .and_then(|digit| char::from_digit(digit, 10))
            .unwrap_or(c)
    };
    text.chars().map(ascii).collect()
}
