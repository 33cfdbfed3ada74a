//! Why a contract could not be made.

use std::path::PathBuf;

/// Why a contract could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ContractError {
    /// A source or a folder cannot be read.
    #[error("{path} could not be read")]
    File {
        /// The path.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A source is no Rust.
    #[error("{path} could not be parsed")]
    Rust {
        /// The path.
        path: String,
        /// Why.
        source: syn::Error,
    },
    /// The table of routes is no TOML of its form.
    #[error("the table of routes is not of its form")]
    Table(#[from] toml::de::Error),
    /// The recorded examples are no JSON.
    #[error("the recorded examples are no JSON")]
    Examples(#[from] serde_json::Error),
    /// A source or a table says what this does not know how to publish.
    #[error("{at}: {what}")]
    Unknown {
        /// Where.
        at: String,
        /// What.
        what: String,
    },
}

impl ContractError {
    /// Makes the error of what is not known how to be published.
    pub(crate) fn unknown(at: impl Into<String>, what: impl Into<String>) -> Self {
        Self::Unknown {
            at: at.into(),
            what: what.into(),
        }
    }
}
