//! Names of streams and subjects. Source: docs/concepts/log.md, Streams.
//!
//! Never here: what is sent on them.

use event::OrgId;

/// The canonical stream.
pub const STREAM: &str = "HABEAS";

/// What the canonical stream holds.
pub const EVENTS: &str = "habeas.event.>";

/// The stream of verdicts.
pub const VERDICT_STREAM: &str = "HABEAS_VERDICT";

/// What the stream of verdicts holds.
pub const VERDICTS: &str = "habeas.verdict.>";

/// The bucket of the newest signed checkpoint, as a stream.
pub const NOTARY_STREAM: &str = "KV_HABEAS_NOTARY";

/// What that stream holds.
pub const NOTARY: &str = "$KV.HABEAS_NOTARY.>";

/// The key of the newest signed checkpoint.
pub const NOTARY_CHECKPOINT: &str = "$KV.HABEAS_NOTARY.checkpoint";

/// Where organisations send requests: `habeas.submit.<org>`, and `habeas.submit.<org>.<key>` where the broker
/// says by whose key.
pub const SUBMIT: &str = "habeas.submit.>";

/// The queue group that shares those requests among gates.
pub const SUBMIT_GROUP: &str = "habeas-gate";

/// The durable consumer through which gates read an inbox.
pub const INBOX_CONSUMER: &str = "habeas-gate";

/// Returns the subject of an event of `kind` by `org`; it routes only, the fold never reads it.
#[must_use]
pub fn event(org: &OrgId, kind: &str) -> String {
    format!("habeas.event.{org}.{kind}")
}

/// Returns the subject of the verdicts on what `org` sent.
#[must_use]
pub fn verdict(org: &OrgId) -> String {
    format!("habeas.verdict.{org}")
}

/// Returns the name of `org`'s inbox stream.
#[must_use]
pub fn inbox_stream(org: &OrgId) -> String {
    format!("HABEAS_IN_{org}")
}

/// Returns what `org`'s inbox stream holds.
#[must_use]
pub fn inbox(org: &OrgId) -> String {
    format!("habeas.inbox.{org}.>")
}

/// Returns the organisation of a request's subject, `habeas.submit.<org>`, and the key by which it was sent,
/// where the broker says so: `habeas.submit.<org>.<key>`.
#[must_use]
pub fn submitter(subject: &str) -> Option<(OrgId, Option<&str>)> {
    let rest = subject.strip_prefix("habeas.submit.")?;
    let (org, key) = match rest.split_once('.') {
        Some((org, key)) => (org, Some(key)),
        None => (rest, None),
    };
    if key.is_some_and(|key| !is_key(key)) {
        return None;
    }
    Some((OrgId::parse(org).ok()?, key))
}

/// Returns the key by which a message came into an inbox, where the broker says so:
/// `habeas.inbox.<org>.<key>.<anything>`.
#[must_use]
pub fn inbox_key(subject: &str) -> Option<&str> {
    subject.split('.').nth(3).filter(|token| is_key(token))
}

/// Whether a token of a subject is a user's public nkey: `U` and 55 of base32.
fn is_key(token: &str) -> bool {
    let digit = |byte: u8| byte.is_ascii_uppercase() || (b'2'..=b'7').contains(&byte);
    token.len() == 56 && token.starts_with('U') && token.bytes().all(digit)
}

/// Whether a subject is one on which answers are waited for: every client's begin with `_` (`_INBOX.`, and
/// `_R_.` of what comes from another account), and no stream and no service of the broker has such.
#[must_use]
pub fn is_reply(subject: &str) -> bool {
    subject.starts_with('_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_names_its_organisation_and_the_key_where_the_broker_says_so() {
        let key = "UAHP6ILO52GCLGMHLAFAWPBVYKXFNBUMXZAHCHMAOUYJDDNJG5VUCF4Z";
        let org = || OrgId::parse("desk").unwrap();
        assert_eq!(submitter("habeas.submit.desk"), Some((org(), None)));
        let keyed = format!("habeas.submit.desk.{key}");
        assert_eq!(submitter(&keyed), Some((org(), Some(key))));
        for other in [
            "habeas.submit.",
            "habeas.submit.D",
            "habeas.submit.desk.x",
            "habeas.submit.desk.",
        ] {
            assert_eq!(submitter(other), None, "{other}");
        }
        assert_eq!(
            inbox_key(&format!("habeas.inbox.desk.{key}.form")),
            Some(key)
        );
        for other in ["habeas.inbox.desk.form", "habeas.inbox.desk.Uform.x"] {
            assert_eq!(inbox_key(other), None, "{other}");
        }
    }

    #[test]
    fn only_a_subject_for_answers_is_answered() {
        assert!(is_reply("_INBOX.a.b") && is_reply("_R_.a") && is_reply("_INBOX_desk.a"));
        for other in [
            "$JS.API.STREAM.PURGE.HABEAS",
            "habeas.inbox.desk.x",
            "habeas.event.a.b",
            "",
        ] {
            assert!(!is_reply(other), "{other}");
        }
    }
}
