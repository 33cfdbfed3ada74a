//! From `data` to the form that says it.
//!
//! Start at [`fill`].
//!
//! Never here: what a form looks like (see [`crate::rows`]).

use std::collections::BTreeSet;

use event::{Field, Json, Kind, Sort};
use smol_str::SmolStr;

use crate::date::DateParts;
use crate::pairs::{Pairs, REST};
use crate::patch::members_alike;
use crate::read::{self, DATA};
use crate::table::{Form, form, of_kind};

/// Returns the form of `kind` that says `data`, which is an object.
#[must_use]
pub fn fill(kind: Kind, data: &Json) -> Pairs {
    let mut pairs = Pairs::default();
    object(&of_kind(kind), DATA, data, &mut pairs);
    pairs
}

/// Fills the inputs of an object; what they cannot say goes into its rest.
fn object(table: &[Field], name: &str, found: &Json, pairs: &mut Pairs) {
    let mut rest: Vec<(SmolStr, Json)> = Vec::new();
    for (member, value) in found.as_object().unwrap_or_default() {
        let field = table.iter().find(|field| field.name == member);
        let said = field.and_then(|field| said(&field.sort, &format!("{name}/{member}"), value));
        match said {
            Some(said) => pairs.extend(said),
            None => rest.push((member.clone(), value.clone())),
        }
    }
    if !rest.is_empty() {
        pairs.set(format!("{name}{REST}"), json(&Json::Object(rest)));
    }
}

/// Returns the inputs that say a value; none where none can: then they would be read as another value.
fn said(sort: &Sort, name: &str, found: &Json) -> Option<Pairs> {
    let mut pairs = Pairs::default();
    value(sort, name, found, &mut pairs);
    let again = read::value(sort, name, &pairs)?;
    (members_alike(&again, found)).then_some(pairs)
}

fn value(sort: &Sort, name: &str, found: &Json, pairs: &mut Pairs) {
    match (form(sort), found) {
        (Form::Text | Form::TextOrList(_) | Form::TextOrObject(_), Json::Text(text)) => {
            pairs.set(name, text.as_str());
        }
        (Form::Number, Json::Number(number)) => pairs.set(name, number.to_string()),
        (Form::Bool, Json::Bool(value)) => pairs.set(name, value.to_string()),
        (Form::Date, Json::Text(text)) => {
            if let Some(parts) = DateParts::parse(text) {
                parts.fill(name, pairs);
            }
        }
        (Form::Codes, Json::List(codes)) => {
            // A box is ticked once: a code that stands twice is said by none.
            let mut once = BTreeSet::new();
            let codes = codes.iter().filter_map(Json::as_text);
            for code in codes.filter(|code| once.insert(*code)) {
                pairs.add(name, code);
            }
        }
        (Form::List { max, .. }, Json::List(items)) if items.len() > max => {}
        (Form::List { of, .. } | Form::TextOrList(of), Json::List(items)) => {
            for (index, item) in items.iter().enumerate() {
                value(of, &format!("{name}/{index}"), item, pairs);
            }
        }
        (Form::Object(table) | Form::TextOrObject(table), Json::Object(_)) => {
            object(table, name, found, pairs);
        }
        (Form::Entries, Json::Object(entries)) => {
            for (index, (key, entry)) in entries.iter().enumerate() {
                pairs.set(format!("{name}/{index}#name"), key.as_str());
                pairs.set(
                    format!("{name}/{index}#value"),
                    entry.as_text().unwrap_or_default(),
                );
            }
        }
        (Form::Json, found) => pairs.set(name, json(found)),
        // Of another sort than the field has: no input says it.
        _ => {}
    }
}

/// Writes JSON with the members of objects in their order.
pub(crate) fn json(value: &Json) -> String {
    // A value that was parsed, or made of such, can be written.
    serde_json::to_string(value).unwrap_or_default()
}
