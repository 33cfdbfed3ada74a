//! Scopes, and what each may see: domain rules by example.
//!
//! Never here: the notation of the logs (see `notation`).

use event::OrgId;
use expect_test::{Expect, expect};
use fold::Scope;

use crate::memory::fold_all;
use crate::notation::{check_seen, counted, leaves, parse, report};

fn org(id: &str) -> Scope {
    Scope::Org(OrgId::parse(id).unwrap())
}

/// Checks the report for each scope; equal reports are listed once.
fn check_each(log: &str, expected: Expect) {
    let scopes = [
        Scope::Public,
        Scope::Partners,
        org("alpha"),
        org("beta"),
        Scope::Operator,
    ];
    let mut reports: Vec<(String, String)> = Vec::new();
    for scope in scopes {
        let report = report(log, &scope);
        match reports.iter_mut().find(|(_, other)| *other == report) {
            Some((names, _)) => {
                names.push_str(", ");
                names.push_str(&scope.name());
            }
            None => reports.push((scope.name(), report)),
        }
    }
    let text: Vec<_> = reports
        .iter()
        .map(|(names, report)| format!("[{names}]\n{report}"))
        .collect();
    expected.assert_eq(&text.concat());
}

#[test]
fn the_public_sees_an_arrest_but_not_a_release_kept_within_an_organisation() {
    check_each(
        r#"
10 1 arrest
12 1 release vis=org
"#,
        expect![[r#"
            [public, partners, org:beta]
            1: police_custody 10 to ..
            days 10-31: 1 held
            [org:alpha, operator]
            1: police_custody 10 to 12
            1: free 12 to ..
            days 10-11: 1 held
        "#]],
    );
}

#[test]
fn what_is_said_nowhere_is_kept_within_the_organisation() {
    check_each(
        r#"
10 1 arrest vis=-
"#,
        expect![[r#"
            [public, partners, org:beta]
            [org:alpha, operator]
            1: police_custody 10 to ..
            days 10-31: 1 held
        "#]],
    );
}

#[test]
fn partners_see_what_is_for_partners() {
    check_each(
        r#"
10 1 arrest vis=partners
"#,
        expect![[r#"
            [public]
            [partners, org:alpha, org:beta, operator]
            1: police_custody 10 to ..
            days 10-31: 1 held
        "#]],
    );
}

#[test]
fn a_correction_without_visibility_takes_its_targets() {
    check_each(
        r#"
10 1 arrest
.. - correction of=1 vis=- patch={"occurred":"2020-01-12"}
"#,
        expect![[r#"
            [public, partners, org:alpha, org:beta, operator]
            1: police_custody 12 to ..
            days 12-31: 1 held
        "#]],
    );
}

#[test]
fn who_may_not_see_a_correction_does_not_see_its_target() {
    check_each(
        r#"
10 1 arrest
.. - correction of=1 vis=org patch={"occurred":"2020-01-12"}
"#,
        expect![[r#"
            [public, partners, org:beta]
            [org:alpha, operator]
            1: police_custody 12 to ..
            days 12-31: 1 held
        "#]],
    );
}

#[test]
fn who_may_not_see_a_correction_of_a_correction_sees_neither() {
    check_each(
        r#"
10 1 arrest
.. - correction of=1 vis=- patch={"occurred":"2020-01-12"}
.. - correction of=2 vis=org patch={"patch":{"occurred":"2020-01-14"}}
"#,
        expect![[r#"
            [public, partners, org:beta]
            [org:alpha, operator]
            1: police_custody 14 to ..
            days 14-31: 1 held
        "#]],
    );
}

#[test]
fn a_retraction_acts_for_everyone() {
    check_each(
        r#"
10 1 arrest
.. - retraction of=1 vis=org
"#,
        expect![[r#"
            [public, partners, org:alpha, org:beta, operator]
        "#]],
    );
}

#[test]
fn a_verification_change_hides_nothing_by_itself() {
    check_each(
        r#"
10 1 arrest
.. - verification_changed of=1 vis=- to=verified
"#,
        expect![[r#"
            [public, partners, org:alpha, org:beta, operator]
            1: police_custody 10 to ..
            days 10-31: 1 held
        "#]],
    );
}

#[test]
fn a_correction_can_hide_its_target() {
    check_each(
        r#"
10 1 arrest
.. - correction of=1 vis=- patch={"visibility":"partners"}
"#,
        expect![[r#"
            [public]
            [partners, org:alpha, org:beta, operator]
            1: police_custody 10 to ..
            days 10-31: 1 held
        "#]],
    );
}

#[test]
fn persons_set_by_who_holds_a_grant_stay_the_owners() {
    check_each(
        r#"
10 1 arrest vis=org
.. - grant grantee=beta case=-
.. - correction of=1 by=beta vis=- patch={"persons":[{"id":"alpha:1","sex":"female"}]}
"#,
        expect![[r#"
            [public, partners, org:beta]
            [org:alpha, operator]
            1: police_custody 10 to ..
            days 10-31: 1 held
        "#]],
    );
}

#[test]
fn a_link_acts_for_who_sees_it() {
    check_each(
        r#"
10 1 arrest
12 2 death case=c2
.. - same_person pair=1,2 vis=partners
"#,
        expect![[r#"
            [public]
            1: police_custody 10 to ..
            2 in c2: dead 12 to ..
            days 10-31: 1 held
            [partners, org:alpha, org:beta, operator]
            1: police_custody 10 to ..
            2 in c2: dead 12 to ..
            1 2: are one
            days 10-11: 1 held
        "#]],
    );
}

#[test]
fn a_contradiction_shows_to_who_sees_both() {
    check_each(
        r#"
10 1 arrest
11 1 arrest by=beta vis=org
"#,
        expect![[r#"
            [public, partners, org:alpha]
            1: police_custody 10 to ..
            days 10-31: 1 held
            [org:beta, operator]
            1: police_custody 10 to ..
            1: arrest: 2 shown, against 1
            days 10-31: 1 held
        "#]],
    );
}

#[test]
fn one_scope_can_be_checked_alone() {
    check_seen("10 1 arrest vis=org", &Scope::Public, expect![[""]]);
}

/// Checks the persons by sex whom a scope sees arrested.
fn check_sex(log: &str, scope: &Scope, expected: Expect) {
    let columns = fold_all(&leaves(log), &[]).columns;
    let query = parse("measure=persons&kind=arrest&group_by=sex");
    let end = columns.instants().newest();
    expected.assert_eq(&counted(&crate::answer(&columns, &query, end, None, scope)));
}

#[test]
fn what_who_holds_a_grant_says_of_a_person_is_seen_by_who_sees_the_event() {
    let log = r#"
10 1 arrest vis=org
.. - grant grantee=beta case=-
.. - correction of=1 by=beta vis=- patch={"persons":[{"id":"alpha:1","sex":"female"}]}
"#;
    check_sex(
        log,
        &org("alpha"),
        expect![[r#"
        1 (at least 1, at most 1)
        female: 1 (at least 1, at most 1)
    "#]],
    );
    check_sex(
        log,
        &org("beta"),
        expect![[r#"
        0 (at least 0, at most 0)
    "#]],
    );
}
