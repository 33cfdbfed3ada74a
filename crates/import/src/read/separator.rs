//! What stands between two cells: said by the mapping, or found out from the header.
//!
//! Never here: rows.

use serde::Deserialize;

use crate::Error;

/// A separator by its name.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
pub(crate) enum Separator {
    #[serde(rename = ",", alias = "comma")]
    Comma,
    #[serde(rename = ";", alias = "semicolon")]
    Semicolon,
    #[serde(rename = "\t", alias = "tab")]
    Tab,
    #[serde(rename = "|", alias = "pipe")]
    Pipe,
}

impl Separator {
    /// All of them.
    pub(crate) const ALL: [Self; 4] = [Self::Comma, Self::Semicolon, Self::Tab, Self::Pipe];

    /// Returns it as it stands in a file.
    pub(crate) const fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
            Self::Pipe => b'|',
        }
    }
}

/// Returns what a separator is called.
pub(super) const fn word(byte: u8) -> &'static str {
    match byte {
        b';' => "semicolons",
        b'\t' => "tabs",
        b'|' => "pipes",
        _ => "commas",
    }
}

/// Finds the separator that cuts the header into the most cells.
///
/// # Errors
/// [`Error::Wrong`] when two cut it into equally many.
pub(super) fn find(header: &[u8], file: &str) -> Result<u8, Error> {
    let counts =
        Separator::ALL.map(|separator| (count(header, separator.byte()), separator.byte()));
    let most = counts.iter().map(|(count, _)| *count).max().unwrap_or(0);
    let mut best = counts.iter().filter(|(count, _)| *count == most);
    match (most, best.next(), best.next()) {
        (0, _, _) => Ok(b','),
        (_, Some((_, byte)), None) => Ok(*byte),
        _ => Err(Error::wrong(format!(
            "{file}: the separator cannot be told from the header: say [files] separator = \";\", \",\", \
             \"|\" or \"\\t\""
        ))),
    }
}

/// Counts a separator outside quotes.
fn count(header: &[u8], separator: u8) -> usize {
    let mut quoted = false;
    let found = header.iter().filter(|byte| {
        if **byte == b'"' {
            quoted = !quoted;
        }
        !quoted && **byte == separator
    });
    found.count()
}
