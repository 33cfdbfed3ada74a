//! The types of answers, read from the sources: what `serde` writes of them, as JSON Schema 2020-12.
//!
//! Start at [`Bodies::read`]. What a type says of itself (its fields, whether they may be absent or `null`, what is
//! written about them) is taken from where it is declared, so a field that is added is published by itself; an
//! attribute or a type that is not known here is an error, never left out.
//!
//! Never here: which route answers with which type.

mod declared;
mod place;
mod rules;
mod shape;

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value, json};
use syn::Type;

use crate::ContractError;
use declared::Declaration;
use place::Place;
use shape::Members;

/// The folders of the types of answers.
const FOLDERS: &[&str] = &[
    "crates/answers/src",
    "crates/figures/src",
    "crates/server/src",
    "crates/web/src",
];

/// Types under another name than their own: the end of the file, the type, the name.
const RENAMED: &[(&str, &str, &str)] = &[
    ("figures/src/answer/figure.rs", "Answer", "Figure"),
    ("http/changes.rs", "Changes", "ChangeList"),
    ("http/codes.rs", "List", "CodeList"),
    ("http/events.rs", "Page", "EventList"),
    ("http/figures/published.rs", "List", "PublishedList"),
    ("http/figures/published.rs", "One", "PublishedOne"),
    ("http/health.rs", "Ready", "Readiness"),
    ("http/problem.rs", "Document", "Problem"),
    ("http/problem.rs", "Progress", "CatchUp"),
    ("http/record/by_position.rs", "Body", "OneEvent"),
    ("http/record/search.rs", "Found", "SearchAnswer"),
    ("http/uses.rs", "Body", "UseList"),
    ("http/uses.rs", "Line", "UseCount"),
    ("http/whoami.rs", "Body", "Access"),
    ("node/state.rs", "Progress", "FoldProgress"),
];

/// Where two types of one name are, which one a file means: the end of the file, the name, the end of the other.
const MEANT: &[(&str, &str, &str)] = &[
    ("http/health.rs", "Progress", "node/state.rs"),
    ("figures/published.rs", "Change", "change/changes.rs"),
];

/// The types of answers, and the schemas made of them so far.
pub(crate) struct Bodies {
    declared: BTreeMap<String, Vec<Declaration>>,
    schemas: BTreeMap<String, Value>,
}

impl Bodies {
    /// Reads the sources below `root`.
    ///
    /// # Errors
    /// [`ContractError`] of a source that cannot be read.
    pub(crate) fn read(root: &Path) -> Result<Self, ContractError> {
        let mut declared = BTreeMap::<String, Vec<Declaration>>::new();
        for folder in FOLDERS {
            for one in declared::below(root, folder)? {
                declared.entry(one.name()).or_default().push(one);
            }
        }
        Ok(Self {
            declared,
            schemas: BTreeMap::new(),
        })
    }

    /// Returns the schema of a type as a file (by the end of its path) names it; that of an object states
    /// `hidden_through` first where `states` says so.
    ///
    /// # Errors
    /// [`ContractError`] of a type that is not known.
    pub(crate) fn schema_of(
        &mut self,
        file: &str,
        name: &str,
        states: States,
    ) -> Result<Value, ContractError> {
        let unread = |source| ContractError::Rust {
            path: format!("{file}: {name}"),
            source,
        };
        let ty: Type = syn::parse_str(name).map_err(unread)?;
        let place = Place {
            file: file.to_owned(),
            bound: BTreeMap::new(),
        };
        if states == States::Nothing {
            return self.schema(&ty, &place);
        }
        let mut forms = self.members(&ty, &place)?;
        for form in &mut forms {
            form.property("hidden_through", hidden_through(), shape::Presence::Always);
        }
        Ok(shape::object(forms, ""))
    }

    /// Returns the schemas of the types that were named, by their names.
    pub(crate) fn into_schemas(self) -> Map<String, Value> {
        self.schemas.into_iter().collect()
    }

    /// Returns the members of a struct or of an untagged enum, in each of its forms.
    fn members(&mut self, ty: &Type, place: &Place) -> Result<Vec<Members>, ContractError> {
        let named = shape::type_name(ty, place)?;
        if let Some((bound, at)) = place.bound.get(&named.name) {
            return self.members(bound, at);
        }
        if named.name == "DaysBody" {
            return Ok(vec![shape::days()]);
        }
        if named.name == "Option" {
            let mut forms = match named.arguments.first() {
                Some(inner) => self.members(inner, place)?,
                None => Vec::new(),
            };
            forms.iter_mut().for_each(Members::may_be_absent);
            return Ok(forms);
        }
        let found = self.find(&named.name, &named.qualifier, &place.file)?;
        let inner = found.place(&named.arguments, place);
        shape::members(self, &found, &inner)
    }

    /// Returns the schema of a type.
    fn schema(&mut self, ty: &Type, place: &Place) -> Result<Value, ContractError> {
        if let Some(schema) = shape::array(self, ty, place)? {
            return Ok(schema);
        }
        let named = shape::type_name(ty, place)?;
        if let Some((bound, at)) = place.bound.get(&named.name) {
            return self.schema(&bound.clone(), &at.clone());
        }
        if let Some(schema) = shape::builtin(self, &named, place)? {
            return Ok(schema);
        }
        let found = self.find(&named.name, &named.qualifier, &place.file)?;
        let inner = found.place(&named.arguments, place);
        if !inner.bound.is_empty() {
            return Ok(shape::object(shape::members(self, &found, &inner)?, ""));
        }
        let name = self.published_name(&found)?;
        if !self.schemas.contains_key(&name) {
            // A type that holds itself finds itself named.
            self.schemas.insert(name.clone(), Value::Null);
            let schema = shape::whole(self, &found, &inner)?;
            self.schemas.insert(name.clone(), schema);
        }
        Ok(json!({"$ref": format!("#/components/schemas/{name}")}))
    }

    /// Finds the type that a file means by a name.
    fn find(&self, name: &str, qualifier: &str, file: &str) -> Result<Declaration, ContractError> {
        let all = self.declared.get(name).map_or(&[][..], Vec::as_slice);
        let meant = MEANT
            .iter()
            .find(|(from, of, _)| *of == name && file.ends_with(from));
        let fits = |one: &&Declaration| match meant {
            Some((_, _, to)) => one.file.ends_with(to),
            None => qualifier.is_empty() || one.file.contains(&format!("crates/{qualifier}/")),
        };
        let here = all.iter().find(|one| one.file.ends_with(file));
        let found: Vec<&Declaration> = all.iter().filter(fits).collect();
        match (here, found.as_slice()) {
            (Some(one), _) if qualifier.is_empty() && meant.is_none() => Ok(one.clone()),
            (_, [one]) => Ok((*one).clone()),
            (_, found) => {
                let files: Vec<&str> = found.iter().map(|one| one.file.as_str()).collect();
                let what = format!("{name} is declared in {} places: {files:?}", found.len());
                Err(ContractError::unknown(file, what))
            }
        }
    }

    /// Returns the name under which a type is published.
    fn published_name(&self, of: &Declaration) -> Result<String, ContractError> {
        let name = of.name();
        let renamed = RENAMED
            .iter()
            .find(|(file, own, _)| *own == name && of.file.ends_with(file));
        if let Some((_, _, renamed)) = renamed {
            return Ok((*renamed).to_owned());
        }
        let is_taken = RENAMED.iter().any(|(_, _, renamed)| *renamed == name);
        if is_taken || self.declared.get(&name).map_or(0, Vec::len) > 1 {
            let what = format!("{name} is the name of more types than one: rename it");
            return Err(ContractError::unknown(&of.file, what));
        }
        Ok(name)
    }
}

/// Whether an answer states through which position something was hidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum States {
    /// It does. Source: docs/reference/api.md, Caches.
    HiddenThrough,
    /// It does not.
    Nothing,
}

fn hidden_through() -> Value {
    json!({
        "type": "integer",
        "minimum": 0,
        "description": "The position of the last act that hid something which the scope could see; 0 where there is none."
    })
}
