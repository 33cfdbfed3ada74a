//! `habeas webhook`: registers addresses to which a server posts new events, and looks after what did not arrive.
//!
//! Start at [`run`].
//!
//! Never here: deliveries, which are the server's.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Exit, OutputOption, Terminal};
use crate::client::{Client, Failure};
use crate::terminal::table::{Column, write};

/// Has new events posted to an address, signed: by the desk of an organisation
///
/// Examples:
///   habeas webhook add https://receiver.example/habeas --filter 'kind=arrest,release&place=KH-12'
///   habeas webhook list
///   habeas webhook resend 3f0c9a1be27d5548 1204
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Registers an address; prints the secret, which is told this once
    Add {
        /// Where events are posted to
        #[arg(value_name = "URL")]
        url: String,
        /// Which: of the filters kind, place, org, case and person, as in an address
        #[arg(long, value_name = "FILTER")]
        filter: Option<String>,
        /// After which position [default: what comes next]
        #[arg(long, value_name = "POSITION")]
        after: Option<u64>,
        /// The secret, whsec_ and base64, where the receiver has made one
        #[arg(
            long,
            env = "HABEAS_WEBHOOK_SECRET",
            hide_env_values = true,
            value_name = "SECRET"
        )]
        secret: Option<String>,
    },
    /// Lists what is registered, and how far each has come
    List {
        #[command(flatten)]
        written: OutputOption,
    },
    /// Takes an address out, with its dead letters
    Remove {
        /// Its id
        #[arg(value_name = "WEBHOOK")]
        id: String,
    },
    /// Lists what could not be delivered
    DeadLetters {
        /// Of this webhook alone
        #[arg(value_name = "WEBHOOK")]
        id: Option<String>,
        #[command(flatten)]
        written: OutputOption,
    },
    /// Has a dead letter sent again
    Resend {
        /// Of which webhook
        #[arg(value_name = "WEBHOOK")]
        id: String,
        /// Of which event
        #[arg(value_name = "POSITION")]
        position: u64,
    },
}

/// What is registered.
struct Request<'a> {
    url: &'a str,
    filter: Option<&'a str>,
    after: Option<u64>,
    secret: Option<&'a str>,
}

impl Request<'_> {
    fn to_json(&self) -> String {
        let members = [
            ("url", Some(json!(self.url))),
            ("filter", self.filter.map(|filter| json!(filter))),
            ("after", self.after.map(|after| json!(after))),
            ("secret", self.secret.map(|secret| json!(secret))),
        ];
        let said = members.into_iter();
        let said = said.filter_map(|(name, value)| Some((name.to_owned(), value?)));
        serde_json::Value::Object(said.collect()).to_string()
    }
}

#[derive(Deserialize)]
struct Registered {
    id: String,
    secret: String,
}

#[derive(Deserialize)]
struct Listed {
    webhooks: Vec<Webhook>,
}

#[derive(Deserialize, Serialize)]
struct Webhook {
    id: String,
    org: String,
    url: String,
    filter: String,
    state: String,
    position: u64,
    failing: Option<Failing>,
    dead_letters: u64,
}

#[derive(Deserialize, Serialize)]
struct Failing {
    position: u64,
    tries: u64,
    why: String,
}

#[derive(Deserialize)]
struct Letters {
    dead_letters: Vec<Letter>,
}

#[derive(Deserialize, Serialize)]
struct Letter {
    webhook: String,
    position: u64,
    tries: u64,
    why: String,
    at: String,
    asked: bool,
}

/// Does what is asked of webhooks.
///
/// # Errors
/// [`Failure`], as [`Client::get`] and [`Client::change`].
pub(super) fn run(
    args: &Args,
    client: &Client,
    terminal: &mut Terminal<'_>,
) -> Result<Exit, Failure> {
    match &args.what {
        What::Add {
            url,
            filter,
            after,
            secret,
        } => {
            let asked = Request {
                url,
                filter: filter.as_deref(),
                after: *after,
                secret: secret.as_deref(),
            };
            let body = asked.to_json();
            let answer = client.change("/v1/webhooks", Some(body.as_bytes()))?;
            let made: Registered = answer.read()?;
            terminal.say(&format!("webhook {} is registered; its secret:", made.id));
            terminal.line(&made.secret)?;
        }
        What::List { written } => list(client, *written, terminal)?,
        What::Remove { id } => {
            client.delete(&format!("/v1/webhooks/{id}"))?;
            terminal.say(&format!("webhook {id} is taken out"));
        }
        What::DeadLetters { id, written } => {
            let path = "/v1/webhooks/dead-letters?limit=1000";
            let path = match id {
                Some(id) => format!("{path}&webhook={id}"),
                None => path.to_owned(),
            };
            let letters = all(client, path)?;
            let row = |letter: &Letter| {
                let numbers = [letter.position, letter.tries].map(|number| number.to_string());
                let [position, tries] = numbers;
                let texts = [&letter.webhook, &position, &tries, &letter.why, &letter.at];
                texts.map(Clone::clone).into()
            };
            let columns = [
                Column::text("webhook"),
                Column::number("position"),
                Column::number("tries"),
                Column::text("why"),
                Column::text("at"),
            ];
            write(&letters, row, &columns, terminal.form(*written), terminal)?;
        }
        What::Resend { id, position } => {
            client.change(&format!("/v1/webhooks/{id}/dead-letters/{position}"), None)?;
            terminal.say(&format!("{position} is sent again to webhook {id}"));
        }
    }
    Ok(Exit::Ok)
}

fn list(
    client: &Client,
    written: OutputOption,
    terminal: &mut Terminal<'_>,
) -> Result<(), Failure> {
    let listed: Listed = client.get("/v1/webhooks")?.read()?;
    let row = |one: &Webhook| {
        let why = one.failing.as_ref().map(|failing| failing.why.clone());
        vec![
            one.id.clone(),
            one.url.clone(),
            one.filter.clone(),
            one.state.clone(),
            one.position.to_string(),
            one.dead_letters.to_string(),
            why.unwrap_or_default(),
        ]
    };
    let columns = [
        Column::text("webhook"),
        Column::text("url"),
        Column::text("filter"),
        Column::text("state"),
        Column::number("position"),
        Column::number("dead letters"),
        Column::text("failing"),
    ];
    let form = terminal.form(written);
    write(&listed.webhooks, row, &columns, form, terminal)
}

/// Returns all dead letters, from the first page on.
fn all(client: &Client, first: String) -> Result<Vec<Letter>, Failure> {
    let (mut letters, mut next) = (Vec::new(), Some(first));
    while let Some(path) = next {
        let answer = client.get(&path)?;
        let page: Letters = answer.read()?;
        letters.extend(page.dead_letters);
        next = answer.next;
    }
    Ok(letters)
}

#[cfg(test)]
mod tests {
    use crate::commands::testing::{Server, answer, habeas};

    #[test]
    fn an_address_is_registered_and_its_secret_stands_alone_on_the_output() {
        let body = r#"{"id":"3f0c","secret":"whsec_AA"}"#;
        let server = Server::new(vec![answer(201, "", body)]);
        let words = [
            "webhook",
            "add",
            "https://a.example/",
            "--filter",
            "kind=arrest",
        ];
        let left = habeas(&server.url, &words, "", None);
        let err = &left.err;
        assert_eq!((left.status, left.out.as_str()), (0, "whsec_AA\n"), "{err}");
        assert!(err.contains("3f0c") && !err.contains("whsec"), "{err}");
        let request = &server.requests()[0];
        assert_eq!(request.head[0], "POST /v1/webhooks HTTP/1.1");
        let sent = r#"{"filter":"kind=arrest","url":"https://a.example/"}"#;
        assert_eq!(request.body, sent);
    }

    #[test]
    fn all_dead_letters_are_listed_and_one_is_sent_again() {
        let letter = |position: u64| {
            format!(
                r#"{{"dead_letters":[{{"webhook":"3f0c","position":{position},"tries":8,"why":"no connection","at":"2020-12-10T00:00:00Z","asked":false}}]}}"#
            )
        };
        let next = "Link: </v1/webhooks/dead-letters?cursor=a>; rel=\"next\"\r\n";
        let server = Server::new(vec![
            answer(200, next, &letter(7)),
            answer(200, "", &letter(9)),
            answer(202, "", ""),
            answer(204, "", ""),
        ]);
        let run = |words: &[&str]| habeas(&server.url, words, "", None).out;
        let out = run(&["webhook", "dead-letters", "3f0c"]);
        let lines: Vec<&str> = out.lines().collect();
        assert!(
            lines.len() == 2 && lines[1].contains("\"position\":9"),
            "{out}"
        );
        run(&["webhook", "resend", "3f0c", "7"]);
        run(&["webhook", "remove", "3f0c"]);
        let requests = server.requests();
        let heads: Vec<&str> = requests.iter().map(|one| one.head[0].as_str()).collect();
        assert_eq!(
            heads[2..],
            [
                "POST /v1/webhooks/3f0c/dead-letters/7 HTTP/1.1",
                "DELETE /v1/webhooks/3f0c HTTP/1.1"
            ]
        );
    }
}
