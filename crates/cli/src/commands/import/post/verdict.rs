//! The server's verdicts, in the order of the events, added up.
//!
//! Never here: requests.

use std::borrow::Cow;

use import::RejectedEvent;
use serde::Deserialize;

use super::{Error, PostingTotals};

/// One verdict; other members are left alone.
#[derive(Deserialize)]
struct Verdict<'a> {
    #[serde(borrow, default)]
    id: Option<Cow<'a, str>>,
    position: Option<u64>,
    #[serde(default)]
    repeat: bool,
    #[serde(borrow, default)]
    code: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pointer: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    found: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    expected: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    hint: Option<Cow<'a, str>>,
}

/// Adds the verdicts of one request, which carried `events` events.
///
/// # Errors
/// [`Error::Verdicts`] when it is not a list of as many verdicts.
pub(super) fn add(
    body: &[u8],
    events: usize,
    posted: &mut PostingTotals,
    url: &str,
) -> Result<(), Error> {
    let wrong = |found: String| Error::Verdicts {
        url: url.to_owned(),
        expected: events,
        found,
    };
    let verdicts: Vec<Verdict<'_>> =
        serde_json::from_slice(body).map_err(|error| wrong(error.to_string()))?;
    if verdicts.len() != events {
        return Err(wrong(format!("{} verdicts", verdicts.len())));
    }
    for verdict in verdicts {
        match (verdict.position, &verdict.code) {
            (Some(position), None) => {
                posted.position = posted.position.max(position);
                if verdict.repeat {
                    posted.repeats += 1;
                } else {
                    posted.new += 1;
                }
            }
            (_, Some(_)) => reject(verdict, posted),
            (None, None) => return Err(wrong("a verdict without position or code".to_owned())),
        }
    }
    Ok(())
}

fn reject(verdict: Verdict<'_>, posted: &mut PostingTotals) {
    let text = |text: Option<Cow<'_, str>>| text.map(Cow::into_owned).unwrap_or_default();
    posted.rejections.add(RejectedEvent {
        id: text(verdict.id),
        code: text(verdict.code),
        pointer: text(verdict.pointer),
        found: text(verdict.found),
        expected: text(verdict.expected),
        hint: text(verdict.hint),
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts_are_added_up_by_what_they_say() {
        let body = br#"[{"source":"//t","id":"a","sha256":"00","position":7,"repeat":false},
            {"source":"//t","id":"b","sha256":"00","position":3,"repeat":true},
            {"source":"//t","id":"c","sha256":"00","code":"E0203","pointer":"/data/mode",
             "found":"\"raidd\"","expected":"a code","hint":null}]"#;
        let mut posted = PostingTotals::default();
        add(body, 3, &mut posted, "url").unwrap();
        assert_eq!((posted.new, posted.repeats, posted.position), (1, 1, 7));
        assert_eq!(posted.rejections.by_code.get("E0203"), Some(&1));
        assert_eq!(posted.rejections.events[0].found, "\"raidd\"");
        assert_eq!(posted.rejections.events[0].hint, "");
    }

    #[test]
    fn an_answer_that_leaves_an_event_out_is_an_error() {
        let add = |body: &[u8], events| add(body, events, &mut PostingTotals::default(), "url");
        assert!(matches!(add(b"[]", 1), Err(Error::Verdicts { .. })));
        assert!(matches!(add(b"{}", 1), Err(Error::Verdicts { .. })));
        assert!(matches!(
            add(br#"[{"id":"a"}]"#, 1),
            Err(Error::Verdicts { .. })
        ));
    }
}
