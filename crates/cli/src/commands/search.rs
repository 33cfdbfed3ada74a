//! `habeas search`: people by their names, and events by the words that stand in them.
//!
//! Never here: what is a match (the server).

use serde::Deserialize;
use serde_json::Value;

use super::{Exit, OutputOption, Terminal};
use crate::client::{Client, Failure, Target};
use crate::terminal::days::Days;
use crate::terminal::table::{Column, write};

/// Finds people by their names, in any script or transliteration, and events by the words that stand in them
#[derive(clap::Args)]
pub(crate) struct Args {
    /// A name, or words
    #[arg(value_name = "QUERY", required = true)]
    query: Vec<String>,
    /// What is looked for
    #[arg(long = "in", value_name = "LIST", value_enum, default_value_t = List::Persons)]
    within: List,
    /// R: as known at this position, instant, or recorded:INSTANT [default: the newest]
    #[arg(long, value_name = "R", value_parser = super::point::at)]
    at: Option<String>,
    /// How many are shown at the most
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=100))]
    limit: u32,
    #[command(flatten)]
    written: OutputOption,
}

/// The lists that a search has.
#[derive(Clone, Copy, clap::ValueEnum)]
enum List {
    Persons,
    Events,
}

impl List {
    const fn name(self) -> &'static str {
        match self {
            Self::Persons => "persons",
            Self::Events => "events",
        }
    }
}

#[derive(Deserialize)]
struct Found {
    position: u64,
    indexed: u64,
    #[serde(default)]
    persons: Vec<Value>,
    words: Option<String>,
    #[serde(default)]
    events: Vec<Value>,
}

#[derive(Deserialize)]
struct Person {
    person: String,
    found_by: String,
    closeness: u32,
    birth: Option<Days>,
    places: Vec<String>,
    events: Option<Days>,
    cases: Vec<String>,
}

#[derive(Deserialize)]
struct Event {
    position: u64,
    kind: String,
    org: String,
    case: Option<String>,
    persons: Vec<String>,
    occurred: Option<Days>,
}

/// Searches, and shows what is found.
///
/// # Errors
/// As [`Client::get`].
pub(super) fn run(
    args: &Args,
    client: &Client,
    terminal: &mut Terminal<'_>,
) -> Result<Exit, Failure> {
    let form = terminal.form(args.written);
    let target = Target::new("/v1/search")
        .with("q", &args.query.join(" "))
        .with("in", args.within.name())
        .with("limit", &args.limit.to_string())
        .with_some("at", args.at.as_ref());
    let answer = client.get(target.as_str())?;
    let found: Found = answer.read()?;
    match args.within {
        List::Persons => {
            let columns = [
                "person",
                "name",
                "closeness",
                "born",
                "places",
                "events",
                "cases",
            ];
            let row = |person: &Value| person_row(person).unwrap_or_default();
            write(
                &found.persons,
                row,
                &columns.map(Column::text),
                form,
                terminal,
            )?;
        }
        List::Events => {
            let columns = [
                "position",
                "kind",
                "when",
                "organisation",
                "case",
                "persons",
            ];
            let row = |event: &Value| event_row(event).unwrap_or_default();
            write(
                &found.events,
                row,
                &columns.map(Column::text),
                form,
                terminal,
            )?;
        }
    }
    if found.words.as_deref() == Some("near") && !found.events.is_empty() {
        terminal
            .say("no event has these words as they are; these have words that are close to them");
    }
    if found.indexed < found.position {
        terminal.say(&format!(
            "what came after position {} is not searched yet: come again in a moment",
            found.indexed
        ));
    }
    if answer.next.is_some() {
        terminal
            .say("there is more: another word narrows the search, --limit says how much is shown");
    }
    Ok(Exit::Ok)
}

fn person_row(person: &Value) -> Option<Vec<String>> {
    let person: Person = serde_json::from_value(person.clone()).ok()?;
    let said = |days: &Option<Days>| days.as_ref().map(ToString::to_string).unwrap_or_default();
    Some(vec![
        person.person.clone(),
        person.found_by.clone(),
        person.closeness.to_string(),
        said(&person.birth),
        person.places.join(", "),
        said(&person.events),
        person.cases.join(", "),
    ])
}

fn event_row(event: &Value) -> Option<Vec<String>> {
    let event: Event = serde_json::from_value(event.clone()).ok()?;
    Some(vec![
        event.position.to_string(),
        event.kind,
        event
            .occurred
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        event.org,
        event.case.unwrap_or_default(),
        event.persons.join(", "),
    ])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::commands::testing::{Server, answer, habeas};

    #[test]
    fn people_and_events_are_shown_with_how_far_the_index_is() {
        let days = json!({"earliest": "2020-01-01", "latest": "2020-01-01", "doubt": false});
        let persons = json!({"position": 9, "indexed": 7, "persons": [{"person": "alpha:p1", "found_by": "Sok Dara",
            "closeness": 2, "birth": null, "places": ["KH-12"], "events": days, "cases": ["alpha:c1"]}]});
        let events = json!({"position": 9, "indexed": 9, "words": "near", "events": [{"position": 3, "kind": "arrest",
            "org": "alpha", "case": "alpha:c1", "persons": ["alpha:p1"], "occurred": days}]});
        let answers = [persons, events].map(|found| answer(200, "", &found.to_string()));
        let server = Server::new(answers.to_vec());
        let left = habeas(
            &server.url,
            &["search", "sok", "dara", "-o", "csv"],
            "",
            None,
        );
        assert_eq!(
            left.out,
            "person,name,closeness,born,places,events,cases\nalpha:p1,Sok Dara,2,,KH-12,2020-01-01,alpha:c1\n"
        );
        assert!(left.err.contains("after position 7"), "{}", left.err);
        let asked = ["search", "--in", "events", "gathring", "-o", "csv"];
        let left = habeas(&server.url, &asked, "", None);
        assert!(
            left.out
                .contains("3,arrest,2020-01-01,alpha,alpha:c1,alpha:p1"),
            "{}",
            left.out
        );
        assert!(left.err.contains("close to them"), "{}", left.err);
        let requests = server.requests();
        assert!(
            requests[0].head[0].contains("/v1/search?q=sok%20dara&in=persons&limit=20"),
            "{requests:?}"
        );
    }
}
