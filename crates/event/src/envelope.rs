//! The envelope: the attributes of an event around `data`, checked in one documented order.
//!
//! Start at [`open`]. This check decides which key a leaf occupies and is frozen for ever: a leaf
//! that passes it today passes it in every later version. Source: docs/reference/events.md, Envelope.
//!
//! Never here: what stands in `data`, code lists, and which kinds are known to do what.

use smol_str::SmolStr;

use crate::content;
use crate::ids::is_org;
use crate::rejection::excerpt;
use crate::shapes::{is_uri_reference, is_uuid, type_parts};
use crate::{CaseId, Code, ContentHash, Day, EventKey, Instant, Json, Kind, OrgId, Rejection};

/// The `source` of the log's own events.
pub const SYSTEM_SOURCE: &str = "//habeas/log";

/// The attributes of the event around `data`, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Envelope {
    /// (`org`, `source`, `id`).
    pub key: EventKey,
    /// The text of `type`, e.g. `habeas.arrest.v1`.
    pub type_text: SmolStr,
    /// The kind that `type` names; none when this version of the program does not know it.
    pub kind: Option<Kind>,
    /// The case that `subject` names.
    pub subject: Option<CaseId>,
    /// When the tool recorded it (the organisation's claim).
    pub recorded: Instant,
    /// The day of `recordedtime` in its own offset.
    pub recorded_day: Day,
    /// The day that caps an open or later end of `occurred`: the day of the record of the event,
    /// or of the correction that set it.
    pub occurred_cap: Day,
    /// When the gate accepted it; none before it did.
    pub received: Option<Instant>,
    /// The instant it happened, where known to the minute.
    pub time: Option<Instant>,
    /// The day of `time` in its own offset.
    pub time_day: Option<Day>,
    /// The hash of what makes two events the same content.
    pub content: ContentHash,
}

/// On whose behalf an event is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller<'a> {
    /// One organisation; an absent `org` is set to it.
    Org(&'a OrgId),
    /// The operator, who may send for any organisation and names it.
    Any,
}

/// Where the bytes come from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Origin<'a> {
    /// A leaf of the log: the gate has set `receivedtime` and `org`.
    Log,
    /// A tool: `receivedtime` is not its to set, and `org` is its caller's.
    Tool(Caller<'a>),
}

type Fields = Vec<(SmolStr, Json)>;

/// Parses one JSON object.
pub(crate) fn parse(bytes: &[u8]) -> Result<Fields, Rejection> {
    let expected = "one JSON object in UTF-8, without a key twice in one object";
    match Json::parse(bytes) {
        Ok(Json::Object(fields)) => Ok(fields),
        Ok(other) => Err(Rejection::new(Code::NotObject, other.sort(), expected)),
        Err(error) => Err(Rejection::new(
            Code::NotJson,
            not_json(bytes, &error),
            expected,
        )),
    }
}

/// Says what the parser met and where, without repeating what was sent.
fn not_json(bytes: &[u8], error: &serde_json::Error) -> String {
    if bytes.starts_with(b"\xef\xbb\xbf") {
        return "a byte order mark before the object".to_owned();
    }
    let what = if error.is_eof() {
        "an early end"
    } else if error.is_data() {
        "a key that stands twice"
    } else if std::str::from_utf8(bytes).is_err() {
        "bytes that are not UTF-8"
    } else {
        "what is not JSON, or lies too deep,"
    };
    format!("{what} at line {}, column {}", error.line(), error.column())
}

/// Checks the attributes, in this order, and returns them with `data` (null when absent):
/// every name; `specversion`, `id`, `source`, `type`, `subject`, `org`, `recordedtime`,
/// `receivedtime`, `salt`, `time`, `datacontenttype`. An attribute that is `null` is absent.
pub(crate) fn open(mut fields: Fields, origin: Origin<'_>) -> Result<(Envelope, Json), Rejection> {
    let data = fields
        .iter_mut()
        .find(|(name, _)| name == "data")
        .map_or(Json::Null, |(_, data)| std::mem::replace(data, Json::Null));
    let attributes = Attributes(&fields);
    attributes.names()?;
    attributes.one_of("specversion", "1.0")?;
    let id = attributes.shaped(
        "id",
        Code::EventId,
        "a UUID in lower case with hyphens",
        is_uuid,
    )?;
    let source = attributes.shaped(
        "source",
        Code::Source,
        "a URI-reference (RFC 3986), e.g. //licadho.example/kobo",
        is_uri_reference,
    )?;
    let type_text = attributes.required("type", TYPE)?;
    let (name, version) = type_parts(type_text)
        .ok_or_else(|| Rejection::new(Code::Type, excerpt(type_text), TYPE).under("type"))?;
    let kind = Kind::parse(name).filter(|_| version == "1");
    let subject = attributes.subject()?;
    let org = attributes.org(origin)?;
    let (recorded, recorded_day) = attributes.recorded()?;
    let received = attributes.received(origin)?;
    attributes.text("salt", "a text")?;
    let time = attributes.instant("time")?;
    if attributes.get("datacontenttype").is_some() {
        attributes.one_of("datacontenttype", "application/json")?;
    }
    let content = content::hash(
        type_text,
        subject.as_ref(),
        time.map(|(time, _)| time),
        &data,
    );
    let envelope = Envelope {
        key: EventKey {
            org,
            source: source.into(),
            id: id.into(),
        },
        type_text: type_text.into(),
        kind,
        subject,
        recorded,
        recorded_day,
        occurred_cap: recorded_day,
        received,
        time: time.map(|(time, _)| time),
        time_day: time.map(|(_, day)| day),
        content,
    };
    Ok((envelope, data))
}

const TYPE: &str = "habeas.<kind>.v<version>, e.g. habeas.arrest.v1";
/// A wrong attribute's name of more bytes is quoted in part and not pointed at.
const POINTED_BYTES_MAX: usize = 100;
const INSTANT: &str = "an RFC 3339 instant with an offset and at most nine fraction digits, e.g. 2020-09-07T08:30:00+07:00";

struct Attributes<'a>(&'a [(SmolStr, Json)]);

impl<'a> Attributes<'a> {
    fn get(&self, name: &str) -> Option<&'a Json> {
        let (_, value) = self.0.iter().find(|(key, _)| key == name)?;
        (*value != Json::Null).then_some(value)
    }

    /// Source: CloudEvents 1.0, Naming conventions: lower-case letters and digits.
    fn names(&self) -> Result<(), Rejection> {
        let fits = |name: &str| {
            !name.is_empty()
                && name
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        };
        match self.0.iter().find(|(name, _)| !fits(name)) {
            None => Ok(()),
            Some((name, _)) => {
                let expected = "attribute names of a-z and 0-9 only";
                let rejection = Rejection::new(Code::AttributeName, excerpt(name), expected);
                let rejection = rejection.hint("what the event says belongs in `data`");
                // A pointer stays short: a name that is no name can be as long as the event.
                let short = name.len() <= POINTED_BYTES_MAX;
                Err(if short {
                    rejection.under(name)
                } else {
                    rejection
                })
            }
        }
    }

    fn text(&self, name: &str, expected: &str) -> Result<Option<&'a str>, Rejection> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let wrong = || Rejection::new(Code::WrongSort, value.sort(), expected).under(name);
        value.as_text().map(Some).ok_or_else(wrong)
    }

    fn required(&self, name: &str, expected: &str) -> Result<&'a str, Rejection> {
        let missing = || Rejection::new(Code::Missing, "nothing", expected).under(name);
        self.text(name, expected)?.ok_or_else(missing)
    }

    fn shaped(
        &self,
        name: &str,
        code: Code,
        expected: &str,
        is: fn(&str) -> bool,
    ) -> Result<&'a str, Rejection> {
        let text = self.required(name, expected)?;
        if is(text) {
            Ok(text)
        } else {
            Err(Rejection::new(code, excerpt(text), expected).under(name))
        }
    }

    fn one_of(&self, name: &str, right: &str) -> Result<(), Rejection> {
        let text = self.required(name, right)?;
        if text == right {
            return Ok(());
        }
        Err(Rejection::new(Code::Version, excerpt(text), right).under(name))
    }

    fn subject(&self) -> Result<Option<CaseId>, Rejection> {
        let expected = "a case as <org>:<local>, e.g. licadho:2020-0114";
        let Some(text) = self.text("subject", expected)? else {
            return Ok(None);
        };
        let wrong = |_| Rejection::new(Code::Id, excerpt(text), expected).under("subject");
        CaseId::parse(text).map(Some).map_err(wrong)
    }

    fn org(&self, origin: Origin<'_>) -> Result<OrgId, Rejection> {
        let expected = "an organisation, 2 to 32 of a-z, 0-9 and -, not beginning with -";
        let rejected = |code, found: String, expected: &str| {
            Rejection::new(code, found, expected).under("org")
        };
        let caller = match origin {
            Origin::Tool(Caller::Org(caller)) => Some(caller),
            Origin::Tool(Caller::Any) | Origin::Log => None,
        };
        let there = self.0.iter().any(|(name, _)| name == "org");
        match (self.text("org", expected)?, caller) {
            // The gate sets an absent `org`; beside a `null` it would stand twice.
            (None, Some(_)) if there => Err(rejected(
                Code::WrongSort,
                "null".to_owned(),
                "the caller's organisation, or no `org`",
            )),
            (None, Some(caller)) => Ok(caller.clone()),
            (None, None) => Err(rejected(Code::Missing, "nothing".to_owned(), expected)),
            (Some(text), Some(caller)) if text != caller.as_str() => {
                let expected = format!("the caller's organisation, {caller}");
                Err(rejected(Code::Org, excerpt(text), &expected))
            }
            (Some(text), _) if is_org(text) => {
                OrgId::parse(text).map_err(|_| rejected(Code::Org, excerpt(text), expected))
            }
            (Some(text), _) => Err(rejected(Code::Org, excerpt(text), expected)),
        }
    }

    fn instant(&self, name: &str) -> Result<Option<(Instant, Day)>, Rejection> {
        let Some(text) = self.text(name, INSTANT)? else {
            return Ok(None);
        };
        let wrong = || Rejection::new(Code::Instant, excerpt(text), INSTANT).under(name);
        Instant::parse(text).map(Some).ok_or_else(wrong)
    }

    fn recorded(&self) -> Result<(Instant, Day), Rejection> {
        let missing = || Rejection::new(Code::Missing, "nothing", INSTANT).under("recordedtime");
        self.instant("recordedtime")?.ok_or_else(missing)
    }

    fn received(&self, origin: Origin<'_>) -> Result<Option<Instant>, Rejection> {
        const NAME: &str = "receivedtime";
        match origin {
            Origin::Tool(_) if self.0.iter().any(|(name, _)| name == NAME) => {
                let expected = "no `receivedtime`: the gate sets it";
                Err(Rejection::new(Code::ReceivedSent, "a `receivedtime`", expected).under(NAME))
            }
            Origin::Tool(_) => Ok(None),
            Origin::Log => match self.instant(NAME)? {
                Some((received, _)) => Ok(Some(received)),
                None => {
                    let expected = "the instant at which a gate accepted it";
                    Err(Rejection::new(Code::ReceivedAbsent, "nothing", expected).under(NAME))
                }
            },
        }
    }
}
