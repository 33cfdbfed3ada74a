//! The shapes of texts: ids, references, tags, digests, durations.
//!
//! Never here: whether what a text names exists.

/// Most bytes of a language tag. Source: RFC 5646, section 4.4.1.
const LANGUAGE_BYTES_MAX: usize = 35;

/// A sentence's time in custody, or a part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Term {
    /// So many twelfths of a day: a month is 365 of them, so that twelve months are 365 days.
    Twelfths(u64),
    /// For life: longer than any number of days.
    Life,
}

impl Term {
    /// Whether it is longer than all of `others` together; what is absent is nothing.
    #[must_use]
    pub fn exceeds(self, others: &[Option<Self>]) -> bool {
        let Self::Twelfths(own) = self else {
            return true;
        };
        let length = |term: &Self| match term {
            Self::Twelfths(twelfths) => *twelfths,
            Self::Life => u64::MAX,
        };
        let others = others.iter().flatten().map(length);
        own > others.fold(0, u64::saturating_add)
    }
}

/// Returns the length of an ISO 8601 duration of years, months, weeks and days, or of `life`.
///
/// A year is 12 months, a month a twelfth of 365 days, a week 7 days. None when the text has another
/// shape or the days exceed a `u32`. Source of the rule: docs/reference/events.md, Durations.
#[must_use]
pub fn term(text: &str) -> Option<Term> {
    if text == "life" {
        return Some(Term::Life);
    }
    let mut rest = text.strip_prefix('P').filter(|rest| !rest.is_empty())?;
    let (mut months, mut days) = (0_u64, 0_u64);
    let mut units = "YMWD".chars();
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit())?;
        let (digits, after) = rest.split_at_checked(end)?;
        // A number too long for a u32 is no duration, and so no product below can overflow.
        let number = u64::from(digits.parse::<u32>().ok()?);
        let unit = after.chars().next()?;
        units.find(|u| *u == unit)?; // each unit at most once, the greater before the less
        match unit {
            'Y' => months += number * 12,
            'M' => months += number,
            'W' => days += number * 7,
            _ => days += number,
        }
        rest = after.get(1..)?;
    }
    let twelfths = months * 365 + days * 12;
    u32::try_from(twelfths / 12).ok()?;
    Some(Term::Twelfths(twelfths))
}

/// A UUID of any version as lower-case hyphenated text.
pub(crate) fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(i, b)| match i {
            8 | 13 | 18 | 23 => b == b'-',
            _ => is_lower_hex(b),
        })
}

const fn is_lower_hex(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}

/// A SHA-256 as 64 lower-case hexadecimal digits.
pub(crate) fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(is_lower_hex)
}

/// A URI-reference that is not empty. Source: RFC 3986, section 4.1.
pub(crate) fn is_uri_reference(text: &str) -> bool {
    let (text, fragment) = text
        .split_once('#')
        .map_or((text, None), |(t, f)| (t, Some(f)));
    let (text, query) = text
        .split_once('?')
        .map_or((text, None), |(t, q)| (t, Some(q)));
    let first_segment = text.split('/').next().unwrap_or_default();
    // A colon in the first segment ends a scheme; it cannot belong to a relative path.
    let hierarchy = match first_segment.split_once(':') {
        Some((scheme, _)) if !is_scheme(scheme) => return false,
        Some((scheme, _)) => text.get(scheme.len() + 1..).unwrap_or_default(),
        None => text,
    };
    let (authority, path) = match hierarchy.strip_prefix("//") {
        Some(rest) => rest.split_at(rest.find('/').unwrap_or(rest.len())),
        None => ("", hierarchy),
    };
    let whole = text.len() + query.map_or(0, |q| q.len() + 1) + fragment.map_or(0, |f| f.len() + 1);
    whole > 0
        && is_authority(authority)
        && is_encoded(path, b"/")
        && query.is_none_or(|q| is_encoded(q, b"/?"))
        && fragment.is_none_or(|f| is_encoded(f, b"/?"))
}

fn is_scheme(text: &str) -> bool {
    text.as_bytes().first().is_some_and(u8::is_ascii_alphabetic)
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
}

/// An authority: an address in brackets is taken by its characters only.
fn is_authority(text: &str) -> bool {
    match (text.split_once('['), text.contains(']')) {
        (None, closed) => !closed && is_encoded(text, b""),
        (Some((user, rest)), _) => rest.split_once(']').is_some_and(|(address, port)| {
            let port_fits = port.is_empty()
                || port
                    .strip_prefix(':')
                    .is_some_and(|p| p.bytes().all(|b| b.is_ascii_digit()));
            !address.is_empty()
                && is_encoded(address, b"")
                && port_fits
                && (user.is_empty() || user.ends_with('@') && is_encoded(user, b""))
        }),
    }
}

/// Characters of a path segment, `more`, and percent-encoded bytes.
fn is_encoded(text: &str, more: &[u8]) -> bool {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let fits = match byte {
            b'%' => {
                bytes.next().is_some_and(|b| b.is_ascii_hexdigit())
                    && bytes.next().is_some_and(|b| b.is_ascii_hexdigit())
            }
            b => {
                b.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@".contains(&b) || more.contains(&b)
            }
        };
        if !fits {
            return false;
        }
    }
    true
}

/// An absolute URL: a scheme, `://` and a host. Letters beyond ASCII are taken as browsers take them.
pub(crate) fn is_url(text: &str) -> bool {
    text.split_once("://").is_some_and(|(scheme, rest)| {
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        is_scheme(scheme)
            && !host.is_empty()
            && !rest
                .chars()
                .any(|c| c.is_whitespace() || c.is_control() || "<>\"".contains(c))
    })
}

/// A language by the shape of its tag. Source: RFC 5646 (BCP 47), section 2.1.
pub(crate) fn is_language(text: &str) -> bool {
    let (text, least) = text
        .strip_prefix("x-")
        .map_or((text, 2), |private| (private, 1));
    let mut subtags = text.split('-');
    let primary = subtags.next().unwrap_or_default();
    let primary_fits =
        (least..=8).contains(&primary.len()) && primary.bytes().all(|b| b.is_ascii_alphabetic());
    text.len() <= LANGUAGE_BYTES_MAX
        && primary_fits
        && subtags.all(|tag| {
            (1..=8).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_alphanumeric())
        })
}

/// A currency by the shape of its code. Source: ISO 4217.
pub(crate) fn is_currency(text: &str) -> bool {
    text.len() == 3 && text.bytes().all(|b| b.is_ascii_uppercase())
}

/// A country and the ends of its subdivisions' codes a line: those that ISO 3166-2 had between 2012 and
/// 2024 and has no more. Source: the lists of Debian's iso-codes of these years, less those of
/// `rust_iso3166` 0.2.0.
const FORMER_SUBDIVISIONS: &str = include_str!("former_subdivisions.txt");

/// Whether ISO 3166 has, or had, this country or subdivision: what can be asked for. A record may name a
/// place by a code that is no longer in use.
#[must_use]
pub fn is_or_was_place(text: &str) -> bool {
    let mut former = rust_iso3166::iso3166_3::ALL.iter();
    is_place(text) || former.any(|country| country.former.alpha2 == text) || was_subdivision(text)
}

fn was_subdivision(text: &str) -> bool {
    let Some((country, part)) = text.split_once('-') else {
        return false;
    };
    FORMER_SUBDIVISIONS
        .lines()
        .filter_map(|line| line.split_once(' '))
        .any(|(of, parts)| of == country && parts.split(' ').any(|one| one == part))
}

/// A country or subdivision that ISO 3166 has, e.g. `KH`, `KH-12`.
pub(crate) fn is_place(text: &str) -> bool {
    if text.len() == 2 {
        rust_iso3166::from_alpha2(text).is_some()
    } else {
        rust_iso3166::iso3166_2::from_code(text).is_some()
    }
}

/// Name and version of a type, `habeas.<kind>.v<version>`; none when it has another shape.
///
/// Source: docs/reference/events.md, `type`: `habeas\.[a-z][a-z0-9_]{0,39}\.v[1-9][0-9]?`.
pub(crate) fn type_parts(text: &str) -> Option<(&str, &str)> {
    let (name, version) = text.strip_prefix("habeas.")?.split_once(".v")?;
    let name_fits = (1..=40).contains(&name.len())
        && name.as_bytes().first().is_some_and(u8::is_ascii_lowercase)
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    let version_fits = matches!(
        version.as_bytes(),
        [b'1'..=b'9'] | [b'1'..=b'9', b'0'..=b'9']
    );
    (name_fits && version_fits).then_some((name, version))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(is: fn(&str) -> bool, right: &[&str], wrong: &[&str]) {
        for text in right {
            assert!(is(text), "{text} should pass");
        }
        for text in wrong {
            assert!(!is(text), "{text} should not pass");
        }
    }

    #[test]
    fn durations_become_twelfths_of_days() {
        for (text, twelfths) in [
            ("P30D", Some(360)),
            ("P1M", Some(365)),
            ("P18M", Some(18 * 365)),
            ("P2Y", Some(2 * 365 * 12)),
            ("P1Y6M2W3D", Some(18 * 365 + 17 * 12)),
            ("P0D", Some(0)),
            ("P", None),
            ("", None),
            ("18M", None),
            ("PM", None),
            ("P18", None),
            ("P1.5Y", None),
            ("PT5H", None),
            ("P1D1M", None),
            ("P1M1M", None),
            ("P-1D", None),
            ("P+1D", None),
            ("P1៛", None),
            ("P99999999999Y", None),
            ("P4294967295Y", None),
        ] {
            assert_eq!(term(text), twelfths.map(Term::Twelfths), "{text}");
        }
        assert_eq!(term("life"), Some(Term::Life));
    }

    #[test]
    fn a_term_exceeds_only_what_is_shorter() {
        let exceeds = |own: &str, others: &[&str]| {
            let others: Vec<_> = others.iter().map(|other| term(other)).collect();
            term(own).unwrap().exceeds(&others)
        };
        assert!(!exceeds("P1Y", &["P6M", "P6M"]));
        assert!(!exceeds("P1Y", &["P365D"]));
        assert!(exceeds("P1Y", &["P6M", "P5M30D"]));
        assert!(exceeds("P1D", &[]));
        assert!(!exceeds("P0D", &[]));
        assert!(exceeds("life", &["P99Y", "P99Y"]));
    }

    #[test]
    fn a_place_that_is_no_longer_in_use_can_be_asked_for() {
        check(
            is_or_was_place,
            &["KH", "KH-12", "AN", "FR-A", "NO-01", "NP-BA"],
            &["XX", "KH-99", "FR-", "fr", "FR-A B", "-", ""],
        );
        for line in FORMER_SUBDIVISIONS.lines() {
            let (country, parts) = line.split_once(' ').unwrap();
            for part in parts.split(' ') {
                assert!(!is_place(&format!("{country}-{part}")), "{line}");
            }
        }
    }

    #[test]
    fn a_uuid_is_lower_case_and_hyphenated() {
        check(
            is_uuid,
            &[
                "018f3c5e-0000-7000-8000-00000000000a",
                "00000000-0000-0000-0000-000000000000",
            ],
            &[
                "",
                "018F3C5E-0000-7000-8000-00000000000A",
                "018f3c5e000070008000000000000000000a",
                "{018f3c5e-0000-7000-8000-0000000000}",
                "018f3c5e-0000-7000-8000-00000000000",
            ],
        );
    }

    #[test]
    fn a_source_is_a_uri_reference() {
        check(
            is_uri_reference,
            &[
                "//licadho.example/kobo",
                "https://a.example/x?y=z/?#f/?",
                "urn:x-group:forms",
                "forms/2020",
                "../a%20b",
                "//[::1]:8080/a",
                "//user@[::1]",
                "#a",
                "?a",
                "mailto:desk@licadho.example",
                "./a:b",
            ],
            &[
                "",
                "a b",
                "//licadho.example/ko bo",
                "1a:b",
                ":a",
                "a:b c",
                "a%2",
                "a%zz",
                "a#b#c",
                "//[::1",
                "//::1]",
                "a[1]",
                "//[::1]x",
                "<a>",
                "ភ្នំពេញ",
            ],
        );
    }

    #[test]
    fn tags_digests_and_links_have_their_shape() {
        check(
            is_language,
            &[
                "km",
                "en",
                "zh-Hant",
                "zh-Hant-TW",
                "sr-Latn-RS",
                "x-khm",
                "de-1996",
            ],
            &[
                "",
                "k",
                "x",
                "x-",
                "km_KH",
                "khmer language",
                "km-",
                "-km",
                "1a",
                "km-abcdefghi",
            ],
        );
        check(is_currency, &["KHR", "USD"], &["khr", "KH", "KHRX", "៛៛៛"]);
        check(
            is_sha256,
            &[&"0a".repeat(32)],
            &["", &"0A".repeat(32), &"0a".repeat(31)],
        );
        check(
            is_url,
            &[
                "https://a.example",
                "http://a.example:80/b?c#d",
                "https://ខ្មែរ.example/ក",
            ],
            &[
                "",
                "a.example",
                "https://",
                "https:///a",
                "https://a b",
                "1://a",
                "//a.example",
            ],
        );
        check(
            is_place,
            &["KH", "KH-12", "US-OR", "MM"],
            &["", "kh", "XX", "KH-99", "Cambodia"],
        );
    }

    #[test]
    fn a_type_names_kind_and_version() {
        check(
            |text| type_parts(text).is_some(),
            &[
                "habeas.arrest.v1",
                "habeas.a.v99",
                &format!("habeas.{}.v1", "a".repeat(40)),
            ],
            &[
                "arrest",
                "habeas.arrest",
                "habeas.arrest.v0",
                "habeas.arrest.v100",
                "habeas.Arrest.v1",
                "habeas.1arrest.v1",
                "habeas..v1",
                "habeas.a.v1.v1",
                "habeas.arrest.v1 ",
                "org.habeas.arrest.v1",
                &format!("habeas.{}.v1", "a".repeat(41)),
            ],
        );
    }
}
