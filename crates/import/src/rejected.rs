//! The file of what was rejected: line, reason and hint, then the row's own cells, to be mended and imported again.
//!
//! Start at [`write()`]. The inputs are read once more for the rows in question, so that no report holds a
//! row's content.
//!
//! Never here: why a row is rejected.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use csv::WriterBuilder;

use crate::read::rejected_columns::{DATES, OTHER, OWN};
use crate::read::{DAMAGED, Next, Row, Table, line_of};
use crate::rows::OTHER_PEOPLE;
use crate::rows::key::{self, Contents};
use crate::snapshots::List;
use crate::{Error, Job, Rejections, Report, json};

/// What can be done about a row of a list that was seen at several times: by itself it says who was on no list.
const OF_VERSION: &str =
    "mend it in the file of its version, and import all versions again: this file is no version";

/// The code of a row that is not corrected, where nothing is to be mended. Source: docs/guides/import.md, A row that came
/// back changed.
const NOT_CORRECTED: &str = "I0201";

/// What can be done about a row that was cut from a broken text.
const MEND: &str =
    "mend it: until then it is rejected again. Is it right as it stands, clear its cell @damaged";

/// A row as it is written: its own cells, and what is to be mended in it.
struct Written {
    cells: Vec<String>,
    damage: String,
}

/// Why one row is rejected.
#[derive(Clone, Default)]
struct Why {
    reasons: Vec<String>,
    hints: Vec<String>,
}

impl Why {
    /// Adds what can be done, once.
    fn hint(&mut self, hint: &str) {
        if !hint.is_empty() && !self.hints.iter().any(|known| known == hint) {
            self.hints.push(hint.to_owned());
        }
    }
}

/// The rows in question: by file, then by line.
type Rows = BTreeMap<String, BTreeMap<u64, Why>>;

/// Where the files lie whose rows are in question, by the names that a report has of them.
struct Files<'r> {
    report: &'r Report,
    /// Versions out of a repository, taken out once more.
    versions: Option<List>,
}

impl Files<'_> {
    fn path(&self, name: &str) -> Option<&Path> {
        let versions = self.versions.as_ref();
        let known = self.report.files.get(name).map(PathBuf::as_path);
        known.or_else(|| versions.and_then(|list| list.file(name)))
    }
}

/// Writes the rejected rows of the job's inputs, and the events that belong to no row.
///
/// A row of another number of cells than its header is written as far as it can be cut.
///
/// # Errors
/// [`Error::Io`], [`Error::Csv`].
pub fn write(
    path: &Path,
    job: &Job,
    report: &Report,
    rejections: &Rejections,
) -> Result<(), Error> {
    let mut options = OpenOptions::new();
    let options = options.write(true).create(true).truncate(true).mode(0o600);
    let file = options.open(path).map_err(|source| Error::Io {
        path: path.to_owned(),
        doing: "create",
        source,
    })?;
    let failed = |source| Error::csv(path, source);
    let mut out = WriterBuilder::new().flexible(true).from_writer(file);
    let rows = gathered(report, rejections);
    let is_gone = |name: &String| !report.files.contains_key(name);
    let versions = if rows.keys().any(is_gone) {
        job.taken_out()?
    } else {
        None
    };
    let files = Files { report, versions };
    let mut columns = columns(job, &files, &rows)?;
    let mut written = Vec::new();
    for (name, lines) in &rows {
        let table = files.path(name).map(|path| job.table(path)).transpose()?;
        let found = table.map(|mut table| cells(job, &mut table, lines, &columns));
        written.push((name, lines, found.unwrap_or_default()));
    }
    let mut all = written.iter().flat_map(|(_, _, found)| found.values());
    let is_damaged = all.any(|row| !row.damage.is_empty());
    let damaged = columns.iter().position(|name| name == DAMAGED);
    if is_damaged && damaged.is_none() {
        columns.insert(0, DAMAGED.to_owned());
    }
    // A row of a list that was seen at snapshots is one of a version, whose name says which.
    let several = rows.len() > 1 || report.files.len() > 1 || report.comings.is_some();
    let names = columns.iter().map(String::as_str);
    out.write_record(before(&columns).into_iter().chain(names))
        .map_err(failed)?;
    for (name, lines, mut found) in written {
        for (line, why) in lines {
            let row = found.remove(line);
            let is_cut = row.as_ref().is_some_and(|row| !row.damage.is_empty());
            let mut why = why.clone();
            why.hint(if is_cut { MEND } else { "" });
            let place = match (several, line) {
                (_, 0) => name.clone(),
                (true, line) => format!("{name}:{line}"),
                (false, line) => line.to_string(),
            };
            let own = [place, why.reasons.join("; "), why.hints.join("; ")];
            let cells = row.map_or_else(Vec::new, |row| {
                row.with_damage(is_damaged.then_some(damaged))
            });
            out.write_record(own.iter().chain(&cells)).map_err(failed)?;
        }
    }
    out.flush().map_err(|source| Error::Io {
        path: path.to_owned(),
        doing: "write",
        source,
    })
}

fn gathered(report: &Report, rejections: &Rejections) -> Rows {
    let mut rows = Rows::new();
    let of_version = report.comings.is_some().then_some(OF_VERSION);
    for row in &report.rejected_rows {
        let why = rows.entry(row.file.clone()).or_default();
        let place = match row.column.as_str() {
            "" => row.reason.clone(),
            column => format!("{column}: {} ({})", row.reason, row.value_class),
        };
        let why = why.entry(row.row).or_default();
        why.reasons.push(place);
        why.hint(of_version.unwrap_or(""));
    }
    for event in &rejections.events {
        let why = rows.entry(event.origin.file.to_string()).or_default();
        let (code, pointer, found) = (&event.code, &event.pointer, &event.found);
        let expected = &event.expected;
        let reason = match expected.as_str() {
            "" => format!("{code}: {found}"),
            expected => format!("{code} {pointer}: {found}, but expected {expected}"),
        };
        for (line, _) in event.origin.rows() {
            let why = why.entry(line).or_default();
            why.reasons.push(reason.clone());
            why.hint(&event.hint);
            if event.code != NOT_CORRECTED {
                why.hint(of_version.unwrap_or(""));
            }
        }
    }
    rows
}

/// The names of our own columns; another one where a file has a column of that name.
fn before(columns: &[String]) -> [&'static str; 3] {
    let taken = OWN.iter().any(|own| columns.iter().any(|name| name == own));
    if taken { OTHER } else { OWN }
}

/// The columns of all files with rows in question, in the order in which they are first seen; those that
/// stand before a row in a file like this one are left out.
fn columns(job: &Job, files: &Files<'_>, rows: &Rows) -> Result<Vec<String>, Error> {
    let mut columns: Vec<String> = Vec::new();
    let files = rows.keys().filter_map(|name| files.path(name));
    for (place, path) in files.enumerate() {
        let table = job.table(path)?;
        for name in kept(job, &table).into_iter().chain(own_columns(&table)) {
            if place == 0 || !columns.contains(&name) {
                columns.push(name);
            }
        }
    }
    Ok(columns)
}

fn own_columns(table: &Table) -> Vec<String> {
    let first = if table.is_rejected() { OWN.len() } else { 0 };
    table.header().skip(first).map(str::to_owned).collect()
}

/// The columns that stand before a table's own so that its rows are read again as what they were: what names them and
/// is no cell, and which cells are dates. A file of rejected rows has them already.
fn kept(job: &Job, table: &Table) -> Vec<String> {
    let row = job.mapping.row.as_ref();
    let mut key = row.map(|row| row.kept_of_key()).unwrap_or_default();
    // A text may say the row's number or place too, as `row-{@row}` does that names a case.
    let text = std::fs::read_to_string(&job.mapping_file).unwrap_or_default();
    let said = |name: &&str| text.contains(*name);
    for name in [key::ROW, key::REPEAT].into_iter().filter(said) {
        if !key.contains(&name) {
            key.push(name);
        }
    }
    let key = key.into_iter().chain(table.has_dates().then_some(DATES));
    let known: Vec<&str> = table.header().collect();
    key.filter(|name| !known.contains(name))
        .map(str::to_owned)
        .collect()
}

/// Reads the cells of the rows in question, in the order of the columns.
fn cells(
    job: &Job,
    table: &mut Table,
    lines: &BTreeMap<u64, Why>,
    columns: &[String],
) -> BTreeMap<u64, Written> {
    let mut own = own_columns(table);
    let first = table.header().count() - own.len();
    let kept = kept(job, table);
    own.splice(0..0, kept.iter().cloned());
    let mut contents = Contents::default();
    let mut found = BTreeMap::new();
    let mut row = Row::default();
    loop {
        let (line, damage) = match table.next(&mut row) {
            // What cannot be read again has its reason all the same; the report says where the import broke off.
            Err(_) | Ok(Next::End) => return found,
            Ok(Next::Row) => {
                let line = line_of(&row);
                let names_others = lines.get(&line).is_some_and(|why| {
                    let mut reasons = why.reasons.iter();
                    reasons.any(|reason| reason.contains(OTHER_PEOPLE))
                });
                let mark = names_others.then(|| table.mark_whole(&row));
                (line, mark.unwrap_or_default())
            }
            Ok(Next::Broken { line, .. }) => (line, table.mark_damage(&row)),
        };
        // Of every row: what a content names is how often it came before.
        let mut cells: Vec<String> = Vec::with_capacity(own.len());
        for name in &kept {
            cells.push(match name.as_str() {
                DATES => dates(table, &row),
                name => key::kept(name, &row, job.secret.as_ref(), &mut contents),
            });
        }
        if !lines.contains_key(&line) {
            continue;
        }
        cells.extend(row.to_mend().skip(first).map(str::to_owned));
        let placed = if own == columns {
            cells
        } else {
            let named: BTreeMap<&String, &String> = own.iter().zip(&cells).collect();
            let all = columns.iter().map(|name| {
                named
                    .get(name)
                    .map_or_else(String::new, |cell| (*cell).clone())
            });
            // What stands beyond the header stays beyond it.
            let beyond = cells.iter().skip(own.len()).cloned();
            all.chain(beyond).collect()
        };
        found.insert(
            line,
            Written {
                cells: placed,
                damage,
            },
        );
    }
}

impl Written {
    /// Returns the cells with what is to be mended. `column` is none where no row has such a thing; else the place of its
    /// column, or none where that is put before all others.
    fn with_damage(self, column: Option<Option<usize>>) -> Vec<String> {
        let Self { mut cells, damage } = self;
        match column {
            None => {}
            Some(None) => cells.insert(0, damage),
            Some(Some(place)) => {
                if let Some(cell) = cells.get_mut(place).filter(|cell| cell.is_empty()) {
                    *cell = damage;
                }
            }
        }
        cells
    }
}

/// Names the cells of a row that are dates; nothing where none are.
fn dates(table: &Table, row: &Row) -> String {
    let names = table.dates_of(row);
    if names.is_empty() {
        return String::new();
    }
    String::from_utf8_lossy(&json::array(&names)).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Inputs, RejectedEvent};

    const MAPPING: &str = "format = 1\norg = 'test'\nsource = '//test.example/a'\n[row]\nkey = ['no']\n\
        recordedtime = {text = '2020-01-03T00:00:00Z'}\nset = {visibility = 'public'}\n\
        from = {occurred = {column = 'day', date = '%Y-%m-%d'}}\n[[event]]\nkind = 'arrest'\n";

    fn run(rows: &str) -> (tempfile::TempDir, Job, Report) {
        let folder = tempfile::tempdir().unwrap();
        let (mapping, file) = (folder.path().join("m.toml"), folder.path().join("a.csv"));
        std::fs::write(&mapping, MAPPING).unwrap();
        std::fs::write(&file, rows).unwrap();
        let job = Job::new(Inputs {
            mapping,
            files: vec![file],
            ..Inputs::default()
        })
        .unwrap();
        let report = job.events(&mut |_, _| Ok(())).unwrap();
        (folder, job, report)
    }

    /// Each row with the version that it stands in, also where versions have one name.
    #[test]
    fn rejected_rows_of_snapshots_stand_with_their_version() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let mapping = "format = 1\norg = 'test'\nsource = '//test.example/a'\n[snapshots]\ngone = 'nothing'\nVERSIONS\n\
            [row]\nkey = ['no']\nset = {visibility = 'public'}\n\
            from = {occurred = {column = 'day', date = '%Y-%m-%d'}}\n[[event]]\nkind = 'arrest'\n";
        let written = |versions: &str| {
            std::fs::write(at("m.toml"), mapping.replace("VERSIONS", versions)).unwrap();
            let job = Job::new(Inputs {
                mapping: at("m.toml"),
                ..Inputs::default()
            })
            .unwrap();
            let report = job.events(&mut |_, _| Ok(())).unwrap();
            write(&at("r.csv"), &job, &report, &Rejections::default()).unwrap();
            std::fs::read_to_string(at("r.csv")).unwrap()
        };
        for (version, row) in [("1", "1,soon\n"), ("2", "1,2020-01-02\n2,late\n")] {
            std::fs::create_dir(at(version)).unwrap();
            std::fs::write(at(version).join("list.csv"), format!("no,day\n{row}")).unwrap();
        }
        let text = written(
            "versions = [{file = '1/list.csv', recorded = '2020-02-01T00:00:00Z'}, \
             {file = '2/list.csv', recorded = '2020-02-02T00:00:00Z'}]",
        );
        let lines: Vec<&str> = text.lines().collect();
        assert!(
            lines[1].starts_with("list.csv:2,") && lines[1].ends_with(",1,soon"),
            "{text}"
        );
        let second = "list.csv of 2020-02-02T00:00:00Z:3,";
        assert!(
            lines[2].starts_with(second) && lines[2].ends_with(",2,late"),
            "{text}"
        );
        let git = |arguments: &[&str]| {
            let mut command = std::process::Command::new("git");
            command.arg("-C").arg(at("git")).args(arguments);
            command.env("GIT_COMMITTER_DATE", "2020-02-01T00:00:00Z");
            assert!(command.output().unwrap().status.success());
        };
        std::fs::create_dir(at("git")).unwrap();
        git(&["init", "-q"]);
        std::fs::write(at("git").join("list.csv"), "no,day\n1,soon\n").unwrap();
        git(&["add", "."]);
        let who = ["-c", "user.name=Ana", "-c", "user.email=ana@test.example"];
        git(&[&who[..], &["commit", "-qm", "one"]].concat());
        assert!(
            lines[1..]
                .iter()
                .all(|line| line.contains("import all versions again")),
            "{text}"
        );
        // In place of a version it is none, and nobody is gone in it.
        std::fs::copy(at("r.csv"), at("2").join("list.csv")).unwrap();
        std::fs::write(at("1").join("list.csv"), "no,day\n1,2020-01-02\n").unwrap();
        let text = written(
            "versions = [{file = '1/list.csv', recorded = '2020-02-01T00:00:00Z'}, \
             {file = '2/list.csv', recorded = '2020-02-02T00:00:00Z'}]",
        );
        assert_eq!(text.lines().count(), 1, "{text}");
        let text = written("git = {repository = 'git', file = 'list.csv'}");
        let line = text.lines().nth(1).unwrap();
        assert!(
            line.starts_with("list.csv of 2020-02-01T00:00:00") && line.ends_with(",1,soon"),
            "{text}"
        );
    }

    #[test]
    fn what_was_rejected_is_written_with_its_row_and_comes_in_again_once_mended() {
        let (folder, job, report) =
            run("no,day,who\n1,2020-01-02,Ana\n2,soon,Bo\n3,2020-01-02\n4,x,\"a\"b\"\n");
        let mut rejections = Rejections::default();
        rejections.add(RejectedEvent {
            origin: crate::Origin {
                file: "a.csv".into(),
                line: 2,
                row: 1,
                ..crate::Origin::default()
            },
            id: "id-1".to_owned(),
            code: "E0203".to_owned(),
            pointer: "/data/mode".to_owned(),
            found: "raidd".to_owned(),
            expected: "a code".to_owned(),
            hint: "raid".to_owned(),
        });
        let path = folder.path().join("rejected.csv");
        write(&path, &job, &report, &rejections).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[..4],
            [
                "line,reason,hint,@damaged,no,day,who",
                "2,\"E0203 /data/mode: raidd, but expected a code\",raid,,1,2020-01-02,Ana",
                "3,\"day: not a date of the form %Y-%m-%d (text, 4 characters)\",,,2,soon,Bo",
                &*format!(
                    "4,\"a row of 2 cells, but the header has 3\",\"{MEND}\",[2],3,2020-01-02"
                ),
            ]
        );
        assert!(
            lines[4].starts_with("5,a quote") || lines[4].starts_with("5,\"a quote"),
            "{}",
            lines[4]
        );
        // As it stands in the file, to be mended.
        assert!(
            lines[4].contains(",\"[\"\"") && lines[4].ends_with(",4,x,\"\"\"a\"\"b\"\"\""),
            "{}",
            lines[4]
        );
        let mended = text
            .replace("soon", "2020-01-05")
            .replace("3,2020-01-02\n", "3,2020-01-02,Dara\n");
        let (folder, job, again) = run(&mended);
        assert_eq!((again.events_made(), again.rows_rejected), (3, 1));
        let path = folder.path().join("rejected.csv");
        write(&path, &job, &again, &Rejections::default()).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(
            text.starts_with("line,reason,hint,@damaged,no,day,who\n"),
            "{text}"
        );
    }
}
