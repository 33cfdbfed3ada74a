//! The forms whose submissions are taken at `/v1/hooks/{mapping}`: mappings of the node's folder, by name.
//!
//! Start at [`Hooks::load`].
//!
//! Never here: what a mapping may say (crate `import`), and how submissions come (see [`crate::http::hooks`]).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use import::Form;
use tokio::sync::Semaphore;

use crate::access::MayWrite;

/// How many mappings the folder may hold. Source: docs/reference/limits.md.
pub const HOOKS_MAX: usize = 100;

/// How many bodies are read by their mappings at once. Source: docs/reference/limits.md.
const READING_MAX: usize = 2;

/// The forms whose submissions are taken, by name.
pub struct Hooks {
    forms: BTreeMap<String, Form>,
    /// How many bodies are read at once.
    pub(crate) reading: Semaphore,
}

/// Why the folder of hooks is not right.
#[derive(Debug, thiserror::Error)]
pub enum HooksError {
    /// The folder cannot be read.
    #[error("{path} could not be read")]
    Folder {
        /// The path.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A mapping is wrong.
    #[error("{path} is no mapping of a form")]
    Mapping {
        /// The path.
        path: PathBuf,
        /// What is wrong.
        source: import::Error,
    },
    /// A name that does not go into a path.
    #[error(
        "{path} is a mapping whose name is not 1 to 64 of a-z, 0-9, - and _, as it stands in /v1/hooks/<name>"
    )]
    Name {
        /// The path.
        path: PathBuf,
    },
    /// More mappings than are held.
    #[error("{path} holds more than {HOOKS_MAX} mappings")]
    Many {
        /// The path.
        path: PathBuf,
    },
}

impl Default for Hooks {
    fn default() -> Self {
        Self {
            forms: BTreeMap::new(),
            reading: Semaphore::new(READING_MAX),
        }
    }
}

impl Hooks {
    /// Reads every `<name>.toml` of a folder, and makes the secrets that are not there yet.
    ///
    /// # Errors
    /// [`HooksError`].
    pub fn load(folder: &Path) -> Result<Self, HooksError> {
        let unread = |source| HooksError::Folder {
            path: folder.to_owned(),
            source,
        };
        let mut hooks = Self::default();
        for entry in std::fs::read_dir(folder).map_err(unread)? {
            let path = entry.map_err(unread)?.path();
            if path.extension().is_none_or(|end| end != "toml") {
                continue;
            }
            let name = path.file_stem().and_then(|stem| stem.to_str());
            let Some(name) = name.filter(|name| is_name(name)).map(str::to_owned) else {
                return Err(HooksError::Name { path });
            };
            if hooks.forms.len() == HOOKS_MAX {
                let path = folder.to_owned();
                return Err(HooksError::Many { path });
            }
            match Form::load(&path) {
                Ok(form) => hooks.forms.insert(name, form),
                Err(source) => return Err(HooksError::Mapping { path, source }),
            };
        }
        Ok(hooks)
    }

    /// Finds the form of a name that a sender may use: that of another organisation is not there for it.
    pub(crate) fn form(&self, name: &str, may: &MayWrite) -> Option<&Form> {
        let form = self.forms.get(name)?;
        let own = may.credential().organisation.as_ref();
        own.is_none_or(|org| org.as_str() == form.org())
            .then_some(form)
    }
}

fn is_name(name: &str) -> bool {
    let allowed =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte);
    (1..=64).contains(&name.len()) && name.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAPPING: &str = "format = 1\norg = 'test'\nsource = '//test.example/form'\n\
        [files]\ncolumns = ['_uuid', 'day']\n\
        [row]\nkey = ['_uuid']\nrecordedtime = { text = '2020-12-27T00:00:00Z' }\n\
        set = { visibility = 'public' }\nfrom = { occurred = { column = 'day', date = '%Y-%m-%d' } }\n\
        [[event]]\nkind = 'arrest'\n";

    fn load(files: &[(&str, &str)]) -> Result<Hooks, HooksError> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        Hooks::load(folder.path())
    }

    #[test]
    fn a_folder_holds_mappings_by_their_names() {
        let hooks = load(&[("arrests.toml", MAPPING), ("notes.txt", "none")]).unwrap();
        assert_eq!(hooks.forms.keys().collect::<Vec<_>>(), ["arrests"]);
        let told = |files: &[(&str, &str)]| load(files).err().unwrap().to_string();
        assert!(told(&[("Arrests.toml", MAPPING)]).contains("a-z"));
        assert!(told(&[("a.toml", "format = 9")]).contains("a.toml"));
        assert!(Hooks::load(Path::new("/nowhere/at/all")).is_err());
        let many: Vec<String> = (0..=HOOKS_MAX).map(|n| format!("f{n}.toml")).collect();
        let many: Vec<(&str, &str)> = many.iter().map(|name| (&**name, MAPPING)).collect();
        assert!(load(&many[..HOOKS_MAX]).is_ok());
        assert!(told(&many).contains("more than 100"));
    }
}
