//! One event of a timeline, in words: what it says, on whose word, and what was done to it.
//!
//! Never here: the order of a timeline (see [`crate::pages::case`]).

use answers::EntryBody;
use figures::Unnamed;
use serde_json::Value;

use crate::pages::event::SentEvent;
use crate::request::PageRequest;
use crate::text::format;
use crate::text::words::Words;

/// A field of an event: what it is called, and what it says.
pub(crate) struct Said {
    pub(crate) name: String,
    pub(crate) value: String,
    /// Whether it is a person's own words, in whatever language.
    pub(crate) free: bool,
}

/// On whose word an event rests.
pub(crate) struct Source {
    pub(crate) kind: String,
    pub(crate) text: String,
    pub(crate) reliability: Option<String>,
}

/// An act on an event, or an event in its place.
pub(crate) struct Act {
    pub(crate) kind: String,
    pub(crate) org: String,
    pub(crate) position: String,
    pub(crate) href: String,
    pub(crate) said: Vec<Said>,
    /// What it changed: the field, before and after.
    pub(crate) changed: Vec<(String, String, String)>,
    /// Why it changed nothing.
    pub(crate) no_effect: Option<String>,
}

/// One entry.
pub(crate) struct TimelineEntry {
    pub(crate) position: u64,
    pub(crate) number: String,
    pub(crate) href: String,
    pub(crate) kind: String,
    pub(crate) code: String,
    pub(crate) org: String,
    pub(crate) when: Option<String>,
    /// The date as it was sent, where a correction has changed it.
    pub(crate) when_sent: Option<String>,
    pub(crate) date: Option<String>,
    pub(crate) reported: Option<String>,
    pub(crate) place: Option<String>,
    pub(crate) verification: Option<(String, String)>,
    pub(crate) ended: bool,
    pub(crate) said: Vec<Said>,
    pub(crate) sources: Vec<Source>,
    pub(crate) note: Option<(String, String)>,
    pub(crate) acts: Vec<Act>,
    /// Who says otherwise: position and organisation.
    pub(crate) against: Vec<(String, String)>,
    /// Why it changes nothing, where it is an act on something that is not shown.
    pub(crate) no_effect: Option<String>,
}

/// How the value of a field is said.
enum As {
    /// By the label of its code in a list.
    Code(&'static str),
    /// As it stands.
    Text,
    /// A day.
    Day,
    /// Each of a list, as it stands.
    Texts,
}

/// The fields that a timeline shows: path, the catalogue's key, and how the value is said.
const FIELDS: &[(&[&str], &str, As)] = &[
    (&["mode"], "field.mode", As::Code("arrest_mode")),
    (
        &["kind"],
        "field.detention_kind",
        As::Code("detention_kind"),
    ),
    (&["facility"], "field.facility", As::Text),
    (&["from"], "field.from", As::Text),
    (&["to"], "field.to", As::Text),
    (
        &["release_kind"],
        "field.release_kind",
        As::Code("release_kind"),
    ),
    (&["decision"], "field.decision", As::Code("bail_decision")),
    (&["law"], "field.law", As::Text),
    (&["article"], "field.article", As::Text),
    (&["offence", "en"], "field.offence", As::Text),
    (&["offence", "km"], "field.offence", As::Text),
    (&["max_penalty"], "field.max_penalty", As::Text),
    (&["court"], "field.court", As::Text),
    (&["status"], "field.status", As::Code("charge_status")),
    (&["stage"], "field.stage", As::Code("appeal_stage")),
    (&["outcome"], "field.outcome", As::Code("appeal_outcome")),
    (&["by"], "field.by", As::Text),
    (&["custody"], "field.custody", As::Text),
    (&["suspended"], "field.suspended", As::Text),
    (&["scheduled"], "field.scheduled", As::Day),
    (&["last_seen"], "field.last_seen", As::Day),
    (&["warrant_shown"], "field.warrant", As::Code("four_valued")),
    (&["force_used"], "field.force", As::Code("four_valued")),
    (
        &["family_informed"],
        "field.family",
        As::Code("four_valued"),
    ),
    (&["in_custody"], "field.in_custody", As::Code("four_valued")),
    (&["cause_stated"], "field.cause_stated", As::Text),
    (&["cause_alleged"], "field.cause_alleged", As::Text),
    (&["stated_reason"], "field.stated_reason", As::Text),
    (&["conditions"], "field.conditions", As::Texts),
    (&["reason"], "field.reason", As::Text),
    (&["basis"], "field.basis", As::Text),
    (&["authority", "name"], "field.authority", As::Text),
];

/// Returns what the fields of an event say.
pub(crate) fn said(w: &Words, told: &SentEvent) -> Vec<Said> {
    let mut said = Vec::new();
    for (path, key, how) in FIELDS {
        let Some(value) = told.at(path) else {
            continue;
        };
        let how = match (told.kind(), *path) {
            ("retraction", ["reason"]) => &As::Code("retraction_reason"),
            _ => how,
        };
        let text = match (how, value) {
            (As::Code(list), Value::String(code)) => w.label(list, code),
            (As::Day, Value::String(day)) => w.day_text(day),
            (As::Text, Value::String(text)) => text.clone(),
            (As::Texts, Value::Array(list)) => {
                let texts: Vec<&str> = list.iter().filter_map(Value::as_str).collect();
                texts.join("; ")
            }
            _ => continue,
        };
        said.push(Said {
            name: w.t(key).to_owned(),
            value: text,
            free: matches!(how, As::Text | As::Texts),
        });
    }
    said.extend(group(w, told));
    for verdict in told.list(&["verdicts"]) {
        let text = |name: &str| {
            verdict
                .get(name)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        said.push(Said {
            name: text("charge").to_owned(),
            value: w.label("verdict", text("verdict")),
            free: false,
        });
    }
    said
}

/// Says how many people an event is about whom nobody has named, with the words of its source.
pub(crate) fn group(w: &Words, told: &SentEvent) -> Option<Said> {
    let number = |name| told.at(&["group", name]).and_then(Value::as_u64);
    let unnamed = Unnamed {
        lower: number("lower")?,
        upper: number("upper"),
    };
    let mut value = format::unnamed_short(w, unnamed);
    if let Some(verbatim) = told.text(&["group", "verbatim"]) {
        value = format!("{value} · {verbatim}");
    }
    Some(Said {
        name: w.t("field.group").to_owned(),
        value,
        free: true,
    })
}

/// Makes an entry, without what others did to it.
pub(crate) fn shown(request: &PageRequest, entry: &EntryBody) -> TimelineEntry {
    let w = request.words();
    let told = SentEvent::of(&entry.leaf);
    let position = entry.leaf.position.get();
    let when = entry.occurred.as_ref().map(|when| format::when(w, when));
    let sent = told.when(w);
    let when_sent = sent
        .clone()
        .filter(|sent| when.as_ref().is_some_and(|when| when != sent));
    let note = told.text(&["note", "text"]).map(|text| {
        let language = told.text(&["note", "lang"]).unwrap_or("und");
        (text.to_owned(), language.to_owned())
    });
    TimelineEntry {
        position,
        number: w.number(position),
        href: request.link(&format!("/events/{position}")),
        kind: w.label("kind", &entry.kind),
        code: entry.kind.clone(),
        org: entry.org.clone(),
        when: when.or(sent),
        when_sent,
        date: None,
        reported: told.text(&["occurred_as_reported"]).map(ToOwned::to_owned),
        place: place(w, &told),
        verification: entry
            .verification
            .map(|code| (code.to_owned(), w.label("verification", code))),
        ended: !entry.effective,
        said: said(w, &told),
        sources: sources(w, &told),
        note,
        acts: Vec::new(),
        against: Vec::new(),
        no_effect: no_effect(w, entry),
    }
}

/// Makes an act on another entry.
pub(crate) fn act(request: &PageRequest, entry: &EntryBody) -> Act {
    let w = request.words();
    let told = SentEvent::of(&entry.leaf);
    let mut said = said(w, &told);
    if entry.kind == "verification_changed"
        && let Some(to) = told.text(&["to"])
    {
        said.retain(|field| field.value != to);
        said.insert(
            0,
            Said {
                name: w.t("field.verification").to_owned(),
                value: w.label("verification", to),
                free: false,
            },
        );
    }
    Act {
        kind: w.label("kind", &entry.kind),
        org: entry.org.clone(),
        position: w.number(entry.leaf.position.get()),
        href: request.link(&format!("/events/{}", entry.leaf.position)),
        said,
        changed: entry
            .changed
            .iter()
            .map(|changed| {
                let (from, to) = (plain(w, &changed.from), plain(w, &changed.to));
                (changed.field.clone(), from, to)
            })
            .collect(),
        no_effect: no_effect(w, entry),
    }
}

/// Says why an act has no effect.
fn no_effect(w: &Words, entry: &EntryBody) -> Option<String> {
    let key = format!("no_effect.{}", entry.no_effect?);
    Some(w.t(&key).to_owned())
}

/// Says a value of an event's data as it stands there.
fn plain(w: &Words, value: &event::Json) -> String {
    match value.as_text() {
        Some(text) => shortened(format::date_or_text(w, text)),
        None if *value == event::Json::Null => w.t("value.nothing").to_owned(),
        None => shortened(serde_json::to_string(value).unwrap_or_default()),
    }
}

/// How many characters of a value a timeline shows before and after a correction; the event has all.
/// Source: docs/reference/limits.md.
const CHANGED_MAX: usize = 400;

/// Returns the beginning of a long text: an entry of thousands of words would be the whole page.
fn shortened(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(CHANGED_MAX) {
        text.truncate(end);
        text.push('…');
    }
    text
}

fn place(w: &Words, told: &SentEvent) -> Option<String> {
    let code = told.text(&["place", "code"]).map(|code| w.place(code));
    let locality = told
        .text(&["place", "locality"])
        .or(told.text(&["place", "as_reported"]));
    match (locality, code) {
        (Some(locality), Some(code)) => Some(format!("{locality}, {code}")),
        (Some(one), None) => Some(one.to_owned()),
        (None, code) => code,
    }
}

fn sources(w: &Words, told: &SentEvent) -> Vec<Source> {
    let list = told.list(&["sources"]).iter();
    list.map(|source| source_of(w, |name| source.get(name).and_then(Value::as_str)))
        .collect()
}

/// Says on whose word something rests; `text` returns a field of the source.
pub(crate) fn source_of<'s>(w: &Words, text: impl Fn(&str) -> Option<&'s str>) -> Source {
    let reliability = text("reliability").filter(|code| *code != "unknown");
    let named = text("ref").or(text("url")).unwrap_or_default();
    Source {
        kind: w.label("source_kind", text("kind").unwrap_or("other")),
        text: named.to_owned(),
        reliability: reliability.map(|code| {
            let label = w.label("reliability", code);
            w.fill("field.reliability", &[("reliability", &label)])
        }),
    }
}
