//! What the streams and the server must be set to, and the comparison with what they are.
//!
//! Every field counts: STREAM.UPDATE with one other limit destroys a log at once, so a field this
//! code has never heard of is a drift as well, unless it is off. Source of the values:
//! docs/operate/log.md, Settings.
//!
//! Never here: repairing a drift; that is a person's decision.

use std::fmt;
use std::path::PathBuf;

use event::OrgId;
use serde_json::{Map, Value, json};

use crate::limits;
use crate::subjects;
use crate::trust::Trust;

/// Oldest server that syncs once per atomic batch.
const SERVER_MIN: (u64, u64) = (2, 15);

/// Fields of a stream's settings that are the operator's own business.
const FREE_FIELDS: [&str; 2] = ["description", "placement"];

/// Copies the canonical stream keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Replicas {
    /// One node.
    #[default]
    One,
    /// A cluster of three.
    Three,
}

impl Replicas {
    /// Whether there are servers that may lead in turn.
    pub(crate) const fn is_cluster(self) -> bool {
        matches!(self, Self::Three)
    }

    fn count(self) -> u64 {
        match self {
            Self::One => 1,
            Self::Three => 3,
        }
    }
}

/// How to reach the broker and what to ask of it.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Copies of each stream.
    pub replicas: Replicas,
    /// Monitoring addresses, `http://host:port`, one for each server; empty where there are none.
    pub monitor_urls: Vec<String>,
    /// A NATS credentials file, where the url carries none.
    pub credentials_file: Option<PathBuf>,
    /// Whose certificate the broker must show.
    pub trust: Trust,
    /// Bytes each inbox holds before it refuses more.
    pub inbox_bytes_max: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            replicas: Replicas::default(),
            monitor_urls: Vec::new(),
            credentials_file: None,
            trust: Trust::default(),
            inbox_bytes_max: limits::INBOX_BYTES_MAX,
        }
    }
}

/// One setting that is not as it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drift {
    /// The setting: `stream.<field>`, or `server.<field>`.
    pub field: String,
    /// What it is, as JSON.
    pub found: String,
    /// What it must be, as JSON.
    pub expected: String,
}

impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} is {}, but must be {}",
            self.field, self.found, self.expected
        )
    }
}

/// Whether the server's own settings could be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerCheck {
    /// Read from every monitoring address.
    Read,
    /// No monitoring address is configured: `sync_interval: always` is the operator's word.
    NoMonitor,
}

/// The result of a check of settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// What is not as it must be; on any, writing stops.
    pub drifts: Vec<Drift>,
    /// Whether the server's own settings are covered.
    pub server: ServerCheck,
}

/// Every setting of a stream with its default, so that each is compared.
fn stream(name: &str, subject: &str, replicas: Replicas) -> Value {
    json!({
        "name": name,
        "subjects": [subject],
        "storage": "file",
        "retention": "limits",
        "discard": "new",
        "discard_new_per_subject": false,
        "max_msgs": -1,
        "max_msgs_per_subject": -1,
        "max_bytes": -1,
        "max_age": 0,
        "max_consumers": -1,
        "max_msg_size": limits::MESSAGE_BYTES_MAX,
        "num_replicas": replicas.count(),
        "duplicate_window": 120_000_000_000_u64,
        "compression": "none",
        "no_ack": false,
        "sealed": false,
        "deny_delete": true,
        "deny_purge": true,
        "allow_rollup_hdrs": false,
        "allow_atomic": true,
        "allow_batched": false,
        "allow_direct": true,
        "mirror_direct": false,
        "allow_msg_ttl": false,
        "allow_msg_counter": false,
        "allow_msg_schedules": false,
    })
}

fn changed(mut base: Value, changes: Value) -> Value {
    if let (Some(base), Value::Object(changes)) = (base.as_object_mut(), changes) {
        base.extend(changes);
    }
    base
}

/// Settings of the canonical stream.
pub(crate) fn canonical(replicas: Replicas) -> Value {
    stream(subjects::STREAM, subjects::EVENTS, replicas)
}

/// Settings of the stream of verdicts: bounded by age and by number for each organisation, the
/// oldest give way.
pub(crate) fn verdicts(replicas: Replicas) -> Value {
    changed(
        stream(subjects::VERDICT_STREAM, subjects::VERDICTS, replicas),
        json!({
            "discard": "old",
            "max_age": nanos(limits::VERDICT_AGE_MAX),
            "max_msgs_per_subject": limits::VERDICTS_PER_ORG_MAX,
        }),
    )
}

/// Settings of the bucket of signed checkpoints, as NATS keeps buckets (ADR-8).
pub(crate) fn notary(replicas: Replicas) -> Value {
    changed(
        stream(subjects::NOTARY_STREAM, subjects::NOTARY, replicas),
        json!({
            "max_msgs_per_subject": limits::NOTES_KEPT_MAX,
            "allow_rollup_hdrs": true,
            "deny_purge": false,
            "allow_atomic": false,
        }),
    )
}

/// Settings of an organisation's inbox: what is acknowledged leaves it, what is too much is
/// refused.
pub(crate) fn inbox(org: &OrgId, bytes_max: u64, replicas: Replicas) -> Value {
    changed(
        stream(
            &subjects::inbox_stream(org),
            &subjects::inbox(org),
            replicas,
        ),
        json!({ "retention": "workqueue", "max_bytes": bytes_max, "allow_direct": false,
            // What is staged of a batch that is never committed counts in no limit of bytes.
            "allow_atomic": false }),
    )
}

/// Returns the nanoseconds of `duration`, as the API writes durations.
pub(crate) fn nanos(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// Compares a stream's settings with the expected: every field of either side.
pub(crate) fn stream_drifts(found: &Value, expected: &Value) -> Vec<Drift> {
    let empty = Map::new();
    let found = found.as_object().unwrap_or(&empty);
    let expected = expected.as_object().unwrap_or(&empty);
    let known = expected.iter().filter_map(|(field, right)| {
        let is = found.get(field).unwrap_or(&Value::Null);
        let same = is == right || (is.is_null() && is_off(right));
        (!same).then(|| drift("stream", field, is, right))
    });
    let unknown = found.iter().filter_map(|(field, is)| {
        let fine = expected.contains_key(field)
            || FREE_FIELDS.contains(&field.as_str())
            || is_off(is)
            || (field == "metadata" && is_servers_own(is));
        (!fine).then(|| drift("stream", field, is, &Value::Null))
    });
    known.chain(unknown).collect()
}

fn drift(of: &str, field: &str, found: &Value, expected: &Value) -> Drift {
    Drift {
        field: format!("{of}.{field}"),
        found: found.to_string(),
        expected: expected.to_string(),
    }
}

/// Whether a value means that a feature is not in use.
fn is_off(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(on) => !on,
        Value::Number(number) => number.as_u64() == Some(0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.values().all(is_off),
    }
}

/// Whether metadata holds nothing but what the server itself notes there.
fn is_servers_own(metadata: &Value) -> bool {
    metadata
        .as_object()
        .is_some_and(|fields| fields.keys().all(|key| key.starts_with("_nats.")))
}

/// Compares a server's `/varz` with what must be so.
pub(crate) fn server_drifts(varz: &Value) -> Vec<Drift> {
    let mut drifts = Vec::new();
    let sync = varz
        .pointer("/jetstream/config/sync_always")
        .unwrap_or(&Value::Null);
    if sync != &Value::Bool(true) {
        drifts.push(drift(
            "server",
            "jetstream.sync_always",
            sync,
            &Value::Bool(true),
        ));
    }
    let version = varz.get("version").unwrap_or(&Value::Null);
    if version
        .as_str()
        .and_then(version_of)
        .is_none_or(|found| found < SERVER_MIN)
    {
        let (major, minor) = SERVER_MIN;
        let least = Value::String(format!(">= {major}.{minor}"));
        drifts.push(drift("server", "version", version, &least));
    }
    let payload = varz.get("max_payload").unwrap_or(&Value::Null);
    if payload
        .as_i64()
        .is_none_or(|bytes| bytes < limits::MESSAGE_BYTES_MAX)
    {
        let least = Value::String(format!(">= {}", limits::MESSAGE_BYTES_MAX));
        drifts.push(drift("server", "max_payload", payload, &least));
    }
    drifts
}

fn version_of(text: &str) -> Option<(u64, u64)> {
    let mut parts = text.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_as_expected_have_no_drift() {
        let expected = canonical(Replicas::One);
        let mut found = expected.clone();
        let fields = found.as_object_mut().unwrap();
        fields.remove("sealed");
        fields.insert("metadata".into(), json!({ "_nats.ver": "2.15.1" }));
        fields.insert("consumer_limits".into(), json!({}));
        fields.insert("description".into(), json!("the log"));
        assert_eq!(stream_drifts(&found, &expected), []);
    }

    #[test]
    fn every_field_of_either_side_counts() {
        let expected = canonical(Replicas::One);
        for field in expected.as_object().unwrap().keys() {
            let found = changed(expected.clone(), json!({ field: "another" }));
            let drifts = stream_drifts(&found, &expected);
            assert_eq!(drifts.len(), 1, "{field}");
            assert_eq!(drifts[0].field, format!("stream.{field}"));
        }
        let found = changed(
            expected.clone(),
            json!({ "persist_mode": "async", "metadata": { "owner": "x" }, "yet_unknown": true }),
        );
        let mut fields: Vec<_> = stream_drifts(&found, &expected)
            .into_iter()
            .map(|drift| drift.field)
            .collect();
        fields.sort();
        assert_eq!(
            fields,
            [
                "stream.metadata",
                "stream.persist_mode",
                "stream.yet_unknown"
            ]
        );
    }

    #[test]
    fn a_missing_limit_is_a_drift() {
        let expected = canonical(Replicas::One);
        assert_eq!(
            stream_drifts(&json!({}), &expected).len(),
            expected
                .as_object()
                .unwrap()
                .values()
                .filter(|right| !is_off(right))
                .count()
        );
    }

    #[test]
    fn a_server_that_does_not_sync_always_or_is_old_is_a_drift() {
        let varz = |sync: bool, version: &str, max_payload: u32| {
            json!({
                "version": version, "max_payload": max_payload,
                "jetstream": { "config": { "sync_always": sync } },
            })
        };
        assert_eq!(server_drifts(&varz(true, "2.15.1", 262_144)), []);
        assert_eq!(server_drifts(&varz(true, "3.0.0", 262_144)), []);
        let fields: Vec<_> = server_drifts(&varz(false, "2.9.9", 1_024))
            .into_iter()
            .map(|d| d.field)
            .collect();
        assert_eq!(
            fields,
            [
                "server.jetstream.sync_always",
                "server.version",
                "server.max_payload"
            ]
        );
    }
}
