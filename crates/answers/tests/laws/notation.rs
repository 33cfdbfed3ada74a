//! A short notation for logs, and for what follows from them.
//!
//! One line, one leaf: a day of January 2020, persons, a kind, then options.
//!
//! ```text
//! 11 1 arrest            alpha:1 is arrested on 2020-01-11, in the case alpha:c1
//! 11/14? 1,beta:2 arrest a day from the 11th to the 14th, in doubt; two persons
//! .. - correction of=1 patch={"occurred":"2020-01-12"}
//! ```
//! `..` is no day, `-` no person. Options: `by` (the organisation, else alpha), `rec` (the day of
//! `recordedtime`, else 2020-03-01; the line sets the minute), `case` (`-` for none), `id` (else the
//! line), `vis` (else public; `-` for none), `of` (the line of the target), `pair`, `group`
//! (lower/upper), `sex`, `age`, `birth`, `roles`, `place`, `authority`, `rights`, `verdicts`,
//! `charges`, `parts` (`words:number`); any other is a field of `data`, and JSON where it begins as
//! such. A line that begins with `{` is a leaf as it is.
//!
//! Never here: rules.

use std::fmt::Write as _;

use answers::MemoryModel;
use event::{Day, Days, Position};
use expect_test::Expect;
use figures::{ColumnStore, Query};
use fold::{Bound, Fact, Memory, Scope};
use serde_json::{Map, Value, json};

use crate::memory::fold_all;

/// Returns the leaves of a log.
pub(crate) fn leaves(log: &str) -> Vec<Vec<u8>> {
    let lines: Vec<&str> = log
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    (0..lines.len()).map(|index| leaf(&lines, index)).collect()
}

fn option<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    line.split_whitespace()
        .find_map(|word| word.strip_prefix(name)?.strip_prefix('='))
}

/// Returns (org, id) of a line.
fn key(lines: &[&str], index: usize) -> (String, String) {
    let line = lines.get(index).copied().unwrap_or_default();
    let id = option(line, "id").map_or(index + 1, |id| id.parse().unwrap());
    (option(line, "by").unwrap_or("alpha").into(), uuid(id))
}

/// Returns an event's id from a number.
pub(crate) fn uuid(number: usize) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

fn scoped(id: &str) -> String {
    if id.contains(':') {
        id.into()
    } else {
        format!("alpha:{id}")
    }
}

fn edtf(day: &str) -> String {
    let of = |text: &str| {
        let digits = text.trim_end_matches(['?', '~', '%']);
        match digits.parse::<u8>() {
            Ok(number) if digits.len() < 3 => {
                format!("2020-01-{number:02}{}", &text[digits.len()..])
            }
            _ => text.into(),
        }
    };
    day.split('/').map(of).collect::<Vec<_>>().join("/")
}

fn leaf(lines: &[&str], index: usize) -> Vec<u8> {
    let line = lines[index];
    if line.starts_with('{') {
        return line.into();
    }
    let words: Vec<&str> = line.split_whitespace().collect();
    let (day, persons, kind) = (words[0], words[1], words[2]);
    let (org, id) = key(lines, index);
    let case = option(line, "case").unwrap_or("c1");
    let mut data = Map::new();
    if day != ".." {
        data.insert("occurred".into(), edtf(day).into());
    }
    if persons != "-" {
        let of = |id: &str| {
            let mut person = json!({"id": scoped(id)});
            for (name, value) in words[3..].iter().filter_map(|word| word.split_once('=')) {
                match name {
                    "sex" | "birth" | "nationality" => person[name] = value.into(),
                    "age" => person["age_at_event"] = value.parse::<u8>().unwrap().into(),
                    "roles" => person["roles"] = value.split(',').collect::<Vec<_>>().into(),
                    _ => {}
                }
            }
            person
        };
        data.insert("persons".into(), persons.split(',').map(of).collect());
    }
    if !line.contains(" vis=") {
        data.insert("visibility".into(), "public".into());
    }
    for (name, value) in words[3..].iter().filter_map(|word| word.split_once('=')) {
        field(&mut data, lines, case, name, value);
    }
    let recorded = option(line, "rec").map_or("2020-03-01".into(), edtf);
    let mut event = json!({
        "receivedtime": format!("2020-03-01T12:{:02}:00Z", index % 60),
        "specversion": "1.0",
        "id": id,
        "source": "//test.example",
        "type": format!("habeas.{kind}.v1"),
        "org": org,
        "recordedtime": format!("{recorded}T00:{:02}:00Z", index % 60),
        "data": data,
    });
    if case != "-" {
        event["subject"] = scoped(case).into();
    }
    serde_json::to_vec(&event).unwrap()
}

fn field(data: &mut Map<String, Value>, lines: &[&str], case: &str, name: &str, value: &str) {
    let charge = |charge: &str| format!("{}/{charge}", scoped(case));
    let value: Value = match name {
        "by" | "rec" | "case" | "id" | "sex" | "age" | "birth" | "roles" | "nationality" => return,
        "vis" if value == "-" => return,
        "vis" => return drop(data.insert("visibility".into(), value.into())),
        "ver" => return drop(data.insert("verification".into(), value.into())),
        "of" => {
            let index = value.parse::<usize>().unwrap() - 1;
            let (org, id) = key(lines, index);
            let target = json!({"org": org, "source": "//test.example", "id": id});
            return drop(data.insert("target".into(), target));
        }
        "rights" => {
            let rights = value.split(',').collect::<Vec<_>>().into();
            return drop(data.insert("rights_exercised".into(), rights));
        }
        "pair" => value.split(',').map(scoped).collect(),
        _ if value.starts_with(['{', '[']) => serde_json::from_str(value).unwrap(),
        "group" => match value.split_once('/').unwrap() {
            (lower, "") => json!({"lower": lower.parse::<u64>().unwrap()}),
            (lower, upper) => json!({
                "lower": lower.parse::<u64>().unwrap(), "upper": upper.parse::<u64>().unwrap()
            }),
        },
        "place" => json!({"code": value}),
        "authority" => json!({"kind": value}),
        "charge" | "new_charge" => charge(value).into(),
        "charges" => value
            .split(',')
            .map(|local| Value::from(charge(local)))
            .collect(),
        "lower" | "upper" => value.parse::<u64>().unwrap().into(),
        "parts" => {
            let of = |one: &str| {
                let (words, number) = one.split_once(':').unwrap();
                let number = number.parse::<u64>().unwrap();
                json!({"verbatim": words, "lower": number, "upper": number})
            };
            value.split(',').map(of).collect()
        }
        "verdicts" => {
            let of = |one: &str| {
                let (local, verdict) = one.split_once(':').unwrap();
                json!({"charge": charge(local), "verdict": verdict})
            };
            value.split(',').map(of).collect()
        }
        "conditions" => value.split(',').collect::<Vec<_>>().into(),
        "effective_from" => edtf(value).into(),
        _ => value.into(),
    };
    data.insert(name.into(), value);
}

fn short(id: &str) -> &str {
    id.strip_prefix("alpha:").unwrap_or(id)
}

fn day(day: Day) -> String {
    let text = day.to_string();
    text.strip_prefix("2020-01-")
        .map_or(text.clone(), |day| day.trim_start_matches('0').into())
}

fn days(days: Days, doubt: bool) -> String {
    let mark = if doubt { "?" } else { "" };
    if days.earliest == days.latest {
        return format!("{}{mark}", day(days.earliest));
    }
    format!("{}/{}{mark}", day(days.earliest), day(days.latest))
}

fn bound(bound: &Bound) -> String {
    let implied = if bound.implied { " (implied)" } else { "" };
    format!("{}{implied}", days(bound.days, bound.doubt))
}

/// Returns what follows from a log for `scope`: custody, charges, what does not fit, and who is held
/// on each day of January 2020 by `detained/any`.
pub(crate) fn report(log: &str, scope: &Scope) -> String {
    let MemoryModel {
        rows: memory,
        columns,
        ..
    } = fold_all(&leaves(log), &[]);
    let mut text = facts(&memory, scope);
    text.push_str(&held(&columns, scope, "definition=detained/any"));
    text
}

fn facts(memory: &Memory, scope: &Scope) -> String {
    let mut text = String::new();
    for (id, track) in &memory.tracks {
        let who = match id {
            fold::TrackId::Person(Some(case), person) if case.as_str() == "alpha:c1" => {
                short(person.as_str()).into()
            }
            fold::TrackId::Person(Some(case), person) => {
                format!("{} in {}", short(person.as_str()), short(case.as_str()))
            }
            fold::TrackId::Person(None, person) => short(person.as_str()).into(),
            fold::TrackId::Case(case) => short(case.as_str()).into(),
            fold::TrackId::Lone(position) => format!("lone {position}"),
            fold::TrackId::Pair(a, b) => format!("{} {}", short(a.as_str()), short(b.as_str())),
        };
        let open = track
            .facts
            .iter()
            .filter(|row| row.to.is_none() && row.value.1.holds(scope));
        let mut open: Vec<&Fact> = open.map(|row| &row.value.0).collect();
        open.sort();
        let events = track.assertions.iter().filter(|row| row.to.is_none());
        let events = events
            .map(|row| &row.value)
            .filter(|event| event.is_seen(scope));
        let events: Vec<&fold::Assertion> = events.collect();
        for found in open {
            fact(&mut text, &who, found, &events);
        }
    }
    text
}

fn local(charge: &str) -> &str {
    charge.rsplit('/').next().unwrap()
}

fn fact(text: &mut String, who: &str, fact: &Fact, events: &[&fold::Assertion]) {
    let line = match fact {
        Fact::Custody(custody) => {
            let end = custody.end.as_ref().map_or("..".into(), bound);
            format!("{} {} to {end}", custody.state, bound(&custody.start))
        }
        Fact::Charge(charge) => {
            let histories = fold::charge_histories(events.iter().copied());
            let full = histories.iter().find(|one| one.charge == *charge).unwrap();
            assert_eq!(full.history.last().unwrap().status, charge.status);
            let history: Vec<_> = full
                .history
                .iter()
                .map(|stood| {
                    let into = stood.into.as_deref().map_or("", |new| local(new));
                    let into = if into.is_empty() {
                        String::new()
                    } else {
                        format!(" into {into}")
                    };
                    format!("{} {}{into}", stood.status, days(stood.days, stood.doubt))
                })
                .collect();
            let article = charge.article.as_deref().unwrap_or("-");
            let replaces: Vec<_> = full.replaces.iter().map(|old| local(old)).collect();
            let replaces = match replaces.as_slice() {
                [] => String::new(),
                replaces => format!(" in place of {}", replaces.join(", ")),
            };
            format!(
                "charge {} of article {article}{replaces}: {}",
                local(&charge.charge),
                history.join(", ")
            )
        }
        Fact::Contradiction(found) => {
            let all = fold::disagreements(events.iter().copied());
            let full = all.iter().find(|one| one.found == *found).unwrap();
            let others: Vec<_> = full.others.iter().map(Position::to_string).collect();
            format!(
                "{}: {} shown, against {}",
                found.kind,
                found.shown,
                others.join(", ")
            )
        }
        Fact::Inconsistency(misfit, position) => format!("{} at {position}", misfit.name()),
        Fact::Same(_) => "are one".into(),
    };
    writeln!(text, "{who}: {line}").unwrap();
}

/// Returns the figure of each day of January 2020 by `query`, days with equal figures together.
fn held(columns: &ColumnStore, scope: &Scope, query: &str) -> String {
    let mut lines: Vec<(u8, u8, figures::Count)> = Vec::new();
    for day in 1..=31_u8 {
        let query = parse(&format!("{query}&on=2020-01-{day:02}"));
        let total = crate::answer(columns, &query, newest(columns), None, scope).total;
        match lines.last_mut() {
            Some((_, to, last)) if *last == total => *to = day,
            _ => lines.push((day, day, total)),
        }
    }
    let mut text = String::new();
    for (from, to, total) in lines.iter().filter(|(_, _, total)| total.at_most > 0) {
        let span = if from == to {
            format!("day {from}")
        } else {
            format!("days {from}-{to}")
        };
        let sure = if (total.count, total.count) == (total.at_least, total.at_most) {
            String::new()
        } else {
            format!(" (at least {}, at most {})", total.at_least, total.at_most)
        };
        writeln!(text, "{span}: {} held{sure}", total.count).unwrap();
    }
    text
}

fn newest(columns: &ColumnStore) -> Position {
    columns.instants().newest()
}

/// Parses a query as it stands in a link, without escapes.
pub(crate) fn parse(query: &str) -> Query {
    let pairs: Vec<(String, String)> = query
        .split('&')
        .map(|part| {
            part.split_once('=')
                .map(|(a, b)| (a.into(), b.into()))
                .unwrap()
        })
        .collect();
    Query::parse(&pairs).unwrap_or_else(|error| panic!("{query}: {error}"))
}

/// Returns a figure as text: the total, then the rows.
pub(crate) fn counted(answer: &figures::Answer) -> String {
    let of = |count: &figures::Count| {
        let unnamed = count
            .unnamed
            .filter(|u| (u.lower, u.upper) != (0, Some(0)))
            .map_or(String::new(), |u| {
                let upper = u.upper.map_or("..".into(), |upper| upper.to_string());
                format!(", {} to {upper} unnamed", u.lower)
            });
        format!(
            "{} (at least {}, at most {}){unnamed}",
            count.count, count.at_least, count.at_most
        )
    };
    let mut text = format!("{}\n", of(&answer.total));
    for row in &answer.rows {
        let group: Vec<_> = row
            .group
            .values()
            .map(|value| value.as_deref().unwrap_or("-"))
            .collect();
        writeln!(text, "{}: {}", group.join(" "), of(&row.count)).unwrap();
    }
    text
}

/// Checks what follows from a log, as its operator sees it.
pub(crate) fn check(log: &str, expected: Expect) {
    expected.assert_eq(&report(log, &Scope::Operator));
}

/// Checks what follows from a log, as `scope` sees it.
pub(crate) fn check_seen(log: &str, scope: &Scope, expected: Expect) {
    expected.assert_eq(&report(log, scope));
}

/// Checks one figure over a log, as its operator sees it at the newest position.
pub(crate) fn check_figure(log: &str, query: &str, expected: Expect) {
    let columns = fold_all(&leaves(log), &[]).columns;
    let answer = crate::answer(
        &columns,
        &parse(query),
        newest(&columns),
        None,
        &Scope::Operator,
    );
    expected.assert_eq(&counted(&answer));
}

/// Returns the count of the total of a figure of everything.
pub(crate) fn count_of(log: &str, query: &str) -> u64 {
    let columns = fold_all(&leaves(log), &[]).columns;
    let at = newest(&columns);
    crate::answer(&columns, &parse(query), at, None, &Scope::Operator)
        .total
        .count
}

/// Checks who is held on each day of January 2020 by a query that names a definition.
pub(crate) fn check_held(log: &str, query: &str, expected: Expect) {
    let columns = fold_all(&leaves(log), &[]).columns;
    expected.assert_eq(&held(&columns, &Scope::Operator, query));
}
