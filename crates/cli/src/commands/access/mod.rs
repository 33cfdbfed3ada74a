//! `habeas org`, `habeas person`, `habeas token`, `habeas access`: who may read and send, in the access file of a data folder.
//! No server is asked; one that runs reads the file again.
//!
//! Start at [`DataFolder::edit`].
//!
//! Never here: what is right in the file (crate `access`).

pub(super) mod broker;
mod callout;
mod key;
mod login;
pub(super) mod org;
pub(super) mod person;
#[cfg(test)]
mod tests;
pub(super) mod token;

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use ::access::{AccessFile, EditError, LastUse, PersonId, TokenId};
use archive::Disk;
use event::OrgId;
use rustix::fs::FlockOperation;

use crate::client::Failure;

/// The option that names the data folder.
#[derive(clap::Args)]
pub(crate) struct DataFolder {
    /// The node's data folder
    #[arg(long, default_value = "data", env = "HABEAS_DATA", value_name = "DIR")]
    data: PathBuf,
}

impl DataFolder {
    /// Returns where the file is: behind a link, what the link leads to.
    fn file(&self) -> PathBuf {
        let path = self.data.join("access.toml");
        path.canonicalize().unwrap_or(path)
    }

    /// Checks that the folder is there.
    ///
    /// # Errors
    /// [`Failure::Absent`].
    fn is_there(&self) -> Result<(), Failure> {
        if self.data.is_dir() {
            return Ok(());
        }
        Err(Failure::Absent {
            what: format!("folder {}", self.data.display()),
            next:
                "name the node's data folder with --data or HABEAS_DATA; its first start makes it"
                    .to_owned(),
        })
    }

    /// Reads the access file; an absent one is empty.
    ///
    /// # Errors
    /// [`Failure::Absent`] of the folder, [`Failure::Io`], and [`Failure::Usage`] of a mistake in it.
    fn read(&self) -> Result<AccessFile, Failure> {
        self.is_there()?;
        let path = self.file();
        let text = read(&path)?;
        AccessFile::parse(&text).map_err(|mistake| Failure::Usage {
            what: format!("{} is not right", path.display()),
            found: mistake.to_string(),
            right: None,
            next: Some("correct it by hand; the node goes on with the last right one".to_owned()),
        })
    }

    /// Changes the access file: under a lock, and on disk when this returns.
    ///
    /// # Errors
    /// As [`DataFolder::read`], and [`Failure::Usage`] or [`Failure::Absent`] of the change.
    fn edit<T>(
        &self,
        change: impl FnOnce(&mut AccessFile) -> Result<T, EditError>,
    ) -> Result<T, Failure> {
        self.is_there()?;
        let _lock = self.lock()?;
        let mut file = self.read()?;
        let changed = change(&mut file).map_err(refused)?;
        let path = self.file();
        let written = Disk::default().write(&path, file.to_toml().as_bytes(), 0o600);
        written.map_err(|error| Failure::Io {
            path,
            doing: "be written",
            source: std::io::Error::other(error),
        })?;
        Ok(changed)
    }

    /// Waits until nobody else changes the file; the lock ends with the returned file.
    fn lock(&self) -> Result<File, Failure> {
        let path = self.data.join("access.lock");
        let open = || {
            let mut options = OpenOptions::new();
            let file = options.create(true).append(true).mode(0o600).open(&path)?;
            rustix::fs::flock(&file, FlockOperation::LockExclusive)?;
            Ok(file)
        };
        open().map_err(failed(&path, "be locked"))
    }

    /// Reads when tokens were last used.
    fn last_use(&self) -> Result<LastUse, Failure> {
        let text = read(&self.data.join("access.used"))?;
        Ok(LastUse::parse(&text))
    }
}

/// Reads a text file; empty where it is missing.
fn read(path: &Path) -> Result<String, Failure> {
    match std::fs::read_to_string(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        read => read.map_err(failed(path, "be read")),
    }
}

fn failed(path: &Path, doing: &'static str) -> impl FnOnce(std::io::Error) -> Failure {
    let path = path.to_owned();
    move |source| Failure::Io {
        path,
        doing,
        source,
    }
}

fn refused(error: EditError) -> Failure {
    let EditError::Absent { what, id } = error else {
        return Failure::parameter(&error.to_string());
    };
    let command = match what {
        "organisation" => "org",
        "key" => "access key",
        "login" => "access login",
        other => other,
    };
    Failure::Absent {
        what: format!("{what} {id}"),
        next: format!("`habeas {command} list` shows what there is"),
    }
}

/// Random bytes of the system.
fn random<const N: usize>() -> Result<[u8; N], Failure> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| Failure::Io {
        path: PathBuf::from("the system's random source"),
        doing: "be read",
        source: std::io::Error::other(error),
    })?;
    Ok(bytes)
}

fn org_id(text: &str) -> Result<OrgId, String> {
    OrgId::parse(text).map_err(|error| error.to_string())
}

fn token_id(text: &str) -> Result<TokenId, String> {
    TokenId::parse(text).map_err(|error| error.to_string())
}

fn person_id(text: &str) -> Result<PersonId, String> {
    PersonId::parse(text).map_err(|error| error.to_string())
}
