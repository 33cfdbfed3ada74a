//! Numbers of JSON as they were written: no digit is lost, whatever their size.
//!
//! Start at [`Number`]; [`Number::write_canonical`] tells equal values from different ones.
//!
//! Never here: the range that a field allows (see `check`).

use std::fmt::{self, Write as _};

use smol_str::SmolStr;

/// A number as its token stands in the JSON. Equal where the tokens are; compare values by
/// `Number::write_canonical`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number(SmolStr);

impl Number {
    /// Takes over a token that a JSON parser accepted as a number.
    pub(crate) const fn from_token(token: SmolStr) -> Self {
        Self(token)
    }

    /// Returns the whole number from 0 on; none where it has a sign, a fraction, an exponent, or
    /// more than 64 bits.
    #[must_use]
    pub fn as_u64(&self) -> Option<u64> {
        self.0.parse().ok()
    }

    /// Returns the whole number; none where it has a fraction, an exponent, more than 64 bits, or
    /// is `-0`.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        self.0.parse().ok().filter(|_| self.0 != "-0")
    }

    /// Returns the nearest number of 64 bits with a binary point.
    #[must_use]
    pub fn as_f64(&self) -> Option<f64> {
        self.0.parse().ok()
    }

    /// Whether the token has a fraction or an exponent, so that a parser may have rounded it.
    pub(crate) fn has_point(&self) -> bool {
        self.0
            .bytes()
            .any(|byte| matches!(byte, b'.' | b'e' | b'E'))
    }

    /// Writes the value in one way only: its digits without zeros at either end, and a power of
    /// ten. `11`, `11.0` and `1.1e1` are all `11e0`; every zero is `0`.
    ///
    /// An exponent of more than 38 digits stays as it was written.
    pub(crate) fn write_canonical(&self, out: &mut String) {
        let (sign, token) = match self.0.strip_prefix('-') {
            Some(token) => ("-", token),
            None => ("", self.0.as_str()),
        };
        let (mantissa, exponent) = token.split_once(['e', 'E']).unwrap_or((token, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = [whole, fraction].concat();
        let digits = digits.trim_start_matches('0');
        let significant = digits.trim_end_matches('0');
        if significant.is_empty() {
            out.push('0');
            return;
        }
        let shift = digits.len() - significant.len();
        // Bytes of one event: both are far below 2^63.
        let shift =
            i128::try_from(shift).unwrap_or(0) - i128::try_from(fraction.len()).unwrap_or(0);
        let exponent: Option<i128> = exponent.parse().ok();
        match exponent.and_then(|exponent| exponent.checked_add(shift)) {
            // Writing to a text cannot fail.
            Some(exponent) => write!(out, "{sign}{significant}e{exponent}").unwrap_or_default(),
            None => out.push_str(&self.0),
        }
    }
}

impl From<u64> for Number {
    fn from(value: u64) -> Self {
        Self(SmolStr::from(value.to_string()))
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self(SmolStr::from(value.to_string()))
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl serde::Serialize for Number {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Some(value) = self.as_u64() {
            return serializer.serialize_u64(value);
        }
        if let Some(value) = self.as_i64() {
            return serializer.serialize_i64(value);
        }
        let raw = serde_json::value::RawValue::from_string(self.0.to_string());
        raw.map_err(serde::ser::Error::custom)?
            .serialize(serializer)
    }
}

/// Returns the numbers of a JSON text, in their order, as they stand there.
///
/// The text must be JSON: nothing is judged.
pub(crate) fn tokens(json: &str) -> impl Iterator<Item = &str> {
    let mut rest = json;
    std::iter::from_fn(move || {
        loop {
            let at = rest.find(|c: char| matches!(c, '"' | '-' | '0'..='9'))?;
            let (_, from) = rest.split_at(at);
            if let Some(text) = from.strip_prefix('"') {
                rest = after_text(text);
                continue;
            }
            let ends = |c: char| !matches!(c, '0'..='9' | '+' | '-' | '.' | 'e' | 'E');
            let (token, after) = from.split_at(from.find(ends).unwrap_or(from.len()));
            rest = after;
            return Some(token);
        }
    })
}

/// Returns what stands behind a text, of which `text` begins behind the first quotation mark.
fn after_text(mut text: &str) -> &str {
    while let Some(at) = text.find(['"', '\\']) {
        let (_, from) = text.split_at(at);
        if let Some(behind) = from.strip_prefix('"') {
            return behind;
        }
        // The byte behind a backslash begins no quotation mark of its own.
        let mut escaped = from.chars();
        escaped.next();
        escaped.next();
        text = escaped.as_str();
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(token: &str) -> String {
        let mut text = String::new();
        Number::from_token(token.into()).write_canonical(&mut text);
        text
    }

    #[test]
    fn equal_values_are_written_alike_and_others_not() {
        for (token, value) in [
            ("11", "11e0"),
            ("11.0", "11e0"),
            ("1.1e1", "11e0"),
            ("110E-1", "11e0"),
            ("0.0011e+4", "11e0"),
            ("100", "1e2"),
            ("-2.50", "-25e-1"),
            ("0", "0"),
            ("-0", "0"),
            ("0e99", "0"),
            ("-0.000", "0"),
            ("12345678901234567890123", "12345678901234567890123e0"),
            ("12345678901234567890124", "12345678901234567890124e0"),
            ("1e-400", "1e-400"),
        ] {
            assert_eq!(canonical(token), value, "{token}");
        }
        let far = "1e-9999999999999999999999999999999999999999999";
        assert_eq!(canonical(far), far);
    }

    #[test]
    fn tokens_are_found_outside_of_texts() {
        let json = r#"{"a1":-0.5,"\"7":[1,"2\\",3e+4],"b":{"c":"x5\"6"},"d":700}"#;
        let found: Vec<_> = tokens(json).collect();
        assert_eq!(found, ["-0.5", "1", "3e+4", "700"]);
    }
}
