//! A day of a file of rejected rows that a spreadsheet opened and wrote anew, as its language has it: `01/05/2020`.
//!
//! Start at [`read`]. Which of two numbers is the month is not guessed.
//!
//! Never here: days that people write.

use crate::dates;

/// What stands in a cell that was a day as ISO 8601.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum RewrittenDay {
    /// The day as it was written.
    AsItWas,
    /// The same day, written in another way.
    Day(String),
    /// What may be two days.
    Unclear,
    /// A text, which someone wrote in its place, or nothing.
    Text,
}

/// Reads a cell.
pub(super) fn read(cell: &str) -> RewrittenDay {
    if cell.is_empty() {
        return RewrittenDay::Text;
    }
    if dates::typed_day(cell).is_some() && !cell.contains(' ') {
        return RewrittenDay::AsItWas;
    }
    let (day, time) = match cell.split_once([' ', 'T']) {
        Some((day, time)) => (day.trim_end_matches(','), Some(time.trim())),
        None => (cell, None),
    };
    let Some(parts) = parts(day) else {
        return RewrittenDay::Text;
    };
    let time = match time.map(clock) {
        None => String::new(),
        Some(Some(time)) => time,
        // Half a day more or less.
        Some(None) => return RewrittenDay::Unclear,
    };
    let two = |number: &str| number.parse::<u8>().ok();
    let numbers = match parts {
        [year, month, day] if year.len() == 4 => (year, two(month), two(day)),
        [one, other, year] if year.len() == 4 => {
            let (one, other) = (two(one), two(other));
            match (one > Some(12), other > Some(12)) {
                (true, false) => (year, other, one),
                (false, true) => (year, one, other),
                (false, false) if one == other => (year, one, other),
                (_, _) => return RewrittenDay::Unclear,
            }
        }
        [..] => return RewrittenDay::Unclear,
    };
    let (year, Some(month), Some(day)) = numbers else {
        return RewrittenDay::Unclear;
    };
    let written = format!("{year}-{month:02}-{day:02}");
    match dates::typed_day(&written) {
        Some(_) => RewrittenDay::Day(written + &time),
        None => RewrittenDay::Unclear,
    }
}

/// Cuts a day into its three numbers; none of what is none.
fn parts(day: &str) -> Option<[&str; 3]> {
    let mut parts = day.trim_end_matches('.').split(['/', '.', '-']);
    let three = [parts.next()?, parts.next()?, parts.next()?];
    let is_number = |part: &&str| {
        (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    (parts.next().is_none() && three.iter().all(is_number)).then_some(three)
}

/// Writes a time of day as ISO 8601, nothing of midnight; none of what is none of 24 hours.
fn clock(time: &str) -> Option<String> {
    let mut parts = time.split(':');
    let mut next = || -> Option<Option<u8>> {
        match parts.next() {
            None => Some(None),
            Some(part) => part.parse().ok().map(Some),
        }
    };
    let (hour, minute, second) = (next()??, next()??, next()?.unwrap_or(0));
    let is_time = hour < 24 && minute < 60 && second < 60 && parts.next().is_none();
    is_time.then(|| match (hour, minute, second) {
        (0, 0, 0) => String::new(),
        (hour, minute, second) => format!("T{hour:02}:{minute:02}:{second:02}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_that_was_written_anew_is_the_same_day_or_none() {
        for cell in [
            "2020-05-01",
            "2020-5-1",
            "2020-05",
            "2020",
            "2020-05-01T05:30:00",
        ] {
            assert_eq!(read(cell), RewrittenDay::AsItWas, "{cell}");
        }
        for (cell, day) in [
            ("2020/05/01", "2020-05-01"),
            ("25/05/2020", "2020-05-25"),
            ("5/25/2020", "2020-05-25"),
            ("25.5.2020", "2020-05-25"),
            ("05/05/2020", "2020-05-05"),
            ("2020-05-01 00:00:00", "2020-05-01"),
            ("2020-05-01 05:30", "2020-05-01T05:30:00"),
            ("25/05/2020 17:30:05", "2020-05-25T17:30:05"),
        ] {
            assert_eq!(read(cell), RewrittenDay::Day(day.to_owned()), "{cell}");
        }
        for cell in [
            "01/05/2020",
            "1.5.2020",
            "1/5/20",
            "25/05/20",
            "25/26/2020",
            "2020-13-01",
            "25/05/2020 5:30 PM",
            "0/0/2020",
        ] {
            assert_eq!(read(cell), RewrittenDay::Unclear, "{cell}");
        }
        for cell in [
            "",
            "1 May 2020",
            "1-May-20",
            "spring of 2020",
            "2020-05-01/2020-05-03",
            "43952",
        ] {
            assert_eq!(read(cell), RewrittenDay::Text, "{cell}");
        }
    }
}
