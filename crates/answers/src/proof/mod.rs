//! What lets a reader check a figure: the certificate, and the digest of the code that counted.
//!
//! Start at [`certificate`].
//!
//! Never here: hashing of leaves and signatures.

pub(crate) mod certificate;
mod digest;
