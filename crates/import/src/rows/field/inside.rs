//! What stands inside a cell that holds JSON, or a list as Python writes one: `['QUASHED', 'PENDING']`.
//!
//! Start at [`read`].
//!
//! Never here: files of JSON (`read`).

use serde_json::Value as Json;

/// Reads the texts at a path of the cell (`0.name`; an empty path is all of it): those of a list, or one.
///
/// # Errors
/// Why it cannot be read.
pub(super) fn read(cell: &str, path: &str) -> Result<Vec<String>, &'static str> {
    let value: Json = match serde_json::from_str(cell) {
        Ok(value) => value,
        Err(_) => {
            let written = from_python(cell).ok_or("neither JSON nor a list of Python")?;
            serde_json::from_str(&written).map_err(|_| "neither JSON nor a list of Python")?
        }
    };
    let mut found = vec![&value];
    for name in path.split('.').filter(|name| !name.is_empty()) {
        found = found
            .into_iter()
            .flat_map(|value| below(value, name))
            .collect();
    }
    let mut texts = Vec::new();
    for value in found {
        match value {
            Json::Array(items) => {
                for item in items {
                    texts.extend(text(item)?);
                }
            }
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Object(_) => {
                texts.extend(text(value)?);
            }
        }
    }
    Ok(texts)
}

/// Whether a path ends in one item or one of its members, so that a text is there and no list.
pub(super) fn is_of_one(path: &str) -> bool {
    path.split('.').any(|name| name.parse::<usize>().is_ok())
}

/// What stands under a name: a member, the item of a number, or the member of each item.
fn below<'v>(value: &'v Json, name: &str) -> Vec<&'v Json> {
    match value {
        Json::Object(members) => members.get(name).into_iter().collect(),
        Json::Array(items) => match name.parse::<usize>() {
            Ok(place) => items.get(place).into_iter().collect(),
            Err(_) => items.iter().flat_map(|item| below(item, name)).collect(),
        },
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => Vec::new(),
    }
}

fn text(value: &Json) -> Result<Option<String>, &'static str> {
    match value {
        Json::Null => Ok(None),
        Json::String(text) => Ok((!text.trim().is_empty()).then(|| text.trim().to_owned())),
        Json::Bool(_) | Json::Number(_) => Ok(Some(value.to_string())),
        Json::Array(_) | Json::Object(_) => {
            Err("a list or an object, where inside = \"...\" should lead to a text")
        }
    }
}

/// Writes a value of Python as JSON: quotes of both sorts, `None`, `True`, `False`.
fn from_python(cell: &str) -> Option<String> {
    let mut out = String::new();
    let mut characters = cell.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\'' | '"' => {
                let mut text = String::new();
                loop {
                    match characters.next()? {
                        '\\' => match characters.next()? {
                            'n' => text.push('\n'),
                            't' => text.push('\t'),
                            escaped @ ('\\' | '\'' | '"') => text.push(escaped),
                            _ => return None,
                        },
                        end if end == character => break,
                        other => text.push(other),
                    }
                }
                out.push_str(&Json::from(text).to_string());
            }
            'A'..='Z' => {
                let mut word = String::from(character);
                while let Some(next) = characters.next_if(char::is_ascii_alphabetic) {
                    word.push(next);
                }
                out.push_str(match word.as_str() {
                    "None" => "null",
                    "True" => "true",
                    "False" => "false",
                    _ => return None,
                });
            }
            '(' => out.push('['),
            ')' => out.push(']'),
            other => out.push(other),
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_inside_a_cell_are_found_by_their_path() {
        for (cell, path, expected) in [
            ("[\"a\", \"b\"]", "", Some(vec!["a", "b"])),
            (
                "['QUASHED', \"it's\", None]",
                "",
                Some(vec!["QUASHED", "it's"]),
            ),
            ("[]", "", Some(vec![])),
            ("{\"a\":{\"b\":[1,true]}}", "a.b", Some(vec!["1", "true"])),
            ("[{\"n\":\"x\"},{\"n\":\"y\"}]", "n", Some(vec!["x", "y"])),
            ("[{\"n\":\"x\"},{\"n\":\"y\"}]", "1.n", Some(vec!["y"])),
            ("{\"a\":1}", "b", Some(vec![])),
            ("{\"a\":{}}", "a", None),
            ("plain", "", None),
            ("['open", "", None),
        ] {
            let read = read(cell, path).ok();
            let read: Option<Vec<&str>> = read
                .as_ref()
                .map(|r| r.iter().map(String::as_str).collect());
            assert_eq!(read, expected, "{cell} {path}");
        }
    }
}
