//! The form for the field: an XLSForm, which KoboToolbox and ODK read, in English and Khmer.
//!
//! Start at [`workbook`]. Its choices are the codes themselves, so that the mapping has no code maps. Source of the
//! sheets and their columns: the XLSForm specification, xlsform.org.
//!
//! Never here: what the answers mean (docs/examples/mappings/kobo.toml).

use rust_xlsxwriter::{Workbook, Worksheet, XlsxError};

use super::columns::{COLUMNS, Column, Holds, Language, offered};

/// The mapping of its submissions.
pub(super) const MAPPING: &str = include_str!("../../../../docs/examples/mappings/kobo.toml");

/// The head of the columns that people read.
const LABELS: [(&str, Language); 2] = [
    ("label::English (en)", Language::English),
    ("label::Khmer (km)", Language::Khmer),
];

/// The columns of the template that the form does not ask for: the server gives a submission its number and its time.
const GIVEN: &[&str] = &["no", "recorded", "source_url"];

/// The columns that are asked for each person.
const OF_A_PERSON: &[&str] = &[
    "person",
    "name_km",
    "name_en",
    "sex",
    "born",
    "age",
    "role",
    "occupation",
];

/// The columns of which several codes may be chosen.
const SEVERAL: &[&str] = &["role", "right"];

/// What must be answered.
const REQUIRED: &[&str] = &["kind", "day", "person"];

/// Which kind a question is of, where it is of one alone.
const RELEVANT: &[(&str, &str)] = &[
    ("arrest_mode", "arrest"),
    ("detention_kind", "detention"),
    ("facility", "detention"),
    ("release_kind", "release"),
];

/// How exact a day is: what the code lists have not.
const PRECISION: [(&str, &str, &str); 3] = [
    ("day", "The day is known", "ដឹងថ្ងៃ"),
    ("month", "Only the month is known", "ដឹងតែខែ"),
    ("year", "Only the year is known", "ដឹងតែឆ្នាំ"),
];

/// A line of the sheet `survey`.
struct Question {
    sort: String,
    name: &'static str,
    labels: [&'static str; 2],
    required: &'static str,
    relevant: String,
}

/// Makes the workbook.
pub(super) fn workbook(mut book: Workbook) -> Result<Vec<u8>, XlsxError> {
    let sheet = book.add_worksheet();
    survey(sheet)?;
    let sheet = book.add_worksheet();
    choices(sheet)?;
    let sheet = book.add_worksheet();
    sheet.set_name("settings")?;
    for (place, (head, value)) in (0..).zip([
        ("form_title", "Habeas"),
        ("form_id", "habeas"),
        ("version", "1"),
        ("default_language", "English (en)"),
    ]) {
        sheet.write(0, place, head)?;
        sheet.write(1, place, value)?;
    }
    book.save_to_buffer()
}

/// Returns the questions in their order.
fn questions() -> Vec<Question> {
    let plain = |sort: &str, name, labels| Question {
        sort: sort.to_owned(),
        name,
        labels,
        required: "",
        relevant: String::new(),
    };
    let mut all = vec![
        plain("start", "start", ["", ""]),
        plain("end", "end", ["", ""]),
    ];
    let asked = COLUMNS
        .iter()
        .filter(|column| !GIVEN.contains(&column.name));
    let is_of_person = |column: &&Column| OF_A_PERSON.contains(&column.name);
    for column in asked.clone().filter(|column| !is_of_person(column)) {
        all.push(question(column));
        match column.name {
            "day" => all.push(plain(
                "select_one precision",
                "precision",
                ["How exact is the day?", "ថ្ងៃនេះច្បាស់ប៉ុណ្ណា?"],
            )),
            "locality" => all.push(plain("geopoint", "point", ["On the map", "លើផែនទី"])),
            _ => {}
        }
    }
    all.push(plain("begin_repeat", "people", ["A person", "បុគ្គលម្នាក់"]));
    all.extend(asked.filter(is_of_person).map(question));
    all.push(plain("end_repeat", "people", ["", ""]));
    all
}

/// Asks for a column of the template.
fn question(column: &Column) -> Question {
    let sort = match (column.holds, column.name) {
        (_, "day") => "date".to_owned(),
        (_, "age") => "integer".to_owned(),
        (Holds::Code(list), name) if SEVERAL.contains(&name) => format!("select_multiple {list}"),
        (Holds::Code(list), _) => format!("select_one {list}"),
        (Holds::Text | Holds::Day, _) => "text".to_owned(),
    };
    let of = RELEVANT.iter().find(|(name, _)| *name == column.name);
    let label = |language| match (column.name, language) {
        // The form has a calendar of its own.
        ("day", Language::English) => "Day",
        ("day", Language::Khmer) => "ថ្ងៃ",
        _ => column.label(language),
    };
    Question {
        sort,
        name: column.name,
        labels: LABELS.map(|(_, language)| label(language)),
        required: if REQUIRED.contains(&column.name) {
            "yes"
        } else {
            ""
        },
        relevant: of.map_or_else(String::new, |(_, kind)| format!("${{kind}} = '{kind}'")),
    }
}

fn survey(sheet: &mut Worksheet) -> Result<(), XlsxError> {
    sheet.set_name("survey")?;
    let [english, khmer] = LABELS.map(|(head, _)| head);
    for (place, head) in (0..).zip(["type", "name", english, khmer, "required", "relevant"]) {
        sheet.write(0, place, head)?;
    }
    for (row, question) in (1..).zip(questions()) {
        let [english, khmer] = question.labels;
        let cells = [
            &question.sort,
            question.name,
            english,
            khmer,
            question.required,
            &question.relevant,
        ];
        for (place, cell) in (0..).zip(cells) {
            if !cell.is_empty() {
                sheet.write(row, place, cell)?;
            }
        }
    }
    Ok(())
}

fn choices(sheet: &mut Worksheet) -> Result<(), XlsxError> {
    sheet.set_name("choices")?;
    let [english, khmer] = LABELS.map(|(head, _)| head);
    let mut rows = vec![["list_name", "name", english, khmer]];
    rows.extend(PRECISION.map(|(code, en, km)| ["precision", code, en, km]));
    for column in COLUMNS {
        let Holds::Code(list) = column.holds else {
            continue;
        };
        rows.extend(offered(list).map(|label| [list, label.code, &label.en, &label.km]));
    }
    for (row, cells) in (0..).zip(rows) {
        for (place, cell) in (0..).zip(cells) {
            sheet.write(row, place, cell)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use event::{Caller, Instant, OrgId};
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::Form;

    fn form() -> (tempfile::TempDir, Form) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("form.toml");
        std::fs::write(&path, MAPPING).unwrap();
        let form = Form::load(&path).unwrap();
        (folder, form)
    }

    /// The events of a submission, each judged as the gate would.
    fn events(form: &Form, submission: &Json) -> Vec<Json> {
        let org = OrgId::parse("your-organisation").unwrap();
        let late = Instant::from_parts(253_402_300_799, 0);
        let mut events = Vec::new();
        let report = form.events(submission.to_string().as_bytes(), &mut |line, _| {
            let line = line.trim_ascii_end();
            if let Err(rejection) = event::admit(line, Caller::Org(&org), late) {
                panic!("{rejection}");
            }
            events.push(serde_json::from_slice(line).unwrap());
            Ok(())
        });
        let report = report.unwrap();
        assert_eq!(
            report.rows_rejected,
            0,
            "{}",
            crate::testing::print_report(&report)
        );
        events
    }

    #[test]
    fn the_mapping_names_every_question_of_the_form() {
        let mut inside = false;
        let mut asked: BTreeSet<String> = BTreeSet::from(["_id".to_owned()]);
        for question in questions() {
            match question.sort.as_str() {
                "begin_repeat" => inside = true,
                "end_repeat" => inside = false,
                _ if inside => drop(asked.insert(format!("people.people/{}", question.name))),
                _ => drop(asked.insert(question.name.to_owned())),
            }
        }
        asked.remove("start");
        let mapping: toml::Table = MAPPING.parse().unwrap();
        let columns = mapping["files"]["columns"].as_array().unwrap();
        let named: BTreeSet<String> = columns
            .iter()
            .map(|name| name.as_str().unwrap().to_owned())
            .collect();
        assert_eq!(named, asked);
    }

    #[test]
    fn every_choice_of_the_form_comes_in() {
        let (_folder, form) = form();
        for column in COLUMNS {
            let Holds::Code(list) = column.holds else {
                continue;
            };
            for label in offered(list) {
                let kind = RELEVANT.iter().find(|(name, _)| *name == column.name);
                let mut submission = json!({
                    "_id": 1, "end": "2020-12-27T10:00:00.123+07:00",
                    "day": "2020-12-25", "kind": kind.map_or("arrest", |(_, kind)| kind),
                });
                if OF_A_PERSON.contains(&column.name) {
                    let name = format!("people/{}", column.name);
                    submission["people"] = json!([{"people/person": "14", name: label.code}]);
                } else {
                    submission[column.name] = json!(label.code);
                }
                let made = events(&form, &submission);
                let [event] = &made[..] else {
                    panic!("{list} {}: {made:?}", label.code)
                };
                let text = if list == "kind" {
                    &event["type"]
                } else {
                    &event["data"]
                }
                .to_string();
                assert!(text.contains(label.code), "{list} {}: {text}", label.code);
            }
        }
    }

    #[test]
    fn a_submission_with_two_people_is_one_event_and_sent_again_the_same() {
        let (_folder, form) = form();
        let submission = json!({
            "_id": 7, "_uuid": "a1", "start": "2020-12-27T09:50:00.000+07:00", "end": "2020-12-27T10:00:00.123+07:00",
            "kind": "arrest", "day": "2020-12-01", "precision": "month", "right": "assembly expression",
            "point": "11.5564 104.9282 0 0", "unnamed": "3", "case": "2020-014",
            "people": [
                {"people/person": "14", "people/name_km": "សុខ ដារា", "people/role": "student protester", "people/born": "1999"},
                {"people/person": "15", "people/name_en": "Chan Bopha", "people/age": "22"},
            ],
            "_attachments": [{"filename": "photo.jpg"}], "_submission_time": "2020-12-27T03:00:02",
        });
        let made = events(&form, &submission);
        let [event] = &made[..] else {
            panic!("{made:?}")
        };
        let data = &event["data"];
        assert_eq!(data["occurred"], "2020-12");
        assert_eq!(data["rights_exercised"], json!(["assembly", "expression"]));
        assert_eq!(
            (&data["place"]["lat"], &data["place"]["lon"]),
            (&json!(11.5564), &json!(104.9282))
        );
        assert_eq!(data["persons"][0]["roles"], json!(["student", "protester"]));
        assert_eq!(data["persons"][1]["age_at_event"], 22);
        assert_eq!(data["group"]["lower"], 3);
        assert_eq!(events(&form, &submission), made);
    }
}
