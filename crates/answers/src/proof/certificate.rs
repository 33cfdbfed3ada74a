//! Certificates of figures: a question, its answer, and the signed history it follows from.
//!
//! A reader who has the entries up to the position can count again; any other reader can check that the
//! root of the position is part of a signed history. Source: docs/reference/history.md, Certificates.
//!
//! Start at [`Certificate`].
//!
//! Never here: hashing and signatures; hashes and checkpoints are text here.

use figures::COUNTING_VERSION;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// The version of the format of a certificate. Version 1 says nothing of what was hidden.
pub const CERTIFICATE_VERSION: u32 = 2;

/// A figure with everything that is needed to check it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// The version of this format: [`CERTIFICATE_VERSION`].
    pub certificate: u32,
    /// The question as a link, with its R.
    pub query: String,
    /// The scope of the caller: `public`, `partners`, `org:<id>` or `operator`.
    pub scope: String,
    /// D, a day, where there is one.
    pub on: Option<String>,
    /// R, a position.
    pub position: u64,
    /// The position of the last act that hid something from the scope: what was hidden by then is
    /// left out at every R.
    #[serde(default)]
    pub hidden_through: u64,
    /// The body of the figure's answer, byte for byte.
    pub answer: Box<RawValue>,
    /// The code that counted.
    pub counting: Counting,
    /// The root over the first `position` entries, as base64.
    pub root: String,
    /// The root over the first entries up to `position` and `hidden_through`, whichever is greater, as
    /// base64.
    #[serde(default)]
    pub hidden_root: String,
    /// A signed checkpoint of at least so many entries.
    pub checkpoint: String,
    /// The consistency proof from `root` to the checkpoint, hashes as base64.
    pub consistency: Vec<String>,
    /// The consistency proof from `hidden_root` to the checkpoint, hashes as base64.
    #[serde(default)]
    pub hidden_consistency: Vec<String>,
}

impl Certificate {
    /// Returns how many entries its answer follows from: all up to its R and up to what is hidden.
    #[must_use]
    pub fn entries(&self) -> u64 {
        self.position.max(self.hidden_through)
    }
}

/// The identity of the code that counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counting {
    /// The version of the counting rules.
    pub version: u32,
    /// SHA-256 over the sources that count, in hexadecimal.
    pub digest: String,
}

impl Counting {
    /// Returns the identity of the code in this program.
    #[must_use]
    pub fn own() -> Self {
        Self {
            version: COUNTING_VERSION,
            digest: super::digest::digest(),
        }
    }
}
