//! `habeas backup` and `habeas restore`: a node's history and files in another folder, and back in a new one.
//!
//! Start at [`make`]; what a backup is, stands in `manifest`.
//!
//! Never here: the node itself. A backup is made from its files while it runs, and restored where none runs.

pub(super) mod make;
mod manifest;
mod node_files;
pub(super) mod restore;
mod tail;

pub(super) use manifest::Manifest;

use ::archive::CopyProgress;
use indicatif::ProgressBar;

use crate::client::Failure;
use crate::history::bar;

/// The node's history, below its folder and below that of a backup.
const HISTORY: &str = "history";

impl From<::archive::Error> for Failure {
    fn from(error: ::archive::Error) -> Self {
        use ::archive::Error;
        let found = error.to_string();
        match error {
            Error::File { path, source, .. } => Self::Io {
                path,
                doing: "be copied",
                source,
            },
            Error::InUse { .. } => Self::Usage {
                what: "the folder is in use".to_owned(),
                found,
                right: None,
                next: Some("wait until the other process has ended".to_owned()),
            },
            Error::OtherLog { .. } => Self::Usage {
                what: "the folder holds the backup of another log".to_owned(),
                found,
                right: Some("an empty folder, or the backup of this log".to_owned()),
                next: None,
            },
            Error::Damaged { .. }
            | Error::OtherCheckpoint { .. }
            | Error::Above { .. }
            | Error::TooLong { .. }
            | Error::Poisoned
            | Error::DiskLow { .. } => Self::Differs {
                reason: found,
                right: None,
                next: Some(
                    "if the damage is in the backup, take another into an empty folder".to_owned(),
                ),
            },
        }
    }
}

/// Shows on a bar how far a copy is.
fn shown_on_bar() -> impl FnMut(CopyProgress) {
    let mut checking: Option<ProgressBar> = None;
    let copying = bar(0, "copying files");
    move |seen| match seen {
        CopyProgress::Files(files) => {
            copying.set_length(files);
            copying.set_position(files);
        }
        CopyProgress::Checked(at, last) => {
            let bar = checking.get_or_insert_with(|| bar(last.get(), "checking"));
            bar.set_position(at.get());
        }
    }
}
