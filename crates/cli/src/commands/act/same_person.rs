//! `habeas same-person`: two ids are one human being, or are not; both are shown side by side first.
//!
//! Never here: which links hold (the server).

use event::PersonId;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Act, SendOptions, organisation, send};
use crate::client::{Client, Failure};
use crate::commands::{Exit, Terminal};
use crate::terminal::days::Days;
use crate::terminal::table::{Column, draw};

/// Says that two person ids are one human being, or are not: shows both, asks, and sends it
///
/// It counts where the organisation that says it owns one of the two ids, or was given a grant by an owner. Nobody
/// else sees it unless --visibility says so.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// A person, ORG:LOCAL
    #[arg(value_name = "PERSON", value_parser = id)]
    one: String,
    /// The other
    #[arg(value_name = "PERSON", value_parser = id)]
    other: String,
    /// They are two
    #[arg(long)]
    not: bool,
    /// On what ground
    #[arg(long, value_name = "TEXT")]
    basis: Option<String>,
    /// Who decided
    #[arg(long, value_name = "TEXT")]
    decided_by: Option<String>,
    /// Who may see it
    #[arg(long, value_name = "CODE", default_value = "org")]
    visibility: String,
    #[command(flatten)]
    sending: SendOptions,
}

fn id(text: &str) -> Result<String, String> {
    match PersonId::parse(text) {
        Ok(id) => Ok(id.to_string()),
        Err(error) => Err(error.to_string()),
    }
}

#[derive(Deserialize)]
struct Person {
    position: u64,
    sex: Option<String>,
    birth: Option<Days>,
    roles: Vec<String>,
    names: Vec<Name>,
    individual: Vec<String>,
    cases: Vec<PersonCase>,
}

#[derive(Deserialize)]
struct Name {
    text: String,
}

#[derive(Deserialize)]
struct PersonCase {
    case: Option<String>,
}

impl Person {
    /// Returns what tells a person from others, in the order of [`ROWS`].
    fn cells(&self) -> [String; 6] {
        let names: Vec<&str> = self.names.iter().map(|name| name.text.as_str()).collect();
        let cases = self.cases.iter().filter_map(|case| case.case.as_deref());
        [
            names.join(", "),
            self.sex.clone().unwrap_or_default(),
            self.birth
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            self.roles.join(", "),
            cases.collect::<Vec<_>>().join(", "),
            self.individual.join(", "),
        ]
    }
}

const ROWS: [&str; 6] = ["names", "sex", "born", "roles", "cases", "one with"];

/// Shows the two, and sends the link where that is said.
///
/// # Errors
/// [`Failure::Usage`] of two that are linked so already, and of a link that the check rejects; as [`Client::get`] and
/// [`Client::post_events`].
pub(in crate::commands) fn run(
    args: &Args,
    client: &Client,
    terminal: &mut Terminal<'_>,
) -> Result<Exit, Failure> {
    let ask = |id: &str| -> Result<Person, Failure> {
        let path = format!("/v1/persons/{}", figures::percent_encode(id));
        client.get(&path)?.read()
    };
    let (one, other) = (ask(&args.one)?, ask(&args.other)?);
    let columns = ["", args.one.as_str(), args.other.as_str()].map(Column::text);
    let (cells, beside) = (one.cells(), other.cells());
    let rows = ROWS.iter().zip(cells.iter().zip(&beside));
    let rows =
        rows.map(|(name, (one, other))| vec![(*name).to_owned(), one.clone(), other.clone()]);
    let table = draw(&columns, rows, terminal.screen);
    terminal.say(table.trim_end());
    let are_one = one.individual.contains(&args.other);
    if are_one != args.not {
        return Err(Failure::Usage {
            what: format!("{} and {} need no link", args.one, args.other),
            found: if are_one {
                "they are one already"
            } else {
                "they are two already"
            }
            .to_owned(),
            right: None,
            next: None,
        });
    }
    if args.not {
        terminal.say("before: 1 individual; after: 2, unless other links join them");
    } else {
        let joined = one.individual.len() + other.individual.len();
        terminal.say(&format!("before: 2 individuals; after: 1, of {joined} ids"));
    }
    let (owner, _) = args.one.split_once(':').unwrap_or_default();
    let org = organisation(client, owner)?;
    let owns = |id: &str| id.split_once(':').is_some_and(|(owner, _)| owner == org);
    if !owns(&args.one) && !owns(&args.other) {
        terminal.say(&format!(
            "neither id is {org}'s: without an owner's grant the link does not count"
        ));
    }
    let mut data = Map::new();
    data.insert("pair".to_owned(), json!([args.one, args.other]));
    data.insert("visibility".to_owned(), args.visibility.clone().into());
    for (name, said) in [("basis", &args.basis), ("decided_by", &args.decided_by)] {
        data.extend(
            said.clone()
                .map(|said| (name.to_owned(), Value::from(said))),
        );
    }
    let act = Act {
        kind: if args.not {
            "not_same_person"
        } else {
            "same_person"
        },
        org: &org,
        source: &format!("//{org}/desk"),
        case: None,
        data,
        at: one.position,
    };
    send(&act, args.sending, client, terminal)
}
