//! In which order people need fields: what stands at the beginning of a form, and what behind "more".
//!
//! An order of ours, by what organisations know first. A field that is named nowhere here stands behind "more" (of
//! the common block and of objects in it) or at the beginning (of a kind), so that a new one is shown by itself.
//!
//! Never here: the order in an event's bytes, which is the tables'.

use event::Field;
use event::kinds::COMMON;

/// Of the common block, before the kind's own fields.
const BEFORE: &[&str] = &[
    "occurred",
    "occurred_as_reported",
    "persons",
    "group",
    "place",
];

/// Of the common block, behind them.
const BEHIND: &[&str] = &["rights_exercised", "sources", "visibility", "note"];

/// Of an object in a field: what is not behind "more". An object that is not named has all its fields there.
const OF_OBJECT: &[(&str, &[&str])] = &[
    ("persons", &["names", "sex", "id"]),
    ("names", &["text", "kind"]),
    ("place", &["code", "locality", "as_reported"]),
    ("sources", &["kind", "ref", "url"]),
];

/// Fields in the order of a form.
pub(crate) struct Order<'t> {
    /// What stands at the beginning.
    pub(crate) first: Vec<&'t Field>,
    /// What stands behind "more".
    pub(crate) more: Vec<&'t Field>,
}

/// Orders the fields of `data`: what an act needs of the common block stands behind "more", but its visibility.
pub(crate) fn of_data(own: &'static [Field], is_record: IsRecord) -> Order<'static> {
    let (before, behind): (&[&str], &[&str]) = match is_record {
        IsRecord::No => (BEFORE, BEHIND),
        IsRecord::Yes => (&[], &["visibility", "note"]),
    };
    let common = |names: &'static [&'static str]| {
        let field = |name: &&'static str| COMMON.iter().find(|field| field.name == *name);
        names.iter().filter_map(field)
    };
    let first: Vec<&Field> = common(before).chain(own).chain(common(behind)).collect();
    let is_more = |field: &&Field| !before.contains(&field.name) && !behind.contains(&field.name);
    let more = COMMON.iter().filter(is_more).collect();
    Order { first, more }
}

/// Whether a kind is about the record: what it says happened to nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IsRecord {
    /// It is about what happened.
    No,
    /// It is about the record.
    Yes,
}

/// Orders the fields of an object that stands in the field `of`.
pub(crate) fn of_object(of: &str, table: &'static [Field]) -> Order<'static> {
    let named = OF_OBJECT.iter().find(|(name, _)| *name == of);
    let Some((_, names)) = named else {
        return Order {
            first: table.iter().collect(),
            more: Vec::new(),
        };
    };
    let field = |name: &&'static str| table.iter().find(|field| field.name == *name);
    let first: Vec<&Field> = names.iter().filter_map(field).collect();
    // A table of another object that stands in a field of that name has none of these.
    let more = table.iter().filter(|field| !names.contains(&field.name));
    Order {
        more: more.collect(),
        first,
    }
}
