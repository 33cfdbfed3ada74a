//! How much of the disk must stay free.
//!
//! Never here: other limits; the log's own volume has its own.

use std::path::Path;

use crate::error::{Doubt, Failure};

/// The share of the volume that stays free: a tenth, as far as the two bounds allow.
///
/// Source: the engine hangs when a disk fills under it (MEASURED.md).
const VOLUME_SHARE: u64 = 10;
/// At least this stays free: 64 MiB, several times the greatest flush of a live node.
const FREE_BYTES_MIN: u64 = 64 << 20;
/// More than this need not stay free: 1 GiB, so that a large volume is not left a tenth empty.
const FREE_BYTES_MAX: u64 = 1 << 30;

/// Returns the bytes that must be free on a volume of `volume_bytes`, before `pending_bytes` more
/// are written.
pub(crate) fn needed(volume_bytes: u64, pending_bytes: u64) -> u64 {
    (volume_bytes / VOLUME_SHARE)
        .clamp(FREE_BYTES_MIN, FREE_BYTES_MAX)
        .saturating_add(pending_bytes)
}

/// Refuses when the volume of `path` would be too full after `pending_bytes` more.
pub(crate) fn check(path: &Path, pending_bytes: u64) -> Result<(), Failure> {
    let volume = rustix::fs::statvfs(path).map_err(|error| Doubt::Engine {
        doing: "read the free space",
        why: error.to_string(),
    })?;
    let free_bytes = volume.f_bavail.saturating_mul(volume.f_frsize);
    let needed_bytes = needed(
        volume.f_blocks.saturating_mul(volume.f_frsize),
        pending_bytes,
    );
    if free_bytes < needed_bytes {
        return Err(Failure::DiskLow {
            free_bytes,
            needed_bytes,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenth_stays_free_between_the_bounds() {
        assert_eq!(needed(100 << 20, 0), 64 << 20);
        assert_eq!(needed(5 << 30, 0), (5 << 30) / 10);
        assert_eq!(needed(1 << 40, 7), (1 << 30) + 7);
    }

    #[test]
    fn a_volume_without_room_is_refused() {
        let pending = 1 << 60;
        assert!(matches!(
            check(Path::new("/"), pending),
            Err(Failure::DiskLow { .. })
        ));
    }
}
