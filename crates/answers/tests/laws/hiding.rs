//! What hides an event and goes on hiding it: acts on it, and acts on these at any depth.
//!
//! Never here: random histories (see [`super::scopes`]) and what a guessed id tells ([`super::guesses`]).

use event::Position;
use fold::{Scope, Sight};

use crate::memory::fold_all;
use crate::notation::leaves;

/// Acts on a public arrest and on each other, after which the public sees nothing of it. `@N` is the event of
/// line N.
const HIDING: &[&[&str]] = &[
    &["retraction target=@1 reason=safety"],
    &[
        "retraction target=@1 reason=duplicate",
        r#"correction target=@2 patch={"reason":"safety"}"#,
    ],
    &[
        "retraction target=@1 reason=duplicate",
        r#"correction target=@2 patch={"reason":"out_of_scope"}"#,
        r#"correction target=@3 patch={"patch":{"reason":"safety"}}"#,
    ],
    &[
        r#"correction target=@1 patch={"mode":"raid"}"#,
        r#"correction target=@2 patch={"patch":{"mode":"street"}}"#,
        r#"correction target=@3 patch={"patch":{"patch":{"visibility":"org"}}}"#,
    ],
];

fn event(line: &str, number: usize) -> String {
    let id = |n: &str| {
        format!(
            r#"{{"org":"alpha","source":"//test.example","id":"00000000-0000-4000-8000-{:0>12}"}}"#,
            n
        )
    };
    let line = (1..=9).fold(line.to_owned(), |line, n| {
        line.replace(&format!("@{n}"), &id(&n.to_string()))
    });
    format!("{number} - {line} by=alpha")
}

/// Whether the public sees the arrest at the newest R.
fn is_public(acts: &[&str]) -> bool {
    let arrest = "1 A arrest by=alpha visibility=public".to_owned();
    let acts = acts.iter().zip(2..).map(|(act, number)| event(act, number));
    let log: Vec<String> = [arrest].into_iter().chain(acts).collect();
    let leaves = leaves(&log.join("\n"));
    let rows = fold_all(&leaves, &[]).rows;
    let newest = Position::new(u64::try_from(leaves.len()).unwrap());
    let first = (Position::new(1), leaves[0].as_slice());
    let Ok(leaf) = answers::visible_leaf(&mut Sight::new(&rows, newest), first, &Scope::Public);
    leaf.is_some()
}

#[test]
fn an_act_hides_at_any_depth_and_goes_on_hiding_when_it_is_retracted() {
    for acts in HIDING {
        assert!(
            is_public(&acts[..acts.len() - 1]),
            "{acts:?}, without the last"
        );
        assert!(!is_public(acts), "{acts:?}");
        let last = format!("retraction target=@{} reason=duplicate", acts.len() + 1);
        let retracted = [acts, &[last.as_str()][..]].concat();
        assert!(!is_public(&retracted), "{retracted:?}");
    }
}
