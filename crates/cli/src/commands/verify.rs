//! `habeas verify`: whether a history, or one entry of it, is what was signed. No server is needed.
//!
//! Never here: how entries are compared (crate `audit`).

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use audit::bundles::Bundles;
use audit::certificate::{self, CertificateFindings, Pass};
use audit::check::{Beyond, Entries, Findings, Sources, check};
use audit::keys::KeyHistory;
use audit::{Difference, checkpoint, receipt};
use event::Instant;
use figures::COUNTING_VERSION;
use proof::{Note, Policy, Trusted};
use serde::Serialize;

use super::{Exit, Form, OutputOption, Terminal};
use crate::client::{Client, Failure, Login, safe};
use crate::history::{BarOnTiles, CHECKPOINT, EVENTS, LineReader, LogFiles, bar, on_entries, read};

/// Checks a history against a signed checkpoint
///
/// The policy says whose signatures count. It must not come from the server that is checked: a
/// report prints it, a partner's site shows it.
///
/// Examples:
///   habeas verify history.jsonl --checkpoint checkpoint --policy policy
///   habeas verify history/ --policy policy
///   habeas verify http://127.0.0.1:8420 --policy policy
///   habeas verify 118.json --receipt 118.tlog-proof --policy policy
///   habeas verify history.jsonl --certificate figure.json --policy policy
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// A file of events, a folder as `habeas export --layout c2sp` makes it, or a server's address
    #[arg(value_name = "HISTORY")]
    what: String,
    /// Whose signatures count (C2SP tlog-policy)
    #[arg(long, value_name = "FILE")]
    policy: PathBuf,
    /// The signed checkpoint [default: the one in the folder, or of the server]
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,
    /// The log's tiles, a folder or a server's address, to find the first index that differs
    #[arg(long, value_name = "PLACE", conflicts_with = "receipt")]
    tiles: Option<String>,
    /// Entries may follow those that the checkpoint covers
    #[arg(long)]
    prefix: bool,
    /// HISTORY is one event as it is stored; this is its receipt (C2SP tlog-proof)
    #[arg(long, value_name = "FILE", conflicts_with_all = ["checkpoint", "prefix"])]
    receipt: Option<PathBuf>,
    /// A figure's certificate: count again from HISTORY, a file, and say whether it follows
    #[arg(long, value_name = "FILE", conflicts_with_all = ["checkpoint", "prefix", "receipt", "tiles"])]
    certificate: Option<PathBuf>,
    #[command(flatten)]
    written: OutputOption,
}

/// What was found to hold.
#[derive(Serialize)]
struct Verification {
    verified: &'static str,
    origin: String,
    size: u64,
    root: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    anchors: Option<u64>,
    cosigned: Vec<Cosignature>,
}

#[derive(Serialize)]
struct Cosignature {
    witness: String,
    time: String,
}

impl Verification {
    fn new(verified: &'static str, trusted: &Trusted) -> Self {
        let cosigned = trusted.cosigned.iter().map(|(witness, time)| Cosignature {
            witness: witness.clone(),
            time: Instant::from_parts(i64::try_from(*time).unwrap_or(i64::MAX), 0).to_string(),
        });
        Self {
            verified,
            origin: trusted.checkpoint.origin.clone(),
            size: trusted.checkpoint.size,
            root: trusted.checkpoint.root.to_string(),
            index: None,
            position: None,
            anchors: None,
            cosigned: cosigned.collect(),
        }
    }
}

/// Checks and says so.
///
/// # Errors
/// [`Failure::Differs`] with the first index or the reason; [`Failure::Usage`] for a policy that is
/// none; else what could not be read.
pub(super) fn run(
    args: &Args,
    login: Login<'_>,
    terminal: &mut Terminal<'_>,
) -> Result<Exit, Failure> {
    let policy = policy(&args.policy)?;
    let path = Path::new(&args.what);
    let mut exit = Exit::Ok;
    let answer = match (&args.receipt, &args.certificate) {
        (Some(receipt), _) => entry(path, receipt, &policy)?,
        (None, Some(figure)) => {
            let checked = follows(figure, path, &policy)?;
            let verified = match checked.other_rules {
                Some(rules) => {
                    exit = Exit::OtherRules;
                    let own = COUNTING_VERSION;
                    terminal.say(&format!(
                        "made by counting rules {rules}; this program counts by {own}: the history and its root are verified, the figure was not counted again"
                    ));
                    "root"
                }
                None => "figure",
            };
            let mut answer = Verification::new(verified, &checked.trusted);
            answer.position = Some(checked.position);
            answer
        }
        (None, None) => history(args, &policy, login)?,
    };
    show(&answer, terminal.form(args.written), terminal)?;
    Ok(exit)
}

/// Reads a policy.
///
/// # Errors
/// [`Failure::Usage`] when it is none, [`Failure::Io`].
pub(super) fn policy(path: &Path) -> Result<Policy, Failure> {
    let bytes = read(path)?;
    let text = str::from_utf8(&bytes).unwrap_or("not UTF-8");
    text.parse()
        .map_err(|problem: proof::Malformed| Failure::Usage {
            what: format!("{} is not a policy", path.display()),
            found: problem.to_string(),
            right: None,
            next: Some("docs/reference/history.md shows a policy".to_owned()),
        })
}

/// Looks through a file of entries for the log's keys.
fn followed(file: &Path, size: u64) -> Result<KeyHistory, audit::Error<Failure>> {
    let lines = lines(file).map_err(audit::Error::Source)?;
    KeyHistory::through(lines, size)
}

fn lines(file: &Path) -> Result<LineReader<BufReader<File>>, Failure> {
    LineReader::open(file, Path::new("the history"))
}

/// Checks a certificate against a file of entries.
fn follows(figure: &Path, history: &Path, policy: &Policy) -> Result<CertificateFindings, Failure> {
    let bytes = read(figure)?;
    let entries = |pass| -> Result<Entries<'_, Failure>, Failure> {
        Ok(match pass {
            Pass::Keys => Box::new(lines(history)?),
            Pass::Count => {
                let lines = LineReader::open(history, history)?;
                Box::new(on_entries(lines, bar(0, "folding")))
            }
        })
    };
    Ok(certificate::check(&bytes, policy, entries)?)
}

fn entry(path: &Path, proof: &Path, policy: &Policy) -> Result<Verification, Failure> {
    let entry = read(path)?;
    let entry = entry.strip_suffix(b"\n").unwrap_or(&entry);
    let (receipt, trusted) = receipt::check(&read(proof)?, entry, policy)?;
    let mut answer = Verification::new("entry", &trusted);
    answer.index = Some(receipt.index);
    Ok(answer)
}

/// What is held of a history, and where.
struct HistoryParts<'a> {
    /// The files of the log.
    files: Option<&'a LogFiles<'a>>,
    /// The log's tiles, where they are not among these.
    tiles: Option<&'a LogFiles<'a>>,
    /// The file of events.
    lines: Option<PathBuf>,
}

fn history(args: &Args, policy: &Policy, login: Login<'_>) -> Result<Verification, Failure> {
    let client = |address: &str| Client::new(address, login);
    let is_server = |what: &&str| what.starts_with("http://") || what.starts_with("https://");
    let server = Some(args.what.as_str()).filter(is_server).map(client);
    let server = server.transpose()?;
    let other = args.tiles.as_deref().filter(is_server).map(client);
    let other = other.transpose()?;
    let path = Path::new(&args.what);
    let files = match &server {
        Some(client) => Some(LogFiles::Server(client)),
        None => path.is_dir().then(|| LogFiles::Folder(path.to_owned())),
    };
    let tiles = match (&other, &args.tiles) {
        (Some(client), _) => Some(LogFiles::Server(client)),
        (None, Some(folder)) => Some(LogFiles::Folder(folder.into())),
        (None, None) => None,
    };
    let signed = match (&args.checkpoint, &files) {
        (Some(path), _) => read(path)?,
        (None, Some(files)) => files
            .file(CHECKPOINT)?
            .ok_or_else(|| Difference::new("there is no checkpoint"))?,
        (None, None) => return Err(unsaid()),
    };
    let lines = match (&files, &server) {
        (None, _) => Some(path.to_owned()),
        (Some(_), None) => Some(path.join(EVENTS)).filter(|path| path.exists()),
        (Some(_), Some(_)) => None,
    };
    let (files, tiles) = (files.as_ref(), tiles.as_ref());
    let held = HistoryParts {
        files,
        tiles,
        lines,
    };
    let note = checkpoint::read(&signed)?;
    let trusted = checkpoint::trust_by_entries(&note, policy, |size| held.keys(size))?;
    let beyond = if args.prefix {
        Beyond::Unread
    } else {
        Beyond::Refused
    };
    let findings = held.check(policy, &note, &trusted, beyond)?;
    let verified = if findings.is_read {
        "history"
    } else {
        "hashes"
    };
    let mut answer = Verification::new(verified, &trusted);
    answer.anchors = findings.is_read.then_some(findings.anchors);
    Ok(answer)
}

impl HistoryParts<'_> {
    /// Looks through the entries for the log's keys.
    fn keys(&self, size: u64) -> Result<KeyHistory, audit::Error<Failure>> {
        match (&self.lines, self.files) {
            (Some(file), _) => followed(file, size),
            (None, Some(files)) => match Bundles::open(files, size, 0)? {
                Some(bundles) => KeyHistory::through(bundles, size),
                None => Ok(KeyHistory::default()),
            },
            (None, None) => Ok(KeyHistory::default()),
        }
    }

    /// Checks all that is held against a checkpoint that is believed.
    fn check(
        &self,
        policy: &Policy,
        note: &Note,
        trusted: &Trusted,
        beyond: Beyond,
    ) -> Result<Findings, Failure> {
        let size = trusted.checkpoint.size;
        let bundles = match self.files {
            Some(files) => Bundles::open(files, size, 0)?,
            None => None,
        };
        let tiles = self.tiles.or(self.files);
        let checked = |entries: Option<Entries<'_, Failure>>, beyond| {
            let tiles = tiles.map(|files| BarOnTiles::new(files, size));
            let tiles = tiles.as_ref();
            let sources = Sources {
                note,
                entries,
                tiles,
                beyond,
            };
            Ok(check(sources, trusted, policy)?)
        };
        let from_bundles: Option<Entries<'_, Failure>> = match bundles {
            Some(bundles) => Some(Box::new(on_entries(bundles, bar(size, "checking")))),
            None => None,
        };
        let Some(path) = &self.lines else {
            return checked(from_bundles, Beyond::Unread);
        };
        if let Some(entries) = from_bundles {
            // Both are held, so both must be right.
            checked(Some(entries), Beyond::Unread)?;
        }
        let lines = on_entries(lines(path)?, bar(size, "checking"));
        checked(Some(Box::new(lines)), beyond)
    }
}

fn unsaid() -> Failure {
    Failure::Usage {
        what: "no checkpoint is named".to_owned(),
        found: "HISTORY is a file of events alone".to_owned(),
        right: Some("--checkpoint FILE".to_owned()),
        next: Some("`habeas export --checkpoint FILE` keeps it beside the events".to_owned()),
    }
}

fn show(answer: &Verification, form: Form, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let mut lines = vec![
        ("verified", answer.verified.to_owned()),
        ("origin", answer.origin.clone()),
        ("size", answer.size.to_string()),
        ("root", answer.root.clone()),
    ];
    lines.extend(answer.index.map(|index| ("index", index.to_string())));
    lines.extend(
        answer
            .position
            .map(|position| ("position", position.to_string())),
    );
    lines.extend(answer.anchors.map(|count| ("anchors", count.to_string())));
    let cosigned = answer.cosigned.iter();
    lines.extend(cosigned.map(|by| ("cosigned", format!("{} {}", by.witness, by.time))));
    match form {
        Form::Table => {
            let text: Vec<_> = lines
                .iter()
                .map(|(name, value)| format!("{name:<10}{}", safe(value)))
                .collect();
            terminal.line(&text.join("\n"))
        }
        Form::Csv => {
            let (names, values): (Vec<_>, Vec<_>) = lines.into_iter().unzip();
            terminal.csv(&names, [values])
        }
        Form::Json | Form::Jsonl => {
            let json = serde_json::to_string(answer);
            terminal.line(&json.map_err(|error| Failure::Output(error.into()))?)
        }
    }
}
