//! Workbooks, archives, JSON and pages, read as rows.

use super::books::{Xml, archive, ods, xlsx};
use super::rejected_columns::FirstColumns;
use super::tests::read;
use super::*;

const NONE: Format = Format {
    separator: None,
    encoding: None,
    header: None,
    sheet: None,
    member: None,
    table: None,
    rows: None,
    repeat: None,
    columns: Vec::new(),
    unsaid_sheet: UnsaidSheet::Refuse,
    rejected_by: FirstColumns::AnyNames,
};

/// 1 February 2020, and 05:30 on the third, counted from 1900.
const DAYS: (f64, f64) = (43_862.0, 43_864.229_166_666_664);

fn arrests<'a>(days: (f64, f64)) -> Vec<Vec<Xml<'a>>> {
    vec![
        vec![
            Xml::Text("no"),
            Xml::Text("who"),
            Xml::Text("day"),
            Xml::Text("entered"),
            Xml::Text("n"),
        ],
        vec![
            Xml::Number(1.0, 0),
            Xml::Text("Sok Invented"),
            Xml::Number(days.0, 1),
            Xml::Number(days.1, 2),
            Xml::Number(3.0, 0),
        ],
        vec![],
        vec![
            Xml::Number(2.0, 0),
            Xml::Text("សុខ Invented"),
            Xml::Text("2020-02"),
            Xml::None,
            Xml::Number(2.5, 0),
        ],
    ]
}

const ROWS: &str =
    "2: 1|Sok Invented|2020-02-01|2020-02-03T05:30:00|3\n4: 2|សុខ Invented|2020-02||2.5\n";

#[test]
fn days_of_a_workbook_are_those_that_it_shows_whether_counted_from_1900_or_1904() {
    let head = "found: t.xlsx: the sheet \"Arrests\" is read\n";
    let from_1900 = xlsx("", &[("Arrests", "visible", arrests(DAYS), "")]);
    assert_eq!(read("t.xlsx", &from_1900, &NONE), format!("{head}{ROWS}"));
    let days = (DAYS.0 - 1462.0, DAYS.1 - 1462.0);
    let from_1904 = xlsx(
        "date1904=\"1\"",
        &[("Arrests", "visible", arrests(days), "")],
    );
    assert_eq!(read("t.xlsx", &from_1904, &NONE), format!("{head}{ROWS}"));
    for old in [
        include_bytes!("fixtures/sheet_1900.xls.gz").as_slice(),
        include_bytes!("fixtures/sheet_1904.xls.gz").as_slice(),
    ] {
        let format = Format {
            header: Some(2),
            ..NONE
        };
        let told = read("t.xls", old, &format);
        let expected = "3: 1|Sok Invented|2020-02-01|2020-02-03T05:30:00|3\n4: 2|សុខ Invented|2020-02|2020-02-04T06:00:00|2.5\n";
        assert_eq!(
            told,
            format!("found: t.xls: the sheet \"Arrests\" is read\n{expected}")
        );
    }
    let open = ods(
        r#"<table:table-row><table:table-cell office:value-type="string"><text:p>no</text:p></table:table-cell><table:table-cell office:value-type="string"><text:p>day</text:p></table:table-cell></table:table-row>
        <table:table-row table:number-rows-repeated="2"><table:table-cell office:value-type="float" office:value="7"><text:p>7</text:p></table:table-cell><table:table-cell office:value-type="date" office:date-value="2020-02-01"><text:p>1 Feb</text:p></table:table-cell></table:table-row>
        <table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="1024"/></table:table-row>"#
            .replace("\n        ", "").as_str(),
    );
    let told = read("t.ods", &open, &NONE);
    assert_eq!(
        told,
        "found: t.ods: the sheet \"Arrests\" is read\n2: 7|2020-02-01\n3: 7|2020-02-01\n"
    );
}

#[test]
fn a_cell_of_a_workbook_is_read_as_it_is_shown() {
    let header = ["day", "month", "year", "name of a month", "no"];
    let rows = vec![
        header.into_iter().map(Xml::Text).collect(),
        vec![
            Xml::Number(DAYS.0, 1),
            Xml::Number(DAYS.0, 3),
            Xml::Number(DAYS.0 + 9.0, 4),
            Xml::Number(DAYS.0, 5),
            Xml::Number(42.0, 6),
        ],
    ];
    let bytes = xlsx(
        "",
        &[("Other", "hidden", vec![], ""), ("S", "visible", rows, "")],
    );
    let told = read("t.xlsx", &bytes, &NONE);
    assert!(
        told.ends_with("2: 2020-02-01|2020-02|2020|2020-02|00042\n"),
        "{told}"
    );
}

#[test]
fn a_day_that_the_calendar_of_a_workbook_has_not_is_named() {
    let odd = |serial: f64| {
        let rows = vec![
            vec![Xml::Text("day")],
            vec![Xml::Number(serial, 1)],
            vec![Xml::Text("x")],
        ];
        let bytes = xlsx("", &[("S", "visible", rows, "")]);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.xlsx");
        std::fs::write(&path, bytes).unwrap();
        let mut table = Table::open(&path, &NONE).unwrap();
        table.column("day").unwrap();
        let mut row = Row::default();
        let next = table.next(&mut row).unwrap();
        assert_eq!(table.next(&mut Row::default()).unwrap(), Next::Row);
        (next, row.cells.get(0).unwrap_or("").to_owned())
    };
    for serial in [-1.0, 0.0, 3_000_000.0] {
        assert!(
            matches!(odd(serial).0, Next::Broken { line: 2, .. }),
            "{serial}"
        );
    }
    // A time alone is no day.
    assert_eq!(
        odd(0.229_166_666_666_666_66),
        (Next::Row, "05:30:00".to_owned())
    );
}

#[test]
fn a_sheet_is_named_or_the_only_one_and_what_is_hidden_is_said() {
    let one = || vec![vec![Xml::Text("a")], vec![Xml::Text("1")]];
    let two = xlsx(
        "",
        &[("A", "visible", one(), ""), ("B", "visible", one(), "")],
    );
    assert!(read("t.xlsx", &two, &NONE).contains("say [files] sheet = one of A, B"));
    let named = Format {
        sheet: Some("B".to_owned()),
        ..NONE
    };
    assert_eq!(read("t.xlsx", &two, &named), "2: 1\n");
    let wrong = Format {
        sheet: Some("C".to_owned()),
        ..NONE
    };
    assert!(read("t.xlsx", &two, &wrong).contains("has no sheet \"C\"; it has A, B"));
    let hidden = xlsx(
        "",
        &[
            ("A", "visible", one(), ""),
            ("B", "hidden", one(), ""),
            ("C", "visible", vec![], ""),
        ],
    );
    assert_eq!(
        read("t.xlsx", &hidden, &NONE),
        "found: t.xlsx: the sheet \"A\" is read\nfound: t.xlsx: 1 hidden sheets are not read\n2: 1\n"
    );
    let header = Format {
        header: Some(2),
        ..NONE
    };
    assert!(
        read(
            "t.xlsx",
            &xlsx("", &[("A", "visible", vec![vec![Xml::Text("a")]], "")]),
            &header
        )
        .contains("nothing in row 2")
    );
}

#[test]
fn cells_right_of_the_header_mistakes_and_formulas_without_a_value_are_named() {
    let rows = vec![
        vec![Xml::Text("a"), Xml::Text("b")],
        vec![Xml::Text("1"), Xml::Error("#N/A")],
        vec![Xml::Text("2"), Xml::Formula("A1")],
        vec![Xml::Text("3"), Xml::Text("x"), Xml::Text("stray")],
        vec![Xml::Text("4"), Xml::Text("y")],
    ];
    let bytes = xlsx("", &[("S", "visible", rows, "")]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.xlsx");
    std::fs::write(&path, bytes).unwrap();
    let broken = |column: &str| {
        let mut table = Table::open(&path, &NONE).unwrap();
        table.column(column).unwrap();
        let mut lines = Vec::new();
        loop {
            match table.next(&mut Row::default()).unwrap() {
                Next::End => return lines,
                Next::Row => {}
                Next::Broken { line, .. } => lines.push(line),
            }
        }
    };
    assert_eq!(broken("b"), [2, 3, 4]);
    // A mistake in a column that nobody uses is nobody's.
    assert_eq!(broken("a"), [4]);
}

/// A sheet that some program wrote wrongly: another shows one of the two rows alone.
#[test]
fn of_two_rows_of_one_number_the_second_is_rejected() {
    let row = |number: u8, cells: [&str; 2]| {
        let cells = ["A", "B"].into_iter().zip(cells).map(|(column, text)| {
            format!(r#"<c r="{column}{number}" t="inlineStr"><is><t>{text}</t></is></c>"#)
        });
        format!(r#"<row r="{number}">{}</row>"#, cells.collect::<String>())
    };
    for again in [vec![2, 2, 3], vec![2, 3, 2]] {
        let rows: String = again
            .iter()
            .zip(["Ana", "Bo", "Cy"])
            .map(|(number, who)| row(*number, ["1", who]))
            .collect();
        let book = xlsx(
            "",
            &[(
                "S",
                "visible",
                vec![vec![Xml::Text("no"), Xml::Text("who")]],
                "",
            )],
        );
        let book = super::books::with_rows(&book, &rows);
        let told = read("t.xlsx", &book, &NONE);
        let (_, told) = told.split_once('\n').unwrap();
        let expected = match again[..] {
            [2, 2, 3] => "2: 1|Ana\n2: broken, a row before it has its number\n3: 1|Cy\n",
            _ => "2: 1|Ana\n2: broken, a row before it has its number\n3: 1|Bo\n",
        };
        assert_eq!(told, expected, "{again:?}");
    }
}

#[test]
fn a_cell_merged_downwards_is_read_in_each_row() {
    let rows = vec![
        vec![Xml::Text("town"), Xml::Text("who")],
        vec![Xml::Text("Kep"), Xml::Text("Ana")],
        vec![Xml::None, Xml::Text("Bo")],
        vec![Xml::Text("Kampot"), Xml::Text("Cy")],
    ];
    let merged = "<mergeCells count=\"1\"><mergeCell ref=\"A2:A3\"/></mergeCells>";
    let told = read(
        "t.xlsx",
        &xlsx("", &[("S", "visible", rows, merged)]),
        &NONE,
    );
    assert!(
        told.contains("1 cells are read from the merged cell above"),
        "{told}"
    );
    assert!(
        told.ends_with("2: Kep|Ana\n3: Kep|Bo\n4: Kampot|Cy\n"),
        "{told}"
    );
}

#[test]
fn an_archive_gives_its_only_file_or_the_one_that_is_named() {
    let sheet = b"a,b\n1,2\n".as_slice();
    let one = archive(&[("__MACOSX/._t.csv", b"x"), ("data/t.csv", sheet)]);
    assert_eq!(read("t.zip", &one, &NONE), "2: 1|2\n");
    let two = archive(&[("t.csv", sheet), ("u.csv", b"c\n3\n")]);
    assert!(read("t.zip", &two, &NONE).contains("say [files] member = one of t.csv, u.csv"));
    let named = Format {
        member: Some("u.csv".to_owned()),
        ..NONE
    };
    assert_eq!(read("t.zip", &two, &named), "2: 3\n");
    let book = xlsx(
        "",
        &[(
            "S",
            "visible",
            vec![vec![Xml::Text("a")], vec![Xml::Text("1")]],
            "",
        )],
    );
    assert!(read("t.zip", &archive(&[("b.xlsx", &book)]), &NONE).ends_with("2: 1\n"));
    let mut deep = archive(&[("t.csv", sheet)]);
    for _ in 0..limits::PACKINGS_MAX {
        deep = archive(&[("t.zip", &deep)]);
    }
    assert!(read("t.zip", &deep, &NONE).starts_with("refused: I0104"));
    assert!(
        read("t.zip", &one[..one.len() - 30], &NONE).starts_with("refused: t.zip is an archive")
    );
}

#[test]
fn a_file_that_holds_more_than_is_read_is_refused_by_its_code() {
    let repeated = |columns: usize, rows: usize| {
        ods(&format!(
            r#"<table:table-row><table:table-cell office:value-type="string"><text:p>a</text:p></table:table-cell></table:table-row><table:table-row table:number-rows-repeated="{rows}"><table:table-cell table:number-columns-repeated="{columns}" office:value-type="float" office:value="7"/></table:table-row>"#
        ))
    };
    assert!(read("t.ods", &repeated(10_001, 1_000), &NONE).starts_with("refused: I0102"));
    let blanks = ods(
        r#"<table:table-row><table:table-cell office:value-type="string"><text:p>a<text:s text:c="2000000000"/></text:p></table:table-cell></table:table-row>"#,
    );
    assert!(read("t.ods", &blanks, &NONE).starts_with("refused: I0101"));
    let zeros = vec![b' '; usize::try_from(limits::UNPACKED_BYTES_MAX).unwrap() + 1];
    let mut list = zeros.clone();
    list[0] = b'[';
    assert!(read("t.zip", &archive(&[("t.json", &list)]), &NONE).starts_with("refused: I0101"));
    assert!(
        read(
            "t.xlsx",
            &archive(&[
                ("xl/workbook.xml", b""),
                ("xl/worksheets/sheet1.xml", &zeros)
            ]),
            &NONE
        )
        .starts_with("refused: I0101")
    );
    let wide = ",x".repeat(limits::COLUMNS_MAX);
    assert!(read("t.csv", format!("{wide}\n").as_bytes(), &NONE).starts_with("refused: I0103"));
    let many: Vec<String> = (0..=limits::MEMBERS_MAX).map(|n| n.to_string()).collect();
    let many: Vec<(&str, &[u8])> = many
        .iter()
        .map(|name| (name.as_str(), b"".as_slice()))
        .collect();
    assert!(read("t.zip", &archive(&many), &NONE).starts_with("refused: I0104"));
    let deep = format!("[{}]", "[".repeat(200));
    assert!(read("t.json", deep.as_bytes(), &NONE).contains("recursion limit"));
    // A line that never ends is passed over and not held.
    let mut long = b"a,b\n1,2\n".to_vec();
    long.extend(vec![b'x'; 3 * cells::ROW_BYTES_MAX]);
    long.extend_from_slice(b"\n3,4\n");
    assert_eq!(
        read("t.csv", &long, &NONE),
        "2: 1|2\n3: broken, a line of more than 1048576 bytes\n4: 3|4\n"
    );
    // A text in an archive is read row by row, however long it is.
    let long = [b"a,b\n1,2\n", &zeros[..], b"\n3,4\n"].concat();
    assert_eq!(
        read("t.zip", &archive(&[("t.csv", &long)]), &NONE),
        "2: 1|2\n3: broken, a line of more than 1048576 bytes\n4: 3|4\n"
    );
}

#[test]
fn a_quote_inside_a_cell_that_begins_with_none_is_a_quote() {
    let rows = "a,b\n5\" pipe,2\n\"x\"y,2\n";
    assert_eq!(
        read("t.csv", rows.as_bytes(), &NONE),
        "2: 5\" pipe|2\n3: broken, a quote in the middle of a cell\n"
    );
}

#[test]
fn a_line_that_is_no_json_names_its_column_and_no_line_of_its_own() {
    let Some(Err(broken)) = json::rows_of_line(Ok("{\"a\":x}"), 7, &NONE).pop() else {
        panic!("a row");
    };
    assert_eq!(
        (broken.line, broken.reason.as_str()),
        (7, "no JSON: expected value at column 6")
    );
}

#[test]
fn objects_of_json_are_rows_by_line_by_list_and_by_what_repeats_in_them() {
    let lines = "{\"a\":1,\"b\":{\"c\":\"x\"}}\n\n{\"a\":true,\"d\":[1,\"y\"]}\n{\"a\":\n";
    assert_eq!(
        read("t.jsonl", lines.as_bytes(), &NONE),
        "1: 1|x|\n3: true||[1,\"y\"]\n4: broken, no JSON\n"
    );
    let list = r#"{"count":2,"results":[{"_id":7,"people":[{"people/name":"Ana"},{"people/name":"Bo"}]},{"_id":8,"people":[]},3]}"#;
    let repeat = Format {
        repeat: Some("people".to_owned()),
        ..NONE
    };
    assert_eq!(
        read("t.json", list.as_bytes(), &repeat),
        "found: t.json: the list \"results\" is read\n1: 7|Ana\n1: 7|Bo\n2: 8|\n3: broken, no object\n"
    );
    let nested = r#"{"data":{"forms":[{"no":1,"homes":[{"town":"Kep","people":[{"n":"A"},{"n":"B"}]},{"town":"Kampot","people":[{"n":"C"}]}]}]}}"#;
    let format = Format {
        rows: Some("data.forms".to_owned()),
        repeat: Some("homes.people".to_owned()),
        ..NONE
    };
    assert_eq!(
        read("t.json", nested.as_bytes(), &format),
        "1: 1|Kep|A\n1: 1|Kep|B\n1: 1|Kampot|C\n"
    );
    let wrong = Format {
        rows: Some("data.zzz".to_owned()),
        ..NONE
    };
    assert!(read("t.json", nested.as_bytes(), &wrong).contains("no list at \"data.zzz\""));
    assert!(
        read("t.json", br#"{"a":[{}],"b":[{}]}"#, &NONE).contains("say [files] rows = one of a, b")
    );
    let mixed = r#"[{"no":1,"people":["Ana","Bo",{"n":"C"}]}]"#;
    assert_eq!(
        read("t.json", mixed.as_bytes(), &repeat),
        "1: broken, an item of the list people is no object\n"
    );
    // What comes behind a whole object is a line, whatever it is.
    assert_eq!(
        read("t.jsonl", b"{\"a\":1}\nnot json\n{\"a\":2}\n", &NONE),
        "1: 1\n2: broken, no JSON\n3: 2\n"
    );
    // One submission, with what its server adds and with the list that repeats in it.
    let one = r#"{"_id":7,"_attachments":[{"f":"x"}],"name":"Ana"}"#;
    assert!(read("t.json", one.as_bytes(), &NONE).starts_with("1: 7|"));
    let one = r#"{"_id":7,"people":[{"n":"Ana"},{"n":"Bo"}]}"#;
    assert_eq!(
        read("t.json", one.as_bytes(), &repeat),
        "1: 7|Ana\n1: 7|Bo\n"
    );
    assert!(read("t.json", br#"[{"a":1,"a":2}]"#, &NONE).contains("stands twice"));
    assert!(
        read("t.json", br#"[{"a.b":1,"a":{"b":2}}]"#, &NONE).starts_with("1: broken, two members")
    );
    assert!(read("t.json", br#"[{"a":12345678901234567890123}]"#, &NONE).contains("more digits"));
}

/// One object that cannot be read stops no other.
#[test]
fn an_object_that_cannot_be_read_is_one_row_that_is_rejected() {
    for one in [
        r#"{"a":1,"a":2}"#,
        r#"{"a":{"b":1,"b":2}}"#,
        r#"{"a":12345678901234567890123}"#,
    ] {
        for list in [
            format!(r#"[{{"a":1}},{one},{{"a":3}}]"#),
            format!("{{\"a\":1}}\n{one}\n{{\"a\":3}}"),
        ] {
            let told = read("t.json", list.as_bytes(), &NONE);
            assert!(told.starts_with("1: 1\n2: broken, "), "{told}");
            assert!(told.ends_with("3: 3\n"), "{told}");
        }
    }
}

#[test]
fn a_table_of_a_page_is_rows_and_spans_are_filled() {
    let page = "<html><head><title>x</title></head><body><table><thead><tr><th>Town<th>Who &amp; when<th>n</thead>
        <tr><td rowspan=2>Kep</td><td><b>Ana</b><br>2 May</td><td>1</td></tr>
        <tr><td>Bo</td><td>2</td></tr><tr><td colspan=2>Kampot</td><td>3</td></tr></table></body></html>";
    let told = read("export.xls", page.as_bytes(), &NONE);
    assert_eq!(told, "2: Kep|Ana\n2 May|1\n3: Kep|Bo|2\n4: Kampot||3\n");
    // What programs and looks are written in is no text of a cell, whatever stands in it.
    let script =
        "<td><script>var s = '</td><td>x' + (1<2);</script>Bo<style>td > b {}</style></td>";
    let told = read(
        "export.xls",
        page.replace("<td>Bo</td>", script).as_bytes(),
        &NONE,
    );
    assert_eq!(told, "2: Kep|Ana\n2 May|1\n3: Kep|Bo|2\n4: Kampot||3\n");
    let ragged = page.replace("<td>Bo</td><td>2</td>", "<td>Bo</td>");
    let told = read("export.xls", ragged.as_bytes(), &NONE);
    assert!(told.contains("3: broken, a row of 2 cells\n"), "{told}");
    assert!(told.ends_with("4: Kampot||3\n"), "{told}");
    let two = "<table><tr><td>a<tr><td>1</table><table><tr><td>b<td>c</table>";
    assert!(
        read("t.html", two.as_bytes(), &NONE)
            .contains("table = one of 1 (1 columns, 2 rows), 2 (2 columns, 1 rows)")
    );
    let first = Format {
        table: Some(1),
        ..NONE
    };
    assert_eq!(read("t.html", two.as_bytes(), &first), "2: 1\n");
    assert!(read("t.html", b"<p>none</p>", &NONE).contains("without a table"));
}
