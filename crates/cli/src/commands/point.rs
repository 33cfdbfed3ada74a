//! `--at` on the command line: R, as the filter grammar has it.
//!
//! Never here: which position an instant is (the server, or a replay).

/// Parses `--at`: R, as the filter grammar has it.
pub(crate) fn at(text: &str) -> Result<String, String> {
    match figures::parse_at(text) {
        Some(_) => Ok(text.to_owned()),
        None => Err("must be a position, an RFC 3339 instant, or recorded:<instant>".to_owned()),
    }
}
