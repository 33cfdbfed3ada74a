//! Links of questions: how a figure's address is read.
//!
//! Never here: what the parameters mean (see [`crate::query`]).

/// Returns the parameters of a link such as `/v1/figures?kind=arrest&occurred=2020`, decoded, in
/// their order; the part up to `?` may be missing, or hold a host. None where it is not
/// percent-encoded UTF-8.
///
/// Source of the encoding: the URL standard, `application/x-www-form-urlencoded`.
#[must_use]
pub fn parse_link(link: &str) -> Option<Vec<(String, String)>> {
    let query = link.split_once('?').map_or(link, |(_, query)| query);
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((decode(name)?, decode(value)?))
        })
        .collect()
}

/// Decodes one name or value of a query string; none where it is not percent-encoded UTF-8.
#[must_use]
pub fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let next_is_digit = || {
            rest.clone()
                .next()
                .is_some_and(|next| next.is_ascii_digit())
        };
        bytes.push(match byte {
            // An instant's offset is written with `+`, which forms take for a space: it is read
            // as written where a digit follows, so that `at=2020-12-10T10:00:00+07:00` works.
            b'+' if next_is_digit() => b'+',
            b'+' => b' ',
            b'%' => {
                let digit = |byte: Option<u8>| {
                    byte.and_then(|byte| char::from(byte).to_digit(16))
                        .and_then(|digit| u8::try_from(digit).ok())
                };
                digit(rest.next())? * 16 + digit(rest.next())?
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}
