//! Whole versions of a list, on invented rows.

use expect_test::{Expect, expect};

use crate::Error;
use crate::mapping::Mapping;
use crate::testing;

fn mapping(section: &str) -> String {
    format!(
        r#"
format = 1
org = "test"
source = "//test.example/list"
timezone = "Asia/Phnom_Penh"

[snapshots]
{section}
versions = [
  {{ file = "1.csv", recorded = "2024-01-01T02:00:00Z" }},
  {{ file = "2.csv", recorded = "2024-01-05T02:00:00Z" }},
  {{ file = "3.csv", recorded = "2024-01-06T20:00:00Z" }},
  {{ file = "4.csv", recorded = "2024-01-09T02:00:00Z" }},
]

[row]
key = ["no"]
subject = {{ column = "no" }}
set = {{ visibility = "public" }}
append = ["note.text"]

[row.from]
"occurred" = {{ column = "day", date = "%Y-%m-%d" }}
"place.locality" = {{ column = "town" }}
"persons.0.id" = {{ text = "test:{{no}}" }}

[[event]]
kind = "arrest"
"#
    )
}

const HEAD: &str = "no,day,town\n";

fn run(section: &str, versions: [&str; 4]) -> String {
    let names = ["1.csv", "2.csv", "3.csv", "4.csv"];
    let texts = versions.map(|rows| match rows {
        "-" => String::new(),
        rows => format!("{HEAD}{rows}"),
    });
    let files: Vec<(&str, &str)> = names
        .into_iter()
        .zip(texts.iter().map(String::as_str))
        .collect();
    let (events, report) = testing::import(&mapping(section), &files);
    let fields = ["occurred", "place/locality", "last_seen", "patch", "reason"];
    let comings = report.comings.clone().unwrap();
    format!(
        "{}--\n{}{comings:?}\n{} rows = {} used + {} unchanged + {} skipped + {} rejected",
        testing::print(&events, &fields),
        testing::print_report(&report),
        report.rows_read,
        report.rows_used(),
        report.rows_unchanged,
        report.rows_skipped,
        report.rows_rejected
    )
}

fn check(section: &str, versions: [&str; 4], expected: Expect) {
    expected.assert_eq(&run(section, versions));
}

const THREE: &str = "1,2023-12-01,Kep\n2,2023-12-02,Kep\n3,,Kep\n";

#[test]
fn what_is_gone_is_retracted_and_a_return_takes_that_back() {
    check(
        "gone = \"retraction\"",
        [
            THREE,
            "1,2023-12-01,Kep\n2,2023-12-02,Kampot\n",
            THREE,
            "1,2023-12-01,Kep\n2,2023-12-02,Kampot\n",
        ],
        expect![[r#"
            2024-01-01 arrest test:1 2023-12-01 Kep
            2024-01-01 arrest test:2 2023-12-02 Kep
            2024-01-01 arrest test:3 ../2024-01-01 Kep
            2024-01-05 retraction - source_withdrew
            2024-01-05 correction - {"place":{"locality":"Kampot"}}
            2024-01-06 correction - {"place":{"locality":"Kep"}}
            2024-01-06 retraction - source_withdrew
            2024-01-09 retraction - source_withdrew
            2024-01-09 correction - {"place":{"locality":"Kampot"}}
            --
            1 no day of its own: on the day of its snapshot or before
            Comings { snapshots: 4, refused: [], arrived: 4, back: 1, changed: 3, gone: 2 }
            10 rows = 7 used + 3 unchanged + 0 skipped + 0 rejected"#]],
    );
}

#[test]
fn who_is_gone_left_custody_and_a_return_is_a_new_stay() {
    check(
        "gone = \"left_custody\"",
        [
            THREE,
            "1,2023-12-01,Kep\n2,2023-12-02,Kep\n",
            THREE,
            "1,2023-12-01,Kep\n2,2023-12-02,Kep\n4,,Kep\n",
        ],
        expect![[r#"
            2024-01-01 arrest test:1 2023-12-01 Kep
            2024-01-01 arrest test:2 2023-12-02 Kep
            2024-01-01 arrest test:3 ../2024-01-01 Kep
            2024-01-05 left_custody test:3 2024-01-01/2024-01-05 2024-01-01
            2024-01-06 arrest test:3 2024-01-05/2024-01-07 Kep
            2024-01-09 left_custody test:3 2024-01-07/2024-01-09 2024-01-07
            2024-01-09 arrest test:4 2024-01-07/2024-01-09 Kep
            --
            3 no day of its own: came between two snapshots
            Comings { snapshots: 4, refused: [], arrived: 5, back: 1, changed: 0, gone: 2 }
            11 rows = 5 used + 6 unchanged + 0 skipped + 0 rejected"#]],
    );
}

#[test]
fn what_is_gone_may_mean_nothing() {
    check(
        "gone = \"nothing\"",
        [THREE, "1,2023-12-01,Kep\n2,2023-12-02,Kep\n", THREE, THREE],
        expect![[r#"
            2024-01-01 arrest test:1 2023-12-01 Kep
            2024-01-01 arrest test:2 2023-12-02 Kep
            2024-01-01 arrest test:3 ../2024-01-01 Kep
            --
            1 no day of its own: on the day of its snapshot or before
            Comings { snapshots: 4, refused: [], arrived: 4, back: 1, changed: 0, gone: 1 }
            11 rows = 3 used + 8 unchanged + 0 skipped + 0 rejected"#]],
    );
}

#[test]
fn an_empty_or_broken_snapshot_is_refused_and_widens_what_follows() {
    check(
        "gone = \"left_custody\"",
        [
            THREE,
            "-",
            "1,2023-12-01,Kep\n",
            "1,2023-12-01,Kep\n2,2023-12-02,Kep\n",
        ],
        expect![[r#"
            2024-01-01 arrest test:1 2023-12-01 Kep
            2024-01-01 arrest test:2 2023-12-02 Kep
            2024-01-01 arrest test:3 ../2024-01-01 Kep
            2024-01-09 left_custody test:3 2024-01-01/2024-01-09 2024-01-01
            --
            1 no day of its own: came between two snapshots
            Comings { snapshots: 2, refused: ["2024-01-05T02:00:00Z: it is empty", "2024-01-06T20:00:00Z: 1 entries, where the one before it had 3"], arrived: 3, back: 0, changed: 0, gone: 1 }
            6 rows = 3 used + 2 unchanged + 1 skipped + 0 rejected"#]],
    );
}

/// Whichever version it is, also the first; where the mapping fits none, it is the mapping that is wrong.
#[test]
fn a_version_that_the_mapping_does_not_fit_is_passed_over_and_none_that_fits_is_a_mistake() {
    let good = format!("{HEAD}{THREE}");
    let page =
        "<html><body><table><tr><td>502 Bad Gateway</td><td>nginx</td></tr></table></body></html>";
    let of = |texts: [&str; 4]| {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in ["1.csv", "2.csv", "3.csv", "4.csv"].into_iter().zip(texts) {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        testing::run(
            Mapping::test(&mapping("gone = \"nothing\"")),
            folder.path(),
            usize::MAX,
        )
    };
    for (place, texts) in [
        [page, &good, &good, &good],
        [&good, page, &good, &good],
        [&good, &good, &good, page],
    ]
    .into_iter()
    .enumerate()
    {
        let (events, report) = of(texts).unwrap();
        let comings = report.comings.unwrap();
        assert_eq!((events.len(), comings.snapshots), (3, 3), "{place}");
        assert!(comings.refused[0].contains("no column"), "{comings:?}");
    }
    let error = of([page, page, page, page]).unwrap_err();
    assert!(matches!(error, Error::Mistakes { .. }), "{error}");
}

/// What is missing of it, nobody knows; so it says nothing, as another broken version.
#[test]
fn a_version_that_was_cut_short_is_passed_over() {
    use std::io::Write as _;
    let packed = |rows: usize| {
        let mut text = HEAD.to_owned();
        for row in 0..rows {
            text.push_str(&format!("{row},2023-12-01,Kep {}\n", row * 7_919 % 10_007));
        }
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        out.write_all(text.as_bytes()).unwrap();
        out.finish().unwrap()
    };
    let whole = packed(5_000);
    for kept in [0, 5, whole.len() / 2, whole.len() - 4] {
        let folder = tempfile::tempdir().unwrap();
        let cut = whole[..kept].to_vec();
        for (name, bytes) in [("1", &whole), ("2", &cut), ("3", &whole), ("4", &whole)] {
            std::fs::write(folder.path().join(format!("{name}.csv.gz")), bytes).unwrap();
        }
        let text = mapping("gone = \"retraction\"").replace(".csv\"", ".csv.gz\"");
        let (events, report) =
            testing::run(Mapping::test(&text), folder.path(), usize::MAX).unwrap();
        let comings = report.comings.clone().unwrap();
        assert_eq!(
            (
                events.len(),
                comings.snapshots,
                comings.gone,
                comings.refused.len()
            ),
            (5_000, 3, 0, 1),
            "{kept} {:?}",
            comings.refused
        );
        assert_eq!((report.rows_used(), report.rows_rejected), (5_000, 0));
        assert!(report.broke_off.is_none());
    }
}

#[test]
fn of_twins_the_last_holds_or_the_first_and_a_row_without_a_key_takes_nobody_away() {
    let versions = [
        THREE,
        "1,2023-12-01,Kep\n1,2023-12-01,Takeo\n2,2023-12-02,Kep\n,2023-12-03,Kep\n",
        "1,2023-12-01,Takeo\n2,2023-12-02,Kep\n3,,Kep,\n",
        "1,2023-12-01,Takeo\n2,2023-12-02x,Kep\n",
    ];
    check(
        "gone = \"retraction\"\ntwins = \"last\"",
        versions,
        expect![[r#"
            2024-01-01 arrest test:1 2023-12-01 Kep
            2024-01-01 arrest test:2 2023-12-02 Kep
            2024-01-01 arrest test:3 ../2024-01-01 Kep
            2024-01-05 correction - {"place":{"locality":"Takeo"}}
            2024-01-09 retraction - source_withdrew
            --
            1 a twin: a later row of the snapshot has its key, and holds
            1 no day of its own: on the day of its snapshot or before
            2 not on a snapshot of which a row could not be read: not taken for gone
            2.csv line 5 no: no key, but the row's id is made of it (empty)
            3.csv line 4 : a row of 4 cells, but the header has 3 (empty)
            4.csv line 3 day: not a date of the form %Y-%m-%d (text with digits, 11 characters)
            Comings { snapshots: 4, refused: [], arrived: 3, back: 0, changed: 1, gone: 1 }
            12 rows = 4 used + 4 unchanged + 1 skipped + 3 rejected"#]],
    );
    check(
        "gone = \"retraction\"",
        versions,
        expect![[r#"
        2024-01-01 arrest test:1 2023-12-01 Kep
        2024-01-01 arrest test:2 2023-12-02 Kep
        2024-01-01 arrest test:3 ../2024-01-01 Kep
        2024-01-06 correction - {"place":{"locality":"Takeo"}}
        2024-01-09 retraction - source_withdrew
        --
        1 no day of its own: on the day of its snapshot or before
        2 not on a snapshot of which a row could not be read: not taken for gone
        2.csv line 3 no: a twin: line 3 has the key of line 2 (digits, 1 characters)
        2.csv line 5 no: no key, but the row's id is made of it (empty)
        3.csv line 4 : a row of 4 cells, but the header has 3 (empty)
        4.csv line 3 day: not a date of the form %Y-%m-%d (text with digits, 11 characters)
        Comings { snapshots: 4, refused: [], arrived: 3, back: 0, changed: 1, gone: 1 }
        12 rows = 4 used + 4 unchanged + 0 skipped + 4 rejected"#]],
    );
}

#[test]
fn what_gone_means_must_be_said() {
    let text = mapping("");
    let error = testing::mistakes(&text);
    assert!(error.contains("gone"), "{error}");
    let both = testing::mistakes(&mapping("gone = \"nothing\"\nname = \"%Y\""));
    assert!(
        both.contains("one of list, versions, git and name"),
        "{both}"
    );
    let recorded = mapping("gone = \"nothing\"")
        .replace("set = {", "recordedtime = { column = \"day\" }\nset = {");
    assert!(testing::mistakes(&recorded).contains("recordedtime"));
}

/// A day on which the list was recorded, and what it said; none where the file was not there.
type Commit = (&'static str, Option<&'static str>);

fn commit(folder: &std::path::Path, (time, content): Commit) {
    let git = |arguments: &[&str]| {
        let mut command = std::process::Command::new("git");
        let date = [("GIT_AUTHOR_DATE", time), ("GIT_COMMITTER_DATE", time)];
        let who = ["-c", "user.name=Test", "-c", "user.email=test@test.example"];
        let command = command.arg("-C").arg(folder).args(who).envs(date);
        let output = command.args(arguments).output().unwrap();
        assert!(output.status.success(), "{output:?}");
    };
    if !folder.join(".git").exists() {
        git(&["init", "-q"]);
    }
    match content {
        Some(content) => std::fs::write(folder.join("list.csv"), content).unwrap(),
        None => std::fs::remove_file(folder.join("list.csv")).unwrap(),
    }
    git(&["add", "-A"]);
    git(&["commit", "-q", "-m", "list"]);
}

#[test]
fn the_history_of_a_file_in_a_repository_is_a_list_of_snapshots() {
    let folder = tempfile::tempdir().unwrap();
    let one = "no,day,town\n1,2023-12-01,Kep\n2,2023-12-02,Kep\n";
    for version in [
        ("2024-01-01T09:00:00+07:00", Some(one)),
        ("2024-01-02T09:00:00+07:00", None),
        (
            "2024-01-03T09:00:00+07:00",
            Some("no,day,town\n1,2023-12-01,Kep\n"),
        ),
    ] {
        commit(folder.path(), version);
    }
    let text = mapping("gone = \"retraction\"");
    let (head, tail) = text.split_once("versions = [").unwrap();
    let (_, tail) = tail.split_once(']').unwrap();
    let text = format!("{head}git = {{ repository = \".\", file = \"list.csv\" }}{tail}");
    let (events, report) = testing::run(Mapping::test(&text), folder.path(), usize::MAX).unwrap();
    let comings = report.comings.unwrap();
    assert_eq!((comings.snapshots, comings.refused.len()), (2, 1));
    assert_eq!(
        testing::print(&events, &["occurred", "reason"]),
        "2024-01-01 arrest test:1 2023-12-01\n2024-01-01 arrest test:2 2023-12-02\n\
         2024-01-03 retraction - source_withdrew\n"
    );
    let absent = text.replace("list.csv", "other.csv");
    let error = testing::run(Mapping::test(&absent), folder.path(), usize::MAX).unwrap_err();
    assert!(matches!(error, Error::Wrong { .. }), "{error}");
}

/// A zero typed as a letter is no word that there is no figure.
#[test]
fn a_cell_of_a_later_version_that_cannot_be_read_leaves_its_field() {
    let mapping = mapping("gone = \"nothing\"").replace(
        "{ column = \"town\" }",
        "{ column = \"town\" }\ngroup = { column = \"n\", optional = true }",
    );
    let rows = ["Kep,450", "Kep,45O", "Takeo,45O", "Takeo,451"]
        .map(|row| format!("no,day,town,n\n1,2023-12-01,{row}\n"));
    let files: Vec<(&str, &str)> = ["1.csv", "2.csv", "3.csv", "4.csv"]
        .into_iter()
        .zip(rows.iter().map(String::as_str))
        .collect();
    let (events, report) = testing::import(&mapping, &files);
    expect![[r#"
        2024-01-01 arrest test:1 450
        2024-01-06 correction - {"place":{"locality":"Takeo"}}
        2024-01-09 correction - {"group":{"lower":451,"upper":451}}
    "#]]
    .assert_eq(&testing::print(&events, &["group/lower", "patch"]));
    assert_eq!(
        report
            .notes
            .get("a cell of a field cannot be read, which stays as it was"),
        Some(&2)
    );
}
