//! Filters and groups in an organisation's own words: tags, localities and nationalities.
//!
//! Never here: random questions of them (see [`crate::equal_to_reference`]).

use expect_test::expect;

use crate::notation::check_figure;

const LOG: &str = r#"
10 1 arrest nationality=KH place={"code":"KH-7","locality":"Kep"} tags=["march","strike"]
10 2 arrest nationality=Thai place={"locality":"Kep"} tags=["march","march"]
11 3 arrest place={"code":"KH"} tags="march"
11 - arrest group=5/8 tags=["strike"]
"#;

#[test]
fn an_event_stands_in_the_row_of_each_of_its_tags() {
    check_figure(
        LOG,
        "measure=events&kind=arrest&group_by=tag",
        expect![[r#"
            4 (at least 4, at most 4)
            -: 1 (at least 1, at most 1)
            march: 2 (at least 2, at most 2)
            strike: 2 (at least 2, at most 2)
        "#]],
    );
    check_figure(
        LOG,
        "measure=persons&tag=strike",
        expect![[r#"
        1 (at least 1, at most 1), 5 to 8 unnamed
    "#]],
    );
    check_figure(
        LOG,
        "measure=persons&kind=arrest&tag=march,nothing&group_by=tag,locality",
        expect![[r#"
            2 (at least 2, at most 2)
            Kep march: 2 (at least 2, at most 2)
            Kep strike: 1 (at least 1, at most 1)
        "#]],
    );
}

#[test]
fn a_locality_is_its_text_and_no_place_code() {
    check_figure(
        LOG,
        "kind=arrest&locality=Kep&group_by=locality,place",
        expect![[r#"
            2 (at least 2, at most 2)
            Kep -: 1 (at least 1, at most 1)
            Kep KH-7: 1 (at least 1, at most 1)
        "#]],
    );
    check_figure(
        LOG,
        "kind=arrest&locality=kep",
        expect![[r#"
        0 (at least 0, at most 0)
    "#]],
    );
}

/// Source: docs/reference/figures.md, Unnamed.
#[test]
fn nothing_is_known_of_the_nationality_of_the_unnamed() {
    check_figure(
        LOG,
        "kind=arrest&group_by=nationality",
        expect![[r#"
        3 (at least 3, at most 3), 5 to 8 unnamed
        -: 1 (at least 1, at most 1), 5 to 8 unnamed
        KH: 1 (at least 1, at most 1)
        Thai: 1 (at least 1, at most 1)
    "#]],
    );
    check_figure(
        LOG,
        "kind=arrest&nationality=KH",
        expect![[r#"
        1 (at least 1, at most 1), 0 to 8 unnamed
    "#]],
    );
}

#[test]
fn a_nationality_that_is_unknown_replaces_none_and_a_corrected_tag_counts() {
    check_figure(
        r#"
10 1 arrest nationality=KH rec=10 tags=["march"]
12 1 release nationality=unknown rec=12
.. - correction of=1 rec=14 patch={"tags":["strike"]}
"#,
        "kind=arrest&group_by=nationality,tag",
        expect![[r#"
            1 (at least 1, at most 1)
            KH strike: 1 (at least 1, at most 1)
        "#]],
    );
}
