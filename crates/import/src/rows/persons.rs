//! People named in one cell: `Ryan (BuzzFeed), Ann, Anonymous`.
//!
//! A name that is not known is not a person: it becomes the event's `group`, which is never added to
//! people with names.
//!
//! Never here: whether two names are one person; that is `same_person`'s to say.

use csv::StringRecord;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use crate::Error;
use crate::codes::NullWords;
use crate::input::{Column, CsvTable};
use crate::line::LineWriter;
use crate::secret::hash_hex;
use crate::split;

/// How people stand in a cell.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PersonsColumn {
    column: String,
    /// What separates them, outside parentheses.
    split: String,
    /// What their ids begin with; 16 hex digits of the name's hash follow, keyed with the secret.
    id_prefix: String,
    /// Their roles.
    #[serde(default)]
    roles: Vec<String>,
    /// Whether what stands in parentheses behind a name is an affiliation.
    #[serde(default)]
    affiliation: bool,
    /// Names that name nobody.
    #[serde(default)]
    unnamed: Vec<String>,
    /// The language of those words.
    lang: Option<String>,
}

/// The same, its column found.
pub(super) struct Persons {
    column: Column,
    spec: PersonsColumn,
}

impl PersonsColumn {
    pub(super) fn bind(&self, table: &CsvTable) -> Result<Persons, Error> {
        Ok(Persons {
            column: table.column(&self.column)?,
            spec: self.clone(),
        })
    }
}

impl Persons {
    /// Puts `persons` and `group` into `data`, where the cell has any.
    pub(super) fn put(
        &self,
        row: &StringRecord,
        nulls: &NullWords,
        maker: &LineWriter,
        data: &mut Map<String, Json>,
    ) {
        let Some(cell) = nulls.some(self.column.of(row)) else {
            return;
        };
        let mut persons: Vec<Json> = Vec::new();
        let mut unnamed: Vec<&str> = Vec::new();
        for item in split::outside_parentheses(cell, &self.spec.split) {
            let (name, affiliation) = self.parts(item);
            if self.spec.unnamed.iter().any(|word| word == name) {
                unnamed.push(item);
                continue;
            }
            let person = self.person(name, affiliation, maker);
            if !persons
                .iter()
                .any(|known| known.get("id") == person.get("id"))
            {
                persons.push(person);
            }
        }
        if !persons.is_empty() {
            data.insert("persons".to_owned(), Json::Array(persons));
        }
        if !unnamed.is_empty() {
            let count = unnamed.len();
            let verbatim = unnamed.join(", ");
            let mut group = json!({"lower": count, "upper": count, "verbatim": verbatim});
            if let (Some(lang), Some(group)) = (&self.spec.lang, group.as_object_mut()) {
                group.insert("lang".to_owned(), json!(lang));
            }
            data.insert("group".to_owned(), group);
        }
    }

    fn parts<'a>(&self, item: &'a str) -> (&'a str, Option<&'a str>) {
        let parts = item.strip_suffix(')').and_then(|item| item.split_once('('));
        match parts {
            Some((name, affiliation)) if self.spec.affiliation && !name.trim().is_empty() => {
                (name.trim(), Some(affiliation.trim()))
            }
            Some(_) | None => (item, None),
        }
    }

    fn person(&self, name: &str, affiliation: Option<&str>, maker: &LineWriter) -> Json {
        let hash = hash_hex(maker.secret.as_ref(), name, 16);
        let id = format!("{}:{}{hash}", maker.org, self.spec.id_prefix);
        let mut person = json!({"id": id, "names": [{"text": name}]});
        if let Some(members) = person.as_object_mut() {
            if !self.spec.roles.is_empty() {
                members.insert("roles".to_owned(), json!(self.spec.roles));
            }
            if let Some(affiliation) = affiliation.filter(|a| !a.is_empty()) {
                members.insert("affiliations".to_owned(), json!([affiliation]));
            }
        }
        person
    }
}
