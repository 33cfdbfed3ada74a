//! `habeas verify`: whether a history, or one entry of it, is what was signed. No server is needed.
//!
//! Never here: how entries are compared (`crate::history`).

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use event::Instant;
use proof::{Checkpoint, Mismatch, Note, OpenError, Policy, Receipt, Trusted};
use serde::Serialize;

use super::{Desk, Exit, Form, Written, certificate};
use crate::client::{Client, Failure, safe};
use crate::history::bundles::Bundles;
use crate::history::check::{Beyond, Entries, Held, Sources, check};
use crate::history::keys::Followed;
use crate::history::lines::Lines;
use crate::history::place::{CHECKPOINT, EVENTS, Place, read};

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
    written: Written,
}

/// What was found to hold.
#[derive(Serialize)]
struct Answer {
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
    cosigned: Vec<Cosigned>,
}

#[derive(Serialize)]
struct Cosigned {
    witness: String,
    time: String,
}

impl Answer {
    fn new(verified: &'static str, trusted: &Trusted) -> Self {
        let cosigned = trusted.cosigned.iter().map(|(witness, time)| Cosigned {
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
pub(super) fn run(args: &Args, token: Option<&str>, desk: &mut Desk<'_>) -> Result<Exit, Failure> {
    let policy = policy(&args.policy)?;
    let path = Path::new(&args.what);
    let answer = match (&args.receipt, &args.certificate) {
        (Some(receipt), _) => entry(path, receipt, &policy)?,
        (None, Some(figure)) => {
            let (trusted, position) = certificate::check(figure, path, &policy)?;
            let mut answer = Answer::new("figure", &trusted);
            answer.position = Some(position);
            answer
        }
        (None, None) => history(args, &policy, token)?,
    };
    show(&answer, desk.form(args.written), desk)?;
    Ok(Exit::Ok)
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

/// Reads a signed checkpoint and asks the policy about it.
///
/// # Errors
/// [`Failure::Differs`].
pub(super) fn trusted(bytes: &[u8], policy: &Policy) -> Result<Trusted, Failure> {
    let note = note(bytes)?;
    trusted_by(&note, policy, |_| Ok(Followed::default()))
}

/// Reads a signed checkpoint.
///
/// # Errors
/// [`Failure::Differs`].
pub(super) fn note(bytes: &[u8]) -> Result<Note, Failure> {
    Note::parse(bytes).map_err(|problem| disbelieved(&problem.to_string()))
}

/// Says that a checkpoint is not believed, and why.
pub(super) fn disbelieved(why: &str) -> Failure {
    Failure::differs(&format!("the checkpoint is not believed: {why}"))
}

/// Asks the policy about a signed checkpoint. Where none of the policy's keys signed it, the entries
/// that `follow` looks through, as many as the checkpoint covers, may lead from one of them to the one
/// that did.
///
/// # Errors
/// [`Failure::Differs`]; what `follow` fails with.
pub(super) fn trusted_by(
    note: &Note,
    policy: &Policy,
    follow: impl FnOnce(u64) -> Result<Followed, Failure>,
) -> Result<Trusted, Failure> {
    let unsigned = match policy.check(note) {
        Ok(trusted) => return Ok(trusted),
        Err(problem @ OpenError::Mismatch(Mismatch::Unsigned)) => problem,
        Err(problem) => return Err(disbelieved(&problem.to_string())),
    };
    let checkpoint: Result<Checkpoint, _> = note.text().parse();
    let followed = match checkpoint {
        Ok(checkpoint) => follow(checkpoint.size)?,
        Err(_) => Followed::default(),
    };
    let Some(keys) = followed.linked(policy) else {
        let mut failure = disbelieved(&followed.explained(&unsigned));
        if let Failure::Differs { next, .. } = &mut failure {
            *next = Some(
                "if the log's key was replaced, take a policy that names the new one, or verify the \
                 entries, which lead from each key to the next"
                    .to_owned(),
            );
        }
        return Err(failure);
    };
    let keys: Vec<_> = keys.all().collect();
    let trusted = policy.check_with(note, &keys);
    trusted.map_err(|problem| disbelieved(&followed.explained(&problem)))
}

/// Looks through a file of entries for the log's keys.
///
/// # Errors
/// [`Failure::Io`].
pub(super) fn followed(file: &Path, size: u64) -> Result<Followed, Failure> {
    Followed::through(lines(file)?, size)
}

fn lines(file: &Path) -> Result<Lines<BufReader<File>>, Failure> {
    let opened = File::open(file).map_err(|source| Failure::Io {
        path: file.to_owned(),
        doing: "be read",
        source,
    })?;
    Ok(Lines::new(BufReader::with_capacity(1 << 20, opened)))
}

fn entry(path: &Path, receipt: &Path, policy: &Policy) -> Result<Answer, Failure> {
    let entry = read(path)?;
    let entry = entry.strip_suffix(b"\n").unwrap_or(&entry);
    let bytes = read(receipt)?;
    let (receipt, trusted) = believed(&bytes, entry, policy)?;
    let mut answer = Answer::new("entry", &trusted);
    answer.index = Some(receipt.index);
    Ok(answer)
}

/// Reads a receipt, and checks that it is one of `entry`.
///
/// # Errors
/// [`Failure::Differs`].
pub(super) fn believed(
    bytes: &[u8],
    entry: &[u8],
    policy: &Policy,
) -> Result<(Receipt, Trusted), Failure> {
    let told = |problem: &dyn std::fmt::Display| {
        Failure::differs(&format!("the receipt is not believed: {problem}"))
    };
    let text = str::from_utf8(bytes).map_err(|_| told(&"it is not UTF-8"))?;
    let receipt: Receipt = text
        .parse()
        .map_err(|problem: proof::Malformed| told(&problem))?;
    let trusted = receipt.check(policy, proof::leaf(entry));
    let trusted = trusted.map_err(|problem| told(&problem))?;
    Ok((receipt, trusted))
}

fn history(args: &Args, policy: &Policy, token: Option<&str>) -> Result<Answer, Failure> {
    let client = |address: &str| Client::new(address, token);
    let named = args.what.starts_with("http://").then(|| client(&args.what));
    let named = named.transpose()?;
    let other = args
        .tiles
        .as_deref()
        .filter(|tiles| tiles.starts_with("http://"));
    let other = other.map(client).transpose()?;
    let path = Path::new(&args.what);
    let place = match &named {
        Some(client) => Some(Place::Server(client)),
        None => path.is_dir().then(|| Place::Folder(path.to_owned())),
    };
    let tiles = match (&other, &args.tiles) {
        (Some(client), _) => Some(Place::Server(client)),
        (None, Some(folder)) => Some(Place::Folder(folder.into())),
        (None, None) => None,
    };
    let signed = match (&args.checkpoint, &place) {
        (Some(path), _) => read(path)?,
        (None, Some(place)) => place
            .read(CHECKPOINT)?
            .ok_or_else(|| Failure::differs("there is no checkpoint"))?,
        (None, None) => return Err(unsaid()),
    };
    let file = match (&place, &named) {
        (None, _) => Some(path.to_owned()),
        (Some(_), None) => Some(path.join(EVENTS)).filter(|path| path.exists()),
        (Some(_), Some(_)) => None,
    };
    let note = note(&signed)?;
    let trusted = trusted_by(&note, policy, |size| match (&file, &place) {
        (Some(file), _) => followed(file, size),
        (None, Some(place)) => match Bundles::open(place, size, 0)? {
            Some(bundles) => Followed::through(bundles, size),
            None => Ok(Followed::default()),
        },
        (None, None) => Ok(Followed::default()),
    })?;
    let held = held(
        args,
        policy,
        (&note, &trusted),
        file.as_deref(),
        place.as_ref(),
        tiles.as_ref(),
    )?;
    let mut answer = Answer::new(if held.is_read { "history" } else { "hashes" }, &trusted);
    answer.anchors = held.is_read.then_some(held.anchors);
    Ok(answer)
}

fn held(
    args: &Args,
    policy: &Policy,
    (note, trusted): (&Note, &Trusted),
    file: Option<&Path>,
    place: Option<&Place<'_>>,
    tiles: Option<&Place<'_>>,
) -> Result<Held, Failure> {
    let size = trusted.checkpoint.size;
    let bundles = match place {
        Some(place) => Bundles::open(place, size, 0)?,
        None => None,
    };
    let tiles = tiles.or(place);
    let beyond = if args.prefix {
        Beyond::Unread
    } else {
        Beyond::Refused
    };
    let checked = |entries: Option<Entries<'_>>, beyond| {
        let sources = Sources {
            note,
            entries,
            tiles,
            beyond,
        };
        check(sources, trusted, policy)
    };
    let from_bundles: Option<Entries<'_>> = match bundles {
        Some(bundles) => Some(Box::new(bundles)),
        None => None,
    };
    let Some(path) = file else {
        return checked(from_bundles, Beyond::Unread);
    };
    if let Some(entries) = from_bundles {
        // Both are held, so both must be right.
        checked(Some(entries), Beyond::Unread)?;
    }
    checked(Some(Box::new(lines(path)?)), beyond)
}

fn unsaid() -> Failure {
    Failure::Usage {
        what: "no checkpoint is named".to_owned(),
        found: "HISTORY is a file of events alone".to_owned(),
        right: Some("--checkpoint FILE".to_owned()),
        next: Some("`habeas export --checkpoint FILE` keeps it beside the events".to_owned()),
    }
}

fn show(answer: &Answer, form: Form, desk: &mut Desk<'_>) -> Result<(), Failure> {
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
            desk.line(&text.join("\n"))
        }
        Form::Csv => {
            let (names, values): (Vec<_>, Vec<_>) = lines.into_iter().unzip();
            desk.csv(&names, [values])
        }
        Form::Json | Form::Jsonl => {
            let json = serde_json::to_string(answer);
            desk.line(&json.map_err(|error| Failure::Output(error.into()))?)
        }
    }
}
