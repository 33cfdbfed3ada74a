//! Small helpers between a cell and a field: null words, code maps, ids.
//!
//! Never here: dates (`dates`), and what a field means.

use std::collections::BTreeMap;

use super::dates::digits;
use super::secret::{Secret, hash_hex};
use crate::letters::composed;

/// A code map: what the input writes to what the event says; `*` is everything else.
pub(crate) type CodeMap = BTreeMap<String, String>;

/// The longest local part of an id. Source: docs/reference/events.md, Ids.
const LOCAL_CHARACTERS_MAX: usize = 64;

/// Returns the code for `value`, else the map's `*`.
pub(crate) fn code<'a>(map: &'a CodeMap, value: &str) -> Option<&'a str> {
    map.get(value).or_else(|| map.get("*")).map(String::as_str)
}

/// Words that stand for "nothing is said".
#[derive(Clone, Debug)]
pub(crate) struct NullWords(Vec<String>);

impl NullWords {
    /// Makes the list; the empty cell is always in it.
    pub(crate) fn new(words: &[String]) -> Self {
        Self(words.to_vec())
    }

    /// Returns the value, or none when it is a null word.
    pub(crate) fn some<'a>(&self, value: &'a str) -> Option<&'a str> {
        (!value.is_empty() && self.0.iter().all(|word| word != value)).then_some(value)
    }
}

/// Whether `text` may stand behind the colon of an id.
pub(crate) fn is_local(text: &str) -> bool {
    (1..=LOCAL_CHARACTERS_MAX).contains(&text.len()) && text.bytes().all(allowed)
}

fn allowed(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"._~-".contains(&byte)
}

/// Makes the local part of an id of any text: the text itself where it can be one.
///
/// Digits of other scripts are those of ASCII: `១២` and `12` are one id; so are `é` as one character and as two. Else what is not allowed becomes `-`, and 16 hex digits of the text's hash keep it unique.
pub(crate) fn local(text: &str, secret: Option<&Secret>) -> String {
    let text = digits::ascii(text);
    let text = &*composed(&text);
    if is_local(text) {
        return text.to_owned();
    }
    let kept = text.chars().map(|c| {
        if c.is_ascii() && allowed_char(c) {
            c
        } else {
            '-'
        }
    });
    let head: String = kept.take(LOCAL_CHARACTERS_MAX - 17).collect();
    format!("{head}-{}", hash_hex(secret, text, 16))
}

fn allowed_char(character: char) -> bool {
    u8::try_from(character).is_ok_and(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_map_has_one_entry_for_all_else() {
        let mut map = CodeMap::from([("Male".to_owned(), "male".to_owned())]);
        assert_eq!(code(&map, "Male"), Some("male"));
        assert_eq!(code(&map, "M"), None);
        map.insert("*".to_owned(), "unknown".to_owned());
        assert_eq!(code(&map, "M"), Some("unknown"));
    }

    #[test]
    fn null_words_are_compared_whole() {
        let nulls = NullWords::new(&["None".to_owned()]);
        assert_eq!(nulls.some("None"), None);
        assert_eq!(nulls.some(""), None);
        assert_eq!(nulls.some("None known"), Some("None known"));
    }

    #[test]
    fn any_text_becomes_the_local_part_of_an_id() {
        assert_eq!(local("2020-0114", None), "2020-0114");
        let long = local(&"a".repeat(80), None);
        assert!(is_local(&long) && long.len() == 64, "{long}");
        let khmer = local("ភ្នំពេញ", None);
        assert!(is_local(&khmer), "{khmer}");
        assert_ne!(khmer, local("ភ្នំពេន", None));
        for text in ["១២", "۱۲", "१२", "１２"] {
            assert_eq!(local(text, None), "12");
        }
        assert_eq!(local("លេខ ១២", None), local("លេខ 12", None));
    }
}
