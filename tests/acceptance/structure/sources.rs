//! The sources of the workspace, and a crate's modules with what each defines, imports and names.
//!
//! Start at [`Modules::read`]. Code for tests is left out: `#[cfg(test)]`, and files named `tests.rs` or
//! `testing.rs`.
//!
//! Never here: what a name leads to (`imports`).

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, Item, Meta, UseTree, Visibility};

use super::Files;
use crate::node::root;

/// Returns the sources of every crate, and those of `tests` and `benches`, by name.
pub(crate) fn all() -> BTreeMap<String, Files> {
    let mut all = in_crates("");
    for name in ["benches", "tests"] {
        all.insert(name.into(), below(&root().join(name)));
    }
    all
}

/// Returns the sources of every crate below its `src`, by name, each by their paths there.
pub(crate) fn of_crates() -> BTreeMap<String, Files> {
    in_crates("src")
}

/// Returns the sources in a folder of every crate, by the crate's name.
fn in_crates(folder: &str) -> BTreeMap<String, Files> {
    let crates = fs::read_dir(root().join("crates")).expect("the crates");
    let sources = crates.flatten().map(|entry| {
        let name = entry.file_name().into_string().expect("a name");
        (name, below(&entry.path().join(folder)))
    });
    sources.collect()
}

fn below(folder: &Path) -> Files {
    let mut files = Files::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let name = path.strip_prefix(folder).expect("below it");
                let name = name.to_str().expect("a name").to_owned();
                files.insert(name, fs::read_to_string(&path).expect("text"));
            }
        }
    }
    files
}

/// An import: what stands behind `use`, leaf by leaf.
pub(super) struct Import {
    /// The name it has from then on; `*` for all names of a module.
    pub(super) name: String,
    pub(super) path: Vec<String>,
    /// Whether others may take the name from here.
    pub(super) exported: bool,
}

/// A module: a file, or a part of one.
#[derive(Default)]
pub(super) struct Module {
    pub(super) file: String,
    pub(super) parent: Option<usize>,
    pub(super) children: BTreeMap<String, usize>,
    pub(super) items: BTreeSet<String>,
    pub(super) imports: Vec<Import>,
    /// Paths that its code names.
    pub(super) paths: BTreeSet<Vec<String>>,
}

/// The modules of a crate; the first is its root.
pub(super) struct Modules(pub(super) Vec<Module>);

impl Modules {
    /// Reads a crate from its sources, from `lib.rs` or else `main.rs`.
    pub(super) fn read(files: &Files) -> Self {
        let root = if files.contains_key("lib.rs") {
            "lib.rs"
        } else {
            "main.rs"
        };
        let mut modules = Self(Vec::new());
        let parsed = parse(files, root);
        modules.add(files, None, root, "", &parsed.items);
        modules
    }

    /// Adds a module of `file`, whose children stand in `folder`; returns its index.
    fn add(
        &mut self,
        files: &Files,
        parent: Option<usize>,
        file: &str,
        folder: &str,
        items: &[Item],
    ) -> usize {
        let index = self.0.len();
        self.0.push(Module {
            file: file.into(),
            parent,
            ..Module::default()
        });
        let mut names = Names::default();
        for item in items {
            let Item::Mod(child) = item else {
                names.visit_item(item);
                continue;
            };
            let name = child.ident.to_string();
            if for_tests(&child.attrs) || name == "tests" || name == "testing" {
                continue;
            }
            let below = format!("{folder}{name}/");
            let added = if let Some((_, items)) = &child.content {
                self.add(files, Some(index), file, &below, items)
            } else {
                let beside = format!("{folder}{name}.rs");
                let inside = format!("{below}mod.rs");
                let path = if files.contains_key(&beside) {
                    beside
                } else {
                    inside
                };
                let parsed = parse(files, &path);
                self.add(files, Some(index), &path, &below, &parsed.items)
            };
            self.0[index].children.insert(name, added);
        }
        let module = &mut self.0[index];
        module.items = names.items;
        module.imports = names.imports;
        module.paths = names.paths;
        index
    }
}

fn parse(files: &Files, path: &str) -> syn::File {
    let text = files.get(path).unwrap_or_else(|| panic!("no {path}"));
    syn::parse_file(text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Whether attributes leave an item to tests.
pub(super) fn for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let Meta::List(list) = &attribute.meta else {
            return attribute.path().is_ident("test");
        };
        list.path.is_ident("cfg") && list.tokens.to_string() == "test"
    })
}

/// What the code of one module defines, imports and names.
#[derive(Default)]
struct Names {
    items: BTreeSet<String>,
    imports: Vec<Import>,
    paths: BTreeSet<Vec<String>>,
    /// How many functions and blocks what is visited stands in.
    depth: usize,
}

impl Names {
    fn import(&mut self, tree: &UseTree, before: &[String], exported: bool) {
        let with = |ident: &syn::Ident| {
            let mut path = before.to_vec();
            path.push(ident.to_string());
            path
        };
        let (name, mut path) = match tree {
            UseTree::Path(part) => return self.import(&part.tree, &with(&part.ident), exported),
            UseTree::Group(group) => {
                let each = |tree| self.import(tree, before, exported);
                return group.items.iter().for_each(each);
            }
            UseTree::Name(name) => (name.ident.to_string(), with(&name.ident)),
            UseTree::Rename(name) => (name.rename.to_string(), with(&name.ident)),
            UseTree::Glob(_) => ("*".to_owned(), before.to_vec()),
        };
        // `a::{self}` is `a`.
        let itself = path.last().is_some_and(|last| last == "self") && path.len() > 1;
        let name = if itself && name == "self" {
            before.last().cloned().unwrap_or_default()
        } else {
            name
        };
        if itself {
            path.pop();
        }
        self.imports.push(Import {
            name,
            path,
            exported,
        });
    }

    /// Takes paths of two parts and more out of tokens, which may be anything.
    fn tokens(&mut self, tokens: TokenStream) {
        let (mut path, mut colons): (Vec<String>, usize) = (Vec::new(), 0);
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    if colons != 2 {
                        self.end(&mut path);
                    }
                    path.push(ident.to_string());
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                TokenTree::Group(group) => {
                    self.end(&mut path);
                    colons = 0;
                    self.tokens(group.stream());
                }
                TokenTree::Punct(_) => {
                    self.end(&mut path);
                    colons = 0;
                }
                TokenTree::Literal(literal) => {
                    self.end(&mut path);
                    colons = 0;
                    // `#[serde(with = "crate::a")]`
                    let text = literal.to_string();
                    let text = text.trim_matches('"');
                    if text.starts_with("crate::") || text.starts_with("super::") {
                        path.extend(text.split("::").map(ToOwned::to_owned));
                        self.end(&mut path);
                    }
                }
            }
        }
        self.end(&mut path);
    }

    fn end(&mut self, path: &mut Vec<String>) {
        let path = std::mem::take(path);
        if path.len() > 1 {
            self.paths.insert(path);
        }
    }

    fn define(&mut self, ident: &syn::Ident) {
        if self.depth == 0 {
            self.items.insert(ident.to_string());
        }
    }
}

impl<'ast> Visit<'ast> for Names {
    fn visit_item(&mut self, item: &'ast Item) {
        let (attributes, ident): (&[Attribute], Option<&syn::Ident>) = match item {
            Item::Const(item) => (&item.attrs, Some(&item.ident)),
            Item::Enum(item) => (&item.attrs, Some(&item.ident)),
            Item::Fn(item) => (&item.attrs, Some(&item.sig.ident)),
            Item::Macro(item) => (&item.attrs, item.ident.as_ref()),
            Item::Static(item) => (&item.attrs, Some(&item.ident)),
            Item::Struct(item) => (&item.attrs, Some(&item.ident)),
            Item::Trait(item) => (&item.attrs, Some(&item.ident)),
            Item::Type(item) => (&item.attrs, Some(&item.ident)),
            Item::Union(item) => (&item.attrs, Some(&item.ident)),
            Item::Impl(item) => (&item.attrs, None),
            Item::Use(item) => (&item.attrs, None),
            Item::Mod(item) => (&item.attrs, None),
            _ => (&[], None),
        };
        if for_tests(attributes) {
            return;
        }
        if let Some(ident) = ident {
            self.define(ident);
        }
        self.depth += 1;
        visit::visit_item(self, item);
        self.depth -= 1;
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let exported = !matches!(item.vis, Visibility::Inherited);
        self.import(&item.tree, &[], exported);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        if !for_tests(&item.attrs) {
            visit::visit_impl_item_fn(self, item);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names = path
            .segments
            .iter()
            .map(|segment| segment.ident.to_string());
        self.paths.insert(names.collect());
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, found: &'ast syn::Macro) {
        self.visit_path(&found.path);
        self.tokens(found.tokens.clone());
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        match &attribute.meta {
            Meta::List(list) => self.tokens(list.tokens.clone()),
            Meta::Path(_) | Meta::NameValue(_) => {}
        }
    }
}
