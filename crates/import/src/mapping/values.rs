//! Values of a mapping that are of another sort than their key takes, and keys that are missing: all of them, so that one
//! does not hide the next.
//!
//! Start at [`take_wrong`]. It is asked only of a mapping that cannot be read.
//!
//! Never here: which keys there are (`shape`), and what a value means.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::binder::{NOWHERE, nearest};
use super::shape::{MAPPING, Shape};
use crate::error::quoted;

/// The mistakes, each with the byte where it stands.
type Mistakes = Vec<(usize, String)>;

/// Takes each value out that its key does not take, and adds it to `mistakes` with the byte where it stands; so with each
/// key that is missing.
pub(super) fn take_wrong(mapping: &mut DeTable<'_>, mistakes: &mut Mistakes) {
    table(mapping, &MAPPING, NOWHERE, mistakes);
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
            | Shape::Pattern(_)
            | Shape::Share
            | Shape::Texts
            | Shape::TextOrTexts
            | Shape::TextsOrEach
            | Shape::Word(_) => None,
        };
        let right = inner.and_then(|inner| judge(value, inner, mistakes));
        if let Some(right) = right {
            wrong.push((value.span().start, name.to_owned(), right));
        }
    }
    let told: Vec<String> = wrong.iter().map(|(_, name, _)| name.clone()).collect();
    for (at, name, right) in wrong {
        table.remove(name.as_str());
        mistakes.push((at, format!("{} must be {right}", quoted(&name))));
    }
    if let Shape::Table(_, required) = shape {
        let missing = required
            .iter()
            .filter(|name| !table.contains_key(**name) && !told.iter().any(|told| told == **name));
        mistakes.extend(missing.map(|name| (at, format!("the key {} is missing", quoted(name)))));
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

/// What a value of a shape is.
fn right(shape: &Shape) -> String {
    match shape {
        Shape::With(inner, _) => right(inner),
        Shape::Text | Shape::Pattern(_) => "a text in quotes".to_owned(),
        Shape::Sign => "one sign in quotes".to_owned(),
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
