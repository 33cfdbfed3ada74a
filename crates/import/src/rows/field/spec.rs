//! A field as it stands in a mapping. What each key does: docs/reference/mapping.md.
//!
//! Never here: what is made of it (`bind`).

use serde::de::{Deserialize, Deserializer, SeqAccess, Visitor};
use toml::Spanned;

use crate::condition::ConditionSpec;
use crate::dates::calendars::Calendar;

/// Where a field's value comes from, and how it is read.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::rows) struct FieldSpec {
    pub(super) column: Option<Spanned<Names>>,
    pub(super) text: Option<Spanned<String>>,
    pub(super) range: Option<Spanned<Names>>,
    pub(super) default: Option<String>,
    pub(super) inside: Option<String>,
    pub(super) pattern: Option<Spanned<String>>,
    pub(super) tail: Option<String>,
    pub(super) split: Option<String>,
    pub(super) item: Option<usize>,
    pub(super) date: Option<Spanned<Names>>,
    pub(super) instant: Option<Spanned<Names>>,
    pub(super) calendar: Option<Calendar>,
    #[serde(default)]
    pub(super) masks: bool,
    pub(super) precision: Option<Spanned<String>>,
    pub(super) precision_column: Option<Spanned<String>>,
    pub(super) precision_codes: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) number: bool,
    pub(super) decimal: Option<Spanned<String>>,
    pub(super) thousands: Option<Spanned<String>>,
    pub(super) codes: Option<Spanned<String>>,
    pub(super) lang: Option<String>,
    #[serde(default)]
    pub(super) optional: bool,
    pub(super) doubt: Option<Spanned<String>>,
    pub(super) doubt_when: Option<ConditionSpec>,
    pub(super) suffix: Option<String>,
}

/// One name, or several in their order.
#[derive(Clone, Debug, Default)]
pub(in crate::rows) struct Names(pub(super) Vec<String>);

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NamesVisitor;
        impl<'de> Visitor<'de> for NamesVisitor {
            type Value = Names;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("a text or a list of texts")
            }

            fn visit_str<E>(self, text: &str) -> Result<Names, E> {
                Ok(Names(vec![text.to_owned()]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Names, A::Error> {
                let mut names = Vec::new();
                while let Some(name) = items.next_element()? {
                    names.push(name);
                }
                Ok(Names(names))
            }
        }
        deserializer.deserialize_any(NamesVisitor)
    }
}
