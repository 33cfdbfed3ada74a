//! Lines of a draft: texts as TOML has them, and what is unsure of a column.
//!
//! Never here: which column is for what (`draft`).

use super::column::ColumnSeen;
use super::layout::Layout;
use crate::dates::calendars::Calendar;

/// Writes a line.
pub(super) fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

/// Writes a text as TOML has it, on one line: the same escapes are JSON's.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

pub(super) fn list(formats: &[&str]) -> String {
    let quoted: Vec<String> = formats.iter().map(|format| quoted(format)).collect();
    match &quoted[..] {
        [one] => one.clone(),
        several => format!("[{}]", several.join(", ")),
    }
}

/// Writes on which sheet and line the header stands, where that is not the first.
pub(super) fn files(out: &mut String, layout: &Layout) {
    let (sheet, header) = (&layout.format.sheet, layout.format.header);
    if sheet.is_none() && header.is_none() {
        return;
    }
    line(out, "\n[files]");
    if let Some(sheet) = sheet {
        let others: Vec<String> = layout.others.iter().map(|name| quoted(name)).collect();
        let others = others.join(", ");
        line(
            out,
            &format!(
                "sheet = {} # unsure: it has the most rows; there are also {others}",
                quoted(sheet)
            ),
        );
    }
    if let Some(header) = header {
        line(
            out,
            &format!("header = {header} # unsure: what stands above is taken for a title"),
        );
    }
}

/// Names the calendar of a column whose years are hardly of the common one, and says what is unsure of it; so where the
/// sheet is written in Ethiopic.
pub(super) fn calendar(
    column: &ColumnSeen,
    columns: &[ColumnSeen],
) -> (&'static str, &'static str) {
    let texts = || std::iter::once(&column.name).chain(&column.values);
    let has = |range: std::ops::RangeInclusive<char>| {
        texts().any(|text| text.chars().any(|character| range.contains(&character)))
    };
    // Dates have no letters, so the sheet is looked at.
    let mut of_sheet = columns
        .iter()
        .flat_map(|column| std::iter::once(&column.name).chain(&column.values));
    let is_ethiopic =
        of_sheet.any(|text| text.chars().any(|c| ('\u{1200}'..='\u{139f}').contains(&c)));
    match column.calendar() {
        Calendar::Buddhist if has('\u{1780}'..='\u{17ff}') => (
            ", calendar = \"buddhist\"",
            " # unsure: years 543 ahead of the common ones, read as those of Thailand. Cambodia's begin in April or May: is that so here?",
        ),
        Calendar::Buddhist => (
            ", calendar = \"buddhist\"",
            " # unsure: years 543 ahead of the common ones, read as those of Thailand",
        ),
        // Digits and letters of Persian, which Arabic does not have.
        Calendar::SolarHijri
            if has('\u{06f0}'..='\u{06f9}')
                || texts().any(|text| text.contains(['پ', 'چ', 'ژ', 'گ', 'ی', 'ک'])) =>
        {
            (
                ", calendar = \"solar_hijri\"",
                " # unsure: years 621 behind the common ones, read as those of Iran",
            )
        }
        Calendar::SolarHijri => (
            ", calendar = \"solar_hijri\"",
            " # unsure: solar years, as in Iran, or lunar ones? Lunar ones are not read: convert them first",
        ),
        Calendar::Gregorian | Calendar::Ethiopian if is_ethiopic => (
            "",
            " # unsure: years of the Ethiopian calendar are 7 or 8 behind the common ones and look like them; are these of it, say calendar = \"ethiopian\"",
        ),
        Calendar::Gregorian | Calendar::Ethiopian => ("", ""),
    }
}

/// Says that the day and the month may stand either way.
pub(super) fn doubt(formats: &[&str]) -> &'static str {
    let either = formats.iter().any(|f| f.starts_with("%d/%m"))
        && formats.iter().any(|f| f.starts_with("%m/%d"));
    if either {
        " # unsure: is the day first, or the month? What both read differently is rejected until one is struck out"
    } else {
        ""
    }
}
