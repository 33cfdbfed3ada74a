//! Digits of other scripts as those of ASCII: `១២` is `12`. Source: Unicode, the decimal digits (Nd) of each block.
//!
//! Never here: what the number means.

use std::borrow::Cow;

/// The zeros of the blocks whose ten digits stand in a row.
const ZEROS: [u32; 13] = [
    0x0660, // Arabic-Indic
    0x06F0, // Persian, Urdu
    0x0966, // Devanagari
    0x09E6, // Bengali
    0x0A66, // Gurmukhi
    0x0BE6, // Tamil
    0x0E50, // Thai
    0x0ED0, // Lao
    0x0F20, // Tibetan
    0x1040, // Burmese
    0x17E0, // Khmer
    0x1810, // Mongolian
    0xFF10, // of full width
];

/// Writes every digit as one of ASCII.
pub(crate) fn ascii(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(|c| digit(c).unwrap_or(c)).collect())
}

fn digit(character: char) -> Option<char> {
    let code = u32::from(character);
    let zero = ZEROS
        .iter()
        .find(|zero| (**zero..**zero + 10).contains(&code))?;
    char::from_digit(code - zero, 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_any_script_are_those_of_ascii() {
        for (text, expected) in [
            ("២៥/១២/២០២០", "25/12/2020"),
            ("۱۳۹۹-۰۱-۲۵", "1399-01-25"),
            ("٢٥ مايو", "25 مايو"),
            ("２０２０年", "2020年"),
            ("abc", "abc"),
        ] {
            assert_eq!(ascii(text), expected);
        }
    }
}
