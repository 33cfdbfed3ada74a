//! Dates as people write them in English: `May 22 or 23, 2015`, `October 2015 - June 2016`, `before 3 May 2015`.
//!
//! Start at [`read`]. What is read is what is said: two days that may be it are an interval only where nothing
//! lies between them, and what has no agreed edges (`mid-April`, `summer`) is not read at all.
//!
//! Never here: digits alone (`01/02/2020`), other languages.

use super::span::Span;

/// The most parts of a date; people write fewer.
const PARTS_MAX: usize = 64;

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// One part of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Month(i8),
    Day(i8),
    Year(i16),
    Comma,
    Or,
    And,
    /// `to`, `through`, `until`, a dash.
    To,
}

/// What stands in front of a date or behind it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sense {
    Plain,
    Before,
    OnOrBefore,
    After,
    OnOrAfter,
    Between,
    About,
    FirstHalf,
    SecondHalf,
}

/// Openings and what they mean; the longer of two stands first.
const SENSES: [(&str, Sense); 19] = [
    ("on or before ", Sense::OnOrBefore),
    ("no later than ", Sense::OnOrBefore),
    ("not later than ", Sense::OnOrBefore),
    ("on or after ", Sense::OnOrAfter),
    ("date unknown in ", Sense::Plain),
    ("unknown date in ", Sense::Plain),
    ("first half of ", Sense::FirstHalf),
    ("second half of ", Sense::SecondHalf),
    ("the first half of ", Sense::FirstHalf),
    ("the second half of ", Sense::SecondHalf),
    ("between ", Sense::Between),
    ("from ", Sense::OnOrAfter),
    ("since ", Sense::OnOrAfter),
    ("before ", Sense::Before),
    ("after ", Sense::After),
    ("about ", Sense::About),
    ("around ", Sense::About),
    ("circa ", Sense::About),
    ("in ", Sense::Plain),
];

/// A year, month or day that is not whole yet.
#[derive(Clone, Copy)]
struct Point {
    year: Option<i16>,
    month: Option<i8>,
    day: Option<i8>,
}

/// Reads a date in words, as the event's `occurred` has it.
///
/// # Errors
/// Why it is not read.
pub(super) fn read(text: &str) -> Result<String, &'static str> {
    const NONE: &str = "no date in words, as \"22 May 2015\", \"May 22 or 23, 2015\", \"June 2015 - May 2016\", \"before May 2015\"";
    let lower = text.trim().to_lowercase();
    let (sense, rest) = SENSES
        .iter()
        .find_map(|(opening, sense)| Some((*sense, lower.strip_prefix(opening)?)))
        .unwrap_or((Sense::Plain, lower.as_str()));
    let parts = parts(rest).ok_or(NONE)?;
    let (points, joints) = points(&parts).ok_or(NONE)?;
    let spans: Vec<Span> = points
        .iter()
        .map(|point| Span::of(point.year?, point.month, point.day))
        .collect::<Option<_>>()
        .ok_or("a date in words without a year, or a day that its month has not")?;
    let span = join(&spans, &joints, sense)?;
    // "From 3 May to 5 May" is an interval, and "from 3 May" open.
    let to = joints.contains(&Part::To) || sense == Sense::Between;
    let span = match sense {
        Sense::Plain | Sense::About | Sense::Between => Some(span),
        Sense::OnOrAfter if to => Some(span),
        Sense::OnOrAfter => Some(Span { last: None, ..span }),
        Sense::After => span.last.map(|last| Span {
            first: Some(last.plus(1)),
            last: None,
        }),
        Sense::OnOrBefore => Some(Span {
            first: None,
            ..span
        }),
        Sense::Before => span.first.map(|first| Span {
            first: None,
            last: Some(first.plus(-1)),
        }),
        Sense::FirstHalf | Sense::SecondHalf => half(&points, sense),
    };
    let written = span.and_then(Span::written).ok_or(NONE)?;
    match sense {
        Sense::About if written.contains('/') => {
            Err("\"about\" stands before one date and not before several")
        }
        Sense::About => Ok(format!("{written}~")),
        Sense::Plain
        | Sense::Before
        | Sense::OnOrBefore
        | Sense::After
        | Sense::OnOrAfter
        | Sense::Between
        | Sense::FirstHalf
        | Sense::SecondHalf => Ok(written),
    }
}

/// The half of a year; those of a month have no agreed edge.
fn half(points: &[Point], sense: Sense) -> Option<Span> {
    let [
        Point {
            year: Some(year),
            month: None,
            day: None,
        },
    ] = points
    else {
        return None;
    };
    let (first, last) = if sense == Sense::FirstHalf {
        (1, 6)
    } else {
        (7, 12)
    };
    Span::of(*year, Some(first), None)?.to(Span::of(*year, Some(last), None)?)
}

/// Makes one span of several.
fn join(spans: &[Span], joints: &[Part], sense: Sense) -> Result<Span, &'static str> {
    let [first, rest @ ..] = spans else {
        return Err("no date");
    };
    let Some(last) = rest.last() else {
        return if sense == Sense::Between {
            Err("\"between\" without two dates")
        } else {
            Ok(*first)
        };
    };
    let to = joints.iter().all(|joint| *joint == Part::To)
        || sense == Sense::Between && joints == [Part::And];
    if to && rest.len() == 1 {
        return first
            .to(*last)
            .ok_or("an interval that ends before it begins");
    }
    let or = joints.last() == Some(&Part::Or)
        && joints
            .iter()
            .all(|joint| matches!(joint, Part::Or | Part::Comma));
    if !or {
        return Err("several dates that are neither \"from ... to\" nor \"one or the other\"");
    }
    let follow = spans.windows(2).all(|pair| match pair {
        [before, next] => before.last.map(|day| day.plus(1)) == next.first,
        _ => true,
    });
    if !follow {
        return Err("one of several dates that do not follow one another: they are no interval");
    }
    first
        .to(*last)
        .ok_or("an interval that ends before it begins")
}

/// Cuts a text into parts; none where a word is none that is known.
fn parts(text: &str) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            ',' | '-' | '–' | '—' => first.len_utf8(),
            _ => {
                let same = |c: char| {
                    if first.is_ascii_digit() {
                        c.is_ascii_digit()
                    } else {
                        c.is_alphabetic() || c == '.'
                    }
                };
                rest.find(|c: char| !same(c)).unwrap_or(rest.len())
            }
        };
        let (word, after) = rest
            .split_at_checked(length)
            .filter(|(word, _)| !word.is_empty())?;
        parts.push(part(word)?);
        if parts.len() > PARTS_MAX {
            return None;
        }
        rest = ordinal(word, after).trim_start();
    }
    while parts.last() == Some(&Part::Comma) {
        parts.pop();
    }
    Some(parts)
}

/// Leaves out the `nd` of `22nd`.
fn ordinal<'a>(word: &str, after: &'a str) -> &'a str {
    let digits = word.bytes().all(|byte| byte.is_ascii_digit());
    let ending = ["st", "nd", "rd", "th"]
        .iter()
        .find_map(|end| after.strip_prefix(end));
    match ending {
        Some(rest) if digits && !rest.starts_with(char::is_alphabetic) => rest,
        _ => after,
    }
}

fn part(word: &str) -> Option<Part> {
    if word.bytes().all(|byte| byte.is_ascii_digit()) {
        return match word.len() {
            1 | 2 => word
                .parse()
                .ok()
                .filter(|day| (1..=31).contains(day))
                .map(Part::Day),
            4 => word
                .parse()
                .ok()
                .filter(|year| *year >= 1000)
                .map(Part::Year),
            _ => None,
        };
    }
    Some(match word {
        "," => Part::Comma,
        "-" | "–" | "—" | "to" | "through" | "until" | "till" => Part::To,
        "or" => Part::Or,
        "and" | "&" => Part::And,
        _ => Part::Month(month(word)?),
    })
}

/// Returns the month of a word: its name, or its first three letters or more.
fn month(word: &str) -> Option<i8> {
    let word = word.strip_suffix('.').unwrap_or(word);
    let known = |name: &&str| word.len() >= 3 && word.is_ascii() && name.starts_with(word);
    let place = MONTHS.iter().position(known)?;
    i8::try_from(place + 1).ok()
}

/// Dates in the making.
#[derive(Default)]
struct Sentence {
    points: Vec<Point>,
    /// What joins each date to the next.
    joints: Vec<Part>,
    /// What was read since the last date.
    joint: Option<Part>,
    /// The month that was said last, where months stand before days.
    month: Option<i8>,
}

/// Puts parts together: `May 22 or 23, 2015` and `22 or 23 May 2015` are two days of one month and year.
/// Returns the dates and what joins each to the next.
fn points(parts: &[Part]) -> Option<(Vec<Point>, Vec<Part>)> {
    let position = |found: fn(&Part) -> bool| parts.iter().position(found);
    let month = position(|part| matches!(part, Part::Month(_)));
    let day = position(|part| matches!(part, Part::Day(_)));
    let month_first = day.is_none() || month < day;
    let mut sentence = Sentence::default();
    for (place, part) in parts.iter().enumerate() {
        match part {
            Part::Comma | Part::Or | Part::And | Part::To => sentence.join(*part)?,
            Part::Year(year) => sentence.year(*year)?,
            Part::Month(month) if month_first => {
                sentence.month = Some(*month);
                let mut next = parts.get(place + 1..)?.iter();
                if !matches!(next.find(|part| **part != Part::Comma), Some(Part::Day(_))) {
                    sentence.add(None, Some(*month), None)?;
                }
            }
            Part::Month(month) => sentence.month_behind(*month)?,
            Part::Day(day) if month_first => {
                let month = sentence.month?;
                sentence.add(None, Some(month), Some(*day))?;
            }
            Part::Day(day) => sentence.add(None, None, Some(*day))?,
        }
    }
    let whole = sentence.joint.is_none() && !sentence.points.is_empty();
    whole.then_some((sentence.points, sentence.joints))
}

impl Sentence {
    /// Takes a sign or a word between two dates.
    fn join(&mut self, part: Part) -> Option<()> {
        // "16, 17, or 18": the word behind the comma is what joins.
        self.joint = match (self.joint, part) {
            (None | Some(Part::Comma), part) => Some(part),
            (Some(joint), Part::Comma) => Some(joint),
            (Some(_), _) => return None,
        };
        Some(())
    }

    /// Takes a date.
    fn add(&mut self, year: Option<i16>, month: Option<i8>, day: Option<i8>) -> Option<()> {
        if !self.points.is_empty() {
            self.joints.push(self.joint?);
        } else if !matches!(self.joint, None | Some(Part::Comma)) {
            return None;
        }
        self.joint = None;
        self.points.push(Point { year, month, day });
        Some(())
    }

    /// Takes a year: of the dates before it that have none, or a date of its own.
    fn year(&mut self, year: i16) -> Option<()> {
        let open = self.points.iter_mut().rev();
        let mut count = 0;
        for point in open.take_while(|point| point.year.is_none()) {
            point.year = Some(year);
            count += 1;
        }
        if count == 0 {
            return self.add(Some(year), None, None);
        }
        matches!(self.joint, None | Some(Part::Comma)).then_some(())?;
        self.joint = None;
        Some(())
    }

    /// Takes a month behind its days, or a date of its own.
    fn month_behind(&mut self, month: i8) -> Option<()> {
        let open = self.points.iter_mut().rev();
        let mut count = 0;
        for point in open.take_while(|point| point.month.is_none() && point.year.is_none()) {
            point.month = Some(month);
            count += 1;
        }
        if count == 0 {
            return self.add(None, Some(month), None);
        }
        self.joint.is_none().then_some(())
    }
}
