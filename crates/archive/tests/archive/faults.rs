//! Every write fails twice: lost, and kept though reported failed; and every step is the last one.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use archive::{Archive, Disk, Error, Fate, Faults, Step};
use event::Position;

use super::sample::{check, entries, folder_in_memory, open};

/// One step meets its fate; after it the process counts as dead, or the disk as well again.
pub(super) struct At {
    pub(super) step: AtomicU64,
    pub(super) at: u64,
    pub(super) fate: Fate,
    pub(super) dead_after: bool,
}

impl Faults for At {
    fn fate(&self, _step: Step, _path: &Path) -> Fate {
        let step = self.step.fetch_add(1, Ordering::Relaxed);
        if step == self.at {
            self.fate
        } else if step > self.at && self.dead_after {
            Fate::Lost
        } else {
            Fate::Done
        }
    }
}

/// Appends in uneven parts, syncs now and then, keeps notes; returns what was surely on disk when it
/// ended, and whether it came to its end.
fn work(folder: &Path, disk: Disk) -> (u64, Option<u64>, bool) {
    let Ok(archive) = Archive::open(folder, disk) else {
        return (0, None, false);
    };
    let mut next = archive.last().get();
    let mut synced = archive.synced().get();
    let mut noted = None;
    for (part, length) in [3_u64, 300, 1, 2, 260].into_iter().enumerate() {
        if archive.append(&entries(next, next + length)).is_err() {
            assert!(matches!(archive.sync(), Err(Error::Poisoned)));
            return (synced, noted, false);
        }
        next += length;
        if part % 2 == 0 {
            let Ok(done) = archive.sync() else {
                assert!(matches!(archive.append(&[]), Err(Error::Poisoned)));
                return (synced, noted, false);
            };
            synced = done.get();
            let note = format!("o\n{synced}\nroot\n\n- a\n");
            if archive.keep_note(done, &note).is_err() || archive.publish(&note).is_err() {
                return (synced, noted, false);
            }
            noted = Some(synced);
        }
    }
    (synced, noted, true)
}

#[test]
fn after_any_step_that_fails_nothing_synced_is_missing() {
    for dead_after in [false, true] {
        for fate in [Fate::Lost, Fate::Kept] {
            let mut at = 0;
            loop {
                let folder = folder_in_memory();
                let faults = Arc::new(At {
                    step: AtomicU64::new(0),
                    at,
                    fate,
                    dead_after,
                });
                let (synced, noted, whole) = work(folder.path(), Disk::failing(faults));
                let told = format!("step {at} {fate:?}, dead after it: {dead_after}");
                let again = open(folder.path());
                assert!(check(&again) >= synced, "{told}");
                let last = again.last_note().unwrap().map(|(size, _)| size.get());
                assert!(last >= noted, "{told}: note {last:?} of {noted:?}");
                // And it goes on from there as if nothing had been.
                let next = again.last().get();
                again.append(&entries(next, next + 300)).unwrap();
                assert_eq!(again.sync().unwrap(), Position::new(next + 300), "{told}");
                drop(again);
                assert_eq!(check(&open(folder.path())), next + 300, "{told}");
                if whole {
                    break;
                }
                at += 1;
            }
            assert!(at > 30, "only {at} steps were tried");
        }
    }
}

#[test]
fn after_a_step_that_failed_once_the_open_history_heals() {
    for fate in [Fate::Lost, Fate::Kept] {
        // From the steps of an open history on: opening is the caller's to try again.
        for at in 8.. {
            let folder = folder_in_memory();
            let faults = Arc::new(At {
                step: AtomicU64::new(0),
                at,
                fate,
                dead_after: false,
            });
            let told = format!("step {at} {fate:?}");
            let Ok(archive) = Archive::open(folder.path(), Disk::failing(faults.clone())) else {
                continue;
            };
            let mut healed = 0;
            while archive.last().get() < 1_000 {
                let next = archive.last().get();
                let parts = entries(next, next + 130);
                if archive.append(&parts).and_then(|_| archive.sync()).is_err() {
                    let last = archive.heal().expect(&told);
                    assert!(last.get() >= next, "{told}");
                    healed += 1;
                }
            }
            check(&archive);
            drop(archive);
            assert!(check(&open(folder.path())) >= 1_000, "{told}");
            if faults.step.load(Ordering::Relaxed) <= at {
                assert!(at > 30, "only {at} steps were tried");
                break;
            }
            assert!(healed <= 1, "{told}");
        }
    }
}
