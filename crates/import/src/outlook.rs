//! What an import would do, gathered from its events: how many by kind and year, and characters in them that look wrong.
//!
//! Start at [`Outlook::add`].
//!
//! Never here: the server, and content: a place is named, what stands there is not.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::Origin;

/// Places of one sort of strange characters that are kept.
pub const PLACES_KEPT_MAX: usize = 3;

/// What would happen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outlook {
    /// Events by kind, then by the year in which they happened; none for a year that is not said.
    pub kinds: BTreeMap<String, BTreeMap<Option<u16>, u64>>,
    /// Texts with characters that look wrong, by what is wrong with them.
    pub strange: BTreeMap<&'static str, Strange>,
}

/// Texts in which one sort of strange characters stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Strange {
    /// How many.
    pub count: u64,
    /// The first of them: file, line, and the field as a JSON pointer.
    pub places: Vec<String>,
}

impl Outlook {
    /// Adds an event.
    pub fn add(&mut self, event: &Json, origin: &Origin) {
        let kind = event.get("type").and_then(Json::as_str).unwrap_or("");
        let kind = kind.split('.').nth(1).unwrap_or("").to_owned();
        let year = event.pointer("/data/occurred").and_then(Json::as_str);
        let years = self.kinds.entry(kind).or_default();
        *years.entry(year.and_then(year_of)).or_default() += 1;
        if let Some(data) = event.get("data") {
            self.look(data, "/data", origin);
        }
    }

    fn look(&mut self, value: &Json, pointer: &str, origin: &Origin) {
        match value {
            Json::String(text) => {
                for what in strange(text) {
                    let found = self.strange.entry(what).or_default();
                    found.count += 1;
                    if found.places.len() < PLACES_KEPT_MAX {
                        let (file, line) = (&origin.file, origin.line);
                        found.places.push(format!("{file}:{line} {pointer}"));
                    }
                }
            }
            Json::Array(items) => {
                for (place, item) in items.iter().enumerate() {
                    self.look(item, &format!("{pointer}/{place}"), origin);
                }
            }
            Json::Object(members) => {
                for (name, value) in members {
                    self.look(value, &format!("{pointer}/{name}"), origin);
                }
            }
            Json::Null | Json::Bool(_) | Json::Number(_) => {}
        }
    }
}

/// The first year that a date names.
fn year_of(date: &str) -> Option<u16> {
    let digits = date.trim_start_matches("../").get(..4)?;
    digits.parse().ok()
}

/// What looks wrong in a text.
fn strange(text: &str) -> impl Iterator<Item = &'static str> {
    let judged: [(bool, &'static str); 5] = [
        (
            text.contains('\u{fffd}') || text.contains("???"),
            "characters that were lost (\u{fffd}, ???)",
        ),
        (
            text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t') || is_private(c)),
            "control characters, or such of a private font",
        ),
        (is_misread(text), "letters of another encoding (\u{c3}\u{a9} for \u{e9})"),
        (
            text.chars().any(|c| matches!(c, '\u{200b}' | '\u{2060}' | '\u{feff}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')),
            "characters that cannot be seen",
        ),
        (
            text.split(|c: char| !c.is_alphabetic()).any(mixes),
            "words that mix Latin with Cyrillic or Greek letters",
        ),
    ];
    judged
        .into_iter()
        .filter_map(|(wrong, what)| wrong.then_some(what))
}

const fn is_private(c: char) -> bool {
    matches!(c, '\u{e000}'..='\u{f8ff}')
}

/// Whether it looks like UTF-8 that was read as Windows-1252: a lead byte's letter before one of a
/// continuation byte.
fn is_misread(text: &str) -> bool {
    let mut before = ' ';
    text.chars().any(|c| {
        let lead = matches!(before, '\u{c2}'..='\u{c3}' | '\u{c5}' | '\u{d0}' | '\u{d1}' | '\u{e1}' | '\u{e2}');
        let follows = matches!(c, '\u{80}'..='\u{bf}' | '\u{20ac}' | '\u{201a}'..='\u{201e}' | '\u{2122}' | '\u{0153}' | '\u{2020}' | '\u{2021}');
        let misread = lead && follows && !c.is_alphabetic() || lead && matches!(c, '\u{80}'..='\u{9f}');
        before = c;
        misread
    })
}

fn mixes(word: &str) -> bool {
    let latin = word.chars().any(|c| c.is_ascii_alphabetic());
    let other = word.chars().any(|c| matches!(c, '\u{370}'..='\u{52f}'));
    latin && other
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn events_are_counted_by_kind_and_year() {
        let mut outlook = Outlook::default();
        for occurred in ["2020-01-02", "../2020-05-01", "2021~", "2019/2020"] {
            let event = json!({"type": "habeas.arrest.v1", "data": {"occurred": occurred}});
            outlook.add(&event, &Origin::default());
        }
        outlook.add(
            &json!({"type": "habeas.correction.v1", "data": {}}),
            &Origin::default(),
        );
        let years: Vec<(Option<u16>, u64)> = outlook.kinds["arrest"].clone().into_iter().collect();
        assert_eq!(years, [(Some(2019), 1), (Some(2020), 2), (Some(2021), 1)]);
        assert_eq!(outlook.kinds["correction"], BTreeMap::from([(None, 1)]));
    }

    #[test]
    fn what_looks_wrong_is_told_by_its_place_and_what_is_right_is_not() {
        for (text, wrong) in [
            ("Jos\u{fffd}", 1),
            ("what???", 1),
            ("Jos\u{c3}\u{a9}", 1),
            ("it\u{e2}\u{20ac}\u{2122}s", 1),
            ("a\u{200b}b", 1),
            ("\u{e123}", 1),
            ("\u{41f}etro", 1),
            ("José Ñañez, Ångström, Â", 0),
            ("Анна Пример", 0),
            ("ភ្នំពេញ", 0),
            ("می\u{200c}خواهم", 0),
            ("line\nbreak", 0),
        ] {
            assert_eq!(strange(text).count(), wrong, "{text}");
        }
        let mut outlook = Outlook::default();
        let origin = Origin {
            file: "a.csv".into(),
            line: 7,
            row: 6,
            ..Origin::default()
        };
        let event = json!({"type": "habeas.arrest.v1", "data": {"persons": [{"names": [{"text": "Jos\u{fffd}"}]}]}});
        outlook.add(&event, &origin);
        let strange = outlook.strange.into_values().next().unwrap();
        assert_eq!(strange.places, ["a.csv:7 /data/persons/0/names/0/text"]);
    }
}
