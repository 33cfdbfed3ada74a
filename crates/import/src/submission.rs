//! Submissions of a form, as its server posts them: JSON in hand, by a mapping that is held against its questions once.
//!
//! Start at [`Form::load`], then [`Form::events`].
//!
//! Never here: files (`job`), and who may send.

use std::path::Path;

use jiff::tz::TimeZone;

use crate::emit::{Emitter, Sink};
use crate::line::LineWriter;
use crate::mapping::{Mapping, Mode};
use crate::read::Table;
use crate::rows::{self, RowMapping};
use crate::secret::Secret;
use crate::{Error, Report};

/// What a submission is called in a report.
const NAME: &str = "submission";

/// A form: the mapping of its submissions.
pub struct Form {
    mapping: Mapping,
    secret: Option<Secret>,
    zone: TimeZone,
}

impl Form {
    /// Reads a mapping, and its secret beside it, and holds it against the questions that it names in
    /// `[files] columns`: so its mistakes are told before anything is submitted.
    ///
    /// # Errors
    /// [`Error`]: a mapping that cannot be read, that has mistakes, or that is none of single submissions.
    pub fn load(path: &Path) -> Result<Self, Error> {
        let mut mapping = Mapping::load(path)?;
        if mapping.snapshots.is_some() || mapping.mode == Mode::State {
            return Err(Error::wrong(
                "a submission is what happened: neither [snapshots] nor mode = \"state\" goes with it"
                    .to_owned(),
            ));
        }
        let row = mapping.row.as_ref();
        if row.is_some_and(|row| row.is_numbered()) {
            return Err(Error::wrong(
                "[row] key is \"@row\", but each submission is the first row: name its own id, e.g. _id"
                    .to_owned(),
            ));
        }
        if row.is_some_and(|row| row.takes_names_unsaid(mapping.format)) {
            return Err(Error::wrong(
                "[row.persons] says no identity, but two submissions of one name cannot be compared: say \"row\", \"column\" or \"name\""
                    .to_owned(),
            ));
        }
        // Whoever sends a submission keeps it only where it is refused.
        if let Some(row) = &mut mapping.row {
            row.reject_without_event();
        }
        let (zone, secret) = (mapping.zone()?, mapping.secret(path)?);
        let form = Self {
            mapping,
            secret,
            zone,
        };
        RowMapping::bind(&form.mapping, &form.table("[]")?, &form.zone)?;
        Ok(form)
    }

    /// Returns the organisation that asserts the events.
    #[must_use]
    pub fn org(&self) -> &str {
        &self.mapping.org
    }

    /// Makes the events of a submission, or of a list of them, and hands each to `sink`.
    ///
    /// A submission that is rejected is not an error: the report has it, without its content.
    ///
    /// # Errors
    /// [`Error::Wrong`] for what is no JSON; [`Error::Limit`]; what the sink answers.
    pub fn events<'a>(&self, body: &[u8], sink: &'a mut Sink<'a>) -> Result<Report, Error> {
        let text = std::str::from_utf8(body)
            .map_err(|_| Error::wrong("the submission is not UTF-8".to_owned()))?;
        // One alone is a list of one: what repeats in it is never taken for the list of rows.
        let table = if text.trim_start().starts_with('[') {
            self.table(text)?
        } else {
            self.table(&format!("[{text}]"))?
        };
        let (org, source) = (&self.mapping.org, &self.mapping.source);
        let salt = self.mapping.salt.as_deref();
        let maker = LineWriter::new(org, source, salt, self.secret.clone());
        let mut out = Emitter::new(maker, sink);
        let mut twins = rows::Twins::default();
        rows::run::run_table(&self.mapping, table, &self.zone, &mut twins, &mut out)?;
        Ok(out.report)
    }

    fn table(&self, text: &str) -> Result<Table, Error> {
        Table::of_json(text, NAME, &self.mapping.files)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value as Json;

    use super::*;

    const MAPPING: &str = "format = 1\norg = 'test'\nsource = '//test.example/form'\n\
        [files]\nrepeat = 'people'\ncolumns = ['_uuid', 'end', 'day', 'people.people/no', 'note']\n\
        [row]\nkey = ['_uuid']\ntogether = true\nrecordedtime = { column = 'end', instant = '%Y-%m-%dT%H:%M:%S%.f%:z' }\n\
        set = { visibility = 'public' }\nfrom = { occurred = { column = 'day' }, note = { column = 'note' } }\n\
        [[row.person]]\nid_prefix = 'p-'\nidentity = 'column'\nid_column = 'people.people/no'\n\
        [[event]]\nkind = 'arrest'\n";

    fn load(mapping: &str) -> Result<Form, Error> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("form.toml");
        std::fs::write(&path, mapping).unwrap();
        Form::load(&path)
    }

    fn events(form: &Form, body: &str) -> (Vec<Json>, Report) {
        let mut events = Vec::new();
        let report = form.events(body.as_bytes(), &mut |line, _| {
            events.push(serde_json::from_slice(line).unwrap());
            Ok(())
        });
        let report = report.unwrap();
        (events, report)
    }

    #[test]
    fn a_submission_is_one_row_whatever_repeats_in_it_and_whatever_was_left_unanswered() {
        let form = load(MAPPING).unwrap();
        let one = r#"{"_uuid": "a1", "end": "2020-12-27T10:00:00.123+07:00", "day": "2020-12-25",
            "people": [{"people/no": "1"}, {"people/no": "2"}], "_attachments": [{"filename": "x.jpg"}]}"#;
        let (made, report) = events(&form, one);
        let [event] = &made[..] else {
            panic!("{made:?} {report:?}")
        };
        assert_eq!(event["recordedtime"], "2020-12-27T10:00:00.123+07:00");
        assert_eq!(event["data"]["persons"].as_array().unwrap().len(), 2);
        assert_eq!(event["data"].get("note"), None);
        let (again, _) = events(&form, &format!("[{one}]"));
        assert_eq!(again, made);
        let (none, report) = events(
            &form,
            r#"{"_uuid": "a2", "end": "now", "day": "2020-12-25"}"#,
        );
        assert!(none.is_empty());
        assert_eq!(report.rejected_rows[0].column, "end");
    }

    #[test]
    fn what_is_no_mapping_of_single_submissions_is_refused_before_any_comes() {
        for (from, to, told) in [
            ("'note']", "'nota']", "note"),
            ("['_uuid']\ntog", "['@row']\ntog", "@row"),
            ("format = 1", "format = 1\nmode = 'state'", "state"),
            ("format = 1", "format = 3", "format"),
        ] {
            let error = load(&MAPPING.replacen(from, to, 1))
                .err()
                .unwrap()
                .to_string();
            assert!(error.contains(told), "{told}: {error}");
        }
    }

    /// Whoever sent it would be told that it is in.
    #[test]
    fn a_submission_of_which_something_would_be_lost_is_rejected() {
        let mapping = MAPPING.replace("['_uuid', 'end'", "['_uuid', 'end', 'what'");
        let mapping = format!("{mapping}when = [{{ column = 'what', is = 'arrest' }}]\n");
        let mapping = format!(
            "{mapping}[[skip]]\nwhen = [{{ column = 'what', is = 'test' }}]\nreason = 'a test'\n"
        );
        let form = load(&mapping).unwrap();
        let nothing_but = |more: &str| {
            let body = format!(
                r#"{{"_uuid": "a1", "end": "2020-12-27T10:00:00.123+07:00", "day": "2020-12-25", {more}}}"#
            );
            let (made, report) = events(&form, &body);
            assert!(made.is_empty(), "{more}");
            (report.rows_skipped, report.rejected_rows.first().cloned())
        };
        for (more, column, told) in [
            (r#""what": "arest""#, "what", "did you mean arrest?"),
            (r#""note": "x""#, "what", "no [[event]] section applies"),
            (
                r#""what": "arrest", "people": "Ana""#,
                "",
                "people is no list",
            ),
            (r#""what": "arrest", "people": 2"#, "", "people is no list"),
            (
                r#""what": "arrest", "people": [{"people/no": "1"}, "Bo"]"#,
                "",
                "an item of the list people is no object",
            ),
        ] {
            let (skipped, rejected) = nothing_but(more);
            let rejected = rejected.unwrap();
            assert_eq!((skipped, rejected.column.as_str()), (0, column), "{more}");
            assert!(
                rejected.reason.contains(told),
                "{more}: {}",
                rejected.reason
            );
        }
        // What the mapping itself leaves out is no loss.
        assert_eq!(nothing_but(r#""what": "test""#), (1, None));
        let empty = r#"{"_uuid": "a1", "end": "2020-12-27T10:00:00.123+07:00", "day": "2020-12-25", "what": "arrest", "people": ""}"#;
        assert_eq!(events(&form, empty).0.len(), 1);
    }

    #[test]
    fn a_submission_that_would_be_held_too_often_is_rejected() {
        let form = load(MAPPING).unwrap();
        let people = vec!["{}"; 2_000].join(",");
        let long = "x".repeat(40_000);
        let body = format!(r#"{{"_uuid": "a1", "note": "{long}", "people": [{people}]}}"#);
        let (made, report) = events(&form, &body);
        assert!(made.is_empty());
        let told = &report.rejected_rows[0].reason;
        assert!(told.contains("more than 64 MiB"), "{told}");
    }
}
