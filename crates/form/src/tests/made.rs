//! `data` made by the tables: right values of every sort, and beside them what only a tool would send.

use event::{Field, Json, Kind, Shape, Sort, list};
use proptest::prelude::*;
use proptest::strategy::Union;

use crate::table::{Form, form, of_kind};

/// A kind, and `data` of it.
pub(super) fn data() -> impl Strategy<Value = (Kind, Json)> {
    let kinds: Vec<Kind> = Kind::ALL
        .iter()
        .copied()
        .filter(|kind| !kind.is_system())
        .collect();
    proptest::sample::select(kinds).prop_flat_map(|kind| {
        let table: &'static [Field] = Vec::leak(of_kind(kind));
        object(table, 0).prop_map(move |data| (kind, data))
    })
}

/// An object of some of its fields, now and then with a member that its table does not have, in any order.
fn object(table: &'static [Field], depth: u32) -> BoxedStrategy<Json> {
    let members = table.iter().map(move |field| {
        let weight = if depth == 0 { 3 } else { 2 };
        let there = value(&field.sort, depth).prop_map(move |value| Some((field.name, value)));
        let null = Just(Some((field.name, Json::Null)));
        prop_oneof![weight => Just(None), 3 => there, 1 => null.prop_map(|null| null)].boxed()
    });
    let members: Vec<_> = members.collect();
    let other = proptest::option::weighted(0.1, Just(("not_of_the_table", Json::Bool(true))));
    (members, other)
        .prop_map(|(members, other)| {
            members
                .into_iter()
                .flatten()
                .chain(other)
                .collect::<Vec<_>>()
        })
        .prop_shuffle()
        .prop_map(|members| {
            let named = members
                .into_iter()
                .map(|(name, value)| (name.into(), value));
            Json::Object(named.collect())
        })
        .boxed()
}

fn text(pattern: &'static str) -> BoxedStrategy<Json> {
    pattern.prop_map(|text| Json::Text(text.into())).boxed()
}

fn any_text() -> BoxedStrategy<Json> {
    let words = text("[a-zក-ខ]{1,6}( [a-zក-ខ]{1,6}){0,2}");
    let lines = text("[a-z]{1,4}(\n[a-z]{0,4}){1,2}");
    let odd = text("( |\r|\n|\t|\u{0}|a|\u{feff}|\"|<|&|'){0,4}");
    prop_oneof![6 => words, 1 => lines, 1 => odd].boxed()
}

fn value(sort: &'static Sort, depth: u32) -> BoxedStrategy<Json> {
    let code = |name: &str| {
        let codes: Vec<&str> = list(name)
            .unwrap()
            .codes
            .iter()
            .map(|label| label.code)
            .collect();
        let known = proptest::sample::select(codes).prop_map(|code| Json::Text(code.into()));
        prop_oneof![9 => known, 1 => text("[a-z_]{1,8}")].boxed()
    };
    let number = |token: &'static str| {
        token
            .prop_map(|token| Json::parse(token.as_bytes()).unwrap())
            .boxed()
    };
    match form(sort) {
        Form::Text => {
            if let Sort::Code(name) = sort {
                code(name)
            } else if matches!(sort, Sort::Answer) {
                code("four_valued")
            } else if matches!(sort, Sort::Is(Shape::PersonId | Shape::CaseId)) {
                text("[a-z]{2,5}:[a-z0-9]{1,4}")
            } else {
                any_text()
            }
        }
        Form::Number => number("-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,3})?([eE][+-]?[0-9]{1,2})?"),
        Form::Bool => any::<bool>().prop_map(Json::Bool).boxed(),
        Form::Date => {
            text("(\\.\\./)?(19|20)[0-9]{2}(-0[1-9](-[0-2][0-9])?)?[?~%]?(/\\.\\.|/20[0-9]{2}%?)?")
        }
        Form::Codes => {
            let Sort::Codes(name) = sort else {
                panic!("{sort:?}");
            };
            proptest::collection::vec(code(name), 0..4)
                .prop_map(Json::List)
                .boxed()
        }
        Form::List { of, .. } => items(of, depth),
        Form::TextOrList(of) => prop_oneof![any_text(), items(of, depth)].boxed(),
        Form::TextOrObject(table) => prop_oneof![any_text(), object(table, depth + 1)].boxed(),
        Form::Object(table) => object(table, depth + 1),
        Form::Entries => {
            let entry = (
                "[a-z]{0,3}",
                prop_oneof![9 => any_text(), 1 => Just(Json::Null)],
            );
            proptest::collection::btree_map(entry.0, entry.1, 0..3)
                .prop_map(|entries| {
                    Json::Object(
                        entries
                            .into_iter()
                            .map(|(key, value)| (key.into(), value))
                            .collect(),
                    )
                })
                .boxed()
        }
        Form::Json => any_json(),
    }
}

fn items(of: &'static Sort, depth: u32) -> BoxedStrategy<Json> {
    let item = prop_oneof![12 => value(of, depth + 1), 1 => Just(Json::Null)];
    proptest::collection::vec(item, 0..4)
        .prop_map(Json::List)
        .boxed()
}

fn any_json() -> BoxedStrategy<Json> {
    let leaf = Union::new([
        any_text(),
        Just(Json::Null).boxed(),
        any::<bool>().prop_map(Json::Bool).boxed(),
        any::<i64>()
            .prop_map(|number| Json::Number(number.into()))
            .boxed(),
    ]);
    leaf.prop_recursive(2, 8, 3, |inner| {
        let list = proptest::collection::vec(inner.clone(), 0..3).prop_map(Json::List);
        let object =
            proptest::collection::btree_map("[a-z]{0,3}", inner, 0..3).prop_map(|members| {
                Json::Object(
                    members
                        .into_iter()
                        .map(|(key, value)| (key.into(), value))
                        .collect(),
                )
            });
        prop_oneof![list, object]
    })
    .boxed()
}
