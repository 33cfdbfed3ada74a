//! Lists and figures as files: CSV, JSON lines and XLSX say the same, cell for cell; parts lead through the whole
//! list; what a spreadsheet would take for a formula is none.
//!
//! Start at [`every_list_says_the_same_in_every_form`].
//!
//! Never here: what stands in a list (that are the laws of `answers`), and who sees what ([`crate::access`]).

use std::collections::BTreeMap;
use std::io::Cursor;

use calamine::{Data, Reader as _, Xlsx};
use serde_json::{Value, json};

use crate::client::{Answer, Client, uuid};
use crate::node::{Flags, Node};
use crate::pinned::node::{Content, SetNode};
use crate::pinned::site::NOW;

/// Every list as the demo has rows of it, and how many it has.
const LISTS: [(&str, &str, usize); 19] = [
    ("/v1/cases", "", 16),
    ("/v1/persons", "", 19),
    ("/v1/events", "", 65),
    ("/v1/duplicates", "at=58", 2),
    (
        "/v1/figures",
        "kind=arrest&occurred=2020&group_by=month,place",
        13,
    ),
    (
        "/v1/figures",
        "definition=detained/any&on=2020-12-10&group_by=month",
        10,
    ),
    ("/v1/figures/changes", "kind=arrest&from=40", 9),
    ("/v1/figures/records", "kind=arrest", 22),
    ("/v1/figures/held", "on=2020-12-10", 7),
    ("/v1/figures/funnel", "kind=arrest", 6),
    ("/v1/figures/rearrests", "", 1),
    (
        "/v1/figures/overlap",
        "kind=arrest&org=mekong-rights,khmer-watch",
        2,
    ),
    ("/v1/figures/published", "", 1),
    ("/v1/statements", "", 2),
    ("/v1/claims", "", 1),
    ("/v1/hearings", "from=2020-01-01&days=400", 1),
    ("/v1/definitions", "", 1),
    ("/v1/contradictions", "", 1),
    ("/v1/inconsistencies", "", 0),
];

/// A table as texts: its header, and its rows.
type Texts = (Vec<String>, Vec<Vec<String>>);

fn address(list: &str, ending: &str, question: &str) -> String {
    match question {
        "" => format!("{list}.{ending}"),
        question => format!("{list}.{ending}?{question}"),
    }
}

fn taken(client: &Client, address: &str) -> Answer {
    let answer = client.public(address);
    assert_eq!(answer.status, 200, "{address}: {}", answer.text);
    answer
}

fn of_csv(bytes: &[u8]) -> Texts {
    let mut reader = csv::Reader::from_reader(bytes);
    let texts = |row: &csv::StringRecord| row.iter().map(str::to_owned).collect();
    let head = texts(reader.headers().expect("a header"));
    let rows = reader.records().map(|row| texts(&row.expect("a row")));
    (head, rows.collect())
}

/// Reads the first sheet; each cell must be of the type that its text says, guarded as in CSV.
fn of_xlsx(bytes: &[u8]) -> Texts {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).expect("a workbook");
    let names = book.sheet_names();
    let formulas = book.worksheet_formula(&names[0]).expect("a sheet");
    assert!(formulas.used_cells().next().is_none(), "a formula");
    let sheet = book.worksheet_range(&names[0]).expect("a sheet");
    let texts = |row: &[Data]| row.iter().map(of_cell).collect::<Vec<String>>();
    let mut rows = sheet.rows().map(texts);
    let head = rows.next().expect("a header");
    (head, rows.collect())
}

fn of_cell(cell: &Data) -> String {
    match cell {
        Data::Empty => String::new(),
        Data::String(text) => answers::guard_formula(text).into_owned(),
        Data::Float(number) => number.to_string(),
        Data::Int(number) => number.to_string(),
        Data::Bool(is) => is.to_string(),
        Data::DateTime(day) => {
            let (year, month, day, ..) = day.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        other @ (Data::DateTimeIso(_) | Data::DurationIso(_) | Data::Error(_)) => {
            panic!("{other:?}")
        }
    }
}

/// Reads JSON lines; the members must stand in one order.
fn of_lines(text: &str) -> Texts {
    let mut head = Vec::new();
    let rows = text.lines().map(|line| {
        let row: Vec<(String, Value)> = members(line);
        head = row.iter().map(|(name, _)| name.clone()).collect();
        row.iter().map(|(_, value)| of_value(value)).collect()
    });
    let rows = rows.collect();
    (head, rows)
}

/// Returns the members of an object in their order.
fn members(line: &str) -> Vec<(String, Value)> {
    let object: Value = serde_json::from_str(line).expect("JSON");
    let mut members: Vec<(usize, String, Value)> = object
        .as_object()
        .expect("an object")
        .iter()
        .map(|(name, value)| {
            let place = line.find(&format!("\"{name}\":")).expect("its place");
            (place, name.clone(), value.clone())
        })
        .collect();
    members.sort_by_key(|(place, ..)| *place);
    members
        .into_iter()
        .map(|(_, name, value)| (name, value))
        .collect()
}

fn of_value(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => answers::guard_formula(text).into_owned(),
        Value::Array(items) => {
            let items: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
            answers::guard_formula(&items.join("; ")).into_owned()
        }
        other @ (Value::Bool(_) | Value::Number(_) | Value::Object(_)) => other.to_string(),
    }
}

#[test]
fn every_list_says_the_same_in_every_form() {
    let node = SetNode::start(Content::Demo, NOW);
    for (list, question, found) in LISTS {
        let csv = taken(&node.client, &address(list, "csv", question));
        let (head, rows) = of_csv(&csv.bytes);
        assert_eq!(rows.len(), found, "{list} {question}");
        assert_eq!(csv.content_type.as_deref(), Some("text/csv; charset=utf-8"));
        let xlsx = taken(&node.client, &address(list, "xlsx", question));
        assert_eq!(of_xlsx(&xlsx.bytes), (head.clone(), rows.clone()), "{list}");
        let lines = taken(&node.client, &address(list, "jsonl", question));
        let (names, lines) = of_lines(&lines.text);
        assert_eq!(lines, rows, "{list}");
        assert!(rows.is_empty() || names == head, "{list}");
        leads_back(&node.client, &csv, &head, &rows);
    }
    node.stop();
}

/// Each row's address answers, and is the one that the header names.
fn leads_back(client: &Client, csv: &Answer, head: &[String], rows: &[Vec<String>]) {
    let query = head
        .iter()
        .position(|name| name == "query")
        .expect("a column");
    let link = csv.link.as_deref().expect("a link");
    let (link, _) = link.split_once(">; rel=\"canonical\"").expect("a link");
    let link = link.trim_start_matches('<');
    for row in rows {
        assert_eq!(row[query], format!("{}{link}", client.base()));
    }
    assert_eq!(client.public(link).status, 200, "{link}");
}

#[test]
fn a_mark_is_for_excel_and_of_csv_alone() {
    let node = SetNode::start(Content::Demo, NOW);
    let client = &node.client;
    let plain = taken(client, "/v1/cases.csv");
    let marked = taken(client, "/v1/cases.csv?bom=1");
    assert_eq!(
        marked.bytes,
        [b"\xef\xbb\xbf", plain.bytes.as_slice()].concat()
    );
    assert_eq!(
        taken(client, "/v1/figures.csv?kind=arrest&bom=1").bytes[..3],
        *b"\xef\xbb\xbf"
    );
    for address in [
        "/v1/cases.csv?bom=2",
        "/v1/cases.xlsx?bom=1",
        "/v1/cases?bom=1",
    ] {
        assert_eq!(client.public(address).status, 400, "{address}");
    }
    assert!(
        plain
            .headers
            .contains("attachment; filename=\"cases-73.csv\"")
    );
    for (page, file) in [
        ("/cases", "/v1/cases.csv?bom=1"),
        ("/km/held", "/v1/figures/held.csv?"),
        ("/figures?kind=arrest", "/v1/figures.xlsx?kind=arrest"),
        ("/hearings", "/v1/hearings.jsonl?"),
    ] {
        assert!(taken(client, page).text.contains(file), "{page}");
    }
    node.stop();
}

#[test]
fn parts_of_a_list_lead_through_the_whole_of_it() {
    let node = SetNode::start(Content::Demo, NOW);
    for list in [
        "/v1/cases",
        "/v1/persons",
        "/v1/events",
        "/v1/figures/records",
        "/v1/contradictions",
    ] {
        let (head, whole) = of_csv(&taken(&node.client, &format!("{list}.csv")).bytes);
        let own = head.len() - 1;
        let (mut found, mut next) = (Vec::new(), Some(format!("{list}.csv?limit=7")));
        while let Some(address) = next {
            let part = taken(&node.client, &address);
            assert!(part.text.lines().count() <= 8, "{address}");
            found.extend(of_csv(&part.bytes).1);
            let links = part
                .headers
                .lines()
                .filter(|line| line.starts_with("link:"));
            let mut links = links.filter(|line| line.contains("rel=\"next\""));
            next = links
                .next()
                .map(|line| line.split(['<', '>']).nth(1).expect("a link").to_owned());
        }
        // But for the address of the part.
        let cut = |rows: Vec<Vec<String>>| -> Vec<Vec<String>> {
            rows.into_iter().map(|row| row[..own].to_vec()).collect()
        };
        assert_eq!(cut(found), cut(whole), "{list}");
    }
    for address in [
        "/v1/cases.csv?limit=10001",
        "/v1/hearings.csv?limit=1001",
        "/v1/claims.xlsx?limit=101",
    ] {
        assert_eq!(node.client.public(address).status, 400, "{address}");
    }
    node.stop();
}

/// Names that a spreadsheet would take for formulas, also as full-width signs.
const FORMULAS: [&str; 6] = ["=HYPERLINK(\"x\")", "＝1+1", "＋1", "－1", "＠a", "\t=1"];

#[test]
fn no_cell_is_a_formula_and_a_name_stands_beside_its_id() {
    let folder = tempfile::tempdir().expect("a folder");
    let node = Node::start(folder.path(), &Flags::default());
    let events = (1..).zip(FORMULAS).map(|(number, name)| {
        json!({
            "specversion": "1.0", "id": uuid(number), "source": "//alpha.example/desk", "org": "alpha",
            "type": "habeas.arrest.v1", "subject": format!("alpha:c{number}"),
            "recordedtime": "2020-12-11T09:00:00Z",
            "data": {
                "occurred": "2020-12-10", "visibility": "public", "note": name,
                "persons": [{"id": format!("alpha:p{number}"), "names": [{"text": name}]}],
            },
        })
        .to_string()
    });
    let events: Vec<String> = events.collect();
    let answer = node.client.lines(&events);
    assert_eq!(answer.status, 200, "{}", answer.text);
    let last = answer.json()[FORMULAS.len() - 1]["position"].clone();
    let csv = taken(&node.client, &format!("/v1/events.csv?min_position={last}"));
    let (head, rows) = of_csv(&csv.bytes);
    let rows: Vec<BTreeMap<&str, &str>> = rows
        .iter()
        .map(|row| {
            head.iter()
                .map(String::as_str)
                .zip(row.iter().map(String::as_str))
                .collect()
        })
        .collect();
    assert_eq!(rows.len(), FORMULAS.len());
    for (row, name) in rows.iter().zip(FORMULAS) {
        assert_eq!(
            (row["persons_name"], row["note"]),
            (&*format!("'{name}"), &*format!("'{name}"))
        );
        assert_eq!((row["kind"], row["kind_label"]), ("arrest", "Arrest"));
    }
    let xlsx = taken(&node.client, "/v1/events.xlsx");
    assert_eq!(of_xlsx(&xlsx.bytes), of_csv(&csv.bytes));
    node.stop();
}
