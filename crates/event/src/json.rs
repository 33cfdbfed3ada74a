//! JSON as it was sent: objects keep their order, and a key that stands twice is an error.
//!
//! Never here: what a field means.

use std::fmt::{self, Write as _};

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use smol_str::SmolStr;

use crate::number::{Number, tokens};

/// A JSON value.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, as it was written.
    Number(Number),
    /// A text; a short one, as most are, stands in the value itself.
    Text(SmolStr),
    /// A list.
    List(Vec<Json>),
    /// An object, in the order in which it was sent, without a key twice.
    Object(Vec<(SmolStr, Json)>),
}

impl Json {
    /// Parses one JSON value.
    ///
    /// # Errors
    /// The parser's error: not JSON, more than one value, or a key that stands twice in one object.
    pub fn parse(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        let mut value: Self = serde_json::from_slice(bytes)?;
        if value.may_be_rounded() {
            let text = std::str::from_utf8(bytes).unwrap_or_default();
            value.restore_numbers(&mut tokens(text));
        }
        Ok(value)
    }

    /// Whether it holds a number that the parser may have rounded.
    fn may_be_rounded(&self) -> bool {
        match self {
            Self::Number(number) => number.has_point(),
            Self::List(items) => items.iter().any(Self::may_be_rounded),
            Self::Object(fields) => fields.iter().any(|(_, value)| value.may_be_rounded()),
            Self::Null | Self::Bool(_) | Self::Text(_) => false,
        }
    }

    /// Puts the tokens of the numbers, which come in the order of the text, in place of what the
    /// parser made of them.
    fn restore_numbers<'a>(&mut self, tokens: &mut impl Iterator<Item = &'a str>) {
        match self {
            Self::Number(number) => {
                if let Some(token) = tokens.next() {
                    *number = Number::from_token(token.into());
                }
            }
            Self::List(items) => items
                .iter_mut()
                .for_each(|item| item.restore_numbers(tokens)),
            Self::Object(fields) => {
                let values = fields.iter_mut().map(|(_, value)| value);
                values.for_each(|value| value.restore_numbers(tokens));
            }
            Self::Null | Self::Bool(_) | Self::Text(_) => {}
        }
    }

    /// Returns the field `name` of an object.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(fields) => fields.iter().find(|(key, _)| key == name).map(|(_, v)| v),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) | Self::List(_) => None,
        }
    }

    /// Returns the text.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::List(_) | Self::Object(_) => None,
        }
    }

    /// Returns the items of a list.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Self]> {
        match self {
            Self::List(items) => Some(items),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) | Self::Object(_) => None,
        }
    }

    /// Returns the fields of an object.
    #[must_use]
    pub fn as_object(&self) -> Option<&[(SmolStr, Self)]> {
        match self {
            Self::Object(fields) => Some(fields),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) | Self::List(_) => None,
        }
    }

    /// Returns the whole number, when it is one from 0 on.
    #[must_use]
    pub fn as_u64(&self) -> Option<u64> {
        match self {
            Self::Number(number) => number.as_u64(),
            Self::Null | Self::Bool(_) | Self::Text(_) | Self::List(_) | Self::Object(_) => None,
        }
    }

    /// Returns the text of the field `name`.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Self::as_text)
    }

    /// Returns the items of the field `name`; none of them when it is not a list.
    #[must_use]
    pub fn list(&self, name: &str) -> &[Self] {
        self.get(name).and_then(Self::as_list).unwrap_or_default()
    }

    /// Returns the texts in the list `name`.
    pub fn texts<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.list(name).iter().filter_map(Self::as_text)
    }

    /// Returns the sort of value, as a reader would name it.
    #[must_use]
    pub const fn sort(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "true or false",
            Self::Number(_) => "a number",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
        }
    }

    /// Applies a JSON merge patch (RFC 7396).
    pub fn merge(&mut self, patch: &Self) {
        let Self::Object(changes) = patch else {
            *self = patch.clone();
            return;
        };
        if self.as_object().is_none() {
            *self = Self::Object(Vec::new());
        }
        let Self::Object(fields) = self else { return };
        for (name, change) in changes {
            let place = fields.iter().position(|(key, _)| key == name);
            match (place, change) {
                (Some(at), Self::Null) => {
                    fields.remove(at);
                }
                (None, Self::Null) => {}
                (Some(at), change) => {
                    if let Some((_, value)) = fields.get_mut(at) {
                        value.merge(change);
                    }
                }
                (None, change) => {
                    let mut value = Self::Null;
                    value.merge(change);
                    fields.push((name.clone(), value));
                }
            }
        }
    }

    /// Sets a field of an object, or takes it away; an added one comes last.
    pub fn set(&mut self, name: &str, value: Option<Self>) {
        let Self::Object(fields) = self else { return };
        let place = fields.iter().position(|(key, _)| key == name);
        match (place, value) {
            (Some(at), Some(value)) => {
                if let Some((_, slot)) = fields.get_mut(at) {
                    *slot = value;
                }
            }
            (Some(at), None) => {
                fields.remove(at);
            }
            (None, Some(value)) => fields.push((name.into(), value)),
            (None, None) => {}
        }
    }

    /// Writes the value with the keys of each object sorted.
    pub fn write_sorted(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            // Writing to a text cannot fail.
            Self::Number(number) => write!(out, "{number}").unwrap_or_default(),
            Self::Text(text) => write_text(text, out),
            Self::List(items) => write_list(items, out, |item, out| item.write_sorted(out)),
            Self::Object(fields) => {
                let sorted = sorted_by_name(fields.iter());
                write_object(&sorted, out, |_, value, out| value.write_sorted(out));
            }
        }
    }
}

impl serde::Serialize for Json {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(number) => number.serialize(serializer),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(items) => serializer.collect_seq(items),
            Self::Object(fields) => {
                serializer.collect_map(fields.iter().map(|(name, value)| (name, value)))
            }
        }
    }
}

/// Returns fields in the order of their names.
pub(crate) fn sorted_by_name<'a>(
    fields: impl Iterator<Item = &'a (SmolStr, Json)>,
) -> Vec<&'a (SmolStr, Json)> {
    let mut sorted: Vec<_> = fields.collect();
    sorted.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    sorted
}

/// Writes a list, each item by `write`.
pub(crate) fn write_list(items: &[Json], out: &mut String, write: impl Fn(&Json, &mut String)) {
    out.push('[');
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        write(item, out);
    }
    out.push(']');
}

/// Writes an object, each value by `write`, which is told its name.
pub(crate) fn write_object(
    fields: &[&(SmolStr, Json)],
    out: &mut String,
    write: impl Fn(&str, &Json, &mut String),
) {
    out.push('{');
    for (i, (name, value)) in fields.iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        write_text(name, out);
        out.push(':');
        write(name, value, out);
    }
    out.push('}');
}

pub(crate) fn write_text(text: &str, out: &mut String) {
    out.push('"');
    let mut rest = text;
    // What needs no escape, which is nearly all, is copied in one piece.
    while let Some(at) = rest
        .bytes()
        .position(|b| b < b' ' || b == b'"' || b == b'\\')
    {
        let (plain, tail) = rest.split_at(at);
        out.push_str(plain);
        match tail.bytes().next() {
            Some(b'"') => out.push_str("\\\""),
            Some(b'\\') => out.push_str("\\\\"),
            Some(control) => write!(out, "\\u{control:04x}").unwrap_or_default(),
            None => {}
        }
        rest = tail.get(1..).unwrap_or_default();
    }
    out.push_str(rest);
    out.push('"');
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        // A token with a point, which [`Json::parse`] puts right by the text.
        Ok(Json::Number(Number::from_token(
            format!("{value:e}").into(),
        )))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::Text(value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Json::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        // Most objects of an event have no more fields, so that the list need not grow.
        let mut fields: Vec<(SmolStr, Json)> = Vec::with_capacity(8);
        let mut seen = std::collections::BTreeSet::new();
        while let Some((key, value)) = map.next_entry::<SmolStr, Json>()? {
            // A short object is searched as it stands; a long one has a set, so that a hostile
            // object of ten thousand keys costs no more than its length.
            let twice = if fields.len() < 32 {
                fields.iter().any(|(name, _)| *name == key)
            } else {
                if seen.is_empty() {
                    seen.extend(fields.iter().map(|(name, _)| name.clone()));
                }
                !seen.insert(key.clone())
            };
            if twice {
                return Err(de::Error::custom(format_args!(
                    "the key {key:?} stands twice"
                )));
            }
            fields.push((key, value));
        }
        Ok(Json::Object(fields))
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}
