//! What a file tells of itself: why no row of it can be read, and in which encoding it is.

use super::tests::read;
use super::*;

/// A column of which no row can be read is there all the same, so that the reason is told and not that it is missing.
#[test]
fn objects_none_of_which_can_be_read_have_their_columns_and_say_why() {
    let format = Format {
        repeat: Some("people".to_owned()),
        ..Format::default()
    };
    let object =
        "{\"no\": 1, \"at\": {\"town\": \"Kep\"}, \"people\": [\"Ana\", {\"name\": \"Bo\"}]}";
    for text in [format!("[{object}]"), format!("{object}\n{object}\n")] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.json");
        std::fs::write(&path, &text).unwrap();
        let mut table = Table::open(&path, &format).unwrap();
        for column in ["no", "at.town", "people", "people.name"] {
            table.column(column).unwrap();
        }
        let Next::Broken { line, reason } = table.next(&mut Row::default()).unwrap() else {
            panic!("a row");
        };
        assert_eq!(
            (line, reason.as_str()),
            (1, "an item of the list people is no object")
        );
    }
}

/// A mark goes before what the mapping says, that before what the page declares, and that before what is found out.
#[test]
fn the_encoding_that_a_page_declares_is_read_and_told() {
    let page = |head: &str, who: &[u8]| {
        let begin = format!("<html><head>{head}</head><body><table><tr><td>no<td>who<tr><td>1<td>");
        let mut bytes = begin.into_bytes();
        bytes.extend_from_slice(who);
        bytes.extend_from_slice(b"</table>");
        bytes
    };
    // The same bytes are other letters in each.
    let (who, format) = (b"\xc0\xed\xed\xe0", Format::default());
    let of_content = |label: &str| {
        format!("<META http-equiv=Content-Type content=\"text/html; charset={label}\">")
    };
    for (head, found, name) in [
        (
            "<meta charset=\"windows-1251\">".to_owned(),
            "found: t.html is read in the encoding windows-1251, as the page says\n",
            "Анна",
        ),
        (
            of_content("iso-8859-1"),
            "found: t.html is read in the encoding windows-1252, as the page says\n",
            "Àííà",
        ),
        (
            "<!-- <meta charset=koi8-r> --><meta name=a charset = 'windows-1251' >".to_owned(),
            "found: t.html is read in the encoding windows-1251, as the page says\n",
            "Анна",
        ),
    ] {
        let told = read("t.html", &page(&head, who), &format);
        assert_eq!(told, format!("{found}2: 1|{name}\n"), "{head}");
    }
    let declared = "<meta charset=windows-1251>";
    let said = Format {
        encoding: Some("windows-1252".to_owned()),
        ..Format::default()
    };
    assert_eq!(read("t.html", &page(declared, who), &said), "2: 1|Àííà\n");
    let marked = [
        b"\xef\xbb\xbf".as_slice(),
        &page(declared, "Анна".as_bytes()),
    ]
    .concat();
    assert_eq!(read("t.html", &marked, &said), "2: 1|Анна\n");
    // Nothing that is known, and UTF-8 that is none: it is found out.
    let long = "Анна Пример, Борис Пример и Вера Пример из города";
    let bytes = encoding_rs::WINDOWS_1251.encode(long).0.into_owned();
    for head in ["<meta charset=none>", "<meta charset=utf-8>", ""] {
        let told = read("t.html", &page(head, &bytes), &format);
        let expected = format!("found: t.html is read in the encoding windows-1251\n2: 1|{long}\n");
        assert_eq!(told, expected, "{head}");
    }
    let told = read(
        "t.html",
        &page("<meta charset=utf-8>", "Анна".as_bytes()),
        &format,
    );
    assert_eq!(told, "2: 1|Анна\n");
    // A text of cells is no page, whatever stands in it.
    let told = read(
        "t.csv",
        "no,who\n<meta charset=koi8-r>,Анна\n".as_bytes(),
        &format,
    );
    assert_eq!(told, "2: <meta charset=koi8-r>|Анна\n");
}

/// Of two columns too, and where a row behind the quote has a cell too many; what only may be so is named by its line.
#[test]
fn rows_that_an_open_quote_swallowed_are_rejected_or_named() {
    for (text, expected) in [
        (
            "no,who\n1,\"Ana\n2,Bo\n3,Cy\"\n4,Dy\n",
            "2: broken, a cell whose further lines look like rows\n3: 2|Bo\n4: 3|Cy\"\n5: 4|Dy\n",
        ),
        (
            "no,who\n១,\"Ana\n២,Bo\"\n",
            "2: broken, a cell whose further lines look like rows\n3: ២|Bo\"\n",
        ),
        (
            "no,who\n1/20,\"Ana\n2/20,Bo\"\n",
            "2: broken, a cell whose further lines look like rows\n3: 2/20|Bo\"\n",
        ),
        (
            "no,who,town\n1,Ana,\"Kep\n2,Bo,Kep,x\n3,Cy,Kep\"\n4,Dy,Kep\n",
            "2: broken, a cell whose further lines look like rows\n3: broken, a row of 4 cells\n4: 3|Cy|Kep\"\n5: 4|Dy|Kep\n",
        ),
        (
            "no,who,town\n1,Ana,\"Kep\n2,Bo\nand\n3,Cy\"\n",
            "2: broken, a cell whose further lines look like rows\n3: broken, a row of 2 cells\n4: broken, a row of 1 cells\n\
             5: broken, a row of 2 cells\n",
        ),
        (
            "who,town\n\"Ana, a nurse\nof Kep, and others\",Kep\n",
            "2: Ana, a nurse\nof Kep, and others|Kep\n",
        ),
    ] {
        assert_eq!(read("t.csv", text.as_bytes(), &Format::default()), expected);
    }
    for (text, line) in [
        ("who,town\nAna,\"Kep\nBo,Kep\nCy,Kep\"\nDy,Kep\n", Some(2)),
        ("who,town\nAna,Kep\nBo,\"12 Road\nKep,KH\"\n", Some(3)),
        ("who,town\nAna,\"Kep, by the sea\nor near, it\"\n", None),
        ("who,n\nAna,\"10,000 people\nand 2,000 more\"\n", None),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.csv");
        std::fs::write(&path, text).unwrap();
        let mut table = Table::open(&path, &Format::default()).unwrap();
        let mut row = Row::default();
        while table.read(&mut row).unwrap() {}
        let told = table.doubted();
        assert_eq!(told.is_some(), line.is_some(), "{text}: {told:?}");
        if let (Some(told), Some(line)) = (told, line) {
            assert!(told.contains(&format!("on line {line}:")), "{told}");
        }
    }
}

/// Also where the column's own format would read another day of it.
#[test]
fn a_day_of_rejected_rows_that_a_program_wrote_anew_is_the_same_day_or_named() {
    let text = "line,reason,hint,no,day,@dates\n\
        2,x,,1,2020-05-01,\"[\"\"day\"\"]\"\n3,x,,2,25/05/2020,\"[\"\"day\"\"]\"\n\
        4,x,,3,01/05/2020,\"[\"\"day\"\"]\"\n5,x,,4,01/05/2020,\n6,x,,5,1 May 2020,\"[\"\"day\"\"]\"\n";
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rejected.csv");
    std::fs::write(&path, text).unwrap();
    let mut table = Table::open(&path, &Format::default()).unwrap();
    let day = table.column("day").unwrap();
    let mut told = Vec::new();
    let mut row = Row::default();
    loop {
        match table.next(&mut row).unwrap() {
            Next::End => break,
            Next::Row => told.push(format!("{} {}", day.of(&row), day.is_date(&row))),
            Next::Broken { reason, .. } => {
                // It is marked as a day in the next file too.
                assert_eq!(table.dates_of(&row), ["day"]);
                told.push(reason.split(':').next().unwrap().to_owned());
            }
        }
    }
    assert_eq!(
        told,
        [
            "2020-05-01 true",
            "2020-05-25 true",
            "the day in \"day\" was written anew by a program and may be two days",
            "01/05/2020 false",
            "1 May 2020 false",
        ]
    );
}
