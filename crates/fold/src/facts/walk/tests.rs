//! A walk that is changed here and there has the facts of one made anew of the events that are left.
//!
//! Never here: what single events do to the state (crate `answers`, tests).

use std::collections::{BTreeMap, BTreeSet};

use event::{
    Assessment, AuthorityKind, CodeSet, CustodyState, Day, Days, EventKey, FourValued, Instant,
    Kind, OrgId, Position, ReleaseKind, Verification, Visibility,
};
use proptest::prelude::*;
use proptest::sample::select;

use super::{Walk, custody_facts};
use crate::rows::Fact;
use crate::track::assertion::{Assertion, Attributes, Effect};

/// How many tracks are tried, where `PROPTEST_CASES` says no other number.
const CASES: u32 = 20_000;

/// An event: what it is, its first day and how many more it may have been on, the second of its record,
/// its organisation.
/// What else it says: an authority, and how well it is verified.
type Said = (Kind, Effect, i32, i32, i64, &'static str, Rest);
type Rest = (Option<AuthorityKind>, Verification);

/// A change: an event put in; the one that stands at this place among those that are in, taken out, or put
/// in its own place with other content.
#[derive(Clone, Debug)]
enum Change {
    In(Said),
    Out(prop::sample::Index),
    Other(prop::sample::Index, Rest),
}

fn said() -> impl Strategy<Value = Said> {
    let held = |state| Effect::Held(state);
    let release = |kind, conditional| Effect::Release { kind, conditional };
    let sentence = |custodial, effective: Option<(i32, i32)>| Effect::Sentence {
        custodial,
        effective: effective.map(|(day, wide)| Days {
            earliest: Day::from_number(day),
            latest: Day::from_number(day + wide),
        }),
        charges: Vec::new(),
    };
    let takes_effect = prop::option::of((0..6_i32, 0..3_i32));
    let sentences = (any::<bool>(), takes_effect)
        .prop_map(move |(custodial, days)| (Kind::Sentence, sentence(custodial, days)));
    let what = prop_oneof![
        2 => sentences,
        1 => Just((Kind::Bail, Effect::BailGranted)),
        1 => Just((Kind::HouseArrest, held(CustodyState::HouseArrest))),
        1 => Just((Kind::Disappearance, held(CustodyState::Disappeared))),
        1 => Just((Kind::Wanted, Effect::Plain)),
        1 => Just((Kind::Reappearance, Effect::Reappeared(CustodyState::Free))),
        8 => Just((Kind::Arrest, held(CustodyState::PoliceCustody))),
        2 => Just((Kind::Detention, held(CustodyState::Pretrial))),
        6 => Just((Kind::Release, release(ReleaseKind::Unknown, false))),
        1 => Just((Kind::Release, release(ReleaseKind::OnBail, true))),
        2 => Just((Kind::Transfer, Effect::Plain)),
        1 => Just((Kind::DetentionExtended, Effect::Plain)),
        2 => Just((Kind::Escape, Effect::Plain)),
        1 => Just((Kind::LeftCustody, Effect::Plain)),
        1 => Just((Kind::Death, Effect::Plain)),
        2 => Just((Kind::Reappearance, Effect::Reappeared(CustodyState::PoliceCustody))),
    ];
    let wide = select(&[0, 0, 1, 2, 3][..]);
    let org = select(&["o1", "o1", "o2"][..]);
    let police = AuthorityKind::Police;
    let authority = select(vec![
        None,
        None,
        Some(police),
        Some(AuthorityKind::Judiciary),
    ]);
    let verification = select(&[Verification::Reported, Verification::Verified][..]);
    (what, 0..4, wide, 0..3_i64, org, (authority, verification)).prop_map(
        |((kind, effect), day, wide, second, org, rest)| {
            (kind, effect, day, wide, second, org, rest)
        },
    )
}

fn rest() -> impl Strategy<Value = Rest> {
    let police = AuthorityKind::Police;
    let authority = select(vec![
        None,
        None,
        Some(police),
        Some(AuthorityKind::Judiciary),
    ]);
    let verification = select(&[Verification::Reported, Verification::Verified][..]);
    (authority, verification)
}

fn steps() -> impl Strategy<Value = Vec<Vec<Change>>> {
    let change = prop_oneof![
        3 => said().prop_map(Change::In),
        2 => any::<prop::sample::Index>().prop_map(Change::Out),
        1 => (any::<prop::sample::Index>(), rest()).prop_map(|(at, rest)| Change::Other(at, rest)),
    ];
    prop::collection::vec(prop::collection::vec(change, 1..4), 1..24)
}

fn assertion(position: u64, (kind, effect, day, wide, second, org, rest): Said) -> Assertion {
    let days = Days {
        earliest: Day::from_number(day),
        latest: Day::from_number(day + wide),
    };
    Assertion {
        position: Position::new(position),
        key: EventKey {
            org: OrgId::parse(org).unwrap(),
            source: "//o.example/desk".into(),
            id: format!("{position:04}").into(),
        },
        recorded: Instant::from_parts(second, 0),
        kind,
        days,
        doubt: false,
        after_record: false,
        sets_span: true,
        is_implausible: false,
        visibility: Visibility::Public,
        confined_to: Vec::new(),
        attributes: Attributes {
            case: None,
            place: None,
            locality: None,
            tags: Vec::new(),
            rights_exercised: CodeSet::EMPTY,
            rights_violated: CodeSet::EMPTY,
            authority: rest.0,
            verification: rest.1,
            assessment: Assessment::Violation,
            age: None,
            in_custody: FourValued::No,
            visibility: Visibility::Public,
        },
        unnamed: None,
        effect,
    }
}

/// Counts what a walk said that it took away and brought.
fn count(told: &mut BTreeMap<Fact, i32>, facts: Vec<Fact>, by: i32) {
    for fact in facts {
        *told.entry(fact).or_default() += by;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(CASES) })]

    #[test]
    fn a_changed_walk_has_the_facts_of_one_made_anew(steps in steps()) {
        let mut walk = Walk::default();
        let mut left: Vec<Assertion> = Vec::new();
        let mut told: BTreeMap<Fact, i32> = BTreeMap::new();
        let mut position = 0;
        for changes in &steps {
            for change in changes {
                match change {
                    Change::In(said) => {
                        position += 1;
                        let event = assertion(position, said.clone());
                        walk.insert(event.clone());
                        left.push(event);
                    }
                    Change::Out(index) if !left.is_empty() => {
                        walk.remove(&left.swap_remove(index.index(left.len())));
                    }
                    Change::Other(index, rest) if !left.is_empty() => {
                        let event = index.get_mut(&mut left);
                        walk.remove(event);
                        (event.attributes.authority, event.attributes.verification) = *rest;
                        walk.insert(event.clone());
                    }
                    Change::Out(_) | Change::Other(..) => {}
                }
            }
            let changed = walk.settle();
            count(&mut told, changed.new, 1);
            count(&mut told, changed.gone, -1);
            told.retain(|_, times| *times != 0);
            let anew: BTreeSet<Fact> = custody_facts(&left).into_iter().collect();
            prop_assert_eq!(&walk.facts().into_iter().collect::<BTreeSet<_>>(), &anew);
            prop_assert_eq!(&told, &anew.into_iter().map(|fact| (fact, 1)).collect::<BTreeMap<_, _>>());
        }
    }
}
