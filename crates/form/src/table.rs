//! What a sort of field is made of, where the tables leave that to the check: objects of their own tables.
//!
//! Never here: reading and filling.

use event::kinds::{COMMON, GROUP, LANG_TEXT, QUANTITY, TARGET, fields};
use event::{Field, Kind, Shape, Sort, TAG_CHARS_MAX, TAGS_MAX};

/// A tag, as an item of the list of them.
static TAG: Sort = Sort::Text { max: TAG_CHARS_MAX };
/// A person id, as an item of a pair.
static PERSON: Sort = Sort::Is(Shape::PersonId);

/// What a sort of field is, for a form.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Form {
    /// One text.
    Text,
    /// A number.
    Number,
    /// `true` or `false`.
    Bool,
    /// A date.
    Date,
    /// Codes, each a box to tick.
    Codes,
    /// A list of items.
    List {
        /// What each item is.
        of: &'static Sort,
        /// The most items.
        max: usize,
    },
    /// A text, or such a list.
    TextOrList(&'static Sort),
    /// A text, or an object with these fields.
    TextOrObject(&'static [Field]),
    /// An object with these fields.
    Object(&'static [Field]),
    /// An object of free names and texts.
    Entries,
    /// Any JSON.
    Json,
}

/// An item of a list of texts that may also be one.
static LINE: Sort = Sort::Text { max: 500 };

/// Returns what a sort is, for a form.
pub(crate) const fn form(sort: &Sort) -> Form {
    match sort {
        Sort::Text { .. } | Sort::Is(_) | Sort::Code(_) | Sort::Answer | Sort::Place => Form::Text,
        Sort::Integer { .. } | Sort::Number { .. } | Sort::Money => Form::Number,
        Sort::Bool => Form::Bool,
        Sort::Date => Form::Date,
        Sort::Codes(_) => Form::Codes,
        Sort::List { of, max } => Form::List { of, max: *max },
        Sort::Tags => Form::List {
            of: &TAG,
            max: TAGS_MAX,
        },
        Sort::Pair => Form::List {
            of: &PERSON,
            max: 2,
        },
        Sort::Texts { .. } => Form::TextOrList(&LINE),
        Sort::Note { .. } => Form::TextOrObject(LANG_TEXT),
        Sort::Object(table) => Form::Object(table),
        Sort::Target => Form::Object(TARGET),
        Sort::Group => Form::Object(GROUP),
        Sort::Quantity => Form::Object(QUANTITY),
        Sort::LangText { .. } | Sort::Answers | Sort::Filter => Form::Entries,
        Sort::Patch | Sort::Free => Form::Json,
    }
}

/// Returns the fields of `data` in their order: the common block, then the kind's own.
pub(crate) fn of_kind(kind: Kind) -> Vec<Field> {
    COMMON.iter().chain(fields(kind)).copied().collect()
}
