//! What a request takes: media types, content codings and languages by their weights.
//!
//! Start at [`weighted`]. Source: RFC 9110, 12.4.2 and 12.5.
//!
//! Never here: which forms of an answer there are.

use axum::http::{HeaderMap, HeaderName, header};
use mime::Mime;

/// The greatest weight, in thousandths.
const WEIGHT_MAX: u16 = 1_000;

/// Returns the items of a list header with their weights in thousandths, over all of its lines and in their
/// order: `gzip;q=0.5` as `("gzip", 500)`. What is no item with a weight is left out.
pub fn weighted(headers: &HeaderMap, name: &HeaderName) -> Vec<(String, u16)> {
    let lines = headers.get_all(name).iter();
    let lines = lines.filter_map(|value| value.to_str().ok());
    lines
        .flat_map(|line| line.split(','))
        .filter_map(item)
        .collect()
}

/// Reads one item; none where it is empty, or its weight is none.
fn item(text: &str) -> Option<(String, u16)> {
    let mut parts = text.split(';').map(str::trim);
    let name = parts.next().filter(|name| !name.is_empty())?;
    let (mut weight, mut kept) = (WEIGHT_MAX, name.to_owned());
    for part in parts {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        if key.trim_end().eq_ignore_ascii_case("q") {
            weight = thousandths(value.trim_start())?;
        } else {
            kept.push(';');
            kept.push_str(part);
        }
    }
    Some((kept, weight))
}

/// Reads a weight: `0` or `1` with at most three decimals, not above 1 (RFC 9110, 12.4.2).
fn thousandths(text: &str) -> Option<u16> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let is_short = decimals.len() <= 3 && decimals.bytes().all(|byte| byte.is_ascii_digit());
    let whole = match whole {
        "0" => 0,
        "1" => WEIGHT_MAX,
        _ => return None,
    };
    let part: u16 = format!("{decimals:0<3}")
        .parse()
        .ok()
        .filter(|_| is_short)?;
    Some(whole + part).filter(|weight| *weight <= WEIGHT_MAX)
}

/// How well a header takes a media type: by its most specific range, with its weight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Taken {
    weight: u16,
    /// Whether the range names the type itself, and not any or any of its kind.
    is_named: bool,
}

/// Judges a media type by `Accept`: of the ranges that hold it the most specific one, whatever its
/// parameters.
fn taken(ranges: &[(Mime, u16)], media_type: &Mime) -> Taken {
    let specific = |range: &Mime| match (range.type_(), range.subtype()) {
        (mime::STAR, mime::STAR) => Some(0),
        (kind, mime::STAR) if kind == media_type.type_() => Some(1),
        (kind, sub) if kind == media_type.type_() && sub == media_type.subtype() => Some(2),
        _ => None,
    };
    let held = ranges
        .iter()
        .filter_map(|(range, weight)| Some((specific(range)?, *weight)));
    let best = held.max();
    best.map_or_else(Taken::default, |(specific, weight)| Taken {
        weight,
        is_named: specific == 2 && weight > 0,
    })
}

/// Whether `Accept` takes `wanted` rather than `usual`, which is given where nothing is said.
fn prefers(headers: &HeaderMap, wanted: &Mime, usual: &Mime) -> bool {
    let items = weighted(headers, &header::ACCEPT).into_iter();
    let ranges: Vec<(Mime, u16)> = items
        .filter_map(|(range, weight)| Some((range.parse().ok()?, weight)))
        .collect();
    let (wanted, usual) = (taken(&ranges, wanted), taken(&ranges, usual));
    wanted.weight > usual.weight || (wanted.is_named && wanted.weight == usual.weight)
}

/// Whether the caller asks for a live stream of events, and not for JSON.
pub fn takes_stream(headers: &HeaderMap) -> bool {
    prefers(headers, &mime::TEXT_EVENT_STREAM, &mime::APPLICATION_JSON)
}

/// Whether the caller is shown a page rather than a problem as JSON.
pub fn takes_page(headers: &HeaderMap) -> bool {
    prefers(headers, &mime::TEXT_HTML, &mime::APPLICATION_JSON)
}

/// What a caller takes of the content codings that are served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Codings {
    /// Whether gzip is taken, and at least as gladly as no coding.
    pub gzip: bool,
    /// Whether an answer without a coding is taken.
    pub identity: bool,
}

/// Reads `Accept-Encoding` (RFC 9110, 12.5.3).
pub fn codings(headers: &HeaderMap) -> Codings {
    let items = weighted(headers, &header::ACCEPT_ENCODING);
    let of = |names: &[&str]| {
        let said = items
            .iter()
            .find(|(item, _)| names.iter().any(|name| item.eq_ignore_ascii_case(name)));
        said.map(|(_, weight)| *weight)
    };
    let any = of(&["*"]);
    let gzip = of(&["gzip", "x-gzip"]).or(any).unwrap_or(0);
    let identity = of(&["identity"]);
    Codings {
        gzip: gzip > 0 && identity.is_none_or(|identity| gzip >= identity),
        identity: identity.or(any.filter(|any| *any == 0)) != Some(0),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn sent(name: HeaderName, lines: &[&'static str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(name.clone(), HeaderValue::from_static(line));
        }
        headers
    }

    #[test]
    fn a_weight_has_at_most_three_decimals() {
        for (text, right) in [
            ("0", Some(0)),
            ("1", Some(1_000)),
            ("1.", Some(1_000)),
            ("0.5", Some(500)),
            ("0.001", Some(1)),
            ("1.000", Some(1_000)),
            ("1.001", None),
            ("0.0001", None),
            ("2", None),
            ("", None),
            (".5", None),
            ("0.+5", None),
            ("abc", None),
            ("-1", None),
        ] {
            assert_eq!(thousandths(text), right, "{text}");
        }
    }

    #[test]
    fn a_stream_is_for_those_who_ask_for_it() {
        for (lines, right) in [
            (&[][..], false),
            (&["text/event-stream"][..], true),
            (&["TEXT/Event-Stream"][..], true),
            (&["text/event-stream;charset=utf-8"][..], true),
            (&["text/event-stream;q=0"][..], false),
            (&["text/event-stream; q=0.0, application/json"][..], false),
            (&["text/event-stream;Q=0"][..], false),
            (&["*/*"][..], false),
            (&["text/*"][..], true),
            (&["text/event-stream, */*"][..], true),
            (&["text/event-stream;q=0, */*"][..], false),
            (&["application/json, text/event-stream;q=0.1"][..], false),
            (&["application/json;q=0.9,text/event-stream"][..], true),
            (&["application/json", "text/event-stream"][..], true),
            (&["text/html,text/event-stream"][..], true),
            (&["xtext/event-streamx"][..], false),
            (&["text/event-streamx"][..], false),
            (&["text/event-stream;q=2"][..], false),
            (&["garbage"][..], false),
        ] {
            assert_eq!(
                takes_stream(&sent(header::ACCEPT, lines)),
                right,
                "{lines:?}"
            );
        }
    }

    #[test]
    fn a_page_is_for_browsers() {
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        for (line, right) in [
            (browser, true),
            ("*/*", false),
            ("application/json", false),
            ("text/html;q=0, */*", false),
            ("application/json, text/html;q=0.5", false),
        ] {
            assert_eq!(takes_page(&sent(header::ACCEPT, &[line])), right, "{line}");
        }
    }

    #[test]
    fn codings_are_taken_by_their_weights() {
        let check = |lines: &[&'static str], gzip: bool, identity: bool| {
            let found = codings(&sent(header::ACCEPT_ENCODING, lines));
            assert_eq!(found, Codings { gzip, identity }, "{lines:?}");
        };
        check(&[], false, true);
        check(&[""], false, true);
        check(&["gzip, deflate, br"], true, true);
        check(&["br, gzip;q=0.5"], true, true);
        check(&["GZIP"], true, true);
        check(&["x-gzip"], true, true);
        check(&["br", "gzip"], true, true);
        check(&["*"], true, true);
        check(&["gzip;q=0"], false, true);
        check(&["gzip; q=0.000"], false, true);
        check(&["gzip;q=0, *"], false, true);
        check(&["gzip;q=2"], false, true);
        check(&["identity"], false, true);
        check(&["identity;q=1, gzip;q=0.5"], false, true);
        check(&["identity;q=0.5, gzip;q=1.0"], true, true);
        check(&["identity;q=0"], false, false);
        check(&["gzip, identity;q=0"], true, false);
        check(&["*;q=0"], false, false);
        check(&["*;q=0, gzip"], true, false);
        check(&["*;q=0, identity"], false, true);
        check(&["gzip;q=0, identity;q=0"], false, false);
    }
}
