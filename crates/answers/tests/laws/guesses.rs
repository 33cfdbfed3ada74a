//! What a guessed id tells: who names an event that they may not see learns nothing of whether it is there.
//!
//! Never here: whole logs that differ (see [`super::two_logs`]).

use event::Position;
use fold::{Scope, Sight};

use crate::memory::fold_all;
use crate::notation::leaves;

const TARGET: &str =
    r#"{"org":"alpha","source":"//test.example","id":"00000000-0000-4000-8000-000000000001"}"#;
const GUESS: &str =
    r#"{"org":"alpha","source":"//test.example","id":"00000000-0000-4000-8000-0000000000ff"}"#;

/// A hidden arrest, then by another organisation an act on it or a response to it, and one on nothing.
fn log(first: &str, second: &str) -> String {
    let beta = |what: &str, to: &str| what.replace("TARGET", to);
    format!(
        "1 A arrest by=alpha visibility=org\n{}\n{}\n",
        beta(first, TARGET),
        beta(second, GUESS)
    )
}

/// The positions of the leaves that a scope sees, the newest being known.
fn seen(log: &str, scope: &Scope) -> Vec<u64> {
    let leaves = leaves(log);
    let rows = fold_all(&leaves, &[]).rows;
    let at = Position::new(3);
    let all = (1..).map(Position::new).zip(&leaves);
    all.filter(|(position, leaf)| {
        let Ok(leaf) = answers::visible_leaf(&mut Sight::new(&rows, at), (*position, leaf), scope);
        leaf.is_some()
    })
    .map(|(position, _)| position.get())
    .collect()
}

#[test]
fn an_act_on_a_hidden_event_is_seen_as_little_as_one_on_none() {
    let by = |org: &str| Scope::Org(event::OrgId::parse(org).unwrap());
    for act in [
        r#"2 - correction by=beta visibility=public target=TARGET patch={"note":{"text":"x","lang":"en"}}"#,
        "2 - retraction by=beta target=TARGET reason=duplicate",
        "2 - verification_changed by=beta target=TARGET to=refuted",
    ] {
        let log = log(act, act);
        assert_eq!(seen(&log, &Scope::Public), [0; 0], "{act}");
        assert_eq!(seen(&log, &by("beta")), [0; 0], "{act}");
        assert_eq!(seen(&log, &by("alpha")), [1, 2, 3], "{act}");
    }
}

#[test]
fn responses_stand_in_their_order_whatever_they_answer() {
    let response = "2 - official_response by=beta visibility=public to=TARGET position=denies";
    let log = log(response, response);
    let (forth, mut lines) = (leaves(&log), log.lines());
    let (arrest, first, second) = (lines.next(), lines.next(), lines.next());
    let back = [arrest, second, first].map(Option::unwrap).join("\n");
    for leaves in [forth, leaves(&back)] {
        let model = fold_all(&leaves, &[]);
        let at = Position::new(3);
        let found = answers::list_statements(&model.rows, &model.columns, at, &Scope::Public);
        let Ok((_, responses)) = found;
        let positions: Vec<u64> = responses.iter().map(|one| one.position.get()).collect();
        assert_eq!(positions, [2, 3]);
    }
}
