//! Dates of digits through a format, part by part: for other calendars, and where a part is masked as not known
//! (`2020-XX-XX`, `00/05/2020`, `201X`).
//!
//! Start at [`scan`]. Formats here have `%Y`, `%m`, `%d`, `%e` and `%B`, and no other directive.
//!
//! Never here: which days the parts mean.

use std::collections::BTreeMap;

/// One part of a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// The format has none.
    Absent,
    /// Masked as not known.
    Masked,
    /// A number.
    Number(i16),
    /// A year whose last digits are masked: the first that it may be, and how many it may be.
    Years(i16, i16),
}

/// The parts of a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) year: Part,
    pub(super) month: Part,
    pub(super) day: Part,
}

/// Whether a format is of this sort.
pub(super) fn is_plain(format: &str) -> bool {
    super::directives(format)
        .iter()
        .all(|letter| matches!(letter, 'Y' | 'm' | 'd' | 'e' | 'B'))
}

/// Cuts a text by its format; none where it is not of it.
pub(super) fn scan(format: &str, text: &str, months: &BTreeMap<String, i8>) -> Option<Parts> {
    let mut parts = Parts {
        year: Part::Absent,
        month: Part::Absent,
        day: Part::Absent,
    };
    let (mut format, mut text) = (format.trim(), text.trim());
    while let Some(sign) = format.chars().next() {
        format = format.get(sign.len_utf8()..)?;
        if sign.is_whitespace() {
            text = text.trim_start();
            continue;
        }
        if sign != '%' {
            text = text.strip_prefix(sign)?;
            continue;
        }
        let letter = format.chars().next()?;
        format = format.get(letter.len_utf8()..)?;
        if letter == 'B' {
            let named = months
                .iter()
                .filter(|(name, _)| text.starts_with(name.as_str()));
            let (name, number) = named.max_by_key(|(name, _)| name.len())?;
            text = text.get(name.len()..)?;
            parts.month = Part::Number(i16::from(*number));
            continue;
        }
        let most = if letter == 'Y' { 4 } else { 2 };
        let length = text
            .char_indices()
            .take(most)
            .take_while(|(_, c)| c.is_ascii_digit() || is_mask(*c))
            .map(|(at, c)| at + c.len_utf8())
            .last()?;
        let (word, rest) = text.split_at_checked(length)?;
        text = rest;
        let part = if letter == 'Y' {
            year(word)?
        } else {
            small(word)?
        };
        match letter {
            'Y' => parts.year = part,
            'm' => parts.month = part,
            _ => parts.day = part,
        }
    }
    text.is_empty().then_some(parts)
}

const fn is_mask(character: char) -> bool {
    matches!(character, 'x' | 'X' | '?' | 'u' | 'U')
}

/// Reads a month or a day: a number, or what says that it is not known.
fn small(word: &str) -> Option<Part> {
    if word.chars().all(is_mask) || word.bytes().all(|byte| byte == b'0') {
        return Some(Part::Masked);
    }
    word.parse().ok().map(Part::Number)
}

/// Reads a year of four digits, the last of which may be masked.
fn year(word: &str) -> Option<Part> {
    if word.chars().count() != 4 {
        return None;
    }
    let digits: String = word.chars().take_while(char::is_ascii_digit).collect();
    let masked = word.chars().skip(digits.len()).count();
    if !word.chars().skip(digits.len()).all(is_mask) {
        return None;
    }
    let known: i16 = digits.parse().ok()?;
    match masked {
        0 => (known >= 1000).then_some(Part::Number(known)),
        1 => Some(Part::Years(known.checked_mul(10)?, 10)),
        2 => Some(Part::Years(known.checked_mul(100)?, 100)),
        _ => None,
    }
}
