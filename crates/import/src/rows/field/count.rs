//! How many people, as people write it: `450`, `20-30`, `over 120`, `up to 30`, `dozens`.
//!
//! Start at [`read`]. Source of what the words mean: docs/reference/events/aggregate_claim.md ("Over
//! 120" is lower 121 and no upper bound) and docs/reference/figures.md, Unnamed ("dozens" is lower 24).
//!
//! Never here: who they are.

use serde_json::{Value as Json, json};

use crate::dates::digits;

/// What stands in front of a number, and whether it bounds from below, from above, and by how much.
const BOUNDS: [(&str, Bound); 12] = [
    ("more than ", Bound::Above),
    ("over ", Bound::Above),
    (">", Bound::Above),
    ("at least ", Bound::From),
    ("not less than ", Bound::From),
    ("≥", Bound::From),
    ("up to ", Bound::To),
    ("at most ", Bound::To),
    ("no more than ", Bound::To),
    ("≤", Bound::To),
    ("fewer than ", Bound::Below),
    ("less than ", Bound::Below),
];

#[derive(Clone, Copy)]
enum Bound {
    Above,
    From,
    To,
    Below,
}

/// Reads a count; what is not a number alone keeps its words.
///
/// # Errors
/// Why it is no count.
pub(in crate::rows) fn read(
    said: &str,
    thousands: Option<char>,
    lang: Option<&str>,
) -> Result<Json, &'static str> {
    const NONE: &str = "no count, as 450, 20-30, \"over 120\", \"at least 50\", \"up to 30\", \"between 20 and 30\", \"dozens\"";
    let text = digits::ascii(said.trim()).to_lowercase();
    let text = match thousands {
        Some(sign) => without_thousands(&text, sign).ok_or(NONE)?,
        None => text,
    };
    if let Some(count) = number(&text) {
        return Ok(json!({"lower": count, "upper": count}));
    }
    let (lower, upper) = bounds(&text).ok_or(NONE)?;
    if upper.is_some_and(|upper| upper < lower) {
        return Err("a count whose upper bound is below its lower");
    }
    let mut group = json!({"lower": lower, "verbatim": said.trim()});
    if let Some(members) = group.as_object_mut() {
        members.extend(upper.map(|upper| ("upper".to_owned(), json!(upper))));
        members.extend(lang.map(|lang| ("lang".to_owned(), json!(lang))));
    }
    Ok(group)
}

fn bounds(text: &str) -> Option<(u64, Option<u64>)> {
    if text == "dozens" {
        return Some((24, None));
    }
    for (words, bound) in BOUNDS {
        let Some(count) = text.strip_prefix(words) else {
            continue;
        };
        let count = number(count.trim())?;
        return Some(match bound {
            Bound::Above => (count.checked_add(1)?, None),
            Bound::From => (count, None),
            Bound::To => (0, Some(count)),
            Bound::Below => (0, Some(count.checked_sub(1)?)),
        });
    }
    if let Some(count) = text.strip_suffix('+') {
        return Some((number(count.trim())?, None));
    }
    let pair = text
        .strip_prefix("between ")
        .and_then(|pair| pair.split_once(" and "))
        .or_else(|| text.split_once(" to "))
        .or_else(|| text.split_once('-'))
        .or_else(|| text.split_once('–'))
        .or_else(|| text.split_once('—'))?;
    Some((number(pair.0.trim())?, Some(number(pair.1.trim())?)))
}

/// Takes the signs between thousands out of the numbers of a text; none where one stands elsewhere among digits.
fn without_thousands(text: &str, sign: char) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    for part in text.split_inclusive(|c: char| !c.is_ascii_digit() && c != sign) {
        let number = part.trim_end_matches(|c: char| !c.is_ascii_digit() && c != sign);
        let mut groups = number.split(sign);
        let first = groups.next().unwrap_or("");
        let mut is_right = true;
        let mut several = false;
        for group in groups {
            several = true;
            is_right &= group.len() == 3;
        }
        if several && !(is_right && (1..=3).contains(&first.len())) {
            return None;
        }
        out.extend(number.chars().filter(|c| *c != sign));
        out.push_str(part.get(number.len()..)?);
    }
    Some(out)
}

/// Reads a whole number; spreadsheets write `3.0` for 3.
fn number(text: &str) -> Option<u64> {
    let whole = text.strip_suffix(".0").unwrap_or(text);
    let digits = !whole.is_empty() && whole.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| whole.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_between_thousands_is_taken_where_the_mapping_says_it() {
        for (text, sign, expected) in [
            ("1,200", ',', Some(r#"{"lower":1200,"upper":1200}"#)),
            (
                "over 1,200",
                ',',
                Some(r#"{"lower":1201,"verbatim":"over 1,200"}"#),
            ),
            (
                "1.200-1.300",
                '.',
                Some(r#"{"lower":1200,"upper":1300,"verbatim":"1.200-1.300"}"#),
            ),
            (
                "12,345,678",
                ',',
                Some(r#"{"lower":12345678,"upper":12345678}"#),
            ),
            ("1,20", ',', None),
            ("1,2000", ',', None),
            (",200", ',', None),
            ("450", ',', Some(r#"{"lower":450,"upper":450}"#)),
        ] {
            let read = read(text, Some(sign), None)
                .ok()
                .map(|json| json.to_string());
            assert_eq!(read.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn counts_are_bounds_and_keep_their_words() {
        for (text, expected) in [
            ("450", Some(r#"{"lower":450,"upper":450}"#)),
            ("3.0", Some(r#"{"lower":3,"upper":3}"#)),
            ("៤៥", Some(r#"{"lower":45,"upper":45}"#)),
            (
                "20-30",
                Some(r#"{"lang":"en","lower":20,"upper":30,"verbatim":"20-30"}"#),
            ),
            (
                "20 – 30",
                Some(r#"{"lang":"en","lower":20,"upper":30,"verbatim":"20 – 30"}"#),
            ),
            (
                "Between 20 and 30",
                Some(r#"{"lang":"en","lower":20,"upper":30,"verbatim":"Between 20 and 30"}"#),
            ),
            (
                "over 120",
                Some(r#"{"lang":"en","lower":121,"verbatim":"over 120"}"#),
            ),
            (
                "at least 50",
                Some(r#"{"lang":"en","lower":50,"verbatim":"at least 50"}"#),
            ),
            ("50+", Some(r#"{"lang":"en","lower":50,"verbatim":"50+"}"#)),
            (
                "up to 30",
                Some(r#"{"lang":"en","lower":0,"upper":30,"verbatim":"up to 30"}"#),
            ),
            (
                "fewer than 30",
                Some(r#"{"lang":"en","lower":0,"upper":29,"verbatim":"fewer than 30"}"#),
            ),
            (
                "dozens",
                Some(r#"{"lang":"en","lower":24,"verbatim":"dozens"}"#),
            ),
            ("30-20", None),
            ("about 50", None),
            ("1,200", None),
            ("-3", None),
            ("2.5", None),
            ("many", None),
            ("18446744073709551615+1", None),
        ] {
            let read = read(text, None, Some("en"))
                .ok()
                .map(|json| json.to_string());
            assert_eq!(read.as_deref(), expected, "{text}");
        }
    }
}
