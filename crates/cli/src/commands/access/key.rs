//! `habeas access key`: adds, lists and revokes the keys by which organisations connect to NATS.
//!
//! A key is made here and its secret half printed once; or its holder makes it, and names its public half
//! alone, which is better.
//!
//! Never here: what a key may do (crate `access`).

use ::access::{AccessFile, Key, NewKey, Nkey, PersonId, Role, TokenId};
use clap::Subcommand;
use event::{Instant, OrgId};
use serde::Serialize;

use super::token::{Expiry, role};
use super::{DataFolder, org_id, person_id, random, token_id};
use crate::client::Failure;
use crate::commands::{Exit, OutputOption, Terminal};
use crate::terminal::table::{Column, write};

#[derive(Subcommand)]
pub(super) enum Command {
    /// Adds a key; prints its seed, the secret half, where it is made here
    New {
        /// Whose it is
        #[arg(long, value_name = "ORG", value_parser = org_id)]
        org: OrgId,
        /// What it allows: desk, writer, or one that does not send and so does nothing over NATS
        #[arg(long, default_value = "desk", value_parser = role)]
        role: Role,
        /// Who has it, where that is one person: what they send then has an author
        #[arg(long, value_name = "PERSON", value_parser = person_id)]
        person: Option<PersonId>,
        /// The public half of a key that its holder has made: U...
        #[arg(long, value_name = "KEY", value_parser = nkey)]
        nkey: Option<Nkey>,
        /// When it runs out: 90d, a day, an instant, or never
        #[arg(long, default_value = "365d", value_parser = Expiry::parse)]
        expires: Expiry,
        #[command(flatten)]
        folder: DataFolder,
    },
    /// Lists the keys
    List {
        #[command(flatten)]
        folder: DataFolder,
        #[command(flatten)]
        written: OutputOption,
    },
    /// Ends a key, and within a second every connection by it
    Revoke {
        /// The key's id
        #[arg(value_parser = token_id)]
        id: TokenId,
        #[command(flatten)]
        folder: DataFolder,
    },
}

fn nkey(text: &str) -> Result<Nkey, String> {
    Nkey::parse(text).map_err(|error| error.to_string())
}

#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    nkey: &'a str,
    role: &'static str,
    organisation: &'a str,
    person: Option<&'a str>,
    state: &'static str,
    created: String,
    expires: Option<String>,
}

impl<'k> Line<'k> {
    fn of(key: &'k Key, now: Instant) -> Self {
        Self {
            id: key.id.as_str(),
            nkey: key.nkey.as_str(),
            role: key.role.name(),
            organisation: key.organisation.as_str(),
            person: key.person.as_ref().map(PersonId::as_str),
            state: key.validity(now).name(),
            created: key.created.to_string(),
            expires: key.expires.map(|instant| instant.to_string()),
        }
    }
}

/// Does what is asked.
///
/// # Errors
/// [`Failure`] of the access file, or of the change.
pub(super) fn run(what: Command, terminal: &mut Terminal<'_>) -> Result<Exit, Failure> {
    let now = (terminal.clock)();
    match what {
        Command::New {
            org,
            role,
            person,
            nkey,
            expires,
            folder,
        } => {
            let (nkey, seed) = match nkey {
                Some(nkey) => (nkey, None),
                None => made()?,
            };
            let id = TokenId::of_random(random()?);
            let new = NewKey {
                id: id.clone(),
                nkey,
                role,
                organisation: org,
                person,
                created: now,
                expires: expires.after(now),
            };
            folder.edit(|file| file.add_key(new))?;
            if let Some(seed) = seed {
                terminal.line(&seed)?;
                terminal.say(&format!(
                    "key {id}; its seed is printed this once, and kept nowhere"
                ));
            } else {
                terminal.say(&format!("key {id}"));
            }
        }
        Command::List { folder, written } => {
            list(&folder.read()?, written, terminal)?;
        }
        Command::Revoke { id, folder } => {
            folder.edit(|file| file.revoke_key(&id, now))?;
            terminal.say("revoked; a node that runs ends its connections within a second");
        }
    }
    Ok(Exit::Ok)
}

/// Shows the keys.
fn list(
    file: &AccessFile,
    written: OutputOption,
    terminal: &mut Terminal<'_>,
) -> Result<(), Failure> {
    let now = (terminal.clock)();
    let lines: Vec<_> = file.keys.iter().map(|key| Line::of(key, now)).collect();
    let names = [
        "id",
        "role",
        "organisation",
        "person",
        "state",
        "created",
        "expires",
        "nkey",
    ];
    let row = |line: &Line<'_>| {
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        vec![
            line.id.to_owned(),
            line.role.to_owned(),
            line.organisation.to_owned(),
            text(line.person),
            line.state.to_owned(),
            line.created.clone(),
            text(line.expires.as_deref()),
            line.nkey.to_owned(),
        ]
    };
    let form = terminal.form(written);
    write(&lines, row, &names.map(Column::text), form, terminal)
}

/// Makes a key: its public half, and its seed.
fn made() -> Result<(Nkey, Option<String>), Failure> {
    let failed = |why: String| Failure::Io {
        path: std::path::PathBuf::from("the new key"),
        doing: "be made",
        source: std::io::Error::other(why),
    };
    let pair = nkeys::KeyPair::new_from_raw(nkeys::KeyPairType::User, random()?);
    let pair = pair.map_err(|error| failed(error.to_string()))?;
    let seed = pair.seed().map_err(|error| failed(error.to_string()))?;
    let nkey = Nkey::parse(&pair.public_key()).map_err(|error| failed(error.to_string()))?;
    Ok((nkey, Some(seed)))
}
