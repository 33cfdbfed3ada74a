//! Whether a figure follows from the signed history.
//!
//! Start at [`check`]. Three steps, each of which can fail: the checkpoint is believed, the root at the
//! figure's position is part of it, and the entries up to there lead to that root and give that answer.
//! What was counted by other rules than this program's is not counted again.
//!
//! Never here: counting (crate `figures`), and whose signature counts (`proof::Policy`).

use answers::{CERTIFICATE_VERSION, Certificate, Counting, QuestionError};
use event::Day;
use figures::{At, Query, parse_link};
use proof::{Checkpoint, Hash, Policy, Trusted};

use crate::keys::KeyHistory;
use crate::lines::{EntryError, Line};
use crate::replay::{self, FoldError, Replay};
use crate::{Difference, Error, checkpoint};

/// What the entries are read for. Each pass begins at the first entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pass {
    /// For the log's keys.
    Keys,
    /// To be folded and counted.
    Count,
}

/// What was found of a certificate.
#[derive(Debug)]
pub struct CertificateFindings {
    /// What is believed.
    pub trusted: Trusted,
    /// The figure's position.
    pub position: u64,
    /// The version of the rules it was counted by, where this program counts by others: its history and
    /// roots are verified, and its number is not.
    pub other_rules: Option<u32>,
}

/// Checks a certificate against the entries that `entries` opens for each pass.
///
/// # Errors
/// [`Error::Difference`] with the step that failed; what `entries` fails with.
pub fn check<E, I>(
    bytes: &[u8],
    policy: &Policy,
    mut entries: impl FnMut(Pass) -> Result<I, E>,
) -> Result<CertificateFindings, FoldError<E>>
where
    I: Iterator<Item = Result<Line, EntryError<E>>>,
{
    let certificate = read(bytes)?;
    let note = checkpoint::read(certificate.checkpoint.as_bytes())?;
    let mut follow = |size| {
        let entries = entries(Pass::Keys).map_err(Error::Source)?;
        KeyHistory::through(entries, size)
    };
    let trusted = checkpoint::trust_by_entries(&note, policy, &mut follow)?;
    let size = trusted.checkpoint.size;
    let due = follow(size)?.judge(&note, size);
    due.map_err(|why| checkpoint::refused(&why))?;
    let root = signed_root(&certificate, &trusted)?;
    let (query, scope) = (question(&certificate)?, scope(&certificate)?);
    let entries = entries(Pass::Count).map_err(Error::Source)?;
    let replay = Replay::fold(entries, certificate.entries())?;
    leads_to(&replay, &certificate, root)?;
    let rules = certificate.counting.version;
    if rules != Counting::own().version {
        return Ok(CertificateFindings {
            trusted,
            position: certificate.position,
            other_rules: Some(rules),
        });
    }
    let counted = replay
        .figure(query, &scope)
        .map_err(|error| uncounted(&error))?;
    is_answer(&certificate, &replay, &counted, &scope)?;
    Ok(CertificateFindings {
        trusted,
        position: certificate.position,
        other_rules: None,
    })
}

fn read(bytes: &[u8]) -> Result<Certificate, Difference> {
    let mut certificate: Certificate = serde_json::from_slice(bytes)
        .map_err(|problem| Difference::new(&format!("the certificate is none: {problem}")))?;
    if certificate.certificate == 1 && certificate.counting.version < Counting::own().version {
        certificate.hidden_through = 0;
        certificate.hidden_root.clone_from(&certificate.root);
        certificate
            .hidden_consistency
            .clone_from(&certificate.consistency);
        return Ok(certificate);
    }
    if certificate.certificate == CERTIFICATE_VERSION {
        return Ok(certificate);
    }
    let found = format!(
        "the certificate is of version {}, but this program reads {CERTIFICATE_VERSION}",
        certificate.certificate
    );
    Err(Difference::new(&found))
}

/// Checks that both of a certificate's roots are part of the signed history; returns the one of the
/// entries that the figure follows from.
fn signed_root(certificate: &Certificate, trusted: &Trusted) -> Result<Hash, Difference> {
    let at_r = (certificate.position, certificate.root.as_str());
    is_part(at_r, &certificate.consistency, &trusted.checkpoint)?;
    let hidden = (certificate.entries(), certificate.hidden_root.as_str());
    is_part(hidden, &certificate.hidden_consistency, &trusted.checkpoint)
}

/// Checks that a root is part of the signed history; returns it.
fn is_part(
    (position, root): (u64, &str),
    path: &[String],
    signed: &Checkpoint,
) -> Result<Hash, Difference> {
    let malformed = |problem: proof::Malformed| {
        Difference::new(&format!(
            "the certificate has what is no hash, but must be {}",
            problem.expected
        ))
    };
    let root = Hash::from_base64(root).map_err(malformed)?;
    let path: Result<Vec<_>, _> = path.iter().map(|hash| Hash::from_base64(hash)).collect();
    let path = path.map_err(malformed)?;
    // An empty tree is consistent with any: nothing follows from it.
    let checked = match position {
        0 => Err(proof::Mismatch::Index { index: 0, size: 0 }),
        position => proof::verify::consistency(position, signed.size, root, signed.root, &path),
    };
    checked.map(|()| root).map_err(|problem| {
        Difference::new(&format!(
            "the root at position {position} is not shown to be part of the signed history: {problem}"
        ))
    })
}

fn scope(certificate: &Certificate) -> Result<fold::Scope, Difference> {
    replay::scope(&certificate.scope).map_err(|problem| {
        Difference::new(&format!("the certificate's scope is none: it {problem}"))
    })
}

/// Checks that the entries are those that were signed.
fn leads_to(replay: &Replay, certificate: &Certificate, root: Hash) -> Result<(), Difference> {
    let position = certificate.entries();
    if replay.size() != position {
        let found = format!(
            "the file has {} entries, but the figure follows from those up to {position}",
            replay.size()
        );
        return Err(Difference::new(&found));
    }
    if replay.root() == root {
        return Ok(());
    }
    let found = format!(
        "the first {position} entries lead to the root {}, but {root} was signed",
        replay.root()
    );
    Err(Difference::new(&found))
}

fn uncounted(error: &QuestionError) -> Difference {
    let found = match error {
        QuestionError::Position { .. } => String::new(),
        QuestionError::Definition(why) => Difference::new(why).found,
        QuestionError::Groups(why) => why.to_string(),
    };
    Difference::new(&format!("the figure cannot be counted: {found}"))
}

/// Compares the bytes of the answer that was counted again, and through what it was hidden.
fn is_answer(
    certificate: &Certificate,
    replay: &Replay,
    counted: &figures::Answer,
    scope: &fold::Scope,
) -> Result<(), Difference> {
    let answer = replay
        .body(counted, scope)
        .map_err(|problem| Difference::new(&format!("the figure cannot be written: {problem}")))?;
    let through = replay.hidden_through(scope).get();
    if answer == certificate.answer.get().as_bytes() && through == certificate.hidden_through {
        return Ok(());
    }
    let own = Counting::own();
    let theirs = &certificate.counting;
    let by = if *theirs == own {
        String::new()
    } else {
        format!(
            "; it was counted by version {} ({}), and here by version {} ({})",
            theirs.version, theirs.digest, own.version, own.digest
        )
    };
    Err(Difference {
        found: format!("the figure does not follow from the entries{by}"),
        right: Some(String::from_utf8_lossy(&answer).into_owned()),
        next: None,
    })
}

/// Reads the question, which must name the position, and its day.
fn question(certificate: &Certificate) -> Result<Query, Difference> {
    let parameters = parse_link(&certificate.query);
    let query = parameters.and_then(|parameters| Query::parse(&parameters).ok());
    let query = query.filter(|query| match query.at {
        At::Position(at) => at.get() == certificate.position,
        At::Newest | At::Received(_) | At::Recorded(_) => false,
    });
    let on = certificate.on.as_deref().map(Day::parse);
    let query = match (query, on) {
        (Some(mut query), Some(Some(day))) => {
            query.on = Some(day);
            Some(query)
        }
        (query, None) => query,
        (_, Some(None)) | (None, _) => None,
    };
    query.ok_or_else(|| {
        let position = certificate.position;
        let found = format!(
            "the certificate's question is none, but must be a figure's link with at={position}, for a day"
        );
        Difference::new(&found)
    })
}
