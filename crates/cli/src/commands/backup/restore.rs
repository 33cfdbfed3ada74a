//! `habeas restore`: a node's folder from its backup.
//!
//! What a log's key signed once holds for ever: a node that is restored with its key, and lacks what was signed
//! since the backup, would sign another history of the same size. So the key is put back only where another node
//! gives what came since, or a person says that nothing did.
//!
//! Never here: the broker. `habeasd repair` publishes the history into an empty one.

use std::path::{Path, PathBuf};

use archive::{Archive, Disk};
use audit::checkpoint;
use audit::keys::KeyHistory;
use audit::lines::{EntryError, Line};
use event::Position;
use proof::Signer;

use super::manifest::Manifest;
use super::{HISTORY, node_files, shown_on_bar, tail};
use crate::client::{Client, Failure, Login};
use crate::commands::{Exit, Terminal, verify};

/// Puts a node's folder back from its backup
///
/// The history is checked against the backup's root and the newest signed checkpoint. Then
/// `habeasd repair` publishes it into a new broker, and `habeasd up` starts the node.
///
/// With --keys the node can sign again. What was signed after the backup was made holds all the same:
/// name another node that has it, or say that there is none.
///
/// Examples:
///   habeas restore --from /mnt/backup/habeas --data /var/lib/habeas
///   habeas restore --from /mnt/backup/habeas --data /var/lib/habeas --keys /mnt/safe/habeas-keys --tail-from https://second.example
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// The folder of the backup
    #[arg(long, value_name = "DIR")]
    from: PathBuf,
    /// The new node's data folder: empty, or not there
    #[arg(long, default_value = "data", env = "HABEAS_DATA", value_name = "DIR")]
    data: PathBuf,
    /// The folder of the keys that `habeas backup --keys` wrote
    #[arg(long, value_name = "DIR")]
    keys: Option<PathBuf>,
    /// Another node of the same log, from which what came after the backup is fetched
    #[arg(long, value_name = "URL")]
    tail_from: Option<String>,
    /// No other node, witness or reader has anything of this log that the backup has not
    #[arg(long, conflicts_with = "tail_from", requires = "keys")]
    nothing_since: bool,
    /// Whose signatures count; without it, the keys that the history itself names
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
}

/// Restores a node.
///
/// # Errors
/// [`Failure`]: the folder is in use, the backup is not whole, what was signed is not what it holds, or the
/// key would sign a second history.
pub(crate) fn run(
    args: &Args,
    login: Login<'_>,
    terminal: &mut Terminal<'_>,
) -> Result<Exit, Failure> {
    let manifest = Manifest::of(&args.from)?;
    is_empty(&args.data)?;
    let signs = args.keys.as_deref().is_some_and(has_signing_key);
    if signs && args.tail_from.is_none() && !args.nothing_since {
        return Err(second_root());
    }
    node_files::keep_private();
    node_files::make_private(&args.data)?;
    let done = put_back(args, &manifest, login, terminal);
    if done.is_err() {
        // All that is there was put there now: half a node is in the way of the next try.
        clear(&args.data)?;
    }
    done
}

/// Removes what stands in a folder.
fn clear(folder: &Path) -> Result<(), Failure> {
    let failed = |source| node_files::failed(folder, "be emptied")(source);
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let removed = if entry.file_type().map_err(failed)?.is_dir() {
            std::fs::remove_dir_all(entry.path())
        } else {
            std::fs::remove_file(entry.path())
        };
        removed.map_err(failed)?;
    }
    Ok(())
}

fn put_back(
    args: &Args,
    manifest: &Manifest,
    login: Login<'_>,
    terminal: &mut Terminal<'_>,
) -> Result<Exit, Failure> {
    let (from, to) = (args.from.join(HISTORY), args.data.join(HISTORY));
    let (history, _) = Archive::copy(&from, &to, Disk::default(), shown_on_bar())?;
    manifest.check(&history)?;
    let fetched = match &args.tail_from {
        Some(server) => Some(tail::fetch(&history, &Client::new(server, login)?)?),
        None => None,
    };
    let signed = believed(&history, args.policy.as_deref())?;
    if let Some(keys) = &args.keys {
        of_this_log(&history, keys)?;
    }
    node_files::put_back(&manifest.files, &args.from, &args.data)?;
    let last = history.last();
    // Last: without keys the node signs nothing.
    if let Some(keys) = &args.keys {
        let taken = node_files::copy_secrets(keys, &args.data)?;
        terminal.say(&format!("keys: {}", taken.join(", ")));
    }
    terminal.say(&format!(
        "backup of {}, {} entries; {last} entries are restored",
        manifest.made, manifest.entries
    ));
    if let Some(fetched) = fetched {
        terminal.say(&format!("{fetched} of them came from the other node"));
    }
    match signed {
        Some(size) => terminal.say(&format!(
            "the newest signed checkpoint covers {size} of them"
        )),
        None => terminal.say("no checkpoint was signed yet"),
    }
    terminal.say(&format!(
        "next: habeasd repair --data {data}, then habeasd up --data {data}",
        data = args.data.display()
    ));
    Ok(Exit::Ok)
}

/// Checks that a folder is not there, or is empty.
fn is_empty(folder: &Path) -> Result<(), Failure> {
    let found = match std::fs::read_dir(folder) {
        Ok(mut entries) => entries.next().is_some(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => false,
        Err(source) => return Err(node_files::failed(folder, "be listed")(source)),
    };
    if found {
        return Err(Failure::Usage {
            what: "a node is restored into an empty folder".to_owned(),
            found: format!("{} holds something", folder.display()),
            right: Some("a folder that is empty, or not there".to_owned()),
            next: Some("name another folder with --data".to_owned()),
        });
    }
    Ok(())
}

fn has_signing_key(keys: &Path) -> bool {
    let mut names = node_files::SIGNING_KEYS.iter();
    names.any(|name| keys.join(name).exists())
}

fn second_root() -> Failure {
    Failure::Usage {
        what: "the log's key could sign a second history".to_owned(),
        found: "--keys holds log.key, and what was signed after the backup is not known".to_owned(),
        right: Some(
            "--tail-from URL, another node that has what came since; or --nothing-since, where nobody has"
                .to_owned(),
        ),
        next: Some(
            "without --keys the node is restored as one that signs nothing; the key can be put there later"
                .to_owned(),
        ),
    }
}

/// Checks who signed the newest checkpoint; returns how many entries it covers, if there is one.
fn believed(history: &Archive, policy: Option<&Path>) -> Result<Option<Position>, Failure> {
    let Some((size, signed)) = history.last_note()? else {
        return Ok(None);
    };
    let note = checkpoint::read(signed.as_bytes())?;
    let covered: Option<proof::Checkpoint> = note.text().parse().ok();
    if covered.map(|covered| covered.root) != Some(history.root(size)?) {
        return Err(not_believed("the history does not lead to its root"));
    }
    let follow = |size| KeyHistory::through(lines(history), size);
    match policy {
        Some(path) => {
            let policy = verify::policy(path)?;
            checkpoint::trust_by_entries(&note, &policy, follow)?;
        }
        None => {
            let keys: KeyHistory = follow(size.get())?;
            keys.judge(&note, size.get())
                .map_err(|why| not_believed(&why))?;
        }
    }
    Ok(Some(size))
}

/// Checks that the keys that sign are keys of this log, which its history names.
fn of_this_log(history: &Archive, keys: &Path) -> Result<(), Failure> {
    let named = KeyHistory::through::<Failure>(lines(history), history.last().get())?;
    for name in node_files::SIGNING_KEYS {
        let path = keys.join(name);
        // A key that is to follow is named by no entry yet.
        if name == node_files::NEXT_KEY || !path.exists() {
            continue;
        }
        let text = String::from_utf8_lossy(&crate::history::read(&path)?).into_owned();
        let signer = text.trim().parse::<Signer>().ok();
        if !signer.is_some_and(|signer| named.names(signer.verifier())) {
            return Err(Failure::Usage {
                what: "the keys are of another log".to_owned(),
                found: format!("{} is no key that this history names", path.display()),
                right: Some(
                    "the folder that `habeas backup --keys` wrote for this node".to_owned(),
                ),
                next: None,
            });
        }
    }
    Ok(())
}

fn not_believed(why: &str) -> Failure {
    Failure::Differs {
        reason: format!("the newest checkpoint is not believed: {why}"),
        right: None,
        next: Some("take another backup".to_owned()),
    }
}

/// How many entries are read at once.
const PIECE: usize = 1_024;

/// Reads the entries of a history one after the other.
fn lines(history: &Archive) -> impl Iterator<Item = Result<Line, EntryError<Failure>>> {
    let mut next = Position::new(1);
    std::iter::from_fn(move || {
        let piece = match history.entries(next, PIECE) {
            Ok(piece) => piece,
            Err(error) => return Some(vec![Err(EntryError::Source(error.into()))]),
        };
        next = piece.last()?.0.next();
        let lines = piece.into_iter();
        Some(
            lines
                .map(|(_, entry)| Ok(Line::Entry(entry.to_vec())))
                .collect(),
        )
    })
    .flatten()
}
