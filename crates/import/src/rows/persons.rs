//! People named in one cell: `Ryan (BuzzFeed), Ann, Anonymous`.
//!
//! A name that is not known is not a person: it becomes the event's `group`, which is never added to
//! people with names. What a mapping says of `persons.0` is said of the one person whom the cell names.
//!
//! Never here: whether two names are one person; that is `same_person`'s to say.

use serde::Deserialize;
use serde_json::{Map, Value as Json, json};
use toml::Spanned;

use super::field::{CellError, merge};
use super::unnamed::{Count, Unnamed};
use crate::codes::{self, NullWords};
use crate::letters::composed;
use crate::line::LineWriter;
use crate::mapping::binder::Binder;
use crate::read::{Column, Row};
use crate::secret::hash_hex;
use crate::split;

/// How people stand in a cell.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PersonsColumn {
    column: Spanned<String>,
    /// What separates them, outside parentheses; without it a cell has one name.
    split: Option<String>,
    /// What their ids begin with.
    id_prefix: String,
    /// What makes a person the same in two rows; where nothing is said, the format does (see
    /// [`Identity::unsaid`]).
    identity: Option<Identity>,
    /// The column of the organisation's own ids of people, where that is their identity; split as names are.
    id_column: Option<Spanned<String>>,
    /// Their roles.
    #[serde(default)]
    roles: Vec<String>,
    /// Whether what stands in parentheses behind a name is an affiliation.
    #[serde(default)]
    affiliation: bool,
    /// Names that name nobody, and how many each stands for.
    #[serde(default)]
    unnamed: Unnamed,
    /// The language of those words.
    lang: Option<String>,
}

/// What makes a person the same in two rows.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(super) enum Identity {
    /// Nothing: each row has people of its own, and who is one is offered as possible duplicates.
    Row,
    /// The id in a column of its own.
    Column,
    /// The name as written: two people of one name are then one.
    Name,
}

impl Identity {
    /// What a mapping means that says nothing: one of format 1 keeps the ids that it made before it could
    /// say anything, which were of names.
    const fn unsaid(format: u32) -> Self {
        match format {
            1 => Self::Name,
            _ => Self::Row,
        }
    }
}

/// The same, its columns found.
pub(super) struct Persons {
    column: Column,
    ids: Option<Column>,
    identity: Identity,
    spec: PersonsColumn,
}

/// What the row says beside its people.
pub(super) struct RowNames<'a> {
    pub(super) row: &'a Row,
    pub(super) nulls: &'a NullWords,
    pub(super) maker: &'a LineWriter,
    /// The cells of the row's key.
    pub(super) key: &'a [&'a str],
    /// Whether rows of one key are one event.
    pub(super) together: bool,
}

impl PersonsColumn {
    /// Whether a mapping of `format` makes people of names without having said so.
    pub(super) fn takes_names_unsaid(&self, format: u32) -> bool {
        self.identity.is_none() && Identity::unsaid(format) == Identity::Name
    }

    /// Whether people are told apart by ids that stand in the row.
    pub(super) const fn has_own_ids(&self) -> bool {
        self.id_column.is_some()
    }

    /// Returns what the ids of people begin with, and whether they are made of the row.
    pub(super) fn ids_begin(&self, format: u32) -> (&str, bool) {
        let identity = self.identity.unwrap_or(Identity::unsaid(format));
        (&self.id_prefix, identity == Identity::Row)
    }

    /// Returns the name of the column of names.
    pub(super) fn column(&self) -> &str {
        self.column.as_ref()
    }

    pub(super) fn bind(&self, format: u32, binder: &Binder<'_>) -> Persons {
        let at = self.column.span().start;
        let identity = self.identity.unwrap_or(Identity::unsaid(format));
        let needs_ids = identity == Identity::Column;
        if needs_ids != self.id_column.is_some() {
            binder.wrong(
                at,
                "identity = \"column\" and id_column = \"...\" go together; identity is \"row\", \
                 \"column\" or \"name\""
                    .to_owned(),
            );
        }
        Persons {
            column: binder.column(&self.column),
            ids: self.id_column.as_ref().map(|name| binder.column(name)),
            identity,
            spec: self.clone(),
        }
    }
}

impl Persons {
    /// Puts `persons` and `group` into `data`, where the cell has any. What `data` says of its first
    /// person already is said of the one whom the cell names.
    ///
    /// # Errors
    /// [`CellError`] where it could be said of several, or an id is missing.
    pub(super) fn put(
        &self,
        names: &RowNames<'_>,
        data: &mut Map<String, Json>,
    ) -> Result<Option<String>, CellError> {
        let said = first_person(data);
        let cell = names.nulls.some(self.column.of(names.row)).unwrap_or("");
        let ids = self.ids(names);
        let mut persons: Vec<Json> = Vec::new();
        let mut unnamed: Vec<(&str, Count)> = Vec::new();
        let mut twice = None;
        for (place, item) in self.items(cell).into_iter().enumerate() {
            let (name, affiliation) = self.parts(item);
            if let Some(count) = self.spec.unnamed.count(name) {
                unnamed.push((item, count));
                continue;
            }
            let id = self.id(name, ids.get(place).copied(), names)?;
            let id_of = id.as_object().and_then(|o| o.get("id"));
            if let Some(known) = persons.iter().find(|known| known.get("id") == id_of) {
                if known.pointer("/names/0/text").and_then(Json::as_str) != Some(name) {
                    let reason = "two names have one id: are they one person? Give each an id of its own, or one name";
                    return Err(self.refuse_ids(names, reason.to_owned()));
                }
                if self.identity == Identity::Row {
                    let reason = "a name stands twice in one cell: are they two people? Name them by ids \
                                  (identity = \"column\"), or write the name once";
                    return Err(self.refuse_ids(names, reason.to_owned()));
                }
                twice = Some("a person stands twice in one cell, and is taken once".to_owned());
                continue;
            }
            persons.push(self.person(id, name, affiliation));
        }
        let items = self.items(cell).len();
        if ids.len() > items {
            let reason = format!("{} ids for {items} names: whose are they?", ids.len());
            return Err(self.refuse_ids(names, reason));
        }
        let note = self.say(said, &mut persons, cell)?;
        if !persons.is_empty() {
            data.insert("persons".to_owned(), Json::Array(persons));
        }
        if !unnamed.is_empty() {
            self.put_unnamed(&unnamed, data);
        }
        Ok(note.or(twice))
    }

    /// Adds what is said of the row's person; returns a note where there is nobody to say it of.
    fn say(
        &self,
        said: Option<Json>,
        persons: &mut [Json],
        cell: &str,
    ) -> Result<Option<String>, CellError> {
        let Some(said) = said else { return Ok(None) };
        match persons {
            [] => Ok(Some(
                "fields of a person are left out: the row names nobody".to_owned(),
            )),
            [Json::Object(person)] => {
                merge(person, said);
                Ok(None)
            }
            many => Err(CellError {
                column: self.spec.column.as_ref().clone(),
                value: cell.to_owned(),
                reason: format!(
                    "{} people in the cell, but the mapping says fields of persons.0: of whom?",
                    many.len()
                ),
            }),
        }
    }

    /// Makes the error of a row's ids.
    fn refuse_ids(&self, names: &RowNames<'_>, reason: String) -> CellError {
        let column = self.spec.id_column.as_ref();
        CellError {
            column: column.map_or_else(String::new, |column| column.as_ref().clone()),
            value: self
                .ids
                .map_or("", |column| column.of(names.row))
                .to_owned(),
            reason,
        }
    }

    fn put_unnamed(&self, unnamed: &[(&str, Count)], data: &mut Map<String, Json>) {
        let lower: u64 = unnamed.iter().map(|(_, count)| count.lower).sum();
        let upper = unnamed.iter().map(|(_, count)| count.upper);
        let upper: Option<u64> = upper.sum();
        let words: Vec<&str> = unnamed.iter().map(|(item, _)| *item).collect();
        let verbatim = words.join(", ");
        let group = data.entry("group").or_insert_with(|| json!({}));
        if let Some(group) = group.as_object_mut() {
            // A number in a column of its own goes before the number of names.
            if !group.contains_key("lower") && !group.contains_key("upper") {
                group.insert("lower".to_owned(), json!(lower));
                group.extend(upper.map(|upper| ("upper".to_owned(), json!(upper))));
            }
            group.entry("verbatim").or_insert_with(|| json!(verbatim));
            if let Some(lang) = &self.spec.lang {
                group.entry("lang").or_insert_with(|| json!(lang));
            }
        }
    }

    fn items<'a>(&'a self, cell: &'a str) -> Vec<&'a str> {
        match &self.spec.split {
            Some(separator) => split::outside_parentheses(cell, separator).collect(),
            None => Some(cell)
                .into_iter()
                .filter(|cell| !cell.is_empty())
                .collect(),
        }
    }

    /// Returns the names that stand in a row.
    pub(super) fn names<'a>(
        &'a self,
        row: &'a Row,
        nulls: &NullWords,
    ) -> impl Iterator<Item = &'a str> {
        let cell = nulls.some(self.column.of(row)).unwrap_or("");
        let names = self.items(cell).into_iter().map(|item| self.parts(item).0);
        names.filter(|name| self.spec.unnamed.count(name).is_none())
    }

    fn ids<'a>(&'a self, names: &'a RowNames<'_>) -> Vec<&'a str> {
        let cell = self.ids.map(|column| column.of(names.row)).unwrap_or("");
        self.items(names.nulls.some(cell).unwrap_or(""))
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

    /// The person's id, as an object of it alone.
    fn id(&self, name: &str, own: Option<&str>, names: &RowNames<'_>) -> Result<Json, CellError> {
        let secret = names.maker.secret.as_ref();
        let name = &*composed(name);
        let hash = match self.identity {
            Identity::Name => hash_hex(secret, name, 16),
            Identity::Row => {
                // One name a cell: the row's person stays who it is when the name is put right.
                let mut key = names.key.to_vec();
                let several = self.spec.split.is_some() || names.together;
                key.extend(several.then_some(name));
                let key = crate::json::array(&key);
                hash_hex(secret, &String::from_utf8_lossy(&key), 16)
            }
            Identity::Column => match own {
                Some(own) => codes::local(own, secret),
                None => {
                    let reason = "no id for each of the row's people, but identity is \"column\"";
                    return Err(self.refuse_ids(names, reason.to_owned()));
                }
            },
        };
        Ok(json!({"id": format!("{}:{}{hash}", names.maker.org, self.spec.id_prefix)}))
    }

    fn person(&self, mut person: Json, name: &str, affiliation: Option<&str>) -> Json {
        if let Some(members) = person.as_object_mut() {
            members.insert("names".to_owned(), json!([{"text": name}]));
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

/// Takes what is said of the first person out of `data`; none where nothing is.
fn first_person(data: &mut Map<String, Json>) -> Option<Json> {
    let Some(Json::Array(mut people)) = data.remove("persons") else {
        return None;
    };
    let first = people.drain(..).next()?;
    first
        .as_object()
        .is_some_and(|first| !first.is_empty())
        .then_some(first)
}
