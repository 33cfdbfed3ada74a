//! Workbooks, archives, JSON and pages for tests: written here, of invented people.

use std::fmt::Write as _;
use std::io::{Cursor, Read as _, Write as _};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// Writes an archive.
pub(crate) fn archive(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in members {
        out.start_file(*name, SimpleFileOptions::default()).unwrap();
        out.write_all(content).unwrap();
    }
    out.finish().unwrap().into_inner()
}

/// A cell of a sheet in the words of XLSX.
pub(crate) enum Xml<'a> {
    /// A text.
    Text(&'a str),
    /// A number; with style 1 it is a day, with style 2 a day and its time, with 3 a month, with 4 a year, with 5 the name of a month alone; with 6 it has five digits.
    Number(f64, usize),
    /// A mistake.
    Error(&'a str),
    /// A formula whose value was not saved.
    Formula(&'a str),
    /// Nothing.
    None,
}

/// Writes an XLSX workbook: sheets by name, `hidden` or not, rows of cells, and what stands behind them.
pub(crate) fn xlsx(from_1904: &str, sheets: &[(&str, &str, Vec<Vec<Xml<'_>>>, &str)]) -> Vec<u8> {
    let mut book = String::new();
    let mut rels = String::new();
    let mut parts = Vec::new();
    for (place, (name, state, rows, behind)) in (1..).zip(sheets) {
        write!(
            book,
            r#"<sheet name="{name}" sheetId="{place}" state="{state}" r:id="rId{place}"/>"#
        )
        .unwrap();
        write!(rels, r#"<Relationship Id="rId{place}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet{place}.xml"/>"#).unwrap();
        parts.push((
            format!("xl/worksheets/sheet{place}.xml"),
            sheet(rows, behind),
        ));
    }
    let main = r#"xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main""#;
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = r#"xmlns="http://schemas.openxmlformats.org/package/2006/relationships""#;
    let book = format!(
        r#"<workbook {main} xmlns:r="{office}"><workbookPr {from_1904}/><sheets>{book}</sheets></workbook>"#
    );
    let rels = format!("<Relationships {package}>{rels}</Relationships>");
    let root = format!(
        r#"<Relationships {package}><Relationship Id="rId1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
    );
    let styles = format!(
        r#"<styleSheet {main}><numFmts count="4"><numFmt numFmtId="170" formatCode="dd/mm/yyyy hh:mm"/><numFmt numFmtId="171" formatCode="yyyy"/><numFmt numFmtId="172" formatCode="mmmm"/><numFmt numFmtId="173" formatCode="00000"/></numFmts><cellXfs count="7"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="170"/><xf numFmtId="17"/><xf numFmtId="171"/><xf numFmtId="172"/><xf numFmtId="173"/></cellXfs></styleSheet>"#
    );
    let mut members: Vec<(&str, &[u8])> = vec![
        ("_rels/.rels", root.as_bytes()),
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", rels.as_bytes()),
        ("xl/styles.xml", styles.as_bytes()),
    ];
    members.extend(
        parts
            .iter()
            .map(|(name, part)| (name.as_str(), part.as_bytes())),
    );
    archive(&members)
}

/// Adds rows, in the words of XLSX, to the first sheet of a workbook.
pub(crate) fn with_rows(book: &[u8], rows: &str) -> Vec<u8> {
    let mut zip = zip::ZipArchive::new(Cursor::new(book)).unwrap();
    let mut members = Vec::new();
    for place in 0..zip.len() {
        let mut member = zip.by_index(place).unwrap();
        let name = String::from_utf8_lossy(member.name_raw()).into_owned();
        let mut text = String::new();
        member.read_to_string(&mut text).unwrap();
        members.push((
            name,
            text.replace("</sheetData>", &format!("{rows}</sheetData>")),
        ));
    }
    let members = members
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_bytes()));
    archive(&members.collect::<Vec<_>>())
}

fn sheet(rows: &[Vec<Xml<'_>>], behind: &str) -> String {
    let mut out = String::from(
        r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>"#,
    );
    for (row, cells) in (1..).zip(rows) {
        write!(out, r#"<row r="{row}">"#).unwrap();
        for (column, cell) in cells.iter().enumerate() {
            let at = format!("{}{row}", char::from(b'A' + u8::try_from(column).unwrap()));
            match cell {
                Xml::Text(text) => write!(
                    out,
                    r#"<c r="{at}" t="inlineStr"><is><t>{text}</t></is></c>"#
                ),
                Xml::Number(number, style) => {
                    write!(out, r#"<c r="{at}" s="{style}"><v>{number}</v></c>"#)
                }
                Xml::Error(error) => write!(out, r#"<c r="{at}" t="e"><v>{error}</v></c>"#),
                Xml::Formula(formula) => write!(out, r#"<c r="{at}"><f>{formula}</f></c>"#),
                Xml::None => Ok(()),
            }
            .unwrap();
        }
        out.push_str("</row>");
    }
    out.push_str("</sheetData>");
    out.push_str(behind);
    out.push_str("</worksheet>");
    out
}

/// Writes an ODS workbook of one sheet whose rows are given in its own words.
pub(crate) fn ods(rows: &str) -> Vec<u8> {
    let content = format!(
        r#"<office:document-content xmlns:office="o" xmlns:table="t" xmlns:text="x"><office:body><office:spreadsheet><table:table table:name="Arrests">{rows}</table:table></office:spreadsheet></office:body></office:document-content>"#
    );
    archive(&[
        (
            "mimetype",
            b"application/vnd.oasis.opendocument.spreadsheet",
        ),
        (
            "META-INF/manifest.xml",
            b"<manifest:manifest xmlns:manifest=\"m\"/>",
        ),
        ("content.xml", content.as_bytes()),
    ])
}
