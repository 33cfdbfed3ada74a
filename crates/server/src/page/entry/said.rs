//! What an event says, line by line, in the words of a language; and what differs between two.
//!
//! Start at [`lines`].
//!
//! Never here: HTML, and what is right.

use event::{Json, Kind};
use form::{Control, Input, Row};

use super::view::label;
use web::text::format;
use web::text::words::Words;

/// One thing that an event says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// The name of its input.
    pub(super) name: String,
    /// What it is called, from the outermost field inwards.
    pub(super) label: String,
    pub(super) value: String,
    /// How it stands in the event, where that is said otherwise: a date as EDTF.
    pub(super) code: Option<String>,
}

/// One thing that two say differently.
pub(super) struct Difference {
    pub(super) label: String,
    pub(super) before: Option<Line>,
    pub(super) after: Option<Line>,
}

/// Returns what `data` says, in the order of its form.
pub(super) fn lines(w: &Words, kind: Kind, data: &Json) -> Vec<Line> {
    let mut within: Vec<String> = Vec::new();
    let mut lines = Vec::new();
    for row in form::rows(kind, &form::fill(kind, data)) {
        match row {
            Row::Begin(input) => within.push(label(w, &input).0),
            Row::Item { number, .. } if number > 1 => {
                within.push(w.number(u64::try_from(number).unwrap_or(0)));
            }
            Row::Item { .. } => within.push(String::new()),
            Row::End => {
                within.pop();
            }
            Row::More | Row::EndMore | Row::Add { .. } => {}
            Row::Input(input) => lines.extend(line(w, &within, input)),
        }
    }
    lines
}

/// Returns what `after` says otherwise than `before`.
pub(super) fn differences(
    w: &Words,
    kind: Kind,
    (before, after): (&Json, &Json),
) -> Vec<Difference> {
    let (before, after) = (lines(w, kind, before), lines(w, kind, after));
    let of = |lines: &[Line], name: &str| lines.iter().find(|line| line.name == name).cloned();
    let gone = before
        .iter()
        .filter(|line| of(&after, &line.name).is_none());
    let there = after
        .iter()
        .filter(|line| of(&before, &line.name).as_ref() != Some(line));
    let difference = |line: &Line| Difference {
        label: line.label.clone(),
        before: of(&before, &line.name),
        after: of(&after, &line.name),
    };
    there.chain(gone).map(difference).collect()
}

fn line(w: &Words, within: &[String], input: Input) -> Option<Line> {
    let own = label(w, &input).0;
    let (value, code) = match input.control {
        Control::Group => return None,
        Control::Line {
            value,
            typing: form::TextKind::Place,
        } if !value.is_empty() => (w.place(&value), Some(value)),
        Control::Line { value, .. } | Control::Prose { value } | Control::Json { value } => {
            (value, None)
        }
        Control::Choice { list, value } if !value.is_empty() => (w.label(list, &value), None),
        Control::Choice { .. } => return None,
        Control::Choices { list, values } => {
            let labels: Vec<_> = values.iter().map(|code| w.label(list, code)).collect();
            (labels.join(w.t("list.comma")), None)
        }
        Control::Date(parts) => {
            let text = parts.edtf()?;
            (format::date_or_text(w, &text), Some(text))
        }
        Control::Entry { key, value, list } => {
            let value = list.map_or(value.clone(), |list| w.label(list, &value));
            let said = w.fill("value.named", &[("name", &key), ("value", &value)]);
            ((!key.is_empty()).then_some(said)?, None)
        }
    };
    let mut labels: Vec<&str> = within.iter().map(String::as_str).collect();
    // An item of a list of texts is called as the list.
    if labels.iter().rev().find(|label| !label.is_empty()) != Some(&own.as_str()) {
        labels.push(&own);
    }
    labels.retain(|label| !label.is_empty());
    (!value.is_empty()).then(|| Line {
        name: input.name,
        label: labels.join(" · "),
        value,
        code,
    })
}
