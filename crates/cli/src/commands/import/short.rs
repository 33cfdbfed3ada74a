//! Two values that differ, as a reader sees in what.
//!
//! Start at [`short`].
//!
//! Never here: which values are shown.

use serde_json::Value as Json;

/// Characters of a value that are shown.
const VALUE_CHARACTERS_MAX: usize = 60;

/// Characters that are shown of what two values begin with alike.
const COMMON_CHARACTERS_MAX: usize = 15;

/// Writes two values that differ, so far as a reader sees in what: what both begin with is shortened, and what is long.
pub(super) fn short(values: [&Json; 2]) -> [String; 2] {
    let texts = values.map(|value| {
        let text = match value {
            Json::Null => "nothing".to_owned(),
            Json::String(text) => text.clone(),
            Json::Bool(_) | Json::Number(_) | Json::Array(_) | Json::Object(_) => value.to_string(),
        };
        text.chars()
            .filter(|c| !c.is_control())
            .collect::<Vec<char>>()
    });
    let [before, after] = &texts;
    let common = before
        .iter()
        .zip(after)
        .take_while(|(one, other)| one == other);
    let is_long = texts.iter().any(|text| text.len() > VALUE_CHARACTERS_MAX);
    let left_out = if is_long {
        common.count().saturating_sub(COMMON_CHARACTERS_MAX)
    } else {
        0
    };
    texts.map(|text| {
        let shown = text.iter().skip(left_out).take(VALUE_CHARACTERS_MAX);
        let mut shown: String = shown.collect();
        if left_out > 0 {
            shown.insert(0, '…');
        }
        if text.len() > left_out + VALUE_CHARACTERS_MAX {
            shown.push('…');
        }
        shown
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_values_that_differ_look_different() {
        let long = |end: &str| Json::String(format!("{}{end}", "x".repeat(200)));
        for (before, after, expected) in [
            (Json::from("a"), Json::from("b"), ["a", "b"]),
            (Json::Null, Json::from(3), ["nothing", "3"]),
            (
                long("a b"),
                long("a c"),
                ["…xxxxxxxxxxxxxa b", "…xxxxxxxxxxxxxa c"],
            ),
            (
                long(""),
                long("y"),
                ["…xxxxxxxxxxxxxxx", "…xxxxxxxxxxxxxxxy"],
            ),
        ] {
            assert_eq!(short([&before, &after]), expected);
        }
        let [before, after] = short([&Json::from("a"), &long("")]);
        assert_eq!(
            (before.as_str(), after.chars().count()),
            ("a", VALUE_CHARACTERS_MAX + 1)
        );
    }
}
