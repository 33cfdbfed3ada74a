//! Compares the table of fields of a page with the fields of its kind, and its error codes with those
//! that the check returns for a hundred wrong values.
//!
//! Never here: what a field changes.

use std::collections::BTreeSet;

use event::kinds::fields;
use event::{Caller, Field, Instant, Kind, Reading, Shape, Sort, admit, list};
use serde_json::{Value, json};

use super::{NOW, Page};

const HEAD: &str =
    "| field | holds | required | constraint | [rejected with](../errors.md) | says |";

/// A field with its path: `issuers.count`, `verdicts[].charge`.
type Named = (String, Field);

fn flat(prefix: &str, table: &[Field], found: &mut Vec<Named>) {
    for field in table {
        let path = format!("{prefix}{}", field.name);
        found.push((path.clone(), *field));
        let inner = |sort: &Sort| {
            if let Sort::Object(inner) = sort {
                Some(*inner)
            } else {
                None
            }
        };
        if let Some(inner) = inner(&field.sort) {
            flat(&format!("{path}."), inner, found);
        } else if let Sort::List { of, .. } = field.sort
            && let Some(inner) = inner(of)
        {
            flat(&format!("{path}[]."), inner, found);
        }
    }
}

fn grouped(number: i64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn characters(max: usize) -> String {
    let max = grouped(i64::try_from(max).unwrap());
    format!("at most {max} characters")
}

const fn of_text(max: usize) -> &'static str {
    match max {
        500 => "line",
        10_000 => "prose",
        _ => "text",
    }
}

/// Returns the type of a field and its constraints, as pages word them.
fn worded(sort: &Sort) -> (String, Vec<String>) {
    let (holds, constraints): (String, Vec<String>) = match sort {
        Sort::Text { max } => (of_text(*max).into(), vec![characters(*max)]),
        Sort::Texts { max } => {
            let one = of_text(*max);
            (format!("{one}, or list of {one}s"), vec![characters(*max)])
        }
        Sort::LangText { max } => (
            "object: language tag to line".into(),
            vec![format!(
                "names are language tags, each text {}",
                characters(*max)
            )],
        ),
        Sort::Code(name) => (format!("code of `{name}`"), vec!["in the list".into()]),
        Sort::Codes(name) => (
            format!("list of codes of `{name}`"),
            vec!["at most 1,000 items".into(), "in the list".into()],
        ),
        Sort::Answer => ("answer".into(), vec!["one of the four answers".into()]),
        Sort::Answers => (
            "object: name to answer".into(),
            vec!["names of at most 100 bytes".into()],
        ),
        Sort::Date => ("date".into(), vec!["[EDTF](../events.md#occurred)".into()]),
        Sort::Integer { min, max } => (
            "whole number".into(),
            vec![format!("{} to {}", grouped(*min), grouped(*max))],
        ),
        Sort::Money => ("number".into(), vec!["not below 0".into()]),
        Sort::Target => ("`{org, source, id}`".into(), vec!["all three".into()]),
        Sort::Pair => ("list of two person ids".into(), vec!["two items".into()]),
        Sort::List { of, max } => {
            let (one, inner) = worded(of);
            let many = match one.as_str() {
                "line" | "charge id" | "language tag" | "object" => format!("{one}s"),
                _ => one,
            };
            let items = format!("at most {} items", grouped(i64::try_from(*max).unwrap()));
            (format!("list of {many}"), [vec![items], inner].concat())
        }
        Sort::Object(_) => ("object".into(), vec![]),
        Sort::Quantity => (
            "`{lower, upper, verbatim, lang, modality}`".into(),
            vec!["`lower` not above `upper`".into()],
        ),
        Sort::Patch => (
            "JSON merge patch".into(),
            vec!["no `target`, no `pair`; other fields as in their tables".into()],
        ),
        Sort::Filter => (
            "object of texts: a figure's parameters".into(),
            vec!["names of at most 100 bytes, texts of at most 500 characters".into()],
        ),
        Sort::Free => ("any JSON".into(), vec![]),
        Sort::Is(shape) => {
            let (holds, constraint) = shaped(*shape);
            (holds.into(), vec![constraint.into()])
        }
        Sort::Note { .. }
        | Sort::Number { .. }
        | Sort::Place
        | Sort::Bool
        | Sort::Tags
        | Sort::Group => {
            panic!("a kind has a field of a sort that no page has words for: {sort:?}")
        }
    };
    (holds, constraints)
}

fn shaped(shape: Shape) -> (&'static str, &'static str) {
    let times = "[years, months, weeks, days](../events.md#durations)";
    match shape {
        Shape::Day => ("day", "`YYYY-MM-DD`"),
        Shape::Currency => ("currency, 3 capitals", "shape of ISO 4217"),
        Shape::Duration => ("duration", times),
        Shape::Term => ("duration or `life`", times),
        Shape::ChargeId => ("charge id", "`<case>/<local>`"),
        Shape::PersonId => ("person id", "`<org>:<local>`"),
        Shape::OrgId => ("organisation id", "2 to 32 of a-z, 0-9, `-`"),
        Shape::Sha256 => ("SHA-256 as 64 hex digits", "lower case"),
        Shape::Lang => ("language tag", "BCP 47"),
        Shape::Instant | Shape::Source | Shape::EventId | Shape::CaseId | Shape::Url => {
            panic!("a kind has a field of a shape that no page has words for: {shape:?}")
        }
    }
}

/// Values that are wrong in one way or another for most fields.
fn wrong() -> Vec<Value> {
    let id = "00000000-0000-4000-8000-000000000001";
    let long = "a".repeat(20_001);
    let mut values = vec![
        json!(true),
        json!(1.5),
        json!(-1),
        json!(1e30),
        json!(9_007_199_254_740_992_u64),
        json!(""),
        json!("!"),
        json!(long),
        json!([]),
        json!({}),
        json!({"!": "!"}),
        json!({"en": 1}),
        json!({"en": long}),
        json!({"a".repeat(101): "yes"}),
        json!({"target": {}}),
        json!({"lower": 5, "upper": 4}),
        json!({"lower": -1}),
        json!({"lang": "!"}),
        json!({"modality": "!"}),
        json!({"verbatim": long}),
        json!({"org": "aa"}),
        json!({"org": "!", "source": "//a", "id": id}),
        json!({"org": "aa", "source": "a b", "id": id}),
        json!({"org": "aa", "source": "//a", "id": "!"}),
        json!(vec!["a"; 1_001]),
        json!(["!", "!"]),
    ];
    let lists: Vec<Value> = values.iter().map(|value| json!([value])).collect();
    values.extend(lists);
    values
}

/// Returns the codes under which wrong values at `path` are rejected.
fn rejected(kind: Kind, example: &Value, (path, field): &Named) -> BTreeSet<String> {
    let pointer = format!("/data/{}", path.replace("[].", "/0/").replace('.', "/"));
    let mut codes = BTreeSet::new();
    let absent = std::iter::once(Value::Null);
    for value in wrong().into_iter().chain(absent) {
        let mut event = example.clone();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        let parent = event.pointer_mut(parent).and_then(Value::as_object_mut);
        parent
            .unwrap_or_else(|| panic!("{kind}: the example has no place for {path}"))
            .insert(name.into(), value);
        let bytes = serde_json::to_vec(&event).unwrap();
        let rejection = if kind.is_system() {
            match event::read(&bytes) {
                Reading::Rejected { rejection, .. } => Some(rejection),
                Reading::Event(_) | Reading::Unknown(_) => None,
            }
        } else {
            admit(&bytes, Caller::Any, Instant::parse(NOW).unwrap().0).err()
        };
        let Some(rejection) = rejection else { continue };
        let code = rejection.code.as_str();
        let at = rejection.pointer == pointer;
        let below = rejection.pointer.starts_with(&format!("{pointer}/"));
        // Fields inside a patch are checked by the tables of other fields.
        // Fields inside a patch are checked by the tables of other fields; the fields of an object
        // have rows of their own.
        let in_patch = matches!(field.sort, Sort::Patch) && code == "E0208";
        let closed = matches!(
            field.sort,
            Sort::Patch
                | Sort::Object(_)
                | Sort::List {
                    of: Sort::Object(_),
                    ..
                }
        );
        let counts = at || in_patch || (below && !closed);
        if counts {
            codes.insert(code.to_owned());
        }
    }
    codes
}

#[test]
fn each_table_of_fields_is_that_of_the_code() {
    for kind in Kind::ALL {
        let page = Page::of(*kind);
        let mut named = Vec::new();
        flat("", fields(*kind), &mut named);
        let example = page.example();
        let mut expected = Vec::new();
        for one in &named {
            let (holds, constraints) = worded(&one.1.sort);
            let constraint = match constraints.as_slice() {
                [] => "none".into(),
                constraints => constraints.join("; "),
            };
            let codes = rejected(*kind, &example, one);
            let codes = match codes.len() {
                0 => "never".into(),
                _ => codes.into_iter().collect::<Vec<_>>().join(" "),
            };
            let required = if one.1.required { "yes" } else { "no" };
            expected.push(format!(
                "| `{}` | {holds} | {required} | {constraint} | {codes} | {} |",
                one.0, one.1.about
            ));
        }
        let lines = page.under("## Fields");
        let table: Vec<&str> = lines
            .iter()
            .copied()
            .filter(|line| line.starts_with('|'))
            .collect();
        let found = table.iter().skip(2).copied().collect::<Vec<_>>().join("\n");
        assert_eq!(found, expected.join("\n"), "{kind}");
        if !named.is_empty() {
            assert_eq!(table[0], HEAD, "{kind}");
        }
    }
}

#[test]
fn each_list_that_a_page_names_exists() {
    for kind in Kind::ALL {
        for part in Page::of(*kind).text.split("code of `").skip(1) {
            let name = part.split('`').next().unwrap();
            assert!(list(name).is_some(), "{kind}: no list {name}");
        }
    }
}
