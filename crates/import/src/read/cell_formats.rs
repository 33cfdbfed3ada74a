//! What XLSX shows of a cell by its format: dates as a month or a year alone, behind which stands more than anyone said,
//! and numbers with zeros in front, which stand behind them without. The library that reads cells tells no formats, so
//! sheet and styles are looked at here.
//!
//! Start at [`CellFormats::read`]. Source: ECMA-376, part 1, 18.8.30 (numFmt), 18.8.10 (cellXfs), 18.3.1.4 (c).
//!
//! Never here: cells. Of XLS and ODS nothing is told.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Cursor};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

/// What is shown of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CellFormat {
    /// Of a date its month and year, or the month alone.
    Month,
    /// Of a date its year.
    Year,
    /// Of a number at least so many digits.
    Digits(usize),
}

/// The cells of a sheet that are shown in another way than they stand there, by row and column, counted from 0.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct CellFormats(HashMap<(u32, u32), CellFormat>);

/// The number of the built-in format `mmm-yy`.
const MONTH_AND_YEAR: u32 = 17;

/// Digits of a format of zeros: a number of a workbook has no more.
const DIGITS_MAX: usize = 15;

impl CellFormats {
    /// Finds the cells of a sheet; none where the parts are not as they should be, which who reads the cells tells.
    pub(super) fn read(workbook: &[u8], sheet: &str) -> Self {
        read(workbook, sheet).unwrap_or_default()
    }

    /// Cuts a date, `2020-05-01`, to what is shown of it.
    pub(super) fn cut<'d>(&self, at: (u32, u32), date: &'d str) -> &'d str {
        let length = match self.0.get(&at) {
            None | Some(CellFormat::Digits(_)) => return date,
            Some(CellFormat::Month) => 7,
            Some(CellFormat::Year) => 4,
        };
        date.get(..length).unwrap_or(date)
    }

    /// Writes a number, `42`, as it is shown: `00042`.
    pub(super) fn fill(&self, at: (u32, u32), number: String) -> String {
        let digits = match self.0.get(&at) {
            Some(CellFormat::Digits(digits)) => *digits,
            None | Some(CellFormat::Month | CellFormat::Year) => return number,
        };
        let (sign, whole) = match number.strip_prefix('-') {
            Some(whole) => ("-", whole),
            None => ("", number.as_str()),
        };
        // What has decimals is shown rounded, and read as it stands.
        if whole.is_empty() || !whole.bytes().all(|byte| byte.is_ascii_digit()) {
            return number;
        }
        format!("{sign}{whole:0>digits$}")
    }
}

fn read(workbook: &[u8], sheet: &str) -> Option<CellFormats> {
    let mut zip = ZipArchive::new(Cursor::new(workbook)).ok()?;
    let styles = styles(BufReader::new(zip.by_name("xl/styles.xml").ok()?))?;
    if styles.iter().all(Option::is_none) {
        return None;
    }
    let id = sheet_id(BufReader::new(zip.by_name("xl/workbook.xml").ok()?), sheet)?;
    let rels = BufReader::new(zip.by_name("xl/_rels/workbook.xml.rels").ok()?);
    let target = target(rels, &id)?;
    let path = match target.strip_prefix('/') {
        Some(path) => path.to_owned(),
        None => format!("xl/{target}"),
    };
    cells(BufReader::new(zip.by_name(&path).ok()?), &styles)
}

/// Returns what each style of cells shows; none where that is what stands there.
fn styles(xml: impl BufRead) -> Option<Vec<Option<CellFormat>>> {
    let mut formats: HashMap<u32, Option<CellFormat>> =
        HashMap::from([(MONTH_AND_YEAR, Some(CellFormat::Month))]);
    let mut styles = Vec::new();
    let mut is_of_cells = false;
    each(xml, |tag, is_end| match (tag.name().as_ref(), is_end) {
        ("numFmt", false) => {
            let id = attribute(tag, "numFmtId").and_then(|id| id.parse().ok());
            let code = attribute(tag, "formatCode");
            formats.extend(id.zip(code).map(|(id, code)| (id, shown(&code))));
        }
        ("cellXfs", is_end) => is_of_cells = !is_end,
        ("xf", false) if is_of_cells => {
            let id = attribute(tag, "numFmtId").and_then(|id| id.parse().ok());
            styles.push(id.and_then(|id: u32| formats.get(&id).copied().flatten()));
        }
        _ => {}
    })?;
    Some(styles)
}

/// Returns what a format shows of a cell; none where that is what stands there.
fn shown(code: &str) -> Option<CellFormat> {
    let mut letters = String::new();
    let mut characters = code.chars();
    while let Some(character) = characters.next() {
        match character {
            // Words, and signs that stand for themselves.
            '"' => drop(characters.by_ref().find(|c| *c == '"')),
            '[' => drop(characters.by_ref().find(|c| *c == ']')),
            '\\' | '_' | '*' => drop(characters.next()),
            // Behind it: numbers below zero.
            ';' => break,
            other => letters.push(other.to_ascii_lowercase()),
        }
    }
    let has = |letter: char| letters.contains(letter);
    let digits = letters.len();
    if digits > 1 && digits <= DIGITS_MAX && letters.bytes().all(|letter| letter == b'0') {
        return Some(CellFormat::Digits(digits));
    }
    // With hours or seconds `m` are minutes.
    if has('d') || has('h') || has('s') || has('0') || has('#') {
        return None;
    }
    match (has('m'), has('y')) {
        (true, _) => Some(CellFormat::Month),
        (false, true) => Some(CellFormat::Year),
        (false, false) => None,
    }
}

fn sheet_id(xml: impl BufRead, name: &str) -> Option<String> {
    let mut found = None;
    each(xml, |tag, _| {
        if tag.name().as_ref() == "sheet" && attribute(tag, "name").as_deref() == Some(name) {
            found = attribute(tag, "r:id");
        }
    })?;
    found
}

fn target(xml: impl BufRead, id: &str) -> Option<String> {
    let mut found = None;
    each(xml, |tag, _| {
        if tag.name().as_ref() == "Relationship" && attribute(tag, "Id").as_deref() == Some(id) {
            found = attribute(tag, "Target");
        }
    })?;
    found
}

fn cells(xml: impl BufRead, styles: &[Option<CellFormat>]) -> Option<CellFormats> {
    let mut found = CellFormats::default();
    each(xml, |tag, is_end| {
        if is_end || tag.name().as_ref() != "c" {
            return;
        }
        let style = attribute(tag, "s").and_then(|style| style.parse::<usize>().ok());
        let shown = style.and_then(|style| styles.get(style).copied().flatten());
        let at = attribute(tag, "r").and_then(|at| place(&at));
        found.0.extend(at.zip(shown));
    })?;
    Some(found)
}

/// Reads `B3` as row 2 and column 1.
fn place(at: &str) -> Option<(u32, u32)> {
    let digits = at.find(|c: char| c.is_ascii_digit())?;
    let (letters, row) = at.split_at_checked(digits)?;
    let column = letters.bytes().try_fold(0_u32, |column, letter| {
        let letter = letter.to_ascii_uppercase().checked_sub(b'A')?;
        column.checked_mul(26)?.checked_add(u32::from(letter) + 1)
    })?;
    Some((
        row.parse::<u32>().ok()?.checked_sub(1)?,
        column.checked_sub(1)?,
    ))
}

/// Hands over each tag, and whether it ends; none for what is no XML.
fn each(xml: impl BufRead, mut take: impl FnMut(&BytesStart<'_>, bool)) -> Option<()> {
    let mut reader = Reader::from_reader(xml);
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer).ok()? {
            Event::Start(tag) | Event::Empty(tag) => take(&tag, false),
            Event::End(tag) => {
                let name = tag.name();
                take(&BytesStart::new(name.as_ref()), true);
            }
            Event::Eof => return Some(()),
            Event::Text(_)
            | Event::CData(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::DocType(_)
            | Event::GeneralRef(_) => {}
        }
    }
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut all = tag.attributes().flatten();
    let said = all.find(|a| a.key.as_ref() == name)?;
    let text = said.value.replace("&quot;", "\"").replace("&amp;", "&");
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_show_a_day_a_month_a_year_or_zeros_in_front() {
        for (code, expected) in [
            ("yyyy", Some(CellFormat::Year)),
            ("mmm yyyy", Some(CellFormat::Month)),
            ("[$-409]mmmm\\-yy;@", Some(CellFormat::Month)),
            ("\"d\"yyyy", Some(CellFormat::Year)),
            ("dd/mm/yyyy", None),
            ("yyyy-mm-dd hh:mm", None),
            ("[h]:mm:ss", None),
            ("0.00", None),
            ("General", None),
            ("mmm", Some(CellFormat::Month)),
            ("mmmm;@", Some(CellFormat::Month)),
            ("mm:ss", None),
            ("d mmm", None),
            ("h:mm AM/PM", None),
            ("00000", Some(CellFormat::Digits(5))),
            ("\"No \"000", Some(CellFormat::Digits(3))),
            ("0", None),
            ("00.0", None),
            ("000-00", None),
            ("0%", None),
        ] {
            assert_eq!(shown(code), expected, "{code}");
        }
        let formats = CellFormats(HashMap::from([((1, 0), CellFormat::Digits(5))]));
        for (number, expected) in [
            ("42", "00042"),
            ("123456", "123456"),
            ("-7", "-00007"),
            ("1.5", "1.5"),
        ] {
            assert_eq!(formats.fill((1, 0), number.to_owned()), expected);
            assert_eq!(formats.fill((2, 0), number.to_owned()), number);
        }
        assert_eq!(place("B3"), Some((2, 1)));
        assert_eq!(place("AA10"), Some((9, 26)));
        assert_eq!(place("3"), None);
    }
}
