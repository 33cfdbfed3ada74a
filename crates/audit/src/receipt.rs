//! Whether a receipt proves that an event stands in the signed history, and whether that is what was sent.
//!
//! Never here: the proof itself (`proof::Receipt`), and fetching it.

use event::{Caller, Reading};
use proof::{Policy, Receipt, Trusted};

use crate::Difference;

/// Reads a receipt, and checks that it is one of `entry`.
///
/// # Errors
/// [`Difference`]: it is none, or the policy does not believe it.
pub fn check(
    bytes: &[u8],
    entry: &[u8],
    policy: &Policy,
) -> Result<(Receipt, Trusted), Difference> {
    let refused = |problem: &dyn std::fmt::Display| {
        Difference::new(&format!("the receipt is not believed: {problem}"))
    };
    let text = str::from_utf8(bytes).map_err(|_| refused(&"it is not UTF-8"))?;
    let receipt: Receipt = text
        .parse()
        .map_err(|problem: proof::Malformed| refused(&problem))?;
    let trusted = receipt.check(policy, proof::leaf(entry));
    let trusted = trusted.map_err(|problem| refused(&problem))?;
    Ok((receipt, trusted))
}

/// Checks that a receipt is of the entry at `position`, counted from 1.
///
/// # Errors
/// [`Difference`]: it is of another.
pub fn is_of(receipt: &Receipt, position: u64) -> Result<(), Difference> {
    if receipt.index.checked_add(1) == Some(position) {
        return Ok(());
    }
    let found = format!(
        "the receipt is of the entry at index {}, but position {position} was asked for",
        receipt.index
    );
    Err(Difference::new(&found))
}

/// Checks that the event stored at `position` is one of those that were sent, one or one a line, with
/// what the gate sets in front.
///
/// # Errors
/// [`Difference`]: it is none of them.
pub fn is_sent(position: u64, entry: &[u8], sent: &[u8]) -> Result<(), Difference> {
    let other = || {
        let found = format!("the event at position {position} is none of those that were sent");
        Difference::new(&found)
    };
    let Reading::Event(stored) = event::read(entry) else {
        return Err(other());
    };
    let received = stored.envelope.received.ok_or_else(other)?;
    let org = &stored.envelope.key.org;
    let made = |event: &[u8]| {
        let admitted = event::admit(event, Caller::Org(org), received);
        admitted.is_ok_and(|admitted| admitted.stored(received) == entry)
    };
    let is_one = made(sent) || sent.split(|byte| *byte == b'\n').any(made);
    if is_one { Ok(()) } else { Err(other()) }
}
