//! A row's lines cut into cells, strictly. Source: RFC 4180: a quote opens a cell at its beginning, a
//! doubled one stands for itself, and behind the closing one comes a separator or the end of the line.
//!
//! Start at [`read`]. A row that breaks the rule is given up after its first line, so that a quote which
//! is never closed swallows nobody.
//!
//! Never here: how many cells a row must have.

use csv::StringRecord;

use super::broken::BrokenRow;
use super::damage::Fault;
use super::encoding::Written;
use super::lines::Lines;
use super::row::Row;
use crate::Error;

/// The bytes of one row. An event has at most 60,000; a longer row is a quote that is not closed.
pub(super) const ROW_BYTES_MAX: usize = 1 << 20;

/// The fewest columns with which a cell of several lines is looked at for swallowed rows.
const SWALLOWED_COLUMNS_MIN: usize = 2;

/// With so many columns lines of prose hardly have the separators of a row each.
const SURE_COLUMNS_MIN: usize = 3;

/// Memory of a row that is being read.
#[derive(Default)]
pub(super) struct Scratch {
    text: Vec<u8>,
    /// Where each cell ends in the text.
    ends: Vec<usize>,
}

/// Where the reading of a row stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    /// Before the first character of a cell.
    Start,
    /// In a cell without quotes.
    Plain,
    /// Between quotes.
    Quoted,
    /// Behind the closing quote.
    Closed,
}

/// Reads the next row into `row`; none at the end. Empty lines are left out.
pub(super) fn read(
    lines: &mut Lines,
    separator: u8,
    scratch: &mut Scratch,
    row: &mut Row,
) -> Result<Option<Result<(), BrokenRow>>, Error> {
    let line = loop {
        let line = lines.begin();
        if !lines.take()? {
            return Ok(None);
        }
        if !without_end(lines.last()).is_empty() {
            break line;
        }
    };
    if lines.last().len() > ROW_BYTES_MAX {
        let reason = format!("a line of more than {ROW_BYTES_MAX} bytes");
        return Ok(Some(Err(BrokenRow::new(line, reason))));
    }
    let first = lines.last().to_vec();
    let broken = |reason: String| {
        let cells = as_cut(&first, separator);
        Ok(Some(Err(BrokenRow {
            cells,
            line,
            reason,
            fault: Fault::Text,
            columns: Vec::new(),
        })))
    };
    scratch.text.clear();
    scratch.ends.clear();
    let mut at = At::Start;
    loop {
        match cut(lines.last(), separator, at, scratch) {
            Some(next) => at = next,
            None => {
                lines.back();
                return broken(
                    "a quote in the middle of a cell, or one that is not closed: a quote inside a \
                     cell is written twice"
                        .to_owned(),
                );
            }
        }
        if at != At::Quoted {
            break;
        }
        let long = scratch.text.len() > ROW_BYTES_MAX;
        if long || !lines.take()? {
            lines.back();
            return broken("a quote is opened and never closed".to_owned());
        }
    }
    let text = match text_of(&scratch.text, lines.written) {
        Ok(text) => text,
        Err(reason) => {
            lines.back();
            return broken(reason);
        }
    };
    row.clear();
    let mut begin = 0;
    for end in &scratch.ends {
        row.cells.push_field(text.get(begin..*end).unwrap_or(""));
        begin = *end;
    }
    row.line = line;
    Ok(Some(Ok(())))
}

/// Returns the text of a row's bytes, or why they are none.
fn text_of(bytes: &[u8], written: Written) -> Result<&str, String> {
    if bytes.contains(&0) {
        return Err("a zero byte, which no text has".to_owned());
    }
    let text = std::str::from_utf8(bytes).map_err(|_| {
        "a byte that is not UTF-8: say the file's encoding: [files] encoding = \"windows-1252\", for one"
    })?;
    match written {
        Written::Other(name) if text.contains('\u{fffd}') => Err(format!(
            "a byte that is not {name}: say the file's encoding"
        )),
        Written::Other(_) | Written::Utf8 => Ok(text),
    }
}

/// Cuts one line at its separators, whatever its quotes say: for whoever mends it.
pub(super) fn as_cut(line: &[u8], separator: u8) -> StringRecord {
    let text = String::from_utf8_lossy(without_end(line));
    text.split(char::from(separator))
        .collect::<Vec<&str>>()
        .into()
}

/// Cuts one line; none where a quote is wrong.
fn cut(line: &[u8], separator: u8, mut at: At, scratch: &mut Scratch) -> Option<At> {
    let content = without_end(line);
    let mut bytes = content.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        at = match at {
            At::Quoted if byte == b'"' => {
                if bytes.next_if_eq(&b'"').is_some() {
                    scratch.text.push(b'"');
                    At::Quoted
                } else {
                    At::Closed
                }
            }
            At::Quoted => {
                scratch.text.push(byte);
                At::Quoted
            }
            At::Start | At::Plain | At::Closed if byte == separator => {
                scratch.ends.push(scratch.text.len());
                At::Start
            }
            At::Start if byte == b'"' => At::Quoted,
            // Blanks behind a closing quote are written by some programs.
            At::Closed if byte == b' ' => At::Closed,
            At::Closed => return None,
            At::Start | At::Plain => {
                scratch.text.push(byte);
                At::Plain
            }
        };
    }
    if at == At::Quoted {
        scratch.text.extend_from_slice(line.get(content.len()..)?);
    } else {
        scratch.ends.push(scratch.text.len());
    }
    Some(at)
}

/// Says why a row looks as if an open quote had swallowed rows behind it: a line of one of its cells has the separators of
/// a row, or those of the beginning or the end of one.
pub(super) fn swallowed(row: &StringRecord, separator: u8) -> Option<String> {
    let right = row.len();
    let has_lines = |text: &str| text.contains('\n') || text.contains('\r');
    if right < SWALLOWED_COLUMNS_MIN || !has_lines(row.as_slice()) {
        return None;
    }
    let first = row.get(0).unwrap_or("");
    let looks = |(place, cell): (usize, &str)| {
        if !has_lines(cell) {
            return false;
        }
        // Old Macintoshes end lines with a carriage return alone.
        let cell = cell.replace("\r\n", "\n").replace('\r', "\n");
        let (begin, further) = cell.split_once('\n').unwrap_or_default();
        let cells = |line: &str| 1 + line.bytes().filter(|byte| *byte == separator).count();
        let mut lines = further.lines();
        let last = further.rsplit('\n').next().unwrap_or("");
        // A line of prose may have so many commas; then others beside it have not.
        let is_sure = right >= SURE_COLUMNS_MIN;
        let all = is_sure && !further.is_empty() && lines.clone().all(|line| cells(line) == right);
        // So do those of a row with a cell too many or too few that begins with a number as this one does.
        let any = lines.any(|line| {
            let is_row = is_sure && cells(line) == right;
            are_separators(line, separator)
                && (is_row || begins_with_number(first, line, separator))
        });
        // Of the row in which another quote ended it, it took the beginning; that has no separators where the quote stood
        // before the first cell, but then its own row has them all.
        let ended = if place == 0 {
            cells(begin) == right && are_separators(begin, separator)
        } else {
            let has_begun = cells(last) == place + 1 && are_separators(last, separator);
            is_sure && has_begun && begins_alike(first, last, separator)
        };
        all || any || ended
    };
    row.iter().enumerate().any(looks).then(|| {
        "a cell whose further lines look like rows: a quote is probably opened and not closed"
            .to_owned()
    })
}

/// Whether a row that comes in may hold others, which an open quote swallowed: a further line of a cell has separators
/// that are written as in a row.
pub(super) fn may_hold_rows(row: &StringRecord, separator: u8) -> bool {
    let has_lines = |text: &str| text.contains('\n') || text.contains('\r');
    let may_hold = |cell: &str| {
        let mut lines = cell.split(['\n', '\r']).skip(1);
        lines.any(|line| are_separators(line, separator))
    };
    has_lines(row.as_slice()) && row.iter().any(may_hold)
}

/// Whether a line begins with a number for a cell, as a row does whose first cell is `first`: in digits of any script, and
/// with the signs of numbers of cases (`12/2020`).
fn begins_with_number(first: &str, line: &str, separator: u8) -> bool {
    let is_number = |cell: &str| {
        let cell = cell.trim();
        let is_sign = |letter: char| matches!(letter, '/' | '-' | '.');
        cell.contains(char::is_numeric)
            && cell
                .chars()
                .all(|letter| letter.is_numeric() || is_sign(letter))
    };
    let begin = line.split(char::from(separator)).next().unwrap_or("");
    is_number(first) && is_number(begin)
}

/// Whether the separators of a line are written as in a row: in prose a blank, or nothing more, stands behind each, and in
/// numbers beside words three digits.
fn are_separators(line: &str, separator: u8) -> bool {
    let line = line.as_bytes();
    let places = line.iter().enumerate();
    let mut places = places.filter(|(_, byte)| **byte == separator);
    let behind = |place: usize| line.get(place + 1..).unwrap_or_default();
    let is_tight = |place: usize| behind(place).first() != Some(&b' ');
    let is_thousands = |place: usize| {
        let digits = behind(place)
            .iter()
            .take_while(|byte| byte.is_ascii_digit());
        let before = place.checked_sub(1).and_then(|before| line.get(before));
        digits.count() == 3 && before.is_some_and(u8::is_ascii_digit)
    };
    let has_words = line
        .iter()
        .any(|byte| byte.is_ascii_alphabetic() || !byte.is_ascii());
    let all = places.clone();
    let mut inside = all.clone().filter(|(place, _)| !behind(*place).is_empty());
    inside.next().is_some()
        && all.clone().all(|(place, _)| is_tight(place))
        && !(has_words && places.all(|(place, _)| is_thousands(place)))
}

/// Whether a line begins with a cell as a row does whose first cell is `first`: with one word, where that is one.
fn begins_alike(first: &str, line: &str, separator: u8) -> bool {
    let is_word = |cell: &str| !cell.trim().contains(char::is_whitespace);
    let begin = line.split(char::from(separator)).next().unwrap_or("");
    is_word(begin) || !is_word(first)
}

fn without_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}
