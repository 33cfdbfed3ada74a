//! The leaf members of a merge patch: what one correction changes is told, and left alone, member by member.
//!
//! Start at [`leaves`] and [`keep_out`]. A leaf is what is no object with members; a list is one leaf, since a merge
//! patch (RFC 7396) replaces it whole.
//!
//! Never here: which members are to be left alone.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json};

/// The names of the members from the outermost one in, e.g. `place`, `lat`.
pub(crate) type Path = Vec<String>;

/// Returns the leaf members with their values, in the order of the patch.
pub(crate) fn leaves(patch: &Map<String, Json>) -> Vec<(Path, Json)> {
    let mut found = Vec::new();
    collect(patch, &mut Vec::new(), &mut found);
    found
}

fn collect(object: &Map<String, Json>, above: &mut Path, found: &mut Vec<(Path, Json)>) {
    for (name, value) in object {
        above.push(name.clone());
        if let Json::Object(inner) = value
            && !inner.is_empty()
        {
            collect(inner, above, found);
        } else {
            found.push((above.clone(), value.clone()));
        }
        above.pop();
    }
}

/// Returns what stands at a path; none where nothing does.
pub(crate) fn at<'j>(object: &'j Map<String, Json>, path: &[String]) -> Option<&'j Json> {
    let (name, rest) = path.split_first()?;
    let value = object.get(name)?;
    match (rest, value) {
        ([], value) => Some(value),
        (rest, Json::Object(inner)) => at(inner, rest),
        (_, _) => None,
    }
}

/// Whether a change at one path touches what stands at the other: they are the same, or one lies in the other.
pub(crate) fn meet(one: &[String], other: &[String]) -> bool {
    one.iter().zip(other).all(|(one, other)| one == other)
}

/// Takes the leaf members that `stays` names out of a patch, and returns their paths. `stays` is asked of each leaf with
/// its value.
pub(crate) fn keep_out(
    patch: &mut Map<String, Json>,
    stays: &dyn Fn(&[String], &Json) -> bool,
) -> Vec<Path> {
    let leaves = leaves(patch).into_iter();
    let left_out: Vec<Path> = leaves
        .filter(|(path, value)| stays(path, value))
        .map(|(path, _)| path)
        .collect();
    left_out.iter().for_each(|path| remove(patch, path));
    left_out
}

/// Lets an object of `old` that a patch takes away go member by member, where one of `members` lies in it.
pub(crate) fn spread(
    patch: &mut Map<String, Json>,
    old: &Map<String, Json>,
    members: &BTreeSet<Path>,
) {
    for (path, value) in leaves(patch) {
        let holds_one = members
            .iter()
            .any(|member| member.len() > path.len() && meet(member, &path));
        let Some(Json::Object(inner)) = at(old, &path).filter(|_| holds_one && value.is_null())
        else {
            continue;
        };
        remove(patch, &path);
        for (below, _) in leaves(inner) {
            let whole: Path = path.iter().chain(&below).cloned().collect();
            insert(patch, &whole, Json::Null);
        }
    }
}

/// Takes a member out, and each object above it that is empty then.
fn remove(object: &mut Map<String, Json>, path: &[String]) {
    let Some((name, rest)) = path.split_first() else {
        return;
    };
    if let (Some(Json::Object(inner)), false) = (object.get_mut(name), rest.is_empty()) {
        remove(inner, rest);
        if !inner.is_empty() {
            return;
        }
    }
    object.remove(name);
}

fn insert(object: &mut Map<String, Json>, path: &[String], value: Json) {
    let Some((name, rest)) = path.split_first() else {
        return;
    };
    if rest.is_empty() {
        object.insert(name.clone(), value);
        return;
    }
    let inner = object
        .entry(name.clone())
        .or_insert_with(|| Json::Object(Map::new()));
    if let Json::Object(inner) = inner {
        insert(inner, rest, value);
    }
}

/// Names members to a reader: `place.lat, note`.
pub(crate) fn named(paths: &[Path]) -> String {
    let names: Vec<String> = paths.iter().map(|path| path.join(".")).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn members_that_stay_are_taken_out_and_no_others() {
        for (patch, old, stays, expected, left_out) in [
            (
                json!({"place": {"lat": 1, "lon": 2}, "note": "x"}),
                json!({}),
                "place.lat",
                json!({"place": {"lon": 2}, "note": "x"}),
                "place.lat",
            ),
            (
                json!({"place": {"lat": 1}}),
                json!({}),
                "place.lat",
                json!({}),
                "place.lat",
            ),
            // The row lost its place: what nobody corrected goes.
            (
                json!({"place": null}),
                json!({"place": {"lat": 1, "lon": 2}}),
                "place.lat",
                json!({"place": {"lon": null}}),
                "place.lat",
            ),
            // What others added is none of the row's members.
            (
                json!({"place": null}),
                json!({"place": {"lon": 2}}),
                "place.lat",
                json!({"place": {"lon": null}}),
                "",
            ),
            (
                json!({"place": null}),
                json!({"place": {"lat": 1}}),
                "note",
                json!({"place": null}),
                "",
            ),
            (
                json!({"persons": [1]}),
                json!({"persons": [2]}),
                "persons",
                json!({}),
                "persons",
            ),
            (
                json!({"note": "x"}),
                json!({}),
                "note.lang",
                json!({}),
                "note",
            ),
        ] {
            let mut kept = patch.as_object().unwrap().clone();
            let stays: Path = stays.split('.').map(str::to_owned).collect();
            let old = old.as_object().unwrap();
            spread(&mut kept, old, &BTreeSet::from([stays.clone()]));
            let told = keep_out(&mut kept, &|path, _| meet(path, &stays));
            assert_eq!(
                (Json::Object(kept), named(&told).as_str()),
                (expected, left_out),
                "{patch}"
            );
        }
    }
}
