//! Numbers as people write them: with a comma before the decimals, with thousands apart, and degrees with minutes.
//!
//! Never here: what the number is of.

use crate::dates::digits;

/// Which coordinate a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Axis {
    Latitude,
    Longitude,
}

impl Axis {
    /// Returns the coordinate that the field at `path` holds.
    pub(super) fn of(path: &str) -> Option<Self> {
        match path.rsplit('.').next() {
            Some("lat") => Some(Self::Latitude),
            Some("lon") => Some(Self::Longitude),
            _ => None,
        }
    }
}

/// Writes a number as JSON has it; none where its signs are not those of the mapping. A text that is no number
/// stays as it is.
pub(super) fn plain(text: &str, decimal: Option<char>, thousands: Option<char>) -> Option<String> {
    let mut text = digits::ascii(text.trim()).into_owned();
    let (whole, fraction) = match text.split_once(decimal.unwrap_or('.')) {
        Some((whole, fraction)) => (whole, fraction),
        None => (text.as_str(), ""),
    };
    if let Some(apart) = thousands {
        let mut groups = whole.trim_start_matches('-').split(apart).peekable();
        let first = groups.next().unwrap_or("");
        let several = groups.peek().is_some();
        if several && (!(1..=3).contains(&first.len()) || groups.any(|group| group.len() != 3))
            || fraction.contains(apart)
        {
            return None;
        }
        text = text.replace(apart, "");
    }
    if decimal == Some(',') {
        // A point would be read as what stands before decimals.
        (!text.contains('.')).then_some(())?;
        text = text.replace(',', ".");
    }
    Some(text)
}

/// Writes degrees with minutes and seconds as one number: `11°33'24"N`; none for what is not so written.
pub(super) fn degrees(text: &str, axis: Axis) -> Option<String> {
    let text = digits::ascii(text.trim()).to_uppercase();
    let (positive, negative) = match axis {
        Axis::Latitude => ('N', 'S'),
        Axis::Longitude => ('E', 'W'),
    };
    let side = |side: char| {
        text.strip_suffix(side)
            .or_else(|| text.strip_prefix(side))
            .map(str::trim)
    };
    let (sign, rest) = match (side(positive), side(negative)) {
        (Some(rest), None) => ("", rest),
        (None, Some(rest)) => ("-", rest),
        _ => return None,
    };
    let mut parts = rest
        .split(['°', '\'', '′', '’', '"', '″', '”', ' '])
        .filter(|part| !part.is_empty());
    let number = |part: Option<&str>| match part {
        None => Some(0.0),
        Some(part) => part
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.')
            .then(|| part.parse::<f64>().ok())
            .flatten(),
    };
    let (degree, minute, second) = (
        number(Some(parts.next()?))?,
        number(parts.next())?,
        number(parts.next())?,
    );
    if parts.next().is_some() || minute >= 60.0 || second >= 60.0 {
        return None;
    }
    let value = degree + minute / 60.0 + second / 3600.0;
    // Six decimals are a tenth of a metre.
    Some(format!("{sign}{}", (value * 1e6).round() / 1e6))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_by_their_signs() {
        for (text, decimal, thousands, expected) in [
            ("1200", None, None, Some("1200")),
            ("1,200", None, Some(','), Some("1200")),
            ("1.200,5", Some(','), Some('.'), Some("1200.5")),
            ("11,55", Some(','), None, Some("11.55")),
            ("11.55", Some(','), None, None),
            ("1,20", None, Some(','), None),
            ("1.20", Some(','), Some('.'), None),
            ("1.5,0", None, Some(','), None),
            ("12,345,678", None, Some(','), Some("12345678")),
            ("១២", None, None, Some("12")),
        ] {
            assert_eq!(
                plain(text, decimal, thousands).as_deref(),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn degrees_are_one_number() {
        for (text, axis, expected) in [
            ("11°33'24\"N", Axis::Latitude, Some("11.556667")),
            ("104° 55′ E", Axis::Longitude, Some("104.916667")),
            ("S 11.5", Axis::Latitude, Some("-11.5")),
            ("11°33'24\"N", Axis::Longitude, None),
            ("11°61'N", Axis::Latitude, None),
            ("11.5", Axis::Latitude, None),
            ("N", Axis::Latitude, None),
        ] {
            assert_eq!(degrees(text, axis).as_deref(), expected, "{text}");
        }
    }
}
