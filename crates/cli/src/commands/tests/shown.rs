//! How recorded answers are shown, in each form.

use expect_test::{Expect, expect};

use crate::commands::testing::{Server, answer, habeas};
use crate::terminal::Screen;

const FIGURE: &str = include_str!("recorded/figure.json");
const HELD: &str = include_str!("recorded/figure_held.json");
const CASES: &str = include_str!("recorded/cases.json");
const CONTRADICTION: &str = include_str!("recorded/case_contradiction.json");
const UNSURE: &str = include_str!("recorded/case_unsure.json");

fn check(args: &[&str], recorded: &str, shown: &Expect) {
    let server = Server::new(vec![answer(200, "", recorded)]);
    let left = habeas(&server.url, args, "", None);
    assert_eq!((left.status, left.err.as_str()), (0, ""));
    shown.assert_eq(&left.out);
    server.requests();
}

const BY_MONTH: [&str; 4] = [
    "figures",
    "kind=arrest",
    "occurred=2020",
    "group_by=month,sex",
];

#[test]
fn a_figure_is_a_table_and_what_is_needed_to_cite_it() {
    check(
        &[BY_MONTH.as_slice(), &["-o", "table"]].concat(),
        FIGURE,
        &expect![[r#"
            month    sex      count  at_least  at_most   unnamed
            2020-01  female       2         2        3
            2020-03  male         1         1        1
            2020-04  female       1         0        1
            2020-05  male         1         1        1
            2020-06  male         1         1        1
            2020-07  male         1         1        1
            2020-07  unknown      0         0        0  18 to 22
            2020-08  female       2         1        2
            2020-08  male         3         3        3
            2020-09  female       1         1        1
            2020-09  male         3         3        3
            2020-11  female       1         1        1
            2020-12  male         1         1        1
            total                17        15       18  18 to 22

            measure     persons
            definition  kind:arrest
            day D       2026-11-23
            position R  71
            scope       public
            unnamed     18 to 22 people whom nobody named, not in the count
            note        a unit can stand in several rows, so the sum of the rows can pass the total
            cite as     http://SERVER/v1/figures?measure=persons&kind=arrest&occurred=2020&at=71&group_by=month,sex
        "#]],
    );
}

#[test]
fn groups_stand_in_the_order_asked_for() {
    let args = ["figures", "kind=arrest", "group_by=sex,month", "-o", "csv"];
    check(
        &args,
        FIGURE,
        &expect![[r#"
        sex,month,count,at_least,at_most,unnamed_lower,unnamed_upper,measure,definition,on,position,scope,query
        female,2020-01,2,2,3,0,0,persons,kind:arrest,2026-11-23,71,public,"http://SERVER/v1/figures?measure=persons&kind=arrest&occurred=2020&at=71&group_by=month,sex"
        male,2020-03,1,1,1,0,0,persons,kind:arrest,2026-11-23,71,public,"http://SERVER/v1/figures?measure=persons&kind=arrest&occurred=2020&at=71&group_by=month,sex"
        female,2020-04,1,0,1,0,0,persons,kind:arrest,2026-11-23,71,public,"http://SERVER/v1/figures?measure=persons&kind=arrest&occurred=2020&at=71&group_by=month,sex"
        male,2020-05,1,1,1,0,0,persons,kind:arrest,2026-11-23,71,public,"http://SERVER/v1/figures?measure=persons&kind=arrest&occurred=2020&at=71&group_by=month,sex"
        male,2020-06,1,1,1,0,0,persons,kind:arrest,2026-11-23,71,public,"http://SERVER/v1/figures?measure=persons&kind=arrest&occurred=2020&at=71&group_by=month,sex"
        male,2020-07,1,1,1,0,0,persons,kind:arrest,2026-11-23,71,public,"http://SERVER/v1/figures?measure=persons&kind=arrest&occurred=2020&at=71&group_by=month,sex"
        unknown,2020-07,0,0,0,18,22,persons,kind:arrest,2026-11-23,71,public,"http://SERVER/v1/figures?measure=persons&kind=arrest&occurred=2020&at=71&group_by=month,sex"
        female,2020-08,2,1,2,0,0,persons,kind:arrest,2026-11-23,71,public,"http://SERVER/v1/figures?measure=persons&kind=arrest&occurred=2020&at=71&group_by=month,sex"
        male,2020-08,3,3,3,0,0,persons,kind:arrest,2026-11-23,71,public,"http://SERVER/v1/figures?measure=persons&kind=arrest&occurred=2020&at=71&group_by=month,sex"
        female,2020-09,1,1,1,0,0,persons,kind:arrest,2026-11-23,71,public,"http://SERVER/v1/figures?measure=persons&kind=arrest&occurred=2020&at=71&group_by=month,sex"
        male,2020-09,3,3,3,0,0,persons,kind:arrest,2026-11-23,71,public,"http://SERVER/v1/figures?measure=persons&kind=arrest&occurred=2020&at=71&group_by=month,sex"
        female,2020-11,1,1,1,0,0,persons,kind:arrest,2026-11-23,71,public,"http://SERVER/v1/figures?measure=persons&kind=arrest&occurred=2020&at=71&group_by=month,sex"
        male,2020-12,1,1,1,0,0,persons,kind:arrest,2026-11-23,71,public,"http://SERVER/v1/figures?measure=persons&kind=arrest&occurred=2020&at=71&group_by=month,sex"
    "#]],
    );
}

#[test]
fn a_figure_without_groups_is_one_row() {
    check(
        &["figures", "definition=detained/any", "-o", "table"],
        HELD,
        &expect![[r#"
                   count  at_least  at_most
            total      6         6        6

            measure     persons
            definition  detained/any.v1
            day D       2020-09-01
            position R  43 (later positions with a time not after that instant: 1)
            scope       public
            cite as     http://SERVER/v1/figures?measure=persons&definition=detained/any&on=2020-09-01&at=43
        "#]],
    );
    check(
        &["figures", "definition=detained/any", "-o", "csv"],
        HELD,
        &expect![[r#"
            count,at_least,at_most,unnamed_lower,unnamed_upper,measure,definition,on,position,scope,query
            6,6,6,,,persons,detained/any.v1,2020-09-01,43,public,http://SERVER/v1/figures?measure=persons&definition=detained/any&on=2020-09-01&at=43
        "#]],
    );
}

#[test]
fn json_is_what_the_server_sent() {
    for form in ["json", "jsonl"] {
        for (args, recorded) in [
            (["figures", "-o", form].as_slice(), FIGURE),
            (&["cases", "khmer-watch:k20-002", "-o", form], UNSURE),
        ] {
            let server = Server::new(vec![answer(200, "", recorded)]);
            let left = habeas(&server.url, args, "", None);
            assert_eq!((left.status, left.out.as_str()), (0, recorded));
            server.requests();
        }
    }
    let server = Server::new(vec![answer(200, "", CASES)]);
    let left = habeas(&server.url, &["cases", "-o", "json"], "", None);
    assert_eq!((left.status, left.out.as_str()), (0, CASES));
    server.requests();
}

#[test]
fn cases_are_listed() {
    check(
        &["cases", "-o", "table"],
        CASES,
        &expect![[r#"
        case                 persons  events  earliest    latest      now
        khmer-watch:k20-001        1       6  2020-06-10  2020-12-04  1 pretrial
        khmer-watch:k20-002        1       4  2020-05-01  2020-10-07  1 dead
        khmer-watch:k20-003        1       2  2020-08-01  2020-08-04  1 free_with_restrictions

        3 cases, as known at position 71, scope public
    "#]],
    );
    check(
        &["cases", "-o", "csv"],
        CASES,
        &expect![[r#"
        case,persons,events,earliest,latest,states,position,scope
        khmer-watch:k20-001,1,6,2020-06-10,2020-12-04,1 pretrial,71,public
        khmer-watch:k20-002,1,4,2020-05-01,2020-10-07,1 dead,71,public
        khmer-watch:k20-003,1,2,2020-08-01,2020-08-04,1 free_with_restrictions,71,public
    "#]],
    );
    check(
        &["cases"],
        CASES,
        &expect![[r#"
        {"case":"khmer-watch:k20-001","persons":1,"events":6,"earliest":"2020-06-10","latest":"2020-12-04","states":{"pretrial":1}}
        {"case":"khmer-watch:k20-002","persons":1,"events":4,"earliest":"2020-05-01","latest":"2020-10-07","states":{"dead":1}}
        {"case":"khmer-watch:k20-003","persons":1,"events":2,"earliest":"2020-08-01","latest":"2020-08-04","states":{"free_with_restrictions":1}}
    "#]],
    );
}

#[test]
fn pages_are_followed_until_there_are_enough() {
    let link = "Link: </v1/cases?cursor=khmer-watch:k20-003&limit=3&at=71>; rel=\"next\"\r\n";
    let server = Server::new(vec![answer(200, link, CASES), answer(200, link, CASES)]);
    let left = habeas(
        &server.url,
        &["cases", "--limit", "5", "--at", "71"],
        "",
        None,
    );
    assert_eq!((left.status, left.out.lines().count()), (0, 5));
    assert!(left.err.contains("there are more cases"), "{}", left.err);
    let asked: Vec<_> = server
        .requests()
        .into_iter()
        .map(|one| one.head[0].clone())
        .collect();
    let first = "GET /v1/cases?limit=5&at=71 HTTP/1.1";
    let second = "GET /v1/cases?cursor=khmer-watch:k20-003&limit=3&at=71 HTTP/1.1";
    assert_eq!(asked, [first, second]);
}

#[test]
fn a_page_elsewhere_is_not_followed() {
    let link = "Link: <//elsewhere.example/v1/cases?cursor=a:b>; rel=\"next\"\r\n";
    let server = Server::new(vec![answer(200, link, CASES)]);
    let left = habeas(&server.url, &["cases"], "", None);
    assert_eq!((left.status, left.out.lines().count()), (0, 3));
    server.requests();
}

#[test]
fn a_case_shows_where_two_groups_contradict_each_other() {
    let args = ["cases", "mekong-rights:2020-008", "-o", "table"];
    check(
        &args,
        CONTRADICTION,
        &expect![[r#"
            mekong-rights:2020-008, as known at position 71, scope public

            mekong-rights:p10; ព្រាប វិចិត្រ, Preap Vichet; male; environmental_defender, student
              2020-09-03 ███→ 2020-09-05
              police_custody  2020-09-03 [44] to 2020-09-05 [47]
              pretrial        2020-09-05 [47] on
              charge mekong-rights:2020-008/c1: KH-criminal-code-2009 article 495: pending 2020-09-05 [46]
              contradiction on arrest: 44 is shown (better verified), 45 says otherwise
                44: 2020-09-03 KH-12, mekong-rights, verified, on the word of relative
                45: 2020-09-04 KH-12, khmer-watch, corroborated, on the word of witness, media
              same person as khmer-watch:110 [60] by khmer-watch (one court file): no effect, superseded
              not same person as khmer-watch:110 [61] by mekong-rights: individuals 1, then 2

            █ held; [n] is the position behind a day

            position  when        kind                  org            verification  corrected by  remark
                  44  2020-09-03  arrest                mekong-rights  verified      57
                  45  2020-09-04  arrest                khmer-watch    corroborated
                  46  2020-09-05  charge                mekong-rights  corroborated
                  47  2020-09-05  detention             mekong-rights  verified
                  57              verification_changed  mekong-rights                              on 44; verification: reported is now verified; the date stands in the court's detention order, seen on 14 September
        "#]],
    );
}

#[test]
fn a_case_shows_what_is_not_sure() {
    check(
        &["cases", "khmer-watch:k20-002", "-o", "table"],
        UNSURE,
        &expect![[r#"
            khmer-watch:k20-002, as known at position 71, scope public

            khmer-watch:102; មាស សំអាង, Meas Samang; male; land_defender
              2020-05-01 ░░░░░░░░░██████████████████████████████████████†→ 2020-10-07
              police_custody  2020-05 [19] to 2020-06-01 [21]
              pretrial        2020-06-01 [21] to 2020-10-05/2020-10-07 [65]
              dead            2020-10-05/2020-10-07 [65] on
              charge khmer-watch:k20-002/c1: KH-criminal-code-2009 article 495: pending 2020-06-01 [20]

            ░ not sure   █ held   † dead; [n] is the position behind a day

            position  when                   kind       org          verification  corrected by  remark
                  19  2020-05                arrest     khmer-watch  reported
                  20  2020-06-01             charge     khmer-watch  corroborated
                  21  2020-06-01             detention  khmer-watch  corroborated
                  65  2020-10-05/2020-10-07  death      khmer-watch  corroborated
        "#]],
    );
    check(
        &["cases", "khmer-watch:k20-002", "-o", "csv"],
        UNSURE,
        &expect![[r#"
            position,when,kind,org,verification,corrected_by,remark
            19,2020-05,arrest,khmer-watch,reported,,
            20,2020-06-01,charge,khmer-watch,corroborated,,
            21,2020-06-01,detention,khmer-watch,corroborated,,
            65,2020-10-05/2020-10-07,death,khmer-watch,corroborated,,
        "#]],
    );
}

#[test]
fn every_line_of_a_timeline_fits_the_screen() {
    let server = Server::new(vec![answer(200, "", CONTRADICTION)]);
    let screen = Screen {
        width: 60,
        colour: false,
    };
    let args = ["cases", "mekong-rights:2020-008"];
    let left = habeas(&server.url, &args, "", Some(screen));
    let (_, timeline) = left.out.rsplit_once("\n\n").unwrap();
    assert!(
        timeline.lines().all(|line| line.chars().count() <= 60),
        "{timeline}"
    );
    assert!(!left.out.contains('\x1b'), "colour where none is welcome");
    server.requests();
}

#[test]
fn code_lists_are_shown_without_a_server() {
    let nobody = "http://127.0.0.1:1";
    let left = habeas(nobody, &["codes", "sex", "-o", "csv"], "", None);
    assert_eq!(
        (left.status, left.out.lines().next()),
        (0, Some("code,en,km"))
    );
    let left = habeas(nobody, &["codes"], "", None);
    assert_eq!(left.out.lines().count(), event::lists().count());
    let left = habeas(nobody, &["codes", "release"], "", None);
    assert_eq!((left.status, left.out.as_str()), (4, ""));
    expect![[r#"
        habeas: there is no list "release"
          next:  perhaps release_kind
    "#]]
    .assert_eq(&left.err);
}

#[test]
fn a_list_that_goes_on_says_where() {
    let link = "Link: </v1/claims?cursor=abc&limit=100&at=71>; rel=\"next\"\r\n";
    let body = r#"{"position":71,"scope":"public","claims":[]}"#;
    let server = Server::new(vec![answer(200, link, body)]);
    let rest = "goes on at http://SERVER/v1/claims?cursor=abc";
    let left = habeas(&server.url, &["list", "claims"], "", None);
    assert_eq!(left.status, 0);
    assert!(left.err.contains(rest), "{}", left.err);
    server.requests();
}
