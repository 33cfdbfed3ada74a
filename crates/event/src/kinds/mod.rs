//! The fields of each kind, as one table; the check and the reference are both read from it.
//!
//! Start at [`fields`]; [`COMMON`] holds for every kind. Source: docs/reference/events.md, Kinds.
//!
//! Never here: how a value is judged (`check`) and what an event does (crate `fold`).

mod advocacy;
mod block;
mod civic;
mod custody;
mod proceedings;
mod record;

pub use block::{COMMON, GROUP, LANG_TEXT, QUANTITY, TARGET};

use crate::{Field, Kind};

/// Returns the fields that `kind` has beside the common block, in the order in which they are checked.
#[must_use]
pub const fn fields(kind: Kind) -> &'static [Field] {
    match kind {
        Kind::Arrest => custody::ARREST,
        Kind::Detention => custody::DETENTION,
        Kind::HouseArrest => custody::HOUSE_ARREST,
        Kind::Disappearance => custody::DISAPPEARANCE,
        Kind::Reappearance => custody::REAPPEARANCE,
        Kind::Transfer => custody::TRANSFER,
        Kind::Bail => custody::BAIL,
        Kind::DetentionExtended => custody::DETENTION_EXTENDED,
        Kind::Release => custody::RELEASE,
        Kind::LeftCustody => custody::LEFT_CUSTODY,
        Kind::Death => custody::DEATH,
        Kind::Assault | Kind::IllTreatment | Kind::Threat | Kind::Search => custody::REASONABLE,
        Kind::Charge => proceedings::CHARGE,
        Kind::ChargeStatus => proceedings::CHARGE_STATUS,
        Kind::Hearing => proceedings::HEARING,
        Kind::Verdict => proceedings::VERDICT,
        Kind::Sentence => proceedings::SENTENCE,
        Kind::Appeal => proceedings::APPEAL,
        Kind::Clemency => proceedings::CLEMENCY,
        Kind::Restriction => proceedings::RESTRICTION,
        Kind::OrganisationAction => civic::ORGANISATION_ACTION,
        Kind::AssemblyAction => civic::ASSEMBLY_ACTION,
        Kind::ExpressionAction => civic::EXPRESSION_ACTION,
        Kind::LawEvent => civic::LAW_EVENT,
        Kind::Statement => advocacy::STATEMENT,
        Kind::Intervention => advocacy::INTERVENTION,
        Kind::OfficialResponse => advocacy::OFFICIAL_RESPONSE,
        Kind::Recognition => advocacy::RECOGNITION,
        Kind::AggregateClaim => advocacy::AGGREGATE_CLAIM,
        Kind::Correction => record::CORRECTION,
        Kind::Retraction => record::RETRACTION,
        Kind::VerificationChanged => record::VERIFICATION_CHANGED,
        Kind::SamePerson | Kind::NotSamePerson => record::LINK,
        Kind::Evidence => record::EVIDENCE,
        Kind::Definition => record::DEFINITION,
        Kind::FigurePublished => record::FIGURE_PUBLISHED,
        Kind::Grant => record::GRANT,
        Kind::Erasure => record::ERASURE,
        Kind::Genesis => record::GENESIS,
        Kind::Key => record::KEY,
        Kind::Anchor => record::ANCHOR,
        Kind::Void => record::VOID,
        Kind::Abduction | Kind::Escape | Kind::Wanted | Kind::Summons | Kind::Withheld => &[],
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{Sort, list};

    fn check_sort(sort: &Sort, at: &str) {
        match sort {
            Sort::Code(name) | Sort::Codes(name) => {
                assert!(list(name).is_some(), "{at}: no list {name}");
            }
            Sort::List { of, .. } => check_sort(of, at),
            Sort::Object(table) => check_table(table, at),
            Sort::Integer { min, max } => assert!(min < max, "{at}"),
            Sort::Number { min, max } => assert!(min < max, "{at}"),
            Sort::Text { max }
            | Sort::Texts { max }
            | Sort::Note { max }
            | Sort::LangText { max } => {
                assert!(*max > 0, "{at}");
            }
            Sort::Is(_)
            | Sort::Answer
            | Sort::Answers
            | Sort::Date
            | Sort::Money
            | Sort::Place
            | Sort::Target
            | Sort::Pair
            | Sort::Bool
            | Sort::Tags
            | Sort::Group
            | Sort::Quantity
            | Sort::Patch
            | Sort::Filter
            | Sort::Free => {}
        }
    }

    fn check_table(table: &[Field], at: &str) {
        let mut names = BTreeSet::new();
        for field in table {
            let at = format!("{at}.{}", field.name);
            assert!(names.insert(field.name), "{at} stands twice");
            assert!(!field.about.is_empty(), "{at} says nothing");
            check_sort(&field.sort, &at);
        }
    }

    #[test]
    fn every_table_names_each_field_once_and_only_lists_that_there_are() {
        for table in [COMMON, GROUP, QUANTITY, TARGET, LANG_TEXT] {
            check_table(table, "block");
        }
        for kind in Kind::ALL {
            // One flat object: a kind's field must not hide one of the common block.
            let whole: Vec<_> = COMMON.iter().chain(fields(*kind)).copied().collect();
            check_table(&whole, kind.code());
        }
    }
}
