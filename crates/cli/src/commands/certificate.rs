//! `habeas verify --certificate`: whether a figure follows from the signed history.
//!
//! Three steps, each of which can fail: the checkpoint is believed, the root at the figure's position
//! is part of it, and the entries up to there lead to that root and give that answer.
//!
//! Never here: counting (`fold`), and whose signature counts (`proof::Policy`).

use std::path::Path;

use event::Day;
use fold::shown::{CERTIFICATE_VERSION, Certificate, Counting};
use fold::{At, Query, parse_link};
use proof::{Hash, Policy, Trusted};

use super::{replay, verify};
use crate::client::Failure;
use crate::history::place::read;

/// Checks a certificate against a file of entries; returns what is believed, and the position.
///
/// # Errors
/// [`Failure::Differs`] with the step that failed; else what could not be read.
pub(super) fn check(
    path: &Path,
    history: &Path,
    policy: &Policy,
) -> Result<(Trusted, u64), Failure> {
    let bytes = read(path)?;
    let certificate: Certificate = serde_json::from_slice(&bytes)
        .map_err(|problem| Failure::differs(&format!("the certificate is none: {problem}")))?;
    if certificate.certificate != CERTIFICATE_VERSION {
        let found = format!(
            "the certificate is of version {}, but this program reads {CERTIFICATE_VERSION}",
            certificate.certificate
        );
        return Err(Failure::differs(&found));
    }
    let note = verify::note(certificate.checkpoint.as_bytes())?;
    let follow = |size| verify::followed(history, size);
    let trusted = verify::trusted_by(&note, policy, follow)?;
    let size = trusted.checkpoint.size;
    let due = follow(size)?.judge(&note, size);
    due.map_err(|why| verify::disbelieved(&why))?;
    let root = part(&certificate, &trusted)?;
    follows(&certificate, history, root)?;
    Ok((trusted, certificate.position))
}

/// Checks that the root at the position is part of the signed history; returns it.
fn part(certificate: &Certificate, trusted: &Trusted) -> Result<Hash, Failure> {
    let malformed = |problem: proof::Malformed| {
        Failure::differs(&format!(
            "the certificate has what is no hash, but must be {}",
            problem.expected
        ))
    };
    let root = Hash::from_base64(&certificate.root).map_err(malformed)?;
    let path = certificate.consistency.iter();
    let path: Result<Vec<_>, _> = path.map(|hash| Hash::from_base64(hash)).collect();
    let path = path.map_err(malformed)?;
    let signed = &trusted.checkpoint;
    // An empty tree is consistent with any: nothing follows from it.
    let checked = match certificate.position {
        0 => Err(proof::Mismatch::Index { index: 0, size: 0 }),
        position => proof::verify::consistency(position, signed.size, root, signed.root, &path),
    };
    checked.map(|()| root).map_err(|problem| {
        let position = certificate.position;
        Failure::differs(&format!(
            "the root at position {position} is not shown to be part of the signed history: {problem}"
        ))
    })
}

/// Counts again, and compares the bytes.
fn follows(certificate: &Certificate, history: &Path, root: Hash) -> Result<(), Failure> {
    let position = certificate.position;
    let query = question(certificate)?;
    let scope = replay::scope(&certificate.scope).map_err(|problem| {
        Failure::differs(&format!("the certificate's scope is none: it {problem}"))
    })?;
    let (memory, leaves) = replay::fold(history, position)?;
    if leaves.size() != position {
        let found = format!(
            "the file has {} entries, but the figure is of position {position}",
            leaves.size()
        );
        return Err(Failure::differs(&found));
    }
    if leaves.root() != root {
        let found = format!(
            "the first {position} entries lead to the root {}, but {root} was signed",
            leaves.root()
        );
        return Err(Failure::differs(&found));
    }
    let counted = replay::figure(&memory, &leaves, query, &scope).map_err(|failure| {
        Failure::differs(&format!(
            "the figure cannot be counted: {}",
            failure.explain().found
        ))
    })?;
    let answer = replay::body(&counted)?;
    if answer == certificate.answer.get().as_bytes() {
        return Ok(());
    }
    let own = Counting::own();
    let counted = &certificate.counting;
    let by = if *counted == own {
        String::new()
    } else {
        format!(
            "; it was counted by version {} ({}), and here by version {} ({})",
            counted.version, counted.digest, own.version, own.digest
        )
    };
    Err(Failure::Differs {
        reason: format!("the figure does not follow from the entries{by}"),
        right: Some(String::from_utf8_lossy(&answer).into_owned()),
        next: None,
    })
}

/// Reads the question, which must name the position, and its day.
fn question(certificate: &Certificate) -> Result<Query, Failure> {
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
        Failure::differs(&found)
    })
}
