//! The attributes around `data`, in one order: an event of a form, byte by byte.
//!
//! Never here: making an id, and reading a clock.

use event::{Json, Kind};
use smol_str::SmolStr;

use crate::fill::json;

/// The attributes of an event that is sent by a form.
#[derive(Clone, Copy, Debug)]
pub struct Head<'a> {
    /// A UUID, as lower-case hyphenated text.
    pub id: &'a str,
    /// The tool.
    pub source: &'a str,
    /// What happened.
    pub kind: Kind,
    /// The case; none where it concerns no single one.
    pub subject: Option<&'a str>,
    /// When it is recorded, RFC 3339.
    pub recorded: &'a str,
    /// The instant it happened; none where that is not known to the minute.
    pub time: Option<&'a str>,
}

impl Head<'_> {
    /// Returns the event with this `data`, as it is sent: on one line, the attributes in the order of
    /// docs/reference/events.md, `org` left to the gate.
    #[must_use]
    pub fn event(&self, data: &Json) -> String {
        let text = |text: &str| Json::Text(text.into());
        let type_text = format!("habeas.{}.v1", self.kind.code());
        let attributes = [
            ("specversion", Some("1.0")),
            ("id", Some(self.id)),
            ("source", Some(self.source)),
            ("type", Some(type_text.as_str())),
            ("subject", self.subject),
            ("recordedtime", Some(self.recorded)),
            ("time", self.time),
            ("datacontenttype", Some("application/json")),
        ];
        let said = attributes
            .into_iter()
            .filter_map(|(name, value)| Some((SmolStr::from(name), text(value?))));
        let mut members: Vec<(SmolStr, Json)> = said.collect();
        members.push(("data".into(), data.clone()));
        json(&Json::Object(members))
    }
}
