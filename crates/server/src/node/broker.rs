//! The node's own nats-server, and the folder it stands in.
//!
//! Never here: what is done with it.

use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use journal::child::{Child, ChildSettings};

use crate::node::{Error, secrets};

/// Starts the nats-server of the folder `data`.
///
/// # Errors
/// [`Error::File`], [`Error::Child`].
pub(crate) async fn own(
    data: &Path,
    nats_server: Option<&Path>,
    tools: &Path,
    port: Option<u16>,
) -> Result<Child, Error> {
    make_folder(data)?;
    let password = private_token(&data.join("nats.password"))?;
    let binary = journal::child::find_binary(nats_server, tools).map_err(Error::Child)?;
    let child = Child::start(ChildSettings {
        binary,
        folder: data.join("nats"),
        port,
        user: "habeasd".into(),
        password,
        log_file: data.join("nats.log"),
    });
    child.await.map_err(Error::Child)
}

/// Returns how the node's own nats-server is asked.
pub(crate) fn settings(child: &Child) -> journal::Settings {
    journal::Settings {
        monitor_urls: vec![child.monitor_url().to_owned()],
        ..journal::Settings::default()
    }
}

/// Makes a folder for this user alone, and warns where one stands that others may read.
pub(crate) fn make_folder(path: &Path) -> Result<(), Error> {
    let made = std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path);
    made.map_err(file(path, "created"))?;
    let metadata = std::fs::metadata(path).map_err(file(path, "read"))?;
    if metadata.mode() & 0o077 != 0 {
        let mode = format!("{:03o}", metadata.mode() & 0o777);
        tracing::warn!(
            mode,
            "the data folder can be read by others, but must be for its user alone: chmod -R go= it"
        );
    }
    Ok(())
}

/// Returns the token in a private file, made where there is none.
pub(crate) fn private_token(path: &Path) -> Result<String, Error> {
    secrets::keep(path, secrets::token).map_err(file(path, "read or written"))
}

pub(crate) fn file(path: &Path, doing: &'static str) -> impl FnOnce(std::io::Error) -> Error {
    let path: PathBuf = path.to_owned();
    move |source| Error::File {
        path,
        doing,
        source,
    }
}
