//! The history that anyone can check: hashes, tree, tiles, proofs, signatures. Bytes in, bytes out.
//!
//! Start at [`Frontier`], which grows the tree, at [`verify`], which checks proofs against a root,
//! and at [`Policy::check`], which says whether a root is to be believed. The formats are other
//! people's, so that their tools read ours: RFC 6962, RFC 9162, and C2SP tlog-tiles,
//! tlog-checkpoint, signed-note, tlog-cosignature, tlog-policy, tlog-proof and tlog-witness; see
//! docs/reference/history.md. An `index` counts from 0, a `size` is a number of entries.
//!
//! Never here: input and output, clocks, randomness, unordered maps, and what an entry means.

mod checkpoint;
mod cosignature;
mod error;
mod frontier;
mod hash;
mod held;
mod key;
mod note;
mod policy;
mod receipt;
mod succession;
mod tile;
mod tree;
pub mod verify;
pub mod witness;

#[cfg(test)]
mod vectors;

pub use checkpoint::{Checkpoint, OpenError};
pub use cosignature::cosign;
pub use error::{Malformed, Mismatch};
pub use frontier::Frontier;
pub use hash::{HASH_BYTES, Hash, base64, empty_root, leaf, node, sha256, unbase64};
pub use held::{Absent, Tree};
pub use key::{KeyId, Role, SEED_BYTES, SIGNATURE_BYTES, Signer, Verifier, is_name};
pub use note::{Line, NOTE_BYTES_MAX, Note, SIGNATURES_MAX, Signed};
pub use policy::{Log, POLICY_BYTES_MAX, Policy, Trusted, Witness};
pub use receipt::{PATH_HASHES_MAX, Receipt};
pub use succession::{Keys, Succession};
pub use tile::{
    ENTRY_BYTES_MAX, Kind, TILE_HEIGHT, TILE_LEVEL_MAX, TILE_WIDTH, Tile, partials, perfect_root,
    push_entry, read_entries, read_hashes, tiles, write_hashes,
};
pub use tree::{Nodes, TileError, TileRows, Tiles, consistency, inclusion, root, subtrees};
