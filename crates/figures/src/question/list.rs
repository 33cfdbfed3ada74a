//! Lists of values in one parameter: commas part them, and a backslash keeps a comma inside of one.
//!
//! Start at [`list_values`] and [`list_value`]. Source: docs/reference/figures.md, Filters.
//!
//! Never here: what a value means (see [`crate::question::parse`]).

use std::borrow::Cow;

/// Returns the values of a list such as `a,b`, in their order; of an empty text one empty value.
///
/// `\,` is a comma of a value and `\\` a backslash; any other backslash is itself.
#[must_use]
pub fn list_values(text: &str) -> Vec<String> {
    let mut values = vec![];
    let mut value = String::new();
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            ',' => values.push(std::mem::take(&mut value)),
            '\\' => value.push(rest.next_if(|next| is_special(*next)).unwrap_or('\\')),
            c => value.push(c),
        }
    }
    values.push(value);
    values
}

/// Returns a value as it stands in a list: [`list_values`] of it is that one value.
#[must_use]
pub fn list_value(value: &str) -> Cow<'_, str> {
    if !value.contains(is_special) {
        return Cow::Borrowed(value);
    }
    let escaped = value.chars().flat_map(|c| {
        let escape = is_special(c).then_some('\\');
        escape.into_iter().chain([c])
    });
    Cow::Owned(escaped.collect())
}

fn is_special(c: char) -> bool {
    matches!(c, ',' | '\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_read_back_from_a_list_as_it_was() {
        for values in [
            &["a"][..],
            &["a", "b"],
            &["Court of Appeal, Phnom Penh", "Supreme Court"],
            &["", ""],
            &["\\", ",", "\\,", "a\\b", "\\\\"],
        ] {
            let list: Vec<_> = values.iter().map(|value| list_value(value)).collect();
            assert_eq!(list_values(&list.join(",")), values);
        }
    }

    #[test]
    fn a_backslash_that_escapes_nothing_is_itself() {
        for (text, values) in [
            ("", &[""][..]),
            ("a\\b,c", &["a\\b", "c"]),
            ("a\\", &["a\\"]),
            ("a\\,b,c", &["a,b", "c"]),
        ] {
            assert_eq!(list_values(text), values, "{text}");
        }
    }
}
