//! Fields whose cells cannot be read: what is known of them stays as it is.
//!
//! Start at [`keep`]. Of an event that is new they are left out; of one that is known they say nothing, least of all that
//! there is nothing.
//!
//! Never here: reading cells (`rows::field`).

use serde_json::{Map, Value as Json};

use crate::leaves::Path;

/// The member that says where a person stands in an event. Source: docs/reference/events.md.
const PERSONS: &str = "persons";

/// Puts what `known` has of unread fields into `new`, and returns the fields that would be another one without. In a path,
/// an item of a list is `0` for the first, or the id of a person.
pub(crate) fn keep(
    unread: &[Path],
    known: &Map<String, Json>,
    new: &mut Map<String, Json>,
) -> Vec<Path> {
    let mut kept = Vec::new();
    for path in unread {
        // A note without its text is none, so the language beside it went with it.
        let is_note = path.first().is_some_and(|name| name == "note") && !new.contains_key("note");
        let path = if is_note {
            path.get(..1).unwrap_or(path)
        } else {
            path
        };
        let before = new.clone();
        keep_member(path, known, new);
        if *new != before {
            kept.push(named(path));
        }
    }
    kept
}

fn keep_member(path: &[String], known: &Map<String, Json>, new: &mut Map<String, Json>) {
    let Some((name, rest)) = path.split_first() else {
        return;
    };
    let Some(known) = known.get(name).filter(|known| !known.is_null()) else {
        return;
    };
    match (known, rest) {
        (known, []) => {
            // What other columns say beside it is as they say it.
            if let (Json::Object(known), Some(Json::Object(new))) = (known, new.get_mut(name)) {
                new.extend(known.clone());
            } else {
                new.insert(name.clone(), known.clone());
            }
        }
        (Json::Object(known), rest) => {
            let inner = new
                .entry(name.clone())
                .or_insert_with(|| Json::Object(Map::new()));
            if let Json::Object(inner) = inner {
                keep_member(rest, known, inner);
            }
            if inner.as_object().is_some_and(Map::is_empty) {
                new.remove(name);
            }
        }
        (Json::Array(known), [item, rest @ ..]) => {
            let items = new
                .entry(name.clone())
                .or_insert_with(|| Json::Array(Vec::new()));
            if let Json::Array(items) = items {
                keep_item((name, item), rest, known, items);
            }
            if items.as_array().is_some_and(Vec::is_empty) {
                new.remove(name);
            }
        }
        (_, _) => {}
    }
}

/// Keeps a member of an item of a list; a person is known by an id, anything else by its place.
fn keep_item((list, item): (&str, &str), rest: &[String], known: &[Json], new: &mut Vec<Json>) {
    let id_of = |item: &Json| item.get("id").and_then(Json::as_str).map(str::to_owned);
    let first = new.first().and_then(id_of);
    let id = match item {
        "0" if list == PERSONS => first,
        "0" => None,
        id => Some(id.to_owned()),
    };
    let is_it = |item: &Json| match &id {
        Some(_) => id_of(item) == id,
        // Of people who are not named, none is another.
        None => list != PERSONS || new.is_empty(),
    };
    let Some(place) = known.iter().position(is_it) else {
        return;
    };
    let stands = match &id {
        Some(_) => new.iter().position(|item| id_of(item) == id),
        None => (!new.is_empty()).then_some(0),
    };
    match (
        known.get(place),
        stands.and_then(|stands| new.get_mut(stands)),
    ) {
        (Some(Json::Object(known)), Some(Json::Object(new))) => keep_member(rest, known, new),
        // The cell that cannot be read was all that the row says of it.
        (Some(item), None) => new.insert(place.min(new.len()), item.clone()),
        (_, _) => {}
    }
}

/// Names a field without the ids of people.
fn named(path: &[String]) -> Path {
    let is_person = |place: usize| place == 1 && path.first().is_some_and(|name| name == PERSONS);
    let names = path.iter().enumerate();
    let names = names.filter(|(place, name)| !is_person(*place) && *name != "0");
    names.map(|(_, name)| name.clone()).collect()
}

#[cfg(test)]
mod tests {

    use super::*;
    use crate::leaves;

    /// A field that was not read, what is known of it, what the row says, what it says then, and what is told.
    const UNREAD: &[(&str, &str, &str, &str, &str)] = &[
        (
            "group",
            r#"{"group": {"lower": 450}}"#,
            r#"{}"#,
            r#"{"group": {"lower": 450}}"#,
            "group",
        ),
        (
            "group",
            r#"{"group": {"lower": 450, "lang": "en"}}"#,
            r#"{"group": {"lang": "es"}}"#,
            r#"{"group": {"lower": 450, "lang": "en"}}"#,
            "group",
        ),
        (
            "place.lat",
            r#"{"place": {"lat": 1, "lon": 2}}"#,
            r#"{"place": {"lon": 3}}"#,
            r#"{"place": {"lat": 1, "lon": 3}}"#,
            "place.lat",
        ),
        (
            "place.lat",
            r#"{"place": {"lat": 1}}"#,
            r#"{}"#,
            r#"{"place": {"lat": 1}}"#,
            "place.lat",
        ),
        (
            "place.lat",
            r#"{"place": {"lon": 1}}"#,
            r#"{}"#,
            r#"{}"#,
            "",
        ),
        (
            "occurred",
            r#"{}"#,
            r#"{"mode": "raid"}"#,
            r#"{"mode": "raid"}"#,
            "",
        ),
        (
            "note.text",
            r#"{"note": {"text": "n", "lang": "en"}}"#,
            r#"{}"#,
            r#"{"note": {"text": "n", "lang": "en"}}"#,
            "note",
        ),
        (
            "persons.0.age",
            r#"{"persons": [{"id": "a", "age": 1}, {"id": "b", "age": 2}]}"#,
            r#"{"persons": [{"id": "b", "sex": "male"}]}"#,
            r#"{"persons": [{"id": "b", "age": 2, "sex": "male"}]}"#,
            "persons.age",
        ),
        (
            "persons.b.age",
            r#"{"persons": [{"id": "a"}, {"id": "b", "age": 2}]}"#,
            r#"{"persons": [{"id": "a"}, {"id": "b"}]}"#,
            r#"{"persons": [{"id": "a"}, {"id": "b", "age": 2}]}"#,
            "persons.age",
        ),
        (
            "persons.b.age",
            r#"{"persons": [{"id": "a"}, {"id": "b", "age": 2}]}"#,
            r#"{"persons": [{"id": "a"}]}"#,
            r#"{"persons": [{"id": "a"}, {"id": "b", "age": 2}]}"#,
            "persons.age",
        ),
        // Someone else.
        (
            "persons.0.age",
            r#"{"persons": [{"id": "a", "age": 1}]}"#,
            r#"{"persons": [{"id": "b"}]}"#,
            r#"{"persons": [{"id": "b"}]}"#,
            "",
        ),
        (
            "sources.0.url",
            r#"{"sources": [{"url": "u", "lang": "en"}]}"#,
            r#"{"sources": [{"lang": "en"}]}"#,
            r#"{"sources": [{"url": "u", "lang": "en"}]}"#,
            "sources.url",
        ),
    ];

    #[test]
    fn what_is_known_of_an_unread_field_stays() {
        let json = |text: &str| serde_json::from_str::<Json>(text).unwrap();
        for (path, known, row, expected, told) in UNREAD {
            let unread: Path = path.split('.').map(str::to_owned).collect();
            let mut new = json(row).as_object().unwrap().clone();
            let kept = keep(&[unread], json(known).as_object().unwrap(), &mut new);
            let told_of = leaves::named(&kept);
            assert_eq!(
                (Json::Object(new), told_of.as_str()),
                (json(expected), *told),
                "{path} {row}"
            );
        }
    }
}
