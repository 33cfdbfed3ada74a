//! Which keys a mapping may have, so that every key that is none is told at once, with its line and the
//! nearest one that is.
//!
//! Start at [`take_unknown`]. A test holds the lists to the types that read a mapping.
//!
//! Never here: what a key means.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::binder::nearest;

/// What may stand at a place of a mapping.
enum Shape {
    /// Anything: it is judged by whoever reads it.
    Any,
    /// A table with these keys.
    Table(&'static [(&'static str, Self)]),
    /// A table of free names.
    Each(&'static Self),
    /// A list.
    List(&'static Self),
}

const CONDITION: Shape = Shape::Table(&[
    ("column", Shape::Any),
    ("is", Shape::Any),
    ("not", Shape::Any),
    ("in", Shape::Any),
    ("contains", Shape::Any),
    ("has", Shape::Any),
    ("given", Shape::Any),
]);

const FIELD: Shape = Shape::Table(&[
    ("column", Shape::Any),
    ("text", Shape::Any),
    ("date", Shape::Any),
    ("instant", Shape::Any),
    ("number", Shape::Any),
    ("codes", Shape::Any),
    ("tail", Shape::Any),
    ("split", Shape::Any),
    ("doubt", Shape::Any),
    ("doubt_when", CONDITION),
    ("suffix", Shape::Any),
]);

const PERSONS: Shape = Shape::Table(&[
    ("column", Shape::Any),
    ("split", Shape::Any),
    ("id_prefix", Shape::Any),
    ("identity", Shape::Any),
    ("id_column", Shape::Any),
    ("roles", Shape::Any),
    ("affiliation", Shape::Any),
    ("unnamed", Shape::Any),
    ("lang", Shape::Any),
]);

const ROW: Shape = Shape::Table(&[
    ("key", Shape::Any),
    ("subject", FIELD),
    ("recordedtime", FIELD),
    ("order", Shape::Any),
    ("fill_only", Shape::Any),
    ("append", Shape::Any),
    ("set", Shape::Any),
    ("from", Shape::Each(&FIELD)),
    ("persons", PERSONS),
]);

const EVENT: Shape = Shape::Table(&[
    ("kind", Shape::Any),
    ("when", Shape::List(&CONDITION)),
    ("part", Shape::Any),
    ("set", Shape::Any),
    ("from", Shape::Each(&FIELD)),
]);

const LEAVE: Shape = Shape::Table(&[("when", Shape::List(&CONDITION)), ("reason", Shape::Any)]);

const MAPPING: Shape = Shape::Table(&[
    ("format", Shape::Any),
    ("fingerprint", Shape::Any),
    ("org", Shape::Any),
    ("source", Shape::Any),
    ("salt", Shape::Any),
    ("timezone", Shape::Any),
    ("null", Shape::Any),
    ("codes", Shape::Any),
    ("mode", Shape::Any),
    ("inputs", Shape::Any),
    (
        "files",
        Shape::Table(&[
            ("separator", Shape::Any),
            ("encoding", Shape::Any),
            ("header", Shape::Any),
            ("sheet", Shape::Any),
            ("member", Shape::Any),
            ("table", Shape::Any),
            ("rows", Shape::Any),
            ("repeat", Shape::Any),
        ]),
    ),
    ("row", ROW),
    ("skip", Shape::List(&LEAVE)),
    ("leave", Shape::List(&LEAVE)),
    ("event", Shape::List(&EVENT)),
    ("snapshots", Shape::Any),
]);

/// Takes every key out that is none, and adds it to `mistakes` with the byte where it stands.
pub(super) fn take_unknown(mapping: &mut DeTable<'_>, mistakes: &mut Vec<(usize, String)>) {
    walk_table(mapping, &MAPPING, mistakes);
}

fn walk_table(table: &mut DeTable<'_>, shape: &Shape, mistakes: &mut Vec<(usize, String)>) {
    match shape {
        Shape::Any | Shape::List(_) => {}
        Shape::Each(inner) => {
            for (_, value) in table.iter_mut() {
                walk(value, inner, mistakes);
            }
        }
        Shape::Table(keys) => {
            let mut unknown = Vec::new();
            for (key, value) in table.iter_mut() {
                let name = key.as_ref().as_ref();
                match keys.iter().find(|(known, _)| *known == name) {
                    Some((_, inner)) => walk(value, inner, mistakes),
                    None => unknown.push((key.span().start, name.to_owned())),
                }
            }
            for (at, name) in unknown {
                table.remove(name.as_str());
                let names: Vec<&str> = keys.iter().map(|(known, _)| *known).collect();
                let near = nearest(&name, names.iter().copied());
                let near = near.map_or_else(
                    || format!("known are {}", names.join(", ")),
                    |near| format!("did you mean {near:?}?"),
                );
                mistakes.push((at, format!("no key is called {name:?} there; {near}")));
            }
        }
    }
}

fn walk(value: &mut Spanned<DeValue<'_>>, shape: &Shape, mistakes: &mut Vec<(usize, String)>) {
    match (value.get_mut(), shape) {
        (DeValue::Table(table), shape) => walk_table(table, shape, mistakes),
        (DeValue::Array(list), Shape::List(inner)) => {
            for value in list.iter_mut() {
                walk(value, inner, mistakes);
            }
        }
        _ => {}
    }
}
