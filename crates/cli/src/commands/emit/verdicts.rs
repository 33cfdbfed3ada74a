//! Verdicts: what became of each event, as sent and as shown.
//!
//! Never here: sending.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::client::{Failure, safe};
use crate::commands::notices::{Notice, NoticeTotals};
use crate::commands::{Form, Terminal};
use crate::terminal::table::{Column, draw};

/// What became of one event, or would: a rejection by the check here has no position either.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Verdict {
    /// Its place in the input, from 1. The server does not say it.
    #[serde(default)]
    pub(super) event: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) source: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) position: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) repeat: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) pointer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) found: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) expected: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) hint: Option<String>,
    /// What an accepted event will probably not do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) notices: Vec<Notice>,
}

/// Verdicts, each with the JSON that it was read from.
#[derive(Debug, Default)]
pub(in crate::commands) struct Verdicts(Vec<(Verdict, Box<RawValue>)>);

impl Verdicts {
    /// Adds what the server answered.
    ///
    /// # Errors
    /// What does not fit, when these are not as many verdicts as there were events.
    pub(in crate::commands) fn add(&mut self, body: &[u8], events: usize) -> Result<(), String> {
        let items: Vec<&RawValue> =
            serde_json::from_slice(body).map_err(|error| error.to_string())?;
        if items.len() != events {
            return Err(format!("{} verdicts on {events} events", items.len()));
        }
        for item in items {
            let mut verdict: Verdict =
                serde_json::from_str(item.get()).map_err(|error| error.to_string())?;
            if verdict.position.is_some() == verdict.code.is_some() {
                return Err("a verdict that has not one of position and code".to_owned());
            }
            verdict.event = self.0.len() + 1;
            self.0.push((verdict, item.to_owned()));
        }
        Ok(())
    }

    /// Adds a verdict that was found here.
    ///
    /// # Errors
    /// [`Failure::Output`] when it cannot be written as JSON.
    pub(super) fn add_own(&mut self, verdict: Verdict) -> Result<(), Failure> {
        let json = serde_json::value::to_raw_value(&verdict)
            .map_err(|error| Failure::Output(error.into()))?;
        self.0.push((verdict, json));
        Ok(())
    }

    /// Returns the JSON of those from a place on that are rejections, each with how far behind that place it stands.
    pub(super) fn rejected_from(&self, from: usize) -> impl Iterator<Item = (usize, &RawValue)> {
        let later = self.0.iter().skip(from).enumerate();
        later
            .filter(|(_, (verdict, _))| verdict.code.is_some())
            .map(|(place, (_, json))| (place, &**json))
    }

    /// Returns how many there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many events were rejected.
    pub(in crate::commands) fn rejected(&self) -> usize {
        self.each().filter(|one| one.code.is_some()).count()
    }

    /// Returns the greatest position that was given.
    pub(super) fn position(&self) -> Option<u64> {
        self.each().filter_map(|one| one.position).max()
    }

    fn each(&self) -> impl Iterator<Item = &Verdict> {
        self.0.iter().map(|(verdict, _)| verdict)
    }

    fn notices(&self) -> NoticeTotals {
        let mut totals = NoticeTotals::default();
        for one in self.each() {
            for notice in &one.notices {
                totals.add(notice, || format!("event {}", one.event));
            }
        }
        totals
    }

    /// Says in one line what became of all.
    pub(in crate::commands) fn summary(&self) -> String {
        let repeats = self.each().filter(|one| one.repeat == Some(true)).count();
        let accepted = self.each().filter(|one| one.position.is_some()).count();
        let rejected = self.rejected();
        let mut text = format!("{} new, {repeats} there before", accepted - repeats);
        if rejected > 0 {
            text.push_str(&format!(", {rejected} rejected"));
        }
        let notices = self.notices().count();
        if notices > 0 {
            text.push_str(&format!(", {notices} notices"));
        }
        if let Some(position) = self.position() {
            text.push_str(&format!("; up to position {position}"));
        }
        text
    }

    /// Shows them.
    ///
    /// # Errors
    /// [`Failure::Output`].
    pub(in crate::commands) fn show(
        &self,
        form: Form,
        terminal: &mut Terminal<'_>,
    ) -> Result<(), Failure> {
        match form {
            Form::Json => {
                let items: Vec<_> = self.0.iter().map(|(_, json)| json.get()).collect();
                terminal.line(&format!("[{}]", items.join(",")))
            }
            Form::Jsonl => self
                .0
                .iter()
                .try_for_each(|(_, json)| terminal.line(json.get())),
            Form::Csv => terminal.csv(&CSV, self.each().map(csv_cells)),
            Form::Table => {
                let text = self.table(terminal);
                terminal.write(text.as_bytes())
            }
        }
    }

    fn table(&self, terminal: &Terminal<'_>) -> String {
        let columns = [
            Column::number("event"),
            Column::number("position"),
            Column::text("outcome"),
            Column::text("id"),
        ];
        let mut text = draw(&columns, self.each().map(cells), terminal.screen);
        for one in self.each().filter(|one| one.code.is_some()) {
            text.push('\n');
            text.push_str(&rejection(one));
        }
        let notices = self.notices().table(terminal.screen);
        if !notices.is_empty() {
            text.push('\n');
            text.push_str(&notices);
        }
        text
    }
}

fn shown(text: Option<&String>) -> String {
    text.cloned().unwrap_or_default()
}

fn number(number: Option<u64>) -> String {
    number.map(|number| number.to_string()).unwrap_or_default()
}

fn cells(one: &Verdict) -> Vec<String> {
    let outcome = match (&one.code, one.repeat) {
        (Some(code), _) => code.clone(),
        (None, Some(true)) => "there before".to_owned(),
        (None, Some(false) | None) => "new".to_owned(),
    };
    vec![
        one.event.to_string(),
        number(one.position),
        outcome,
        shown(one.id.as_ref()),
    ]
}

const CSV: [&str; 10] = [
    "event", "source", "id", "position", "repeat", "code", "pointer", "found", "expected", "hint",
];

fn csv_cells(one: &Verdict) -> Vec<String> {
    vec![
        one.event.to_string(),
        shown(one.source.as_ref()),
        shown(one.id.as_ref()),
        number(one.position),
        one.repeat
            .map(|repeat| repeat.to_string())
            .unwrap_or_default(),
        shown(one.code.as_ref()),
        shown(one.pointer.as_ref()),
        shown(one.found.as_ref()),
        shown(one.expected.as_ref()),
        shown(one.hint.as_ref()),
    ]
}

/// Returns the block of a rejection: where, what was found, what is right, what to do.
fn rejection(one: &Verdict) -> String {
    let place = match one.pointer.as_deref() {
        None | Some("") => "as a whole",
        Some(pointer) => pointer,
    };
    let head = format!(
        "event {}: {} at {place}",
        one.event,
        shown(one.code.as_ref())
    );
    let mut text = format!("{}\n", safe(&head));
    let parts = [
        ("found:", &one.found),
        ("right:", &one.expected),
        ("next:", &one.hint),
    ];
    for (name, part) in parts {
        if let Some(part) = part {
            text.push_str(&format!("  {name:<7}{}\n", safe(part)));
        }
    }
    text
}
