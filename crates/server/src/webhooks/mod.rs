//! Webhooks: new events are posted to addresses that organisations have registered, signed.
//!
//! Start at [`Deliverer`], which follows the record for each of them. What is registered, and how far each has come, is
//! kept by the desk ([`crate::desk::Webhooks`]). Source: <https://www.standardwebhooks.com>, version 1.0.0.
//!
//! Never here: who may register (see [`crate::access`]), and what a scope sees (crate `fold`).

mod address;
mod courier;
mod deliver;
mod settings;
mod signature;

pub use address::{Address, AddressError, URL_BYTES_MAX};
pub use courier::{ANSWER_BYTES_MAX, Courier, DELIVERY_WAIT_MAX};
pub use deliver::{DELIVERIES_MAX, Deliverer};
pub use settings::{
    RETRIES_MAX, RETRY_SECONDS, RETRY_SECONDS_MAX, SettingsError, WebhookFlags, WebhookSettings,
};
pub use signature::{SECRET_BYTES_MAX, SECRET_BYTES_MIN, Secret, SecretFormError};
