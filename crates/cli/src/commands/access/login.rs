//! `habeas access login`: which account at the sign-in provider reads as whose token.
//!
//! Never here: asking the provider.

use ::access::{Account, Issuer, Login, TokenId};
use clap::Subcommand;
use serde::Serialize;

use super::{DataFolder, token_id};
use crate::client::Failure;
use crate::commands::{Exit, OutputOption, Terminal};
use crate::terminal::table::{Column, write};

#[derive(Subcommand)]
pub(super) enum Command {
    /// Has an account read as the holder of a token, which must be a person's
    Add {
        /// The token's id
        #[arg(long, value_name = "ID", value_parser = token_id)]
        reads_as: TokenId,
        #[command(flatten)]
        account: AccountOptions,
        #[command(flatten)]
        folder: DataFolder,
    },
    /// Lists the accounts
    List {
        #[command(flatten)]
        folder: DataFolder,
        #[command(flatten)]
        written: OutputOption,
    },
    /// Has an account read as nobody; sessions go on until their token is revoked, or 8 hours
    Remove {
        #[command(flatten)]
        account: AccountOptions,
        #[command(flatten)]
        folder: DataFolder,
    },
}

/// The options that name an account.
#[derive(clap::Args)]
pub(super) struct AccountOptions {
    /// The provider, as habeasd has it in --oidc-issuer
    #[arg(long, value_name = "URL", value_parser = issuer)]
    issuer: Issuer,
    #[command(flatten)]
    by: ByOptions,
}

#[derive(clap::Args)]
#[group(required = true, multiple = false)]
struct ByOptions {
    /// What the provider calls the account: it never becomes somebody else's
    #[arg(long, value_name = "TEXT", value_parser = subject)]
    subject: Option<Account>,
    /// Its e-mail address, where the provider says that it is verified
    #[arg(long, value_name = "ADDRESS", value_parser = email)]
    email: Option<Account>,
}

fn issuer(text: &str) -> Result<Issuer, String> {
    Issuer::parse(text).map_err(|error| format!("it is {error}"))
}

fn subject(text: &str) -> Result<Account, String> {
    Account::subject(text).map_err(|error| format!("it is {error}"))
}

fn email(text: &str) -> Result<Account, String> {
    Account::email(text).map_err(|error| format!("it is {error}"))
}

impl AccountOptions {
    fn account(self) -> Result<(Issuer, Account), Failure> {
        let ByOptions { subject, email } = self.by;
        let account = subject.or(email);
        let account = account.ok_or_else(|| Failure::parameter("neither subject nor email"))?;
        Ok((self.issuer, account))
    }
}

#[derive(Serialize)]
struct Line<'a> {
    issuer: &'a str,
    subject: Option<&'a str>,
    email: Option<&'a str>,
    token: &'a str,
}

/// Does what is asked.
///
/// # Errors
/// [`Failure`] of the access file, or of the change.
pub(super) fn run(what: Command, terminal: &mut Terminal<'_>) -> Result<Exit, Failure> {
    match what {
        Command::Add {
            reads_as: token,
            account,
            folder,
        } => {
            let (issuer, account) = account.account()?;
            let login = Login {
                issuer,
                account,
                token,
            };
            folder.edit(|file| file.add_login(login))?;
        }
        Command::List { folder, written } => {
            let file = folder.read()?;
            let lines: Vec<_> = file.logins.iter().map(line).collect();
            let row = |line: &Line<'_>| {
                let cells = [
                    Some(line.issuer),
                    line.subject,
                    line.email,
                    Some(line.token),
                ];
                cells
                    .map(|cell| cell.unwrap_or_default().to_owned())
                    .to_vec()
            };
            let names = ["issuer", "subject", "email", "token"].map(Column::text);
            let form = terminal.form(written);
            write(&lines, row, &names, form, terminal)?;
        }
        Command::Remove { account, folder } => {
            let (issuer, account) = account.account()?;
            folder.edit(|file| file.remove_login(&issuer, &account))?;
        }
    }
    Ok(Exit::Ok)
}

fn line(login: &Login) -> Line<'_> {
    let text = Some(login.account.as_str());
    let (subject, email) = match &login.account {
        Account::Subject(_) => (text, None),
        Account::Email(_) => (None, text),
    };
    Line {
        issuer: login.issuer.as_str(),
        subject,
        email,
        token: login.token.as_str(),
    }
}
