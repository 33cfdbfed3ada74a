//! One event as one line of JSON: the envelope around `data`, with its id and its salt.
//!
//! Start at [`LineWriter::write`]. The same key gives the same id and the same bytes in every run, so a second
//! import adds nothing. Source of the rules: docs/reference/events.md, The event (Importers).
//!
//! Never here: what stands in `data`, and where the line goes.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::json;
use super::secret::Secret;

/// How many hex digits the salt of a public event has that is made without a secret.
const SALT_DIGITS: usize = 16;

/// How many hex digits a salt has that is made with a secret: 128 bits, so that a leaf's hash does not
/// betray a guessable event.
const SECRET_SALT_DIGITS: usize = 32;

/// What differs from event to event around `data`.
pub(crate) struct Envelope<'a> {
    /// The event's id.
    pub(crate) id: Uuid,
    /// The kind, e.g. `arrest`.
    pub(crate) kind: &'a str,
    /// The case id, `<org>:<local>`.
    pub(crate) subject: Option<&'a str>,
    /// When it was recorded, RFC 3339.
    pub(crate) recorded: &'a str,
    /// The fingerprint of the file it comes from, where that is named.
    pub(crate) file: Option<&'a str>,
}

/// A run of an import, as its events name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    /// Its id: a UUID.
    pub(crate) id: String,
    /// The fingerprint of the mapping.
    pub(crate) mapping: String,
}

/// Serialises the events of one source of one organisation, with ids and salts derived from their keys.
pub(crate) struct LineWriter {
    /// The organisation's id.
    pub(crate) org: String,
    /// The tool's URI-reference.
    pub(crate) source: String,
    namespace: Uuid,
    /// What salts and ids are keyed with; without one only public events are made.
    pub(crate) secret: Option<Secret>,
    salt_key: Sha256,
    /// The run, which its events name beside their content.
    pub(crate) run: Option<Run>,
}

impl LineWriter {
    /// Makes a writer. Without a `secret` the salt is derived from `salt`, else from `source`: the same
    /// in every run, but anyone who knows them can compute it.
    pub(crate) fn new(org: &str, source: &str, salt: Option<&str>, secret: Option<Secret>) -> Self {
        let mut salt_key = Sha256::new();
        salt_key.update(salt.unwrap_or(source).as_bytes());
        salt_key.update([0]);
        Self {
            org: org.to_owned(),
            source: source.to_owned(),
            namespace: Uuid::new_v5(&Uuid::NAMESPACE_URL, source.as_bytes()),
            secret,
            salt_key,
            run: None,
        }
    }

    /// Returns the id of the event with this key: UUIDv5 over the JSON array `[kind, key fields]`.
    pub(crate) fn id(&self, key: &[&str]) -> Uuid {
        Uuid::new_v5(&self.namespace, &json::array(key))
    }

    /// Returns the id of a version that follows `previous`: UUIDv5 over `[previous id, content]`.
    ///
    /// `content` is JSON. So A, B, A, B are four versions, and a second import makes the same four.
    pub(crate) fn next_id(&self, previous: Uuid, content: &[u8]) -> Uuid {
        let mut name = Vec::with_capacity(content.len() + 48);
        name.extend_from_slice(b"[\"");
        name.extend_from_slice(hyphenated(previous, &mut Uuid::encode_buffer()).as_bytes());
        name.extend_from_slice(b"\",");
        name.extend_from_slice(content);
        name.push(b']');
        Uuid::new_v5(&self.namespace, &name)
    }

    /// Writes the event into `line`, which is emptied first; it ends with a line feed.
    pub(crate) fn write(&self, envelope: &Envelope<'_>, data: &[u8], line: &mut Vec<u8>) {
        let mut buffer = Uuid::encode_buffer();
        let id = hyphenated(envelope.id, &mut buffer);
        line.clear();
        line.extend_from_slice(br#"{"specversion":"1.0","id":""#);
        line.extend_from_slice(id.as_bytes());
        line.extend_from_slice(br#"","source":"#);
        json::push_text(line, &self.source);
        line.extend_from_slice(br#","type":"habeas."#);
        line.extend_from_slice(envelope.kind.as_bytes());
        line.extend_from_slice(br#".v1""#);
        if let Some(subject) = envelope.subject {
            line.extend_from_slice(br#","subject":"#);
            json::push_text(line, subject);
        }
        line.extend_from_slice(br#","org":"#);
        json::push_text(line, &self.org);
        line.extend_from_slice(br#","recordedtime":"#);
        json::push_text(line, envelope.recorded);
        line.extend_from_slice(br#","salt":""#);
        self.push_salt(id, line);
        if let Some(secret) = &self.secret {
            line.extend_from_slice(br#"","saltkey":""#);
            line.extend_from_slice(secret.fingerprint().as_bytes());
        }
        if let Some(run) = &self.run {
            line.extend_from_slice(br#"","importrun":""#);
            line.extend_from_slice(run.id.as_bytes());
            if let Some(file) = envelope.file {
                line.extend_from_slice(br#"","importfile":""#);
                line.extend_from_slice(file.as_bytes());
            }
            line.extend_from_slice(br#"","importmapping":""#);
            line.extend_from_slice(run.mapping.as_bytes());
        }
        line.extend_from_slice(br#"","datacontenttype":"application/json","data":"#);
        line.extend_from_slice(data);
        line.extend_from_slice(b"}\n");
    }

    fn push_salt(&self, id: &str, line: &mut Vec<u8>) {
        if let Some(secret) = &self.secret {
            let salt = secret.hash_hex("salt", id, SECRET_SALT_DIGITS);
            line.extend_from_slice(salt.as_bytes());
            return;
        }
        let mut hasher = self.salt_key.clone();
        hasher.update(id.as_bytes());
        let mut salt = event::hex(&hasher.finalize());
        salt.truncate(SALT_DIGITS);
        line.extend_from_slice(salt.as_bytes());
    }
}

fn hyphenated(id: Uuid, buffer: &mut [u8; 45]) -> &str {
    id.hyphenated().encode_lower(buffer)
}

/// Returns the first `digits` hex digits (an even number) of the SHA-256 of `text`.
pub(crate) fn hash_hex(text: &str, digits: usize) -> String {
    let mut hash = event::hex(&Sha256::digest(text.as_bytes()));
    hash.truncate(digits);
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(maker: &LineWriter, key: &[&str]) -> String {
        let mut line = Vec::new();
        let envelope = Envelope {
            id: maker.id(key),
            kind: "arrest",
            subject: Some("test:c1"),
            recorded: "2020-01-02T03:04:05Z",
            file: None,
        };
        maker.write(&envelope, br#"{"occurred":"2020-01-01"}"#, &mut line);
        String::from_utf8(line).unwrap()
    }

    #[test]
    fn the_same_key_gives_the_same_bytes() {
        let maker = || LineWriter::new("test", "//test.example/list", None, None);
        assert_eq!(
            line(&maker(), &["arrest", "1"]),
            line(&maker(), &["arrest", "1"])
        );
        assert_ne!(
            line(&maker(), &["arrest", "1"]),
            line(&maker(), &["arrest", "2"])
        );
        let other = LineWriter::new("test", "//test.example/other", None, None);
        assert_ne!(maker().id(&["arrest", "1"]), other.id(&["arrest", "1"]));
    }

    #[test]
    fn the_line_is_the_envelope_of_the_contract() {
        let maker = LineWriter::new("test", "//test.example/list", Some("salt"), None);
        let text = line(&maker, &["arrest", "1"]);
        assert!(text.ends_with("}\n"));
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(json["type"], "habeas.arrest.v1");
        assert_eq!(json["org"], "test");
        assert_eq!(json["data"]["occurred"], "2020-01-01");
        assert_eq!(json["salt"].as_str().unwrap().len(), 16);
        // UUIDv5(UUIDv5(NS_URL, source), name), computed another way.
        let namespace = Uuid::new_v5(&Uuid::NAMESPACE_URL, b"//test.example/list");
        let id = Uuid::new_v5(&namespace, br#"["arrest","1"]"#);
        assert_eq!(json["id"], id.to_string());
    }

    #[test]
    fn versions_that_return_to_an_old_content_are_new_versions() {
        let maker = LineWriter::new("test", "//test.example/list", None, None);
        let first = maker.id(&["arrest", "1"]);
        let b = maker.next_id(first, br#"{"x":"b"}"#);
        let a = maker.next_id(b, br#"{"x":"a"}"#);
        let b_again = maker.next_id(a, br#"{"x":"b"}"#);
        assert_eq!(
            [b, a, b_again]
                .iter()
                .collect::<std::collections::BTreeSet<_>>()
                .len(),
            3
        );
    }

    #[test]
    fn hashes_are_sha256() {
        assert_eq!(hash_hex("abc", 16), "ba7816bf8f01cfea");
    }
}
