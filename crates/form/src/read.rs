//! From what was typed to `data`: each field by its table, in the table's order.
//!
//! Start at [`read`].
//!
//! Never here: whether a value is right. A text that is no number stays a text, which the check rejects where it
//! stands.

use std::collections::BTreeSet;

use event::{Field, Json, Kind, Sort};
use smol_str::SmolStr;

use crate::Mistake;
use crate::date::{DATE_PARTS, DateParts, ascii_digits};
use crate::pairs::{ITEM, Pairs, REST};
use crate::table::{Form, form, of_kind};

/// Where `data` begins in the names of inputs.
pub(crate) const DATA: &str = "/data";

/// Returns the `data` that a form of `kind` says.
///
/// # Errors
/// [`Mistake`]: an input below `/data` that the form does not have, other members that are no JSON object.
pub fn read(kind: Kind, pairs: &Pairs) -> Result<Json, Mistake> {
    let mut reader = Reader {
        pairs,
        known: BTreeSet::new(),
    };
    let data = reader.object(&of_kind(kind), DATA)?;
    let known = reader.known;
    let is_known = |name: &str| !name.starts_with(DATA) || known.contains(name);
    match pairs.unknown(is_known) {
        Some(name) => Err(Mistake::Unknown {
            name: name.to_owned(),
        }),
        None => Ok(data.unwrap_or_else(|| Json::Object(Vec::new()))),
    }
}

/// Reads one value by itself: what [`crate::fill`] makes of it says it again.
pub(crate) fn value(sort: &Sort, name: &str, pairs: &Pairs) -> Option<Json> {
    let mut reader = Reader {
        pairs,
        known: BTreeSet::new(),
    };
    reader.value(sort, name).ok().flatten()
}

struct Reader<'p> {
    pairs: &'p Pairs,
    /// The names of inputs that were looked for.
    known: BTreeSet<String>,
}

type Value = Result<Option<Json>, Mistake>;

impl Reader<'_> {
    fn text(&mut self, name: &str) -> Option<String> {
        self.known.insert(name.to_owned());
        Some(self.pairs.text(name)).filter(|text| !text.is_empty())
    }

    fn value(&mut self, sort: &Sort, name: &str) -> Value {
        let text = |text: String| Json::Text(text.into());
        match form(sort) {
            Form::Text => Ok(self.text(name).map(text)),
            Form::Number => Ok(self.text(name).map(|typed| number(&typed))),
            Form::Bool => Ok(self.text(name).map(|typed| match typed.as_str() {
                "true" => Json::Bool(true),
                "false" => Json::Bool(false),
                _ => text(typed),
            })),
            Form::Date => Ok(self.date(name)),
            Form::Codes => {
                self.known.insert(name.to_owned());
                let codes = self.pairs.texts(name).into_iter().map(text);
                Ok(list(codes.collect()))
            }
            Form::List { of, .. } => self.list(of, name),
            Form::TextOrList(of) => match self.text(name) {
                Some(typed) => Ok(Some(text(typed))),
                None => self.list(of, name),
            },
            Form::TextOrObject(table) => match self.text(name) {
                Some(typed) => Ok(Some(text(typed))),
                None => self.object(table, name),
            },
            Form::Object(table) => self.object(table, name),
            Form::Entries => Ok(self.entries(name)),
            Form::Json => Ok(self
                .text(name)
                .map(|typed| Json::parse(typed.as_bytes()).unwrap_or_else(|_| text(typed)))),
        }
    }

    fn date(&mut self, name: &str) -> Option<Json> {
        for part in DATE_PARTS {
            self.known.insert(format!("{name}{part}"));
        }
        let date = DateParts::of(self.pairs, name).edtf();
        date.map(|date| Json::Text(date.into()))
    }

    /// Reads the items of a list; one into which nothing was typed is none.
    fn list(&mut self, of: &Sort, name: &str) -> Value {
        let mut items = Vec::new();
        for index in self.pairs.items(name) {
            let name = format!("{name}/{index}");
            self.known.insert(format!("{name}{ITEM}"));
            items.extend(self.value(of, &name)?);
        }
        Ok(list(items))
    }

    /// Reads an object of free names: a line of a name and a text each.
    fn entries(&mut self, name: &str) -> Option<Json> {
        let mut entries = Vec::new();
        for index in self.pairs.items(name) {
            let line = format!("{name}/{index}");
            self.known.insert(format!("{line}{ITEM}"));
            let key = self.text(&format!("{line}#name"));
            let value = self.text(&format!("{line}#value"));
            if key.is_some() || value.is_some() {
                let value = Json::Text(value.unwrap_or_default().into());
                entries.push((key.unwrap_or_default().into(), value));
            }
        }
        (!entries.is_empty()).then_some(Json::Object(entries))
    }

    /// Reads an object by its table; members that no input says come with their own place in the table, or
    /// behind all others.
    fn object(&mut self, table: &[Field], name: &str) -> Value {
        let mut rest = self.rest(name)?;
        let mut members: Vec<(SmolStr, Json)> = Vec::new();
        for field in table {
            let typed = self.value(&field.sort, &format!("{name}/{}", field.name))?;
            let place = rest.iter().position(|(other, _)| other == field.name);
            let kept = place.map(|place| rest.remove(place).1);
            members.extend(typed.or(kept).map(|value| (field.name.into(), value)));
        }
        members.extend(rest);
        Ok((!members.is_empty()).then_some(Json::Object(members)))
    }

    fn rest(&mut self, name: &str) -> Result<Vec<(SmolStr, Json)>, Mistake> {
        let name = format!("{name}{REST}");
        let Some(typed) = self.text(&name) else {
            return Ok(Vec::new());
        };
        match Json::parse(typed.as_bytes()) {
            Ok(Json::Object(members)) => Ok(members),
            Ok(Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::List(_))
            | Err(_) => Err(Mistake::NotObject { name }),
        }
    }
}

fn list(items: Vec<Json>) -> Option<Json> {
    (!items.is_empty()).then_some(Json::List(items))
}

/// Reads a number as it was typed, in the digits of any script; what is none stays a text.
fn number(typed: &str) -> Json {
    match Json::parse(ascii_digits(typed).as_bytes()) {
        Ok(number @ Json::Number(_)) => number,
        Ok(Json::Null | Json::Bool(_) | Json::Text(_) | Json::List(_) | Json::Object(_))
        | Err(_) => Json::Text(typed.into()),
    }
}
