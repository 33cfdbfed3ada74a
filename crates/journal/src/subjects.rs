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

/// Where organisations send requests.
pub const SUBMIT: &str = "habeas.submit.*";

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

/// Returns the organisation of a request's subject, `habeas.submit.<org>`.
#[must_use]
pub fn submitter(subject: &str) -> Option<OrgId> {
    OrgId::parse(subject.strip_prefix("habeas.submit.")?).ok()
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
