//! The bench's questions and every list beside them, over HTTP, on a node that took the invented
//! history in: figures, what stands beside them, changes with their reasons, findings, cases, people.
//!
//! Start at the test. Fewer events than `figures` folds: a node takes them through its gate and its log.
//!
//! Never here: scopes that no token gives; `figures` asks in those.

use std::collections::BTreeSet;

use super::Pins;
use super::figures::{QUESTIONS_EACH, SEED};
use super::node::{Blank, Content, SetNode, line};
use crate::asked::questions;
use crate::client::Answer;
use crate::invented::history;

/// Events that are sent.
const EVENTS: u64 = 6_000;
/// Events in one request, which the gate gives one time.
const IN_REQUEST: usize = 250;
/// Of all cases and people, one in so many is looked at.
const EVERY: usize = 25;
/// The most pages that a list is followed for.
const PAGES_MAX: usize = 20;

/// Lists that take no filter.
const TABLES: [&str; 9] = [
    "/v1/claims",
    "/v1/contradictions",
    "/v1/definitions",
    "/v1/duplicates",
    "/v1/figures/published",
    "/v1/hearings",
    "/v1/hearings?days=400",
    "/v1/inconsistencies",
    "/v1/statements",
];

/// What stands beside a figure, with a question each has an answer to.
const BESIDE: [&str; 14] = [
    "/v1/figures/changes?kind=arrest&occurred=2015&from=2000",
    "/v1/figures/changes?definition=detained/any&on=2018-06-01&from=3000",
    "/v1/figures/changes?definition=arrested/for_rights&from=5000",
    "/v1/figures/changes?measure=person_charges&from=4000",
    "/v1/figures/funnel?kind=arrest",
    "/v1/figures/funnel?kind=arrest&occurred=2015",
    "/v1/figures/held",
    "/v1/figures/held?definition=detained/state_custody&on=2016-01-01",
    "/v1/figures/overlap?kind=arrest&org=north,south",
    "/v1/figures/overlap?definition=detained/any&org=north,river",
    "/v1/figures/rearrests",
    "/v1/figures/rearrests?within_days=60&on=2017-01-01",
    "/v1/figures/records?kind=death&in_custody=yes",
    "/v1/figures/records?kind=arrest&occurred=2015",
];

/// Pages that read much of the record.
const PAGES: [&str; 10] = [
    "/",
    "/contradictions",
    "/duplicates",
    "/held",
    "/inconsistencies",
    "/km",
    "/overlap?kind=arrest&org=north,south",
    "/rearrests",
    "/records?kind=arrest&occurred=2015",
    "/why?kind=arrest&occurred=2015&from=2000",
];

/// Sends the history, each request at the time at which its last event was received.
fn send(node: &SetNode, leaves: &[Vec<u8>]) {
    for part in leaves.chunks(IN_REQUEST) {
        let mut lines = Vec::new();
        for leaf in part {
            let text = std::str::from_utf8(leaf).expect("text");
            let rest = text.strip_prefix("{\"receivedtime\":\"").expect("a gate's");
            let (received, rest) = rest.split_once("\",").expect("an instant");
            node.set(received);
            lines.push(format!("{{{rest}"));
        }
        let answer = node.client.lines(&lines);
        assert_eq!(answer.status, 200, "{:.2000}", answer.text);
    }
}

/// Asks, and adds the lines of the answers.
struct Asking<'n> {
    node: &'n SetNode,
    blank: &'n Blank,
    pins: Pins,
}

impl Asking<'_> {
    fn ask(&mut self, who: &str, address: &str) -> Answer {
        let answer = match who {
            "operator" => self.node.client.get(address),
            _ => self.node.client.public(address),
        };
        assert!(answer.status < 500, "{address}: {}", answer.text);
        self.pins
            .add(format!("{who} {address}"), line(self.blank, &answer));
        answer
    }

    /// Asks as anyone, where that was not asked before.
    fn ask_once(&mut self, address: &str) {
        if !self.pins.has(&format!("public {address}")) {
            self.ask("public", address);
        }
    }

    /// Asks as anyone and as the operator.
    fn both(&mut self, address: &str) {
        self.ask("public", address);
        self.ask("operator", address);
    }

    /// Follows a list from page to page and returns the ids under `name` in it.
    fn follow(&mut self, start: &str, list: &str, name: &str) -> BTreeSet<String> {
        let (mut ids, mut address) = (BTreeSet::new(), start.to_owned());
        for _ in 0..PAGES_MAX {
            let answer = self.ask("operator", &address);
            let body = answer.json();
            let rows = body[list].as_array().expect("a list");
            ids.extend(
                rows.iter()
                    .filter_map(|row| row[name].as_str().map(ToOwned::to_owned)),
            );
            match answer
                .link
                .as_deref()
                .and_then(|link| link.split(['<', '>']).nth(1))
            {
                Some(next) => next.clone_into(&mut address),
                None => break,
            }
        }
        ids
    }
}

#[test]
fn questions_and_lists_over_an_invented_history_are_answered_as_before() {
    let node = SetNode::start(Content::Nothing, "2010-01-01T00:00:00Z");
    send(&node, &history(EVENTS, SEED));
    let newest = EVENTS + 1;
    let ready = node
        .client
        .public(&format!("/v1/figures?min_position={newest}"));
    assert_eq!(ready.status, 200, "{}", ready.text);
    let blank = Blank::of(&node.client, 0);
    let pins = Pins::new("figures/lists.tsv");
    let mut asking = Asking {
        node: &node,
        blank: &blank,
        pins,
    };

    for address in TABLES.iter().chain(&BESIDE) {
        let with = if address.contains('?') { '&' } else { '?' };
        asking.both(&format!("{address}{with}at={newest}"));
        asking.both(&format!("{address}{with}at=5500"));
    }
    for address in PAGES {
        asking.both(address);
    }
    ask_questions(&mut asking);
    ask_for_each(&mut asking);
    asking.pins.check();
    node.stop();
}

/// The bench's questions, each with what stands beside it: refusals are answers too.
fn ask_questions(asking: &mut Asking<'_>) {
    let asked = questions(QUESTIONS_EACH, event::Position::new(EVENTS), SEED);
    let mut seen = BTreeSet::new();
    for (number, question) in asked.iter().enumerate() {
        let link = question.query.link(question.at, question.query.on);
        if !seen.insert(link.clone()) {
            continue;
        }
        let rest = link.trim_start_matches("/v1/figures");
        asking.both(&link);
        asking.ask("public", &format!("/v1/figures.csv{rest}"));
        if number % 4 == 0 {
            // Lists beside a figure are of the figure as a whole.
            let whole = rest.split("&group_by=").next().unwrap_or(rest);
            for beside in ["records", "funnel", "rearrests"] {
                asking.ask_once(&format!("/v1/figures/{beside}{whole}"));
            }
            asking.ask_once(&format!("/v1/figures/changes{whole}&from=1"));
            asking.ask("public", &format!("/v1/figures.svg{rest}"));
            asking.ask("public", &format!("/figures{rest}"));
        }
    }
}

/// Lists of cases, people, events and changes from page to page, and some of each.
fn ask_for_each(asking: &mut Asking<'_>) {
    let cases = asking.follow("/v1/cases?limit=1000", "cases", "case");
    let persons = asking.follow("/v1/persons?limit=1000", "persons", "person");
    asking.follow("/v1/events?limit=1000", "events", "id");
    asking.follow("/v1/changes?limit=1000", "changes", "id");
    assert!(cases.len() > 500 && persons.len() > 500);
    for id in cases.iter().step_by(EVERY) {
        asking.both(&format!("/v1/cases/{id}"));
        asking.ask("operator", &format!("/v1/cases/{id}?at=4000"));
        asking.ask("operator", &format!("/cases/{id}"));
    }
    for id in persons.iter().step_by(EVERY) {
        asking.both(&format!("/v1/persons/{id}"));
        asking.ask("operator", &format!("/v1/persons/{id}?at=4000"));
        asking.ask("operator", &format!("/persons/{id}"));
    }
}
