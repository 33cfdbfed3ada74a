//! Which file of a crate uses which, by the names in its code.
//!
//! Start at [`edges`]. A name leads to the file that defines it, however often it is handed on by
//! `pub use`; handing on is no use. Naming a module is none either, only what is taken from it.
//!
//! Never here: circles.

use std::collections::{BTreeMap, BTreeSet};

use super::sources::Modules;

/// How many imports a name is followed through; more is a circle of imports of itself.
const STEPS_MAX: usize = 24;

/// What a path leads to.
#[derive(Clone, Copy)]
enum Target<'m> {
    Module(usize),
    /// An item, by the file that defines it.
    Item(&'m str),
}

/// Returns for each file those that it uses.
pub(super) fn edges(modules: &Modules) -> BTreeMap<String, BTreeSet<String>> {
    let mut edges: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (index, module) in modules.0.iter().enumerate() {
        let own = module
            .imports
            .iter()
            .filter(|import| !import.exported && import.name != "*");
        let paths = own.map(|import| &import.path).chain(&module.paths);
        let from = edges.entry(module.file.clone()).or_default();
        for path in paths {
            if let Some(Target::Item(file)) = resolve(modules, index, path, 0)
                && file != module.file
            {
                from.insert(file.to_owned());
            }
        }
    }
    edges
}

/// Finds what `path` leads to in a module; none for what is of other crates.
fn resolve<'m>(
    modules: &'m Modules,
    module: usize,
    path: &[String],
    step: usize,
) -> Option<Target<'m>> {
    if step > STEPS_MAX {
        return None;
    }
    let (first, mut rest) = path.split_first()?;
    let mut found = match first.as_str() {
        "crate" => Target::Module(0),
        "self" => Target::Module(module),
        "super" => Target::Module(modules.0[module].parent?),
        name => lookup(modules, module, name, step + 1)?,
    };
    while let (Target::Module(at), Some((name, after))) = (found, rest.split_first()) {
        found = match name.as_str() {
            "super" => Target::Module(modules.0[at].parent?),
            name => match lookup(modules, at, name, step + 1) {
                Some(found) => found,
                // A name of another crate that is handed on.
                None if modules.0[at].imports.iter().any(|own| own.name == name) => return None,
                // What no source shows, a macro makes.
                None => Target::Item(&modules.0[at].file),
            },
        };
        rest = after;
    }
    Some(found)
}

/// Finds a name in the scope of a module.
fn lookup<'m>(modules: &'m Modules, at: usize, name: &str, step: usize) -> Option<Target<'m>> {
    if step > STEPS_MAX {
        return None;
    }
    let module = &modules.0[at];
    if let Some(child) = module.children.get(name) {
        return Some(Target::Module(*child));
    }
    if module.items.contains(name) {
        return Some(Target::Item(&module.file));
    }
    let named = module.imports.iter().filter(|import| import.name == name);
    for import in named {
        if let Some(found) = resolve(modules, at, &import.path, step + 1) {
            return Some(found);
        }
    }
    let all = module.imports.iter().filter(|import| import.name == "*");
    for import in all {
        if let Some(Target::Module(from)) = resolve(modules, at, &import.path, step + 1)
            && from != at
            && let Some(found) = lookup(modules, from, name, step + 1)
        {
            return Some(found);
        }
    }
    None
}
