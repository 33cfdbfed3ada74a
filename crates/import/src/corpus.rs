//! Properties of what people's files hold: whatever stands in a cell, a mapping or a file, nothing panics, what is
//! read is what the event takes, and no day moves under any zone. Seeds are invented.

use std::collections::BTreeMap;
use std::process::Command;

use event::Edtf;
use proptest::prelude::*;

use crate::dates::calendars::Calendar;
use crate::dates::cell::{Format, Masks, Reading};
use crate::mapping::Mapping;
use crate::read::{Format as Files, Next, Row, Table};
use crate::testing;

/// Dates as they stood in cells that were hard to read.
const DATES: [&str; 22] = [
    "May 22 or 23, 2015",
    "May 29, 30, 31, June 1, or 2, 2014",
    "2020-02-30",
    "0000-00-00",
    "9999-12-31",
    "31/12/9999",
    "1/2/20",
    "២៥/១២/២០២០",
    "۱۳۹۹/۱۲/۳۰",
    "2563-02-29",
    "201X",
    "XXXX",
    "2020-XX-05",
    "??/??/????",
    "before 0001",
    "after December 31, 9999",
    "between",
    "or or or",
    "2020~",
    "2020/2019",
    "32767-01-01",
    "Jan\u{0}2020",
];

const FORMATS: [&str; 8] = [
    "%d/%m/%Y", "%m/%d/%Y", "%Y-%m-%d", "%Y-%m", "%Y", "%d %B %Y", "edtf", "words",
];

fn readings() -> Vec<Reading> {
    let months: BTreeMap<String, i8> = [("មករា".to_owned(), 1), ("13th".to_owned(), 13)].into();
    let of = |formats: &[&str], calendar, masks| {
        let formats = formats
            .iter()
            .map(|format| Format::parse(format).unwrap())
            .collect();
        Reading::new(formats, Some(calendar), masks, months.clone()).unwrap()
    };
    let plain = &FORMATS[..5];
    let mut all = vec![
        of(&FORMATS, Calendar::Gregorian, Masks::None),
        of(plain, Calendar::Gregorian, Masks::Read),
    ];
    for calendar in [
        Calendar::Buddhist,
        Calendar::SolarHijri,
        Calendar::Ethiopian,
    ] {
        all.push(of(plain, calendar, Masks::None));
        all.push(of(&["%d %B %Y"], calendar, Masks::Read));
    }
    all
}

fn what_is_read_is_a_date(text: &str) {
    for reading in readings() {
        if let Ok(date) = reading.read(text) {
            assert!(Edtf::parse(&date).is_ok(), "{text:?} was read as {date:?}");
        }
    }
}

#[test]
fn what_was_hard_to_read_is_a_date_or_refused() {
    DATES.iter().for_each(|text| what_is_read_is_a_date(text));
}

/// Reads a file to its end.
fn read(name: &str, bytes: &[u8]) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    let Ok(mut table) = Table::open(&path, &Files::default()) else {
        return;
    };
    let width = table.header().count();
    let mut row = Row::default();
    loop {
        match table.next(&mut row).unwrap() {
            Next::End => return,
            Next::Row => assert_eq!(row.iter().count(), width),
            Next::Broken { reason, .. } => assert!(!reason.is_empty()),
        }
    }
}

const SHEET: &str = "no,day,who\n1,2020-12-01,\"Ana, B.\"\n2,2020-12-02,Bo\n";
const OBJECTS: &str = "{\"a\":1,\"b\":[{\"c\":\"x\"}]}\n{\"a\":2}\n";
const PAGE: &str = "<table><tr><th>a<th>b<tr><td rowspan=3 colspan=2>1<td>2</table><table></table>";

const SOUND: &str = "format = 1\norg = 'test'\nsource = '//test.example/a'\n[row]\nkey = ['no']\n\
    recordedtime = { text = '2020-12-10T05:30:00Z' }\nset = { visibility = 'public' }\n\
    [row.from]\noccurred = { column = 'day', date = ['%d/%m/%Y', 'words'] }\n[[event]]\nkind = 'arrest'\n";

/// Puts bytes in place of others.
fn changed(text: &str, at: usize, length: usize, put: &[u8]) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    let begin = at % (bytes.len() + 1);
    let end = (begin + length).min(bytes.len());
    bytes.splice(begin..end, put.iter().copied());
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_a_date_or_refused(text in "\\PC{0,24}") {
        what_is_read_is_a_date(&text);
    }

    #[test]
    fn any_words_of_dates_are_a_date_or_refused(
        words in prop::collection::vec(
            prop::sample::select(vec!["May", "June", "2015", "22", "31", "or", "and", "to", "-", ",", "before", "half", "of", "first", "X"]),
            0..9,
        ),
    ) {
        what_is_read_is_a_date(&words.join(" "));
    }

    #[test]
    fn digits_with_signs_are_a_date_or_refused(text in "[0-9X?]{1,4}[-/. ][0-9X?]{1,4}[-/. ][0-9X?]{1,4}") {
        what_is_read_is_a_date(&text);
    }

    #[test]
    fn a_day_in_words_is_that_day(year in 1000_i16..9999, month in 1_u8..=12, day in 1_u8..=28) {
        const NAMES: [&str; 12] = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
        let name = NAMES[usize::from(month) - 1];
        let expected = format!("{year}-{month:02}-{day:02}");
        let read = &readings()[0];
        for text in [format!("{name} {day}, {year}"), format!("{day} {name} {year}")] {
            prop_assert_eq!(read.read(&text), Ok(expected.clone()));
        }
    }

    #[test]
    fn any_file_is_read_to_its_end_or_refused(
        which in 0_usize..3,
        at in 0_usize..200,
        length in 0_usize..8,
        put in prop::collection::vec(any::<u8>(), 0..6),
    ) {
        let (name, text) = [("t.csv", SHEET), ("t.json", OBJECTS), ("t.html", PAGE)][which];
        read(name, &changed(text, at, length, &put));
    }

    #[test]
    fn any_workbook_is_read_to_its_end_or_refused(at in 0_usize..4096, put in prop::collection::vec(any::<u8>(), 1..4)) {
        let sound = crate::read::books::ods("<table:table-row><table:table-cell office:value-type=\"string\"><text:p>a</text:p></table:table-cell></table:table-row>");
        let mut bytes = sound;
        let begin = at % bytes.len();
        for (place, byte) in put.iter().enumerate() {
            if let Some(slot) = bytes.get_mut(begin + place) {
                *slot = *byte;
            }
        }
        read("t.ods", &bytes);
    }

    #[test]
    fn any_mapping_is_one_or_refused(at in 0_usize..400, length in 0_usize..12, put in "\\PC{0,8}") {
        let text = changed(SOUND, at, length, put.as_bytes());
        if let Ok(text) = String::from_utf8(text)
            && let Ok(mapping) = Mapping::parse(&text)
        {
            let folder = tempfile::tempdir().unwrap();
            std::fs::write(folder.path().join("s.csv"), SHEET).unwrap();
            let job = crate::Job {
                files: vec![folder.path().join("s.csv")],
                ..testing::job(mapping, folder.path())
            };
            let made = job.events(&mut |line, _| {
                assert!(serde_json::from_slice::<serde_json::Value>(line).is_ok());
                Ok(())
            });
            if let Ok(report) = made {
                assert_eq!(report.rows_read, 2);
            }
        }
    }
}

const DAYS: &str = "no,day,at\n1,29/02/2020,2020-02-29 23:59\n2,January 1 2020,2020-01-01 00:00\n3,31/12/2019,2019-12-31 12:00\n";

/// The events of days and instants, one a line.
fn days(zone: &str) -> String {
    let mapping = format!(
        "format = 1\norg = 'test'\nsource = '//test.example/a'\ntimezone = '{zone}'\ninputs = ['s.csv']\n[row]\nkey = ['no']\n\
         subject = {{ column = 'no' }}\nrecordedtime = {{ column = 'at', instant = '%Y-%m-%d %H:%M' }}\nset = {{ visibility = 'public' }}\n\
         [row.from]\noccurred = {{ column = 'day', date = ['%d/%m/%Y', 'words'] }}\n[[event]]\nkind = 'arrest'\n"
    );
    let (events, _) = testing::import(&mapping, &[("s.csv", DAYS)]);
    // The day of a record is its day at the place: print shows its first ten characters.
    testing::print(&events, &["occurred"])
}

#[test]
fn no_day_moves_in_any_zone() {
    let expected = days("UTC");
    for zone in [
        "Pacific/Kiritimati",
        "Pacific/Pago_Pago",
        "Asia/Phnom_Penh",
        "America/St_Johns",
        "Africa/Casablanca",
        "Europe/Dublin",
    ] {
        assert_eq!(days(zone), expected, "{zone}");
    }
    assert!(
        expected.starts_with("2020-02-29 arrest test:1 2020-02-29\n"),
        "{expected}"
    );
}

/// Run by itself in other processes, whose own zone is another.
#[test]
fn no_day_moves_under_any_zone_of_the_process() {
    const CHILD: &str = "HABEAS_TEST_DAYS";
    let own = days("Asia/Phnom_Penh");
    if let Some(expected) = std::env::var_os(CHILD) {
        assert_eq!(Some(own.as_str()), expected.to_str());
        return;
    }
    for zone in [
        "Pacific/Kiritimati",
        "Pacific/Pago_Pago",
        "Asia/Kathmandu",
        ":nonsense",
        "",
    ] {
        let name = "corpus::no_day_moves_under_any_zone_of_the_process";
        let run = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", name])
            .env("TZ", zone)
            .env(CHILD, &own)
            .output()
            .unwrap();
        assert!(
            run.status.success(),
            "{zone}: {}",
            String::from_utf8_lossy(&run.stdout)
        );
        assert!(String::from_utf8_lossy(&run.stdout).contains("1 passed"));
    }
}
