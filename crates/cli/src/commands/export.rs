//! `habeas export`: the history, event by event, byte for byte, as a file or as a C2SP folder.
//!
//! What the server gives is hashed on the way, and must lead to the root that it signed. A file
//! that was left half way is taken up again.
//!
//! Never here: whose signature counts (`verify`).

use std::fs::{self, File, OpenOptions};
use std::io::{BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use audit::bundles::{Bundles, TileFile};
use audit::layout::Layout as LogLayout;
use audit::lines::{self, EntryError, Line};
use audit::{Difference, checkpoint};
use clap::ValueEnum;
use proof::{Checkpoint, Frontier, Note};

use super::{Exit, Terminal, verify};
use crate::client::{Client, Failure};
use crate::history::{CHECKPOINT, EVENTS, LineReader, LogFiles, bar, read};

/// The name of the policy in a folder.
const POLICY: &str = "policy";
/// What stands before a policy that came from the server.
const OFFERED: &str = "# Offered by the server itself. Compare it with one from elsewhere: alone it proves nothing.\n";

/// Copies the history, one event a line, byte for byte
///
/// It ends where the newest checkpoint ends. Run again with the same --output it goes on where it
/// was left.
///
/// Examples:
///   habeas export --checkpoint checkpoint > history.jsonl
///   habeas export --output history.jsonl --checkpoint checkpoint
///   habeas export --layout c2sp --output history/ --policy policy
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// How it is laid out
    #[arg(
        long,
        value_name = "LAYOUT",
        default_value = "lines",
        requires_if("c2sp", "output")
    )]
    layout: Layout,
    /// The file, or the folder, to write [default: standard output]
    #[arg(long, value_name = "PATH")]
    output: Option<PathBuf>,
    /// Also keep the checkpoint that covers it in this file
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,
    /// Check the checkpoint by this policy, which a folder gets a copy of; without it a folder gets
    /// the policy that the server offers, which proves nothing by itself
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Layout {
    /// One event a line
    Lines,
    /// A folder with checkpoint, policy, tile/... and events.jsonl
    C2sp,
}

/// Copies what the newest checkpoint covers.
///
/// # Errors
/// [`Failure`]: the server gives no checkpoint or no entries, what it gives does not lead to the
/// root, or a file could not be written.
pub(super) fn run(
    args: &Args,
    client: &Client,
    terminal: &mut Terminal<'_>,
) -> Result<Exit, Failure> {
    let files = LogFiles::Server(client);
    let signed = files.file(CHECKPOINT)?.ok_or_else(|| Failure::Absent {
        what: "signed checkpoint yet".to_owned(),
        next: "wait until the log has signed one; /readyz says whether it can".to_owned(),
    })?;
    let checkpoint = believed(&signed, args.policy.as_deref())?;
    let folder = args
        .output
        .as_deref()
        .filter(|_| args.layout == Layout::C2sp);
    let file = match (folder, args.output.as_deref()) {
        (Some(folder), _) => Some(folder.join(EVENTS)),
        (None, file) => file.map(Path::to_owned),
    };
    let mut copy = Copy::new(folder);
    match file {
        None => copy.entries(&files, &checkpoint, terminal.out)?,
        Some(file) => {
            let mut out = copy.take_up(&file, checkpoint.size)?;
            copy.entries(&files, &checkpoint, &mut out)?;
            let synced = out.into_inner().map_err(|e| e.into_error());
            let synced = synced.and_then(|file| file.sync_all());
            synced.map_err(unwritten(&file))?;
        }
    }
    if copy.frontier.root() != checkpoint.root {
        return Err(Difference::new(&format!(
            "the {} entries lead to the root {}, but {} was signed",
            checkpoint.size,
            copy.frontier.root(),
            checkpoint.root
        ))
        .into());
    }
    copy.finish()?;
    // Last, so that a folder with a checkpoint has all that it covers.
    if let Some(folder) = folder {
        let policy = match &args.policy {
            Some(policy) => Some(read(policy)?),
            None => files
                .file(POLICY)?
                .map(|policy| [OFFERED.as_bytes(), &policy].concat()),
        };
        if let Some(policy) = policy {
            write(&folder.join(POLICY), &policy)?;
        }
        write(&folder.join(CHECKPOINT), &signed)?;
    }
    if let Some(path) = &args.checkpoint {
        write(path, &signed)?;
    }
    terminal.say(&format!(
        "{} entries, root {}",
        checkpoint.size, checkpoint.root
    ));
    Ok(Exit::Ok)
}

fn believed(signed: &[u8], policy: Option<&Path>) -> Result<Checkpoint, Failure> {
    if let Some(path) = policy {
        return Ok(checkpoint::trust(signed, &verify::policy(path)?)?.checkpoint);
    }
    let read = Note::parse(signed).and_then(|note| note.text().parse());
    let none = |problem| Difference::new(&format!("the server's checkpoint is none: {problem}"));
    Ok(read.map_err(none)?)
}

/// A copy under way.
struct Copy<'a> {
    frontier: Frontier,
    /// The folder, and the files of the log that it gets beside the lines.
    folder: Option<(&'a Path, LogLayout)>,
}

impl<'a> Copy<'a> {
    fn new(folder: Option<&'a Path>) -> Self {
        Self {
            frontier: Frontier::new(),
            folder: folder.map(|folder| (folder, LogLayout::default())),
        }
    }

    /// Takes in an entry that is, or will be, among the lines.
    fn entry(&mut self, entry: &[u8]) -> Result<(), Failure> {
        self.frontier.push(proof::leaf(entry));
        match &mut self.folder {
            Some((folder, layout)) => write_all(folder, layout.push(entry)?),
            None => Ok(()),
        }
    }

    /// Writes the tiles and the bundle that are not full.
    fn finish(&mut self) -> Result<(), Failure> {
        match &mut self.folder {
            Some((folder, layout)) => write_all(folder, layout.finish()),
            None => Ok(()),
        }
    }

    /// Opens the file to go on with it: reads the lines that it has, and cuts one that is torn.
    fn take_up(&mut self, path: &Path, size: u64) -> Result<BufWriter<File>, Failure> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(unwritten(folder))?;
        }
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true);
        let file = options.open(path).map_err(unwritten(path))?;
        let (mut whole, mut line) = (0_u64, Vec::new());
        for read in LineReader::new(BufReader::new(&file), path) {
            let entry = match read {
                Ok(Line::Entry(entry)) if self.frontier.size() < size => entry,
                Ok(Line::Entry(_)) => return Err(longer(path, size)),
                // A torn last line; whatever else it is, the root will tell.
                Ok(Line::Withheld(_))
                | Err(EntryError::Malformed(_) | EntryError::Difference(_)) => break,
                Err(EntryError::Source(failure)) => return Err(failure),
            };
            self.entry(&entry)?;
            line.clear();
            lines::write(&entry, &mut line);
            whole += u64::try_from(line.len()).unwrap_or(u64::MAX);
        }
        file.set_len(whole).map_err(unwritten(path))?;
        Ok(BufWriter::with_capacity(1 << 20, file))
    }

    /// Copies the entries that are not there yet.
    fn entries(
        &mut self,
        files: &LogFiles<'_>,
        checkpoint: &Checkpoint,
        out: &mut dyn Write,
    ) -> Result<(), Failure> {
        let (from, size) = (self.frontier.size(), checkpoint.size);
        let bundles = Bundles::open(files, size, from)?.ok_or_else(|| Failure::Absent {
            what: "entry that this caller may read".to_owned(),
            next: "name the operator's token, or one of the role replicate, with --token: bundles that hold another's hidden event are withheld from others, who read what they see at /v1/events"
                .to_owned(),
        })?;
        let bar = bar(size, "exporting");
        bar.set_position(from);
        let mut line = Vec::new();
        for entry in bundles {
            let entry = match entry {
                Ok(Line::Entry(entry)) => entry,
                Ok(Line::Withheld(_)) | Err(EntryError::Malformed(_)) => break,
                Err(EntryError::Difference(difference)) => return Err(difference.into()),
                Err(EntryError::Source(failure)) => return Err(failure),
            };
            self.entry(&entry)?;
            line.clear();
            lines::write(&entry, &mut line);
            out.write_all(&line).map_err(Failure::Output)?;
            bar.inc(1);
        }
        bar.finish_and_clear();
        if self.frontier.size() < size {
            let found = format!(
                "the server gave {} entries, but signed {size}",
                self.frontier.size()
            );
            return Err(Difference::new(&found).into());
        }
        out.flush().map_err(Failure::Output)
    }
}

fn write_all(folder: &Path, files: Vec<TileFile>) -> Result<(), Failure> {
    for (tile, bytes) in files {
        write(&folder.join(tile.to_string()), &bytes)?;
    }
    Ok(())
}

fn longer(path: &Path, size: u64) -> Failure {
    Failure::Usage {
        what: "the file holds another export".to_owned(),
        found: format!(
            "{} has more entries than the checkpoint's {size}",
            path.display()
        ),
        right: None,
        next: Some("name another file".to_owned()),
    }
}

fn unwritten(path: &Path) -> impl FnOnce(std::io::Error) -> Failure {
    let path = path.to_owned();
    move |source| Failure::Io {
        path,
        doing: "be written",
        source,
    }
}

/// Writes a file in one piece, with the folders on its way.
///
/// # Errors
/// [`Failure::Io`]; the file is then as before.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let written = || {
        if let Some(folder) = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
        {
            fs::create_dir_all(folder)?;
        }
        let mut name = path.as_os_str().to_owned();
        name.push(".new");
        let beside = PathBuf::from(name);
        fs::write(&beside, bytes)?;
        fs::rename(&beside, path)
    };
    written().map_err(unwritten(path))
}
