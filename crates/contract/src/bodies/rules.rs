//! The attributes of a field and of an enum: what `serde` is told, and what is written about it.
//!
//! Never here: schemas.

use syn::meta::ParseNestedMeta;
use syn::{Attribute, Expr, Lit, LitStr, Meta, Token};

use crate::ContractError;

/// What `serde` is told of a field or an enum.
#[derive(Debug, Default)]
pub(super) struct Rules {
    /// Its name, where that is not its own.
    pub(super) name: Option<String>,
    /// Its members stand where it would.
    pub(super) is_flat: bool,
    /// It is not written.
    pub(super) is_left_out: bool,
    /// It is not written where it says nothing.
    pub(super) may_be_absent: bool,
    /// The function that writes it.
    pub(super) written_by: Option<String>,
    /// Of an enum: no variant is named.
    pub(super) is_untagged: bool,
    /// Of an enum: its variants are named in `snake_case`.
    pub(super) is_snake_case: bool,
}

/// Reads them.
///
/// # Errors
/// [`ContractError`] of an attribute that is not known here.
pub(super) fn of(attributes: &[Attribute], at: &str) -> Result<Rules, ContractError> {
    let mut rules = Rules::default();
    for attribute in attributes {
        if attribute.path().is_ident("serde") {
            let read = attribute.parse_nested_meta(|meta| take(&mut rules, &meta));
            read.map_err(|source| ContractError::Rust {
                path: at.to_owned(),
                source,
            })?;
        }
    }
    Ok(rules)
}

fn take(rules: &mut Rules, meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
    let text = if meta.input.peek(Token![=]) {
        Some(meta.value()?.parse::<LitStr>()?.value())
    } else {
        None
    };
    let name = meta.path.get_ident().map(ToString::to_string);
    match (name.as_deref().unwrap_or_default(), text) {
        ("flatten", None) => rules.is_flat = true,
        ("skip", None) => rules.is_left_out = true,
        ("untagged", None) => rules.is_untagged = true,
        ("skip_serializing_if", Some(_)) => rules.may_be_absent = true,
        ("serialize_with", Some(by)) => rules.written_by = Some(by),
        ("rename", Some(name)) => rules.name = Some(name),
        ("rename_all", Some(case)) if case == "snake_case" => rules.is_snake_case = true,
        // They bear on reading alone.
        ("default" | "deserialize_with", _) | ("deny_unknown_fields", None) => {}
        _ => return Err(meta.error("an attribute that is not known how to be published")),
    }
    Ok(())
}

/// Returns what is written about it, as one paragraph.
pub(super) fn about(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| {
        let Meta::NameValue(pair) = &attribute.meta else {
            return None;
        };
        let Expr::Lit(literal) = &pair.value else {
            return None;
        };
        let Lit::Str(text) = &literal.lit else {
            return None;
        };
        let text = pair.path.is_ident("doc").then(|| text.value())?;
        Some(text.trim().to_owned())
    });
    let lines: Vec<String> = lines.collect();
    // A link of the sources leads nowhere from here.
    let text = lines.join(" ").replace("[`", "`").replace("`]", "`");
    text.trim().to_owned()
}

/// Returns a variant's name as `rename_all = "snake_case"` writes it.
pub(super) fn snake_case(name: &str) -> String {
    let mut written = String::new();
    for (at, c) in name.chars().enumerate() {
        if c.is_ascii_uppercase() && at > 0 {
            written.push('_');
        }
        written.push(c.to_ascii_lowercase());
    }
    written
}
