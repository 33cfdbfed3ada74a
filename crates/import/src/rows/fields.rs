//! Whether the kinds and fields exist that a mapping names.
//!
//! Start at [`fields_exist`].
//!
//! Never here: what a field holds (`mapping::holds`).

use event::Kind;
use toml::Spanned;

use super::constants;
use super::mapping::RowSection;
use crate::error::quoted;
use crate::mapping::Mapping;
use crate::mapping::binder::{Binder, STAND_IN, nearest};
use crate::mapping::holds::{self, Unknown};

/// Notes each kind that there is not, and each field that no event of its kind has.
pub(super) fn fields_exist(mapping: &Mapping, shared: &RowSection, binder: &Binder<'_>) {
    let mut kinds = Vec::new();
    for event in &mapping.event {
        let Some(kind) = Kind::parse(event.kind.as_ref()) else {
            let all = Kind::ALL.iter().map(|kind| kind.code());
            let near = nearest(event.kind.as_ref(), all);
            // What the rest says is held against the kind that was meant.
            kinds.extend(near.and_then(Kind::parse));
            if event.kind.as_ref() == STAND_IN {
                continue;
            }
            let near = near.map_or_else(String::new, |near| {
                format!("; did you mean {near}?", near = quoted(near))
            });
            binder.wrong(
                event.kind.span().start,
                format!(
                    "no kind of event is called {}{near}",
                    quoted(event.kind.as_ref())
                ),
            );
            continue;
        };
        kinds.push(kind);
    }
    for event in &mapping.event {
        let kind = meant(event.kind.as_ref());
        let own: &[Kind] = kind.as_ref().map_or(&kinds, std::slice::from_ref);
        event
            .from
            .keys()
            .for_each(|path| field_exists(path, own, shared, binder));
    }
    shared
        .from
        .keys()
        .for_each(|path| field_exists(path, &kinds, shared, binder));
    let kinds = if kinds.is_empty() { Kind::ALL } else { &kinds };
    constants::check(mapping, shared, kinds, binder);
}

/// Returns the kind of a name, or the one that was meant by it.
pub(super) fn meant(name: &str) -> Option<Kind> {
    let all = Kind::ALL.iter().map(|kind| kind.code());
    Kind::parse(name).or_else(|| Kind::parse(nearest(name, all)?))
}

/// Notes a field that no event of these kinds has, and what two keys would say.
fn field_exists(path: &Spanned<String>, kinds: &[Kind], shared: &RowSection, binder: &Binder<'_>) {
    let name = path.as_ref().as_str();
    let mut refused = None;
    for kind in kinds {
        match holds::holds(*kind, name) {
            Err(Unknown::Refused(reason)) => refused = Some(reason),
            Ok(_) | Err(Unknown::Kept) => {
                refused = None;
                break;
            }
        }
    }
    if let Some(reason) = refused {
        binder.wrong(path.span().start, format!("{name}: {reason}"));
    }
    if !shared.person.is_empty() && name.starts_with("persons") {
        let what = format!("{name} is said by [[row.person]]: say it there, as from.birth");
        binder.wrong(path.span().start, what);
    }
    let twice = shared.persons.is_some()
        && (name == "persons"
            || name == "persons.0"
            || name == "persons.0.id"
            || name.starts_with("persons.0.names"));
    if twice {
        let what = format!(
            "{name} is said by [row.persons] already; say the other fields of persons.0 here"
        );
        binder.wrong(path.span().start, what);
    }
}
