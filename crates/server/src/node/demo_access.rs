//! Tokens of the demo's two organisations, so that a newcomer sees what each of them sees.
//!
//! Start at [`open`], when the demo is loaded, and at [`tokens`], at each later start. They stand in
//! `DATA/demo.tokens`, mode 0600, beside the operator's: what they open is invented.
//!
//! Never here: tokens of real organisations, of which only hashes are kept.

use std::fs::OpenOptions;
use std::io::{Error, Result};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use access::{AccessFile, NewToken, Role, Secret, TokenId};
use event::{Instant, OrgId};
use rustix::fs::FlockOperation;

use super::secrets;

/// The organisations of docs/examples/phnom-penh-2020.jsonl.
const ORGANISATIONS: [(&str, &str); 2] = [
    ("mekong-rights", "Mekong Rights (invented)"),
    ("khmer-watch", "Khmer Watch (invented)"),
];

/// An organisation's id and its token, for a person to see.
pub type DemoToken = (String, String);

/// Gives each organisation of the demo a token of its desk, in the access file of a data folder, and returns
/// what stands there.
///
/// # Errors
/// The file system's, and an access file that is not right.
pub(super) fn open(data: &Path, now: Instant) -> Result<AccessFile> {
    // As `habeas token` does: one change of the file at a time.
    let mut options = OpenOptions::new();
    let lock = options.create(true).append(true).mode(0o600);
    let lock = lock.open(data.join("access.lock"))?;
    rustix::fs::flock(&lock, FlockOperation::LockExclusive)?;
    let path = data.join("access.toml");
    let text = match std::fs::read_to_string(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        read => read,
    };
    let mut file = AccessFile::parse(&text?).map_err(Error::other)?;
    let mut tokens = Vec::new();
    for (id, name) in ORGANISATIONS {
        let org = OrgId::parse(id).map_err(Error::other)?;
        let secret = Secret::of_random(&random()?);
        tokens.push((id.to_owned(), secret.reveal().to_owned()));
        if file.organisations.iter().all(|one| one.id != org) {
            let added = file.add_organisation(org.clone(), name.to_owned());
            added.map_err(Error::other)?;
        }
        let token = NewToken {
            id: TokenId::of_random(random()?),
            secret,
            role: Role::Desk,
            organisation: Some(org),
            person: None,
            created: now,
            expires: None,
        };
        file.add_token(token).map_err(Error::other)?;
    }
    let lines: Vec<String> = tokens
        .iter()
        .map(|(id, token)| format!("{id} {token}"))
        .collect();
    secrets::write(&data.join("demo.tokens"), &lines.join("\n"))?;
    // A crash before this leaves tokens that open nothing.
    secrets::write(&path, file.to_toml().trim_end())?;
    Ok(file)
}

/// Returns the tokens that [`open`] gave; none where it gave none.
pub(super) fn tokens(data: &Path) -> Vec<DemoToken> {
    let text = std::fs::read_to_string(data.join("demo.tokens")).unwrap_or_default();
    let line = |line: &str| {
        let (id, token) = line.split_once(' ')?;
        Some((id.to_owned(), token.to_owned()))
    };
    text.lines().filter_map(line).collect()
}

fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(Error::other)?;
    Ok(bytes)
}
