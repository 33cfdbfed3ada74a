//! Events as lines that people read, and the page of one event: what it says, as it was sent.
//!
//! Never here: what follows from an event (see [`super::case`]).

use answers::{DaysBody, Leaf};
use askama::Template;
use axum::response::Response;
use event::{Edtf, Kind, Position, Reading};
use fold::{Scope, Sight, View as _};
use serde_json::Value;

use crate::address::Address;
use crate::http::{Problem, Sort};
use crate::layout::{Layout, Way};
use crate::parts::timeline_entry;
use crate::record::{ReadFailure, Snapshot};
use crate::request::PageRequest;
use crate::text::format;
use crate::text::words::Words;

/// How many leaves are read at once, and how often, in search of the last that are seen.
pub(super) const READ_LEAVES: u64 = 64;
pub(super) const READS_MAX: u64 = 16;

/// One event in a list.
pub(crate) struct Line {
    pub(crate) position: u64,
    pub(crate) href: String,
    pub(crate) kind: String,
    /// The code of the kind, which the style sheet marks.
    pub(crate) code: String,
    pub(crate) when: Option<String>,
    pub(crate) place: Option<String>,
    pub(crate) org: String,
    pub(crate) case: Option<(String, String)>,
    pub(crate) verification: Option<String>,
    pub(crate) people: Option<String>,
}

/// What a page needs of an event as it was sent.
pub(crate) struct SentEvent {
    value: Value,
}

impl SentEvent {
    /// Reads a leaf.
    pub(crate) fn of(leaf: &Leaf) -> Self {
        Self {
            value: serde_json::from_str(leaf.event.get()).unwrap_or(Value::Null),
        }
    }

    /// Returns an attribute of the envelope.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.value.get(name)?.as_str()
    }

    /// Returns a text of `data`, by its path.
    pub(crate) fn text(&self, path: &[&str]) -> Option<&str> {
        self.at(path)?.as_str()
    }

    /// Returns a value of `data`, by its path.
    pub(crate) fn at(&self, path: &[&str]) -> Option<&Value> {
        path.iter()
            .try_fold(self.value.get("data")?, |value, name| value.get(name))
    }

    /// Returns a list of `data`, by its path.
    pub(crate) fn list(&self, path: &[&str]) -> &[Value] {
        self.at(path)
            .and_then(Value::as_array)
            .map_or(&[], Vec::as_slice)
    }

    /// Returns the kind.
    pub(crate) fn kind(&self) -> &str {
        let kind = self.attribute("type").unwrap_or_default();
        kind.split('.').nth(1).unwrap_or(kind)
    }

    /// Says when it happened, as it was sent.
    pub(crate) fn when(&self, w: &Words) -> Option<String> {
        let text = self.text(&["occurred"])?;
        let edtf = Edtf::parse(text).ok()?;
        let days = DaysBody {
            doubt: edtf.doubt,
            days: edtf.days,
        };
        Some(format::when(w, &days))
    }

    /// Says whom it concerns: how many people with a name or id, how many without.
    fn people(&self, w: &Words) -> Option<String> {
        let named = u64::try_from(self.list(&["persons"]).len()).unwrap_or(0);
        let group = timeline_entry::group(w, self);
        let mut said = Vec::new();
        if named > 1 {
            said.push(w.count("event.people", named, &[]));
        }
        if let Some(group) = group {
            let (name, value) = (&*group.name, &*group.value);
            said.push(w.fill("value.named", &[("name", name), ("value", value)]));
        }
        (!said.is_empty()).then(|| said.join(w.t("list.and")))
    }
}

/// Returns the last events that the reader may see, the newest first.
///
/// # Errors
/// [`Problem`] when the store cannot be read.
pub(crate) fn latest(
    request: &PageRequest,
    snapshot: &Snapshot,
    most: usize,
) -> Result<Vec<Line>, Problem> {
    before(request, snapshot, snapshot.position.get(), most).map(|(lines, _)| lines)
}

/// Returns at most `most` events from position `last` downwards, and where the next ones begin.
///
/// # Errors
/// [`Problem`] when the store cannot be read.
pub(crate) fn before(
    request: &PageRequest,
    snapshot: &Snapshot,
    last: u64,
    most: usize,
) -> Result<(Vec<Line>, Option<u64>), Problem> {
    let failed = |failure: ReadFailure| Problem::failed(&failure);
    let reading = snapshot.read().map_err(failed)?;
    let mut lines = Vec::new();
    let mut last = last.min(snapshot.position.get());
    for _ in 0..READS_MAX {
        if last == 0 {
            return Ok((lines, None));
        }
        let first = last.saturating_sub(READ_LEAVES - 1).max(1);
        let wanted = usize::try_from(last - first + 1).unwrap_or(1);
        let read = reading
            .leaves(Position::new(first), wanted)
            .map_err(failed)?;
        let mut sight = Sight::new(&reading, snapshot.position);
        for (position, bytes) in read.into_iter().rev() {
            if position.get() > last {
                continue;
            }
            let seen = answers::visible_leaf(&mut sight, (position, &bytes), request.scope());
            if let Some(leaf) = seen.map_err(failed)? {
                if lines.len() >= most {
                    return Ok((lines, Some(position.get())));
                }
                lines.push(line(request, &leaf));
            }
        }
        last = first - 1;
    }
    Ok((lines, (last > 0).then_some(last)))
}

fn line(request: &PageRequest, leaf: &Leaf) -> Line {
    let w = request.words();
    let told = SentEvent::of(leaf);
    let position = leaf.position.get();
    let case = told
        .attribute("subject")
        .map(|case| (case.to_owned(), request.link(&format!("/cases/{case}"))));
    Line {
        position,
        href: request.link(&format!("/events/{position}")),
        kind: w.label("kind", told.kind()),
        code: told.kind().to_owned(),
        when: told.when(w),
        place: told.text(&["place", "code"]).map(|code| w.place(code)),
        org: told.attribute("org").unwrap_or_default().to_owned(),
        case,
        verification: told
            .text(&["verification"])
            .map(|code| w.label("verification", code)),
        people: told.people(w),
    }
}

#[derive(Template)]
#[template(path = "event.html")]
struct Page<'v> {
    layout: Layout<'v>,
    line: Line,
    recorded: String,
    received: String,
    source: String,
    id: String,
    json: String,
    raw: String,
    note: Option<(String, String)>,
    run: Option<Run>,
    /// What its reader may do to it: the buttons of those who correct.
    acts: Vec<Way>,
    standing: Standing,
}

/// What became of an event by R.
enum Standing {
    /// It stands as it was sent.
    AsSent,
    /// It was taken back.
    TakenBack,
    /// Acts changed what it says.
    Changed(Vec<Way>),
}

impl Standing {
    /// # Errors
    /// The store's failure.
    fn of(
        request: &PageRequest,
        snapshot: &Snapshot,
        (position, kind): (Position, &str),
    ) -> Result<Self, ReadFailure> {
        let is_told = |kind: &Kind| !kind.is_system() && !kind.is_amendment();
        if Kind::parse(kind).filter(is_told).is_none() {
            return Ok(Self::AsSent);
        }
        let reading = snapshot.read()?;
        let leaf = reading.leaf(position)?.unwrap_or_default();
        let Reading::Event(event) = event::read(&leaf) else {
            return Ok(Self::AsSent);
        };
        let record = reading.record(event.envelope.key.hash())?;
        let first = record.and_then(|record| record.first);
        if first.is_none_or(|(first, _)| first != position) {
            // A repeat, or a conflict: it never had an effect of its own.
            return Ok(Self::AsSent);
        }
        let effective = fold::effective_at(&reading, position, snapshot.position)?;
        Ok(match effective.map(|effective| effective.revised_by) {
            None => Self::TakenBack,
            Some(acts) if acts.is_empty() => Self::AsSent,
            Some(acts) => Self::Changed(
                acts.into_iter()
                    .map(|act| Way {
                        name: request.words().number(act.get()),
                        href: request.link(&format!("/events/{act}")),
                        here: false,
                    })
                    .collect(),
            ),
        })
    }
}

/// By which run of an import the event came, as the event itself says it: who sees the event sees this.
struct Run {
    id: String,
    /// The fingerprint of the file, where it is named.
    file: Option<String>,
    mapping: Option<String>,
}

impl Run {
    fn of(told: &SentEvent) -> Option<Self> {
        let named = |name: &str| told.attribute(name).map(str::to_owned);
        Some(Self {
            id: named("importrun")?,
            file: named("importfile"),
            mapping: named("importmapping"),
        })
    }
}

/// Shows one event.
pub async fn show(request: PageRequest) -> Response {
    let made = page(&request).await;
    request.answer(made)
}

async fn page(request: &PageRequest) -> Result<Response, Problem> {
    request.takes(&["at"])?;
    let snapshot = request.snapshot_hiding().await?;
    let unknown = || {
        let detail = format!(
            "no event {} is known at position {}",
            request.id, snapshot.position
        );
        Problem::new(Sort::NotFound, detail)
    };
    let position: u64 = request.id.parse().map_err(|_| unknown())?;
    let leaf = tokio::task::block_in_place(|| leaf(request, &snapshot, Position::new(position)))?;
    let leaf = leaf.ok_or_else(unknown)?;
    if let Some(same) = request.unchanged(&snapshot) {
        return Ok(same);
    }
    let told = SentEvent::of(&leaf);
    let w = request.words();
    let line = line(request, &leaf);
    let instant = |name: &str| {
        let text = told.attribute(name).unwrap_or_default();
        event::Instant::parse(text).map_or_else(
            || text.to_owned(),
            |(instant, _)| format::instant_text(w, instant),
        )
    };
    let note = told.text(&["note", "text"]).map(|text| {
        let language = told.text(&["note", "lang"]).unwrap_or("und");
        (text.to_owned(), language.to_owned())
    });
    let title = w.fill(
        "event.title",
        &[("kind", &line.kind), ("n", &w.number(position))],
    );
    let of = (Position::new(position), told.kind());
    let standing = tokio::task::block_in_place(|| Standing::of(request, &snapshot, of));
    let standing = standing.map_err(|failure| Problem::failed(&failure))?;
    let page = Page {
        layout: Layout::at(request, title, &snapshot),
        recorded: instant("recordedtime"),
        received: instant("receivedtime"),
        source: told.attribute("source").unwrap_or_default().to_owned(),
        id: told.attribute("id").unwrap_or_default().to_owned(),
        json: serde_json::to_string_pretty(&told.value).unwrap_or_default(),
        raw: format!("/v1/events?from={position}&limit=1"),
        note,
        run: Run::of(&told),
        acts: acts(request, position, &told, &standing),
        standing,
        line,
    };
    request.send(&snapshot, &page)
}

/// Returns what the reader may do to an event, where their role changes any and it was not taken back.
fn acts(request: &PageRequest, position: u64, told: &SentEvent, standing: &Standing) -> Vec<Way> {
    let kind = Kind::parse(told.kind()).filter(|kind| !kind.is_system());
    let stands = !matches!(standing, Standing::TakenBack);
    let Some(kind) = kind.filter(|_| stands && request.rights.corrects()) else {
        return Vec::new();
    };
    let w = request.words();
    let nothing = Address::default();
    let way = |path: &str, name: &str, address: &Address| Way {
        name: w.t(name).to_owned(),
        href: request.href(path, address),
        here: false,
    };
    let act = |act: &str, name: &str| way(&format!("/events/{position}/{act}"), name, &nothing);
    if kind.is_amendment() || kind.is_link() {
        return vec![
            act("correct", "event.correct"),
            act("retract", "event.undo"),
        ];
    }
    let named = nothing.with("event", &position.to_string());
    let mut acts = vec![
        act("correct", "event.correct"),
        way("/enter/verification_changed", "event.verify", &named),
        act("retract", "event.retract"),
    ];
    // A grant lets others correct; only its own organisation publishes.
    if told.text(&["visibility"]) != Some("public") && is_own(request, told) {
        acts.push(act("publish", "event.publish"));
    }
    acts
}

/// Whether an event is of the organisation in whose name the reader reads.
pub(super) fn is_own(request: &PageRequest, told: &SentEvent) -> bool {
    match request.scope() {
        Scope::Org(org) => told.attribute("org") == Some(org.as_str()),
        Scope::Public | Scope::Partners | Scope::Operator => false,
    }
}

/// Returns an event as it was sent, where the reader sees it at R.
///
/// # Errors
/// [`Problem`] when the store cannot be read.
pub(super) fn leaf(
    request: &PageRequest,
    snapshot: &Snapshot,
    position: Position,
) -> Result<Option<Leaf>, Problem> {
    let failed = |failure: ReadFailure| Problem::failed(&failure);
    if position > snapshot.position {
        return Ok(None);
    }
    let reading = snapshot.read().map_err(failed)?;
    let Some(bytes) = reading.leaf(position).map_err(failed)? else {
        return Ok(None);
    };
    let (at, scope) = (snapshot.position, request.scope());
    answers::visible_leaf(&mut Sight::new(&reading, at), (position, &bytes), scope).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_of_an_import_names_its_run_and_another_one_none() {
        let told = |value| SentEvent { value };
        assert!(Run::of(&told(serde_json::json!({"id": "x"}))).is_none());
        let event = serde_json::json!({"importrun": "r", "importmapping": "m"});
        let run = Run::of(&told(event)).unwrap();
        assert_eq!(
            (run.id.as_str(), run.file, run.mapping.as_deref()),
            ("r", None, Some("m"))
        );
    }
}
