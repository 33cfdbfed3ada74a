//! Where types are declared: every struct and enum of the sources that `serde` writes.
//!
//! Never here: what is written of one.

use std::fs;
use std::path::Path;

use syn::{Attribute, GenericParam, Generics, Item, ItemEnum, ItemStruct, Type};

use super::place::Place;
use crate::ContractError;

/// A type that is written as JSON.
#[derive(Clone)]
pub(super) struct Declaration {
    /// The path of its file from the root of the workspace.
    pub(super) file: String,
    pub(super) item: Syntax,
}

/// What sort of type it is.
#[derive(Clone)]
pub(super) enum Syntax {
    Struct(ItemStruct),
    Enum(ItemEnum),
}

impl Declaration {
    /// Returns its name.
    pub(super) fn name(&self) -> String {
        match &self.item {
            Syntax::Struct(item) => item.ident.to_string(),
            Syntax::Enum(item) => item.ident.to_string(),
        }
    }

    fn generics(&self) -> &Generics {
        match &self.item {
            Syntax::Struct(item) => &item.generics,
            Syntax::Enum(item) => &item.generics,
        }
    }

    /// Returns the place of its fields, where its parameters stand for `arguments` of `outer`.
    pub(super) fn place(&self, arguments: &[Type], outer: &Place) -> Place {
        let parameters = self.generics().params.iter().filter_map(|parameter| {
            let GenericParam::Type(parameter) = parameter else {
                return None;
            };
            Some(parameter.ident.to_string())
        });
        let bound = parameters
            .zip(arguments)
            .map(|(name, ty)| (name, (ty.clone(), Box::new(outer.clone()))));
        Place {
            file: self.file.clone(),
            bound: bound.collect(),
        }
    }
}

/// Reads the types of the files below a folder, which stand outside of modules for tests.
///
/// # Errors
/// [`ContractError`] of a file that cannot be read.
pub(super) fn below(root: &Path, folder: &str) -> Result<Vec<Declaration>, ContractError> {
    let mut found = Vec::new();
    let mut folders = vec![root.join(folder)];
    while let Some(next) = folders.pop() {
        let unread = |source| ContractError::File {
            path: next.clone(),
            source,
        };
        for entry in fs::read_dir(&next).map_err(unread)? {
            let path = entry.map_err(unread)?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = fs::read_to_string(&path).map_err(unread)?;
                let name = path.strip_prefix(root).unwrap_or(&path);
                found.extend(of_file(&name.to_string_lossy(), &text)?);
            }
        }
    }
    Ok(found)
}

fn of_file(file: &str, text: &str) -> Result<Vec<Declaration>, ContractError> {
    let parsed = syn::parse_file(text).map_err(|source| ContractError::Rust {
        path: file.to_owned(),
        source,
    })?;
    let mut found = Vec::new();
    for item in parsed.items {
        let item = if let Item::Struct(item) = item {
            is_written(&item.attrs).then_some(Syntax::Struct(item))
        } else if let Item::Enum(item) = item {
            is_written(&item.attrs).then_some(Syntax::Enum(item))
        } else {
            None
        };
        found.extend(item.map(|item| Declaration {
            file: file.to_owned(),
            item,
        }));
    }
    Ok(found)
}

/// Whether `serde` writes the type by itself.
fn is_written(attributes: &[Attribute]) -> bool {
    let derives = attributes
        .iter()
        .filter(|one| one.path().is_ident("derive"));
    let mut is_written = false;
    for derive in derives {
        let read = derive.parse_nested_meta(|meta| {
            is_written |= meta.path.is_ident("Serialize");
            Ok(())
        });
        // What is no list of names derives nothing.
        is_written &= read.is_ok();
    }
    is_written
}
