//! Proceedings, each on charges named `<case>/<local>`: the fields of its kinds.
//!
//! Never here: which status a charge takes from which kind (crate `fold`).

use crate::Field;
use crate::sorts::{ITEMS_MAX, LINE, Shape, Sort};

const fn field(name: &'static str, sort: Sort, about: &'static str) -> Field {
    Field::optional(name, sort, about)
}

pub(super) const CHARGE: &[Field] = &[
    Field::required("charge", Sort::Is(Shape::ChargeId), "the charge"),
    field("law", LINE, "the law, e.g. kh-criminal-code"),
    field("article", LINE, "the article, as a text"),
    field("paragraph", LINE, "the paragraph, as a text"),
    field(
        "offence",
        Sort::LangText { max: 500 },
        "the offence's name, by language",
    ),
    field(
        "max_penalty",
        LINE,
        "the greatest penalty that the law names",
    ),
    field("court", LINE, "the court"),
    field("case_number", LINE, "the court's own number"),
];

pub(super) const CHARGE_STATUS: &[Field] = &[
    Field::required("charge", Sort::Is(Shape::ChargeId), "the charge"),
    Field::required("status", Sort::Code("charge_status"), "where it stands now"),
    field(
        "new_charge",
        Sort::Is(Shape::ChargeId),
        "the charge that took its place, where amended",
    ),
];

pub(super) const HEARING: &[Field] = &[
    field("scheduled", Sort::Date, "the day it was set for"),
    field("held", Sort::Answer, "whether it took place"),
    field("hearing_kind", LINE, "what sort of hearing it is"),
    field("public", Sort::Answer, "whether the public was let in"),
    field("adjourned_to", Sort::Date, "the day it was put off to"),
    field(
        "checklist",
        Sort::Answers,
        "what an observer saw, point by point",
    ),
];

pub(super) const VERDICT: &[Field] = &[
    Field::required(
        "verdicts",
        Sort::List {
            of: &Sort::Object(ONE_VERDICT),
            max: ITEMS_MAX,
        },
        "the verdict on each charge",
    ),
    field("in_absentia", Sort::Answer, "whether the person was absent"),
];

const ONE_VERDICT: &[Field] = &[
    Field::required("charge", Sort::Is(Shape::ChargeId), "the charge"),
    Field::required("verdict", Sort::Code("verdict"), "what was found"),
];

pub(super) const SENTENCE: &[Field] = &[
    field(
        "custody",
        Sort::Is(Shape::Term),
        "the time in custody, all of it",
    ),
    field(
        "suspended",
        Sort::Is(Shape::Duration),
        "how much of it is suspended",
    ),
    field(
        "time_served_credit",
        Sort::Is(Shape::Duration),
        "how much of it counts as served",
    ),
    field("fine", Sort::Money, "in units of the currency"),
    field("currency", Sort::Is(Shape::Currency), "its currency"),
    field("effective_from", Sort::Date, "when it begins to run"),
    field(
        "charges",
        Sort::List {
            of: &Sort::Is(Shape::ChargeId),
            max: ITEMS_MAX,
        },
        "the charges it is for: only those named stand convicted by it",
    ),
];

pub(super) const APPEAL: &[Field] = &[
    field(
        "stage",
        Sort::Code("appeal_stage"),
        "whether it was lodged or decided",
    ),
    field("by", LINE, "who appealed"),
    field("outcome", Sort::Code("appeal_outcome"), "what was decided"),
    field(
        "charges",
        Sort::List {
            of: &Sort::Is(Shape::ChargeId),
            max: ITEMS_MAX,
        },
        "the charges it is about",
    ),
];

pub(super) const CLEMENCY: &[Field] = &[
    field(
        "clemency_kind",
        Sort::Code("clemency_kind"),
        "what kind of clemency it is",
    ),
    field("instrument", LINE, "the decree or law"),
    field(
        "charges",
        Sort::List {
            of: &Sort::Is(Shape::ChargeId),
            max: ITEMS_MAX,
        },
        "the charges it covers",
    ),
];

pub(super) const RESTRICTION: &[Field] = &[
    field(
        "restriction_kind",
        Sort::Code("restriction_kind"),
        "what is restricted",
    ),
    field("until", Sort::Date, "when it ends"),
];
