//! A rejection: what the publisher can repair, with a stable code and a page.
//!
//! Never here: failures of the world (NATS, disks), and personal data.

use std::fmt;

/// Why an event was not accepted, or a leaf has no effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// The stable code.
    pub code: Code,
    /// Where: a JSON pointer (RFC 6901) into the event as sent; empty for the whole.
    pub pointer: String,
    /// What was found, never more than a short, impersonal excerpt.
    pub found: String,
    /// What is right.
    pub expected: String,
    /// What to do, when that is known (the nearest known codes, an example).
    pub hint: Option<String>,
}

/// Most characters of a sent text that a rejection repeats.
const EXCERPT_CHARS_MAX: usize = 40;

impl Rejection {
    /// A rejection of the value itself; [`Rejection::under`] tells where it stands.
    pub(crate) fn new(code: Code, found: impl Into<String>, expected: impl Into<String>) -> Self {
        let (found, expected) = (found.into(), expected.into());
        Self {
            code,
            pointer: String::new(),
            found,
            expected,
            hint: None,
        }
    }

    /// Says what to do.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Puts one step in front of the pointer: the name of a field or the index of an item.
    pub(crate) fn under(mut self, step: impl fmt::Display) -> Self {
        let step = step.to_string().replace('~', "~0").replace('/', "~1");
        self.pointer.insert_str(0, &step);
        self.pointer.insert(0, '/');
        self
    }
}

/// Quotes the beginning of a sent text. Only for what is impersonal: codes, attributes, places.
pub(crate) fn excerpt(text: &str) -> String {
    match text.char_indices().nth(EXCERPT_CHARS_MAX) {
        Some((end, _)) => format!("{:?}...", text.get(..end).unwrap_or_default()),
        None => format!("{text:?}"),
    }
}

/// Describes a sent text without repeating it.
pub(crate) fn unsaid(text: &str) -> String {
    match text.chars().count() {
        1 => "a text of 1 character".to_owned(),
        count => format!("a text of {count} characters"),
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} at {:?}: found {}, expected {}",
            self.code, self.pointer, self.found, self.expected
        )
    }
}

impl std::error::Error for Rejection {}

macro_rules! rejection_codes {
    ($($(#[$doc:meta])* $variant:ident = $code:literal),+ $(,)?) => {
        /// The stable codes of rejections; each has a page in docs/reference/errors.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $($(#[$doc])* $variant),+ }

        impl Code {
            /// Every code, in the order of its number.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Returns the code as it is sent, e.g. `E0101`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }
        }
    };
}

rejection_codes!(
    /// The event is larger than 60,000 bytes.
    TooLarge = "E0101",
    /// Not UTF-8 JSON, or a key stands twice in one object.
    NotJson = "E0102",
    /// Not a JSON object.
    NotObject = "E0103",
    /// A required attribute or field is absent.
    Missing = "E0104",
    /// An attribute or field has a value of another sort.
    WrongSort = "E0105",
    /// `specversion` is not `1.0`, or `datacontenttype` not `application/json`.
    Version = "E0106",
    /// `id` is not a lower-case hyphenated UUID.
    EventId = "E0107",
    /// `source` is not a URI-reference.
    Source = "E0108",
    /// `type` is not of the form `habeas.<kind>.v<version>`.
    Type = "E0109",
    /// `subject`, a person's or a charge's id is not of its form.
    Id = "E0110",
    /// `org` is not an organisation's id, or not the caller's.
    Org = "E0111",
    /// `recordedtime`, `receivedtime` or `time` is not an RFC 3339 instant.
    Instant = "E0112",
    /// `receivedtime` was sent: only the gate sets it.
    ReceivedSent = "E0113",
    /// A leaf of the log carries no `receivedtime`: no gate wrote it.
    ReceivedAbsent = "E0114",
    /// `recordedtime` is more than ten minutes ahead of the gate's clock.
    RecordedAhead = "E0115",
    /// A system kind from an organisation, or another kind from the system.
    System = "E0116",
    /// An attribute name that CloudEvents does not allow.
    AttributeName = "E0117",
    /// The type is not known to this gate.
    UnknownType = "E0118",
    /// `author` was sent: only the gate sets it.
    AuthorSent = "E0119",
    /// An act that changes events, by a token whose role sends none.
    ActRight = "E0120",
    /// Events were sent together, and another one of them was rejected.
    Together = "E0121",
    /// `occurred` or another date is not of the supported EDTF subset.
    Date = "E0201",
    /// `time` lies outside `data.occurred`.
    TimeOutside = "E0202",
    /// The code is not in its list.
    UnknownCode = "E0203",
    /// A number is out of its range, or a lower bound above its upper.
    Range = "E0204",
    /// A text is longer, or a list has more items, than is allowed.
    Length = "E0205",
    /// Not a language tag, digest, duration, coordinate, currency or URL of its form.
    Format = "E0206",
    /// A place that ISO 3166 does not have.
    Place = "E0207",
    /// A correction that touches what identifies (`target`, `pair`).
    PatchTarget = "E0208",
    /// `confidential` or `sealed`: sealing is not built yet, so nothing may rely on it.
    Sealing = "E0209",
    /// The same key with the same content came before: no effect.
    Repeat = "E0301",
    /// The same key with other content came before.
    Conflict = "E0302",
    /// More people of one event than the gate admits.
    EventPersons = "E0401",
    /// More acts of one organisation on one event than the gate admits.
    EventActs = "E0402",
    /// More events of one organisation in one track than the gate admits.
    TrackEvents = "E0403",
    /// More links of one organisation that name one person than the gate admits.
    PersonLinks = "E0404",
    /// More charges of the people of one event, taken together, than the gate admits.
    EventCharges = "E0405",
);

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
