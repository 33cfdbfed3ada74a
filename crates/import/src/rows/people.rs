//! A person said by columns of a row: names by script and kind, birth, sex, age, roles. `[[row.person]]`, once for
//! each person that a row may have.
//!
//! Start at [`PersonSection`], as it stands in a mapping, and [`PersonReader`].
//!
//! Never here: several people in one cell (`persons`).

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value as Json, json};
use toml::Spanned;

use event::Kind;

use super::field::{CellError, FieldReader, FieldSpec, RowCells, Target, add_constants, put};
use super::mapping::nothing;
use super::persons::{Identity, RowNames};
use crate::codes;
use crate::condition::{Condition, ConditionSpec};
use crate::error::quoted;
use crate::leaves::Path;
use crate::letters::composed;
use crate::mapping::binder::Binder;
use crate::mapping::holds::{self, Holds, Unknown};
use crate::read::Column;
use crate::secret::hash_hex;
use crate::split;

/// A person of a row.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PersonSection {
    /// The person's names; the first that is given is the one that an identity of names is made of.
    #[serde(default)]
    names: Vec<NameSpec>,
    id_prefix: String,
    identity: Spanned<Identity>,
    id_column: Option<Spanned<String>>,
    #[serde(default)]
    when: Vec<ConditionSpec>,
    #[serde(default = "nothing")]
    set: Spanned<toml::Table>,
    #[serde(default)]
    from: BTreeMap<Spanned<String>, FieldSpec>,
}

/// A name of a person.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NameSpec {
    column: Spanned<String>,
    /// Four letters of ISO 15924, e.g. `Khmr`.
    script: Option<Spanned<String>>,
    /// `legal`, `alias` or `transliteration`.
    kind: Option<String>,
    /// What stands between several names in the cell.
    split: Option<String>,
}

/// The same, its columns found.
pub(super) struct PersonReader {
    names: Vec<(Column, NameSpec)>,
    place: usize,
    id_prefix: String,
    identity: Identity,
    ids: Option<(Column, String)>,
    when: Vec<Condition>,
    constants: Map<String, Json>,
    from: Vec<(String, FieldReader)>,
}

impl PersonSection {
    /// Whether the person is told apart by an id that stands in the row.
    pub(super) const fn has_own_ids(&self) -> bool {
        self.id_column.is_some()
    }

    /// Returns what the person's id begins with, and whether it is made of the row.
    pub(super) fn ids_begin(&self) -> (&str, bool) {
        (&self.id_prefix, *self.identity.as_ref() == Identity::Row)
    }

    /// Returns its constants, and where it stands in the mapping, as a byte.
    pub(super) fn constants(&self) -> (&toml::Table, usize) {
        (self.set.as_ref(), self.set.span().start)
    }

    /// Finds the columns of the section that is number `place`, counted from 0.
    pub(super) fn bind(&self, place: usize, binder: &Binder<'_>) -> PersonReader {
        let at = self.identity.span().start;
        let identity = *self.identity.as_ref();
        if (identity == Identity::Column) != self.id_column.is_some() {
            binder.wrong(
                at,
                "identity = \"column\" and id_column = \"...\" go together".to_owned(),
            );
        }
        if identity == Identity::Name && self.names.is_empty() {
            binder.wrong(at, "identity = \"name\", but no names are given".to_owned());
        }
        for script in self.names.iter().filter_map(|name| name.script.as_ref()) {
            if !is_script(script.as_ref()) {
                let what = format!(
                    "script {} is not four letters, e.g. Khmr",
                    quoted(script.as_ref())
                );
                binder.wrong(script.span().start, what);
            }
        }
        let mut constants = Map::new();
        if add_constants(&mut constants, self.set.as_ref()).is_err() {
            binder.wrong(at, "set holds what is no JSON".to_owned());
        }
        PersonReader {
            names: self
                .names
                .iter()
                .map(|name| (binder.column(&name.column), name.clone()))
                .collect(),
            place,
            id_prefix: self.id_prefix.clone(),
            identity,
            ids: self
                .id_column
                .as_ref()
                .map(|name| (binder.column(name), name.as_ref().clone())),
            when: self.when.iter().map(|when| when.bind_in(binder)).collect(),
            constants,
            from: self
                .from
                .iter()
                .map(|(path, spec)| field(path, spec, binder))
                .collect(),
        }
    }
}

/// Whether a text has the form of a script's code. Source: ISO 15924.
fn is_script(text: &str) -> bool {
    let mut letters = text.bytes();
    text.len() == 4
        && letters
            .next()
            .is_some_and(|letter| letter.is_ascii_uppercase())
        && letters.all(|letter| letter.is_ascii_lowercase())
}

/// A field of a person; what there is not is noted.
fn field(path: &Spanned<String>, spec: &FieldSpec, binder: &Binder<'_>) -> (String, FieldReader) {
    let name = path.as_ref().as_str();
    let at = path.span().start;
    if matches!(name.split('.').next(), Some("id" | "names")) {
        binder.wrong(at, format!("{name} is said by identity and names already"));
    }
    // The fields of a person are the same in every kind.
    let holds = match holds::holds(Kind::Arrest, &format!("persons.0.{name}")) {
        Ok(holds) => holds,
        Err(Unknown::Refused(reason)) => {
            binder.wrong(at, format!("{name}: {reason}"));
            Holds::Text
        }
        Err(Unknown::Kept) => Holds::Text,
    };
    let target = Target {
        path: name,
        holds,
        at,
    };
    (name.to_owned(), spec.bind(binder, target))
}

/// Notes fields of a person that cannot be read, by whose they are.
fn note_unread(unread: Vec<Path>, id: Option<&str>, cells: &RowCells<'_>) {
    for path in unread {
        let person = ["persons", id.unwrap_or("0")].map(str::to_owned);
        let path = person.into_iter().chain(path).collect();
        cells.unread.borrow_mut().push(path);
    }
}

impl PersonReader {
    /// Returns the person that the row has here; none where it says nothing of one.
    ///
    /// # Errors
    /// [`CellError`] for a cell that cannot be read, or an id that is missing.
    pub(super) fn person(
        &self,
        names: &RowNames<'_>,
        cells: &RowCells<'_>,
    ) -> Result<Option<Json>, CellError> {
        if !self
            .when
            .iter()
            .all(|when| when.holds(cells.row, cells.nulls))
        {
            return Ok(None);
        }
        let said = self.said(cells);
        let mut fields = Map::new();
        let before = cells.unread.borrow().len();
        for (path, reader) in &self.from {
            if let Some(value) = reader.json(cells)? {
                put(&mut fields, path, value);
            }
        }
        let own = self
            .ids
            .as_ref()
            .and_then(|(column, _)| cells.nulls.some(column.of(cells.row)));
        let unread = cells.unread.borrow_mut().split_off(before);
        if said.is_empty() && fields.is_empty() && own.is_none() {
            if !unread.is_empty() && self.identity == Identity::Row {
                let id = self.id(None, None, names)?;
                note_unread(unread, id.as_deref(), cells);
            }
            return Ok(None);
        }
        let first = said
            .first()
            .and_then(|name| name.get("text"))
            .and_then(Json::as_str);
        let Some(id) = self.id(first, own, names)? else {
            let note = "fields of a person are left out: the row names nobody";
            cells.notes.borrow_mut().push(note.to_owned());
            return Ok(None);
        };
        note_unread(unread, Some(&id), cells);
        let mut person = self.constants.clone();
        person.insert("id".to_owned(), json!(id));
        if !said.is_empty() {
            person.insert("names".to_owned(), Json::Array(said));
        }
        super::field::merge(&mut person, Json::Object(fields));
        Ok(Some(Json::Object(person)))
    }

    fn said(&self, cells: &RowCells<'_>) -> Vec<Json> {
        let mut said = Vec::new();
        for (column, spec) in &self.names {
            let Some(cell) = cells.nulls.some(column.of(cells.row)) else {
                continue;
            };
            let items: Vec<&str> = match &spec.split {
                Some(separator) => split::outside_parentheses(cell, separator).collect(),
                None => vec![cell],
            };
            for text in items {
                let mut name = Map::from_iter([("text".to_owned(), json!(text))]);
                name.extend(
                    spec.script
                        .iter()
                        .map(|s| ("script".to_owned(), json!(s.as_ref()))),
                );
                name.extend(spec.kind.iter().map(|k| ("kind".to_owned(), json!(k))));
                let name = Json::Object(name);
                if !said.contains(&name) {
                    said.push(name);
                }
            }
        }
        said
    }

    /// Returns the person's id; none where it would be made of a name that is not given.
    fn id(
        &self,
        name: Option<&str>,
        own: Option<&str>,
        names: &RowNames<'_>,
    ) -> Result<Option<String>, CellError> {
        let secret = names.maker.secret.as_ref();
        let name = name.map(composed);
        let name = name.as_deref();
        let local = match self.identity {
            Identity::Name => match name {
                Some(name) => hash_hex(secret, name, 16),
                None => return Ok(None),
            },
            Identity::Row => {
                let place = self.place.to_string();
                let mut key = names.key.to_vec();
                key.push(&place);
                // Rows that are one event have one key: their people are told apart by their names.
                key.extend(names.together.then_some(name.unwrap_or("")));
                let key = crate::json::array(&key);
                hash_hex(secret, &String::from_utf8_lossy(&key), 16)
            }
            Identity::Column => match own {
                Some(own) => codes::local(own, secret),
                None => {
                    return Err(CellError {
                        column: self
                            .ids
                            .as_ref()
                            .map_or_else(String::new, |(_, name)| name.clone()),
                        value: String::new(),
                        reason: "no id for the row's person, but identity is \"column\"".to_owned(),
                    });
                }
            },
        };
        Ok(Some(format!(
            "{}:{}{local}",
            names.maker.org, self.id_prefix
        )))
    }
}
