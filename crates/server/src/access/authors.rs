//! The author keys: one of each organisation, in the vault, made when somebody of it first sends.
//!
//! `DATA/vault/author-<org>.key`, for this user alone. Who has it can name the authors of the organisation;
//! without it nobody can, and its events stand as they are.
//!
//! Never here: the pseudonym (crate `access`).

use std::collections::BTreeMap;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use access::{AuthorKey, PersonId};
use event::OrgId;

use crate::gate::Author;
use crate::node::secrets::{self, SecretError};

/// The author keys of a data folder.
#[derive(Debug)]
pub struct AuthorKeys {
    folder: PathBuf,
    keys: Mutex<BTreeMap<OrgId, Arc<AuthorKey>>>,
}

impl AuthorKeys {
    /// Keeps the keys in the vault of a data folder.
    #[must_use]
    pub fn of_folder(data: &Path) -> Self {
        Self {
            folder: data.join("vault"),
            keys: Mutex::default(),
        }
    }

    /// Returns who sends, as the author of what they send.
    ///
    /// # Errors
    /// [`SecretError`] where the key cannot be read or made.
    pub(super) fn author(&self, org: &OrgId, person: &PersonId) -> Result<Author, SecretError> {
        Ok(Author {
            key: self.key(org)?,
            person: person.clone(),
        })
    }

    /// Returns the key of an organisation, where it has one.
    pub(super) fn known(&self, org: &OrgId) -> Option<Arc<AuthorKey>> {
        let path = self.path(org);
        path.exists().then(|| self.key(org).ok()).flatten()
    }

    fn path(&self, org: &OrgId) -> PathBuf {
        self.folder.join(format!("author-{org}.key"))
    }

    fn key(&self, org: &OrgId) -> Result<Arc<AuthorKey>, SecretError> {
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = keys.get(org) {
            return Ok(key.clone());
        }
        let path = self.path(org);
        let key = read_or_make(&self.folder, &path);
        let key = Arc::new(key.map_err(|source| SecretError { path, source })?);
        keys.insert(org.clone(), key.clone());
        Ok(key)
    }
}

fn read_or_make(folder: &Path, path: &Path) -> std::io::Result<AuthorKey> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true).mode(0o700).create(folder)?;
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(std::io::Error::other)?;
    let text = secrets::keep(path, || AuthorKey::new(bytes).to_text())?;
    // A crash while it was made leaves no file, or a whole one.
    std::fs::File::open(folder)?.sync_all()?;
    AuthorKey::parse(&text).ok_or_else(|| std::io::Error::other("it holds no author key"))
}
