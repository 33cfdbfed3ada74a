//! Values of a mapping that are of another sort than their key takes, and keys that are missing: all of them, so that one
//! does not hide the next. What a mapping cannot be read without gets a stand-in, so that the rest is looked at all the
//! same.
//!
//! Start at [`take_wrong`].
//!
//! Never here: which keys there are (`shape`), and what a value means.

use std::borrow::Cow;

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::binder::{NOWHERE, STAND_IN, nearest};
use super::shape::{MAPPING, Shape};
use crate::error::quoted;
use crate::read::{ENCODINGS, is_encoding};

/// Keys of a mapping as a whole that are told where they are looked for.
const TOLD_ELSEWHERE: [&str; 2] = ["row", "event"];

/// The mistakes, each with the byte where it stands.
type Mistakes = Vec<(usize, String)>;

/// Takes each value out that its key does not take, and adds it to `mistakes` with the byte where it stands; so with each
/// key that is missing. One that a mapping must have is replaced.
pub(super) fn take_wrong(mapping: &mut DeTable<'_>, mistakes: &mut Mistakes) {
    table(mapping, &MAPPING, NOWHERE, mistakes);
}

/// Returns what stands for a value of a shape; `said` is a word that was meant to be one of them.
fn stand_in(shape: &Shape, said: Option<&str>) -> DeValue<'static> {
    match shape {
        Shape::With(inner, _) => stand_in(inner, said),
        Shape::Text | Shape::Encoding | Shape::Pattern(_) | Shape::TextOrTexts => {
            DeValue::String(Cow::Borrowed(STAND_IN))
        }
        Shape::Sign => DeValue::String(Cow::Borrowed(",")),
        Shape::Word(words) => {
            let near = said.and_then(|said| nearest(said, words.iter().copied()));
            let word = near.or_else(|| words.first().copied()).unwrap_or(STAND_IN);
            DeValue::String(Cow::Owned(word.to_owned()))
        }
        Shape::Truth => DeValue::Boolean(false),
        Shape::Whole | Shape::Between(..) | Shape::Share => number(),
        Shape::Texts => {
            let mut texts = DeArray::new();
            texts.push(nowhere(DeValue::String(Cow::Borrowed(STAND_IN))));
            DeValue::Array(texts)
        }
        Shape::TextsOrEach | Shape::List(_) => DeValue::Array(DeArray::new()),
        Shape::Each(_) | Shape::Any => DeValue::Table(DeTable::new()),
        Shape::Table(keys, required) => {
            let mut table = DeTable::new();
            for (name, shape) in keys.iter().filter(|(name, _)| required.contains(name)) {
                put(&mut table, name, stand_in(shape, None));
            }
            DeValue::Table(table)
        }
    }
}

/// Returns the number that stands for one: the present version, the first line.
fn number() -> DeValue<'static> {
    let read = DeTable::parse("x = 2");
    let table = read.ok().map(Spanned::into_inner);
    let value = table.and_then(|mut table| table.remove("x"));
    value.map_or(DeValue::Boolean(false), Spanned::into_inner)
}

fn nowhere(value: DeValue<'static>) -> Spanned<DeValue<'static>> {
    Spanned::new(NOWHERE..NOWHERE, value)
}

fn put(table: &mut DeTable<'_>, name: &str, value: DeValue<'static>) {
    let key = Spanned::new(NOWHERE..NOWHERE, Cow::Owned(name.to_owned()));
    table.insert(key, nowhere(value));
}

fn table(table: &mut DeTable<'_>, shape: &Shape, at: usize, mistakes: &mut Mistakes) {
    let mut wrong = Vec::new();
    for (key, value) in table.iter_mut() {
        let name = key.as_ref().as_ref();
        let inner = match shape {
            Shape::Each(inner) => Some(*inner),
            Shape::Table(keys, _) => {
                let known = keys.iter().find(|(known, _)| *known == name);
                known.map(|(_, inner)| inner)
            }
            Shape::With(..)
            | Shape::Any
            | Shape::List(_)
            | Shape::Text
            | Shape::Truth
            | Shape::Whole
            | Shape::Between(..)
            | Shape::Sign
            | Shape::Encoding
            | Shape::Pattern(_)
            | Shape::Share
            | Shape::Texts
            | Shape::TextOrTexts
            | Shape::TextsOrEach
            | Shape::Word(_) => None,
        };
        let Some(inner) = inner else { continue };
        if let Some(right) = judge(value, inner, mistakes) {
            let said = value.get_ref().as_str().map(str::to_owned);
            wrong.push((value.span().start, name.to_owned(), right, inner, said));
        }
    }
    let required: &[&str] = if let Shape::Table(_, required) = shape {
        required
    } else {
        &[]
    };
    for (place, name, right, inner, said) in wrong {
        table.remove(name.as_str());
        if required.contains(&name.as_str()) {
            put(table, &name, stand_in(inner, said.as_deref()));
        }
        mistakes.push((place, format!("{} must be {right}", quoted(&name))));
    }
    let Shape::Table(keys, required) = shape else {
        return;
    };
    for (name, inner) in keys.iter().filter(|(name, _)| required.contains(name)) {
        let is_told = at == NOWHERE && TOLD_ELSEWHERE.contains(name);
        if is_told || table.contains_key(*name) {
            continue;
        }
        put(table, name, stand_in(inner, None));
        mistakes.push((at, format!("the key {} is missing", quoted(name))));
    }
}

/// Judges a value, and what stands in it; returns what is right where it is not.
fn judge(
    value: &mut Spanned<DeValue<'_>>,
    shape: &Shape,
    mistakes: &mut Mistakes,
) -> Option<String> {
    let at = value.span().start;
    match (shape, value.get_mut()) {
        (Shape::With(inner, _), _) => judge(value, inner, mistakes),
        (Shape::Any, _)
        | (Shape::Text | Shape::Sign | Shape::Pattern(_), DeValue::String(_))
        | (Shape::Truth, DeValue::Boolean(_))
        | (Shape::Whole | Shape::Between(..), DeValue::Integer(_))
        | (Shape::Share, DeValue::Float(_) | DeValue::Integer(_))
        | (Shape::TextOrTexts, DeValue::String(_))
        | (Shape::TextsOrEach, DeValue::Table(_)) => None,
        (Shape::Word(words), DeValue::String(said)) => word(said, words),
        (Shape::Encoding, DeValue::String(said)) => encoding(said),
        (Shape::Texts | Shape::TextOrTexts | Shape::TextsOrEach, DeValue::Array(items)) => {
            let are_texts = items
                .iter()
                .all(|item| matches!(item.get_ref(), DeValue::String(_)));
            (!are_texts).then(|| "a list of texts".to_owned())
        }
        (Shape::List(inner), DeValue::Array(items)) => {
            let right = items
                .iter_mut()
                .filter_map(|item| judge(item, inner, mistakes));
            right
                .last()
                .map(|right| format!("a list, each item of it {right}"))
        }
        (Shape::Table(..) | Shape::Each(_), DeValue::Table(inner)) => {
            table(inner, shape, at, mistakes);
            None
        }
        (shape, _) => Some(right(shape)),
    }
}

fn word(said: &str, words: &[&str]) -> Option<String> {
    if words.contains(&said) {
        return None;
    }
    let near = nearest(said, words.iter().copied());
    Some(match near {
        Some(near) => format!(
            "one of {}; did you mean {near}?",
            words.join(", "),
            near = quoted(near)
        ),
        None => format!("one of {}", words.join(", ")),
    })
}

fn encoding(said: &str) -> Option<String> {
    if is_encoding(said) {
        return None;
    }
    let near = nearest(said, ENCODINGS.iter().copied());
    let near = near.map(|near| format!("; did you mean {}?", quoted(near)));
    Some(format!(
        "the label of an encoding, e.g. utf-16le, windows-1251, koi8-r, gb18030{}",
        near.unwrap_or_default()
    ))
}

/// What a value of a shape is.
fn right(shape: &Shape) -> String {
    match shape {
        Shape::With(inner, _) => right(inner),
        Shape::Text | Shape::Pattern(_) => "a text in quotes".to_owned(),
        Shape::Sign => "one sign in quotes".to_owned(),
        Shape::Encoding => "the label of an encoding, in quotes".to_owned(),
        Shape::Truth => "true or false".to_owned(),
        Shape::Whole => "a whole number from 1".to_owned(),
        Shape::Between(least, most) => format!("a whole number from {least} to {most}"),
        Shape::Share => "a number from 0 to 1".to_owned(),
        Shape::Texts => "a list of texts".to_owned(),
        Shape::TextOrTexts => "a text in quotes, or a list of texts".to_owned(),
        Shape::TextsOrEach => "a list of texts, or a table of texts".to_owned(),
        Shape::Word(words) => format!("one of {}, in quotes", words.join(", ")),
        Shape::Any => "a value".to_owned(),
        Shape::Table(keys, _) => {
            let names: Vec<&str> = keys.iter().map(|(name, _)| *name).collect();
            format!("a table of {}", names.join(", "))
        }
        Shape::Each(_) => "a table".to_owned(),
        Shape::List(_) => "a list".to_owned(),
    }
}
