//! Access: who asks, as a proof that handlers take as an argument and so cannot forget.
//!
//! Start at [`Tokens`], which alone makes proofs: [`MayRead`], [`MayWrite`], [`MayOperate`]. What is `public`
//! is read without a token. `reload` reads the access file again when it changes.
//!
//! Never here: which rows a scope sees (crate `fold`), what is right in the access file (crate `access`).

mod authors;
mod broker_keys;
mod credential;
mod proofs;
pub mod reload;
pub mod sessions;
mod table;
#[cfg(test)]
mod tests;
mod tokens;

pub use authors::AuthorKeys;
pub use broker_keys::BrokerKeys;
pub use credential::{AccessError, Credential, WriteError};
pub use proofs::{MayOperate, MayRead, MayRegister, MayWrite, SentBy};
pub use tokens::{FileMistake, Leave, SignInError, Tokens};
