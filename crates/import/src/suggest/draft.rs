//! The draft of a mapping, as TOML: what is sure stands plainly, what is not has a comment that begins with `unsure`.
//!
//! Start at [`Draft::write`].
//!
//! Never here: cells.

use std::collections::BTreeSet;
use std::path::Path;

use jiff::Timestamp;

use super::column::ColumnSeen;
use super::happened::{DayRank, day_rank, kind};
use super::layout::Layout;
use super::names::Names;
use super::phrases::{calendar, doubt, files, line, list, quoted};
use super::words::{NULLS, Role, role, sex};
use crate::dates::calendars::Calendar;

/// A draft in the making.
pub(super) struct Draft {
    file: String,
    stem: String,
    recorded: Option<String>,
    pub(super) columns: Vec<ColumnSeen>,
    pub(super) rows: u64,
    pub(super) used: BTreeSet<String>,
    /// The column of the day of the list's own event.
    pub(super) day: Option<usize>,
}

impl Draft {
    pub(super) fn new(path: &Path, columns: Vec<ColumnSeen>, rows: u64) -> Self {
        let file = path
            .file_name()
            .map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        let stem = file.split('.').next().unwrap_or("").to_lowercase();
        let stem: String = stem
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
            .collect();
        let time = path.metadata().and_then(|m| m.modified()).ok();
        let recorded = time.and_then(|time| Timestamp::try_from(time).ok());
        Self {
            file,
            stem,
            recorded: recorded
                .map(|time| time.round(jiff::Unit::Second).unwrap_or(time).to_string()),
            columns,
            rows,
            used: BTreeSet::new(),
            day: None,
        }
    }

    /// Writes the mapping. `found` is what was found out of the file, `layout` where its rows stand, `twice` its columns that stand twice, `broken` its rows that are none.
    pub(super) fn write(
        mut self,
        found: &[String],
        layout: &Layout,
        twice: &[String],
        broken: u64,
    ) -> String {
        let mut out = String::new();
        self.head(&mut out, found, twice, broken);
        files(&mut out, layout);
        self.row(&mut out);
        self.fields(&mut out);
        self.person(&mut out);
        self.events(&mut out);
        self.rest(&mut out);
        out
    }

    /// Returns the first column of a role that is not used, and that `fits`.
    fn take(&mut self, wanted: Role, fits: impl Fn(&ColumnSeen) -> bool) -> Option<usize> {
        let place = self.columns.iter().position(|column| {
            column.given > 0
                && role(&column.name) == Some(wanted)
                && !self.used.contains(&column.name)
                && fits(column)
        })?;
        self.used.insert(self.columns.get(place)?.name.clone());
        Some(place)
    }

    /// Returns the column that says best when it happened, and the names of the others that may.
    fn take_day(&mut self) -> Option<(usize, Vec<String>)> {
        let of = self.kind().unwrap_or("arrest");
        let mut ranked: Vec<((bool, DayRank, bool), usize)> = Vec::new();
        for (place, column) in self.columns.iter().enumerate() {
            let is_day = column.is_day();
            // A number is a year only where the column is called a day.
            let is_count = column.mostly(column.numbers) && role(&column.name) != Some(Role::Day);
            if self.used.contains(&column.name) || is_count || !(is_day || column.is_instant()) {
                continue;
            }
            let rank = day_rank(&column.name, of).filter(|rank| *rank > DayRank::Other);
            // One that few rows give is the day of what few rows say.
            let is_given = column.given * 2 >= self.rows;
            ranked.extend(rank.map(|rank| ((is_given, rank, is_day), place)));
        }
        // Stable: of two that are alike the first.
        ranked.sort_by_key(|(rank, _)| std::cmp::Reverse(*rank));
        let mut places = ranked.into_iter().map(|(_, place)| place);
        let best = places.next()?;
        self.day = Some(best);
        self.used.insert(self.columns.get(best)?.name.clone());
        let others = places.map(|place| self.name(place)).collect();
        Some((best, others))
    }

    /// Returns the kind of event that it is probably a list of.
    pub(super) fn kind(&self) -> Option<&'static str> {
        let mut texts = self.file.clone();
        for column in &self.columns {
            texts.push(' ');
            texts.push_str(&column.name);
        }
        kind(&texts)
    }

    fn name(&self, place: usize) -> String {
        quoted(
            self.columns
                .get(place)
                .map_or("", |column| column.name.as_str()),
        )
    }

    fn head(&self, out: &mut String, found: &[String], twice: &[String], broken: u64) {
        line(
            out,
            &format!(
                "# A draft for {}, from its header and {} rows. Read it; what it is unsure of, it says.",
                self.file, self.rows
            ),
        );
        for what in found {
            line(out, &format!("# Found: {what}."));
        }
        if broken > 0 {
            line(
                out,
                &format!("# {broken} rows are broken, and will be rejected by their line."),
            );
        }
        for name in twice {
            line(
                out,
                &format!(
                    "# The column {} stands more than once, and cannot be used.",
                    quoted(name)
                ),
            );
        }
        line(out, "");
        line(out, "format = 2");
        line(out, "org = \"my-org\" # unsure: your organisation's id");
        line(
            out,
            &format!(
                "source = \"//my-org.example/{}\" # unsure: the tool that this list comes from",
                self.stem
            ),
        );
        line(
            out,
            "timezone = \"UTC\" # unsure: the zone of the place, e.g. Asia/Phnom_Penh",
        );
        let nulls: Vec<String> = NULLS.iter().map(|word| quoted(word)).collect();
        line(out, &format!("null = [{}]", nulls.join(", ")));
    }

    /// Writes what names a row, and when it was recorded.
    fn row(&mut self, out: &mut String) {
        let rows = self.rows;
        let whole = |column: &ColumnSeen| column.distinct && column.given == rows;
        let key = self
            .take(Role::Id, whole)
            .or_else(|| self.take(Role::Link, whole));
        line(out, "\n[row]");
        match key {
            Some(place) => {
                let name = self.name(place);
                line(out, &format!("key = [{name}]"));
                line(
                    out,
                    &format!(
                        "subject = {{ column = {name} }} # unsure: each row is a case of its own"
                    ),
                );
            }
            None => {
                line(
                    out,
                    "key = [\"@content\"] # unsure: no column has an id in each row; a row that changes is then another row",
                );
                line(
                    out,
                    "subject = { text = \"row-{@row}\" } # unsure: what is the case?",
                );
            }
        }
        self.recorded(out);
        line(
            out,
            "set = { visibility = \"org\" } # unsure: org, partners or public",
        );
    }

    /// Writes when a row was recorded.
    fn recorded(&mut self, out: &mut String) {
        let recorded = self
            .take(Role::Recorded, |column| column.is_instant())
            .or_else(|| {
                self.take(Role::Recorded, |column| {
                    column.is_day() && column.calendar() == Calendar::Gregorian
                })
            });
        match recorded.and_then(|place| self.columns.get(place)) {
            Some(column) => {
                let mut formats: Vec<&str> = column.instant_formats();
                if formats.is_empty() {
                    formats = column
                        .day_formats()
                        .into_iter()
                        .filter(|name| name.starts_with('%'))
                        .collect();
                }
                let said = if column.typed == column.given {
                    String::new()
                } else {
                    format!(", instant = {}", list(&formats))
                };
                line(
                    out,
                    &format!(
                        "recordedtime = {{ column = {}{said} }}{}",
                        quoted(&column.name),
                        doubt(&formats)
                    ),
                );
            }
            None => {
                let time = self.recorded.as_deref().unwrap_or("2000-01-01T00:00:00Z");
                line(
                    out,
                    &format!(
                        "recordedtime = {{ text = \"{time}\" }} # unsure: no column says when a row was recorded; this is the file's own time"
                    ),
                );
            }
        }
    }

    fn fields(&mut self, out: &mut String) {
        line(out, "\n[row.from]");
        match self.take_day() {
            Some((place, others)) => {
                let said = self.dated(place);
                let unsure = match (&others[..], said.contains(" # ")) {
                    ([], _) => String::new(),
                    (_, true) => format!("; {} are days too", others.join(", ")),
                    (_, false) => format!(
                        " # unsure: or another day? There are also {}",
                        others.join(", ")
                    ),
                };
                line(out, &format!("\"occurred\" = {said}{unsure}"));
            }
            None => line(
                out,
                "# unsure: no column is surely the day of the event: \"occurred\" = { column = \"...\", date = \"%d/%m/%Y\" }",
            ),
        }
        if let Some(place) = self.take(Role::Town, |column| column.numbers < column.given) {
            line(
                out,
                &format!("\"place.locality\" = {{ column = {} }}", self.name(place)),
            );
        }
        for (wanted, path) in [
            (Role::Latitude, "place.lat"),
            (Role::Longitude, "place.lon"),
        ] {
            if let Some(place) = self.take(wanted, |column| column.mostly(column.numbers)) {
                line(
                    out,
                    &format!(
                        "\"{path}\" = {{ column = {}, optional = true }}",
                        self.name(place)
                    ),
                );
            }
        }
        if let Some(place) = self.take(Role::Count, |column| column.mostly(column.numbers)) {
            line(
                out,
                &format!(
                    "\"group\" = {{ column = {}, optional = true }} # unsure: the people who are not named",
                    self.name(place)
                ),
            );
        }
        let links =
            |column: &ColumnSeen| column.values.iter().any(|value| value.starts_with("http"));
        if let Some(place) = self.take(Role::Link, links) {
            line(
                out,
                "\"sources.0.kind\" = { text = \"other\" } # unsure: on whose word",
            );
            line(
                out,
                &format!(
                    "\"sources.0.url\" = {{ column = {}, pattern = \"https?://\\\\S+\", optional = true }}",
                    self.name(place)
                ),
            );
        }
    }

    /// Writes a column of dates with its formats.
    pub(super) fn dated(&self, place: usize) -> String {
        let Some(column) = self.columns.get(place) else {
            return String::new();
        };
        let name = quoted(&column.name);
        if column.typed == column.given {
            return format!("{{ column = {name} }}");
        }
        let formats = if column.is_day() {
            column.day_formats()
        } else {
            column.instant_formats()
        };
        let (calendar, unsure) = calendar(column, &self.columns);
        format!(
            "{{ column = {name}, date = {}{calendar} }}{}{unsure}",
            list(&formats),
            doubt(&formats)
        )
    }

    fn person(&mut self, out: &mut String) {
        let mut names = Vec::new();
        while let Some(place) = self.take(Role::Name, |column| column.numbers < column.given) {
            names.push(place);
        }
        let names = names.iter().filter_map(|place| self.columns.get(*place));
        let Some(names) = Names::of(names.collect()) else {
            line(
                out,
                "\n# unsure: no column is surely one of names: [[row.person]]",
            );
            return;
        };
        let is_of_several = names.write(out);
        let aside: Vec<String> = names
            .aside
            .iter()
            .map(|column| column.name.clone())
            .collect();
        for name in aside {
            self.used.remove(&name);
        }
        if !is_of_several {
            self.of_person(out);
        }
    }

    fn of_person(&mut self, out: &mut String) {
        line(out, "[row.person.from]");
        let mut codes = None;
        if let Some(place) = self.take(Role::Sex, |column| {
            column.values.iter().any(|value| sex(value).is_some())
        }) {
            line(
                out,
                &format!(
                    "\"sex\" = {{ column = {}, codes = \"sex\" }}",
                    self.name(place)
                ),
            );
            codes = self.columns.get(place);
        }
        let codes: Option<Vec<String>> = codes.map(|column| {
            let known = column
                .values
                .iter()
                .filter_map(|value| Some((value, sex(value)?)));
            known
                .map(|(value, code)| format!("{} = \"{code}\"", quoted(value)))
                .collect()
        });
        if let Some(place) = self.take(Role::Birth, |column| column.is_day()) {
            let said = self.dated(place);
            let said = said.replacen(" }", ", optional = true }", 1);
            line(out, &format!("\"birth\" = {said}"));
        }
        if let Some(place) = self.take(Role::Age, |column| column.mostly(column.numbers)) {
            line(
                out,
                &format!(
                    "\"age_at_event\" = {{ column = {}, optional = true }}",
                    self.name(place)
                ),
            );
        }
        for (wanted, path) in [
            (Role::Nationality, "nationality"),
            (Role::Occupation, "occupation"),
        ] {
            if let Some(place) = self.take(wanted, |column| column.numbers < column.given) {
                line(
                    out,
                    &format!("\"{path}\" = {{ column = {} }}", self.name(place)),
                );
            }
        }
        if let Some(codes) = codes {
            line(out, "\n[codes.sex]");
            for code in codes {
                line(out, &code);
            }
            line(out, "\"*\" = \"unknown\" # unsure: all other words");
        }
    }

    fn rest(&self, out: &mut String) {
        let left: Vec<&ColumnSeen> = self
            .columns
            .iter()
            .filter(|column| !self.used.contains(&column.name))
            .collect();
        if left.is_empty() {
            return;
        }
        line(out, "\n# Not used:");
        for column in left {
            let what = if column.given == 0 {
                "empty".to_owned()
            } else if column.is_day() {
                let formats = list(&column.day_formats());
                format!(
                    "{} cells, days by {formats}{}",
                    column.given,
                    calendar(column, &self.columns).0
                )
            } else if column.values.iter().any(|value| value.starts_with("[{")) {
                format!(
                    "{} cells are lists; with [files] repeat = {} each item of them is a row",
                    column.given,
                    quoted(&column.name)
                )
            } else {
                format!("{} cells say something", column.given)
            };
            line(out, &format!("#   {}: {what}", quoted(&column.name)));
        }
    }
}
