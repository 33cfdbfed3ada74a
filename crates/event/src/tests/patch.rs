//! Merge patches: the table of RFC 7396, appendix A, whole.
//!
//! Never here: which patches are let in (`rejections`).

use crate::Json;

#[test]
fn the_table_of_the_rfc() {
    for (original, patch, result) in [
        (r#"{"a":"b"}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
        (r#"{"a":"b"}"#, r#"{"b":"c"}"#, r#"{"a":"b","b":"c"}"#),
        (r#"{"a":"b"}"#, r#"{"a":null}"#, "{}"),
        (r#"{"a":"b","b":"c"}"#, r#"{"a":null}"#, r#"{"b":"c"}"#),
        (r#"{"a":["b"]}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
        (r#"{"a":"c"}"#, r#"{"a":["b"]}"#, r#"{"a":["b"]}"#),
        (
            r#"{"a":{"b":"c"}}"#,
            r#"{"a":{"b":"d","c":null}}"#,
            r#"{"a":{"b":"d"}}"#,
        ),
        (r#"{"a":[{"b":"c"}]}"#, r#"{"a":[1]}"#, r#"{"a":[1]}"#),
        (r#"["a","b"]"#, r#"["c","d"]"#, r#"["c","d"]"#),
        (r#"{"a":"b"}"#, r#"["c"]"#, r#"["c"]"#),
        (r#"{"a":"foo"}"#, "null", "null"),
        (r#"{"a":"foo"}"#, r#""bar""#, r#""bar""#),
        (r#"{"e":null}"#, r#"{"a":1}"#, r#"{"e":null,"a":1}"#),
        ("[1,2]", r#"{"a":"b","c":null}"#, r#"{"a":"b"}"#),
        ("{}", r#"{"a":{"bb":{"ccc":null}}}"#, r#"{"a":{"bb":{}}}"#),
    ] {
        let mut value = Json::parse(original.as_bytes()).unwrap();
        value.merge(&Json::parse(patch.as_bytes()).unwrap());
        assert_eq!(
            value,
            Json::parse(result.as_bytes()).unwrap(),
            "{original} with {patch}"
        );
    }
}

#[test]
fn sorted_text_is_json_and_does_not_hang_on_the_order_of_keys() {
    let text = r#"{"b":[1,-2,0.5,true,null],"a":{"d":"\"\\\u0001\n","c":"ភ្នំពេញ"}}"#;
    let value = Json::parse(text.as_bytes()).unwrap();
    let mut sorted = String::new();
    value.write_sorted(&mut sorted);
    let back = Json::parse(sorted.as_bytes()).unwrap();
    let mut again = String::new();
    back.write_sorted(&mut again);
    assert_eq!(
        sorted,
        r#"{"a":{"c":"ភ្នំពេញ","d":"\"\\\u0001\u000a"},"b":[1,-2,0.5,true,null]}"#
    );
    assert_eq!(sorted, again);
}
