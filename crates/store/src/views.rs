//! Which folder is used: one that serves, one that is being built, and the last one found damaged.
//!
//! | folder | holds |
//! |---|---|
//! | `current` | the store that serves |
//! | `next` | a store that is being folded from position 1 on, to replace it |
//! | `damaged-<n>` | the last store that was set aside, for whoever wants to know why; older ones go |
//! | `replaced` | the former `current` between two steps of a promotion |
//! | `lock` | locked while a process uses the folder |
//!
//! What a crash leaves behind stands at each step; [`Views::open`] handles every such state.
//!
//! Never here: how a store is filled.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use rustix::fs::FlockOperation;

use crate::error::OpenError;
use crate::settings::Settings;
use crate::store::Store;

const CURRENT: &str = "current";
const NEXT: &str = "next";
const REPLACED: &str = "replaced";
const DAMAGED: &str = "damaged-";
const LOCK: &str = "lock";

/// The folder of the read models.
#[derive(Debug)]
pub struct Views {
    dir: PathBuf,
    settings: Settings,
    /// Holds the lock until it is dropped.
    _lock: File,
}

/// What opening the folder came to.
#[derive(Debug)]
pub enum Opened {
    /// A store that serves from its checkpoint on.
    Ready(Store),
    /// Nothing can serve: rebuild from position 1 with [`Views::begin_rebuild`].
    Rebuild(Option<OpenError>),
}

fn failed(path: &Path, doing: &'static str) -> impl FnOnce(std::io::Error) -> OpenError {
    let path = path.to_owned();
    move |source| OpenError::Folder {
        path,
        doing,
        source,
    }
}

impl Views {
    /// Opens the folder, and makes it when it is missing.
    ///
    /// A store that cannot be used is set aside. One that was still being built takes its place as
    /// far as it had come, since every store is true for its checkpoint.
    ///
    /// # Errors
    /// [`OpenError::InUse`] and [`OpenError::Folder`]; a damaged store is no error here.
    pub fn open(dir: &Path, settings: Settings) -> Result<(Self, Opened), OpenError> {
        fs::create_dir_all(dir).map_err(failed(dir, "made"))?;
        let lock_path = dir.join(LOCK);
        let lock = File::create(&lock_path).map_err(failed(&lock_path, "made"))?;
        match rustix::fs::flock(&lock, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(rustix::io::Errno::WOULDBLOCK) => {
                return Err(OpenError::InUse {
                    path: dir.to_owned(),
                });
            }
            Err(error) => return Err(failed(&lock_path, "locked")(error.into())),
        }
        let views = Self {
            dir: dir.to_owned(),
            settings,
            _lock: lock,
        };
        views.remove(REPLACED)?;
        let opened = views.open_current()?;
        Ok((views, opened))
    }

    fn open_current(&self) -> Result<Opened, OpenError> {
        let mut why = None;
        for name in [CURRENT, NEXT] {
            let path = self.dir.join(name);
            if !path.is_dir() {
                continue;
            }
            if name == NEXT {
                // A crash after this leaves a `current` that is still being built: as good as `next`.
                self.rename(NEXT, CURRENT)?;
            }
            match Store::open(&self.dir.join(CURRENT), self.settings.clone()) {
                Ok(store) => return Ok(Opened::Ready(store)),
                Err(error) => {
                    tracing::warn!(%error, "store is set aside and will be rebuilt");
                    self.set_aside(CURRENT)?;
                    why = Some(error);
                }
            }
        }
        Ok(Opened::Rebuild(why))
    }

    /// Opens the store that is to replace the current one; it goes on where an earlier build stopped.
    ///
    /// # Errors
    /// [`OpenError`], also when a new store cannot be made.
    pub fn begin_rebuild(&self) -> Result<Store, OpenError> {
        let path = self.dir.join(NEXT);
        match Store::open(&path, self.settings.clone()) {
            Ok(store) => Ok(store),
            Err(error) => {
                tracing::warn!(%error, "unfinished store is set aside");
                // A crash after this leaves no `next`: the build begins anew.
                self.set_aside(NEXT)?;
                Store::open(&path, self.settings.clone())
            }
        }
    }

    /// Puts `next` in the place of `current`, for every clone of it, and returns it.
    ///
    /// Answers under way end first; later ones wait. A `current` that had failed is set aside.
    ///
    /// # Errors
    /// [`OpenError`]; the folder is then in a state that [`Views::open`] handles.
    pub fn promote(&self, current: Option<&Store>, next: Store) -> Result<Store, OpenError> {
        // A crash before or after this leaves both stores as they were.
        next.close().map_err(|failure| OpenError::Folder {
            path: self.dir.join(NEXT),
            doing: "flushed",
            source: std::io::Error::other(failure),
        })?;
        let path = self.dir.join(CURRENT);
        let Some(current) = current else {
            self.exchange(false)?;
            return Store::open(&path, self.settings.clone());
        };
        let had_failed = current.shared().fault.get().is_some();
        current.replace(&path, || self.exchange(had_failed))?;
        Ok(current.clone())
    }

    /// Renames `next` to `current`; neither is open.
    fn exchange(&self, had_failed: bool) -> Result<(), OpenError> {
        if self.dir.join(CURRENT).is_dir() {
            if had_failed {
                self.set_aside(CURRENT)?;
            } else {
                self.rename(CURRENT, REPLACED)?;
            }
        }
        // A crash here leaves `next` complete and no `current`: it is renamed at the next open.
        self.rename(NEXT, CURRENT)?;
        // A crash here leaves `replaced`: it is removed at the next open.
        self.remove(REPLACED)
    }

    /// Renames a folder to `damaged-<n>`, and removes the ones set aside before.
    fn set_aside(&self, name: &str) -> Result<(), OpenError> {
        let mut older = Vec::new();
        for entry in fs::read_dir(&self.dir).map_err(failed(&self.dir, "listed"))? {
            let entry = entry.map_err(failed(&self.dir, "listed"))?;
            let name = entry.file_name();
            let number = name.to_str().and_then(|name| name.strip_prefix(DAMAGED));
            if let Some(number) = number.and_then(|number| number.parse::<u64>().ok()) {
                older.push(number);
            }
        }
        let number = older
            .iter()
            .max()
            .map_or(1, |number| number.saturating_add(1));
        self.rename(name, &format!("{DAMAGED}{number}"))?;
        // A crash here leaves more than one folder set aside: the next time removes them all.
        older
            .iter()
            .try_for_each(|number| self.remove(&format!("{DAMAGED}{number}")))
    }

    fn rename(&self, from: &str, to: &str) -> Result<(), OpenError> {
        let path = self.dir.join(from);
        fs::rename(&path, self.dir.join(to)).map_err(failed(&path, "renamed"))?;
        self.sync()
    }

    fn remove(&self, name: &str) -> Result<(), OpenError> {
        let path = self.dir.join(name);
        match fs::remove_dir_all(&path) {
            Ok(()) => self.sync(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(failed(&path, "removed")(error)),
        }
    }

    /// Brings the names in the folder to disk.
    fn sync(&self) -> Result<(), OpenError> {
        File::open(&self.dir)
            .and_then(|folder| folder.sync_all())
            .map_err(failed(&self.dir, "synced"))
    }
}
