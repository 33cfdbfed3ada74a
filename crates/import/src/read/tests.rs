//! Files as people have them: each is written, read, and shown as rows and broken rows with their lines.

use std::fmt::Write as _;
use std::fs::File;
use std::io::Write as _;

use encoding_rs::Encoding;

use super::*;

/// Reads a file and shows what stands in it, one a line.
pub(super) fn read(name: &str, bytes: &[u8], format: &Format) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    let mut table = match Table::open(&path, format) {
        Ok(table) => table,
        Err(error) => return format!("refused: {error}"),
    };
    let mut out = String::new();
    for found in &table.found {
        writeln!(out, "found: {found}").unwrap();
    }
    let mut row = Row::default();
    loop {
        match table.next(&mut row).unwrap() {
            Next::End => return out,
            Next::Row => {
                let cells: Vec<&str> = row.iter().collect();
                writeln!(out, "{}: {}", line_of(&row), cells.join("|")).unwrap();
            }
            Next::Broken { line, reason } => {
                let reason = reason.split(&[',', ':'][..]).next().unwrap();
                writeln!(out, "{line}: broken, {reason}").unwrap();
            }
        }
    }
}

fn plain(text: &str) -> String {
    read("t.csv", text.as_bytes(), &Format::default())
}

#[test]
fn rows_are_read_and_broken_ones_named_with_their_line() {
    for (what, text, expected) in [
        ("plain", "a,b,c\n1,2,3\n4,5,6\n", "2: 1|2|3\n3: 4|5|6\n"),
        ("no end of the last line", "a,b,c\n1,2,3", "2: 1|2|3\n"),
        (
            "carriage returns",
            "a,b,c\r\n1,2,3\r\n\r\n4,5,6\r\n",
            "2: 1|2|3\n4: 4|5|6\n",
        ),
        ("an old Macintosh", "a,b,c\r1,2,3\r", "2: 1|2|3\n"),
        ("a mark", "\u{feff}a,b,c\n1,2,3\n", "2: 1|2|3\n"),
        (
            "quotes",
            "a,b,c\n\"1\"\"x\", y,\"3,\n4\"\n5,6,7\n",
            "2: 1\"x| y|3,\n4\n4: 5|6|7\n",
        ),
        (
            "a cell too many, one too few",
            "a,b,c\n1,2,3,\n1,2\n4,5,6\n",
            "2: broken, a row of 4 cells\n3: broken, a row of 2 cells\n4: 4|5|6\n",
        ),
        (
            "an open quote, a later one",
            "a,b,c\n1,2,\"x\n3,4,y\n5,6,\"z\"\n",
            "2: broken, a quote in the middle of a cell\n3: 3|4|y\n4: 5|6|z\n",
        ),
        (
            "an open quote, none later",
            "a,b,c\n1,2,\"x\n3,4,y\n",
            "2: broken, a quote is opened and never closed\n3: 3|4|y\n",
        ),
        (
            "an open quote that a stray one closes",
            "a,b,c\n1,2,\"x\n3,4,y\n5,6,z\"\n7,8,9\n",
            "2: broken, a cell whose further lines look like rows\n3: 3|4|y\n4: 5|6|z\"\n5: 7|8|9\n",
        ),
        (
            "a quote behind a quoted cell",
            "a,b,c\n1,\"2\"x,3\n4,5,6\n",
            "2: broken, a quote in the middle of a cell\n3: 4|5|6\n",
        ),
        (
            "semicolons",
            "a;b;c\n1;2,5;3\n",
            "found: t.csv is read with semicolons between its cells\n2: 1|2,5|3\n",
        ),
        (
            "tabs",
            "a\tb\n1\t2\n",
            "found: t.csv is read with tabs between its cells\n2: 1|2\n",
        ),
        (
            "pipes",
            "a|b\n1|2\n",
            "found: t.csv is read with pipes between its cells\n2: 1|2\n",
        ),
        (
            "a zero byte",
            "no,day,who\n1,2020-01-01,A\0B\n2,2020-01-02,B\n",
            "2: broken, a zero byte\n3: 2|2020-01-02|B\n",
        ),
        ("one column", "a\n1\n", "2: 1\n"),
        ("nothing", "", ""),
    ] {
        assert_eq!(plain(text), expected, "{what}");
    }
    assert!(plain("a,b;c\n").starts_with("refused: t.csv: the separator"));
}

/// Wherever an open quote stands and ends, each row behind it is read; what people write on several lines comes in.
#[test]
fn an_open_quote_swallows_no_row_and_prose_on_several_lines_comes_in() {
    let rows = [
        "1,a1,2020-01-01,x",
        "2,b2,2020-01-02,y",
        "3,c3,2020-01-03,z",
    ];
    // A quote before a cell of the first row, and one behind a cell of a later row, which ends it.
    for open in 0..4 {
        for (last, close) in [1, 2]
            .into_iter()
            .flat_map(|last| (0..4).map(move |close| (last, close)))
        {
            let mut lines = rows.map(|row| row.split(',').map(str::to_owned).collect::<Vec<_>>());
            lines[0][open].insert(0, '"');
            lines[last][close].push('"');
            for (separator, end) in [(",", "\n"), (";", "\r\n"), ("\t", "\r")] {
                let all = lines.iter().map(|cells| cells.join(separator));
                let text: Vec<String> = std::iter::once("no,who,day,town".replace(',', separator))
                    .chain(all)
                    .chain(["4,d4,2020-01-04,w".replace(',', separator)])
                    .collect();
                let told = plain(&(text.join(end) + end));
                assert!(told.contains("2: broken"), "{text:?}: {told}");
                let read = ["b2", "c3", "d4"].iter().all(|who| told.contains(who));
                assert!(read, "{text:?}: {told}");
            }
        }
    }
    for prose in [
        "taken at home, at night,\nand let go",
        "first, he was asked\nthen, without a word, let go",
        "Ana Invented,\nBo Invented",
        "seen by 10,000 people\nand by 2,000 more",
        "he said,she said\nthey said,nothing",
        "one\n\ntwo\n",
    ] {
        for place in 0..4 {
            let mut cells = ["1", "2", "3", "4"].map(str::to_owned);
            cells[place] = format!("\"{prose}\"");
            let told = plain(&format!("no,who,day,town\n{}\n9,9,9,9\n", cells.join(",")));
            assert!(!told.contains("broken"), "{place} {prose}: {told}");
        }
    }
}

#[test]
fn a_row_may_not_be_longer_than_its_bound() {
    let long = "x\n".repeat(cells::ROW_BYTES_MAX);
    let told = plain(&format!("a,b\n1,\"{long}\",\n"));
    assert!(told.starts_with("2: broken, a quote is opened and never closed\n"));
}

#[test]
fn an_encoding_is_named_marked_or_found_out_and_a_bad_byte_is_rejected() {
    let text = "no,who\n1,Анна Пример\n2,Борис Пример\n";
    let written = |label: &str| {
        let encoding = Encoding::for_label(label.as_bytes()).unwrap();
        encoding.encode(text).0.into_owned()
    };
    let rows = "2: 1|Анна Пример\n3: 2|Борис Пример\n";
    for label in ["windows-1251", "koi8-r"] {
        let bytes = written(label);
        // KOI8-U is KOI8-R with four letters more.
        let told = read("t.csv", &bytes, &Format::default()).to_lowercase();
        let (found, read_rows) = told.split_once('\n').unwrap();
        assert!(found.contains(&label[..label.len() - 1]), "{found}");
        assert_eq!(read_rows, rows.to_lowercase());
        let format = Format {
            encoding: Some(label.to_owned()),
            ..Format::default()
        };
        assert_eq!(read("t.csv", &bytes, &format), rows);
    }
    let (mut little, mut big) = (vec![0xff, 0xfe], vec![0xfe, 0xff]);
    for unit in text.encode_utf16() {
        little.extend(unit.to_le_bytes());
        big.extend(unit.to_be_bytes());
    }
    assert_eq!(read("t.csv", &little, &Format::default()), rows);
    assert_eq!(read("t.csv", &big, &Format::default()), rows);
    let unmarked = read("t.csv", &little[2..], &Format::default());
    assert_eq!(
        unmarked,
        format!("found: t.csv is read in the encoding UTF-16LE\n{rows}")
    );
    // One byte is too little to tell an encoding by.
    let slip = read("t.csv", b"no,who\n1,Jos\xe9\n2,Ana\n", &Format::default());
    assert_eq!(slip, "2: broken, a byte that is not UTF-8\n3: 2|Ana\n");
    let among = "no,who\n1,Анна\n2,\u{0}\n"
        .replace('\u{0}', "x")
        .into_bytes();
    let among: Vec<u8> = among
        .iter()
        .map(|byte| if *byte == b'x' { 0xff } else { *byte })
        .collect();
    assert_eq!(
        read("t.csv", &among, &Format::default()),
        "2: 1|Анна\n3: broken, a byte that is not UTF-8\n"
    );
    // Mac Roman, which has its letters where those of Windows has signs.
    let who = "no,who\n1,André Peña\n2,Zoë Muñoz d’Été\n3,Françoise Bèze\n";
    let mac = written_as(who, encoding_rs::MACINTOSH);
    let windows = written_as(who, encoding_rs::WINDOWS_1252);
    for (bytes, encoding) in [(&mac, "macintosh"), (&windows, "windows-1252")] {
        assert_eq!(
            read("t.csv", bytes, &Format::default()),
            format!(
                "found: t.csv is read in the encoding {encoding}\n2: 1|André Peña\n3: 2|Zoë Muñoz d’Été\n4: 3|Françoise Bèze\n"
            )
        );
    }
    let unknown = Format {
        encoding: Some("latin-none".to_owned()),
        ..Format::default()
    };
    assert!(read("t.csv", b"a\n", &unknown).starts_with("refused: encoding"));
}

/// Writes a text in an encoding that has each of its characters in one byte.
fn written_as(text: &str, encoding: &'static Encoding) -> Vec<u8> {
    let bytes = (0..=u8::MAX).map(|byte| {
        let read = encoding.decode_without_bom_handling(&[byte]).0.into_owned();
        (read, byte)
    });
    let bytes: std::collections::BTreeMap<String, u8> = bytes.collect();
    text.chars().map(|c| bytes[&c.to_string()]).collect()
}

/// A download that was cut early is read as far as it goes, as one that was cut late.
#[test]
fn a_file_that_was_cut_is_read_as_far_as_it_goes_wherever_it_was_cut() {
    let rows: String = (0..400)
        .map(|row| format!("{row},Ana {}\n", row * 7919 % 1013))
        .collect();
    let lines: String = (0..400)
        .map(|row| format!("{{\"no\": {}}}\n", row * 7919 % 1013))
        .collect();
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("t.csv.gz", format!("no,who\n{rows}")),
        ("t.jsonl.gz", lines),
    ] {
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        out.write_all(text.as_bytes()).unwrap();
        let whole = out.finish().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, &whole[..whole.len() * 9 / 10]).unwrap();
        let mut table = Table::open(&path, &Format::default()).unwrap();
        let (mut row, mut count) = (Row::default(), 0);
        let error = loop {
            match table.next(&mut row) {
                Ok(Next::Row) => count += 1,
                Ok(next) => panic!("{name}: {next:?}"),
                Err(error) => break error,
            }
        };
        assert!(count > 100 && count < 400, "{name}: {count}");
        assert!(matches!(error, Error::Io { .. }), "{name}: {error}");
    }
}

#[test]
fn gzipped_files_read_alike_and_columns_are_found_by_their_name() {
    let folder = tempfile::tempdir().unwrap();
    let zipped = folder.path().join("t.csv.gz");
    let mut out =
        flate2::write::GzEncoder::new(File::create(&zipped).unwrap(), flate2::Compression::fast());
    out.write_all("\u{feff}a, b ,c,c,nume\u{301}ro\n1,\" x, y \",3,4,5\n".as_bytes())
        .unwrap();
    out.finish().unwrap();
    let mut table = Table::open(&zipped, &Format::default()).unwrap();
    let (a, b) = (table.column("a").unwrap(), table.column("b").unwrap());
    let mut row = Row::default();
    assert!(table.read(&mut row).unwrap());
    assert_eq!((a.of(&row), b.of(&row), line_of(&row)), ("1", "x, y", 2));
    // Its letters may be decomposed, here or there.
    for name in ["num\u{e9}ro", "nume\u{301}ro"] {
        assert_eq!(table.column(name).unwrap().of(&row), "5");
        assert!(table.has_column(name));
    }
    assert!(!table.read(&mut row).unwrap());
    let missing = table.column("d").unwrap_err().to_string();
    assert!(
        missing.contains("\"d\"") && missing.contains("separator"),
        "{missing}"
    );
    let twice = table.column("c").unwrap_err().to_string();
    assert!(twice.contains("[3, 4]"), "{twice}");
}
