//! The server's folder: lock, port, configuration.
//!
//! The configuration holds the password (mode 0600) and is written anew at each start. Source of
//! the values: docs/operate/log.md, Settings. A crash while it is written leaves a temporary
//! file that the next start replaces.
//!
//! Never here: processes.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::accounts;
use super::error::ChildError;
use super::process::Spec;
use super::settings::ChildSettings;
use crate::trust;

/// Share of the volume the server may fill, in percent: it refuses before the disk is full.
const FILE_STORE_PERCENT: u64 = 80;

/// Where the configuration is; also how a server of this folder is recognised.
pub(super) fn path(folder: &Path) -> PathBuf {
    folder.join("nats.conf")
}

/// Where its certificate is, with the key: one file, so that both are always of one pair.
pub(super) fn certificate(folder: &Path) -> PathBuf {
    folder.join("tls.pem")
}

/// Puts a certificate with its key in the place of the one before, which stays beside it: the server serves with
/// that until it is told of the new one.
pub(super) fn put_certificate(folder: &Path, text: &str) -> Result<(), ChildError> {
    let path = certificate(folder);
    let before = fs::read_to_string(&path).ok();
    if before.as_deref() == Some(text) {
        return Ok(());
    }
    if let Some(before) = before {
        replace(&trust::before(&path), &before)?;
    }
    replace(&path, text)
}

/// Refuses what the configuration and the url cannot hold as it is.
pub(super) fn check(settings: &ChildSettings) -> Result<(), ChildError> {
    let plain = |text: &str| {
        (1..=128).contains(&text.len())
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
    };
    for (what, text) in [("user", &settings.user), ("password", &settings.password)] {
        if !plain(text) {
            return Err(ChildError::Text { what });
        }
    }
    Ok(())
}

/// Makes the folder, for its owner only, and returns its absolute path.
pub(super) fn make_folder(folder: &Path) -> Result<PathBuf, ChildError> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .and_then(|()| folder.canonicalize())
        .map_err(ChildError::io(folder, "make the folder"))
}

/// Takes the folder for this process; the lock ends with the file, so with the process at latest.
pub(super) fn lock(folder: &Path) -> Result<File, ChildError> {
    let path = folder.join("lock");
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(&path)
        .map_err(ChildError::io(&path, "open the lock"))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(ChildError::InUse {
            path: folder.display().to_string(),
        }),
        Err(TryLockError::Error(error)) => Err(ChildError::io(&path, "lock")(error)),
    }
}

/// Returns the port of the former run, so that publishers find the server where it was.
pub(super) fn former_port(folder: &Path) -> Option<u16> {
    let text = fs::read_to_string(path(folder)).ok()?;
    text.lines().find_map(|line| {
        let (_, port) = line.strip_prefix("listen: ")?.rsplit_once(':')?;
        port.trim_end_matches('"').parse().ok()
    })
}

/// Chooses the port: the one asked for, else the former one if free, else a free one.
pub(super) fn port(
    host: IpAddr,
    asked: Option<u16>,
    former: Option<u16>,
) -> Result<u16, ChildError> {
    let shown = host.to_string();
    let failed = ChildError::io(Path::new(&shown), "find a free port");
    asked.map_or_else(|| free(host, former), Ok).map_err(failed)
}

/// Returns `wanted` if nobody listens there, else a port that was free a moment ago.
fn free(host: IpAddr, wanted: Option<u16>) -> std::io::Result<u16> {
    let listen = |port| TcpListener::bind((host, port));
    let listener = match wanted.map(listen) {
        Some(Ok(listener)) => listener,
        Some(Err(_)) | None => listen(0)?,
    };
    Ok(listener.local_addr()?.port())
}

/// Writes the configuration.
pub(super) fn write(
    settings: &ChildSettings,
    folder: &Path,
    spec: &Spec,
) -> Result<(), ChildError> {
    let volume = rustix::fs::statvfs(folder)
        .map_err(|error| ChildError::io(folder, "read the volume's size")(error.into()))?;
    let volume_bytes = volume.f_blocks.saturating_mul(volume.f_frsize);
    if let Some(own) = &settings.accounts {
        accounts::adopt_store(folder, own.log_account)?;
        accounts::write(folder, &own.text)?;
    }
    if let Some(text) = &settings.listening.certificate {
        put_certificate(folder, text)?;
    }
    let text = text(settings, folder, spec, volume_bytes);
    replace(&spec.config, &text)
}

/// Puts a file of this text in the place of the one before, for this user alone.
pub(super) fn replace(path: &Path, text: &str) -> Result<(), ChildError> {
    let temporary = path.with_extension("new");
    let write = || {
        if temporary.exists() {
            fs::remove_file(&temporary)?;
        }
        let mut file = OpenOptions::new()
            .create_new(true)
            .write(true)
            .mode(0o600)
            .open(&temporary)?;
        file.write_all(text.as_bytes())?;
        fs::rename(&temporary, path)
    };
    write().map_err(ChildError::io(path, "write the configuration"))
}

fn text(settings: &ChildSettings, folder: &Path, spec: &Spec, volume_bytes: u64) -> String {
    let ChildSettings { user, password, .. } = settings;
    let listen = quoted(Path::new(
        &SocketAddr::new(spec.host, spec.port).to_string(),
    ));
    let tls = settings.listening.certificate.as_ref().map(|_| {
        let file = quoted(&certificate(folder));
        format!("tls {{ cert_file: {file}, key_file: {file}, timeout: 5 }}\n")
    });
    let tls = tls.unwrap_or_default();
    let [node, system] = logins(user, password);
    let users = match &settings.accounts {
        Some(_) => accounts::include(),
        None => format!(
            "authorization {{\n  users: [ {{ {node} }} ]\n}}\naccounts {{\n  $SYS {{ users: [ {{ {system} }} ] }}\n}}"
        ),
    };
    let store = quoted(&folder.join("jetstream"));
    let file_store = volume_bytes / 100 * FILE_STORE_PERCENT;
    format!(
        r#"# Written at each start by habeasd; changes made here are lost.
server_name: habeas
listen: {listen}
{tls}max_payload: 262144
max_connections: 500
write_deadline: "10s"
{users}
jetstream {{
  store_dir: {store}
  sync_interval: always
  max_file_store: {file_store}
  max_memory_store: 64MB
}}
"#
    )
}

/// Returns the users of the log and of the system account, each as the inside of its table.
#[must_use]
pub fn logins(user: &str, password: &str) -> [String; 2] {
    [user.to_owned(), system_user(user)]
        .map(|user| format!("user: \"{user}\", password: \"{password}\""))
}

/// Returns the user of the system account, over which the server's own settings are read: it has no
/// monitoring port, whose answers anyone on the machine could read.
pub(super) fn system_user(user: &str) -> String {
    format!("{user}-system")
}

/// Writes a path as the configuration's quoted text.
fn quoted(path: &Path) -> String {
    let text = path
        .display()
        .to_string()
        .replace('\\', "\\\\")
        .replace('"', "\\\"");
    format!("\"{text}\"")
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;
    use crate::child::settings::ListenSettings;
    use crate::trust::Trust;

    fn settings(user: &str, password: &str) -> ChildSettings {
        ChildSettings {
            binary: "nats-server".into(),
            folder: "folder".into(),
            port: None,
            user: user.into(),
            password: password.into(),
            log_file: "nats.log".into(),
            accounts: None,
            listening: ListenSettings::default(),
        }
    }

    #[test]
    fn credentials_that_need_quoting_are_refused() {
        assert!(check(&settings("habeas", "abc_DEF-123")).is_ok());
        for bad in ["", "a b", "a\"b", "a@b", "$2a$10$x", "é", &"x".repeat(129)] {
            assert!(check(&settings("habeas", bad)).is_err(), "{bad}");
            assert!(check(&settings(bad, "secret")).is_err(), "{bad}");
        }
        assert!(!format!("{:?}", settings("habeas", "hunter2")).contains("hunter2"));
    }

    #[test]
    fn the_port_of_the_former_run_is_found_in_its_configuration() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(former_port(folder.path()), None);
        let spec = Spec {
            binary: "nats-server".into(),
            config: path(folder.path()),
            log_file: "nats.log".into(),
            port: 4_001,
            host: Ipv4Addr::LOCALHOST.into(),
            trust: Trust::System,
        };
        write(&settings("habeas", "secret"), folder.path(), &spec).unwrap();
        assert_eq!(former_port(folder.path()), Some(4_001));
    }

    #[test]
    fn a_former_port_in_use_is_not_taken_again() {
        let host = IpAddr::from(Ipv4Addr::LOCALHOST);
        let busy = TcpListener::bind((host, 0)).unwrap();
        let port = busy.local_addr().unwrap().port();
        assert_ne!(super::port(host, None, Some(port)).unwrap(), port);
        assert_eq!(super::port(host, Some(port), None).unwrap(), port);
    }

    #[test]
    fn a_folder_is_locked_once() {
        let folder = tempfile::tempdir().unwrap();
        let held = lock(folder.path()).unwrap();
        assert!(matches!(lock(folder.path()), Err(ChildError::InUse { .. })));
        drop(held);
        assert!(lock(folder.path()).is_ok());
    }
}
