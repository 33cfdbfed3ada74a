//! Patches of patches: a correction of a correction is judged as deep as it goes.
//!
//! Never here: what a merge patch does to a value (`patch`).

use expect_test::expect;

use super::event_of;
use super::rejections::check;

#[test]
fn a_patch_of_a_patch_is_judged_as_a_patch() {
    let nested = |patch: &str| {
        let target = r#""target": {"org": "licadho", "source": "//licadho.example/kobo", "id": "018f3c5e-0000-7000-8000-00000000000a"}"#;
        event_of(
            "correction",
            &format!(r#"{{{target}, "patch": {{"patch": {patch}}}}}"#),
        )
    };
    check(
        &nested(r#"{"occurred": "2020-09-06", "mode": null}"#),
        expect!["admitted"],
    );
    check(
        &nested(r#"{"patch": {"occurred": "2020-09-06"}}"#),
        expect!["admitted"],
    );
    check(
        &nested(r#"{"occurred": "nonsense"}"#),
        expect![[
            r#"E0201 at "/data/patch/patch/occurred": found a text of 8 characters, expected a date like 2020-09-07, 2020-09 or 2020, with ?, ~ or % after it where in doubt, or an interval like 2020-09-01/2020-09-11, ../2020-12-10 or 2020-12-10/.."#
        ]],
    );
    check(
        &nested(r#"{"patch": {"occurred": "nonsense"}}"#),
        expect![[
            r#"E0201 at "/data/patch/patch/patch/occurred": found a text of 8 characters, expected a date like 2020-09-07, 2020-09 or 2020, with ?, ~ or % after it where in doubt, or an interval like 2020-09-01/2020-09-11, ../2020-12-10 or 2020-12-10/.."#
        ]],
    );
    check(
        &nested(r#"{"target": {}}"#),
        expect![[r#"
        E0208 at "/data/patch/patch/target": found "target", expected a patch that leaves `target` and `pair` as they are
        hint: retract the event and send another"#]],
    );
    check(
        &nested(r#"{"persons": [{"id": "a1:b", "confidential": {}}]}"#),
        expect![[r#"
            E0209 at "/data/patch/patch/persons/0/confidential": found a confidential block, expected nothing to seal: this gate cannot seal yet
            hint: leave it out, or keep it outside the log"#]],
    );
    check(
        &nested(r#"{"visibility": "sealed"}"#),
        expect![[r#"
        E0209 at "/data/patch/patch/visibility": found "sealed", expected nothing to seal: this gate cannot seal yet
        hint: leave it out, or keep it outside the log"#]],
    );
}
