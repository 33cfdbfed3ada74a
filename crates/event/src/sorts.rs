//! What a field may hold: the words in which the tables of [`crate::kinds`] are written.
//!
//! Never here: which fields a kind has, and the judging of values (`check`).

/// One field of the common block, of a kind or of an object in one of them.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name in `data`.
    pub name: &'static str,
    /// What it holds.
    pub sort: Sort,
    /// Whether it must be there. An optional field may be absent or `null`.
    pub required: bool,
    /// What it says, as a short sentence for the reference.
    pub about: &'static str,
}

/// What a field holds.
#[derive(Clone, Copy, Debug)]
pub enum Sort {
    /// A text of at most `max` characters.
    Text {
        /// Characters, as Unicode scalar values.
        max: usize,
    },
    /// A text, or a list of texts, each of at most `max` characters.
    Texts {
        /// Characters, as Unicode scalar values.
        max: usize,
    },
    /// A text, or an object `{text, lang}`.
    Note {
        /// Characters, as Unicode scalar values.
        max: usize,
    },
    /// An object of language tags (BCP 47) and texts.
    LangText {
        /// Characters of each text, as Unicode scalar values.
        max: usize,
    },
    /// A code of the list of that name.
    Code(&'static str),
    /// A list of codes of the list of that name.
    Codes(&'static str),
    /// A text of one shape.
    Is(Shape),
    /// A four-valued answer: a code of the list `four_valued`.
    Answer,
    /// An object of free names and four-valued answers.
    Answers,
    /// A date or interval of the EDTF subset: see [`crate::Edtf`].
    Date,
    /// A whole number from `min` to `max`.
    Integer {
        /// The least.
        min: i64,
        /// The greatest.
        max: i64,
    },
    /// A number from `min` to `max`.
    Number {
        /// The least.
        min: f64,
        /// The greatest.
        max: f64,
    },
    /// An amount of money: a number from 0 on, in units of the currency beside it.
    Money,
    /// An event: `{org, source, id}`.
    Target,
    /// Two person ids.
    Pair,
    /// A country or subdivision of ISO 3166, e.g. `KH`, `KH-12`.
    Place,
    /// `true` or `false`.
    Bool,
    /// A list of at most `max` items.
    List {
        /// What each item is.
        of: &'static Sort,
        /// The most items.
        max: usize,
    },
    /// An object with these fields; others are ignored.
    Object(&'static [Field]),
    /// An organisation's own words for an event. The gate alone judges them: leaves of before the field was
    /// named may hold anything there, and then say nothing.
    Tags,
    /// Unnamed people: `{lower, upper, verbatim, lang}`.
    Group,
    /// A number of people or things: `{lower, upper, verbatim, lang, modality}`.
    Quantity,
    /// A JSON merge patch (RFC 7396) of another event's `data`.
    Patch,
    /// The parameters of a figure's filter: an object of texts.
    Filter,
    /// Any JSON.
    Free,
}

/// The shape of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One day, `YYYY-MM-DD`.
    Day,
    /// An RFC 3339 instant.
    Instant,
    /// A currency by the shape of its ISO 4217 code, e.g. `KHR`.
    Currency,
    /// An ISO 8601 duration of years, months, weeks and days, e.g. `P18M`.
    Duration,
    /// A duration, or `life`.
    Term,
    /// The tool that sends events: a URI-reference.
    Source,
    /// An event's own id: a UUID as lower-case hyphenated text.
    EventId,
    /// A charge, `<case>/<local>`.
    ChargeId,
    /// A person, `<org>:<local>`.
    PersonId,
    /// A case, `<org>:<local>`.
    CaseId,
    /// An organisation.
    OrgId,
    /// A SHA-256 as 64 lower-case hexadecimal digits.
    Sha256,
    /// A language by the shape of its tag (BCP 47), e.g. `km`, `zh-Hant`.
    Lang,
    /// An absolute URL, e.g. `https://licadho.example/a`.
    Url,
}

/// Characters of a name, a code of a law, an article: what stands on one line.
pub(crate) const LINE: Sort = Sort::Text { max: 500 };
/// Characters of a free text: a page or two.
pub(crate) const PROSE: Sort = Sort::Text { max: 10_000 };
/// Characters of a tag.
pub const TAG_CHARS_MAX: usize = 100;
/// Most tags of an event.
pub const TAGS_MAX: usize = 50;
/// Most items of a list; 60,000 bytes hold no more that mean something.
pub const ITEMS_MAX: usize = 1_000;
/// The greatest number of people or things; JSON readers hold it exactly. Source: RFC 8259, section 6.
pub(crate) const COUNT_MAX: i64 = 9_007_199_254_740_991;

impl Field {
    /// A field that must be there.
    pub(crate) const fn required(name: &'static str, sort: Sort, about: &'static str) -> Self {
        Self {
            name,
            sort,
            required: true,
            about,
        }
    }

    /// A field that may be there.
    pub(crate) const fn optional(name: &'static str, sort: Sort, about: &'static str) -> Self {
        Self {
            name,
            sort,
            required: false,
            about,
        }
    }
}
