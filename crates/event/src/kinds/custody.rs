//! Deprivation of liberty: the fields of its kinds.
//!
//! Never here: which custody state follows from which kind (crate `fold`).

use crate::Field;
use crate::sorts::{ITEMS_MAX, LINE, PROSE, Shape, Sort};

const fn field(name: &'static str, sort: Sort, about: &'static str) -> Field {
    Field::optional(name, sort, about)
}

const LINES: Sort = Sort::List {
    of: &LINE,
    max: ITEMS_MAX,
};
const CONDITIONS: Sort = Sort::Texts { max: 500 };

pub(super) const ARREST: &[Field] = &[
    field("mode", Sort::Code("arrest_mode"), "how it was done"),
    field("warrant_shown", Sort::Answer, "whether a warrant was shown"),
    field("stated_reason", PROSE, "the reason that was given"),
    field("force_used", Sort::Answer, "whether force was used"),
    field(
        "legal_basis",
        LINES,
        "the laws and articles that were given",
    ),
];

pub(super) const DETENTION: &[Field] = &[
    field(
        "kind",
        Sort::Code("detention_kind"),
        "what kind of custody it is",
    ),
    field("facility", LINE, "where the person is held"),
    field(
        "contact",
        Sort::Answer,
        "whether the person may be in contact with others",
    ),
    field(
        "counsel",
        Sort::Answer,
        "whether the person may see a lawyer",
    ),
];

pub(super) const HOUSE_ARREST: &[Field] = &[field(
    "conditions",
    CONDITIONS,
    "what the person must or must not do",
)];

pub(super) const DISAPPEARANCE: &[Field] = &[
    field("last_seen", Sort::Date, "when the person was last seen"),
    field(
        "capture_denied",
        Sort::Answer,
        "whether the authorities deny holding the person",
    ),
];

pub(super) const REAPPEARANCE: &[Field] = &[field(
    "custody",
    Sort::Code("custody_state"),
    "where the person stands now",
)];

pub(super) const TRANSFER: &[Field] = &[
    field("from", LINE, "the place left"),
    field("to", LINE, "the place reached"),
    field("reason", PROSE, "the reason that was given"),
    field(
        "family_informed",
        Sort::Answer,
        "whether the family was told",
    ),
];

pub(super) const BAIL: &[Field] = &[
    Field::required("decision", Sort::Code("bail_decision"), "what was decided"),
    field(
        "amount",
        Sort::Money,
        "the amount asked, in units of the currency",
    ),
    field("currency", Sort::Is(Shape::Currency), "its currency"),
    field(
        "conditions",
        CONDITIONS,
        "what the person must or must not do",
    ),
];

pub(super) const DETENTION_EXTENDED: &[Field] = &[
    field("until", Sort::Date, "the new end"),
    field("by", LINE, "who decided"),
];

pub(super) const RELEASE: &[Field] = &[
    field(
        "release_kind",
        Sort::Code("release_kind"),
        "what kind of release it is",
    ),
    field(
        "conditions",
        CONDITIONS,
        "what the person must or must not do",
    ),
];

pub(super) const LEFT_CUSTODY: &[Field] = &[field(
    "last_seen",
    Sort::Date,
    "when the person was last in the place or on its list",
)];

pub(super) const DEATH: &[Field] = &[
    field(
        "in_custody",
        Sort::Answer,
        "whether the person died in custody",
    ),
    field(
        "cause_stated",
        PROSE,
        "the cause by the authorities' account",
    ),
    field("cause_alleged", PROSE, "the cause by others' account"),
    field("autopsy", Sort::Answer, "whether there was an autopsy"),
];

pub(super) const REASONABLE: &[Field] = &[field(
    "reasonable",
    Sort::Answer,
    "whether the group holds it to be reasonable",
)];
