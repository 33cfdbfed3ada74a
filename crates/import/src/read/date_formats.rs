//! Dates of XLSX that the workbook shows as a month or a year alone: what stands behind them is more precise than
//! anyone said. The library that reads cells tells no formats, so sheet and styles are looked at here.
//!
//! Start at [`DateFormats::read`]. Source: ECMA-376, part 1, 18.8.30 (numFmt), 18.8.10 (cellXfs), 18.3.1.4 (c).
//!
//! Never here: cells. Of XLS and ODS nothing is told.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Cursor};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

/// How much of a date is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DateFormat {
    Month,
    Year,
}

/// The cells of a sheet whose dates are shown in part, by row and column, counted from 0.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct DateFormats(HashMap<(u32, u32), DateFormat>);

/// The number of the built-in format `mmm-yy`.
const MONTH_AND_YEAR: u32 = 17;

impl DateFormats {
    /// Finds the cells of a sheet; none where the parts are not as they should be, which who reads the cells tells.
    pub(super) fn read(workbook: &[u8], sheet: &str) -> Self {
        read(workbook, sheet).unwrap_or_default()
    }

    /// Cuts a date, `2020-05-01`, to what is shown of it.
    pub(super) fn cut<'d>(&self, at: (u32, u32), date: &'d str) -> &'d str {
        let length = match self.0.get(&at) {
            None => return date,
            Some(DateFormat::Month) => 7,
            Some(DateFormat::Year) => 4,
        };
        date.get(..length).unwrap_or(date)
    }
}

fn read(workbook: &[u8], sheet: &str) -> Option<DateFormats> {
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

/// Returns what each style of cells shows of a date; none where that is the day, or it is no date.
fn styles(xml: impl BufRead) -> Option<Vec<Option<DateFormat>>> {
    let mut formats: HashMap<u32, Option<DateFormat>> =
        HashMap::from([(MONTH_AND_YEAR, Some(DateFormat::Month))]);
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

/// Returns what a format shows of a date.
fn shown(code: &str) -> Option<DateFormat> {
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
    if !has('y') || has('d') || has('h') || has('s') || has('0') || has('#') {
        return None;
    }
    Some(if has('m') {
        DateFormat::Month
    } else {
        DateFormat::Year
    })
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

fn cells(xml: impl BufRead, styles: &[Option<DateFormat>]) -> Option<DateFormats> {
    let mut found = DateFormats::default();
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
    fn formats_show_a_day_a_month_or_a_year() {
        for (code, expected) in [
            ("yyyy", Some(DateFormat::Year)),
            ("mmm yyyy", Some(DateFormat::Month)),
            ("[$-409]mmmm\\-yy;@", Some(DateFormat::Month)),
            ("\"d\"yyyy", Some(DateFormat::Year)),
            ("dd/mm/yyyy", None),
            ("yyyy-mm-dd hh:mm", None),
            ("[h]:mm:ss", None),
            ("0.00", None),
            ("General", None),
            ("mmm", None),
        ] {
            assert_eq!(shown(code), expected, "{code}");
        }
        assert_eq!(place("B3"), Some((2, 1)));
        assert_eq!(place("AA10"), Some((9, 26)));
        assert_eq!(place("3"), None);
    }
}
