//! Persons in answers: which ids are one individual, by which links, and which are kept apart.
//!
//! Never here: the notation of the logs (see `notation`).

use std::collections::BTreeSet;
use std::fmt::Write as _;

use answers::{DuplicateSearch, PersonBody, PersonList};
use event::{PersonId, Position};
use expect_test::{Expect, expect};
use fold::{Memory, Scope, View};
use proptest::prelude::*;
use serde_json::Value;

use crate::generate::histories;
use crate::laws::{EVENTS_MAX, law, show};
use crate::memory::fold_all;
use crate::notation::leaves;
use crate::questions::scopes;

fn person(memory: &Memory, id: &str, at: u64, scope: &Scope) -> Value {
    let id = PersonId::parse(id).unwrap();
    let Ok(person) = PersonBody::build(memory, &id, Position::new(at), scope);
    serde_json::to_value(person).unwrap()
}

/// The individual of alpha:1, then one line for each link on it.
fn links_text(log: &str, at: u64, scope: &Scope) -> String {
    let memory = fold_all(&leaves(log), &[]).rows;
    let person = person(&memory, "alpha:1", at, scope);
    let list = |value: &Value| {
        let ids = value.as_array().into_iter().flatten();
        let ids: Vec<_> = ids.map(|id| id.as_str().unwrap().to_owned()).collect();
        ids.join(" ")
    };
    let mut text = format!("{}\n", list(&person["individual"]));
    for link in person["links"].as_array().into_iter().flatten() {
        let text_of = |name: &str| link[name].as_str().unwrap_or_default().to_owned();
        let counts = &link["individuals"];
        write!(
            text,
            "{} {} {} by {} ({}), {} to {}",
            link["position"],
            text_of("kind"),
            text_of("with"),
            text_of("org"),
            text_of("basis"),
            counts["before"],
            counts["after"]
        )
        .unwrap();
        if !link["ended_by"].is_null() {
            write!(text, ", ended by {}", link["ended_by"]).unwrap();
        }
        if link["holds"] == false {
            write!(text, ", {}", text_of("no_effect")).unwrap();
        }
        for path in link["paths"].as_array().into_iter().flatten() {
            write!(text, ", still by {}", list(path)).unwrap();
        }
        text.push('\n');
    }
    text
}

fn check(log: &str, expected: Expect) {
    expected.assert_eq(&links_text(log, 99, &Scope::Operator));
}

#[test]
fn a_link_says_who_why_and_how_many_individuals_there_were() {
    check(
        r#"
10 1 arrest
10 beta:7 arrest by=beta
.. - same_person pair=1,beta:7 basis=court_file
"#,
        expect![[r#"
            alpha:1 beta:7
            3 same_person beta:7 by alpha (court_file), 2 to 1
        "#]],
    );
}

#[test]
fn a_link_is_undone_by_not_same_person_or_by_a_retraction() {
    check(
        r#"
10 1,2,3 arrest
.. - same_person pair=1,2 rec=11
.. - not_same_person pair=1,2 rec=12
.. - same_person pair=1,3 rec=11
.. - retraction of=4
"#,
        expect![[r#"
            alpha:1
            2 same_person alpha:2 by alpha (), 2 to 1, superseded
            3 not_same_person alpha:2 by alpha (), 1 to 2
            4 same_person alpha:3 by alpha (), 2 to 1, ended by 5, retracted
        "#]],
    );
}

#[test]
fn a_link_that_would_join_two_people_of_another_is_left_out_and_listed_with_both() {
    let log = r#"
10 1,2 arrest
10 beta:1 arrest by=beta
.. - same_person pair=1,beta:1 by=beta rec=11
.. - same_person pair=2,beta:1 by=beta rec=12
"#;
    check(
        log,
        expect![[r#"
            alpha:1 beta:1
            3 same_person beta:1 by beta (), 2 to 1
        "#]],
    );
    let memory = fold_all(&leaves(log), &[]).rows;
    for (id, other, no_effect) in [
        ("alpha:1", "alpha:2", None),
        ("alpha:2", "alpha:1", Some("left_out")),
    ] {
        let person = person(&memory, id, 99, &Scope::Operator);
        assert_eq!(person["others_say_one"][0]["person"], *other);
        let path = serde_json::json!([id, "beta:1", other]);
        let said = person["others_say_one"].as_array().unwrap();
        assert!(said.iter().any(|one| one["path"] == path), "{said:?}");
        let link = &person["links"][0];
        assert_eq!(link["no_effect"].as_str(), no_effect, "{link}");
    }
}

#[test]
fn an_owners_parting_decides_whatever_came_later() {
    check(
        r#"
10 1 arrest
.. - not_same_person pair=1,beta:1 rec=11
.. - same_person pair=1,beta:1 by=beta rec=12
"#,
        expect![[r#"
            alpha:1
            2 not_same_person beta:1 by alpha (), 2 to 2
            3 same_person beta:1 by beta (), 2 to 2, superseded
        "#]],
    );
}

#[test]
fn paths_that_remain_are_listed() {
    check(
        r#"
10 1,2,3,4,5 arrest
.. - same_person pair=1,2 rec=11
.. - same_person pair=1,3 rec=11
.. - same_person pair=3,2 rec=11
.. - same_person pair=1,4 rec=11
.. - same_person pair=4,5 rec=11
.. - same_person pair=5,2 rec=11
.. - not_same_person pair=1,2 rec=12
"#,
        expect![[r#"
            alpha:1 alpha:2 alpha:3 alpha:4 alpha:5
            2 same_person alpha:2 by alpha (), 2 to 1, superseded
            3 same_person alpha:3 by alpha (), 2 to 1
            5 same_person alpha:4 by alpha (), 2 to 1
            8 not_same_person alpha:2 by alpha (), 1 to 1, still by alpha:1 alpha:3 alpha:2, still by alpha:1 alpha:4 alpha:5 alpha:2
        "#]],
    );
}

#[test]
fn a_link_of_a_stranger_does_not_count_until_it_is_granted() {
    let log = r#"
10 1,2 arrest
.. - same_person pair=1,2 by=beta
.. - grant grantee=beta case=-
"#;
    let not_yet = "alpha:1\n2 same_person alpha:2 by beta (), 2 to 2, not_allowed\n";
    assert_eq!(links_text(log, 2, &Scope::Operator), not_yet);
    let counts = "alpha:1 alpha:2\n2 same_person alpha:2 by beta (), 2 to 2\n";
    assert_eq!(links_text(log, 3, &Scope::Operator), counts);
}

#[test]
fn a_link_kept_within_an_organisation_is_told_to_nobody_else() {
    let log = r#"
10 1,2 arrest
.. - same_person pair=1,2 vis=org
"#;
    assert_eq!(links_text(log, 2, &Scope::Public), "alpha:1\n");
    assert!(links_text(log, 2, &Scope::Operator).starts_with("alpha:1 alpha:2\n"));
}

#[test]
fn people_are_listed_in_the_order_of_their_ids() {
    let log = r#"
10 2 arrest case=c1
10 1 arrest case=c2
12 1 arrest case=c1 vis=org
14 beta:1 arrest by=beta case=- vis=org
.. - same_person pair=1,2
"#;
    let memory = fold_all(&leaves(log), &[]).rows;
    let list = |scope: &Scope, limit: usize| {
        let persons = memory.persons.iter();
        let persons = persons.map(|(id, row)| Ok((id.clone(), row.clone())));
        let Ok(people) = PersonList::build(&memory, Position::new(5), scope, limit, persons);
        let next = people.next(limit).map(ToOwned::to_owned);
        let of = |one: &answers::PersonSummary| {
            format!(
                "{} ({}): {}",
                one.person,
                one.individual.join(" "),
                one.cases.join(" ")
            )
        };
        let lines: Vec<String> = people.persons.iter().map(of).collect();
        (lines.join("\n"), next)
    };
    let (public, next) = list(&Scope::Public, 10);
    expect![[r#"
        alpha:1 (alpha:1 alpha:2): alpha:c2
        alpha:2 (alpha:1 alpha:2): alpha:c1"#]]
    .assert_eq(&public);
    assert_eq!(next, None);
    let (first, next) = list(&Scope::Operator, 1);
    assert_eq!(first, "alpha:1 (alpha:1 alpha:2): alpha:c1 alpha:c2");
    assert_eq!(next.as_deref(), Some("alpha:1"));
    assert!(
        memory
            .person(&PersonId::parse("beta:1").unwrap())
            .unwrap()
            .is_some()
    );
}

/// One line for each group of candidates.
fn candidates(log: &str, at: u64, scope: &Scope, page: (usize, usize)) -> String {
    let memory = fold_all(&leaves(log), &[]).rows;
    let at = Position::new(at);
    let mut candidates = DuplicateSearch::default();
    for (id, row) in &memory.persons {
        candidates.add_person(id, row, at, scope);
    }
    let Ok(found) = candidates.list_groups(&memory, at, scope, page.0, page.1);
    let mut text = String::new();
    for group in &found.duplicates {
        let ids: Vec<_> = group.individuals.iter().map(|ids| ids.join("=")).collect();
        let names: Vec<_> = group.names.iter().map(String::as_str).collect();
        let what = group.fact.as_ref().map_or(names.join(", "), |fact| {
            format!("{} in {}", fact.kind, fact.case)
        });
        let parted: Vec<_> = group.parted.iter().map(|pair| pair.join("/")).collect();
        let line = format!(
            "{} {what}: {} {}",
            group.because,
            ids.join(" "),
            parted.join(" ")
        );
        writeln!(text, "{}", line.trim_end()).unwrap();
    }
    if let Some(next) = found.next {
        writeln!(text, "more after {next}").unwrap();
    }
    text
}

/// Candidates are names with different spellings, and the same fact that two organisations report of
/// two ids in one case.
const ALIKE: &str = r#"
.. - evidence persons=[{"id":"alpha:1","names":[{"text":"Sok_Vichet"}]},{"id":"beta:7","names":[{"text":"SOK_vicheth"},{"text":"Dara"}]}]
.. - evidence persons=[{"id":"alpha:2","names":[{"text":"Sok_Vichet"}]},{"id":"alpha:3","names":[{"text":"Dara"}]}]
.. - same_person pair=1,2
10 4 arrest
10 beta:8 arrest by=beta
10 beta:9 arrest by=beta case=beta:c2
.. - not_same_person pair=3,beta:7
.. - not_same_person pair=4,beta:8 rec=12
"#;

#[test]
fn alike_ids_are_candidates_until_a_link_decides() {
    let groups_at = |at: u64| candidates(ALIKE, at, &Scope::Operator, (0, 10));
    let names = "similar_name sok_vichet, sok_vicheth: alpha:1=alpha:2 beta:7\n";
    let fact = "same_fact arrest in alpha:c1: alpha:4 beta:8\n";
    let dara = "same_name dara: alpha:3 beta:7\n";
    assert_eq!(groups_at(6), format!("{names}{dara}{fact}"));
    assert_eq!(groups_at(7), format!("{names}{fact}"));
    assert_eq!(groups_at(8), names);
}

#[test]
fn candidates_come_in_pages() {
    let page = |after: usize| candidates(ALIKE, 6, &Scope::Operator, (after, 1));
    let alike = "similar_name sok_vichet, sok_vicheth: alpha:1=alpha:2 beta:7";
    assert_eq!(page(0), format!("{alike}\nmore after 1\n"));
    let dara = "same_name dara: alpha:3 beta:7";
    assert_eq!(page(1), format!("{dara}\nmore after 2\n"));
    assert_eq!(page(2), "same_fact arrest in alpha:c1: alpha:4 beta:8\n");
}

#[test]
fn a_candidate_is_not_told_by_what_is_hidden() {
    let log = r#"
10 1 arrest
.. - evidence vis=org persons=[{"id":"alpha:1","names":[{"text":"Dara"}]}]
.. - evidence persons=[{"id":"alpha:2","names":[{"text":"Dara"}]}]
"#;
    assert_eq!(candidates(log, 3, &Scope::Public, (0, 10)), "");
    let seen = candidates(log, 3, &Scope::Operator, (0, 10));
    assert_eq!(seen, "same_name dara: alpha:1 alpha:2\n");
}

/// The people whom a scope is listed at R.
fn listed(memory: &Memory, at: Position, scope: &Scope) -> BTreeSet<String> {
    let rows = memory.persons.iter();
    let all = rows.map(|(id, row)| Ok((id.clone(), row.clone())));
    let Ok(list) = PersonList::build(memory, at, scope, usize::MAX, all);
    list.persons.into_iter().map(|one| one.person).collect()
}

#[test]
fn who_was_first_in_a_case_by_a_retracted_event_is_listed_by_a_later_one() {
    let log = r#"
.. - retraction of=2
10 1 arrest
11 1 arrest
"#;
    let memory = fold_all(&leaves(log), &[]).rows;
    let at = |at: u64| listed(&memory, Position::new(at), &Scope::Public);
    assert_eq!(at(2), BTreeSet::new());
    assert_eq!(at(3), BTreeSet::from(["alpha:1".to_owned()]));
}

#[test]
fn people_are_listed_who_stand_in_a_track_that_is_seen() {
    let asked = (histories(EVENTS_MAX), 0..EVENTS_MAX + 6, scopes());
    law(asked, |(history, known, scope)| {
        let leaves = history.as_sent();
        let at = Position::new(known.min(leaves.len()).try_into().unwrap());
        let memory = fold_all(&leaves, &[8]).rows;
        let seen = memory.tracks.iter().filter_map(|(id, track)| {
            let mut rows = track.assertions.iter();
            let is_seen = rows.any(|row| row.holds(at) && row.value.is_seen(&scope));
            id.person().filter(|_| is_seen).map(ToString::to_string)
        });
        prop_assert_eq!(
            listed(&memory, at, &scope),
            seen.collect::<BTreeSet<_>>(),
            "{:?} at {}\n{}",
            scope,
            at,
            show(&leaves)
        );
        Ok(())
    });
}

#[test]
fn a_link_made_one_of_the_ids_that_are_of_one_individual_then() {
    law((histories(EVENTS_MAX), scopes()), |(history, scope)| {
        let leaves = history.as_sent();
        let newest = u64::try_from(leaves.len()).unwrap();
        let memory = fold_all(&leaves, &[8]).rows;
        for id in memory.persons.keys().map(ToString::to_string) {
            let links = person(&memory, &id, newest, &scope)["links"].clone();
            for link in links.as_array().into_iter().flatten() {
                let at = link["position"].as_u64().unwrap();
                let then = person(&memory, &id, at, &scope);
                if then.is_null() {
                    continue;
                }
                let individual = then["individual"].as_array().unwrap();
                prop_assert_eq!(
                    link["individuals"]["after"] == 1,
                    individual.contains(&link["with"]),
                    "{:?}: {}\n{}",
                    scope,
                    link,
                    show(&leaves)
                );
            }
        }
        Ok(())
    });
}
