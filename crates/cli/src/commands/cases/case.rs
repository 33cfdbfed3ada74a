//! One case: its people with their custody and charges, what does not agree, and the timeline.
//!
//! Start at [`show`]. How custody becomes a bar is in `terminal::custody_bar`.
//!
//! Never here: the list of cases.

use serde::Deserialize;

use crate::client::{Answer, Failure, safe};
use crate::commands::{Form, Terminal};
use crate::terminal::custody_bar::{Custody, Edge, Scale};
use crate::terminal::days::Days;
use crate::terminal::table::{Column, draw};

#[derive(Deserialize)]
struct Case {
    case: String,
    position: u64,
    scope: String,
    persons: Vec<Person>,
    timeline: Vec<TimelineEntry>,
}

#[derive(Deserialize)]
struct Person {
    person: String,
    sex: Option<String>,
    birth: Option<Days>,
    roles: Vec<String>,
    names: Vec<Name>,
    custody: Vec<Custody>,
    charges: Vec<Charge>,
    contradictions: Vec<Contradiction>,
    inconsistencies: Vec<Inconsistency>,
    #[serde(default)]
    links: Vec<Link>,
}

/// A link of the person's id with another.
#[derive(Deserialize)]
struct Link {
    position: u64,
    kind: String,
    with: String,
    org: String,
    basis: Option<String>,
    no_effect: Option<String>,
    individuals: BeforeAfter,
}

#[derive(Deserialize)]
struct BeforeAfter {
    before: u8,
    after: u8,
}

#[derive(Deserialize)]
struct Name {
    text: String,
}

#[derive(Deserialize)]
struct Charge {
    charge: String,
    law: Option<String>,
    article: Option<String>,
    laid: Days,
    history: Vec<Status>,
    status: String,
}

#[derive(Deserialize)]
struct Status {
    status: String,
    when: Days,
    position: u64,
}

#[derive(Deserialize)]
struct Contradiction {
    kind: String,
    shown: u64,
    because: String,
    others: Vec<u64>,
    said: Vec<OrgStatement>,
}

/// What one organisation says where another differs.
#[derive(Deserialize)]
struct OrgStatement {
    position: u64,
    org: String,
    occurred: Days,
    verification: String,
    place: Option<String>,
    value: Option<String>,
    sources: Option<Vec<Source>>,
}

#[derive(Deserialize)]
struct Source {
    kind: Option<String>,
}

#[derive(Deserialize)]
struct Inconsistency {
    inconsistency: String,
    position: u64,
}

/// One entry of the timeline.
#[derive(Deserialize)]
struct TimelineEntry {
    position: u64,
    kind: String,
    org: String,
    occurred: Option<Days>,
    effective: bool,
    verification: Option<String>,
    revised_by: Vec<u64>,
    ended_by: Option<u64>,
    target: Option<u64>,
    reason: Option<String>,
    #[serde(default)]
    changed: Vec<FieldChange>,
    no_effect: Option<String>,
}

/// A field of the target's data, before and after.
#[derive(Deserialize)]
struct FieldChange {
    field: String,
    from: serde_json::Value,
    to: serde_json::Value,
}

/// Shows a case.
///
/// # Errors
/// [`Failure::Answer`] when it is not one, [`Failure::Output`].
pub(super) fn show(
    answer: &Answer,
    form: Form,
    terminal: &mut Terminal<'_>,
) -> Result<(), Failure> {
    match form {
        Form::Json | Form::Jsonl => {
            terminal.write(answer.body.trim_ascii_end())?;
            terminal.write(b"\n")
        }
        Form::Csv => {
            let case: Case = answer.read()?;
            terminal.csv(&TIMELINE, case.timeline.iter().map(cells))
        }
        Form::Table => {
            let case: Case = answer.read()?;
            let text = table(&case, terminal);
            terminal.write(text.as_bytes())
        }
    }
}

const TIMELINE: [&str; 7] = [
    "position",
    "when",
    "kind",
    "org",
    "verification",
    "corrected_by",
    "remark",
];

fn cells(entry: &TimelineEntry) -> Vec<String> {
    vec![
        entry.position.to_string(),
        entry
            .occurred
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        entry.kind.clone(),
        entry.org.clone(),
        entry.verification.clone().unwrap_or_default(),
        positions(&entry.revised_by),
        remark(entry),
    ]
}

/// What an act is on, what it changed or why nothing, and its author's reason.
fn remark(entry: &TimelineEntry) -> String {
    let mut parts: Vec<String> = Vec::new();
    parts.extend(entry.target.map(|target| format!("on {target}")));
    parts.extend(entry.changed.iter().map(|one| {
        let (from, to) = (value(&one.from), value(&one.to));
        format!("{}: {from} is now {to}", one.field)
    }));
    parts.extend(entry.ended_by.map(|act| format!("ended by {act}")));
    match (&entry.no_effect, entry.effective) {
        (Some(why), _) => parts.push(format!("no effect, {}", why.replace('_', " "))),
        (None, false) if entry.ended_by.is_none() => parts.push("no effect".to_owned()),
        (None, _) => {}
    }
    parts.extend(entry.reason.clone());
    parts.join("; ")
}

/// Returns a text as it is, and any other value as JSON.
fn value(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Null => "nothing".to_owned(),
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Bool(_)
        | serde_json::Value::Number(_)
        | serde_json::Value::Array(_)
        | serde_json::Value::Object(_) => value.to_string(),
    }
}

fn positions(positions: &[u64]) -> String {
    let positions: Vec<_> = positions.iter().map(ToString::to_string).collect();
    positions.join(", ")
}

fn table(case: &Case, terminal: &Terminal<'_>) -> String {
    let mut text = format!(
        "{}, as known at position {}, scope {}\n",
        safe(&case.case),
        case.position,
        safe(&case.scope)
    );
    let people = || case.persons.iter().map(|person| person.custody.as_slice());
    let occurred = case.timeline.iter();
    let occurred = occurred.filter_map(|entry| entry.occurred.as_ref());
    let scale = Scale::of(people(), occurred, terminal.screen);
    for one in &case.persons {
        text.push('\n');
        person(one, scale.as_ref(), &mut text);
    }
    if let Some(scale) = &scale {
        text.push_str(&scale.legend(people()));
    }
    text.push('\n');
    let columns = TIMELINE.map(|name| match name {
        "position" => Column::number(name),
        name => Column::text(&name.replace('_', " ")),
    });
    text.push_str(&draw(
        &columns,
        case.timeline.iter().map(cells),
        terminal.screen,
    ));
    text
}

fn person(person: &Person, scale: Option<&Scale>, text: &mut String) {
    let names: Vec<_> = person.names.iter().map(|name| name.text.as_str()).collect();
    let birth = person.birth.as_ref().map(|when| format!("born {when}"));
    let said = [
        Some(person.person.clone()),
        Some(names.join(", ")),
        person.sex.clone(),
        birth,
        Some(person.roles.join(", ")),
    ];
    let said: Vec<_> = said
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .collect();
    let mut line = |line: String| {
        text.push_str(safe(&line).trim_end());
        text.push('\n');
    };
    line(said.join("; "));
    if let Some(scale) = scale.filter(|_| !person.custody.is_empty()) {
        line(format!("  {}", scale.bar(&person.custody)));
    }
    let width = person.custody.iter().map(|one| one.state.len()).max();
    for one in &person.custody {
        let end = match &one.to {
            Some(to) => format!("to {}", edge(to)),
            None => "on".to_owned(),
        };
        let width = width.unwrap_or_default();
        line(format!(
            "  {:<width$}  {} {end}",
            one.state,
            edge(&one.from)
        ));
    }
    for one in &person.charges {
        line(format!("  {}", charge(one)));
    }
    for one in &person.contradictions {
        line(format!(
            "  contradiction on {}: {} is shown ({}), {} says otherwise",
            one.kind,
            one.shown,
            one.because.replace('_', " "),
            positions(&one.others)
        ));
        for said in &one.said {
            line(format!("    {}", says(said)));
        }
    }
    for one in &person.links {
        line(format!("  {}", link(one)));
    }
    for one in &person.inconsistencies {
        line(format!(
            "  does not fit: {} at {}",
            one.inconsistency, one.position
        ));
    }
}

/// Returns `same person as cd:7 [59] by cd (one file): individuals 2, then 1`.
fn link(link: &Link) -> String {
    let basis = link
        .basis
        .as_ref()
        .map_or(String::new(), |basis| format!(" ({basis})"));
    let (before, after) = (link.individuals.before, link.individuals.after);
    let fate = match &link.no_effect {
        Some(why) => format!("no effect, {}", why.replace('_', " ")),
        None => format!("individuals {before}, then {after}"),
    };
    let kind = link.kind.replace('_', " ");
    format!(
        "{kind} as {} [{}] by {}{basis}: {fate}",
        link.with, link.position, link.org
    )
}

/// Returns `44: 2020-09-03 KH-12, mekong-rights, verified, on the word of relative`.
fn says(said: &OrgStatement) -> String {
    let what = [
        Some(said.occurred.to_string()),
        said.place.clone(),
        said.value.clone(),
    ];
    let what: Vec<String> = what.into_iter().flatten().collect();
    let sources = said.sources.iter().flatten();
    let kinds: Vec<&str> = sources
        .filter_map(|source| source.kind.as_deref())
        .collect();
    let word = match kinds.as_slice() {
        [] => "no source".to_owned(),
        kinds => format!("on the word of {}", kinds.join(", ")),
    };
    let what = what.join(" ");
    format!(
        "{}: {what}, {}, {}, {word}",
        said.position, said.org, said.verification
    )
}

/// Returns `2020-09-03 [44]`: the days, and the position of the event behind them.
fn edge(edge: &Edge) -> String {
    let implied = if edge.implied { ", implied" } else { "" };
    format!("{} [{}{implied}]", edge.when, edge.position)
}

fn charge(charge: &Charge) -> String {
    let what = [&charge.law, &charge.article].map(|part| part.as_deref().unwrap_or_default());
    let what = match what {
        ["", ""] => "law not known".to_owned(),
        [law, ""] => law.to_owned(),
        [law, article] => format!("{law} article {article}").trim_start().to_owned(),
    };
    let history: Vec<_> = charge
        .history
        .iter()
        .map(|one| format!("{} {} [{}]", one.status, one.when, one.position))
        .collect();
    let history = if history.is_empty() {
        format!("{}, laid {}", charge.status, charge.laid)
    } else {
        history.join(", then ")
    };
    format!("charge {}: {what}: {history}", charge.charge)
}
