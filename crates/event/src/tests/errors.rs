//! Every rejection code has its section in docs/reference/errors.md.
//!
//! Never here: when a code is given (`rejections`).

use crate::Code;

const PAGE: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../docs/reference/errors.md"
));

#[test]
fn every_code_has_its_section_with_an_example_and_a_repair() {
    let sections: Vec<&str> = PAGE.split("\n## ").skip(1).collect();
    let expected: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    let found: Vec<&str> = sections
        .iter()
        .map(|section| section.split_whitespace().next().unwrap())
        .collect();
    assert_eq!(found, expected);
    for section in sections {
        assert!(section.contains("```json"), "no example in {section}");
        assert!(section.contains("**Repair.**"), "no repair in {section}");
    }
}
