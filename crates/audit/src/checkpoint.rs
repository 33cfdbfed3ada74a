//! Whether a signed checkpoint is believed: by the policy alone, or by keys that follow from one of its.
//!
//! Never here: the policy's own rules (`proof::Policy`), and how keys follow (`keys`).

use proof::{Checkpoint, Mismatch, Note, OpenError, Policy, Trusted};

use crate::keys::KeyHistory;
use crate::{Difference, Error};

/// Reads a signed checkpoint.
///
/// # Errors
/// [`Difference`]: it is no signed note.
pub fn read(bytes: &[u8]) -> Result<Note, Difference> {
    Note::parse(bytes).map_err(|problem| refused(&problem.to_string()))
}

/// Reads a signed checkpoint and asks the policy alone about it.
///
/// # Errors
/// [`Difference`]: it is none, or the policy does not believe it.
pub fn trust(bytes: &[u8], policy: &Policy) -> Result<Trusted, Difference> {
    let note = read(bytes)?;
    match policy.check(&note) {
        Ok(trusted) => Ok(trusted),
        Err(problem @ OpenError::Mismatch(Mismatch::Unsigned)) => {
            by_keys(&note, policy, &KeyHistory::default(), &problem)
        }
        Err(problem) => Err(refused(&problem.to_string())),
    }
}

/// Asks the policy about a signed checkpoint. Where none of the policy's keys signed it, the entries
/// that `follow` looks through, as many as the checkpoint covers, may lead from one of them to the one
/// that did.
///
/// # Errors
/// [`Error::Difference`] when it is not believed; what `follow` fails with.
pub fn trust_by_entries<E>(
    note: &Note,
    policy: &Policy,
    follow: impl FnOnce(u64) -> Result<KeyHistory, Error<E>>,
) -> Result<Trusted, Error<E>> {
    let unsigned = match policy.check(note) {
        Ok(trusted) => return Ok(trusted),
        Err(problem @ OpenError::Mismatch(Mismatch::Unsigned)) => problem,
        Err(problem) => return Err(refused(&problem.to_string()).into()),
    };
    let checkpoint: Result<Checkpoint, _> = note.text().parse();
    let history = match checkpoint {
        Ok(checkpoint) => follow(checkpoint.size)?,
        Err(_) => KeyHistory::default(),
    };
    Ok(by_keys(note, policy, &history, &unsigned)?)
}

fn by_keys(
    note: &Note,
    policy: &Policy,
    history: &KeyHistory,
    unsigned: &OpenError,
) -> Result<Trusted, Difference> {
    let Some(keys) = history.linked(policy) else {
        return Err(refused(&history.explained(unsigned)).or_next(
            "if the log's key was replaced, take a policy that names the new one, or verify the \
             entries, which lead from each key to the next",
        ));
    };
    let keys: Vec<_> = keys.all().collect();
    let trusted = policy.check_with(note, &keys);
    trusted.map_err(|problem| refused(&history.explained(&problem)))
}

/// Says that a checkpoint is not believed, and why.
pub(crate) fn refused(why: &str) -> Difference {
    Difference::new(&format!("the checkpoint is not believed: {why}"))
}
