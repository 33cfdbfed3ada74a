//! Where the nats-server program is.
//!
//! Never here: fetching it.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::error::ChildError;

/// Finds the nats-server program: `flag`, else the environment's `NATS_SERVER`, else PATH, else
/// the folder `tools`. What is named must be there; what is not named is looked for.
///
/// # Errors
/// [`ChildError::NoBinary`], [`ChildError::BinaryNotFound`].
pub fn find_binary(flag: Option<&Path>, tools: &Path) -> Result<PathBuf, ChildError> {
    let environment = std::env::var_os("NATS_SERVER").filter(|value| !value.is_empty());
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).collect::<Vec<_>>();
    find(
        flag,
        environment.map(PathBuf::from).as_deref(),
        &folders,
        tools,
    )
}

fn find(
    flag: Option<&Path>,
    environment: Option<&Path>,
    folders: &[PathBuf],
    tools: &Path,
) -> Result<PathBuf, ChildError> {
    if let Some(named) = flag.or(environment) {
        let no_binary = || ChildError::NoBinary {
            path: named.display().to_string(),
        };
        return is_program(named)
            .then(|| named.to_path_buf())
            .ok_or_else(no_binary);
    }
    folders
        .iter()
        .map(PathBuf::as_path)
        .chain([tools])
        .map(|folder| folder.join("nats-server"))
        .find(|candidate| is_program(candidate))
        .ok_or_else(|| ChildError::BinaryNotFound {
            tools: tools.display().to_string(),
        })
}

fn is_program(path: &Path) -> bool {
    path.metadata()
        .is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_flag_environment_path_and_tools_is_taken() {
        let root = tempfile::tempdir().unwrap();
        let program = |folder: &str, mode: u32| {
            let folder = root.path().join(folder);
            std::fs::create_dir(&folder).unwrap();
            let path = folder.join("nats-server");
            std::fs::write(&path, "").unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            path
        };
        let flag = program("flag", 0o755);
        let named = program("named", 0o755);
        let plain = program("plain", 0o644);
        let in_path = program("path", 0o755);
        let tools = program("tools", 0o755);
        let folders = [root.path().join("plain"), root.path().join("path")];
        let tools_folder = root.path().join("tools");
        let nowhere = root.path().join("nowhere");
        let found = |flag, environment, folders: &[PathBuf], tools: &Path| {
            find(flag, environment, folders, tools).map_err(|error| error.to_string())
        };
        assert_eq!(
            found(Some(&flag), Some(&named), &folders, &tools_folder),
            Ok(flag.clone())
        );
        assert_eq!(
            found(None, Some(&named), &folders, &tools_folder),
            Ok(named.clone())
        );
        assert_eq!(found(None, None, &folders, &tools_folder), Ok(in_path));
        assert_eq!(found(None, None, &folders[..1], &tools_folder), Ok(tools));
        assert!(found(Some(&plain), None, &folders, &tools_folder).is_err());
        assert!(found(None, Some(&nowhere), &folders, &tools_folder).is_err());
        assert!(
            found(None, None, &[], &nowhere)
                .unwrap_err()
                .contains("NATS_SERVER")
        );
    }
}
