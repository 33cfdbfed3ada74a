//! What a form shows: its inputs in the order in which people need them, one behind the other, with the
//! beginnings and ends of what belongs together.
//!
//! Start at [`rows`].
//!
//! Never here: words, and HTML.

use event::kinds::fields;
use event::{Field, Kind, Shape, Sort};

use crate::date::DateParts;
use crate::order::{IsRecord, Order, of_data, of_object};
use crate::pairs::{Pairs, REST};
use crate::read::DATA;
use crate::table::{Form, form};

/// A text of more characters than this has several lines to type in.
const LINE_CHARS_MAX: usize = 500;

/// A part of a form, from its beginning to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Row {
    /// What belongs together begins: the parts of an object, or the items of a list.
    Begin(Input),
    /// An item of a list begins: its number, from 1.
    Item {
        /// Its name.
        name: String,
        /// Its number, from 1.
        number: usize,
    },
    /// What began last ends.
    End,
    /// What people need less often begins.
    More,
    /// It ends.
    EndMore,
    /// One input.
    Input(Input),
    /// One more item can be added to the list of this name.
    Add {
        /// The list's name.
        name: String,
        /// The name of its field.
        field: &'static str,
    },
}

/// One input, or a field that is made of several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// The JSON pointer of its value.
    pub name: String,
    /// The name of its field.
    pub field: &'static str,
    /// In which field its object stands; nothing for a field of `data`.
    pub of: &'static str,
    /// What it says, by the table.
    pub about: &'static str,
    /// Whether the event needs it.
    pub required: bool,
    /// How it is typed.
    pub control: Control,
}

/// How a value is typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Control {
    /// It is made of inputs of its own.
    Group,
    /// A line.
    Line {
        /// What was typed.
        value: String,
        /// What a line holds.
        typing: TextKind,
    },
    /// Several lines.
    Prose {
        /// What was typed.
        value: String,
    },
    /// One of a list of codes.
    Choice {
        /// The list's name.
        list: &'static str,
        /// The code; empty where none is chosen.
        value: String,
    },
    /// Some of a list of codes.
    Choices {
        /// The list's name.
        list: &'static str,
        /// The codes that are ticked, in their order.
        values: Vec<String>,
    },
    /// A date.
    Date(Box<DateParts>),
    /// A free name with a text, or with a code of a list.
    Entry {
        /// The name.
        key: String,
        /// The text.
        value: String,
        /// The list of which it is a code; none of a text.
        list: Option<&'static str>,
    },
    /// JSON.
    Json {
        /// What was typed.
        value: String,
    },
}

/// What a line holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextKind {
    /// Words of people.
    Words,
    /// A whole number.
    Whole,
    /// A number.
    Number,
    /// An id, a code or an address: letters of one script, from left to right.
    Id,
    /// An address in the web.
    Url,
    /// A country or one of its parts.
    Place,
}

/// Returns what the form of `kind` shows of what was typed.
#[must_use]
pub fn rows(kind: Kind, pairs: &Pairs) -> Vec<Row> {
    let is_record = if kind.is_record() {
        IsRecord::Yes
    } else {
        IsRecord::No
    };
    let mut form = Rows {
        pairs,
        rows: Vec::new(),
        required: if kind.is_record() { "" } else { "occurred" },
    };
    form.ordered("", DATA, of_data(fields(kind), is_record));
    form.rows
}

struct Rows<'p> {
    pairs: &'p Pairs,
    rows: Vec<Row>,
    /// The field of the common block that the kind needs, though its table does not.
    required: &'static str,
}

impl Rows<'_> {
    fn ordered(&mut self, of: &'static str, name: &str, order: Order<'static>) {
        let rest = format!("{name}{REST}");
        for field in order.first {
            self.field(of, name, field);
        }
        if !order.more.is_empty() {
            self.rows.push(Row::More);
            for field in order.more {
                self.field(of, name, field);
            }
            self.rows.push(Row::EndMore);
        }
        // Members that no input says are shown where there are any, so that they stay.
        let value = self.pairs.text(&rest);
        if !value.is_empty() {
            self.rows.push(Row::Input(Input {
                name: rest,
                field: "#rest",
                of,
                about: "the other members, as a JSON object",
                required: false,
                control: Control::Json { value },
            }));
        }
    }

    fn field(&mut self, of: &'static str, object: &str, field: &'static Field) {
        let name = format!("{object}/{}", field.name);
        let required = field.required || (of.is_empty() && field.name == self.required);
        let input = Input {
            name,
            field: field.name,
            of,
            about: field.about,
            required,
            control: Control::Group,
        };
        self.value(&field.sort, input);
    }

    fn value(&mut self, sort: &'static Sort, input: Input) {
        let typed = self.pairs.text(&input.name);
        match form(sort) {
            Form::Text | Form::Number | Form::Bool => self.input(input, line(sort, typed)),
            Form::Date => {
                let parts = DateParts::of(self.pairs, &input.name);
                self.input(input, Control::Date(Box::new(parts)));
            }
            Form::Codes => {
                let list = list_of(sort).unwrap_or_default();
                let values = self.pairs.texts(&input.name);
                self.input(input, Control::Choices { list, values });
            }
            Form::List { of, max } => self.list((of, max), input),
            Form::TextOrList(_) | Form::TextOrObject(_) if !typed.is_empty() => {
                self.input(input, Control::Prose { value: typed });
            }
            Form::TextOrList(of) => self.list((of, event::ITEMS_MAX), input),
            Form::Object(table) | Form::TextOrObject(table) => {
                let (field, name) = (input.field, input.name.clone());
                self.rows.push(Row::Begin(input));
                self.ordered(field, &name, of_object(field, table));
                self.rows.push(Row::End);
            }
            Form::Entries => self.entries(sort, input),
            Form::Json => self.input(input, Control::Json { value: typed }),
        }
    }

    fn input(&mut self, input: Input, control: Control) {
        self.rows.push(Row::Input(Input { control, ..input }));
    }

    /// The items of a list: those of which anything was sent, and one where there is none.
    fn list(&mut self, (of, max): (&'static Sort, usize), input: Input) {
        let items = self.items(&input.name);
        let (name, field) = (input.name.clone(), input.field);
        let (of_field, about) = (input.of, input.about);
        self.rows.push(Row::Begin(input));
        let is_pair = max == 2;
        let items = if is_pair { vec![0, 1] } else { items };
        for (at, index) in items.iter().enumerate() {
            let item = format!("{name}/{index}");
            self.rows.push(Row::Item {
                name: item.clone(),
                number: at + 1,
            });
            let inside = Input {
                name: item.clone(),
                field,
                of: of_field,
                about,
                required: false,
                control: Control::Group,
            };
            if let Form::Object(table) = form(of) {
                self.ordered(field, &item, of_object(field, table));
            } else {
                self.value(of, inside);
            }
            self.rows.push(Row::End);
        }
        if items.len() < max {
            self.rows.push(Row::Add {
                name: name.clone(),
                field,
            });
        }
        self.rows.push(Row::End);
    }

    fn entries(&mut self, sort: &'static Sort, input: Input) {
        let items = self.items(&input.name);
        let (name, field) = (input.name.clone(), input.field);
        let list = list_of(sort);
        self.rows.push(Row::Begin(input.clone()));
        for index in items {
            let line = format!("{name}/{index}");
            let control = Control::Entry {
                key: self.pairs.text(&format!("{line}#name")),
                value: self.pairs.text(&format!("{line}#value")),
                list,
            };
            let one = Input {
                name: line,
                required: false,
                ..input.clone()
            };
            self.input(one, control);
        }
        self.rows.push(Row::Add { name, field });
        self.rows.push(Row::End);
    }

    fn items(&self, name: &str) -> Vec<usize> {
        let items = self.pairs.items(name);
        if items.is_empty() { vec![0] } else { items }
    }
}

/// Returns the list of which a field's codes are.
const fn list_of(sort: &Sort) -> Option<&'static str> {
    match sort {
        Sort::Code(list) | Sort::Codes(list) => Some(list),
        Sort::Answer | Sort::Answers => Some("four_valued"),
        Sort::Text { .. }
        | Sort::Texts { .. }
        | Sort::Note { .. }
        | Sort::LangText { .. }
        | Sort::Is(_)
        | Sort::Date
        | Sort::Integer { .. }
        | Sort::Number { .. }
        | Sort::Money
        | Sort::Target
        | Sort::Pair
        | Sort::Place
        | Sort::Bool
        | Sort::List { .. }
        | Sort::Object(_)
        | Sort::Tags
        | Sort::Group
        | Sort::Quantity
        | Sort::Patch
        | Sort::Filter
        | Sort::Free => None,
    }
}

/// Returns how one text, number or code is typed.
fn line(sort: &Sort, value: String) -> Control {
    if let Some(list) = list_of(sort) {
        return Control::Choice { list, value };
    }
    let typing = match sort {
        Sort::Integer { .. } => TextKind::Whole,
        Sort::Number { .. } | Sort::Money => TextKind::Number,
        Sort::Is(Shape::Url) => TextKind::Url,
        Sort::Is(_) | Sort::Bool => TextKind::Id,
        Sort::Place => TextKind::Place,
        Sort::Text { .. }
        | Sort::Texts { .. }
        | Sort::Note { .. }
        | Sort::LangText { .. }
        | Sort::Code(_)
        | Sort::Codes(_)
        | Sort::Answer
        | Sort::Answers
        | Sort::Date
        | Sort::Target
        | Sort::Pair
        | Sort::List { .. }
        | Sort::Object(_)
        | Sort::Tags
        | Sort::Group
        | Sort::Quantity
        | Sort::Patch
        | Sort::Filter
        | Sort::Free => TextKind::Words,
    };
    let is_long = matches!(sort, Sort::Text { max } if *max > LINE_CHARS_MAX);
    // A line holds no line end: a text that has one keeps it in several.
    if is_long || value.contains('\n') {
        return Control::Prose { value };
    }
    Control::Line { value, typing }
}
