//! `habeas persons`: people of whom something is known, or one of them in each of their cases.
//!
//! Never here: what follows for a person (the server).

use event::PersonId;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Exit, Form, OutputOption, Terminal};
use crate::client::{Answer, Client, Failure, Target, safe};
use crate::terminal::days::Days;
use crate::terminal::table::{Column, draw, write};

/// Lists people, or shows one in each of their cases
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The person, ORG:LOCAL; without it, people are listed
    #[arg(value_name = "ID", value_parser = id)]
    person: Option<String>,
    /// R: as known at this position, instant, or recorded:INSTANT [default: the newest]
    #[arg(long, value_name = "R", value_parser = super::point::at)]
    at: Option<String>,
    /// How many people are listed at the most
    #[arg(long, value_name = "N", default_value_t = 50, conflicts_with = "person",
          value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
    #[command(flatten)]
    written: OutputOption,
}

/// People in one answer at the most. Source: docs/reference/limits.md, Asking.
const PAGE_MAX: usize = 1_000;

fn id(text: &str) -> Result<String, String> {
    match PersonId::parse(text) {
        Ok(id) => Ok(id.to_string()),
        Err(error) => Err(error.to_string()),
    }
}

#[derive(Deserialize)]
struct Page {
    persons: Vec<Value>,
}

/// What is said of a person, in a list and alone.
#[derive(Deserialize, Serialize)]
struct PersonTraits {
    person: String,
    sex: Option<String>,
    #[serde(skip_serializing)]
    birth: Option<Days>,
    roles: Vec<String>,
    names: Vec<Name>,
    individual: Vec<String>,
}

#[derive(Deserialize, Serialize)]
struct Name {
    text: String,
}

impl PersonTraits {
    fn names(&self) -> String {
        let names: Vec<&str> = self.names.iter().map(|name| name.text.as_str()).collect();
        names.join(", ")
    }

    fn born(&self) -> String {
        self.birth
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default()
    }
}

#[derive(Deserialize)]
struct Person {
    position: u64,
    scope: String,
    #[serde(flatten)]
    said: PersonTraits,
    cases: Vec<PersonCase>,
}

#[derive(Deserialize)]
struct PersonCase {
    case: Option<String>,
    custody: Vec<Custody>,
}

#[derive(Deserialize)]
struct Custody {
    state: String,
    from: Days,
    to: Option<Days>,
}

/// Asks for people, or one, and shows them.
///
/// # Errors
/// As [`Client::get`].
pub(super) fn run(
    args: &Args,
    client: &Client,
    terminal: &mut Terminal<'_>,
) -> Result<Exit, Failure> {
    let form = terminal.form(args.written);
    if let Some(id) = &args.person {
        let path = format!("/v1/persons/{}", figures::percent_encode(id));
        let target = Target::new(&path).with_some("at", args.at.as_ref());
        one(&client.get(target.as_str())?, form, terminal)?;
        return Ok(Exit::Ok);
    }
    let limit = usize::try_from(args.limit).unwrap_or(usize::MAX);
    let target = Target::new("/v1/persons")
        .with("limit", &limit.min(PAGE_MAX).to_string())
        .with_some("at", args.at.as_ref());
    let mut answer = client.get(target.as_str())?;
    let mut persons = answer.read::<Page>()?.persons;
    while let Some(next) = answer.next.clone().filter(|_| persons.len() < limit) {
        answer = client.get(&next)?;
        persons.extend(answer.read::<Page>()?.persons);
    }
    let has_more = answer.next.is_some() || persons.len() > limit;
    persons.truncate(limit);
    let columns = [
        "person", "names", "sex", "born", "roles", "cases", "one with",
    ];
    let row = |person: &Value| row(person).unwrap_or_default();
    write(&persons, row, &columns.map(Column::text), form, terminal)?;
    if has_more {
        terminal.say("there are more people: --limit says how many are listed");
    }
    Ok(Exit::Ok)
}

fn row(person: &Value) -> Option<Vec<String>> {
    let said: PersonTraits = serde_json::from_value(person.clone()).ok()?;
    let cases = person.get("cases").and_then(Value::as_array);
    let cases = cases.into_iter().flatten();
    let cases: Vec<&str> = cases.filter_map(Value::as_str).collect();
    let others = said.individual.iter().filter(|id| **id != said.person);
    let others: Vec<&str> = others.map(String::as_str).collect();
    Some(vec![
        said.person.clone(),
        said.names(),
        said.sex.clone().unwrap_or_default(),
        said.born(),
        said.roles.join(", "),
        cases.join(", "),
        others.join(", "),
    ])
}

/// Shows one person.
fn one(answer: &Answer, form: Form, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    if matches!(form, Form::Json | Form::Jsonl) {
        terminal.write(answer.body.trim_ascii_end())?;
        return terminal.write(b"\n");
    }
    let person: Person = answer.read()?;
    let rows = person.cases.iter().flat_map(|case| {
        case.custody.iter().map(|custody| {
            let to = custody.to.as_ref().map(ToString::to_string);
            vec![
                case.case.clone().unwrap_or_default(),
                custody.state.clone(),
                custody.from.to_string(),
                to.unwrap_or_default(),
            ]
        })
    });
    let header = ["case", "state", "from", "to"];
    if form == Form::Csv {
        return terminal.csv(&header, rows);
    }
    let said = &person.said;
    let mut text = format!(
        "{}, as known at position {}, scope {}\n",
        safe(&said.person),
        person.position,
        safe(&person.scope)
    );
    let about = [
        ("names", said.names()),
        ("sex", said.sex.clone().unwrap_or_default()),
        ("born", said.born()),
        ("roles", said.roles.join(", ")),
        ("one with", said.individual.join(", ")),
    ];
    for (name, about) in about.iter().filter(|(_, about)| !about.is_empty()) {
        text.push_str(&format!("{name:<10}{}\n", safe(about)));
    }
    text.push('\n');
    text.push_str(&draw(&header.map(Column::text), rows, terminal.screen));
    terminal.write(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::commands::testing::{Server, answer, habeas};

    #[test]
    fn people_are_listed_over_pages_and_one_is_shown() {
        let page = |id: &str| {
            json!({"persons": [{"person": id, "sex": "male", "birth": null, "roles": [], "names": [{"text": "Sok Dara"}],
                "individual": ["alpha:p1", "beta:q7"], "cases": ["alpha:c1"]}]})
            .to_string()
        };
        let next = "Link: </v1/persons?cursor=a&limit=50&at=9>; rel=\"next\"\r\n";
        let answers = vec![
            answer(200, next, &page("alpha:p1")),
            answer(200, "", &page("beta:q7")),
        ];
        let server = Server::new(answers);
        let left = habeas(&server.url, &["persons", "-o", "csv"], "", None);
        assert_eq!(
            left.out,
            "person,names,sex,born,roles,cases,one with\n\
             alpha:p1,Sok Dara,male,,,alpha:c1,beta:q7\nbeta:q7,Sok Dara,male,,,alpha:c1,alpha:p1\n"
        );
        server.requests();
        let day = json!({"earliest": "2020-01-01", "latest": "2020-01-01", "doubt": false, "position": 1, "implied": false});
        let person = json!({"person": "alpha:p1", "position": 9, "scope": "public", "sex": null, "birth": null, "roles": [],
            "names": [{"text": "Sok Dara"}], "individual": ["alpha:p1"], "same_as": [], "links": [],
            "cases": [{"case": "alpha:c1", "custody": [{"state": "pretrial", "from": day, "to": null}]}]});
        let server = Server::new(vec![answer(200, "", &person.to_string())]);
        let left = habeas(
            &server.url,
            &["persons", "alpha:p1", "-o", "table"],
            "",
            None,
        );
        for said in [
            "alpha:p1, as known at position 9, scope public",
            "Sok Dara",
            "pretrial",
            "2020-01-01",
        ] {
            assert!(left.out.contains(said), "{said}: {}", left.out);
        }
        server.requests();
    }
}
