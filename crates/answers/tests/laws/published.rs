//! Published reports as logs of events: each test is named for the publisher and the date.
//!
//! The people and ids are invented; the numbers and days are those of the reports.
//!
//! Never here: the rules one by one (see the other modules).

use event::{Instant, Position};
use expect_test::{Expect, expect};
use fold::Scope;

use crate::memory::fold_all;
use crate::notation::{check, check_figure, check_held, counted, leaves, parse};

/// Checks one figure at each position and each instant (`recorded:` left out) that `at` names.
fn check_at(log: &str, query: &str, at: &[&str], expected: Expect) {
    let columns = fold_all(&leaves(log), &[]).columns;
    let mut text = String::new();
    for at in at {
        let position = match at.parse::<u64>() {
            Ok(position) => Position::new(position),
            Err(_) => {
                columns
                    .instants()
                    .recorded(Instant::parse(at).unwrap().0, &Scope::Operator)
                    .position
            }
        };
        let answer = crate::answer(&columns, &parse(query), position, None, &Scope::Operator);
        text.push_str(&format!("{at}: {}", counted(&answer)));
    }
    expected.assert_eq(&text);
}

/// US Press Freedom Tracker, their issue 588: incidents and journalists are different numbers.
///
/// Seven incidents: A arrested twice, B, C arrested; C, D, E attacked.
const USPFT_588: &str = r#"
1 A arrest case=uspft:1 by=uspft
2 A arrest case=uspft:2 by=uspft
3 B arrest case=uspft:3 by=uspft
4 C arrest case=uspft:4 by=uspft
4 C assault case=uspft:5 by=uspft
5 D assault case=uspft:6 by=uspft
6 E assault case=uspft:7 by=uspft
"#;

#[test]
fn uspft_issue_588_seven_incidents_and_five_journalists() {
    let check = |query: &str, expected: Expect| check_figure(USPFT_588, query, expected);
    check(
        "measure=events&kind=arrest,assault&group_by=kind",
        expect![[r#"
            7 (at least 7, at most 7)
            arrest: 4 (at least 4, at most 4)
            assault: 3 (at least 3, at most 3)
        "#]],
    );
    check(
        "measure=persons&kind=arrest,assault&group_by=kind",
        expect![[r#"
            5 (at least 5, at most 5)
            arrest: 3 (at least 3, at most 3)
            assault: 3 (at least 3, at most 3)
        "#]],
    );
}

/// AAPP, 20 December 2021: killed on the 14th, documented on the 20th.
#[test]
fn aapp_20_december_2021_a_death_appears_only_when_it_is_documented() {
    check_at(
        r#"
2021-12-10 1 arrest by=aapp rec=2021-12-11
2021-12-14 2 death by=aapp rec=2021-12-20 in_custody=yes
2021-12-18 3 arrest by=aapp rec=2021-12-21
"#,
        "measure=persons&kind=death&occurred=2021-12-14",
        &["1", "2", "2021-12-19T23:59:59Z", "2021-12-20T23:59:59Z"],
        expect![[r#"
            1: 0 (at least 0, at most 0)
            2: 1 (at least 1, at most 1)
            2021-12-19T23:59:59Z: 0 (at least 0, at most 0)
            2021-12-20T23:59:59Z: 1 (at least 1, at most 1)
        "#]],
    );
}

/// OHCHR, 11 September 2020: "24 arrested, 13 released, 12 remain". Kept as said, and flagged.
#[test]
fn ohchr_11_september_2020_numbers_that_do_not_add_up() {
    let log = r#"
2020-09-11 - aggregate_claim by=ohchr rec=2020-09-11 verbatim=24_arrested_13_released_12_remain measure=persons modality=exact lower=24 upper=24 parts=released:13,remain:12
2020-09-07 1 arrest rec=2020-09-08
"#;
    check(
        log,
        expect![[r#"
            1: police_custody 2020-09-07 to ..
            c1: claim_parts at 1
        "#]],
    );
    // A claim is never added to what is documented.
    check_figure(
        log,
        "measure=persons&kind=arrest",
        expect![[r#"
            1 (at least 1, at most 1)
        "#]],
    );
    check_figure(
        log,
        "measure=events&kind=aggregate_claim",
        expect![[r#"
            1 (at least 1, at most 1)
        "#]],
    );
}

/// Viasna, October 2020: released to house arrest is detained under one definition, not another.
#[test]
fn viasna_october_2020_house_arrest_is_a_matter_of_definition() {
    let log = r#"
10 1 arrest by=viasna
20 1 house_arrest by=viasna
"#;
    check_held(
        log,
        "definition=detained/any",
        expect![[r#"
            days 10-19: 1 held
        "#]],
    );
    check_held(
        log,
        "definition=detained/incl_house_arrest",
        expect![[r#"
            days 10-31: 1 held
        "#]],
    );
}

/// Phnom Penh, 10 December 2020: 67 organisations, "over 120" arrested, and an answer that denies.
const FOUNDING: &str = r#"
2020-12-10 - statement by=ngos case=ngos:appeal rec=2020-12-10 issuers={"count":67} demands=["drop_charges","release"] title=Joint_statement
2020-12-10 - aggregate_claim by=ngos case=ngos:appeal rec=2020-12-10 verbatim=over_120_individuals measure=persons modality=more_than lower=121 population={"kind":"arrest","occurred":"2020"}
2020-12-10 - official_response by=ngos case=ngos:appeal rec=2020-12-11 to={"org":"ngos","source":"//test.example","id":"00000000-0000-4000-8000-000000000001"} position=denies
2020-07-31 1 arrest by=ngos case=ngos:1 rec=2020-08-01 rights=expression
2020-09-07 2,3 arrest by=ngos case=ngos:2 rec=2020-09-08 rights=expression,assembly
"#;

#[test]
fn the_founding_text_is_a_statement_a_claim_and_a_denial() {
    check_figure(
        FOUNDING,
        "measure=events&occurred=2020-12-10&group_by=kind",
        expect![[r#"
            3 (at least 3, at most 3)
            aggregate_claim: 1 (at least 1, at most 1)
            official_response: 1 (at least 1, at most 1)
            statement: 1 (at least 1, at most 1)
        "#]],
    );
    // "Over 120" stands beside the three who are documented, and is not added to them.
    check_figure(
        FOUNDING,
        "measure=persons&kind=arrest&occurred=2020",
        expect![[r#"
            3 (at least 3, at most 3)
        "#]],
    );
}

#[test]
fn the_founding_claim_is_lower_121_and_no_upper() {
    let memory = fold_all(&leaves(FOUNDING), &[]).rows;
    let claims = memory.tracks.values().flat_map(|track| &track.assertions);
    let claims: Vec<_> = claims
        .filter(|row| row.value.kind == event::Kind::AggregateClaim)
        .map(|row| &row.value.effect)
        .collect();
    let over_120 = fold::Effect::Numbers {
        lower: 121,
        upper: None,
        inconsistent: false,
    };
    assert_eq!(claims, [&over_120]);
}
