//! The bytes of a body: as it is serialized, with what every answer states in front.
//!
//! Never here: what is answered.

use event::Position;
use serde::Serialize;

/// Writes an answer as JSON. An object states `hidden_through` first: the position of the last act that
/// hid something from the scope. Source: docs/reference/access.md, Acts and visibility.
///
/// # Errors
/// It cannot be written as JSON.
pub fn body(hidden_through: Position, answer: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    let bytes = serde_json::to_vec(answer)?;
    let Some(rest) = bytes.strip_prefix(b"{") else {
        return Ok(bytes);
    };
    let mut body = format!("{{\"hidden_through\":{hidden_through}").into_bytes();
    if rest != b"}" {
        body.push(b',');
    }
    body.extend_from_slice(rest);
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_object_states_through_what_it_was_hidden() {
        let written = |answer: &serde_json::Value| {
            String::from_utf8(body(Position::new(7), answer).unwrap()).unwrap()
        };
        assert_eq!(written(&serde_json::json!({})), r#"{"hidden_through":7}"#);
        let one = serde_json::json!({"position": 9});
        assert_eq!(written(&one), r#"{"hidden_through":7,"position":9}"#);
        assert_eq!(written(&serde_json::json!([1])), "[1]");
    }
}
