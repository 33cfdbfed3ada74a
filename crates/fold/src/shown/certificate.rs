//! Certificates of figures: a question, its answer, and the signed history it follows from.
//!
//! Who has the entries up to the position can count again; who has not can at least see that the
//! position's root is part of a signed history. Source: docs/reference/history.md, Certificates.
//!
//! Never here: hashing and signatures; hashes and notes stand here as text.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::figure::COUNTING_VERSION;

/// The version of the form of a certificate.
pub const CERTIFICATE_VERSION: u32 = 1;

/// A figure with all that is needed to check it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// The version of this form: [`CERTIFICATE_VERSION`].
    pub certificate: u32,
    /// The question as a link, with its R.
    pub query: String,
    /// Who asked: `public`, `partners`, `org:<id>` or `operator`.
    pub scope: String,
    /// D, a day, where there is one.
    pub on: Option<String>,
    /// R, a position.
    pub position: u64,
    /// The body of the figure's answer, byte for byte.
    pub answer: Box<RawValue>,
    /// How it was counted.
    pub counting: Counting,
    /// The root over the first `position` entries, as base64.
    pub root: String,
    /// A signed checkpoint of at least so many entries.
    pub checkpoint: String,
    /// The consistency proof from `position` to the checkpoint, hashes as base64.
    pub consistency: Vec<String>,
}

/// Which code counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counting {
    /// The version of the counting rules.
    pub version: u32,
    /// SHA-256 over the sources that count, in hexadecimal.
    pub digest: String,
}

impl Counting {
    /// Returns that of this program.
    #[must_use]
    pub fn own() -> Self {
        Self {
            version: COUNTING_VERSION,
            digest: crate::sources::digest(),
        }
    }
}
