//! The mapping of the template: what its columns mean, and the labels of the codes in both languages.
//!
//! Start at [`mapping`].
//!
//! Never here: what a mapping may say (`crate::mapping`).

use super::columns::{COLUMNS, Holds, offered};

/// What stands before the events and the codes.
const HEAD: &str = include_str!("head.toml");

/// The columns that only one kind has: the kind, the field, and the column, which a list of its name may be of.
const OWN: &[(&str, &str, &str)] = &[
    ("arrest", "mode", "arrest_mode"),
    ("detention", "kind", "detention_kind"),
    ("detention", "facility", "facility"),
    ("release", "release_kind", "release_kind"),
];

/// Returns the mapping by which a template in either language comes in.
pub(super) fn mapping() -> String {
    let mut out = HEAD.to_owned();
    for label in offered("kind") {
        let (en, km) = (quoted(&label.en), quoted(&label.km));
        line(&mut out, "\n[[event]]");
        line(&mut out, &format!("kind = \"{}\"", label.code));
        line(
            &mut out,
            &format!("when = [{{ column = \"kind\", in = [{en}, {km}] }}]"),
        );
        let own = OWN.iter().filter(|(kind, ..)| *kind == label.code);
        let fields: Vec<String> = own.map(|(_, field, name)| field_of(field, name)).collect();
        if !fields.is_empty() {
            line(&mut out, &format!("from = {{ {} }}", fields.join(", ")));
        }
    }
    for (kind, _, name) in OWN {
        let labels = offered("kind").filter(|label| label.code == *kind);
        let texts: Vec<String> = labels
            .flat_map(|label| [quoted(&label.en), quoted(&label.km)])
            .collect();
        line(&mut out, "\n[[leave]]");
        line(
            &mut out,
            &format!(
                "when = [{{ column = \"{name}\", given = true }}, {{ column = \"kind\", not_in = [{}] }}]",
                texts.join(", ")
            ),
        );
        line(
            &mut out,
            &format!("reason = \"{name} left out: the row is no {kind}\""),
        );
    }
    for column in COLUMNS {
        let Holds::Code(list) = column.holds else {
            continue;
        };
        if list == "kind" {
            continue;
        }
        line(&mut out, &format!("\n[codes.{list}]"));
        for label in offered(list) {
            let code = quoted(label.code);
            for text in [&label.en, &label.km] {
                line(&mut out, &format!("{} = {code}", quoted(text)));
            }
        }
    }
    out
}

/// A field that is read from a column; by its code map, where the column has a list.
fn field_of(field: &str, name: &str) -> String {
    let has_list = COLUMNS
        .iter()
        .any(|column| column.name == name && column.holds != Holds::Text);
    let codes = if has_list {
        format!(", codes = \"{name}\"")
    } else {
        String::new()
    };
    format!("\"{field}\" = {{ column = \"{name}\"{codes} }}")
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

/// Writes a text as TOML has it: labels hold no control characters.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
