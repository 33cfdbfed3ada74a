//! Constants of a mapping, and fields that it names for other ends, held against the fields that events have.
//!
//! Start at [`check`].
//!
//! Never here: fields from cells (`fields`).

use event::{Code, Kind, Sort, kinds};
use serde_json::Value as Json;

use super::fields::meant;
use super::mapping::RowSection;
use crate::error::quoted;
use crate::mapping::Mapping;
use crate::mapping::binder::{Binder, NOWHERE, nearest};
use crate::mapping::holds::{self, Unknown};

/// What stands around `data`, and so is no field of it. Source: docs/reference/events.md, The event.
const ENVELOPE: [&str; 11] = [
    "specversion",
    "id",
    "source",
    "type",
    "subject",
    "org",
    "time",
    "recordedtime",
    "receivedtime",
    "salt",
    "author",
];

/// Notes each constant that no event of these kinds has, each code that is in no list, and each field of
/// `fill_only` and `append` that there is not.
pub(super) fn check(mapping: &Mapping, shared: &RowSection, kinds: &[Kind], binder: &Binder<'_>) {
    table(
        shared.set.as_ref(),
        shared.set.span().start,
        "",
        kinds,
        binder,
    );
    for event in &mapping.event {
        if let Some(kind) = meant(event.kind.as_ref()) {
            let (set, at) = (event.set.as_ref(), event.set.span().start);
            table(set, at, "", &[kind], binder);
        }
    }
    for person in &shared.person {
        let (set, at) = person.constants();
        table(set, at, "persons.0.", kinds, binder);
    }
    for (key, paths) in [("fill_only", &shared.fill_only), ("append", &shared.append)] {
        for path in paths {
            if path.split('.').any(|name| name.parse::<usize>().is_ok()) {
                let what = "goes into a list, of which no single item is compared: name the list";
                binder.wrong(NOWHERE, format!("{key} {path}: {what}"));
            } else if let Some(reason) = is_none(path, kinds) {
                binder.wrong(NOWHERE, format!("{key} {path}: {reason}"));
            }
        }
    }
}

/// Holds a table of constants, which stand in the event behind a path, against the fields of these kinds.
fn table(set: &toml::Table, at: usize, above: &str, kinds: &[Kind], binder: &Binder<'_>) {
    let Ok(Json::Object(members)) = serde_json::to_value(set) else {
        return;
    };
    let mut leaves = Vec::new();
    for (name, value) in &members {
        flatten(name, value, &mut leaves);
    }
    for (name, value) in leaves {
        let path = format!("{above}{name}");
        let wrong = is_none(&path, kinds)
            .or_else(|| no_code(&path, value, kinds))
            .or_else(|| misfit(&path, value, kinds));
        if let Some(reason) = wrong {
            binder.wrong(at, format!("the constant {name}: {reason}"));
        }
    }
}

/// The texts, numbers and lists of a table, by their paths; of a list of tables the first.
fn flatten<'v>(path: &str, value: &'v Json, leaves: &mut Vec<(String, &'v Json)>) {
    let inner = match value {
        Json::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), value))
            .collect(),
        Json::Array(items) if items.first().is_some_and(Json::is_object) => {
            vec![("0".to_owned(), items.first().unwrap_or(&Json::Null))]
        }
        Json::Array(_) | Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {
            Vec::new()
        }
    };
    if inner.is_empty() {
        leaves.push((path.to_owned(), value));
    }
    for (name, value) in inner {
        flatten(&format!("{path}.{name}"), value, leaves);
    }
}

/// Says why a value is none that its field takes in the first of these kinds that has the field.
pub(super) fn misfit(path: &str, value: &Json, kinds: &[Kind]) -> Option<String> {
    let kind = kinds
        .iter()
        .find(|kind| holds::holds(**kind, path).is_ok())?;
    let name = path.split('.').next().unwrap_or(path);
    let data = nested(path, value).to_string();
    let data = event::Json::parse(data.as_bytes()).ok()?;
    let rejection = event::check_fields(*kind, &data, &[name]).err()?;
    // What stands beside it is said elsewhere.
    (rejection.code != Code::Missing)
        .then(|| format!("found {}, expected {}", rejection.found, rejection.expected))
}

/// Makes the data in which a value stands at a path, with what a person and a name cannot be without.
fn nested(path: &str, value: &Json) -> Json {
    let (mut made, mut above) = (value.clone(), path);
    while !above.is_empty() {
        let (rest, name) = above.rsplit_once('.').unwrap_or(("", above));
        made = if name == "0" {
            match (rest.rsplit('.').next(), made.as_object_mut()) {
                (Some("persons"), Some(person)) => {
                    person.entry("id").or_insert_with(|| "xx:1".into());
                }
                (Some("names"), Some(name)) => {
                    name.entry("text").or_insert_with(|| "x".into());
                }
                (_, _) => {}
            }
            Json::Array(vec![made])
        } else {
            Json::Object([(name.to_owned(), made)].into_iter().collect())
        };
        above = rest;
    }
    made
}

/// Says why no event of these kinds has a field.
fn is_none(path: &str, kinds: &[Kind]) -> Option<String> {
    if ENVELOPE.contains(&path) {
        return Some(
            "stands around the data of an event, and is not said by a constant".to_owned(),
        );
    }
    let mut reason = None;
    for kind in kinds {
        match holds::holds(*kind, path) {
            Ok(_) => return None,
            Err(Unknown::Refused(why)) => reason = Some(why),
            Err(Unknown::Kept) => {
                let why = "no event of this mapping has such a field, so that nothing counts by it";
                reason = reason.or(Some(why.to_owned()));
            }
        }
    }
    reason
}

/// Says why a constant is no code of the list that its field takes.
fn no_code(path: &str, value: &Json, kinds: &[Kind]) -> Option<String> {
    let list = kinds.iter().find_map(|kind| list_of(*kind, path))?;
    let known = event::list(list)?;
    let texts = match value {
        Json::Array(items) => items.iter().collect(),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Object(_) => {
            vec![value]
        }
    };
    let wrong = texts
        .into_iter()
        .filter_map(Json::as_str)
        .find(|code| !known.codes.iter().any(|label| label.code == *code))?;
    let near = nearest(wrong, known.codes.iter().map(|label| label.code));
    let near = near.map_or_else(String::new, |near| {
        format!("; did you mean {near}?", near = quoted(near))
    });
    Some(format!(
        "{wrong} is no code of the list {list}{near}",
        wrong = quoted(wrong)
    ))
}

/// Returns the list whose codes the field at a path takes.
fn list_of(kind: Kind, path: &str) -> Option<&'static str> {
    let mut fields: Vec<event::Field> = kinds::COMMON
        .iter()
        .chain(kinds::fields(kind))
        .copied()
        .collect();
    let mut names = path.split('.').peekable();
    while let Some(name) = names.next() {
        let mut sort = fields.iter().find(|field| field.name == name)?.sort;
        while let Sort::List { of, .. } = sort {
            if names.next_if_eq(&"0").is_none() {
                break;
            }
            sort = *of;
        }
        if let Sort::Object(inner) = sort {
            fields = inner.to_vec();
            continue;
        }
        let list = if let Sort::Code(list) | Sort::Codes(list) = sort {
            Some(list)
        } else if matches!(sort, Sort::Answer) {
            Some("four_valued")
        } else {
            None
        };
        return list.filter(|_| names.peek().is_none());
    }
    None
}

#[cfg(test)]
mod tests {
    use crate::testing::bound;

    const HEAD: &str = "format = 1\norg = 'test'\nsource = '//t.example'\n[row]\nkey = ['no']\n\
        recordedtime = {text = '2020-01-03T00:00:00Z'}\n";

    #[test]
    fn a_constant_that_no_event_has_is_told_with_its_line_and_the_nearest_word() {
        let told = bound(
            &format!(
                "{HEAD}set = {{plac = {{code = 'KH'}}, visibility = 'publik', zzz = 1, org = 'x'}}\n\
                 fill_only = ['plac.locality', 'persons.0.sex']\nappend = ['nte']\nfrom = {{occurred = {{column = 'day'}}}}\n\
                 [[event]]\nkind = 'arrest'\nset = {{persons = [{{sex = 'femal'}}], place = {{codee = 'KH'}}}}\n"
            ),
            "no,day\n1,2020-01-01\n",
        );
        for part in [
            "mapping line 7: the constant plac.code: no field is called \"plac\"; did you mean \"place\"?",
            "mapping line 7: the constant visibility: \"publik\" is no code of the list visibility; did you mean \"public\"?",
            "mapping line 7: the constant zzz: no event of this mapping has such a field",
            "mapping line 7: the constant org: stands around",
            "mapping line 13: the constant persons.0.sex: \"femal\" is no code of the list sex; did you mean \"female\"?",
            "mapping line 13: the constant place.codee: no field is called \"codee\" there; did you mean \"code\"?",
            "fill_only plac.locality: no field is called \"plac\"; did you mean \"place\"?",
            "fill_only persons.0.sex: goes into a list",
            "append nte: no field is called \"nte\"; did you mean \"note\"?",
        ] {
            assert!(told.contains(part), "{part}\n---\n{told}");
        }
    }

    #[test]
    fn constants_that_events_have_are_taken() {
        let told = bound(
            &format!(
                "{HEAD}set = {{visibility = 'public', tags = ['a'], place = {{code = 'KH', kind = 'prison'}}, \
                 sources = [{{kind = 'media', url = 'https://a.example'}}], rights_exercised = ['vote']}}\n\
                 fill_only = ['note.text', 'place.locality']\nfrom = {{occurred = {{column = 'day'}}}}\n\
                 [[event]]\nkind = 'arrest'\nset = {{mode = 'raid', warrant_shown = 'no'}}\n"
            ),
            "no,day\n1,2020-01-01\n",
        );
        assert_eq!(told, "");
    }

    #[test]
    fn two_events_of_one_kind_for_one_row_need_a_part_each() {
        let mapping = |part: &str| {
            format!(
                "{HEAD}set = {{visibility = 'public'}}\nfrom = {{occurred = {{column = 'day'}}}}\n\
                 [[event]]\nkind = 'arrest'\nset = {{mode = 'raid'}}\n\
                 [[event]]\nkind = 'arrest'\n{part}set = {{mode = 'at_protest'}}\n"
            )
        };
        let run = |part: &str| {
            let mapping = format!("inputs = ['a.csv']\n{}", mapping(part));
            let (events, report) =
                crate::testing::import(&mapping, &[("a.csv", "no,day\n1,2020-01-01\n")]);
            (events.len(), report.rows_rejected)
        };
        assert_eq!(run(""), (0, 1));
        assert_eq!(run("part = 'second'\n"), (2, 0));
    }
}
