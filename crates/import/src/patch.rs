//! What differs between two versions of an event's `data`, as a merge patch (RFC 7396).
//!
//! Start at [`difference`]. Some fields are only ever filled, and some only ever grow: [`Policy`].
//!
//! Never here: which versions are compared, and the correction that carries the patch.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json};

/// The member that says the language of a text beside it. Source: docs/reference/events.md.
const LANGUAGE: &str = "lang";

/// What becomes of fields in which a row came back changed; a path is a field's name, a dot goes one
/// object down. What it does not name is as the row says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Policy {
    /// Fields that are said once and then stand, whatever the row says later.
    pub(crate) fill_only: BTreeSet<String>,
    /// Lists and texts that only grow.
    pub(crate) append: BTreeSet<String>,
    /// Whether people are only added: several rows say one event, and a file may hold some of them.
    pub(crate) together: bool,
}

impl Policy {
    pub(crate) fn new(fill_only: &[String], append: &[String]) -> Self {
        Self {
            fill_only: fill_only.iter().cloned().collect(),
            append: append.iter().cloned().collect(),
            together: false,
        }
    }

    /// Whether what a field said stays, whatever the row says later.
    fn keeps(&self, path: &str) -> bool {
        self.fill_only.contains(path) || self.append.contains(path)
    }
}

/// Puts the people of an event whom `new` does not name back into it, in the order in which they stood: of rows that are one
/// event, a file may hold some.
pub(crate) fn keep_people(old: &Map<String, Json>, new: &mut Map<String, Json>) {
    let people = |data: &Map<String, Json>| match data.get("persons") {
        Some(Json::Array(people)) => people.clone(),
        Some(_) | None => Vec::new(),
    };
    let (mut all, named) = (people(old), people(new));
    for person in named {
        match all
            .iter_mut()
            .find(|known| known.get("id") == person.get("id"))
        {
            Some(known) => *known = person,
            None => all.push(person),
        }
    }
    if !all.is_empty() {
        new.insert("persons".to_owned(), Json::Array(all));
    }
}

/// Applies a merge patch. Source: RFC 7396.
pub(crate) fn apply(data: &mut Map<String, Json>, patch: &Map<String, Json>) {
    for (name, new) in patch {
        match (data.get_mut(name), new) {
            (_, Json::Null) => drop(data.remove(name)),
            (Some(Json::Object(old)), Json::Object(new)) => apply(old, new),
            (_, Json::Object(new)) => {
                let mut fresh = Map::new();
                apply(&mut fresh, new);
                data.insert(name.clone(), Json::Object(fresh));
            }
            (_, new) => drop(data.insert(name.clone(), new.clone())),
        }
    }
}

/// Returns the merge patch that makes `new` of `old`, as far as the policy allows; empty where nothing
/// is to be done.
pub(crate) fn difference(
    old: &Map<String, Json>,
    new: &Map<String, Json>,
    policy: &Policy,
) -> Map<String, Json> {
    inner(old, new, policy, "")
}

fn inner(
    old: &Map<String, Json>,
    new: &Map<String, Json>,
    policy: &Policy,
    above: &str,
) -> Map<String, Json> {
    let path = |name: &str| below(above, name);
    let mut patch = Map::new();
    for (name, value) in old {
        let path = path(name);
        let stays = policy.keeps(&path) || is_language_of_kept(name, old, policy, above);
        if !stays && !value.is_null() && new.get(name).is_none_or(Json::is_null) {
            // What stands one object down may have to stay though the object went.
            if let Json::Object(old) = value
                && holds_some(policy, &path)
            {
                let inner = inner(old, &Map::new(), policy, &path);
                if !inner.is_empty() {
                    patch.insert(name.clone(), Json::Object(inner));
                }
            } else {
                patch.insert(name.clone(), Json::Null);
            }
        }
    }
    for (name, value) in new.iter().filter(|(_, value)| !value.is_null()) {
        let path = path(name);
        match (old.get(name).filter(|old| !old.is_null()), value) {
            (Some(_), _) if policy.fill_only.contains(&path) => {}
            (Some(_), _) if is_language_of_kept(name, old, policy, above) => {}
            (Some(old), value) if policy.append.contains(&path) => {
                patch.extend(grown(old, value).map(|value| (name.clone(), value)));
            }
            (Some(Json::Object(old)), Json::Object(new)) => {
                let inner = inner(old, new, policy, &path);
                if !inner.is_empty() {
                    patch.insert(name.clone(), Json::Object(inner));
                }
            }
            (Some(old), value) if old == value => {}
            (_, value) => drop(patch.insert(name.clone(), value.clone())),
        }
    }
    patch
}

/// Whether a member is the language of a text beside it that stays.
fn is_language_of_kept(name: &str, old: &Map<String, Json>, policy: &Policy, above: &str) -> bool {
    name == LANGUAGE
        && old.iter().any(|(beside, value)| {
            value.is_string() && beside != LANGUAGE && policy.keeps(&below(above, beside))
        })
}

/// Returns the path of a member of what is at `above`.
fn below(above: &str, name: &str) -> String {
    match above {
        "" => name.to_owned(),
        above => format!("{above}.{name}"),
    }
}

fn holds_some(policy: &Policy, path: &str) -> bool {
    let below = format!("{path}.");
    let all = policy.fill_only.iter().chain(&policy.append);
    all.into_iter().any(|field| field.starts_with(&below))
}

/// Returns the list or text with what is new in it, of an object the members that grow; none where nothing is.
fn grown(old: &Json, new: &Json) -> Option<Json> {
    match (old, new) {
        (Json::Array(old), Json::Array(new)) => {
            let more: Vec<&Json> = new.iter().filter(|item| !old.contains(item)).collect();
            let all = old.iter().chain(more.iter().copied()).cloned();
            (!more.is_empty()).then(|| Json::Array(all.collect()))
        }
        (Json::String(old), Json::String(new)) => {
            let stands = new
                .lines()
                .all(|line| old.lines().any(|known| known == line));
            (!stands).then(|| Json::String(format!("{old}\n{new}")))
        }
        (Json::Object(old), Json::Object(new)) => {
            let said = new.iter().filter(|(_, value)| !value.is_null());
            let patch = said.filter_map(|(name, value)| {
                let value = match old.get(name).filter(|old| !old.is_null()) {
                    None => Some(value.clone()),
                    Some(_) if name == LANGUAGE => None,
                    Some(old) => grown(old, value),
                };
                Some((name.clone(), value?))
            });
            let patch: Map<String, Json> = patch.collect();
            (!patch.is_empty()).then_some(Json::Object(patch))
        }
        (old, new) => (old != new).then(|| new.clone()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(value: &Json) -> Map<String, Json> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn a_difference_applied_gives_the_new_content() {
        for (old, new) in [
            (json!({}), json!({"a": 1})),
            (json!({"a": {"b": 1, "c": [1]}}), json!({"a": {"c": [2]}})),
            (json!({"a": "x"}), json!({"a": {"b": {"c": 1}}})),
            (json!({"a": null, "b": 1}), json!({"b": 1})),
            (json!({"a": {"b": 1}}), json!({})),
        ] {
            let (mut old, new) = (object(&old), object(&new));
            let patch = difference(&old, &new, &Policy::default());
            apply(&mut old, &patch);
            let again = difference(&old, &new, &Policy::default());
            assert!(again.is_empty(), "{old:?} {new:?}");
        }
    }

    #[test]
    fn people_of_rows_that_are_one_event_are_added_and_keep_their_order() {
        let old = object(&json!({"persons": [{"id": "h"}, {"id": "i", "sex": "male"}]}));
        for (new, all) in [
            (
                json!([{"id": "g"}]),
                json!([{"id": "h"}, {"id": "i", "sex": "male"}, {"id": "g"}]),
            ),
            (
                json!([{"id": "i", "sex": "male"}, {"id": "h"}]),
                old["persons"].clone(),
            ),
            (json!([{"id": "i"}]), json!([{"id": "h"}, {"id": "i"}])),
        ] {
            let mut new = object(&json!({ "persons": new }));
            keep_people(&old, &mut new);
            assert_eq!(new["persons"], all);
        }
    }

    #[test]
    fn a_text_that_stays_keeps_its_language() {
        let both = json!({"note": {"text": "n", "lang": "en"}});
        for (fill_only, append, old, new, expected) in [
            ("", "note.text", &both, json!({}), json!({})),
            (
                "",
                "note.text",
                &both,
                json!({"note": {"lang": "en"}}),
                json!({}),
            ),
            ("note.text", "", &both, json!({}), json!({})),
            ("", "note", &both, json!({}), json!({})),
            (
                "note.text",
                "",
                &both,
                json!({"note": {"text": "m", "lang": "km"}}),
                json!({}),
            ),
            (
                "",
                "note.text",
                &both,
                json!({"note": {"text": "m", "lang": "en"}}),
                json!({"note": {"text": "n\nm"}}),
            ),
            (
                "",
                "note",
                &both,
                json!({"note": {"text": "m", "lang": "km"}}),
                json!({"note": {"text": "n\nm"}}),
            ),
            // What belongs to no text that stays goes.
            (
                "place.locality",
                "",
                &both,
                json!({}),
                json!({"note": null}),
            ),
            (
                "",
                "note.text",
                &json!({"note": {"lang": "en"}}),
                json!({}),
                json!({"note": {"lang": null}}),
            ),
        ] {
            let paths = |path: &str| match path {
                "" => Vec::new(),
                path => vec![path.to_owned()],
            };
            let policy = Policy::new(&paths(fill_only), &paths(append));
            let patch = difference(&object(old), &object(&new), &policy);
            assert_eq!(
                Json::Object(patch),
                expected,
                "{fill_only} {append} {old} {new}"
            );
        }
    }

    #[test]
    fn some_fields_are_only_filled_and_some_only_grow() {
        let policy = Policy::new(
            &["place.locality".to_owned(), "note".to_owned()],
            &["rights".to_owned(), "text".to_owned()],
        );
        for (old, new, expected) in [
            (json!({"note": 1}), json!({"note": 2}), json!({})),
            (json!({"note": 1}), json!({}), json!({})),
            (json!({}), json!({"note": 2}), json!({"note": 2})),
            (
                json!({"place": {"locality": "Kep", "code": "KH"}}),
                json!({"place": {"locality": "Takeo", "code": "KH-1"}}),
                json!({"place": {"code": "KH-1"}}),
            ),
            (
                json!({"place": {"locality": "Kep", "code": "KH"}}),
                json!({}),
                json!({"place": {"code": null}}),
            ),
            (
                json!({"rights": ["a", "b"]}),
                json!({"rights": ["c", "a"]}),
                json!({"rights": ["a", "b", "c"]}),
            ),
            (json!({"rights": ["a"]}), json!({}), json!({})),
            (
                json!({"text": "first"}),
                json!({"text": "second"}),
                json!({"text": "first\nsecond"}),
            ),
            (
                json!({"text": "arrested at home"}),
                json!({"text": "arrest"}),
                json!({"text": "arrested at home\narrest"}),
            ),
            (
                json!({"text": "first\nsecond"}),
                json!({"text": "second"}),
                json!({}),
            ),
        ] {
            let patch = difference(&object(&old), &object(&new), &policy);
            assert_eq!(Json::Object(patch), expected, "{old} {new}");
        }
    }
}
