//! Rejections of `data`: the common block, the kinds' own fields, and the kinds about the record.
//!
//! Never here: the attributes around `data` (`rejections`).

use expect_test::expect;

use super::rejections::{check, check_data};
use super::{admitted, arrest_with, event, event_of};
use crate::Common;

#[test]
fn the_common_block_and_its_day() {
    check(
        &arrest_with(r#"{"data": null}"#),
        expect![[
            r#"E0104 at "/data": found nothing, expected an object: the common block and the kind's own fields"#
        ]],
    );
    check(
        &arrest_with(r#"{"data": "text"}"#),
        expect![[
            r#"E0105 at "/data": found a text, expected an object: the common block and the kind's own fields"#
        ]],
    );
    check_data(
        r#"{"occurred": null}"#,
        expect![[r#"
        E0104 at "/data/occurred": found nothing, expected a date like 2020-09-07, 2020-09 or 2020, with ?, ~ or % after it where in doubt, or an interval like 2020-09-01/2020-09-11, ../2020-12-10 or 2020-12-10/..
        hint: where the day is not known, send what bounds it, e.g. ../2020-12-10"#]],
    );
    check_data(
        r#"{"occurred": "07/09/2020"}"#,
        expect![[
            r#"E0201 at "/data/occurred": found a text of 10 characters, expected a date like 2020-09-07, 2020-09 or 2020, with ?, ~ or % after it where in doubt, or an interval like 2020-09-01/2020-09-11, ../2020-12-10 or 2020-12-10/.."#
        ]],
    );
    check_data(
        r#"{"occurred": "2020-09-31"}"#,
        expect![[
            r#"E0201 at "/data/occurred": found no such day in the calendar, expected a date like 2020-09-07, 2020-09 or 2020, with ?, ~ or % after it where in doubt, or an interval like 2020-09-01/2020-09-11, ../2020-12-10 or 2020-12-10/.."#
        ]],
    );
    check_data(
        r#"{"occurred": "2020-09-08/2020-09-07"}"#,
        expect![[
            r#"E0201 at "/data/occurred": found an interval that ends before it begins, expected a date like 2020-09-07, 2020-09 or 2020, with ?, ~ or % after it where in doubt, or an interval like 2020-09-01/2020-09-11, ../2020-12-10 or 2020-12-10/.."#
        ]],
    );
    check_data(
        r#"{"occurred": "2020-09-06"}"#,
        expect![[r#"
        E0202 at "/time": found an instant on 2020-09-07 in its own offset, expected an instant inside `data.occurred`
        hint: write `time` with the offset of the place, not in UTC"#]],
    );
    check_data(
        r#"{"occurred_as_reported": 7}"#,
        expect![[
            r#"E0105 at "/data/occurred_as_reported": found a number, expected a text of at most 500 characters"#
        ]],
    );
}

#[test]
fn persons() {
    check_data(
        r#"{"persons": {"id": "licadho:p-31"}}"#,
        expect![[r#"E0105 at "/data/persons": found an object, expected a list"#]],
    );
    check_data(
        r#"{"persons": [{"id": "Sok Dara"}]}"#,
        expect![[
            r#"E0110 at "/data/persons/0/id": found a text of 8 characters, expected a person as <org>:<local>, local being 1 to 64 of A-Z a-z 0-9 . _ ~ -"#
        ]],
    );
    check_data(
        r#"{"persons": [{"names": []}]}"#,
        expect![[r#"
        E0104 at "/data/persons/0/id": found nothing, expected a person as <org>:<local>, local being 1 to 64 of A-Z a-z 0-9 . _ ~ -
        hint: the person, in the organisation's own space"#]],
    );
    check_data(
        r#"{"persons": [null]}"#,
        expect![[
            r#"E0105 at "/data/persons/0": found null, expected an object with id, names, sex, birth, age_at_event, nationality, occupation, roles, affiliations"#
        ]],
    );
    check_data(
        r#"{"persons": [{"id": "a1:b", "sex": "femal"}]}"#,
        expect![[r#"
            E0203 at "/data/persons/0/sex": found "femal", expected a code of the list sex, version 1
            hint: the nearest known: female"#]],
    );
    check_data(
        r#"{"persons": [{"id": "a1:b", "age_at_event": 151}]}"#,
        expect![[
            r#"E0204 at "/data/persons/0/age_at_event": found 151, expected a whole number from 0 to 150"#
        ]],
    );
    check_data(
        r#"{"persons": [{"id": "a1:b", "age_at_event": 2.5}]}"#,
        expect![[
            r#"E0204 at "/data/persons/0/age_at_event": found 2.5, expected a whole number from 0 to 150"#
        ]],
    );
}

#[test]
fn groups_and_places() {
    check_data(
        r#"{"group": {"verbatim": "dozens"}}"#,
        expect![[r#"
        E0104 at "/data/group/lower": found nothing, expected a whole number from 0 to 9007199254740991
        hint: no fewer people than this"#]],
    );
    check_data(
        r#"{"group": {"lower": 5, "upper": 4}}"#,
        expect![[
            r#"E0204 at "/data/group/lower": found 5, which is above `upper`, 4, expected at most `upper`"#
        ]],
    );
    check_data(
        r#"{"place": {"code": "KH-99"}}"#,
        expect![[
            r#"E0207 at "/data/place/code": found "KH-99", expected a country or subdivision of ISO 3166, e.g. KH or KH-12"#
        ]],
    );
    check_data(
        r#"{"place": {"code": "Cambodia"}}"#,
        expect![[
            r#"E0207 at "/data/place/code": found "Cambodia", expected a country or subdivision of ISO 3166, e.g. KH or KH-12"#
        ]],
    );
    check_data(
        r#"{"place": {"lat": 91}}"#,
        expect![[r#"E0204 at "/data/place/lat": found 91, expected a number from -90 to 90"#]],
    );
}

#[test]
fn tags_are_judged_by_the_gate_alone() {
    let long = "a".repeat(101);
    let many = vec!["\"a\""; 51].join(",");
    for (tags, expected) in [
        (
            r#""march""#.to_owned(),
            expect![[
                r#"E0105 at "/data/tags": found a text, expected a list of at most 50 texts, each of 1 to 100 characters"#
            ]],
        ),
        (
            r#"[7]"#.to_owned(),
            expect![[
                r#"E0105 at "/data/tags/0": found a number, expected a text of at most 100 characters"#
            ]],
        ),
        (
            r#"["march "]"#.to_owned(),
            expect![[
                r#"E0206 at "/data/tags/0": found a text of 6 characters, expected a tag without blanks before and behind it"#
            ]],
        ),
        (
            r#"[""]"#.to_owned(),
            expect![[
                r#"E0206 at "/data/tags/0": found a text of 0 characters, expected a tag without blanks before and behind it"#
            ]],
        ),
        (
            format!(r#"["{long}"]"#),
            expect![[
                r#"E0205 at "/data/tags/0": found a text of 101 characters, expected at most 100 characters"#
            ]],
        ),
        (
            format!("[{many}]"),
            expect![[r#"E0205 at "/data/tags": found 51 items, expected at most 50 items"#]],
        ),
    ] {
        check_data(&format!(r#"{{"tags": {tags}}}"#), expected);
        // A leaf of before the field was named stays an event, and says nothing of tags.
        let leaf = arrest_with(&format!(r#"{{"data": {{"tags": {tags}}}}}"#));
        assert_eq!(Common::of(&event(&leaf)).tags, [], "{tags}");
    }
    let tags = arrest_with(r#"{"data": {"tags": ["strike", "march", "strike"]}}"#);
    assert!(admitted(&tags).is_ok());
    assert_eq!(
        Common::of(&event(&tags)).tags,
        [Box::from("march"), Box::from("strike")]
    );
}

#[test]
fn sources_verification_rights_and_notes() {
    check_data(
        r#"{"sources": [{"url": "licadho.example"}]}"#,
        expect![[
            r#"E0206 at "/data/sources/0/url": found a text of 15 characters, expected a URL like https://licadho.example/a"#
        ]],
    );
    check_data(
        r#"{"sources": [{"sha256": "abc"}]}"#,
        expect![[
            r#"E0206 at "/data/sources/0/sha256": found a text of 3 characters, expected a SHA-256 as 64 lower-case hexadecimal digits"#
        ]],
    );
    check_data(
        r#"{"sources": [{"lang": "km_KH"}]}"#,
        expect![[
            r#"E0206 at "/data/sources/0/lang": found a text of 5 characters, expected a language tag like km or zh-Hant"#
        ]],
    );
    check_data(
        r#"{"verification": "verfied"}"#,
        expect![[r#"
        E0203 at "/data/verification": found "verfied", expected a code of the list verification, version 1
        hint: the nearest known: verified"#]],
    );
    check_data(
        r#"{"verification": true}"#,
        expect![[
            r#"E0105 at "/data/verification": found true or false, expected a code of the list verification"#
        ]],
    );
    check_data(
        r#"{"rights_violated": ["liberty", "fair trial"]}"#,
        expect![[r#"
            E0203 at "/data/rights_violated/1": found "fair trial", expected a code of the list right, version 1
            hint: the nearest known: fair_trial"#]],
    );
    check_data(
        r#"{"rights_violated": "liberty"}"#,
        expect![[r#"E0105 at "/data/rights_violated": found a text, expected a list"#]],
    );
    check_data(
        r#"{"note": {"lang": "en"}}"#,
        expect![[r#"
        E0104 at "/data/note/text": found nothing, expected a text of at most 10000 characters
        hint: the text"#]],
    );
    check_data(
        r#"{"note": {"text": "ok", "lang": "en"}}"#,
        expect!["admitted"],
    );
    let long = "ក".repeat(10_001);
    check_data(
        &format!(r#"{{"note": "{long}"}}"#),
        expect![[
            r#"E0205 at "/data/note": found a text of 10001 characters, expected at most 10000 characters"#
        ]],
    );
}

/// An event of a kind, on a day, with these fields beside it.
fn of(kind: &str, fields: &str) -> Vec<u8> {
    event_of(kind, &format!(r#"{{"occurred": "2020-09-07"{fields}}}"#))
}

#[test]
fn the_fields_of_charges() {
    let charge = r#", "charge": "licadho:2020-0114/1""#;
    check(
        &of("charge", ""),
        expect![[r#"
        E0104 at "/data/charge": found nothing, expected a charge as <case>/<local>, e.g. licadho:2020-0114/1
        hint: the charge"#]],
    );
    check(
        &of("charge", r#", "charge": "1""#),
        expect![[
            r#"E0110 at "/data/charge": found a text of 1 character, expected a charge as <case>/<local>, e.g. licadho:2020-0114/1"#
        ]],
    );
    check(
        &of(
            "charge",
            &format!(r#"{charge}, "offence": {{"in English": "x"}}"#),
        ),
        expect![[
            r#"E0206 at "/data/offence/in English": found another name, expected a language tag as name, e.g. km"#
        ]],
    );
    check(
        &of("charge", &format!(r#"{charge}, "article": 495"#)),
        expect![[
            r#"E0105 at "/data/article": found a number, expected a text of at most 500 characters"#
        ]],
    );
    check(
        &of("charge_status", &format!(r#"{charge}, "status": "droped""#)),
        expect![[r#"
            E0203 at "/data/status": found "droped", expected a code of the list charge_status, version 1
            hint: the nearest known: dropped"#]],
    );
}

#[test]
fn the_fields_of_bail_sentences_and_verdicts() {
    check(
        &of("bail", r#", "decision": "granted", "amount": -1"#),
        expect![[
            r#"E0204 at "/data/amount": found -1, expected a number from 0 on, in units of the currency"#
        ]],
    );
    check(
        &of("bail", r#", "decision": "granted", "currency": "riel""#),
        expect![[
            r#"E0206 at "/data/currency": found a text of 4 characters, expected a currency's code of three letters, e.g. KHR"#
        ]],
    );
    check(
        &of("bail", r#", "decision": "granted", "conditions": ["a", 2]"#),
        expect![[
            r#"E0105 at "/data/conditions/1": found a number, expected a text of at most 500 characters"#
        ]],
    );
    check(
        &of(
            "sentence",
            r#", "custody": "life", "suspended": "18 months""#,
        ),
        expect![[
            r#"E0206 at "/data/suspended": found a text of 9 characters, expected a duration like P18M, P2Y or P30D"#
        ]],
    );
    check(
        &of("sentence", r#", "suspended": "life""#),
        expect![[
            r#"E0206 at "/data/suspended": found a text of 4 characters, expected a duration like P18M, P2Y or P30D"#
        ]],
    );
    check(
        &of("verdict", r#", "verdicts": [{"charge": "licadho:1/1"}]"#),
        expect![[r#"
            E0104 at "/data/verdicts/0/verdict": found nothing, expected a code of the list verdict
            hint: what was found"#]],
    );
}

#[test]
fn the_fields_of_hearings_and_statements() {
    check(
        &of("hearing", r#", "checklist": {"public/open": "maybe"}"#),
        expect![[r#"
            E0203 at "/data/checklist/public~1open": found "maybe", expected a code of the list four_valued, version 1
            hint: one of: yes, no, not_applicable, unknown"#]],
    );
    let long = "a".repeat(101);
    check(
        &of("hearing", &format!(r#", "checklist": {{"{long}": "yes"}}"#)),
        expect![[
            r#"E0205 at "/data/checklist": found a longer name, expected names of at most 100 bytes"#
        ]],
    );
    check(
        &of("statement", r#", "issuers": {"count": -1}"#),
        expect![[
            r#"E0204 at "/data/issuers/count": found -1, expected a whole number from 0 to 9007199254740991"#
        ]],
    );
    check(
        &of(
            "statement",
            r#", "issuers": {"count": 67}, "demands": ["free"]"#,
        ),
        expect![[r#"
            E0203 at "/data/demands/0": found "free", expected a code of the list demand, version 1
            hint: the whole list: /v1/codes/demand"#]],
    );
}

#[test]
fn the_fields_of_claims_and_responses() {
    let claim = r#", "verbatim": "over 120", "measure": "persons""#;
    check(
        &of(
            "aggregate_claim",
            &format!(r#"{claim}, "lower": 9, "upper": 8"#),
        ),
        expect![[
            r#"E0204 at "/data/lower": found 9, which is above `upper`, 8, expected at most `upper`"#
        ]],
    );
    check(
        &of(
            "aggregate_claim",
            &format!(r#"{claim}, "modality": "more_than", "upper": 8"#),
        ),
        expect![[r#"
            E0104 at "/data/lower": found nothing, expected the bound that the modality speaks of
            hint: more than 120 is 121: send lower 121"#]],
    );
    check(
        &of(
            "aggregate_claim",
            &format!(r#"{claim}, "parts": [{{"modality": "between", "lower": 8}}]"#),
        ),
        expect![[r#"
            E0104 at "/data/parts/0/upper": found nothing, expected the bound that the modality speaks of
            hint: send the number that the words name, or leave out modality"#]],
    );
    check(
        &of(
            "aggregate_claim",
            &format!(r#"{claim}, "population": {{"kind": 1}}"#),
        ),
        expect![[
            r#"E0105 at "/data/population/kind": found a number, expected a text of at most 500 characters"#
        ]],
    );
    check(
        &of("official_response", r#", "position": "denies", "to": "x""#),
        expect![[r#"E0105 at "/data/to": found a text, expected an event, as {org, source, id}"#]],
    );
}

#[test]
fn the_kinds_about_the_record() {
    let target = r#""target": {"org": "licadho", "source": "//licadho.example/kobo", "id": "018f3c5e-0000-7000-8000-00000000000a"}"#;
    let correction =
        |patch: &str| event_of("correction", &format!(r#"{{{target}, "patch": {patch}}}"#));
    check(
        &correction(r#"{"occurred": "2020-09-06", "mode": null, "place": {"code": "KH"}}"#),
        expect!["admitted"],
    );
    check(
        &correction("[]"),
        expect![[
            r#"E0105 at "/data/patch": found a list, expected a JSON merge patch of the target's data, as an object"#
        ]],
    );
    check(
        &correction(r#"{"target": null}"#),
        expect![[r#"
        E0208 at "/data/patch/target": found "target", expected a patch that leaves `target` and `pair` as they are
        hint: retract the event and send another"#]],
    );
    check(
        &correction(r#"{"pair": ["a1:b", "a1:c"]}"#),
        expect![[r#"
        E0208 at "/data/patch/pair": found "pair", expected a patch that leaves `target` and `pair` as they are
        hint: retract the event and send another"#]],
    );
    check(
        &correction(r#"{"place": {"code": "KH-99"}}"#),
        expect![[
            r#"E0207 at "/data/patch/place/code": found "KH-99", expected a country or subdivision of ISO 3166, e.g. KH or KH-12"#
        ]],
    );
    check(
        &correction(r#"{"release_kind": "bailed"}"#),
        expect![[r#"
        E0203 at "/data/patch/release_kind": found "bailed", expected a code of the list release_kind, version 1
        hint: the whole list: /v1/codes/release_kind"#]],
    );
    check(
        &correction(r#"{"kind": "pre trial"}"#),
        expect![[r#"
        E0203 at "/data/patch/kind": found "pre trial", expected a code of the list detention_kind, version 1
        hint: the nearest known: pretrial"#]],
    );
    check(
        &correction(r#"{"visibility": "sealed"}"#),
        expect![[r#"
            E0209 at "/data/patch/visibility": found "sealed", expected nothing to seal: this gate cannot seal yet
            hint: leave it out, or keep it outside the log"#]],
    );
    check(
        &correction(r#"{"persons": [{"id": "a1:b", "confidential": {}}]}"#),
        expect![[r#"
            E0209 at "/data/patch/persons/0/confidential": found a confidential block, expected nothing to seal: this gate cannot seal yet
            hint: leave it out, or keep it outside the log"#]],
    );
}

#[test]
fn retractions_links_of_persons_and_grants() {
    check(
        &event_of("retraction", r#"{"target": {"org": "licadho"}}"#),
        expect![[r#"
            E0104 at "/data/target/source": found nothing, expected a URI-reference like //licadho.example/kobo
            hint: the tool that sent it"#]],
    );
    check(
        &event_of("same_person", r#"{"pair": ["a1:b"]}"#),
        expect![[r#"E0205 at "/data/pair": found 1 items, expected a list of two person ids"#]],
    );
    check(
        &event_of("same_person", r#"{"pair": ["a1:b", "Sok Dara"]}"#),
        expect![[
            r#"E0110 at "/data/pair/1": found a text of 8 characters, expected a person as <org>:<local>, local being 1 to 64 of A-Z a-z 0-9 . _ ~ -"#
        ]],
    );
    check(
        &event_of("grant", r#"{"grantee": "CCHR"}"#),
        expect![[
            r#"E0111 at "/data/grantee": found a text of 4 characters, expected an organisation, 2 to 32 of a-z, 0-9 and -, not beginning with -"#
        ]],
    );
}
