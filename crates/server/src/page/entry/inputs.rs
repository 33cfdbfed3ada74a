//! The parts of a form as a template takes them.
//!
//! Start at [`RowView`].
//!
//! Never here: making them (see [`super::view`]).

/// What stands before an input.
pub(super) struct Head {
    /// The id in the page.
    pub(super) id: String,
    /// The name in the form.
    pub(super) name: String,
    pub(super) label: String,
    /// The language of the label, where it is not the page's.
    pub(super) lang: Option<&'static str>,
    pub(super) required: bool,
    /// What it says, where the page is in the language of the tables.
    pub(super) about: Option<&'static str>,
    pub(super) wrong: Option<WrongView>,
}

/// What is wrong with an input, in words.
#[derive(Clone)]
pub(super) struct WrongView {
    pub(super) code: &'static str,
    pub(super) text: String,
    /// What was found and what is right, in the words of the check.
    pub(super) detail: String,
    pub(super) hint: Option<String>,
}

/// A choice.
pub(super) struct Choice {
    pub(super) code: String,
    pub(super) label: String,
    pub(super) chosen: bool,
}

/// One of the two dates of an interval.
pub(super) struct DateEndView {
    /// What is put behind the names of the first date's inputs: nothing, or `2`.
    pub(super) number: &'static str,
    pub(super) year: String,
    pub(super) day: String,
    pub(super) months: Vec<Choice>,
    pub(super) doubts: Vec<Choice>,
}

/// A part of a form.
pub(super) enum RowView {
    Begin(Head),
    Item {
        id: String,
        label: String,
        drop: String,
    },
    /// What began ends.
    End,
    /// An item ends.
    EndItem,
    /// What people need less often begins.
    More {
        /// Whether something in it is said, or wrong.
        is_open: bool,
    },
    EndMore,
    Add {
        act: String,
        anchor: String,
        label: String,
    },
    Line {
        head: Head,
        value: String,
        /// Which keys a phone offers.
        mode: &'static str,
        dir: &'static str,
        /// The id of the list of what is mostly typed.
        list: Option<&'static str>,
    },
    Prose {
        head: Head,
        value: String,
        is_json: bool,
    },
    Choice {
        head: Head,
        choices: Vec<Choice>,
    },
    Choices {
        head: Head,
        choices: Vec<Choice>,
    },
    Date {
        head: Head,
        extents: Vec<Choice>,
        ends: Vec<DateEndView>,
        /// The date in words and as EDTF.
        said: Option<(String, String)>,
    },
    Entry {
        head: Head,
        key: String,
        value: String,
        choices: Vec<Choice>,
    },
}

impl RowView {
    /// Returns what stands before the input; none of what is no input.
    pub(super) fn head(&self) -> Option<&Head> {
        match self {
            Self::Begin(head)
            | Self::Line { head, .. }
            | Self::Prose { head, .. }
            | Self::Choice { head, .. }
            | Self::Choices { head, .. }
            | Self::Date { head, .. }
            | Self::Entry { head, .. } => Some(head),
            Self::Item { .. }
            | Self::End
            | Self::EndItem
            | Self::More { .. }
            | Self::EndMore
            | Self::Add { .. } => None,
        }
    }
}

impl RowView {
    /// Whether something is said by an input, or wrong with it.
    pub(super) fn is_said(&self) -> bool {
        let is_chosen = |choices: &[Choice]| choices.iter().any(|choice| choice.chosen);
        let is_wrong = self.head().is_some_and(|head| head.wrong.is_some());
        is_wrong
            || match self {
                Self::Line { value, .. } | Self::Prose { value, .. } => !value.is_empty(),
                Self::Choice { choices, .. } | Self::Choices { choices, .. } => is_chosen(choices),
                Self::Date { said, .. } => said.is_some(),
                Self::Entry { key, value, .. } => !key.is_empty() || !value.is_empty(),
                Self::Begin(_)
                | Self::Item { .. }
                | Self::End
                | Self::EndItem
                | Self::More { .. }
                | Self::EndMore
                | Self::Add { .. } => false,
            }
    }
}
