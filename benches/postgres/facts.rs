//! The facts as tables: one file of rows for each, loaded by COPY, indexed and analysed.
//!
//! Start at [`load`]. Source of the layout: docs/internals/measured.md, Figures beside PostgreSQL.
//!
//! Never here: questions.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::as_conversions,
    clippy::indexing_slicing,
    reason = "a bench may stop at the first surprise"
)]

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};

use event::{AuthorityKind, CodeSet, Day, Days, Kind, ReleaseKind};
use fold::{Assertion, Attributes, Audience, Effect, Fact, Scope, Track, TrackId};

use super::runs::{BEGINNING, bits, day, individuals, known, runs};
use super::server::Server;
use crate::asked::scopes;
use crate::folded::Folded;

/// Texts as numbers, as the tables have them.
#[derive(Default)]
pub(super) struct Names {
    pub(super) persons: Dictionary,
    pub(super) cases: Dictionary,
    pub(super) places: Dictionary,
    pub(super) orgs: Dictionary,
    pub(super) laws: Dictionary,
    pub(super) articles: Dictionary,
    charges: Dictionary,
}

/// The numbers of texts of one sort.
#[derive(Default)]
pub(super) struct Dictionary {
    numbers: BTreeMap<String, usize>,
    pub(super) texts: Vec<String>,
}

impl Dictionary {
    fn add(&mut self, text: &str) -> usize {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = self.texts.len();
        self.numbers.insert(text.into(), number);
        self.texts.push(text.into());
        number
    }

    pub(super) fn number(&self, text: &str) -> Option<usize> {
        self.numbers.get(text).copied()
    }
}

const SAYS: &str = "person int, kase int, place smallint, org smallint not null, kind smallint not null, \
    rights_exercised int not null, rights_violated int not null, \
    exercised_list smallint[] not null, violated_list smallint[] not null, \
    authority smallint not null, verification smallint not null, assessment smallint not null, \
    age smallint, release_kind smallint";
const KNOWN: &str = "known_from int not null, known_to int not null, scopes int not null";
const DAYS: &str = "earliest int not null, latest int not null, month_from int not null, \
    month_to int not null, doubt boolean not null";

const INDEXES: &str = "\
    create index on occurrences (kind, earliest, latest);\n\
    create index on occurrences (place, kind, earliest);\n\
    create index on occurrences (org, kind, earliest);\n\
    create index on occurrences (earliest, latest);\n\
    create index on occurrences (person);\n\
    create index on occurrences (kase);\n\
    create index on occurrences (verification, kind, earliest);\n\
    create index on runs using gist (during) where definition = 0;\n\
    create index on runs using gist (during) where definition = 1;\n\
    create index on runs using gist (during) where definition = 2;\n\
    create index on runs (person);\n\
    create index on runs (kase);\n\
    create index on charges (law, article, status, earliest);\n\
    create index on charges (article, earliest);\n\
    create index on charges (status, earliest);\n\
    create index on charges (earliest, latest);\n\
    create index on charges (person);\n\
    create index on charges (kase);\n\
    create index on traits (person);\n\
    create index on individuals (person);\n\
    create index on deaths (person);\n";

/// Returns a month's number: years times twelve.
pub(super) fn month(of: Day) -> i64 {
    let number = |(year, month, _): (i16, i8, i8)| i64::from(year) * 12 + i64::from(month) - 1;
    of.ymd().map_or(BEGINNING, number)
}

fn or_null<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(|| "\\N".into(), |value| value.to_string())
}

fn list(set: CodeSet) -> String {
    let codes: Vec<String> = set.indices().map(|index| index.to_string()).collect();
    format!("{{{}}}", codes.join(","))
}

pub(super) fn mask(set: CodeSet) -> u32 {
    set.indices().map(|index| 1_u32 << index).sum()
}

fn dates(days: Days, doubt: bool) -> String {
    let (earliest, latest) = (day(days.earliest), day(days.latest));
    let (from, to) = (month(days.earliest), month(days.latest));
    format!("{earliest}\t{latest}\t{from}\t{to}\t{doubt}")
}

fn columns(known: (i64, i64), scopes: u32) -> String {
    format!("{}\t{}\t{scopes}", known.0, known.1)
}

/// The files of all tables, while they are written.
struct Writer {
    files: BTreeMap<&'static str, BufWriter<File>>,
    names: Names,
    scopes: Vec<Scope>,
}

impl Writer {
    fn put(&mut self, table: &'static str, row: &str) {
        let file = self.files.get_mut(table).unwrap();
        writeln!(file, "{row}").expect("written");
    }

    fn says(&mut self, person: Option<&str>, org: &str, kind: Kind, claim: &Attributes) -> String {
        let names = &mut self.names;
        let numbers = [
            or_null(person.map(|id| names.persons.add(id))),
            or_null(claim.case.as_ref().map(|id| names.cases.add(id.as_str()))),
            or_null(claim.place.as_ref().map(|place| names.places.add(place))),
            names.orgs.add(org).to_string(),
            kind.index().to_string(),
            mask(claim.rights_exercised).to_string(),
            mask(claim.rights_violated).to_string(),
            list(claim.rights_exercised),
            list(claim.rights_violated),
            claim
                .authority
                .unwrap_or(AuthorityKind::Unknown)
                .index()
                .to_string(),
            claim.verification.index().to_string(),
            claim.assessment.index().to_string(),
            or_null(claim.age),
        ];
        numbers.join("\t")
    }

    fn occurrence(&mut self, known: (i64, i64), event: &Assertion, person: Option<&str>) {
        let sees = bits(
            &Audience::new(event.visibility, &event.confined_to),
            &self.scopes,
        );
        let released = if let Effect::Release { kind, .. } = event.effect {
            Some(ReleaseKind::index(kind))
        } else {
            None
        };
        let says = self.says(
            person,
            event.key.org.as_str(),
            event.kind,
            &event.attributes,
        );
        let row = format!(
            "{}\t{says}\t{}\t{}\t{}\t{}\t{}",
            columns(known, sees),
            or_null(released),
            dates(event.days, event.doubt),
            event.position,
            or_null(event.unnamed.map(|(lower, _)| lower)),
            or_null(event.unnamed.and_then(|(_, upper)| upper)),
        );
        self.put("occurrences", &row);
        if let (Kind::Death, Some(person)) = (event.kind, person)
            && event.attributes.verification != event::Verification::Refuted
        {
            let (earliest, latest) = (day(event.days.earliest), day(event.days.latest));
            let person = self.names.persons.add(person);
            let row = format!("{}\t{person}\t{earliest}\t{latest}", columns(known, sees));
            self.put("deaths", &row);
        }
    }

    fn track(&mut self, id: &TrackId, track: &Track) {
        let person = id.person().map(event::PersonId::as_str);
        for row in &track.assertions {
            self.occurrence(known(row), &row.value, person);
        }
        for row in &track.facts {
            if let (Fact::Charge(charge), sees) = &row.value {
                let known = columns(known(row), bits(sees, &self.scopes));
                let says = self.says(
                    person,
                    charge.org.as_str(),
                    Kind::Charge,
                    &charge.attributes,
                );
                let line = format!(
                    "{known}\t{says}\t\\N\t{}\t{}\t{}\t{}\t{}",
                    dates(charge.days, charge.doubt),
                    self.names.charges.add(&charge.charge),
                    or_null(charge.law.as_ref().map(|law| self.names.laws.add(law))),
                    or_null(charge.article.as_ref().map(|a| self.names.articles.add(a))),
                    charge.status.index(),
                );
                self.put("charges", &line);
            }
        }
        for definition in 0..3 {
            for span in runs(track, definition, &self.scopes) {
                let first = span.value.first;
                let says = self.says(person, first.org.as_str(), first.kind, &first.attributes);
                let (earliest, latest) =
                    (day(first.start.days.earliest), day(first.start.days.latest));
                let row = format!(
                    "{}\t{says}\t\\N\t{definition}\t[{},{})\t{}\t{}\t{earliest}\t{latest}\t{}",
                    columns(span.known, span.scopes),
                    span.value.start.0,
                    span.value.end.1.max(span.value.start.0),
                    span.value.start.1,
                    span.value.end.0,
                    span.value.doubt,
                );
                self.put("runs", &row);
            }
        }
    }

    fn person(&mut self, id: &str, person: &fold::Person) {
        let number = self.names.persons.add(id);
        for row in &person.traits {
            let (traits, sees) = &row.value;
            let roles = traits.roles.unwrap_or(CodeSet::EMPTY);
            let adult = |birth: Day| {
                let (year, month, day_of_month) = birth.ymd()?;
                Day::from_ymd(year + 18, month, day_of_month)
                    .or_else(|| Day::from_ymd(year + 18, 3, 1))
            };
            let line = format!(
                "{}\t{number}\t{}\t{}\t{}\t{}\t{}",
                columns(known(row), bits(sees, &self.scopes)),
                traits.sex.unwrap_or(event::Sex::Unknown).index(),
                or_null(
                    traits
                        .birth
                        .and_then(|birth| adult(birth.earliest))
                        .map(day)
                ),
                or_null(traits.birth.and_then(|birth| adult(birth.latest)).map(day)),
                mask(roles),
                list(roles),
            );
            self.put("traits", &line);
        }
    }
}

/// The tables, each with its columns.
fn tables() -> [(&'static str, String); 6] {
    [
        (
            "occurrences",
            format!("{KNOWN}, {SAYS}, {DAYS}, event int not null, lower bigint, upper bigint"),
        ),
        (
            "charges",
            format!(
                "{KNOWN}, {SAYS}, {DAYS}, charge int not null, law smallint, article smallint, status smallint not null"
            ),
        ),
        (
            "runs",
            format!(
                "{KNOWN}, {SAYS}, definition smallint not null, during int4range not null, \
            start_latest int not null, end_earliest int not null, \
            earliest int not null, latest int not null, doubt boolean not null"
            ),
        ),
        (
            "traits",
            format!(
                "{KNOWN}, person int not null, sex smallint not null, \
            adult_from int, adult_to int, roles int not null, roles_list smallint[] not null"
            ),
        ),
        (
            "individuals",
            format!("{KNOWN}, person int not null, individual int not null"),
        ),
        (
            "deaths",
            format!("{KNOWN}, person int not null, earliest int not null, latest int not null"),
        ),
    ]
}

/// Makes the tables and loads the facts; returns the names of what they number.
pub(super) fn load(folded: &Folded, server: &Server) -> Names {
    let tables = tables();
    let mut writer = Writer {
        files: tables
            .iter()
            .map(|(name, _)| {
                let file = File::create(server.folder().join(name)).expect("a file");
                (*name, BufWriter::new(file))
            })
            .collect(),
        names: Names::default(),
        scopes: scopes(),
    };
    for (id, person) in &folded.rows.persons {
        writer.person(id.as_str(), person);
    }
    for (id, track) in &folded.rows.tracks {
        writer.track(id, track);
    }
    for span in individuals(folded.rows.tracks.iter(), &scopes()) {
        let (person, least) = span.value;
        let numbers = [person, least].map(|id| writer.names.persons.add(id.as_str()));
        let row = format!(
            "{}\t{}\t{}",
            columns(span.known, span.scopes),
            numbers[0],
            numbers[1]
        );
        writer.put("individuals", &row);
    }
    for file in writer.files.values_mut() {
        file.flush().expect("written");
    }
    let mut script = String::new();
    for (name, columns) in &tables {
        let path = server.folder().join(name);
        script.push_str(&format!("create unlogged table {name} ({columns});\n"));
        script.push_str(&format!("\\copy {name} from '{}'\n", path.display()));
    }
    script.push_str(INDEXES);
    script.push_str("vacuum analyze;\n");
    server.script(&script);
    writer.names
}
