//! Types that others see under one name, though there are several of it in a crate.
//!
//! Never here: a rule; the list is to look at.

use std::collections::BTreeMap;

use syn::visit::Visit;
use syn::{Attribute, Item, Visibility};

use super::Files;
use super::sources::for_tests;

/// Returns the names of more than one type of a crate's `src`, as lines: name, then each file. With `pub`
/// before files where the type is seen from other crates, or may be.
pub(super) fn of_one_name(files: &Files) -> Vec<String> {
    let mut names: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (path, text) in files.iter().filter(|(path, _)| path.starts_with("src/")) {
        let parsed = syn::parse_file(text).unwrap_or_else(|error| panic!("{path}: {error}"));
        let mut types = Types::default();
        types.visit_file(&parsed);
        for (name, public) in types.0 {
            let seen = if public { "pub " } else { "" };
            names.entry(name).or_default().push(format!("{seen}{path}"));
        }
    }
    names.retain(|_, files| files.len() > 1);
    let line = |(name, files): (String, Vec<String>)| format!("{name}: {}", files.join(", "));
    names.into_iter().map(line).collect()
}

/// Types that are not private, and whether they are `pub`.
#[derive(Default)]
struct Types(Vec<(String, bool)>);

impl<'ast> Visit<'ast> for Types {
    fn visit_item(&mut self, item: &'ast Item) {
        let (attributes, visibility, ident): (&[Attribute], _, _) = match item {
            Item::Enum(item) => (&item.attrs, &item.vis, &item.ident),
            Item::Struct(item) => (&item.attrs, &item.vis, &item.ident),
            Item::Trait(item) => (&item.attrs, &item.vis, &item.ident),
            Item::Type(item) => (&item.attrs, &item.vis, &item.ident),
            Item::Union(item) => (&item.attrs, &item.vis, &item.ident),
            Item::Mod(item) if !for_tests(&item.attrs) => {
                let items = item.content.iter().flat_map(|(_, items)| items);
                return items.for_each(|item| self.visit_item(item));
            }
            _ => return,
        };
        if !for_tests(attributes) && !matches!(visibility, Visibility::Inherited) {
            self.0.push((
                ident.to_string(),
                matches!(visibility, Visibility::Public(_)),
            ));
        }
    }
}

#[test]
fn names_of_one_type_are_not_listed() {
    let files = Files::from([
        (
            "src/a.rs".to_owned(),
            "pub struct A; pub(crate) enum B {} struct C;".to_owned(),
        ),
        (
            "src/b.rs".to_owned(),
            "pub trait A {} pub struct D; pub struct C;".to_owned(),
        ),
    ]);
    assert_eq!(of_one_name(&files), ["A: pub src/a.rs, pub src/b.rs"]);
}
