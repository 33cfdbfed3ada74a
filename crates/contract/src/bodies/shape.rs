//! The schema of a type: of what is built in, of a struct's members, of an enum.
//!
//! Start at [`whole`].
//!
//! Never here: which type a name means.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use syn::{Attribute, Expr, Field, Fields, GenericArgument, Lit, PathArguments, Type};

use super::Bodies;
use super::declared::{Declaration, Syntax};
use super::place::Place;
use super::rules::{self, about, snake_case};
use crate::ContractError;

/// A day that may have no end, as `..`.
const DAY_OR_OPEN: &str = r"^([0-9]{4}-[0-9]{2}-[0-9]{2}|\.\.)$";
const DAY: &str = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$";

/// The members of an object.
#[derive(Clone, Debug, Default)]
pub(super) struct Members {
    properties: Map<String, Value>,
    required: BTreeSet<String>,
}

/// Whether a member is always there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Presence {
    Always,
    Sometimes,
}

impl Members {
    /// Adds a member.
    pub(super) fn property(&mut self, name: &str, schema: Value, presence: Presence) {
        self.properties.insert(name.to_owned(), schema);
        if presence == Presence::Always {
            self.required.insert(name.to_owned());
        }
    }

    /// Says that all of them, or none, are there.
    pub(super) fn may_be_absent(&mut self) {
        self.required.clear();
    }

    fn add(&mut self, other: &Self) {
        self.properties.extend(other.properties.clone());
        self.required.extend(other.required.iter().cloned());
    }
}

/// A type by its name.
pub(super) struct TypeName {
    pub(super) name: String,
    /// The first part of the path before it.
    pub(super) qualifier: String,
    pub(super) arguments: Vec<Type>,
}

/// Returns the name of a type, behind references and boxes.
pub(super) fn type_name(ty: &Type, place: &Place) -> Result<TypeName, ContractError> {
    if let Type::Reference(reference) = ty {
        return type_name(&reference.elem, place);
    }
    let Type::Path(path) = ty else {
        return Err(ContractError::unknown(&place.file, "a type without a name"));
    };
    let Some(last) = path.path.segments.last() else {
        return Err(ContractError::unknown(&place.file, "an empty path"));
    };
    let arguments = match &last.arguments {
        PathArguments::AngleBracketed(arguments) => arguments
            .args
            .iter()
            .filter_map(|argument| match argument {
                GenericArgument::Type(ty) => Some(ty.clone()),
                _ => None,
            })
            .collect(),
        PathArguments::None | PathArguments::Parenthesized(_) => Vec::new(),
    };
    let name = last.ident.to_string();
    if let ("Box" | "Cow", [inner]) = (name.as_str(), arguments.as_slice()) {
        return type_name(inner, place);
    }
    let before = path
        .path
        .segments
        .first()
        .filter(|_| path.path.segments.len() > 1);
    let before = before.map(|first| first.ident.to_string());
    Ok(TypeName {
        name,
        qualifier: before
            .filter(|before| before != "super" && before != "crate")
            .unwrap_or_default(),
        arguments,
    })
}

/// Returns the schema of an array; none of another type.
pub(super) fn array(
    bodies: &mut Bodies,
    ty: &Type,
    place: &Place,
) -> Result<Option<Value>, ContractError> {
    let Type::Array(array) = ty else {
        return Ok(None);
    };
    let Expr::Lit(length) = &array.len else {
        return Err(ContractError::unknown(
            &place.file,
            "an array of another length",
        ));
    };
    let Lit::Int(length) = &length.lit else {
        return Err(ContractError::unknown(
            &place.file,
            "an array of another length",
        ));
    };
    let items = bodies.schema(&array.elem, place)?;
    let length = length.base10_parse::<u64>().unwrap_or_default();
    Ok(Some(
        json!({"type": "array", "items": items, "minItems": length, "maxItems": length}),
    ))
}

/// Returns the schema of a type that is not declared among the answers; none of one that is.
pub(super) fn builtin(
    bodies: &mut Bodies,
    named: &TypeName,
    place: &Place,
) -> Result<Option<Value>, ContractError> {
    let schema = match (named.name.as_str(), named.arguments.as_slice()) {
        ("String" | "str", []) => json!({"type": "string"}),
        ("bool", []) => json!({"type": "boolean"}),
        ("u8" | "u16" | "u32" | "u64" | "usize" | "Position", []) => {
            json!({"type": "integer", "minimum": 0})
        }
        ("i16" | "i32" | "i64", []) => json!({"type": "integer"}),
        ("OrgId", []) => json!({"type": "string", "pattern": "^[a-z0-9][a-z0-9-]{1,31}$"}),
        // A value as it was sent, whatever it is; and an object as it was sent.
        ("Json" | "Value", []) => json!({}),
        ("RawValue", []) => json!({"type": "object"}),
        ("DaysBody", []) => object(vec![days()], "Between which days it was."),
        ("Option", [inner]) => or_null(bodies.schema(inner, place)?),
        ("Vec" | "BTreeSet", [inner]) => {
            json!({"type": "array", "items": bodies.schema(inner, place)?})
        }
        ("BTreeMap", [_, value]) => {
            json!({"type": "object", "additionalProperties": bodies.schema(value, place)?})
        }
        _ => return Ok(None),
    };
    Ok(Some(schema))
}

/// Returns the members of `DaysBody`, which writes itself.
pub(super) fn days() -> Members {
    let mut days = Members::default();
    let day = |about: &str| json!({"type": "string", "pattern": DAY_OR_OPEN, "description": about});
    days.property(
        "earliest",
        day("The first day; `..` where it is open."),
        Presence::Always,
    );
    days.property(
        "latest",
        day("The last day; `..` where it is open."),
        Presence::Always,
    );
    let doubt = json!({"type": "boolean", "description": "Whether they carry a doubt mark."});
    days.property("doubt", doubt, Presence::Always);
    days
}

fn or_null(schema: Value) -> Value {
    let mut schema = schema;
    if schema == json!({}) {
        return schema;
    }
    match schema.get_mut("type") {
        Some(sort @ Value::String(_)) => {
            *sort = json!([sort.clone(), "null"]);
            schema
        }
        _ => json!({"anyOf": [schema, {"type": "null"}]}),
    }
}

/// Returns the schema of an object in one of some forms.
pub(super) fn object(forms: Vec<Members>, about: &str) -> Value {
    let mut forms: Vec<Value> = forms
        .into_iter()
        .map(|form| {
            let mut schema = json!({"type": "object", "properties": form.properties});
            if !form.required.is_empty() {
                schema["required"] = json!(form.required);
            }
            schema
        })
        .collect();
    let mut schema = match (forms.len(), forms.pop()) {
        (1, Some(form)) => form,
        (_, last) => {
            forms.extend(last);
            json!({"anyOf": forms})
        }
    };
    describe(&mut schema, about);
    schema
}

fn describe(schema: &mut Value, about: &str) {
    if !about.is_empty() {
        schema["description"] = json!(about);
    }
}

/// Returns the schema of a type that is declared.
pub(super) fn whole(
    bodies: &mut Bodies,
    of: &Declaration,
    place: &Place,
) -> Result<Value, ContractError> {
    let (attributes, is_enum) = match &of.item {
        Syntax::Struct(item) => (item.attrs.clone(), false),
        Syntax::Enum(item) => (item.attrs.clone(), true),
    };
    let about = about(&attributes);
    if !is_enum || rules::of(&attributes, &of.file)?.is_untagged {
        return Ok(object(members(bodies, of, place)?, &about));
    }
    let mut schema = json!({"type": "string", "enum": variants(of, &attributes)?});
    describe(&mut schema, &about);
    Ok(schema)
}

fn variants(of: &Declaration, attributes: &[Attribute]) -> Result<Vec<String>, ContractError> {
    let Syntax::Enum(item) = &of.item else {
        return Ok(Vec::new());
    };
    let is_snake_case = rules::of(attributes, &of.file)?.is_snake_case;
    let mut names = Vec::new();
    for variant in &item.variants {
        if !matches!(variant.fields, Fields::Unit) || !is_snake_case {
            let what = format!("{} is not of names alone", item.ident);
            return Err(ContractError::unknown(&of.file, what));
        }
        names.push(snake_case(&variant.ident.to_string()));
    }
    Ok(names)
}

/// Returns the members of a struct, or of each variant of an untagged enum.
pub(super) fn members(
    bodies: &mut Bodies,
    of: &Declaration,
    place: &Place,
) -> Result<Vec<Members>, ContractError> {
    match &of.item {
        Syntax::Struct(item) => fields(bodies, &item.fields, place),
        Syntax::Enum(item) => {
            let mut forms = Vec::new();
            for variant in &item.variants {
                forms.extend(fields(bodies, &variant.fields, place)?);
            }
            Ok(forms)
        }
    }
}

fn fields(
    bodies: &mut Bodies,
    fields: &Fields,
    place: &Place,
) -> Result<Vec<Members>, ContractError> {
    let mut forms = vec![Members::default()];
    for field in fields {
        let Some(name) = &field.ident else {
            return Err(ContractError::unknown(
                &place.file,
                "a field without a name",
            ));
        };
        let at = format!("{}: {name}", place.file);
        let rules = rules::of(&field.attrs, &at)?;
        if rules.is_left_out {
            continue;
        }
        if rules.is_flat {
            let flat = bodies.members(&field.ty, place)?;
            let both = forms.iter().flat_map(|form| {
                flat.iter().map(|other| {
                    let mut both = form.clone();
                    both.add(other);
                    both
                })
            });
            forms = both.collect();
            continue;
        }
        let written = name.to_string();
        let written = rules
            .name
            .as_deref()
            .unwrap_or(written.trim_start_matches("r#"));
        let presence = if rules.may_be_absent {
            Presence::Sometimes
        } else {
            Presence::Always
        };
        let schema = of_field(bodies, field, (&rules, &at), place)?;
        for form in &mut forms {
            form.property(written, schema.clone(), presence);
        }
    }
    Ok(forms)
}

fn of_field(
    bodies: &mut Bodies,
    field: &Field,
    (rules, at): (&rules::Rules, &str),
    place: &Place,
) -> Result<Value, ContractError> {
    let mut schema = match rules.written_by.as_deref() {
        None if rules.may_be_absent => {
            let named = named_or_none(&field.ty, place);
            match named {
                // What is absent where it says nothing is never `null`.
                Some((name, Some(inner))) if name == "Option" => bodies.schema(&inner, place)?,
                _ => bodies.schema(&field.ty, place)?,
            }
        }
        None => bodies.schema(&field.ty, place)?,
        Some("as_text") => json!({"type": "string", "pattern": DAY_OR_OPEN}),
        Some("text::day") => json!({"type": ["string", "null"], "pattern": DAY}),
        Some(by) => return Err(ContractError::unknown(at, format!("written by {by}"))),
    };
    let about = about(&field.attrs);
    if !about.is_empty() {
        schema["description"] = json!(about);
    }
    Ok(schema)
}

fn named_or_none(ty: &Type, place: &Place) -> Option<(String, Option<Type>)> {
    if matches!(ty, Type::Array(_)) {
        return None;
    }
    let named = type_name(ty, place).ok()?;
    Some((named.name, named.arguments.into_iter().next()))
}
