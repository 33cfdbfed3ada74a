//! Ids of the access file: people and tokens.
//!
//! Never here: what they refer to.

use std::fmt;

use event::hex;
use smol_str::SmolStr;

/// A text that has not the shape of an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not 1 to 64 of A-Z a-z 0-9 . _ ~ -")]
pub struct ShapeError;

macro_rules! local_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(SmolStr);

        impl $name {
            /// Parses the id: 1 to 64 of `A-Z a-z 0-9 . _ ~ -`.
            ///
            /// # Errors
            /// [`ShapeError`] when the text has another shape.
            pub fn parse(text: &str) -> Result<Self, ShapeError> {
                let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"._~-".contains(&byte);
                let is_id = (1..=64).contains(&text.len()) && text.bytes().all(fits);
                if is_id { Ok(Self(text.into())) } else { Err(ShapeError) }
            }

            /// Returns the id's text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

local_id!(
    /// A person's id, chosen by the operator. It goes into the pseudonyms of what the person sends, so that
    /// another id is another author.
    PersonId
);
local_id!(
    /// A token's id, by which it is listed, revoked and named in the log. It tells nothing of the token.
    TokenId
);

impl TokenId {
    /// Makes an id of 40 random bits: 10 hex digits.
    #[must_use]
    pub fn of_random(bytes: [u8; 5]) -> Self {
        Self(hex(&bytes).into())
    }
}
