//! `habeas backup`: brings a backup up to date, while the node runs.
//!
//! Never here: what follows from a backup (see [`super::restore`]).

use std::path::{Path, PathBuf};

use archive::{Archive, Disk};

use super::manifest::{MANIFEST, Manifest};
use super::{HISTORY, node_files, shown_on_bar};
use crate::client::Failure;
use crate::clock;
use crate::commands::{Exit, Terminal};

/// Backs a node up into a folder, while it runs
///
/// Run again on the same folder it takes what came since. The history is checked as a whole each time,
/// event by event. Keys are taken into a folder of their own, and on request alone; the keys of people's
/// data never are.
///
/// Examples:
///   habeas backup --data /var/lib/habeas --to /mnt/backup/habeas
///   habeas backup --data /var/lib/habeas --to /mnt/backup/habeas --keys /mnt/safe/habeas-keys
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// The node's data folder
    #[arg(long, default_value = "data", env = "HABEAS_DATA", value_name = "DIR")]
    data: PathBuf,
    /// The folder of the backup
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
    /// Also copies the node's keys and the operator's token, into this folder: keep it elsewhere
    #[arg(long, value_name = "DIR")]
    keys: Option<PathBuf>,
}

/// Makes a backup, or brings it up to date.
///
/// # Errors
/// [`Failure`]: a folder is not there or is that of another log, a file could not be copied, or the copy is not
/// the history that was signed.
pub(crate) fn run(args: &Args, terminal: &mut Terminal<'_>) -> Result<Exit, Failure> {
    let (data, to) = (&args.data, &args.to);
    if !data.join(HISTORY).is_dir() {
        return Err(Failure::Absent {
            what: format!("history in {}", data.display()),
            next: "name the node's data folder with --data or HABEAS_DATA".to_owned(),
        });
    }
    node_files::keep_private();
    node_files::make_private(to)?;
    apart(("--to", to), ("--data", data))?;
    if let Some(keys) = &args.keys {
        node_files::make_private(keys)?;
        apart(("--keys", keys), ("--to", to))?;
        apart(("--keys", keys), ("--data", data))?;
        node_files::of_this_node(data, keys)?;
    }
    let made = clock::now().to_string();
    let (from, target) = (data.join(HISTORY), to.join(HISTORY));
    let (history, copied) = Archive::copy(&from, &target, Disk::default(), shown_on_bar())?;
    let files = node_files::copy(data, to)?;
    let manifest = Manifest::new(made, &history, files)?;
    let said = manifest.to_bytes()?;
    // After all that it names, so that a backup that says so of itself has all of it.
    node_files::write_private(&to.join(MANIFEST), &said)?;
    node_files::take(&manifest.files, to)?;
    node_files::write_private(&data.join(MANIFEST), &said)?;
    if let Some(keys) = &args.keys {
        let taken = node_files::copy_secrets(data, keys)?;
        terminal.say(&format!("keys: {}", taken.join(", ")));
    }
    terminal.say(&format!(
        "{} entries, root {}; {} files of the history were new, {} bytes",
        manifest.entries, manifest.root, copied.files, copied.bytes
    ));
    Ok(Exit::Ok)
}

/// Refuses two folders of which one stands in the other, by whatever paths they are named.
fn apart(one: (&str, &Path), other: (&str, &Path)) -> Result<(), Failure> {
    let real = |folder: &Path| {
        let found = folder.canonicalize();
        found.map_err(node_files::failed(folder, "be found"))
    };
    let (real_one, real_other) = (real(one.1)?, real(other.1)?);
    if !real_one.starts_with(&real_other) && !real_other.starts_with(&real_one) {
        return Ok(());
    }
    Err(Failure::Usage {
        what: "a node, its backup and its keys are kept apart".to_owned(),
        found: format!(
            "{} is {}, and {} is {}",
            one.0,
            real_one.display(),
            other.0,
            real_other.display()
        ),
        right: Some("folders none of which stands in another".to_owned()),
        next: None,
    })
}
