//! gRPC as `proto/habeas/v1` publishes it: messages and service traits, generated, and what every gRPC server has
//! beside them, health and reflection.
//!
//! Start at [`v1`]. A test generates it from the files of `proto/` by `protox`, so that no build needs `protoc`;
//! `HABEAS_PROTO=write cargo test --workspace --lib published` writes it anew. The only user of `tonic` and `prost`:
//! who implements a service takes them from here.
//!
//! Never here: what a service answers.

#[allow(
    missing_docs,
    clippy::all,
    clippy::allow_attributes_without_reason,
    clippy::as_conversions,
    clippy::wildcard_enum_match_arm,
    reason = "generated"
)]
#[rustfmt::skip]
mod generated;
#[cfg(test)]
mod published;

/// The messages and services of the package `habeas.v1`.
pub mod v1 {
    pub use crate::generated::*;
}

pub use bytes::Bytes;
pub use tonic;
pub use tonic_health::pb as health;

use tonic_reflection::server::{v1 as reflection, v1alpha as old_reflection};

/// What `proto/habeas/v1` declares, as a `FileDescriptorSet`.
pub const DESCRIPTOR: &[u8] = include_bytes!("descriptor.binpb");

/// What tells clients which services there are: the descriptors of `habeas.v1` and of health.
fn described() -> tonic_reflection::server::Builder<'static> {
    tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(DESCRIPTOR)
        .register_encoded_file_descriptor_set(health::FILE_DESCRIPTOR_SET)
}

/// Makes the service `grpc.reflection.v1.ServerReflection`.
///
/// # Errors
/// [`tonic_reflection::server::Error`] of a descriptor that cannot be read.
pub fn reflection() -> Result<
    reflection::ServerReflectionServer<impl reflection::ServerReflection>,
    tonic_reflection::server::Error,
> {
    described().build_v1()
}

/// Makes the service `grpc.reflection.v1alpha.ServerReflection`, which older clients ask.
///
/// # Errors
/// As [`reflection()`].
pub fn reflection_v1alpha() -> Result<
    old_reflection::ServerReflectionServer<impl old_reflection::ServerReflection>,
    tonic_reflection::server::Error,
> {
    described().build_v1alpha()
}
