//! Random questions of the whole filter grammar, made from its own table of parameters.
//!
//! Start at [`Vocabulary::question`]. The codes of a parameter are those that its refusal names, so a new
//! code, and a new parameter of codes, is asked for by itself; a new parameter of another sort stops the
//! test until its values stand in [`Vocabulary::of`].
//!
//! Never here: answers.

use std::collections::BTreeMap;

use figures::{PARAMETERS, Query, QueryError};

use crate::client::Client;
use crate::measured::Dice;

/// The parameters of a question, decoded.
pub(super) type Pairs = Vec<(String, String)>;

/// Parameters that say what is counted; a question has one of them, or none.
const WHAT: [&str; 3] = ["kind", "definition", "custody_state"];

/// How often a random question is drawn until its parameters go together.
const TRIES: usize = 2_000;

/// Texts that are hard to say: signs of other formats, quotes, commas of other scripts, controls.
const HARD: [&str; 8] = [
    "a or b",
    "Code \"of\" <Laws> & 'more'; 2009",
    "50 % {of} \\all_it$ #1 ~^",
    "”quoted”",
    "=1+1",
    "ក្រមព្រហ្មទណ្ឌ មាត្រា ៤៩៥",
    "\u{1}\u{b}\u{1b}[31m\u{fffe}",
    "Kodeks \u{202e}gnol",
];

/// The values that each parameter may have in a question about one record.
pub(super) struct Vocabulary(BTreeMap<&'static str, Vec<String>>);

impl Vocabulary {
    /// Learns the values of free texts and ids from what a node has.
    pub(super) fn of(client: &Client) -> Self {
        let named = |list: &str, name: &str| -> Vec<String> {
            let body = client.public(&format!("/v1/{list}?limit=1000")).json();
            let rows = body[list].as_array().expect("a list").clone();
            rows.iter()
                .map(|row| row[name].as_str().expect("an id").to_owned())
                .collect()
        };
        let grouped = |group: &str, what: &str| -> Vec<String> {
            let body = client
                .public(&format!("/v1/figures?{what}&group_by={group}"))
                .json();
            let rows = body["rows"].as_array().expect("rows").clone();
            rows.iter()
                .filter_map(|row| row["group"][group].as_str().map(ToOwned::to_owned))
                // Values are parted by commas, so a question cannot name such a one.
                .filter(|value| !value.contains(','))
                .collect()
        };
        let texts = |group: &str| {
            let mut texts = grouped(group, "measure=person_charges");
            texts.extend(HARD.map(ToOwned::to_owned));
            texts
        };
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let values = PARAMETERS.iter().map(|name| {
            let values: Vec<String> = match *name {
                "definition" => owned(&[
                    "detained/any",
                    "detained/state_custody",
                    "detained/incl_house_arrest",
                    "arrested/for_rights",
                ]),
                "occurred" => owned(&[
                    "2020",
                    "2020-09",
                    "2020-09-07?",
                    "2019-05-03/2020-08-20",
                    "../2020-06-30",
                    "2015-02-01/..",
                ]),
                "on" => owned(&["2020-09-01", "2020-12-10", "2015-07-31"]),
                // R is the same for all that are compared.
                "at" => Vec::new(),
                "place" => {
                    let mut places = grouped("place", "kind=arrest");
                    places.extend(owned(&["KH", "GE", "US-GA", "LU", "BE-WLX", "SU"]));
                    places
                }
                "org" => grouped("org", "measure=events"),
                "case" => named("cases", "case"),
                "person" => named("persons", "person"),
                "law" | "article" | "court" => texts(name),
                "locality" | "tag" => {
                    let mut texts = grouped(name, "measure=events");
                    texts.extend(HARD.map(ToOwned::to_owned));
                    texts
                }
                "nationality" => owned(&["KH", "GE", "US"]),
                name => codes(name).unwrap_or_else(|| panic!("say which values {name} may have")),
            };
            (*name, values)
        });
        Self(values.collect())
    }

    /// Returns the parameters that a question can have.
    pub(super) fn parameters(&self) -> impl Iterator<Item = &'static str> {
        let asked = self.0.iter().filter(|(_, values)| !values.is_empty());
        asked.map(|(name, _)| *name)
    }

    /// Draws a question that has `forced` among its parameters.
    pub(super) fn question(&self, dice: &mut Dice, forced: &'static str) -> Pairs {
        for _ in 0..TRIES {
            let pairs = self.drawn(dice, forced);
            if Query::parse(&pairs).is_ok() {
                return pairs;
            }
        }
        panic!("no question with {forced} goes together");
    }

    /// Returns the question with another value of one of its filters, or without it; none where it has
    /// none, or what is left is no question.
    pub(super) fn neighbour(&self, dice: &mut Dice, pairs: &Pairs) -> Option<Pairs> {
        let filters: Vec<usize> = (0..pairs.len())
            .filter(|at| pairs[*at].0 != "group_by")
            .collect();
        let at = *filters.get(usize::try_from(dice.below(64)).ok()? % filters.len().max(1))?;
        let mut other = pairs.clone();
        let name = PARAMETERS.iter().find(|name| **name == other[at].0)?;
        if dice.happens(50) {
            other.remove(at);
        } else {
            other[at].1 = self.value(dice, name);
        }
        Query::parse(&other).is_ok().then_some(other)
    }

    fn drawn(&self, dice: &mut Dice, forced: &'static str) -> Pairs {
        let mut names = vec![forced];
        if !WHAT.contains(&forced) && dice.happens(75) {
            names.push(dice.one(&WHAT));
        }
        let others: Vec<&'static str> = self.parameters().collect();
        for _ in 0..dice.below(4) {
            names.push(dice.one(&others));
        }
        if dice.happens(50) {
            names.push("group_by");
        }
        names.sort_unstable();
        names.dedup();
        names
            .into_iter()
            .map(|name| (name.to_owned(), self.value(dice, name)))
            .collect()
    }

    /// Draws a value, or a list of two where lists are taken.
    fn value(&self, dice: &mut Dice, name: &'static str) -> String {
        let values: Vec<&str> = self.0[name].iter().map(String::as_str).collect();
        let one = dice.one(&values).to_owned();
        let two = format!("{one},{}", dice.one(&values));
        let takes_two = !matches!(
            Query::parse(&[(name.to_owned(), two.clone())]),
            Err(QueryError::Value { .. })
        );
        if takes_two && dice.happens(40) {
            two
        } else {
            one
        }
    }
}

/// Returns the codes of a parameter, as its refusal names them; none where it names no codes.
pub(super) fn codes(name: &str) -> Option<Vec<String>> {
    let wrong = Query::parse(&[(name.to_owned(), "?!".to_owned())]);
    let Err(QueryError::Value { expected, .. }) = wrong else {
        return None;
    };
    let list = expected
        .split_once(" of ")
        .map_or(&*expected, |(_, list)| list);
    let list = list.replace(", or ", ", ").replace(" or ", ", ");
    let codes: Vec<String> = list.split(", ").map(ToOwned::to_owned).collect();
    let is_code = |code: &String| {
        let wrong = Query::parse(&[(name.to_owned(), code.clone())]);
        !matches!(wrong, Err(QueryError::Value { .. }))
    };
    codes.iter().all(is_code).then_some(codes)
}
