//! Laws of forms, over the example of every kind's page and over `data` made by the tables.

mod dates;
mod examples;
mod laws;
mod made;

use event::{Json, Kind};

use crate::{Control, DATE_PARTS, Pairs, Row, members_alike, read, rows};

/// Returns what a browser sends of a form into which nothing more is typed: each input that stands in it, and
/// of boxes and choices what is chosen.
fn sent(kind: Kind, shown: &Pairs) -> Pairs {
    let mut sent = Pairs::default();
    for row in rows(kind, shown) {
        match row {
            Row::Input(input) => send(&input.name, &input.control, &mut sent),
            Row::Item { name, .. } => sent.set(format!("{name}{}", crate::ITEM), ""),
            Row::Begin(_) | Row::End | Row::More | Row::EndMore | Row::Add { .. } => {}
        }
    }
    sent
}

fn send(name: &str, control: &Control, sent: &mut Pairs) {
    match control {
        Control::Group => panic!("{name} is no input"),
        // A line has no line ends; a browser ends lines with CR LF.
        Control::Line { value, .. } => sent.set(name, value.replace('\n', "")),
        Control::Prose { value } | Control::Json { value } => {
            sent.set(name, value.replace('\n', "\r\n"));
        }
        Control::Choice { value, .. } => sent.set(name, value.as_str()),
        Control::Choices { values, .. } => {
            values
                .iter()
                .for_each(|value| sent.add(name, value.as_str()));
        }
        Control::Date(parts) => {
            DATE_PARTS
                .iter()
                .for_each(|part| sent.set(format!("{name}{part}"), ""));
            parts.fill(name, sent);
        }
        Control::Entry { key, value, .. } => {
            sent.set(format!("{name}#name"), key.as_str());
            sent.set(format!("{name}#value"), value.as_str());
        }
    }
}

/// Checks that the form of `data`, shown and sent, says the same; returns what it says.
fn check(kind: Kind, data: &Json) -> Json {
    let filled = crate::fill(kind, data);
    let said = read(kind, &sent(kind, &filled)).unwrap();
    assert!(
        members_alike(&said, data),
        "{kind}: {} is {}",
        crate::fill::json(data),
        crate::fill::json(&said)
    );
    said
}
