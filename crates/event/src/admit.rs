//! The gate's check: what a tool sends, judged before it becomes a leaf, and the bytes that it then is.
//!
//! Start at [`admit`]. The stored bytes are the sent ones with what the gate sets put in front.
//!
//! Never here: whether the key was seen before (`Code::Repeat`, `Code::Conflict` are the caller's to
//! find), clocks (the instant is handed in), and the log.

use crate::check::{self, Extent, Strength};
use crate::envelope::{self, Caller, Origin, SYSTEM_SOURCE};
use crate::lists::nearest;
use crate::read::Event;
use crate::rejection::excerpt;
use crate::shapes::type_parts;
use crate::{Code, Instant, Json, Kind, OrgId, Rejection, kinds};

/// Most bytes of an event as it is sent. Source: docs/reference/limits.md.
pub const EVENT_BYTES_MAX: usize = 60_000;
/// How far `recordedtime` may be ahead of the gate's clock, in seconds. Source: docs/reference/limits.md.
pub const RECORDED_AHEAD_SECONDS_MAX: i64 = 600;

/// The most bytes that the gate adds: `receivedtime`, `author` and `org` at their longest.
const STAMP_BYTES_MAX: usize = 192;

/// An event that passed the gate's check.
#[derive(Clone, Debug, PartialEq)]
pub struct Admitted {
    /// The event; its `received` is none until it is stored.
    pub event: Event,
    /// What was sent, from behind the first `{`, without line breaks between tokens.
    rest: Box<[u8]>,
    /// Whether `org` is to be set.
    sets_org: bool,
    /// Who sent it, as a pseudonym, where that is known.
    author: Option<Box<str>>,
}

/// Judges what a tool sends, in this order: size, JSON, one object, the attributes, no `author`,
/// `recordedtime` not ahead of `now`, the log's own organisation and kinds, the type, what would have to be
/// sealed, then the common block and the kind's fields with their codes, and `time` inside
/// `occurred`, and last a correction's patch.
///
/// # Errors
/// The first [`Rejection`].
pub fn admit(bytes: &[u8], caller: Caller<'_>, now: Instant) -> Result<Admitted, Rejection> {
    if bytes.len() > EVENT_BYTES_MAX {
        let found = format!("{} bytes", bytes.len());
        let expected = format!("at most {EVENT_BYTES_MAX} bytes");
        return Err(Rejection::new(Code::TooLarge, found, expected)
            .hint("keep documents elsewhere and send their sha256"));
    }
    let fields = envelope::parse(bytes)?;
    let sets_org = !fields.iter().any(|(name, _)| name == "org");
    let sends_author = fields.iter().any(|(name, _)| name == "author");
    let (envelope, data) = envelope::open(fields, Origin::Tool(caller))?;
    // Not of the attributes' check, which is frozen: in a leaf it is any text.
    if sends_author {
        let expected = "no `author`: the gate sets it";
        let rejection = Rejection::new(Code::AuthorSent, "an `author`", expected);
        return Err(rejection.under("author"));
    }
    not_ahead(envelope.recorded, now)?;
    not_system(&envelope.key.org, envelope.kind)?;
    let kind = envelope
        .kind
        .ok_or_else(|| unknown_type(&envelope.type_text))?;
    not_sealed(kind, &data).map_err(|rejection| rejection.under("data"))?;
    check::data(kind, &data, envelope.time_day, Strength::Codes)?;
    if kind == Kind::Correction {
        patch(data.get("patch").unwrap_or(&Json::Null), Strength::Codes)
            .map_err(|rejection| rejection.under("patch").under("data"))?;
    }
    Ok(Admitted {
        event: Event {
            envelope,
            kind,
            data,
        },
        rest: rest(bytes),
        sets_org,
        author: None,
    })
}

impl Admitted {
    /// Returns the most bytes that [`Admitted::stored`] can give.
    #[must_use]
    pub fn stored_bytes(&self) -> usize {
        self.rest.len().saturating_add(STAMP_BYTES_MAX)
    }

    /// Says who sent it: the pseudonym that the stored bytes carry. Source: docs/reference/access.md, Authors.
    pub fn set_author(&mut self, author: &str) {
        self.author = Some(author.into());
    }

    /// Returns the bytes to store: the sent ones, with `receivedtime` (`author` where one is set, and an
    /// absent `org`) right after the first `{` and without line breaks between tokens. Every other byte
    /// is kept.
    #[must_use]
    pub fn stored(&self, received: Instant) -> Vec<u8> {
        let mut stored = Vec::with_capacity(self.rest.len() + 128);
        stored.extend_from_slice(format!("{{\"receivedtime\":\"{received}\",").as_bytes());
        if let Some(author) = &self.author {
            stored.extend_from_slice(format!("\"author\":\"{author}\",").as_bytes());
        }
        if self.sets_org {
            let org = &self.event.envelope.key.org;
            stored.extend_from_slice(format!("\"org\":\"{org}\",").as_bytes());
        }
        stored.extend_from_slice(&self.rest);
        stored
    }
}

impl Admitted {
    /// Returns what [`crate::read`] reads of the bytes of [`Admitted::stored`], without reading them.
    #[must_use]
    pub fn into_event(self, received: Instant) -> Event {
        let mut event = self.event;
        event.envelope.received = Some(received);
        event
    }
}

/// Returns the bytes of one of the log's own events; `id` is a UUID, `data` an object.
#[must_use]
pub fn system_event(kind: Kind, id: &str, data: &Json, received: Instant) -> Vec<u8> {
    let mut event = format!(
        "{{\"receivedtime\":\"{received}\",\"org\":\"{}\",\"specversion\":\"1.0\",\"id\":\"{id}\",\
         \"source\":\"{SYSTEM_SOURCE}\",\"type\":\"habeas.{kind}.v1\",\
         \"recordedtime\":\"{received}\",\"datacontenttype\":\"application/json\",\"data\":",
        OrgId::SYSTEM
    );
    data.write_sorted(&mut event);
    event.push('}');
    event.into_bytes()
}

/// Keeps what stands behind the first `{`, without line breaks.
fn rest(bytes: &[u8]) -> Box<[u8]> {
    let object = bytes.trim_ascii();
    let rest = object.strip_prefix(b"{").unwrap_or(object);
    // A string of JSON holds no raw line break, so each one stands between tokens.
    if rest.iter().any(|byte| matches!(byte, b'\n' | b'\r')) {
        rest.iter()
            .copied()
            .filter(|byte| !matches!(byte, b'\n' | b'\r'))
            .collect()
    } else {
        rest.into()
    }
}

fn not_ahead(recorded: Instant, now: Instant) -> Result<(), Rejection> {
    let (seconds, nanos) = now.parts();
    let last = Instant::from_parts(seconds.saturating_add(RECORDED_AHEAD_SECONDS_MAX), nanos);
    if recorded <= last {
        return Ok(());
    }
    let expected = format!("at most {last}, ten minutes ahead of the gate's clock");
    Err(
        Rejection::new(Code::RecordedAhead, recorded.to_string(), expected)
            .hint("set the clock of the machine that records, or check the offset")
            .under("recordedtime"),
    )
}

fn not_system(org: &OrgId, kind: Option<Kind>) -> Result<(), Rejection> {
    if org.is_system() {
        let expected = "an organisation: `system` is the log itself";
        return Err(Rejection::new(Code::System, "\"system\"", expected).under("org"));
    }
    match kind.filter(|kind| kind.is_system()) {
        None => Ok(()),
        Some(kind) => {
            let expected = "a kind that an organisation may send: the log writes this one itself";
            Err(Rejection::new(Code::System, kind.to_string(), expected).under("type"))
        }
    }
}

fn unknown_type(text: &str) -> Rejection {
    let rejection = Rejection::new(
        Code::UnknownType,
        excerpt(text),
        "a type that this gate knows",
    );
    let name = type_parts(text).map_or("", |(name, _)| name);
    let kinds = Kind::ALL
        .iter()
        .filter(|kind| !kind.is_system())
        .map(|kind| kind.code());
    match nearest(name, kinds).as_slice() {
        [] => rejection.hint("the kinds are listed at /v1/codes/kind"),
        nearest => {
            let types: Vec<_> = nearest
                .iter()
                .map(|kind| format!("habeas.{kind}.v1"))
                .collect();
            rejection.hint(format!("the nearest known: {}", types.join(", ")))
        }
    }
    .under("type")
}

/// Refuses what would have to be sealed, in `data` and in a correction's patch, of whatever depth.
fn not_sealed(kind: Kind, data: &Json) -> Result<(), Rejection> {
    block_not_sealed(data)?;
    match data.get("patch").filter(|_| kind == Kind::Correction) {
        Some(patch) => not_sealed(kind, patch).map_err(|rejection| rejection.under("patch")),
        None => Ok(()),
    }
}

fn block_not_sealed(block: &Json) -> Result<(), Rejection> {
    let rejected = |found: &str| {
        Rejection::new(
            Code::Sealing,
            found,
            "nothing to seal: this gate cannot seal yet",
        )
        .hint("leave it out, or keep it outside the log")
    };
    if block.text("visibility") == Some("sealed") {
        return Err(rejected("\"sealed\"").under("visibility"));
    }
    let sealed = |person: &Json| person.get("confidential").is_some();
    match block.list("persons").iter().position(sealed) {
        Some(at) => {
            let rejection = rejected("a confidential block").under("confidential");
            Err(rejection.under(at).under("persons"))
        }
        None => Ok(()),
    }
}

/// Judges a correction's patch as far as it can be without its target: what identifies stays, the
/// common block is right, and another field is right for at least one kind that has it. A patch of a
/// correction's patch is judged alike.
pub(crate) fn patch(patch: &Json, strength: Strength) -> Result<(), Rejection> {
    for name in ["target", "pair"] {
        if patch.get(name).is_some() {
            let expected = "a patch that leaves `target` and `pair` as they are";
            return Err(
                Rejection::new(Code::PatchTarget, format!("{name:?}"), expected)
                    .hint("retract the event and send another")
                    .under(name),
            );
        }
    }
    check::object(kinds::COMMON, patch, Extent::Patch, strength)?;
    for (name, value) in patch.as_object().unwrap_or_default() {
        if *value == Json::Null || kinds::COMMON.iter().any(|field| field.name == name) {
            continue;
        }
        let mut wrong = None;
        let mut judged = Kind::ALL
            .iter()
            .flat_map(|kind| kinds::fields(*kind))
            .filter(|field| field.name == name)
            .map(|field| check::value(&field.sort, value, Extent::Patch, strength));
        let right = judged.any(|outcome| match outcome {
            Ok(()) => true,
            Err(rejection) => {
                wrong.get_or_insert(rejection);
                false
            }
        });
        if let Some(rejection) = wrong.filter(|_| !right) {
            return Err(rejection.under(name));
        }
        if name == "patch" {
            self::patch(value, strength).map_err(|rejection| rejection.under(name))?;
        }
    }
    Ok(())
}
