//! The questions of the bench of figures, over a smaller history of the same sort: 40 of each sort, 320
//! in all, in every scope.
//!
//! Never here: the node; what these answers look like over HTTP is `invented_lists`.

use super::Pins;
use super::node::pinned_body;
use crate::asked::{SORTS, questions};
use crate::folded::Folded;
use crate::invented::history;

/// Events of the history, where the bench has a million.
pub(super) const EVENTS: u64 = 20_000;
/// The seed and the number of questions of each sort are the bench's.
pub(super) const SEED: u64 = 20_201_210;
pub(super) const QUESTIONS_EACH: u64 = 40;

/// Each answer as the bytes of its JSON; the first of each sort is kept whole.
#[test]
fn the_320_questions_of_the_bench_are_answered_as_before() {
    let folded = Folded::of(history(EVENTS, SEED));
    let table = folded.table();
    let questions = questions(QUESTIONS_EACH, folded.newest(), SEED);
    assert_eq!(questions.len(), 320);
    let mut pins = Pins::new("figures/answers.tsv");
    let mut whole = Pins::new("figures/whole.tsv");
    let mut shown = 0;
    for (number, question) in questions.iter().enumerate() {
        let answer = figures::answer(&table, &question.query, question.at, None, &question.scope);
        let answer = answer.expect("an answer");
        let bytes = serde_json::to_vec(&answer).expect("JSON");
        let link = question.query.link(question.at, question.query.on);
        let name = format!("{number:03} {} {link}", question.scope.name());
        if SORTS.get(shown) == Some(&question.sort) {
            shown += 1;
            let text = String::from_utf8(bytes.clone()).expect("text");
            whole.add(name.clone(), text);
        }
        pins.add(name, pinned_body(&bytes));
    }
    pins.check();
    whole.check();
}
