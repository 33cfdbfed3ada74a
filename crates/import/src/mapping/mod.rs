//! The mapping file: what one input's columns mean, as TOML.
//!
//! Start at [`Mapping::load`]. What each key does: docs/guides/import.md. `binder` holds a mapping against
//! a file and gathers its mistakes, `shape` knows every key, `holds` where a number belongs.
//!
//! Never here: reading rows.

pub(crate) mod binder;
pub(crate) mod holds;
#[cfg(test)]
mod mistakes_tests;
mod own_columns;
#[cfg(test)]
mod schema;
mod shape;
mod values;

use std::collections::BTreeMap;
use std::path::Path;

use jiff::tz::TimeZone;
use serde::Deserialize;
use toml::de::DeTable;

use super::Error;
use super::codes::CodeMap;
use super::patch::Policy;
use super::read::Format;
use super::rows::mapping::{EventSection, LeaveSection, RowSection};
use super::secret::{Missing, Secret};
use super::snapshots::mapping::SnapshotsSection;
use crate::error::quoted;
use binder::{NOWHERE, STAND_IN, refuse};

/// The versions of the mapping format that this program reads. The second has a secret.
const FORMATS: [u32; 2] = [1, 2];

/// A mapping file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mapping {
    pub(crate) format: u32,
    /// Where each line of the file begins, as a byte.
    #[serde(skip)]
    pub(crate) lines: Vec<usize>,
    /// Keys that are none, with the byte where each stands: told beside the columns that a file has not.
    #[serde(skip)]
    pub(crate) mistakes: Vec<(usize, String)>,
    /// The fingerprint of the secret beside the mapping: another secret stops the import.
    fingerprint: Option<String>,
    /// The organisation that asserts the events.
    pub(crate) org: String,
    /// The tool's URI-reference.
    pub(crate) source: String,
    /// What the salts are derived from, beside the ids; else the source.
    pub(crate) salt: Option<String>,
    timezone: Option<String>,
    /// Words that stand for "nothing is said".
    #[serde(default)]
    pub(crate) null: Vec<String>,
    /// Code maps by name.
    #[serde(default)]
    pub(crate) codes: BTreeMap<String, CodeMap>,
    /// What the rows of a file are.
    #[serde(default)]
    pub(crate) mode: Mode,
    /// The names of months in the cells, with their numbers.
    #[serde(default)]
    pub(crate) months: BTreeMap<String, i8>,
    /// The files to read when none is named on the command line.
    #[serde(default)]
    pub(crate) inputs: Vec<String>,
    /// How the files are written.
    #[serde(default)]
    pub(crate) files: Format,
    /// What all events of a row share.
    pub(crate) row: Option<RowSection>,
    /// Rows of which no event is made.
    #[serde(default)]
    pub(crate) skip: Vec<LeaveSection>,
    /// Parts of rows of which no event is made: counted, the row goes on.
    #[serde(default)]
    pub(crate) leave: Vec<LeaveSection>,
    /// The events made of a row.
    #[serde(default)]
    pub(crate) event: Vec<EventSection>,
    /// How a list was seen at several times, whose rows come, change and go.
    pub(crate) snapshots: Option<SnapshotsSection>,
}

/// What the rows of a file are.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Mode {
    /// What happened: a file may hold some of it.
    #[default]
    Events,
    /// All that is so now: a row that is gone is told.
    State,
}

/// Whether events may be of this tool.
fn is_source(text: &str) -> bool {
    let target = serde_json::json!({"target": {"org": "xx", "source": text,
        "id": "00000000-0000-0000-0000-000000000000"}});
    let target = event::Json::parse(target.to_string().as_bytes());
    target
        .is_ok_and(|data| event::check_fields(event::Kind::Retraction, &data, &["target"]).is_ok())
}

/// Where the keys of a mapping as a whole stand, as bytes.
struct Places(BTreeMap<String, usize>);

impl Places {
    fn of(tree: &DeTable<'_>) -> Self {
        let keys = tree.keys();
        Self(
            keys.map(|key| (key.get_ref().to_string(), key.span().start))
                .collect(),
        )
    }

    fn at(&self, key: &str) -> usize {
        self.0.get(key).copied().unwrap_or(NOWHERE)
    }
}

impl Mapping {
    /// Reads and checks a mapping file.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Mistakes`] for what is no mapping.
    pub(crate) fn load(path: &Path) -> Result<Self, Error> {
        let io = |source| Error::Io {
            path: path.to_owned(),
            doing: "read",
            source,
        };
        let text = std::fs::read_to_string(path).map_err(io)?;
        Self::parse(&text)
    }

    /// Reads and checks the text of a mapping.
    ///
    /// # Errors
    /// [`Error::Mistakes`].
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let ends = text.match_indices('\n').map(|(at, _)| at + 1);
        let lines: Vec<usize> = std::iter::once(0).chain(ends).collect();
        let told = |error: &toml::de::Error| {
            let at = error.span().map_or(NOWHERE, |span| span.start);
            (at, error.message().to_owned())
        };
        let (mut tree, errors) = DeTable::parse_recoverable(text);
        if !errors.is_empty() {
            return Err(refuse(errors.iter().map(told).collect(), &lines));
        }
        let mut mistakes = Vec::new();
        shape::take_unknown(tree.get_mut(), &mut mistakes);
        let places = Places::of(tree.get_ref());
        values::take_wrong(tree.get_mut(), &mut mistakes);
        let first_columns = own_columns::find(tree.get_ref());
        let read = Self::deserialize(toml::Deserializer::from(tree));
        let mut mapping = match read {
            Ok(mapping) => mapping,
            Err(error) => {
                mistakes.push(told(&error));
                return Err(refuse(mistakes, &lines));
            }
        };
        mapping.files.rejected_by = first_columns;
        mistakes.extend(
            mapping
                .wrong()
                .into_iter()
                .map(|(key, what)| (places.at(key), what)),
        );
        let snapshots = mapping.snapshots.iter();
        let at = places.at("snapshots");
        let wrong = snapshots.flat_map(SnapshotsSection::wrong);
        mistakes.extend(wrong.map(|what| (at, what)));
        (mapping.lines, mapping.mistakes) = (lines, mistakes);
        Ok(mapping)
    }

    /// Returns what is wrong with the values that concern the mapping as a whole, each beside the key that says it.
    fn wrong(&self) -> Vec<(&'static str, String)> {
        let mut wrong = Vec::new();
        if !FORMATS.contains(&self.format) {
            let format = self.format;
            let what = format!("format is {format}, but this program reads 1 and 2");
            wrong.push(("format", what));
        }
        if self.format == 1 && self.fingerprint.is_some() {
            let what = "a mapping of format 1 has no secret and no fingerprint";
            wrong.push(("fingerprint", what.to_owned()));
        }
        if self.org != STAND_IN && event::OrgId::parse(&self.org).is_err() {
            let org = quoted(&self.org);
            let what = format!("org {org} is not 2 to 32 of a-z, 0-9 and -");
            wrong.push(("org", what));
        }
        if self.source != STAND_IN && !is_source(&self.source) {
            let source = quoted(&self.source);
            let what =
                format!("source {source} is no URI-reference, e.g. //your-org.example/sheet");
            wrong.push(("source", what));
        }
        wrong.extend(self.zone_named().err().map(|what| ("timezone", what)));
        let mut months = self.months.iter();
        if let Some((name, _)) = months.find(|(_, month)| !(1..=13).contains(*month)) {
            let what = format!("months.{} is not a number from 1 to 13", quoted(name));
            wrong.push(("months", what));
        }
        if self.event.is_empty() {
            let what = "a mapping has at least one [[event]] section";
            wrong.push(("event", what.to_owned()));
        }
        let said = self.row.as_ref().is_some_and(RowSection::says_recorded);
        if self.row.is_some() && said == self.snapshots.is_some() {
            let what = "[row] recordedtime says when a row was recorded; with [snapshots] it is left out, since each \
                 snapshot has its own";
            wrong.push(("row", what.to_owned()));
        }
        if self.mode == Mode::State && self.snapshots.is_some() {
            let what = "mode = \"state\" and [snapshots] exclude each other";
            wrong.push(("mode", what.to_owned()));
        }
        wrong
    }

    /// Returns what becomes of fields in which a row came back changed.
    pub(crate) fn policy(&self) -> Policy {
        let row = self.row.as_ref();
        row.map_or_else(Policy::default, |row| Policy {
            together: row.is_together(),
            ..Policy::new(&row.fill_only, &row.append)
        })
    }

    /// Sets constants of all rows, as `place.code=KH`: they go before those of `[row.set]`. A value is one of TOML,
    /// or else a text.
    ///
    /// # Errors
    /// [`Error::Wrong`] for what is no constant.
    pub(crate) fn set(&mut self, constants: &[String]) -> Result<(), Error> {
        for said in constants {
            let wrong = || {
                Error::wrong(format!(
                    "--set {said} is no FIELD=VALUE, e.g. place.code=KH",
                    said = quoted(said)
                ))
            };
            let (path, text) = said.split_once('=').ok_or_else(wrong)?;
            let value = toml::from_str::<toml::Table>(&format!("x = {text}"));
            let value = value.ok().and_then(|mut table| table.remove("x"));
            let value = value.unwrap_or_else(|| toml::Value::String(text.to_owned()));
            let row = self.row.as_mut().ok_or_else(|| {
                Error::wrong("--set goes with a mapping that has a [row]".to_owned())
            })?;
            let mut names = path.split('.').map(str::trim).peekable();
            let mut table = row.set.as_mut();
            while let Some(name) = names.next() {
                if name.is_empty() {
                    return Err(wrong());
                }
                if names.peek().is_none() {
                    table.insert(name.to_owned(), value);
                    break;
                }
                let inner = table
                    .entry(name)
                    .or_insert_with(|| toml::Value::Table(toml::Table::new()));
                table = inner.as_table_mut().ok_or_else(wrong)?;
            }
        }
        Ok(())
    }

    /// Returns the secret beside the mapping file: none for format 1. It is made where there is none,
    /// unless the mapping says its fingerprint: then it is kept elsewhere.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Wrong`] for a secret of another fingerprint.
    pub(crate) fn secret(&self, path: &Path) -> Result<Option<Secret>, Error> {
        // One with mistakes is refused, and leaves nothing behind.
        if self.format == 1 || !self.mistakes.is_empty() {
            return Ok(None);
        }
        let missing = match self.fingerprint {
            Some(_) => Missing::Leave,
            None => Missing::Make,
        };
        let secret = Secret::beside(path, missing)?;
        if let (Some(secret), Some(expected)) = (&secret, &self.fingerprint)
            && secret.fingerprint() != *expected
        {
            return Err(Error::wrong(format!(
                "the secret beside the mapping has the fingerprint {}, but the mapping says {expected}: \
                 with another secret every row would be imported anew",
                secret.fingerprint()
            )));
        }
        Ok(secret)
    }

    /// Returns the time zone of local times; UTC when none is named, and where the mapping has mistakes, of which this
    /// may be one.
    ///
    /// # Errors
    /// [`Error::Wrong`] for a name that is not in the time zone database.
    pub(crate) fn zone(&self) -> Result<TimeZone, Error> {
        match self.zone_named() {
            Err(_) if !self.mistakes.is_empty() => Ok(TimeZone::UTC),
            zone => zone.map_err(Error::wrong),
        }
    }

    fn zone_named(&self) -> Result<TimeZone, String> {
        let Some(name) = &self.timezone else {
            return Ok(TimeZone::UTC);
        };
        TimeZone::get(name).map_err(|_| {
            format!(
                "timezone {name} is not known, e.g. Asia/Phnom_Penh",
                name = quoted(name)
            )
        })
    }

    /// A mapping for a test.
    #[cfg(test)]
    pub(crate) fn test(text: &str) -> Self {
        Self::parse(text).unwrap_or_else(|error| panic!("{error}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> String {
        match Mapping::parse(text) {
            Ok(mapping) if mapping.mistakes.is_empty() => "ok".to_owned(),
            Ok(mapping) => refuse(mapping.mistakes, &mapping.lines).to_string(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn every_key_that_is_none_is_told_with_its_line_beside_what_else_is_wrong() {
        let told = check(
            "format = 3\norg = 'T'\nsuorce = '//t.example'\nsource = '//t.example'\n\
             [row]\nkey = ['no']\nrecordedtime = { colum = 'at', text = 'x' }\n\
             [row.from]\noccurred = { column = 'day', dates = '%Y' }\n\
             [[event]]\nkind = 'arrest'\nwhen = [{ column = 'x', iss = 'y' }]\nzzz = 1\n",
        );
        let lines: Vec<&str> = told.lines().collect();
        assert_eq!(
            lines,
            [
                "mapping line 1: format is 3, but this program reads 1 and 2",
                "mapping line 2: org \"T\" is not 2 to 32 of a-z, 0-9 and -",
                "mapping line 3: no key is called \"suorce\" there; did you mean \"source\"?",
                "mapping line 7: no key is called \"colum\" there; did you mean \"column\"?",
                "mapping line 9: no key is called \"dates\" there; did you mean \"date\"?",
                "mapping line 12: no key is called \"iss\" there; did you mean \"is\"?",
                "mapping line 13: no key is called \"zzz\" there; known are kind, when, part, set, from",
            ]
        );
        assert!(check("format = \n[row\n").contains("mapping line 1"));
    }

    #[test]
    fn values_of_another_sort_and_keys_that_are_missing_are_told_at_once() {
        let told = check(
            "format = 'two'\norg = 'test'\ntimezone = 'Asia/Nowhere'\nmode = 'stat'\n\
             [row]\nkey = 'no'\norder = 'recordetime'\nfill_only = 1\n\
             [row.from]\noccurred = 'day'\n\
             [[row.person]]\nidentity = 'rwo'\n\
             [[event]]\nwhen = [{ is = 'x' }]\n",
        );
        let lines: Vec<&str> = told.lines().collect();
        for (line, expected) in lines.iter().zip([
            "mapping line 1: \"format\" must be a whole number from 1 to 2",
            "mapping line 3: timezone \"Asia/Nowhere\" is not known",
            "mapping line 4: \"mode\" must be one of events, state; did you mean \"state\"?",
            "mapping line 5: [row] recordedtime says when",
            "mapping line 6: \"key\" must be a list of texts",
            "mapping line 7: \"order\" must be one of file, recordedtime; did you mean \"recordedtime\"?",
            "mapping line 8: \"fill_only\" must be a list of texts",
            "mapping line 10: \"occurred\" must be a table of column, text, range",
            "mapping line 11: the key \"id_prefix\" is missing",
            "mapping line 12: \"identity\" must be one of row, column, name; did you mean \"row\"?",
            "mapping line 13: the key \"kind\" is missing",
            "mapping line 14: the key \"column\" is missing",
            "the key \"source\" is missing",
        ]) {
            assert!(line.starts_with(expected), "{line}\n{told}");
        }
        assert_eq!(lines.len(), 13, "{told}");
    }

    #[test]
    fn a_mapping_that_is_wrong_is_refused_with_its_reason() {
        let head = "format = 1\norg = 'test'\nsource = '//t.example'\n";
        assert!(
            check("format = 3\norg = 'test'\nsource = '//t.example'\n").contains("format is 3")
        );
        assert!(check("format = 1\norg = 'T'\nsource = '//t.example'\n").contains("org"));
        assert!(check(&format!("{head}tpyo = 1\n")).contains("tpyo"));
        assert!(check(head).contains("at least one [[event]]"));
    }

    #[test]
    fn the_mapping_in_the_guide_is_one() {
        let guide = include_str!("../../../../docs/guides/import.md");
        let (_, block) = guide.split_once("```toml\n").unwrap();
        let (block, _) = block.split_once("```").unwrap();
        assert_eq!(check(block), "ok");
    }

    #[test]
    fn the_shipped_mappings_are_mappings() {
        for name in [
            "cpj.toml",
            "uspft.toml",
            "uspft_later.toml",
            "template.toml",
            "kobo.toml",
            "openevsys.toml",
            "uwazi.toml",
            "pdx_jail.toml",
            "protest_incidents_2020.toml",
            "capitol_cases.toml",
            "china_prisoners.toml",
            "ovdinfo_2013.toml",
            "ovdinfo_moscow_2012.toml",
        ] {
            crate::testing::example(name).zone().unwrap();
        }
    }
}
