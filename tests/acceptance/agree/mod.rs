//! A figure is one figure wherever it is read: the page, the frame, JSON, CSV, SVG, Atom, BibTeX, the
//! sentence to cite and `habeas replay` agree in number, bounds, unit, filters and D, and all say one
//! sentence, in every language.
//!
//! Start at [`every_form_of_a_figure_says_the_same`]. The record is the demo's and a random one beside it;
//! the questions are random too. `HABEAS_CASES` sets how many there are beside one for each parameter,
//! `HABEAS_SEED` the seed.
//!
//! Never here: which number is right (that are the laws of `answers`).

mod ask;
mod forms;
mod parsed;
mod rows;

use std::collections::BTreeMap;

use figures::{PARAMETERS, Query};
use serde_json::Value;
use web::text::words::{Catalogues, Words};

use crate::invented::history;
use crate::measured::Dice;
use crate::node::root;
use crate::pinned::node::{Content, SetNode};
use crate::pinned::site::NOW;
use crate::replay;
use ask::{Pairs, Vocabulary, codes};
use forms::Forms;
use parsed::Parser;

/// Random questions beside one for each parameter, where `HABEAS_CASES` does not say.
const CASES: u64 = 20;
const SEED: u64 = 20_201_210;
/// Events of the random record beside the demo's.
const EVENTS: u64 = 300;

fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{name} is no number")),
    )
}

/// Starts a node with the demo and a random record; returns the last position too.
fn node() -> (SetNode, u64) {
    let node = SetNode::start(Content::Demo, NOW);
    let events: Vec<String> = history(EVENTS, SEED)
        .into_iter()
        .map(|leaf| {
            let leaf = String::from_utf8(leaf).expect("text");
            let (_, rest) = leaf.split_once(',').expect("more than its time");
            format!("{{{rest}")
        })
        .collect();
    let mut last = 0;
    for some in events.chunks(100) {
        let answer = node.client.lines(some);
        assert_eq!(answer.status, 200, "{}", answer.text);
        let verdicts = answer.json();
        let verdicts = verdicts.as_array().expect("verdicts");
        last = verdicts
            .iter()
            .filter_map(|one| one["position"].as_u64())
            .fold(last, u64::max);
    }
    let ready = node
        .client
        .public(&format!("/v1/cases?limit=1&min_position={last}"));
    assert_eq!(ready.status, 200, "{}", ready.text);
    (node, last)
}

/// Writes a question as the query of an address.
pub(crate) fn query(pairs: &Pairs) -> String {
    let pairs = pairs.iter();
    let pairs = pairs.map(|(name, value)| format!("{name}={}", figures::percent_encode(value)));
    pairs.collect::<Vec<_>>().join("&")
}

#[test]
fn every_form_of_a_figure_says_the_same() {
    let seed = number("HABEAS_SEED").unwrap_or(SEED);
    let cases = number("HABEAS_CASES").unwrap_or(CASES);
    let words = Catalogues::load(None).expect("the catalogues");
    shipped(&words);
    let (node, last) = node();
    let vocabulary = Vocabulary::of(&node.client);
    let mut dice = Dice::new(seed);
    let mut questions: Vec<Pairs> = Vec::new();
    let parameters: Vec<&'static str> = vocabulary.parameters().collect();
    for name in &parameters {
        questions.push(vocabulary.question(&mut dice, name));
    }
    for _ in 0..cases {
        let name = dice.one(&parameters);
        questions.push(vocabulary.question(&mut dice, name));
    }
    let neighbours: Vec<Option<Pairs>> = questions
        .iter()
        .map(|pairs| vocabulary.neighbour(&mut dice, pairs))
        .collect();
    let at = ("at".to_owned(), last.to_string());
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), replay::lines(&node.client)).expect("written");

    let (mut parser, mut sentences) = (Parser::start(), Sentences::default());
    let mut followed = 0;
    for (pairs, neighbour) in questions.iter().zip(&neighbours) {
        let pairs: Pairs = pairs.iter().cloned().chain([at.clone()]).collect();
        let forms = Forms::of(&node.client, &mut parser, &words, &pairs);
        forms.agree();
        let english = words.get("en").expect("English");
        followed += rows::lead_to_their_figures(&node.client, forms.page(english), &pairs);
        for w in words.all() {
            each_filter_is_said(w, &pairs, forms.sentence(w));
            sentences.add(w, forms.sentence(w), &pairs, &forms.json);
        }
        let asked: Vec<String> = ["figures".to_owned()]
            .into_iter()
            .chain(
                pairs
                    .iter()
                    .filter(|(name, _)| name != "at")
                    .map(|(name, value)| format!("{name}={value}")),
            )
            .collect();
        let replayed = replay::replay(file.path(), last, "public", &asked);
        let replayed = String::from_utf8(replayed.stdout).expect("text");
        assert_eq!(replayed, forms.text, "{pairs:?} replayed");
        let Some(neighbour) = neighbour else { continue };
        let neighbour: Pairs = neighbour.iter().cloned().chain([at.clone()]).collect();
        let json = node
            .client
            .public(&format!("/v1/figures?{}", query(&neighbour)))
            .json();
        for w in words.all() {
            let sentence = forms::sentence(&node.client, &mut parser, w, &neighbour);
            sentences.add(w, &sentence, &neighbour, &json);
        }
    }
    assert!(followed > 0, "no row leads to a figure");
    println!(
        "{} questions, {followed} rows and {} sentences, HABEAS_SEED={seed} HABEAS_CASES={cases}",
        questions.len(),
        sentences.0.len()
    );
    node.stop();
}

/// Every catalogue that is shipped is among the words.
fn shipped(words: &Catalogues) {
    let folder = std::fs::read_dir(root().join("crates/web/words")).expect("the catalogues");
    for file in folder {
        let path = file.expect("a file").path();
        let code = path
            .file_stem()
            .and_then(|stem| stem.to_str())
            .expect("a name");
        assert!(words.get(code).is_some(), "{code} is not built in");
    }
}

/// What each sentence was said of: the question, and its answer.
#[derive(Default)]
struct Sentences(BTreeMap<(String, String), (Pairs, Value)>);

impl Sentences {
    /// Adds a sentence; two questions that have one have one answer.
    fn add(&mut self, w: &Words, sentence: &str, pairs: &Pairs, json: &Value) {
        let answer = serde_json::json!([json["measure"], json["total"], sorted(&json["rows"])]);
        let key = (w.language.code.clone(), sentence.to_owned());
        let (other, before) = self
            .0
            .entry(key)
            .or_insert_with(|| (pairs.clone(), answer.clone()));
        assert_eq!(
            *before, answer,
            "{sentence:?} is said of {other:?} and of {pairs:?}"
        );
    }
}

fn sorted(rows: &Value) -> Vec<String> {
    let rows = rows.as_array().expect("rows").iter();
    let mut rows: Vec<String> = rows.map(ToString::to_string).collect();
    rows.sort();
    rows
}

/// Each value of a filter stands in the sentence by the word of the language, or as it is.
fn each_filter_is_said(w: &Words, pairs: &Pairs, sentence: &str) {
    let said = sentence.to_lowercase();
    let query = Query::parse(pairs).expect("a question");
    for (name, value) in pairs {
        let default = (name == "verification" && value == "reported")
            || (name == "on" && !query.is_held())
            || matches!(name.as_str(), "at" | "measure");
        if default {
            continue;
        }
        assert!(PARAMETERS.contains(&name.as_str()), "{name}");
        for one in value.split(',') {
            let word = word(w, name, one);
            let found = word.iter().any(|word| said.contains(&word.to_lowercase()));
            assert!(found, "{name}={one}, {word:?}, is not said in {sentence:?}");
        }
    }
}

/// Returns the words for one value of a parameter, of which one must be said.
fn word(w: &Words, name: &str, value: &str) -> Vec<String> {
    if name == "group_by" {
        return vec![w.t(&format!("dimension.{value}")).to_owned()];
    }
    match name {
        "occurred" | "on" => {
            let ends = value.split('/').filter(|end| *end != "..");
            return ends.map(|end| w.digits(&end[..4])).collect();
        }
        "place" => return vec![w.place(value)],
        "definition" => {
            let keys = ["persons", "events"].map(|measure| format!("subject.{measure}.{value}"));
            return keys
                .iter()
                .filter(|key| w.has(key))
                .map(|key| w.t(key).to_owned())
                .collect();
        }
        _ => {}
    }
    let Some(codes) = codes(name) else {
        // What is hard to write is written in another way; of the rest each letter stands.
        let plain = value
            .chars()
            .all(|c| !c.is_control() && !"\"\\”\u{fffe}\u{202e}".contains(c));
        return vec![if plain {
            value.to_owned()
        } else {
            String::new()
        }];
    };
    let holds = |list: &&event::List| {
        codes
            .iter()
            .all(|code| list.codes.iter().any(|label| label.code == code))
    };
    let lists: Vec<&event::List> = event::lists().filter(holds).collect();
    assert!(!lists.is_empty(), "no list of codes holds those of {name}");
    let mut said: Vec<String> = lists.iter().map(|list| w.label(list.name, value)).collect();
    // A kind has words of its own where it is the subject.
    if name == "kind" {
        let keys = ["persons", "events"].map(|measure| format!("subject.{measure}.{value}"));
        said.extend(
            keys.iter()
                .filter(|key| w.has(key))
                .map(|key| w.t(key).to_owned()),
        );
        said.push(w.t("subject.persons.disappearance,left_custody").to_owned());
    }
    said
}
