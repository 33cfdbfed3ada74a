//! The keys of the access file, as what comes over NATS asks for them: who sends by one, and a line of use of one
//! that is refused.
//!
//! Start at [`BrokerKeys`].
//!
//! Never here: what the holder of a key may do (crate `access`).

use std::error::Error as StdError;
use std::sync::Arc;

use access::Validity;
use event::{Instant, OrgId};

use super::Tokens;
use crate::clock::Clock;
use crate::desk::{Use, Uses};
use crate::gate::{KeyHolders, Sender};

/// The keys by which organisations connect to NATS.
#[derive(Clone)]
pub struct BrokerKeys {
    tokens: Arc<Tokens>,
    uses: Arc<Uses>,
    clock: Arc<dyn Clock>,
}

impl BrokerKeys {
    /// Knows the keys that `tokens` knows, and notes in `uses` who is refused.
    #[must_use]
    pub const fn new(tokens: Arc<Tokens>, uses: Arc<Uses>, clock: Arc<dyn Clock>) -> Self {
        Self {
            tokens,
            uses,
            clock,
        }
    }

    /// Returns the tokens and keys.
    #[must_use]
    pub const fn tokens(&self) -> &Arc<Tokens> {
        &self.tokens
    }

    /// Returns the lines of use.
    #[must_use]
    pub const fn uses(&self) -> &Arc<Uses> {
        &self.uses
    }

    /// Returns the clock.
    #[must_use]
    pub const fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// Notes that somebody was refused who came with a key, or with none.
    pub fn note_refusal(&self, nkey: Option<&str>) {
        let known = nkey.and_then(|nkey| self.tokens.known_key(nkey));
        let what = match known {
            Some((_, Validity::Expired)) => Use::RefusedExpired,
            Some((_, Validity::Revoked)) => Use::RefusedRevoked,
            // One that is taken now was not when it was used, as before it was added.
            Some((_, Validity::Valid)) | None => Use::RefusedUnknown,
        };
        let holder = known.as_ref().map(|(holder, _)| holder);
        self.uses.note(what, holder, self.clock.now());
    }
}

impl KeyHolders for BrokerKeys {
    fn holder(
        &self,
        org: &OrgId,
        key: &str,
        at: Instant,
    ) -> Result<Sender, Box<dyn StdError + Send + Sync>> {
        Ok(self.tokens.key_holder(org, key, at)?)
    }

    fn note_refused(&self, key: &str) {
        self.note_refusal(Some(key));
    }
}
