//! JSON as it was sent: objects keep their order, and a key that stands twice is an error.
//!
//! Never here: what a field means.

use std::fmt::{self, Write as _};

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use smol_str::SmolStr;

/// A JSON value.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, as serde_json reads it.
    Number(serde_json::Number),
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
        serde_json::from_slice(bytes)
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

    /// Writes the value with the keys of each object sorted, so that equal content has equal text.
    pub fn write_sorted(&self, out: &mut String) {
        self.write(out, Confidential::Kept, Place::Elsewhere);
    }

    /// Writes the same without the `confidential` block of any item of a list named `persons`.
    pub(crate) fn write_unsealed(&self, out: &mut String) {
        self.write(out, Confidential::LeftOut, Place::Elsewhere);
    }

    fn write(&self, out: &mut String, confidential: Confidential, place: Place) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Self::Number(number) => {
                // Writing to a text cannot fail.
                write!(out, "{number}").unwrap_or_default();
            }
            Self::Text(text) => write_text(text, out),
            Self::List(items) => {
                let inside = match place {
                    Place::Persons => Place::Person,
                    Place::Person | Place::Elsewhere => Place::Elsewhere,
                };
                out.push('[');
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    item.write(out, confidential, inside);
                }
                out.push(']');
            }
            Self::Object(fields) => {
                let leaves_out = place == Place::Person && confidential == Confidential::LeftOut;
                let kept = |field: &&(SmolStr, Self)| !(leaves_out && field.0 == "confidential");
                let mut sorted: Vec<_> = fields.iter().filter(kept).collect();
                sorted.sort_unstable_by(|a, b| a.0.cmp(&b.0));
                out.push('{');
                for (i, (name, value)) in sorted.into_iter().enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    write_text(name, out);
                    out.push(':');
                    let persons = name == "persons";
                    let inside = if persons {
                        Place::Persons
                    } else {
                        Place::Elsewhere
                    };
                    value.write(out, confidential, inside);
                }
                out.push('}');
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

/// Whether the blocks that are to be sealed are written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Confidential {
    Kept,
    LeftOut,
}

/// Where a value stands: only a person has a confidential block.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Persons,
    Person,
    Elsewhere,
}

fn write_text(text: &str, out: &mut String) {
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

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Json, E> {
        serde_json::Number::from_f64(value)
            .map(Json::Number)
            .ok_or_else(|| E::custom("not finite"))
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
