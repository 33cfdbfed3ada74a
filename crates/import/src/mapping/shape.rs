//! Which keys a mapping may have, so that every key that is none is told at once, with its line and the
//! nearest one that is.
//!
//! Start at [`take_unknown`]. A test holds the lists to the types that read a mapping.
//!
//! Never here: what a key means.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::binder::nearest;
use crate::error::quoted;

/// What may stand at a place of a mapping.
#[cfg_attr(
    not(test),
    allow(
        dead_code,
        reason = "the words and what is required go into the schema, which a test writes"
    )
)]
pub(super) enum Shape {
    Text,
    Truth,
    /// A whole number from 1.
    Whole,
    /// A whole number between these.
    Between(u32, u32),
    /// A text of one sign that is no digit.
    Sign,
    /// The label of an encoding.
    Encoding,
    /// A text as this pattern has it, of JSON Schema.
    Pattern(&'static str),
    /// A number from 0 to 1.
    Share,
    /// A list of texts.
    Texts,
    /// A text, or a list of them.
    TextOrTexts,
    /// A list of texts, or a table of texts.
    TextsOrEach,
    /// One of these words.
    Word(&'static [&'static str]),
    /// Anything: it is judged by whoever reads it.
    Any,
    /// A table with these keys; those that must be there are named behind.
    Table(&'static [(&'static str, Self)], &'static [&'static str]),
    /// A table of free names.
    Each(&'static Self),
    /// A list.
    List(&'static Self),
    /// The same, with what else holds: a piece of JSON Schema.
    With(&'static Self, &'static str),
}

use Shape::{
    Any, Between, Each, Encoding, List, Pattern, Share, Sign, Table, Text, TextOrTexts, Texts,
    TextsOrEach, Truth, Whole, With, Word,
};

/// At least one.
const SOME: &str = r#"{"minItems": 1}"#;

/// What goes together in a field.
const FIELD_RULES: &str = r#"{
    "oneOf": [{"required": ["column"]}, {"required": ["text"]}, {"required": ["range"]}],
    "dependentRequired": {"doubt": ["doubt_when"], "doubt_when": ["doubt"], "precision_codes": ["precision_column"], "masks": ["date"]},
    "not": {"required": ["precision", "precision_column"]}
}"#;

/// What goes together in people.
const IDENTITY_RULES: &str = r#"{
    "if": {"properties": {"identity": {"const": "column"}}, "required": ["identity"]},
    "then": {"required": ["id_column"]},
    "else": {"not": {"required": ["id_column"]}}
}"#;

const CONDITION: Shape = Table(
    &[
        ("column", Text),
        ("is", Text),
        ("not", Text),
        ("in", Texts),
        ("not_in", Texts),
        ("contains", Text),
        ("not_contains", Text),
        ("has", Texts),
        ("matches", Text),
        ("not_matches", Text),
        ("given", Truth),
    ],
    &["column"],
);

const FIELD: Shape = With(&FIELD_KEYS, FIELD_RULES);

const FIELD_KEYS: Shape = Table(
    &[
        ("column", TextOrTexts),
        ("text", Text),
        ("range", With(&Texts, r#"{"minItems": 2, "maxItems": 2}"#)),
        ("default", Text),
        ("inside", Text),
        ("pattern", Text),
        ("tail", Text),
        ("split", Text),
        ("item", Whole),
        ("date", TextOrTexts),
        (
            "calendar",
            Word(&["gregorian", "buddhist", "solar_hijri", "ethiopian"]),
        ),
        ("masks", Truth),
        ("precision", Word(&["day", "month", "year"])),
        ("precision_column", Text),
        ("precision_codes", Text),
        ("instant", TextOrTexts),
        ("number", Truth),
        ("decimal", Sign),
        ("thousands", Sign),
        ("codes", Text),
        ("lang", Text),
        ("optional", Truth),
        ("doubt", Text),
        ("doubt_when", CONDITION),
        ("suffix", Text),
    ],
    &[],
);

const IDENTITY: Shape = Word(&["row", "column", "name"]);

const PERSONS: Shape = With(&PERSONS_KEYS, IDENTITY_RULES);

const PERSONS_KEYS: Shape = Table(
    &[
        ("column", Text),
        ("split", Text),
        ("id_prefix", Text),
        ("identity", IDENTITY),
        ("id_column", Text),
        ("roles", Texts),
        ("affiliation", Truth),
        ("unnamed", TextsOrEach),
        ("lang", Text),
    ],
    &["column", "id_prefix"],
);

const NAME: Shape = Table(
    &[
        ("column", Text),
        ("script", Pattern("^[A-Z][a-z]{3}$")),
        ("kind", Word(&["legal", "alias", "transliteration"])),
        ("split", Text),
    ],
    &["column"],
);

const PERSON: Shape = With(&PERSON_KEYS, IDENTITY_RULES);

const PERSON_KEYS: Shape = Table(
    &[
        ("names", List(&NAME)),
        ("id_prefix", Text),
        ("identity", IDENTITY),
        ("id_column", Text),
        ("when", List(&CONDITION)),
        ("set", Any),
        ("from", Each(&FIELD)),
    ],
    &["id_prefix", "identity"],
);

const ROW: Shape = Table(
    &[
        ("key", With(&Texts, SOME)),
        ("subject", FIELD),
        ("recordedtime", FIELD),
        ("order", Word(&["file", "recordedtime"])),
        ("together", Truth),
        ("no_event", Word(&["skip", "reject"])),
        ("fill_only", Texts),
        ("append", Texts),
        ("set", Any),
        ("from", Each(&FIELD)),
        ("persons", PERSONS),
        ("person", List(&PERSON)),
    ],
    &["key"],
);

const EVENT: Shape = Table(
    &[
        ("kind", Text),
        ("when", List(&CONDITION)),
        ("part", Text),
        ("set", Any),
        ("from", Each(&FIELD)),
    ],
    &["kind"],
);

const LEAVE: Shape = Table(
    &[("when", List(&CONDITION)), ("reason", Text)],
    &["when", "reason"],
);

const FILES: Shape = Table(
    &[
        (
            "separator",
            Word(&[",", ";", "\t", "|", "comma", "semicolon", "tab", "pipe"]),
        ),
        ("encoding", Encoding),
        ("header", Whole),
        ("sheet", Text),
        ("member", Text),
        ("table", Whole),
        ("rows", Text),
        ("repeat", Text),
        ("columns", Texts),
    ],
    &[],
);

const VERSION: Shape = Table(
    &[("file", Text), ("recorded", Text), ("day", Text)],
    &["file", "recorded"],
);

const CHARGES: Shape = Table(
    &[
        ("file", Text),
        ("snapshot", Text),
        ("op", Text),
        ("count", Text),
        ("name", Text),
        ("beside", Text),
        ("charge", Text),
        ("lang", Text),
        ("bail", Text),
        (
            "status",
            Table(&[("column", Text), ("codes", Text)], &["column", "codes"]),
        ),
        ("common", Any),
        ("set", Any),
    ],
    &[
        "file", "snapshot", "op", "count", "name", "beside", "charge", "lang", "bail", "status",
    ],
);

const SNAPSHOTS: Shape = Table(
    &[
        ("gone", Word(&["left_custody", "retraction", "nothing"])),
        ("twins", Word(&["last", "reject"])),
        ("keyless", Word(&["reject", "twins"])),
        ("least", Share),
        (
            "list",
            Table(
                &[
                    ("table", Text),
                    ("file", Text),
                    ("number", Text),
                    ("recorded_at", Text),
                    ("day", Text),
                    ("failed", CONDITION),
                ],
                &["table", "number", "recorded_at"],
            ),
        ),
        ("versions", List(&VERSION)),
        (
            "git",
            Table(
                &[("repository", Text), ("file", Text), ("branch", Text)],
                &["repository", "file"],
            ),
        ),
        ("name", Text),
        ("stay", Text),
        ("place", Text),
        ("age", Text),
        (
            "changes",
            Table(
                &[("file", Text), ("snapshot", Text), ("op", Text)],
                &["file", "snapshot", "op"],
            ),
        ),
        ("charges", CHARGES),
    ],
    &["gone"],
);

/// A whole mapping.
pub(super) const MAPPING: Shape = Table(
    &[
        ("format", Between(1, 2)),
        ("fingerprint", Text),
        ("org", Pattern("^[a-z0-9][a-z0-9-]{1,31}$")),
        ("source", Text),
        ("salt", Text),
        ("timezone", Text),
        ("null", Texts),
        ("codes", Each(&Each(&Text))),
        ("months", Each(&Between(1, 13))),
        ("mode", Word(&["events", "state"])),
        ("inputs", Texts),
        ("files", FILES),
        ("row", ROW),
        ("skip", List(&LEAVE)),
        ("leave", List(&LEAVE)),
        ("event", With(&List(&EVENT), SOME)),
        ("snapshots", SNAPSHOTS),
    ],
    &["format", "org", "source", "row", "event"],
);

/// Takes every key out that is none, and adds it to `mistakes` with the byte where it stands.
pub(super) fn take_unknown(mapping: &mut DeTable<'_>, mistakes: &mut Vec<(usize, String)>) {
    walk_table(mapping, &MAPPING, mistakes);
}

fn walk_table(table: &mut DeTable<'_>, shape: &Shape, mistakes: &mut Vec<(usize, String)>) {
    match shape {
        With(inner, _) => walk_table(table, inner, mistakes),
        Any | List(_) | Text | Encoding | Truth | Whole | Between(..) | Sign | Pattern(_)
        | Share | Texts | TextOrTexts | TextsOrEach | Word(_) => {}
        Each(inner) => {
            for (_, value) in table.iter_mut() {
                walk(value, inner, mistakes);
            }
        }
        Table(keys, _) => {
            let mut unknown = Vec::new();
            for (key, value) in table.iter_mut() {
                let name = key.as_ref().as_ref();
                match keys.iter().find(|(known, _)| *known == name) {
                    Some((_, inner)) => walk(value, inner, mistakes),
                    None => unknown.push((key.span().start, name.to_owned())),
                }
            }
            for (at, name) in unknown {
                table.remove(name.as_str());
                let names: Vec<&str> = keys.iter().map(|(known, _)| *known).collect();
                let near = nearest(&name, names.iter().copied());
                let near = near.map_or_else(
                    || format!("known are {}", names.join(", ")),
                    |near| format!("did you mean {near}?", near = quoted(near)),
                );
                mistakes.push((
                    at,
                    format!(
                        "no key is called {name} there; {near}",
                        name = quoted(&name)
                    ),
                ));
            }
        }
    }
}

fn walk(value: &mut Spanned<DeValue<'_>>, shape: &Shape, mistakes: &mut Vec<(usize, String)>) {
    if let With(inner, _) = shape {
        return walk(value, inner, mistakes);
    }
    match (value.get_mut(), shape) {
        (DeValue::Table(table), shape) => walk_table(table, shape, mistakes),
        (DeValue::Array(list), List(inner)) => {
            for value in list.iter_mut() {
                walk(value, inner, mistakes);
            }
        }
        _ => {}
    }
}
