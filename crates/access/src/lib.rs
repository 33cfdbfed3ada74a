//! The access file: organisations, people, roles and tokens as hashes; what a token is, and the pseudonym
//! of an author.
//!
//! Start at [`AccessFile`]; [`Secret`] is a token as its holder has it, [`Role`] what it allows. Random bytes
//! and instants are handed in. Source: design.md section 9, docs/reference/access.md.
//!
//! Never here: input and output, clocks, randomness, HTTP, and what a scope sees (crate `fold`).

mod author;
mod file;
mod ids;
mod last_use;
mod login;
pub mod nats;
mod nkey;
mod role;
mod secret;

pub use author::{AuthorKey, hmac_sha256};
pub use file::{
    AccessFile, EditError, FILE_BYTES_MAX, KEYS_MAX, Key, LOGINS_MAX, Mistake, NAME_CHARS_MAX,
    NewKey, NewToken, ORGANISATIONS_MAX, Organisation, PEOPLE_MAX, Person, TOKENS_MAX, Token,
    Validity,
};
pub use ids::{PersonId, ShapeError, TokenId};
pub use last_use::LastUse;
pub use login::{Account, Issuer, Login, LoginError};
pub use nkey::{Nkey, NkeyError};
pub use role::Role;
pub use secret::{ChecksumError, PREFIX, Secret, TokenHash};
