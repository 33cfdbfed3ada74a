//! What a field of an event holds, so that a cell becomes a number where a number belongs. Read from the
//! table by which events are checked (`event::kinds`).
//!
//! Start at [`holds`].
//!
//! Never here: cells.

use event::{Field, Kind, Sort, kinds};
use serde_json::{Number, Value as Json};

use super::binder::nearest;
use crate::error::quoted;

/// What a field holds, as far as an import needs to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holds {
    /// A text, or what has no form of its own.
    Text,
    /// A list of texts.
    Texts,
    /// A whole number.
    Whole,
    /// Any number.
    Number,
    /// `true` or `false`.
    Bool,
    /// A date as the event wants it.
    Date,
    /// An instant.
    Instant,
    /// A number of people, with its bounds and its words.
    People,
}

/// Why a path names no field.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unknown {
    /// Nothing is like it: the event keeps it, and counts nothing by it.
    Kept,
    /// It is refused: the reason.
    Refused(String),
}

/// Returns what the field at `path` holds in an event of `kind`; a dot goes one object down.
///
/// # Errors
/// [`Unknown`]: there is no such field.
pub(crate) fn holds(kind: Kind, path: &str) -> Result<Holds, Unknown> {
    let mut names = path.split('.');
    let first = names.next().unwrap_or("");
    let mut fields = kinds::COMMON.iter().chain(kinds::fields(kind));
    let Some(field) = fields.find(|field| field.name == first) else {
        let all = kinds::COMMON.iter().chain(kinds::fields(kind));
        let near = nearest(first, all.map(|field| field.name));
        return Err(near.map_or(Unknown::Kept, |near| {
            Unknown::Refused(format!(
                "no field is called {first}; did you mean {near}?",
                first = quoted(first),
                near = quoted(near)
            ))
        }));
    };
    let mut sort = field.sort;
    while let Some(name) = names.next() {
        sort = match sort {
            Sort::Object(fields) => inner(fields, name)?.sort,
            Sort::List { of, .. } if name == "0" => *of,
            Sort::List { .. } => {
                return Err(Unknown::Refused(format!(
                    "{path} is not the first of a list: only .0 can be named",
                    path = quoted(path)
                )));
            }
            Sort::Group | Sort::Quantity => return number_of_people(name, names.next()),
            Sort::Text { .. }
            | Sort::Texts { .. }
            | Sort::Code(_)
            | Sort::Date
            | Sort::Integer { .. }
            | Sort::Number { .. }
            | Sort::Money
            | Sort::Bool
            | Sort::Place
            | Sort::Is(_)
            | Sort::Answer => {
                return Err(Unknown::Refused(format!(
                    "{path} goes into a field that is no object",
                    path = quoted(path)
                )));
            }
            Sort::Note { .. }
            | Sort::LangText { .. }
            | Sort::Codes(_)
            | Sort::Tags
            | Sort::Answers
            | Sort::Target
            | Sort::Pair
            | Sort::Patch
            | Sort::Filter
            | Sort::Free => return Ok(Holds::Text),
        };
    }
    Ok(made_into(sort))
}

const fn made_into(sort: Sort) -> Holds {
    match sort {
        Sort::Integer { .. } => Holds::Whole,
        Sort::Number { .. } | Sort::Money => Holds::Number,
        Sort::Bool => Holds::Bool,
        Sort::Codes(_) | Sort::List { .. } | Sort::Tags => Holds::Texts,
        Sort::Date => Holds::Date,
        Sort::Group | Sort::Quantity => Holds::People,
        Sort::Text { .. }
        | Sort::Texts { .. }
        | Sort::Note { .. }
        | Sort::LangText { .. }
        | Sort::Code(_)
        | Sort::Is(_)
        | Sort::Answer
        | Sort::Answers
        | Sort::Target
        | Sort::Pair
        | Sort::Place
        | Sort::Object(_)
        | Sort::Patch
        | Sort::Filter
        | Sort::Free => Holds::Text,
    }
}

fn inner(fields: &'static [Field], name: &str) -> Result<&'static Field, Unknown> {
    fields
        .iter()
        .find(|field| field.name == name)
        .ok_or_else(|| {
            let names: Vec<&str> = fields.iter().map(|field| field.name).collect();
            let near = nearest(name, names.iter().copied());
            near.map_or(Unknown::Kept, |near| {
                Unknown::Refused(format!(
                    "no field is called {name} there; did you mean {near}?",
                    name = quoted(name),
                    near = quoted(near)
                ))
            })
        })
}

/// The members of a group or quantity. Source: docs/reference/events.md, The common block.
fn number_of_people(name: &str, further: Option<&str>) -> Result<Holds, Unknown> {
    match (name, further) {
        ("lower" | "upper", None) => Ok(Holds::Whole),
        ("verbatim" | "lang" | "modality", None) => Ok(Holds::Text),
        _ => Err(Unknown::Refused(format!(
            "no field is called {name} there; it has lower, upper, verbatim, lang",
            name = quoted(name)
        ))),
    }
}

impl Holds {
    /// Whether a cell that is split may be a list there.
    pub(crate) const fn may_be_list(self) -> bool {
        matches!(self, Self::Text | Self::Texts)
    }

    /// Whether it is a number.
    pub(crate) const fn is_number(self) -> bool {
        matches!(self, Self::Whole | Self::Number)
    }

    /// Makes JSON of a text; the reason where it cannot be.
    pub(crate) fn json(self, text: String) -> Result<Json, &'static str> {
        match self {
            Self::Text | Self::Date | Self::Instant | Self::People => Ok(Json::String(text)),
            Self::Texts => Ok(Json::Array(vec![Json::String(text)])),
            Self::Whole => whole(&text).ok_or("not a whole number in digits"),
            Self::Number => {
                number(&text).ok_or("not a number in digits, with a point before its decimals")
            }
            Self::Bool => match text.to_lowercase().as_str() {
                "true" | "yes" | "1" => Ok(Json::Bool(true)),
                "false" | "no" | "0" => Ok(Json::Bool(false)),
                _ => Err("neither true nor false, yes nor no, 1 nor 0"),
            },
        }
    }
}

/// Reads a whole number; spreadsheets write `3.0` for 3.
fn whole(text: &str) -> Option<Json> {
    let digits = text.split_once('.').map_or(text, |(whole, rest)| {
        if !rest.is_empty() && rest.bytes().all(|byte| byte == b'0') {
            whole
        } else {
            text
        }
    });
    digits.parse::<i64>().ok().map(Json::from)
}

/// Reads a number as JSON writes one, zeros in front aside.
fn number(text: &str) -> Option<Json> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text),
    };
    // Of zeros the last before a digit goes, so that `0.5` and `0` stay.
    let zeros = digits.bytes().take_while(|byte| *byte == b'0').count();
    let has_digit = |at: usize| digits.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
    let begin = if has_digit(zeros) {
        zeros
    } else {
        zeros.saturating_sub(1)
    };
    let text = format!("{sign}{}", digits.get(begin..)?);
    serde_json::from_str::<Number>(&text).ok().map(Json::Number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_known_by_their_path() {
        for (path, expected) in [
            ("group", Holds::People),
            ("group.lower", Holds::Whole),
            ("group.verbatim", Holds::Text),
            ("persons.0.age_at_event", Holds::Whole),
            ("persons.0.names.0.text", Holds::Text),
            ("persons.0.roles", Holds::Texts),
            ("place.lat", Holds::Number),
            ("rights_exercised", Holds::Texts),
            ("occurred", Holds::Date),
        ] {
            assert_eq!(holds(Kind::Arrest, path), Ok(expected), "{path}");
        }
        assert_eq!(holds(Kind::AssemblyAction, "crowd.lower"), Ok(Holds::Whole));
        assert_eq!(holds(Kind::Arrest, "zzz"), Err(Unknown::Kept));
        assert_eq!(holds(Kind::Arrest, "persons.0.zzz"), Err(Unknown::Kept));
        for (path, near) in [
            ("ocurred", "occurred"),
            ("persons.0.brith", "birth"),
            ("persons.1.birth", ".0"),
            ("group.lowest", "lower"),
            ("occurred.earliest", "no object"),
        ] {
            let Err(Unknown::Refused(reason)) = holds(Kind::Arrest, path) else {
                panic!("{path}");
            };
            assert!(reason.contains(near), "{path}: {reason}");
        }
    }

    #[test]
    fn a_text_becomes_what_the_field_holds_or_is_refused() {
        for (holds, text, expected) in [
            (Holds::Whole, "17", Some("17")),
            (Holds::Whole, "17.0", Some("17")),
            (Holds::Whole, "17.5", None),
            (Holds::Whole, "1,200", None),
            (Holds::Whole, "about 5", None),
            (Holds::Whole, "-3", Some("-3")),
            (Holds::Number, "11.5564", Some("11.5564")),
            (Holds::Number, "11,5", None),
            (Holds::Number, "00012", Some("12")),
            (Holds::Number, "-007.5", Some("-7.5")),
            (Holds::Number, "000", Some("0")),
            (Holds::Number, "00.5", Some("0.5")),
            (Holds::Number, "0x1", None),
            (Holds::Bool, "Yes", Some("true")),
            (Holds::Bool, "0", Some("false")),
            (Holds::Bool, "maybe", None),
            (Holds::Text, "17", Some("\"17\"")),
            (Holds::Texts, "life", Some("[\"life\"]")),
        ] {
            let json = holds
                .json(text.to_owned())
                .ok()
                .map(|json| json.to_string());
            assert_eq!(json.as_deref(), expected, "{holds:?} {text}");
        }
    }
}
