//! The columns of the template: what each is called in the two languages, and the code list of its drop-down.
//!
//! Start at [`COLUMNS`]. The names are those that the mapping reads, in the second row of the sheet.
//!
//! Never here: labels of codes (they stand in the lists of `event`).

/// A language of the template: the labels that people read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    /// English.
    English,
    /// Khmer.
    Khmer,
}

impl Language {
    /// Returns what a code is called.
    pub(super) fn label(self, label: &event::Label) -> &str {
        match self {
            Self::English => &label.en,
            Self::Khmer => &label.km,
        }
    }
}

/// What stands in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    Text,
    /// A date, in a cell that keeps what is typed.
    Day,
    /// A code of this list, by its label.
    Code(&'static str),
}

/// A column.
pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) en: &'static str,
    pub(super) km: &'static str,
    pub(super) holds: Holds,
}

impl Column {
    /// Returns what it is called.
    pub(super) const fn label(&self, language: Language) -> &'static str {
        match language {
            Language::English => self.en,
            Language::Khmer => self.km,
        }
    }
}

const fn column(name: &'static str, en: &'static str, km: &'static str, holds: Holds) -> Column {
    Column {
        name,
        en,
        km,
        holds,
    }
}

/// The columns, from the left.
pub(super) const COLUMNS: &[Column] = &[
    column("no", "No. of this row", "លេខរៀងនៃជួរនេះ", Holds::Text),
    column("recorded", "Written down on", "ថ្ងៃកត់ត្រា", Holds::Day),
    column("case", "Case", "ករណី", Holds::Text),
    column("kind", "What happened", "អ្វីបានកើតឡើង", Holds::Code("kind")),
    column(
        "day",
        "Day (2020-12-25; 2020-12; 2020-12-01/2020-12-03)",
        "ថ្ងៃ (2020-12-25; 2020-12; 2020-12-01/2020-12-03)",
        Holds::Day,
    ),
    column(
        "day_in_words",
        "Day, in the words of the source",
        "ថ្ងៃ តាមពាក្យរបស់ប្រភព",
        Holds::Text,
    ),
    column(
        "person",
        "Your number of the person",
        "លេខបុគ្គលរបស់អ្នក",
        Holds::Text,
    ),
    column("name_km", "Name in Khmer", "ឈ្មោះជាភាសាខ្មែរ", Holds::Text),
    column(
        "name_en",
        "Name in Latin letters",
        "ឈ្មោះជាអក្សរឡាតាំង",
        Holds::Text,
    ),
    column("sex", "Sex", "ភេទ", Holds::Code("sex")),
    column("born", "Born", "ថ្ងៃខែឆ្នាំកំណើត", Holds::Day),
    column("age", "Age", "អាយុ", Holds::Text),
    column(
        "role",
        "Role of the person",
        "តួនាទីរបស់បុគ្គល",
        Holds::Code("role"),
    ),
    column("occupation", "Occupation", "មុខរបរ", Holds::Text),
    column(
        "unnamed",
        "Number of people without names",
        "ចំនួនមនុស្សដែលមិនស្គាល់ឈ្មោះ",
        Holds::Text,
    ),
    column(
        "place_code",
        "Country or province (KH, KH-12)",
        "ប្រទេស ឬខេត្ត (KH, KH-12)",
        Holds::Text,
    ),
    column("locality", "Town or commune", "ក្រុង ឬឃុំ", Holds::Text),
    column(
        "place_kind",
        "Sort of place",
        "ប្រភេទទីកន្លែង",
        Holds::Code("place_kind"),
    ),
    column(
        "authority_kind",
        "Whose authority",
        "អាជ្ញាធរណា",
        Holds::Code("authority_kind"),
    ),
    column(
        "authority",
        "Name of the authority",
        "ឈ្មោះអាជ្ញាធរ",
        Holds::Text,
    ),
    column(
        "right",
        "Right that was being used",
        "សិទ្ធិដែលកំពុងប្រើប្រាស់",
        Holds::Code("right"),
    ),
    column(
        "arrest_mode",
        "Of an arrest: how",
        "ការចាប់ខ្លួន៖ តាមរបៀបណា",
        Holds::Code("arrest_mode"),
    ),
    column(
        "detention_kind",
        "Of a detention: which",
        "ការឃុំខ្លួន៖ ប្រភេទណា",
        Holds::Code("detention_kind"),
    ),
    column(
        "facility",
        "Of a detention: where",
        "ការឃុំខ្លួន៖ ទីណា",
        Holds::Text,
    ),
    column(
        "release_kind",
        "Of a release: which",
        "ការដោះលែង៖ ប្រភេទណា",
        Holds::Code("release_kind"),
    ),
    column(
        "source_kind",
        "Sort of source",
        "ប្រភេទប្រភព",
        Holds::Code("source_kind"),
    ),
    column(
        "source",
        "Source: a name or a number",
        "ប្រភព៖ ឈ្មោះ ឬលេខ",
        Holds::Text,
    ),
    column(
        "source_url",
        "Source: its address",
        "ប្រភព៖ អាសយដ្ឋាន",
        Holds::Text,
    ),
    column(
        "verification",
        "How well it is checked",
        "កម្រិតផ្ទៀងផ្ទាត់",
        Holds::Code("verification"),
    ),
    column(
        "visibility",
        "Who may see it",
        "អ្នកណាអាចមើលឃើញ",
        Holds::Code("visibility"),
    ),
    column("note", "Note", "កំណត់សម្គាល់", Holds::Text),
];

/// The kinds that the template offers: those that need a day and nothing else.
pub(super) const KINDS: &[&str] = &[
    "arrest",
    "detention",
    "house_arrest",
    "disappearance",
    "reappearance",
    "abduction",
    "transfer",
    "release",
    "left_custody",
    "escape",
    "wanted",
    "death",
    "assault",
    "ill_treatment",
    "threat",
    "search",
    "summons",
];

/// Codes that the gate refuses, and that the template does not offer.
const REFUSED: &[(&str, &str)] = &[("visibility", "sealed")];

/// Returns the codes of a drop-down, in the order of their list.
pub(super) fn offered(list: &'static str) -> impl Iterator<Item = &'static event::Label> {
    let codes = event::list(list).map_or(&[][..], |list| &list.codes);
    codes.iter().filter(move |label| {
        let refused = REFUSED.contains(&(list, label.code));
        !refused && (list != "kind" || KINDS.contains(&label.code))
    })
}
