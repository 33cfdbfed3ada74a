//! `habeas token`: tokens, each printed once; the file keeps its hash.
//!
//! Never here: what a role allows (crate `access`).

use ::access::{AccessFile, LastUse, NewToken, PersonId, Role, Secret, Token, TokenId};
use clap::Subcommand;
use event::{Day, Instant, OrgId};
use serde::Serialize;

use super::{DataFolder, org_id, person_id, random, token_id};
use crate::client::Failure;
use crate::commands::{Exit, OutputOption, Terminal};
use crate::terminal::table::{Column, write};

/// Makes, lists, revokes and rotates tokens
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Makes a token and prints it, this once
    New {
        /// Whose it is; the roles replicate and operator are of no organisation
        #[arg(long, value_name = "ORG", value_parser = org_id)]
        org: Option<OrgId>,
        /// What it allows: reader, writer, desk, exporter, auditor, replicate or operator
        #[arg(long, value_parser = role)]
        role: Role,
        /// Whom of the organisation it is given to: what they send then has an author
        #[arg(long, value_name = "PERSON", value_parser = person_id)]
        person: Option<PersonId>,
        /// When it runs out: a number of days as 90d, a day (at its end, UTC), an instant, or never
        #[arg(long, default_value = "365d", value_name = "WHEN", value_parser = Expiry::parse)]
        expires: Expiry,
        #[command(flatten)]
        folder: DataFolder,
    },
    /// Lists the tokens, and when each was last used
    List {
        #[command(flatten)]
        folder: DataFolder,
        #[command(flatten)]
        written: OutputOption,
    },
    /// Revokes a token: its open streams end within a second
    Revoke {
        /// The token's id, as `habeas token list` shows it
        #[arg(value_parser = token_id)]
        id: TokenId,
        #[command(flatten)]
        folder: DataFolder,
    },
    /// Makes a token in the place of another, which is revoked, and prints it, this once
    Rotate {
        /// The id of the token before
        #[arg(value_parser = token_id)]
        id: TokenId,
        #[command(flatten)]
        folder: DataFolder,
    },
}

/// When a token runs out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expiry {
    /// It does not.
    Never,
    /// So many days after it is made.
    Days(u16),
    /// From this instant on.
    From(Instant),
}

/// Seconds of a day.
const DAY_SECONDS: i64 = 86_400;

impl Expiry {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let wrong = || "must be as 90d, 2027-01-31, 2027-01-31T12:00:00Z or never".to_owned();
        if text == "never" {
            return Ok(Self::Never);
        }
        if let Some(days) = text.strip_suffix('d') {
            let days: u16 = days.parse().map_err(|_| wrong())?;
            return if days > 0 {
                Ok(Self::Days(days))
            } else {
                Err(wrong())
            };
        }
        if let Some(day) = Day::parse(text) {
            let next = day.plus(1);
            return Ok(Self::From(Instant::from_parts(
                i64::from(next.number()).saturating_mul(DAY_SECONDS),
                0,
            )));
        }
        let instant = Instant::parse(text).ok_or_else(wrong)?;
        Ok(Self::From(instant.0))
    }

    pub(super) fn after(self, now: Instant) -> Option<Instant> {
        match self {
            Self::Never => None,
            Self::Days(days) => {
                let (seconds, nanos) = now.parts();
                let later = seconds.saturating_add(i64::from(days) * DAY_SECONDS);
                Some(Instant::from_parts(later, nanos))
            }
            Self::From(instant) => Some(instant),
        }
    }
}

pub(super) fn role(text: &str) -> Result<Role, String> {
    Role::parse(text).ok_or_else(|| format!("must be one of: {}", Role::names()))
}

#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    role: &'static str,
    organisation: Option<&'a str>,
    person: Option<&'a str>,
    state: &'static str,
    created: String,
    expires: Option<String>,
    /// To the hour.
    last_used: Option<String>,
}

impl<'t> Line<'t> {
    fn of(token: &'t Token, used: &LastUse, now: Instant) -> Self {
        Self {
            id: token.id.as_str(),
            role: token.role.name(),
            organisation: token.organisation.as_ref().map(OrgId::as_str),
            person: token.person.as_ref().map(PersonId::as_str),
            state: token.validity(now).name(),
            created: token.created.to_string(),
            expires: token.expires.map(|instant| instant.to_string()),
            last_used: used.of(&token.id).map(|instant| instant.to_string()),
        }
    }
}

/// Does what `args` say.
///
/// # Errors
/// [`Failure`] of the access file, or of the change.
pub(crate) fn run(args: Args, terminal: &mut Terminal<'_>) -> Result<Exit, Failure> {
    let now = (terminal.clock)();
    match args.what {
        Command::New {
            org,
            role,
            person,
            expires,
            folder,
        } => {
            let (id, secret) = fresh()?;
            let new = NewToken {
                id: id.clone(),
                secret: secret.clone(),
                role,
                organisation: org,
                person,
                created: now,
                expires: expires.after(now),
            };
            folder.edit(|file| file.add_token(new))?;
            hand_over(&id, &secret, terminal)?;
        }
        Command::List { folder, written } => {
            let (file, used) = (folder.read()?, folder.last_use()?);
            list(&file, &used, written, terminal)?;
        }
        Command::Revoke { id, folder } => {
            folder.edit(|file| file.revoke(&id, now))?;
            terminal.say(&format!("{id} is revoked"));
        }
        Command::Rotate { id, folder } => {
            let (new, secret) = fresh()?;
            folder.edit(|file| file.rotate(&id, (new.clone(), secret.clone()), now))?;
            terminal.say(&format!("{id} is revoked"));
            hand_over(&new, &secret, terminal)?;
        }
    }
    Ok(Exit::Ok)
}

fn fresh() -> Result<(TokenId, Secret), Failure> {
    let id = TokenId::of_random(random()?);
    Ok((id, Secret::of_random(&random()?)))
}

/// Prints a token: alone on standard output, so that a script can take it.
fn hand_over(id: &TokenId, secret: &Secret, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    terminal.say(&format!(
        "token {id}: it is shown this once, and only its hash is kept"
    ));
    terminal.line(secret.reveal())
}

fn list(
    file: &AccessFile,
    used: &LastUse,
    written: OutputOption,
    terminal: &mut Terminal<'_>,
) -> Result<(), Failure> {
    let now = (terminal.clock)();
    let lines: Vec<_> = file
        .tokens
        .iter()
        .map(|token| Line::of(token, used, now))
        .collect();
    let columns = [
        "id",
        "role",
        "organisation",
        "person",
        "state",
        "created",
        "expires",
        "last_used",
    ];
    let row = |line: &Line<'_>| {
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        vec![
            line.id.to_owned(),
            line.role.to_owned(),
            text(line.organisation),
            text(line.person),
            line.state.to_owned(),
            line.created.clone(),
            text(line.expires.as_deref()),
            text(line.last_used.as_deref()),
        ]
    };
    let columns = columns.map(Column::text);
    write(&lines, row, &columns, terminal.form(written), terminal)
}
