//! The link of a question: encoded, and decoded back.
//!
//! Start at [`Query::link`], [`percent_encode`] and [`parse_link`]. Source of the encoding: the URL
//! standard, `application/x-www-form-urlencoded`, and RFC 3986, 3.4.
//!
//! Never here: what the parameters mean (see [`crate::question::parse`]).

use event::{CaseId, Day, OrgId, PersonId, Position};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::question::list::list_value;
use crate::question::parameters::PARAMETERS;
use crate::question::query::Query;
use crate::question::verbatim::Verbatim;

impl Query {
    /// Returns the link that gives the same answer for ever: the parameters in their fixed order,
    /// with R as a position, and with D where the answer depends on it.
    #[must_use]
    pub fn link(&self, position: Position, on: Option<Day>) -> String {
        let on = on.filter(|_| self.is_held());
        let mut link = String::from("/v1/figures?");
        for (name, text) in PARAMETERS.iter().zip(self.texts()) {
            let text = match *name {
                "at" => Some(position.to_string()),
                "on" => on.map(|day| day.to_string()),
                _ => text,
            };
            if let Some(text) = text {
                if !link.ends_with('?') {
                    link.push('&');
                }
                link.push_str(name);
                link.push('=');
                link.push_str(&percent_encode(&text));
            }
        }
        link
    }

    /// Returns the text of each of [`PARAMETERS`], in their order, as the question writes it; none of what it
    /// does not ask, and of R and D, which the link says as they are resolved. Every field is named, so that a
    /// parameter that is added is thought of here.
    pub(super) fn texts(&self) -> [Option<String>; PARAMETERS.len()] {
        let Self {
            measure,
            definition,
            custody_state,
            kind,
            occurred,
            on: _,
            at: _,
            place,
            locality,
            tag,
            rights_exercised,
            rights_violated,
            role,
            sex,
            minor,
            nationality,
            authority,
            org,
            case,
            person,
            law,
            article,
            court,
            charge_status,
            release_kind,
            in_custody,
            visibility,
            assessment,
            verification,
            group_by,
            predicate: _,
        } = self;
        [
            Some(measure.name().to_owned()),
            definition.as_ref().map(ToString::to_string),
            list(custody_state, |state| state.code()),
            list(kind, |kind| kind.code()),
            verbatim(occurred),
            None,
            None,
            verbatim(place),
            verbatim(locality),
            verbatim(tag),
            verbatim(rights_exercised),
            verbatim(rights_violated),
            verbatim(role),
            list(sex, |sex| sex.code()),
            list(minor, |answer| answer.code()),
            verbatim(nationality),
            list(authority, |authority| authority.code()),
            list(org, OrgId::as_str),
            list(case, CaseId::as_str),
            list(person, PersonId::as_str),
            verbatim(law),
            verbatim(article),
            verbatim(court),
            list(charge_status, |status| status.code()),
            list(release_kind, |kind| kind.code()),
            list(in_custody, |answer| answer.code()),
            list(visibility, |visibility| visibility.code()),
            list(assessment, |assessment| assessment.code()),
            verification.map(|least| least.code().to_owned()),
            Some(joined(group_by, |group| group.name())).filter(|list| !list.is_empty()),
        ]
    }
}

fn verbatim<T>(value: &Option<Verbatim<T>>) -> Option<String> {
    value.as_ref().map(|value| value.text().to_owned())
}

fn list<T>(values: &Option<Vec<T>>, text: impl Fn(&T) -> &str) -> Option<String> {
    values.as_ref().map(|values| joined(values, text))
}

fn joined<T>(values: &[T], text: impl Fn(&T) -> &str) -> String {
    let texts: Vec<_> = values.iter().map(|value| list_value(text(value))).collect();
    texts.join(",")
}

/// Parses the parameters of a link such as `/v1/figures?kind=arrest&occurred=2020`, decoded, in
/// their order; the part up to `?` may be missing, or hold a host. None where a name or a value is
/// not percent-encoded UTF-8.
#[must_use]
pub fn parse_link(link: &str) -> Option<Vec<(String, String)>> {
    // A question mark behind a value is the value's own: EDTF writes doubt so (RFC 3986, 3.4).
    let path = link
        .split_once('?')
        .filter(|(path, _)| !path.contains(['=', '&']));
    parse_query(path.map_or(link, |(_, query)| query))
}

/// Parses the parameters of a query string, the part of an address behind its first `?`, decoded, in
/// their order. None where a name or a value is not percent-encoded UTF-8.
#[must_use]
pub fn parse_query(query: &str) -> Option<Vec<(String, String)>> {
    pairs(&blanks_from_plus(query))
}

/// Parses the fields of a form as it is posted (`application/x-www-form-urlencoded`), decoded, in their order: there each
/// `+` is a blank. None where a name or a value is not percent-encoded UTF-8.
#[must_use]
pub fn parse_form(text: &str) -> Option<Vec<(String, String)>> {
    pairs(&text.replace('+', " "))
}

/// Takes apart a text in which blanks stand as they are.
fn pairs(text: &str) -> Option<Vec<(String, String)>> {
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((decode(name)?, decode(value)?))
        })
        .collect()
}

/// Percent-encodes one name or value of a query string.
#[must_use]
pub fn percent_encode(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
}

/// Decodes one name or value of a query string; none where it is not percent-encoded UTF-8.
fn decode(text: &str) -> Option<String> {
    // The crate leaves a broken escape as it stands; here it is refused.
    let is_escape = |after: &str| {
        let digits = after.as_bytes().get(..2);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    if !text.split('%').skip(1).all(is_escape) {
        return None;
    }
    let decoded = percent_decode_str(text).decode_utf8().ok()?;
    Some(decoded.into_owned())
}

/// Replaces each `+` by a blank, as forms write one, unless it is that of the offset of an instant, so that
/// `at=2020-12-10T10:00:00+07:00` is read as written.
fn blanks_from_plus(text: &str) -> String {
    let mut parts = text.split('+');
    let mut replaced = String::from(parts.next().unwrap_or_default());
    for part in parts {
        let is_offset = ends_with_time(&replaced) && begins_with_offset(part);
        replaced.push(if is_offset { '+' } else { ' ' });
        replaced.push_str(part);
    }
    replaced
}

/// Whether a text ends with a day and the time of an instant: `2020-12-10T10:00:00.5`, colons encoded or not.
fn ends_with_time(text: &str) -> bool {
    let is_of_time = |c: char| c.is_ascii_digit() || matches!(c, ':' | '.' | '%' | 'A' | 'a');
    let Some((day, time)) = text.rsplit_once(['T', 't']) else {
        return false;
    };
    day.ends_with(|c: char| c.is_ascii_digit()) && !time.is_empty() && time.chars().all(is_of_time)
}

/// Whether a text begins with the hours and minutes of an offset: `07:00`, the colon encoded or not.
fn begins_with_offset(text: &str) -> bool {
    let hours = text.get(..2);
    let behind = text.get(2..).unwrap_or_default();
    hours.is_some_and(|hours| hours.bytes().all(|digit| digit.is_ascii_digit()))
        && (behind.starts_with(':') || behind.starts_with("%3A") || behind.starts_with("%3a"))
}

/// The characters of a value that are encoded: all that RFC 3986 does not allow in a query, and
/// `&`, `+`, `=`, `#`, `?` and the other delimiters that a value has no need of.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b',')
    .remove(b':')
    .remove(b'/');

#[cfg(test)]
mod tests {
    use super::*;

    /// A question with every parameter that it may have together, in the order of the link, and in forms of
    /// which others say the same.
    const QUESTIONS: &[&str] = &[
        "measure=persons&definition=detained/any.v1&on=2020-12-10&at=7&place=KH-12,TH&sex=male,female&verification=reported&group_by=org,month",
        "measure=events&kind=release,arrest&occurred=2020-03/2020-04&at=7&locality=a\\b,c\\,d&tag=x\\\\y&rights_exercised=strike,assembly&rights_violated=liberty&role=worker,journalist&minor=unknown&nationality=KH&authority=police&org=alpha&case=alpha:1&person=alpha:p1,alpha:p2&release_kind=pardon,on_bail&in_custody=yes&visibility=public&assessment=violation",
        "measure=person_charges&at=7&law=a&article=1&court=c&charge_status=dropped",
        "measure=persons&custody_state=serving,pretrial&on=2020-12-10&at=7",
    ];

    #[test]
    fn a_question_prints_the_address_that_it_was_asked_by() {
        for asked in QUESTIONS {
            let asked: Vec<(String, String)> = asked
                .split('&')
                .map(|pair| pair.split_once('=').unwrap())
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect();
            let query = Query::parse(&asked).unwrap();
            let link = query.link(Position::new(7), query.on);
            assert_eq!(parse_link(&link), Some(asked), "{link}");
        }
    }

    /// A value, and as the link writes it.
    const VALUES: &[(&str, &str)] = &[
        ("", ""),
        ("persons", "persons"),
        ("azAZ09-._~,:/", "azAZ09-._~,:/"),
        ("2020-01-01/2020-12-10", "2020-01-01/2020-12-10"),
        ("2020-12-10T10:00:00+07:00", "2020-12-10T10:00:00%2B07:00"),
        ("adhoc:own.v2", "adhoc:own.v2"),
        ("a b", "a%20b"),
        ("a+b", "a%2Bb"),
        ("a+1", "a%2B1"),
        ("100%", "100%25"),
        ("%41", "%2541"),
        ("a&b=c#d?e", "a%26b%3Dc%23d%3Fe"),
        ("§ 495 ក", "%C2%A7%20495%20%E1%9E%80"),
        ("\u{1f54a}", "%F0%9F%95%8A"),
        (
            "\0\t\n\r!\"$'()*;<>@[\\]^`{|}\u{7f}",
            "%00%09%0A%0D%21%22%24%27%28%29%2A%3B%3C%3E%40%5B%5C%5D%5E%60%7B%7C%7D%7F",
        ),
    ];

    #[test]
    fn a_value_is_encoded_and_decoded_back() {
        for (value, link) in VALUES {
            assert_eq!(percent_encode(value), *link, "{value:?}");
            assert_eq!(decode(link).as_deref(), Some(*value), "{link:?}");
        }
    }

    #[test]
    fn of_ascii_letters_digits_and_seven_others_stay_bare() {
        let bare = |c: &char| percent_encode(&c.to_string()) == c.to_string();
        let bare: String = ('\0'..='\u{7f}').filter(bare).collect();
        let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~";
        assert_eq!(bare, format!(",-./0123456789:{letters}"));
    }

    /// What others write, and as it is read; none where it is not percent-encoded UTF-8.
    const LINKS: &[(&str, Option<&str>)] = &[
        ("a+b", Some("a b")),
        ("+", Some(" ")),
        ("a++b", Some("a  b")),
        ("++1", Some("  1")),
        ("Prey+Sar+2", Some("Prey Sar 2")),
        ("2020-12-10+07:00", Some("2020-12-10 07:00")),
        (
            "2020-12-10T10%3A00%3A00.5+07%3A00",
            Some("2020-12-10T10:00:00.5+07:00"),
        ),
        (
            "2020-12-10T10:00:00+07:00",
            Some("2020-12-10T10:00:00+07:00"),
        ),
        ("art.+495", Some("art. 495")),
        ("a+%31", Some("a 1")),
        ("%2b", Some("+")),
        ("%e1%9e%80", Some("ក")),
        ("ក", Some("ក")),
        ("%", None),
        ("a%4", None),
        ("%4%31", None),
        ("%%41", None),
        ("%zz", None),
        ("%+1", None),
        ("%4ក", None),
        ("%ff", None),
        ("%e1%9e", None),
    ];

    #[test]
    fn a_plus_is_a_blank_but_for_that_of_an_instant_and_a_broken_escape_is_no_value() {
        for (link, value) in LINKS {
            let read = parse_query(&format!("x={link}"));
            let read = read.map(|pairs| pairs[0].1.clone());
            assert_eq!(read.as_deref(), *value, "{link:?}");
        }
    }

    #[test]
    fn in_a_form_each_plus_is_a_blank() {
        let pairs = parse_form("note=at+2020-12-10T10:00:00+07:00&tel=%2B855+12").unwrap();
        let values: Vec<&str> = pairs.iter().map(|(_, value)| value.as_str()).collect();
        assert_eq!(values, ["at 2020-12-10T10:00:00 07:00", "+855 12"]);
    }

    #[test]
    fn a_question_mark_in_a_query_string_is_of_its_value() {
        let pairs = parse_query("?kind=arrest&on=2020-09-01?").unwrap();
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(pairs, [pair("?kind", "arrest"), pair("on", "2020-09-01?")]);
    }

    #[test]
    fn a_link_is_read_from_its_question_mark_on() {
        let pairs = |link: &str| {
            let pairs = parse_link(link)?;
            let pairs = pairs.iter().map(|(name, value)| format!("{name}={value}"));
            Some(pairs.collect::<Vec<_>>().join(" | "))
        };
        let links = [
            ("", Some("")),
            (
                "/v1/figures?kind=arrest&occurred=2020",
                Some("kind=arrest | occurred=2020"),
            ),
            ("https://a.example/v1/figures?kind=a%26b", Some("kind=a&b")),
            ("kind=arrest", Some("kind=arrest")),
            ("?&&on&law=a=b&", Some("on= | law=a=b")),
            ("?%6bind=1", Some("kind=1")),
            (
                "kind=arrest&occurred=2020-09-07?",
                Some("kind=arrest | occurred=2020-09-07?"),
            ),
            (
                "/v1/figures?occurred=2020?&kind=arrest",
                Some("occurred=2020? | kind=arrest"),
            ),
            ("?%=1", None),
            ("?kind=%", None),
        ];
        for (link, expected) in links {
            assert_eq!(pairs(link).as_deref(), expected, "{link:?}");
        }
    }
}
