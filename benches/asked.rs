//! Questions of every sort, drawn at random from the whole grammar of filters, measures and groups.
//!
//! Start at [`questions`]. Every sort gets as many; the seed is fixed, so two runs ask the same.
//!
//! Never here: answers.
#![allow(
    clippy::unwrap_used,
    clippy::as_conversions,
    clippy::indexing_slicing,
    reason = "a bench may stop at the first surprise"
)]

use event::{OrgId, Position};
use figures::Query;
use fold::Scope;

use crate::invented::{ARTICLES, LAWS, ORGS, PROVINCES, YEARS};
use crate::measured::Dice;

/// A question, as known at one position, by one who may see so much.
pub(crate) struct Question {
    pub(crate) sort: &'static str,
    pub(crate) query: Query,
    pub(crate) at: Position,
    pub(crate) scope: Scope,
}

/// The sorts of questions, in the order of the table.
pub(crate) const SORTS: [&str; 8] = [
    "persons, by kind of event",
    "persons, any kind of event",
    "events",
    "persons held on a day",
    "persons arrested for rights",
    "person-charges",
    "persons by charge",
    "one case or person",
];

/// Everyone who asks, in a fixed order: the bits of a row's scopes on the side of PostgreSQL.
pub(crate) fn scopes() -> Vec<Scope> {
    let orgs = ORGS
        .iter()
        .map(|org| Scope::Org(OrgId::parse(org).unwrap()));
    [Scope::Public, Scope::Partners, Scope::Operator]
        .into_iter()
        .chain(orgs)
        .collect()
}

type Asked = Vec<(String, String)>;

const GROUPS: [&str; 11] = [
    "place",
    "org",
    "kind",
    "sex",
    "role",
    "rights_exercised",
    "rights_violated",
    "minor",
    "authority",
    "verification",
    "assessment",
];

fn put(asked: &mut Asked, name: &str, value: impl Into<String>) {
    if asked.iter().all(|(known, _)| known != name) {
        asked.push((name.into(), value.into()));
    }
}

fn day(dice: &mut Dice) -> String {
    let year = YEARS.0 as u64 + dice.below((YEARS.1 - YEARS.0 + 1) as u64);
    format!("{year}-{:02}-{:02}", 1 + dice.below(12), 1 + dice.below(28))
}

fn window(dice: &mut Dice, asked: &mut Asked) {
    let year = YEARS.0 as u64 + dice.below((YEARS.1 - YEARS.0 + 1) as u64);
    let value = match dice.below(10) {
        0..3 => return,
        3..6 => format!("{year}"),
        6 | 7 => format!("{year}-{:02}", 1 + dice.below(12)),
        8 => format!("{}-01-01/{year}-06-30", year - 3),
        _ => format!("{}/..", day(dice)),
    };
    put(asked, "occurred", value);
}

fn filter(dice: &mut Dice, asked: &mut Asked) {
    let (name, value) = match dice.below(11) {
        0 | 1 => ("place", format!("KH-{}", 1 + dice.below(PROVINCES))),
        2 => (
            "rights_exercised",
            dice.one(&["expression", "assembly,strike"]).into(),
        ),
        3 => (
            "rights_violated",
            dice.one(&["liberty", "fair_trial,privacy"]).into(),
        ),
        4 => (
            "role",
            dice.one(&["journalist", "student,lawyer", "protester"])
                .into(),
        ),
        5 => ("sex", dice.one(&["female", "male,unknown"]).into()),
        6 => ("minor", dice.one(&["yes", "no,unknown"]).into()),
        7 => (
            "authority",
            dice.one(&["police", "judiciary,prison", "unknown"]).into(),
        ),
        8 => ("org", dice.one(&ORGS).into()),
        9 => ("assessment", dice.one(&["violation", "unassessed"]).into()),
        _ => (
            "verification",
            dice.one(&["corroborated", "verified", "refuted"]).into(),
        ),
    };
    put(asked, name, value);
}

fn groups(dice: &mut Dice, asked: &mut Asked, more: &[&'static str]) {
    let all: Vec<&str> = GROUPS.iter().chain(more).copied().collect();
    let mut found: Vec<&str> = Vec::new();
    for _ in 0..dice.one(&[0, 0, 1, 1, 1, 2, 2]) {
        let one = dice.one(&all);
        if !found.contains(&one) {
            found.push(one);
        }
    }
    if !found.is_empty() {
        put(asked, "group_by", found.join(","));
    }
}

const TIMES: [&str; 6] = ["month", "month", "quarter", "quarter", "year", "year"];

fn charged(dice: &mut Dice, asked: &mut Asked) {
    let (name, value) = match dice.below(3) {
        0 => ("law", dice.one(&LAWS).to_owned()),
        1 => match 490 + dice.below(ARTICLES) {
            491 => ("article", "491".to_owned()),
            other => ("article", format!("{other},491")),
        },
        _ => (
            "charge_status",
            dice.one(&["convicted", "pending", "dropped,acquitted"])
                .into(),
        ),
    };
    put(asked, name, value);
}

fn asked(sort: usize, dice: &mut Dice) -> Asked {
    let mut asked = Asked::new();
    subject(sort, dice, &mut asked);
    let filters = dice.one(&[0, 0, 1, 1, 1, 2, 3]);
    if sort != 7 {
        (0..filters).for_each(|_| filter(dice, &mut asked));
    }
    match sort {
        3 => groups(dice, &mut asked, &[]),
        5 => groups(
            dice,
            &mut asked,
            &["law", "article", "charge_status", "year", "month"],
        ),
        7 => groups(dice, &mut asked, &["case", "person"]),
        _ => groups(dice, &mut asked, &TIMES),
    }
    asked
}

/// Asks what is counted, and when.
fn subject(sort: usize, dice: &mut Dice, asked: &mut Asked) {
    match sort {
        0 => {
            let kinds = [
                "arrest",
                "release",
                "arrest,abduction",
                "charge",
                "death,escape",
                "detention",
            ];
            put(asked, "kind", dice.one(&kinds));
            window(dice, asked);
        }
        1 => window(dice, asked),
        2 => {
            put(asked, "measure", "events");
            if dice.happens(50) {
                let kinds = [
                    "arrest",
                    "release,escape",
                    "assembly_action,statement",
                    "verdict",
                ];
                put(asked, "kind", dice.one(&kinds));
            }
            window(dice, asked);
        }
        3 => {
            let held = [
                "detained/any",
                "detained/state_custody",
                "detained/incl_house_arrest",
            ];
            put(asked, "definition", dice.one(&held));
            if dice.happens(85) {
                put(asked, "on", day(dice));
            }
        }
        4 => {
            put(asked, "definition", "arrested/for_rights");
            window(dice, asked);
        }
        5 => {
            put(asked, "measure", "person_charges");
            if dice.happens(50) {
                charged(dice, asked);
            }
            window(dice, asked);
        }
        6 => {
            charged(dice, asked);
            window(dice, asked);
        }
        _ => of_one(dice, asked),
    }
}

/// Asks about one person or case.
fn of_one(dice: &mut Dice, asked: &mut Asked) {
    let org = dice.early(&ORGS);
    let number = dice.below(4_000);
    if dice.happens(50) {
        put(asked, "person", format!("{org}:p{number},{org}:p7"));
    } else {
        put(asked, "case", format!("{org}:c{number}"));
    }
    match dice.below(4) {
        0 => put(asked, "definition", "detained/any"),
        1 => put(asked, "measure", "person_charges"),
        2 => put(asked, "kind", "arrest"),
        _ => put(asked, "measure", "events"),
    }
}

/// Returns `each` questions of every sort, over a log whose last position is `newest`.
pub(crate) fn questions(each: u64, newest: Position, seed: u64) -> Vec<Question> {
    let mut dice = Dice::new(seed);
    let scopes = scopes();
    let mut questions = Vec::new();
    for (number, sort) in SORTS.iter().enumerate() {
        for _ in 0..each {
            let asked = asked(number, &mut dice);
            let at = if dice.happens(40) {
                newest
            } else {
                Position::new(1 + dice.below(newest.get()))
            };
            let scope = &scopes[dice.below(scopes.len() as u64) as usize];
            questions.push(Question {
                sort,
                query: Query::parse(&asked).unwrap_or_else(|error| panic!("{asked:?}: {error}")),
                at,
                scope: scope.clone(),
            });
        }
    }
    questions
}
