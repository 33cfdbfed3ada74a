//! `habeas backup`: brings a backup up to date, while the node runs.
//!
//! Never here: what follows from a backup (see [`super::restore`]).

use std::path::PathBuf;

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
    if args.keys.as_ref().is_some_and(|keys| keys.starts_with(to)) {
        return Err(Failure::Usage {
            what: "the keys would stand in the backup".to_owned(),
            found: "--keys is below --to".to_owned(),
            right: Some("a folder that is kept elsewhere".to_owned()),
            next: None,
        });
    }
    let made = clock::now().to_string();
    let (from, target) = (data.join(HISTORY), to.join(HISTORY));
    let (history, copied) = Archive::copy(&from, &target, Disk::default(), shown_on_bar())?;
    let files = node_files::copy(data, to)?;
    let manifest = Manifest::new(made, &history, files)?;
    let said = manifest.to_bytes()?;
    // Last, so that a backup that says so of itself has all of it.
    node_files::write_private(&to.join(MANIFEST), &said)?;
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
